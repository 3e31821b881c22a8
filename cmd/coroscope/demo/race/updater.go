package race

// This file defines the coroutines that update R, in every shape.

import (
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
	cotrace "coroscope/trace"
)

// updates are what one updater does.
type updates struct {
	stage *demo.Stage
	r     *resource
	who   string
	times int
	await time.Duration // if not 0, is awaited in the middle of an update instead of working
}

// updaterIn returns an updater in the given shape. It returns how many updates
// it made.
func updaterIn(shape coro.Shape, u updates) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &updater{updates: u}, loweredUpdaterBody(u), updaterBody(u))
}

//coro:lower
func updaterBody(u updates) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		ctx := cotrace.Context(u.stage.Loop)
		for made := range u.times {
			if u.await == 0 {
				u.r.update(ctx, u.who, u.stage.Work)
			} else {
				v := u.r.read(ctx, u.who)
				if err := coro.Wait(y, coro.Sleep(u.await).As("midway")); err != nil {
					return made, err
				}
				u.r.write(ctx, u.who, v+1)
			}
			if err := coro.Wait(y, coro.NextTurn().As("others")); err != nil {
				return made + 1, err
			}
		}
		return u.times, nil
	}
}

// updater is updaterBody as a machine.
type updater struct {
	updates
	state updaterState
	made  int
	v     int64
	err   error
}

type updaterState uint8

const (
	updaterStart updaterState = iota
	updaterMidway
	updaterOthers
	updaterDone
)

var updaterMachine = statemachine.Description{
	Name:  "updater",
	Func:  "race.updater",
	File:  statemachine.ThisFile(),
	Frame: "updater",
	States: []statemachine.State{
		updaterStart:  {Name: "start", Role: statemachine.Start, Means: "has not begun"},
		updaterMidway: {Name: "midway", On: coro.OnSleep, Label: "midway", Line: 118, Means: "R was read, and not yet written"},
		updaterOthers: {Name: "others", On: coro.OnTurn, Label: "others", Line: 128, Means: "between two updates"},
		updaterDone:   {Name: "done", Role: statemachine.End, Means: "all updates were made, or it was canceled"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "midway", When: "there is something to await midway"},
		{From: "start", To: "others", When: "there is not"},
		{From: "start", To: "done", When: "there are no updates to make"},
		{From: "midway", To: "others", When: "R was written"},
		{From: "midway", To: "done", When: "thrown"},
		{From: "others", To: "midway", When: "another update, with something to await midway"},
		{From: "others", To: "others", When: "another update, without"},
		{From: "others", To: "done", When: "that was the last, or thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "made", Type: "int", Means: "how many updates were made"},
		{Name: "v", Type: "int64", Means: "what R was when it was read"},
	},
}

// Resume implements [coro.Resumable].
func (m *updater) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case updaterMidway:
		if thrown != nil {
			return m.end(thrown)
		}
		m.r.write(cotrace.Context(m.stage.Loop), m.who, m.v+1)
		return m.others()
	case updaterOthers:
		if thrown != nil {
			return m.end(thrown)
		}
	case updaterDone:
		return coro.Await{}, false
	}
	switch {
	case m.made == m.times:
		return m.end(nil)
	case m.await != 0:
		m.v = m.r.read(cotrace.Context(m.stage.Loop), m.who)
		m.state = updaterMidway
		return coro.Sleep(m.await).As("midway"), true
	}
	m.r.update(cotrace.Context(m.stage.Loop), m.who, m.stage.Work)
	return m.others()
}

// others has the others run after an update.
func (m *updater) others() (coro.Await, bool) {
	m.made++
	m.state = updaterOthers
	return coro.NextTurn().As("others"), true
}

func (m *updater) end(err error) (coro.Await, bool) {
	m.state, m.err = updaterDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *updater) Result() int { return m.made }

// Err implements [coro.Resumable].
func (m *updater) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *updater) Func() string { return updaterMachine.Func }

// Point implements [coro.Pointer].
func (m *updater) Point() coro.Point { return updaterMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *updater) Frame() []coro.Slot {
	return []coro.Slot{{Name: "made", Value: m.made}, {Name: "v", Value: m.v}}
}
