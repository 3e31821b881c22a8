// Package bartender is the demo bartender: a bartender of their own for every
// guest, and then one bartender for all guests.
//
// The bar is the same both times. It has one shaker and one oven; both work by
// themselves, and that is what everybody waits for. In the first half each
// bartender is a goroutine, as a thread is in other languages: the shaker and
// the oven need locks, and whoever finds one taken stands there and waits. In
// the second half there is one bartender, an event loop, and each guest is a
// coroutine on it. Nothing is shared between threads, so there is no lock. If
// the shaker is taken it is the guest who waits, and the bartender goes on to
// the next one.
package bartender

import (
	"context"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// Demo is the demo bartender.
var Demo = demo.Demo{
	Name:    "bartender",
	About:   "one bartender for every guest, with locks, against one bartender for all guests",
	Shapes:  demo.ShapeNames(),
	Run:     run,
	Figures: figures,
	Parts:   parts,
}

// byHand is how long it takes to do something by hand. It is work: whoever
// does it does nothing else.
const byHand = 2 * time.Millisecond

// loopName is the name of the loop that is the single bartender.
const loopName = "bar"

// theBar is what both halves are about.
func theBar() specimen.Bar {
	return specimen.Bar{
		Guests:  []string{"Ann", "Bob", "Cleo", "Dan", "Eve"},
		Shakers: 1,
		Ovens:   1,
		Order:   5 * time.Millisecond,
		Mix:     25 * time.Millisecond,
		Bake:    35 * time.Millisecond,
		Serve:   5 * time.Millisecond,
	}
}

func run(ctx context.Context, env *demo.Env) error {
	bar := theBar()
	env.Title("One bartender for every guest: %d goroutines, a lock on the shaker and one on the oven.", len(bar.Guests))
	manyBartenders(ctx, env, bar)
	if err := ctx.Err(); err != nil {
		return err
	}
	env.Title("One bartender for all guests: a loop, and a coroutine (%s) for each guest.", env.Shape)
	return oneBartender(env, bar)
}

// oneBartender serves all guests on a loop.
func oneBartender(env *demo.Env, bar specimen.Bar) error {
	shape := demo.ShapesIn(env.Shape)[0]
	l := env.NewLoop(loopName, &waits{env: env})
	defer l.Close()
	bartender := open(bar, &demo.Stage{Loop: l, Shape: shape, Say: env.Say, Work: func(time.Duration) { work() }})
	_, err := coro.RunUntil(l, bartender)
	return err
}

// open opens the bar on a stage, and returns the task of its bartender.
func open(bar specimen.Bar, s *demo.Stage) *coro.Task[int] {
	bar.Act = func(guest, action string) {
		s.Say("%-4s  bartender %s", guest, action)
		s.Work(byHand)
	}
	return coro.Spawn(s.Loop, specimen.BartenderIn(s.Shape, s.Loop, bar), coro.Named("bartender"), coro.InFunc("specimen.bartender"))
}

// parts is the half of the demo that has a loop.
func parts(s *demo.Stage) []demo.Part {
	return []demo.Part{{
		Title: "One bartender for all guests: whoever finds the shaker or the oven taken waits, and the bartender goes on.",
		Begin: func() { open(theBar(), s) },
	}}
}

// waits tells when a guest has to wait for the shaker or the oven.
type waits struct {
	coro.NopObserver
	env *demo.Env
}

// Suspend implements [coro.Observer].
func (w *waits) Suspend(c *coro.Info, s coro.Suspension) {
	if s.Kind == coro.OnFuture {
		w.env.Say("%-4s  waits for the %s; the bartender goes on to somebody else", c.Name, s.Label)
	}
}

// work works for the time byHand.
func work() {
	for start := time.Now(); time.Since(start) < byHand; {
	}
}
