package lower

// This file defines ranges over the completions of several futures: the only
// iterator of package coro that is given the yielder, and suspends the body while
// it ranges. It is written as a loop over Next.

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

// completionsOf returns x as a call of Completions.All, or nil.
func (f *Func) completionsOf(x ast.Expr) *ast.CallExpr {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok || nameInCoro(f.callee(call)) != "Completions.All" || f.receiver(call) == nil {
		return nil
	}
	return call
}

// lookAtCompletions looks at a call of Completions.All. The range suspends where
// it begins a turn.
func (f *Func) lookAtCompletions(root, at inspector.Cursor, call *ast.CallExpr) {
	r, ok := at.Parent().Node().(*ast.RangeStmt)
	for p := at.Parent(); isNode[*ast.ParenExpr](p); {
		p = p.Parent()
		r, ok = p.Node().(*ast.RangeStmt)
	}
	if !ok || f.completionsOf(r.X) != call {
		f.refuse(call.Pos(), "what suspends the body is kept as an iterator", "range over it where it is made, or call Next as long as some are Left")
		return
	}
	p := &Point{Call: call, suspender: nextCompletion}
	sig := f.typeOf(call).Underlying().(*types.Signature)
	for _, t := range yieldValues(sig.Params().At(0).Type()) {
		p.results = append(p.results, f.subst(t))
	}
	f.point(root, at, p)
	f.suspends[r.Body] = true
}

// nextCompletion is the suspender that each turn of such a range calls.
var nextCompletion = func() *suspender {
	for _, s := range suspenders {
		if s.name == "Completions.Next" {
			return s
		}
	}
	panic("lower: Completions.Next is no suspender")
}()

// overCompletions becomes
//
//	for left := -1; c.Left() > 0 && c.Left() != left; {
//		left = c.Left()
//		r, err := c.Next(y)
//		...
//	}
//
// where the second condition does not hold after what is no completion: an error
// that was thrown in.
func (r *ranging) overCompletions(call *ast.CallExpr) {
	sel := r.f.receiver(call)
	r.expr(sel.X, false)
	p := r.f.pointOf(call)
	var c any = sel.X
	if v := r.f.repl[ast.Unparen(sel.X)]; v != nil {
		c = v
	} else if id, ok := ast.Unparen(sel.X).(*ast.Ident); !ok || r.f.varOf(id) == nil || !r.f.varOf(id).stable() {
		r.spill(ast.Unparen(sel.X), "completions", "what is ranged over")
		c = r.f.repl[ast.Unparen(sel.X)]
	}
	left := r.f.temp("left", types.Typ[types.Int], "how many were left")
	r.emit(fresh(left, "-1"))
	first := r.apart(func() {
		r.emit(set(left, "%s.Left()", c))
		if r.s.Tok == token.ASSIGN {
			to := []*Var{r.f.temp("completed", p.results[0], "what is done"), r.f.temp("failed", p.results[1], "an error")}
			r.library(p, to, true)
			key, value := text("%s", to[0]), text("%s", to[1])
			r.emit(r.assign(&key, &value)...)
			return
		}
		r.library(p, []*Var{r.key, r.value}, true)
	})
	r.loop(&Test{X: text("%s.Left() > 0 && %s.Left() != %s", c, c, left)}, first, nil)
}
