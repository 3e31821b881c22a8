package batteries

// This file defines cook: one of several who share a queue of orders, stoves and
// a knife.

import (
	"errors"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// cookIn returns a task that waits for the doors to open, and then makes what is
// ordered until there are no more orders. It returns how many dishes it made.
func cookIn(k *kitchen, name string) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(k.Shape, &cook{kitchen: k, name: name}, loweredCookBody(k, name), cookBody(k, name))
}

//coro:lower
func cookBody(k *kitchen, name string) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (made int, err error) {
		if err := k.doors.Wait(y); err != nil {
			return 0, err
		}
		for {
			o, err := k.orders.Get(y)
			if errors.Is(err, coro.ErrQueueShutDown) {
				return made, nil
			}
			if err != nil {
				return made, err
			}
			if err := prepare(y, k, o); err != nil {
				return made, err
			}
			k.served(name, o)
			made++
		}
	}
}

// prepare chops and fries. What it needs for that it gives back in any case.
func prepare(y *coro.Async, k *kitchen, o order) error {
	if err := k.knife.Acquire(y); err != nil {
		return err
	}
	err := coro.Wait(y, coro.Sleep(o.chop).As("chop"))
	k.knife.Release()
	if err != nil {
		return err
	}
	if err := k.stoves.Acquire(y); err != nil {
		return err
	}
	defer k.stoves.Release()
	return coro.Wait(y, coro.Sleep(o.fry).As("fry"))
}

// served notes that an order is done.
func (k *kitchen) served(cook string, o order) {
	k.Say("%-12s  serves the %s", cook, o)
	k.orders.TaskDone()
}

// cook is cookBody as a machine.
type cook struct {
	state   cookState
	kitchen *kitchen
	name    string
	order   order
	made    int
	err     error
}

type cookState uint8

const (
	cookStart cookState = iota
	cookDoors
	cookOrder
	cookKnife
	cookChop
	cookStove
	cookFry
	cookDone
)

var cookMachine = statemachine.Description{
	Name:  "cook",
	Func:  "batteries.cook",
	File:  statemachine.ThisFile(),
	Frame: "cook",
	States: []statemachine.State{
		cookStart: {Name: "start", Role: statemachine.Start, Means: "has not looked at the doors"},
		cookDoors: {Name: "doors", On: coro.OnEvent, Line: 138, Means: "the doors are closed"},
		cookOrder: {Name: "order", On: coro.OnQueue, Line: 188, Means: "there is no order"},
		cookKnife: {Name: "knife", On: coro.OnLock, Line: 199, Means: "there is an order; somebody else has the knife"},
		cookChop:  {Name: "chop", On: coro.OnSleep, Label: "chop", Line: 204, Means: "has the knife"},
		cookStove: {Name: "stove", On: coro.OnSemaphore, Line: 217, Means: "everything is chopped; no stove is free"},
		cookFry:   {Name: "fry", On: coro.OnSleep, Label: "fry", Line: 217, Means: "has a stove"},
		cookDone:  {Name: "done", Role: statemachine.End, Means: "there will be no orders, or it was thrown an error"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "doors"},
		{From: "doors", To: "order", When: "somebody else took the order"},
		{From: "doors", To: "chop", When: "there is an order, and the knife is free"},
		{From: "doors", To: "knife", When: "there is an order"},
		{From: "doors", To: "done", When: "thrown"},
		{From: "order", To: "chop", When: "the knife is free"},
		{From: "order", To: "knife"},
		{From: "order", To: "done", When: "the last was taken, or thrown"},
		{From: "knife", To: "chop"},
		{From: "knife", To: "done", When: "thrown"},
		{From: "chop", To: "fry", When: "a stove is free"},
		{From: "chop", To: "stove"},
		{From: "chop", To: "done", When: "thrown"},
		{From: "stove", To: "fry"},
		{From: "stove", To: "done", When: "thrown"},
		{From: "fry", To: "order", When: "there is no other order"},
		{From: "fry", To: "chop", When: "there is one, and the knife is free"},
		{From: "fry", To: "knife", When: "there is one"},
		{From: "fry", To: "done", When: "thrown"},
	},
	Slots: []statemachine.Slot{
		{Name: "order", Type: "order", Means: "what is being made"},
		{Name: "made", Type: "int", Means: "the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *cook) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	k := m.kitchen
	switch m.state {
	case cookStart:
		if !k.doors.IsSet() {
			m.state = cookDoors
			return k.doors.Waiting(), true
		}
	case cookDoors:
		if thrown != nil {
			return m.end(thrown)
		}
	case cookOrder:
		if errors.Is(thrown, coro.ErrQueueShutDown) {
			return m.end(nil)
		}
		if thrown != nil {
			return m.end(thrown)
		}
	case cookKnife:
		if thrown != nil {
			return m.end(thrown)
		}
		return m.chop()
	case cookChop:
		k.knife.Release()
		if thrown != nil {
			return m.end(thrown)
		}
		return m.stove()
	case cookStove:
		if thrown != nil {
			return m.end(thrown)
		}
		return m.fry()
	case cookFry:
		k.stoves.Release()
		if thrown != nil {
			return m.end(thrown)
		}
		k.served(m.name, m.order)
		m.made++
	case cookDone:
		return coro.Await{}, false
	}
	return m.next()
}

// next takes an order, if there is one.
func (m *cook) next() (coro.Await, bool) {
	k := m.kitchen
	o, err := k.orders.TryGet()
	switch err {
	case nil:
	case coro.ErrQueueEmpty:
		m.state = cookOrder
		return k.orders.Getting(), true
	case coro.ErrQueueShutDown:
		return m.end(nil)
	default:
		return m.end(err)
	}
	m.order = o
	if k.knife.TryAcquire() {
		return m.chop()
	}
	m.state = cookKnife
	return k.knife.Acquiring(), true
}

func (m *cook) chop() (coro.Await, bool) {
	m.state = cookChop
	return coro.Sleep(m.order.chop).As("chop"), true
}

func (m *cook) stove() (coro.Await, bool) {
	if !m.kitchen.stoves.TryAcquire() {
		m.state = cookStove
		return m.kitchen.stoves.Acquiring(), true
	}
	return m.fry()
}

func (m *cook) fry() (coro.Await, bool) {
	m.state = cookFry
	return coro.Sleep(m.order.fry).As("fry"), true
}

func (m *cook) end(err error) (coro.Await, bool) {
	m.state, m.err = cookDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *cook) Result() int { return m.made }

// Err implements [coro.Resumable].
func (m *cook) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *cook) Func() string { return cookMachine.Func }

// Point implements [coro.Pointer].
func (m *cook) Point() coro.Point { return cookMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *cook) Frame() []coro.Slot {
	return []coro.Slot{{Name: "order", Value: m.order.String()}, {Name: "made", Value: m.made}}
}
