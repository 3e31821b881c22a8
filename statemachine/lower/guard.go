package lower

// This file defines how it is decided whether Next must expect to be called
// from inside of the body, or that the body panics.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// leaves are packages whose functions call nothing that they are not given.
var leaves = map[string]bool{
	"bytes": true, "cmp": true, "errors": true, "math": true, "math/bits": true, "math/cmplx": true,
	"strconv": true, "strings": true, "unicode": true, "unicode/utf16": true, "unicode/utf8": true,
}

// guards reports whether a body of m, or of a machine that it ranges over, may
// call something that is not known here.
func (m *Machine) guards(seen map[*Machine]bool) bool {
	if seen[m] {
		return false
	}
	seen[m] = true
	for _, f := range m.bodies {
		fns := make(map[*types.Func]bool)
		if f.body != nil && f.unknown(f.body, fns) {
			return true
		}
		if m.outer != nil && slices.ContainsFunc(m.outer.variants, func(v *variant) bool { return v.kind == variantPulled }) {
			return true
		}
		for _, s := range f.beforeStmts() {
			if f != m.root && f.unknown(s, fns) {
				return true
			}
		}
	}
	return slices.ContainsFunc(m.ranges, func(inner *Machine) bool { return inner.guards(seen) })
}

// unknown reports whether n may call something that is not known here: a
// function value, an interface's method, or a function of elsewhere. What is
// known calls nothing that could have the machine.
func (f *Func) unknown(n ast.Node, seen map[*types.Func]bool) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if f.isClosure(n) {
				return false
			}
		case *ast.CallExpr:
			found = found || f.callsUnknown(n, seen)
		case *ast.RangeStmt:
			if _, ok := f.typeOf(n.X).Underlying().(*types.Signature); ok {
				it := f.iterated[n]
				found = found || f.passed[n] == nil && (it == nil || it.machine == nil)
			}
		case *ast.DeferStmt, *ast.GoStmt:
			found = true
		}
		return !found
	})
	return found
}

func (f *Func) callsUnknown(call *ast.CallExpr, seen map[*types.Func]bool) bool {
	if f.info.Types[call.Fun].IsType() || f.info.Types[call.Fun].IsBuiltin() || f.pointOf(call) != nil {
		return false
	}
	for _, it := range f.iterated {
		if it.call == call && it.machine != nil {
			root := it.machine.root
			return slices.ContainsFunc(root.beforeStmts(), func(s ast.Stmt) bool { return root.unknown(s, seen) })
		}
	}
	fn := f.callee(call)
	if fn == nil || fn.Pkg() == nil {
		return true
	}
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return true
	}
	if leaves[fn.Pkg().Path()] {
		return carries(fn.Signature())
	}
	if seen[fn] {
		return false
	}
	seen[fn] = true
	decl := f.declOf(fn)
	return decl == nil || decl.Body == nil || f.unknown(decl.Body, seen)
}

// callee returns the function that is called, if the source says so.
func (f *Func) callee(call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	switch x := ast.Unparen(fun).(type) {
	case *ast.Ident:
		fn, _ := f.info.Uses[x].(*types.Func)
		return fn
	case *ast.SelectorExpr:
		fn, _ := f.info.Uses[x.Sel].(*types.Func)
		return fn
	}
	return nil
}

// declOf returns the declaration of a function of the package, or nil.
func (f *Func) declOf(fn *types.Func) *ast.FuncDecl {
	for _, file := range f.pkg.Syntax {
		for _, d := range file.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && f.info.Defs[d.Name] == fn.Origin() {
				return d
			}
		}
	}
	return nil
}

// carries reports whether a function is given something that it may call.
func carries(sig *types.Signature) bool {
	for p := range sig.Params().Variables() {
		t := p.Type()
		if s, ok := t.Underlying().(*types.Slice); ok {
			t = s.Elem()
		}
		switch t.Underlying().(type) {
		case *types.Basic:
		default:
			return true
		}
	}
	return false
}

// mayPanic reports whether the body may panic, or anything in it may: whether
// there is more in it than variables, arithmetic, and control flow.
func (f *Func) mayPanic() bool {
	found := len(f.machine.bodies) > 1
	ast.Inspect(f.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil, *ast.Ident, *ast.BasicLit, *ast.ParenExpr, *ast.AssignStmt, *ast.IncDecStmt, *ast.ExprStmt,
			*ast.IfStmt, *ast.ForStmt, *ast.BlockStmt, *ast.ReturnStmt, *ast.BranchStmt, *ast.LabeledStmt:
		case *ast.RangeStmt:
			t, ok := coreType(f.typeOf(n.X)).(*types.Basic)
			found = found || !ok || t.Info()&types.IsInteger == 0
		case *ast.CallExpr:
			found = found || f.pointOf(n) == nil
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW || n.Op == token.AND
		case *ast.BinaryExpr:
			found = found || f.panicky(n)
		default:
			found = true
		}
		return !found
	})
	return found
}

// panicky reports whether a binary operation may panic.
func (f *Func) panicky(e *ast.BinaryExpr) bool {
	switch e.Op {
	case token.QUO, token.REM, token.SHL, token.SHR:
		return f.info.Types[e.Y].Value == nil // the compiler refuses constants that would panic
	case token.EQL, token.NEQ:
		_, ok := f.typeOf(e.X).Underlying().(*types.Basic)
		_, also := f.typeOf(e.Y).Underlying().(*types.Basic)
		return !ok || !also
	}
	return false
}
