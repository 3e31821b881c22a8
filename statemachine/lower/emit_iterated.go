package lower

// This file defines what is written for machines that range over functions, and
// for those that are ranged over.

import (
	"go/types"
	"slices"
)

// abandons reports whether a panic leaves something to end: what m, or a machine
// that it ranges over, goes through by iter.Pull. The machines of bodies leave
// that to who closes them.
func (m *Machine) abandons() bool {
	return m.contract == nil && m.abandonsBut(make(map[*Machine]bool))
}

func (m *Machine) abandonsBut(seen map[*Machine]bool) bool {
	if seen[m] {
		return false
	}
	seen[m] = true
	return slices.ContainsFunc(m.bodies, func(f *Func) bool { return len(f.pulled) > 0 }) ||
		slices.ContainsFunc(m.ranges, func(inner *Machine) bool { return inner.abandonsBut(seen) })
}

// ranging writes the methods that range over functions takes.
func (e *emitter) ranging(m *Machine) {
	r := m.root.names.recv
	if m.abandons() {
		e.printf("\n// %s ends what the bodies range over by [iter.Pull], the innermost first, since\n// one of them has panicked.\n", m.names.abandon)
		e.printf("func (%s *%s) %s() {\n", r, e.machine, m.names.abandon)
		if m.hasFrames() {
			top := r + "." + m.names.top
			e.printf("if %s != nil {\n%s.%s()\n}\n", top, top, m.names.abandon)
		}
		e.ends(m.root)
		e.printf("}\n")
		for _, f := range m.bodies[1:] {
			recv := f.names.recv
			e.printf("\nfunc (%s *%s) %s() {\n", recv, f.names.Frame+e.used, m.names.abandon)
			e.ends(f)
			below := recv + "." + f.names.below
			e.printf("if %s != nil {\n%s.%s()\n}\n}\n", below, below, m.names.abandon)
		}
	}
	if m.tellsOff() {
		e.printf("\n// %s panics as a range does whose function goes on to yield after it has\n// ended.\n", m.names.continued)
		e.printf("func (%s *%s) %s() {\n", r, e.machine, m.names.continued)
		e.printf("twice := func(yield func() bool) {\nyield()\nyield()\n}\nfor range twice {\nif %s.%s {\nreturn\n}\n}\n}\n", r, m.names.ranged)
	}
}

// ends writes how what a body ranges over is ended, the innermost first.
func (e *emitter) ends(f *Func) {
	for _, s := range slices.Backward(f.slots) {
		place := f.names.recv + "." + s.Name
		call := ""
		for _, v := range s.Vars {
			if slices.Contains(f.pulled, v) {
				call = place + "()"
			} else if inner := f.ranges(v); inner != nil && inner.abandons() {
				call = place + "." + inner.names.abandon + "()"
			}
		}
		switch {
		case call == "":
		case refersDirectly(s.Type):
			e.printf("if %s != nil {\n%s\n}\n", place, call)
		default:
			e.printf("%s\n", call)
		}
	}
}

// refersDirectly reports whether t is a pointer or a function, which may be nil.
func refersDirectly(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Signature:
		return true
	}
	return false
}

// ranges returns the machine that v is, or nil.
func (f *Func) ranges(v *Var) *Machine {
	for _, it := range f.iterated {
		if it.by == v && v != nil {
			return it.machine
		}
	}
	return nil
}

// hasFrames reports whether m calls other bodies than its root.
func (m *Machine) hasFrames() bool { return len(m.bodies) > 1 }
