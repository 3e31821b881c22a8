package specimen

// This file defines bartender: one task that makes a task of each guest and
// waits for them all.

import (
	"errors"
	"time"

	"coroscope/coro"
	"coroscope/statemachine"
)

// bartenderBody serves all guests of the bar at once and returns how many were
// served. An error, a guest's or one thrown in, closes the bar: the other
// guests are sent away, and waited for, and the first error is returned.
//
//coro:lower
func bartenderBody(b *bar) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (served int, first error) {
		guests := b.admit()
		closeBar := func(err error) {
			if first == nil {
				first = err
				sendAway(guests)
			}
		}
		for _, g := range guests {
			for !g.Done() {
				err := coro.Wait(y, coro.On(g).As("guest"))
				if errors.Is(err, coro.ErrClosed) {
					return served, err // the loop closes; the guests are told by it
				}
				if err != nil {
					closeBar(err)
				}
			}
			if _, err := g.Result(); err != nil {
				closeBar(err)
			} else {
				served++
			}
		}
		return served, first
	}
}

// sendAway cancels those who are still there.
func sendAway(guests []*coro.Task[time.Duration]) {
	for _, g := range guests {
		g.Cancel()
	}
}

// bartender is bartenderBody as a machine.
type bartender struct {
	state  bartenderState
	bar    *bar
	guests []*coro.Task[time.Duration]
	next   int
	served int
	err    error
}

type bartenderState uint8

const (
	bartenderStart bartenderState = iota
	bartenderGuest
	bartenderDone
)

var bartenderMachine = statemachine.Description{
	Name:  "bartender",
	Func:  "specimen.bartender",
	File:  statemachine.ThisFile(),
	Frame: "bartender",
	States: []statemachine.State{
		bartenderStart: {Name: "start", Role: statemachine.Start, Means: "the bar is not open yet"},
		bartenderGuest: {Name: "guest", On: coro.OnTask, Label: "guest", Line: 117, Means: "all guests are in; the next one of the row is waited for"},
		bartenderDone:  {Name: "done", Role: statemachine.End, Means: "all guests have left, or the loop was closed"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "guest"},
		{From: "start", To: "done", When: "there are no guests"},
		{From: "guest", To: "guest", When: "another is still there"},
		{From: "guest", To: "done", When: "that was the last, or closed"},
	},
	Slots: []statemachine.Slot{
		{Name: "guests", Type: "[]*coro.Task[time.Duration]", Means: "the task of each"},
		{Name: "next", Type: "int", Means: "the index of the one that is waited for"},
		{Name: "served", Type: "int", Means: "how many were served"},
	},
}

func newBartender(b *bar) *bartender { return &bartender{bar: b} }

// Resume implements [coro.Resumable].
func (m *bartender) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case bartenderStart:
		m.guests = m.bar.admit()
	case bartenderGuest: // the guest has left, or was to be canceled with us
		if errors.Is(thrown, coro.ErrClosed) {
			return m.end(thrown) // the loop closes; the guests are told by it
		}
		if thrown != nil {
			m.closeBar(thrown)
		}
	case bartenderDone:
		return coro.Await{}, false
	}
	for ; m.next < len(m.guests); m.next++ {
		g := m.guests[m.next]
		if !g.Done() {
			m.state = bartenderGuest
			return coro.On(g).As("guest"), true
		}
		if _, err := g.Result(); err != nil {
			m.closeBar(err)
		} else {
			m.served++
		}
	}
	return m.end(m.err)
}

func (m *bartender) closeBar(err error) {
	if m.err == nil {
		m.err = err
		sendAway(m.guests)
	}
}

func (m *bartender) end(err error) (coro.Await, bool) {
	m.state, m.err = bartenderDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *bartender) Result() int { return m.served }

// Err implements [coro.Resumable].
func (m *bartender) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *bartender) Func() string { return bartenderMachine.Func }

// Point implements [coro.Pointer].
func (m *bartender) Point() coro.Point { return bartenderMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *bartender) Frame() []coro.Slot {
	return []coro.Slot{{Name: "guests", Value: m.guests}, {Name: "next", Value: m.next}, {Name: "served", Value: m.served}}
}
