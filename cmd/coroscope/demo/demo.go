// Package demo defines what a demo is: a program that shows something about
// coroutines while it runs, and again afterwards, in figures that are computed
// from the trace that it left.
package demo

import (
	"context"
	"fmt"
	"io"
	"runtime/trace"
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

	// Before, if not nil, measures what tracing would disturb, before the trace
	// begins. The facts that it returns are logged at the trace's beginning, in
	// the category FactCategory, for Figures to find them there.
	Before func(ctx context.Context, env *Env) (facts []string, err error)

	// Run runs the demo, in real time, within about three seconds. It has
	// everything observed by what env gives it.
	Run func(ctx context.Context, env *Env) error

	// Figures prints what the demo was about, computed from its trace, which
	// was read with all there is to be read.
	Figures func(w io.Writer, tl *timeline.Timeline) error

	// Windows says that Figures can do with the window of a flight recorder,
	// which begins anywhere and ends before the demo does.
	Windows bool

	// Parts returns what the demo does on a loop, to be stepped turn by turn,
	// each part when nothing is left of the one before; nil if there is no
	// stepping it.
	Parts func(s *Stage) []Part
}

// FactCategory is the category of the logs of what a demo measured before its
// trace began.
const FactCategory = "measured before"

// LogFacts writes the facts into the trace.
func LogFacts(ctx context.Context, facts []string) {
	for _, f := range facts {
		trace.Log(ctx, FactCategory, f)
	}
}

// AllShapes is the name under which a demo runs in every shape.
const AllShapes = "all"

// Shapes are the shapes that every demo takes.
var Shapes = []coro.Shape{coro.ShapeStateMachine, coro.ShapePull, coro.ShapeGoroutine, coro.ShapeLowered}

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

	// Flight says that a flight recorder is on, instead of a trace of
	// everything. Slow, if not nil, is told of slow steps, on their loop's
	// goroutine.
	Flight bool
	Slow   func(coro.SlowStep)

	mu     sync.Mutex
	out    io.Writer
	start  time.Time
	titled bool // a title was printed, so the next has a line before it
	live   int  // how many columns a Progress has written in this line
}

// NewEnv returns an Env for a demo that tells people what is going on on out,
// with the time since start.
func NewEnv(out io.Writer, start time.Time) *Env { return &Env{out: out, start: start} }

// Title prints a line that says what comes next. It may be called on any
// goroutine.
func (e *Env) Title(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clear()
	if e.titled {
		fmt.Fprintln(e.out)
	}
	e.titled = true
	fmt.Fprintln(e.out, Wrap(fmt.Sprintf(format, args...), 0))
}

// Print prints a line as it is.
func (e *Env) Print(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clear()
	fmt.Fprintln(e.out, strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

// Say prints a line with the time before it. It may be called on any
// goroutine.
func (e *Env) Say(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clear()
	fmt.Fprintln(e.out, Wrap(e.timed(format, args...), timeColumns))
}

// timed returns words with the time before them.
func (e *Env) timed(format string, args ...any) string {
	ms := float64(time.Since(e.start)) / float64(time.Millisecond)
	return fmt.Sprintf("%9.1fms  %s", ms, fmt.Sprintf(format, args...))
}

// timeColumns is how many characters timed puts before the words.
const timeColumns = len("123456.7ms  ") + 1

// columns is how many characters a demo's lines have at most.
const columns = 100

// Wrap returns a line of text broken at blanks, so that no line has more than
// 100 characters if it can be helped. Lines behind the first are indented by so
// many blanks.
func Wrap(text string, indent int) string {
	var b strings.Builder
	line := []rune(text)
	for len(line) > columns {
		at := columns
		for at > indent && line[at] != ' ' {
			at--
		}
		rest := strings.TrimLeft(string(line[at:]), " ")
		if at <= indent || rest == "" {
			break
		}
		b.WriteString(strings.TrimRight(string(line[:at]), " ") + "\n")
		line = []rune(strings.Repeat(" ", indent) + rest)
	}
	b.WriteString(string(line))
	return b.String()
}
