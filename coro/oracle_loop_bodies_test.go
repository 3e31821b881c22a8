package coro_test

// This file defines the loop scenarios, which are those of loop_scenarios.py,
// straight down. What a scenario sets up before its first suspension is a
// function of its own where the machine does the same.

import (
	"errors"
	"time"

	"coroscope/coro"
)

var loopScenarios = map[string]loopScenario{
	"call_soon_fifo_and_snapshot": {
		func(s *stage, y *coro.Async) (any, error) {
			callSoons(s)
			s.log("iters", s.loop.Turns())
			turn(y)
			s.log("after1", s.loop.Turns())
			turn(y)
			s.log("after2", s.loop.Turns())
			return nil, nil
		},
		func(s *stage) machine { return &callSoonMachine{s: s} },
	},
	"call_later_equal_deadline_order": {
		func(s *stage, y *coro.Async) (any, error) {
			for i := range 8 {
				s.loop.CallAt(5*time.Second, s.call(i))
			}
			sleep(y, 6*time.Second)
			return nil, nil
		},
		func(s *stage) machine { return &callLaterMachine{s: s} },
	},
	"callback_exception_goes_to_handler": {
		func(s *stage, y *coro.Async) (any, error) {
			s.loop.CallSoon(badCallback)
			s.loop.CallSoon(s.call("next still runs"))
			turn(y)
			return nil, nil
		},
		func(s *stage) machine { return &badCallbackMachine{s: s} },
	},
	"done_callbacks_are_scheduled_not_inline": {
		func(s *stage, y *coro.Async) (any, error) {
			f := doneCallbacks(s)
			turn(y)
			s.log("tick")
			f.AddDoneCallback(s.call("late"))
			s.log("added")
			turn(y)
			return nil, nil
		},
		func(s *stage) machine { return &doneCallbacksMachine{s: s} },
	},
	"task_starts_on_next_iteration": {
		func(s *stage, y *coro.Async) (any, error) {
			t := s.create(s.sleeper("t", 0))
			s.log("created")
			turn(y)
			s.log("1")
			turn(y)
			s.log("2", t.Done())
			turn(y)
			s.log("3", t.Done())
			return nil, nil
		},
		func(s *stage) machine { return &taskStartsMachine{s: s} },
	},
	"cancel_before_start_never_runs_body": {
		func(s *stage, y *coro.Async) (any, error) {
			t := cancelBeforeStart(s)
			if _, err := t.Await(y); errors.Is(err, coro.ErrCanceled) {
				s.log("CE", t.Canceled())
			}
			s.log(t.Cancel())
			return nil, nil
		},
		func(s *stage) machine { return &cancelBeforeStartMachine{s: s} },
	},
	"cancel_delivered_next_iteration": {
		func(s *stage, y *coro.Async) (any, error) {
			t := s.create(s.sleeper("t", 10*time.Second))
			sleep(y, time.Second)
			t.Cancel()
			s.log("requested", t.Done())
			turn(y)
			s.log("tick", t.Done())
			turn(y)
			s.log("tick2", t.Done(), t.Canceled())
			return nil, nil
		},
		func(s *stage) machine { return &cancelDeliveredMachine{s: s} },
	},
	"cancel_swallowed": {
		func(s *stage, y *coro.Async) (any, error) {
			t := s.create(swallower(s))
			sleep(y, time.Second)
			t.Cancel()
			r, err := t.Await(y)
			if err != nil {
				return nil, err
			}
			s.log(r, t.Canceled(), t.Canceling())
			return nil, nil
		},
		func(s *stage) machine { return &cancelSwallowedMachine{s: s} },
	},
	"cancel_self_at_end_is_cancelled": {
		func(s *stage, y *coro.Async) (any, error) {
			t := s.create(selfCanceler(s))
			r, err := t.Await(y)
			if errors.Is(err, coro.ErrCanceled) {
				s.log("CE", t.Canceled())
				return nil, nil
			}
			s.log(r)
			return nil, err
		},
		func(s *stage) machine { return &cancelSelfMachine{s: s} },
	},
	"cancel_propagates_to_awaited_task": {
		func(s *stage, y *coro.Async) (any, error) {
			inner := s.create(s.sleeper("inner", 10*time.Second))
			o := s.create(awaiterOf(s, inner))
			sleep(y, time.Second)
			o.Cancel()
			_, err := o.Await(y)
			if errors.Is(err, coro.ErrCanceled) {
				s.log("o CE", inner.Canceled())
				return nil, nil
			}
			return nil, err
		},
		func(s *stage) machine { return &cancelPropagatesMachine{s: s} },
	},
	"await_self_is_error": {
		func(s *stage, y *coro.Async) (any, error) {
			return s.create(selfAwaiter(s)).Await(y)
		},
		func(s *stage) machine { return &awaitSelfMachine{s: s} },
	},
	"never_retrieved_exception": {
		func(s *stage, y *coro.Async) (any, error) {
			s.create(failing(s))
			turn(y)
			turn(y)
			s.log("end")
			return nil, nil
		},
		func(s *stage) machine { return &twoTurnsMachine{s: s} },
	},
	"pending_task_destroyed": {
		func(s *stage, y *coro.Async) (any, error) {
			s.create(forever(s))
			turn(y)
			s.log("end")
			return nil, nil
		},
		func(s *stage) machine { return &pendingMachine{s: s} },
	},
	"deadlock_detected": {
		func(s *stage, y *coro.Async) (any, error) {
			return coro.NewFuture[any](s.loop, "nobody's").Await(y)
		},
		func(s *stage) machine { return &foreverMachine{s: s} },
	},
	"iterations_per_await_chain": {
		func(s *stage, y *coro.Async) (any, error) {
			i := s.loop.Turns()
			depth(y, 50)
			s.log("nested awaits cost", s.loop.Turns()-i)
			i = s.loop.Turns()
			s.create(flat(s)).Await(y)
			s.log("create_task+await cost", s.loop.Turns()-i)
			i = s.loop.Turns()
			coro.Gather[any](s.loop, s.create(flat(s)), s.create(flat(s))).Await(y)
			s.log("gather cost", s.loop.Turns()-i)
			i = s.loop.Turns()
			coro.WithGroup(y, "g", func(g *coro.Group) error {
				_, err := coro.SpawnIn(g, flat(s))
				return err
			})
			s.log("taskgroup cost", s.loop.Turns()-i)
			i = s.loop.Turns()
			err := coro.WithTimeout(y, 5*time.Second, func(*coro.Timeout) error { return depth(y, 0) })
			s.log("wait_for cost", s.loop.Turns()-i)
			return nil, err
		},
		func(s *stage) machine { return &iterationsMachine{s: s} },
	},
}

