package lower

// This file defines the pass frame: where each variable lives, and the slots of
// what is kept while the body is suspended.

import (
	"go/ast"
	"go/types"
	"slices"
)

// A Slot is a field of the machine. A variable of the source has one of its
// own; temporaries share one if they are of one type and never needed together.
type Slot struct {
	Name string
	Type types.Type
	Vars []*Var
}

// A run is a part of a block, from one item to before another, in which
// variables are declared that nothing else mentions.
type run struct{ from, to int }

// A mention is a place where a variable occurs.
type mention struct {
	b     *block
	i     int // of the item; len(b.items) is the end
	fresh bool
	enter bool // in a clause of the end
}

func runFrame(f *Func) {
	mentions := f.mentions()
	f.runs = make(map[*block][]run)
	kept := make(map[*Var]bool)
	for _, p := range f.points {
		for _, v := range p.live {
			kept[v] = true
		}
	}
	f.eachKeptResult(func(v *Var) { kept[v] = true })
	for v := range f.blocks[0].in {
		if v.Outer {
			kept[v] = true
		}
	}
	for v := range f.epilogueVars() {
		kept[v] = true
	}
	for _, v := range f.results {
		kept[v] = true
	}
	for _, v := range f.all {
		at := mentions[v]
		switch {
		case kept[v] || v.Shared:
			v.Home = HomeFrame
		case len(at) == 0:
		case v.inRun(at):
			f.runs[at[0].b] = append(f.runs[at[0].b], run{at[0].i, at[len(at)-1].i + 1})
		default:
			v.Home = HomeLocal
		}
	}
	for b, rs := range f.runs {
		f.runs[b] = merged(rs)
	}
	f.allot()
	f.clears()
	f.load()
	if f.lifted = f.inPlace == nil && f.lifts(); f.lifted {
		f.lift()
	}
}

// mentions finds the places of each variable, in the order of the blocks.
func (f *Func) mentions() map[*Var][]mention {
	found := make(map[*Var][]mention)
	for _, b := range f.blocks {
		note := func(item any, i int, enter bool) {
			e := f.effectOf(item)
			for _, v := range e.uses {
				found[v] = append(found[v], mention{b, i, false, enter})
			}
			for _, v := range e.defs {
				found[v] = append(found[v], mention{b, i, f.declares(item, v), enter})
			}
		}
		for i, item := range b.items {
			note(item, i, false)
		}
		note(b.term, len(b.items), false)
		if d, ok := b.term.(*dispatch); ok {
			note(d.Head, len(b.items), false)
			for _, c := range d.Clauses {
				note(c.Head, len(b.items), false)
				for _, n := range c.Enter {
					note(n, len(b.items), true)
				}
			}
		}
	}
	return found
}

// declares reports whether an item declares v.
func (f *Func) declares(item any, v *Var) bool {
	switch item := item.(type) {
	case *Set:
		return item.Fresh
	case *leaving:
		switch s := item.Stmt.(type) {
		case *ast.AssignStmt:
			return slices.ContainsFunc(s.Lhs, func(e ast.Expr) bool {
				id, ok := e.(*ast.Ident)
				return ok && v.Obj != nil && f.info.Defs[id] == v.Obj
			})
		case *ast.DeclStmt:
			return true
		}
	}
	return false
}

// inRun reports whether v is declared where it is mentioned first and mentioned
// only after that in the same block.
func (v *Var) inRun(at []mention) bool {
	if v.Outer || !at[0].fresh {
		return false
	}
	for i, m := range at {
		if m.b != at[0].b || m.enter || i > 0 && (m.fresh || m.i == at[0].i) {
			return false
		}
	}
	return true
}

// merged joins runs that overlap.
func merged(rs []run) []run {
	slices.SortFunc(rs, func(a, b run) int { return a.from - b.from })
	out := rs[:1]
	for _, r := range rs[1:] {
		if last := &out[len(out)-1]; r.from < last.to {
			last.to = max(last.to, r.to)
		} else {
			out = append(out, r)
		}
	}
	return out
}

// allot makes the slots.
func (f *Func) allot() {
	meet := f.meetings()
	for _, v := range f.all {
		if v.Home != HomeFrame {
			continue
		}
		if v.Obj == nil && !v.Outer && !f.epilogueVars()[v] {
			i := slices.IndexFunc(f.slots, func(s *Slot) bool {
				return s.Vars[0].Obj == nil && !s.Vars[0].Outer && !f.epilogueVars()[s.Vars[0]] && types.Identical(s.Type, v.Type) &&
					!slices.ContainsFunc(s.Vars, func(other *Var) bool { return meet[[2]*Var{v, other}] })
			})
			if i >= 0 {
				v.Slot = f.slots[i]
				v.Slot.Vars = append(v.Slot.Vars, v)
				continue
			}
		}
		v.Slot = &Slot{Name: v.Name, Type: v.Type, Vars: []*Var{v}}
		if v.Boxed() {
			v.Slot.Type = types.NewPointer(v.Type)
		}
		f.slots = append(f.slots, v.Slot)
	}
}

