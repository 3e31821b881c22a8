package coro_test

// This file tests the edges that asyncio's documentation tells of, where they are not
// among what CPython was recorded doing.

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// outcomes are what several tasks came to, by their names.
type outcomes map[string]string

func (o outcomes) note(name string, err error) {
	switch {
	case err == nil:
		o[name] = "ok"
	case errors.Is(err, coro.ErrTimeout):
		o[name] = "timed out"
	case errors.Is(err, coro.ErrCanceled):
		o[name] = "canceled"
	case errors.Is(err, coro.ErrQueueShutDown):
		o[name] = "shut down"
	default:
		o[name] = err.Error()
	}
}

func (o outcomes) want(t *testing.T, want outcomes) {
	t.Helper()
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// Queue.shutdown: those who wait to put fail, getters get what is left, and fail then;
// join goes on when that was dealt with. With immediate, what is left is dropped, and
// join goes on at once.
func TestEdgeQueueShutdown(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		for _, now := range []bool{false, true} {
			l, _ := newTestLoop(t)
			got := outcomes{}
			full, empty := coro.NewQueue[int](l, "full", 1), coro.NewQueue[int](l, "empty", 0)
			full.TryPut(1)
			task := func(name string, do func(y *coro.Async) error) {
				coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
					got.note(name, do(y))
					return nil, nil
				}))
			}
			task("put", func(y *coro.Async) error { return full.Put(y, 2) })
			task("join", full.Join)
			task("get", func(y *coro.Async) error { _, err := empty.Get(y); return err })
			l.RunUntilIdle()
			for _, q := range []*coro.Queue[int]{full, empty} {
				if now {
					q.ShutdownNow()
				} else {
					q.Shutdown()
				}
			}
			l.RunUntilIdle()
			want := outcomes{"put": "shut down", "get": "shut down"}
			if now {
				want["join"] = "ok"
			}
			got.want(t, want)
			v, err := full.TryGet()
			if now && !errors.Is(err, coro.ErrQueueShutDown) || !now && (v != 1 || err != nil) {
				t.Errorf("now %v: what was left is %v, %v", now, v, err)
			}
			if !now {
				full.TaskDone()
				l.RunUntilIdle()
				if got["join"] != "ok" {
					t.Error("join did not go on when all was dealt with")
				}
				if _, err := full.TryGet(); !errors.Is(err, coro.ErrQueueShutDown) {
					t.Errorf("the empty queue says %v", err)
				}
			}
			if err := full.TryPut(3); !errors.Is(err, coro.ErrQueueShutDown) {
				t.Errorf("put afterwards: %v", err)
			}
			full.Shutdown() // again
		}
	})
}

// wait with a timeout of 0 tells what is done, and cancels nothing.
func TestEdgeWaitNoTime(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		done, pending := coro.NewFuture[int](l, "done"), coro.NewFuture[int](l, "pending")
		done.SetResult(1)
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			s := coro.NewWaitSet(l, "both", coro.AllDone, done, pending).Timeout(0)
			err := s.Wait(y)
			return []int{len(s.Done()), len(s.Pending())}, err
		}))
		v, err := coro.RunUntil(l, task)
		if diff := cmp.Diff(any([]int{1, 1}), v); diff != "" || err != nil || pending.Done() || l.Time() != 0 {
			t.Errorf("%v at %v; done and pending (-want +got):\n%s", err, l.Time(), diff)
		}
	})
}

// as_completed after its timeout: one error for each that is missed, and those that
// end later are not told, nor canceled.
func TestEdgeAsCompletedAfterTimeout(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		quick, slow, slower := coro.NewFuture[int](l, "quick"), coro.NewFuture[int](l, "slow"), coro.NewFuture[int](l, "slower")
		l.CallLater(time.Second, func() { quick.SetResult(1) })
		l.CallLater(3*time.Second, func() { slow.SetResult(2) })
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			c := coro.AsCompleted[int](l, "all", quick, slow, slower).Timeout(time.Millisecond).Timeout(2 * time.Second)
			var got []string
			for r, err := range c.All(y) {
				if errors.Is(err, coro.ErrTimeout) {
					got = append(got, "missed at "+l.Time().String())
				} else if err != nil {
					return nil, err
				} else {
					got = append(got, r.String())
				}
				if err := coro.Wait(y, coro.Sleep(2*time.Second)); err != nil {
					return nil, err
				}
			}
			return got, nil
		}))
		v, err := coro.RunUntil(l, task)
		if diff := cmp.Diff(any([]string{"future quick", "missed at 3s", "missed at 5s"}), v); diff != "" || err != nil || slower.Done() {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

// Timeout.reschedule to the past: it expires in the next turn, once; rescheduling it
// after that does nothing.
func TestEdgeRescheduleToThePast(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			if err := coro.Wait(y, coro.Sleep(time.Hour)); err != nil {
				return nil, err
			}
			err := coro.WithTimeout(y, time.Hour, func(to *coro.Timeout) error {
				if !to.Reschedule(time.Second) || to.Expired() {
					t.Error("it could not be rescheduled, or expired at once")
				}
				err := coro.Wait(y, coro.Sleep(time.Minute))
				if !to.Expired() || to.Reschedule(2*time.Hour) {
					t.Error("it did not expire, or was rescheduled after that")
				}
				return err
			})
			if !errors.Is(err, coro.ErrTimeout) || coro.LoopOf(y).Current().Canceling() != 0 {
				t.Errorf("got %v, and %d cancellations", err, coro.LoopOf(y).Current().Canceling())
			}
			return l.Time().String(), coro.Wait(y, coro.Sleep(time.Second))
		}))
		if v, err := coro.RunUntil(l, task); v != "1h0m0s" || err != nil {
			t.Errorf("it ended at %v: %v", v, err)
		}
	})
}

