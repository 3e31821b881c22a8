package timeline_test

// This file tests epochs: traces that begin midway, or twice, or without one.

import (
	"context"
	"runtime/trace"
	"strings"
	"testing"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// A trace begun midway has a snapshot of who is older. It is state, not
// events.
func TestSnapshot(t *testing.T) {
	data := record(t, func() {
		writeEpoch(3)
		l := beginLoop("bar", 1)
		defer l.end()
		ref := protocol.Ref{Name: "guest", ID: 4}
		ctx, task := trace.NewTask(l.ctx, "main.guest")
		on := protocol.Suspension{Who: ref, Kind: "lock", Label: "oven", State: 2, File: "bar.go", Line: 44}
		logMessage(ctx, protocol.CatSnapshot, protocol.Spawn{Who: ref, Shape: "statemachine", Func: "main.guest"})
		since := on
		since.Detail = protocol.Since(time.Hour, "")
		logMessage(ctx, protocol.CatSuspended, since)
		c := &fakeCoroutine{ref, ctx, task, on}
		c.resume()
		c.suspend("sleep", "nap", 3, 50)
		c.resume()
		c.end("returned", "")
	})
	want := []string{
		"snapshot guest",
		"snapshot guest await lock oven bar.go:44",
		"resume guest await lock oven bar.go:44",
		"suspend guest await sleep nap bar.go:50",
		"resume guest await sleep nap bar.go:50",
		"end guest",
	}
	if diff := cmp.Diff(want, lines(t, data)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	tl := read(t, data, timeline.Options{Full: true})
	c := tl.Coroutines[0]
	if !c.Older || c.Func != "main.guest" || c.RunCount != 2 || c.SuspensionCount != 2 || c.Loop != tl.Loops[0] {
		t.Errorf("%+v", c)
	}
	if s := c.Suspensions[0]; !s.Older || s.Len() < time.Hour || s.Start > 0 {
		t.Errorf("older suspension: %+v", s)
	}
	// What was before the trace is in no total.
	if c.Suspended > tl.Duration || c.Longest > tl.Duration || c.Suspended <= 0 {
		t.Errorf("suspended for %v, %v at a time, in a trace of %v", c.Suspended, c.Longest, tl.Duration)
	}
	if diff := cmp.Diff([]timeline.Epoch{{T: tl.Epochs[0].T, N: 3, Version: 1}}, tl.Epochs); diff != "" {
		t.Errorf("epochs (-want +got):\n%s", diff)
	}
	if len(tl.Lost) != 0 {
		t.Errorf("lost: %q", tl.Lost)
	}
}

// A later epoch in the same trace tells again what is known already.
func TestTwoEpochs(t *testing.T) {
	data := record(t, func() {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		c := spawn(l.ctx, "guest", 4, nobody)
		c.start()
		c.suspend("lock", "oven", 2, 44)
		l.nextTurn(0, 0)
		l.end()

		writeEpoch(2)
		l = beginLoop("bar", 1)
		defer l.end()
		c.ctx, c.task = trace.NewTask(l.ctx, "main.guest")
		logMessage(c.ctx, protocol.CatSnapshot, protocol.Spawn{Who: c.ref, Shape: "statemachine", Func: "main.guest"})
		since := c.on
		since.Detail = protocol.Since(time.Microsecond, "")
		logMessage(c.ctx, protocol.CatSuspended, since)
		l.nextTurn(0, 0)
		c.resume()
		c.end("returned", "")
	})
	tl := read(t, data, timeline.Options{Full: true})
	if len(tl.Epochs) != 2 || len(tl.Loops) != 1 || len(tl.Coroutines) != 1 {
		t.Fatalf("%d epochs, %d loops, %d coroutines", len(tl.Epochs), len(tl.Loops), len(tl.Coroutines))
	}
	l := tl.Loops[0]
	if l.Turns != 2 || len(l.Pages) != 2 || len(l.Running) != 2 {
		t.Errorf("loop: %+v", l)
	}
	c := tl.Coroutines[0]
	if len(c.Suspensions) != 1 || c.Suspensions[0].Older || c.RunCount != 2 || c.Older {
		t.Errorf("coroutine: %+v", c)
	}
}

// What the coroutines of a loop did while nobody observed it is not known: what
// they were last known to do ends where the observation did.
func TestUnobservedForAWhile(t *testing.T) {
	const unseen = 5 * time.Millisecond
	data := recordTimed(t, func(pass func(time.Duration)) {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		guest := spawn(l.ctx, "guest", 4, nobody)
		guest.start()
		guest.suspend("lock", "oven", 2, 44)
		baker := spawn(l.ctx, "baker", 5, nobody)
		baker.start()
		baker.suspend("sleep", "bake", 1, 60)
		l.end()
		pass(unseen)

		ctx, task := trace.NewTask(context.Background(), protocol.TaskLoop("bar"))
		defer task.End()
		logMessage(ctx, protocol.CatCoroscope, protocol.Loop{Who: protocol.Ref{Name: "bar", ID: 1}, Unobserved: true})
		guest.ctx, guest.task = trace.NewTask(ctx, "main.guest")
		logMessage(guest.ctx, protocol.CatSnapshot, protocol.Spawn{Who: guest.ref, Shape: "statemachine", Func: "main.guest"})
		guest.on.Kind, guest.on.Label = "sleep", "nap"
		logMessage(guest.ctx, protocol.CatSuspended, guest.on)
		guest.resume()
		guest.end("returned", "")
	})
	tl := read(t, data, timeline.Options{Full: true})
	if len(tl.Loops) != 1 || len(tl.Coroutines) != 2 {
		t.Fatalf("%d loops, %d coroutines", len(tl.Loops), len(tl.Coroutines))
	}
	end := tl.Loops[0].Pages[0].End
	guest, baker := tl.Coroutines[0], tl.Coroutines[1]
	if s := guest.Suspensions; len(s) != 2 || s[0].On != "await lock oven" || s[0].End != end || s[1].On != "await sleep nap" ||
		!about(s[1].Start, end+unseen) || !s[1].Older {
		t.Errorf("the loop was left at %v; suspensions of guest: %+v", end, s)
	}
	if guest.RunCount != 2 || guest.Run+guest.Suspended > tl.Duration-unseen {
		t.Errorf("%d runs of guest, %v; suspended %v; of %v", guest.RunCount, guest.Run, guest.Suspended, tl.Duration)
	}
	if s := baker.Suspensions; len(s) != 1 || s[0].End != end || s[0].Open || baker.Status != timeline.Unknown {
		t.Errorf("the loop was left at %v; suspensions of baker, who is %v: %+v", end, baker.Status, s)
	}
}

// In a window that begins in the middle of things, who is older belongs to no
// loop before the first epoch, and does after it.
func TestLoopOfOlder(t *testing.T) {
	var old *fakeCoroutine
	record(t, func() { // its tasks are in another trace
		old = spawn(beginLoop("bar", 1).ctx, "guest", 4, nobody)
	})
	data := record(t, func() {
		old.start()
		old.suspend("lock", "oven", 2, 44)
		writeEpoch(2)
		l := beginLoop("bar", 1)
		defer l.end()
		other := beginLoop("door", 2)
		defer other.end()
		ctx, task := trace.NewTask(l.ctx, "main.guest")
		defer task.End()
		logMessage(ctx, protocol.CatSnapshot, protocol.Spawn{Who: old.ref, Shape: "statemachine", Func: "main.guest"})
		logMessage(ctx, protocol.CatSuspended, old.on)
	})
	tl := read(t, data, timeline.Options{})
	if len(tl.Loops) != 2 || len(tl.Coroutines) != 1 {
		t.Fatalf("%d loops, %d coroutines", len(tl.Loops), len(tl.Coroutines))
	}
	if c := tl.Coroutines[0]; c.Loop == nil || c.Loop.Name != "bar" {
		t.Errorf("the loop of %v is %+v", c, c.Loop)
	}
}

// What a loop does in such a window before the first epoch, in which it says who
// it is, belongs to it.
func TestTurnsBeforeEpoch(t *testing.T) {
	var old *fakeLoop
	record(t, func() { old = beginLoop("bar", 1) })
	data := recordTimed(t, func(pass func(time.Duration)) {
		old.idle(func() { pass(time.Millisecond) })
		old.nextTurn(0, 0)
		writeEpoch(2)
		old.nextTurn(1, 0)
		old.end()
		l := beginLoop("bar", 1)
		defer l.end()
		l.nextTurn(0, 0)
	})
	tl := read(t, data, timeline.Options{Full: true})
	if len(tl.Loops) != 1 {
		t.Fatalf("%d loops", len(tl.Loops))
	}
	l := tl.Loops[0]
	if l.Turns != 3 || len(l.TurnLog) != 3 || len(l.Pages) != 2 || len(l.Running) != 2 || len(l.Idles) != 1 {
		t.Errorf("%+v", l)
	}
	if l.ID != 1 || l.Running[0].Start != 0 || !about(l.Idle, time.Millisecond) {
		t.Errorf("%+v", l)
	}
	if p := l.Pages[0]; !p.Older || l.Task != l.Pages[1].Task {
		t.Errorf("task %d is chosen of %+v", l.Task, l.Pages)
	}
}

// The page to open of a loop is that of the epoch that covers most of the
// trace.
func TestPages(t *testing.T) {
	lengths := []time.Duration{time.Millisecond, 6 * time.Millisecond, 2 * time.Millisecond}
	data := recordTimed(t, func(pass func(time.Duration)) {
		for n, took := range lengths {
			writeEpoch(uint64(n + 1))
			l := beginLoop("bar", 1)
			l.nextTurn(0, 0)
			pass(took)
			if n != 1 { // an epoch may end without a word
				l.end()
			}
		}
	})
	tl := read(t, data, timeline.Options{})
	if len(tl.Loops) != 1 || len(tl.Loops[0].Pages) != 3 {
		t.Fatalf("loops: %+v", tl.Loops)
	}
	l := tl.Loops[0]
	if l.Task != l.Pages[1].Task || l.Task == 0 {
		t.Errorf("task %d is chosen of %+v", l.Task, l.Pages)
	}
	for i, p := range l.Pages {
		if p.Open || p.Older || !about(p.Len(), lengths[i]) {
			t.Errorf("page %d: %+v", i, p)
		}
		if i > 0 && p.Start < l.Pages[i-1].End {
			t.Errorf("page %d begins at %v, before the end of the one before it at %v", i, p.Start, l.Pages[i-1].End)
		}
	}
}

// One that is made ready while it still runs waits for its turn from when it
// is suspended.
func TestReadyWhileRunning(t *testing.T) {
	data := recordTimed(t, func(pass func(time.Duration)) {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		c := spawn(l.ctx, "guest", 4, nobody)
		c.start()
		c.ready(nobody, "")
		pass(5 * time.Millisecond)
		c.suspend("lock", "oven", 2, 44)
		c.resume()
		c.end("returned", "")
	})
	c := read(t, data, timeline.Options{}).Coroutines[0]
	if !about(c.Run, 5*time.Millisecond) || c.Waited != c.Suspended || c.Waited <= 0 {
		t.Errorf("ran %v, suspended for %v, waited for its turn for %v", c.Run, c.Suspended, c.Waited)
	}
}

// A trace that begins, without an epoch, in the middle of things.
func TestWithoutBeginning(t *testing.T) {
	data := recordTimed(t, func(pass func(time.Duration)) {
		ctx := context.Background()
		guest := &fakeCoroutine{ref: protocol.Ref{Name: "guest", ID: 4}, ctx: ctx}
		guest.on = protocol.Suspension{Who: guest.ref, Kind: "lock", Label: "oven", State: 2}
		baker := &fakeCoroutine{ref: protocol.Ref{Name: "baker", ID: 5}, ctx: ctx}
		pass(time.Millisecond)
		baker.suspend("sleep", "bake", 1, 60)
		guest.resume()
		guest.suspend("sleep", "nap", 1, 60)
	})
	tl := read(t, data, timeline.Options{Full: true})
	guest, baker := tl.Coroutines[0], tl.Coroutines[1]
	if s := guest.Suspensions; len(s) != 2 || !s[0].Older || s[0].On != "await lock oven" || !about(s[0].Len(), time.Millisecond) {
		t.Errorf("suspensions of guest: %+v", s)
	}
	if r := baker.Runs; len(r) != 1 || r[0].Start != 0 || !about(r[0].Len(), time.Millisecond) {
		t.Errorf("runs of baker: %+v", r)
	}
	if len(tl.Notes) != 1 || !strings.Contains(tl.Notes[0], "begins in the middle of what it shows") {
		t.Errorf("notes: %q", tl.Notes)
	}
	want := []string{
		"2 coroutines are older than what can be read: function and shape are not known",
	}
	if diff := cmp.Diff(want, tl.Lost); diff != "" {
		t.Errorf("lost (-want +got):\n%s", diff)
	}
}
