package lower

// This file defines how a panic, or Goexit, goes through the frames of a
// machine. Next catches it, once, and asks the frames from the innermost on. One
// that has deferred calls goes on with its epilogue. If what panics is not
// recovered there, the frame takes it to those beneath it.

import (
	"fmt"
	"strings"
)

// raises reports whether frames are asked, since one may defer calls, or range
// over what has to be ended.
func (m *Machine) raises() bool {
	for _, f := range m.bodies[1:] {
		if len(f.deferrals) > 0 || f.rangesAbandoned(make(map[*Machine]bool)) {
			return true
		}
	}
	return false
}

// suspendsDeferred reports whether a deferred call of a body suspends.
func (m *Machine) suspendsDeferred() bool {
	for _, f := range m.bodies {
		if f.suspendsDeferred() {
			return true
		}
	}
	return false
}

// underDefer returns the bodies that are called by deferred calls, directly or
// not.
func (m *Machine) underDefer() map[*Func]bool {
	under := make(map[*Func]bool)
	var add func(f *Func)
	add = func(f *Func) {
		if f == nil || under[f] {
			return
		}
		under[f] = true
		for _, p := range f.points {
			add(p.callee)
		}
	}
	for _, f := range m.bodies {
		for _, d := range f.deferrals {
			add(d.callee())
		}
	}
	return under
}

// recoversBelow reports whether f may be a deferred call that recovers what
// panics in the body beneath it.
func (f *Func) recoversBelow() bool {
	if len(f.recovers) == 0 {
		return false
	}
	for _, other := range f.machine.bodies {
		for _, d := range other.deferrals {
			if d.callee() == f {
				return true
			}
		}
	}
	return false
}

// recoverText returns what a call of recover in the body itself becomes: no
// deferred call of Go's is there that it could be called by.
func (f *Func) recoverText() string {
	if !f.recoversBelow() {
		return "any(nil)"
	}
	return f.own(f.names.recovered) + "()"
}

// nameRaise gives names to what panics need.
func (m *Machine) nameRaise() {
	r := m.root
	if m.suspendsDeferred() {
		m.names.exiting = r.fresh("exiting")
	}
	m.names.goexit = r.fresh("goexit")
	if m.raises() || m.rangesAbandoned() {
		for _, f := range m.bodies {
			f.nameUnwind()
			f.names.endRanges = f.firstFree("endRanges", "endAllRanges")
		}
	}
	if m.resumesPanicking() {
		m.names.caught = r.firstFree("caught", "caughtPanic")
	}
	for _, f := range m.bodies {
		if f.recoversBelow() {
			f.names.recovered = f.firstFree("recovered", "recoveredBelow")
			f.names.deferredBy = f.fresh("deferredBy")
		}
	}
	if !m.raises() {
		return
	}
	m.names.raise = r.firstFree("raise", "raisePanic")
	m.names.calling = r.fresh("calling")
	m.names.catch = "catch"
	for i := 2; m.uses(m.names.catch); i++ {
		m.names.catch = fmt.Sprint("catch", i)
	}
}

// uses reports whether a body uses a name.
func (m *Machine) uses(name string) bool {
	for _, f := range m.bodies {
		if f.used[name] {
			return true
		}
	}
	return false
}

// exits reports whether something may panic in the machine while runtime.Goexit is
// on its way, so that it does not show.
func (m *Machine) exits() bool {
	return m.rangesAbandoned() || m.isRanged && m.abandoned() && m.resumesPanicking()
}

// resumesPanicking reports whether the machine may go on after a panic.
func (m *Machine) resumesPanicking() bool {
	return m.raises() || m.rangesAbandoned() || m.root.epilogue != nil
}

// onPanic returns what Next, or Resume, does about a panic, or Goexit, in a
// deferred function. Its results are called so.
func (m *Machine) onPanic(results []string) string {
	r := m.root
	switch {
	case m.resumesPanicking():
		return fmt.Sprintf("%s = %s(recover())", strings.Join(results, ", "), r.own(m.names.caught))
	case len(r.deferrals) > 0:
		return r.own(r.names.unwind) + "(recover())"
	}
	return fmt.Sprintf("%s = %s", r.own(r.names.state), r.stateName("Done"))
}

// caught writes the method that goes on after a panic: where the innermost frame
// that has deferred calls makes them, or at the end of the body.
func (e *emitter) caught(m *Machine) {
	r := m.root
	results, _ := m.resultText()
	p, state := r.names.panicking, r.own(r.names.state)
	e.printf("// %s goes on after a panic with %s, or if that is nil, because of runtime.Goexit:\n// with the deferred calls.\n", m.names.caught, p)
	e.printf("func (%s *%s) %s(%s any) %s {\n", r.names.recv, e.machine, m.names.caught, p, results)
	exiting := p + " == nil"
	if m.exits() {
		e.printf("exiting := %s == nil || %s\n%s = false\n", p, r.own(m.names.goexit), r.own(m.names.goexit))
		exiting = "exiting"
	}
	if m.names.exiting != "" {
		field := r.own(m.names.exiting)
		e.printf("%s = %s || %s\n", field, field, exiting)
	}
	if m.rangesAbandoned() {
		e.printf("%s = %s\n", state, r.stateName("Running"))
		e.printf("defer func() {\nif %s == %s { // runtime.Goexit, in a deferred call of what is ranged over\n%s(recover())\n}\n}()\n", state, r.stateName("Running"), r.own(m.names.caught))
	}
	again := r.names.recv + ".Next()"
	if m.contract != nil {
		again = fmt.Sprintf("%s.Resume(%s, nil)", r.names.recv, r.zero(m.contract.in))
	}
	if m.raises() {
		e.printf("%s, raised := %s(%s, %s)\nif raised {\n%s = %s\nreturn %s\n}\n", p, r.own(m.names.raise), p, exiting, state, r.own(m.names.calling), again)
	} else if len(m.bodies) > 1 {
		e.printf("%s = nil\n", r.own(m.names.top))
	}
	if r.rangesAbandoned(make(map[*Machine]bool)) {
		e.endingRanges(r, r.names.recv, "exiting")
	}
	if r.epilogue == nil {
		e.printf("return %s(%s)\n}\n\n", r.own(r.names.unwind), p)
		return
	}
	e.printf("%s, %s = %s, %s\nreturn %s\n}\n\n", r.own(r.epilogue.panicked), state, p, r.stateName("Unwinding"), again)
}

