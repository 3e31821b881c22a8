package lower

// This file defines what becomes of a range whose body suspends: a loop over
// variables that were hidden in it.

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A ranging is a range that is being taken apart.
type ranging struct {
	*hoister
	s          *ast.RangeStmt
	key, value *Var // declared by it, or nil
	shares     bool // they are declared once, and assigned to in each turn
}

func (h *hoister) rangeLoop(s *ast.RangeStmt) {
	if p := h.f.passed[s]; p != nil {
		h.passOn(s, p)
		return
	}
	if h.f.copied(s) {
		h.expr(s.X, false)
		h.emit(&Copy{s})
		return
	}
	r := &ranging{hoister: h, s: s}
	if s.Tok == token.DEFINE {
		r.key, r.value = r.declared(s.Key), r.declared(s.Value)
		r.shares = h.f.sharesLoops()
	}
	if call := h.f.completionsOf(s.X); call != nil && h.f.pointOf(call) != nil {
		r.overCompletions(call)
		return
	}
	h.expr(s.X, false)
	switch t := coreType(h.f.typeOf(s.X)).(type) {
	case *types.Basic:
		if t.Info()&types.IsString != 0 {
			r.overString()
		} else {
			r.overInt()
		}
	case *types.Slice:
		r.overList(t.Elem(), "len(%s)")
	case *types.Array:
		r.overArray(t)
	case *types.Pointer:
		r.overList(t.Elem().Underlying().(*types.Array).Elem(), "len(%s)")
	case *types.Map:
		r.overMap(t)
	case *types.Chan:
		r.overChan(t)
	case *types.Signature:
		r.overFunc(t)
	default:
		panic("lower: a range over what cannot be ranged over")
	}
}

func (r *ranging) declared(e ast.Expr) *Var {
	if id, ok := e.(*ast.Ident); ok {
		return r.f.varOf(id)
	}
	return nil
}

// wantedVar reports whether a range has a use for its key or value e.
func wantedVar(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return e != nil && (!ok || id.Name != "_")
}

// operand returns what is ranged over: the operand itself if it is a variable
// that keeps its value, otherwise a temporary.
func (r *ranging) operand(name string) any {
	if v := r.replaced(r.s.X); v != nil {
		return v
	}
	if id, ok := ast.Unparen(r.s.X).(*ast.Ident); ok {
		if v := r.f.varOf(id); v != nil && v.stable() {
			return v
		}
	}
	t := r.f.temp(name, r.f.typeOf(r.s.X), "what is ranged over")
	r.emit(fresh(t, "%s", r.s.X))
	return t
}

func (r *ranging) replaced(e ast.Expr) *Var { return r.f.repl[ast.Unparen(e)] }

// counter returns the variable that counts: the range's own if nothing else
// changes it, otherwise a hidden one.
func (r *ranging) counter(t types.Type) *Var {
	if r.key != nil && r.key.stable() {
		return r.key
	}
	return r.f.temp("index", t, "where the range is")
}

// assign sets the range's key and value, in the way that it was written.
func (r *ranging) assign(key, value *Text) []Node {
	return r.apart(func() {
		if r.s.Tok == token.DEFINE {
			if r.key != nil && key != nil {
				r.emit(&Set{To: []*Var{r.key}, Fresh: !r.shares, Op: "=", X: *key})
			}
			if r.value != nil && value != nil {
				r.emit(&Set{To: []*Var{r.value}, Fresh: !r.shares, Op: "=", X: *value})
			}
			return
		}
		var left, right Text
		add := func(e ast.Expr, x *Text) {
			if !wantedVar(e) || x == nil {
				return
			}
			if left.Format != "" {
				left.Format, right.Format = left.Format+", ", right.Format+", "
			}
			left.Format, right.Format = left.Format+"%s", right.Format+"%s"
			left.Args, right.Args = append(left.Args, e), append(right.Args, *x)
		}
		if r.s.Key != nil && key != nil {
			r.assignable(r.s.Key, value != nil && r.suspends(r.s.Value))
		}
		if r.s.Value != nil && value != nil {
			r.assignable(r.s.Value, false)
		}
		add(r.s.Key, key)
		add(r.s.Value, value)
		if left.Format != "" {
			r.emit(&Do{text("%s = %s", left, right)})
		}
	})
}

