package timeline_test

// This file tests the timelines that are read back from real traces.

import (
	"bytes"
	"io"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

var nobody protocol.Ref

// bar records a loop with two machines: a guest who waits for a lock that a
// baker holds, and the baker, who sleeps and fails.
func bar(tb testing.TB) []byte {
	return recordTimed(tb, func(pass func(time.Duration)) {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		guest := spawn(l.ctx, "guest", 1, nobody)
		guest.ready(nobody, protocol.CauseSpawn)
		l.nextTurn(1, 0)
		guest.start()
		baker := spawn(l.ctx, "baker", 2, guest.ref)
		baker.ready(guest.ref, protocol.CauseSpawn)
		guest.suspend("lock", "oven", 2, 44)
		l.nextTurn(1, 0)
		baker.start()
		baker.suspend("sleep", "bake", 1, 60)
		l.idle(func() { pass(2 * time.Millisecond) })
		baker.ready(nobody, protocol.CauseTimer)
		l.nextTurn(1, 1)
		baker.resume()
		guest.ready(baker.ref, "")
		baker.end(protocol.OutcomeFailed, "burned")
		l.nextTurn(1, 0)
		guest.resume()
		pass(time.Millisecond)
		guest.end(protocol.OutcomeReturned, "")
	})
}

// about reports whether d is at least want, and a moment more at most.
func about(d, want time.Duration) bool { return d >= want && d < want+moment }

func read(t testing.TB, data []byte, opt timeline.Options) *timeline.Timeline {
	t.Helper()
	tl, err := timeline.Read(bytes.NewReader(data), opt)
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

func TestReadFull(t *testing.T) {
	tl := read(t, bar(t), timeline.Options{Full: true})
	if len(tl.Lost) != 0 {
		t.Errorf("lost: %q", tl.Lost)
	}
	if len(tl.Loops) != 1 || len(tl.Coroutines) != 2 {
		t.Fatalf("%d loops, %d coroutines", len(tl.Loops), len(tl.Coroutines))
	}
	l := tl.Loops[0]
	if l.Name != "bar" || l.ID != 1 || l.Turns != 4 || l.Task == 0 {
		t.Errorf("loop %+v", l)
	}
	if !about(l.Idle, 2*time.Millisecond) || !about(l.Busy, time.Millisecond) || l.Utilization() < 0.33 || l.Utilization() > 0.4 {
		t.Errorf("busy %v, idle %v, utilization %v", l.Busy, l.Idle, l.Utilization())
	}
	if got, want := l.Longest.String(), "guest#1, resumed at bar.go:44"; got != want || !about(l.Longest.Took, time.Millisecond) {
		t.Errorf("longest step %q took %v, want %q", got, l.Longest.Took, want)
	}

	guest, baker := tl.Coroutines[0], tl.Coroutines[1]
	if guest.Name != "guest" || guest.Func != "main.guest" || guest.Shape != "statemachine" || guest.Made != "bar.go:10" || guest.Loop != l || guest.Parent != 0 {
		t.Errorf("guest: %+v", guest)
	}
	if baker.Parent != 1 || baker.Outcome != "failed" || baker.Detail != "burned" || baker.Status != timeline.Done {
		t.Errorf("baker: %+v", baker)
	}
	if guest.Task == baker.Task || guest.Task == 0 || guest.Task == l.Task {
		t.Errorf("tasks: guest %d, baker %d, loop %d", guest.Task, baker.Task, l.Task)
	}
	if len(guest.Suspensions) != 1 || len(guest.Runs) != 2 || guest.RunCount != 2 || guest.SuspensionCount != 1 {
		t.Fatalf("guest has %d suspensions and %d runs", len(guest.Suspensions), len(guest.Runs))
	}
	s := guest.Suspensions[0]
	if s.On != "await lock oven" || s.State != 2 || s.At != "bar.go:44" || s.ReadyBy != baker.Ref() || s.Open || s.Older {
		t.Errorf("suspension: %+v", s)
	}
	if s.Start != guest.Runs[0].End || s.End != guest.Runs[1].Start || s.Ready < s.Start || s.Ready > s.End {
		t.Errorf("suspension %+v does not lie between the runs %+v", s, guest.Runs)
	}
	if guest.Suspended != s.Len() || guest.Longest != s.Len() || guest.LongestOn != s.On || guest.LongestAt != s.At {
		t.Errorf("totals of guest do not agree with its only suspension: %+v", guest)
	}
	if guest.Run != guest.Runs[0].Len()+guest.Runs[1].Len() {
		t.Errorf("guest ran for %v: %+v", guest.Run, guest.Runs)
	}
	if len(tl.Ready) != 4 || tl.Ready[3].By != baker.Ref() || tl.Ready[3].Who != guest.Ref() {
		t.Errorf("ready edges: %+v", tl.Ready)
	}
}

// With totals only, the totals are the same and nothing else is kept.
func TestReadTotals(t *testing.T) {
	data := bar(t)
	totals := read(t, data, timeline.Options{})
	full := read(t, data, timeline.Options{Full: true})
	if diff := cmp.Diff(full.Summary(), totals.Summary()); diff != "" {
		t.Errorf("summary (-full +totals):\n%s", diff)
	}
	for _, c := range totals.Coroutines {
		if c.Runs != nil || c.Suspensions != nil {
			t.Errorf("%v: runs or suspensions were kept", c)
		}
	}
	if totals.Ready != nil || totals.Loops[0].Idles != nil {
		t.Error("ready edges or idle spans were kept")
	}
}

// Whatever the sizes of the pieces in which a file arrives, the result is the
// same.
func TestReadInPieces(t *testing.T) {
	data := bar(t)
	want := read(t, data, timeline.Options{}).Summary()
	for _, r := range []io.Reader{
		iotest.OneByteReader(bytes.NewReader(data)),
		iotest.HalfReader(bytes.NewReader(data)),
		iotest.DataErrReader(bytes.NewReader(data)),
	} {
		tl, err := timeline.Read(r, timeline.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, tl.Summary()); diff != "" {
			t.Errorf("(-whole +pieces):\n%s", diff)
		}
	}
}

// Coroutines on iter.Pull write from goroutines of their own.
func TestPull(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		a := pull(l.ctx, "shaker", 7, func(yield func(string, string, int) bool) {
			for i := range 3 {
				yield("sleep", "shake", 20+i)
			}
		})
		b := pull(l.ctx, "server", 8, func(yield func(string, string, int) bool) {
			yield("resumer", "", 30)
		})
		for {
			_, more := a.next()
			b.next()
			if !more {
				break
			}
		}
	})
	want := []string{
		"spawn shaker  bar.go:70",
		"spawn server  bar.go:80",
		"resume shaker",
		"suspend shaker await sleep shake bar.go:20",
		"resume server",
		"suspend server await resumer bar.go:30",
		"resume shaker await sleep shake bar.go:20",
		"suspend shaker await sleep shake bar.go:21",
		"resume server await resumer bar.go:30",
		"end server",
		"resume shaker await sleep shake bar.go:21",
		"suspend shaker await sleep shake bar.go:22",
		"resume shaker await sleep shake bar.go:22",
		"end shaker",
	}
	if diff := cmp.Diff(want, lines(t, data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	tl := read(t, data, timeline.Options{Full: true, Goroutines: true})
	c := tl.Coroutines[0]
	if c.Shape != "pull" || len(c.Suspensions) != 3 || c.Suspensions[0].State != protocol.NoState || c.Loop != tl.Loops[0] {
		t.Errorf("%+v", c)
	}
	if c.Goroutine == tl.Coroutines[1].Goroutine || c.Goroutine == tl.Loops[0].Goroutine {
		t.Errorf("goroutines: shaker %d, server %d, loop %d", c.Goroutine, tl.Coroutines[1].Goroutine, tl.Loops[0].Goroutine)
	}
	for _, g := range tl.Goroutines {
		if g.ID != c.Goroutine {
			continue
		}
		if g.Coroutine != c.Ref() || g.Func != "runtime.corostart" || len(g.Regions) != 0 || g.Waiting(timeline.ReasonSwitch) == 0 {
			t.Errorf("goroutine of shaker: %+v", g)
		}
	}
}

// What is suspended when the trace ends is suspended till its end.
func TestOpen(t *testing.T) {
	data := recordTimed(t, func(pass func(time.Duration)) {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		c := spawn(l.ctx, "guest", 1, nobody)
		d := spawn(l.ctx, "baker", 2, nobody)
		spawn(l.ctx, "late", 3, nobody)
		c.start()
		c.suspend("event", "never", 1, 5)
		d.start()
		l.idle(func() { pass(time.Millisecond) })
	})
	tl := read(t, data, timeline.Options{Full: true})
	s := tl.Coroutines[0].Suspensions
	if len(s) != 1 || !s[0].Open || s[0].End != tl.Duration || !about(s[0].Len(), time.Millisecond) || s[0].Ready >= 0 {
		t.Errorf("suspensions of guest: %+v", s)
	}
	r := tl.Coroutines[1].Runs
	if len(r) != 1 || !r[0].Open || r[0].End != tl.Duration {
		t.Errorf("runs of baker: %+v", r)
	}
	var got []timeline.Status
	for _, c := range tl.Coroutines {
		got = append(got, c.Status)
		if c.Outcome != "" {
			t.Errorf("%v has the outcome %q", c, c.Outcome)
		}
	}
	if diff := cmp.Diff([]timeline.Status{timeline.Suspended, timeline.Running, timeline.Created}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if run := tl.Loops[0].Running; len(run) != 1 || !run[0].Open {
		t.Errorf("loop's running spans: %+v", run)
	}
}

func TestTwoLoops(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		var wg sync.WaitGroup
		for i, name := range []string{"bar", "kitchen"} {
			id := uint64(i + 1)
			wg.Go(func() {
				l := beginLoop(name, id)
				defer l.end()
				c := spawn(l.ctx, "cook", 10*id, nobody)
				for range i + 1 {
					l.nextTurn(1, 0)
				}
				c.start()
				c.end("returned", "")
			})
		}
		wg.Wait()
	})
	tl := read(t, data, timeline.Options{})
	turns := map[string]int{}
	for _, l := range tl.Loops {
		turns[l.Name] = l.Turns
	}
	if diff := cmp.Diff(map[string]int{"bar": 1, "kitchen": 2}, turns); diff != "" {
		t.Errorf("turns (-want +got):\n%s", diff)
	}
	for _, c := range tl.Coroutines {
		if c.Loop == nil || c.Loop.ID != c.ID/10 {
			t.Errorf("%v is on %+v", c, c.Loop)
		}
	}
}

func TestFramesAndSlowSteps(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		c := spawn(l.ctx, "guest", 1, nobody)
		c.start()
		c.suspend("turn", "", 1, 5)
		c.resume()
		logMessage(c.ctx, protocol.CatFrame, protocol.Frame{Who: c.ref, K: 1, N: 1, Slot: "drinks", Value: "3"})
		c.suspend("turn", "", 1, 5)
		logMessage(l.ctx, protocol.CatSlow, protocol.Slow{Callback: "main.hog", Took: time.Hour})
		logMessage(c.ctx, protocol.CatSlow, protocol.Slow{Who: c.ref, Took: time.Second, File: "bar.go", Line: 5})
	})
	tl := read(t, data, timeline.Options{Full: true})
	c := tl.Coroutines[0]
	if diff := cmp.Diff([]timeline.FrameValue{{T: c.Frames[0].T, Suspension: 1, Slot: "drinks", Value: "3"}}, c.Frames); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	if tl.SlowSteps != 2 || tl.Slow[0].String() != "callback main.hog" || tl.Slow[0].Loop != tl.Loops[0] || tl.Slow[1].Loop != tl.Loops[0] {
		t.Errorf("slow steps: %+v", tl.Slow)
	}
	if l := tl.Loops[0].Longest; l.Callback != "main.hog" || l.Took != time.Hour {
		t.Errorf("longest step: %+v", l)
	}
}
