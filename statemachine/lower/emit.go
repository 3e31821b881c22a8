package lower

// This file defines the pass emit: the machine's declarations.

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// An emitter writes what is generated for a function.
type emitter struct {
	f *Func
	strings.Builder

	machine  string // with type arguments
	declared string // type parameters with their constraints
	used     string // and without

	around   []edit   // of the function that makes the machine, because of types that were moved
	params   []string // names of the function's
	receiver string   // its name, if it has none in the source
}

func (e *emitter) printf(format string, args ...any) { fmt.Fprintf(e, format, args...) }

// runEmit writes the machine.
func runEmit(m *Machine) {
	f := m.root
	if f.inPlace != nil {
		return // it is written with what it stands in
	}
	m.guarded = m.contract == nil && m.guards(make(map[*Machine]bool)) // a body's driver sees to that
	m.nameRaise()
	e := &emitter{f: f}
	e.declared, e.used = m.typeParams()
	e.machine = m.names.Machine + e.used
	switch {
	case m.isComposite():
		e.compositeMachine()
	case m.contract != nil:
		e.body()
	default:
		e.iterator()
	}
	out, err := format.Source([]byte(e.String()))
	if err != nil {
		panic(fmt.Sprintf("lower: %s became what does not parse: %v\n%s", f.Name, err, e.String()))
	}
	if m.output = string(out); f.debugged() {
		m.output = e.String() // directives are where they belong
	}
}

// iterator writes the machine of a push iterator.
func (e *emitter) iterator() {
	f, m := e.f, e.f.machine
	next := e.next()
	for _, f := range m.bodies {
		if f.lifted {
			e.WriteString(f.localDecls())
		}
	}
	e.structure()
	for _, f := range m.bodies {
		e.WriteString(f.recordType())
	}
	e.states(f)
	e.constructor()
	e.WriteString(next)
	e.rest()
	for _, f := range m.bodies[1:] {
		e.frame(f)
		e.panics(f)
	}
	if m.raises() {
		e.raise(m)
	}
	if m.severalKinds() {
		e.runner(m)
	}
	e.ranging(m)
}

// nameableTypes refuses types that cannot be written.
func nameableTypes(m *Machine) {
	for _, f := range m.bodies {
		f.nameableAll()
	}
	for _, t := range m.tparams {
		if t.Obj().Name() == "_" && m.root.inPlace == nil {
			m.root.refuse(m.root.decl.Recv.Pos(), "a type parameter of its receiver has no name", "give it one")
		}
	}
}

// nameableAll refuses variables, and values of deferred calls, whose types cannot
// be written.
func (f *Func) nameableAll() {
	f.nameableVars()
	for _, d := range f.deferrals {
		for _, s := range d.all() {
			f.nameableType(s.Type, d.Stmt.Pos(), "a value of the deferred call")
		}
	}
}

// nameableVars refuses variables that are declared in what is generated and
// whose types cannot be written.
func (f *Func) nameableVars() {
	for _, s := range f.slots {
		f.nameable(s.Vars[0])
	}
	for _, d := range f.deferrals {
		for _, s := range d.all() {
			f.nameableType(s.Type, d.Stmt.Pos(), "a value of the deferred call")
		}
	}
	for _, v := range f.all {
		if v.Home == HomeLocal {
			f.nameable(v)
		}
	}
	for _, v := range f.results {
		f.nameable(v)
	}
}

