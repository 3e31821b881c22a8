package lower

// This file defines functions that are lowered where they stand: their
// signatures stay, and in each body a machine is made from the arguments,
// resumed until it is done, and asked for the results.
//
//	func clamp(n int) int {       becomes    func clamp(n int) int {
//		if n < 0 {                            	m := struct {
//			return 0                          		state  suspensions.State
//		}                                     		n      int
//		return n                              		result int
//	}                                         	}{n: n}
//	                                          	step := func() suspensions.Signal {
//	                                          		switch m.state {
//	                                          		...
//	                                          	}
//	                                          	for step() == suspensions.Suspended {
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
	f.machine = &Machine{Name: name, shared: of.machine.shared, pkg: of.pkg, dir: of.machine.dir, root: f, bodies: []*Func{f}, into: of.file, imports: of.machine.imports}
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
