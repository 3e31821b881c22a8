package trace

// This file defines the flight recorder.

import (
	"io"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"
)

// recording is the flight recorder that is on, or about to be; nil if there is
// none.
var recording atomic.Pointer[FlightRecorder]

// A FlightRecorder is a runtime/trace.FlightRecorder: it keeps the last
// seconds of a trace in memory, to be written when something has gone wrong. A
// [Trigger] sees to that.
//
// What lies before that window is lost, and with a task that began there also
// its name and its parent: events of it are in the window, but on nobody's
// page. That would be the case for every coroutine that is older than the
// window. So an epoch begins anew twice in the time that the window is to
// last (MinAge), and once more when the window is written, since MaxBytes may
// make it shorter. Such a window has a root task for each epoch; the page of
// one shows the time from its beginning to the next one's. What comes before
// the first is shown by the timeline alone, which needs no tasks. Each
// coroutine with anything in the window has its name, function and shape there
// too, those that have ended, or are on a loop that does not come round,
// included.
//
// The runtime lets go of what is old in pieces of about a second, and of what
// an epoch begins with. So a window is longer than MinAge by half of that at
// most, and by no more than a second.
//
// An epoch costs a loop about 10 µs for each suspended coroutine that has a
// row, and 3 µs for others. While a recorder is on, the end of a coroutine
// costs another log.
type FlightRecorder struct {
	runtime *trace.FlightRecorder
	every   time.Duration
	on      atomic.Bool

	mu    sync.Mutex
	timer *time.Timer // of the next epoch; nil while it is off

	// writing is held while the runtime's recorder is asked for its window,
	// which it gives to one at a time. It is locked after mu.
	writing sync.Mutex
}

// NewFlightRecorder returns a flight recorder with the runtime's
// configuration.
func NewFlightRecorder(cfg trace.FlightRecorderConfig) *FlightRecorder {
	age := cfg.MinAge
	if age <= 0 {
		age = 10 * time.Second // the runtime's default
	}
	return &FlightRecorder{runtime: trace.NewFlightRecorder(cfg), every: max(age/2, 10*time.Millisecond)}
}

// Start turns the recorder on, and begins an epoch as the function [Start]
// does. The error is the runtime's: one is on already.
func (f *FlightRecorder) Start() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := recording.CompareAndSwap(nil, f) // before anything is recorded: see names
	if err := turnOn(f.runtime.Start); err != nil {
		if first {
			recording.Store(nil)
		}
		return err
	}
	f.on.Store(true)
	f.timer = time.AfterFunc(f.every, f.again)
	return nil
}

// Stop turns the recorder off, when nobody is writing its window any more.
func (f *FlightRecorder) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.timer == nil {
		return
	}
	f.timer.Stop()
	f.timer = nil
	f.writing.Lock()
	defer f.writing.Unlock()
	f.on.Store(false)
	turnOff(f.runtime.Stop)
	recording.CompareAndSwap(f, nil)
}

// Enabled reports whether the recorder is on.
func (f *FlightRecorder) Enabled() bool { return f.on.Load() }

// WriteTo writes the window as a trace. It implements [io.WriterTo]. If somebody
// else is writing it, that comes first. Errors are w's, and the runtime's: the
// recorder is off.
//
// That takes as long as that many bytes take, and up to a tenth of a second
// more. A coroutine leaves it to a [Trigger], or to coro.Offload, since its loop
// could not go on meanwhile.
func (f *FlightRecorder) WriteTo(w io.Writer) (int64, error) {
	return f.writeTo(w, announcement{naming: true})
}

func (f *FlightRecorder) writeTo(w io.Writer, a announcement) (int64, error) {
	f.writing.Lock()
	defer f.writing.Unlock()
	if f.Enabled() {
		anotherEpoch(a)
	}
	return f.runtime.WriteTo(w)
}

// again begins another epoch from time to time.
func (f *FlightRecorder) again() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.timer == nil {
		return
	}
	// A window begins with a generation of the trace, of which the runtime
	// begins one a second. To ask for the window begins one too.
	if f.writing.TryLock() {
		f.runtime.WriteTo(io.Discard)
		f.writing.Unlock()
	}
	anotherEpoch(announcement{})
	f.timer.Reset(f.every)
}
