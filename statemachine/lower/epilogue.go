package lower

// This file defines the epilogue of a body with deferred calls that suspend, or
// of one that is called: blocks that come behind all others, to which returns
// and panics go. A method cannot defer what suspends, so these calls are
// suspension points there. Between them, the deferred calls that do not suspend
// are made by methods, and what panics is kept in the frame.

import (
	"fmt"
	"go/ast"
	"maps"
	"path/filepath"
	"strings"
)

// An epilogue is where a body ends that makes deferred calls by itself.
type epilogue struct {
	nodes []Node
	block *block // where it begins
	parts []part

	panicked string // a field: what panics
	call     string // a field: the deferred call of the list that is being made
	unwound  string // the method that ends the machine after it

	// Of a body that is called:
	exiting string // a field: whether Goexit is on its way
	fail    string // the method that takes a panic to the frames beneath
}

// A part is deferred calls that one method makes, since none of them suspends.
type part struct {
	name      string // the method's
	deferrals []*Deferral
}

// suspendsDeferred reports whether a deferred call of the body's suspends.
func (f *Func) suspendsDeferred() bool {
	for _, d := range f.deferrals {
		if d.point != nil {
			return true
		}
	}
	return false
}

// makeEpilogue makes the epilogue's part of the tree, if f needs one.
func (f *Func) makeEpilogue() {
	if len(f.deferrals) == 0 || f.isRoot() && !f.suspendsDeferred() {
		return
	}
	e := &epilogue{panicked: f.fresh("panicked")}
	if f.isRoot() {
		e.unwound = f.firstFree("unwound", "unwoundMachine")
	} else {
		e.exiting, e.fail = f.fresh("exiting"), f.firstFree("fail", "failFrame")
	}
	f.epilogue = e
	for _, d := range f.deferrals {
		f.savesAgain(d)
	}
	if f.listed() {
		e.nodes = f.listEpilogue()
	} else {
		e.nodes = f.orderedEpilogue()
	}
	if !f.isRoot() {
		e.nodes = append(e.nodes, &Fail{})
	}
	if f.kept != nil {
		e.nodes = append(e.nodes, &Set{To: f.results, Op: "=", X: textOf(f.kept)})
	}
}

// orderedEpilogue returns the deferred calls in the opposite of their order.
func (f *Func) orderedEpilogue() []Node {
	e := f.epilogue
	var nodes []Node
	for i := len(f.deferrals) - 1; i >= 0; i-- {
		d := f.deferrals[i]
		if d.point != nil {
			nodes = append(nodes, &If{
				Cond: &Test{X: text("%s", f.own(d.flag))},
				Then: append([]Node{&Do{text("%s = false", f.own(d.flag))}}, f.suspending(d, f.names.recv)...),
			})
			continue
		}
		if i+1 == len(f.deferrals) || f.deferrals[i+1].point != nil {
			e.parts = append(e.parts, part{name: f.unwindName()})
			nodes = append(nodes, e.do(f))
		}
		last := &e.parts[len(e.parts)-1]
		last.deferrals = append([]*Deferral{d}, last.deferrals...)
	}
	return nodes
}

// unwindName names a method that makes deferred calls.
func (f *Func) unwindName() string {
	if len(f.epilogue.parts) == 0 {
		return f.names.unwind
	}
	return f.fresh(f.names.unwind)
}

// do returns the call of the last part's method.
func (e *epilogue) do(f *Func) Node {
	return &Do{text("%s()", f.own(e.parts[len(e.parts)-1].name))}
}

// listEpilogue returns a loop over the list of deferred calls. What does not
// suspend at its end is made at once, then what is last suspends.
func (f *Func) listEpilogue() []Node {
	e := f.epilogue
	list := f.own(f.names.deferred)
	none := &Test{X: text("len(%s) == 0", list)}
	var native, suspending []*Deferral
	for _, d := range f.deferrals {
		if d.point == nil {
			native = append(native, d)
		} else {
			suspending = append(suspending, d)
		}
	}
	if native != nil {
		e.parts = []part{{f.unwindName(), native}}
		if suspending == nil {
			return []Node{e.do(f)}
		}
		none.Pre = []Node{e.do(f)}
	}
	e.call = f.fresh("deferredCall")
	body := []Node{&Do{text("%s, %s = %s[len(%s)-1], %s[:len(%s)-1]", f.own(e.call), list, list, list, list, list)}}
	for _, d := range suspending {
		call := f.suspending(d, f.own(e.call))
		if len(suspending) == 1 {
			body = append(body, call...)
			break
		}
		body = append(body, &If{
			Cond: &Test{X: text("%s.%s == %s", f.own(e.call), siteField, fmt.Sprint(f.siteOf(d)))},
			Then: call,
		})
	}
	return []Node{&Loop{Of: new(ast.ForStmt), Cond: &Not{none}, Body: body}}
}

