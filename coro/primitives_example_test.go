package coro_test

// This file shows each of the primitives at work.

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"coroscope/coro"
)

// cook is a body that takes d and tells when it is done.
func cook(dish string, d time.Duration) coro.Resumable[struct{}, coro.Await, string] {
	return coro.Pull(func(y *coro.Async) (string, error) {
		return dish, coro.Wait(y, coro.Sleep(d).As("cook"))
	})
}

// inKitchen runs a body on a virtual clock.
func inKitchen(body func(y *coro.Async, l *coro.Loop) error) {
	_, err := coro.Run(coro.Pull(func(y *coro.Async) (struct{}, error) {
		return struct{}{}, body(y, coro.LoopOf(y))
	}), coro.WithClock(&coro.VirtualClock{}))
	if err != nil {
		fmt.Println("error:", err)
	}
}

func ExampleLock() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		stove := coro.NewLock(l, "stove")
		fry := func(who string) coro.Resumable[struct{}, coro.Await, string] {
			return coro.Pull(func(y *coro.Async) (string, error) {
				if err := stove.Acquire(y); err != nil {
					return "", err
				}
				defer stove.Release()
				fmt.Println(l.Time(), who)
				return who, coro.Wait(y, coro.Sleep(time.Minute))
			})
		}
		_, err := coro.Gather[string](l, coro.Spawn(l, fry("ann")), coro.Spawn(l, fry("ben"))).Await(y)
		return err
	})
	// Output:
	// 0s ann
	// 1m0s ben
}

// A machine waits for a lock by yielding an Await of it.
func ExampleLock_Acquiring() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		stove := coro.NewLock(l, "stove")
		stove.TryAcquire()
		l.CallLater(time.Minute, func() { stove.Release() })
		_, err := coro.Spawn(l, &fryer{stove: stove}).Await(y)
		fmt.Println(l.Time(), "fried")
		return err
	})
	// Output: 2m0s fried
}

// fryer holds the stove for a minute. In state 1 it waits for the stove, in
// state 2 it fries.
type fryer struct {
	stove *coro.Lock
	state int
	err   error
}

func (f *fryer) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch f.state {
	case 0:
		if !f.stove.TryAcquire() {
			f.state = 1
			return f.stove.Acquiring(), true
		}
		fallthrough
	case 1:
		if thrown != nil {
			f.err = thrown
			return coro.Await{}, false
		}
		f.state = 2
		return coro.Sleep(time.Minute), true
	default:
		f.stove.Release()
		f.err = thrown
		return coro.Await{}, false
	}
}
func (f *fryer) Result() struct{} { return struct{}{} }
func (f *fryer) Err() error       { return f.err }

func ExampleSemaphore() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		stoves := coro.NewBoundedSemaphore(l, "stoves", 2)
		return coro.WithGroup(y, "cooks", func(g *coro.Group) error {
			for i := range 3 {
				coro.SpawnIn(g, coro.Pull(func(y *coro.Async) (int, error) {
					if err := stoves.Acquire(y); err != nil {
						return 0, err
					}
					defer stoves.Release()
					fmt.Println(l.Time(), "dish", i)
					return i, coro.Wait(y, coro.Sleep(time.Minute))
				}))
			}
			return nil
		})
	})
	// Output:
	// 0s dish 0
	// 0s dish 1
	// 1m0s dish 2
}

func ExampleEvent() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		open := coro.NewEvent(l, "opening")
		l.CallAt(9*time.Hour, open.Set)
		err := open.Wait(y)
		fmt.Println(l.Time(), "open")
		return err
	})
	// Output: 9h0m0s open
}

func ExampleCondition() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		lock := coro.NewLock(l, "plates")
		changed := coro.NewCondition(lock, "plates changed")
		plates := 0
		dry := coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			if err := lock.Acquire(y); err != nil {
				return 0, err
			}
			defer lock.Release()
			err := changed.WaitUntil(y, func() bool { return plates >= 2 })
			return plates, err
		}))
		for range 2 {
			coro.Wait(y, coro.Sleep(time.Second))
			if err := lock.Acquire(y); err != nil {
				return err
			}
			plates++
			changed.NotifyAll()
			lock.Release()
		}
		n, err := dry.Await(y)
		fmt.Println(l.Time(), n, "plates")
		return err
	})
	// Output: 2s 2 plates
}

func ExampleBarrier() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		served := coro.NewBarrier(l, "table", 2)
		return coro.WithGroup(y, "waiters", func(g *coro.Group) error {
			for i := range 2 {
				coro.SpawnIn(g, coro.Pull(func(y *coro.Async) (int, error) {
					coro.Wait(y, coro.Sleep(time.Duration(i)*time.Minute))
					n, err := served.Wait(y)
					fmt.Println(l.Time(), "waiter", i, "came as number", n)
					return n, err
				}))
			}
			return nil
		})
	})
	// Output:
	// 1m0s waiter 1 came as number 1
	// 1m0s waiter 0 came as number 0
}

