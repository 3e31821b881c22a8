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
	var receiver any
	sel := f.receiver(p.Call)
	if sel != nil {
		list = append(list, sel.X)
		receiver = f.receiverText(sel)
	}
	var args []any
	for i, arg := range p.Call.Args {
		if !f.binds(p, i) {
			list = append(list, arg)
		}
		args = append(args, arg)
	}
	h.exprs(false, list...)
	p.values = f.calleeValues(p, receiver, args)
}

// binds reports whether the body that p calls was made for its i-th argument.
func (f *Func) binds(p *Point, i int) bool {
	return p.callee.bound[f.paramOf(p.Call, p.callee.sig, i)] != nil
}

// calleeValues returns what the body that p calls is called with, given the
// receiver, or nil, and the arguments.
func (f *Func) calleeValues(p *Point, receiver any, args []any) []any {
	var values []any
	if in := p.callee.outer; in != nil && !in.isRoot() {
		values = append(values, f.calleeFrame(p))
	}
	if receiver != nil {
		values = append(values, receiver)
	}
	for i, arg := range p.Call.Args {
		if !f.binds(p, i) {
			values = append(values, args[i])
			continue
		}
		known, obj := f.knownArg(arg)
		switch {
		case !known.needsFrame():
		case obj != nil:
			values = append(values, f.link(obj))
		default:
			values = append(values, f.path(known.in))
		}
	}
	if n := len(values); p.Call.Ellipsis.IsValid() && n > 0 {
		values[n-1] = text("%s...", values[n-1])
	}
	return values
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
	for i, v := range h.f.named {
		if v == nil && h.f.kept != nil {
			v = h.f.kept[i]
		}
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
	case p != nil && p.callee == f && f.kept == nil && !p.passesOn:
		h.suspend(&Suspend{Point: p, Tail: true})
	case p != nil && !p.library() && (p.callee != nil || types.Identical(f.results[0].Type, p.results[0])):
		h.suspend(&Suspend{Point: p, To: f.returnsTo()})
	case len(s.Results) == 1 && h.suspends(s.Results[0]) && f.logical(s.Results[0]) != nil:
		h.returnsLogical(s, s.Results[0])
		return
	default:
		h.exprs(false, s.Results...)
		if to, x := f.returning(s); to != nil {
			h.emit(&Set{To: to, Op: "=", X: x})
		}
	}
	h.jump(s)
}

// returnsTo returns what a return sets.
func (f *Func) returnsTo() []*Var {
	if f.kept != nil {
		return f.kept
	}
	return f.results
}

// returned returns the values of a return, which without any are those of the
// named results.
func (f *Func) returned(s *ast.ReturnStmt) Text { return textOf(f.returnedValues(s)) }

func (f *Func) returnedValues(s *ast.ReturnStmt) []any {
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
	return values
}

// returning returns what a return of a body that is called sets, and to what.
func (f *Func) returning(s *ast.ReturnStmt) ([]*Var, Text) {
	if f.inPlace != nil && s.Results == nil {
		return nil, Text{} // the named results are the variables that are read in the end
	}
	to, values := f.returnsTo(), f.returnedValues(s)
	if f.kept == nil || len(values) != len(to) {
		return to, textOf(values)
	}
	var changed []*Var
	var changes []any
	for i, x := range values {
		if id, ok := x.(*ast.Ident); ok && f.varOf(id) == to[i] || x == any(to[i]) {
			continue // it is there already
		}
		changed, changes = append(changed, to[i]), append(changes, x)
	}
	return changed, textOf(changes)
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
		last := &ast.ReturnStmt{Return: s.Return, Results: []ast.Expr{e}}
		if stops := h.f.stopsAt[s]; stops != nil {
			h.f.stopsAt[last] = stops
		}
		h.returns(last)
		return
	}
	cond, decided := Cond(&Not{h.cond(b.X)}), "false"
	if b.Op == token.LOR {
		cond, decided = h.cond(b.X), "true"
	}
	h.emit(&If{Cond: cond, Then: h.apart(func() {
		h.emit(&Set{To: h.f.returnsTo(), Op: "=", X: text(decided)})
		h.jump(s)
	})})
	h.returnsLogical(s, b.Y)
}
