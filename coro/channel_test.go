package coro_test

// This file tests awaiting Go channels, and the readiness on which receiving
// stands.

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// received is what a receiver gave.
type received struct {
	V  int
	OK bool
}

func receives(r *coro.Receiver[int]) *taker {
	return &taker{
		try: func() (any, bool, error) {
			v, ok, ready := r.TryReceive()
			return received{v, ok}, ready, nil
		},
		waiting: r.Receiving,
	}
}

func sends(s *coro.Sender[int], v int) *player {
	return &player{awaits: []func() coro.Await{func() coro.Await { return s.Sending(v) }}}
}

// after calls fn after n turns.
func after(l *coro.Loop, n int, fn func()) {
	if n == 0 {
		fn()
		return
	}
	l.CallSoon(func() { after(l, n-1, fn) })
}

// What is there is received without a suspension, and without a goroutine.
func TestReceiveAtOnce(t *testing.T) {
	eachTaker(t, func(t *testing.T, of func(k *taker) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		ch := make(chan int, 3)
		ch <- 1
		ch <- 2
		close(ch)
		r := coro.NewReceiver(l, "orders", ch)
		for _, want := range []received{{1, true}, {2, true}, {0, false}, {0, false}} {
			k := receives(r)
			k.waiting = func() coro.Await { t.Error("it waits"); return r.Receiving() }
			task := coro.Spawn(l, of(k))
			run(t, l)
			wantResult(t, want, nil)(task.Result())
		}
	})
}

// Tasks get what is sent in the order in which they came, and all are told when
// the channel is closed.
func TestReceive(t *testing.T) {
	for _, room := range []int{0, 2} {
		eachTaker(t, func(t *testing.T, of func(k *taker) machine) {
			countGoroutines(t)
			l, _ := newTestLoop(t)
			ch := make(chan int, room)
			r := coro.NewReceiver(l, "orders", ch)
			var tasks []*coro.Task[any]
			for range 4 {
				tasks = append(tasks, coro.Spawn(l, of(receives(r)), coro.Named("receiver")))
			}
			after(l, 1, func() {
				for i, want := range []string{"empty", "empty, 2nd in line"} {
					if s, _ := tasks[i].Suspension(); s.On()+" "+s.Detail != "await channel orders "+want {
						t.Errorf("receiver %d is suspended on %q, %q", i, s.On(), s.Detail)
					}
				}
				go func() {
					ch <- 1
					ch <- 2
					close(ch)
				}()
			})
			within(t, func() { run(t, l) })
			var got []any
			for _, task := range tasks {
				v, err := task.Result()
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, v)
			}
			want := []any{received{1, true}, received{2, true}, received{}, received{}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("received (-want +got):\n%s", diff)
			}
		})
	}
}

// A task that is canceled takes nothing, whenever that is: what has come is for
// the next.
func TestReceiveCanceled(t *testing.T) {
	eachTaker(t, func(t *testing.T, of func(k *taker) machine) {
		t.Run("before", func(t *testing.T) {
			countGoroutines(t)
			l, _ := newTestLoop(t)
			ch := make(chan int)
			r := coro.NewReceiver(l, "orders", ch)
			task := coro.Spawn(l, of(receives(r)))
			after(l, 1, func() { task.Cancel() })
			within(t, func() { run(t, l) }) // nobody holds the loop any more
			select {
			case ch <- 1:
				t.Error("somebody still receives")
			default:
			}
		})
		t.Run("when it has come", func(t *testing.T) {
			countGoroutines(t)
			l, _ := newTestLoop(t)
			ch := make(chan int)
			r := coro.NewReceiver(l, "orders", ch)
			task := coro.Spawn(l, of(receives(r)))
			after(l, 1, func() {
				ch <- 1 // taken by the goroutine, and the loop does not know
				task.Cancel()
			})
			within(t, func() { run(t, l) })
			if !task.Canceled() {
				t.Error("the task is not canceled")
			}
			if v, ok, ready := r.TryReceive(); v != 1 || !ok || !ready {
				t.Errorf("next is %d, %v, %v; want 1, which nobody took", v, ok, ready)
			}
		})
	})
}

