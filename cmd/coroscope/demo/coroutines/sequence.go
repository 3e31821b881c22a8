package coroutines

// This file defines sequence: pages are fetched one after the other, by one
// coroutine.

import (
	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// sequenceIn returns a task that fetches pages and returns their size in all.
func sequenceIn(shape coro.Shape, paths []string) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &sequence{paths: paths}, loweredSequenceBody(paths), sequenceBody(paths))
}

//coro:lower
func sequenceBody(paths []string) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (sum int, err error) {
		for _, path := range paths {
			size, err := get(y, path) // the next is not asked for before this one is there
			if err != nil {
				return sum, err
			}
			sum += size
		}
		return sum, nil
	}
}

// sequence is sequenceBody as a machine.
type sequence struct {
	state sequenceState
	paths []string
	next  int
	sum   int
	err   error
}

type sequenceState uint8

const (
	sequenceStart sequenceState = iota
	sequenceGet
	sequenceDone
)

var sequenceMachine = statemachine.Description{
	Name:  "sequence",
	Func:  "coroutines.sequence",
	File:  statemachine.ThisFile(),
	Frame: "sequence",
	States: []statemachine.State{
		sequenceStart: {Name: "start", Role: statemachine.Start, Means: "nothing was asked for"},
		sequenceGet:   {Name: "get", On: coro.OnSleep, Label: "get", Line: 90, Means: "a page is on its way; those after it were not asked for"},
		sequenceDone:  {Name: "done", Role: statemachine.End, Means: "all are there, or one was not"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "get"},
		{From: "start", To: "done", When: "there are none"},
		{From: "get", To: "get", When: "there are more"},
		{From: "get", To: "done", When: "that was the last, or thrown, or no such page"},
	},
	Slots: []statemachine.Slot{
		{Name: "paths", Type: "[]string", Means: "the pages"},
		{Name: "next", Type: "int", Means: "the index of the one that is on its way"},
		{Name: "sum", Type: "int", Means: "the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *sequence) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case sequenceStart:
	case sequenceGet:
		if thrown != nil {
			return m.end(thrown)
		}
		p, err := lookup(m.paths[m.next])
		if err != nil {
			return m.end(err)
		}
		m.sum += p.size
		m.next++
	case sequenceDone:
		return coro.Await{}, false
	}
	if m.next < len(m.paths) {
		m.state = sequenceGet
		return coro.Sleep(latency(m.paths[m.next])).As("get"), true
	}
	return m.end(nil)
}

func (m *sequence) end(err error) (coro.Await, bool) {
	m.state, m.err = sequenceDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *sequence) Result() int { return m.sum }

// Err implements [coro.Resumable].
func (m *sequence) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *sequence) Func() string { return sequenceMachine.Func }

// Point implements [coro.Pointer].
func (m *sequence) Point() coro.Point { return sequenceMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *sequence) Frame() []coro.Slot {
	return []coro.Slot{{Name: "paths", Value: m.paths}, {Name: "next", Value: m.next}, {Name: "sum", Value: m.sum}}
}
