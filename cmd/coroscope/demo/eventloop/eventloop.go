// Package eventloop is the demo eventloop: what an event loop does, one turn
// after the other.
//
// A turn runs what is ready, once, in the order in which it became ready. What
// becomes ready meanwhile is for the next turn. When nothing is ready, the loop
// is idle until the first timer is due. From that, the five parts of the demo
// follow: the ready queue, timers, callbacks that arm themselves again, tasks
// that take turns, and what happens when one step does not let go of the loop.
package eventloop

import (
	"context"
	"errors"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
)

// Demo is the demo eventloop.
var Demo = demo.Demo{
	Name:    "eventloop",
	About:   "what one turn does: the ready queue, timers, callbacks that arm themselves again, a hog",
	Shapes:  demo.ShapeNames(),
	Run:     run,
	Figures: figures,
	Parts:   func(s *demo.Stage) []demo.Part { return (&show{s}).parts() },
}

const (
	loopName = "main"
	hops     = 4                     // how often the trampoline arms itself
	laps     = 3                     // how often each runner runs
	hold     = 60 * time.Millisecond // how long the hog holds the loop
)

// A show is one run of the demo.
type show struct{ *demo.Stage }

func run(ctx context.Context, env *demo.Env) error {
	l := env.NewLoop(loopName, &turns{env: env})
	defer l.Close()
	s := &show{&demo.Stage{Loop: l, Shape: demo.ShapesIn(env.Shape)[0], Say: env.Say, Work: work}}
	for _, part := range s.parts() {
		if err := ctx.Err(); err != nil {
			return err
		}
		env.Title("%s", part.Title)
		part.Begin()
		if err := l.RunForever(); err != nil { // until it is told to stop
			return err
		}
	}
	return nil
}

func (s *show) parts() []demo.Part {
	return []demo.Part{
		{Title: "What is ready runs in order, once a turn. What becomes ready meanwhile is for the next turn.", Begin: s.readyQueue},
		{Title: "Timers fire in the order of their deadlines. Until then the loop has nothing to do.", Begin: s.timers},
		{Title: "A trampoline, a callback that arms itself again, runs once a turn: others get their turns meanwhile.", Begin: s.trampoline},
		{Title: "Tasks are coroutines that the loop resumes. Two that run laps take turns, then both sleep.", Begin: s.runners},
		{Title: "One step that does not let go holds everything: the timer is due, and has to wait.", Begin: s.hog},
	}
}

// work works for d, and lets nobody else.
func work(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

// over ends the part.
func (s *show) over() {
	s.Loop.CallSoon(func() {
		s.Say("  the loop is told to stop")
		s.Loop.Stop()
	})
}

func (s *show) readyQueue() {
	s.Loop.CallSoon(func() { s.Say("  callback 1") })
	s.Loop.CallSoon(func() {
		s.Say("  callback 2 makes callback 4 ready")
		s.Loop.CallSoon(func() {
			s.Say("  callback 4")
			s.over()
		})
	})
	s.Loop.CallSoon(func() { s.Say("  callback 3") })
}

func (s *show) timers() {
	s.Loop.CallLater(30*time.Millisecond, func() {
		s.Say("  the timer of 30ms, set first")
		s.over()
	})
	s.Loop.CallLater(10*time.Millisecond, func() { s.Say("  the timer of 10ms, set second") })
	never := s.Loop.CallLater(20*time.Millisecond, func() { s.Say("  this is never called") })
	s.Loop.CallSoon(func() {
		s.Say("  the timer of 20ms is canceled")
		never.Cancel()
	})
}

func (s *show) trampoline() {
	hop := 0
	var trampoline func()
	trampoline = func() {
		hop++
		s.Say("  trampoline, hop %d", hop)
		if hop == hops {
			s.over()
			return
		}
		s.Loop.CallSoon(trampoline)
	}
	s.Loop.CallSoon(trampoline)
	s.Loop.CallSoon(func() { s.Say("  somebody else, between two hops") })
}

// runners has two tasks run laps.
func (s *show) runners() {
	left := 2
	for _, name := range []string{"hare", "tortoise"} {
		t := coro.Spawn(s.Loop, runnerIn(s.Shape, laps), coro.Named(name), coro.InFunc(runnerMachine.Func))
		t.AddDoneCallback(func() {
			if left--; left == 0 {
				s.over()
			}
		})
	}
}

func (s *show) hog() {
	set := s.Loop.Time()
	s.Loop.CallLater(10*time.Millisecond, func() {
		s.Say("  the timer of 10ms, after %v", (s.Loop.Time() - set).Round(time.Millisecond))
		s.over()
	})
	s.Loop.CallSoon(s.holdLoop)
}

// holdLoop is the hog: it works on and on in one step.
func (s *show) holdLoop() {
	s.Say("  the hog works for %v in one step", hold)
	s.Work(hold)
}

// turns tells of each turn, and of what the coroutines do in it.
type turns struct {
	coro.NopObserver
	env *demo.Env
}

// Turn implements [coro.Observer].
func (t *turns) Turn(_ *coro.Loop, n uint64, ready, timers int) {
	t.env.Say("turn %d: ready %d, timers set %d", n, ready, timers)
}

// Idle implements [coro.Observer].
func (t *turns) Idle(l *coro.Loop, deadline time.Duration) {
	left := deadline - l.Time()
	if left <= 0 {
		t.env.Say("nothing is ready, but a timer is due already")
		return
	}
	t.env.Say("idle until the next timer is due, in %v", left.Round(10*time.Microsecond))
}

// Timer implements [coro.Observer].
func (t *turns) Timer(c *coro.Info, _ string, op coro.TimerOp, _ time.Duration) {
	if c != nil && op == coro.TimerFired {
		t.env.Say("  the timer of %s has fired, so it is ready", c)
	}
}

// Resume implements [coro.Observer].
func (t *turns) Resume(c *coro.Info, s coro.Suspension, start bool, thrown error) {
	switch {
	case start:
		t.env.Say("  %s starts", c)
	case errors.Is(thrown, coro.ErrClosed):
		t.env.Say("  %s is closed", c)
	default:
		t.env.Say("  %s goes on from %s", c, s.On())
	}
}

// Suspend implements [coro.Observer].
func (t *turns) Suspend(c *coro.Info, s coro.Suspension) { t.env.Say("  %s -> %s", c, s.On()) }

// End implements [coro.Observer].
func (t *turns) End(c *coro.Info, o coro.Outcome) { t.env.Say("  %s has %s", c, o.Kind) }