// endingRanges writes that f ends what it ranges over, while something panics or
// exits. If that does not return, runtime.Goexit is on its way.
func (e *emitter) endingRanges(f *Func, machine, exiting string) {
	p, goexit := f.names.panicking, machine+"."+f.machine.names.goexit
	e.printf("%s = true // unless this returns\n%s = %s(%s, %s)\n%s = false\n", goexit, p, f.own(f.names.endRanges), p, exiting, goexit)
}

// raise writes the method that asks the frames.
func (e *emitter) raise(m *Machine) {
	r := m.root.names
	top := r.recv + "." + m.names.top
	p := r.panicking
	e.printf("\n// %s takes a panic with %s, or runtime.Goexit, to the innermost frame that has\n// deferred calls, and ends those above it. It returns what panics then, and whether\n// there is such a frame.\n", m.names.raise, p)
	e.printf("func (%s *%s) %s(%s any, exiting bool) (any, bool) {\n", r.recv, e.machine, m.names.raise, p)
	e.printf("for %s != nil {\nvar caught bool\nif %s, caught = %s.%s(%s, %s, exiting); caught {\nreturn %s, true\n}\n}\nreturn %s, false\n}\n", top, p, top, m.names.catch, r.recv, p, p, p)
}

// panics writes what a frame needs for panics.
func (e *emitter) panics(f *Func) {
	m, frame := f.machine, f.names.Frame+e.used
	recv, top := f.names.recv, f.names.machine+"."+m.names.top
	if f.recoversBelow() {
		by := f.own(f.names.deferredBy)
		e.printf("\n// %s returns what panics in the frame beneath, if this is a deferred call of it,\n// and stops it.\n", f.names.recovered)
		e.printf("func (%s *%s) %s() (panicked any) {\nif %s != nil {\npanicked, *%s = *%s, nil\n}\nreturn panicked\n}\n", recv, frame, f.names.recovered, by, by, by)
	}
	if !m.raises() {
		return
	}
	p := f.names.panicking
	ends := f.rangesAbandoned(make(map[*Machine]bool))
	catch := func(machine, exiting string) {
		if ends {
			machine, exiting = f.names.machine, "exiting"
		}
		e.printf("func (%s *%s) %s(%s *%s, %s any, %s bool) (any, bool) {\n", recv, frame, m.names.catch, machine, e.machine, p, exiting)
		if ends {
			e.endingRanges(f, machine, exiting)
		}
	}
	if f.epilogue == nil {
		e.printf("\n// %s ends the frame, which has no deferred calls.\n", m.names.catch)
		catch(f.names.machine, "_")
		e.printf("%s = %s\nreturn %s, false\n}\n", top, f.own(f.names.below), p)
		return
	}
	ep := f.epilogue
	panicked, exiting := f.own(ep.panicked), f.own(ep.exiting)
	e.printf("\n// %s lets the frame go on with its deferred calls, while %s panics, or because of\n// runtime.Goexit.\n", m.names.catch, p)
	catch("_", "exiting")
	e.printf("%s, %s, %s = %s, %s || exiting, %s\nreturn %s, true\n}\n\n", panicked, exiting, f.own(f.names.state), p, exiting, f.stateName("Unwinding"), p)
	e.parts(f, frame)
	e.printf("// %s ends the frame, and takes what panics in it, or runtime.Goexit, to those\n// beneath it.\n", ep.fail)
	e.printf("func (%s *%s) %s(%s *%s) {\n%s = %s\n", recv, frame, ep.fail, f.names.machine, e.machine, top, f.own(f.names.below))
	e.printf("%s, raised := %s.%s(%s, %s)\n", p, f.names.machine, m.names.raise, panicked, exiting)
	e.printf("switch {\ncase raised:\ncase %s != nil:\npanic(%s)\ndefault:\n%s.Goexit()\n}\n}\n", p, p, f.imported("runtime"))
}

// fails writes what a frame does at the end of its epilogue.
func (n *nexter) fails() {
	f, ep := n.f, n.f.epilogue
	n.line("if %s != nil || %s {", f.own(ep.panicked), f.own(ep.exiting))
	n.line("%s(%s)", f.own(ep.fail), f.names.machine)
	if f.machine.severalKinds() {
		_, zeros := f.machine.resultText()
		n.line("return %s", zeros)
	} else {
		n.line("%s = %s.%s", f.names.recv, f.names.machine, f.machine.names.top)
		n.line("goto %s", f.resumeLabel())
	}
	n.line("}")
}
