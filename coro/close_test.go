package coro_test

// This file tests how a loop ends: what Close does to tasks that are pending,
// what Run does to those that main left, and what is reported.

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

func wantTold(t *testing.T, told []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("what the exception handler is told (-want +got):\n%s", diff)
	}
}

// start runs the loop until every task has begun and waits.
func start(l *coro.Loop) {
	l.CallSoon(func() { l.CallSoon(l.Stop) })
	l.RunForever()
}

// Close throws ErrClosed into pending tasks, those made last first, and no
// goroutine is left.
func TestCloseEndsPendingTasks(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		l, told := newTestLoop(t)
		f := coro.NewFuture[any](l, "f")
		var players []*player
		var tasks []*coro.Task[any]
		for i, a := range []coro.Await{coro.Sleep(time.Hour), coro.On(f), coro.NextTurn()} {
			p := &player{awaits: awaiting(a)}
			players = append(players, p)
			tasks = append(tasks, coro.Spawn(l, of(p), coro.Named(fmt.Sprint("task ", i))))
		}
		l.CallSoon(l.Stop)
		l.RunForever()
		unborn := coro.Spawn(l, of(&player{}), coro.Named("unborn"))
		l.Close()
		for i, task := range append(tasks, unborn) {
			wantStatus(t, task, coro.Done)
			if _, err := task.Result(); !errors.Is(err, coro.ErrClosed) {
				t.Errorf("%d ended with %v, want ErrClosed", i, err)
			}
		}
		for _, p := range players {
			wantErrors(t, p.got, coro.ErrClosed)
		}
		const pending = "task was destroyed but it is pending, "
		wantTold(t, *told, pending+"task 0", pending+"task 1", pending+"task 2", pending+"unborn")
	})
}

func TestCloseGoesFromTheLastToTheFirst(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		var d diary
		for i := range 3 {
			coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				defer d.note(fmt.Sprint("task ", i))
				return napping(y)
			}))
		}
		start(l)
		l.Close()
		d.want(t, "task 2", "task 1", "task 0")
	})
}

// stubbornTask awaits again whatever it is told.
type stubbornTask struct {
	ending
	unwound int
}

func (m *stubbornTask) Resume(struct{}, error) (coro.Await, bool) { return coro.Sleep(time.Hour), true }
func (m *stubbornTask) Unwind()                                   { m.unwound++ }

func TestCloseIsIgnored(t *testing.T) {
	m := &stubbornTask{}
	cleaned := 0
	body := func(y *coro.Async) (any, error) {
		defer func() { cleaned++ }()
		for {
			sleep(y, time.Hour)
		}
	}
	eachTask(t, body, func() machine { return m }, func(t *testing.T, r machine) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		cleaned, m.unwound = 0, 0
		l, told := newTestLoop(t)
		task := coro.Spawn(l, r, coro.Named("stubborn"))
		start(l)
		l.Close()
		if _, err := task.Result(); !errors.Is(err, coro.ErrIgnoredClose) {
			t.Errorf("ended with %v, want ErrIgnoredClose", err)
		}
		if cleaned+m.unwound != 1 {
			t.Errorf("deferred work ran %d times, want once", cleaned+m.unwound)
		}
		wantTold(t, *told, "task was destroyed but it is pending, stubborn",
			"closed task, stubborn: coroutine yielded after it was closed")
	})
}

// A task that panics or exits while it is closed does not keep the others
// from being closed.
func TestCloseOfTasksThatPanic(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		l, told := newTestLoop(t)
		first := coro.Spawn(l, shape(napping), coro.Named("first"))
		breaker := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			napping(y)
			panic("broken")
		}), coro.Named("breaker"))
		start(l)
		l.Close()
		wantStatus(t, first, coro.Done)
		var p *coro.PanicError
		if _, err := breaker.Result(); !errors.As(err, &p) {
			t.Errorf("ended with %v, want a PanicError", err)
		}
		const pending = "task was destroyed but it is pending, "
		wantTold(t, *told, pending+"first", pending+"breaker", "panic in a task being closed, breaker: panic: broken")
	})
}

func TestCloseOfTasksThatExit(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		l, _ := newTestLoop(t)
		exits := func(y *coro.Async) (any, error) {
			napping(y)
			runtime.Goexit()
			return nil, nil
		}
		tasks := []*coro.Task[any]{
			coro.Spawn(l, shape(napping)), coro.Spawn(l, shape(exits)),
			coro.Spawn(l, shape(napping)), coro.Spawn(l, shape(exits)),
		}
		start(l)
		if !goexits(t, func() { l.Close() }) {
			t.Error("the goroutine that closes went on")
		}
		for _, task := range tasks {
			wantStatus(t, task, coro.Done)
		}
		if _, err := tasks[1].Result(); !errors.Is(err, coro.ErrGoexit) {
			t.Errorf("ended with %v, want ErrGoexit", err)
		}
		within(t, func() {
			if err := l.Close(); err != nil {
				t.Errorf("Close again: %v", err)
			}
		})
	})
}

// A task that answers its close with a value or another error.
func TestClosedTasksResult(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		returns := coro.Spawn(l, of(&player{ending: ending{ret: 42}, awaits: awaiting(coro.Sleep(time.Hour))}))
		fails := coro.Spawn(l, of(&player{ending: ending{err: errOops}, awaits: awaiting(coro.Sleep(time.Hour))}))
		start(l)
		l.Close()
		if _, err := returns.Result(); !errors.Is(err, coro.ErrClosed) {
			t.Errorf("one that returned: %v, want ErrClosed", err)
		}
		if _, err := fails.Result(); !errors.Is(err, errOops) {
			t.Errorf("one that failed: %v, want its error", err)
		}
	})
}

