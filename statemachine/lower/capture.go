package lower

// This file defines the pass capture: which variables a closure or a pointer
// may see, and which are assigned to.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"
)

// runCapture looks at every mention of every variable, in the body and in the
// function around it.
func runCapture(f *Func) {
	if f.forwards != nil {
		return // it only hands its parameters on
	}
	for c := range f.cursor(f.whole()).Preorder() {
		switch n := c.Node().(type) {
		case *ast.Ident:
			v := f.vars[f.info.Uses[n]]
			if v == nil {
				continue
			}
			for p := range c.Enclosing((*ast.FuncLit)(nil)) {
				lit := p.Node().(*ast.FuncLit)
				if lit == f.lit || within(lit, v.Obj.Pos()) || f.machine.otherVariant(lit) {
					continue
				}
				v.Shared = v.Shared || f.machine.isBody(lit)
				v.Captured = v.Captured || !f.machine.vanishes(lit)
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				f.mark(n.X, func(v *Var) { v.Addressed = true })
			}
		case *ast.SliceExpr:
			if _, ok := f.typeOf(n.X).Underlying().(*types.Array); ok {
				f.mark(n.X, func(v *Var) { v.Addressed = true })
			}
		case *ast.SelectorExpr:
			if sel := f.info.Selections[n]; sel != nil && sel.Kind() == types.MethodVal && takesAddress(sel) {
				f.mark(n.X, func(v *Var) { v.Addressed = true })
			}
		case *ast.IncDecStmt:
			f.mark(n.X, assigned)
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				if id, ok := lhs.(*ast.Ident); !ok || f.info.Defs[id] == nil {
					f.mark(lhs, assigned)
				}
			}
		case *ast.ReturnStmt:
			if len(n.Results) > 0 && f.returnsHere(c) {
				for _, v := range f.named {
					if v != nil {
						v.Assigned = true
					}
				}
			}
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN || f.sharesLoops() {
				f.mark(n.Key, assigned)
				f.mark(n.Value, assigned)
			}
		}
	}
	if f.isRoot() && f.machine.madeEarly() { // so what is assigned later is seen
		for _, v := range f.all {
			v.Captured = v.Captured || v.Outer
		}
	}
	f.outlive()
}

// outlive marks the variables that a deferred call which suspends finds changed
// when it is made: those that were declared again since.
func (f *Func) outlive() {
	for _, d := range f.deferrals {
		if callee := d.callee(); callee != nil {
			f.eachShared(callee, func(v *Var) {
				v.Captured = v.Captured || f.mayRepeat(v.Obj.Pos())
			})
		}
	}
}

// isBody reports whether lit is a body of m.
func (m *Machine) isBody(lit *ast.FuncLit) bool {
	return slices.ContainsFunc(m.bodies, func(f *Func) bool { return f.lit == lit })
}

// vanishes reports whether nothing is left of lit but what it becomes as a body.
func (m *Machine) vanishes(lit *ast.FuncLit) bool {
	return slices.ContainsFunc(m.bodies, func(f *Func) bool { return f.isClosure(lit) })
}

func assigned(v *Var) { v.Assigned = true }

// within reports whether pos is in n.
func within(n ast.Node, pos token.Pos) bool { return n.Pos() <= pos && pos < n.End() }

// takesAddress reports whether selecting a method takes the address of what it
// is selected from.
func takesAddress(sel *types.Selection) bool {
	recv := sel.Obj().(*types.Func).Signature().Recv()
	if recv == nil {
		return false
	}
	_, wants := recv.Type().Underlying().(*types.Pointer)
	_, has := sel.Recv().Underlying().(*types.Pointer)
	return wants && !has
}

// mark does what do does to the variable that e is, or is a part of.
func (f *Func) mark(e ast.Expr, do func(*Var)) {
	switch e := e.(type) {
	case *ast.Ident:
		if v := f.varOf(e); v != nil {
			do(v)
		}
	case *ast.ParenExpr:
		f.mark(e.X, do)
	case *ast.SelectorExpr:
		if sel := f.info.Selections[e]; sel != nil && !isPointer(f.typeOf(e.X)) {
			f.mark(e.X, do)
		}
	case *ast.IndexExpr:
		if _, ok := f.typeOf(e.X).Underlying().(*types.Array); ok {
			f.mark(e.X, do)
		}
	}
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// returnsHere reports whether a return is f's, and not that of a function
// literal in it.
func (f *Func) returnsHere(c inspector.Cursor) bool {
	for p := range c.Enclosing((*ast.FuncLit)(nil)) {
		return p.Node() == f.lit || f.lit == nil && p.Node() == f.machine.variable
	}
	return f.lit == nil
}
