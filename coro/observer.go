package coro

// This file defines what can be observed: identities, suspensions, events.

import (
	"cmp"
	"path"
	"runtime/trace"
	"strconv"
	"sync/atomic"
	"time"
)

// Info identifies one coroutine. It does not change after the coroutine was
// made, and its address is unique, so it can be the key of a map. A task that
// had neither a name nor an observer when it was made has no Parent and no
// Created: a million of them would pay for it.
type Info struct {
	ID      uint64 // unique in the process, from 1 in order of creation
	Name    string // given by who made it, or Func
	Func    string // the body's function or the machine's type
	Shape   Shape
	Loop    *Loop // nil if it stands alone
	Parent  *Info // the task that made it; nil if made outside any task
	Created Place // where it was made; zero if not known
}

// NewInfo returns an identity for a coroutine that another package drives. If
// name is empty, it is called after its function.
func NewInfo(name, fn string, shape Shape) *Info {
	return &Info{ID: lastID.Add(1), Name: cmp.Or(name, fn), Func: fn, Shape: shape, Created: callerOutside(0)}
}

func (i *Info) String() string { return i.Name + "#" + strconv.FormatUint(i.ID, 10) }

var lastID atomic.Uint64

// A Place is a line of source.
type Place struct {
	File string // as the compiler names it; empty if not known
	Line int
}

// String returns the file's last element and the line, "fetch.go:41", or ""
// for the zero Place.
func (p Place) String() string {
	if p.File == "" {
		return ""
	}
	return path.Base(p.File) + ":" + strconv.Itoa(p.Line)
}

// A Point is a suspension point of a machine.
type Point struct {
	State int    // the state's number, from 0; 0 is a machine not started
	Name  string // the state's name
	Kind  Kind
	Label string
	Place Place
}

// A Slot is one saved local of a frame.
type Slot struct {
	Name  string
	Value any
}

// NoState is the State of a suspension whose shape has no states.
const NoState = -1

// A Suspension says where and on what a coroutine is suspended.
type Suspension struct {
	Kind   Kind
	Label  string // which one; may be empty
	Detail string // more about this one, such as how long a sleep is
	State  int    // NoState for stackful shapes
	Place  Place
	Frame  Framer // nil for stackful shapes; valid until the coroutine is resumed
}

// On returns what is waited for in the trace's words: "await sleep shake", or
// "await turn" where there is no label.
func (s Suspension) On() string {
	if s.Label == "" {
		return "await " + s.Kind.String()
	}
	return "await " + s.Kind.String() + " " + s.Label
}

// OutcomeKind says how a coroutine ended.
type OutcomeKind uint8

const (
	Returned OutcomeKind = iota // without an error
	Failed                      // with an error
	Canceled                    // its task was canceled
	Closed                      // closed, or abandoned and closed
	Panicked
	Goexited
)

var outcomeNames = [...]string{"returned", "failed", "canceled", "closed", "panicked", "goexit"}

func (k OutcomeKind) String() string { return enumName(outcomeNames[:], "outcome", int(k)) }

// An Outcome is how a coroutine ended.
type Outcome struct {
	Kind OutcomeKind
	Err  error // for Failed, Canceled and Panicked (a *PanicError)
}

// A Cause says who made a coroutine ready.
type Cause struct {
	By   *Info  // the coroutine that ran when it was made ready, or nil
	What string // how: "spawn", "turn", "timer", "cancel"; by completing a "future", or by ending as a "task"; from a "callback", or one called from "outside"
}

// A TimerOp is what happened to a timer.
type TimerOp uint8

const (
	TimerSet TimerOp = iota
	TimerFired
	TimerCanceled
)

var timerOpNames = [...]string{"set", "fired", "canceled"}

func (o TimerOp) String() string { return enumName(timerOpNames[:], "timer op", int(o)) }

