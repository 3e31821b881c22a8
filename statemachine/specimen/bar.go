package specimen

// This file defines the bar that the bartender's coroutines share. There is no
// lock in it: all that touches it runs on one loop.

import (
	"fmt"
	"slices"
	"time"

	"coroscope/coro"
)

// A Bar says how many there are of everything and how long everything takes.
// Durations are positive and are slept on the loop's clock.
type Bar struct {
	Guests  []string
	Shakers int // at least 1
	Ovens   int // at least 1

	Order time.Duration // until a guest has chosen
	Mix   time.Duration // a shaker shakes by itself
	Bake  time.Duration // an oven bakes by itself
	Serve time.Duration // until a guest has been served

	// Act, if not nil, is called for whatever the bartender does by hand:
	// "takes the order", "pours the drink", "serves". While it runs, nothing
	// else does.
	Act func(guest, action string)
}

// A bar is a Bar in business.
type bar struct {
	Bar
	loop     *coro.Loop
	shakers  tools
	ovens    tools
	newGuest func(b *bar, name string) coro.Resumable[struct{}, coro.Await, time.Duration]
}

// String says which tools are free.
func (b *bar) String() string {
	return fmt.Sprintf("free: %d of %d shakers, %d of %d ovens", b.shakers.free, b.Shakers, b.ovens.free, b.Ovens)
}

func (b Bar) open(l *coro.Loop, shape coro.Shape) *bar {
	return &bar{
		Bar:     b,
		loop:    l,
		shakers: tools{label: "shaker", free: b.Shakers},
		ovens:   tools{label: "oven", free: b.Ovens},
		newGuest: func(b *bar, name string) coro.Resumable[struct{}, coro.Await, time.Duration] {
			return guestIn(shape, b, name)
		},
	}
}

// admit makes a task of each guest.
func (b *bar) admit() []*coro.Task[time.Duration] {
	var tasks []*coro.Task[time.Duration]
	for _, name := range b.Guests {
		tasks = append(tasks, coro.Spawn(b.loop, b.newGuest(b, name), coro.Named(name), coro.InFunc(guestMachine.Func)))
	}
	return tasks
}

func (b *bar) act(guest, action string) {
	if b.Act != nil {
		b.Act(guest, action)
	}
}

// tools are the bar's shakers, or its ovens.
type tools struct {
	label   string
	free    int
	waiting []*coro.Future[struct{}] // turns of those who wait, first come first
}

// take takes a tool if one is free. Otherwise it puts turn at the end of the
// queue: when turn is done, a tool was handed over.
func (t *tools) take(turn *coro.Future[struct{}]) bool {
	if t.free > 0 {
		t.free--
		return true
	}
	if turn.Done() {
		turn.Reset()
	}
	t.waiting = append(t.waiting, turn)
	return false
}

// putBack hands a tool to whoever has waited longest, or lays it down.
func (t *tools) putBack() {
	for len(t.waiting) > 0 {
		turn := t.waiting[0]
		t.waiting = slices.Delete(t.waiting, 0, 1)
		if !turn.Done() { // else it was canceled
			turn.SetResult(struct{}{})
			return
		}
	}
	t.free++
}

// leave is for one whose wait for turn was cut short. A tool may have been
// handed over in the same turn of the loop, and must not be lost.
func (t *tools) leave(turn *coro.Future[struct{}]) {
	if i := slices.Index(t.waiting, turn); i >= 0 {
		t.waiting = slices.Delete(t.waiting, i, i+1)
	} else if !turn.Canceled() {
		t.putBack()
	}
}

// get takes a tool, and suspends the body of y until one is free if it must.
func (t *tools) get(y *coro.Async, l *coro.Loop) error {
	turn := coro.NewFuture[struct{}](l, t.label)
	if t.take(turn) {
		return nil
	}
	if err := coro.Wait(y, coro.On(turn)); err != nil {
		t.leave(turn)
		return err
	}
	return nil
}
