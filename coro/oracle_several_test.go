package coro_test

// This file defines the loop scenarios of waiting for several and of waiting
// for one with a timeout, straight down and as machines.

import (
	"errors"
	"strings"
	"time"

	"coroscope/coro"
)

// sleeps is sleeper that ends with ret, or with fail if that is not nil.
func (s *stage) sleeps(name string, seconds int, ret any, fail error) machine {
	d := time.Duration(seconds) * time.Second
	ends := func(err error) error {
		if err != nil {
			s.log(name, "cancelled")
			return err
		}
		s.log(name, "woke")
		return fail
	}
	return s.of(func(y *coro.Async) (any, error) {
		return ret, ends(coro.Wait(y, coro.Sleep(d)))
	}, inSteps(
		func(*stepwise, error) (coro.Await, bool) { return coro.Sleep(d), true },
		func(m *stepwise, thrown error) (coro.Await, bool) {
			m.ret = ret
			return m.end(ends(thrown))
		},
	))
}

// nap is a task of sleeps.
func (s *stage) nap(name string, seconds int, ret any) *coro.Task[any] {
	return s.create(s.sleeps(name, seconds, ret, nil), coro.Named(name))
}

// names is Python's list of the names of tasks.
func names(as []coro.Awaitable) string {
	var ns []string
	for _, a := range as {
		ns = append(ns, "'"+a.Info().Name+"'")
	}
	return "[" + strings.Join(ns, ", ") + "]"
}

// caught prints words if err is a cancellation, and returns any other.
func (s *stage) caught(err error, words ...any) error {
	if !errors.Is(err, coro.ErrCanceled) {
		return err
	}
	if len(words) > 0 {
		s.log(words...)
	}
	return nil
}

// timedOut prints words if err is a timeout, and returns any other.
func (s *stage) timedOut(err error, words ...any) error {
	if !errors.Is(err, coro.ErrTimeout) {
		return err
	}
	s.log(words...)
	return nil
}

// startOf is a step that awaits what start returns.
func startOf(start func() coro.Awaitable) stepFunc {
	return func(*stepwise, error) (coro.Await, bool) { return coro.On(start()), true }
}

// sleepOf is a step that sleeps.
func sleepOf(seconds int) stepFunc {
	return func(*stepwise, error) (coro.Await, bool) {
		return coro.Sleep(time.Duration(seconds) * time.Second), true
	}
}

// shielded awaits inner behind a shield.
func (s *stage) shielded(inner *coro.Task[any]) machine {
	return s.of(func(y *coro.Async) (any, error) {
		_, err := coro.Shield(inner).Await(y)
		s.caught(err, "outer CE")
		return nil, err
	}, inSteps(
		startOf(func() coro.Awaitable { return coro.Shield(inner) }),
		func(m *stepwise, thrown error) (coro.Await, bool) {
			s.caught(thrown, "outer CE")
			return m.end(thrown)
		},
	))
}

func (s *stage) threeSleepers() []coro.Result[any] {
	return []coro.Result[any]{s.nap("a", 3, 1), s.nap("b", 1, 2), s.nap("c", 2, 3)}
}

func (s *stage) failsFirst() *coro.Future[[]any] {
	boom := raised{"ValueError", "boom"}
	return coro.Gather[any](s.loop, s.create(s.sleeps("a", 1, nil, boom)), s.nap("b", 3, 2))
}

func (s *stage) canceledGather() *coro.Future[[]coro.Settled[any]] {
	g := coro.GatherSettled[any](s.loop, s.nap("a", 5, nil), s.nap("b", 6, nil))
	s.loop.CallLater(time.Second, func() { g.Cancel() })
	return g
}

