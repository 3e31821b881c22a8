package lower

// This file defines the pass rename: unique names for what is declared where
// the body is taken apart, since the scopes there vanish.

import (
	"go/ast"
	"go/types"
	"maps"
	"strconv"
)

// runRename makes a Var of each variable that is declared where the body is
// taken apart, and of each that the body has from the function around it, and
// gives it a name that is not used for anything else in the function. The first
// one keeps its name.
func runRename(f *Func) {
	if f.inPlace != nil {
		f.renameInPlace()
		return
	}
	f.vars = make(map[types.Object]*Var)
	f.consts = make(map[types.Object]bool)
	f.rename = make(map[types.Object]string)
	f.used = map[string]bool{"_": true, "init": true}
	maps.Copy(f.used, methods)
	f.taken = make(map[string]bool)
	if f.outer != nil {
		f.used, f.taken = maps.Clone(f.outer.declared), maps.Clone(f.outer.taken)
	}
	maps.Copy(f.used, f.declNames())
	for _, obj := range f.outerVars() {
		f.declare(obj).Outer = true
	}
	f.declareResults()
	for _, d := range f.aroundDecls() {
		for _, obj := range f.declaredBy(d) {
			f.consts[obj] = true
			f.rename[obj] = f.keep(obj)
		}
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
	f.declared = maps.Clone(f.used)
	if f.isRoot() {
		f.nameMachine()
	} else {
		f.nameFrame()
	}
	f.nameDeferred()
}

// declNames returns all names in the declared function.
func (f *Func) declNames() map[string]bool {
	names := make(map[string]bool)
	ast.Inspect(f.decl, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names[id.Name] = true
		}
		return true
	})
	return names
}

// declareResults makes Vars of the named results of a body that is called.
func (f *Func) declareResults() {
	if f.sig == nil || f.sig.Results().Len() == 0 || f.sig.Results().At(0).Name() == "" {
		return
	}
	for v := range f.sig.Results().Variables() {
		if v.Name() == "_" {
			f.named = append(f.named, nil)
			continue
		}
		f.named = append(f.named, f.declare(v))
	}
}

// methods are the names that a machine's fields must not have.
var methods = map[string]bool{
	"Next": true, "Stop": true, "Pull": true,
	"Resume": true, "Result": true, "Err": true, "Shape": true, "Func": true, "Point": true, "Frame": true, "Inner": true, "OnLoop": true, "Unwind": true,
}

// declare makes a Var of obj.
func (f *Func) declare(obj types.Object) *Var {
	v := &Var{Obj: obj, Name: f.keep(obj), Type: f.subst(obj.Type()), owner: f}
	f.vars[obj] = v
	f.all = append(f.all, v)
	return v
}

// keep returns obj's name if it is its alone, otherwise a new one.
func (f *Func) keep(obj types.Object) string {
	name := obj.Name()
	_, isType := obj.(*types.TypeName)
	if !f.taken[name] && !methods[name] && types.Universe.Lookup(name) == nil && (!f.packageHas(name) || isType && f.mayHide(name)) {
		f.taken[name] = true
		return name
	}
	return f.fresh(name)
}

// packageHas reports whether the package or the file has something of this
// name, which what is generated may have to mention.
func (f *Func) packageHas(name string) bool {
	if obj := f.pkg.Types.Scope().Lookup(name); obj != nil && !f.generated(obj) {
		return true
	}
	return f.info.Scopes[f.file].Lookup(name) != nil
}

// fresh returns a name that nothing in the function has.
func (f *Func) fresh(name string) string {
	for i := 1; ; i++ {
		try := name
		if i > 1 {
			try += strconv.Itoa(i)
		}
		if !f.used[try] && types.Universe.Lookup(try) == nil && !f.packageHas(try) {
			f.used[try] = true
			return try
		}
	}
}

// temp returns a new temporary.
func (f *Func) temp(name string, t types.Type, holds string) *Var {
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		t = types.Default(t)
	}
	v := &Var{Name: f.fresh(name), Type: t, Temp: holds, owner: f}
	f.all = append(f.all, v)
	return v
}