// structure writes the machine's type.
func (e *emitter) structure() {
	f := e.f
	e.printf("// A %s is [%s] as a state machine: what [iter.Pull] does with it, without\n// a goroutine. It must not be copied once Next was called.\n", f.machine.names.Machine, f.Name)
	e.printf("type %s%s struct {\n", f.machine.names.Machine, e.declared)
	e.printf("%s %s\n", f.names.state, f.names.State)
	if f.machine.stopped {
		e.printf("%s bool // the consumer has stopped, and the body goes on to its end\n", f.machine.names.stopped)
	}
	if f.machine.names.exiting != "" {
		e.printf("%s bool // runtime.Goexit makes deferred calls\n", f.machine.names.exiting)
	}
	if f.machine.exits() {
		e.printf("%s bool // runtime.Goexit is on its way, even if something panics\n", f.machine.names.goexit)
	}
	if f.machine.tellsOff() {
		e.printf("%s bool // by another machine, so that to yield after it was stopped is an error\n", f.machine.names.ranged)
		e.printf("%s func() bool // the yield of that range, which panics\n", f.machine.names.over)
	}
	e.slots(f)
	e.stack(f.machine)
	e.printf("}\n\n")
}

// slots writes the fields for what a body keeps.
func (e *emitter) slots(f *Func) {
	if len(f.slots) > 0 {
		e.printf("\n")
	}
	for _, s := range f.slots {
		e.printf("%s %s // %s\n", s.Name, f.typeText(s.Type), f.why(s))
	}
	if len(f.deferrals) > 0 {
		e.printf("\n%s\n", strings.Join(f.deferredFields(), "\n"))
	}
}

// states writes the constants of a body.
func (e *emitter) states(f *Func) {
	e.printf("type %s uint%d\n\nconst (\n", f.names.State, stateBits(len(f.points)+4))
	e.printf("%s %s = iota // nothing has run yet\n", f.stateName("Start"), f.names.State)
	for _, p := range f.points {
		pos := f.position(p.node().Pos())
		e.printf("%s // %s:%d: %s\n", p.State, filepath.Base(pos.Filename), pos.Line, f.oneLine(p.node()))
	}
	if f.epilogue != nil {
		e.printf("%s // the body has not returned, and its deferred calls are made\n", f.stateName("Unwinding"))
	}
	if !f.isRoot() {
		e.printf(")\n\n")
		return
	}
	if f.mayBeNil() {
		e.printf("%s // what was returned is nil\n", f.stateName("Nil"))
	}
	switch {
	case f.machine.contract != nil && f.machine.guardsPanics():
		e.printf("%s // Resume has not returned\n", f.stateName("Running"))
	case f.machine.guarded:
		e.printf("%s // Next has not returned\n", f.stateName("Running"))
	}
	stopped := ", or was stopped"
	if f.machine.contract != nil {
		stopped = ""
	}
	e.printf("%s // the body has ended%s\n)\n\n", f.stateName("Done"), stopped)
}

func stateBits(n int) int {
	if n > 1<<8 {
		return 16
	}
	return 8
}

// stateName returns the name of one of the states that every machine has.
func (f *Func) stateName(which string) string {
	if f.names.states[which] == "" {
		if f.names.states == nil {
			f.names.states = make(map[string]string)
		}
		f.names.states[which] = f.fresh(f.names.prefix + which)
	}
	return f.names.states[which]
}

// oneLine returns the source of n in one line of moderate length.
func (f *Func) oneLine(n ast.Node) string {
	s := strings.Join(strings.Fields(f.edited(n.Pos(), n.End(), nil)), " ")
	if r := []rune(s); len(r) > 60 {
		s = string(r[:59]) + "…"
	}
	return s
}

