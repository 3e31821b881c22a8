// Package tasks has bodies of tasks, which wait on a loop.
package tasks

import (
	"errors"
	"fmt"
	"time"

	. "corpus/drive"

	"coroscope/coro"
)

//lower:run Sleeper(y, 3)
//coro:lower
func Sleeper(y *coro.Async, n int) (time.Duration, error) {
	var total time.Duration
	for i := range n {
		d := time.Duration(i+1) * time.Second
		if err := coro.Wait(y, coro.Sleep(d).As("rest")); err != nil {
			return total, err
		}
		total += d
	}
	return total, coro.Wait(y, coro.NextTurn())
}

//lower:run Awaits(l)
//coro:lower
func Awaits(l *coro.Loop) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (sum int, err error) {
		a := coro.Spawn(l, coro.Pull(Nap(time.Second, 1)), coro.Named("a"))
		b := coro.Spawn(l, coro.Pull(Nap(2*time.Second, -2)), coro.Named("b"))
		f := coro.NewFuture[int](l, "later")
		l.CallLater(3*time.Second, func() { f.SetResult(30) })
		n, err := a.Await(y)
		if err != nil {
			return n, err
		}
		sum += n
		if n, err := b.Await(y); err != nil {
			Log("b failed", n, err)
		}
		if n, err = f.Await(y); err != nil {
			return
		}
		sum += n
		again, _ := f.Await(y) // it is done
		_, err = a.Await(y)
		_, _ = b.Await(y)
		f.Await(y)
		return sum + again, err
	}
}

// A turn is taken even when there is nothing to wait for.
//
//lower:run Turns(y)
//coro:lower
func Turns(y *coro.Async) (int, error) {
	for i := range 3 {
		if _, err := y.Yield(coro.NextTurn()); err != nil {
			return i, err
		}
		if _, err := y.YieldAs("named", coro.Sleep(0)); err != nil {
			return i, fmt.Errorf("turn %d: %w", i, err)
		}
		coro.Wait(y, coro.NextTurn().As("third"))
	}
	return 3, nil
}

// A task goes on after its cancellation.
//
//lower:run Stubborn(y)
//coro:lower
func Stubborn(y *coro.Async) (caught int, err error) {
	for range 4 {
		if err := coro.Wait(y, coro.Sleep(time.Second)); errors.Is(err, coro.ErrCanceled) {
			caught++
		} else if err != nil {
			return caught, err
		}
	}
	return
}

// helper is another task that takes the lock now and then.
func helper(l *coro.Loop, lock *coro.Lock) {
	coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
		for range 3 {
			if err := lock.Acquire(y); err != nil {
				return 0, err
			}
			err := coro.Wait(y, coro.Sleep(2*time.Second))
			lock.Release()
			if err != nil {
				return 0, err
			}
		}
		return 0, nil
	}), coro.Named("helper"))
}

//lower:run Locks(l)
//coro:lower
func Locks(l *coro.Loop) coro.Body[struct{}, coro.Await, int] {
	var shop struct {
		lock *coro.Lock
		sem  *coro.Semaphore
	}
	shop.lock, shop.sem = coro.NewLock(l, "lock"), coro.NewSemaphore(l, "sem", 1)
	return func(y *coro.Async) (int, error) {
		helper(l, shop.lock)
		if err := coro.Wait(y, coro.NextTurn()); err != nil {
			return 0, err
		}
		for i := range 3 {
			if err := shop.lock.Acquire(y); err != nil {
				Log("held", shop.lock.Held())
				return i, err
			}
			err := shop.sem.Acquire(y)
			if err != nil {
				return i, err
			}
			err = coro.Wait(y, coro.Sleep(time.Second).As("inside"))
			shop.sem.Release()
			if err := errors.Join(shop.lock.Release(), err); err != nil {
				return i, err
			}
			if got := pick(l, shop.lock).Acquire(y); got != nil {
				return i, got
			}
			shop.lock.Release()
		}
		return 3, shop.sem.Acquire(y)
	}
}

func pick(_ *coro.Loop, k *coro.Lock) *coro.Lock { Log("pick"); return k }

//lower:run Queues(l, 0)
//lower:run Queues(l, 1)
//coro:lower
func Queues(l *coro.Loop, size int) coro.Body[struct{}, coro.Await, string] {
	return func(y *coro.Async) (string, error) {
		orders, done := coro.NewQueue[int](l, "orders", size), coro.NewQueue[string](l, "done", 1)
		coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			for {
				n, err := orders.Get(y)
				if err != nil {
					return 0, err
				}
				if err := coro.Wait(y, coro.Sleep(time.Second)); err != nil {
					return 0, err
				}
				orders.TaskDone()
				if err := done.Put(y, fmt.Sprint("made ", n)); err != nil {
					return 0, err
				}
			}
		}), coro.Named("cook"))
		all := ""
		var err error
		for i := range 3 {
			if err := orders.Put(y, At(i)); err != nil {
				return all, err
			}
			if err = orders.Put(y, i*10); err != nil {
				return all, err
			}
			what, err := done.Get(y)
			if err != nil {
				return all, err
			}
			all += what
			what, err = done.Get(y)
			all += "," + what + fmt.Sprint(err)
		}
		if err := orders.Join(y); err != nil {
			return all, err
		}
		orders.Shutdown()
		_, failed := orders.Get(y)
		Log(failed, orders.Put(y, 1))
		return all, err
	}
}

