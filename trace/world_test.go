package trace_test

// This file defines the coroutines and observers that the tests use.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
)

// stackful are the shapes that are made of a body.
var stackful = map[string]func(coro.Body[struct{}, coro.Await, int]) coro.Resumable[struct{}, coro.Await, int]{
	"pull":      coro.Pull[struct{}, coro.Await, int],
	"goroutine": coro.Goroutine[struct{}, coro.Await, int],
}

// A walker is a machine that awaits one thing after the other.
type walker struct {
	awaits []coro.Await
	points []coro.Point // what Point says of each await, as far as the test needs it
	state  int
	err    error
	seen   []int
}

func (w *walker) Resume(_ struct{}, thrown error) (a coro.Await, ok bool) {
	if thrown != nil {
		w.err = thrown
		return a, false
	}
	w.seen = append(w.seen, w.state)
	if w.state == len(w.awaits) {
		return a, false
	}
	w.state++
	return w.awaits[w.state-1], true
}

func (w *walker) Result() int { return w.state }
func (w *walker) Err() error  { return w.err }
func (w *walker) Point() coro.Point {
	p := coro.Point{State: w.state, Name: "walking", Place: coro.Place{File: "/src/walk.go", Line: 10 + w.state}}
	if i := w.state - 1; i >= 0 && i < len(w.points) {
		p.Kind, p.Label = w.points[i].Kind, w.points[i].Label
	}
	return p
}
func (w *walker) Frame() []coro.Slot {
	return []coro.Slot{{Name: "state", Value: w.state}, {Name: "steps", Value: len(w.awaits)}, {Name: "seen", Value: w.seen}}
}

// walk is the same as a body.
func walk(awaits ...coro.Await) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		for _, a := range awaits {
			if err := coro.Wait(y, a); err != nil {
				return 0, err
			}
		}
		return len(awaits), nil
	}
}

// walkers makes one in each shape.
var walkers = map[string]func(awaits ...coro.Await) coro.Resumable[struct{}, coro.Await, int]{
	"statemachine": func(awaits ...coro.Await) coro.Resumable[struct{}, coro.Await, int] {
		return &walker{awaits: awaits}
	},
	"pull": func(awaits ...coro.Await) coro.Resumable[struct{}, coro.Await, int] {
		return coro.Pull(walk(awaits...))
	},
	"goroutine": func(awaits ...coro.Await) coro.Resumable[struct{}, coro.Await, int] {
		return coro.Goroutine(walk(awaits...))
	},
}

// A witness sees what an observer sees, and writes it down in the words of the
// protocol by means of its own.
type witness struct {
	*cotrace.Observer
	seen []string
}

func (w *witness) note(category string, c *coro.Info, format string, args ...any) {
	w.seen = append(w.seen, fmt.Sprintf("%s: %s ", category, c)+fmt.Sprintf(format, args...))
}

func at(p coro.Place, state int) string {
	switch {
	case state >= 0 && p.File != "":
		return fmt.Sprintf(" (state %d, %s)", state, p)
	case p.File != "":
		return fmt.Sprintf(" (%s)", p)
	}
	return ""
}

func detail(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

func (w *witness) Spawn(c *coro.Info) {
	by := ""
	if c.Parent != nil {
		by = " by " + c.Parent.String()
	}
	w.note("spawn", c, "%s %s%s%s", c.Shape, c.Func, at(c.Created, -1), by)
	w.Observer.Spawn(c)
}

func (w *witness) Ready(c *coro.Info, why coro.Cause) {
	switch {
	case why.By == nil || why.By == c:
		w.note("ready", c, "by %s", why.What)
	case why.What == "future":
		w.note("ready", c, "by %s", why.By)
	default:
		w.note("ready", c, "by %s (%s)", why.By, why.What)
	}
	w.Observer.Ready(c, why)
}

func (w *witness) Resume(c *coro.Info, s coro.Suspension, start bool, thrown error) {
	if thrown != nil {
		s.Detail = "throws " + thrown.Error()
	}
	if start {
		w.note("resume", c, "<- start%s", detail(s.Detail))
	} else {
		w.note("resume", c, "<- %s%s%s", s.On(), at(s.Place, s.State), detail(s.Detail))
	}
	w.Observer.Resume(c, s, start, thrown)
}

func (w *witness) Suspend(c *coro.Info, s coro.Suspension) {
	w.note("suspend", c, "-> %s%s%s", s.On(), at(s.Place, s.State), detail(s.Detail))
	w.Observer.Suspend(c, s)
}

func (w *witness) End(c *coro.Info, o coro.Outcome) {
	switch o.Kind {
	case coro.Failed:
		w.note("end", c, "failed: %v", o.Err)
	case coro.Panicked:
		var p *coro.PanicError
		errors.As(o.Err, &p)
		w.note("end", c, "panicked: %v", p.Value)
	default:
		w.note("end", c, "%s", o.Kind)
	}
	w.Observer.End(c, o)
}

// keep writes a trace into the folder that TRACE_DIR names, for a look at it
// with go tool trace.
func keep(t *testing.T, name string, data []byte) {
	if dir := os.Getenv("TRACE_DIR"); dir != "" {
		name = strings.ReplaceAll(name, "/", "_") + ".trace"
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func ms(n int) coro.Await { return coro.Sleep(time.Duration(n) * time.Millisecond).As("nap") }
