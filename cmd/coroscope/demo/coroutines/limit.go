package coroutines

// This file defines limit: another task is awaited, but not for longer than
// some time.

import (
	"errors"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// errTimeout is why a task is canceled that took too long.
var errTimeout = errors.New("timeout")

// limitIn returns a task that makes the one that start returns, and awaits it.
// After d the other is canceled: the timer does that, not limit, which is
// suspended all the while and goes on when the other has ended. That there was
// no time is not an error of limit, whose result is 0 then; other errors are.
func limitIn(shape coro.Shape, l *coro.Loop, d time.Duration, start func() *coro.Task[int]) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &limit{loop: l, limit: d, start: start}, loweredLimitBody(l, d, start), limitBody(l, d, start))
}

//coro:lower
func limitBody(l *coro.Loop, d time.Duration, start func() *coro.Task[int]) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		other := start()
		timer := l.CallLater(d, func() { other.CancelCause(errTimeout) })
		defer timer.Cancel()
		n, err := other.Await(y)
		if errors.Is(err, errTimeout) {
			return 0, nil
		}
		return n, err
	}
}

// limit is limitBody as a machine.
type limit struct {
	state limitState
	loop  *coro.Loop
	start func() *coro.Task[int]
	limit time.Duration
	other *coro.Task[int]
	timer *coro.Handle
	n     int
	err   error
}

type limitState uint8

const (
	limitStart limitState = iota
	limitOther
	limitDone
)

var limitMachine = statemachine.Description{
	Name:  "limit",
	Func:  "coroutines.limit",
	File:  statemachine.ThisFile(),
	Frame: "limit",
	States: []statemachine.State{
		limitStart: {Name: "start", Role: statemachine.Start, Means: "there is no other task yet"},
		limitOther: {Name: "other", On: coro.OnTask, Line: 89, Means: "the other task goes on, and the timer is set. Deferred: to take it back"},
		limitDone:  {Name: "done", Role: statemachine.End, Means: "the other task has ended, in time or canceled"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "other"},
		{From: "other", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "limit", Type: "time.Duration", Means: "how long it may take"},
		{Name: "other", Type: "*coro.Task[int]", Means: "the task that is awaited"},
		{Name: "timer", Type: "*coro.Handle", Means: "what will cancel it"},
		{Name: "n", Type: "int", Means: "the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *limit) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case limitStart:
		m.other = m.start()
		m.timer = m.loop.CallLater(m.limit, func() { m.other.CancelCause(errTimeout) })
		m.state = limitOther
		return coro.On(m.other), true
	case limitOther: // the other has ended
		m.timer.Cancel()
		m.state = limitDone
		switch {
		case errors.Is(thrown, errTimeout):
		case thrown != nil:
			m.err = thrown
		default:
			m.n, m.err = m.other.Result()
		}
	case limitDone:
	}
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *limit) Result() int { return m.n }

// Err implements [coro.Resumable].
func (m *limit) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *limit) Func() string { return limitMachine.Func }

// Point implements [coro.Pointer].
func (m *limit) Point() coro.Point { return limitMachine.Point(int(m.state)) }

// timed says what the timer is, of which there is nothing else to show.
func (m *limit) timed() string {
	switch {
	case m.timer == nil:
		return "none"
	case m.timer.Canceled():
		return "taken back"
	}
	return "set"
}

// Frame implements [coro.Framer].
func (m *limit) Frame() []coro.Slot {
	return []coro.Slot{{Name: "limit", Value: m.limit}, {Name: "other", Value: demo.TaskName(m.other)}, {Name: "timer", Value: m.timed()}, {Name: "n", Value: m.n}}
}