func callSoons(s *stage) {
	s.loop.CallSoon(func() {
		s.log("a")
		s.loop.CallSoon(s.call("a2"))
	})
	s.loop.CallSoon(s.call("b"))
	h := s.loop.CallSoon(s.call("never"))
	h.Cancel()
	h.Cancel()
}

func doneCallbacks(s *stage) *coro.Future[any] {
	f := coro.NewFuture[any](s.loop, "f")
	f.AddDoneCallback(s.call("cb1"))
	f.AddDoneCallback(s.call("cb2"))
	f.SetResult(1)
	s.log("set")
	return f
}

func cancelBeforeStart(s *stage) *coro.Task[any] {
	t := s.create(s.of(func(*coro.Async) (any, error) {
		s.log("ran")
		return nil, nil
	}, &printMachine{s: s}))
	s.log(t.Cancel(), t.Canceled(), t.Canceling())
	return t
}

// swallower goes on after it was canceled.
func swallower(s *stage) machine {
	return s.of(func(y *coro.Async) (any, error) {
		if err := coro.Wait(y, coro.Sleep(10*time.Second)); errors.Is(err, coro.ErrCanceled) {
			s.log("swallow")
		}
		sleep(y, time.Second)
		return "ok", nil
	}, &swallowMachine{s: s})
}

// selfCanceler cancels itself and returns.
func selfCanceler(s *stage) machine {
	return s.of(func(*coro.Async) (any, error) {
		s.loop.Current().Cancel()
		return 42, nil
	}, &selfCancelMachine{s: s})
}

func awaiterOf(s *stage, inner *coro.Task[any]) machine {
	return s.of(func(y *coro.Async) (any, error) { return inner.Await(y) }, &awaiterMachine{inner: inner})
}

func selfAwaiter(s *stage) machine {
	return s.of(func(y *coro.Async) (any, error) {
		if err := coro.Wait(y, coro.On(s.loop.Current())); err != nil {
			s.log("error", err)
		}
		return nil, nil
	}, &selfAwaitMachine{s: s})
}

func failing(s *stage) machine {
	lost := raised{"ValueError", "lost"}
	return s.of(func(*coro.Async) (any, error) { return nil, lost }, &failMachine{fail: lost})
}

func forever(s *stage) machine {
	return s.of(func(y *coro.Async) (any, error) {
		return coro.NewFuture[any](s.loop, "nobody's").Await(y)
	}, &foreverMachine{s: s})
}

// flat is depth 0.
func flat(s *stage) machine {
	return s.of(func(y *coro.Async) (any, error) { return nil, depth(y, 0) }, &depthMachine{})
}

// depth awaits itself n deep. In Go that is a call.
func depth(y *coro.Async, n int) error {
	if n == 0 {
		return nil
	}
	return depth(y, n-1)
}
