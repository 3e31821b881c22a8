package eventloop

// This file defines the tasks of the demo, in every shape.

import (
	"time"

	"coroscope/coro"
	"coroscope/statemachine"
)

// rest is how long a runner rests at the end.
const rest = 10 * time.Millisecond

// runnerIn returns a runner in the given shape.
func runnerIn(shape coro.Shape, laps int) coro.Resumable[struct{}, coro.Await, int] {
	switch shape {
	case coro.ShapePull:
		return coro.Pull(runnerBody(laps))
	case coro.ShapeGoroutine:
		return coro.Goroutine(runnerBody(laps))
	}
	return &runner{laps: laps}
}

// runnerBody runs laps, one a turn, rests, and returns how many there were.
func runnerBody(laps int) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		for lap := range laps {
			if err := coro.Wait(y, coro.NextTurn().As("lap")); err != nil {
				return lap, err
			}
		}
		return laps, coro.Wait(y, coro.Sleep(rest).As("rest"))
	}
}

// runner is runnerBody as a machine.
type runner struct {
	state runnerState
	laps  int
	lap   int
	err   error
}

type runnerState uint8

const (
	runnerStart runnerState = iota
	runnerLap
	runnerRest
	runnerDone
)

var runnerMachine = statemachine.Description{
	Name:  "runner",
	Func:  "eventloop.runner",
	File:  statemachine.ThisFile(),
	Frame: "runner",
	States: []statemachine.State{
		runnerStart: {Name: "start", Role: statemachine.Start, Means: "at the starting line"},
		runnerLap:   {Name: "lap", On: coro.OnTurn, Label: "lap", Line: 96, Means: "between two laps"},
		runnerRest:  {Name: "rest", On: coro.OnSleep, Label: "rest", Line: 99, Means: "has run them all"},
		runnerDone:  {Name: "done", Role: statemachine.End, Means: "rested, or was canceled"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "lap"},
		{From: "start", To: "rest", When: "there are no laps"},
		{From: "lap", To: "lap", When: "there are more"},
		{From: "lap", To: "rest", When: "that was the last"},
		{From: "lap", To: "done", When: "thrown"},
		{From: "rest", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "laps", Type: "int", Means: "how many to run"},
		{Name: "lap", Type: "int", Means: "how many were run"},
	},
}

// Resume implements [coro.Resumable].
func (m *runner) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case runnerStart:
	case runnerLap:
		if thrown != nil {
			return m.end(thrown)
		}
		m.lap++
	case runnerRest:
		return m.end(thrown)
	case runnerDone:
		return coro.Await{}, false
	}
	if m.lap < m.laps {
		m.state = runnerLap
		return coro.NextTurn().As("lap"), true
	}
	m.state = runnerRest
	return coro.Sleep(rest).As("rest"), true
}

func (m *runner) end(err error) (coro.Await, bool) {
	m.state, m.err = runnerDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *runner) Result() int { return m.lap }

// Err implements [coro.Resumable].
func (m *runner) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *runner) Func() string { return runnerMachine.Func }

// Point implements [coro.Pointer].
func (m *runner) Point() coro.Point { return runnerMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *runner) Frame() []coro.Slot {
	return []coro.Slot{{Name: "laps", Value: m.laps}, {Name: "lap", Value: m.lap}}
}
