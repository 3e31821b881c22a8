package stepper

// This file defines what is seen of a session between two steps.

import (
	"time"

	"coroscope/statemachine"
)

// A Snapshot is all there is to see at one moment. It is data: nothing in it
// changes later, and two of the same moment are equal, whether that moment was
// reached forward or back.
type Snapshot struct {
	Title  string  // what is stepped, and in which shape
	About  string  // what it shows
	Step   int     // how many steps were done
	Status string  // how things are, in a few words
	Ended  bool    // there is nothing more to do
	Log    []Entry // what was done, and what came of it; the last step at the end

	Coroutine *Coroutine // what a coroutine's session shows; nil for a loop's
	Loop      *Loop      // what a loop's session shows; nil for a coroutine's
}

// An Entry is one step in a few words.
type Entry struct {
	Did    string // "send 20", "turn 3"
	Came   string // "-> 15", "returned 8"
	Failed bool   // what came is an error
}

// A Coroutine is what is seen of a coroutine that stands alone.
type Coroutine struct {
	Place  string // "average.go:86"; empty if it is not suspended
	On     string // what it is suspended on; empty if it is not
	Source Source
	Notes  []string // what it did beside what it handed out, so far
	Noted  int      // how many of them there were before the last step

	// A stackless coroutine has a machine and a frame.

	Machine *statemachine.Description // nil for a stackful coroutine
	State   int                       // the machine's, by number
	Taken   *Edge                     // the edge that was taken last; nil if none was
	Frame   []Slot

	// A stackful coroutine has a stack.

	Stack []Call // innermost first; nil if it is not suspended

	// Inside are the coroutines that it has delegated to and is suspended in,
	// outermost first.
	Inside []string
}

// A Source is the source file that is stepped through.
type Source struct {
	File  string   // its base name; empty if there is none to show
	Lines []string // without their ends
	Line  int      // where it is suspended, from 1; 0 if it is not
	Near  int      // what to look at if it is not suspended, from 1
}

// An Edge is a transition that a machine made.
type Edge struct {
	From, To int    // states, by number
	When     string // why, in a few words; may be empty
}

// A Slot is one saved local of a frame, or of a frame inside of it.
type Slot struct {
	Path    string // "stack"; for one inside, "squash.reader.card"
	Name    string // the last part of Path
	Depth   int    // how many frames it is inside of
	Value   string
	Was     string // its value before the last step, if Changed
	Changed bool
	Means   string
}

// A Call is one function on a stack.
type Call struct {
	Func string // without its package: "walk", "AverageBody.func1"
	File string // base name
	Line int
}

// A Loop is what is seen of a loop between two turns.
type Loop struct {
	Part  string        // what the present part of the demo shows
	Time  time.Duration // what the loop's clock shows
	Idle  time.Duration // how long the loop had nothing to do before the last turn
	Ran   []string      // what the last turn found ready
	Saw   []string      // what happened in it, one after the other
	Ready []string      // what the next turn will run
	Timer []Timer       // in the order in which they go off
	Tree  []string      // who awaits whom, indented; see coro.Loop.WriteAwaitTree
}

// A Timer is one that is set.
type Timer struct {
	At   time.Duration // on the loop's clock
	What string
}
