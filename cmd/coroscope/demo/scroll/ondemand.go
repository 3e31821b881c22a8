package scroll

// This file defines onDemand: each video is loaded when it is needed.

import (
	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// onDemandIn returns a viewer who loads a video, watches it, loads the next,
// until watch of them were watched.
func onDemandIn(shape coro.Shape, watch int) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &onDemand{watch: watch}, loweredOnDemandBody(watch), onDemandBody(watch))
}

// onDemandBody returns how many videos were watched.
//
//coro:lower
func onDemandBody(watch int) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		for n := range watch {
			if err := coro.Wait(y, coro.Sleep(feed(n).load).As("load")); err != nil {
				return n, err
			}
			if err := coro.Wait(y, coro.Sleep(feed(n).play).As("play")); err != nil {
				return n, err
			}
		}
		return watch, nil
	}
}

// onDemand is onDemandBody as a machine.
type onDemand struct {
	state  onDemandState
	watch  int
	played int
	err    error
}

type onDemandState uint8

const (
	onDemandStart onDemandState = iota
	onDemandLoad
	onDemandPlay
	onDemandDone
)

var onDemandMachine = statemachine.Description{
	Name:  "ondemand",
	Func:  "scroll.onDemand",
	File:  statemachine.ThisFile(),
	Frame: "onDemand",
	States: []statemachine.State{
		onDemandStart: {Name: "start", Role: statemachine.Start, Means: "nothing is loaded"},
		onDemandLoad:  {Name: "load", On: coro.OnSleep, Label: "load", Line: 95, Means: "the next video loads, and nothing plays meanwhile"},
		onDemandPlay:  {Name: "play", On: coro.OnSleep, Label: "play", Line: 84, Means: "a video plays, and nothing loads meanwhile"},
		onDemandDone:  {Name: "done", Role: statemachine.End, Means: "somebody stopped scrolling"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "load"},
		{From: "load", To: "play"},
		{From: "load", To: "done", When: "thrown"},
		{From: "play", To: "load", When: "more are watched"},
		{From: "play", To: "done", When: "that was the last, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "watch", Type: "int", Means: "how many are watched"},
		{Name: "played", Type: "int", Means: "how many were watched to their end"},
	},
}

// Resume implements [coro.Resumable].
func (m *onDemand) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case onDemandStart:
	case onDemandLoad:
		if thrown != nil {
			return m.end(thrown)
		}
		m.state = onDemandPlay
		return coro.Sleep(feed(m.played).play).As("play"), true
	case onDemandPlay:
		if thrown != nil {
			return m.end(thrown)
		}
		m.played++
	case onDemandDone:
		return coro.Await{}, false
	}
	if m.played < m.watch {
		m.state = onDemandLoad
		return coro.Sleep(feed(m.played).load).As("load"), true
	}
	return m.end(nil)
}

func (m *onDemand) end(err error) (coro.Await, bool) {
	m.state, m.err = onDemandDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *onDemand) Result() int { return m.played }

// Err implements [coro.Resumable].
func (m *onDemand) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *onDemand) Func() string { return onDemandMachine.Func }

// Point implements [coro.Pointer].
func (m *onDemand) Point() coro.Point { return onDemandMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *onDemand) Frame() []coro.Slot {
	return []coro.Slot{{Name: "watch", Value: m.watch}, {Name: "played", Value: m.played}}
}
