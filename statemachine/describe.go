// Package statemachine describes explicit state machines: coroutines whose
// suspended form is a frame and a number instead of a stack.
//
// A straight-line body such as
//
//	for range n {
//		y.YieldAs("term", a)
//		a, b = b, a+b
//	}
//
// becomes, by hand or by a compiler, a struct that holds what is alive across
// the suspension, and one method with one switch that says where to go on; what
// it does when an error is thrown in is left out here:
//
//	type Fibonacci struct {
//		state fibonacciState
//		n, a, b int
//	}
//
//	func (m *Fibonacci) Resume(_ struct{}, thrown error) (int, bool) {
//		switch m.state {
//		case fibonacciStart:
//			m.a, m.b = 0, 1
//		case fibonacciTerm:
//			m.a, m.b = m.b, m.a+m.b
//		case fibonacciDone:
//			return 0, false
//		}
//		if m.n <= 0 {
//			m.state = fibonacciDone
//			return 0, false
//		}
//		m.n--
//		m.state = fibonacciTerm
//		return m.a, true
//	}
//
// Beside the code stands a [Description]: the states, what each means, on what
// and at which line it is suspended, which state may follow which, and the
// slots of the frame. From that data the kit
//
//   - tells observers where a machine stands ([Description.Point]),
//   - prints and draws the machine ([Description.WriteText], WriteDOT,
//     WriteMermaid, WriteSVG),
//   - finds mistakes in the description ([Description.Validate]), and
//   - holds the running code to it ([Check]).
//
// Package specimen has machines of this form, each beside the straight-line
// code that it does the same as.
package statemachine

// This file defines the description of a machine: states, edges, slots.

import (
	"cmp"
	"fmt"
	"runtime"

	"coroscope/coro"
)

// A Description is a machine as data. It is written as a literal beside the
// machine's code and is not changed.
type Description struct {
	Name   string  // of the machine, as in "fibonacci"
	Func   string  // what traces count it under; see [coro.Funcer]
	File   string  // where its code is, as the compiler names it; see [ThisFile]
	Frame  string  // the name of the struct type that is its frame
	States []State // a state's number is its index
	Edges  []Edge
	Slots  []Slot
}

// A State is what a machine may be in between two resumptions.
type State struct {
	Name  string // unique in the machine
	Means string // what is so while the machine is in this state
	Role  Role

	// The following are for a suspension only.

	On    coro.Kind // what it is suspended on
	Label string    // which one, as in [coro.Suspension]
	Line  int       // of the return that suspends
	File  string    // that it is in, if that is not the Description's
}

// Role says which part a state has in the life of a machine.
type Role uint8

const (
	Suspended Role = iota // a suspension point
	Start                 // not started yet; the state with number 0
	End                   // ended
)

func (r Role) String() string {
	switch r {
	case Suspended:
		return "suspended"
	case Start:
		return "start"
	case End:
		return "end"
	}
	return fmt.Sprintf("role(%d)", r)
}

// An Edge says that a machine which is resumed in state From may be found in
// state To afterwards.
type Edge struct {
	From, To string
	When     string // in a few words; empty if that goes without saying
}

// A Slot is one saved local of the frame.
type Slot struct {
	Name  string // of the struct's field
	Type  string // as the source says it
	Means string
}

// Awaits returns what a suspension waits for in the trace's words, as
// [coro.Suspension] does: "await sleep shake".
func (s *State) Awaits() string {
	return coro.Suspension{Kind: s.On, Label: s.Label}.On()
}

// Point returns the suspension point with the given number, for a machine's
// Point method:
//
//	func (m *Fibonacci) Point() coro.Point { return fibonacciMachine.Point(int(m.state)) }
//
// A number that no state has gives a Point without a name.
func (d *Description) Point(state int) coro.Point {
	if state < 0 || state >= len(d.States) {
		return coro.Point{State: state}
	}
	s := &d.States[state]
	return coro.Point{
		State: state,
		Name:  s.Name,
		Kind:  s.On,
		Label: s.Label,
		Place: d.place(s),
	}
}

// place returns where the code of a state is: nowhere for one that is no
// suspension.
func (d *Description) place(s *State) coro.Place {
	if s.Role != Suspended {
		return coro.Place{}
	}
	return coro.Place{File: cmp.Or(s.File, d.File), Line: s.Line}
}

// state returns the number of the state called name, -1 if there is none.
func (d *Description) state(name string) int {
	for i := range d.States {
		if d.States[i].Name == name {
			return i
		}
	}
	return -1
}

// ThisFile returns the source file of its caller, as the compiler names it,
// for [Description].File.
func ThisFile() string {
	_, file, _, _ := runtime.Caller(1)
	return file
}