//lower:run Events(l)
//coro:lower
func Events(l *coro.Loop) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (n int, err error) {
		e := coro.NewEvent(l, "open")
		l.CallLater(time.Second, e.Set)
		for range 3 {
			if err = e.Wait(y); err != nil {
				return n, err
			}
			n++
			e.Clear()
			l.CallLater(time.Second, e.Set)
			e.Wait(y)
		}
		lock := coro.NewLock(l, "lock")
		c := coro.NewCondition(lock, "cond")
		Log(c.Wait(y))
		l.CallLater(time.Second, func() {
			if lock.TryAcquire() {
				c.Notify(1)
				lock.Release()
			}
		})
		if err := lock.Acquire(y); err != nil {
			return n, err
		}
		err = c.Wait(y)
		Log("condition", err, lock.Held())
		return n, err
	}
}

//lower:run Barriers(l)
//coro:lower
func Barriers(l *coro.Loop) coro.Body[struct{}, coro.Await, string] {
	return func(y *coro.Async) (string, error) {
		b := coro.NewBarrier(l, "gate", 2)
		coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			for i := range 3 {
				if err := coro.Wait(y, coro.Sleep(time.Duration(i)*time.Second)); err != nil {
					return 0, err
				}
				n, err := b.Wait(y)
				Log("other", n, err)
				if err != nil {
					return n, err
				}
			}
			b.Abort()
			return 0, nil
		}), coro.Named("other"))
		all := ""
		for range 3 {
			n, err := b.Wait(y)
			if err != nil {
				return all, err
			}
			all += fmt.Sprint(n, " ")
			if err := coro.Wait(y, coro.Sleep(time.Second)); err != nil {
				return all, err
			}
		}
		_, err := b.Wait(y)
		return all, err
	}
}

//lower:run Several(l)
//coro:lower
func Several(l *coro.Loop) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (sum int, err error) {
		var tasks []*coro.Task[int]
		for i := range 3 {
			tasks = append(tasks, coro.Spawn(l, coro.Pull(Nap(time.Duration(3-i)*time.Second, i)), coro.Named(fmt.Sprint("nap", i))))
		}
		if err := coro.NewWaitSet(l, "first", coro.FirstCompleted, tasks[0], tasks[1], tasks[2]).Wait(y); err != nil {
			return 0, err
		}
		if err := coro.NewWaitSet(l, "none", coro.AllDone).Wait(y); err != nil {
			return 0, err
		}
		c := coro.AsCompleted(l, "each", coro.Result[int](tasks[0]), tasks[1], tasks[2])
		for c.Left() > 0 {
			r, err := c.Next(y)
			if err != nil {
				return sum, err
			}
			n, _ := r.Result()
			sum = sum*10 + n
		}
		all := coro.Gather(l, coro.Result[int](tasks[0]), tasks[1], tasks[2])
		got, err := all.Await(y)
		Log(got, err)
		return sum, err
	}
}

// What waits may be a function of one's own.
//
//lower:run Kitchen(l)
//coro:lower
func Kitchen(l *coro.Loop) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		k := &kitchen{coro.NewLock(l, "oven"), l}
		helper(l, k.oven)
		for i := range 3 {
			if err := k.bake(y, time.Second*time.Duration(i)); err != nil {
				return i, err
			}
		}
		if err := k.leave(y); err != nil {
			return 3, err
		}
		return rest(y)
	}
}

type kitchen struct {
	oven *coro.Lock
	loop *coro.Loop
}

func (k *kitchen) bake(y *coro.Async, d time.Duration) error {
	if err := k.oven.Acquire(y); err != nil {
		return err
	}
	err := coro.Wait(y, coro.Sleep(d).As("bake"))
	k.oven.Release()
	if err != nil {
		return err
	}
	_, err = rest(y)
	return err
}

func (k *kitchen) leave(y *coro.Async) error { return k.oven.Acquire(y) }

func rest(y *coro.Async) (int, error) { return 7, coro.Wait(y, coro.NextTurn().As("rest")) }

// Channels to and from goroutines: what is in them is there before.
//
//lower:run Channels(l)
//coro:lower
func Channels(l *coro.Loop) coro.Body[struct{}, coro.Await, string] {
	return func(y *coro.Async) (string, error) {
		in, out := make(chan int, 3), make(chan string, 3)
		in <- 1
		in <- 2
		close(in)
		from, to := coro.NewReceiver(l, "in", in), coro.NewSender(l, "out", out)
		all := ""
		for {
			n, ok, err := from.Receive(y)
			if err != nil || !ok {
				all += fmt.Sprint(n, ok, err)
				break
			}
			if err := to.Send(y, fmt.Sprint("n", At(n))); err != nil {
				return all, err
			}
			all += <-out
		}
		_, _, err := from.Receive(y)
		return all, err
	}
}
