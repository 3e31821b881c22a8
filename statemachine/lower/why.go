package lower

// This file defines how it is told why a variable is kept: where it comes from,
// where the body suspends, and where it is needed after that.

import (
	"fmt"
	"go/ast"
	"iter"
	"slices"
	"strings"
)

// why says what a slot is for.
func (f *Func) why(s *Slot) string {
	var what []string
	for _, v := range s.Vars {
		switch {
		case v.Temp != "":
			what = append(what, v.Temp)
		case v.Obj == nil:
			what = append(what, "a condition")
		case v.Outer:
			what = append(what, "given at the start")
		default:
			what = append(what, fmt.Sprintf("of line %d", f.position(v.Obj.Pos()).Line))
		}
	}
	slices.Sort(what)
	text := strings.Join(slices.Compact(what), " or ")
	if s.Vars[0].Boxed() {
		text += ", new each time it is declared, since it is seen from elsewhere"
	}
	var at []*Point
	for _, p := range f.points {
		if p.keeps(s) {
			at = append(at, p)
		}
	}
	if len(at) == 0 {
		return text
	}
	text += fmt.Sprintf("; over %s", at[0].State)
	if len(at) > 1 {
		text += fmt.Sprintf(" and %d more", len(at)-1)
	}
	if line := f.usedAfter(at[0], s); line > 0 {
		text += fmt.Sprintf(" to line %d", line)
	}
	return text
}

// usedAfter returns the line of the first use of a slot after p, or 0 if that
// is nowhere in the source.
func (f *Func) usedAfter(p *Point, s *Slot) int {
	for item := range f.usesAfter(p, s) {
		return f.lineOf(item)
	}
	return 0
}

// usesAfter returns the items that use a slot after p, the nearest first.
func (f *Func) usesAfter(p *Point, s *Slot) iter.Seq[any] {
	return func(yield func(any) bool) {
		seen := make(map[*block]bool)
		work := []*block{p.resumed}
		for len(work) > 0 {
			b := work[0]
			work = work[1:]
			if seen[b] {
				continue
			}
			seen[b] = true
			for _, item := range append(slices.Clone(b.items), b.term) {
				used := func(v *Var) bool { return v.Slot == s }
				if slices.ContainsFunc(f.effectOf(item).uses, used) && !yield(item) {
					return
				}
			}
			for to := range b.succs() {
				work = append(work, to)
			}
		}
	}
}

// lineOf returns the line of the source that an item is of, or 0.
func (f *Func) lineOf(item any) int {
	switch item := item.(type) {
	case *leaving:
		return f.position(item.Stmt.Pos()).Line
	case *suspended:
		return f.position(item.Point.node().Pos()).Line
	case *Set:
		return f.lineOf(item.X)
	case *Do:
		return f.lineOf(item.Text)
	case *branch:
		return f.lineOf(item.X)
	case Text:
		for _, arg := range item.Args {
			if n, ok := arg.(ast.Node); ok {
				return f.position(n.Pos()).Line
			}
		}
	}
	return 0
}
