package lower

// This file defines how types are written in what is generated, and which
// imports that takes.

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// An importSet is what the generated file may import: names to paths.
type importSet map[string]string

// importsOf returns the imports of a source file, under the names that they
// have there.
func importsOf(file *ast.File, info *types.Info) importSet {
	set := make(importSet)
	for _, spec := range file.Imports {
		obj := info.Implicits[spec]
		if spec.Name != nil {
			obj = info.Defs[spec.Name]
		}
		if name, ok := obj.(*types.PkgName); ok && name.Name() != "." && name.Name() != "_" {
			set[name.Name()] = name.Imported().Path()
		}
	}
	return set
}

// imported returns the name of a package, which is imported if it was not.
func (f *Func) imported(pkg string) string {
	for _, name := range slices.Sorted(maps.Keys(f.machine.imports)) {
		if f.machine.imports[name] == pkg && !f.hides(name) {
			return name
		}
	}
	if f.used == nil {
		f.used = f.declNames() // of a function that no pass looked at
	}
	name := path.Base(pkg)
	isIt := func(name string) bool { // where the body stands
		scope := f.info.Scopes[f.file]
		if scope == nil {
			return false
		}
		obj, ok := scope.Lookup(name).(*types.PkgName)
		return ok && obj.Imported().Path() == pkg && !f.hides(name)
	}
	for i := 2; f.used[name] && !isIt(name) || f.machine.imports[name] != "" || f.pkg.Types.Scope().Lookup(name) != nil; i++ {
		name = path.Base(pkg) + strconv.Itoa(i)
	}
	f.machine.imports[name] = pkg
	f.used[name] = true
	return name
}

// hides reports whether the function declares something of an import's name.
func (f *Func) hides(name string) bool {
	found := false
	root := ast.Node(f.decl)
	if f.inPlace != nil {
		root = f.inPlace.root
	}
	ast.Inspect(root, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name && f.info.Defs[id] != nil {
			found = true
		}
		return !found
	})
	return found
}

// nameable refuses a variable whose type cannot be written: one of another
// package that is not exported, or of one that cannot be imported.
func (f *Func) nameable(v *Var) { f.nameableType(v.Type, v.pos(f), v.called()) }

// nameableType refuses what is at pos, and called so, if t cannot be written.
func (f *Func) nameableType(t types.Type, pos token.Pos, called string) {
	eachNamed(t, func(obj *types.TypeName) {
		if obj.Pkg() != nil && obj.Pkg() != f.pkg.Types && !(obj.Exported() && f.importable(f.pkg.PkgPath, obj.Pkg().Path())) {
			f.refuse(pos, fmt.Sprintf("the type of %s is %s.%s, which cannot be written here", called, obj.Pkg().Name(), obj.Name()),
				"keep it in a variable of an interface type")
		}
	})
}

// importable reports whether what is generated may import the package path. The
// functions of the standard library that are written in place may import
// everything that they could before.
func (f *Func) importable(from, path string) bool {
	return f.inPlace != nil && f.inPlace.std || importable(from, path)
}

// importable reports whether the package from may import the package path, which
// it may not if that is internal to others.
func importable(from, path string) bool {
	i := strings.LastIndex("/"+path+"/", "/internal/")
	if i < 0 {
		return true
	}
	parent := path[:max(i-1, 0)]
	return parent != "" && (from == parent || strings.HasPrefix(from, parent+"/"))
}

// lifts reports whether a slot has a type that the function declares, or a
// literal in it has become a body of its own, so that its types and constants
// must be declared outside of it.
func (f *Func) lifts() bool {
	found := len(f.consts) > 0 && slices.ContainsFunc(f.machine.bodies, func(g *Func) bool { return g.outer == f })
	look := func(obj *types.TypeName) { found = found || f.consts[obj] }
	for _, s := range f.slots {
		eachNamed(s.Type, look)
	}
	for _, d := range f.deferrals {
		for _, s := range d.all() {
			eachNamed(s.Type, look)
		}
	}
	return found
}

// localName returns how a constant or a type of the function is called where it
// is used.
func (f *Func) localName(obj types.Object) string {
	for g := f; g != nil; g = g.outer {
		if _, ok := obj.(*types.TypeName); ok && g.lifted && g.rename[obj] != "" {
			_, used := f.machine.typeParams()
			return g.rename[obj] + used
		}
	}
	return f.renamed(obj)
}

// renamed returns the name that a constant or a type of the function, or of one
// around it, has got; "" for anything else.
func (f *Func) renamed(obj types.Object) string {
	for g := f; g != nil; g = g.outer {
		if name := g.rename[obj]; name != "" {
			return name
		}
	}
	return ""
}

// declaredName returns how it is called where it is declared.
func (f *Func) declaredName(obj types.Object) string {
	if _, ok := obj.(*types.TypeName); ok && f.lifted {
		declared, _ := f.machine.typeParams()
		return f.rename[obj] + declared
	}
	return f.rename[obj]
}

// eachNamed calls visit for each named type that t is made of.
func eachNamed(t types.Type, visit func(*types.TypeName)) {
	seen := make(map[types.Type]bool)
	var walk func(t types.Type)
	walk = func(t types.Type) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		switch t := t.(type) {
		case *types.Alias:
			visit(t.Obj())
			for arg := range t.TypeArgs().Types() {
				walk(arg)
			}
		case *types.Named:
			visit(t.Obj())
			for arg := range t.TypeArgs().Types() {
				walk(arg)
			}
		case *types.Pointer:
			walk(t.Elem())
		case *types.Slice:
			walk(t.Elem())
		case *types.Array:
			walk(t.Elem())
		case *types.Chan:
			walk(t.Elem())
		case *types.Map:
			walk(t.Key())
			walk(t.Elem())
		case *types.Signature:
			walk(t.Params())
			walk(t.Results())
		case *types.Tuple:
			for v := range t.Variables() {
				walk(v.Type())
			}
		case *types.Struct:
			for field := range t.Fields() {
				walk(field.Type())
			}
		case *types.Interface:
			for m := range t.ExplicitMethods() {
				walk(m.Type())
			}
			for e := range t.EmbeddedTypes() {
				walk(e)
			}
		}
	}
	walk(t)
}

// zero returns the zero value of t.
func (f *Func) zero(t types.Type) string {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return "*new(" + f.typeText(t) + ")"
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return "false"
		case u.Info()&types.IsNumeric != 0:
			return "0"
		case u.Info()&types.IsString != 0:
			return `""`
		}
		return "nil"
	case *types.Struct, *types.Array:
		return f.typeText(t) + "{}"
	}
	return "nil"
}

func decimal(n int64) string { return constant.MakeInt64(n).String() }

// typeParams returns m's type parameters: with their constraints, and without.
func (m *Machine) typeParams() (declared, used string) {
	if len(m.tparams) == 0 {
		return "", ""
	}
	var with, without []string
	for _, t := range m.tparams {
		with = append(with, t.Obj().Name()+" "+m.root.typeText(t.Constraint()))
		without = append(without, t.Obj().Name())
	}
	return "[" + strings.Join(with, ", ") + "]", "[" + strings.Join(without, ", ") + "]"
}
