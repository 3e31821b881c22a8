package scroll

// This file defines upFront: all videos of a page are loaded, and then played.

import (
	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// upFrontIn returns a viewer who loads page videos and then watches the first
// of them: watch, at most page.
func upFrontIn(shape coro.Shape, page, watch int) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &upFront{page: page, watch: watch}, loweredUpFrontBody(page, watch), upFrontBody(page, watch))
}

// upFrontBody returns how many videos were watched.
//
//coro:lower
func upFrontBody(page, watch int) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		for n := range page {
			if err := coro.Wait(y, coro.Sleep(feed(n).load).As("load")); err != nil {
				return 0, err
			}
		}
		for n := range watch {
			if err := coro.Wait(y, coro.Sleep(feed(n).play).As("play")); err != nil {
				return n, err
			}
		}
		return watch, nil
	}
}

// upFront is upFrontBody as a machine.
type upFront struct {
	state  upFrontState
	page   int
	watch  int
	loaded int
	played int
	err    error
}

type upFrontState uint8

const (
	upFrontStart upFrontState = iota
	upFrontLoad
	upFrontPlay
	upFrontDone
)

var upFrontMachine = statemachine.Description{
	Name:  "upfront",
	Func:  "scroll.upFront",
	File:  statemachine.ThisFile(),
	Frame: "upFront",
	States: []statemachine.State{
		upFrontStart: {Name: "start", Role: statemachine.Start, Means: "nothing is loaded"},
		upFrontLoad:  {Name: "load", On: coro.OnSleep, Label: "load", Line: 101, Means: "a video loads, and nothing plays yet"},
		upFrontPlay:  {Name: "play", On: coro.OnSleep, Label: "play", Line: 105, Means: "the page is loaded; a video plays"},
		upFrontDone:  {Name: "done", Role: statemachine.End, Means: "somebody stopped scrolling"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "load"},
		{From: "load", To: "load", When: "the page has more"},
		{From: "load", To: "play", When: "that was the page"},
		{From: "load", To: "done", When: "thrown"},
		{From: "play", To: "play", When: "more are watched"},
		{From: "play", To: "done", When: "that was the last, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "page", Type: "int", Means: "how many are loaded up front"},
		{Name: "watch", Type: "int", Means: "how many are watched"},
		{Name: "loaded", Type: "int", Means: "how many were loaded"},
		{Name: "played", Type: "int", Means: "how many were watched to their end"},
	},
}

// Resume implements [coro.Resumable].
func (m *upFront) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case upFrontStart:
	case upFrontLoad:
		if thrown != nil {
			return m.end(thrown)
		}
		m.loaded++
	case upFrontPlay:
		if thrown != nil {
			return m.end(thrown)
		}
		m.played++
	case upFrontDone:
		return coro.Await{}, false
	}
	if m.loaded < m.page {
		m.state = upFrontLoad
		return coro.Sleep(feed(m.loaded).load).As("load"), true
	}
	if m.played < m.watch {
		m.state = upFrontPlay
		return coro.Sleep(feed(m.played).play).As("play"), true
	}
	return m.end(nil)
}

func (m *upFront) end(err error) (coro.Await, bool) {
	m.state, m.err = upFrontDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *upFront) Result() int { return m.played }

// Err implements [coro.Resumable].
func (m *upFront) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *upFront) Func() string { return upFrontMachine.Func }

// Point implements [coro.Pointer].
func (m *upFront) Point() coro.Point { return upFrontMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *upFront) Frame() []coro.Slot {
	return []coro.Slot{{Name: "page", Value: m.page}, {Name: "watch", Value: m.watch}, {Name: "loaded", Value: m.loaded}, {Name: "played", Value: m.played}}
}
