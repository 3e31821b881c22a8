package lower

// This file defines what is written for machines that range over functions, and
// for those that are ranged over.

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// rangesAbandoned reports whether a panic of a body leaves something to end that
// it ranges over: what goes through iter.Pull, and machines with deferred calls,
// or that range over such things themselves.
func (m *Machine) rangesAbandoned() bool {
	return slices.ContainsFunc(m.bodies, func(f *Func) bool { return f.rangesAbandoned(make(map[*Machine]bool)) })
}

func (f *Func) rangesAbandoned(seen map[*Machine]bool) bool {
	if len(f.pulled) > 0 {
		return true
	}
	for _, it := range f.iterated {
		if it.pull != "" && (it.machine == nil || it.machine.abandonedBut(seen)) {
			return true
		}
	}
	return false
}

// abandoned reports whether a machine has something to do when the body of a
// range over it panics.
func (m *Machine) abandoned() bool { return m.abandonedBut(make(map[*Machine]bool)) }

func (m *Machine) abandonedBut(seen map[*Machine]bool) bool {
	if seen[m] {
		return false
	}
	seen[m] = true
	if m.isComposite() {
		return slices.ContainsFunc(m.outer.variants, func(v *variant) bool {
			return v.kind == variantPulled || v.machine != nil && v.machine.abandonedBut(seen)
		})
	}
	return slices.ContainsFunc(m.bodies, func(f *Func) bool { return len(f.deferrals) > 0 || f.rangesAbandoned(seen) })
}

// ranging writes the methods that ranges over functions take.
func (e *emitter) ranging(m *Machine) {
	r := m.root.names.recv
	if m.rangesAbandoned() {
		e.endsRanges(m.root, e.machine)
		for _, f := range m.bodies[1:] {
			e.endsRanges(f, f.names.Frame+e.used)
		}
	}
	if m.isRanged && m.abandoned() {
		e.abandon(m)
	}
	if m.tellsOff() {
		e.printf("\n// %s goes on after the range over the machine was left. It does that in a range\n// which was left, and panics as that does if the body yields once more.\n", m.names.leave)
		e.printf("func (%s *%s) %s() {\n", r, e.machine, m.names.leave)
		e.printf("body := func(yield func() bool) {\nyield()\n%s.%s = yield\n%s.Next()\n}\nfor range body {\nbreak\n}\n}\n", r, m.names.over, r)
	}
}

// endsRanges writes the method that ends what a body ranges over.
func (e *emitter) endsRanges(f *Func, frame string) {
	if !f.rangesAbandoned(make(map[*Machine]bool)) {
		return
	}
	p := f.names.panicking
	e.printf("\n// %s ends what is ranged over, the innermost first, since the body of the loop\n// panics with %s, unless that is nil, or exits. It returns what panics then.\n", f.names.endRanges, p)
	e.printf("func (%s *%s) %s(%s any, exiting bool) any {\n", f.names.recv, frame, f.names.endRanges, p)
	for _, s := range slices.Backward(f.slots) {
		e.endsRange(f, s)
	}
	e.printf("return %s\n}\n", p)
}

// endsRange writes how what a slot may hold is ended.
func (e *emitter) endsRange(f *Func, s *Slot) {
	place, p := f.names.recv+"."+s.Name, f.names.panicking
	call := ""
	stops := func(before, stop string) {
		call = fmt.Sprintf("func() {\ndefer func() {\nif r := recover(); r != nil {\n%s = r\n}\n}()\n%s%s()\n}()\n", p, before, stop)
	}
	for _, v := range s.Vars {
		it := f.rangedBy(v)
		switch {
		case slices.Contains(f.pulled, v):
			stops(fmt.Sprintf("%s.%s = func() {\nif %s != nil {\ndefer panic(%s)\n}\nif exiting {\n%s.Goexit()\n}\n}\n", f.names.recv, f.thrown[v].Slot.Name, p, p, f.imported("runtime")), place)
		case it == nil:
		case it.machine == nil:
			stops("", place+".Stop") // that of another package can only be stopped
		case it.machine.abandoned():
			call = fmt.Sprintf("%s = %s.%s(%s, exiting)\n", p, place, it.machine.names.abandon, p)
		}
	}
	switch {
	case call == "":
	case refersDirectly(s.Type):
		e.printf("if %s != nil {\n%s}\n", place, call)
	default:
		e.printf("%s", call)
	}
}

// abandon writes the method that is called when the body of a range over the
// machine panics. What becomes of the panic after that is what a range of the
// language makes of it.
func (e *emitter) abandon(m *Machine) {
	r := m.root
	p, state := r.names.panicking, r.own(r.names.state)
	e.printf("\n// %s lets the yield that the machine stands at panic with %s, unless that is nil,\n// or exit, as the body of a range over it does. It returns what panics after the\n// deferred calls.\n", m.names.abandon, p)
	e.printf("func (%s *%s) %s(%s any, exiting bool) (left any) {\n", r.names.recv, e.machine, m.names.abandon, p)
	e.printf("switch %s {\ncase %s, %s, %s:\nreturn %s\n}\n", state, r.stateName("Start"), r.stateName("Running"), r.stateName("Done"), p)
	e.printf("returned := false\ndefer func() {\nif left != nil && !returned {\npanic(left) // while runtime.Goexit goes on\n}\n}()\n")
	e.printf("func() {\ndefer func() { left = recover() }()\n")
	unwind := r.own(r.names.unwind) + "(%s)\n"
	if m.resumesPanicking() {
		unwind = r.own(m.names.caught) + "(%s)\n"
		e.printf("if exiting {\n%s = true\n"+unwind+"return\n}\n", r.own(m.names.goexit), p)
	} else {
		e.printf("%s = %s\n", state, r.stateName("Running"))
		e.printf("if exiting {\n"+unwind+"return\n}\n", p)
	}
	e.printf("through := func(yield func() bool) {\ndefer func() {\n%s := recover()\n", p)
	if m.resumesPanicking() {
		blanks := strings.Repeat("_, ", len(m.values))
		e.printf("for {\n%smore := %s", blanks, fmt.Sprintf(unwind, p))
		e.printf("if !more {\nbreak\n}\n")
		e.printf("func() { // which yields again\ndefer func() { %s = recover() }()\nyield()\n}()\n}\n", p)
	} else {
		e.printf(unwind, p)
	}
	e.printf("}()\nyield()\n}\nfor range through {\npanic(%s)\n}\n}()\nreturned = true\nreturn left\n}\n", p)
}

// refersDirectly reports whether t is a pointer or a function, which may be nil.
func refersDirectly(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Signature:
		return true
	}
	return false
}

// rangedBy returns what is ranged over by v, or nil.
func (f *Func) rangedBy(v *Var) *iterated {
	for _, it := range f.iterated {
		if it.by == v && v != nil {
			return it
		}
	}
	return nil
}
