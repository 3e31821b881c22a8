package coro_test

// This file shows the bridges to what is outside of the loop.

import (
	"context"
	"fmt"
	"strings"
	"time"

	"coroscope/coro"
)

func ExamplePool() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		resizers := coro.NewPool("resize", 2)
		resize := func(photo string) *coro.Future[string] {
			return coro.Submit(l, resizers, func(context.Context) (string, error) {
				return strings.ToUpper(photo), nil // takes long, or blocks
			})
		}
		thumbs, err := coro.Gather[string](l, resize("ann"), resize("ben"), resize("cem")).Await(y)
		fmt.Println(thumbs)
		return err
	})
	// Output: [ANN BEN CEM]
}

// A function that is to have returned before its task goes on.
func ExampleWaitForReturn() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		begun := coro.NewPromise[struct{}](l, "begun")
		work := coro.Submit(l, l.Pool(), func(ctx context.Context) (string, error) {
			begun.Complete(struct{}{})
			<-ctx.Done()
			fmt.Println("cleaned up")
			return "half of it", nil
		}, coro.WaitForReturn())
		worker := coro.Spawn(l, coro.Pull(func(y *coro.Async) (string, error) {
			v, err := work.Await(y)
			fmt.Printf("%q %v\n", v, err)
			return v, err
		}))
		if _, err := begun.Future().Await(y); err != nil {
			return err
		}
		worker.Cancel()
		if err := coro.NewWaitSet(l, "worker", coro.AllDone, worker).Wait(y); err != nil {
			return err
		}
		fmt.Println(work.Result())
		return nil
	})
	// Output:
	// cleaned up
	// "" canceled
	// half of it <nil>
}

func ExamplePromise() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		promise := coro.NewPromise[string](l, "reply")
		time.AfterFunc(time.Millisecond, func() { // on a goroutine of the timer's
			fmt.Println(promise.Complete("soup"), promise.Complete("roast"))
		})
		reply, err := promise.Future().Await(y)
		fmt.Println(reply)
		return err
	})
	// Output:
	// true false
	// soup
}

func ExampleReceiver() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		orders := make(chan string)
		go func() {
			orders <- "soup"
			orders <- "roast"
			close(orders)
		}()
		in := coro.NewReceiver(l, "orders", orders)
		for {
			order, ok, err := in.Receive(y)
			if !ok {
				return err
			}
			fmt.Println(order)
		}
	})
	// Output:
	// soup
	// roast
}

// A machine tries, and yields what it waits for where that was too early.
func ExampleReceiver_Receiving() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		orders := make(chan string)
		go func() { orders <- "soup" }()
		order, err := coro.Spawn(l, &waiter{orders: coro.NewReceiver(l, "orders", orders)}).Await(y)
		fmt.Println(order)
		return err
	})
	// Output: soup
}

// waiter takes one order. In state 1 it waits for it.
type waiter struct {
	orders *coro.Receiver[string]
	state  int
	order  string
	err    error
}

func (w *waiter) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if thrown != nil {
		w.err = thrown
		return coro.Await{}, false
	}
	order, _, ready := w.orders.TryReceive()
	if !ready {
		w.state = 1
		return w.orders.Receiving(), true
	}
	w.order = order
	return coro.Await{}, false
}
func (w *waiter) Result() string { return w.order }
func (w *waiter) Err() error     { return w.err }

func ExampleSender() {
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		dishes := make(chan string)
		table := make(chan []string)
		go func() {
			var all []string
			for dish := range dishes {
				all = append(all, dish)
			}
			table <- all
		}()
		out := coro.NewSender(l, "dishes", dishes)
		for _, dish := range []string{"soup", "roast"} {
			if err := out.Send(y, dish); err != nil {
				return err
			}
		}
		close(dishes)
		fmt.Println(<-table)
		return nil
	})
	// Output: [soup roast]
}

// A task awaits one of another loop, which runs on a goroutine of its own.
func ExampleBridge() {
	bakery := coro.NewLoop(coro.WithName("bakery"))
	bread := coro.Spawn(bakery, coro.Pull(func(y *coro.Async) (string, error) {
		return "bread", coro.Wait(y, coro.Sleep(time.Millisecond).As("bake"))
	}))
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		bakery.RunForever()
		bakery.Close()
	}()
	inKitchen(func(y *coro.Async, l *coro.Loop) error {
		loaf, err := coro.Bridge(l, bread).Await(y)
		fmt.Println(loaf)
		return err
	})
	bakery.CallSoonThreadsafe(bakery.Stop)
	<-closed
	// Output: bread
}
