package batteries

// This file defines banquet: a group of dishes, which are served together or not
// at all.

import (
	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// banquetIn returns a task that makes all dishes and returns how many. If one
// fails the others are canceled, and it ends with all their errors.
func banquetIn(shape coro.Shape, l *coro.Loop, dishes ...dish) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &banquet{loop: l, dishes: dishes}, loweredBanquetBody(shape, dishes), banquetBody(shape, dishes))
}

//coro:lower
func banquetBody(shape coro.Shape, dishes []dish) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		err := coro.WithGroup(y, banquetName, func(g *coro.Group) error {
			return begin(g, shape, dishes)
		})
		if err != nil {
			return 0, err
		}
		return len(dishes), nil
	}
}

// begin spawns the dishes in g.
func begin(g *coro.Group, shape coro.Shape, dishes []dish) error {
	for _, d := range dishes {
		if _, err := coro.SpawnIn(g, dishIn(shape, d), coro.Named(d.name), coro.InFunc(dishMachine.Func)); err != nil {
			return err
		}
	}
	return nil
}

// banquet is banquetBody as a machine.
type banquet struct {
	state  banquetState
	loop   *coro.Loop
	dishes []dish
	group  *coro.Group
	n      int
	err    error
}

type banquetState uint8

const (
	banquetStart banquetState = iota
	banquetDishes
	banquetDone
)

var banquetMachine = statemachine.Description{
	Name:  "banquet",
	Func:  "batteries.banquet",
	File:  statemachine.ThisFile(),
	Frame: "banquet",
	States: []statemachine.State{
		banquetStart:  {Name: "start", Role: statemachine.Start, Means: "nothing is on the fire"},
		banquetDishes: {Name: "dishes", On: coro.OnGroup, Line: 87, Means: "not all dishes have ended, well or otherwise"},
		banquetDone:   {Name: "done", Role: statemachine.End, Means: "nothing is on the fire any more"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "dishes"},
		{From: "start", To: "done", When: "there are no dishes"},
		{From: "dishes", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "n", Type: "int", Means: "the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *banquet) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case banquetStart:
		m.group = coro.EnterGroup(m.loop, banquetName)
		ended, err := m.group.TryEnd(begin(m.group, coro.ShapeStateMachine, m.dishes))
		if !ended {
			m.state = banquetDishes
			return m.group.Ending(), true
		}
		m.finish(err)
	case banquetDishes:
		m.finish(thrown)
	case banquetDone:
	}
	return coro.Await{}, false
}

// finish notes what the group has come to.
func (m *banquet) finish(err error) {
	m.state = banquetDone
	if m.err = err; err == nil {
		m.n = len(m.dishes)
	}
}

// Result implements [coro.Resumable].
func (m *banquet) Result() int { return m.n }

// Err implements [coro.Resumable].
func (m *banquet) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *banquet) Func() string { return banquetMachine.Func }

// Point implements [coro.Pointer].
func (m *banquet) Point() coro.Point { return banquetMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *banquet) Frame() []coro.Slot { return []coro.Slot{{Name: "n", Value: m.n}} }