// tin is a source that has so many things, and notes what it was told.
type tin struct {
	has  int
	told []string
}

func (c *tin) Ready() bool    { return c.has > 0 }
func (c *tin) Want()          { c.told = append(c.told, "want") }
func (c *tin) Forgo()         { c.told = append(c.told, "forgo") }
func (c *tin) Detail() string { return "tin" }

func takes(c *tin, r *coro.Readiness) *taker {
	return &taker{
		try: func() (any, bool, error) {
			if c.has == 0 {
				return nil, false, nil
			}
			c.has--
			r.Notify()
			return c.has, true, nil
		},
		waiting: r.Waiting,
	}
}

// One that was called and is canceled has the next called in its place; the
// source is told when somebody waits, and when nobody does any more.
func TestReadiness(t *testing.T) {
	eachTaker(t, func(t *testing.T, of func(k *taker) machine) {
		l, _ := newTestLoop(t)
		c := &tin{}
		r := coro.NewReadiness(l, coro.OnIO, "tin", c)
		var tasks []*coro.Task[any]
		for range 3 {
			tasks = append(tasks, coro.Spawn(l, of(takes(c, r)), coro.Named("taker")))
		}
		after(l, 1, func() {
			if s, _ := tasks[1].Suspension(); s.On()+" "+s.Detail != "await io tin tin, 2nd in line" {
				t.Errorf("it is suspended on %q, %q", s.On(), s.Detail)
			}
			c.has = 1
			r.Notify()
			tasks[0].Cancel()
			after(l, 5, func() {
				if !tasks[0].Canceled() || !tasks[1].Done() || tasks[2].Done() || r.Len() != 1 {
					t.Errorf("done: %v, %v, %v, and %d wait; want the first canceled, the second done", tasks[0].Done(), tasks[1].Done(), tasks[2].Done(), r.Len())
				}
				// Somebody takes it before the third, who was called, goes on.
				c.has = 1
				r.Notify()
				c.has = 0
				after(l, 3, func() {
					if tasks[2].Done() {
						t.Error("the third has taken what was not there")
					}
					tasks[2].Cancel()
				})
			})
		})
		within(t, func() { run(t, l) })
		want := []string{"want", "want", "want", "forgo"}
		if diff := cmp.Diff(want, c.told); diff != "" {
			t.Errorf("the source is told (-want +got):\n%s", diff)
		}
	})
}

// Every value is received once, whatever is canceled when.
func TestReceiveLosesNothing(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		countGoroutines(t)
		l := coro.NewLoop()
		defer l.Close()
		ch := make(chan int)
		const n = 300
		go func() {
			for i := range n {
				ch <- i
			}
			close(ch)
		}()
		r := coro.NewReceiver(l, "orders", ch)
		var got []int
		main := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			for {
				err := coro.WithTimeout(y, 20*time.Microsecond, func(*coro.Timeout) error {
					v, ok, err := r.Receive(y)
					switch {
					case err != nil:
						return err
					case !ok:
						return errOops
					}
					got = append(got, v)
					return nil
				})
				if err == errOops {
					return nil, nil
				} else if err != nil && !errors.Is(err, coro.ErrTimeout) {
					return nil, err
				}
			}
		}))
		within(t, func() {
			if _, err := coro.RunUntil(l, main); err != nil {
				t.Error(err)
			}
		})
		for i, v := range got {
			if i != v {
				t.Fatalf("value %d is %d: %v", i, v, got)
			}
		}
		if len(got) != n {
			t.Errorf("%d values, want %d", len(got), n)
		}
	})
}

// What somebody takes who did not wait keeps nobody's place.
func TestReceiveWhenSomebodyIsQuicker(t *testing.T) {
	eachTaker(t, func(t *testing.T, of func(k *taker) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		ch := make(chan int)
		r := coro.NewReceiver(l, "orders", ch)
		first := coro.Spawn(l, of(receives(r)))
		second := coro.Spawn(l, of(receives(r)))
		after(l, 1, func() {
			ch <- 1
			var look func()
			look = func() {
				if v, _, ready := r.TryReceive(); !ready {
					l.CallSoon(look)
				} else if v != 1 {
					t.Errorf("it took %d, want 1", v)
				} else {
					go func() {
						ch <- 2
						ch <- 3
					}()
				}
			}
			look()
		})
		within(t, func() {
			if v, err := coro.RunUntil(l, second); v != (received{3, true}) && v != (received{1, true}) || err != nil {
				t.Errorf("the second got %v, %v", v, err)
			}
		})
		wantResult(t, received{2, true}, nil)(first.Result())
	})
}

