package coro_test

// This file tests loops in bubbles of testing/synctest, where time is virtual
// for goroutines too: the loop has its real clock there, a loop that is idle is
// durably blocked, and when the test ends no goroutine may be left.

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"coroscope/coro"
)

// bubble runs test in a bubble, for each shape of a player, and fails it if it
// does not come to its end in the bubble's time.
func bubble(t *testing.T, test func(t *testing.T, of func(*player) machine, passed func() time.Duration)) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			test(t, of, func() time.Duration { return time.Since(began) })
		})
	})
}

// Sleeps take the bubble's time, to the nanosecond.
func TestBubbleOfSleeps(t *testing.T) {
	bubble(t, func(t *testing.T, of func(*player) machine, passed func() time.Duration) {
		l := coro.NewLoop()
		defer l.Close()
		for i := range 3 {
			coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Duration(i)*time.Hour), coro.Sleep(time.Minute))}))
		}
		if err := l.RunAll(); err != nil || l.Time() != passed() || passed() != 2*time.Hour+time.Minute {
			t.Errorf("%v, at %v of the loop and %v of the bubble", err, l.Time(), passed())
		}
	})
}

// A loop that waits for its timer is durably blocked, so that the bubble's time
// goes on for everybody, and a goroutine that sleeps for as long meets it.
func TestBubbleWithGoroutines(t *testing.T) {
	bubble(t, func(t *testing.T, of func(*player) machine, passed func() time.Duration) {
		l := coro.NewLoop()
		defer l.Close()
		f := coro.NewFuture[any](l, "call")
		p := &player{awaits: awaiting(coro.Sleep(time.Minute), coro.On(f), coro.Sleep(time.Minute))}
		coro.Spawn(l, of(p))
		go func() {
			time.Sleep(time.Hour)
			l.CallSoonThreadsafe(func() { f.SetResult(nil) })
		}()
		release := l.Hold() // until the call has come
		f.AddDoneCallback(func() {
			release()
			if passed() != time.Hour {
				t.Errorf("the call came after %v", passed())
			}
		})
		if _, err := coro.RunUntil(l, f); err != nil {
			t.Error(err)
		}
		if err := l.RunAll(); err != nil || passed() != time.Hour+time.Minute || len(p.got) != 3 {
			t.Errorf("%v after %v: %v", err, passed(), p.got)
		}
	})
}

// A loop on a goroutine of its own, as of a server, is idle when synctest.Wait
// returns, and ends when it is stopped.
func TestBubbleOfAServer(t *testing.T) {
	bubble(t, func(t *testing.T, of func(*player) machine, passed func() time.Duration) {
		l := coro.NewLoop()
		var ended sync.WaitGroup
		ended.Go(func() {
			if err := errors.Join(l.RunForever(), l.Close()); err != nil {
				t.Error(err)
			}
		})
		notes := make(chan string, 3)
		for i := range 3 {
			l.CallSoonThreadsafe(func() {
				coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Duration(i) * time.Second))})).
					AddDoneCallback(func() { notes <- fmt.Sprint(i, " at ", passed()) })
			})
		}
		var d diary
		for _, pause := range []time.Duration{0, time.Second, time.Hour} {
			time.Sleep(pause)
			synctest.Wait()
			for len(notes) > 0 {
				d.note(<-notes)
			}
			d.note(fmt.Sprint("after ", pause))
		}
		d.want(t, "0 at 0s", "after 0s", "1 at 1s", "after 1s", "2 at 2s", "after 1h0m0s")
		l.CallSoonThreadsafe(l.Stop)
		ended.Wait()
	})
}

// Work that is offloaded takes the bubble's time, while the loop's tasks go on.
func TestBubbleWithOffload(t *testing.T) {
	bubble(t, func(t *testing.T, of func(*player) machine, passed func() time.Duration) {
		l := coro.NewLoop()
		defer l.Close()
		work := func(d time.Duration) func() coro.Await {
			return func() coro.Await {
				return coro.On(coro.Offload(l, "work", func() (any, error) { time.Sleep(d); return nil, nil }))
			}
		}
		job := func() coro.Await {
			return coro.On(coro.Submit(l, l.Pool(), func(context.Context) (any, error) { time.Sleep(time.Hour); return nil, nil }))
		}
		p := &player{awaits: []func() coro.Await{work(time.Hour), job, work(time.Minute)}}
		q := &player{awaits: awaiting(coro.Sleep(time.Minute), coro.Sleep(time.Minute))}
		coro.Spawn(l, of(p))
		coro.Spawn(l, of(q)).AddDoneCallback(func() {
			if passed() != 2*time.Minute {
				t.Errorf("the task beside the work ended after %v", passed())
			}
		})
		if err := l.RunAll(); err != nil || passed() != 2*time.Hour+time.Minute {
			t.Errorf("%v after %v", err, passed())
		}
		wantErrors(t, p.got, nil, nil, nil)
	})
}

