package coro_test

// This file tests timers: deadlines, their order, and canceling them.

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"coroscope/coro"
)

func TestTimersFireByDeadline(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	for _, s := range []int{3, 1, 2} {
		l.CallLater(time.Duration(s)*time.Second, func() { d.note(fmt.Sprint(s, " at ", l.Time())) })
	}
	l.CallAt(2500*time.Millisecond, func() { d.note(fmt.Sprint("CallAt at ", l.Time())) })
	run(t, l)
	d.want(t, "1 at 1s", "2 at 2s", "CallAt at 2.5s", "3 at 3s")
}

// Equal deadlines fire in the order they were set, callbacks and sleeps alike;
// the end of a sleep makes its task ready for the turn after.
func TestEqualDeadlines(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		var d diary
		task := func(name string) {
			p := &player{awaits: awaiting(coro.Sleep(time.Second))}
			p.awaits = append(p.awaits, func() coro.Await { d.note(name); return coro.NextTurn() })
			coro.Spawn(l, of(p))
		}
		task("task 1")
		task("task 2")
		l.CallSoon(func() { // after the tasks have set their timers
			l.CallAt(time.Second, d.noting("callback 1"))
			task("task 3")
			l.CallAt(time.Second, d.noting("callback 2"))
		})
		run(t, l)
		d.want(t, "callback 1", "callback 2", "task 1", "task 2", "task 3")
	})
}

// call_later(0) is a timer like any other: it fires in the next turn, behind
// what is ready there; one with a deadline in the past is before it.
func TestCallLaterZero(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	l.CallSoon(func() {
		l.CallLater(0, d.noting("CallLater(0)"))
		l.CallSoon(d.noting("CallSoon"))
		l.CallLater(-time.Hour, d.noting("CallLater(-1h)"))
	})
	run(t, l)
	d.want(t, "CallSoon", "CallLater(-1h)", "CallLater(0)")
	if l.Time() != 0 || l.Turns() != 2 {
		t.Errorf("it took until %v and %d turns, want no time and 2", l.Time(), l.Turns())
	}
}

func TestDeadlinesInThePast(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	l.CallAt(-time.Second, func() { d.note(fmt.Sprint("before zero, at ", l.Time())) })
	within(t, func() { run(t, l) })
	l.CallLater(time.Hour, func() {
		l.CallAt(time.Second, func() { d.note(fmt.Sprint("long past, at ", l.Time())) })
		l.CallAt(-1, func() { d.note(fmt.Sprint("longer past, at ", l.Time())) })
	})
	within(t, func() { run(t, l) })
	d.want(t, "before zero, at 0s", "longer past, at 1h0m0s", "long past, at 1h0m0s")
}

// A sleep without end is behind every other, whatever the clock shows.
func TestSleepForever(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		p := &player{awaits: awaiting(coro.Sleep(time.Second), coro.Sleep(math.MaxInt64))}
		coro.Spawn(l, of(p))
		l.CallLater(2*time.Second, func() { l.CallLater(math.MaxInt64, func() {}) })
		l.CallAt(1000*time.Hour, l.Stop)
		within(t, func() { l.RunForever() })
		wantErrors(t, p.got, nil)
		if l.Time() != 1000*time.Hour {
			t.Errorf("stopped at %v", l.Time())
		}
	})
}

// A sleep that is not positive waits for the next turn, without a timer.
func TestSleepZeroAndLess(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		clock := &countingClock{}
		l, _ := newTestLoop(t, coro.WithClock(clock))
		p := &player{awaits: awaiting(coro.Sleep(0), coro.Sleep(-time.Hour))}
		task := coro.Spawn(l, of(p))
		coro.RunUntil(l, task)
		wantErrors(t, p.got, nil, nil)
		if clock.reads != 0 {
			t.Errorf("the clock was read %d times", clock.reads)
		}
	})
}

