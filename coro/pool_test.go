package coro_test

// This file tests pools, and promises, on which they stand.

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// awaitsPool is a task that awaits f, once, in some shape.
func awaitsPool(f *coro.Future[int]) *player { return &player{awaits: awaiting(coro.On(f))} }

// blocked is a function for a pool that tells when it begins and returns n when
// it is let go, or ends with its context.
type blocked struct {
	begins chan bool
	goOn   chan bool
}

func newBlocked() *blocked { return &blocked{make(chan bool, 1), make(chan bool)} }

func (b *blocked) fn(n int) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		b.begins <- true
		select {
		case <-b.goOn:
			return n, nil
		case <-ctx.Done():
			return -n, ctx.Err()
		}
	}
}

// Functions run so many at a time; what is awaited says which place in line
// there is.
func TestPool(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		pool := coro.NewPool("resize", 2)
		var mu sync.Mutex
		atOnce, most := 0, 0
		begins, goOn := make(chan bool, 5), make(chan bool)
		var fs []*coro.Future[int]
		var tasks []*coro.Task[any]
		for i := range 5 {
			f := coro.Submit(l, pool, func(context.Context) (int, error) {
				mu.Lock()
				atOnce++
				most = max(most, atOnce)
				mu.Unlock()
				begins <- true
				<-goOn
				mu.Lock()
				atOnce--
				mu.Unlock()
				return 10 * i, nil
			})
			fs = append(fs, f)
			tasks = append(tasks, coro.Spawn(l, of(awaitsPool(f)), coro.Named("resizing")))
		}
		var details []string
		l.CallSoon(func() {
			<-begins
			<-begins
			for _, task := range tasks {
				s, _ := task.Suspension()
				details = append(details, s.On()+" "+s.Detail)
			}
			if got := pool.Waiting(); got != 3 {
				t.Errorf("%d wait for a worker, want 3", got)
			}
			close(goOn)
		})
		within(t, func() { run(t, l) })
		on := "await pool resize "
		want := []string{on + "running", on + "running", on + "1st in line", on + "2nd in line", on + "3rd in line"}
		if diff := cmp.Diff(want, details); diff != "" {
			t.Errorf("suspensions (-want +got):\n%s", diff)
		}
		if most != 2 {
			t.Errorf("%d ran at a time, want 2", most)
		}
		for i, f := range fs {
			wantResult(t, 10*i, nil)(f.Result())
		}
		if pool.Running() != 0 {
			t.Errorf("%d are running at the end", pool.Running())
		}
	})
}

// With one worker the order is exactly that of submission, whichever loop or
// goroutine submits.
func TestPoolIsFair(t *testing.T) {
	countGoroutines(t)
	pool := coro.NewPool("one", 1)
	a, _ := newTestLoop(t)
	b, _ := newTestLoop(t)
	first := newBlocked()
	var order []int
	note := func(i int) func(context.Context) (int, error) {
		return func(context.Context) (int, error) { order = append(order, i); return i, nil }
	}
	all := []coro.Result[int]{coro.Submit(a, pool, first.fn(1))}
	<-first.begins
	for i := range 20 {
		if i%2 == 0 {
			all = append(all, coro.Submit(a, pool, note(i)))
		} else {
			coro.Submit(b, pool, note(i))
		}
	}
	first.goOn <- true
	within(t, func() { run(t, a) })
	within(t, func() { run(t, b) })
	want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	wantResult(t, 18, nil)(all[10].Result())
}

// What is canceled while it waits for a worker never runs, and who is behind it
// moves up.
func TestPoolCancelWaiting(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		pool := coro.NewPool("one", 1)
		first := newBlocked()
		coro.Submit(l, pool, first.fn(1))
		ran := false
		dropped := coro.Submit(l, pool, func(context.Context) (int, error) { ran = true; return 0, nil }, coro.WaitForReturn())
		last := coro.Submit(l, pool, func(context.Context) (int, error) { return 3, nil })
		task := coro.Spawn(l, of(awaitsPool(dropped)))
		behind := coro.Spawn(l, of(awaitsPool(last)), coro.Named("behind"))
		l.CallSoon(func() {
			task.Cancel()
			if s, _ := behind.Suspension(); s.Detail != "1st in line" {
				t.Errorf("who was behind is %q, want 1st in line", s.Detail)
			}
			l.CallSoon(func() {
				if !task.Done() {
					t.Error("the canceled task waits on")
				}
				first.goOn <- true
			})
		})
		within(t, func() { run(t, l) })
		if ran || !dropped.Canceled() {
			t.Errorf("the canceled function ran: %v, its future is canceled: %v", ran, dropped.Canceled())
		}
		wantResult(t, 3, nil)(last.Result())
	})
}

