package specimen

// This file defines fibonacci, the smallest specimen: one loop, one suspension.

import (
	"coroscope/coro"
	"coroscope/statemachine"
)

// FibonacciBody hands out the first n Fibonacci numbers. It returns the one
// that would come next.
//
//coro:lower
func FibonacciBody(n int) coro.Body[struct{}, int, int] {
	return func(y *coro.Yielder[struct{}, int]) (int, error) {
		a, b := 0, 1
		for range n {
			if _, err := y.YieldAs("term", a); err != nil {
				return a, err
			}
			a, b = b, a+b
		}
		return a, nil
	}
}

// Fibonacci is FibonacciBody as a machine. What the body has on its stack
// while it is suspended, n, a and b, is the frame.
type Fibonacci struct {
	state fibonacciState
	n     int
	a, b  int
	err   error
}

type fibonacciState uint8

const (
	fibonacciStart fibonacciState = iota
	fibonacciTerm
	fibonacciDone
)

var fibonacciMachine = statemachine.Description{
	Name:  "fibonacci",
	Func:  "specimen.Fibonacci",
	File:  statemachine.ThisFile(),
	Frame: "Fibonacci",
	States: []statemachine.State{
		fibonacciStart: {Name: "start", Role: statemachine.Start, Means: "nothing has run yet"},
		fibonacciTerm:  {Name: "term", Label: "term", Line: 88, Means: "the term a was handed out"},
		fibonacciDone:  {Name: "done", Role: statemachine.End, Means: "all terms were handed out, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "term"},
		{From: "start", To: "done", When: "no term is wanted"},
		{From: "term", To: "term", When: "more are wanted"},
		{From: "term", To: "done", When: "that was the last, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "n", Type: "int", Means: "how many terms are still to be handed out"},
		{Name: "a", Type: "int", Means: "the term that is handed out"},
		{Name: "b", Type: "int", Means: "the term after it"},
	},
}

// NewFibonacci returns the machine that does what FibonacciBody(n) does.
func NewFibonacci(n int) *Fibonacci { return &Fibonacci{n: n} }

// Resume implements [coro.Resumable].
func (m *Fibonacci) Resume(_ struct{}, thrown error) (int, bool) {
	switch m.state {
	case fibonacciStart:
		m.a, m.b = 0, 1
	case fibonacciTerm: // go on behind the yield, to the loop's next round
		if thrown != nil {
			return m.end(thrown)
		}
		m.a, m.b = m.b, m.a+m.b
	case fibonacciDone:
		return 0, false
	}
	if m.n <= 0 {
		return m.end(nil)
	}
	m.n--
	m.state = fibonacciTerm
	return m.a, true
}

func (m *Fibonacci) end(err error) (int, bool) {
	m.state, m.err = fibonacciDone, err
	return 0, false
}

// Result implements [coro.Resumable].
func (m *Fibonacci) Result() int { return m.a }

// Err implements [coro.Resumable].
func (m *Fibonacci) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *Fibonacci) Func() string { return fibonacciMachine.Func }

// Point implements [coro.Pointer].
func (m *Fibonacci) Point() coro.Point { return fibonacciMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *Fibonacci) Frame() []coro.Slot {
	return []coro.Slot{{Name: "n", Value: m.n}, {Name: "a", Value: m.a}, {Name: "b", Value: m.b}}
}