// constructor writes the function that makes the machine: what the source does
// before it returns the iterator, and then the frame at its beginning.
func (e *emitter) constructor() {
	f := e.f
	switch {
	case f.machine.literal != nil:
		return // what it is a variant of makes it
	case f.machine.outer != nil:
		e.header()
		e.outerBody()
		e.printf("}\n\n")
		return
	case f.forwards != nil:
		e.header()
		e.printf("return %s\n}\n\n", e.made(fieldsOf(f)))
		return
	}
	e.printf("// %s returns [%s] as a machine, which has not run yet.\n", f.machine.names.Pull, f.Name)
	e.printf("func ")
	if f.decl.Recv != nil {
		e.printf("%s ", f.edited(f.decl.Recv.Pos(), f.decl.Recv.End(), nil))
	}
	e.printf("%s", f.machine.names.Pull)
	if tp := f.decl.Type.TypeParams; tp != nil {
		e.printf("%s", f.edited(tp.Pos(), tp.End(), nil))
	}
	made, ref := e.machine, ""
	if f.machine.contract != nil {
		made, ref = "*"+made, "&"
	}
	switch params := f.decl.Type.Params; {
	case f.lit != nil:
		e.printf("%s", f.edited(params.Pos(), params.End(), nil))
	case len(params.List) > 1: // the first is the yielder
		e.printf("(%s", f.edited(params.List[1].Pos(), params.End(), nil))
	default:
		e.printf("()")
	}
	e.printf(" %s {\n", made)
	e.WriteString(f.beforeText())
	for _, v := range f.all {
		if v.Outer && v.Slot == nil {
			e.printf("_ = %s\n", v.Obj.Name())
		}
	}
	e.printf("return %s%s{%s}\n}\n\n", ref, e.machine, fieldsOf(f))
}

// fieldsOf returns what a machine has at its start, of the variables around its
// body.
func fieldsOf(f *Func) string {
	var fields []string
	for _, v := range f.all {
		switch {
		case !v.Outer || v.Slot == nil:
		case v.Boxed():
			fields = append(fields, fmt.Sprintf("%s: &%s", v.Slot.Name, v.Obj.Name()))
		default:
			fields = append(fields, fmt.Sprintf("%s: %s", v.Slot.Name, v.Obj.Name()))
		}
	}
	return strings.Join(fields, ", ")
}

// mayBeNil reports whether what the function returns may be nil, so that f's
// machine has a state for that.
func (f *Func) mayBeNil() bool {
	o := f.machine.outer
	return o != nil && o.mayBeNil && f.isRoot() && f.machine.contract == nil
}

// nilCase returns the clause of Next for an iterator that is nil: it is called.
func (e *emitter) nilCase() string {
	f := e.f
	if !f.mayBeNil() {
		return ""
	}
	seq := f.fresh("seq")
	return fmt.Sprintf("case %s:\n%s()\nvar %s func(%s) // nil, and called\n%[3]s(nil)\n", f.stateName("Nil"), f.own(f.machine.names.end), seq, e.yieldText())
}

// beforeStmts returns the statements before the literal that is the body.
func (f *Func) beforeStmts() []ast.Stmt {
	if f.lit == nil || f.outer != nil {
		return nil
	}
	list := f.decl.Body.List
	if f.machine.around() != nil {
		return list
	}
	return list[:len(list)-1]
}

// beforeText returns them as they are written where they run.
func (f *Func) beforeText() string {
	if f.lit == nil || f.outer != nil {
		return ""
	}
	list := f.decl.Body.List
	var edits []edit
	for _, s := range f.beforeStmts() {
		ast.PreorderStack(s, nil, func(n ast.Node, stack []ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if text := f.elsewhere(f.info.Uses[id], parentOf(stack)); text != "" && text != id.Name {
					edits = append(edits, edit{id.Pos(), id.End(), text})
				}
			}
			return true
		})
	}
	to := list[len(list)-1].Pos()
	for _, e := range aroundEdits([]*Func{f}) {
		if e.pos < to {
			edits = append(edits, e)
		}
	}
	text := strings.TrimSpace(f.edited(f.decl.Body.Lbrace+1, to, outermost(edits)))
	if text != "" {
		text += "\n"
	}
	for _, obj := range f.knownBefore() {
		text += "_ = " + obj.Name() + "\n"
	}
	return text
}

// knownBefore returns the variables before the literal that is the body to which
// bodies of their own are assigned, in their order.
func (f *Func) knownBefore() []types.Object {
	var objs []types.Object
	for obj := range f.known {
		if !within(f.body, obj.Pos()) {
			objs = append(objs, obj)
		}
	}
	slices.SortFunc(objs, func(a, b types.Object) int { return int(a.Pos() - b.Pos()) })
	return objs
}

