package lower

// This file holds that the compiler knows all that suspends in package coro and
// beneath it.

import (
	"go/types"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestLibrary looks at each exported function and method of coro and the packages
// beneath it that is given a yielder: it is lowered in one of the ways that there
// are, and in one only.
func TestLibrary(t *testing.T) {
	pkgs, err := (&loader{dir: "../..", patterns: []string{"./coro/..."}}).load(nil)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, pkg := range pkgs {
		s, err := newShared(pkg, "../..", new(Options))
		if err != nil {
			t.Fatal(err)
		}
		// As another package that imports this one.
		s.pkg = &packages.Package{Fset: pkg.Fset, TypesInfo: pkg.TypesInfo, Types: types.NewPackage("other", "other")}
		look := func(fn *types.Func) {
			if !fn.Exported() || !givenYielder(fn.Signature()) {
				return
			}
			name := nameInCoro(fn)
			found = append(found, name)
			lib, _ := s.libraryFunc(fn)
			ways := map[string]bool{
				"a suspender":               suspenderOf(fn) != nil,
				"a function of the library": lib != nil,
				"only looks at the yielder": name == "LoopOf" || name == "ContextOf",
				"an iterator":               name == "Completions.All",
			}
			var is []string
			for way, holds := range ways {
				if holds {
					is = append(is, way)
				}
			}
			if len(is) != 1 {
				t.Errorf("%s.%s is given a yielder: it is %q, want one of the ways in which it is lowered", pkg.PkgPath, name, is)
			}
			if lib != nil && !likeLibrary(fn, lib) {
				t.Errorf("%s of package library is %s, in the place of %s", lib.Name(), lib.Signature(), fn.Signature())
			}
		}
		scope := pkg.Types.Scope()
		for _, name := range scope.Names() {
			switch obj := scope.Lookup(name).(type) {
			case *types.Func:
				look(obj)
			case *types.TypeName:
				if named, ok := obj.Type().(*types.Named); ok && name != "Yielder" {
					for m := range named.Methods() {
						look(m)
					}
				}
			}
		}
	}
	for _, s := range suspenders {
		if !slices.Contains(found, s.name) {
			t.Errorf("%s is in the table, and not in coro", s.name)
		}
	}
	for _, name := range []string{"WithGroup", "Delegate", "Condition.WaitUntil", "stream.Reader.ReadAll", "process.With", "signals.Wait"} {
		if !slices.Contains(found, name) {
			t.Errorf("%s is not found", name)
		}
	}
}

// givenYielder reports whether a function has a yielder among its parameters.
func givenYielder(sig *types.Signature) bool {
	for p := range sig.Params().Variables() {
		if yielderOf(p.Type()) != nil {
			return true
		}
	}
	return false
}

// likeLibrary reports whether lib, of package library, has the parameters and
// results of fn, behind its receiver.
func likeLibrary(fn, lib *types.Func) bool {
	want, got := fn.Signature(), lib.Signature()
	params := slices.Collect(want.Params().Variables())
	if recv := want.Recv(); recv != nil {
		params = append([]*types.Var{recv}, params...)
	}
	if got.Params().Len() != len(params) || got.Results().Len() != want.Results().Len() || got.Variadic() != want.Variadic() ||
		got.TypeParams().Len() != want.TypeParams().Len() {
		return false
	}
	// Type parameters of two functions differ; their names are compared.
	same := func(a, b types.Type) bool {
		q := func(p *types.Package) string { return p.Path() }
		return types.TypeString(a, q) == types.TypeString(b, q)
	}
	for i, p := range params {
		if !same(p.Type(), got.Params().At(i).Type()) {
			return false
		}
	}
	for i := range want.Results().Len() {
		if !same(want.Results().At(i).Type(), got.Results().At(i).Type()) {
			return false
		}
	}
	return true
}
