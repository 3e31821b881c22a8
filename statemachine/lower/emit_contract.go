package lower

// This file defines the machine that a body of coro's contract becomes: a
// coro.Resumable that tells where it stands.

import (
	"fmt"
	"go/ast"
	"go/types"
	"path/filepath"
	"strings"
)

// handOut writes a suspension of a body.
func (n *nexter) handOut(p *Point) {
	f, w := n.f, n.writer()
	var lines []string
	out := p.values[len(p.values)-1]
	if _, known := f.labelOf(p); p.labeled && !known {
		f.dynamic = append(f.dynamic, p)
		lines = append(lines, fmt.Sprintf("%s.%s = %s", f.names.machine, f.machine.names.label, w.write(p.values[0])))
	}
	x := w.write(out)
	source, _ := out.(ast.Expr)
	// Where calls are deferred, a panic is one as long as the state is not set.
	braces := f.cleared(p, out) || f.machine.guardsPanics() && source != nil && !f.simple(source)
	if braces {
		name := f.fresh("value")
		if typed(source) && types.Identical(f.typeOf(source), f.machine.values[0]) {
			lines = append(lines, fmt.Sprintf("%s := %s", name, x))
		} else {
			lines = append(lines, fmt.Sprintf("var %s %s = %s", name, f.typeText(f.machine.values[0]), x))
		}
		x = name
	}
	for _, s := range p.clear {
		lines = append(lines, fmt.Sprintf("%s.%s = %s", f.names.recv, s.Name, f.zero(s.Type)))
	}
	lines = append(lines, f.stores(p)...)
	lines = append(lines, f.exits(p)...)
	lines = append(lines, fmt.Sprintf("%s = %s", w.write(ownField("state")), p.State), fmt.Sprintf("return %s, true", x))
	if braces && len(w.binds) == 0 && !n.inRun {
		lines = append(append([]string{"{"}, lines...), "}")
	}
	n.bound(w, lines...)
}

// body writes the machine of a body.
func (e *emitter) body() {
	m := e.f.machine
	resume := e.resume()
	for _, f := range m.bodies {
		if f.lifted {
			e.WriteString(f.localDecls())
		}
	}
	frames := emitter{f: e.f, machine: e.machine, declared: e.declared, used: e.used}
	for _, f := range m.bodies[1:] {
		frames.frame(f)
		frames.frameMethods(f)
		frames.panics(f)
	}
	if m.raises() {
		frames.raise(m)
	}
	e.bodyStructure()
	for _, f := range m.bodies {
		e.WriteString(f.recordType())
	}
	e.states(e.f)
	e.constructor()
	e.WriteString(resume)
	e.bodyMethods()
	e.WriteString(frames.String())
	e.ranging(m)
	if m.severalKinds() {
		e.runner(m)
	}
	e.points()
}

// coro returns the name of something in package coro.
func (e *emitter) coro(name string) string { return e.f.imported(coroPath) + "." + name }

func (e *emitter) bodyStructure() {
	f := e.f
	names := f.machine.names
	e.printf("// %s is [%s] as a state machine, of shape lowered: what [%s] does\n// with it, without a stack. It is a [%s].\n",
		names.Machine, f.Name, e.coro("Pull"), e.coro("Resumable"))
	e.printf("type %s%s struct {\n%s %s\n", names.Machine, e.declared, f.names.state, f.names.State)
	if names.exiting != "" {
		e.printf("%s bool // runtime.Goexit makes deferred calls\n", names.exiting)
	}
	if f.machine.exits() {
		e.printf("%s bool // runtime.Goexit is on its way, even if something panics\n", f.machine.names.goexit)
	}
	e.slots(f)
	for _, b := range f.machine.bodies {
		if b.dynamic != nil {
			e.printf("\n%s string // of the suspension\n", names.label)
			break
		}
	}
	if f.machine.asksLoop {
		e.printf("%s *%s // of the task\n", names.loop, e.coro("Loop"))
	}
	if f.machine.delegates {
		e.printf("%s %s // what it is suspended in, or nil\n", names.inner, e.coro("Inspectable"))
	}
	e.stack(f.machine)
	e.printf("\n")
	for _, v := range f.results {
		e.printf("%s %s // %s\n", v.Name, f.typeText(v.Type), v.Temp)
	}
	e.printf("}\n\n")
}

// resumedWith returns the parameters for what a body is resumed with, behind
// the others of a method.
func (f *Func) resumedWith() string {
	if f.machine.contract == nil {
		return ""
	}
	in, thrown := "_", "_"
	if f.readsIn {
		in = f.names.in
	}
	if f.readsThrown {
		thrown = f.names.thrown
	}
	return fmt.Sprintf("%s %s, %s error", in, f.typeText(f.machine.contract.in), thrown)
}

