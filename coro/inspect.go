package coro

// This file defines looking at a coroutine from outside.

import "runtime"

// Inspectable is what can be seen of a coroutine, whatever its type
// parameters: a [Coroutine] or a [Task].
type Inspectable interface {
	Info() *Info
	Status() Status

	// Suspension returns where the coroutine is suspended and on what; false
	// if it is not suspended. A stackful body is asked, which is a switch to
	// its stack and back.
	Suspension() (Suspension, bool)

	// Inner returns the coroutine that this one has delegated to and is
	// suspended in, or nil.
	Inner() Inspectable

	// OnBody runs f with the suspension, on the body's goroutine if it has
	// one, while the coroutine stays suspended; false if it is not suspended.
	// The coroutine is out of everybody's reach meanwhile, so f must not call
	// its methods. A panic of f goes to who called OnBody; runtime.Goexit in f
	// ends the body too. A pull coroutine whose goroutine is locked to a thread
	// must be asked on that thread; see [Pull].
	OnBody(f func(Suspension)) bool
}

// Chain returns c and the coroutines it has delegated to, outermost first.
func Chain(c Inspectable) []Inspectable {
	var chain []Inspectable
	for ; c != nil; c = c.Inner() {
		chain = append(chain, c)
	}
	return chain
}

// hold takes a coroutine of status from out of reach of its resumers, who wait,
// and reports whether it was one. release gives it back.
func (c *Coroutine[In, Out, Ret]) hold(from Status) bool {
	for {
		switch c.status.Load() {
		case inspecting:
			runtime.Gosched() // somebody else looks
		case uint32(from):
			if c.status.CompareAndSwap(uint32(from), inspecting) {
				return true
			}
		default:
			return false
		}
	}
}

// release gives back what hold took, unless it has ended meanwhile.
func (c *Coroutine[In, Out, Ret]) release(to Status) {
	c.status.CompareAndSwap(inspecting, uint32(to))
}

// Suspension implements [Inspectable].
func (c *Coroutine[In, Out, Ret]) Suspension() (s Suspension, ok bool) {
	ok = c.OnBody(func(at Suspension) { s = at })
	return s, ok
}

// OnBody implements [Inspectable].
func (c *Coroutine[In, Out, Ret]) OnBody(f func(Suspension)) bool {
	if !c.hold(Suspended) {
		return false
	}
	defer c.release(Suspended)
	onBody(c.r, f)
	return true
}

// onBody runs f with where r is suspended, on its own goroutine if it has one.
func onBody(r any, f func(Suspension)) {
	if b, ok := r.(bodied); ok {
		b.onBody(f)
		return
	}
	f(pointOf(r, nil))
}

// Inner implements [Inspectable].
func (c *Coroutine[In, Out, Ret]) Inner() Inspectable {
	if !c.hold(Suspended) {
		return nil
	}
	defer c.release(Suspended)
	return innerOf(c.r)
}

func innerOf(r any) Inspectable {
	if d, ok := r.(Delegator); ok {
		return d.Inner()
	}
	return nil
}

// Observe has obs told what happens to c from now on, in place of the
// observer before; nil for nobody. It answers false for a coroutine that is
// running or has ended.
func (c *Coroutine[In, Out, Ret]) Observe(obs Observer) bool {
	from := Suspended
	if !c.hold(from) {
		if from = Created; !c.hold(from) {
			return false
		}
	}
	defer c.release(from)
	if c.host == nil {
		c.host = &host{info: c.info}
	}
	c.host.obs, c.host.told, c.host.begun = obs, false, c.begun
	c.host.gate = newGateway(obs)
	if b, ok := c.r.(bodied); ok {
		b.setHost(c.host)
	}
	return true
}
