package specimen

// This file defines guest, one order at the bar from its beginning to its end.

import (
	"time"

	"coroscope/coro"
	"coroscope/statemachine"
)

// guestBody has a guest's order taken, a drink mixed and a snack baked, with
// tools that may have to be waited for, and both served. It returns the loop's
// time at the end.
//
//coro:lower
func guestBody(b *bar, name string) coro.Body[struct{}, coro.Await, time.Duration] {
	return func(y *coro.Async) (time.Duration, error) {
		if err := coro.Wait(y, coro.Sleep(b.Order).As("order")); err != nil {
			return 0, err
		}
		b.act(name, "takes the order")

		if err := b.shakers.get(y, b.loop); err != nil {
			return 0, err
		}
		err := coro.Wait(y, coro.Sleep(b.Mix).As("mix"))
		b.shakers.putBack()
		if err != nil {
			return 0, err
		}
		b.act(name, "pours the drink")

		if err := b.ovens.get(y, b.loop); err != nil {
			return 0, err
		}
		err = coro.Wait(y, coro.Sleep(b.Bake).As("bake"))
		b.ovens.putBack()
		if err != nil {
			return 0, err
		}

		if err := coro.Wait(y, coro.Sleep(b.Serve).As("serve")); err != nil {
			return 0, err
		}
		b.act(name, "serves")
		return b.loop.Time(), nil
	}
}

// guest is guestBody as a machine.
type guest struct {
	state  guestState
	bar    *bar
	name   string
	turn   *coro.Future[struct{}]
	served time.Duration
	err    error
}

type guestState uint8

const (
	guestStart guestState = iota
	guestOrder
	guestShaker
	guestMix
	guestOven
	guestBake
	guestServe
	guestDone
)

var guestMachine = statemachine.Description{
	Name:  "guest",
	Func:  "specimen.guest",
	File:  statemachine.ThisFile(),
	Frame: "guest",
	States: []statemachine.State{
		guestStart:  {Name: "start", Role: statemachine.Start, Means: "has not come in yet"},
		guestOrder:  {Name: "order", On: coro.OnSleep, Label: "order", Line: 123, Means: "choosing"},
		guestShaker: {Name: "shaker", On: coro.OnFuture, Label: "shaker", Line: 133, Means: "ordered; all shakers are in use"},
		guestMix:    {Name: "mix", On: coro.OnSleep, Label: "mix", Line: 179, Means: "has a shaker, which shakes"},
		guestOven:   {Name: "oven", On: coro.OnFuture, Label: "oven", Line: 150, Means: "has a drink; all ovens are in use"},
		guestBake:   {Name: "bake", On: coro.OnSleep, Label: "bake", Line: 185, Means: "has a drink, and an oven, which bakes"},
		guestServe:  {Name: "serve", On: coro.OnSleep, Label: "serve", Line: 163, Means: "all is ready and is brought"},
		guestDone:   {Name: "done", Role: statemachine.End, Means: "was served, or sent away"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "order"},
		{From: "order", To: "shaker", When: "none is free"},
		{From: "order", To: "mix", When: "a shaker is free"},
		{From: "order", To: "done", When: "thrown"},
		{From: "shaker", To: "mix", When: "handed over"},
		{From: "shaker", To: "done", When: "thrown"},
		{From: "mix", To: "oven", When: "none is free"},
		{From: "mix", To: "bake", When: "an oven is free"},
		{From: "mix", To: "done", When: "thrown"},
		{From: "oven", To: "bake", When: "handed over"},
		{From: "oven", To: "done", When: "thrown"},
		{From: "bake", To: "serve"},
		{From: "bake", To: "done", When: "thrown"},
		{From: "serve", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "bar", Type: "*bar", Means: "where the tools are"},
		{Name: "name", Type: "string", Means: "the guest's"},
		{Name: "turn", Type: "*coro.Future[struct{}]", Means: "what is waited for where no tool is free; used again"},
		{Name: "served", Type: "time.Duration", Means: "the result"},
	},
}

func newGuest(b *bar, name string) *guest {
	return &guest{bar: b, name: name, turn: coro.NewFuture[struct{}](b.loop, "")}
}

// Resume implements [coro.Resumable].
func (m *guest) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	b := m.bar
	switch m.state {
	case guestStart:
		m.state = guestOrder
		return coro.Sleep(b.Order).As("order"), true
	case guestOrder: // take the order, and a shaker
		if thrown != nil {
			return m.end(thrown)
		}
		b.act(m.name, "takes the order")
		if b.shakers.take(m.turn) {
			return m.mix()
		}
		m.state = guestShaker
		return coro.On(m.turn).As("shaker"), true
	case guestShaker: // a shaker was handed over
		if thrown != nil {
			b.shakers.leave(m.turn)
			return m.end(thrown)
		}
		return m.mix()
	case guestMix: // pour, and take an oven
		b.shakers.putBack()
		if thrown != nil {
			return m.end(thrown)
		}
		b.act(m.name, "pours the drink")
		if b.ovens.take(m.turn) {
			return m.bake()
		}
		m.state = guestOven
		return coro.On(m.turn).As("oven"), true
	case guestOven: // an oven was handed over
		if thrown != nil {
			b.ovens.leave(m.turn)
			return m.end(thrown)
		}
		return m.bake()
	case guestBake: // bring it
		b.ovens.putBack()
		if thrown != nil {
			return m.end(thrown)
		}
		m.state = guestServe
		return coro.Sleep(b.Serve).As("serve"), true
	case guestServe: // the last step
		if thrown != nil {
			return m.end(thrown)
		}
	case guestDone:
		return coro.Await{}, false
	}
	b.act(m.name, "serves")
	m.served = b.loop.Time()
	return m.end(nil)
}

// mix suspends while the shaker shakes.
func (m *guest) mix() (coro.Await, bool) {
	m.state = guestMix
	return coro.Sleep(m.bar.Mix).As("mix"), true
}

// bake suspends while the oven bakes.
func (m *guest) bake() (coro.Await, bool) {
	m.state = guestBake
	return coro.Sleep(m.bar.Bake).As("bake"), true
}

func (m *guest) end(err error) (coro.Await, bool) {
	m.state, m.err = guestDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *guest) Result() time.Duration { return m.served }

// Err implements [coro.Resumable].
func (m *guest) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *guest) Func() string { return guestMachine.Func }

// Point implements [coro.Pointer].
func (m *guest) Point() coro.Point { return guestMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *guest) Frame() []coro.Slot {
	return []coro.Slot{{Name: "bar", Value: m.bar}, {Name: "name", Value: m.name}, {Name: "turn", Value: m.turn}, {Name: "served", Value: m.served}}
}
