package lower

// This file defines what may still happen after the consumer has stopped, in a
// machine of several bodies: which yields are reached, so that they have to ask.

import (
	"go/ast"
	"go/constant"
)

// A verdict is what a body with one result returns after a yield in it returned
// false.
type verdict uint8

const (
	never     verdict = iota // it does not return then
	falseOnly                // false
	anything
)

// An aftermath explores the blocks that are reached after a yield of some bodies
// returned false, following returns to those who called.
type aftermath struct {
	bodies  map[*Func]bool
	callers map[*Func][]*Point
	owner   map[*Point]*Func
	returns map[*Func]verdict
	changed bool

	seen  map[*block]bool
	work  []spot
	yield map[*Point]bool // reached
	again bool            // a loop that only passes on is reached, and asks whether it was left
}

// A spot is a block of a body.
type spot struct {
	f *Func
	b *block
}

// explore finds out what is reached after a yield of bodies returned false, until
// all of them have returned to others.
func explore(bodies []*Func) *aftermath {
	a := &aftermath{
		bodies: make(map[*Func]bool), callers: make(map[*Func][]*Point),
		owner: make(map[*Point]*Func), returns: make(map[*Func]verdict),
	}
	for _, f := range bodies {
		a.bodies[f] = true
		for _, p := range f.points {
			a.owner[p] = f
			if p.callee != nil {
				a.callers[p.callee] = append(a.callers[p.callee], p)
			}
		}
	}
	for a.changed = true; a.changed; {
		a.changed = false
		a.seen, a.yield = make(map[*block]bool), make(map[*Point]bool)
		for _, f := range bodies {
			for _, p := range f.points {
				if p.callee == nil {
					a.goOn(p)
				}
			}
			if f.epilogue != nil {
				a.reach(f, f.epilogue.block) // by a panic
			}
		}
		for len(a.work) > 0 {
			at := a.work[len(a.work)-1]
			a.work = a.work[:len(a.work)-1]
			if !a.seen[at.b] {
				a.seen[at.b] = true
				a.block(at.f, at.b)
			}
		}
	}
	return a
}

func (a *aftermath) reach(f *Func, b *block) { a.work = append(a.work, spot{f, b}) }

// goOn goes on behind p, whose call has returned.
func (a *aftermath) goOn(p *Point) {
	f := a.owner[p]
	if p.callee != nil && !p.passesOn && a.returns[p.callee] != falseOnly {
		a.reach(f, p.resumed)
		return
	}
	a.reach(f, f.onStop(p))
}

func (a *aftermath) block(f *Func, b *block) {
	if b == f.ended {
		for _, p := range a.callers[f] {
			a.goOn(p)
		}
		return
	}
	value := a.left(f, b)
	for to := range b.succs() {
		if s, ok := b.term.(*suspended); ok && to == s.To {
			continue
		}
		if f.resolve(to) == f.ended {
			a.returned(f, value)
		}
		a.reach(f, to)
	}
	for _, item := range b.items {
		if l, ok := item.(*leaving); ok {
			a.copied(f, l.Stmt)
		}
	}
	if s, ok := b.term.(*suspended); ok {
		if s.Point.callee != nil {
			a.again = a.again || s.Point.passesOn && s.Point.asked() != nil
			a.reach(s.Point.callee, s.Point.callee.blocks[0])
			return
		}
		a.yield[s.Point] = true
		a.goOn(s.Point)
	}
}

// copied looks for returns in a copied statement.
func (a *aftermath) copied(f *Func, s ast.Stmt) {
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			value := anything
			if len(n.Results) == 1 && f.isFalse(n.Results[0]) {
				value = falseOnly
			}
			a.returned(f, value)
			a.reach(f, f.ended)
		}
		return true
	})
}

// returned notes that f returns value.
func (a *aftermath) returned(f *Func, value verdict) {
	if a.returns[f] < value {
		a.returns[f], a.changed = value, true
	}
}

// left returns what f leaves as its result at the end of b.
func (a *aftermath) left(f *Func, b *block) verdict {
	if len(f.results) != 1 {
		return anything
	}
	for i := len(b.items) - 1; i >= 0; i-- {
		s, ok := b.items[i].(*Set)
		if !ok || len(s.To) != 1 || s.To[0] != f.results[0] {
			continue
		}
		if len(s.X.Args) == 0 {
			if s.X.Format == "false" {
				return falseOnly
			}
			return anything
		}
		switch x := s.X.Args[0].(type) {
		case ownField:
			return falseOnly // that yield returned
		case ast.Expr:
			if len(s.X.Args) == 1 && f.isFalse(x) {
				return falseOnly
			}
		case *Var:
			for _, p := range f.points {
				if p.callee != nil && p.resumed == b && x == p.callee.results[0] {
					return a.returns[p.callee]
				}
			}
		}
		return anything
	}
	for _, p := range f.points {
		if p.callee == f && p.resumed == b {
			return a.returns[f] // which stays
		}
	}
	return anything
}

// isFalse reports whether e is the constant false.
func (f *Func) isFalse(e ast.Expr) bool {
	v := f.info.Types[e].Value
	return v != nil && v.Kind() == constant.Bool && !constant.BoolVal(v)
}

// extent returns f and the bodies that it calls, and so on.
func (f *Func) extent() []*Func {
	var list []*Func
	seen := map[*Func]bool{nil: true}
	var walk func(*Func)
	walk = func(g *Func) {
		if seen[g] {
			return
		}
		seen[g] = true
		list = append(list, g)
		for _, p := range g.points {
			walk(p.callee)
		}
	}
	walk(f)
	return list
}

// passesTooMuch reports whether a loop that only passes on has to notice what
// happens in it: it goes through a body which might yield again after the loop
// has ended, or it begins after the consumer has stopped, and ends the body only
// if there is anything to pass on.
func (m *Machine) passesTooMuch() bool {
	passes := false
	for _, f := range m.bodies {
		if passes = passes || f.ranged; f.ranged && len(explore(f.extent()).yield) > 0 {
			return true
		}
	}
	return passes && explore(m.bodies).again
}
