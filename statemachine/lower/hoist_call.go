package lower

// This file defines what becomes of calls of other bodies, and of the returns
// in these.

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// given does expr for what a body is called with: the receiver and the
// arguments. In the place of one that is known, which the body has been made
// for, it gets the frame that this finds what it captures in, if it needs one.
func (h *hoister) given(p *Point) {
	f := h.f
	var list []ast.Expr
	sel := f.receiver(p.Call)
	if sel != nil {
		list = append(list, sel.X)
	}
	bound := func(i int) bool { return p.callee.bound[f.paramOf(p.Call, p.callee.sig, i)] != nil }
	for i, arg := range p.Call.Args {
		if !bound(i) {
			list = append(list, arg)
		}
	}
	h.exprs(false, list...)
	p.values = nil
	if in := p.callee.outer; in != nil && !in.isRoot() {
		p.values = append(p.values, f.calleeFrame(p))
	}
	if sel != nil {
		p.values = append(p.values, f.receiverText(sel))
	}
	for i, arg := range p.Call.Args {
		if !bound(i) {
			p.values = append(p.values, arg)
			continue
		}
		known, obj := f.knownArg(arg)
		switch {
		case !known.needsFrame():
		case obj != nil:
			p.values = append(p.values, f.link(obj))
		default:
			p.values = append(p.values, f.path(known.in))
		}
	}
	if n := len(p.values); p.Call.Ellipsis.IsValid() && n > 0 {
		p.values[n-1] = text("%s...", p.values[n-1])
	}
}

// calleeFrame returns the frame that the literal which p calls finds what it
// captures in.
func (f *Func) calleeFrame(p *Point) string {
	if id, ok := ast.Unparen(p.Call.Fun).(*ast.Ident); ok {
		return f.link(f.info.Uses[id])
	}
	return f.path(p.callee.outer)
}

// receiver returns the selector of the method that is called, or nil.
func (f *Func) receiver(call *ast.CallExpr) *ast.SelectorExpr {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || f.info.Selections[sel] == nil || f.info.Selections[sel].Kind() != types.MethodVal {
		return nil
	}
	return sel
}

// An address is the address of a variable, or of a part of one.
type address struct {
	of   ast.Expr
	path string // from the expression to the part: ".field"
}

// receiverText returns what a method's receiver is set to: what it is selected
// from, or an embedded field of that, or the address of it, or what it points
// to.
func (f *Func) receiverText(sel *ast.SelectorExpr) any {
	s := f.info.Selections[sel]
	var path strings.Builder
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		field := t.Underlying().(*types.Struct).Field(i)
		path.WriteString("." + field.Name())
		t = field.Type()
	}
	wants, has := isPointer(s.Obj().(*types.Func).Signature().Recv().Type()), isPointer(t)
	switch {
	case wants && !has:
		return address{sel.X, path.String()}
	case has && !wants:
		return text("*%s%s", sel.X, path.String())
	case path.Len() > 0:
		return text("%s%s", sel.X, path.String())
	}
	return sel.X
}

// zeroResults begins with the zero values of named results.
func (h *hoister) zeroResults() {
	for _, v := range h.f.named {
		if v != nil {
			h.emit(fresh(v, "%s", zero{v.Type}))
		}
	}
}

// returns does a return: it leaves the results where who called finds them.
func (h *hoister) returns(s *ast.ReturnStmt) {
	f := h.f
	if f.isRoot() && f.machine.contract != nil {
		h.returnsFromBody(s)
		return
	}
	switch p := f.pointAtExpr(oneOf(s.Results)); {
	case len(f.results) == 0:
	case p != nil && p.callee == f:
		h.suspend(&Suspend{Point: p, Tail: true})
	case p != nil && (p.callee != nil || types.Identical(f.results[0].Type, p.results[0])):
		h.suspend(&Suspend{Point: p, To: f.results})
	case len(s.Results) == 1 && h.suspends(s.Results[0]) && f.logical(s.Results[0]) != nil:
		h.returnsLogical(s, s.Results[0])
		return
	default:
		h.exprs(false, s.Results...)
		h.emit(&Set{To: f.results, Op: "=", X: f.returned(s)})
	}
	h.emit(&Jump{s})
}

// returned returns the values of a return, which without any are those of the
// named results.
func (f *Func) returned(s *ast.ReturnStmt) Text {
	var values []any
	for _, e := range s.Results {
		values = append(values, e)
	}
	if s.Results == nil {
		for i, v := range f.named {
			if v == nil {
				values = append(values, zero{f.results[i].Type})
			} else {
				values = append(values, v)
			}
		}
	}
	return textOf(values)
}

// logical returns e as a logical operation, or nil if it is none.
func (f *Func) logical(e ast.Expr) *ast.BinaryExpr {
	b, _ := ast.Unparen(e).(*ast.BinaryExpr)
	if b == nil || b.Op != token.LAND && b.Op != token.LOR {
		return nil
	}
	return b
}

// returnsLogical returns e, in which there is a suspension: what decides it
// returns at once.
func (h *hoister) returnsLogical(s *ast.ReturnStmt, e ast.Expr) {
	b := h.f.logical(e)
	if b == nil || !h.suspends(b) {
		h.returns(&ast.ReturnStmt{Return: s.Return, Results: []ast.Expr{e}})
		return
	}
	cond, decided := Cond(&Not{h.cond(b.X)}), "false"
	if b.Op == token.LOR {
		cond, decided = h.cond(b.X), "true"
	}
	h.emit(&If{Cond: cond, Then: []Node{&Set{To: h.f.results, Op: "=", X: text(decided)}, &Jump{s}}})
	h.returnsLogical(s, b.Y)
}