// An Observer is told what happens on a loop, or to a coroutine that stands
// alone. Its methods run inside of what they observe: they must be quick, and
// must not call back into the loop or the coroutine unless they say so. A panic
// of theirs is one of the body, or of the loop. Embed [NopObserver] to implement
// only some; an observer that comes and goes is a [Gate] as well.
//
// "The body's goroutine" is, for a stackful coroutine, its own; a machine has
// none, and runs on that of its resumer: on a loop, the loop's goroutine.
type Observer interface {
	// Spawn: c was made. On the goroutine that made it.
	Spawn(c *Info)
	// Ready: c will be resumed in the loop's next turn; or it waits on, if what
	// it was called for is gone by then, such as the item of a queue. On the
	// goroutine of who made it ready: the body's that runs, or the loop's.
	Ready(c *Info, why Cause)
	// Resume: c goes on from s; start says that it begins, and s means
	// nothing. thrown is what was thrown in, or nil. On the body's goroutine,
	// after it came back.
	Resume(c *Info, s Suspension, start bool, thrown error)
	// Suspend: c is about to be suspended. On the body's goroutine, before it
	// leaves; a gate that opened while a stackful body ran is told right after,
	// for which the body is entered once more.
	Suspend(c *Info, s Suspension)
	// End: c has ended. On the body's goroutine; for one that ends without
	// having started, on the goroutine that ended it.
	End(c *Info, o Outcome)
	// Timer: a timer of c, or of the callback named fn if c is nil, was set to
	// go off after d, fired, or was canceled. On the goroutine of who did it:
	// the body's that runs, or the loop's.
	Timer(c *Info, fn string, op TimerOp, d time.Duration)
	// Turn: l begins its turn number n with so many ready callbacks and so
	// many timers set. On the loop's goroutine, like the following.
	Turn(l *Loop, n uint64, ready, timers int)
	// Idle: l has nothing to do until deadline on its clock; negative if
	// there is none.
	Idle(l *Loop, deadline time.Duration)
	// Busy: l is no longer idle.
	Busy(l *Loop)
	// Slow: a step held l for longer than the loop's threshold.
	Slow(l *Loop, s SlowStep)
	// Run: l begins (true) or ends (false) to run, on the goroutine that it
	// runs on.
	Run(l *Loop, running bool)
	// Attach: the observer was attached to l, or a new epoch of it begins,
	// at the beginning of a turn: all of l's tasks are in snapshot order of
	// creation, none is running.
	Attach(l *Loop, snapshot []TaskState)
	// Detach: the observer is told nothing more of l, or of this epoch of it.
	// The snapshot is as in Attach; it is empty when l was closed.
	Detach(l *Loop, snapshot []TaskState)
}

// A Gate is an Observer that is told something only at times. Its loop asks
// at the beginning of each turn, a coroutine that stands alone at each
// suspension and resumption.
type Gate interface {
	// Epoch returns 0 while the observer wants to be told nothing. Another
	// number than the time before begins a new epoch: a loop calls Attach
	// again.
	Epoch() uint64
}

// A TraceGate is a Gate that wants to be told something only while runtime/trace
// is on. Once it has answered 0 it is asked again only then, so that it costs
// nothing at other times.
type TraceGate interface {
	Gate
	WhileTracing()
}

// A gateway is an observer's Gate on the side of who asks it.
type gateway struct {
	gate   Gate // nil for an observer that is told always
	traced bool // gate is a TraceGate
	open   bool // it was not asked yet, or the answer was not 0
}

func newGateway(obs Observer) (g gateway) {
	g.gate, _ = obs.(Gate)
	_, g.traced = obs.(TraceGate)
	g.open = true
	return g
}

// quiet reports whether the gate is closed and need not be asked.
func (g *gateway) quiet() bool { return !g.open && g.traced && !trace.IsEnabled() }

// epoch returns the gate's, or 1 if there is no gate.
func (g *gateway) epoch() uint64 {
	switch {
	case g.gate == nil:
		return 1
	case g.quiet():
		return 0
	}
	e := g.gate.Epoch()
	g.open = e != 0
	return e
}

// A TaskState is one task in a snapshot.
type TaskState struct {
	Info      *Info
	Status    Status
	Suspended Suspension // if Status is Suspended
	// OnBody is as in [Inspectable], valid during the snapshot only.
	OnBody func(f func(Suspension)) bool
}

// A SlowStep is a step that held its loop longer than the threshold.
type SlowStep struct {
	Task     *Info  // nil for a callback
	Callback string // the callback's function
	Took     time.Duration
	From     Place // where the task was resumed, or made if it began
	At       Place // where it was suspended then; zero if it ended
}

// NopObserver implements [Observer] by doing nothing.
type NopObserver struct{}

func (NopObserver) Spawn(*Info)                                 {}
func (NopObserver) Ready(*Info, Cause)                          {}
func (NopObserver) Resume(*Info, Suspension, bool, error)       {}
func (NopObserver) Suspend(*Info, Suspension)                   {}
func (NopObserver) End(*Info, Outcome)                          {}
func (NopObserver) Timer(*Info, string, TimerOp, time.Duration) {}
func (NopObserver) Turn(*Loop, uint64, int, int)                {}
func (NopObserver) Idle(*Loop, time.Duration)                   {}
func (NopObserver) Busy(*Loop)                                  {}
func (NopObserver) Slow(*Loop, SlowStep)                        {}
func (NopObserver) Run(*Loop, bool)                             {}
func (NopObserver) Attach(*Loop, []TaskState)                   {}
func (NopObserver) Detach(*Loop, []TaskState)                   {}
