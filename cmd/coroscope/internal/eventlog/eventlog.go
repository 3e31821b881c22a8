// Package eventlog writes what happens to coroutines as JSON, an object a
// line: as a running program sees it, through an observer, or as it was read
// from a trace. Both come out in the same form, so that they can be compared.
package eventlog

import (
	"encoding/json"
	"io"
	"path"
	"sync"
	"time"

	"coroscope/coro"
	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// Write writes one event as a line to w.
func Write(w io.Writer, ev timeline.Event) error {
	line, err := json.Marshal(ev)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// A Recorder is an observer that hands on the events it is told of. Observers
// are told on several goroutines; a Recorder puts them in one order.
type Recorder struct {
	coro.NopObserver
	start time.Time
	mu    sync.Mutex
	to    func(timeline.Event)
}

// NewRecorder returns a Recorder that calls to with each event, one at a time,
// inside of what is observed. Their times count from start.
func NewRecorder(start time.Time, to func(timeline.Event)) *Recorder {
	return &Recorder{start: start, to: to}
}

func (r *Recorder) record(kind string, c *coro.Info, fill func(*timeline.Event)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ev := timeline.Event{T: time.Since(r.start), Kind: kind, Coroutine: c.Name, ID: c.ID}
	if fill != nil {
		fill(&ev)
	}
	r.to(ev)
}

// Spawn implements [coro.Observer].
func (r *Recorder) Spawn(c *coro.Info) {
	r.record(timeline.Spawn, c, func(ev *timeline.Event) { ev.At = place(c.Created) })
}

// Ready implements [coro.Observer].
func (r *Recorder) Ready(c *coro.Info, _ coro.Cause) { r.record(timeline.Ready, c, nil) }

// Resume implements [coro.Observer].
func (r *Recorder) Resume(c *coro.Info, s coro.Suspension, start bool, _ error) {
	r.record(timeline.Resume, c, func(ev *timeline.Event) {
		if !start {
			suspension(ev, s)
		}
	})
}

// Suspend implements [coro.Observer].
func (r *Recorder) Suspend(c *coro.Info, s coro.Suspension) {
	r.record(timeline.Suspend, c, func(ev *timeline.Event) { suspension(ev, s) })
}

// End implements [coro.Observer].
func (r *Recorder) End(c *coro.Info, _ coro.Outcome) { r.record(timeline.End, c, nil) }

func suspension(ev *timeline.Event, s coro.Suspension) {
	ev.On = s.On()
	ev.At = place(s.Place)
	if s.State != coro.NoState {
		ev.State = &s.State
	}
}

// place returns a place as the protocol writes it.
func place(p coro.Place) string {
	if p.File == "" {
		return ""
	}
	return protocol.Place(path.Base(p.File), p.Line)
}
