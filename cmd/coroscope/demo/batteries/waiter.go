package batteries

// This file defines waiter: it opens the doors and brings the orders.

import (
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

// untilOpen is how long the cooks wait for the doors to open.
const untilOpen = 20 * time.Millisecond

// waiterIn returns a task that opens the doors, puts the orders on the counter,
// waits until everything is served, and says that there will be no more. It
// returns how many orders there were.
func waiterIn(k *kitchen, orders []order) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(k.Shape, &waiter{kitchen: k, orders: orders}, loweredWaiterBody(k, orders), waiterBody(k, orders))
}

//coro:lower
func waiterBody(k *kitchen, orders []order) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		if err := coro.Wait(y, coro.Sleep(untilOpen).As("open")); err != nil {
			return 0, err
		}
		k.doors.Set()
		for i, o := range orders {
			if err := k.orders.Put(y, o); err != nil {
				return i, err
			}
		}
		if err := k.orders.Join(y); err != nil {
			return len(orders), err
		}
		k.orders.Shutdown()
		return len(orders), nil
	}
}

// waiter is waiterBody as a machine.
type waiter struct {
	state   waiterState
	kitchen *kitchen
	orders  []order
	brought int
	err     error
}

type waiterState uint8

const (
	waiterStart waiterState = iota
	waiterOpen
	waiterRoom
	waiterServed
	waiterDone
)

var waiterMachine = statemachine.Description{
	Name:  "waiter",
	Func:  "batteries.waiter",
	File:  statemachine.ThisFile(),
	Frame: "waiter",
	States: []statemachine.State{
		waiterStart:  {Name: "start", Role: statemachine.Start, Means: "the doors are closed"},
		waiterOpen:   {Name: "open", On: coro.OnSleep, Label: "open", Line: 96, Means: "it is not time to open"},
		waiterRoom:   {Name: "room", On: coro.OnQueue, Line: 120, Means: "there is no room on the counter"},
		waiterServed: {Name: "served", On: coro.OnQueue, Line: 127, Means: "all orders were brought, and not all are served"},
		waiterDone:   {Name: "done", Role: statemachine.End, Means: "all are served, or it was thrown an error"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "open"},
		{From: "open", To: "room", When: "there are more orders than room"},
		{From: "open", To: "served"},
		{From: "open", To: "done", When: "nothing was ordered, or thrown"},
		{From: "room", To: "room", When: "there is no room for another"},
		{From: "room", To: "served", When: "that was the last"},
		{From: "room", To: "done", When: "thrown"},
		{From: "served", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "orders", Type: "[]order", Means: "what is ordered"},
		{Name: "brought", Type: "int", Means: "how many of them were brought, the result"},
	},
}

// Resume implements [coro.Resumable].
func (m *waiter) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	k := m.kitchen
	switch m.state {
	case waiterStart:
		m.state = waiterOpen
		return coro.Sleep(untilOpen).As("open"), true
	case waiterOpen:
		if thrown != nil {
			return m.end(thrown)
		}
		k.doors.Set()
	case waiterRoom:
		if thrown != nil {
			return m.end(thrown)
		}
	case waiterServed:
		if thrown != nil {
			return m.end(thrown)
		}
		k.orders.Shutdown()
		return m.end(nil)
	case waiterDone:
		return coro.Await{}, false
	}
	for ; m.brought < len(m.orders); m.brought++ {
		switch err := k.orders.TryPut(m.orders[m.brought]); err {
		case nil:
		case coro.ErrQueueFull:
			m.state = waiterRoom
			return k.orders.Putting(), true
		default:
			return m.end(err)
		}
	}
	if k.orders.Unfinished() > 0 {
		m.state = waiterServed
		return k.orders.Joining(), true
	}
	k.orders.Shutdown()
	return m.end(nil)
}

func (m *waiter) end(err error) (coro.Await, bool) {
	m.state, m.err = waiterDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *waiter) Result() int { return m.brought }

// Err implements [coro.Resumable].
func (m *waiter) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *waiter) Func() string { return waiterMachine.Func }

// Point implements [coro.Pointer].
func (m *waiter) Point() coro.Point { return waiterMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *waiter) Frame() []coro.Slot {
	return []coro.Slot{{Name: "orders", Value: m.orders}, {Name: "brought", Value: m.brought}}
}
