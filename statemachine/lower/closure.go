package lower

// This file defines which function literals of a body suspend, and what they
// become: bodies of their own, which reach the variables that they capture in
// the frame of the body around them. The variable that such a literal is
// assigned to vanishes, since all that is done with it is to call it.

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

// A callable is what a function value is known to be if to call it is to
// suspend: a literal of the body in, or theYield.
type callable struct {
	lit *ast.FuncLit
	in  *Func
}

// theYield is the yield of every machine: to call it is to hand out values.
var theYield = new(callable)

// theYielder is what the body of a coroutine suspends with.
var theYielder = new(callable)

// lookup returns what a variable is known to be, in f or a body around it, or
// nil.
func (f *Func) lookup(obj types.Object) *callable {
	for g := f; g != nil; g = g.outer {
		if c := g.bound[obj]; c != nil {
			return c
		}
		if c := g.known[obj]; c != nil {
			return c
		}
	}
	return nil
}

// An assignedVar is what a local variable is assigned, in the order of the
// source.
type assignedVar struct {
	lits   []*ast.FuncLit
	others []ast.Node // what is no literal
}

// findClosures finds the literals of the body that suspend because of what they
// mention, or of what they are called with, and the variables that they are
// assigned to. These may stand before the literal that is the body, too.
func (f *Func) findClosures(root inspector.Cursor) {
	f.closures = make(map[*ast.FuncLit]*callable)
	f.known = make(map[types.Object]*callable)
	scope := root
	if f.lit != nil && f.outer == nil {
		scope = f.cursor(f.decl.Body)
	}
	vars := f.assignments(scope)
	var lits []*ast.FuncLit
	scope.Inspect([]ast.Node{(*ast.FuncLit)(nil)}, func(c inspector.Cursor) bool {
		if c.Node() == f.lit {
			return true
		}
		lits = append(lits, c.Node().(*ast.FuncLit))
		return false
	})
	owner := make(map[*ast.FuncLit]types.Object)
	for obj, a := range vars {
		for _, lit := range a.lits {
			owner[lit] = obj
		}
	}
	for changed := true; changed; {
		changed = false
		given := f.givenKnown()
		for _, lit := range lits {
			obj := owner[lit]
			if f.closures[lit] != nil || !f.mentionsKnown(lit.Body) && !(obj != nil && given[obj]) {
				continue
			}
			c := &callable{lit, f}
			f.closures[lit], changed = c, true
			if obj != nil {
				f.known[obj] = c
			}
		}
	}
	for obj := range f.known {
		f.checkClosure(scope, obj.(*types.Var), vars[obj])
	}
}

// givenKnown returns the variables that are called with something whose call
// suspends.
func (f *Func) givenKnown() map[types.Object]bool {
	given := make(map[types.Object]bool)
	ast.Inspect(f.body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
			for _, arg := range call.Args {
				if known, _ := f.knownArg(arg); known != nil {
					given[f.info.Uses[id]] = true
				}
			}
		}
		return true
	})
	return given
}

// mentionsKnown reports whether n mentions something whose call suspends.
func (f *Func) mentionsKnown(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			obj := f.info.Uses[n]
			found = found || obj != nil && f.lookup(obj) != nil
		case *ast.CallExpr:
			if f.writtenBy(n) != "" {
				return false
			}
		}
		return !found
	})
	return found
}

// assignments returns the local variables that literals are assigned to.
func (f *Func) assignments(root inspector.Cursor) map[types.Object]*assignedVar {
	vars := make(map[types.Object]*assignedVar)
	note := func(lhs, rhs ast.Expr) {
		id, ok := ast.Unparen(lhs).(*ast.Ident)
		if !ok {
			return
		}
		obj := f.info.ObjectOf(id)
		if v, ok := obj.(*types.Var); !ok || v.Parent() == nil || v.Parent() == f.pkg.Types.Scope() {
			return
		}
		if vars[obj] == nil {
			vars[obj] = new(assignedVar)
		}
		if lit := f.literal(rhs); lit != nil {
			vars[obj].lits = append(vars[obj].lits, lit)
		} else {
			vars[obj].others = append(vars[obj].others, lhs)
		}
	}
	for c := range root.Preorder((*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil)) {
		switch n := c.Node().(type) {
		case *ast.AssignStmt:
			for i, lhs := range n.Lhs {
				if len(n.Lhs) == len(n.Rhs) {
					note(lhs, n.Rhs[i])
				} else {
					note(lhs, nil)
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if len(n.Names) == len(n.Values) {
					note(id, n.Values[i])
				} else if n.Values != nil {
					note(id, nil)
				}
			}
		}
	}
	return vars
}

// checkClosure refuses a variable of which it is not known at each call which
// literal it is, or in which frame the literal finds what it captures.
func (f *Func) checkClosure(root inspector.Cursor, v *types.Var, a *assignedVar) {
	switch {
	case len(a.others) > 0:
		f.refuse(a.others[0].Pos(), v.Name()+" is assigned something else than the literal that suspends", "use another variable")
		return
	case len(a.lits) > 1:
		f.refuse(a.lits[1].Pos(), v.Name()+" is assigned several function literals, of which one suspends", "use a variable for each")
		return
	}
	lit := a.lits[0]
	if !f.assignedFirst(root, v, lit) {
		f.refuse(lit.Pos(), "it is not known that "+v.Name()+" is assigned before it is called", "assign it right behind its declaration")
	}
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		x, ok := f.info.Uses[id].(*types.Var)
		if !ok || x == v || x.IsField() || x.Parent() == nil || !within(f.decl, x.Pos()) || within(lit, x.Pos()) || f.lookup(x) != nil {
			return true
		}
		for s := v.Parent(); s != x.Parent(); s = s.Parent() {
			if s == nil || s == f.pkg.Types.Scope() {
				f.refuse(id.Pos(), v.Name()+" captures "+x.Name()+", of which there may be a new one when it is called", "declare "+v.Name()+" where "+x.Name()+" is declared, or let it be a parameter")
				return false
			}
		}
		return true
	})
}

