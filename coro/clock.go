package coro

// This file defines what time is to a loop.

import (
	"sync/atomic"
	"time"
)

// A Clock gives a loop its time.
type Clock interface {
	// Now returns the time since some fixed moment of the clock's own.
	Now() time.Duration

	// Wait returns when Now has reached until, or at once after something
	// was received from signal. A negative until means: only the signal.
	// still says that work is under way outside of the loop, which may end
	// at any moment; a clock that is not real does not advance meanwhile.
	Wait(until time.Duration, signal <-chan struct{}, still bool)
}

// RealClock returns a clock that shows the time since it was made, by the
// system's monotonic clock. It serves one loop. In a bubble of testing/synctest
// it shows the bubble's time, and a loop that waits is durably blocked.
func RealClock() Clock { return &realClock{start: time.Now()} }

type realClock struct {
	start time.Time
	timer *time.Timer // reused by each Wait
}

func (c *realClock) Now() time.Duration { return time.Since(c.start) }

func (c *realClock) Wait(until time.Duration, signal <-chan struct{}, _ bool) {
	if until < 0 {
		<-signal
		return
	}
	d := until - c.Now()
	if d <= 0 {
		return
	}
	if c.timer == nil {
		c.timer = time.NewTimer(d)
	} else {
		c.timer.Reset(d)
	}
	select {
	case <-signal:
		c.timer.Stop()
	case <-c.timer.C:
	}
}

// VirtualClock is a clock that stands still while there is something to do
// and jumps to the next deadline when there is not, so that an hour of sleeps
// takes no time, and always the same. While work is under way outside of the
// loop it waits for that. A test that wants to see what is the case at a moment
// moves it by [Loop.Advance] and [Loop.RunUntilIdle]. The zero VirtualClock is
// ready to use. It serves one loop.
type VirtualClock struct {
	now atomic.Int64 // in nanoseconds
}

// Now implements [Clock]. It may be called from any goroutine.
func (c *VirtualClock) Now() time.Duration {
	return time.Duration(c.now.Load())
}

// Wait implements [Clock].
func (c *VirtualClock) Wait(until time.Duration, signal <-chan struct{}, still bool) {
	if still || until < 0 {
		<-signal
		return
	}
	if until > c.Now() {
		c.now.Store(int64(until))
	}
}

func (c *VirtualClock) isVirtual() {}

// A virtual clock is a VirtualClock, or has one embedded.
type virtual interface{ isVirtual() }
