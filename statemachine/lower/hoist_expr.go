package lower

// This file defines how suspensions are taken out of expressions, with
// everything that is evaluated before them.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A hoister takes statements apart. What must happen before an expression goes
// to out; the expression itself stays as it is in the source, but for the parts
// of it that f.repl maps to temporaries.
type hoister struct {
	f   *Func
	out []Node
	pos token.Pos // of what is taken apart
}

func (h *hoister) emit(nodes ...Node) {
	for _, n := range nodes {
		h.f.noteAt(h.pos, n)
	}
	h.out = append(h.out, nodes...)
}

// at does what do does for the part of a statement that is at pos.
func (h *hoister) at(pos token.Pos, do func()) {
	before := h.pos
	h.pos = pos
	do()
	h.pos = before
}

// apart returns what do emits, apart from what was emitted before.
func (h *hoister) apart(do func()) []Node {
	saved := h.out
	h.out = nil
	do()
	nodes := h.out
	h.out = saved
	return nodes
}

// suspends reports whether there is a suspension in one of the expressions.
func (h *hoister) suspends(exprs ...ast.Expr) bool {
	for _, e := range exprs {
		if e != nil && h.f.suspends[e] {
			return true
		}
	}
	return false
}

// expr makes e an expression that can be evaluated where it stands: the
// suspensions in it happen before, and what the language, or where it leaves
// that open the gc compiler, evaluates before those happens before those. If
// more, another suspension follows, before which all of e is evaluated that
// the order matters for.
func (h *hoister) expr(e ast.Expr, more bool) {
	if e == nil || !h.f.suspends[e] && !more {
		return
	}
	if tv := h.f.info.Types[e]; tv.IsType() || tv.Value != nil {
		return
	}
	if !h.f.suspends[e] {
		if name, holds := h.ordered(e); name != "" {
			h.spill(e, name, holds)
			return
		}
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		h.expr(e.X, more)
	case *ast.SelectorExpr:
		h.expr(e.X, more)
	case *ast.StarExpr:
		h.expr(e.X, more)
	case *ast.IndexExpr:
		h.exprs(more, e.X, e.Index)
	case *ast.SliceExpr:
		h.exprs(more, e.X, e.Low, e.High, e.Max)
	case *ast.TypeAssertExpr:
		h.expr(e.X, more)
	case *ast.UnaryExpr:
		h.expr(e.X, more)
	case *ast.KeyValueExpr:
		if _, ok := e.Key.(*ast.Ident); !ok || h.f.info.Types[e.Key].IsValue() {
			h.exprs(more, e.Key, e.Value)
		} else {
			h.expr(e.Value, more) // the key is a field
		}
	case *ast.CompositeLit:
		h.exprs(more, e.Elts...)
	case *ast.BinaryExpr:
		if e.Op == token.LAND || e.Op == token.LOR {
			t := h.f.temp("holds", h.f.typeOf(e), "")
			h.into(t, e)
			h.f.repl[e] = t
			return
		}
		h.exprs(more, e.X, e.Y)
	case *ast.CallExpr:
		if p := h.f.pointOf(e); p != nil {
			h.called(e, p, more)
			return
		}
		h.operands(e, more)
	}
	if h.f.suspends[e] && more {
		if name, holds := h.ordered(e); name != "" {
			h.spill(e, name, holds)
		}
	}
}

// exprs does expr for each of a list, of which each is evaluated before the
// next.
func (h *hoister) exprs(more bool, list ...ast.Expr) {
	for i, e := range list {
		h.expr(e, more || h.suspends(list[i+1:]...))
	}
}

// operands does expr for the function and the arguments of a call.
func (h *hoister) operands(call *ast.CallExpr, more bool) {
	h.exprs(more, append([]ast.Expr{call.Fun}, call.Args...)...)
}

// suspend evaluates what is handed out, and suspends.
func (h *hoister) suspend(s *Suspend) {
	h.arguments(s.Point)
	h.emit(s)
}

// called suspends at p, which stands in an expression. If more, another
// suspension follows.
func (h *hoister) called(e *ast.CallExpr, p *Point, more bool) {
	switch {
	case p.library():
		h.libraryResults(e, p)
		return
	case p.takes != nil && (!more || len(p.takes) > 1): // several are the only arguments of a call, which comes next
		h.suspend(&Suspend{Point: p})
		h.f.texts[e] = p.result()
		return
	case p.callee == nil:
		name, holds := "more", ""
		switch {
		case p.takes != nil:
			name, holds = "thrown", "what was thrown in"
		case p.recovers:
			name, holds = "caught", "what was recovered"
		}
		t := h.f.temp(name, p.results[0], holds)
		h.suspend(&Suspend{Point: p, To: []*Var{t}, Fresh: true})
		h.f.repl[e] = t
		return
	}
	if !more && !slices.ContainsFunc(p.results, refers) {
		h.suspend(&Suspend{Point: p})
		h.f.texts[e] = p.result()
		return
	}
	s := &Suspend{Point: p, Fresh: true}
	for _, t := range p.results {
		s.To = append(s.To, h.f.temp(p.callee.names.push+"Result", t, "a result"))
	}
	h.suspend(s)
	h.f.texts[e] = textOf(s.To)
}

