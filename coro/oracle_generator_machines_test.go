package coro_test

// This file defines the generator scenarios' bodies as state machines, each
// beside the straight-line version in oracle_generator_test.go by its name.
// The state is the number of the suspension point that the machine stands at;
// in state 0 it has not started.

import (
	"errors"

	"coroscope/coro"
)

// ranMachine prints that it runs and yields 1.
type ranMachine struct {
	ending
	s     *transcript
	state int
}

func (m *ranMachine) Resume(_ any, thrown error) (any, bool) {
	switch m.state {
	case 0:
		m.s.log("ran")
		m.state = 1
		return 1, true
	default:
		m.err = thrown
		return nil, false
	}
}

// sendMachine prints what is sent to it.
type sendMachine struct {
	ending
	s     *transcript
	state int
}

func (m *sendMachine) Resume(in any, thrown error) (any, bool) {
	if thrown != nil {
		m.err = thrown
		return nil, false
	}
	switch m.state {
	case 0:
		m.state = 1
		return 1, true
	case 1:
		m.s.log("a", in)
		m.state = 2
		return 2, true
	default:
		m.s.log("b", in)
		m.ret = "ret"
		return nil, false
	}
}

// finallyMachine has work deferred from its start.
type finallyMachine struct {
	ending
	s     *transcript
	state int
}

func (m *finallyMachine) Resume(_ any, thrown error) (any, bool) {
	switch m.state {
	case 0:
		m.state = 1
		return 1, true
	default:
		m.err = thrown
		m.s.log("finally")
		return nil, false
	}
}

// lastWordMachine answers its close with a value.
type lastWordMachine struct {
	ending
	state int
}

func (m *lastWordMachine) Resume(_ any, thrown error) (any, bool) {
	switch m.state {
	case 0:
		m.state = 1
		return 1, true
	default:
		if errors.Is(thrown, coro.ErrClosed) {
			m.ret = "v"
		}
		return nil, false
	}
}

// stopMachine fails with an error that is called StopIteration.
type stopMachine struct {
	ending
	state int
}

func (m *stopMachine) Resume(_ any, thrown error) (any, bool) {
	switch m.state {
	case 0:
		m.state = 1
		return 1, true
	default:
		m.err = raised{"StopIteration", "x"}
		if thrown != nil {
			m.err = thrown
		}
		return nil, false
	}
}

// innerMachine is what is delegated to. It has one suspension point, in a
// loop, and work deferred around it.
type innerMachine struct {
	ending
	s     *transcript
	state int
}

func (m *innerMachine) Resume(in any, thrown error) (any, bool) {
	switch {
	case m.state == 0:
		m.state = 1
	case thrown == nil:
		m.s.log("inner got", in)
	case isKind(thrown, "KeyError"):
		m.s.log("inner caught", thrown)
	case isKind(thrown, "ValueError"):
		m.ret = "iret"
		m.s.log("inner finally")
		return nil, false
	default:
		m.err = thrown
		m.s.log("inner finally")
		return nil, false
	}
	return "i", true
}

// outerMachine delegates to inner in state 1, and yields of its own in 2.
type outerMachine struct {
	ending
	s     *transcript
	inner *gen
	state int
}

func (m *outerMachine) Inner() coro.Inspectable {
	if m.state != 1 {
		return nil
	}
	return m.inner
}

func (m *outerMachine) Resume(in any, thrown error) (out any, ok bool) {
	var err error
	switch m.state {
	case 0:
		m.state = 1
		out, ok, err = m.inner.Next()
	case 1:
		switch {
		case errors.Is(thrown, coro.ErrClosed):
			if _, err = m.inner.Close(); err == nil {
				err = thrown
			}
		case thrown != nil:
			out, ok, err = m.inner.Throw(thrown)
		default:
			out, ok, err = m.inner.Resume(in)
		}
	case 2:
		m.err = thrown
		return nil, false
	}
	switch {
	case ok:
		return out, true
	case err != nil:
		m.err = err
		return nil, false
	}
	r, _ := m.inner.Result()
	m.s.log("outer r", r)
	m.state = 2
	return "o", true
}

// listMachine yields what is in a list; the frame is how far it got.
type listMachine struct {
	ending
	s    *transcript
	list []any
	i    int
}

func (m *listMachine) Resume(_ any, thrown error) (any, bool) {
	switch {
	case thrown != nil:
		m.err = thrown
		return nil, false
	case m.i == len(m.list):
		m.s.log("r", nil)
		return nil, false
	}
	m.i++
	return m.list[m.i-1], true
}

// onceMachine yields 1.
type onceMachine struct {
	ending
	state int
}

func (m *onceMachine) Resume(_ any, thrown error) (any, bool) {
	switch m.state {
	case 0:
		m.state = 1
		return 1, true
	default:
		m.err = thrown
		return nil, false
	}
}
