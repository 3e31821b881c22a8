package coro_test

// This file defines the loop scenarios of locks, semaphores, events, conditions
// and queues, straight down and as machines.

import (
	"time"

	"coroscope/coro"
)

// A stepwise is a machine made of what it does from one suspension to the next.
type stepwise struct {
	ending
	steps []func(m *stepwise, thrown error) (coro.Await, bool)
	state int // the step that comes next
}

func (m *stepwise) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	m.state++
	return m.steps[m.state-1](m, thrown)
}

// next goes on with the next step at once.
func (m *stepwise) next() (coro.Await, bool) { return m.Resume(struct{}{}, nil) }

// again has the step that runs come once more.
func (m *stepwise) again(a coro.Await) (coro.Await, bool) {
	m.state--
	return a, true
}

// end ends the machine.
func (m *stepwise) end(err error) (coro.Await, bool) {
	m.err = err
	return coro.Await{}, false
}

type stepFunc = func(m *stepwise, thrown error) (coro.Await, bool)

// inSteps returns a machine of these steps.
func inSteps(steps ...stepFunc) machine { return &stepwise{steps: steps} }

// acquire is a step that gets what can be tried, and awaited.
func acquire(try func() bool, await func() coro.Await) stepFunc {
	return func(m *stepwise, _ error) (coro.Await, bool) {
		if try() {
			return m.next()
		}
		return await(), true
	}
}

// gatherOf gathers tasks.
func (s *stage) gatherOf(ts ...*coro.Task[any]) *coro.Future[[]any] {
	var rs []coro.Result[any]
	for _, t := range ts {
		rs = append(rs, t)
	}
	return coro.Gather(s.loop, rs...)
}

// locked holds the lock for a second.
func (s *stage) locked(l *coro.Lock, n int) machine {
	return s.of(func(y *coro.Async) (any, error) {
		if err := l.Acquire(y); err != nil {
			return nil, err
		}
		defer l.Release()
		s.log(n)
		return nil, coro.Wait(y, coro.Sleep(time.Second))
	}, inSteps(
		acquire(l.TryAcquire, l.Acquiring),
		func(*stepwise, error) (coro.Await, bool) {
			s.log(n)
			return coro.Sleep(time.Second), true
		},
		func(m *stepwise, thrown error) (coro.Await, bool) {
			l.Release()
			return m.end(thrown)
		},
	))
}

// barge tries to get the lock before others.
func (s *stage) barge(l *coro.Lock) machine {
	return s.of(func(y *coro.Async) (any, error) {
		err := l.Acquire(y)
		s.log("barge")
		l.Release()
		return nil, err
	}, inSteps(
		acquire(l.TryAcquire, l.Acquiring),
		func(m *stepwise, thrown error) (coro.Await, bool) {
			s.log("barge")
			l.Release()
			return m.end(thrown)
		},
	))
}

// twice takes a permit twice.
func (s *stage) twice(sem *coro.Semaphore, name string) machine {
	return s.of(func(y *coro.Async) (any, error) {
		sem.Acquire(y)
		s.log(name, sem.Locked())
		sem.Release()
		turn(y)
		sem.Acquire(y)
		s.log(name, "again")
		return nil, sem.Release()
	}, inSteps(
		acquire(sem.TryAcquire, sem.Acquiring),
		func(*stepwise, error) (coro.Await, bool) {
			s.log(name, sem.Locked())
			sem.Release()
			return coro.NextTurn(), true
		},
		acquire(sem.TryAcquire, sem.Acquiring),
		func(m *stepwise, _ error) (coro.Await, bool) {
			s.log(name, "again")
			return m.end(sem.Release())
		},
	))
}

// waits waits for the event.
func (s *stage) waits(e *coro.Event, n int) machine {
	return s.of(func(y *coro.Async) (any, error) {
		err := e.Wait(y)
		s.log(n, e.IsSet())
		return nil, err
	}, inSteps(
		acquire(e.IsSet, e.Waiting),
		func(m *stepwise, thrown error) (coro.Await, bool) {
			s.log(n, e.IsSet())
			return m.end(thrown)
		},
	))
}

