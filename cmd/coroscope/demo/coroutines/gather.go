package coroutines

// This file defines gather: several tasks at the same time, which are awaited
// all together.

import (
	"errors"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// gatherIn returns a task that makes those tasks that start returns, awaits
// them all, and returns the sum of their results. If one fails, or it is
// canceled itself, the others are canceled and awaited all the same; the first
// error is returned. So whoever awaits it knows that nothing is left over.
func gatherIn(shape coro.Shape, start func() []*coro.Task[int]) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &gather{start: start}, loweredGatherBody(start), gatherBody(start))
}

//coro:lower
func gatherBody(start func() []*coro.Task[int]) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (sum int, first error) {
		parts := start() // from now on they all go on, whichever is awaited
		fail := func(err error) {
			if first == nil {
				first = err
				cancelAll(parts)
			}
		}
		for _, part := range parts {
			for !part.Done() {
				err := coro.Wait(y, coro.On(part))
				if errors.Is(err, coro.ErrClosed) {
					return sum, err // the loop closes, and closes the parts
				}
				if err != nil {
					fail(err)
				}
			}
			if n, err := part.Result(); err != nil {
				fail(err)
			} else {
				sum += n
			}
		}
		return sum, first
	}
}

// taskNames returns what the tasks are shown as in a frame.
func taskNames(tasks []*coro.Task[int]) []string {
	var names []string
	for _, t := range tasks {
		names = append(names, demo.TaskName(t))
	}
	return names
}

func cancelAll(tasks []*coro.Task[int]) {
	for _, t := range tasks {
		t.Cancel()
	}
}

// gather is gatherBody as a machine.
type gather struct {
	state gatherState
	start func() []*coro.Task[int]
	parts []*coro.Task[int]
	next  int
	sum   int
	err   error
}

type gatherState uint8

const (
	gatherStart gatherState = iota
	gatherPart
	gatherDone
)

var gatherMachine = statemachine.Description{
	Name:  "gather",
	Func:  "coroutines.gather",
	File:  statemachine.ThisFile(),
	Frame: "gather",
	States: []statemachine.State{
		gatherStart: {Name: "start", Role: statemachine.Start, Means: "there are no tasks yet"},
		gatherPart:  {Name: "part", On: coro.OnTask, Line: 127, Means: "all tasks go on; the next one is awaited, by its name"},
		gatherDone:  {Name: "done", Role: statemachine.End, Means: "all tasks have ended, or the loop was closed"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "part"},
		{From: "start", To: "done", When: "there are none"},
		{From: "part", To: "part", When: "another has not ended"},
		{From: "part", To: "done", When: "that was the last, or closed"},
	},
	Slots: []statemachine.Slot{
		{Name: "parts", Type: "[]*coro.Task[int]", Means: "the tasks"},
		{Name: "next", Type: "int", Means: "the index of the one that is awaited"},
		{Name: "sum", Type: "int", Means: "the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *gather) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case gatherStart:
		m.parts = m.start()
	case gatherPart:
		if errors.Is(thrown, coro.ErrClosed) {
			return m.end(thrown) // the loop closes, and closes the parts
		}
		if thrown != nil {
			m.fail(thrown)
		}
	case gatherDone:
		return coro.Await{}, false
	}
	for ; m.next < len(m.parts); m.next++ {
		part := m.parts[m.next]
		if !part.Done() {
			m.state = gatherPart
			return coro.On(part), true
		}
		if n, err := part.Result(); err != nil {
			m.fail(err)
		} else {
			m.sum += n
		}
	}
	return m.end(m.err)
}

func (m *gather) fail(err error) {
	if m.err == nil {
		m.err = err
		cancelAll(m.parts)
	}
}

func (m *gather) end(err error) (coro.Await, bool) {
	m.state, m.err = gatherDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *gather) Result() int { return m.sum }

// Err implements [coro.Resumable].
func (m *gather) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *gather) Func() string { return gatherMachine.Func }

// Point implements [coro.Pointer].
func (m *gather) Point() coro.Point { return gatherMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *gather) Frame() []coro.Slot {
	return []coro.Slot{{Name: "parts", Value: taskNames(m.parts)}, {Name: "next", Value: m.next}, {Name: "sum", Value: m.sum}}
}
