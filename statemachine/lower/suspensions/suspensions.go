// Package suspensions is what the machines need that "coroscope lower --stress"
// writes: it counts how often they were suspended.
package suspensions

import (
	"os"
	"strconv"
	"sync"
	"sync/atomic"
)

// A State is a machine's: the number of the suspension point that it stands at.
type State uint32

// A Signal says why a machine came back to who resumed it.
type Signal uint8

const (
	Done      Signal = iota // the body has ended
	Suspended               // it stands at a suspension point
	Recover                 // it wants who resumed it to call recover, and to resume it
	Unwound                 // the body has panicked, and a deferred call has recovered
)

var (
	count  atomic.Int64
	report sync.Once
)

// Add counts one suspension.
func Add() { count.Add(1) }

// Count returns how many there were.
func Count() int64 { return count.Load() }

// Report prints, once, how many suspensions there were to standard error if the
// environment variable COROSCOPE_SUSPENSIONS is set.
func Report() {
	if os.Getenv("COROSCOPE_SUSPENSIONS") != "" {
		report.Do(func() { os.Stderr.WriteString(strconv.FormatInt(count.Load(), 10) + " suspensions\n") })
	}
}

// Exit does what os.Exit does, after Report.
func Exit(code int) {
	Report()
	os.Exit(code)
}
