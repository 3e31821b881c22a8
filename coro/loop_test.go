package coro_test

// This file tests the loop itself: turns, the order within them, running and
// stopping, seeds, and when a clock is read.

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// A diary is what happened, in the order in which it did.
type diary []string

func (d *diary) note(what string)          { *d = append(*d, what) }
func (d *diary) noting(what string) func() { return func() { d.note(what) } }

func (d diary) want(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, []string(d)); diff != "" {
		t.Errorf("what happened (-want +got):\n%s", diff)
	}
}

func TestCallbacksRunInOrder(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	for i := range 40 { // more than the queue holds at first
		l.CallSoon(d.noting(fmt.Sprint(i)))
	}
	run(t, l)
	for i, got := range d {
		if got != fmt.Sprint(i) {
			t.Fatalf("number %d ran as %dth", i, slices.Index(d, fmt.Sprint(i)))
		}
	}
}

// What becomes ready in a turn runs in the next.
func TestTurnRunsItsSnapshotOnly(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	l.CallSoon(func() {
		d.note(fmt.Sprint("first in turn ", l.Turns()))
		l.CallSoon(func() { d.note(fmt.Sprint("made by first in turn ", l.Turns())) })
	})
	l.CallSoon(func() { d.note(fmt.Sprint("second in turn ", l.Turns())) })
	run(t, l)
	d.want(t, "first in turn 1", "second in turn 1", "made by first in turn 2")
}

func TestCanceledCallback(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	early := l.CallSoon(d.noting("never"))
	early.Cancel()
	early.Cancel()
	var late *coro.Handle
	l.CallSoon(func() { late.Cancel() }) // in its own turn, just before it
	late = l.CallSoon(d.noting("never"))
	ran := l.CallSoon(d.noting("ran"))
	l.CallSoon(func() { ran.Cancel() }) // too late
	run(t, l)
	d.want(t, "ran")
	if !early.Canceled() || !late.Canceled() {
		t.Error("a canceled handle says that it is not")
	}
}

// A callback may cancel its own handle: it has been called.
func TestCallbackCancelsItself(t *testing.T) {
	l, told := newTestLoop(t)
	var d diary
	var h *coro.Handle
	h = l.CallSoon(func() {
		h.Cancel()
		d.note("ran")
	})
	run(t, l)
	d.want(t, "ran")
	if len(*told) != 0 {
		t.Errorf("the exception handler was told %q", *told)
	}
}

func TestPanicInACallback(t *testing.T) {
	l, told := newTestLoop(t)
	var d diary
	l.CallSoon(d.noting("before"))
	l.CallSoon(badCallback)
	l.CallLater(time.Second, badCallback)
	l.CallSoon(d.noting("after"))
	f := coro.NewFuture[any](l, "f")
	f.AddDoneCallback(badCallback)
	f.AddDoneCallback(d.noting("second done callback"))
	f.Cancel()
	run(t, l)
	d.want(t, "before", "after", "second done callback")
	want := []string{
		"panic in callback coro_test.badCallback: panic: ValueError:x",
		"panic in callback coro_test.badCallback: panic: ValueError:x",
		"panic in callback coro_test.badCallback: panic: ValueError:x",
	}
	if diff := cmp.Diff(want, *told); diff != "" {
		t.Errorf("what the exception handler is told (-want +got):\n%s", diff)
	}
}

func TestPanicInACallbackHasItsStack(t *testing.T) {
	var of error
	l := coro.NewLoop(coro.WithExceptionHandler(func(_ *coro.Loop, e coro.Exception) { of = e.Err }))
	defer l.Close()
	l.CallSoon(badCallback)
	l.CallSoon(l.Stop)
	l.RunForever()
	var p *coro.PanicError
	if !errors.As(of, &p) {
		t.Fatalf("the handler got %v, want a PanicError", of)
	}
	wantPanic(t, p, raised{"ValueError", "x"}, "badCallback")
}

// Stop ends the run at the end of the turn: what is ready in it runs, what
// becomes ready in it does not.
func TestStop(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	l.CallSoon(func() {
		d.note("stops")
		l.Stop()
		l.CallSoon(d.noting("next run"))
	})
	l.CallSoon(d.noting("same turn"))
	if err := l.RunForever(); err != nil {
		t.Errorf("a stopped RunForever: %v", err)
	}
	d.want(t, "stops", "same turn")
	l.CallSoon(l.Stop)
	l.RunForever()
	d.want(t, "stops", "same turn", "next run")
}

// As in asyncio, stopped before it runs a loop takes one turn.
func TestStopBeforeRun(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	l.CallSoon(d.noting("one turn"))
	l.CallLater(time.Second, d.noting("not waited for"))
	l.Stop()
	within(t, func() { l.RunForever() })
	d.want(t, "one turn")
}

