package utilization

// This file defines a job as a coroutine, in every shape.

import (
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// jobIn returns a job in the given shape, which computes by work. It returns how
// often it waited.
func jobIn(shape coro.Shape, work func(time.Duration)) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &job{work: work}, loweredJobBody(work), jobBody(work))
}

// jobBody is what do does, on a loop.
//
//coro:lower
func jobBody(work func(time.Duration)) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		for n := range waits {
			work(computing)
			if err := coro.Wait(y, coro.Sleep(waiting).As("answer")); err != nil {
				return n, err
			}
		}
		work(computing)
		return waits, nil
	}
}

// job is jobBody as a machine.
type job struct {
	state  jobState
	work   func(time.Duration)
	waited int
	err    error
}

type jobState uint8

const (
	jobStart jobState = iota
	jobAnswer
	jobDone
)

var jobMachine = statemachine.Description{
	Name:  "job",
	Func:  "utilization.job",
	File:  statemachine.ThisFile(),
	Frame: "job",
	States: []statemachine.State{
		jobStart:  {Name: "start", Role: statemachine.Start, Means: "has not begun"},
		jobAnswer: {Name: "answer", On: coro.OnSleep, Label: "answer", Line: 87, Means: "waits for somebody's answer"},
		jobDone:   {Name: "done", Role: statemachine.End, Means: "all was computed, or it was canceled"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "answer"},
		{From: "answer", To: "answer", When: "there is another to wait for"},
		{From: "answer", To: "done", When: "that was the last, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "waited", Type: "int", Means: "how often it has waited"},
	},
}

// Resume implements [coro.Resumable].
func (m *job) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case jobAnswer:
		if thrown != nil {
			return m.end(thrown)
		}
		m.waited++
	case jobDone:
		return coro.Await{}, false
	}
	m.work(computing)
	if m.waited == waits {
		return m.end(nil)
	}
	m.state = jobAnswer
	return coro.Sleep(waiting).As("answer"), true
}

func (m *job) end(err error) (coro.Await, bool) {
	m.state, m.err = jobDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *job) Result() int { return m.waited }

// Err implements [coro.Resumable].
func (m *job) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *job) Func() string { return jobMachine.Func }

// Point implements [coro.Pointer].
func (m *job) Point() coro.Point { return jobMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *job) Frame() []coro.Slot { return []coro.Slot{{Name: "waited", Value: m.waited}} }
