package lower

// This file defines how functions are written that are lowered where they
// stand: what emit is to machines that have declarations of their own.

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// suspended returns what step returns when it suspends at p.
func (f *Func) suspended(p *Point) string {
	switch {
	case f.inPlace == nil:
		return "true"
	case p.Call != nil:
		return f.signal("Recover")
	}
	return f.signal("Suspended")
}

// signal returns how a constant of package suspensions is written.
func (f *Func) signal(name string) string { return f.inPlace.count + "." + name }

// isExit reports whether e is os.Exit.
func (f *Func) isExit(e *ast.SelectorExpr) bool {
	fn, ok := f.info.Uses[e.Sel].(*types.Func)
	return ok && fn.Pkg() != nil && fn.Pkg().Path() == "os" && fn.Name() == "Exit"
}

// outer returns the variable of a function around w's that id mentions, or nil,
// and how it, or the pointer to it, is written. The body of a loop writes it as
// the function around does, which has not gone on meanwhile. A function literal
// needs a name for it, which the statement that it is in binds.
func (w *writer) outer(id *ast.Ident, inLit bool) (v *Var, place string) {
	if w.f.inPlace == nil {
		return nil, ""
	}
	loop := !inLit && w.f.isRange()
	for in := w.f.inPlace.within; in != nil; in = in.f.inPlace.within {
		v := in.f.varOf(id)
		switch {
		case v == nil:
			loop = loop && in.f.isRange()
			continue
		case loop || v.Home == HomeRun:
			return v, in.place(v)
		}
		in.binds[v] = true
		return v, v.Name
	}
	return nil, ""
}

// writtenInPlace returns a function literal of the body, or the body of a range
// over a function, lowered.
func (f *Func) writtenInPlace(n ast.Node, w *writer) (string, bool) {
	if f.inPlace == nil {
		return "", false
	}
	child := f.inPlace.children[n]
	if child == nil || len(child.machine.Refused) > 0 {
		return "", false
	}
	child.inPlace.within = w
	return child.written(), true
}

// written returns the function with its machine.
func (f *Func) written() string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p("%s{\n", f.header())
	if len(f.points) == 0 {
		p("}")
		return b.String()
	}
	n := &nexter{f: f}
	n.statements()
	recv := f.names.recv
	if f.isRange() {
		p("%s", f.mentionHead())
	}
	if f.isMain() {
		p("defer %s()\n", f.signal("Report"))
	}
	p("%s%s", f.localDecls(), f.recordType())
	p("%s := struct {\n%s %s\n", recv, f.names.state, f.signal("State"))
	if f.inPlace.recovers {
		p("%s %s\n", f.inPlace.recovered, f.anything())
	}
	if len(f.inPlace.exits) > 0 {
		p("%s %s\n", f.inPlace.left, f.signal("State"))
	}
	for _, s := range f.slots {
		p("%s %s\n", s.Name, f.typeText(s.Type))
	}
	if len(f.deferrals) > 0 {
		p("%s\n", strings.Join(f.deferredFields(), "\n"))
	}
	p("}{%s}\n", strings.Join(f.given(), ", "))
	p("%s := func() %s {\n%sswitch %s.%s {\n", f.inPlace.step, f.signal("Signal"), f.locals(n.used), recv, f.names.state)
	for _, pt := range f.points {
		p("case %s:\ngoto %s\n", pt.State, pt.Label)
	}
	p("}\n%s\n}\n", strings.Join(n.lines, "\n"))
	if len(f.deferrals) > 0 {
		p("%s := func(%s %s) {\n%s\n}\n", f.names.unwind, f.names.panicking, f.anything(), strings.Join(f.unwinding(f.deferrals, f.own(f.names.deferred)), "\n"))
	}
	p("%s\n}", f.drive())
	return b.String()
}