func TestStoppedRunUntil(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		task := coro.Spawn(l, shape(napping))
		l.CallLater(time.Second, l.Stop)
		if _, err := coro.RunUntil(l, task); !errors.Is(err, coro.ErrStopped) {
			t.Errorf("a stopped RunUntil: %v, want ErrStopped", err)
		}
		if _, err := coro.RunUntil(l, task); err != nil || l.Time() != time.Hour {
			t.Errorf("run again: %v at %v, want the task to end after its hour", err, l.Time())
		}
	})
}

// What ends one run does not end another: a run that failed leaves nothing
// behind with what it was to run until.
func TestRunUntilForgetsWhatFailed(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		first := coro.NewFuture[any](l, "first")
		var deadlock *coro.DeadlockError
		if _, err := coro.RunUntil(l, first); !errors.As(err, &deadlock) {
			t.Fatalf("RunUntil of what nobody sets: %v, want a deadlock", err)
		}
		stopped := coro.NewFuture[any](l, "stopped")
		l.CallSoon(l.Stop)
		if _, err := coro.RunUntil(l, stopped); !errors.Is(err, coro.ErrStopped) {
			t.Fatalf("a stopped RunUntil: %v, want ErrStopped", err)
		}
		l.CallLater(time.Second, func() { first.SetResult(1) })
		l.CallLater(2*time.Second, func() { stopped.SetResult(2) })
		task := coro.Spawn(l, shape(napping))
		if _, err := coro.RunUntil(l, task); err != nil || l.Time() != time.Hour {
			t.Errorf("another run: %v at %v, want the task to end after its hour", err, l.Time())
		}
	})
}

// RunUntil of what is done takes a turn, as run_until_complete does.
func TestRunUntilWhatIsDone(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	f := coro.NewFuture[any](l, "f")
	f.SetResult("there")
	l.CallSoon(d.noting("one turn"))
	for range 2 {
		if v, err := coro.RunUntil(l, f); v != "there" || err != nil {
			t.Errorf("got %v, %v, want the future's result", v, err)
		}
	}
	d.want(t, "one turn")
}

func TestRunUntilGivesTheError(t *testing.T) {
	l, told := newTestLoop(t)
	f := coro.NewFuture[any](l, "f")
	l.CallSoon(func() { f.SetError(errOops) })
	if _, err := coro.RunUntil(l, f); err != errOops {
		t.Errorf("got %v, want the future's error as it is", err)
	}
	l.Close()
	if len(*told) != 0 {
		t.Errorf("the error was retrieved by RunUntil, yet the handler is told %q", *told)
	}
}

// A loop runs for its own futures only: another's would never be done by it.
func TestRunUntilAnotherLoops(t *testing.T) {
	l, _ := newTestLoop(t)
	other, _ := newTestLoop(t)
	f, done := coro.NewFuture[any](other, "elsewhere"), coro.NewFuture[any](other, "done")
	done.SetResult(1)
	for _, f := range []*coro.Future[any]{f, done} {
		if _, err := coro.RunUntil(l, f); !errors.Is(err, coro.ErrOtherLoop) {
			t.Errorf("RunUntil of %s, which is another loop's: %v, want ErrOtherLoop", f, err)
		}
	}
}

// A loop that runs cannot be run, or closed, by what it runs; the run that is
// under way is not disturbed.
func TestRunInsideARun(t *testing.T) {
	l, _ := newTestLoop(t)
	f := coro.NewFuture[any](l, "f")
	var got []error
	l.CallSoon(func() {
		got = append(got, l.RunForever())
		_, err := coro.RunUntil(l, f)
		got = append(got, err, l.Close())
	})
	l.CallLater(time.Hour, func() { f.SetResult(nil) })
	if _, err := coro.RunUntil(l, f); err != nil {
		t.Errorf("the outer run: %v", err)
	}
	wantErrors(t, got, coro.ErrLoopRunning, coro.ErrLoopRunning, coro.ErrLoopRunning)
}

// The endless kind of run stays endless.
func TestRunForeverInsideRunForever(t *testing.T) {
	l := coro.NewLoop()
	defer l.Close()
	l.CallSoon(func() { l.RunForever() })
	release := make(chan bool)
	l.CallSoon(func() { close(release) })
	go func() {
		<-release
		for !l.TakeTurn() { // until the loop is idle
			runtime.Gosched()
		}
		l.CallSoonThreadsafe(l.Stop)
	}()
	within(t, func() {
		if err := l.RunForever(); err != nil {
			t.Errorf("RunForever ended with %v, want it to wait for Stop", err)
		}
	})
}

