package coro_test

// This file defines the loop scenarios of timeouts and groups, straight down
// and as machines.

import (
	"time"

	"coroscope/coro"
)

// overdue sleeps within a timeout that it does not reach.
func (s *stage) overdue() machine {
	var t *coro.Timeout
	return s.of(func(y *coro.Async) (any, error) {
		err := coro.WithTimeout(y, 5*time.Second, func(*coro.Timeout) error {
			return coro.Wait(y, coro.Sleep(9*time.Second))
		})
		return nil, s.timedOut(err, "TE")
	}, inSteps(
		func(*stepwise, error) (coro.Await, bool) {
			t = coro.EnterTimeout(s.loop, 5*time.Second)
			return coro.Sleep(9 * time.Second), true
		},
		func(m *stepwise, thrown error) (coro.Await, bool) { return m.end(s.timedOut(t.Exit(thrown), "TE")) },
	))
}

// grouped sleeps in a group with another.
func (s *stage) grouped() machine {
	var g *coro.Group
	return s.of(func(y *coro.Async) (any, error) {
		return nil, coro.WithGroup(y, "g", func(g *coro.Group) error {
			coro.SpawnIn(g, s.sleeps("a", 9, nil, nil))
			return coro.Wait(y, coro.Sleep(9*time.Second))
		})
	}, inSteps(
		func(*stepwise, error) (coro.Await, bool) {
			g = coro.EnterGroup(s.loop, "g")
			coro.SpawnIn(g, s.sleeps("a", 9, nil, nil))
			return coro.Sleep(9 * time.Second), true
		},
		func(m *stepwise, thrown error) (coro.Await, bool) { return endGroup(m, g, thrown) },
		func(m *stepwise, thrown error) (coro.Await, bool) { return m.end(thrown) },
	))
}

// endGroup ends a group; the next step gets its error.
func endGroup(m *stepwise, g *coro.Group, err error) (coro.Await, bool) {
	if ended, err := g.TryEnd(err); ended {
		return m.Resume(struct{}{}, err)
	}
	return g.Ending(), true
}

