package lower

// This file defines the names of what is generated for a function.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameAPI gives names to the machine and to what makes it. For Walk these are
// PullWalk and WalkMachine, for Tree.All the method PullAll and TreeAllMachine;
// what starts in lower case stays so. A machine that was not chosen has names in
// lower case that are free.
func (m *Machine) nameAPI() {
	if !m.inner {
		m.names.Pull, m.names.Machine = apiNames(m.Name)
		return
	}
	recv, name, method := cutDot(m.Name)
	whole := name
	if method {
		whole = recv + upper(name)
	}
	m.names.Pull, m.names.Machine = "pull"+upper(name), lowerFirst(whole)+"Machine"
	for i := 2; m.root.packageHas(m.names.Machine) || m.shared.named(m, m.names.Machine) || m.shared.reserved[m.prefix()+"State"] != nil; i++ {
		m.names.Machine = fmt.Sprintf("%sMachine%d", lowerFirst(whole), i)
	}
	for i := 2; m.root.packageHas(m.names.Pull) || method && m.root.hasMember(m.names.Pull) || !method && m.shared.named(m, m.names.Pull) || m.shared.reserved[m.pullName()] != nil; i++ {
		m.names.Pull = fmt.Sprintf("pull%s%d", upper(name), i)
	}
}

// prefix returns how the names of m's states begin.
func (m *Machine) prefix() string { return lowerFirst(strings.TrimSuffix(m.names.Machine, "Machine")) }

// pullName returns the name of what makes the machine, behind that of the type
// that it is a method of.
func (m *Machine) pullName() string {
	if recv, _, method := cutDot(m.Name); method {
		return recv + "." + m.names.Pull
	}
	return m.names.Pull
}

// named reports whether another machine than m has a name.
func (s *shared) named(m *Machine, name string) bool {
	return s.reserved[name] != nil || slices.ContainsFunc(s.all, func(other *Machine) bool {
		return other != m && (other.names.Machine == name || other.names.Pull == name && other.root.decl.Recv == nil)
	})
}

// hasMember reports whether the type that f is a method of has something of this
// name that was not generated.
func (f *Func) hasMember(name string) bool {
	recv := f.signature().Recv()
	obj, _, _ := types.LookupFieldOrMethod(recv.Type(), true, f.pkg.Types, name)
	return obj != nil && !f.generated(obj)
}

// apiNames returns the names of what makes the machine of a chosen function, and
// of its type.
func apiNames(function string) (pull, machine string) {
	recv, name, method := cutDot(function)
	whole := name
	if method {
		whole = recv + upper(name)
	}
	if token.IsExported(name) {
		return "Pull" + name, whole + "Machine"
	}
	return "pull" + upper(name), lowerFirst(whole) + "Machine"
}

// nameMachine gives names to what belongs to the machine.
func (f *Func) nameMachine() {
	m := f.machine
	f.names.prefix = m.prefix()
	f.names.State = f.names.prefix + "State"
	m.names.source = f.names.prefix + "Source"
	f.names.points = f.names.prefix + "Points"
	if m.contract != nil {
		f.nameBody(f.decl.Name.Name)
	}
	f.names.recv = f.fresh("m")
	f.names.machine = f.names.recv
	f.names.state = f.fresh("state")
	m.names.stopped = f.fresh("stopped")
	m.names.end = f.firstFree("end", "finish", "endMachine")
	m.names.ranged, m.names.over, m.names.leave = f.fresh("ranged"), f.fresh("over"), f.firstFree("leave", "leaveRange")
	m.names.abandon = f.firstFree("abandon", "abandonRanges")
	if len(m.bodies) > 1 {
		m.names.top = f.fresh("top")
		m.names.run = f.firstFree("run", "goOn", "runFrames")
		m.names.Frame = f.fresh(f.names.prefix + "Frame")
		for _, body := range m.bodies[1:] {
			body.names.push = f.member(lowerFirst(lastName(body.Name)))
			body.names.prefix = f.names.prefix + upper(body.names.push)
		}
	}
	f.namePoints()
}

