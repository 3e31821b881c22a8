package batteries

// This file defines dish: one dish that makes itself, of a course or a banquet.

import (
	"errors"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// A dish is what is to be made.
type dish struct {
	name   string
	takes  time.Duration
	fails  error // what comes of it; nil if it can be served
	spills error // what comes of it if it is canceled; nil if that does no harm
}

// dishIn returns a task that makes a dish and returns 1.
func dishIn(shape coro.Shape, d dish) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &dishing{dish: d}, loweredDishBody(d), dishBody(d))
}

//coro:lower
func dishBody(d dish) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		if err := coro.Wait(y, coro.Sleep(d.takes).As("cook")); err != nil {
			return 0, d.stopped(err)
		}
		return d.served()
	}
}

// stopped returns what a dish ends with into which err was thrown.
func (d dish) stopped(err error) error {
	if d.spills != nil && errors.Is(err, coro.ErrCanceled) {
		return d.spills
	}
	return err
}

// served returns what a dish ends with that has taken its time.
func (d dish) served() (int, error) {
	if d.fails != nil {
		return 0, d.fails
	}
	return 1, nil
}

// dishing is dishBody as a machine.
type dishing struct {
	state dishState
	dish  dish
	n     int
	err   error
}

type dishState uint8

const (
	dishStart dishState = iota
	dishCook
	dishDone
)

var dishMachine = statemachine.Description{
	Name:  "dish",
	Func:  "batteries.dish",
	File:  statemachine.ThisFile(),
	Frame: "dishing",
	States: []statemachine.State{
		dishStart: {Name: "start", Role: statemachine.Start, Means: "is not on the fire"},
		dishCook:  {Name: "cook", On: coro.OnSleep, Label: "cook", Line: 93, Means: "is on the fire"},
		dishDone:  {Name: "done", Role: statemachine.End, Means: "is served, burned, or thrown away"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "cook"},
		{From: "cook", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "n", Type: "int", Means: "the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *dishing) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case dishStart:
		m.state = dishCook
		return coro.Sleep(m.dish.takes).As("cook"), true
	case dishCook:
		m.state = dishDone
		if thrown != nil {
			m.err = m.dish.stopped(thrown)
		} else {
			m.n, m.err = m.dish.served()
		}
	case dishDone:
	}
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *dishing) Result() int { return m.n }

// Err implements [coro.Resumable].
func (m *dishing) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *dishing) Func() string { return dishMachine.Func }

// Point implements [coro.Pointer].
func (m *dishing) Point() coro.Point { return dishMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *dishing) Frame() []coro.Slot { return []coro.Slot{{Name: "n", Value: m.n}} }
