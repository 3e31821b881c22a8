package timeline_test

// This file tests what others wrote into a trace, what is not of the
// protocol's form, and remarks.

import (
	"bytes"
	"context"
	"io"
	"iter"
	"runtime/trace"
	"strings"
	"testing"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// Logs and regions of others that look a little like the protocol's.
func TestForeign(t *testing.T) {
	data := record(t, func() {
		ctx, task := trace.NewTask(context.Background(), "loop the loop")
		trace.Log(ctx, "end", "of the line")
		trace.Log(ctx, "ready", "steady")
		trace.Log(ctx, "coroscope", "?")
		trace.WithRegion(ctx, "loop the loop", func() {})
		trace.WithRegion(ctx, "idle", func() {})
		task.End()
	})
	tl := read(t, data, timeline.Options{Full: true, Goroutines: true})
	if tl.Speaks() || len(tl.Lost) != 0 {
		t.Errorf("%d loops, %d coroutines, lost %q", len(tl.Loops), len(tl.Coroutines), tl.Lost)
	}
	var names []string
	for _, g := range tl.Goroutines {
		for _, r := range g.Regions {
			names = append(names, r.Name)
		}
	}
	if diff := cmp.Diff([]string{"idle", "loop the loop"}, names); diff != "" {
		t.Errorf("regions (-want +got):\n%s", diff)
	}
	if ok, err := timeline.Identify(bytes.NewReader(data)); ok || err != nil {
		t.Errorf("Identify: %v, %v", ok, err)
	}
}

// Coroutines of iter.Pull are told of, those too that are suspended from before
// the trace to its end, and goroutines if they are asked for.
func TestUninstrumented(t *testing.T) {
	numbers := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
	older, stopOlder := iter.Pull(numbers)
	defer stopOlder()
	older()
	data := record(t, func() {
		next, stop := iter.Pull(numbers)
		defer stop()
		next()
	})
	tl := read(t, data, timeline.Options{Goroutines: true})
	type pull struct {
		Older    bool
		Status   timeline.Status
		Switches int
	}
	var got []pull
	for _, p := range tl.Pulls {
		got = append(got, pull{p.Older, p.Status, p.Switches})
		if made := strings.HasPrefix(p.Made, "timeline_test.TestUninstrumented.func2 (foreign_test.go:"); made == p.Older {
			t.Errorf("made in %q", p.Made)
		}
	}
	if diff := cmp.Diff([]pull{{true, timeline.Suspended, 0}, {false, timeline.Done, 2}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if tl := read(t, data, timeline.Options{}); tl.Pulls != nil || tl.Goroutines != nil {
		t.Errorf("without being asked for: %d coroutines, %d goroutines", len(tl.Pulls), len(tl.Goroutines))
	}
}

// Who looks for an epoch when there is none yet, and resumes a coroutine for the
// last time only when there is one, writes nothing about it. That is not taken
// for a coroutine of somebody else, unless its resumer has resumed another one
// in the trace before.
func TestEndsAfterALookBeforeTheEpoch(t *testing.T) {
	once := func(yield func(int) bool) { yield(1) }
	for _, another := range []bool{false, true} {
		older, stopOlder := iter.Pull(once)
		other, stopOther := iter.Pull(once)
		older()
		if other(); !another {
			stopOther() // before the trace
		}
		goOn, ended := make(chan bool), make(chan bool)
		go func() {
			defer close(ended)
			<-goOn
			if another {
				other()
			}
			older()
		}()
		data := record(t, func() {
			writeEpoch(1)
			l := beginLoop("bar", 1)
			defer l.end()
			spawn(l.ctx, "guest", 1, nobody)
			close(goOn)
			<-ended
		})
		stopOlder()
		stopOther()
		want := 0
		if another {
			want = 1 // the second that it has resumed
		}
		if tl := read(t, data, timeline.Options{Goroutines: true}); len(tl.Pulls) != want {
			t.Errorf("another one was resumed before: %v; %d coroutines, want %d", another, len(tl.Pulls), want)
		}
	}
}

// A coroutine may begin a trace, and end before it does anything else in it.
func TestEndsFirstThing(t *testing.T) {
	var buf bytes.Buffer
	next, stop := iter.Pull(func(yield func(int) bool) {
		if err := trace.Start(&buf); err != nil {
			t.Error(err)
		}
	})
	next()
	stop()
	trace.Stop()
	tl := read(t, buf.Bytes(), timeline.Options{Full: true, Goroutines: true})
	if len(tl.Pulls) > 1 || len(tl.Pulls) == 1 && (!tl.Pulls[0].Older || tl.Pulls[0].Status != timeline.Done) {
		t.Errorf("%+v, want one that was older at most", tl.Pulls)
	}
}

// Many coroutines and goroutines are told of by where they were made, and where
// they began; in the timeline some have lanes.
func TestMany(t *testing.T) {
	const many = 300
	data := record(t, func() {
		manyPulls(many, 2)
		manyGoroutines(many/2, 2)
	})
	tl := read(t, data, timeline.Options{Full: true, Goroutines: true})
	if got := len(tl.Summary().Pulls); got != many {
		t.Errorf("%d coroutines, want %d", got, many)
	}
	for _, test := range []struct {
		name  string
		write func(io.Writer, *timeline.Timeline, int, bool) error
		lines int
		want  []string
	}{
		{"summary", timeline.WriteSummary, 20, []string{"300× timeline_test.manyPulls (bench_test.go:", "300 ", " ended", "150× "}},
		{"timeline", timeline.WriteTimeline, 70, []string{"270 more that were shorter-lived have no lane", " more that ran less have no lane: "}},
	} {
		var buf bytes.Buffer
		if err := test.write(&buf, tl, 120, false); err != nil {
			t.Fatal(err)
		}
		for _, want := range test.want {
			if !strings.Contains(buf.String(), want) {
				t.Errorf("%s: no %q in\n%s", test.name, want, &buf)
			}
		}
		if n := strings.Count(buf.String(), "\n"); n > test.lines {
			t.Errorf("%s: %d lines", test.name, n)
		}
	}
}

// Messages in our categories that are of no known form are counted.
func TestStrangeLogs(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		trace.Log(context.Background(), "suspend", "guest -> somewhere")
	})
	tl := read(t, data, timeline.Options{})
	if diff := cmp.Diff([]string{"1 log is not of the protocol's form (suspend: guest -> somewhere)"}, tl.Lost); diff != "" {
		t.Errorf("lost (-want +got):\n%s", diff)
	}
}

// That some coroutines have no lane is a remark: nothing is lost by it.
func TestNotes(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		logMessage(context.Background(), "coroscope", protocol.Limit{What: "lanes", Max: 1000, From: protocol.Ref{Name: "g", ID: 1001}})
		logMessage(context.Background(), "coroscope", protocol.Note{Text: "the clock is virtual"})
	})
	tl := read(t, data, timeline.Options{})
	want := []string{
		"more than 1000 lanes: g#1001 and later ones have no row of their own in go tool trace; nothing is missing here",
		"the clock is virtual",
	}
	if diff := cmp.Diff(want, tl.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if len(tl.Lost) > 0 {
		t.Errorf("lost: %q", tl.Lost)
	}
}

func TestNewerVersion(t *testing.T) {
	data := record(t, func() { trace.Log(context.Background(), "coroscope", "version 9 epoch 1 color blue") })
	tl := read(t, data, timeline.Options{})
	if len(tl.Lost) != 1 || !strings.Contains(tl.Lost[0], "version 9 of the protocol") {
		t.Errorf("lost: %q", tl.Lost)
	}
}
