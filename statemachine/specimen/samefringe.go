package specimen

// This file defines samefringe: two coroutines resumed in turn by a third. It
// is the classic that loops alone cannot do, since each walk is in the middle
// of its tree when the other goes on.

import (
	"coroscope/coro"
	"coroscope/statemachine"
)

// SameFringeBody returns whether two trees have the same leaves from left to
// right, whatever their forms. Each leaf that both have is handed out. The two
// walks are coroutines of the given shape.
//
//coro:lower
func SameFringeBody(left, right *Tree, shape coro.Shape) coro.Body[struct{}, int, bool] {
	return func(y *coro.Yielder[struct{}, int]) (bool, error) {
		a := coro.New(FringeIn(shape, left), coro.InFunc(fringeMachine.Func), coro.Named("left"))
		defer a.Close()
		b := coro.New(FringeIn(shape, right), coro.InFunc(fringeMachine.Func), coro.Named("right"))
		defer b.Close()
		for {
			leaf, more, _ := a.Next()
			other, moreToo, _ := b.Next()
			if more != moreToo || leaf != other {
				return false, nil
			}
			if !more {
				return true, nil
			}
			if _, err := y.YieldAs("pair", leaf); err != nil {
				return false, err
			}
		}
	}
}

// SameFringe is SameFringeBody as a machine. The frames of the two walks are
// part of its own: there is nothing to make, and nothing to close.
type SameFringe struct {
	state sameFringeState
	a, b  Fringe
	same  bool
	err   error
}

type sameFringeState uint8

const (
	sameFringeStart sameFringeState = iota
	sameFringePair
	sameFringeDone
)

var sameFringeMachine = statemachine.Description{
	Name:  "samefringe",
	Func:  "specimen.SameFringe",
	File:  statemachine.ThisFile(),
	Frame: "SameFringe",
	States: []statemachine.State{
		sameFringeStart: {Name: "start", Role: statemachine.Start, Means: "neither walk has begun"},
		sameFringePair:  {Name: "pair", Label: "pair", Line: 105, Means: "both walks stand at a leaf, the same one, which was handed out"},
		sameFringeDone:  {Name: "done", Role: statemachine.End, Means: "it is known whether they are the same, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "pair"},
		{From: "start", To: "done", When: "they differ at once, or are empty"},
		{From: "pair", To: "pair", When: "the next leaves are the same"},
		{From: "pair", To: "done", When: "they differ, or end together, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "a", Type: "Fringe", Means: "the walk of the left tree, a frame in this one"},
		{Name: "b", Type: "Fringe", Means: "the walk of the right tree"},
		{Name: "same", Type: "bool", Means: "the result"},
	},
}

// NewSameFringe returns the machine that does what SameFringeBody does.
func NewSameFringe(left, right *Tree) *SameFringe {
	return &SameFringe{a: makeFringe(left), b: makeFringe(right)}
}

// Resume implements [coro.Resumable].
func (m *SameFringe) Resume(_ struct{}, thrown error) (int, bool) {
	switch m.state {
	case sameFringeStart: // both walks stand at their starts
	case sameFringePair: // both walks are suspended at the leaf
		if thrown != nil {
			return m.end(thrown)
		}
	case sameFringeDone:
		return 0, false
	}
	leaf, more := m.a.Resume(struct{}{}, nil)
	other, moreToo := m.b.Resume(struct{}{}, nil)
	if more != moreToo || leaf != other {
		return m.end(nil)
	}
	if !more {
		m.same = true
		return m.end(nil)
	}
	m.state = sameFringePair
	return leaf, true
}

func (m *SameFringe) end(err error) (int, bool) {
	m.state, m.err = sameFringeDone, err
	return 0, false
}

// Result implements [coro.Resumable].
func (m *SameFringe) Result() bool { return m.same }

// Err implements [coro.Resumable].
func (m *SameFringe) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *SameFringe) Func() string { return sameFringeMachine.Func }

// Point implements [coro.Pointer].
func (m *SameFringe) Point() coro.Point { return sameFringeMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *SameFringe) Frame() []coro.Slot {
	return []coro.Slot{{Name: "a", Value: statemachine.Inside(&m.a)}, {Name: "b", Value: statemachine.Inside(&m.b)}, {Name: "same", Value: m.same}}
}
