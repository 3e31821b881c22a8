package lower

// This file defines how delegation is written: frames, which know who called,
// the calls that make them, and how it goes on when they end.

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// severalKinds reports whether frames of several types meet, so that they are
// behind an interface.
func (m *Machine) severalKinds() bool { return len(m.bodies) > 2 }

// call writes a call of another body: a frame of it becomes the innermost.
func (n *nexter) call(p *Point) {
	f, w := n.f, n.writer()
	var args, lines []string
	for _, arg := range p.values {
		args = append(args, w.write(arg))
	}
	stores := f.stores(p)
	call := fmt.Sprintf("%s.%s(%s)", f.names.machine, p.callee.names.push, strings.Join(args, ", "))
	by := ""
	if p.deferral != nil && p.callee.recoversBelow() {
		by = fmt.Sprintf(".%s = &%s", p.callee.names.deferredBy, f.own(f.epilogue.panicked))
	}
	state := w.write(ownField("state")) + " = " + p.State
	clears := n.clears(p)
	switch {
	case f.isRoot():
		lines = slices.Concat(stores, []string{call + by}, clears)
		if f.machine.raises() {
			lines = append(lines, fmt.Sprintf("%s = %s", f.own(f.machine.names.calling), p.State))
		}
	case p.callee != f:
		_, zeros := f.machine.resultText()
		lines = slices.Concat(stores, []string{call + by}, clears, []string{state, "return " + zeros})
	case len(clears) == 0 && by == "":
		lines = append(stores, state, f.names.recv+" = "+call, "goto "+f.resumeLabel())
	default:
		called := f.fresh("called")
		if by != "" {
			clears = append([]string{called + by}, clears...)
		}
		lines = slices.Concat(stores, []string{called + " := " + call}, clears, []string{state, f.names.recv + " = " + called, "goto " + f.resumeLabel()})
		if len(w.binds) == 0 && !n.inRun {
			lines = append(append([]string{"{"}, lines...), "}")
		}
	}
	n.bound(w, lines...)
}

// drive writes how the root goes on with the frames above it.
func (n *nexter) drive(p *Point) {
	f := n.f
	m := f.names.machine
	var values []string
	for i := range f.machine.values {
		values = append(values, []string{"value", "second"}[i])
	}
	values = append(values, "true")
	run := fmt.Sprintf("%s.%s(%s)", m, f.machine.names.run, f.passOn())
	if !f.machine.severalKinds() {
		run = fmt.Sprintf("%s.%s.resume(%s%s)", m, f.machine.names.top, m, comma(f.passOn()))
	}
	cond := run
	if len(values) > 1 {
		cond = fmt.Sprintf("%s, ok := %s; ok", strings.Join(values[:len(values)-1], ", "), run)
	}
	n.line("if %s {", cond)
	n.line("%s.%s = %s", m, f.names.state, p.State)
	n.line("return %s\n}", strings.Join(values, ", "))
}

// resumeLabel returns the label at which a body goes on with the innermost
// frame, if that is one of its own.
func (f *Func) resumeLabel() string {
	if f.names.again == "" {
		f.names.again = f.fresh("resume")
	}
	return f.names.again
}

// docName returns what a body is called in comments.
func (f *Func) docName() string {
	if f.outer != nil {
		return lastName(f.Name) + " in " + f.outer.docName()
	}
	return "[" + f.Name + "]"
}

// stack writes the machine's fields for the frames of other bodies.
func (e *emitter) stack(m *Machine) {
	if len(m.bodies) == 1 {
		return
	}
	link := m.names.Frame + e.used
	if !m.severalKinds() {
		link = "*" + link
	}
	e.printf("\n%s %s // the innermost frame, if there is one\n", m.names.top, link)
	if m.raises() {
		e.printf("%s %s // where the body has called it\n", m.names.calling, m.root.names.State)
	}
	for _, f := range m.bodies[1:] {
		e.printf("%s *%s // not in use\n", f.names.free, f.names.Frame+e.used)
		for _, v := range f.results {
			e.printf("%s %s // of the last call of %s\n", v.Name, f.typeText(v.Type), lastName(f.Name))
		}
	}
}