// passOn returns the arguments that pass on what a body was resumed with.
func (f *Func) passOn() string {
	if f.machine.contract == nil {
		return ""
	}
	return f.ownText("in") + ", " + f.ownText("thrown")
}

// comma returns s behind a comma, or "".
func comma(s string) string {
	if s == "" {
		return ""
	}
	return ", " + s
}

// resume returns the method Resume.
func (e *emitter) resume() string {
	f := e.f
	var named []string
	results, zeros := f.machine.resultText()
	if f.machine.resumesPanicking() {
		results, named = e.namedResults()
	}
	n := &nexter{f: f}
	n.statements()
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p("// Resume implements [%s].\n", e.coro("Resumable"))
	p("func (%s *%s) Resume(%s) %s {\n", f.names.recv, e.machine, f.resumedWith(), results)
	b.WriteString(e.declarations(f, n.used))
	b.WriteString(f.shownPlaces())
	if state := f.own(f.names.state); f.machine.guardsPanics() {
		running := f.stateName("Running")
		p("%s := %s\nif %s != %s {\n%s = %s\n}\n", f.names.state, state, state, f.stateName("Done"), state, running)
		p("defer func() {\nif %s == %s { // a panic, or runtime.Goexit\n%s\n}\n}()\n", state, running, f.machine.onPanic(named))
		p("switch %s {\n", f.names.state)
	} else {
		p("switch %s {\n", state)
	}
	b.WriteString(f.entries())
	p("case %s:\nreturn %s\n", f.stateName("Done"), zeros)
	p("}\n%s\n%s}\n\n", strings.Join(n.lines, "\n"), f.atEnd())
	return b.String()
}

// bodyMethods writes the other methods.
func (e *emitter) bodyMethods() {
	f := e.f
	names := f.machine.names
	recv, ret := f.names.recv, f.typeText(f.machine.contract.ret)
	results, zeros := f.machine.resultText()
	result, failure := f.results[0].Name, f.results[1].Name
	method := func(doc, format string, args ...any) {
		e.printf("// %s.\nfunc (%s *%s) %s\n\n", doc, recv, e.machine, fmt.Sprintf(format, args...))
	}
	if f.machine.guardsPanics() {
		e.bodyUnwind()
	}
	if f.returns() || f.machine.guardsPanics() {
		e.printf("// %s ends the machine, which keeps only what the body returned.\n", names.end)
		e.printf("func (%s *%s) %s(%s %s, %s error) %s {\n", recv, e.machine, names.end, result, ret, failure, results)
		e.printf("*%s = %s{%s: %s, %s: %s, %s: %s}\n", recv, e.machine, f.names.state, f.stateName("Done"), result, result, failure, failure)
		e.printf("return %s\n}\n\n", zeros)
	}
	implements := func(name string) string { return "implements [" + e.coro(name) + "]" }
	method("Result "+implements("Resumable"), "Result() %s { return %s.%s }", ret, recv, result)
	method("Err "+implements("Resumable"), "Err() error { return %s.%s }", recv, failure)
	method("Shape "+implements("Shaper"), "Shape() %s { return %s }", e.coro("Shape"), e.coro("ShapeLowered"))
	method("Func "+implements("Funcer"), "Func() string { return %q }", f.pkg.Name+"."+f.Name)
	if f.machine.asksLoop {
		loop := f.fresh("on")
		method("OnLoop "+implements("Looper"), "OnLoop(%s *%s) { %s.%s = %[1]s }", loop, e.coro("Loop"), recv, names.loop)
	}
	if f.machine.delegates {
		method("Inner "+implements("Delegator"), "Inner() %s { return %s.%s }", e.coro("Inspectable"), recv, names.inner)
	}
	e.pointMethod(f, "Point", "")
	e.frameMethod()
}

// pointMethod writes the method that tells where a body is suspended.
func (e *emitter) pointMethod(f *Func, name, params string) {
	owner := e.machine
	if f.isRoot() {
		e.printf("// Point implements [%s].\n", e.coro("Pointer"))
	} else {
		owner = f.names.Frame + e.used
		e.printf("// %s tells where the frame is suspended.\n", name)
	}
	e.printf("func (%s *%s) %s(%s) %s {\n", f.names.recv, owner, name, params, e.coro("Point"))
	if top := f.own(f.machine.names.top); f.isRoot() && len(f.machine.bodies) > 1 {
		e.printf("if %s != nil {\nreturn %s.point(%s)\n}\n", top, top, f.names.recv)
	}
	at := fmt.Sprintf("%s[%s]", f.names.points, f.own(f.names.state))
	if f.dynamic == nil {
		e.printf("return %s\n}\n\n", at)
		return
	}
	point := f.fresh("point")
	e.printf("%s := %s\n", point, at)
	var states []string
	for _, p := range f.dynamic {
		states = append(states, fmt.Sprintf("%s == %s", f.own(f.names.state), p.State))
	}
	e.printf("if %s {\n%s.Label = %s.%s\n}\nreturn %s\n}\n\n", strings.Join(states, " || "), point, f.names.machine, f.machine.names.label, point)
}