func TestCanceledTimer(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	h := l.CallLater(time.Hour, d.noting("never"))
	l.CallLater(time.Second, func() {
		h.Cancel()
		h.Cancel()
	})
	run(t, l)
	d.want(t)
	if l.Time() != time.Second {
		t.Errorf("the loop waited until %v for a timer that was canceled", l.Time())
	}
}

// A timer that has gone off, but was not called yet, can still be canceled by
// one that is before it in the same turn.
func TestTimerCanceledInTheTurnItFires(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	var second *coro.Handle
	l.CallLater(time.Second, func() {
		d.note("first")
		second.Cancel()
	})
	second = l.CallLater(time.Second, d.noting("never"))
	l.CallLater(time.Second, d.noting("third"))
	run(t, l)
	d.want(t, "first", "third")
}

// Canceling after the call does nothing, and harms no timer set later.
func TestTimerCanceledAfterItFired(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	h := l.CallLater(time.Second, d.noting("fired"))
	l.CallLater(2*time.Second, func() {
		h.Cancel()
		l.CallLater(time.Second, d.noting("set later"))
	})
	run(t, l)
	d.want(t, "fired", "set later")
}

// A timer that goes off sets another at the same time: it is for the next
// turn, so the loop is not caught in one turn.
func TestTimerThatSetsItselfAgain(t *testing.T) {
	l, _ := newTestLoop(t)
	n := 0
	var again func()
	again = func() {
		if n++; n < 100 {
			l.CallLater(0, again)
		}
	}
	l.CallLater(0, again)
	run(t, l)
	if n != 100 || l.Turns() < 100 {
		t.Errorf("called %d times in %d turns, want 100 in as many", n, l.Turns())
	}
}

// While something is ready, a virtual clock stands still.
func TestVirtualClockStandsStill(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		var d diary
		l.CallLater(time.Nanosecond, d.noting("timer"))
		p := &player{}
		for i := range 5 {
			p.awaits = append(p.awaits, func() coro.Await { d.note(fmt.Sprint(i)); return coro.NextTurn() })
		}
		coro.Spawn(l, of(p))
		run(t, l)
		d.want(t, "0", "1", "2", "3", "4", "timer")
	})
}

// Many timers, many of them canceled, against a sorted list.
func TestTimersAgainstASortedList(t *testing.T) {
	type timer struct {
		when     time.Duration
		num      int
		canceled bool
		h        *coro.Handle
	}
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 0))
		l, _ := newTestLoop(t)
		var timers []*timer
		var got []int
		for i := range 500 {
			tm := &timer{when: time.Duration(rng.IntN(50)) * time.Second, num: i}
			tm.h = l.CallAt(tm.when, func() {
				if l.Time() != tm.when {
					t.Errorf("seed %d: timer %d fires at %v, want %v", seed, i, l.Time(), tm.when)
				}
				got = append(got, i)
			})
			timers = append(timers, tm)
		}
		for range 400 { // some of them twice
			tm := timers[rng.IntN(len(timers))]
			tm.canceled = true
			tm.h.Cancel()
		}
		run(t, l)
		var want []int
		slices.SortStableFunc(timers, func(a, b *timer) int { return cmp.Compare(a.when, b.when) })
		for _, tm := range timers {
			if !tm.canceled {
				want = append(want, tm.num)
			}
		}
		if !slices.Equal(want, got) {
			t.Fatalf("seed %d: timers fired in the order\n%v\nwant\n%v", seed, got, want)
		}
	}
}

// On the real clock a timer does not fire early. The only test that sleeps.
func TestRealClock(t *testing.T) {
	l := coro.NewLoop()
	defer l.Close()
	began := time.Now()
	l.CallLater(5*time.Millisecond, l.Stop)
	l.RunForever()
	if took := time.Since(began); took < 5*time.Millisecond {
		t.Errorf("a timer of 5ms fired after %v", took)
	}
	if l.Time() < 5*time.Millisecond {
		t.Errorf("the loop's clock shows %v", l.Time())
	}
}