// Waiting for a quiet channel, a virtual clock goes on; for another it does not.
func TestReceiveAndAVirtualClock(t *testing.T) {
	eachTaker(t, func(t *testing.T, of func(k *taker) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		quit := make(chan int)
		r := coro.NewReceiver(l, "quit", quit).Quiet()
		task := coro.Spawn(l, of(receives(r)))
		l.CallLater(time.Hour, func() { close(quit) })
		within(t, func() {
			v, err := coro.RunUntil(l, task)
			wantResult(t, received{}, nil)(v, err)
		})
		if l.Time() != time.Hour {
			t.Errorf("it is %v, want 1h", l.Time())
		}

		ch := make(chan int)
		task = coro.Spawn(l, of(receives(coro.NewReceiver(l, "orders", ch))))
		l.CallLater(time.Hour, func() { t.Error("time went on") })
		go func() { ch <- 1 }()
		within(t, func() { coro.RunUntil(l, task) })
	})
}

// A loop that is closed leaves no goroutine at a channel.
func TestChannelsOfAClosedLoop(t *testing.T) {
	eachTaker(t, func(t *testing.T, of func(k *taker) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		ch := make(chan int)
		coro.Spawn(l, of(receives(coro.NewReceiver(l, "orders", ch))))
		coro.Spawn(l, of(receives(coro.NewReceiver(l, "orders", ch))))
		s := coro.NewSender(l, "dishes", make(chan int))
		for range 3 {
			coro.Spawn[any](l, sends(s, 1))
		}
		after(l, 2, l.Stop)
		l.RunForever()
		l.Close()
	})
}

// What can be sent is sent without a suspension.
func TestSendAtOnce(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		ch := make(chan int, 2)
		s := coro.NewSender(l, "dishes", ch)
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			turns := l.Turns()
			if err := errors.Join(s.Send(y, 1), s.Send(y, 2)); err != nil {
				return nil, err
			}
			return l.Turns() - turns, nil
		}))
		run(t, l)
		wantResult(t, uint64(0), nil)(task.Result())
		if sent, err := s.TrySend(3); sent || err != nil {
			t.Errorf("TrySend to a full channel: %v, %v", sent, err)
		}
		close(ch)
		if sent, err := s.TrySend(3); sent || err != coro.ErrChannelClosed {
			t.Errorf("TrySend to a closed channel: %v, %v", sent, err)
		}
	})
}

