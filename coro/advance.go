package coro

// This file defines how long a loop runs, and time that is moved by hand.

import (
	"errors"
	"fmt"
	"time"
)

// ErrNotVirtual is returned for advancing a loop whose clock goes by itself.
var ErrNotVirtual = errors.New("loop's clock is not virtual")

// errIdle ends a run that was to end when there is nothing more to do.
var errIdle = errors.New("idle")

// A runMode says what a loop does that has nothing ready, and nothing under way
// outside.
type runMode uint8

const (
	untilStopped runMode = iota // waits for its timers; without any, that is a deadlock
	endless                     // waits, since somebody outside may call
	untilIdle                   // waits for the timers that are due at the horizon, and ends there
	untilAlone                  // as untilStopped, but ends if it has no tasks
)

// ends reports whether the run ends, now that nothing is ready before deadline,
// which is negative if there is none. If so, it is the time of its horizon.
func (l *Loop) ends(deadline time.Duration) bool {
	switch l.mode {
	case untilAlone:
		return l.tasks.len() == 0
	case untilIdle:
		if l.horizon < 0 {
			return deadline < 0 || deadline > l.clock.Now()
		}
		if deadline >= 0 && deadline <= l.horizon {
			return false
		}
		if l.clock.Now() < l.horizon {
			l.idle(l.horizon)
		}
		return true
	}
	return false
}

// RunAll runs the loop until it has no task left, and nothing is ready: a
// [*DeadlockError] if that can never be, [ErrStopped] if the loop was stopped
// before. How tasks ended is theirs to say. It does not wait for callbacks that
// are set for later.
func (l *Loop) RunAll() error { return l.runTo(untilAlone, -1) }

// RunUntilIdle runs what is ready, and what becomes ready by that, until nothing
// is: tasks wait for timers that are not due, or for each other, which is no
// deadlock. Time does not go on, so on a virtual clock what happens is what
// happens at this moment. Work under way outside of the loop is waited for. The
// error is [ErrStopped] if the loop was stopped before, or that of a loop that
// cannot run.
//
// It is for tests, which look at what is the case and then go on. Tasks that
// yield to each other forever keep it from returning.
func (l *Loop) RunUntilIdle() error { return l.runTo(untilIdle, -1) }

// Advance lets d pass on the loop's virtual clock: it runs the loop as
// RunUntilIdle does, with each timer that is due until then at its own moment,
// and leaves the clock at the time d from now. With d = 0 it runs the timers that
// are due now.
//
//	coro.Spawn(l, ...)            // sleeps for a minute, and rings
//	l.Advance(59 * time.Second)   // nothing rings
//	l.Advance(time.Second)        // now it does
//
// Time moves by itself on other clocks: [ErrNotVirtual]. It is moved from outside
// of the loop only, not by a task or callback, which would have to wait for
// itself: [ErrLoopRunning]. A negative d is an error too. A loop that is stopped
// meanwhile is left at that moment, with [ErrStopped].
func (l *Loop) Advance(d time.Duration) error {
	if !l.virtual {
		return fmt.Errorf("advance loop %s by %v: %w; give it a VirtualClock by WithClock", l.name, d, ErrNotVirtual)
	}
	if d < 0 {
		return fmt.Errorf("advance loop %s by %v: time does not go back", l.name, d)
	}
	return l.runTo(untilIdle, l.after(d))
}

// runTo runs the loop to the end that the mode says.
func (l *Loop) runTo(mode runMode, horizon time.Duration) error {
	if l.running.Load() {
		return ErrLoopRunning // whose horizon is left alone
	}
	l.horizon = horizon
	switch err := l.run(mode); err {
	case nil:
		return ErrStopped
	case errIdle:
		return nil
	default:
		return err
	}
}
