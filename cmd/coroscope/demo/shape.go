package demo

// This file defines what demos need to have coroutines of their own: in the
// shape that was asked for, and with frames that can be read.

import (
	"fmt"

	"coroscope/coro"
)

//go:generate go run generate.go

// Pick returns one computation in a shape: its machine, the one that the compiler
// has made of its body, or its body on a stack of its own. What is not picked has
// cost nothing but the machines' frames. It panics if shape is none of Shapes.
func Pick[In, Out, Ret any](shape coro.Shape, machine, lowered coro.Resumable[In, Out, Ret], body coro.Body[In, Out, Ret]) coro.Resumable[In, Out, Ret] {
	switch shape {
	case coro.ShapeStateMachine:
		return machine
	case coro.ShapeLowered:
		return lowered
	case coro.ShapePull:
		return coro.Pull(body)
	case coro.ShapeGoroutine:
		return coro.Goroutine(body)
	}
	panic(fmt.Sprintf("demo: no coroutine of a demo exists in shape %s", shape))
}

// TaskName returns what a task in a slot of a frame is shown as: its name, since
// all that it consists of says little.
func TaskName[T any](t *coro.Task[T]) string {
	if t == nil {
		return "none"
	}
	return t.String()
}