// nameFrame gives names to what belongs to the frames of a body that is called,
// and to its results.
func (f *Func) nameFrame() {
	root := f.machine.root
	f.names.State = f.fresh(f.names.prefix + "State")
	f.names.Frame = f.fresh(f.names.prefix + "Frame")
	if len(f.machine.bodies) == 2 {
		f.machine.names.Frame = f.names.Frame
	}
	f.names.recv = f.fresh("f")
	f.names.machine = f.fresh("m")
	f.names.state = f.fresh("state")
	f.names.below = f.fresh("below")
	f.names.outer = f.fresh("outer")
	f.names.links = make(map[types.Object]string)
	for obj, c := range f.bound {
		if c.needsFrame() {
			f.names.links[obj] = f.fresh(obj.Name())
		}
	}
	f.names.returning = f.fresh("returning")
	f.names.free = root.fresh("free" + upper(f.names.push))
	f.names.points = f.names.prefix + "Points"
	f.nameResumed()
	results := f.sig.Results()
	for v := range results.Variables() {
		name := f.names.push + "Result"
		if v.Name() != "" && v.Name() != "_" && results.Len() > 1 {
			name = f.names.push + upper(v.Name())
		}
		f.results = append(f.results, &Var{Name: root.fresh(name), Type: f.subst(v.Type()), Home: HomeResult, Temp: "a result"})
	}
	f.namePoints()
}

func (f *Func) namePoints() {
	for _, p := range f.points {
		p.State = f.fresh(f.names.prefix + f.pointName(p))
		p.Label = f.fresh("after" + upper(p.State[len(f.names.prefix):]))
	}
}

// nameBody gives names to what only the machines of bodies have.
func (f *Func) nameBody(name string) {
	m := f.machine
	m.names.Pull = bodyAPIName(name)
	m.names.label, m.names.loop, m.names.inner = f.fresh("label"), f.fresh("loop"), f.fresh("inner")
	f.results = []*Var{
		{Name: f.fresh("result"), Type: m.contract.ret, Home: HomeResult, Temp: "what the body returned"},
		{Name: f.fresh("failure"), Type: types.Universe.Lookup("error").Type(), Home: HomeResult, Temp: "what it ended with"},
	}
	f.nameResumed()
}

// nameResumed gives names to what is known only to bodies of coro's contract.
func (f *Func) nameResumed() {
	if f.machine.contract != nil {
		f.names.in, f.names.thrown = f.fresh("in"), f.fresh("thrown")
	}
}

// bodyPointName names a suspension point of a body after its label, or after
// what makes the Await that it hands out; "" if there is neither.
func (f *Func) bodyPointName(p *Point) string {
	if label, _ := f.labelOf(p); label != "" {
		name := ""
		for _, word := range strings.FieldsFunc(label, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			name += upper(word)
		}
		return name
	}
	if p.library() {
		on, _ := operandsOf(p.Call, p.suspender)
		name := f.callee(p.Call).Name()
		switch on := ast.Unparen(on).(type) {
		case *ast.Ident:
			name += upper(on.Name)
		case *ast.SelectorExpr:
			name += upper(on.Sel.Name)
		}
		return name
	}
	if call, ok := ast.Unparen(p.out[len(p.out)-1]).(*ast.CallExpr); ok && f.isTask() {
		if fn := f.callee(call); fn != nil {
			return upper(fn.Name())
		}
	}
	return ""
}

// member returns name for a method of the machine, or if a field has it, name
// with a number. Other things in the function may be called the same.
func (f *Func) member(name string) string {
	for _, v := range f.all {
		if v.Name == name {
			return f.fresh(name)
		}
	}
	if methods[name] || f.members[name] {
		return f.fresh(name)
	}
	f.used[name] = true
	if f.members == nil {
		f.members = make(map[string]bool)
	}
	f.members[name] = true
	return name
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

// lastName returns the part of a name behind the last dot.
func lastName(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

func cutDot(s string) (string, string, bool) {
	for i := range len(s) {
		if s[i] == '.' {
			return s[:i], s[i+1:], true
		}
	}
	return "", s, false
}

// pointName names a suspension point after what it hands out, "YieldValue", or
// whom it calls, "Push".
func (f *Func) pointName(p *Point) string {
	if p.callee != nil {
		return upper(p.callee.names.push)
	}
	if f.machine.contract != nil {
		if name := f.bodyPointName(p); name != "" {
			return name
		}
	}
	name := "Yield"
	for _, arg := range p.out {
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