// Work that waits for a deadline is cut off at it: here the time of the loop and
// of the work is the same. A virtual clock would wait for the work.
func TestBubbleWithDeadlines(t *testing.T) {
	bubble(t, func(t *testing.T, of func(*player) machine, passed func() time.Duration) {
		given, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		l := coro.NewLoop(coro.WithContext(given))
		defer l.Close()
		ended := make(chan error, 2)
		blocked := func() coro.Await {
			ctx := l.Context()
			return coro.On(coro.Offload(l, "work", func() (any, error) {
				<-ctx.Done()
				ended <- ctx.Err()
				return nil, ctx.Err()
			}))
		}
		var timeout *coro.Timeout
		p := &player{awaits: []func() coro.Await{
			func() coro.Await { timeout = coro.EnterTimeout(l, time.Minute); return blocked() },
			func() coro.Await {
				if err := timeout.Exit(coro.ErrCanceled); !errors.Is(err, coro.ErrTimeout) || passed() != time.Minute {
					t.Errorf("the timeout comes to %v after %v", err, passed())
				}
				return blocked()
			},
		}}
		coro.Spawn(l, of(p))
		if err := l.RunAll(); err != nil || passed() != time.Hour {
			t.Errorf("%v after %v", err, passed())
		}
		wantErrors(t, p.got, coro.ErrCanceled, context.DeadlineExceeded)
		wantErrors(t, []error{<-ended, <-ended}, context.DeadlineExceeded, context.DeadlineExceeded)
	})
}

// The end of a Context reaches an idle loop, at its moment.
func TestBubbleWithAContextCanceledOutside(t *testing.T) {
	bubble(t, func(t *testing.T, of func(*player) machine, passed func() time.Duration) {
		ctx, cancel := context.WithCancelCause(t.Context())
		l := coro.NewLoop()
		defer l.Close()
		p := &player{awaits: awaiting(coro.On(coro.NewFuture[any](l, "never")))}
		coro.Spawn(l, of(p), coro.InContext(ctx))
		time.AfterFunc(time.Hour, func() { cancel(errLeft) })
		if err := l.RunAll(); err != nil || passed() != time.Hour {
			t.Errorf("%v after %v", err, passed())
		}
		wantErrors(t, p.got, errLeft)
	})
}

// A virtual clock in a bubble goes by itself, and leaves the bubble's alone.
func TestBubbleWithAVirtualClock(t *testing.T) {
	bubble(t, func(t *testing.T, of func(*player) machine, passed func() time.Duration) {
		l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
		defer l.Close()
		p := &player{awaits: []func() coro.Await{
			func() coro.Await { return coro.Sleep(time.Hour) },
			func() coro.Await {
				return coro.On(coro.Offload(l, "work", func() (any, error) { time.Sleep(time.Second); return nil, nil }))
			},
		}}
		coro.Spawn(l, of(p))
		if err := l.Advance(2 * time.Hour); err != nil || passed() != time.Second {
			t.Errorf("%v after %v", err, passed())
		}
		wantErrors(t, p.got, nil, nil)
	})
}

// Every battery that waits, between two tasks, in one bubble.
func TestBubbleOfBatteries(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		synctest.Test(t, func(t *testing.T) {
			l := coro.NewLoop()
			defer l.Close()
			lock, queue, event := coro.NewLock(l, "l"), coro.NewQueue[int](l, "q", 1), coro.NewEvent(l, "e")
			sem, barrier := coro.NewSemaphore(l, "s", 1), coro.NewBarrier(l, "b", 2)
			var got []int
			work := func(n int) machine {
				return shape(func(y *coro.Async) (any, error) {
					err := errors.Join(lock.Acquire(y), sem.Acquire(y), coro.Wait(y, coro.Sleep(time.Hour)))
					lock.Release()
					sem.Release()
					_, berr := barrier.Wait(y)
					event.Set()
					return nil, errors.Join(err, berr, event.Wait(y), queue.Put(y, n), queue.Put(y, n))
				})
			}
			task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				return nil, coro.WithTimeout(y, 24*time.Hour, func(*coro.Timeout) error {
					return coro.WithGroup(y, "g", func(g *coro.Group) error {
						coro.SpawnIn(g, work(1))
						coro.SpawnIn(g, work(2))
						for range 4 {
							n, err := queue.Get(y)
							if err != nil {
								return err
							}
							got = append(got, n)
						}
						return nil
					})
				})
			}))
			if _, err := coro.RunUntil(l, task); err != nil || l.Time() != 2*time.Hour || len(got) != 4 {
				t.Errorf("%v at %v: %v", err, l.Time(), got)
			}
		})
	})
}

// A task that is left suspended when its loop is closed leaves no goroutine: the
// bubble would report it.
func TestBubbleOfWhatIsLeft(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		synctest.Test(t, func(t *testing.T) {
			l := coro.NewLoop(coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}))
			coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Hour))}))
			l.RunUntilIdle()
			l.Close()
		})
	})
}