// frame writes what belongs to a body that is called: the type of its frames,
// their states, the method that makes one and the method that resumes it.
func (e *emitter) frame(f *Func) {
	m, below := f.machine, f.names.below
	top, free := f.names.machine+"."+m.names.top, f.names.machine+"."+f.names.free
	machine, frame := e.machine, f.names.Frame+e.used
	link := "*" + frame
	if m.severalKinds() {
		link = m.names.Frame + e.used
	}
	n := &nexter{f: f}
	n.statements()

	e.printf("\n// A %s is a frame of %s in a [%s].\ntype %s%s struct {\n", f.names.Frame, f.docName(), m.names.Machine, f.names.Frame, e.declared)
	e.printf("%s %s // who called, or nil for the machine's own body\n%s %s\n", below, link, f.names.state, f.names.State)
	links, decls := f.linkFields()
	for _, decl := range decls {
		e.printf("%s\n", decl)
	}
	if f.recoversBelow() {
		e.printf("%s *any // what panics in the frame that defers it, if one does\n", f.names.deferredBy)
	}
	e.slots(f)
	e.printf("}\n\n")
	e.states(f)

	recv := f.names.recv
	e.printf("// %s makes a frame of %s the innermost.\n", f.names.push, f.docName())
	e.printf("func (%s *%s) %s(%s) *%s {\n", f.names.machine, machine, f.names.push, f.paramText(), frame)
	e.WriteString(f.beforeText())
	for _, v := range f.all {
		if v.Outer && v.Slot == nil && within(f.decl.Body, v.Obj.Pos()) && f.outer == nil {
			e.printf("_ = %s\n", v.Obj.Name())
		}
	}
	e.printf("%s := %s\nif %s == nil {\n%s = new(%s)\n} else {\n", recv, free, recv, recv, frame)
	if m.severalKinds() {
		e.printf("%s, _ = %s.%s.(*%s)\n}\n", free, recv, below, frame)
	} else {
		e.printf("%s = %s.%s\n}\n", free, recv, below)
	}
	to, from := []string{recv + "." + below}, []string{top}
	for _, name := range links {
		to, from = append(to, recv+"."+name), append(from, name)
	}
	for _, v := range f.all {
		if v.Outer && v.Slot != nil {
			address := ""
			if v.Boxed() {
				address = "&"
			}
			to, from = append(to, recv+"."+v.Slot.Name), append(from, address+v.Obj.Name())
		}
	}
	e.printf("%s = %s\n%s = %s\nreturn %s\n}\n\n", strings.Join(to, ", "), strings.Join(from, ", "), top, recv, recv)

	results, zeros := m.resultText()
	if m.severalKinds() {
		e.printf("// resume goes on with a frame to the next yield. It returns false when another\n// frame has become the innermost, or there is none left.\n")
	} else {
		e.printf("// resume goes on with the innermost frame to the next yield. It returns false\n// when there is no frame left.\n")
	}
	e.printf("func (%s *%s) resume(%s *%s%s) %s {\n", recv, frame, f.names.machine, machine, comma(f.resumedWith()), results)
	e.WriteString(e.declarations(f, n.used))
	text := strings.Join(n.lines, "\n")
	jumps := strings.Contains(text, "goto "+f.names.returning)
	ends := jumps || n.fallsOff
	if !m.severalKinds() && ends {
		f.resumeLabel()
	}
	if f.names.again != "" {
		e.printf("%s:\n", f.names.again)
	}
	e.printf("%s", f.shownPlaces())
	if len(f.points) > 0 || f.epilogue != nil {
		e.printf("switch %s.%s {\n%s}\n", recv, f.names.state, f.entries())
	} else {
		e.printf("%s", f.loads(nil)) // it is never suspended
	}
	e.printf("%s\n", text)
	e.printf("%s", f.atEnd())
	if ends {
		if jumps {
			e.printf("%s:\n", f.names.returning)
		}
		e.printf("%s = %s.%s\n*%s = %s{%s: %s}\n%s = %s\n", top, recv, below, recv, frame, below, free, free, recv)
		if !m.severalKinds() {
			e.printf("if %s = %s; %s != nil {\ngoto %s\n}\n", recv, top, recv, f.names.again)
		}
		e.printf("return %s\n", zeros)
	}
	e.printf("}\n")
}