func ExampleQueue() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		orders := coro.NewQueue[string](l, "orders", 1)
		cooks := coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			for n := 0; ; n++ {
				dish, err := orders.Get(y)
				if errors.Is(err, coro.ErrQueueShutDown) {
					return n, nil
				} else if err != nil {
					return n, err
				}
				coro.Wait(y, coro.Sleep(time.Minute))
				fmt.Println(l.Time(), dish)
				orders.TaskDone()
			}
		}))
		for _, dish := range []string{"soup", "roast", "cake"} {
			if err := orders.Put(y, dish); err != nil {
				return err
			}
		}
		orders.Join(y)
		orders.Shutdown()
		n, err := cooks.Await(y)
		fmt.Println(n, "dishes")
		return err
	})
	// Output:
	// 1m0s soup
	// 2m0s roast
	// 3m0s cake
	// 3 dishes
}

func ExampleNewPriorityQueue() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		guests := coro.NewPriorityQueue(l, "guests", 0, cmp.Compare[int])
		guests.TryPut(7)
		guests.TryPut(3)
		guests.TryPut(5)
		for !guests.Empty() {
			n, _ := guests.Get(y)
			fmt.Print(n, " ")
		}
		return nil
	})
	// Output: 3 5 7
}

func ExampleNewLIFOQueue() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		trays := coro.NewLIFOQueue[string](l, "trays", 0)
		trays.TryPut("lower")
		trays.TryPut("upper")
		tray, err := trays.Get(y)
		fmt.Println(tray)
		return err
	})
	// Output: upper
}

func ExampleGather() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		dishes, err := coro.Gather[string](l,
			coro.Spawn(l, cook("roast", time.Hour)),
			coro.Spawn(l, cook("soup", time.Minute)),
		).Await(y)
		fmt.Println(l.Time(), dishes)
		return err
	})
	// Output: 1h0m0s [roast soup]
}

func ExampleGatherSettled() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		roast := coro.Spawn(l, cook("roast", time.Hour))
		roast.Cancel()
		dishes, err := coro.GatherSettled[string](l, roast, coro.Spawn(l, cook("soup", time.Minute))).Await(y)
		for _, d := range dishes {
			fmt.Printf("%q %v\n", d.Value, d.Err)
		}
		return err
	})
	// Output:
	// "" canceled
	// "soup" <nil>
}

func ExampleWaitSet() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		roast := coro.Spawn(l, cook("roast", time.Hour), coro.Named("roast"))
		soup := coro.Spawn(l, cook("soup", time.Minute), coro.Named("soup"))
		first := coro.NewWaitSet(l, "dishes", coro.FirstCompleted, roast, soup)
		err := first.Wait(y)
		fmt.Println(l.Time(), first.Done()[0].Info().Name, "and", len(first.Pending()), "to come")
		return err
	})
	// Output: 1m0s soup and 1 to come
}

func ExampleAsCompleted() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		dishes := coro.AsCompleted[string](l, "dishes",
			coro.Spawn(l, cook("roast", time.Hour)),
			coro.Spawn(l, cook("soup", time.Minute)),
		)
		for r, err := range dishes.All(y) {
			if err != nil {
				return err
			}
			dish, _ := r.Result()
			fmt.Println(l.Time(), dish)
		}
		return nil
	})
	// Output:
	// 1m0s soup
	// 1h0m0s roast
}

func ExampleShield() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		roast := coro.Spawn(l, cook("roast", time.Hour))
		_, err := coro.WaitFor(y, time.Minute, coro.Shield(roast))
		fmt.Println(l.Time(), err)
		dish, err := roast.Await(y)
		fmt.Println(l.Time(), dish)
		return err
	})
	// Output:
	// 1m0s timed out
	// 1h0m0s roast
}

func ExampleWithTimeout() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		err := coro.WithTimeout(y, time.Minute, func(t *coro.Timeout) error {
			if err := coro.Wait(y, coro.Sleep(30*time.Second)); err != nil {
				return err
			}
			t.Reschedule(l.Time() + time.Minute) // it goes well
			return coro.Wait(y, coro.Sleep(time.Hour))
		})
		fmt.Println(l.Time(), err, errors.Is(err, coro.ErrTimeout))
		return nil
	})
	// Output: 1m30s timed out true
}

func ExampleWaitFor() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		roast := coro.Spawn(l, cook("roast", time.Hour))
		_, err := coro.WaitFor(y, time.Minute, roast)
		fmt.Println(l.Time(), err, roast.Canceled())
		return nil
	})
	// Output: 1m0s timed out true
}

func ExampleSleepUntil() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		err := coro.Wait(y, coro.SleepUntil(l, 18*time.Hour))
		fmt.Println(l.Time())
		return err
	})
	// Output: 18h0m0s
}

func ExampleWithCancel() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		err := coro.WithCancel(y, func(s *coro.CancelScope) error {
			l.CallLater(time.Minute, func() { s.Cancel() }) // the guest has left
			return coro.Wait(y, coro.Sleep(time.Hour))
		})
		fmt.Println(l.Time(), err)
		return nil
	})
	// Output: 1m0s <nil>
}

func ExampleWithGroup() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		errBurnt := errors.New("burnt")
		err := coro.WithGroup(y, "kitchen", func(g *coro.Group) error {
			coro.SpawnIn(g, cook("roast", time.Hour))
			coro.SpawnIn(g, coro.Pull(func(y *coro.Async) (string, error) {
				coro.Wait(y, coro.Sleep(time.Minute))
				return "", errBurnt
			}))
			return nil
		})
		fmt.Println(l.Time(), err, errors.Is(err, errBurnt))
		return nil
	})
	// Output: 1m0s group kitchen: burnt true
}
