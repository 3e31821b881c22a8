package lower

// This file defines the names of what is generated for a function.

import (
	"go/ast"
	"go/token"
	"unicode"
	"unicode/utf8"
)

// nameMachine gives names to the machine and what belongs to it. For Walk these
// are PullWalk and WalkMachine, for Tree.All the method PullAll and
// TreeAllMachine; what starts in lower case stays so.
func (f *Func) nameMachine() {
	name := f.decl.Name.Name
	whole := name
	if recv, _, ok := cutDot(f.Name); ok {
		whole = recv + upper(name)
	}
	f.machine.names.Pull, f.machine.names.Machine = "Pull"+name, whole+"Machine"
	if !token.IsExported(name) {
		f.machine.names.Pull, f.machine.names.Machine = "pull"+upper(name), lowerFirst(whole)+"Machine"
	}
	f.names.prefix = lowerFirst(whole)
	f.names.State = f.names.prefix + "State"
	f.names.recv = f.fresh("m")
	f.names.machine = f.names.recv
	f.names.state = f.fresh("state")
	f.machine.names.stopped = f.fresh("stopped")
	f.machine.names.end = f.firstFree("end", "finish", "endMachine")
	for _, p := range f.points {
		p.State = f.fresh(f.names.prefix + f.pointName(p))
		p.Label = f.fresh("after" + upper(p.State[len(f.names.prefix):]))
	}
}

// firstFree returns the first of some names that nothing in the function has,
// or the last one with a number.
func (f *Func) firstFree(names ...string) string {
	for _, name := range names {
		if !f.used[name] {
			f.used[name] = true
			return name
		}
	}
	return f.fresh(names[len(names)-1])
}

func cutDot(s string) (string, string, bool) {
	for i := range len(s) {
		if s[i] == '.' {
			return s[:i], s[i+1:], true
		}
	}
	return "", s, false
}

// pointName names a suspension point after what it hands out: "YieldValue".
func (f *Func) pointName(p *Point) string {
	name := "Yield"
	for _, arg := range p.Call.Args {
		switch arg := ast.Unparen(arg).(type) {
		case *ast.Ident:
			name += upper(arg.Name)
		case *ast.SelectorExpr:
			name += upper(arg.Sel.Name)
		}
	}
	return name
}

func upper(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// lowerFirst makes the first letters small: walk of Walk, url of URL, urlSet
// of URLSet.
func lowerFirst(s string) string {
	rs := []rune(s)
	for i, r := range rs {
		if !unicode.IsUpper(r) || i > 0 && i+1 < len(rs) && !unicode.IsUpper(rs[i+1]) {
			break
		}
		rs[i] = unicode.ToLower(r)
	}
	return string(rs)
}
