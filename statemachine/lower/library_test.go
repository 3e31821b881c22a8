package lower

// This file holds that the compiler knows all that suspends in package coro.

import (
	"go/types"
	"slices"
	"testing"
)

// TestLibrary looks at each exported function and method of coro that is given
// a yielder: it stands in one of the tables.
func TestLibrary(t *testing.T) {
	pkgs, err := load("../..", nil, []string{"./coro"})
	if err != nil {
		t.Fatal(err)
	}
	scope := pkgs[0].Types.Scope()
	var found []string
	look := func(name string, fn *types.Func) {
		for p := range fn.Signature().Params().Variables() {
			if fn.Exported() && yielderOf(p.Type()) != nil {
				found = append(found, name)
				_, advised := advice[name]
				if known := suspenderOf(fn) != nil; known == advised {
					t.Errorf("coro.%s is given a yielder: it is in the table of what is lowered (%t), and in that of what is not (%t); want one of them", name, known, advised)
				}
				return
			}
		}
	}
	for _, name := range scope.Names() {
		switch obj := scope.Lookup(name).(type) {
		case *types.Func:
			look(name, obj)
		case *types.TypeName:
			named, ok := obj.Type().(*types.Named)
			if !ok {
				continue
			}
			for m := range named.Methods() {
				if name != "Yielder" {
					look(name+"."+m.Name(), m)
				}
			}
		}
	}
	for _, s := range suspenders {
		if !slices.Contains(found, s.name) {
			t.Errorf("coro.%s is in the table, and not in coro", s.name)
		}
	}
	for name := range advice {
		if !slices.Contains(found, name) {
			t.Errorf("coro.%s is said not to be lowered, and is not in coro", name)
		}
	}
	if len(found) < 20 {
		t.Errorf("found only %v", found)
	}
}
