package lower

// This file defines functions that are lowered where they stand: their
// signatures stay, and in each body a machine is made from the arguments,
// resumed until it is done, and asked for the results.
//
//	func clamp(n int) int {       becomes    func clamp(n int) int {
//		if n < 0 {                            	m := struct {
//			return 0                          		state  uint8
//		}                                     		n      int
//		return n                              		result int
//	}                                         	}{n: n}
//	                                          	step := func() bool {
//	                                          		switch m.state {
//	                                          		...
//	                                          	}
//	                                          	for step() {
//	                                          		suspensions.Add()
//	                                          	}
//	                                          	return m.result
//	                                          }
//
// Function literals in it become machines of their own, which mention the
// variables around them by reference, as they did before.

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"
)

// An inPlace is what a function has that is lowered where it stands.
type inPlace struct {
	fun      ast.Node // the *ast.FuncDecl or *ast.FuncLit, or the *ast.RangeStmt whose body it is
	root     ast.Node // the outermost one around it
	parent   *Func    // what it is a literal or a loop of, or nil
	children map[ast.Node]*Func
	std      bool   // of the standard library
	counter  string // the import path of the package that counts suspensions
	count    string // its name

	step      string // the closure that resumes the machine
	run       string // and the one around it that meets panics
	signal    string // what that returns
	recovers  bool   // it calls recover
	recovered string // the field for what that returned
	left      string // the field for where the body of a loop goes when it leaves
	exits     []*rangeExit
	within    *writer // the one that writes the statement that it is in
}

// newInPlace returns the function that fun is, which is an *ast.FuncDecl, or
// an *ast.FuncLit in parent, or with no function around it.
func newInPlace(of Func, name string, fun ast.Node, parent *Func) *Func {
	f := &of
	f.Name = name
	f.machine = &Machine{Name: name, shared: of.machine.shared, pkg: of.pkg, dir: of.machine.dir, root: f, bodies: []*Func{f}, imports: of.machine.imports}
	f.inPlace = &inPlace{fun: fun, root: fun, parent: parent, children: make(map[ast.Node]*Func)}
	if parent == nil {
		f.rename, f.used, f.taken = make(map[types.Object]string), map[string]bool{"_": true, "init": true}, make(map[string]bool)
		return f
	}
	p := parent.inPlace
	f.rename, f.used, f.taken = parent.rename, parent.used, parent.taken
	f.inPlace.root, f.inPlace.std, f.inPlace.counter = p.root, p.std, p.counter
	return f
}

// inner makes a Func of each function literal of the body that is in no other
// one, and of each body of a range over a function.
func (f *Func) inner() []*Func {
	var fs []*Func
	add := func(fun, key ast.Node, name string) {
		child := newInPlace(Func{machine: f.machine, fset: f.fset, pkg: f.pkg, info: f.info, file: f.file, src: f.src},
			fmt.Sprintf("%s%s%d", f.Name, name, len(fs)+1), fun, f)
		f.inPlace.children[key] = child
		fs = append(fs, child)
	}
	ast.PreorderStack(f.body, nil, func(n ast.Node, stack []ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			add(n, n, ".func")
			return false
		case *ast.BlockStmt:
			if r, ok := parentOf(stack).(*ast.RangeStmt); ok && f.overFunc(r) && len(n.List) > 0 {
				add(r, n, "-range")
				return false
			}
		}
		return true
	})
	return fs
}

// parts returns the receiver, the type and the body.
func (f *Func) parts() (*ast.FieldList, *ast.FuncType, *ast.BlockStmt) {
	switch fun := f.inPlace.fun.(type) {
	case *ast.FuncDecl:
		return fun.Recv, fun.Type, fun.Body
	case *ast.FuncLit:
		return nil, fun.Type, fun.Body
	case *ast.RangeStmt:
		return nil, nil, fun.Body
	}
	panic("lower: neither a function nor a literal")
}

// selectInPlace is select for a function that is lowered where it stands.
func (f *Func) selectInPlace() {
	_, _, f.body = f.parts()
	f.lowerable()
}

