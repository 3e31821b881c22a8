package specimen

// This file defines fringe, the leaves of a tree one by one, which the specimen
// samefringe compares.

import (
	"coroscope/coro"
	"coroscope/statemachine"
)

// FringeBody hands out the leaves of a tree from left to right. It returns how
// many there are.
//
//coro:lower
func FringeBody(t *Tree) coro.Body[struct{}, int, int] {
	return func(y *coro.Yielder[struct{}, int]) (int, error) {
		return leaves(y, t)
	}
}

func leaves(y *coro.Yielder[struct{}, int], t *Tree) (int, error) {
	if t == nil {
		return 0, nil
	}
	if t.Left == nil && t.Right == nil {
		_, err := y.YieldAs("leaf", t.Value)
		return 1, err
	}
	left, err := leaves(y, t.Left)
	if err != nil {
		return left, err
	}
	right, err := leaves(y, t.Right)
	return left + right, err
}

// Fringe is FringeBody as a machine. Nothing is done with a node after the
// leaves beneath it, so its stack holds what is still to be walked, not what
// is to be returned to.
type Fringe struct {
	state fringeState
	stack []*Tree
	count int
	err   error
}

type fringeState uint8

const (
	fringeStart fringeState = iota
	fringeLeaf
	fringeDone
)

var fringeMachine = statemachine.Description{
	Name:  "fringe",
	Func:  "specimen.Fringe",
	File:  statemachine.ThisFile(),
	Frame: "Fringe",
	States: []statemachine.State{
		fringeStart: {Name: "start", Role: statemachine.Start, Means: "nothing has run yet"},
		fringeLeaf:  {Name: "leaf", Label: "leaf", Line: 110, Means: "a leaf was handed out, as were all left of it"},
		fringeDone:  {Name: "done", Role: statemachine.End, Means: "all leaves were handed out, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "leaf"},
		{From: "start", To: "done", When: "the tree is empty"},
		{From: "leaf", To: "leaf", When: "there are more"},
		{From: "leaf", To: "done", When: "that was the last, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "stack", Type: "[]*Tree", Means: "the trees to be walked, the next one last"},
		{Name: "count", Type: "int", Means: "how many leaves were handed out"},
	},
}

// NewFringe returns the machine that does what FringeBody(t) does.
func NewFringe(t *Tree) *Fringe {
	m := makeFringe(t)
	return &m
}

// makeFringe returns the machine by value, for frames that contain it.
func makeFringe(t *Tree) Fringe {
	m := Fringe{stack: make([]*Tree, 0, t.Height()+1)}
	if t != nil {
		m.stack = append(m.stack, t)
	}
	return m
}

// Resume implements [coro.Resumable].
func (m *Fringe) Resume(_ struct{}, thrown error) (int, bool) {
	switch m.state {
	case fringeStart: // the stack holds the root
	case fringeLeaf: // the stack holds what is right of the leaf
		if thrown != nil {
			return m.end(thrown)
		}
	case fringeDone:
		return 0, false
	}
	for len(m.stack) > 0 {
		top := len(m.stack) - 1
		t := m.stack[top]
		m.stack = m.stack[:top]
		if t.Left == nil && t.Right == nil {
			m.count++
			m.state = fringeLeaf
			return t.Value, true
		}
		if t.Right != nil {
			m.stack = append(m.stack, t.Right)
		}
		if t.Left != nil {
			m.stack = append(m.stack, t.Left)
		}
	}
	return m.end(nil)
}

func (m *Fringe) end(err error) (int, bool) {
	m.state, m.err = fringeDone, err
	return 0, false
}

// Result implements [coro.Resumable].
func (m *Fringe) Result() int { return m.count }

// Err implements [coro.Resumable].
func (m *Fringe) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *Fringe) Func() string { return fringeMachine.Func }

// Point implements [coro.Pointer].
func (m *Fringe) Point() coro.Point { return fringeMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *Fringe) Frame() []coro.Slot {
	return []coro.Slot{{Name: "stack", Value: m.stack}, {Name: "count", Value: m.count}}
}
