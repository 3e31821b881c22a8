package blocking

// This file defines the streams, in every shape.

import (
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// streamIn returns a stream in the given shape.
func streamIn(shape coro.Shape, frame time.Duration, frames int) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &stream{frame: frame, frames: frames}, loweredStreamBody(frame, frames), streamBody(frame, frames))
}

// streamBody shows frames, each for as long as frame, and returns how many it
// has shown.
//
//coro:lower
func streamBody(frame time.Duration, frames int) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		for shown := range frames {
			if err := coro.Wait(y, coro.Sleep(frame).As("frame")); err != nil {
				return shown, err
			}
		}
		return frames, nil
	}
}

// stream is streamBody as a machine.
type stream struct {
	state  streamState
	frame  time.Duration
	frames int
	shown  int
	err    error
}

type streamState uint8

const (
	streamStart streamState = iota
	streamFrame
	streamDone
)

var streamMachine = statemachine.Description{
	Name:  "stream",
	Func:  "blocking.stream",
	File:  statemachine.ThisFile(),
	Frame: "stream",
	States: []statemachine.State{
		streamStart: {Name: "start", Role: statemachine.Start, Means: "nothing was shown yet"},
		streamFrame: {Name: "frame", On: coro.OnSleep, Label: "frame", Line: 91, Means: "a frame is shown"},
		streamDone:  {Name: "done", Role: statemachine.End, Means: "all were shown, or it was canceled"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "frame"},
		{From: "start", To: "done", When: "there are no frames"},
		{From: "frame", To: "frame", When: "there are more"},
		{From: "frame", To: "done", When: "that was the last, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "frame", Type: "time.Duration", Means: "for how long each is shown"},
		{Name: "frames", Type: "int", Means: "how many there are"},
		{Name: "shown", Type: "int", Means: "how many were shown"},
	},
}

// Resume implements [coro.Resumable].
func (m *stream) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case streamStart:
	case streamFrame:
		if thrown != nil {
			m.state, m.err = streamDone, thrown
			return coro.Await{}, false
		}
		m.shown++
	case streamDone:
		return coro.Await{}, false
	}
	if m.shown == m.frames {
		m.state = streamDone
		return coro.Await{}, false
	}
	m.state = streamFrame
	return coro.Sleep(m.frame).As("frame"), true
}

// Result implements [coro.Resumable].
func (m *stream) Result() int { return m.shown }

// Err implements [coro.Resumable].
func (m *stream) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *stream) Func() string { return streamMachine.Func }

// Point implements [coro.Pointer].
func (m *stream) Point() coro.Point { return streamMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *stream) Frame() []coro.Slot {
	return []coro.Slot{{Name: "frame", Value: m.frame}, {Name: "frames", Value: m.frames}, {Name: "shown", Value: m.shown}}
}
