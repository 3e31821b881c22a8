package coro_test

// This file tests time that is moved by hand, and runs that end when there is
// nothing more to do.

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// Time stands where it was left, and what is due happens at its own moment.
func TestAdvance(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		p := &player{awaits: awaiting(coro.Sleep(time.Minute), coro.NextTurn(), coro.Sleep(time.Minute))}
		coro.Spawn(l, of(p))
		var got []string
		for _, d := range []time.Duration{0, 59 * time.Second, time.Second, 30 * time.Second, time.Minute, time.Hour} {
			if err := l.Advance(d); err != nil {
				t.Fatalf("Advance(%v): %v", d, err)
			}
			got = append(got, fmt.Sprint(l.Time(), ": ", len(p.got)))
		}
		want := []string{"0s: 0", "59s: 0", "1m0s: 2", "1m30s: 2", "2m30s: 3", "1h2m30s: 3"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("how many awaits had ended (-want +got):\n%s", diff)
		}
	})
}

// Each timer finds the clock at its own deadline, and timers that are set on
// the way go off on the way.
func TestAdvanceStopsAtEachDeadline(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	l.CallLater(2*time.Second, func() { d.note(fmt.Sprint("second at ", l.Time())) })
	l.CallLater(time.Second, func() {
		d.note(fmt.Sprint("first at ", l.Time()))
		l.CallLater(500*time.Millisecond, func() { d.note(fmt.Sprint("on the way at ", l.Time())) })
		l.CallLater(time.Hour, d.noting("too late"))
	})
	if err := l.Advance(2 * time.Second); err != nil {
		t.Fatal(err)
	}
	d.want(t, "first at 1s", "on the way at 1.5s", "second at 2s")
	if l.Time() != 2*time.Second {
		t.Errorf("the clock shows %v", l.Time())
	}
}

func TestRunUntilIdle(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		f := coro.NewFuture[any](l, "f")
		p := &player{awaits: awaiting(coro.NextTurn(), coro.NextTurn(), coro.On(f), coro.Sleep(time.Second))}
		coro.Spawn(l, of(p))
		var got []int
		for range 2 {
			if err := l.RunUntilIdle(); err != nil { // waiting for nobody is no deadlock
				t.Fatal(err)
			}
			got = append(got, len(p.got))
		}
		f.SetResult(nil)
		l.RunUntilIdle()
		got = append(got, len(p.got))
		if diff := cmp.Diff([]int{2, 2, 3}, got); diff != "" || l.Time() != 0 {
			t.Errorf("how many awaits had ended (-want +got):\n%sat %v", diff, l.Time())
		}
	})
}

// With nothing to do at all, neither takes a turn.
func TestIdleTakesNoTurn(t *testing.T) {
	l, _ := newTestLoop(t)
	if err := errors.Join(l.RunUntilIdle(), l.Advance(time.Hour), l.RunAll()); err != nil {
		t.Error(err)
	}
	if l.Turns() != 0 || l.Time() != time.Hour {
		t.Errorf("%d turns, at %v", l.Turns(), l.Time())
	}
}

// The real clock goes by itself: RunUntilIdle runs what is due and does not wait.
func TestRunUntilIdleOnARealClock(t *testing.T) {
	l := coro.NewLoop()
	defer l.Close()
	var d diary
	l.CallLater(-time.Second, d.noting("due"))
	l.CallLater(time.Hour, d.noting("not due"))
	within(t, func() {
		if err := l.RunUntilIdle(); err != nil {
			t.Error(err)
		}
	})
	d.want(t, "due")
}

func TestAdvanceMisused(t *testing.T) {
	l, _ := newTestLoop(t)
	real := coro.NewLoop(coro.WithName("bar"))
	defer real.Close()
	closed, _ := newTestLoop(t)
	closed.Close()
	stopped, _ := newTestLoop(t)
	stopped.CallLater(time.Second, stopped.Stop)
	wantErrors(t, []error{real.Advance(time.Second), closed.Advance(0), closed.RunUntilIdle(), closed.RunAll(), stopped.Advance(time.Hour)},
		coro.ErrNotVirtual, coro.ErrLoopClosed, coro.ErrLoopClosed, coro.ErrLoopClosed, coro.ErrStopped)
	if stopped.Time() != time.Second {
		t.Errorf("a loop that was stopped after 1s stands at %v", stopped.Time())
	}
	if err := l.Advance(-time.Second); err == nil || l.Time() != 0 {
		t.Errorf("Advance(-1s): %v, at %v", err, l.Time())
	}
	const remedy = "advance loop bar by 1s: loop's clock is not virtual; give it a VirtualClock by WithClock"
	if err := real.Advance(time.Second); err.Error() != remedy {
		t.Errorf("got %q, want %q", err, remedy)
	}
}