// arguments does expr for what is handed out at p, or what the body that is
// called there gets. The results of a call, if they are several, go to
// temporaries.
func (h *hoister) arguments(p *Point) {
	if p.callee != nil {
		h.given(p)
		return
	}
	h.exprs(false, p.out...)
	p.values = nil
	if tuple, ok := h.f.typeOf(oneOf(p.out)).(*types.Tuple); ok {
		results := &Set{Fresh: true, Op: "=", X: source(p.out[0])}
		for v := range tuple.Variables() {
			t := h.f.temp("result", v.Type(), "a result")
			results.To = append(results.To, t)
			p.values = append(p.values, t)
		}
		h.emit(results)
		return
	}
	for _, arg := range p.out {
		p.values = append(p.values, arg)
	}
}

// oneOf returns the only one of a list of expressions, or one without a type.
func oneOf(list []ast.Expr) ast.Expr {
	if len(list) == 1 {
		return list[0]
	}
	return &ast.BadExpr{}
}

// into evaluates a logical expression, in which there is a suspension, into t.
func (h *hoister) into(t *Var, e ast.Expr) {
	switch x := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		if !h.f.suspends[x] || x.Op != token.LAND && x.Op != token.LOR {
			break
		}
		h.into(t, x.X)
		var cond Cond = &Test{X: text("%s", t)}
		if x.Op == token.LOR {
			cond = &Not{cond}
		}
		h.emit(&If{Cond: cond, Then: h.apart(func() { h.into(t, x.Y) })})
		return
	case *ast.CallExpr:
		if p := h.f.pointOf(x); p != nil {
			h.suspend(&Suspend{Point: p, To: []*Var{t}, Fresh: true})
			return
		}
	}
	h.expr(e, false)
	h.emit(fresh(t, "%s", e))
}

// cond returns e as a condition.
func (h *hoister) cond(e ast.Expr) Cond {
	if e == nil {
		return nil
	}
	if h.f.suspends[e] {
		switch e := e.(type) {
		case *ast.ParenExpr:
			return h.cond(e.X)
		case *ast.UnaryExpr:
			if e.Op == token.NOT {
				return &Not{h.cond(e.X)}
			}
		case *ast.BinaryExpr:
			switch e.Op {
			case token.LAND:
				return &And{h.cond(e.X), h.cond(e.Y)}
			case token.LOR:
				return &Or{h.cond(e.X), h.cond(e.Y)}
			}
		case *ast.CallExpr:
			if p := h.f.pointOf(e); p != nil {
				return &Yielded{Pre: h.apart(func() { h.at(e.Pos(), func() { h.arguments(p) }) }), Point: p}
			}
		}
	}
	test := &Test{Pre: h.apart(func() { h.at(e.Pos(), func() { h.expr(e, false) }) }), X: source(e)}
	h.f.noteAt(e.Pos(), test)
	return test
}

// assignable does expr for the operands of the left side of an assignment.
func (h *hoister) assignable(e ast.Expr, more bool) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		h.assignable(e.X, more)
	case *ast.IndexExpr:
		h.exprs(more, e.X, e.Index)
	case *ast.StarExpr:
		h.expr(e.X, more)
	case *ast.SelectorExpr:
		h.expr(e.X, more)
	}
}

// spill evaluates e into a temporary.
func (h *hoister) spill(e ast.Expr, name, holds string) {
	t := h.f.temp(name, h.f.typeOf(e), holds)
	h.at(e.Pos(), func() { h.emit(fresh(t, "%s", Whole{e})) })
	h.f.repl[e] = t
}

// ordered returns the name of a temporary for e, and what it holds, if e is
// evaluated in its turn; "" if it is evaluated when its value is needed. The
// specification orders calls, receives and logical operations; the others are
// those that the gc compiler copies in their turn (cmd/compile/internal/walk,
// order.go, expr1).
func (h *hoister) ordered(e ast.Expr) (name, holds string) {
	tv := h.f.info.Types[e]
	if _, ok := tv.Type.(*types.Tuple); ok || !tv.IsValue() || tv.Value != nil {
		return "", "" // several results are those of the only argument of a call, which is in its turn itself
	}
	switch e := e.(type) {
	case *ast.CallExpr:
		if tv := h.f.info.Types[e.Fun]; tv.IsType() {
			if s, ok := tv.Type.Underlying().(*types.Slice); ok && !types.Identical(h.f.typeOf(e.Args[0]).Underlying(), s) {
				return "converted", "a conversion"
			}
			return "", ""
		}
		switch fun := ast.Unparen(e.Fun).(type) {
		case *ast.Ident:
			return h.f.resultName(fun.Name), "a result"
		case *ast.SelectorExpr:
			return h.f.resultName(fun.Sel.Name), "a result"
		}
		return "result", "a result"
	case *ast.UnaryExpr:
		if e.Op == token.ARROW {
			return "received", "what was received"
		}
	case *ast.BinaryExpr:
		if e.Op == token.LAND || e.Op == token.LOR {
			return "holds", "a condition"
		}
	case *ast.SliceExpr:
		return "part", "a slice"
	case *ast.TypeAssertExpr:
		switch h.f.typeOf(e).Underlying().(type) {
		case *types.Pointer, *types.Chan, *types.Map, *types.Signature:
			return "", ""
		}
		return "asserted", "a type assertion"
	}
	return "", ""
}

// resultName names what a call of the function name returns.
func (f *Func) resultName(name string) string { return lowerFirst(name) + "Result" }

// pointOf returns the suspension point that e is, or nil.
func (f *Func) pointOf(e *ast.CallExpr) *Point { return f.pointAt[e] }

// pointAtExpr is pointOf for any expression.
func (f *Func) pointAtExpr(e ast.Expr) *Point {
	call, _ := ast.Unparen(e).(*ast.CallExpr)
	return f.pointOf(call)
}
