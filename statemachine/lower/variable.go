package lower

// This file defines machines of function literals that variables of a package are
// set to.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// variablesOf returns the variables that a declaration at the top of a file sets to
// function literals, as if they were functions.
func (s *shared) variablesOf(d *ast.GenDecl) []*ast.FuncDecl {
	if d.Tok != token.VAR {
		return nil
	}
	var list []*ast.FuncDecl
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		if len(v.Names) != 1 || len(v.Values) != 1 {
			continue
		}
		lit := literalOf(s.pkg.TypesInfo, v.Values[0])
		if lit == nil {
			continue
		}
		doc := v.Doc
		if !d.Lparen.IsValid() {
			doc = d.Doc
		}
		decl := &ast.FuncDecl{Doc: doc, Name: v.Names[0], Type: lit.Type, Body: lit.Body}
		s.variables[decl] = lit
		list = append(list, decl)
	}
	return list
}

// changed refuses a variable that the package sets again, or takes the address
// of, since then it may hold something else than its literal.
func (f *Func) changed() {
	v := f.info.Defs[f.decl.Name]
	refuse := func(e ast.Expr, how string) {
		if id, ok := ast.Unparen(e).(*ast.Ident); ok && f.info.Uses[id] == v {
			f.refuse(f.decl.Name.Pos(), fmt.Sprintf("it is a variable that is %s at %s", how, f.position(id.Pos())), "declare it as a function")
		}
	}
	for _, file := range f.pkg.Syntax {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, lhs := range n.Lhs {
					refuse(lhs, "set")
				}
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					refuse(n.Key, "set")
					refuse(n.Value, "set")
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					refuse(n.X, "pointed to")
				}
			}
			return true
		})
	}
}

// signature returns the type of the declared function.
func (f *Func) signature() *types.Signature {
	return f.info.Defs[f.decl.Name].Type().Underlying().(*types.Signature)
}