// A body that is closed can still use what it holds, but not the loop.
func TestClosedBodyUsesTheLoop(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		l, _ := newTestLoop(t)
		f := coro.NewFuture[any](l, "f")
		other := coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return f.Await(y) }))
		var spawned any
		coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			_, err := napping(y)
			f.SetResult("too late")
			other.Cancel()
			spawned = panicOf(func() { coro.Spawn(l, shape(napping)) })
			return nil, err
		}))
		start(l)
		within(t, func() { l.Close() })
		if spawned != coro.ErrLoopClosed {
			t.Errorf("Spawn in a body that is closed panics with %v, want ErrLoopClosed", spawned)
		}
		wantStatus(t, other, coro.Done)
	})
}

func TestNeverRetrieved(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, told := newTestLoop(t)
		failing := func(name string) *coro.Task[any] {
			return coro.Spawn(l, of(&player{ending: ending{err: errOops}}), coro.Named(name))
		}
		failing("nobody looks")
		seen := failing("seen by Result")
		awaited := failing("awaited")
		coro.Spawn(l, of(&player{awaits: awaiting(coro.On(awaited))}))
		failing("done callback only").AddDoneCallback(func() {})
		f := coro.NewFuture[any](l, "f")
		f.SetError(errOops)
		run(t, l)
		seen.Result()
		l.Close()
		wantTold(t, *told,
			"future error was never retrieved: oops",
			"task error was never retrieved, nobody looks: oops",
			"task error was never retrieved, done callback only: oops")
	})
}

// A loop that runs for long reports old failures early, rather than keep them
// all, and none twice.
func TestManyNeverRetrieved(t *testing.T) {
	l, told := newTestLoop(t)
	const many = 3000
	for range many {
		f := coro.NewFuture[any](l, "f")
		f.SetError(errOops)
	}
	if early := len(*told); early == 0 {
		t.Error("nothing was reported before the loop closed")
	}
	l.Close()
	if len(*told) != many {
		t.Errorf("%d failures were reported, want %d", len(*told), many)
	}
}

// Run cancels what main left, waits for its cleanup, and leaves nothing.
func TestRunCleansUp(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		var d diary
		cleaning := func(y *coro.Async) (any, error) {
			_, err := napping(y)
			sleep(y, time.Minute)
			d.note(fmt.Sprint("cleaned up at ", coro.LoopOf(y).Time(), " after ", err))
			return nil, err
		}
		v, err := coro.Run(shape(func(y *coro.Async) (any, error) {
			l := coro.LoopOf(y)
			coro.Spawn(l, shape(cleaning))
			coro.Spawn(l, shape(cleaning))
			return "main's", coro.Wait(y, coro.Sleep(time.Second))
		}), coro.WithClock(&coro.VirtualClock{}),
			coro.WithExceptionHandler(func(_ *coro.Loop, e coro.Exception) { t.Errorf("reported: %s", e) }))
		wantResult(t, "main's", nil)(v, err)
		d.want(t, "cleaned up at 1m1s after canceled", "cleaned up at 1m1s after canceled")
	})
}

// What Run cannot end by canceling, it closes.
func TestRunClosesWhatIgnoresItsCancellation(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		var told []string
		var got []error
		v, err := coro.Run(shape(func(y *coro.Async) (any, error) {
			l := coro.LoopOf(y)
			coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				for range 3 {
					got = append(got, coro.Wait(y, coro.On(coro.NewFuture[any](l, "never"))))
				}
				return nil, nil
			}), coro.Named("stubborn"))
			turn(y)
			return "main's", nil
		}), coro.WithClock(&coro.VirtualClock{}),
			coro.WithExceptionHandler(func(_ *coro.Loop, e coro.Exception) { told = append(told, describe(e)) }))
		var deadlock *coro.DeadlockError
		if v != "main's" || !errors.As(err, &deadlock) {
			t.Errorf("got %v, %v, want main's result and the deadlock of the rest", v, err)
		}
		wantErrors(t, got, coro.ErrCanceled, coro.ErrClosed)
		wantTold(t, told, "task was destroyed but it is pending, stubborn",
			"closed task, stubborn: coroutine yielded after it was closed")
	})
}

// Main's own end, whichever it is, is what Run returns.
func TestRunWhenMainEndsBadly(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		quiet := coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {})
		_, err := coro.Run(shape(panicking), quiet)
		var p *coro.PanicError
		if !errors.As(err, &p) {
			t.Errorf("main panicked: %v, want a PanicError", err)
		}
		if !goexits(t, func() { coro.Run(shape(taskExits), quiet) }) {
			t.Error("main exited, but the goroutine that called Run went on")
		}
		var deadlock *coro.DeadlockError
		_, err = coro.Run(shape(func(y *coro.Async) (any, error) {
			l := coro.NewLoop()
			defer l.Close()
			return coro.NewFuture[any](l, "elsewhere").Await(y)
		}), quiet)
		wantErrors(t, []error{err}, coro.ErrOtherLoop)
		_, err = coro.Run(shape(func(y *coro.Async) (any, error) {
			return coro.NewFuture[any](coro.LoopOf(y), "never").Await(y)
		}), quiet)
		if !errors.As(err, &deadlock) {
			t.Errorf("main waits for nothing: %v, want a deadlock", err)
		}
	})
}