// suspendEverywhere makes a point before each statement of the body.
func (f *Func) suspendEverywhere() {
	f.before = make(map[ast.Stmt]*Point)
	ast.PreorderStack(f.body, nil, func(n ast.Node, stack []ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BlockStmt:
			f.suspendBefore(stack, n, n.List...)
		case *ast.CaseClause:
			f.suspendBefore(stack, n, n.Body...)
		case *ast.CommClause:
			f.suspendBefore(stack, n, n.Body...)
		case *ast.ForStmt:
			if n.Post != nil {
				f.suspendBefore(stack, n, n.Post)
			}
		case *ast.RangeStmt:
			if f.overFunc(n) {
				return false
			}
		}
		return true
	})
}

// suspendBefore makes a point before each statement of a list of parent's, or
// if it has a label, behind that.
func (f *Func) suspendBefore(stack []ast.Node, parent ast.Node, list ...ast.Stmt) {
	for _, s := range list {
		f.suspends[parent] = true
		for _, p := range stack {
			f.suspends[p] = true
		}
		for {
			l, ok := s.(*ast.LabeledStmt)
			if !ok {
				break
			}
			f.suspends[l] = true
			s = l.Stmt
		}
		switch s := s.(type) {
		case *ast.EmptyStmt, *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
		default:
			p := &Point{Before: s}
			f.points = append(f.points, p)
			f.before[s] = p
		}
	}
}

// renameInPlace is rename for a function that is lowered where it stands: names
// are unique in the outermost function around it.
func (f *Func) renameInPlace() {
	f.vars = make(map[types.Object]*Var)
	f.consts = make(map[types.Object]bool)
	in := f.inPlace
	ast.Inspect(in.fun, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		f.used[id.Name] = true
		if obj := f.info.Uses[id]; obj != nil && within(in.root, obj.Pos()) && !within(in.fun, obj.Pos()) {
			f.taken[obj.Name()] = true
		}
		return true
	})
	if f.isRange() {
		f.declareHead()
	} else {
		f.declareSignature()
	}
	f.eachDeclared(func(obj types.Object) {
		switch obj.(type) {
		case *types.Var:
			f.declare(obj)
		case *types.Const, *types.TypeName:
			f.consts[obj] = true
			f.rename[obj] = f.keep(obj)
		}
	})
	f.names.recv, f.names.state, in.step = f.fresh("m"), f.fresh("state"), f.fresh("step")
	f.names.machine = f.names.recv
	in.recovered, in.run, in.signal, in.left = f.fresh("recovered"), f.fresh("run"), f.fresh("signal"), f.fresh("left")
	in.count = f.imported(in.counter)
	f.nameDeferred()
	label := f.fresh("after")
	for i, p := range f.points {
		p.State = strconv.Itoa(i + 1)
		p.Label = label + p.State
	}
}

// declareSignature makes Vars of the receiver, the parameters and the results.
func (f *Func) declareSignature() {
	recv, typ, _ := f.parts()
	for _, list := range []*ast.FieldList{recv, typ.Params} {
		f.eachField(list, func(obj types.Object) {
			f.declare(obj).Outer = true
		})
	}
	f.resultsInPlace(typ.Results)
	f.nameTypeParams(recv)
}

// nameTypeParams gives names to the type parameters of a receiver that have none.
func (f *Func) nameTypeParams(recv *ast.FieldList) {
	if recv == nil {
		return
	}
	params := f.info.Defs[f.inPlace.fun.(*ast.FuncDecl).Name].(*types.Func).Signature().RecvTypeParams()
	for i, id := range receiverTypeParams(recv) {
		if id.Name == "_" {
			f.rename[params.At(i).Obj()] = f.fresh("T")
		}
	}
}

// receiverTypeParams returns the names of the type parameters of a receiver.
func receiverTypeParams(recv *ast.FieldList) []*ast.Ident {
	t := ast.Unparen(recv.List[0].Type)
	if star, ok := t.(*ast.StarExpr); ok {
		t = ast.Unparen(star.X)
	}
	var args []ast.Expr
	switch t := t.(type) {
	case *ast.IndexExpr:
		args = []ast.Expr{t.Index}
	case *ast.IndexListExpr:
		args = t.Indices
	}
	var ids []*ast.Ident
	for _, arg := range args {
		ids = append(ids, arg.(*ast.Ident))
	}
	return ids
}

