package coro_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"time"

	"coroscope/coro"
)

func Example() {
	average := func(y *coro.Yielder[float64, float64]) (int, error) {
		sum, n := 0.0, 0
		for {
			x, err := y.Yield(sum / float64(max(n, 1)))
			if err != nil {
				return n, err
			}
			sum, n = sum+x, n+1
		}
	}
	c := coro.New(coro.Pull(average))
	fmt.Println(c.Next())
	fmt.Println(c.Resume(10))
	fmt.Println(c.Resume(20))
	fmt.Println(c.Close())
	fmt.Println(c.Status())
	// Output:
	// 0 true <nil>
	// 10 true <nil>
	// 15 true <nil>
	// 0 <nil>
	// done
}

func ExampleRun() {
	tea := func(y *coro.Async) (string, error) {
		if err := coro.Wait(y, coro.Sleep(3*time.Minute).As("brew")); err != nil {
			return "", err
		}
		return "tea", nil
	}
	cup, err := coro.Run(coro.Pull(tea), coro.WithClock(&coro.VirtualClock{}))
	fmt.Println(cup, err)
	// Output: tea <nil>
}

func ExampleLoopOf() {
	boil := func(what string, d time.Duration) coro.Body[struct{}, coro.Await, string] {
		return func(y *coro.Async) (string, error) {
			return what, coro.Wait(y, coro.Sleep(d).As("boil"))
		}
	}
	breakfast := func(y *coro.Async) (string, error) {
		l := coro.LoopOf(y)
		egg := coro.Spawn(l, coro.Pull(boil("egg", 5*time.Minute)), coro.Named("egg"))
		tea := coro.Spawn(l, coro.Pull(boil("tea", 3*time.Minute)), coro.Named("tea"))
		first, err := egg.Await(y)
		if err != nil {
			return "", err
		}
		second, err := tea.Await(y)
		return fmt.Sprintf("%s and %s after %v", first, second, l.Time()), err
	}
	fmt.Println(coro.Run(coro.Pull(breakfast), coro.WithClock(&coro.VirtualClock{})))
	// Output: egg and tea after 5m0s <nil>
}

func ExampleDelegate() {
	type yielder = coro.Yielder[struct{}, int]
	inner := func(y *yielder) (string, error) {
		y.Yield(1)
		y.Yield(2)
		return "inner's result", nil
	}
	outer := func(y *yielder) (string, error) {
		s, err := coro.Delegate(y, coro.New(coro.Pull(inner)))
		y.Yield(3)
		return s, err
	}
	c := coro.New(coro.Pull(outer))
	for v := range c.All() {
		fmt.Println(v)
	}
	fmt.Println(c.Result())
	// Output:
	// 1
	// 2
	// 3
	// inner's result <nil>
}

func ExampleCoroutine_Throw() {
	broken := errors.New("the shaker is broken")
	c := coro.New(coro.Pull(func(y *coro.Yielder[struct{}, string]) (string, error) {
		if _, err := y.YieldAs("shake", "shaking"); err != nil {
			return "lemonade instead, since " + err.Error(), nil
		}
		return "daiquiri", nil
	}))
	c.Next()
	c.Throw(broken)
	fmt.Println(c.Result())
	// Output: lemonade instead, since the shaker is broken <nil>
}

func ExampleLoop_WriteAwaitTree() {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	cook := coro.Spawn(l, coro.Pull(func(y *coro.Async) (string, error) {
		return "cake", coro.Wait(y, coro.Sleep(time.Hour).As("bake"))
	}), coro.Named("cook"))
	waiter := coro.Spawn(l, coro.Pull(func(y *coro.Async) (string, error) {
		return cook.Await(y)
	}), coro.Named("waiter"))
	l.CallLater(time.Minute, func() {
		for _, w := range l.AwaitTree() {
			fmt.Println(w.Task.Name, "awaits", w.Awaits[0].Task.Name, "which has:", w.Awaits[0].Suspended.On())
		}
	})
	fmt.Println(coro.RunUntil(l, waiter))
	l.WriteAwaitTree(os.Stdout) // nobody is left
	// Output:
	// waiter awaits cook which has: await sleep bake
	// cake <nil>
}

func ExampleOffload() {
	l := coro.NewLoop()
	defer l.Close()
	t := coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
		return coro.Offload(l, "compute", func() (int, error) { return 6 * 7, nil }).Await(y)
	}))
	fmt.Println(coro.RunUntil(l, t))
	// Output: 42 <nil>
}

// A test moves time by hand, and looks.
func ExampleLoop_Advance() {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	egg := coro.Spawn(l, coro.Pull(func(y *coro.Async) (string, error) {
		return "soft", coro.Wait(y, coro.Sleep(4*time.Minute).As("boil"))
	}))
	l.Advance(3 * time.Minute)
	fmt.Println(l.Time(), egg.Done())
	l.Advance(time.Hour)
	fmt.Println(l.Time(), egg.Done())
	// Output:
	// 3m0s false
	// 1h3m0s true
}

func ExampleLoop_RunUntilIdle() {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	order := coro.NewFuture[string](l, "order")
	cook := coro.Spawn(l, coro.Pull(func(y *coro.Async) (string, error) {
		dish, err := order.Await(y)
		return "one " + dish, err
	}))
	l.RunUntilIdle()
	fmt.Println("ordered:", order.Done(), "cooked:", cook.Done())
	order.SetResult("omelet")
	l.RunUntilIdle()
	fmt.Println(cook.Result())
	// Output:
	// ordered: false cooked: false
	// one omelet <nil>
}

