package coro

// This file defines timeouts.

import (
	"context"
	"errors"
	"time"
)

// ErrTimeout is what errors.Is finds in a [TimeoutError].
var ErrTimeout = errors.New("timed out")

// A TimeoutError is what a timeout makes of the cancellation by which it ended
// what took too long. It is also context.DeadlineExceeded for errors.Is, but it
// is no cancellation: a task that ends with it has failed.
type TimeoutError struct {
	Cause error // what was thrown in, or nil
}

func (e *TimeoutError) Error() string { return ErrTimeout.Error() }

// Timeout reports true, as that of a net.Error.
func (e *TimeoutError) Timeout() bool { return true }

// Is reports whether target is ErrTimeout or context.DeadlineExceeded.
func (e *TimeoutError) Is(target error) bool {
	return target == ErrTimeout || target == context.DeadlineExceeded
}

// A Timeout is a part of a task's work that is canceled if it takes too long.
// Timeouts may stand within each other. One who sees the cancellation must let
// it pass, as ever: Exit then turns it into a [TimeoutError].
//
// It is asyncio's Timeout.
type Timeout struct {
	scope scope // its part has the deadline
	timer *Handle
}

// WithTimeout runs body, a part of the task of y, which is canceled after d. It
// returns body's error; a [TimeoutError] if body ended with the cancellation.
func WithTimeout(y *Async, d time.Duration, body func(t *Timeout) error) error {
	return within(EnterTimeout(y.loop, d), body)
}

// WithTimeoutAt is WithTimeout with a deadline on the loop's clock.
func WithTimeoutAt(y *Async, when time.Duration, body func(t *Timeout) error) error {
	return within(EnterTimeoutAt(y.loop, when), body)
}

func within(t *Timeout, body func(t *Timeout) error) error {
	ended := false
	defer func() {
		if !ended {
			t.Exit(nil) // body panics
		}
	}()
	err := body(t)
	ended = true
	return t.Exit(err)
}

// EnterTimeout begins a part of the task that runs on l, which is canceled
// after d. What a machine does between EnterTimeout and Exit is that part. It
// panics if no task of l runs.
func EnterTimeout(l *Loop, d time.Duration) *Timeout {
	return EnterTimeoutAt(l, l.after(d))
}

// EnterTimeoutAt is EnterTimeout with a deadline on the loop's clock.
func EnterTimeoutAt(l *Loop, when time.Duration) *Timeout {
	t := &Timeout{}
	t.scope.enter(l)
	t.Reschedule(when)
	return t
}

// Exit ends the part of the task, which came to err, and returns err, or the
// [TimeoutError] that it makes of it.
func (t *Timeout) Exit(err error) error {
	t.stop()
	if t.scope.exit() && errors.Is(err, ErrCanceled) {
		return &TimeoutError{Cause: err}
	}
	return err
}

// When returns the deadline on the loop's clock; false if there is none.
func (t *Timeout) When() (time.Duration, bool) { return t.scope.part.when, t.scope.part.timed }

// Reschedule sets another deadline; one that is past is due in the next turn.
// It answers false, and does nothing, after the timeout has expired or ended.
func (t *Timeout) Reschedule(when time.Duration) bool {
	if t.scope.state != scopeEntered {
		return false
	}
	t.stop()
	t.setDeadline(when, true)
	if l := t.scope.task.loop; when <= l.Time() {
		t.timer = l.CallSoon(t.expire)
	} else {
		t.timer = l.CallAt(when, t.expire)
	}
	return true
}

// Disable removes the deadline. It answers as Reschedule.
func (t *Timeout) Disable() bool {
	if t.scope.state != scopeEntered {
		return false
	}
	t.stop()
	t.setDeadline(0, false)
	return true
}

func (t *Timeout) setDeadline(when time.Duration, timed bool) {
	t.scope.part.when, t.scope.part.timed = when, timed
	t.scope.task.renewContexts()
}

// Expired reports whether the deadline came while the part was under way.
func (t *Timeout) Expired() bool { return t.scope.canceled() }

func (t *Timeout) expire() {
	t.timer = nil
	t.scope.cancel(nil, &TimeoutError{})
}

func (t *Timeout) stop() {
	if t.timer != nil {
		t.timer.Cancel()
		t.timer = nil
	}
}

// WaitFor is r.Await for at most d: then, r is canceled, and when that has
// ended WaitFor returns a [TimeoutError]. If d is not positive, r must be done.
//
// It is asyncio's wait_for. A machine enters a [Timeout] and awaits r.
func WaitFor[T any](y *Async, d time.Duration, r Result[T]) (v T, err error) {
	if d <= 0 {
		return atOnce(y, r)
	}
	err = WithTimeout(y, d, func(*Timeout) error {
		if !r.Done() {
			if err := Wait(y, On(r)); err != nil {
				return err
			}
		}
		v, err = r.Result()
		return err
	})
	return v, err
}

// atOnce returns the result of r, which is canceled if it is not done.
func atOnce[T any](y *Async, r Result[T]) (v T, err error) {
	if !r.Done() {
		r.Cancel()
		if err := NewWaitSet(y.loop, "canceled", AllDone, r).Wait(y); err != nil {
			return v, err
		}
		if v, err = r.Result(); errors.Is(err, ErrCanceled) {
			err = &TimeoutError{Cause: err}
		}
		return v, err
	}
	return r.Result()
}

// SleepUntil waits until l's clock shows when. If it does already, it is
// NextTurn.
func SleepUntil(l *Loop, when time.Duration) Await { return Sleep(when - l.Time()) }