// notified waits for the condition, once.
func (s *stage) notified(c *coro.Condition, n int) machine {
	l := c.Lock()
	return s.of(func(y *coro.Async) (any, error) {
		l.Acquire(y)
		err := c.Wait(y)
		s.log(n)
		l.Release()
		return nil, err
	}, inSteps(
		acquire(l.TryAcquire, l.Acquiring),
		func(*stepwise, error) (coro.Await, bool) { return c.Waiting(), true },
		func(m *stepwise, thrown error) (coro.Await, bool) {
			s.log(n)
			l.Release()
			return m.end(thrown)
		},
	))
}

// puts puts three items in.
func (s *stage) puts(q *coro.Queue[int]) machine {
	i := 0
	return s.of(func(y *coro.Async) (any, error) {
		for i := range 3 {
			q.Put(y, i)
			s.log("put", i)
		}
		return nil, nil
	}, inSteps(func(m *stepwise, _ error) (coro.Await, bool) {
		for ; i < 3; i++ {
			if q.TryPut(i) == coro.ErrQueueFull {
				return m.again(q.Putting())
			}
			s.log("put", i)
		}
		return m.end(nil)
	}))
}

var primitiveScenarios = map[string]loopScenario{
	"lock_fifo_and_no_barging": {
		func(s *stage, y *coro.Async) (any, error) {
			l := coro.NewLock(s.loop, "l")
			var ts []*coro.Task[any]
			for i := range 3 {
				ts = append(ts, s.create(s.locked(l, i)))
			}
			sleep(y, 500*time.Millisecond)
			sleep(y, 500*time.Millisecond)
			ts = append(ts, s.create(s.barge(l)))
			s.gatherOf(ts...).Await(y)
			s.log(l.Release())
			return nil, nil
		},
		func(s *stage) machine {
			var l *coro.Lock
			var ts []*coro.Task[any]
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					l = coro.NewLock(s.loop, "l")
					for i := range 3 {
						ts = append(ts, s.create(s.locked(l, i)))
					}
					return coro.Sleep(500 * time.Millisecond), true
				},
				func(*stepwise, error) (coro.Await, bool) { return coro.Sleep(500 * time.Millisecond), true },
				func(*stepwise, error) (coro.Await, bool) {
					ts = append(ts, s.create(s.barge(l)))
					return coro.On(s.gatherOf(ts...)), true
				},
				func(m *stepwise, thrown error) (coro.Await, bool) {
					s.log(l.Release())
					return m.end(thrown)
				},
			)
		},
	},
	"semaphore_fifo_with_release_race": {
		func(s *stage, y *coro.Async) (any, error) {
			sem := coro.NewSemaphore(s.loop, "s", 1)
			_, err := s.gatherOf(s.create(s.twice(sem, "a")), s.create(s.twice(sem, "b")), s.create(s.twice(sem, "c"))).Await(y)
			s.log(coro.NewBoundedSemaphore(s.loop, "bs", 1).Release())
			return nil, err
		},
		func(s *stage) machine {
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					sem := coro.NewSemaphore(s.loop, "s", 1)
					return coro.On(s.gatherOf(s.create(s.twice(sem, "a")), s.create(s.twice(sem, "b")), s.create(s.twice(sem, "c")))), true
				},
				func(m *stepwise, thrown error) (coro.Await, bool) {
					s.log(coro.NewBoundedSemaphore(s.loop, "bs", 1).Release())
					return m.end(thrown)
				},
			)
		},
	},
	"event_set_wakes_all_and_clear_race": {
		func(s *stage, y *coro.Async) (any, error) {
			e := coro.NewEvent(s.loop, "e")
			a, b := s.create(s.waits(e, 0)), s.create(s.waits(e, 1))
			turn(y)
			e.Set()
			e.Clear()
			_, err := s.gatherOf(a, b).Await(y)
			return nil, err
		},
		func(s *stage) machine {
			var e *coro.Event
			var a, b *coro.Task[any]
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					e = coro.NewEvent(s.loop, "e")
					a, b = s.create(s.waits(e, 0)), s.create(s.waits(e, 1))
					return coro.NextTurn(), true
				},
				func(*stepwise, error) (coro.Await, bool) {
					e.Set()
					e.Clear()
					return coro.On(s.gatherOf(a, b)), true
				},
				func(m *stepwise, thrown error) (coro.Await, bool) { return m.end(thrown) },
			)
		},
	},
	"condition_notify_n": {
		func(s *stage, y *coro.Async) (any, error) {
			l := coro.NewLock(s.loop, "l")
			c := coro.NewCondition(l, "c")
			var ts []*coro.Task[any]
			for i := range 3 {
				ts = append(ts, s.create(s.notified(c, i)))
			}
			turn(y)
			l.Acquire(y)
			c.Notify(2)
			l.Release()
			sleep(y, time.Second)
			l.Acquire(y)
			c.NotifyAll()
			l.Release()
			_, err := s.gatherOf(ts...).Await(y)
			s.log(c.Notify(1))
			return nil, err
		},
		func(s *stage) machine {
			var l *coro.Lock
			var c *coro.Condition
			var ts []*coro.Task[any]
			try := func() bool { return l.TryAcquire() }
			wait := func() coro.Await { return l.Acquiring() }
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					l = coro.NewLock(s.loop, "l")
					c = coro.NewCondition(l, "c")
					for i := range 3 {
						ts = append(ts, s.create(s.notified(c, i)))
					}
					return coro.NextTurn(), true
				},
				acquire(try, wait),
				func(*stepwise, error) (coro.Await, bool) {
					c.Notify(2)
					l.Release()
					return coro.Sleep(time.Second), true
				},
				acquire(try, wait),
				func(*stepwise, error) (coro.Await, bool) {
					c.NotifyAll()
					l.Release()
					return coro.On(s.gatherOf(ts...)), true
				},
				func(m *stepwise, thrown error) (coro.Await, bool) {
					s.log(c.Notify(1))
					return m.end(thrown)
				},
			)
		},
	},
	"queue_bounded_order": {
		func(s *stage, y *coro.Async) (any, error) {
			q := coro.NewQueue[int](s.loop, "q", 1)
			t := s.create(s.puts(q))
			sleep(y, time.Second)
			for range 3 {
				item, _ := q.Get(y)
				s.log("got", item)
				q.TaskDone()
			}
			t.Await(y)
			q.Join(y)
			s.log("joined")
			return nil, queueMisuse(s, q)
		},
		func(s *stage) machine {
			var q *coro.Queue[int]
			var t *coro.Task[any]
			got := 0
			return inSteps(
				func(*stepwise, error) (coro.Await, bool) {
					q = coro.NewQueue[int](s.loop, "q", 1)
					t = s.create(s.puts(q))
					return coro.Sleep(time.Second), true
				},
				func(m *stepwise, _ error) (coro.Await, bool) {
					for ; got < 3; got++ {
						item, err := q.TryGet()
						if err == coro.ErrQueueEmpty {
							return m.again(q.Getting())
						}
						s.log("got", item)
						q.TaskDone()
					}
					return acquire(t.Done, func() coro.Await { return coro.On(t) })(m, nil)
				},
				func(m *stepwise, _ error) (coro.Await, bool) {
					if q.Unfinished() > 0 {
						return q.Joining(), true
					}
					return m.next()
				},
				func(m *stepwise, _ error) (coro.Await, bool) {
					s.log("joined")
					return m.end(queueMisuse(s, q))
				},
			)
		},
	},
}

// queueMisuse asks too much of an empty queue.
func queueMisuse(s *stage, q *coro.Queue[int]) error {
	s.log(q.TaskDone())
	_, err := q.TryGet()
	s.log(err)
	return nil
}