func ExampleLoop_RunAll() {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	for _, d := range []time.Duration{3 * time.Minute, time.Minute} {
		coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			err := coro.Wait(y, coro.Sleep(d))
			fmt.Println(l.Time())
			return 0, err
		}))
	}
	fmt.Println(l.RunAll())
	// Output:
	// 1m0s
	// 3m0s
	// <nil>
}

// A task that finds what it needs is done where it is spawned.
func ExampleEager() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		stock := map[string]int{"eggs": 6}
		fetch := func(what string) coro.Resumable[struct{}, coro.Await, int] {
			return coro.Pull(func(y *coro.Async) (int, error) {
				if n, ok := stock[what]; ok {
					return n, nil
				}
				return 1, coro.Wait(y, coro.Sleep(time.Hour).As("shop"))
			})
		}
		eggs := coro.Spawn(l, fetch("eggs"), coro.Eager(true))
		milk := coro.Spawn(l, fetch("milk"), coro.Eager(true))
		fmt.Println(eggs.Done(), milk.Done())
		_, err := milk.Await(y)
		return err
	})
	// Output: true false
}

// Every task of the loop gets a name by one rule.
func ExampleWithTaskOptions() {
	n := 0
	l := coro.NewLoop(coro.WithTaskOptions(func(string) []coro.Option {
		n++
		return []coro.Option{coro.Named(fmt.Sprint("Task-", n))}
	}))
	defer l.Close()
	a := coro.Spawn(l, cook("soup", 0))
	b := coro.Spawn(l, cook("roast", 0), coro.Named("roast"))
	fmt.Println(a.Name(), b.Name())
	l.RunAll()
	// Output: Task-1 roast
}

// Work that blocks ends when the task that waits for it is canceled.
func ExampleContextOf() {
	closing := errors.New("the kitchen is closing")
	l := coro.NewLoop()
	defer l.Close()
	t := coro.Spawn(l, coro.Pull(func(y *coro.Async) (string, error) {
		ctx := coro.ContextOf(y)
		return coro.Offload(l, "delivery", func() (string, error) {
			l.CallSoonThreadsafe(func() { l.Tasks()[0].(coro.Awaitable).CancelCause(closing) })
			<-ctx.Done() // as a request or a command with ctx would
			fmt.Println("delivery:", context.Cause(ctx))
			return "", context.Cause(ctx)
		}).Await(y)
	}))
	_, err := coro.RunUntil(l, t)
	l.RunUntilIdle() // until the work has ended
	fmt.Println(err, errors.Is(err, coro.ErrCanceled))
	// Output:
	// delivery: the kitchen is closing
	// canceled: the kitchen is closing true
}

// A Context that is canceled cancels the task that was given it.
func ExampleInContext() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		guest, leave := context.WithCancelCause(context.Background())
		l.CallLater(time.Minute, func() { leave(errors.New("the guest has left")) })
		_, err := coro.Spawn(l, cook("roast", time.Hour), coro.InContext(guest)).Await(y)
		fmt.Println(l.Time(), err)
		return nil
	})
	// Output: 1m0s canceled: the guest has left
}

func ExampleWithContext() {
	ctx, cancel := context.WithCancel(context.Background())
	l := coro.NewLoop(coro.WithContext(ctx), coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	soup, roast := coro.Spawn(l, cook("soup", time.Hour)), coro.Spawn(l, cook("roast", time.Hour))
	l.CallLater(time.Minute, cancel)
	fmt.Println(l.RunAll(), l.Time(), soup.Canceled(), roast.Canceled())
	// Output: <nil> 1m0s true true
}

// A task has the values of the one that spawned it, as they were then.
func ExampleLoop_SetValue() {
	type table struct{}
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		l.SetValue(table{}, 4)
		t := coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
			return coro.ContextOf(y).Value(table{}), nil
		}))
		l.SetValue(table{}, 7)
		v, err := t.Await(y)
		fmt.Println(v, coro.ContextOf(y).Value(table{}))
		return err
	})
	// Output: 4 7
}

// In debug mode a body that was forgotten is found out.
func ExampleDebug() {
	coro.Debug(true)
	defer coro.Debug(false)
	found := make(chan coro.NeverStarted, 1)
	coro.OnNeverStarted(func(n coro.NeverStarted) { found <- n })
	defer coro.OnNeverStarted(nil)

	func() { cook("roast", time.Hour) }() // and no Spawn
	for len(found) == 0 {
		runtime.GC()
	}
	n := <-found
	fmt.Println("never started:", n.Shape, "made at", path.Base(n.Made.File))
	// Output: never started: pull made at primitives_example_test.go
}

func ExampleWithExceptionHandler() {
	l := coro.NewLoop(coro.WithExceptionHandler(func(l *coro.Loop, e coro.Exception) {
		fmt.Println(e.Message)
	}))
	l.CallSoon(func() { panic("the toaster is on fire") })
	coro.Spawn(l, coro.Pull(func(*coro.Async) (int, error) { return 0, errors.New("burnt") }))
	l.RunAll()
	coro.Spawn(l, cook("roast", time.Hour))
	l.Close()
	// Output:
	// panic in callback coro_test.ExampleWithExceptionHandler.func2
	// task was destroyed but it is pending
	// task error was never retrieved
}