// drive returns what resumes the machine until it is done. A panic of the body,
// and runtime.Goexit, are met by a closure around step, so that the deferred
// calls run; and recover is called by the function itself. The closure returns
// what panicked, so that its stack is gone before that goes on: a panic that
// passes through many functions would else search the stacks of all of them, in
// each of them.
func (f *Func) drive() string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	w := &writer{f: f, binds: make(map[*Var]bool)}
	var results []string
	for _, v := range f.results {
		if !f.isRange() {
			results = append(results, w.ref(v))
		}
	}
	end := "return " + strings.Join(results, ", ")
	step, signal, panicked := f.inPlace.step, f.inPlace.signal, f.names.panicking
	done, suspended := f.signal("Done"), f.signal("Suspended")
	unwinds, run := len(f.deferrals) > 0, f.inPlace.run
	if unwinds {
		p("%s := func() (%s %s, %s %s) {\n%s = %s\n", run, signal, f.signal("Signal"), panicked, f.anything(), signal, f.signal("Unwound"))
		p("defer func() {\nif %s == %s {\n", signal, f.signal("Unwound"))
		p("if %s = recover(); %s == nil {\n%s(nil) // runtime.Goexit\n}\n}\n}()\n", panicked, panicked, f.names.unwind)
		p("next := %s()\nfor ; next == %s; next = %s() {\n%s()\n}\nreturn next, nil\n}\n", step, suspended, step, f.signal("Add"))
	}
	switch {
	case f.inPlace.recovers && unwinds:
		p("for {\n%s, %s := %s()\nif %s != %s {\n%s(%s)\n%s\n}\n", signal, panicked, run, signal, f.signal("Recover"), f.names.unwind, panicked, end)
		p("%s = recover()\n%s()\n}", f.own(f.inPlace.recovered), f.signal("Add"))
		return b.String()
	case f.inPlace.recovers:
		p("for {\nswitch %s() {\ncase %s:\n%s\n", step, done, end)
		p("case %s:\n%s = recover()\n}\n%s()\n}", f.signal("Recover"), f.own(f.inPlace.recovered), f.signal("Add"))
		return b.String()
	case unwinds:
		p("_, %s := %s()\n%s(%s)\n", panicked, run, f.names.unwind, panicked)
	default:
		p("for %s() == %s {\n%s()\n}\n", step, suspended, f.signal("Add"))
	}
	switch {
	case f.isRange():
		p("%s", f.leaves())
	case results != nil:
		p("%s", end)
	}
	return b.String()
}

// given returns what the machine's fields begin with.
func (f *Func) given() []string {
	var fields []string
	isResult := make(map[*Var]bool)
	for _, v := range f.results {
		isResult[v] = true
		if v.Boxed() && !f.isRange() {
			fields = append(fields, fmt.Sprintf("%s: new(%s)", v.Slot.Name, f.typeText(v.Type)))
		}
	}
	for _, v := range f.all {
		switch {
		case !v.Outer || v.Slot == nil || isResult[v]:
		case v.Boxed():
			fields = append(fields, fmt.Sprintf("%s: &%s", v.Slot.Name, v.Name))
		default:
			fields = append(fields, fmt.Sprintf("%s: %s", v.Slot.Name, v.Name))
		}
	}
	return fields
}

// isMain reports whether f is the function that a program begins with.
func (f *Func) isMain() bool {
	return f.pkg.Types.Name() == "main" && f.Name == "main" && f.inPlace.parent == nil
}

// header returns the signature, in which the parameters have the names that
// they have got.
func (f *Func) header() string {
	if f.isRange() {
		return ""
	}
	var edits []edit
	recv, typ, body := f.parts()
	for _, part := range []ast.Node{recv, typ} {
		if part == (*ast.FieldList)(nil) {
			continue
		}
		ast.Inspect(part, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			name := ""
			if obj := f.info.Defs[id]; obj != nil && f.vars[obj] != nil {
				name = f.vars[obj].Name
			} else if obj := f.info.Uses[id]; obj != nil {
				name = f.rename[obj]
			}
			if name != "" && name != id.Name {
				edits = append(edits, edit{id.Pos(), id.End(), name})
			}
			return true
		})
	}
	return f.edited(f.inPlace.fun.Pos(), body.Lbrace, edits)
}
