package specimen

// This file defines average: values are sent in, and errors mean something.

import (
	"errors"

	"coroscope/coro"
	"coroscope/statemachine"
)

// ErrReset, thrown into the specimen average, makes it begin anew.
var ErrReset = errors.New("reset")

// AverageBody hands out the average of all values sent to it so far, 0 at
// first. [ErrReset] makes it forget them. When it is closed it returns the last
// average; any other error ends it.
//
//coro:lower
func AverageBody() coro.Body[float64, float64, float64] {
	return func(y *coro.Yielder[float64, float64]) (float64, error) {
		sum, count, average := 0.0, 0, 0.0
		for {
			value, err := y.YieldAs("value", average)
			switch {
			case errors.Is(err, ErrReset):
				sum, count, average = 0, 0, 0
			case errors.Is(err, coro.ErrClosed):
				return average, nil
			case err != nil:
				return average, err
			default:
				sum += value
				count++
				average = sum / float64(count)
			}
		}
	}
}

// Average is AverageBody as a machine.
type Average struct {
	state   averageState
	sum     float64
	count   int
	average float64
	err     error
}

type averageState uint8

const (
	averageStart averageState = iota
	averageValue
	averageDone
)

var averageMachine = statemachine.Description{
	Name:  "average",
	Func:  "specimen.Average",
	File:  statemachine.ThisFile(),
	Frame: "Average",
	States: []statemachine.State{
		averageStart: {Name: "start", Role: statemachine.Start, Means: "nothing has run yet, so no value can be taken"},
		averageValue: {Name: "value", Label: "value", Line: 104, Means: "the average was handed out; a value may be sent in"},
		averageDone:  {Name: "done", Role: statemachine.End, Means: "closed, or an error was thrown in"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "value"},
		{From: "value", To: "value", When: "a value was sent, or a reset thrown in"},
		{From: "value", To: "done", When: "closed, or thrown another error"},
	},
	Slots: []statemachine.Slot{
		{Name: "sum", Type: "float64", Means: "of all values since the last reset"},
		{Name: "count", Type: "int", Means: "how many they are"},
		{Name: "average", Type: "float64", Means: "what was handed out"},
	},
}

// NewAverage returns the machine that does what AverageBody() does.
func NewAverage() *Average { return &Average{} }

// Resume implements [coro.Resumable].
func (m *Average) Resume(value float64, thrown error) (float64, bool) {
	switch m.state {
	case averageStart: // nobody has asked for a value yet: none was sent
	case averageValue: // value is what the yield returns, thrown its error
		switch {
		case errors.Is(thrown, ErrReset):
			m.sum, m.count, m.average = 0, 0, 0
		case errors.Is(thrown, coro.ErrClosed):
			return m.end(nil)
		case thrown != nil:
			return m.end(thrown)
		default:
			m.sum += value
			m.count++
			m.average = m.sum / float64(m.count)
		}
	case averageDone:
		return 0, false
	}
	m.state = averageValue
	return m.average, true
}

func (m *Average) end(err error) (float64, bool) {
	m.state, m.err = averageDone, err
	return 0, false
}

// Result implements [coro.Resumable].
func (m *Average) Result() float64 { return m.average }

// Err implements [coro.Resumable].
func (m *Average) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *Average) Func() string { return averageMachine.Func }

// Point implements [coro.Pointer].
func (m *Average) Point() coro.Point { return averageMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *Average) Frame() []coro.Slot {
	return []coro.Slot{{Name: "sum", Value: m.sum}, {Name: "count", Value: m.count}, {Name: "average", Value: m.average}}
}
