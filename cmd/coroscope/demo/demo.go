// Package demo defines what a demo is: a program that shows something about
// coroutines while it runs, and again afterwards, in figures that are computed
// from the trace that it left.
package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"coroscope/coro"
	"coroscope/trace/timeline"
)

// A Demo is one demo.
type Demo struct {
	Name   string
	About  string   // in one line
	Shapes []string // what it can be run in; the first is the default

	// Run runs the demo, in real time, within about three seconds. It has
	// everything observed by what env gives it.
	Run func(ctx context.Context, env *Env) error

	// Figures prints what the demo was about, computed from its trace, which
	// was read with all there is to be read.
	Figures func(w io.Writer, tl *timeline.Timeline) error
}

// AllShapes is the name under which a demo runs in every shape.
const AllShapes = "all"

// Shapes are the shapes that every demo takes.
var Shapes = []coro.Shape{coro.ShapeStateMachine, coro.ShapePull, coro.ShapeGoroutine}

// ShapeNames returns the names of Shapes.
func ShapeNames() []string {
	var names []string
	for _, s := range Shapes {
		names = append(names, s.String())
	}
	return names
}

// ShapesIn returns the shapes that a name stands for.
func ShapesIn(name string) []coro.Shape {
	if name == AllShapes {
		return Shapes
	}
	for _, s := range Shapes {
		if s.String() == name {
			return []coro.Shape{s}
		}
	}
	return nil
}

// An Env is what a demo is run with.
type Env struct {
	Shape  string        // one of the demo's Shapes
	Frames bool          // record the frames of machines in the trace
	Record coro.Observer // is told what happens, beside the trace; may be nil

	mu     sync.Mutex
	out    io.Writer
	start  time.Time
	titled bool // a title was printed, so the next has a line before it
}

// NewEnv returns an Env for a demo that tells people what is going on on out,
// with the time since start.
func NewEnv(out io.Writer, start time.Time) *Env { return &Env{out: out, start: start} }

// Title prints a line that says what comes next. It may be called on any
// goroutine.
func (e *Env) Title(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.titled {
		fmt.Fprintln(e.out)
	}
	e.titled = true
	fmt.Fprintf(e.out, format+"\n", args...)
}

// Print prints a line as it is.
func (e *Env) Print(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fmt.Fprintln(e.out, strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

// Say prints a line with the time before it. It may be called on any
// goroutine.
func (e *Env) Say(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ms := float64(time.Since(e.start)) / float64(time.Millisecond)
	fmt.Fprintf(e.out, "%9.1fms  %s\n", ms, fmt.Sprintf(format, args...))
}
