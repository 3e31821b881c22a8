package timeline

// This file defines Event, and Events, which reads them from a trace one by
// one.

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"coroscope/trace/protocol"
)

// The kinds of Event.
const (
	Spawn    = "spawn"
	Ready    = "ready"
	Resume   = "resume"
	Suspend  = "suspend"
	End      = "end"
	Snapshot = "snapshot" // not an event: a coroutine that is older than the epoch
)

// An Event is what happened to a coroutine. Its JSON form has the fields
// t_ns, event, coroutine, id, on, state and at, of which state and at are null
// where the shape has none.
type Event struct {
	T         time.Duration // since the trace's start
	Kind      string        // Spawn, Ready, Resume, Suspend or End; or Snapshot
	Coroutine string        // name
	ID        uint64
	On        string // "await <kind> <label>"; empty if it is suspended on nothing
	State     *int   // number of the state; nil if the shape has none
	At        string // "fetch.go:41"; empty if not known

	// For people.
	Shape   string // of a Spawn or Snapshot
	Func    string // of a Spawn or Snapshot
	By      string // "baker#5": who spawned it or made it ready; may be empty
	Cause   string // of a Ready: how, such as "timer"; may be empty
	Outcome string // of an End: "returned", "failed", ...
	Detail  string // of a Resume, Suspend or End: more about it; may be empty
	Start   bool   // of a Resume: it starts

	Task      uint64 // the trace's task id; 0 if none
	Goroutine int64  // the goroutine that logged it
}

// MarshalJSON returns the seven fields that every writer of events has.
func (e Event) MarshalJSON() ([]byte, error) {
	var at *string
	if e.At != "" {
		at = &e.At
	}
	return json.Marshal(struct {
		T         int64   `json:"t_ns"`
		Kind      string  `json:"event"`
		Coroutine string  `json:"coroutine"`
		ID        uint64  `json:"id"`
		On        string  `json:"on"`
		State     *int    `json:"state"`
		At        *string `json:"at"`
	}{int64(e.T), e.Kind, e.Coroutine, e.ID, e.On, e.State, at})
}

// Events calls fn for each event of a coroutine in r, in order, as it is
// read. Where an epoch begins there are first the snapshots of the coroutines
// that are older: one for each, and for one that is suspended a second one
// that has On.
//
// Lost says in sentences what could not be read. The error is ErrEmpty,
// ErrNotTrace or ErrUnsupported before any event, or r's, or fn's, which ends
// the reading.
func Events(r io.Reader, fn func(Event) error) (lost []string, err error) {
	d, err := newDecoder(r)
	if err != nil {
		return nil, err
	}
	var rec record
	if err := d.each(&rec, func() error {
		if ev, ok := rec.event(); ok {
			return fn(ev)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return d.lost(), nil
}

// event returns the Event that rec is, if it is one.
func (rec *record) event() (Event, bool) {
	ev := Event{T: time.Duration(rec.t), Task: uint64(taskOrNone(rec.task)), Goroutine: int64(rec.goroutine)}
	switch rec.kind {
	case recSpawn, recSnapshot:
		m := &rec.spawn
		ev.Kind = Spawn
		if rec.kind == recSnapshot {
			ev.Kind = Snapshot
		}
		ev.who(m.Who)
		ev.Shape, ev.Func = m.Shape, m.Func
		ev.At = protocol.Place(m.File, m.Line)
		if !m.By.IsZero() {
			ev.By = m.By.String()
		}
	case recReady:
		m := &rec.ready
		ev.Kind = Ready
		ev.who(m.Who)
		ev.Cause = m.Cause
		if !m.By.IsZero() {
			ev.By = m.By.String()
		}
	case recResume:
		m := &rec.resume
		ev.Kind = Resume
		ev.Start = m.Start
		ev.suspension(&m.Suspension)
		ev.On = m.On()
	case recSuspend, recSuspended:
		m := &rec.resume.Suspension
		ev.Kind = Suspend
		if rec.kind == recSuspended {
			ev.Kind = Snapshot
		}
		ev.suspension(m)
		ev.On = m.On()
	case recEnd:
		m := &rec.end
		ev.Kind = End
		ev.who(m.Who)
		ev.Outcome, ev.Detail = m.Outcome, m.Detail
	default:
		return Event{}, false
	}
	return ev, true
}

func (e *Event) who(r protocol.Ref) { e.Coroutine, e.ID = r.Name, r.ID }

func (e *Event) suspension(m *protocol.Suspension) {
	e.who(m.Who)
	e.At = m.Place()
	e.Detail = m.Detail
	if m.State >= 0 {
		state := m.State
		e.State = &state
	}
}

// Identify reports whether r is a trace that bears the protocol's version log.
// It reads no further than to the first one. Errors: ErrEmpty, ErrNotTrace,
// ErrUnsupported, and those of r. A trace that is damaged before its first
// version log has none.
func Identify(r io.Reader) (bool, error) {
	d, err := newDecoder(r)
	if err != nil {
		return false, err
	}
	d.ahead = false // hardly more than one event is used
	var rec record
	err = d.each(&rec, func() error {
		if rec.kind == recEpoch {
			return errFound
		}
		return nil
	})
	if err == errFound {
		return true, nil
	}
	return false, err
}

// errFound ends a reading that has found what it looked for.
var errFound = errors.New("found")
