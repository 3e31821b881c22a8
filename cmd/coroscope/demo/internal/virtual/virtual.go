// Package virtual plays what demos do on a loop on a clock that stands still
// while anything runs: nothing takes time but what is said to. So the tests of a
// demo know to the nanosecond what its figures are, whatever the machine does
// meanwhile.
package virtual

import (
	"errors"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// Play plays all parts of a demo in a shape, one after the other, each until
// nothing is left to be done. It returns what a trace of that has, but for what
// only a trace can have: the loop, which has the given name, when it was busy
// and when idle; the coroutines on it, their runs and suspensions.
func Play(t testing.TB, parts func(*demo.Stage) []demo.Part, loop string, shape coro.Shape) *timeline.Timeline {
	t.Helper()
	c := &clock{}
	r := &recorder{
		clock: c,
		loop:  &timeline.Loop{Name: loop},
		of:    make(map[*coro.Info]*timeline.Coroutine),
		lines: make(map[*coro.Info]*timeline.Line),
		ready: make(map[*coro.Info]readied),
	}
	r.tl = &timeline.Timeline{Full: true, Loops: []*timeline.Loop{r.loop}}
	c.loop = coro.NewLoop(
		coro.WithName(loop),
		coro.WithClock(c),
		coro.WithObserver(r),
		coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}), // some demos are about them
	)
	stage := &demo.Stage{Loop: c.loop, Shape: shape, Say: func(string, ...any) {}, Work: func(d time.Duration) { c.now += d }}
	for _, p := range parts(stage) {
		p.Begin()
		if err := c.loop.RunForever(); err != nil && !errors.As(err, new(*coro.DeadlockError)) {
			t.Fatalf("%s: %v", p.Title, err)
		}
	}
	if err := c.loop.Close(); err != nil {
		t.Fatal(err)
	}
	r.tl.Duration = c.now
	r.tl.Contentions = r.tally.Contentions()
	return r.tl
}

// A clock is virtual. It stops its loop when there is nothing to wait for.
type clock struct {
	loop *coro.Loop
	now  time.Duration
}

// Now implements [coro.Clock].
func (c *clock) Now() time.Duration { return c.now }

// Wait implements [coro.Clock].
func (c *clock) Wait(until time.Duration, signal <-chan struct{}, still bool) {
	switch {
	case still:
		<-signal // from work that is under way outside of the loop
	case until < 0:
		c.loop.Stop()
	default:
		c.now = max(c.now, until)
	}
}

// A recorder is an observer that makes a timeline.
type recorder struct {
	coro.NopObserver
	clock *clock
	tl    *timeline.Timeline
	loop  *timeline.Loop
	of    map[*coro.Info]*timeline.Coroutine
	ready map[*coro.Info]readied
	tally timeline.Tally
	lines map[*coro.Info]*timeline.Line // in which they stand
	busy  time.Duration                 // since when the loop is
	idle  time.Duration                 // since when it is, or was last
}

// readied is who was made ready, and how.
type readied struct {
	at    time.Duration
	cause string
	by    protocol.Ref // zero if no other coroutine did it
}

// Spawn implements [coro.Observer].
func (r *recorder) Spawn(i *coro.Info) {
	c := &timeline.Coroutine{
		ID: uint64(len(r.tl.Coroutines) + 1), Name: i.Name, Func: i.Func, Shape: i.Shape.String(),
		Loop: r.loop, Spawned: r.clock.now, Status: timeline.Created,
	}
	if i.Parent != nil {
		c.Parent = r.of[i.Parent].ID
	}
	r.of[i] = c
	r.tl.Coroutines = append(r.tl.Coroutines, c)
}

// Ready implements [coro.Observer].
func (r *recorder) Ready(i *coro.Info, why coro.Cause) {
	now := readied{at: r.clock.now, cause: why.What}
	if why.By != nil && why.By != i {
		now.by = r.of[why.By].Ref()
	}
	r.ready[i] = now
}

// Resume implements [coro.Observer].
func (r *recorder) Resume(i *coro.Info, _ coro.Suspension, start bool, thrown error) {
	c := r.of[i]
	if !start {
		s := &c.Suspensions[len(c.Suspensions)-1]
		s.End, s.Open = r.clock.now, false
		ready := r.ready[i]
		s.Ready, s.ReadyBy, s.Cause = ready.at, ready.by, ready.cause
		if ln := r.lines[i]; ln != nil {
			ln.End(&timeline.Waited{Span: s.Span, Who: c.Ref(), By: ready.by, GaveUp: thrown != nil})
		}
		c.Suspended += s.Len()
		if s.Len() > c.Longest {
			c.Longest, c.LongestOn = s.Len(), s.On
		}
	}
	c.Status = timeline.Running
	c.Runs = append(c.Runs, timeline.Run{Span: timeline.Span{Start: r.clock.now}})
	c.RunCount++
}

// Suspend implements [coro.Observer].
func (r *recorder) Suspend(i *coro.Info, s coro.Suspension) {
	c := r.of[i]
	r.left(c)
	c.Status = timeline.Suspended
	c.Suspensions = append(c.Suspensions, timeline.Suspension{
		Span: timeline.Span{Start: r.clock.now, Open: true}, On: s.On(), State: s.State, Detail: s.Detail, Ready: -1,
	})
	c.SuspensionCount++
	r.lines[i] = r.tally.Begin(r.loop, &protocol.Suspension{Kind: s.Kind.String(), Label: s.Label, Detail: s.Detail}, r.clock.now, nil)
}

// End implements [coro.Observer].
func (r *recorder) End(i *coro.Info, o coro.Outcome) {
	c := r.of[i]
	if c.Status == timeline.Running {
		r.left(c)
	}
	c.Status, c.Ended, c.Outcome = timeline.Done, r.clock.now, o.Kind.String()
	if o.Kind == coro.Failed {
		c.Detail = o.Err.Error()
	}
}

// left notes that a coroutine does not run any longer.
func (r *recorder) left(c *timeline.Coroutine) {
	run := &c.Runs[len(c.Runs)-1]
	run.End = r.clock.now
	c.Run += run.Len()
}

// Turn implements [coro.Observer].
func (r *recorder) Turn(_ *coro.Loop, _ uint64, _, _ int) { r.loop.Turns++ }

// Run implements [coro.Observer].
func (r *recorder) Run(_ *coro.Loop, running bool) {
	if running {
		r.busy = r.clock.now
		return
	}
	r.loop.Busy += r.clock.now - r.busy
}

// Idle implements [coro.Observer].
func (r *recorder) Idle(*coro.Loop, time.Duration) {
	r.loop.Busy += r.clock.now - r.busy
	r.idle = r.clock.now
}

// Busy implements [coro.Observer].
func (r *recorder) Busy(*coro.Loop) {
	r.busy = r.clock.now
	if r.idle < r.busy { // else there was nothing to wait for
		r.loop.Idles = append(r.loop.Idles, timeline.Span{Start: r.idle, End: r.busy})
		r.loop.Idle += r.busy - r.idle
	}
}
