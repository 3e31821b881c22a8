// Package specimen has computations that exist in several shapes, for looking
// at coroutines from the inside.
//
// Each specimen is written twice, in one file: straight down, as the body of a
// stackful coroutine, and as the explicit state machine that does the same,
// written the way a careful person would write it by hand: one switch over the
// state that can be seen, no goroutine, no closure, no allocation when it is
// resumed. So each file reads as "this ... becomes that". Beside it stands what
// the compiler, coroscope lower, makes of the first: the shape lowered. To begin
// with:
//
//	fibonacci    one loop, one suspension
//	average      values are sent in, and an error means something
//	treewalk     recursion becomes a stack of what is left to do
//	samefringe   two coroutines, resumed in turn; frames inside a frame
//	squasher     three coroutines in a row (Conway, 1963)
//	tokenizer    two that each may be in the middle of something
//	fetch        deferred work becomes a matter of the state
//	bartender    tasks on a loop that share tools without a lock
//	echo         tasks that wait for input and output
//
// The shapes of one specimen differ in how they are made, and in nothing that
// can be seen from outside: outputs, suspensions and their labels, errors,
// results. The tests hold them to that, and each machine to its
// [statemachine.Description].
//
// [All] lists the specimens. [Specimen.New] makes one that can be stepped
// without knowing its types, [Specimen.Run] plays it a [Script] and returns a
// [Transcript] to compare. Who does know the types uses the functions in
// table.go, such as [FibonacciIn].
package specimen

// This file defines what is known of a specimen, whatever its types.

import (
	"fmt"

	"coroscope/coro"
	"coroscope/statemachine"
)

//go:generate go run generate.go

// A Specimen is one computation in several shapes.
type Specimen struct {
	Name     string
	About    string                      // one line
	PartOf   string                      // the specimen that it is a part of, if it is one
	Machines []*statemachine.Description // of the shape statemachine; the specimen's own first
	Lowered  []*statemachine.Description // of the shape lowered, likewise
	OnLoop   bool                        // it consists of tasks, and is not stepped by hand
	Scripts  []Script                    // to show what it does; the first is the plain course of things

	alone  func(coro.Shape, []coro.Option) Stepper
	onLoop func(coro.Shape, Script) Transcript
}

// A world is what a specimen is made in.
type world struct {
	shape coro.Shape
	notes []string // what it did beside what it handed out
}

func (w *world) note(text string) { w.notes = append(w.notes, text) }

// Shapes returns the shapes in which every specimen exists.
func Shapes() []coro.Shape {
	return []coro.Shape{coro.ShapeStateMachine, coro.ShapePull, coro.ShapeGoroutine, coro.ShapeLowered}
}

// MachinesIn returns what describes the machines of a shape: for one that has a
// stack, those of the shape statemachine.
func (s *Specimen) MachinesIn(shape coro.Shape) []*statemachine.Description {
	if shape == coro.ShapeLowered {
		return s.Lowered
	}
	return s.Machines
}

// Find returns the specimen with the given name, nil if there is none.
func Find(name string) *Specimen {
	for _, s := range All() {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// New returns the specimen in a shape, not started, to be stepped. It panics
// if the specimen is one that runs on a loop, or does not exist in the shape.
// The coroutine is named after the specimen unless opts say otherwise.
func (s *Specimen) New(shape coro.Shape, opts ...coro.Option) Stepper {
	if s.OnLoop {
		panic(fmt.Sprintf("specimen: %s runs on a loop and cannot be stepped by hand", s.Name))
	}
	named := []coro.Option{coro.Named(s.Name), coro.InFunc(s.Machines[0].Func)}
	return s.alone(shape, append(named, opts...))
}

// Run plays the script to the specimen in a shape and returns what happened.
// When the script is at its end before the specimen, the specimen is closed;
// one that runs on a loop runs to its end.
func (s *Specimen) Run(shape coro.Shape, script Script) Transcript {
	if s.OnLoop {
		return s.onLoop(shape, script)
	}
	return play(s.New(shape), script)
}
