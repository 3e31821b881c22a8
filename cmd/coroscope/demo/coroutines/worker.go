package coroutines

// This file defines worker: one of several that crawl a site.

import (
	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// workerIn returns a task that fetches pages of the frontier until there are
// none, and returns how many.
func workerIn(shape coro.Shape, f *frontier) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &worker{frontier: f}, loweredWorkerBody(f), workerBody(f))
}

//coro:lower
func workerBody(f *frontier) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (fetched int, err error) {
		for !f.over() {
			path, ok := f.take()
			if !ok {
				// There may be links on the pages that others fetch.
				if err := coro.Wait(y, coro.On(f.wait())); err != nil {
					f.leave()
					return fetched, err
				}
				continue
			}
			if err := coro.Wait(y, coro.Sleep(latency(path)).As("get")); err != nil {
				f.giveBack()
				return fetched, err
			}
			p, err := lookup(path)
			if err != nil {
				f.giveBack()
				return fetched, err
			}
			f.fetch(p)
			fetched++
		}
		return fetched, nil
	}
}

// worker is workerBody as a machine.
type worker struct {
	state    workerState
	frontier *frontier
	path     string
	fetched  int
	err      error
}

type workerState uint8

const (
	workerStart workerState = iota
	workerLink
	workerGet
	workerDone
)

var workerMachine = statemachine.Description{
	Name:  "worker",
	Func:  "coroutines.worker",
	File:  statemachine.ThisFile(),
	Frame: "worker",
	States: []statemachine.State{
		workerStart: {Name: "start", Role: statemachine.Start, Means: "has not looked for a page yet"},
		workerLink:  {Name: "link", On: coro.OnQueue, Label: "link", Line: 123, Means: "no page is left, but others may find links"},
		workerGet:   {Name: "get", On: coro.OnSleep, Label: "get", Line: 126, Means: "a page was taken, and is on its way"},
		workerDone:  {Name: "done", Role: statemachine.End, Means: "no page is left, and nobody will find one"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "get", When: "there is a page"},
		{From: "start", To: "link", When: "there is none"},
		{From: "link", To: "get", When: "somebody has found one"},
		{From: "link", To: "link", When: "somebody else was quicker"},
		{From: "link", To: "done", When: "it is over, or thrown"},
		{From: "get", To: "get", When: "there is another"},
		{From: "get", To: "link", When: "there is none at the moment"},
		{From: "get", To: "done", When: "it is over, or thrown, or no such page"},
	},
	Slots: []statemachine.Slot{
		{Name: "frontier", Type: "*frontier", Means: "what all workers know"},
		{Name: "path", Type: "string", Means: "the page that is on its way"},
		{Name: "fetched", Type: "int", Means: "the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *worker) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	f := m.frontier
	switch m.state {
	case workerStart:
	case workerLink:
		if thrown != nil {
			f.leave()
			return m.end(thrown)
		}
	case workerGet:
		if thrown != nil {
			f.giveBack()
			return m.end(thrown)
		}
		p, err := lookup(m.path)
		if err != nil {
			f.giveBack()
			return m.end(err)
		}
		f.fetch(p)
		m.fetched++
	case workerDone:
		return coro.Await{}, false
	}
	if f.over() {
		return m.end(nil)
	}
	var ok bool
	if m.path, ok = f.take(); !ok {
		m.state = workerLink
		return coro.On(f.wait()).As("link"), true
	}
	m.state = workerGet
	return coro.Sleep(latency(m.path)).As("get"), true
}

func (m *worker) end(err error) (coro.Await, bool) {
	m.state, m.err = workerDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *worker) Result() int { return m.fetched }

// Err implements [coro.Resumable].
func (m *worker) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *worker) Func() string { return workerMachine.Func }

// Point implements [coro.Pointer].
func (m *worker) Point() coro.Point { return workerMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *worker) Frame() []coro.Slot {
	return []coro.Slot{{Name: "frontier", Value: m.frontier.String()}, {Name: "path", Value: m.path}, {Name: "fetched", Value: m.fetched}}
}