// Values are sent in the order in which the tasks came.
func TestSend(t *testing.T) {
	for _, room := range []int{0, 1} {
		eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
			countGoroutines(t)
			l, _ := newTestLoop(t)
			ch := make(chan int, room)
			s := coro.NewSender(l, "dishes", ch)
			var tasks []*coro.Task[any]
			for i := range 4 {
				tasks = append(tasks, coro.Spawn(l, of(sends(s, i)), coro.Named("sender")))
			}
			var got []int
			done := make(chan bool)
			after(l, 1, func() {
				last := tasks[3]
				want := map[int]string{0: "nobody receives, 4th in line", 1: "full, 3rd in line"}[room]
				if s, _ := last.Suspension(); s.On()+" "+s.Detail != "await channel dishes "+want {
					t.Errorf("the last sender is suspended on %q, %q", s.On(), s.Detail)
				}
				if sent, err := s.TrySend(9); sent || err != nil {
					t.Errorf("TrySend while others wait: %v, %v", sent, err)
				}
				go func() {
					for range 4 {
						got = append(got, <-ch)
					}
					close(done)
				}()
			})
			within(t, func() { run(t, l) })
			<-done
			if diff := cmp.Diff([]int{0, 1, 2, 3}, got); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

// A canceled task has not sent, or has, and is canceled later; and those behind
// it go on.
func TestSendCanceled(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		t.Run("before", func(t *testing.T) {
			countGoroutines(t)
			l, _ := newTestLoop(t)
			ch := make(chan int)
			s := coro.NewSender(l, "dishes", ch)
			players := []*player{sends(s, 1), sends(s, 2), sends(s, 3)}
			var tasks []*coro.Task[any]
			for _, p := range players {
				tasks = append(tasks, coro.Spawn(l, of(p)))
			}
			var got int
			after(l, 1, func() {
				tasks[0].Cancel()
				tasks[1].Cancel()
				after(l, 2, func() { got = <-ch })
			})
			within(t, func() { run(t, l) })
			wantErrors(t, []error{players[0].got[0], players[1].got[0], players[2].got[0]}, coro.ErrCanceled, coro.ErrCanceled, nil)
			if got != 3 {
				t.Errorf("%d was sent, want 3", got)
			}
		})
		t.Run("when it was sent", func(t *testing.T) {
			countGoroutines(t)
			l, _ := newTestLoop(t)
			ch := make(chan int)
			s := coro.NewSender(l, "dishes", ch)
			p := sends(s, 1)
			p.awaits = append(p.awaits, awaiting(coro.Sleep(time.Hour))...)
			task := coro.Spawn(l, of(p))
			after(l, 1, func() {
				if got := <-ch; got != 1 {
					t.Errorf("%d was sent, want 1", got)
				}
				task.CancelCause(errOops)
			})
			within(t, func() { run(t, l) })
			if p.got[0] != nil || !errors.Is(p.got[1], coro.ErrCanceled) || !errors.Is(p.got[1], errOops) {
				t.Errorf("thrown in: %v; want nothing, and the cancellation at the next suspension", p.got)
			}
			if l.Time() != 0 {
				t.Error("it slept")
			}
		})
	})
}

// Nothing is sent twice, and what is sent is known to be, whatever is canceled
// when.
func TestSendIsExact(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		countGoroutines(t)
		l := coro.NewLoop()
		defer l.Close()
		ch := make(chan int)
		done := make(chan []int)
		go func() {
			var got []int
			for v := range ch {
				got = append(got, v)
			}
			done <- got
		}()
		s := coro.NewSender(l, "dishes", ch)
		const n = 300
		main := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			for i := 0; i < n; {
				sent := false
				err := coro.WithTimeout(y, 20*time.Microsecond, func(*coro.Timeout) error {
					err := s.Send(y, i)
					sent = err == nil
					return err
				})
				if sent {
					i++
				} else if !errors.Is(err, coro.ErrTimeout) {
					return nil, err
				}
			}
			return nil, nil
		}))
		within(t, func() {
			if _, err := coro.RunUntil(l, main); err != nil {
				t.Error(err)
			}
		})
		close(ch)
		got := <-done
		for i, v := range got {
			if i != v {
				t.Fatalf("value %d is %d: %v", i, v, got)
			}
		}
		if len(got) != n {
			t.Errorf("%d values, want %d", len(got), n)
		}
	})
}

// A channel between two loops, on goroutines of their own.
func TestChannelBetweenLoops(t *testing.T) {
	countGoroutines(t)
	ch := make(chan int)
	const n = 200
	go func() {
		coro.Run(coro.Pull(func(y *coro.Async) (any, error) {
			s := coro.NewSender(coro.LoopOf(y), "numbers", ch)
			for i := range n {
				if err := s.Send(y, i); err != nil {
					return nil, err
				}
			}
			close(ch)
			return nil, nil
		}))
	}()
	sum := 0
	within(t, func() {
		_, err := coro.Run(coro.Pull(func(y *coro.Async) (any, error) {
			r := coro.NewReceiver(coro.LoopOf(y), "numbers", ch)
			for {
				v, ok, err := r.Receive(y)
				if !ok {
					return nil, err
				}
				sum += v
			}
		}))
		if err != nil {
			t.Error(err)
		}
	})
	if want := n * (n - 1) / 2; sum != want {
		t.Errorf("sum is %d, want %d", sum, want)
	}
}
