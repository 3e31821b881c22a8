package trace

// This file defines triggers: when the window of a flight recorder is written.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"runtime/trace"
	"slices"
	"strings"
	"sync"
	"time"

	"coroscope/coro"
	"coroscope/trace/protocol"
)

// A Trigger writes the window of a flight recorder when something has gone
// wrong: a step was slow, a loop has come to a deadlock, or somebody asks for
// it. Beside what the window has anyway there is a note in it of why it was
// written, which package timeline reads.
//
// Its methods are safe on any goroutine, at any time.
type Trigger struct {
	recorder *FlightRecorder
	cfg      TriggerConfig

	mu      sync.Mutex
	begun   time.Time     // when a slow step last triggered
	ignored int           // slow steps since, which did not
	hurry   chan struct{} // closed by Wait, once; nil if nothing is under way, or it was closed
	done    chan struct{} // closed when what is under way is done
	writing bool          // After is over
	next    *Written      // to be begun when what is under way is done; may be nil
}

// A TriggerConfig says what a [Trigger] does. The zero value is usable.
type TriggerConfig struct {
	// File is the path of the file that a window is written to; "flight.trace"
	// if it is empty. A trace that this package wrote is replaced as a whole,
	// or, if something fails, not at all; anything else that is in the way is
	// left alone, and the window is not written: an error that is
	// [fs.ErrExist]. A * in the path's last element stands for the time, and,
	// where a file has that name already, a number behind it, so that each
	// window has a file of its own.
	File string

	// Write, if not nil, writes the window in place of File. It is called
	// where File would be written: for slow steps on a goroutine of the
	// trigger's own, otherwise on the caller's.
	Write func(window io.WriterTo, why string) error

	// Every is how much time must have passed since a slow step triggered
	// before one does again: a minute if it is 0, none if it is negative.
	Every time.Duration

	// After is for how long recording goes on after a slow step, so that the
	// window shows what came of it.
	After time.Duration

	// Report is called when a window was written, or could not be: where
	// Write is called. If it is nil, a line is logged.
	Report func(Written)
}

// Written is what became of a window.
type Written struct {
	Why     string
	File    string // empty if Write wrote it
	Bytes   int64
	Ignored int   // slow steps since the last window, too soon to have one of their own
	Err     error // nil if all went well; otherwise there is no file, or the one that there was
}

func (w Written) String() string {
	var b strings.Builder
	b.WriteString("the flight recorder's window was ")
	if w.Err != nil {
		fmt.Fprintf(&b, "not written (%v)", w.Err)
	} else {
		b.WriteString("written")
		if w.File != "" {
			b.WriteString(" to " + w.File)
		}
		fmt.Fprintf(&b, " (%d kB)", (w.Bytes+999)/1000)
	}
	b.WriteString(": " + w.Why)
	if w.Ignored > 0 {
		fmt.Fprintf(&b, "; slow steps since the one before: %d", w.Ignored)
	}
	return b.String()
}

// NewTrigger returns a trigger for f, which need not be on yet.
func NewTrigger(f *FlightRecorder, cfg TriggerConfig) *Trigger {
	cfg.File = cmp.Or(cfg.File, "flight.trace")
	cfg.Every = cmp.Or(cfg.Every, time.Minute)
	if cfg.Report == nil {
		cfg.Report = func(w Written) { log.Print("trace: ", w) }
	}
	return &Trigger{recorder: f, cfg: cfg}
}

// SlowStep has the window written because of s, unless that was done a short
// time ago (Every), or one is about to be written that will have s in it. It is
// what [coro.WithSlowStep] wants as its report, and does not keep the loop:
// writing begins when the loop has come round, or after a tenth of a second if
// it does not.
func (t *Trigger) SlowStep(s coro.SlowStep) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	soon := !t.begun.IsZero() && now.Sub(t.begun) < t.cfg.Every
	if soon || t.done != nil && (!t.writing || t.next != nil) {
		t.ignored++
		return
	}
	if s.Task == nil && s.Callback == "" {
		s.Callback = "of unknown name"
	}
	w := Written{Why: s.String(), Ignored: t.ignored}
	t.begun, t.ignored = now, 0
	if t.done != nil {
		t.next = &w
		return
	}
	t.hurry, t.done = make(chan struct{}), make(chan struct{})
	go t.run(w, t.hurry)
}

// run writes the window, and those that are wanted meanwhile.
func (t *Trigger) run(w Written, hurry <-chan struct{}) {
	for {
		if t.cfg.After > 0 {
			select {
			case <-time.After(t.cfg.After):
			case <-hurry:
			}
		}
		t.mu.Lock()
		t.writing = true
		t.mu.Unlock()
		t.write(w, announcement{naming: true, patient: true})

		t.mu.Lock()
		t.writing = false
		if t.next == nil {
			close(t.done)
			t.hurry, t.done = nil, nil
			t.mu.Unlock()
			return
		}
		w, t.next = *t.next, nil
		t.mu.Unlock()
	}
}

// Deadlock writes the window if err, which a run of a loop returned, is a
// [coro.DeadlockError], whose tasks then are in the notes. It returns when the
// window is written.
func (t *Trigger) Deadlock(err error) {
	d, ok := errors.AsType[*coro.DeadlockError](err)
	if !ok {
		return
	}
	why, _, _ := strings.Cut(d.Error(), "\n")
	notes := slices.Clone(d.Tasks)
	if more := len(notes) - maxNotes; more > 0 {
		notes = append(notes[:maxNotes], fmt.Sprintf("and %d more tasks", more))
	}
	t.write(Written{Why: why}, announcement{naming: true}, notes...)
}

// maxNotes bounds how many tasks of a deadlock are in the notes.
const maxNotes = 15

// Request writes the window because somebody wants it; why is the reason, in
// a few words. It returns when the window is written. The error is that of
// writing it, or that the recorder is off; it is reported too. A coroutine had
// better call it with [coro.Offload], so that others can go on meanwhile.
func (t *Trigger) Request(why string) error {
	return t.write(Written{Why: why}, announcement{naming: true})
}

// Wait returns when no window is being written any more; a slow step whose
// After is not over gets its window now. It is for the end of a program, before
// the recorder's Stop.
func (t *Trigger) Wait() {
	t.mu.Lock()
	done := t.done
	if t.hurry != nil {
		close(t.hurry)
		t.hurry = nil
	}
	t.mu.Unlock()
	if done != nil {
		<-done
	}
}

// note logs a note, which belongs to no coroutine.
func note(text string) {
	if trace.IsEnabled() {
		trace.Log(context.Background(), protocol.CatCoroscope, protocol.Note{Text: text}.String())
	}
}

// write writes the window, with notes, and reports what became of it.
func (t *Trigger) write(w Written, a announcement, notes ...string) error {
	note("the flight recorder's window is written: " + w.Why)
	for _, text := range notes {
		note(text)
	}
	window := &window{recorder: t.recorder, a: a}
	if t.cfg.Write != nil {
		w.Err = t.cfg.Write(window, w.Why)
	} else {
		w.File, w.Err = writeFile(t.cfg.File, time.Now(), window)
	}
	w.Bytes = window.written
	t.cfg.Report(w)
	return w.Err
}

// A window is that of a recorder, to be written.
type window struct {
	recorder *FlightRecorder
	a        announcement
	written  int64
}

// WriteTo implements [io.WriterTo].
func (w *window) WriteTo(dst io.Writer) (n int64, err error) {
	n, err = w.recorder.writeTo(dst, w.a)
	w.written += n
	return n, err
}