// What is canceled while it runs is told by its context, with the cause; the
// task goes on at once.
func TestPoolCancelRunning(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		countGoroutines(t)
		l, told := newTestLoop(t)
		pool := coro.NewPool("one", 1)
		begins, goOn := make(chan bool, 1), make(chan bool)
		var cause error
		f := coro.Submit(l, pool, func(ctx context.Context) (int, error) {
			begins <- true
			<-ctx.Done()
			cause = context.Cause(ctx)
			<-goOn
			return 0, errOops // dropped, and nobody is told
		})
		p := awaitsPool(f)
		task := coro.Spawn(l, of(p))
		<-begins
		l.CallSoon(func() {
			task.CancelCause(errOops)
			l.CallSoon(func() {
				if !task.Done() || pool.Running() != 1 {
					t.Errorf("the task is done: %v, and %d run; want true, 1", task.Done(), pool.Running())
				}
				close(goOn)
			})
		})
		within(t, func() { run(t, l) })
		if len(p.got) != 1 || !errors.Is(p.got[0], coro.ErrCanceled) || !errors.Is(p.got[0], errOops) {
			t.Errorf("thrown in: %v, want the cancellation with its cause", p.got)
		}
		if !errors.Is(cause, errOops) || !errors.Is(cause, coro.ErrCanceled) {
			t.Errorf("the context's cause is %v, want the cancellation with its own", cause)
		}
		l.Close()
		if len(*told) != 0 {
			t.Errorf("the handler is told %q of what was dropped", *told)
		}
	})
}

// With WaitForReturn the task goes on when the function has returned: with the
// cancellation, and what the function returned is in the future.
func TestPoolWaitForReturn(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		for name, tc := range map[string]struct {
			err  func(ctx context.Context) error
			want error
		}{
			"value":     {func(context.Context) error { return nil }, nil},
			"its error": {func(context.Context) error { return errOops }, errOops},
			"canceled":  {func(ctx context.Context) error { return ctx.Err() }, coro.ErrCanceled},
		} {
			countGoroutines(t)
			l, _ := newTestLoop(t)
			returned := false
			begins := make(chan bool, 1)
			f := coro.Submit(l, l.Pool(), func(ctx context.Context) (int, error) {
				begins <- true
				<-ctx.Done()
				runtime.Gosched()
				returned = true
				return 7, tc.err(ctx)
			}, coro.WaitForReturn())
			p := awaitsPool(f)
			task := coro.Spawn(l, of(p))
			task.AddDoneCallback(func() {
				if !returned {
					t.Errorf("%s: the task went on before the function had returned", name)
				}
			})
			<-begins
			l.CallSoon(func() {
				for range 2 {
					if !task.Cancel() || f.Done() {
						t.Errorf("%s: a cancellation is refused, or the future is done at once", name)
					}
				}
			})
			within(t, func() { run(t, l) })
			if len(p.got) != 1 || !errors.Is(p.got[0], coro.ErrCanceled) {
				t.Errorf("%s: thrown in: %v, want the cancellation", name, p.got)
			}
			v, err := f.Result()
			if !errors.Is(err, tc.want) || tc.want == nil && v != 7 {
				t.Errorf("%s: the future has %d, %v; want 7, %v", name, v, err, tc.want)
			}
			l.Close()
		}
	})
}

// A timeout around a function that is waited for ends with the function.
func TestPoolWaitForReturnInATimeout(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		countGoroutines(t)
		l := coro.NewLoop()
		defer l.Close()
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			return nil, coro.WithTimeout(y, time.Millisecond, func(*coro.Timeout) error {
				_, err := coro.Submit(l, l.Pool(), func(ctx context.Context) (any, error) {
					<-ctx.Done()
					return nil, ctx.Err()
				}, coro.WaitForReturn()).Await(y)
				return err
			})
		}))
		within(t, func() {
			if _, err := coro.RunUntil(l, task); !errors.Is(err, coro.ErrTimeout) {
				t.Errorf("got %v, want a timeout", err)
			}
		})
	})
}

