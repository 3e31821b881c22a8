package coro

// This file defines the debug mode.

import (
	"fmt"
	"log"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

// Debug turns the debug mode on or off, for what is made from now on. It is on
// from the beginning if the environment variable CORO_DEBUG is set to anything
// but nothing or 0. In debug mode
//   - every loop is made as with [WithDebug];
//   - a body that was handed to [Pull] or [Goroutine] and that nobody has started
//     when it is collected, mostly for want of a Spawn, is reported with the place
//     that made it: see [OnNeverStarted].
//
// That costs a look at the stack for each coroutine. What is wrong in any mode is
// reported in any mode: errors that nobody retrieved and tasks that were pending
// when their loop closed, by the exception handler, and coroutines that were
// abandoned while suspended, by [OnAbandoned].
//
// It is asyncio's debug mode.
func Debug(on bool) { debugging.Store(on) }

var debugging atomic.Bool

func init() {
	v := os.Getenv("CORO_DEBUG")
	Debug(v != "" && v != "0")
}

// debugSlow is how long a step may take in debug mode. It is asyncio's.
const debugSlow = 100 * time.Millisecond

// WithDebug has every task of the loop know where it was made and by which task,
// so that reports say so; and steps longer than a tenth of a second logged, unless
// [WithSlowStep] is given too.
func WithDebug() LoopOption {
	return func(l *Loop) {
		l.debug, l.dressed = true, true
		if l.slow == 0 {
			WithSlowStep(debugSlow, nil)(l)
		}
	}
}

// A NeverStarted is a body that was made into a coroutine which nobody started.
type NeverStarted struct {
	Func  string // the body's function
	Shape Shape
	Made  Place // where Pull or Goroutine was called
}

func (n NeverStarted) String() string {
	return fmt.Sprintf("coroutine of %s, made at %s, was never started", n.Func, n.Made)
}

// OnNeverStarted has report called, on a goroutine of its own, for each body of
// which debug mode finds that it was never started; nil logs a line, as is done
// without it. As of [OnAbandoned], that is best effort. A machine that was built by
// hand is a value like any other, of which nobody knows that it was to be started.
func OnNeverStarted(report func(NeverStarted)) { onNeverStarted.Store(&report) }

var onNeverStarted atomic.Pointer[func(NeverStarted)]

// watchUnstarted has s reported if it is collected before it has a driver.
func (s *stackful[In, Out, Ret]) watchUnstarted() {
	never := NeverStarted{Func: s.Func(), Shape: s.shape, Made: callerOutside(2)}
	c := runtime.AddCleanup(s, func(never NeverStarted) {
		go func() {
			if report := onNeverStarted.Load(); report != nil && *report != nil {
				(*report)(never)
			} else {
				log.Printf("coro: %s; hand it to Spawn or New", never)
			}
		}()
	}, never)
	s.unstarted = &c
}
