package lower

// This file defines how the variables are called that a debugger shows. Where
// the scopes of the source vanish, a variable gets a name that no other has. One
// whose scope is apart from that of the other can have its own name back, and so
// can one that is declared in a straight run of statements, in which the other is
// not mentioned.

import (
	"go/ast"
	"go/types"
	"slices"
)

// nameAgain gives variables their own names, as far as that can be.
func (f *Func) nameAgain() {
	for _, v := range f.all {
		if v.Home == HomeLocal || v.Loaded {
			f.renameBack(v, f.isApart)
		}
	}
	for _, v := range f.all {
		if v.Home == HomeRun {
			f.renameBack(v, f.isAlone)
		}
	}
}

// renameBack gives v its own name if that is free to be used.
func (f *Func) renameBack(v *Var, free func(*Var, string) bool) {
	if v.Obj == nil || v.Shared || v.Name == v.Obj.Name() {
		return
	}
	name := v.Obj.Name()
	if f.packageHas(name) || types.Universe.Lookup(name) != nil || f.namesOther(name) || !free(v, name) {
		return
	}
	v.Name = name
}

// namesOther reports whether the function mentions something by that name that
// is no variable, or a variable of a body around it.
func (f *Func) namesOther(name string) bool {
	found := false
	ast.Inspect(f.decl, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name {
			obj := f.info.ObjectOf(id)
			_, isVar := obj.(*types.Var)
			v := f.varOf(id)
			found = found || obj != nil && !isVar || v != nil && v.owner != f
		}
		return !found
	})
	return found
}

// isApart reports whether v, which is declared at the top, can be one with all
// that have the name: none of their scopes is within that of another.
func (f *Func) isApart(v *Var, name string) bool {
	for _, other := range f.all {
		switch {
		case other == v || other.Name != name:
		case other.Obj == nil, other.Shared, !apart(v.Obj.Parent(), other.Obj.Parent()),
			other.Home == HomeFrame && !other.Loaded,
			other.Home != HomeRun && !(types.Identical(v.Type, other.Type) && v.Boxed() == other.Boxed()),
			slices.ContainsFunc(f.points, func(p *Point) bool { return slices.Contains(p.live, v) && slices.Contains(p.live, other) }):
			return false
		}
	}
	return true
}

// apart reports whether two scopes have nothing in common.
func apart(a, b *types.Scope) bool {
	return a != nil && b != nil && (a.End() <= b.Pos() || b.End() <= a.Pos())
}

// isAlone reports whether nothing that has the name is mentioned in the run in
// which v is declared.
func (f *Func) isAlone(v *Var, name string) bool {
	for b, runs := range f.runs {
		for _, r := range runs {
			var mentioned []*Var
			for i := r.from; i < r.to; i++ {
				mentioned = append(mentioned, f.mentionedAt(b, i)...)
			}
			if slices.Contains(mentioned, v) {
				return !slices.ContainsFunc(mentioned, func(other *Var) bool { return other != v && other.Name == name })
			}
		}
	}
	return false
}

// mentionedAt returns the variables that the i-th item of a block mentions, or
// if there are not so many its end.
func (f *Func) mentionedAt(b *block, i int) []*Var {
	var vars []*Var
	add := func(item any) {
		e := f.effectOf(item)
		vars = append(append(vars, e.uses...), e.defs...)
	}
	if i < len(b.items) {
		add(b.items[i])
		return vars
	}
	switch t := b.term.(type) {
	case *dispatch:
		add(t.Head)
		for _, c := range t.Clauses {
			add(c.Head)
			for _, n := range c.Enter {
				add(n)
			}
		}
	case *suspended:
		vars = append(vars, t.Point.live...) // which are stored
	}
	add(b.term)
	return vars
}
