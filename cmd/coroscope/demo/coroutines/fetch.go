package coroutines

// This file defines fetch: one page, fetched by a task of its own.

import (
	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// fetchIn returns a task that fetches a page, and returns its size.
func fetchIn(shape coro.Shape, path string) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &fetch{path: path}, loweredFetchBody(path), fetchBody(path))
}

//coro:lower
func fetchBody(path string) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) { return get(y, path) }
}

// startFetch makes a task of it, which is called after the page.
func startFetch(l *coro.Loop, shape coro.Shape, path string) *coro.Task[int] {
	return coro.Spawn(l, fetchIn(shape, path), coro.Named(path), coro.InFunc(fetchMachine.Func))
}

// fetch is fetchBody as a machine.
type fetch struct {
	state fetchState
	path  string
	size  int
	err   error
}

type fetchState uint8

const (
	fetchStart fetchState = iota
	fetchGet
	fetchDone
)

var fetchMachine = statemachine.Description{
	Name:  "fetch",
	Func:  "coroutines.fetch",
	File:  statemachine.ThisFile(),
	Frame: "fetch",
	States: []statemachine.State{
		fetchStart: {Name: "start", Role: statemachine.Start, Means: "nothing was asked for"},
		fetchGet:   {Name: "get", On: coro.OnSleep, Label: "get", Line: 67, Means: "the page was asked for, and is on its way"},
		fetchDone:  {Name: "done", Role: statemachine.End, Means: "it is there, or there is no such page"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "get"},
		{From: "get", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "path", Type: "string", Means: "which page"},
		{Name: "size", Type: "int", Means: "the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *fetch) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case fetchStart:
		m.state = fetchGet
		return coro.Sleep(latency(m.path)).As("get"), true
	case fetchGet:
		m.state = fetchDone
		if m.err = thrown; thrown == nil {
			var p page
			p, m.err = lookup(m.path)
			m.size = p.size
		}
	case fetchDone:
	}
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *fetch) Result() int { return m.size }

// Err implements [coro.Resumable].
func (m *fetch) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *fetch) Func() string { return fetchMachine.Func }

// Point implements [coro.Pointer].
func (m *fetch) Point() coro.Point { return fetchMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *fetch) Frame() []coro.Slot {
	return []coro.Slot{{Name: "path", Value: m.path}, {Name: "size", Value: m.size}}
}
