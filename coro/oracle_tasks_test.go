package coro_test

// This file defines the loop scenarios of what tasks are given: values of a
// Context, an eager start, generators.

import (
	"iter"
	"sync/atomic"
	"testing"

	"coroscope/coro"
)

var taskScenarios = map[string]loopScenario{
	"contextvar_copied_per_task": {
		func(s *stage, y *coro.Async) (any, error) {
			s.loop.SetValue(variable, 1)
			t := s.create(contextChild(s))
			s.loop.SetValue(variable, 5)
			if _, err := t.Await(y); err != nil {
				return nil, err
			}
			contextParent(s)
			turn(y)
			return nil, nil
		},
		func(s *stage) machine { return &contextParentMachine{s: s} },
	},
	"never_awaited_coroutine": {
		func(s *stage, y *coro.Async) (any, error) {
			coro.Debug(true)
			s.sleeper("x", 1)
			coro.Debug(false)
			s.after = func(t *testing.T) {
				if !collect(func() bool { return neverAwaited.Load() != nil }) {
					t.Error("nothing was reported")
					return
				}
				s.lines = append(s.lines, "WARN "+neverAwaited.Swap(nil).Func+" was never started")
			}
			coro.OnNeverStarted(func(n coro.NeverStarted) { neverAwaited.Store(&n) })
			s.log("end")
			return nil, nil
		},
		func(s *stage) machine { return &neverAwaitedMachine{s: s} },
	},
	"eager_task": {
		func(s *stage, y *coro.Async) (any, error) {
			t := s.create(eagerBody(s), coro.Eager(true))
			s.log("after create")
			return t.Await(y)
		},
		func(s *stage) machine { return &eagerParentMachine{s: s} },
	},
	// An asynchronous generator is a function to range over, in a body that can
	// wait; for a machine, a coroutine. Leaving the loop ends either at once.
	"agen_finalized": {
		func(s *stage, y *coro.Async) (any, error) {
			for x := range generator(s) {
				s.log(x)
				break
			}
			turn(y)
			turn(y)
			s.log("end")
			return nil, nil
		},
		func(s *stage) machine { return &generatorMachine{s: s} },
	},
}

// neverAwaited is the coroutine that was reported last.
var neverAwaited atomic.Pointer[coro.NeverStarted]

type neverAwaitedMachine struct {
	ending
	s *stage
}

func (m *neverAwaitedMachine) Resume(struct{}, error) (coro.Await, bool) {
	m.s.sleeper("x", 1)
	m.s.log("end")
	return coro.Await{}, false
}

// variable is what the scenario's context variable is here: a key.
var variable = key("v")

func value(s *stage) any { return s.loop.Context().Value(variable) }

func contextChild(s *stage) machine {
	return s.of(func(y *coro.Async) (any, error) {
		s.log("child", value(s))
		s.loop.SetValue(variable, 2)
		turn(y)
		s.log("child2", value(s))
		return nil, nil
	}, &contextChildMachine{s: s})
}

// contextParent is what the parent does after its child has ended.
func contextParent(s *stage) {
	s.log("parent", value(s))
	s.loop.CallSoon(func() { s.log("cb", value(s)) })
	s.loop.SetValue(variable, 6)
}

type contextChildMachine struct {
	ending
	s     *stage
	state int
}

func (m *contextChildMachine) Resume(struct{}, error) (coro.Await, bool) {
	if m.state == 1 {
		m.s.log("child2", value(m.s))
		return coro.Await{}, false
	}
	m.s.log("child", value(m.s))
	m.s.loop.SetValue(variable, 2)
	m.state = 1
	return coro.NextTurn(), true
}

// contextParentMachine: state 1 awaits the child, 2 a turn.
type contextParentMachine struct {
	ending
	s     *stage
	state int
}

func (m *contextParentMachine) Resume(struct{}, error) (coro.Await, bool) {
	m.state++
	switch m.state {
	case 1:
		m.s.loop.SetValue(variable, 1)
		t := m.s.create(contextChild(m.s))
		m.s.loop.SetValue(variable, 5)
		return coro.On(t), true
	case 2:
		contextParent(m.s)
		return coro.NextTurn(), true
	}
	return coro.Await{}, false
}

func eagerBody(s *stage) machine {
	return s.of(func(y *coro.Async) (any, error) {
		s.log("eager body", s.loop.Current().Name() != "")
		turn(y)
		s.log("rest")
		return nil, nil
	}, &eagerMachine{s: s})
}

type eagerMachine struct {
	ending
	s     *stage
	state int
}

func (m *eagerMachine) Resume(struct{}, error) (coro.Await, bool) {
	if m.state == 1 {
		m.s.log("rest")
		return coro.Await{}, false
	}
	m.s.log("eager body", m.s.loop.Current().Name() != "")
	m.state = 1
	return coro.NextTurn(), true
}

type eagerParentMachine struct {
	ending
	s     *stage
	state int
}

func (m *eagerParentMachine) Resume(struct{}, error) (coro.Await, bool) {
	if m.state == 1 {
		return coro.Await{}, false
	}
	t := m.s.create(eagerBody(m.s), coro.Eager(true))
	m.s.log("after create")
	m.state = 1
	return coro.On(t), true
}

// generator yields 1 and 2, and says when it is finalized.
func generator(s *stage) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer s.log("agen finally")
		if yield(1) {
			yield(2)
		}
	}
}

// generatorMachine: state 1 and 2 are the turns after the generator was left.
type generatorMachine struct {
	ending
	s     *stage
	state int
}

func (m *generatorMachine) Resume(struct{}, error) (coro.Await, bool) {
	switch m.state {
	case 0:
		c := coro.New(coro.Pull(coro.FromSeq(generator(m.s))))
		x, _, _ := c.Next()
		m.s.log(x)
		c.Close()
	case 2:
		m.s.log("end")
		return coro.Await{}, false
	}
	m.state++
	return coro.NextTurn(), true
}
