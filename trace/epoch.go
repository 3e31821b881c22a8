package trace

// This file defines epochs: when tracing is on, since when, and who began it.

import (
	"context"
	"io"
	"runtime/trace"
	"sync"
	"sync/atomic"

	"coroscope/trace/protocol"
)

// An epoch is a stretch of time in which all tasks of this package were begun
// anew; a session is one in which the runtime's tracing is on without a break.
// A session has one epoch or several: a second consumer, or a flight recorder,
// begins an epoch in the midst of one.
//
// A region may be ended within its session only. In another one the reader of
// the trace has not seen its beginning.
var (
	epoch   atomic.Uint64 // the number of the current epoch; 0 for none
	session atomic.Uint64 // that of the current session; 0 for none
)

// tracing is held while tracing is turned on or off. What a loop runs only
// tries to get it: a trace may be written to something that the loop serves.
var tracing struct {
	sync.Mutex
	epochs   uint64 // begun so far
	sessions uint64
	started  bool // by Start
}

// stopping is set while turnOff stops the trace, which says that it is off a
// little before it is. What happens until then is in it, and so are the logs.
var stopping atomic.Bool

// Start begins a trace into w, as runtime/trace.Start does, and an epoch: the
// trace has fresh tasks for every instrumented loop and coroutine, and says
// where each one is suspended. Loops that are idle do so before Start returns
// (it gives them a tenth of a second), loops that are busy when their turn
// ends, loops that do not run when they run.
//
// Start may be called anywhere, by a coroutine too; but where instrumented
// loops or coroutines live in a bubble of testing/synctest, only within that.
// The error is that of runtime/trace.Start: tracing is on already.
func Start(w io.Writer) error {
	return turnOn(func() error {
		err := trace.Start(w)
		tracing.started = tracing.started || err == nil
		return err
	})
}

// Stop ends the trace that Start began, and returns when it has been written
// completely. If Start began none, it does nothing.
func Stop() {
	turnOff(func() {
		if tracing.started {
			tracing.started = false
			trace.Stop()
		}
	})
}

// turnOn calls start, which turns tracing on or joins a session, and begins an
// epoch.
func turnOn(start func() error) error {
	tracing.Lock()
	joins := trace.IsEnabled()
	if !joins {
		noSession() // others may have ended the last one
	}
	err := start()
	if err == nil {
		newEpoch()
	}
	tracing.Unlock()
	if err == nil {
		announcement{naming: joins}.announce()
	}
	return err
}

// turnOff calls stop. If nobody else traces, that is the session's end.
func turnOff(stop func()) {
	tracing.Lock()
	stopping.Store(true)
	stop()
	stopping.Store(false)
	over := !trace.IsEnabled()
	if over {
		noSession()
	}
	tracing.Unlock()
	if over {
		announcement{}.announce()
	}
}

// newEpoch begins an epoch, and a session if there is none. The caller holds
// tracing, and tracing is on.
func newEpoch() {
	if session.Load() == 0 {
		tracing.sessions++
		session.Store(tracing.sessions)
	}
	tracing.epochs++
	version := protocol.Epoch{Version: protocol.Version, N: tracing.epochs}
	trace.Log(context.Background(), protocol.CatCoroscope, version.String())
	epoch.Store(tracing.epochs)
}

// anotherEpoch begins an epoch in the midst of a session.
func anotherEpoch(a announcement) {
	tracing.Lock()
	on := trace.IsEnabled()
	if on {
		newEpoch()
	}
	tracing.Unlock()
	if on {
		a.announce()
	}
}

func noSession() {
	epoch.Store(0)
	session.Store(0)
}

// quiet reports whether tracing is off, and known to be. It is what
// instrumented code costs then.
func quiet() bool { return epoch.Load() == 0 && !trace.IsEnabled() }

// currentEpoch returns the number of the current epoch, 0 while tracing is
// off. It notices when others have turned tracing on or off.
func currentEpoch() uint64 {
	e := epoch.Load()
	if trace.IsEnabled() == (e != 0) {
		return e
	}
	return othersTurned()
}

// othersTurned looks whether others have turned tracing on or off.
func othersTurned() uint64 {
	if stopping.Load() {
		return epoch.Load()
	}
	if !tracing.TryLock() {
		return 0 // it is just being turned; who does that will announce it
	}
	defer tracing.Unlock()
	switch on := trace.IsEnabled(); {
	case !on:
		noSession()
	case epoch.Load() == 0:
		newEpoch()
	}
	return epoch.Load()
}

// on reports whether what was begun in a session can be ended.
func on(sess uint64) bool { return trace.IsEnabled() && session.Load() == sess && sess != 0 }