// mayHide reports whether a type may have the name of something of the package,
// since it is declared in the function and nothing there needs that one. What
// it is called can be seen, in messages and by %T.
func (f *Func) mayHide(name string) bool {
	hidden := f.pkg.Types.Scope().Lookup(name)
	if f.inPlace == nil || hidden == nil {
		return false
	}
	needed := false
	ast.Inspect(f.inPlace.root, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && f.info.Uses[id] == hidden {
			needed = true
		}
		if e, ok := n.(ast.Expr); ok && f.info.TypeOf(e) != nil {
			eachNamed(f.info.TypeOf(e), func(obj *types.TypeName) { needed = needed || obj == hidden })
		}
		return !needed
	})
	return !needed
}

// eachField calls visit for each variable that a field list names.
func (f *Func) eachField(list *ast.FieldList, visit func(types.Object)) {
	if list == nil {
		return
	}
	for _, field := range list.List {
		for _, id := range field.Names {
			if obj := f.info.Defs[id]; obj != nil && id.Name != "_" {
				visit(obj)
			}
		}
	}
}

// resultsInPlace makes a Var of each result.
func (f *Func) resultsInPlace(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, field := range list.List {
		for i := range max(1, len(field.Names)) {
			var v *Var
			if i < len(field.Names) && field.Names[i].Name != "_" {
				v = f.declare(f.info.Defs[field.Names[i]])
			} else {
				v = f.temp("result", f.info.TypeOf(field.Type), "a result")
			}
			v.Outer, v.Assigned = true, true
			f.results = append(f.results, v)
		}
	}
	f.kept = f.results
}

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
		p("%s any\n", f.inPlace.recovered)
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
		p("%s := func(%s any) {\n%s\n}\n", f.names.unwind, f.names.panicking, strings.Join(f.unwinding(f.deferrals, f.own(f.names.deferred)), "\n"))
	}
	p("%s\n}", f.drive())
	return b.String()
}

// drive returns what resumes the machine until it is done. A panic of the body,
// and runtime.Goexit, are met by a closure around step, so that the deferred
// calls run; and recover is called by the function itself.
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
	run, signal := f.inPlace.step, f.inPlace.signal
	unwinds := len(f.deferrals) > 0
	if unwinds {
		run = f.inPlace.run
		p("%s := func() (%s %s) {\n%s := %s\n", run, signal, f.signal("Signal"), f.names.state, f.signal("Unwound"))
		p("defer func() {\nif %s == %s { // a panic, or runtime.Goexit\n%s(recover())\n%s = %s\n}\n}()\n", f.names.state, f.signal("Unwound"), f.names.unwind, signal, f.signal("Unwound"))
		p("for %s = %s(); %s == %s; %s = %s() {\n%s()\n}\n", signal, f.inPlace.step, signal, f.signal("Suspended"), signal, f.inPlace.step, f.signal("Add"))
		p("%s = %s\nreturn %s\n}\n", f.names.state, signal, signal)
	}
	switch {
	case f.inPlace.recovers:
		p("for {\nswitch %s() {\n", run)
		if unwinds {
			p("case %s:\n%s(nil)\n%s\ncase %s:\n%s\n", f.signal("Done"), f.names.unwind, end, f.signal("Unwound"), end)
		} else {
			p("case %s:\n%s\n", f.signal("Done"), end)
		}
		p("case %s:\n%s = recover()\n}\n%s()\n}", f.signal("Recover"), f.own(f.inPlace.recovered), f.signal("Add"))
		return b.String()
	case unwinds:
		p("if %s() == %s {\n%s(nil)\n}\n", run, f.signal("Done"), f.names.unwind)
	default:
		p("for %s() == %s {\n%s()\n}\n", run, f.signal("Suspended"), f.signal("Add"))
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
