package lower

// This file defines the description of a machine, in a file of its own: with it
// the kit in coroscope/statemachine draws, checks and traces the machine as it
// does those that are built by hand.

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// kitPath is where descriptions are defined.
const kitPath = "coroscope/statemachine"

// DescribeSuffix ends the names of files with descriptions, before .go.
const DescribeSuffix = Suffix + "_machine"

// describe returns the declarations that describe m.
func (m *Machine) describe() string {
	if m.fallback != nil {
		return m.describeFallback()
	}
	if m.isComposite() {
		return "" // each variant has a description
	}
	e := &emitter{f: m.root}
	e.declared, e.used = m.typeParams()
	e.machine = m.names.Machine + e.used
	e.description()
	if m.contract == nil {
		e.iteratorMethods()
	}
	return e.String()
}

func (e *emitter) kit(name string) string { return e.f.imported(kitPath) + "." + name }

// names of what describe declares.
func (m *Machine) descriptionName() string { return m.root.names.prefix + "Description" }

func (e *emitter) description() {
	f, m := e.f, e.f.machine
	name := m.descriptionName()
	e.printf("// %s describes [%s].\nvar %[1]s = %[3]s{\n", name, m.names.Machine, e.kit("Description"))
	e.printf("Name: %q,\nFunc: %q,\nFile: %s,\nFrame: %q,\n", f.names.prefix, f.pkg.Name+"."+f.Name, m.names.source, m.names.Machine)
	e.printf("States: []%s{\n{Name: \"start\", Role: %s, Means: \"nothing has run yet\"},\n", e.kit("State"), e.kit("Start"))
	for _, p := range m.suspensions() {
		label := ""
		if text, _ := p.in.labelOf(p.Point); text != "" {
			label = fmt.Sprintf("Label: %q, ", text)
		}
		where := ""
		if source := p.in.sourceName(); source != m.names.source {
			where = fmt.Sprintf("File: %s, ", source)
		}
		e.printf("{Name: %q, On: %s, %s%sLine: %d, Means: %q},\n", m.stateText(p.Point), e.coro(p.in.kindOf(p.Point)), label, where,
			p.in.position(p.Call.Pos()).Line, "suspended in "+p.in.oneLine(p.Call))
	}
	e.printf("{Name: \"done\", Role: %s, Means: \"the body has ended\"},\n},\n", e.kit("End"))
	e.printf("Edges: []%s{\n", e.kit("Edge"))
	for _, edge := range m.edges() {
		e.printf("{From: %q, To: %q},\n", edge[0], edge[1])
	}
	e.printf("},\n")
	var slots []string
	for _, s := range f.slots {
		slots = append(slots, fmt.Sprintf("{Name: %q, Type: %q, Means: %q},\n", s.Name, f.typeText(s.Type), f.why(s)))
	}
	if len(m.bodies) > 1 {
		slots = append(slots, "{Name: \"calls\", Type: \"[]coro.Called\", Means: \"what the body is suspended in, the innermost first\"},\n")
	}
	if slots != nil {
		e.printf("Slots: []%s{\n%s},\n", e.kit("Slot"), strings.Join(slots, ""))
	}
	e.printf("}\n\n")
	e.printf("// Describe returns the machine's description.\nfunc (*%s) Describe() *%s { return &%s }\n\n", e.machine, e.kit("Description"), name)
}

// A suspension is a point at which values are handed out, and its body.
type suspension struct {
	*Point
	in *Func
}

// suspensions returns where the machine may be suspended, in the order of the
// states' numbers, which begin with 1.
func (m *Machine) suspensions() []suspension {
	var all []suspension
	for _, f := range m.bodies {
		for _, p := range f.points {
			if p.callee == nil {
				all = append(all, suspension{p, f})
			}
		}
	}
	return all
}

// edges returns from which state the machine may come to which, by their names.
func (m *Machine) edges() [][2]string {
	var edges [][2]string
	add := func(from string, found *reached) {
		for _, s := range m.suspensions() {
			if found.points[s.Point] {
				edges = append(edges, [2]string{from, m.stateText(s.Point)})
			}
		}
		if found.end {
			edges = append(edges, [2]string{from, "done"})
		}
	}
	add("start", m.reach(m.root, m.root.blocks[0]))
	for _, s := range m.suspensions() {
		found := m.reach(s.in, s.resumed)
		found.end = found.end || m.contract == nil || m.guardsPanics() // by Stop, or Unwind
		add(m.stateText(s.Point), found)
	}
	return edges
}

// A reached is what may come next.
type reached struct {
	points map[*Point]bool
	end    bool // of the machine
}

