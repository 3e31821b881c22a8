package lower

// This file defines how the constants and types are written that a body
// declares where it is taken apart.

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// declText returns a declaration of constants or types. Constants are written
// by their values if the same text would say something else: because it is
// repeated, without being there, after a name in it has got another meaning, or
// because it mentions a variable.
func (f *Func) declText(d *ast.DeclStmt) string {
	decl := d.Decl.(*ast.GenDecl)
	if decl.Tok != token.CONST || !f.byValue(decl) {
		return (&writer{f: f}).source(d, nil)
	}
	var b strings.Builder
	for _, spec := range decl.Specs {
		for _, id := range spec.(*ast.ValueSpec).Names {
			c, ok := f.info.Defs[id].(*types.Const)
			if !ok || id.Name == "_" {
				continue
			}
			typ := ""
			if basic, ok := c.Type().(*types.Basic); !ok || basic.Info()&types.IsUntyped == 0 {
				typ = f.typeText(c.Type())
			}
			fmt.Fprintf(&b, "const %s %s = %s\n", f.rename[c], typ, constText(c))
		}
	}
	return b.String()
}

// byValue reports whether the constants of a declaration are written by their
// values.
func (f *Func) byValue(d *ast.GenDecl) bool {
	implicit, local := false, false
	for _, spec := range d.Specs {
		implicit = implicit || spec.(*ast.ValueSpec).Values == nil
		ast.Inspect(spec, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				obj := f.info.Uses[id]
				_, isVar := obj.(*types.Var)
				local = local || isVar && f.vars[obj] != nil
				if f.rename[obj] != "" && implicit {
					local = true
				}
			}
			return true
		})
		if implicit && f.namedAnew(d) {
			return true
		}
	}
	return local
}

// namedAnew reports whether a constant that d declares has got another name.
func (f *Func) namedAnew(d *ast.GenDecl) bool {
	for _, spec := range d.Specs {
		for _, id := range spec.(*ast.ValueSpec).Names {
			if obj := f.info.Defs[id]; obj != nil && f.rename[obj] != "" && f.rename[obj] != id.Name {
				return true
			}
		}
	}
	return false
}

// constText returns the value of a constant as an expression.
func constText(c *types.Const) string {
	v := c.Val()
	basic, _ := c.Type().Underlying().(*types.Basic)
	switch {
	case v.Kind() == constant.String:
		return strconv.Quote(constant.StringVal(v))
	case basic != nil && basic.Kind() == types.UntypedRune:
		return "'\\x00' + " + v.ExactString()
	case basic != nil && basic.Info()&types.IsFloat != 0:
		return floatText(constant.ToFloat(v))
	case basic != nil && basic.Info()&types.IsComplex != 0:
		v = constant.ToComplex(v)
		return floatText(constant.Real(v)) + " + 1i*" + floatText(constant.Imag(v))
	}
	return v.ExactString()
}

// floatText returns a number as a quotient of floating-point constants.
func floatText(v constant.Value) string {
	num, denom := constant.Num(v), constant.Denom(v)
	if num.Kind() != constant.Int || denom.Kind() != constant.Int {
		return v.ExactString()
	}
	return fmt.Sprintf("(%s.0 / %s.0)", num.ExactString(), denom.ExactString())
}