// loop emits the loop: first, then the body, in each turn.
func (r *ranging) loop(cond Cond, first, post []Node) {
	if r.shares {
		for _, v := range []*Var{r.key, r.value} {
			if v != nil {
				r.emit(fresh(v, "%s", zero{v.Type}))
			}
		}
	}
	r.emit(&Loop{Of: r.s, Cond: cond, Body: append(first, r.body(r.s.Body)...), Post: post})
}

// overInt becomes "for i := 0; i < n; i++".
func (r *ranging) overInt() {
	t := r.f.typeOf(r.s.X)
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		t = types.Typ[types.Int]
		if wantedVar(r.s.Key) {
			t = r.f.typeOf(r.s.Key)
		}
	}
	var limit any = r.s.X
	if r.f.info.Types[r.s.X].Value == nil {
		limit = r.operand("limit")
	}
	i := r.counter(t)
	r.emit(fresh(i, "0"))
	var first []Node
	if i != r.key {
		x := text("%s", i)
		first = r.assign(&x, nil)
	}
	r.loop(&Test{X: text("%s < %s", i, limit)}, first, []Node{&Set{To: []*Var{i}, Op: "++"}})
}

// overList becomes "for i := 0; i < len(s); i++ { v := s[i]".
func (r *ranging) overList(elem types.Type, length string) {
	x := r.operand("ranged")
	r.counting(text(length, x), x)
}

func (r *ranging) counting(limit Text, x any) {
	i := r.counter(types.Typ[types.Int])
	r.emit(fresh(i, "0"))
	key, value := text("%s", i), text("%s[%s]", x, i)
	if i == r.key {
		r.loop(&Test{X: text("%s < %s", i, limit)}, r.assign(nil, &value), []Node{&Set{To: []*Var{i}, Op: "++"}})
		return
	}
	r.loop(&Test{X: text("%s < %s", i, limit)}, r.assign(&key, &value), []Node{&Set{To: []*Var{i}, Op: "++"}})
}

// overArray ranges over a copy of the array, which it makes only if the
// elements are wanted.
func (r *ranging) overArray(t *types.Array) {
	if wantedVar(r.s.Value) {
		r.overList(t.Elem(), "len(%s)")
		return
	}
	if r.f.info.Types[r.s.X].Value == nil && r.f.calls(r.s.X) {
		r.emit(&Do{text("_ = %s", r.s.X)})
	}
	r.counting(text("%s", decimal(t.Len())), nil)
}