// slotList returns the slots of a frame as elements of a slice.
func (e *emitter) slotList(f *Func) string {
	var b strings.Builder
	for _, s := range f.slots {
		value := f.own(s.Name)
		if s.Vars[0].Boxed() {
			value = e.coro("Unboxed") + "(" + value + ")"
		}
		fmt.Fprintf(&b, "{Name: %q, Value: %s},\n", s.Name, value)
	}
	return b.String()
}

// frameMethod writes the method that shows the saved locals.
func (e *emitter) frameMethod() {
	f := e.f
	several := len(f.machine.bodies) > 1
	slots := e.coro("Slot")
	e.printf("// Frame implements [%s].", e.coro("Framer"))
	if several {
		e.printf(" Its last slot is the calls that the body is in, the\n// innermost first.")
	}
	e.printf("\nfunc (%s *%s) Frame() []%s {\n", f.names.recv, e.machine, slots)
	list := e.slotList(f)
	if several {
		calls, frame, call := f.fresh("calls"), f.fresh("frame"), f.fresh("call")
		e.printf("var %s []%s\nfor %s := %s; %s != nil; {\nvar %s %s\n%s, %s = %s.called()\n%s = append(%s, %s)\n}\n", calls, e.coro("Called"),
			frame, f.own(f.machine.names.top), frame, call, e.coro("Called"), call, frame, frame, calls, calls, call)
		list += fmt.Sprintf("{Name: \"calls\", Value: %s},\n", calls)
	}
	if list == "" {
		e.printf("return nil\n}\n\n")
		return
	}
	e.printf("return []%s{\n%s}\n}\n\n", slots, list)
}

// frameMethods writes what the frames of a body that is called tell of
// themselves.
func (e *emitter) frameMethods(f *Func) {
	m := f.machine
	e.printf("\n")
	owner := f.names.machine
	if f.dynamic == nil {
		owner = "_"
	}
	e.pointMethod(f, "point", fmt.Sprintf("%s *%s", owner, e.machine))
	link := m.names.Frame + e.used
	if !m.severalKinds() {
		link = "*" + link
	}
	list := e.slotList(f)
	if list != "" {
		list = fmt.Sprintf(", Slots: []%s{\n%s}", e.coro("Slot"), list)
	}
	e.printf("// called shows the frame, and returns that of who called.\nfunc (%s *%s) called() (%s, %s) {\nreturn %s{Func: %q%s}, %s\n}\n",
		f.names.recv, f.names.Frame+e.used, e.coro("Called"), link, e.coro("Called"), f.Name, list, f.own(f.names.below))
}

// guardsPanics reports whether a panic of the body is the machine's affair,
// since it has deferred calls.
func (m *Machine) guardsPanics() bool { return len(m.root.deferrals) > 0 || m.resumesPanicking() }

// bodyUnwind writes the methods that make the deferred calls.
func (e *emitter) bodyUnwind() {
	f, m := e.f, e.f.machine
	end, zero := f.own(m.names.end), f.zero(m.contract.ret)
	p, recv := f.names.panicking, f.names.recv
	if m.resumesPanicking() {
		e.caught(m)
	}
	if f.epilogue != nil {
		e.parts(f, e.machine)
		e.bodyUnwound(end, zero)
	} else {
		e.bodyDeferred(end, zero)
	}
	e.printf("// Unwind implements [%s].\nfunc (%s *%s) Unwind() {\n", e.coro("Unwinder"), recv, e.machine)
	if m.resumesPanicking() {
		more := f.fresh("more")
		e.printf("%s(func(%s any) {\nfor %s := true; %s; { // deferred calls may suspend, too\n_, %s = %s(%s)\n}\n})\n", e.coro("Unwound"), p, more, more, more, f.own(m.names.caught), p)
	} else {
		e.printf("%s(func(%s any) { %s(%s) })\n", e.coro("Unwound"), p, f.own(f.names.unwind), p)
	}
	e.printf("%s(%s, %s)\n}\n\n", end, zero, e.coro("ErrIgnoredClose"))
}

