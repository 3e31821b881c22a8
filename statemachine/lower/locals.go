package lower

// This file defines the variables that a debugger shows. What is generated for
// one has, for each variable of the source that is kept, a variable of that name
// in Next. Where nothing else reaches the kept one, it is the variable itself:
// it is loaded when the body goes on, and stored when it suspends. A variable that
// other frames share, or that deferred calls find after a panic, stays where it
// is, and what is shown is a pointer to it.

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// load decides which of the variables that are kept are loaded.
func (f *Func) load() {
	if !f.debugged() {
		return
	}
	after := f.epilogueVars()
	ends := len(f.deferrals) > 0 || f.isRoot() && f.machine.contract != nil // with what named results hold
	for _, v := range f.all {
		v.Loaded = v.Home == HomeFrame && v.Obj != nil && !v.Shared && !after[v] &&
			!slices.Contains(f.results, v) && !slices.Contains(f.kept, v) && !(ends && slices.Contains(f.named, v))
	}
	f.nameAgain()
}

// loads returns the statement that loads the variables that are needed behind p,
// or at the beginning of the body if that is nil. In a frame, which may not be
// the one of which they were loaded before, the others are made zero.
func (f *Func) loads(p *Point) string {
	needed := func(v *Var) bool {
		return v.Loaded && (p == nil && v.Outer && f.blocks[0].in[v] || p != nil && slices.Contains(p.live, v))
	}
	var to, from []string
	for _, v := range f.all {
		if needed(v) {
			to, from = append(to, v.Name), append(from, f.own(v.Slot.Name))
		}
	}
	for _, v := range f.all {
		if v.Loaded && !f.isRoot() && !slices.Contains(to, v.Name) {
			to, from = append(to, v.Name), append(from, f.zero(v.Slot.Type))
		}
	}
	return assignment(to, from)
}

// stores returns the statements that store at p what is needed behind it.
func (f *Func) stores(p *Point) []string {
	var to, from []string
	for _, v := range p.live {
		if v.Loaded {
			to, from = append(to, f.own(v.Slot.Name)), append(from, v.Name)
		}
	}
	if to == nil {
		return nil
	}
	return []string{strings.TrimSpace(assignment(to, from))}
}

func assignment(to, from []string) string {
	if to == nil {
		return ""
	}
	return fmt.Sprintf("%s = %s\n", strings.Join(to, ", "), strings.Join(from, ", "))
}

// shown returns the variables of which a body shows where they are kept: its
// own that are not loaded, and those of the bodies around it that it mentions.
func (f *Func) shown() []*Var {
	if !f.debugged() {
		return nil
	}
	var vars []*Var
	for _, v := range f.all {
		if v.Home == HomeFrame && v.Obj != nil && !v.Loaded {
			vars = append(vars, v)
		}
	}
	ast.Inspect(f.body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v := f.varOf(id); v != nil && v.owner != f && v.Home == HomeFrame && !slices.Contains(vars, v) {
				vars = append(vars, v)
			}
		}
		return true
	})
	return vars
}

// shownVars declares the variables that only a debugger knows, and those that
// are loaded.
func (f *Func) shownVars() string {
	var b strings.Builder
	declared := make(map[string]bool)
	for _, v := range f.all {
		declared[v.Name] = declared[v.Name] || v.Home == HomeLocal
	}
	for _, v := range f.all {
		if v.Loaded && !declared[v.Name] {
			declared[v.Name] = true
			fmt.Fprintf(&b, "var %s %s\n_ = %[1]s\n", v.Name, f.typeText(v.Slot.Type))
		}
	}
	for _, v := range f.shown() {
		fmt.Fprintf(&b, "var %s *%s\n_ = %[1]s\n", v.Name, f.typeText(v.Type))
	}
	return b.String()
}

// shownPlaces sets the variables that only a debugger knows.
func (f *Func) shownPlaces() string {
	w := &writer{f: f, binds: make(map[*Var]bool)}
	var b strings.Builder
	for _, v := range f.shown() {
		b.WriteString(f.shows(w, v))
	}
	return b.String()
}

// shows returns the statement that sets what a debugger is shown of v.
func (f *Func) shows(w *writer, v *Var) string {
	address := "&"
	if v.Boxed() {
		address = ""
	}
	return fmt.Sprintf("%s = %s%s\n", v.Name, address, w.place(v))
}

// renewed writes what a debugger is shown of v, which has got a new box.
func (n *nexter) renewed(w *writer, v *Var) {
	if n.f.debugged() && v.Home == HomeFrame && !v.Loaded && v.Obj != nil {
		n.line("%s", strings.TrimSpace(n.f.shows(w, v)))
	}
}
