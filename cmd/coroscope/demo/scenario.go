package demo

// This file defines what of a demo can be stepped, turn by turn.

import (
	"time"

	"coroscope/coro"
)

// A Part is a stretch of a demo's loop.
type Part struct {
	Title string // what it shows, in a line
	Begin func() // sets it up, on a loop that has nothing to do
}

// A Stage is where a demo's loop is stepped instead of run: on a clock that
// stands still while anything runs, so that it goes the same way each time.
type Stage struct {
	Loop  *coro.Loop
	Shape coro.Shape

	// Say tells what is going on, as Env's does.
	Say func(format string, args ...any)

	// Work takes the place of work that would hold the loop for d: the clock
	// shows d more afterwards.
	Work func(d time.Duration)
}
