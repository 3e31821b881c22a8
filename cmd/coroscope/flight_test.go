package main

// This file holds that a flight recorder's window has what the program saw in
// it, without a gap, and the names of all that began before it.

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

func TestWindowOfSlowStep(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a demo in every shape, in real time; run without -short")
	}
	for _, shape := range demo.ShapeNames() {
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "x.trace")
			saw := lines(t, coroscope(t, "demo", "blocking", "--flight", "--shape", shape, "--json", "-o", file))
			has := lines(t, coroscope(t, "events", file, "--json"))
			from := 0
			for from < len(saw) && !cmp.Equal(saw[from:min(from+len(has), len(saw))], has) {
				from++
			}
			if from == 0 || from == len(saw) || len(has) < 20 {
				t.Fatalf("the %d events of the window are at %d among the %d that the program saw; want them in one piece, after the beginning", len(has), from, len(saw))
			}

			tl := readTrace(t, file)
			if len(tl.Lost) > 0 {
				t.Errorf("lost: %q", tl.Lost)
			}
			type named struct{ Name, Func, Shape string }
			var got []named
			for _, c := range tl.Coroutines {
				got = append(got, named{c.Name, c.Func, c.Shape})
				if !c.Older {
					t.Errorf("%v is not said to be older than the window", c)
				}
				if c.Loop == nil {
					t.Errorf("%v is on no loop", c)
				}
			}
			want := []named{
				{"video", "blocking.stream", shape}, {"music", "blocking.stream", shape},
				{"chat", "blocking.stream", shape}, {"report", "blocking.report", shape},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("coroutines (-want +got):\n%s", diff)
			}
			if !slices.ContainsFunc(tl.Slow, func(s timeline.SlowStep) bool { return s.Who.Name == "report" }) {
				t.Errorf("slow steps %+v, want the report's", tl.Slow)
			}
			if !slices.ContainsFunc(tl.Notes, func(n string) bool {
				return strings.HasPrefix(n, "the flight recorder's window is written: report#")
			}) {
				t.Errorf("notes %q, want why the window was written", tl.Notes)
			}
		})
	}
}

// readTrace reads a trace with everything there is in it.
func readTrace(t *testing.T, file string) *timeline.Timeline {
	t.Helper()
	f, _, err := openFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tl, err := timeline.Read(f, timeline.Options{Full: true})
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

func TestStoodAt(t *testing.T) {
	const ms = time.Millisecond
	susp := func(from time.Duration, older bool) []timeline.Suspension {
		return []timeline.Suspension{{Span: timeline.Span{Start: from, End: 50 * ms}, On: "await lock oven", Older: older}}
	}
	for _, c := range []struct {
		of   timeline.Coroutine
		want string
	}{
		{timeline.Coroutine{}, "nothing is heard of it"},
		{timeline.Coroutine{Suspensions: susp(-1234*ms, true)}, "suspended on lock oven, for 1.234s by then"},
		{timeline.Coroutine{Suspensions: susp(-1234*time.Microsecond, true)}, "suspended on lock oven, for 1.23ms by then"},
		{timeline.Coroutine{Suspensions: susp(0, true)}, "suspended on lock oven"},
		{timeline.Coroutine{Suspensions: susp(7*ms, false), Runs: []timeline.Run{{Span: timeline.Span{End: 7 * ms}}}}, "ran"},
	} {
		if got := stoodAt(&c.of); got != c.want {
			t.Errorf("%+v: %q, want %q", c.of, got, c.want)
		}
	}
}

func TestWindowWithoutOlder(t *testing.T) {
	f := &flight{at: 1234 * time.Millisecond}
	f.written.Why = "the demo has ended"
	var out bytes.Buffer
	if err := f.show(&out, &timeline.Timeline{Duration: 456789 * time.Microsecond, Coroutines: []*timeline.Coroutine{{ID: 1, Name: "ann"}}}); err != nil {
		t.Fatal(err)
	}
	want := `
The flight recorder's window was written 1.234s after the demo began, because
the demo has ended.
It holds the last 457ms of that, and nothing in it began before.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
