package scroll

// This file defines viewer: the one of two coroutines that plays videos, while
// the other, its loader, loads ahead.

import (
	"errors"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// viewerIn returns a viewer who makes a loader in the same shape, and watches
// what it puts on the shelf.
func viewerIn(shape coro.Shape, s *shelf, watch int) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &viewer{shape: shape, shelf: s, watch: watch}, loweredViewerBody(shape, s, watch), viewerBody(shape, s, watch))
}

// startLoader makes the task of a loader.
func startLoader(shape coro.Shape, s *shelf) *coro.Task[int] {
	return coro.Spawn(s.loop, loaderIn(shape, s), coro.Named(loaderName), coro.InFunc(loaderMachine.Func))
}

// viewerBody returns how many videos were watched. However it ends, its loader
// has ended before: it is canceled, and waited for. Only where the loop closes
// it is left to that.
//
//coro:lower
func viewerBody(shape coro.Shape, s *shelf, watch int) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		loader := startLoader(shape, s)
		played, err := play(y, s, watch)
		if errors.Is(err, coro.ErrClosed) {
			return played, err
		}
		loader.Cancel()
		if _, ended := loader.Await(y); errors.Is(ended, coro.ErrClosed) {
			return played, ended
		}
		return played, err
	}
}

// play plays videos from the shelf, and returns how many.
func play(y *coro.Async, s *shelf, watch int) (int, error) {
	for n := range watch {
		for s.empty() {
			if err := coro.Wait(y, coro.On(s.wait("video"))); err != nil {
				return n, err
			}
		}
		s.add(-1)
		if err := coro.Wait(y, coro.Sleep(feed(n).play).As("play")); err != nil {
			return n, err
		}
	}
	return watch, nil
}

// viewer is viewerBody as a machine.
type viewer struct {
	state  viewerState
	shape  coro.Shape
	shelf  *shelf
	watch  int
	loader *coro.Task[int]
	played int
	failed error
	err    error
}

type viewerState uint8

const (
	viewerStart viewerState = iota
	viewerVideo
	viewerPlay
	viewerStop
	viewerDone
)

var viewerMachine = statemachine.Description{
	Name:  "viewer",
	Func:  "scroll.viewer",
	File:  statemachine.ThisFile(),
	Frame: "viewer",
	States: []statemachine.State{
		viewerStart: {Name: "start", Role: statemachine.Start, Means: "there is no loader yet"},
		viewerVideo: {Name: "video", On: coro.OnQueue, Label: "video", Line: 140, Means: "the shelf is empty: nothing plays"},
		viewerPlay:  {Name: "play", On: coro.OnSleep, Label: "play", Line: 144, Means: "a video plays, and the loader goes on meanwhile"},
		viewerStop:  {Name: "stop", On: coro.OnTask, Label: "loader", Line: 155, Means: "the loader was canceled and has not ended yet"},
		viewerDone:  {Name: "done", Role: statemachine.End, Means: "somebody stopped scrolling, or the loop was closed"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "video"},
		{From: "video", To: "play", When: "one was put there"},
		{From: "video", To: "stop", When: "thrown"},
		{From: "video", To: "done", When: "closed"},
		{From: "play", To: "play", When: "the next stands there"},
		{From: "play", To: "video", When: "the next is not there yet"},
		{From: "play", To: "stop", When: "that was the last, or thrown"},
		{From: "play", To: "done", When: "closed, or the loader has ended"},
		{From: "stop", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "shelf", Type: "*shelf", Means: "what the loader has loaded"},
		{Name: "watch", Type: "int", Means: "how many are watched"},
		{Name: "loader", Type: "*coro.Task[int]", Means: "the task that loads"},
		{Name: "played", Type: "int", Means: "how many were watched to their end"},
		{Name: "failed", Type: "error", Means: "what it will end with when the loader has"},
	},
}

// Resume implements [coro.Resumable].
func (m *viewer) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case viewerStart:
		m.loader = startLoader(m.shape, m.shelf)
	case viewerVideo:
		if thrown != nil {
			return m.stop(thrown)
		}
	case viewerPlay:
		if thrown != nil {
			return m.stop(thrown)
		}
		m.played++
	case viewerStop: // the loader has ended, with whatever it was
		if errors.Is(thrown, coro.ErrClosed) {
			return m.end(thrown)
		}
		return m.end(m.failed)
	case viewerDone:
		return coro.Await{}, false
	}
	if m.played < m.watch {
		if m.shelf.empty() {
			m.state = viewerVideo
			return coro.On(m.shelf.wait("video")), true
		}
		m.shelf.add(-1)
		m.state = viewerPlay
		return coro.Sleep(feed(m.played).play).As("play"), true
	}
	return m.stop(nil)
}

// stop cancels the loader, and suspends until it has ended.
func (m *viewer) stop(err error) (coro.Await, bool) {
	if errors.Is(err, coro.ErrClosed) || !m.loader.Cancel() {
		return m.end(err) // the loop closes, or the loader has ended already
	}
	m.state, m.failed = viewerStop, err
	return coro.On(m.loader).As("loader"), true
}

func (m *viewer) end(err error) (coro.Await, bool) {
	m.state, m.err = viewerDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *viewer) Result() int { return m.played }

// Err implements [coro.Resumable].
func (m *viewer) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *viewer) Func() string { return viewerMachine.Func }

// Point implements [coro.Pointer].
func (m *viewer) Point() coro.Point { return viewerMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *viewer) Frame() []coro.Slot {
	return []coro.Slot{
		{Name: "shelf", Value: m.shelf.String()},
		{Name: "watch", Value: m.watch},
		{Name: "loader", Value: demo.TaskName(m.loader)},
		{Name: "played", Value: m.played},
		{Name: "failed", Value: m.failed},
	}
}