// meetings returns which temporaries are needed together somewhere.
func (f *Func) meetings() map[[2]*Var]bool {
	meet := make(map[[2]*Var]bool)
	together := func(a, b *Var) {
		if a != b && a.Obj == nil && b.Obj == nil {
			meet[[2]*Var{a, b}], meet[[2]*Var{b, a}] = true, true
		}
	}
	for _, b := range f.blocks {
		f.backward(b, func(item any, after map[*Var]bool) {
			for v := range after {
				for w := range after {
					together(v, w)
				}
				for _, w := range f.effectOf(item).defs {
					together(v, w)
				}
			}
			for _, v := range f.effectOf(item).defs {
				for _, w := range f.effectOf(item).defs {
					together(v, w)
				}
			}
		})
	}
	return meet
}

// clears finds, for each suspension point, the slots that may hold a reference
// there which is not needed any more.
func (f *Func) clears() {
	set := make(map[*block]map[*Slot]bool) // at the beginning of a block
	first := make(map[*Slot]bool)
	for _, s := range f.slots {
		if s.Vars[0].Outer && !slices.Contains(f.results, s.Vars[0]) {
			first[s] = true
		}
	}
	set[f.blocks[0]] = first
	for changed := true; changed; {
		changed = false
		for _, b := range f.blocks {
			if set[b] == nil {
				continue
			}
			now := f.forward(b, set[b])
			for to := range b.succs() {
				if set[to] == nil {
					set[to], changed = make(map[*Slot]bool), true
				}
				for s := range now {
					if !set[to][s] {
						set[to][s], changed = true, true
					}
				}
			}
		}
	}
	for _, b := range f.blocks {
		s, ok := b.term.(*suspended)
		if !ok || set[b] == nil {
			continue
		}
		now := f.forwardItems(b, set[b])
		for _, slot := range f.slots {
			if now[slot] && !f.needs(s.Point, slot) && refers(slot.Type) {
				s.Point.clear = append(s.Point.clear, slot)
			}
		}
	}
}

// needs reports whether slot is needed after p, if only should the body panic: a
// result is, if there are deferred calls, which may recover.
func (f *Func) needs(p *Point, slot *Slot) bool {
	v := slot.Vars[0]
	return p.keeps(slot) || f.epilogueVars()[v] || len(f.deferrals) > 0 && (slices.Contains(f.results, v) || slices.Contains(f.named, v))
}

// keeps reports whether slot is needed after p.
func (p *Point) keeps(slot *Slot) bool {
	return slices.ContainsFunc(p.live, func(v *Var) bool { return v.Slot == slot })
}

// forward returns the slots that may hold something at the end of b, and after
// it if it suspends.
func (f *Func) forward(b *block, before map[*Slot]bool) map[*Slot]bool {
	now := f.forwardItems(b, before)
	if s, ok := b.term.(*suspended); ok {
		for slot := range now {
			if !f.needs(s.Point, slot) && refers(slot.Type) {
				delete(now, slot)
			}
		}
	}
	return now
}

func (f *Func) forwardItems(b *block, before map[*Slot]bool) map[*Slot]bool {
	now := make(map[*Slot]bool)
	for s := range before {
		now[s] = true
	}
	mark := func(item any) {
		for _, v := range f.effectOf(item).defs {
			if v.Slot != nil {
				now[v.Slot] = true
			}
		}
	}
	for _, item := range b.items {
		if do, ok := item.(*Do); ok {
			f.eachVar(do.Text, func(v *Var) {
				if v.Slot != nil {
					now[v.Slot] = true
				}
			})
		}
		mark(item)
		if l, ok := item.(*leaving); ok { // what assigns inside of it is not looked for
			f.eachVar(l.Stmt, func(v *Var) {
				if v.Slot != nil {
					now[v.Slot] = true
				}
			})
		}
	}
	if d, ok := b.term.(*dispatch); ok {
		for _, c := range d.Clauses {
			f.eachVar(c.Head, func(v *Var) {
				if v.Slot != nil {
					now[v.Slot] = true
				}
			})
			for _, n := range c.Enter {
				mark(n)
			}
		}
	}
	return now
}

// refers reports whether a value of type t may keep something from the
// collector.
func refers(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return t.Info()&types.IsString != 0 || t.Kind() == types.UnsafePointer
	case *types.Array:
		return refers(t.Elem())
	case *types.Struct:
		for field := range t.Fields() {
			if refers(field.Type()) {
				return true
			}
		}
		return false
	}
	return true
}
