package scroll

// This file defines loader: the other of two coroutines, which loads videos
// ahead while one plays.

import (
	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// loaderIn returns a loader that fills the shelf. It has no end of its own.
func loaderIn(shape coro.Shape, s *shelf) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &loader{shelf: s}, loweredLoaderBody(s), loaderBody(s))
}

// loaderBody loads one video after the other, as long as there is room for
// one, until it is canceled. It returns how many were loaded.
//
//coro:lower
func loaderBody(s *shelf) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		for n := 0; ; n++ {
			for s.full() {
				if err := coro.Wait(y, coro.On(s.wait("room"))); err != nil {
					return n, err
				}
			}
			if err := coro.Wait(y, coro.Sleep(feed(n).load).As("load")); err != nil {
				return n, err
			}
			s.add(1)
		}
	}
}

// loader is loaderBody as a machine.
type loader struct {
	state  loaderState
	shelf  *shelf
	loaded int
	err    error
}

type loaderState uint8

const (
	loaderStart loaderState = iota
	loaderRoom
	loaderLoad
	loaderDone
)

var loaderMachine = statemachine.Description{
	Name:  "loader",
	Func:  "scroll.loader",
	File:  statemachine.ThisFile(),
	Frame: "loader",
	States: []statemachine.State{
		loaderStart: {Name: "start", Role: statemachine.Start, Means: "nothing is loaded"},
		loaderRoom:  {Name: "room", On: coro.OnQueue, Label: "room", Line: 98, Means: "the shelf is full: it is far enough ahead"},
		loaderLoad:  {Name: "load", On: coro.OnSleep, Label: "load", Line: 101, Means: "a video loads, for which there is room"},
		loaderDone:  {Name: "done", Role: statemachine.End, Means: "it was canceled"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "load"},
		{From: "load", To: "load", When: "there is room for another"},
		{From: "load", To: "room", When: "there is none"},
		{From: "load", To: "done", When: "thrown"},
		{From: "room", To: "load", When: "one was taken off"},
		{From: "room", To: "done", When: "thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "shelf", Type: "*shelf", Means: "where it puts them"},
		{Name: "loaded", Type: "int", Means: "how many were loaded"},
	},
}

// Resume implements [coro.Resumable].
func (m *loader) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case loaderStart:
	case loaderRoom:
		if thrown != nil {
			return m.end(thrown)
		}
	case loaderLoad:
		if thrown != nil {
			return m.end(thrown)
		}
		m.shelf.add(1)
		m.loaded++
	case loaderDone:
		return coro.Await{}, false
	}
	if m.shelf.full() {
		m.state = loaderRoom
		return coro.On(m.shelf.wait("room")), true
	}
	m.state = loaderLoad
	return coro.Sleep(feed(m.loaded).load).As("load"), true
}

func (m *loader) end(err error) (coro.Await, bool) {
	m.state, m.err = loaderDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *loader) Result() int { return m.loaded }

// Err implements [coro.Resumable].
func (m *loader) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *loader) Func() string { return loaderMachine.Func }

// Point implements [coro.Pointer].
func (m *loader) Point() coro.Point { return loaderMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *loader) Frame() []coro.Slot {
	return []coro.Slot{{Name: "shelf", Value: m.shelf.String()}, {Name: "loaded", Value: m.loaded}}
}
