package lower

// This file defines the pass live: which variables are needed after each
// suspension.

import (
	"go/ast"
	"go/token"
	"maps"
)

// An effect is what an item does to the variables.
type effect struct {
	uses, defs []*Var
}

// runLive computes, backward over the blocks and until nothing changes, which
// variables are live at the beginning of each: those that some way from there
// uses before it sets them.
func runLive(f *Func) {
	for _, b := range f.blocks {
		b.in = make(map[*Var]bool)
	}
	f.ended.in = make(map[*Var]bool)
	if f.inPlace != nil {
		for _, v := range f.results {
			f.ended.in[v] = true
		}
	}
	for changed := true; changed; {
		changed = false
		for i := len(f.blocks) - 1; i >= 0; i-- {
			b := f.blocks[i]
			live := f.backward(b, func(any, map[*Var]bool) {})
			if len(live) != len(b.in) {
				b.in, changed = live, true
			}
		}
	}
	for _, p := range f.points {
		during := make(map[*Var]bool)
		f.eachShared(p.callee, func(v *Var) { during[v] = true })
		for _, v := range f.all {
			if p.resumed.in[v] || during[v] {
				p.live = append(p.live, v)
			}
		}
	}
}

// backward returns what is live at the beginning of b. On the way there it
// calls at with each item, from the last one on, and what is live after it;
// the first item is the end of the block.
func (f *Func) backward(b *block, at func(item any, after map[*Var]bool)) map[*Var]bool {
	live := make(map[*Var]bool)
	switch t := b.term.(type) {
	case *jump:
		maps.Copy(live, t.To.in)
		at(t, live)
	case *suspended:
		maps.Copy(live, t.To.in)
		at(t, live)
		f.effectOf(t).apply(live)
	case *returned:
		at(t, live)
		f.effectOf(t).apply(live)
	case *dispatch:
		if t.Else != nil {
			maps.Copy(live, t.Else.in)
		}
		for _, c := range t.Clauses {
			way := maps.Clone(c.To.in)
			for i := len(c.Enter) - 1; i >= 0; i-- {
				at(c.Enter[i], way)
				f.effectOf(c.Enter[i]).apply(way)
			}
			f.effectOf(c.Head).apply(way)
			maps.Copy(live, way)
		}
		at(t, live)
		f.effectOf(t.Head).apply(live)
	}
	for i := len(b.items) - 1; i >= 0; i-- {
		switch item := b.items[i].(type) {
		case *branch:
			maps.Copy(live, item.To.in)
		case *leaving:
			f.effectOf(item).kill(live)
			for _, to := range item.exits {
				maps.Copy(live, to.in)
			}
		}
		at(b.items[i], live)
		f.effectOf(b.items[i]).apply(live)
	}
	return live
}

func (e effect) kill(live map[*Var]bool) {
	for _, v := range e.defs {
		delete(live, v)
	}
}

func (e effect) apply(live map[*Var]bool) {
	e.kill(live)
	for _, v := range e.uses {
		live[v] = true
	}
}

// effectOf returns what an item uses and sets.
func (f *Func) effectOf(item any) effect {
	var e effect
	use := func(v *Var) {
		if v.owner == f {
			e.uses = append(e.uses, v)
		}
	}
	switch item := item.(type) {
	case *leaving:
		e = f.effectOfStmt(item.Stmt)
		f.eachStop(item.Stmt, use)
	case *Set:
		for _, v := range item.To {
			switch {
			case v == nil || v.owner != f:
			case item.Fresh || !v.byRef() && item.Op == "=":
				e.defs = append(e.defs, v)
			default:
				use(v)
			}
		}
		f.eachVar(item.X, use)
	case *Renew:
		if item.Var.byRef() {
			e.uses, e.defs = append(e.uses, item.Var), append(e.defs, item.Var)
		}
	case *Do:
		f.eachVar(item.Text, use)
	case *branch:
		f.eachVar(item.X, use)
	case *returned:
		if item.Kept {
			for _, v := range f.resultPlaces() {
				f.eachVar(v, use)
			}
			break
		}
		f.eachVar(item.Stmt, use)
	case *suspended:
		f.eachKeptResult(use)
		for _, arg := range item.Point.values {
			f.eachVar(arg, use)
		}
		f.eachShared(item.Point.callee, use)
	case Text:
		f.eachVar(item, use)
	}
	return e
}