// reach walks from a block of a body to the next suspensions, into bodies that
// are called and back from them to all who call them.
func (m *Machine) reach(in *Func, from *block) *reached {
	type place struct {
		f *Func
		b *block
	}
	found := &reached{points: make(map[*Point]bool)}
	seen := make(map[place]bool)
	work := []place{{in, from}}
	ended := func(f *Func) {
		if f.isRoot() {
			found.end = true
			return
		}
		for _, caller := range m.bodies {
			for _, p := range caller.points {
				if p.callee == f {
					work = append(work, place{caller, p.resumed})
				}
			}
		}
	}
	for len(work) > 0 {
		at := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[at] {
			continue
		}
		seen[at] = true
		if at.b == at.f.ended {
			ended(at.f)
			continue
		}
		for _, item := range at.b.items {
			if l, ok := item.(*leaving); ok && returnIn(l.Stmt) {
				ended(at.f)
			}
		}
		s, suspends := at.b.term.(*suspended)
		for to := range at.b.succs() {
			if !suspends || to != s.To {
				work = append(work, place{at.f, to})
			}
		}
		switch {
		case suspends && s.Point.callee != nil:
			work = append(work, place{s.Point.callee, s.Point.callee.blocks[0]})
		case suspends:
			found.points[s.Point] = true
		}
		for _, f := range m.bodies {
			if f.epilogue != nil { // a panic may lead there
				work = append(work, place{f, f.epilogue.block})
			}
		}
		if _, ok := at.b.term.(*returned); ok {
			ended(at.f)
		}
	}
	return found
}

// iteratorMethods writes what the machine of a push iterator needs to be shown:
// where it is, what it keeps, and itself as a coroutine.
func (e *emitter) iteratorMethods() {
	f, m := e.f, e.f.machine
	e.points()
	if len(m.bodies) == 1 {
		e.pointMethod(f, "Point", "")
		e.frameMethod()
	} else {
		e.innermost()
	}
	adapter, value := "FromIterator", ""
	var values []string
	for _, v := range m.values {
		values = append(values, f.typeText(v))
	}
	switch len(values) {
	case 0:
		adapter, value = "FromIterator0", "struct{}"
	case 1:
		value = values[0]
	case 2:
		adapter, value = "FromIterator2", e.coro("Pair")+"["+strings.Join(values, ", ")+"]"
	}
	e.printf("// Coroutine returns the machine as a coroutine's body: an error that is thrown in\n// stops it.\n")
	e.printf("func (%s *%s) Coroutine() %s[struct{}, %s, struct{}] {\nreturn %s(%s, &%s)\n}\n\n", f.names.recv, e.machine, e.coro("Resumable"), value,
		e.kit(adapter), f.names.recv, m.descriptionName())
}

// innermost writes the methods that look for the innermost frame.
func (e *emitter) innermost() {
	f, m := e.f, e.f.machine
	recv, top := f.names.recv, f.own(m.names.top)
	frame, calls, call := f.fresh("frame"), f.fresh("calls"), f.fresh("call")
	frames := m.bodies[1:]
	e.printf("// Point implements [%s].\nfunc (%s *%s) Point() %s {\n", e.coro("Pointer"), recv, e.machine, e.coro("Point"))
	if m.severalKinds() {
		e.printf("switch %s := %s.(type) {\n", frame, top)
		for _, b := range frames {
			e.printf("case *%s:\nreturn %s[%s.%s]\n", b.names.Frame+e.used, b.names.points, frame, b.names.state)
		}
		e.printf("}\n")
	} else {
		e.printf("if %s != nil {\nreturn %s[%s.%s]\n}\n", top, frames[0].names.points, top, frames[0].names.state)
	}
	e.printf("return %s[%s]\n}\n\n", f.names.points, f.own(f.names.state))
	e.printf("// Frame implements [%s]. Its last slot is the calls that the body is in, the\n// innermost first.\nfunc (%s *%s) Frame() []%s {\nvar %s []%s\n",
		e.coro("Framer"), recv, e.machine, e.coro("Slot"), calls, e.coro("Called"))
	shown := func(b *Func) string {
		saved := b.names.recv
		b.names.recv = frame
		list := e.slotList(b)
		b.names.recv = saved
		if list != "" {
			list = fmt.Sprintf(", Slots: []%s{\n%s}", e.coro("Slot"), list)
		}
		return fmt.Sprintf("%s{Func: %q%s}", e.coro("Called"), b.Name, list)
	}
	if m.severalKinds() {
		e.printf("for %s := %s; %s != nil; {\nswitch %s := %s.(type) {\n", call, top, call, frame, call)
		for _, b := range frames {
			e.printf("case *%s:\n%s = append(%s, %s)\n%s = %s.%s\n", b.names.Frame+e.used, calls, calls, shown(b), call, frame, b.names.below)
		}
		e.printf("}\n}\n")
	} else {
		e.printf("for %s := %s; %s != nil; %s = %s.%s {\n%s = append(%s, %s)\n}\n", frame, top, frame, frame, frame, frames[0].names.below, calls, calls, shown(frames[0]))
	}
	e.printf("return []%s{\n%s{Name: \"calls\", Value: %s},\n}\n}\n\n", e.coro("Slot"), e.slotList(f), calls)
}

// describedNames returns the package's names that a description declares.
func (m *Machine) describedNames() []string {
	if m.isComposite() {
		return nil
	}
	names := []string{m.descriptionName()}
	if m.contract == nil && m.fallback == nil {
		for _, f := range m.bodies {
			names = append(names, f.names.points, f.sourceName())
		}
	}
	return names
}

// assembleDescriptions makes the file that describes the machines of one source
// file.
func assembleDescriptions(file *ast.File, ms []*Machine) (*File, error) {
	var bodies []string
	for _, m := range ms {
		bodies = append(bodies, m.describe())
	}
	out := newFile(file, ms, DescribeSuffix)
	for _, m := range ms {
		out.Funcs = append(out.Funcs, m.Name)
	}
	slices.Sort(out.Funcs)
	return out, out.fill(file, ms, strings.Join(bodies, "\n"), nil)
}
