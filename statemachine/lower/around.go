package lower

// This file defines what becomes of constants and types that are declared in the
// function around the literal that is the body: the literal still mentions them
// where it is a method of the machine.

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// aroundDecls returns the declarations of constants and types in the function
// around f's literal, in their order.
func (f *Func) aroundDecls() []*ast.DeclStmt {
	if f.inPlace != nil || f.lit == nil || f.outer != nil {
		return nil
	}
	var list []*ast.DeclStmt
	ast.Inspect(f.decl.Body, func(n ast.Node) bool {
		if d, ok := n.(*ast.DeclStmt); ok && d.Decl.(*ast.GenDecl).Tok != token.VAR {
			list = append(list, d)
		}
		_, isLit := n.(*ast.FuncLit)
		return !isLit
	})
	return list
}

// declaredBy returns the constants or types that d declares.
func (f *Func) declaredBy(d *ast.DeclStmt) []types.Object {
	var objs []types.Object
	add := func(id *ast.Ident) {
		if obj := f.info.Defs[id]; obj != nil && id.Name != "_" {
			objs = append(objs, obj)
		}
	}
	for _, spec := range d.Decl.(*ast.GenDecl).Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			add(spec.Name)
		case *ast.ValueSpec:
			for _, id := range spec.Names {
				add(id)
			}
		}
	}
	return objs
}

// neededAround returns those declarations around f's literal that the machine
// needs, in their order: for what the literal, or one that it calls, mentions, and
// for the types of what is kept.
func (f *Func) neededAround() []*ast.DeclStmt {
	decls := f.aroundDecls()
	if decls == nil {
		return nil
	}
	needs := make(map[types.Object]bool)
	mentioned := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && f.info.Uses[id] != nil {
				needs[f.info.Uses[id]] = true
			}
			return true
		})
	}
	mentioned(f.lit)
	for lit := range f.closures {
		mentioned(lit)
	}
	for _, g := range f.machine.bodies {
		if g == f || g.outer == f {
			for _, s := range g.slots {
				eachNamed(s.Type, func(obj *types.TypeName) { needs[obj] = true })
			}
		}
	}
	var list []*ast.DeclStmt
	for i := len(decls) - 1; i >= 0; i-- { // what one needs is declared before it
		for _, obj := range f.declaredBy(decls[i]) {
			if needs[obj] {
				mentioned(decls[i])
				list = append([]*ast.DeclStmt{decls[i]}, list...)
				break
			}
		}
	}
	return list
}

// lift gives names to the constants and types that are declared beside the machine.
// The machines of literals that one function returns have those around them in
// common.
func (f *Func) lift() {
	m := f.machine
	for obj := range f.consts {
		common := m.composite != nil && !within(f.body, obj.Pos())
		if common && m.composite.outer.lifted[obj] != "" {
			f.rename[obj] = m.composite.outer.lifted[obj]
			continue
		}
		for m.shared.lifted[f.rename[obj]] {
			f.rename[obj] = f.fresh(obj.Name())
		}
		m.shared.lifted[f.rename[obj]] = true
		if common {
			m.composite.outer.lifted[obj] = f.rename[obj]
		}
	}
}

// aroundText returns the declarations around f's literal that the machine needs,
// but for those that another machine has which the same function returns.
func (f *Func) aroundText() string {
	var b strings.Builder
	for _, d := range f.neededAround() {
		if c := f.machine.composite; f.lifted && c != nil {
			if c.outer.written[d] {
				continue
			}
			c.outer.written[d] = true
		}
		fmt.Fprintf(&b, "%s\n", f.declText(d))
	}
	return b.String()
}

// aroundEdits returns how the function that makes a machine differs from the
// source because types were moved out of it for some of the bodies.
func aroundEdits(bodies []*Func) []edit {
	var edits []edit
	seen := make(map[token.Pos]bool)
	add := func(n ast.Node, text string) {
		if !seen[n.Pos()] {
			seen[n.Pos()] = true
			edits = append(edits, edit{n.Pos(), n.End(), text})
		}
	}
	for _, f := range bodies {
		if !f.lifted {
			continue
		}
		moved := make(map[types.Object]bool)
		for _, d := range f.neededAround() {
			if d.Decl.(*ast.GenDecl).Tok != token.TYPE {
				continue
			}
			add(d, "")
			for _, obj := range f.declaredBy(d) {
				moved[obj] = true
			}
		}
		ast.Inspect(f.decl.Body, func(n ast.Node) bool {
			if n != nil && seen[n.Pos()] {
				return false
			}
			if id, ok := n.(*ast.Ident); ok && moved[f.info.Uses[id]] {
				if text := f.localName(f.info.Uses[id]); text != id.Name {
					add(id, text)
				}
			}
			return true
		})
	}
	return edits
}

// outermost returns edits without those that are inside of others.
func outermost(edits []edit) []edit {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(b.end, a.end)) })
	var list []edit
	end := token.NoPos
	for _, e := range edits {
		if e.pos >= end {
			list, end = append(list, e), e.end
		}
	}
	return list
}