// outerVars returns the variables of the function around the body that the
// body mentions.
func (f *Func) outerVars() []types.Object {
	var objs []types.Object
	if f.forwards != nil {
		for _, v := range f.forwarded() {
			if v.Name() != "" && v.Name() != "_" {
				objs = append(objs, v)
			}
		}
		return objs
	}
	seen := make(map[types.Object]bool)
	if f.sig != nil {
		for v := range f.sig.Results().Variables() {
			seen[v] = true // which are not given
		}
	}
	find := func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		v, ok := f.info.Uses[id].(*types.Var)
		if ok && !v.IsField() && f.lookup(v) == nil && !seen[v] && v.Parent() != v.Pkg().Scope() &&
			within(f.whole(), v.Pos()) && !within(f.body, v.Pos()) {
			seen[v] = true
			objs = append(objs, v)
		}
		return true
	}
	ast.Inspect(f.body, find)
	for _, g := range f.machine.bodies {
		if g.outer == f && !within(f.body, g.lit.Pos()) {
			inner := make(map[types.Object]bool)
			ast.Inspect(g.lit, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && f.info.Defs[id] != nil {
					inner[f.info.Defs[id]] = true
				}
				return true
			})
			ast.Inspect(g.body, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				return ok && inner[f.info.Uses[id]] || find(n)
			})
		}
	}
	return objs
}

// whole returns what f's body stands in: the declaration, or a literal in another
// body, whose variables are that one's.
func (f *Func) whole() ast.Node {
	switch {
	case f.inPlace != nil:
		return f.inPlace.fun
	case f.outer != nil:
		return f.lit
	case f.machine.variable != nil && f.decl == f.machine.root.decl:
		return f.machine.variable
	}
	return f.decl
}

// eachDeclared calls visit for each object that is declared in the body where
// it is taken apart: neither in a copied statement nor in a function literal.
func (f *Func) eachDeclared(visit func(types.Object)) { f.eachDeclaredIn(f.body, visit) }

func (f *Func) eachDeclaredIn(n ast.Node, visit func(types.Object)) {
	ast.PreorderStack(n, nil, func(n ast.Node, stack []ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.StructType, *ast.InterfaceType, *ast.FuncType:
			return false // what is declared in there is not declared here
		case *ast.AssignStmt, *ast.DeclStmt, *ast.LabeledStmt, *ast.CommClause:
		case *ast.CaseClause:
			if obj := f.info.Implicits[n]; obj != nil {
				visit(obj)
			}
		case *ast.IfStmt:
			if f.headOnly(n) { // the rest of it is copied
				f.eachDeclaredIn(n.Init, visit)
				return false
			}
			return f.suspends[n]
		case *ast.BlockStmt:
			return n == f.body || f.suspends[n] || bodyOf(parentOf(stack)) == n
		case ast.Stmt:
			return f.suspends[n] && !f.copied(n)
		case *ast.Ident:
			if obj := f.info.Defs[n]; obj != nil && n.Name != "_" && f.known[obj] == nil {
				if v, ok := obj.(*types.Var); !ok || !v.IsField() {
					visit(obj)
				}
			}
		}
		return true
	})
}

// bodyOf returns the body of a statement.
func bodyOf(n ast.Node) *ast.BlockStmt {
	switch n := n.(type) {
	case *ast.IfStmt:
		return n.Body
	case *ast.ForStmt:
		return n.Body
	case *ast.RangeStmt:
		return n.Body
	case *ast.SwitchStmt:
		return n.Body
	case *ast.TypeSwitchStmt:
		return n.Body
	case *ast.SelectStmt:
		return n.Body
	case *ast.FuncLit:
		return n.Body
	}
	return nil
}

// copied reports whether a statement that suspends is copied nevertheless,
// after its operand: a range that suspends nowhere else.
func (f *Func) copied(s ast.Stmt) bool {
	r, ok := s.(*ast.RangeStmt)
	return ok && f.suspends[r] && !f.takenApart(r)
}