// suspending returns the nodes that make a deferred call which suspends, whose
// values from holds.
func (f *Func) suspending(d *Deferral, from string) []Node {
	value := func(arg any) any {
		s, ok := arg.(*saved)
		switch {
		case !ok:
			return arg
		case f.listed() && f.bare():
			return from
		}
		return from + "." + s.Name
	}
	p := d.point
	var args []any
	for _, arg := range d.args {
		args = append(args, value(arg))
	}
	if p.values = args; p.callee != nil {
		var receiver any
		if d.recv != nil {
			receiver = value(d.recv)
		}
		p.values = f.calleeValues(p, receiver, args)
	}
	var nodes []Node
	for _, s := range d.again {
		nodes = append(nodes, &Do{text("%s = %s", place{s.Var}, value(s))})
	}
	return append(nodes, &Suspend{Point: p})
}

// epilogueVars returns the variables that are needed after a panic, which may
// come from anywhere, so that they are always kept.
func (f *Func) epilogueVars() map[*Var]bool {
	if f.epilogue == nil && f.iterated == nil {
		return nil
	}
	vars := make(map[*Var]bool)
	for stop, thrown := range f.thrown {
		vars[stop], vars[thrown] = true, true
	}
	for _, it := range f.iterated {
		if it.pull != "" && (it.machine == nil || it.held || it.machine.abandoned()) {
			vars[it.by] = true
		}
	}
	if f.epilogue != nil {
		maps.Copy(vars, f.epilogue.block.in)
	}
	return vars
}

// left returns where the body goes when it returns.
func (f *Func) left() *block {
	if f.epilogue != nil {
		return f.epilogue.block
	}
	return f.ended
}

// parts writes the methods that make deferred calls.
func (e *emitter) parts(f *Func, frame string) {
	panicked := f.own(f.epilogue.panicked)
	for _, p := range f.epilogue.parts {
		e.printf("// %s makes deferred calls, the last one first, while %s panics, unless it is\n// nil, and keeps what panics after them.\n", p.name, f.epilogue.panicked)
		e.printf("func (%s *%s) %s() {\n", f.names.recv, frame, p.name)
		list := ""
		if f.listed() {
			list = f.own(f.names.deferred)
			if f.suspendsDeferred() {
				e.printf("n := len(%s)\nfor n > 0%s {\nn--\n}\ncalls := %s[n:]\n%s = %s[:n]\n", list, f.endsPart(list+"[n-1]"), list, list, list)
			} else {
				e.printf("calls := %s\n%s = nil\n", list, list)
			}
			list = "calls"
		}
		e.printf("%s := %s\ndefer func() { %s = recover() }()\n", f.names.panicking, panicked, panicked)
		e.printf("%s\n}\n\n", strings.Join(f.unwinding(p.deferrals, list), "\n"))
	}
}

// unwinding writes the methods that the root needs for its deferred calls, and
// for panics.
func (e *emitter) unwinding(results, zeros string) {
	f := e.f
	if f.machine.resumesPanicking() {
		e.caught(f.machine)
	}
	switch {
	case f.epilogue != nil:
		e.parts(f, e.machine)
		e.unwound(results, zeros)
	case f.names.unwind != "":
		e.unwind(results, zeros)
	}
}

// unwound writes the method that ends the machine after an epilogue.
func (e *emitter) unwound(results, zeros string) {
	f, p := e.f, e.f.names.panicking
	e.printf("// %s ends the machine, and panics with what still does.\n", f.epilogue.unwound)
	e.printf("func (%s *%s) %s() %s {\n%s := %s\n%s()\nif %s != nil {\npanic(%s)\n}\nreturn %s\n}\n\n", f.names.recv, e.machine, f.epilogue.unwound, results,
		p, f.own(f.epilogue.panicked), f.own(f.machine.names.end), p, p, zeros)
}

// endsPart returns the condition, with "&&" before it, that a record is not of
// a deferred call that suspends.
func (f *Func) endsPart(record string) string {
	var text string
	for _, d := range f.deferrals {
		if d.point != nil {
			text += fmt.Sprintf(" && %s.%s != %d", record, siteField, f.siteOf(d))
		}
	}
	return text
}

// exits returns the statements that refuse a suspension while Goexit makes
// deferred calls, if it may be in one.
func (f *Func) exits(p *Point) []string {
	if p.deferral == nil && !f.machine.underDefer()[f] {
		return nil
	}
	pos := f.position(p.Call.Pos())
	return []string{
		fmt.Sprintf("if %s.%s {", f.names.machine, f.machine.names.exiting),
		fmt.Sprintf("panic(\"%s: %s:%d suspends while runtime.Goexit makes deferred calls\")", f.machine.names.Machine, filepath.Base(pos.Filename), pos.Line),
		"}",
	}
}