var severalScenarios = map[string]loopScenario{
	"shield_outer_cancel_inner_survives": {
		func(s *stage, y *coro.Async) (any, error) {
			inner := s.nap("inner", 5, "v")
			o := s.create(s.shielded(inner))
			sleep(y, time.Second)
			o.Cancel()
			o.Await(y)
			done := inner.Done()
			v, err := inner.Await(y)
			s.log(done, v)
			return nil, err
		},
		func(s *stage) machine {
			var inner, o *coro.Task[any]
			var done bool
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					inner = s.nap("inner", 5, "v")
					o = s.create(s.shielded(inner))
					return coro.Sleep(time.Second), true
				},
				func(*stepwise, error) (coro.Await, bool) {
					o.Cancel()
					return coro.On(o), true
				},
				func(*stepwise, error) (coro.Await, bool) {
					done = inner.Done()
					return coro.On(inner), true
				},
				func(m *stepwise, _ error) (coro.Await, bool) {
					v, err := inner.Result()
					s.log(done, v)
					return m.end(err)
				},
			)
		},
	},
	"shield_inner_cancel_cancels_outer": {
		func(s *stage, y *coro.Async) (any, error) {
			inner := s.nap("inner", 5, nil)
			shield := coro.Shield(inner)
			sleep(y, time.Second)
			inner.Cancel()
			_, err := shield.Await(y)
			return nil, s.caught(err, "CE")
		},
		func(s *stage) machine {
			var inner *coro.Task[any]
			var shield *coro.Future[any]
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					inner = s.nap("inner", 5, nil)
					shield = coro.Shield(inner)
					return coro.Sleep(time.Second), true
				},
				func(*stepwise, error) (coro.Await, bool) {
					inner.Cancel()
					return coro.On(shield), true
				},
				func(m *stepwise, thrown error) (coro.Await, bool) { return m.end(s.caught(thrown, "CE")) },
			)
		},
	},
	"gather_results_in_argument_order": {
		func(s *stage, y *coro.Async) (any, error) {
			all, err := coro.Gather(s.loop, s.threeSleepers()...).Await(y)
			s.log(all)
			return nil, err
		},
		func(s *stage) machine {
			var g *coro.Future[[]any]
			return inSteps(
				startOf(func() coro.Awaitable { g = coro.Gather(s.loop, s.threeSleepers()...); return g }),
				func(m *stepwise, _ error) (coro.Await, bool) {
					all, err := g.Result()
					s.log(all)
					return m.end(err)
				},
			)
		},
	},
	"gather_empty_and_duplicate": {
		func(s *stage, y *coro.Async) (any, error) {
			none, _ := coro.Gather[any](s.loop).Await(y)
			s.log(none)
			c := s.nap("a", 1, 7)
			all, err := coro.Gather[any](s.loop, c, c).Await(y)
			s.log(all)
			return nil, err
		},
		func(s *stage) machine {
			var g *coro.Future[[]any]
			gather := func(of ...coro.Result[any]) stepFunc {
				return func(m *stepwise, _ error) (coro.Await, bool) {
					if g = coro.Gather(s.loop, of...); g.Done() {
						return m.next()
					}
					return coro.On(g), true
				}
			}
			return inSteps(
				gather(),
				func(m *stepwise, _ error) (coro.Await, bool) {
					none, _ := g.Result()
					s.log(none)
					c := s.nap("a", 1, 7)
					return gather(c, c)(m, nil)
				},
				func(m *stepwise, _ error) (coro.Await, bool) {
					all, err := g.Result()
					s.log(all)
					return m.end(err)
				},
			)
		},
	},
	"gather_first_exception_others_continue": {
		func(s *stage, y *coro.Async) (any, error) {
			if _, err := s.failsFirst().Await(y); isKind(err, "ValueError") {
				s.log("raised", err)
			}
			sleep(y, 5*time.Second)
			return nil, nil
		},
		func(s *stage) machine {
			return inSteps(
				startOf(func() coro.Awaitable { return s.failsFirst() }),
				func(_ *stepwise, thrown error) (coro.Await, bool) {
					if isKind(thrown, "ValueError") {
						s.log("raised", thrown)
					}
					return coro.Sleep(5 * time.Second), true
				},
				func(m *stepwise, thrown error) (coro.Await, bool) { return m.end(thrown) },
			)
		},
	},
	"gather_cancel_cancels_children": {
		func(s *stage, y *coro.Async) (any, error) {
			_, err := s.canceledGather().Await(y)
			return nil, s.caught(err, "CE")
		},
		func(s *stage) machine {
			return inSteps(
				startOf(func() coro.Awaitable { return s.canceledGather() }),
				func(m *stepwise, thrown error) (coro.Await, bool) { return m.end(s.caught(thrown, "CE")) },
			)
		},
	},
	"wait_first_completed": {
		func(s *stage, y *coro.Async) (any, error) {
			first, second, all := s.sets()
			first.Wait(y)
			s.log(names(first.Done()), names(first.Pending()))
			second.Wait(y)
			s.log(names(second.Done()), names(second.Pending()), "no exception, not cancelled")
			return nil, all.Wait(y)
		},
		func(s *stage) machine {
			var first, second, all *coro.WaitSet
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					first, second, all = s.sets()
					return first.Waiting(), true
				},
				func(*stepwise, error) (coro.Await, bool) {
					s.log(names(first.Done()), names(first.Pending()))
					return second.Waiting(), true
				},
				func(*stepwise, error) (coro.Await, bool) {
					s.log(names(second.Done()), names(second.Pending()), "no exception, not cancelled")
					return all.Waiting(), true
				},
				func(m *stepwise, thrown error) (coro.Await, bool) { return m.end(thrown) },
			)
		},
	},
	"wait_for_timeout_cancels_and_waits": {
		func(s *stage, y *coro.Async) (any, error) {
			err := coro.WithTimeout(y, time.Second, func(*coro.Timeout) error {
				err := coro.Wait(y, coro.Sleep(10*time.Second))
				if errors.Is(err, coro.ErrCanceled) {
					sleep(y, 2*time.Second)
					s.log("cleanup done")
				}
				return err
			})
			return nil, s.timedOut(err, "TimeoutError cause", causeOf(err))
		},
		func(s *stage) machine {
			var t *coro.Timeout
			var canceled error
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					t = coro.EnterTimeout(s.loop, time.Second)
					return coro.Sleep(10 * time.Second), true
				},
				func(_ *stepwise, thrown error) (coro.Await, bool) {
					canceled = thrown
					return coro.Sleep(2 * time.Second), true
				},
				func(m *stepwise, _ error) (coro.Await, bool) {
					s.log("cleanup done")
					err := t.Exit(canceled)
					return m.end(s.timedOut(err, "TimeoutError cause", causeOf(err)))
				},
			)
		},
	},
	"wait_for_zero_does_not_start": {
		func(s *stage, y *coro.Async) (any, error) {
			_, err := coro.WaitFor(y, 0, s.create(s.starts()))
			s.timedOut(err, "TE")
			f := coro.NewFuture[any](s.loop, "f")
			f.SetResult(3)
			v, err := coro.WaitFor(y, 0, f)
			s.log(v)
			return nil, err
		},
		func(s *stage) machine {
			var b *coro.Task[any]
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					b = s.create(s.starts())
					b.Cancel()
					return coro.NewWaitSet(s.loop, "b", coro.AllDone, b).Waiting(), true
				},
				func(m *stepwise, _ error) (coro.Await, bool) {
					_, err := b.Result()
					s.caught(err, "TE")
					f := coro.NewFuture[any](s.loop, "f")
					f.SetResult(3)
					v, err := f.Result()
					s.log(v)
					return m.end(err)
				},
			)
		},
	},
	"as_completed_order": {
		func(s *stage, y *coro.Async) (any, error) {
			for r, err := range coro.AsCompleted(s.loop, "all", s.threeSleepers()...).All(y) {
				if err != nil {
					return nil, err
				}
				v, _ := r.Result()
				s.log("got", v)
			}
			return nil, nil
		},
		func(s *stage) machine {
			var c *coro.Completions[any]
			return inSteps(
				func(m *stepwise, _ error) (coro.Await, bool) {
					c = coro.AsCompleted(s.loop, "all", s.threeSleepers()...)
					return m.next()
				},
				func(m *stepwise, _ error) (coro.Await, bool) {
					for c.Left() > 0 {
						r, err := c.TryNext()
						if err == coro.ErrQueueEmpty {
							return m.again(c.Waiting())
						}
						v, _ := r.Result()
						s.log("got", v)
					}
					return m.end(nil)
				},
			)
		},
	},
}

// sets are the three that are waited for one after the other.
func (s *stage) sets() (first, second, all *coro.WaitSet) {
	a, b, c := s.nap("a", 3, "a"), s.nap("b", 1, "b"), s.nap("c", 1, "c")
	first = coro.NewWaitSet(s.loop, "first", coro.FirstCompleted, a, b, c)
	second = coro.NewWaitSet(s.loop, "second", coro.AllDone, a, b, c).Timeout(time.Second)
	return first, second, coro.NewWaitSet(s.loop, "all", coro.AllDone, a, b, c)
}

// starts prints that it runs.
func (s *stage) starts() machine {
	return s.of(func(*coro.Async) (any, error) {
		s.log("started")
		return nil, nil
	}, inSteps(func(m *stepwise, _ error) (coro.Await, bool) {
		s.log("started")
		return m.end(nil)
	}))
}

// causeOf is the Python name of a timeout's cause.
func causeOf(err error) string {
	var t *coro.TimeoutError
	if errors.As(err, &t) && errors.Is(t.Cause, coro.ErrCanceled) {
		return "CancelledError"
	}
	return "none"
}