// A panic and Goexit of a function arrive, and the pool has all its workers
// after that.
func TestPoolPanicAndGoexit(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		pool := coro.NewPool("one", 1)
		var players []*player
		for _, fn := range []func(context.Context) (int, error){
			func(context.Context) (int, error) { panic(errOops) },
			func(context.Context) (int, error) { runtime.Goexit(); return 0, nil },
			func(context.Context) (int, error) { return 0, errOops },
			func(context.Context) (int, error) { return 4, nil },
		} {
			p := awaitsPool(coro.Submit(l, pool, fn))
			players = append(players, p)
			coro.Spawn(l, of(p))
		}
		within(t, func() { run(t, l) })
		var p *coro.PanicError
		if err := players[0].got[0]; !errors.As(err, &p) || p.Value != errOops || len(p.Stack) == 0 {
			t.Errorf("a panic arrives as %v", err)
		}
		wantErrors(t, []error{players[1].got[0], players[2].got[0], players[3].got[0]}, coro.ErrGoexit, errOops, nil)
	})
}

// Shutdown runs what waits; ShutdownNow does not, and cancels what runs.
func TestPoolShutdown(t *testing.T) {
	for _, now := range []bool{false, true} {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		pool := coro.NewPool("one", 1)
		first := newBlocked()
		running := coro.Submit(l, pool, first.fn(1))
		waiting := coro.Submit(l, pool, func(context.Context) (int, error) { return 2, nil })
		<-first.begins
		ended := pool.Ended(l)
		unheard := pool.Ended(l)
		unheard.Cancel()
		if now {
			pool.ShutdownNow()
		} else {
			pool.Shutdown()
		}
		late := coro.Submit(l, pool, func(context.Context) (int, error) { return 3, nil })
		l.CallSoon(func() {
			if ended.Done() {
				t.Error("the pool has ended while a function runs")
			}
			if !now {
				first.goOn <- true
			}
		})
		within(t, func() { run(t, l) })
		if !ended.Done() {
			t.Error("the pool has not ended")
		}
		_, lateErr := late.Result()
		_, firstErr := running.Result()
		v, err := waiting.Result()
		if now {
			wantErrors(t, []error{lateErr, firstErr, err}, coro.ErrPoolShutDown, coro.ErrPoolShutDown, coro.ErrPoolShutDown)
		} else {
			wantErrors(t, []error{lateErr, firstErr, err}, coro.ErrPoolShutDown, nil, nil)
			if v != 2 {
				t.Errorf("what waited came to %d, want 2", v)
			}
		}
		ended = pool.Ended(l)
		run(t, l)
		wantResult(t, struct{}{}, nil)(ended.Result())
	}
}

// A loop that is closed has its own pool shut down, and what its tasks awaited
// canceled.
func TestPoolOfAClosedLoop(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		shared := coro.NewPool("shared", 1)
		var causes [2]error
		var all sync.WaitGroup
		for i, pool := range []*coro.Pool{l.Pool(), shared} {
			all.Add(1)
			begins := make(chan bool)
			f := coro.Submit(l, pool, func(ctx context.Context) (int, error) {
				defer all.Done()
				close(begins)
				<-ctx.Done()
				causes[i] = context.Cause(ctx)
				return 0, nil
			})
			coro.Spawn(l, of(awaitsPool(f)))
			<-begins
		}
		l.CallSoon(l.Stop)
		l.RunForever()
		l.Close()
		within(t, all.Wait)
		if causes[0] == nil || !errors.Is(causes[1], coro.ErrClosed) {
			t.Errorf("the contexts' causes are %v", causes)
		}
		if p := panicOf(func() { l.Pool() }); p != coro.ErrLoopClosed {
			t.Errorf("Pool of a closed loop panics with %v", p)
		}
	})
}

// A virtual clock does not go on while something runs on a pool, also if nobody
// awaits it any more.
func TestPoolAndAVirtualClock(t *testing.T) {
	countGoroutines(t)
	l, _ := newTestLoop(t)
	b := newBlocked()
	f := coro.Submit(l, l.Pool(), b.fn(1))
	<-b.begins
	slept := coro.Spawn(l, coro.Pull(func(y *coro.Async) (time.Duration, error) {
		return l.Time(), coro.Wait(y, coro.Sleep(time.Hour))
	}))
	go func() {
		l.CallSoonThreadsafe(func() {
			if l.Time() != 0 {
				t.Errorf("it is %v while the function runs", l.Time())
			}
			b.goOn <- true
		})
	}()
	within(t, func() { run(t, l) })
	if !slept.Done() || l.Time() != time.Hour {
		t.Errorf("it is %v at the end, want 1h", l.Time())
	}
	wantResult(t, 1, nil)(f.Result())
}

