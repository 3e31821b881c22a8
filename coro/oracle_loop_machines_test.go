package coro_test

// This file defines the loop scenarios' coroutines as state machines. The
// state is the number of the suspension point that the machine stands at; in
// state 0 it has not started.

import (
	"errors"
	"time"

	"coroscope/coro"
)

// sleeperMachine sleeps, and prints how that ended.
type sleeperMachine struct {
	ending
	s     *stage
	name  string
	d     time.Duration
	state int
}

func (m *sleeperMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch {
	case m.state == 0:
		m.state = 1
		return coro.Sleep(m.d), true
	case thrown != nil:
		m.s.log(m.name, "cancelled")
		m.err = thrown
	default:
		m.s.log(m.name, "woke")
	}
	return coro.Await{}, false
}

// callSoonMachine: state 1 after the first turn, 2 after the second.
type callSoonMachine struct {
	ending
	s     *stage
	state int
}

func (m *callSoonMachine) Resume(struct{}, error) (coro.Await, bool) {
	switch m.state {
	case 0:
		callSoons(m.s)
		m.s.log("iters", m.s.loop.Turns())
		m.state = 1
		return coro.NextTurn(), true
	case 1:
		m.s.log("after1", m.s.loop.Turns())
		m.state = 2
		return coro.NextTurn(), true
	default:
		m.s.log("after2", m.s.loop.Turns())
		return coro.Await{}, false
	}
}

type callLaterMachine struct {
	ending
	s     *stage
	state int
}

func (m *callLaterMachine) Resume(struct{}, error) (coro.Await, bool) {
	if m.state == 1 {
		return coro.Await{}, false
	}
	for i := range 8 {
		m.s.loop.CallAt(5*time.Second, m.s.call(i))
	}
	m.state = 1
	return coro.Sleep(6 * time.Second), true
}

type badCallbackMachine struct {
	ending
	s     *stage
	state int
}

func (m *badCallbackMachine) Resume(struct{}, error) (coro.Await, bool) {
	if m.state == 1 {
		return coro.Await{}, false
	}
	m.s.loop.CallSoon(badCallback)
	m.s.loop.CallSoon(m.s.call("next still runs"))
	m.state = 1
	return coro.NextTurn(), true
}

type doneCallbacksMachine struct {
	ending
	s     *stage
	f     *coro.Future[any]
	state int
}

func (m *doneCallbacksMachine) Resume(struct{}, error) (coro.Await, bool) {
	switch m.state {
	case 0:
		m.f = doneCallbacks(m.s)
		m.state = 1
		return coro.NextTurn(), true
	case 1:
		m.s.log("tick")
		m.f.AddDoneCallback(m.s.call("late"))
		m.s.log("added")
		m.state = 2
		return coro.NextTurn(), true
	default:
		return coro.Await{}, false
	}
}

type taskStartsMachine struct {
	ending
	s     *stage
	t     *coro.Task[any]
	state int
}

func (m *taskStartsMachine) Resume(struct{}, error) (coro.Await, bool) {
	switch m.state {
	case 0:
		m.t = m.s.create(m.s.sleeper("t", 0))
		m.s.log("created")
	case 1:
		m.s.log("1")
	case 2:
		m.s.log("2", m.t.Done())
	case 3:
		m.s.log("3", m.t.Done())
		return coro.Await{}, false
	}
	m.state++
	return coro.NextTurn(), true
}

// printMachine prints that it ran.
type printMachine struct {
	ending
	s *stage
}

func (m *printMachine) Resume(struct{}, error) (coro.Await, bool) {
	m.s.log("ran")
	return coro.Await{}, false
}

type cancelBeforeStartMachine struct {
	ending
	s     *stage
	t     *coro.Task[any]
	state int
}

func (m *cancelBeforeStartMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.state == 0 {
		m.t = cancelBeforeStart(m.s)
		m.state = 1
		return coro.On(m.t), true
	}
	if errors.Is(thrown, coro.ErrCanceled) {
		m.s.log("CE", m.t.Canceled())
	}
	m.s.log(m.t.Cancel())
	return coro.Await{}, false
}

type cancelDeliveredMachine struct {
	ending
	s     *stage
	t     *coro.Task[any]
	state int
}

func (m *cancelDeliveredMachine) Resume(struct{}, error) (coro.Await, bool) {
	switch m.state {
	case 0:
		m.t = m.s.create(m.s.sleeper("t", 10*time.Second))
		m.state = 1
		return coro.Sleep(time.Second), true
	case 1:
		m.t.Cancel()
		m.s.log("requested", m.t.Done())
		m.state = 2
		return coro.NextTurn(), true
	case 2:
		m.s.log("tick", m.t.Done())
		m.state = 3
		return coro.NextTurn(), true
	default:
		m.s.log("tick2", m.t.Done(), m.t.Canceled())
		return coro.Await{}, false
	}
}

// swallowMachine goes on after it was canceled: state 1 is the long sleep, 2
// the short one.
type swallowMachine struct {
	ending
	s     *stage
	state int
}

func (m *swallowMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case 0:
		m.state = 1
		return coro.Sleep(10 * time.Second), true
	case 1:
		if errors.Is(thrown, coro.ErrCanceled) {
			m.s.log("swallow")
		}
		m.state = 2
		return coro.Sleep(time.Second), true
	default:
		m.ret = "ok"
		return coro.Await{}, false
	}
}

type cancelSwallowedMachine struct {
	ending
	s     *stage
	t     *coro.Task[any]
	state int
}