// bodyResults returns where the results are while deferred calls are made.
func (f *Func) bodyResults() string {
	w := &writer{f: f, binds: make(map[*Var]bool)}
	var places []string
	for _, v := range f.resultPlaces() {
		places = append(places, w.target(v))
	}
	return strings.Join(places, ", ")
}

// bodyDeferred writes the method that makes deferred calls which do not suspend,
// at the end.
func (e *emitter) bodyDeferred(end, zero string) {
	f := e.f
	results, _ := f.machine.resultText()
	kept := zero + ", nil" // it panics: all that defer something are frames
	if len(f.deferrals) > 0 {
		kept = f.bodyResults()
	}
	e.printf("// %s makes the deferred calls, the last one first, while %s panics, unless it is\n// nil, and ends the machine with what the results are then.\n", f.names.unwind, f.names.panicking)
	e.printf("func (%s *%s) %s(%s any) %s {\n", f.names.recv, e.machine, f.names.unwind, f.names.panicking, results)
	e.printf("ended := false\ndefer func() {\nif !ended { // by a panic, or runtime.Goexit\n%s(%s, nil)\n}\n}()\n", end, zero)
	e.printf("func() {\n%s\n}()\nended = true\nreturn %s(%s)\n}\n\n", strings.Join(f.unwinding(f.deferrals, f.own(f.names.deferred)), "\n"), end, kept)
}

// bodyUnwound writes the method that ends the machine after an epilogue.
func (e *emitter) bodyUnwound(end, zero string) {
	f, p := e.f, e.f.names.panicking
	results, _ := f.machine.resultText()
	e.printf("// %s ends the machine with what the results are, or panics with what still does.\n", f.epilogue.unwound)
	e.printf("func (%s *%s) %s() %s {\n", f.names.recv, e.machine, f.epilogue.unwound, results)
	e.printf("if %s := %s; %s != nil {\n%s(%s, nil)\npanic(%s)\n}\nreturn %s(%s)\n}\n\n", p, f.own(f.epilogue.panicked), p, end, zero, p, end, f.bodyResults())
}

// returns reports whether the body ever returns.
func (f *Func) returns() bool {
	for _, b := range f.blocks {
		if _, ok := b.term.(*returned); ok {
			return true
		}
		for _, item := range b.items {
			if l, ok := item.(*leaving); ok && returnIn(l.Stmt) {
				return true
			}
		}
	}
	return false
}

// returnIn reports whether there is a return in s, outside of function literals.
func returnIn(s ast.Stmt) bool {
	found := false
	ast.Inspect(s, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			found = true
		}
		return !found
	})
	return found
}

// points writes the tables of the places where the machine may be suspended.
// Their states are numbered through.
func (e *emitter) points() {
	m := e.f.machine
	state := 0
	for _, f := range m.bodies {
		e.printf("\n// %s are the points at which [%s] may be suspended.\nvar %[1]s = [...]%[3]s{\n", f.names.points, f.Name, e.coro("Point"))
		if f.isRoot() {
			e.printf("%s: {Name: \"start\"},\n", f.stateName("Start"))
		}
		for _, p := range f.points {
			if p.callee != nil {
				continue
			}
			state++
			label, _ := f.labelOf(p)
			if label != "" {
				label = fmt.Sprintf("Label: %q, ", label)
			}
			e.printf("%s: {State: %d, Name: %q, Kind: %s, %sPlace: %s{File: %s, Line: %d}},\n", p.State, state, m.stateText(p),
				e.coro(f.kindOf(p)), label, e.coro("Place"), f.sourceName(), f.position(p.Call.Pos()).Line)
		}
		if f.isRoot() {
			e.printf("%s: {State: %d, Name: \"done\"},\n", f.stateName("Done"), m.places()+1)
		}
		e.printf("}\n")
	}
	said := make(map[string]bool)
	for _, f := range m.bodies {
		if name := f.sourceName(); !said[name] {
			said[name] = true
			e.printf("\n// %s is where the body stands.\nvar %[1]s = %s(%q)\n", name, e.coro("Beside"), filepath.Base(f.filename()))
		}
	}
}

// sourceName returns the name of the variable that tells the file of a body.
func (f *Func) sourceName() string {
	for g := f; g != nil; g = g.outer {
		if g.site != nil {
			return g.site.in.sourceName()
		}
	}
	if f.file == f.machine.root.file {
		return f.machine.names.source
	}
	return f.names.prefix + "Source"
}

// places returns at how many points the machine may be suspended.
func (m *Machine) places() int {
	n := 0
	for _, f := range m.bodies {
		for _, p := range f.points {
			if p.callee == nil {
				n++
			}
		}
	}
	return n
}

// stateText returns what people call the state of p.
func (m *Machine) stateText(p *Point) string { return lowerFirst(p.State[len(m.root.names.prefix):]) }