// linkType returns the type of a pointer to the frames of another body.
func (f *Func) linkType(in *Func) string {
	_, used := f.machine.typeParams()
	return "*" + in.names.Frame + used
}

// linkFields returns the fields of a frame for the frames that literals find in
// what they capture: of the body around, and of parameters. Each has the name of
// the parameter that it is set to.
func (f *Func) linkFields() (names, decls []string) {
	if in := f.outer; in != nil && !in.isRoot() {
		names = append(names, f.names.outer)
		decls = append(decls, fmt.Sprintf("%s %s // which it sees the variables of", f.names.outer, f.linkType(in)))
	}
	for v := range f.sig.Params().Variables() {
		if c := f.bound[v]; c != nil && c.needsFrame() {
			name := f.names.links[v]
			names = append(names, name)
			decls = append(decls, fmt.Sprintf("%s %s // which the literal that %s is sees the variables of", name, f.linkType(c.in), v.Name()))
		}
	}
	return names, decls
}

// paramText returns the parameters of the method that makes a frame: the
// receiver and the parameters of the function, but for those that are known.
func (f *Func) paramText() string {
	var params []string
	add := func(v *types.Var, variadic bool) {
		t := f.subst(v.Type())
		text := f.typeText(t)
		if variadic {
			text = "..." + f.typeText(t.(*types.Slice).Elem())
		}
		name := v.Name()
		if name == "" {
			name = "_"
		}
		params = append(params, name+" "+text)
	}
	if in := f.outer; in != nil && !in.isRoot() {
		params = append(params, f.names.outer+" "+f.linkType(in))
	}
	if recv := f.sig.Recv(); recv != nil {
		add(recv, false)
	}
	for i := range f.sig.Params().Len() {
		v := f.sig.Params().At(i)
		switch c := f.bound[v]; {
		case c == nil:
			add(v, f.sig.Variadic() && i == f.sig.Params().Len()-1)
		case c.needsFrame():
			params = append(params, f.names.links[v]+" "+f.linkType(c.in))
		}
	}
	return strings.Join(params, ", ")
}

// runner writes what all frames have in common, if they are of several types.
func (e *emitter) runner(m *Machine) {
	results, zeros := m.resultText()
	r := m.root.names
	e.printf("\n// A %s is a frame of any of the functions that a [%s] calls.\n", m.names.Frame, m.names.Machine)
	passed, with := m.root.passOn(), m.root.resumedWith()
	e.printf("type %s%s interface {\n", m.names.Frame, e.declared)
	if m.raises() {
		e.printf("%s(*%s, any, bool) (any, bool)\n", m.names.catch, e.machine)
	}
	if m.contract == nil {
		e.printf("resume(*%s) %s\n", e.machine, results)
	} else {
		e.printf("resume(%s *%s%s) %s\n", r.recv, e.machine, comma(with), results)
		e.printf("point(%s *%s) %s\ncalled() (%s, %s)\n", r.recv, e.machine, e.coro("Point"), e.coro("Called"), m.names.Frame+e.used)
	}
	e.printf("}\n\n")
	e.printf("// %s goes on with the innermost frame to the next yield. It returns false when\n// there is no frame left.\n", m.names.run)
	e.printf("func (%s *%s) %s(%s) %s {\n", r.recv, e.machine, m.names.run, with, results)
	top := r.recv + "." + m.names.top
	e.printf("for %s != nil {\n", top)
	var values []string
	for i := range m.values {
		values = append(values, []string{"value", "second"}[i])
	}
	if len(values) == 0 {
		e.printf("if %s.resume(%s%s) {\nreturn true\n}\n", top, r.recv, comma(passed))
	} else {
		list := strings.Join(values, ", ")
		e.printf("if %s, ok := %s.resume(%s%s); ok {\nreturn %s, true\n}\n", list, top, r.recv, comma(passed), list)
	}
	e.printf("}\nreturn %s\n}\n", zeros)
}