func (m *cancelSwallowedMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case 0:
		m.t = m.s.create(swallower(m.s))
		m.state = 1
		return coro.Sleep(time.Second), true
	case 1:
		m.t.Cancel()
		m.state = 2
		return coro.On(m.t), true
	default:
		if m.err = thrown; thrown == nil {
			r, _ := m.t.Result()
			m.s.log(r, m.t.Canceled(), m.t.Canceling())
		}
		return coro.Await{}, false
	}
}

type selfCancelMachine struct {
	ending
	s *stage
}

func (m *selfCancelMachine) Resume(struct{}, error) (coro.Await, bool) {
	m.s.loop.Current().Cancel()
	m.ret = 42
	return coro.Await{}, false
}

type cancelSelfMachine struct {
	ending
	s     *stage
	t     *coro.Task[any]
	state int
}

func (m *cancelSelfMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.state == 0 {
		m.t = m.s.create(selfCanceler(m.s))
		m.state = 1
		return coro.On(m.t), true
	}
	if errors.Is(thrown, coro.ErrCanceled) {
		m.s.log("CE", m.t.Canceled())
		return coro.Await{}, false
	}
	r, _ := m.t.Result()
	m.s.log(r)
	m.err = thrown
	return coro.Await{}, false
}

// awaiterMachine ends as inner does.
type awaiterMachine struct {
	ending
	inner *coro.Task[any]
	state int
}

func (m *awaiterMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.state == 0 {
		m.state = 1
		return coro.On(m.inner), true
	}
	if m.err = thrown; thrown == nil {
		m.ret, m.err = m.inner.Result()
	}
	return coro.Await{}, false
}

type cancelPropagatesMachine struct {
	ending
	s        *stage
	inner, o *coro.Task[any]
	state    int
}

func (m *cancelPropagatesMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case 0:
		m.inner = m.s.create(m.s.sleeper("inner", 10*time.Second))
		m.o = m.s.create(awaiterOf(m.s, m.inner))
		m.state = 1
		return coro.Sleep(time.Second), true
	case 1:
		m.o.Cancel()
		m.state = 2
		return coro.On(m.o), true
	default:
		if errors.Is(thrown, coro.ErrCanceled) {
			m.s.log("o CE", m.inner.Canceled())
			return coro.Await{}, false
		}
		m.err = thrown
		return coro.Await{}, false
	}
}

type selfAwaitMachine struct {
	ending
	s     *stage
	state int
}

func (m *selfAwaitMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.state == 0 {
		m.state = 1
		return coro.On(m.s.loop.Current()), true
	}
	if thrown != nil {
		m.s.log("error", thrown)
	}
	return coro.Await{}, false
}

type awaitSelfMachine struct {
	ending
	s     *stage
	state int
}

func (m *awaitSelfMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.state == 0 {
		m.state = 1
		return coro.On(m.s.create(selfAwaiter(m.s))), true
	}
	m.err = thrown
	return coro.Await{}, false
}

// failMachine fails at once.
type failMachine struct {
	ending
	fail error
}

func (m *failMachine) Resume(struct{}, error) (coro.Await, bool) {
	m.err = m.fail
	return coro.Await{}, false
}

type twoTurnsMachine struct {
	ending
	s     *stage
	state int
}

func (m *twoTurnsMachine) Resume(struct{}, error) (coro.Await, bool) {
	switch m.state {
	case 0:
		m.s.create(failing(m.s))
	case 2:
		m.s.log("end")
		return coro.Await{}, false
	}
	m.state++
	return coro.NextTurn(), true
}

type pendingMachine struct {
	ending
	s     *stage
	state int
}

func (m *pendingMachine) Resume(struct{}, error) (coro.Await, bool) {
	if m.state == 0 {
		m.s.create(forever(m.s))
		m.state = 1
		return coro.NextTurn(), true
	}
	m.s.log("end")
	return coro.Await{}, false
}

// foreverMachine awaits what nobody sets.
type foreverMachine struct {
	ending
	s     *stage
	state int
}

func (m *foreverMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.state == 0 {
		m.state = 1
		return coro.On(coro.NewFuture[any](m.s.loop, "nobody's")), true
	}
	m.err = thrown
	return coro.Await{}, false
}

// depthMachine is machines within each other, n deep, none of which suspends.
type depthMachine struct {
	ending
	n int
}

func (m *depthMachine) Resume(struct{}, error) (coro.Await, bool) {
	if m.n == 0 {
		return coro.Await{}, false
	}
	inner := &depthMachine{n: m.n - 1}
	return inner.Resume(struct{}{}, nil)
}

type iterationsMachine struct {
	ending
	s     *stage
	i     uint64
	state int
}

func (m *iterationsMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	l := m.s.loop
	m.state++
	switch m.state {
	case 1:
		m.i = l.Turns()
		(&depthMachine{n: 50}).Resume(struct{}{}, nil)
		m.s.log("nested awaits cost", l.Turns()-m.i)
		m.i = l.Turns()
		return coro.On(m.s.create(&depthMachine{})), true
	case 2:
		m.s.log("create_task+await cost", l.Turns()-m.i)
		m.i = l.Turns()
		return coro.On(coro.Gather[any](l, m.s.create(&depthMachine{}), m.s.create(&depthMachine{}))), true
	case 3:
		m.s.log("gather cost", l.Turns()-m.i)
		m.i = l.Turns()
		g := coro.EnterGroup(l, "g")
		coro.SpawnIn(g, machine(&depthMachine{}))
		if ended, _ := g.TryEnd(nil); !ended {
			return g.Ending(), true
		}
	}
	m.s.log("taskgroup cost", l.Turns()-m.i)
	m.i = l.Turns()
	timeout := coro.EnterTimeout(l, 5*time.Second)
	(&depthMachine{}).Resume(struct{}{}, nil)
	m.err = timeout.Exit(nil)
	m.s.log("wait_for cost", l.Turns()-m.i)
	return coro.Await{}, false
}
