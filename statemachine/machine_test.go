package statemachine_test

// This file defines the machine that the tests of this package describe, run
// and draw.

import (
	"coroscope/coro"
	"coroscope/statemachine"
)

// countdown hands out n, n-1, ... 1. A value sent to it is where it goes on;
// what is thrown in ends it, a negative value breaks it.
type countdown struct {
	state   int
	n       int
	unwound bool
	err     error
}

const (
	countdownStart = iota
	countdownNumber
	countdownDone
)

func describeCountdown() *statemachine.Description {
	return &statemachine.Description{
		Name:  "countdown",
		Func:  "statemachine.countdown",
		File:  "/somewhere/countdown.go",
		Frame: "countdown",
		States: []statemachine.State{
			countdownStart:  {Name: "start", Role: statemachine.Start, Means: "nothing has run yet"},
			countdownNumber: {Name: "number", Label: "number", Line: 42, Means: `n was handed out; "sending" changes it`},
			countdownDone:   {Name: "done", Role: statemachine.End, Means: "n is 0, or an error was thrown in"},
		},
		Edges: []statemachine.Edge{
			{From: "start", To: "number"},
			{From: "start", To: "done", When: "n is 0"},
			{From: "number", To: "number", When: "n > 0"},
			{From: "number", To: "done", When: "n is 0; or thrown"},
		},
		Slots: []statemachine.Slot{{Name: "n", Type: "int", Means: "what is left to count"}},
	}
}

func (m *countdown) Resume(to int, thrown error) (int, bool) {
	switch m.state {
	case countdownStart:
	case countdownNumber:
		if thrown != nil {
			m.state, m.err = countdownDone, thrown
			return 0, false
		}
		m.n--
		if to != 0 {
			m.n = to
		}
	case countdownDone:
		return 0, false
	}
	switch {
	case m.n < 0: // the mistake that a checker is to find
		m.state = countdownStart
		return m.n, true
	case m.n == 0:
		m.state = countdownDone
		return 0, false
	}
	m.state = countdownNumber
	return m.n, true
}

func (m *countdown) Result() string     { return "lift off" }
func (m *countdown) Err() error         { return m.err }
func (m *countdown) Func() string       { return "countdown" }
func (m *countdown) Point() coro.Point  { return describeCountdown().Point(m.state) }
func (m *countdown) Frame() []coro.Slot { return []coro.Slot{{Name: "n", Value: m.n}} }
func (m *countdown) Unwind()            { m.state, m.unwound = countdownDone, true }