// resultText returns the result types of Next, and the values of its last
// return.
func (m *Machine) resultText() (types, zeros string) {
	var ts, zs []string
	for _, v := range m.values {
		ts = append(ts, m.root.typeText(v))
		zs = append(zs, m.root.zero(v))
	}
	ts, zs = append(ts, "bool"), append(zs, "false")
	if len(ts) == 1 {
		return ts[0], zs[0]
	}
	return "(" + strings.Join(ts, ", ") + ")", strings.Join(zs, ", ")
}

// namedResults returns the results of Next with names, and these.
func (e *emitter) namedResults() (list string, names []string) {
	f := e.f
	var results []string
	add := func(name, typ string) {
		name = f.fresh(name)
		names = append(names, name)
		results = append(results, name+" "+typ)
	}
	for i, v := range f.machine.values {
		add([]string{"value", "second"}[i], f.typeText(v))
	}
	add("more", "bool")
	return "(" + strings.Join(results, ", ") + ")", names
}

// next returns the method Next.
func (e *emitter) next() string {
	f := e.f
	var named []string
	results, zeros := f.machine.resultText()
	if f.machine.resumesPanicking() {
		results, named = e.namedResults()
	}
	n := &nexter{f: f}
	n.statements()
	recv, done := f.names.recv, f.stateName("Done")
	state := recv + "." + f.names.state
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p("// Next goes on to the next yield and returns what that hands out, and true, or\n// false if there is none. It does what the next of [iter.Pull] does.\n")
	p("func (%s *%s) Next() %s {\n", recv, e.machine, results)
	b.WriteString(e.declarations(f, n.used) + f.shownPlaces())
	local := f.names.state
	if f.machine.guarded {
		running := f.stateName("Running")
		p("switch %s {\ncase %s:\nreturn %s\ncase %s:\n", state, done, zeros, running)
		if f.machine.stopped {
			p("if %s.%s {\nreturn %s\n}\n", recv, f.machine.names.stopped, zeros)
		}
		p("panic(\"iter.Pull: next called again before yield\")\n%s}\n", e.nilCase())
		p("%s := %s\n%s = %s\n", local, state, state, running)
		p("defer func() {\nif %s == %s { // a panic, or runtime.Goexit\n", state, running)
		p("%s\n}\n}()\n", f.machine.onPanic(named))
		p("switch %s {\n", local)
	} else if !f.mayPanic() {
		p("switch %s {\n", state)
	} else {
		p("%s := %s\n%s = %s // so it stays if the body panics\nswitch %s {\n", local, state, state, done, local)
	}
	b.WriteString(f.entries())
	if !f.machine.guarded {
		p("%scase %s:\nreturn %s\n", e.nilCase(), done, zeros)
	}
	p("}\n%s\n%s}\n\n", strings.Join(n.lines, "\n"), f.atEnd())
	return b.String()
}

// declarations returns what is declared at the top of a body; used are the
// variables that are not only set.
func (e *emitter) declarations(f *Func, used map[*Var]bool) string {
	var b strings.Builder
	if !f.lifted {
		b.WriteString(f.localDecls())
	}
	b.WriteString(f.locals(used))
	return b.String()
}

// locals declares the variables that live at the top.
func (f *Func) locals(used map[*Var]bool) string {
	var b strings.Builder
	declared := make(map[string]bool)
	for _, v := range f.all {
		if v.Home != HomeLocal || declared[v.Name] {
			continue
		}
		declared[v.Name] = true
		star := ""
		if v.Boxed() {
			star = "*"
		}
		fmt.Fprintf(&b, "var %s %s%s\n", v.Name, star, f.typeText(v.Type))
		if !used[v] || f.debugged() {
			fmt.Fprintf(&b, "_ = %s\n", v.Name)
		}
	}
	return b.String() + f.shownVars()
}

