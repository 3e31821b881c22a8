package lock

// This file defines the coroutines that do the work on the loop, in every
// shape.

import (
	"runtime/trace"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
	cotrace "coroscope/trace"
)

// A worker is what one of the coroutines has to do.
type worker struct {
	stage  *demo.Stage
	pieces int
}

// piece does a piece of the work: both parts, and no lock.
func (w *worker) piece() {
	trace.WithRegion(cotrace.Context(w.stage.Loop), pieceRegion, func() {
		w.stage.Work(inside)
		w.stage.Work(outside)
	})
}

// workerIn returns a worker in the given shape. It returns how many pieces it
// did.
func workerIn(shape coro.Shape, w worker) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &workerFrame{worker: w}, loweredWorkerBody(w), workerBody(w))
}

//coro:lower
func workerBody(w worker) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		for done := range w.pieces {
			w.piece()
			if err := coro.Wait(y, coro.NextTurn().As("others")); err != nil {
				return done + 1, err
			}
		}
		return w.pieces, nil
	}
}

// workerFrame is workerBody as a machine.
type workerFrame struct {
	worker
	state workerState
	done  int
	err   error
}

type workerState uint8

const (
	workerStart workerState = iota
	workerOthers
	workerDone
)

var workerMachine = statemachine.Description{
	Name:  "worker",
	Func:  "lock.worker",
	File:  statemachine.ThisFile(),
	Frame: "workerFrame",
	States: []statemachine.State{
		workerStart:  {Name: "start", Role: statemachine.Start, Means: "has not begun"},
		workerOthers: {Name: "others", On: coro.OnTurn, Label: "others", Line: 101, Means: "between two pieces"},
		workerDone:   {Name: "done", Role: statemachine.End, Means: "all pieces are done, or it was canceled"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "others"},
		{From: "start", To: "done", When: "there are no pieces"},
		{From: "others", To: "others", When: "there are more"},
		{From: "others", To: "done", When: "that was the last, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "done", Type: "int", Means: "how many pieces were done"},
	},
}

// Resume implements [coro.Resumable].
func (m *workerFrame) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case workerOthers:
		if thrown != nil {
			return m.end(thrown)
		}
	case workerDone:
		return coro.Await{}, false
	}
	if m.done == m.pieces {
		return m.end(nil)
	}
	m.piece()
	m.done++
	m.state = workerOthers
	return coro.NextTurn().As("others"), true
}

func (m *workerFrame) end(err error) (coro.Await, bool) {
	m.state, m.err = workerDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *workerFrame) Result() int { return m.done }

// Err implements [coro.Resumable].
func (m *workerFrame) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *workerFrame) Func() string { return workerMachine.Func }

// Point implements [coro.Pointer].
func (m *workerFrame) Point() coro.Point { return workerMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *workerFrame) Frame() []coro.Slot {
	return []coro.Slot{{Name: "done", Value: m.done}}
}
