package statemachine

// This file defines the checker: a machine's wrapper that holds the running
// code to the edges that its description declares.

import (
	"fmt"

	"coroscope/coro"
)

// An EdgeError says that a machine went from one state to another although its
// description declares no such edge.
type EdgeError struct {
	Machine  string
	From, To string // the states' names
}

func (e *EdgeError) Error() string {
	return fmt.Sprintf("machine %s went from state %s to state %s: no such edge is declared", e.Machine, e.From, e.To)
}

// A Checked is a machine with a checker around it.
type Checked[In, Out, Ret any] struct {
	machine coro.Resumable[In, Out, Ret]
	d       *Description
	report  func(error)
	taken   map[Edge]bool
}

// Check returns machine, which d describes, such that report is called with an
// [*EdgeError] each time that a resumption, or Unwind, takes it along an edge
// that d does not declare, and when what Resume answers does not suit the
// state's role. A machine that has ended and is resumed nevertheless must answer
// false and stay where it is. The machine must be a [coro.Pointer]; Check panics otherwise.
//
// Everything that the driver asks of the machine it still gets. The checker
// costs a few allocations and map accesses a resumption: it is for tests.
func Check[In, Out, Ret any](d *Description, machine coro.Resumable[In, Out, Ret], report func(error)) *Checked[In, Out, Ret] {
	if _, ok := machine.(coro.Pointer); !ok {
		panic(fmt.Sprintf("statemachine: %T cannot be checked: it has no method Point", machine))
	}
	return &Checked[In, Out, Ret]{machine: machine, d: d, report: report, taken: make(map[Edge]bool)}
}

// Taken returns the declared edges that were taken so far, in the order of the
// description.
func (c *Checked[In, Out, Ret]) Taken() []Edge {
	var taken []Edge
	for _, e := range c.d.Edges {
		if c.taken[Edge{From: e.From, To: e.To}] {
			taken = append(taken, e)
		}
	}
	return taken
}

// Resume resumes the machine and looks where it went.
func (c *Checked[In, Out, Ret]) Resume(in In, thrown error) (Out, bool) {
	from := c.Point().State
	out, ok := c.machine.Resume(in, thrown)
	c.went(from, ok)
	return out, ok
}

// Unwind implements [coro.Unwinder]. A machine that is none just stays where
// it is.
func (c *Checked[In, Out, Ret]) Unwind() {
	u, ok := c.machine.(coro.Unwinder)
	if !ok {
		return
	}
	from := c.Point().State
	u.Unwind()
	c.went(from, false)
}

func (c *Checked[In, Out, Ret]) went(from int, suspended bool) {
	to := c.Point().State
	if from == to && c.d.Point(to).Name != "" && c.d.States[to].Role == End && !suspended {
		return // it was resumed by hand after its end, and stays there
	}
	e := Edge{From: c.name(from), To: c.name(to)}
	if !c.d.declares(e) {
		c.report(&EdgeError{Machine: c.d.Name, From: e.From, To: e.To})
		return
	}
	c.taken[e] = true
	if role := c.d.States[to].Role; (role == Suspended) != suspended {
		c.report(fmt.Errorf("machine %s answered ok %t in state %s, whose role is %s", c.d.Name, suspended, e.To, role))
	}
}

// declares reports whether there is an edge between the same states as e.
func (d *Description) declares(e Edge) bool {
	for _, have := range d.Edges {
		if have.From == e.From && have.To == e.To {
			return true
		}
	}
	return false
}

// name returns a state's name, or its number if no such state is described.
func (c *Checked[In, Out, Ret]) name(state int) string {
	if name := c.d.Point(state).Name; name != "" {
		return name
	}
	return fmt.Sprint(state)
}

// Result implements [coro.Resumable].
func (c *Checked[In, Out, Ret]) Result() Ret { return c.machine.Result() }

// Err implements [coro.Resumable].
func (c *Checked[In, Out, Ret]) Err() error { return c.machine.Err() }

// Point implements [coro.Pointer].
func (c *Checked[In, Out, Ret]) Point() coro.Point { return c.machine.(coro.Pointer).Point() }

// Func implements [coro.Funcer].
func (c *Checked[In, Out, Ret]) Func() string {
	if f, ok := c.machine.(coro.Funcer); ok {
		return f.Func()
	}
	return c.d.Func
}

// Frame implements [coro.Framer]. A machine that is none has no slots.
func (c *Checked[In, Out, Ret]) Frame() []coro.Slot {
	if f, ok := c.machine.(coro.Framer); ok {
		return f.Frame()
	}
	return nil
}

// Shape implements [coro.Shaper].
func (c *Checked[In, Out, Ret]) Shape() coro.Shape {
	if s, ok := c.machine.(coro.Shaper); ok {
		return s.Shape()
	}
	return coro.ShapeStateMachine
}

// Inner implements [coro.Delegator].
func (c *Checked[In, Out, Ret]) Inner() coro.Inspectable {
	if d, ok := c.machine.(coro.Delegator); ok {
		return d.Inner()
	}
	return nil
}