// entries returns the cases of the switch at the beginning of a body.
func (f *Func) entries() string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	if begins := f.loads(nil); begins != "" {
		p("case %s:\n%s", f.stateName("Start"), begins)
	}
	for _, pt := range f.points {
		p("case %s:\n%sgoto %s\n", pt.State, f.loads(pt), pt.Label)
	}
	if f.epilogue != nil {
		p("case %s:\ngoto %s\n", f.stateName("Unwinding"), f.epilogue.block.label)
	}
	return b.String()
}

// localDecls returns the constants and types that are declared where the body
// is taken apart.
func (f *Func) localDecls() string {
	var b strings.Builder
	b.WriteString(f.aroundText())
	ast.Inspect(f.body, func(n ast.Node) bool {
		if d, ok := n.(*ast.DeclStmt); ok && f.declaresNames(d) {
			fmt.Fprintf(&b, "%s\n", f.declText(d))
			return false
		}
		_, isLit := n.(*ast.FuncLit)
		return !isLit
	})
	return b.String()
}

// declaresNames reports whether d declares constants or types where the body
// is taken apart.
func (f *Func) declaresNames(d *ast.DeclStmt) bool {
	for _, spec := range d.Decl.(*ast.GenDecl).Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			return f.consts[f.info.Defs[s.Name]]
		case *ast.ValueSpec:
			return f.consts[f.info.Defs[s.Names[0]]]
		}
	}
	return false
}

// rest writes the other methods.
func (e *emitter) rest() {
	f := e.f
	recv, start, done := f.names.recv, f.stateName("Start"), f.stateName("Done")
	results, zeros := f.machine.resultText()
	e.printf("// %s ends the machine, which keeps nothing.\n", f.machine.names.end)
	e.printf("func (%s *%s) %s() %s {\n*%s = %s{%s: %s}\nreturn %s\n}\n\n", recv, e.machine, f.machine.names.end, results, recv, e.machine, f.names.state, done, zeros)
	e.unwinding(results, zeros)
	e.printf("// Stop ends the machine: the yield that it is suspended at returns false, and so\n// does each one after it, until the body has ended. It does what the stop of\n// [iter.Pull] does.\n")
	e.printf("func (%s *%s) Stop() {\n", recv, e.machine)
	if !f.machine.stopped && !f.machine.guarded {
		e.printf("%s.%s() // no suspension point has anything left to do\n}\n\n", recv, f.machine.names.end)
	} else {
		e.printf("switch %s.%s {\n", recv, f.names.state)
		ends := []string{start}
		if f.mayBeNil() {
			ends = append(ends, f.stateName("Nil"))
		}
		for _, p := range f.points {
			if p.endsStop {
				ends = append(ends, p.State)
			}
		}
		if f.machine.guarded {
			e.printf("case %s:\n", f.stateName("Running"))
			if f.machine.stopped {
				e.printf("if !%s.%s {\n", recv, f.machine.names.stopped)
			}
			e.printf("panic(\"%s: Stop called from inside of the body\")\n", f.machine.names.Machine)
			if f.machine.stopped {
				e.printf("}\n")
			}
		}
		e.printf("case %s: // nothing is left to do\n%s.%s()\n", strings.Join(ends, ", "), recv, f.machine.names.end)
		if f.machine.stopped {
			e.printf("case %s:\ndefault:\n%s.%s = true\n", done, recv, f.machine.names.stopped)
			if f.machine.tellsOff() {
				e.printf("if %s.%s {\n%s.%s()\nreturn\n}\n", recv, f.machine.names.ranged, recv, f.machine.names.leave)
			}
			e.printf("%s.Next()\n", recv)
		}
		e.printf("}\n}\n\n")
	}
	e.pullMethod(results)
}

func (e *emitter) pullMethod(results string) {
	recv := e.f.names.recv
	e.printf("// Pull returns Next and Stop of a machine of their own, in the place of\n// [iter.Pull]'s.\n")
	e.printf("func (%s %s) Pull() (next func() %s, stop func()) {\nreturn %s.Next, %s.Stop\n}\n", recv, e.machine, results, recv, recv)
}