// assignedFirst reports whether a variable is declared with its literal, or
// assigned it before anything that might call it.
func (f *Func) assignedFirst(root inspector.Cursor, v *types.Var, lit *ast.FuncLit) bool {
	found := false
	check := func(list []ast.Stmt) {
		declared := false
		for _, s := range list {
			declares, assigns := f.declaresVar(s, v), f.assigns(s, lit)
			switch {
			case assigns && (declares || declared):
				found = true
				return
			case declares:
				declared = true
			case declared && !f.drops(s) && f.mentionsKnown(s):
				return
			}
		}
	}
	for c := range root.Preorder((*ast.BlockStmt)(nil), (*ast.CaseClause)(nil), (*ast.CommClause)(nil), (*ast.IfStmt)(nil), (*ast.SwitchStmt)(nil), (*ast.TypeSwitchStmt)(nil)) {
		switch n := c.Node().(type) {
		case *ast.IfStmt:
			check([]ast.Stmt{n.Init})
		case *ast.SwitchStmt:
			check([]ast.Stmt{n.Init})
		case *ast.TypeSwitchStmt:
			check([]ast.Stmt{n.Init})
		case *ast.BlockStmt:
			check(n.List)
		case *ast.CaseClause:
			check(n.Body)
		case *ast.CommClause:
			check(n.Body)
		}
	}
	return found
}

// declaresVar reports whether s declares v.
func (f *Func) declaresVar(s ast.Stmt, v *types.Var) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		for _, lhs := range s.Lhs {
			if id, ok := lhs.(*ast.Ident); ok && f.info.Defs[id] == v {
				return true
			}
		}
	case *ast.DeclStmt:
		return within(s, v.Pos())
	}
	return false
}

// assigns reports whether s itself assigns lit.
func (f *Func) assigns(s ast.Stmt, lit *ast.FuncLit) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		for _, rhs := range s.Rhs {
			if f.literal(rhs) == lit {
				return true
			}
		}
	case *ast.DeclStmt:
		return within(s, lit.Pos())
	}
	return false
}

// drops reports whether nothing is left of a statement: it only declares or
// assigns variables that vanish.
func (f *Func) drops(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		for _, lhs := range s.Lhs {
			id, ok := lhs.(*ast.Ident)
			if !ok || id.Name != "_" && f.known[f.info.ObjectOf(id)] == nil {
				return false
			}
		}
		for _, rhs := range s.Rhs {
			id, ok := ast.Unparen(rhs).(*ast.Ident)
			if !(ok && f.lookup(f.info.Uses[id]) != nil || f.closures[f.literal(rhs)] != nil) {
				return false
			}
		}
		return true
	case *ast.DeclStmt:
		d := s.Decl.(*ast.GenDecl)
		for _, spec := range d.Specs {
			if d.Tok != token.VAR || !f.dropsSpec(spec) {
				return false
			}
		}
		return true
	}
	return false
}

func (f *Func) dropsSpec(spec ast.Spec) bool {
	for _, id := range spec.(*ast.ValueSpec).Names {
		if f.known[f.info.Defs[id]] == nil {
			return false
		}
	}
	return true
}

// isClosure reports whether lit is a body of its own.
func (f *Func) isClosure(lit *ast.FuncLit) bool { return f.closures[lit] != nil }

// link returns how f reaches the frame that the callable of a variable finds
// what it captures in; "" if it needs none.
func (f *Func) link(obj types.Object) string {
	for g, path := f, f.names.recv; g != nil; g = g.outer {
		if g.isRoot() {
			path = f.names.machine
		}
		if c := g.bound[obj]; c != nil {
			if !c.needsFrame() {
				return ""
			}
			return path + "." + g.names.links[obj]
		}
		if c := g.known[obj]; c != nil {
			if !c.needsFrame() {
				return ""
			}
			return path
		}
		path += "." + g.names.outer
	}
	panic("lower: the frame of " + obj.Name() + " is not known")
}

// needsFrame reports whether c has to be told in which frame it finds what it
// captures: not if that is the machine.
func (c *callable) needsFrame() bool { return c.in != nil && !c.in.isRoot() }

// path returns how f reaches the frame of the body in, which is around it.
func (f *Func) path(in *Func) string {
	if in.isRoot() {
		return f.names.machine
	}
	path := f.names.recv
	for g := f; g != in; g = g.outer {
		path += "." + g.names.outer
	}
	return path
}