// eachStop calls visit for the variables that are ranged over and ended where a
// copied statement jumps out.
func (f *Func) eachStop(s ast.Stmt, visit func(*Var)) {
	if len(f.stopsAt) == 0 {
		return
	}
	ast.Inspect(s, func(n ast.Node) bool {
		if s, ok := n.(ast.Stmt); ok {
			for _, stop := range f.stopsAt[s] {
				f.eachVar(stop.Text, visit)
			}
		}
		return true
	})
}

// eachShared calls visit for the variables of f that callee, or a body that it
// calls, has captured. If f calls itself, these are others.
func (f *Func) eachShared(callee *Func, visit func(*Var)) {
	seen := map[*Func]bool{nil: true, f: true}
	var walk func(*Func)
	walk = func(g *Func) {
		if seen[g] {
			return
		}
		seen[g] = true
		if g.outer != nil {
			ast.Inspect(g.body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					if v := f.vars[f.info.Uses[id]]; v != nil && v.Shared {
						visit(v)
					}
				}
				return true
			})
		}
		for _, p := range g.points {
			walk(p.callee)
		}
	}
	walk(callee)
}

// effectOfStmt returns what a copied statement uses and sets. Of one that
// consists of others it is not looked at in which order.
func (f *Func) effectOfStmt(s ast.Stmt) effect {
	var e effect
	use := func(v *Var) {
		if v.owner == f {
			e.uses = append(e.uses, v)
		}
	}
	target := func(lhs ast.Expr) {
		id, ok := ast.Unparen(lhs).(*ast.Ident)
		var v *Var
		if ok {
			v = f.varOf(id)
		}
		switch {
		case v == nil || v.owner != f:
			f.eachVar(lhs, use)
		case f.info.Defs[id] != nil || !v.byRef():
			e.defs = append(e.defs, v)
		default:
			use(v)
		}
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
			f.eachVar(s, use)
			break
		}
		for _, lhs := range s.Lhs {
			target(lhs)
		}
		for _, rhs := range s.Rhs {
			f.eachVar(rhs, use)
		}
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok {
				for _, id := range spec.Names {
					if v := f.varOf(id); v != nil {
						e.defs = append(e.defs, v)
					}
				}
				for _, x := range spec.Values {
					f.eachVar(x, use)
				}
			}
		}
	default:
		f.eachVar(s, use)
	}
	return e
}

// eachVar calls visit for each variable that is mentioned in x, which is of one
// of the kinds that a Text may have as arguments.
func (f *Func) eachVar(x any, visit func(*Var)) {
	switch x := x.(type) {
	case *Var:
		visit(x)
	case Text:
		for _, arg := range x.Args {
			f.eachVar(arg, visit)
		}
	case Whole:
		f.eachIn(x.Expr, x.Expr, visit)
	case used:
		visit(x.of)
	case isRangedOver:
		visit(x.by)
	case address:
		f.eachIn(x.of, nil, visit)
	case ast.Node:
		f.eachIn(x, nil, visit)
	}
}

func (f *Func) eachIn(n ast.Node, whole ast.Expr, visit func(*Var)) {
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && e != whole {
			if t := f.repl[e]; t != nil {
				visit(t)
				return false
			}
			if t, ok := f.texts[e]; ok {
				f.eachVar(t, visit)
				return false
			}
		}
		if r, ok := n.(*ast.ReturnStmt); ok && r.Results == nil && f.named != nil {
			f.eachVar(f.returned(r), visit) // a function literal's own return, at worst, keeps them a little longer
		}
		if id, ok := n.(*ast.Ident); ok {
			if v := f.varOf(id); v != nil {
				visit(v)
			}
		}
		return true
	})
}
