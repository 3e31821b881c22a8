package lower

// This file defines after which statements nothing comes, in the sense of the
// language's "terminating statements".

import (
	"go/ast"
	"go/token"
	"go/types"
)

// terminates reports whether what follows a copied statement cannot be reached.
func (f *Func) terminates(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.GOTO
	case *ast.ExprStmt:
		call, ok := ast.Unparen(s.X).(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := ast.Unparen(call.Fun).(*ast.Ident)
		return ok && f.info.Uses[id] == types.Universe.Lookup("panic")
	case *ast.BlockStmt:
		return f.listTerminates(s.List)
	case *ast.LabeledStmt:
		return f.terminates(s.Stmt)
	case *ast.IfStmt:
		return s.Else != nil && f.terminates(s.Body) && f.terminates(s.Else)
	case *ast.ForStmt:
		return s.Cond == nil && !f.broken(s)
	case *ast.SwitchStmt:
		return f.clausesTerminate(s, s.Body)
	case *ast.TypeSwitchStmt:
		return f.clausesTerminate(s, s.Body)
	case *ast.SelectStmt:
		for _, c := range s.Body.List {
			if !f.listTerminates(c.(*ast.CommClause).Body) {
				return false
			}
		}
		return !f.broken(s)
	}
	return false
}

func (f *Func) listTerminates(list []ast.Stmt) bool {
	return len(list) > 0 && f.terminates(list[len(list)-1])
}

// clausesTerminate looks at a switch, which must have a default.
func (f *Func) clausesTerminate(s ast.Stmt, body *ast.BlockStmt) bool {
	hasDefault := false
	for _, c := range clausesOf(body) {
		hasDefault = hasDefault || c.List == nil
		if !falls(c.Body) && !f.listTerminates(c.Body) {
			return false
		}
	}
	return hasDefault && !f.broken(s)
}

// broken reports whether a break leaves s.
func (f *Func) broken(s ast.Stmt) bool {
	for b, t := range f.targets {
		if b.Tok == token.BREAK && t.stmt == s {
			return true
		}
	}
	return false
}