// shield canceled twice: the task outside is canceled once each, what is shielded
// never, and its result is there for who asks.
func TestEdgeShieldCanceledTwice(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		inner := coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return "done", coro.Wait(y, coro.Sleep(time.Hour)) }))
		canceled := 0
		outer := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			for range 2 {
				if _, err := coro.Shield[any](inner).Await(y); errors.Is(err, coro.ErrCanceled) {
					canceled++
					coro.LoopOf(y).Current().Uncancel()
				}
			}
			return coro.Shield[any](inner).Await(y)
		}))
		for i := range 2 {
			l.CallLater(time.Duration(i+1)*time.Minute, func() { outer.Cancel() })
		}
		if v, err := coro.RunUntil(l, outer); v != "done" || err != nil || canceled != 2 || outer.Canceling() != 0 {
			t.Errorf("%v, %v, canceled %d times, %d left", v, err, canceled, outer.Canceling())
		}
	})
}

// A child of a group that panics, as one in asyncio that raises a BaseException: the
// others are canceled, waited for, and the group's error has the panic.
func TestEdgeGroupChildPanics(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		got := outcomes{}
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			return nil, coro.WithGroup(y, "group", func(g *coro.Group) error {
				coro.SpawnIn(g, shape(func(y *coro.Async) (any, error) {
					err := coro.Wait(y, coro.Sleep(time.Hour))
					got.note("sibling", err)
					return nil, errors.Join(err, coro.Wait(y, coro.Sleep(time.Minute))) // cleans up
				}))
				coro.SpawnIn(g, shape(func(y *coro.Async) (any, error) {
					coro.Wait(y, coro.NextTurn())
					panic("burned")
				}))
				err := coro.Wait(y, coro.Sleep(time.Hour))
				got.note("body", err)
				return err
			})
		}))
		_, err := coro.RunUntil(l, task)
		var p *coro.PanicError
		if !errors.As(err, &p) || p.Value != "burned" || errors.Is(err, coro.ErrCanceled) || l.Time() != time.Minute || task.Canceling() != 0 {
			t.Errorf("at %v: %v, canceled %d times", l.Time(), err, task.Canceling())
		}
		got.want(t, outcomes{"sibling": "canceled", "body": "canceled"})
	})
}

// gather canceled from outside cancels all that is not done, and whoever awaits it
// goes on when they have ended; what was done keeps its result.
func TestEdgeGatherCanceled(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		got := outcomes{}
		sleeper := func(name string, d time.Duration) *coro.Task[any] {
			return coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				err := coro.Wait(y, coro.Sleep(d))
				got.note(name, err)
				if err != nil {
					coro.Wait(y, coro.Sleep(time.Second)) // cleans up
				}
				return name, err
			}))
		}
		a, b := sleeper("quick", time.Second), sleeper("slow", time.Hour)
		waiting := coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return coro.Gather[any](l, a, b).Await(y) }))
		l.CallLater(time.Minute, func() { waiting.Cancel() })
		_, err := coro.RunUntil(l, waiting)
		got.note("gather", err)
		got.want(t, outcomes{"quick": "ok", "slow": "canceled", "gather": "canceled"})
		if v, err := a.Result(); v != "quick" || err != nil || l.Time() != time.Minute+time.Second {
			t.Errorf("at %v the quick one has %v, %v", l.Time(), v, err)
		}
	})
}

// Barrier: abort breaks it for who waits and who comes; reset makes it whole, and
// breaks it for who waits.
func TestEdgeBarrier(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		b := coro.NewBarrier(l, "doors", 2)
		var errs []error
		come := func() {
			coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				_, err := b.Wait(y)
				errs = append(errs, err)
				return nil, nil
			}))
			l.RunUntilIdle()
		}
		come()
		b.Reset()
		l.RunUntilIdle()
		come()
		b.Abort()
		l.RunUntilIdle()
		come()
		b.Reset()
		come()
		come()
		wantErrors(t, errs, coro.ErrBrokenBarrier, coro.ErrBrokenBarrier, coro.ErrBrokenBarrier, nil, nil)
	})
}

// Condition.notify with waiters that were canceled before, or after: the one that
// waits gets what they had been given.
func TestEdgeNotifyAndCancel(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		for _, before := range []bool{true, false} {
			l, _ := newTestLoop(t)
			got := outcomes{}
			lock := coro.NewLock(l, "lock")
			c := coro.NewCondition(lock, "changed")
			wait := func(name string) *coro.Task[any] {
				return coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
					if err := lock.Acquire(y); err != nil {
						return nil, err
					}
					defer lock.Release()
					got.note(name, c.Wait(y))
					return nil, nil
				}))
			}
			first, _ := wait("first"), wait("second")
			l.RunUntilIdle()
			coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				if before {
					first.Cancel()
				}
				if err := lock.Acquire(y); err != nil {
					return nil, err
				}
				c.Notify(1)
				if !before {
					first.Cancel()
				}
				return nil, lock.Release()
			}))
			l.RunUntilIdle()
			got.want(t, outcomes{"first": "canceled", "second": "ok"})
			if lock.Held() {
				t.Error("the lock is held")
			}
		}
	})
}
