package trace

// This file defines the flight recorder.

import (
	"io"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"
)

// recording is the flight recorder that is on, or nil.
var recording atomic.Pointer[FlightRecorder]

// A FlightRecorder is a runtime/trace.FlightRecorder: it keeps the last
// seconds of a trace in memory, to be written when something has gone wrong.
//
// What lies before that window is lost, and with a task that began there also
// its name and its parent: events of it are in the window, but on nobody's
// page. That would be the case for every coroutine that is older than the
// window. So an epoch begins anew twice in the time that the window is to
// last (MinAge), and once more when the window is written, since MaxBytes may
// make it shorter. Such a window has a root task for each epoch; the page of
// one shows the time from its beginning to the next one's. What comes before
// the first is shown by the timeline alone, which needs no tasks.
//
// An epoch costs a loop about 10 µs for each suspended coroutine that has a
// row, and 3 µs for others.
type FlightRecorder struct {
	runtime *trace.FlightRecorder
	every   time.Duration

	mu    sync.Mutex
	timer *time.Timer // of the next epoch; nil while it is off
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
	if err := turnOn(f.runtime.Start); err != nil {
		return err
	}
	recording.Store(f)
	f.timer = time.AfterFunc(f.every, f.again)
	return nil
}

// Stop turns the recorder off.
func (f *FlightRecorder) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.timer == nil {
		return
	}
	f.timer.Stop()
	f.timer = nil
	recording.CompareAndSwap(f, nil)
	turnOff(f.runtime.Stop)
}

// Enabled reports whether the recorder is on.
func (f *FlightRecorder) Enabled() bool { return recording.Load() == f }

// WriteTo writes the window as a trace. It implements [io.WriterTo]; errors
// are w's, and the runtime's: the recorder is off, or somebody else is
// writing.
func (f *FlightRecorder) WriteTo(w io.Writer) (int64, error) {
	if f.Enabled() {
		anotherEpoch()
	}
	return f.runtime.WriteTo(w)
}

// again begins another epoch from time to time.
func (f *FlightRecorder) again() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.timer != nil {
		anotherEpoch()
		f.timer.Reset(f.every)
	}
}