func TestPoolOfNone(t *testing.T) {
	if panicOf(func() { coro.NewPool("none", 0) }) == nil {
		t.Error("a pool of no workers does not panic")
	}
}

// A promise is kept once, by whoever comes first.
func TestPromise(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		promise := coro.NewPromise[int](l, "reply")
		failing := coro.NewPromise[int](l, "reply").WithDetail(func() string { return "of the peer" })
		p := &player{awaits: awaiting(coro.On(promise.Future()), coro.On(failing.Future()))}
		task := coro.Spawn(l, of(p), coro.Named("asker"))
		var kept [8]bool
		var all sync.WaitGroup
		for i := range kept {
			all.Go(func() { kept[i] = promise.Complete(i) })
		}
		all.Wait()
		promise.Future().AddDoneCallback(func() {
			l.CallSoon(func() {
				if s, _ := task.Suspension(); s.On()+" "+s.Detail != "await future reply of the peer" {
					t.Errorf("it is suspended on %q, %q", s.On(), s.Detail)
				}
				go func() {
					if !failing.Fail(errOops) || failing.Complete(1) || failing.Fail(errOops) {
						t.Error("only the first should keep it")
					}
				}()
			})
		})
		within(t, func() { run(t, l) })
		v, err := promise.Future().Result()
		if err != nil || !kept[v] {
			t.Errorf("it has %d, %v; kept by %v", v, err, kept)
		}
		for i, k := range kept {
			if k != (i == v) {
				t.Errorf("number %d was told %v", i, k)
			}
		}
		wantErrors(t, p.got, nil, errOops)
	})
}

// A promise whose future was canceled is no longer kept; one that was kept when
// the cancellation came has its value all the same.
func TestPromiseAndCancellation(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		l, _ := newTestLoop(t)
		promise := coro.NewPromise[int](l, "late")
		asked := 0
		promise.OnCancel(func(cause error) bool {
			if cause != errOops {
				t.Errorf("asked with cause %v", cause)
			}
			asked++
			return false
		})
		kept := coro.NewPromise[int](l, "kept")
		late, just := awaitsPool(promise.Future()), awaitsPool(kept.Future())
		lateTask, justTask := coro.Spawn(l, of(late)), coro.Spawn(l, of(just))
		l.CallSoon(func() {
			lateTask.CancelCause(errOops)
			if promise.Complete(1) || promise.Fail(errOops) {
				t.Error("a promise is kept whose future was canceled")
			}
			if !kept.Complete(2) {
				t.Error("a promise is not kept")
			}
			justTask.Cancel()
		})
		within(t, func() { run(t, l) })
		if asked != 1 {
			t.Errorf("asked %d times, want once", asked)
		}
		if !errors.Is(late.got[0], coro.ErrCanceled) || !errors.Is(just.got[0], coro.ErrCanceled) {
			t.Errorf("thrown in: %v and %v, want cancellations", late.got, just.got)
		}
		wantResult(t, 2, nil)(kept.Future().Result())
	})
}

// While a promise is not kept there is no deadlock, and after it there is.
func TestPromiseHolds(t *testing.T) {
	l, _ := newTestLoop(t)
	promise := coro.NewPromise[int](l, "reply")
	go promise.Complete(1)
	within(t, func() { run(t, l) })
	if !promise.Future().Done() {
		t.Error("the loop did not wait for the promise")
	}
	if panicOf(func() { promise.Fail(nil) }) == nil {
		t.Error("Fail(nil) does not panic")
	}
}

// All parts of a gathered promise and a pool's function that are waited for are
// asked, and the gathering ends canceled.
func TestGatherOfSubmitted(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		begins := make(chan bool, 1)
		f := coro.Submit(l, l.Pool(), func(ctx context.Context) (int, error) {
			begins <- true
			<-ctx.Done()
			return 1, nil
		}, coro.WaitForReturn())
		all := coro.Gather[int](l, f, coro.NewFuture[int](l, "other"))
		p := &player{awaits: awaiting(coro.On(all))}
		task := coro.Spawn(l, of(p))
		<-begins
		l.CallSoon(func() { task.Cancel() })
		within(t, func() { run(t, l) })
		if len(p.got) != 1 || !errors.Is(p.got[0], coro.ErrCanceled) || !all.Canceled() {
			t.Errorf("thrown in: %v, and all are canceled: %v", p.got, all.Canceled())
		}
	})
}
