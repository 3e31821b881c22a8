package lower

// This file defines how the compiler says no: with the place, the reason and
// what can be done.

import (
	"cmp"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// A Refusal says why something is not lowered. It is an error; nothing is
// written if there is one.
type Refusal struct {
	Pos    token.Position
	Func   string // the function that is not lowered, or ""
	Reason string // what was found
	Remedy string // what to do instead, or ""
	Falls  bool   // Options.Fallback would help
}

// Error returns position, reason and remedy in a line.
func (r *Refusal) Error() string {
	var b strings.Builder
	if r.Pos.IsValid() {
		fmt.Fprintf(&b, "%s: ", r.Pos)
	}
	if r.Func != "" {
		fmt.Fprintf(&b, "%s cannot be lowered: ", r.Func)
	}
	b.WriteString(r.Reason)
	if r.Remedy != "" {
		b.WriteString("; " + r.Remedy)
	}
	return b.String()
}

// Refusals are all that were found, in the order of their positions.
type Refusals []*Refusal

// Error returns a line for each.
func (rs Refusals) Error() string {
	lines := make([]string, len(rs))
	for i, r := range rs {
		lines[i] = r.Error()
	}
	return strings.Join(lines, "\n")
}

func (rs Refusals) sort() {
	slices.SortStableFunc(rs, func(a, b *Refusal) int {
		return cmp.Or(cmp.Compare(a.Pos.Filename, b.Pos.Filename), cmp.Compare(a.Pos.Offset, b.Pos.Offset))
	})
}

// refuse records that f's machine cannot be made because of what is at pos. The
// same is said once.
func (f *Func) refuse(pos token.Pos, reason, remedy string) {
	f.machine.refuse(&Refusal{Pos: f.position(pos), Func: f.machine.Name, Reason: reason, Remedy: remedy})
}

func (m *Machine) refuse(r *Refusal) {
	for _, before := range m.Refused {
		if *before == *r {
			return
		}
	}
	m.Refused = append(m.Refused, r)
}

// position returns the place of pos, as the person who reads it would type the
// file's name. What is in the library is where that is called.
func (f *Func) position(pos token.Pos) token.Position {
	for g := f; g != nil; g = g.outer {
		if g.site != nil {
			return g.site.in.position(g.site.call.Pos())
		}
	}
	p := f.fset.Position(pos)
	p.Filename = relative(f.machine.dir, p.Filename)
	return p
}

// relative returns file as seen from dir if that is shorter.
func relative(dir, file string) string {
	if rel, err := filepath.Rel(dir, file); err == nil && len(rel) < len(file) {
		return rel
	}
	return file
}

// pos returns where v is declared, or for a temporary, the body.
func (v *Var) pos(f *Func) token.Pos {
	if v.Obj != nil {
		return v.Obj.Pos()
	}
	return f.body.Pos()
}

// called returns what to call v in messages.
func (v *Var) called() string {
	if v.Obj != nil {
		return v.Obj.Name()
	}
	return "a value that is kept over a suspension (" + v.Name + ")"
}