// A task may run a loop of its own. Nothing else of the outer loop runs
// meanwhile.
func TestLoopInALoop(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		var d diary
		inner := shape(func(y *coro.Async) (any, error) {
			d.note("inner begins")
			err := coro.Wait(y, coro.Sleep(time.Hour))
			d.note("inner ends")
			return "from inside", err
		})
		l, _ := newTestLoop(t)
		outer := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			l.CallSoon(d.noting("outer's callback"))
			v, err := coro.Run(inner, coro.WithClock(&coro.VirtualClock{}))
			if l.Current() == nil {
				t.Error("the outer loop has forgotten its current task")
			}
			return v, err
		}))
		if v, err := coro.RunUntil(l, outer); v != "from inside" || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		d.want(t, "inner begins", "inner ends", "outer's callback")
		if l.Time() != 0 {
			t.Errorf("the outer clock shows %v", l.Time())
		}
	})
}

func TestClosedLoop(t *testing.T) {
	l, _ := newTestLoop(t)
	f := coro.NewFuture[any](l, "f")
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Errorf("Close twice: %v", err)
	}
	_, until := coro.RunUntil(l, f)
	wantErrors(t, []error{l.RunForever(), until}, coro.ErrLoopClosed, coro.ErrLoopClosed)
	for name, f := range map[string]func(){
		"CallSoon":  func() { l.CallSoon(func() {}) },
		"CallLater": func() { l.CallLater(0, func() {}) },
		"CallAt":    func() { l.CallAt(0, func() {}) },
		"Spawn":     func() { coro.Spawn(l, coro.Pull(napping)) },
	} {
		if v := panicOf(f); v != coro.ErrLoopClosed {
			t.Errorf("%s on a closed loop panics with %v, want ErrLoopClosed", name, v)
		}
	}
	l.CallSoonThreadsafe(func() { t.Error("a closed loop calls") }) // does nothing
}

func TestCurrent(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		var self coro.AnyTask
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			self = l.Current()
			turn(y)
			if l.Current() != self {
				t.Error("after a suspension the current task is another")
			}
			return nil, nil
		}), coro.Named("me"))
		l.CallSoon(func() {
			if l.Current() != nil {
				t.Errorf("in a callback the current task is %v", l.Current())
			}
		})
		coro.RunUntil(l, task)
		if self == nil || self.Info() != task.Info() || l.Current() != nil {
			t.Errorf("current was %v, afterwards it is %v", self, l.Current())
		}
	})
}

// orderOf returns the order in which a loop with those options calls ten
// callbacks, twice.
func orderOf(t *testing.T, opts ...coro.LoopOption) string {
	l, _ := newTestLoop(t, opts...)
	var d diary
	for i := range 10 {
		l.CallSoon(func() {
			d.note(fmt.Sprint(i))
			l.CallSoon(d.noting(fmt.Sprint(i)))
		})
	}
	run(t, l)
	return strings.Join(d, " ")
}

func TestSeeds(t *testing.T) {
	fifo := orderOf(t)
	if want := "0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9"; fifo != want {
		t.Errorf("without a seed: %s", fifo)
	}
	one := orderOf(t, coro.WithSeed(1))
	if again := orderOf(t, coro.WithSeed(1)); again != one {
		t.Errorf("the same seed gives\n%s\nand then\n%s", one, again)
	}
	if two := orderOf(t, coro.WithSeed(2)); two == one || one == fifo {
		t.Errorf("different seeds give the same order: %s, %s, and without %s", one, two, fifo)
	}
	turns := strings.Split(one, " ")
	if first, second := turns[:10], turns[10:]; slices.Contains(first[1:], first[0]) || slices.Equal(first, second) {
		t.Errorf("a seed shuffles each turn by itself: %v, %v", first, second)
	}
}

// However the turns are shuffled, no task is lost, and what depends on nobody
// comes to the same.
func TestSeedsKeepTheMeaning(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		for seed := range uint64(50) {
			l, _ := newTestLoop(t, coro.WithSeed(seed))
			var players []*player
			f := coro.NewFuture[any](l, "f")
			for i := range 10 {
				p := &player{awaits: awaiting(coro.NextTurn(), coro.Sleep(time.Duration(i)*time.Second), coro.On(f))}
				players = append(players, p)
				coro.Spawn(l, of(p))
			}
			l.CallLater(5*time.Second, func() { f.SetResult(nil) })
			run(t, l)
			for i, p := range players {
				if len(p.got) != 3 {
					t.Fatalf("seed %d: player %d has awaited %d things, want 3", seed, i, len(p.got))
				}
			}
			if l.Time() != 9*time.Second {
				t.Errorf("seed %d: ended at %v, want 9s", seed, l.Time())
			}
		}
	})
}

