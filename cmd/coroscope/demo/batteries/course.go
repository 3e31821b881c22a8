package batteries

// This file defines course: several dishes that are gathered under a timeout.

import (
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// courseIn returns a task that awaits all that start begins, and returns how
// many dishes there are. After limit those that are not done are canceled, and it
// ends with a [coro.TimeoutError].
func courseIn(shape coro.Shape, l *coro.Loop, limit time.Duration, start func() []coro.Result[int]) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &course{loop: l, limit: limit, start: start}, loweredCourseBody(l, limit, start), courseBody(l, limit, start))
}

//coro:lower
func courseBody(l *coro.Loop, limit time.Duration, start func() []coro.Result[int]) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (n int, err error) {
		err = coro.WithTimeout(y, limit, func(*coro.Timeout) error {
			dishes, err := coro.Gather(l, start()...).Await(y)
			n = len(dishes)
			return err
		})
		return n, err
	}
}

// course is courseBody as a machine.
type course struct {
	state   courseState
	loop    *coro.Loop
	start   func() []coro.Result[int]
	limit   time.Duration
	timeout *coro.Timeout
	dishes  *coro.Future[[]int]
	n       int
	err     error
}

type courseState uint8

const (
	courseStart courseState = iota
	courseDishes
	courseDone
)

var courseMachine = statemachine.Description{
	Name:  "course",
	Func:  "batteries.course",
	File:  statemachine.ThisFile(),
	Frame: "course",
	States: []statemachine.State{
		courseStart:  {Name: "start", Role: statemachine.Start, Means: "nothing is on the fire"},
		courseDishes: {Name: "dishes", On: coro.OnGroup, Line: 80, Means: "not all dishes are done, and the timeout is set"},
		courseDone:   {Name: "done", Role: statemachine.End, Means: "all dishes are done, or too late"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "dishes"},
		{From: "start", To: "done", When: "there are no dishes"},
		{From: "dishes", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "limit", Type: "time.Duration", Means: "how long guests wait"},
		{Name: "n", Type: "int", Means: "the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *course) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case courseStart:
		m.timeout = coro.EnterTimeout(m.loop, m.limit)
		if m.dishes = coro.Gather(m.loop, m.start()...); !m.dishes.Done() {
			m.state = courseDishes
			return coro.On(m.dishes), true
		}
		m.finish(nil)
	case courseDishes:
		m.finish(thrown)
	case courseDone:
	}
	return coro.Await{}, false
}

// finish notes what the dishes have come to, unless err was thrown meanwhile.
func (m *course) finish(err error) {
	m.state = courseDone
	if err == nil {
		var dishes []int
		dishes, err = m.dishes.Result()
		m.n = len(dishes)
	}
	m.err = m.timeout.Exit(err)
}

// Result implements [coro.Resumable].
func (m *course) Result() int { return m.n }

// Err implements [coro.Resumable].
func (m *course) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *course) Func() string { return courseMachine.Func }

// Point implements [coro.Pointer].
func (m *course) Point() coro.Point { return courseMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *course) Frame() []coro.Slot {
	return []coro.Slot{{Name: "limit", Value: m.limit}, {Name: "n", Value: m.n}}
}
