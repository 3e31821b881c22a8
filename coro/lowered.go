package coro

// This file defines what the machines made by the compiler, package
// coroscope/statemachine/lower, have in common.

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// Beside returns the source file of this name in the folder of its caller's, as
// the compiler names it, for a [Place].
func Beside(name string) string {
	_, file, _, _ := runtime.Caller(1)
	return path.Join(path.Dir(file), name)
}

// Unboxed returns what box points to, for a [Slot] of a variable that the body
// shares with its closures; nil for a variable that was not declared yet.
func Unboxed[T any](box *T) any {
	if box == nil {
		return nil
	}
	return *box
}

// Called is a function that a body calls, and in which it is suspended, as a
// machine shows it in its Frame.
type Called struct {
	Func  string
	Slots []Slot // its saved locals
}

// String returns the function and the slots: "leaves{count=2}".
func (c Called) String() string {
	var slots []string
	for _, s := range c.Slots {
		slots = append(slots, fmt.Sprintf("%s=%v", s.Name, s.Value))
	}
	return c.Func + "{" + strings.Join(slots, " ") + "}"
}

// Unwound runs a machine's deferred calls, which make is to do while what it is
// given panics, as those of a stackful body run that has ignored its close. A
// panic of theirs goes on.
func Unwound(make func(p any)) {
	defer func() {
		if v := recover(); v != nil && v != any(unwind{}) {
			panic(v)
		}
	}()
	make(unwind{})
}

// Pulled is a body in the shape [Pull] to be embedded in a type of its own, which
// the compiler declares for a body that it cannot lower. A driver sees what [Pull]
// returns.
type Pulled[In, Out, Ret any] struct{ body *stackful[In, Out, Ret] }

// PullAs returns body in shape pull; fn is what its [Funcer] says.
func PullAs[In, Out, Ret any](fn string, body Body[In, Out, Ret]) Pulled[In, Out, Ret] {
	s := Pull(body).(*stackful[In, Out, Ret])
	s.called = fn
	return Pulled[In, Out, Ret]{s}
}

// A stacked is a Resumable that stands for another one, a *stackful of the same
// type parameters.
type stacked interface{ stack() any }

func (p Pulled[In, Out, Ret]) stack() any { return p.body }

func (p Pulled[In, Out, Ret]) asTask(l *Loop) *stackTask { return p.body.asTask(l) }

// Resume implements [Resumable].
func (p Pulled[In, Out, Ret]) Resume(in In, thrown error) (Out, bool) {
	return p.body.Resume(in, thrown)
}

// Result implements [Resumable].
func (p Pulled[In, Out, Ret]) Result() Ret { return p.body.Result() }

// Err implements [Resumable].
func (p Pulled[In, Out, Ret]) Err() error { return p.body.Err() }

// Unwind implements [Unwinder].
func (p Pulled[In, Out, Ret]) Unwind() { p.body.Unwind() }

// Shape implements [Shaper].
func (p Pulled[In, Out, Ret]) Shape() Shape { return p.body.Shape() }

// Func implements [Funcer].
func (p Pulled[In, Out, Ret]) Func() string { return p.body.Func() }

// Lend tells the body of inner which loop it is on, when a machine of a task on l
// delegates to it.
func Lend[In, Out, Ret any](l *Loop, inner *Coroutine[In, Out, Ret]) { inner.onLoop(l) }
