package lower

// This file defines what becomes of a range over a function: what it goes through
// is asked for the next value in each turn, and stopped wherever the loop is left.

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// A used is, in a Text, a variable that is used through a selector: the pointer
// to it if it is in a box.
type used struct{ of *Var }

// isRangedOver is, in a Text, the statement that tells a machine that it is
// ranged over, if it has to know.
type isRangedOver struct {
	machine *Machine
	by      *Var
}

// passOn does a range of which the body only passes on: it is a call of the
// function, with the machine's own yield.
func (h *hoister) passOn(s *ast.RangeStmt, p *Point) {
	leave := s.Body.List[0].(*ast.IfStmt).Body.List[0]
	ret, ok := leave.(*ast.ReturnStmt)
	if !ok {
		h.suspend(&Suspend{Point: p})
		return
	}
	cond := &Yielded{Pre: h.apart(func() { h.arguments(p) }), Point: p}
	h.emit(&If{Cond: &Not{cond}, Then: h.apart(func() { h.returns(ret) })})
}

// overFunc asks for the next value in each turn.
func (r *ranging) overFunc(sig *types.Signature) {
	next, stop := r.begin(seqValues(sig))
	for _, s := range r.f.jumpsOut(r.s) {
		if r.f.stopsAt == nil {
			r.f.stopsAt = make(map[ast.Stmt][]*Do)
		}
		r.f.stopsAt[s] = append([]*Do{{stop}}, r.f.stopsAt[s]...)
	}
	ok := r.f.temp("ok", types.Typ[types.Bool], "whether there is a value")
	got := &Set{Fresh: true, Op: "=", X: next}
	var assigned [2]*Text
	for i, t := range seqValues(sig) {
		e := []ast.Expr{r.s.Key, r.s.Value}[i]
		v := []*Var{r.key, r.value}[i]
		if !wantedVar(e) {
			got.To = append(got.To, nil)
			continue
		}
		if r.s.Tok != token.DEFINE {
			v = r.f.temp("value", r.f.subst(t), "a value")
			x := text("%s", v)
			assigned[i] = &x
		}
		got.To = append(got.To, v)
	}
	got.To = append(got.To, ok)
	leave := &Jump{&ast.BranchStmt{Tok: token.BREAK}}
	r.f.targets[leave.Of.(*ast.BranchStmt)] = target{stmt: r.s}
	first := []Node{got, &If{Cond: &Not{&Test{X: text("%s", ok)}}, Then: []Node{leave}}}
	if r.s.Tok != token.DEFINE {
		// The gc compiler assigns them one by one.
		first = append(first, r.assign(assigned[0], nil)...)
		first = append(first, r.assign(nil, assigned[1])...)
	}
	r.loop(nil, first, nil)
}

// begin makes what the range goes through, and returns what asks for the next
// value and what stops it.
func (r *ranging) begin(values []types.Type) (next, stop Text) {
	f := r.f
	it := f.iterated[r.s]
	if it.pull == "" {
		return r.beginPull(values)
	}
	by := f.temp("inner", it.typ, "what is ranged over")
	it.by, by.Addressed = by, it.held
	if f.instead == nil {
		f.instead = make(map[*ast.Ident]string)
	}
	f.instead[it.name] = it.pull
	if it.call != nil {
		r.emit(fresh(by, "%s", r.s.X))
	} else {
		r.emit(fresh(by, "%s()", r.s.X))
	}
	if it.machine != nil {
		r.emit(&Do{text("%s", isRangedOver{it.machine, by})})
	}
	return text("%s.Next()", used{by}), text("%s.Stop()", used{by})
}

// beginPull drives the function by iter.Pull. There, a range goes through it, so
// that it is told off by this if it goes on after the loop has ended.
func (r *ranging) beginPull(values []types.Type) (next, stop Text) {
	f := r.f
	iter := f.imported("iter")
	seq := f.temp("seq", f.typeOf(r.s.X), "what is ranged over")
	var names []string
	var ts []any
	results := []*types.Var{}
	for i, t := range values {
		names = append(names, []string{"value", "second"}[i])
		ts = append(ts, f.subst(t))
		results = append(results, types.NewVar(token.NoPos, nil, "", f.subst(t)))
	}
	results = append(results, types.NewVar(token.NoPos, nil, "", types.Typ[types.Bool]))
	list := strings.Join(names, ", ")
	pull, params, vars := iter+".Pull", text("%s", textOf(ts)), list+" := "
	switch len(values) {
	case 0:
		pull, params, vars, list = iter+".Pull", text("struct{}"), "", "struct{}{}"
		results = append([]*types.Var{types.NewVar(token.NoPos, nil, "", types.NewStruct(nil, nil))}, results...)
	case 2:
		pull = iter + ".Pull2"
	}
	r.emit(fresh(seq, "%s", r.s.X))
	n := f.temp("next", types.NewSignatureType(nil, nil, nil, nil, types.NewTuple(results...), false), "the next value of what is ranged over")
	s := f.temp("stop", types.NewSignatureType(nil, nil, nil, nil, nil, false), "what ends it")
	thrown := f.temp("thrown", types.NewSignatureType(nil, nil, nil, nil, nil, false), "panics or exits as the body of the loop does")
	f.pulled = append(f.pulled, s)
	if f.thrown == nil {
		f.thrown = make(map[*Var]*Var)
	}
	f.thrown[s] = thrown
	loop := "(func(yield func(%s) bool) {\nfor " + vars + "range %s {\nif !yield(" + list + ") {\nif thrown := %s; thrown != nil {\nthrown()\n}\nreturn\n}\n}\n})"
	r.emit(set(thrown, "nil"), &Set{To: []*Var{n, s}, Fresh: true, Op: "=", X: text(pull+loop, params, seq, thrown)})
	return text("%s()", n), text("%s()", s)
}

// jumpsOut returns the statements in a loop's body that leave the loop.
func (f *Func) jumpsOut(r *ast.RangeStmt) []ast.Stmt {
	var list []ast.Stmt
	ast.Inspect(r.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			list = append(list, n)
		case *ast.BranchStmt:
			t := f.targets[n]
			switch {
			case n.Tok == token.FALLTHROUGH || t == (target{}): // or it ends a loop that only passes on
			case t.label != nil:
				if !within(r.Body, t.label.Pos()) {
					list = append(list, n)
				}
			case t.stmt == r && n.Tok == token.BREAK, t.stmt != r && !within(r.Body, t.stmt.Pos()):
				list = append(list, n)
			}
		}
		return true
	})
	return list
}

// jump leaves, after stopping what is ranged over where s is.
func (h *hoister) jump(s ast.Stmt) {
	for _, stop := range h.f.stopsAt[s] {
		h.emit(stop)
	}
	h.emit(&Jump{s})
}