// calls reports whether there is a call or a receive in e, so that even an
// operand of known length is evaluated.
func (f *Func) calls(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

// overString decodes a rune in each turn.
func (r *ranging) overString() {
	x := r.operand("ranged")
	i := r.f.temp("index", types.Typ[types.Int], "where the range is")
	size := r.f.temp("size", types.Typ[types.Int], "of the rune")
	char := r.value
	if char == nil || r.shares {
		char = r.f.temp("char", types.Typ[types.Rune], "the rune")
	}
	next := r.f.temp("next", types.Typ[types.Int], "where the next rune is")
	r.emit(fresh(next, "0"))
	key, value := text("%s", i), text("%s", char)
	decode := text("%s.DecodeRuneInString(%s[%s:])", r.f.imported("unicode/utf8"), x, next)
	to := []*Var{char, size}
	if !wantedVar(r.s.Value) {
		to[0] = nil
	}
	first := []Node{
		&Set{To: to, Fresh: true, Op: "=", X: decode},
		fresh(i, "%s", next),
		set(next, "%s + %s", next, size),
	}
	if !wantedVar(r.s.Key) {
		first = append(first[:1], first[2:]...)
	}
	if char == r.value {
		first = append(first, r.assign(&key, nil)...)
	} else {
		first = append(first, r.assign(&key, &value)...)
	}
	r.loop(&Test{X: text("%s < len(%s)", next, x)}, first, nil)
}

// overMap collects the keys first. Of these, each turn takes one that is still
// in the map. A key that is not equal to itself (a NaN) is never found, and
// stays until the map is cleared.
func (r *ranging) overMap(t *types.Map) {
	x := r.operand("ranged")
	keys := r.f.temp("keys", types.NewSlice(t.Key()), "the keys of the map")
	i := r.f.temp("index", types.Typ[types.Int], "where the range is")
	present := r.f.temp("present", types.Typ[types.Bool], "whether the key still is in the map")
	key := r.f.temp("key", t.Key(), "the key")
	value := r.f.temp("value", t.Elem(), "the value")
	odd := mayBeNaN(t.Key())
	var values *Var
	r.emit(fresh(keys, "make(%s, 0, len(%s))", keys.Type, x))
	collect := text("for k := range %s { %s = append(%s, k) }", x, keys, keys)
	if odd && wantedVar(r.s.Value) {
		values = r.f.temp("values", types.NewSlice(t.Elem()), "the values of keys that are not equal to themselves")
		r.emit(fresh(values, "make(%s, 0, len(%s))", values.Type, x))
		collect = text("for k, v := range %s { %s, %s = append(%s, k), append(%s, v) }", x, keys, values, keys, values)
	}
	r.emit(&Do{collect}, fresh(i, "0"))
	first := []Node{fresh(key, "%s[%s]", keys, i)}
	find := &Set{To: []*Var{value, present}, Fresh: true, Op: "=", X: text("%s[%s]", x, key)}
	if !wantedVar(r.s.Value) {
		find.To[0] = nil
	}
	first = append(first, find)
	gone := []Node{&Jump{&ast.BranchStmt{Tok: token.CONTINUE}}}
	r.f.targets[gone[0].(*Jump).Of.(*ast.BranchStmt)] = target{stmt: r.s}
	switch {
	case values != nil:
		first = append(first, &If{Cond: &Not{&Test{X: text("%s", present)}}, Then: []Node{
			&If{Cond: &Test{X: text("%s == %s || len(%s) == 0", key, key, x)}, Then: gone},
			set(value, "%s[%s]", values, i),
		}})
	case odd:
		first = append(first, &If{Cond: &Test{X: text("!%s && (%s == %s || len(%s) == 0)", present, key, key, x)}, Then: gone})
	default:
		first = append(first, &If{Cond: &Not{&Test{X: text("%s", present)}}, Then: gone})
	}
	k, v := text("%s", key), text("%s", value)
	first = append(first, r.assign(&k, &v)...)
	r.loop(&Test{X: text("%s < len(%s)", i, keys)}, first, []Node{&Set{To: []*Var{i}, Op: "++"}})
}

// mayBeNaN reports whether a value of type t may be unequal to itself.
func mayBeNaN(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return t.Info()&(types.IsFloat|types.IsComplex) != 0
	case *types.Interface:
		return true
	case *types.Array:
		return mayBeNaN(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if mayBeNaN(f.Type()) {
				return true
			}
		}
	}
	return false
}

// overChan receives in each turn, until the channel is closed.
func (r *ranging) overChan(t *types.Chan) {
	x := r.operand("ranged")
	got := r.f.temp("received", t.Elem(), "what was received")
	open := r.f.temp("open", types.Typ[types.Bool], "whether the channel still is")
	receive := &Set{To: []*Var{got, open}, Fresh: true, Op: "=", X: text("<-%s", x)}
	if !wantedVar(r.s.Key) {
		receive.To[0] = nil
	}
	leave := &Jump{&ast.BranchStmt{Tok: token.BREAK}}
	r.f.targets[leave.Of.(*ast.BranchStmt)] = target{stmt: r.s}
	value := text("%s", got)
	first := []Node{receive, &If{Cond: &Not{&Test{X: text("%s", open)}}, Then: []Node{leave}}}
	first = append(first, r.assign(&value, nil)...)
	r.loop(nil, first, nil)
}