var scopeScenarios = map[string]loopScenario{
	"timeout_nested_inner_first": {
		func(s *stage, y *coro.Async) (any, error) {
			err := coro.WithTimeout(y, 5*time.Second, func(*coro.Timeout) error {
				var inner *coro.Timeout
				err := coro.WithTimeout(y, time.Second, func(t *coro.Timeout) error {
					inner = t
					return coro.Wait(y, coro.Sleep(9*time.Second))
				})
				if err := s.timedOut(err, "inner", inner.Expired()); err != nil {
					return err
				}
				return coro.Wait(y, coro.Sleep(9*time.Second))
			})
			return nil, s.timedOut(err, "outer")
		},
		func(s *stage) machine {
			var outer, inner *coro.Timeout
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					outer = coro.EnterTimeout(s.loop, 5*time.Second)
					inner = coro.EnterTimeout(s.loop, time.Second)
					return coro.Sleep(9 * time.Second), true
				},
				func(_ *stepwise, thrown error) (coro.Await, bool) {
					s.timedOut(inner.Exit(thrown), "inner", inner.Expired())
					return coro.Sleep(9 * time.Second), true
				},
				func(m *stepwise, thrown error) (coro.Await, bool) {
					return m.end(s.timedOut(outer.Exit(thrown), "outer"))
				},
			)
		},
	},
	"timeout_external_cancel_wins": {
		func(s *stage, y *coro.Async) (any, error) {
			t := s.create(s.overdue())
			sleep(y, time.Second)
			t.Cancel()
			_, err := t.Await(y)
			return nil, s.caught(err, "CE", t.Canceling())
		},
		func(s *stage) machine {
			return canceledAfter(s, s.overdue, func(t *coro.Task[any], err error) error {
				return s.caught(err, "CE", t.Canceling())
			})
		},
	},
	"taskgroup_error_cancels_siblings_and_body": {
		func(s *stage, y *coro.Async) (any, error) {
			err := coro.WithGroup(y, "g", func(g *coro.Group) error {
				coro.SpawnIn(g, s.sleeps("a", 9, nil, nil))
				coro.SpawnIn(g, s.sleeps("b", 1, nil, raised{"ValueError", "b"}))
				err := coro.Wait(y, coro.Sleep(5*time.Second))
				s.caught(err, "body", "cancelled")
				return err
			})
			s.log(err)
			s.log("cancelling", s.loop.Current().Canceling())
			sleep(y, time.Second)
			s.log("can await")
			return nil, nil
		},
		func(s *stage) machine {
			var g *coro.Group
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					g = coro.EnterGroup(s.loop, "g")
					coro.SpawnIn(g, s.sleeps("a", 9, nil, nil))
					coro.SpawnIn(g, s.sleeps("b", 1, nil, raised{"ValueError", "b"}))
					return coro.Sleep(5 * time.Second), true
				},
				func(m *stepwise, thrown error) (coro.Await, bool) {
					s.caught(thrown, "body", "cancelled")
					return endGroup(m, g, thrown)
				},
				func(_ *stepwise, thrown error) (coro.Await, bool) {
					s.log(thrown)
					s.log("cancelling", s.loop.Current().Canceling())
					return coro.Sleep(time.Second), true
				},
				func(m *stepwise, _ error) (coro.Await, bool) {
					s.log("can await")
					return m.end(nil)
				},
			)
		},
	},
	"taskgroup_external_cancel": {
		func(s *stage, y *coro.Async) (any, error) {
			t := s.create(s.grouped())
			sleep(y, time.Second)
			t.Cancel()
			_, err := t.Await(y)
			return nil, s.caught(err, "CancelledError", t.Canceled())
		},
		func(s *stage) machine {
			return canceledAfter(s, s.grouped, func(t *coro.Task[any], err error) error {
				return s.caught(err, "CancelledError", t.Canceled())
			})
		},
	},
	"taskgroup_child_cancel_is_silent": {
		func(s *stage, y *coro.Async) (any, error) {
			err := coro.WithGroup(y, "g", func(g *coro.Group) error {
				t, _ := coro.SpawnIn(g, s.sleeps("a", 9, nil, nil))
				coro.SpawnIn(g, s.sleeps("b", 2, nil, nil))
				sleep(y, time.Second)
				t.Cancel()
				return nil
			})
			s.log("ok")
			return nil, err
		},
		func(s *stage) machine {
			var g *coro.Group
			var t *coro.Task[any]
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					g = coro.EnterGroup(s.loop, "g")
					t, _ = coro.SpawnIn(g, s.sleeps("a", 9, nil, nil))
					coro.SpawnIn(g, s.sleeps("b", 2, nil, nil))
					return coro.Sleep(time.Second), true
				},
				func(m *stepwise, thrown error) (coro.Await, bool) {
					t.Cancel()
					return endGroup(m, g, thrown)
				},
				func(m *stepwise, thrown error) (coro.Await, bool) {
					s.log("ok")
					return m.end(thrown)
				},
			)
		},
	},
	"taskgroup_create_after_finish": {
		func(s *stage, y *coro.Async) (any, error) {
			var ended *coro.Group
			coro.WithGroup(y, "g", func(g *coro.Group) error { ended = g; return nil })
			_, err := coro.SpawnIn(ended, s.sleeps("late", 1, nil, nil))
			s.log(err)
			return nil, nil
		},
		func(s *stage) machine {
			return inSteps(func(m *stepwise, _ error) (coro.Await, bool) {
				g := coro.EnterGroup(s.loop, "g")
				g.TryEnd(nil)
				_, err := coro.SpawnIn(g, s.sleeps("late", 1, nil, nil))
				s.log(err)
				return m.end(nil)
			})
		},
	},
}

// canceledAfter is a machine that cancels a task after a second, and deals with
// what that comes to.
func canceledAfter(s *stage, of func() machine, deal func(*coro.Task[any], error) error) machine {
	var t *coro.Task[any]
	return inSteps(
		func(m *stepwise, _ error) (coro.Await, bool) {
			t = s.create(of())
			return sleepOf(1)(m, nil)
		},
		func(*stepwise, error) (coro.Await, bool) {
			t.Cancel()
			return coro.On(t), true
		},
		func(m *stepwise, thrown error) (coro.Await, bool) { return m.end(deal(t, thrown)) },
	)
}