// A task cannot wait for time that it holds up itself. The run that it is in
// goes on as if it had not asked.
func TestAdvanceFromATask(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		var got []error
		coro.Spawn(l, of(&player{awaits: []func() coro.Await{func() coro.Await {
			got = append(got, l.Advance(time.Minute), l.RunUntilIdle(), l.RunAll())
			return coro.Sleep(time.Second)
		}}}))
		if err := l.Advance(2 * time.Second); err != nil || l.Time() != 2*time.Second {
			t.Errorf("the outer Advance: %v, at %v", err, l.Time())
		}
		wantErrors(t, got, coro.ErrLoopRunning, coro.ErrLoopRunning, coro.ErrLoopRunning)
	})
}

// A deadline beyond the end of time is the end of time.
func TestAdvanceToTheEndOfTime(t *testing.T) {
	l, _ := newTestLoop(t)
	for range 2 {
		if err := l.Advance(math.MaxInt64); err != nil || l.Time() != math.MaxInt64 {
			t.Errorf("%v, at %v", err, l.Time())
		}
	}
}

// While work is under way outside, time stands, by hand as well.
func TestAdvanceWaitsForWorkOutside(t *testing.T) {
	countGoroutines(t)
	l, _ := newTestLoop(t)
	goOn := make(chan bool)
	var d diary
	work := coro.Offload(l, "work", func() (any, error) { <-goOn; return nil, nil })
	work.AddDoneCallback(func() { d.note(fmt.Sprint("work at ", l.Time())) })
	l.CallLater(time.Second, func() { d.note(fmt.Sprint("timer at ", l.Time())) })
	go func() {
		for !l.TakeTurn() { // until the loop is idle
			runtime.Gosched()
		}
		close(goOn)
	}()
	within(t, func() {
		if err := l.Advance(time.Minute); err != nil {
			t.Error(err)
		}
	})
	d.want(t, "work at 0s", "timer at 1s")
}

// A day of one timer a second and one a minute is as many turns, and no more:
// time that passes costs nothing.
func TestADayOfTimers(t *testing.T) {
	l, _ := newTestLoop(t)
	seconds, minutes := every(l, time.Second), every(l, time.Minute)
	if err := l.Advance(24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if *seconds != 24*60*60 || *minutes != 24*60 || l.Time() != 24*time.Hour {
		t.Errorf("%d seconds and %d minutes were counted in %v", *seconds, *minutes, l.Time())
	}
	if l.Turns() != 24*60*60 {
		t.Errorf("it took %d turns, want one a second", l.Turns())
	}
}

// every counts in steps of d, forever.
func every(l *coro.Loop, d time.Duration) *int {
	n := 0
	var tick func()
	tick = func() {
		n++
		l.CallLater(d, tick)
	}
	l.CallLater(d, tick)
	return &n
}

func TestRunAll(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		var d diary
		coro.Spawn(l, of(&player{awaits: []func() coro.Await{
			func() coro.Await { return coro.Sleep(time.Hour) },
			func() coro.Await {
				last := coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Hour))}))
				last.AddDoneCallback(d.noting("done callback of the last"))
				return coro.NextTurn()
			},
		}}))
		l.CallLater(24*time.Hour, d.noting("is not waited for"))
		if err := l.RunAll(); err != nil || l.Time() != 2*time.Hour {
			t.Errorf("RunAll: %v, at %v", err, l.Time())
		}
		d.want(t, "done callback of the last")
		if l.Tasks() != nil {
			t.Errorf("left: %v", l.Tasks())
		}
	})
}

func TestRunAllThatCannotEnd(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		stuck := coro.Spawn(l, of(&player{awaits: awaiting(coro.On(coro.NewFuture[any](l, "never")))}), coro.Named("stuck"))
		var deadlock *coro.DeadlockError
		if err := l.RunAll(); !errors.As(err, &deadlock) || len(deadlock.Tasks) != 1 {
			t.Errorf("RunAll: %v, want a deadlock of one task", err)
		}
		l.CallLater(time.Second, l.Stop)
		if err := l.RunAll(); !errors.Is(err, coro.ErrStopped) {
			t.Errorf("a stopped RunAll: %v", err)
		}
		stuck.Cancel()
		if err := l.RunAll(); err != nil {
			t.Errorf("RunAll of what was canceled: %v", err)
		}
	})
}