// countingClock counts how often it is read.
type countingClock struct {
	coro.VirtualClock
	reads int
}

func (c *countingClock) Now() time.Duration {
	c.reads++
	return c.VirtualClock.Now()
}

func TestNoClockIsReadWithoutTimers(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		clock := &countingClock{}
		l, _ := newTestLoop(t, coro.WithClock(clock))
		f := coro.NewFuture[any](l, "f")
		a := coro.Spawn(l, of(&player{awaits: awaiting(coro.NextTurn(), coro.On(f), coro.NextTurn())}))
		coro.Spawn(l, of(&player{awaits: awaiting(coro.On(a), coro.Sleep(0))}))
		l.CallSoon(func() { f.SetResult(1) })
		run(t, l)
		if clock.reads != 0 {
			t.Errorf("the clock was read %d times, want not at all", clock.reads)
		}
		l.CallLater(time.Second, func() {})
		run(t, l)
		if clock.reads == 0 {
			t.Error("with a timer the clock was not read")
		}
	})
}

func TestLoopName(t *testing.T) {
	l, _ := newTestLoop(t)
	named, _ := newTestLoop(t, coro.WithName("kitchen"))
	if l.Name() != "main" || named.Name() != "kitchen" {
		t.Errorf("loops are called %q and %q", l.Name(), named.Name())
	}
}

func TestRunGivesMainsResult(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		v, err := coro.Run(shape(func(y *coro.Async) (any, error) {
			sleep(y, time.Hour)
			return "done", nil
		}), coro.WithClock(&coro.VirtualClock{}))
		if v != "done" || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		_, err = coro.Run(shape(func(*coro.Async) (any, error) { return nil, errOops }))
		if err != errOops {
			t.Errorf("got %v, want main's error as it is", err)
		}
	})
}

// A scheduler is asked before each step with what is left of the turn, and what
// it picks is run; the others keep their order.
func TestScheduler(t *testing.T) {
	var asked []string
	var picks = []int{2, 0, 1, 0, 0}
	l, _ := newTestLoop(t, coro.WithScheduler(func(ready []coro.Pending) int {
		var names []string
		for _, p := range ready {
			switch {
			case p.SleepEnd:
				names = append(names, p.Task.Name+"'s sleep")
			case p.Task != nil:
				names = append(names, p.Task.Name)
			case p.Canceled:
				names = append(names, "canceled")
			default:
				names = append(names, "callback")
			}
		}
		asked = append(asked, strings.Join(names, " "))
		if len(asked) > len(picks) {
			return 0
		}
		return picks[len(asked)-1]
	}))
	var d diary
	l.CallSoon(func() { d.note("callback"); l.CallSoon(d.noting("next turn")) })
	l.CallSoon(d.noting("never")).Cancel()
	for _, name := range []string{"a", "b"} {
		coro.Spawn(l, &player{awaits: []func() coro.Await{func() coro.Await { d.note(name); return coro.Sleep(time.Second) }}}, coro.Named(name))
	}
	run(t, l)
	d.want(t, "a", "callback", "b", "next turn")
	want := []string{"callback canceled a b", "callback canceled b", "canceled b", "canceled", "callback", "a's sleep b's sleep", "b's sleep", "a b", "b"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("what was to choose from (-want +got):\n%s", diff)
	}
}

// A scheduler that picks what is not there is a mistake of whoever wrote it, and
// its panic goes to who runs the loop.
func TestSchedulerThatErrs(t *testing.T) {
	for _, pick := range []int{-1, 1} {
		l, _ := newTestLoop(t, coro.WithScheduler(func([]coro.Pending) int { return pick }))
		l.CallSoon(func() {})
		want := fmt.Sprintf("coro: the scheduler of loop main picked number %d of 1", pick)
		if got := panicOf(func() { l.RunAll() }); got != want {
			t.Errorf("picking %d panics with %v, want %s", pick, got, want)
		}
	}
}

// A scheduler and the report of slow steps share a loop over the steps.
func TestSchedulerWithSlowSteps(t *testing.T) {
	slow := 0
	l, _ := newTestLoop(t, coro.WithSlowStep(0+1, func(coro.SlowStep) { slow++ }),
		coro.WithScheduler(func(ready []coro.Pending) int { return len(ready) - 1 }))
	var d diary
	for _, s := range []string{"third", "second", "first"} {
		l.CallSoon(func() {
			for began := time.Now(); time.Since(began) < 2; {
			}
			d.note(s)
		})
	}
	run(t, l)
	d.want(t, "first", "second", "third")
	if slow != 3 {
		t.Errorf("%d steps were reported as slow", slow)
	}
}
