package lower

// This file defines the epilogue of a body with deferred calls that suspend: a
// method cannot defer those, so they are suspension points in blocks that come
// behind all others. Between them, the deferred calls that do not suspend are
// made by methods, and what panics is kept in the machine.

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"strings"
)

// An epilogue is where a body ends that makes deferred calls by itself.
type epilogue struct {
	nodes []Node
	block *block // where it begins
	parts []part

	panicked, exiting string // fields: what panics, and whether Goexit is on its way
	call              string // a field: the deferred call of the list that is being made
	unwound           string // the method that ends the machine after it
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
	if !f.suspendsDeferred() {
		return
	}
	e := &epilogue{
		panicked: f.fresh("panicked"), exiting: f.fresh("exiting"), unwound: f.firstFree("unwound", "unwoundMachine"),
	}
	f.epilogue = e
	if f.listed() {
		e.call = f.fresh("deferredCall")
		e.nodes = f.listEpilogue()
		return
	}
	for i := len(f.deferrals) - 1; i >= 0; i-- {
		d := f.deferrals[i]
		if d.point != nil {
			d.point.values = f.deferredValues(d, f.names.recv)
			e.nodes = append(e.nodes, &If{Cond: &Test{X: text("%s", f.own(d.flag))}, Then: []Node{
				&Do{text("%s = false", f.own(d.flag))}, &Suspend{Point: d.point},
			}})
			continue
		}
		if i+1 == len(f.deferrals) || f.deferrals[i+1].point != nil {
			e.parts = append(e.parts, part{name: f.unwindName()})
			e.nodes = append(e.nodes, e.do(f))
		}
		last := &e.parts[len(e.parts)-1]
		last.deferrals = append([]*Deferral{d}, last.deferrals...)
	}
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
		none.Pre = []Node{e.do(f)}
	}
	body := []Node{&Do{text("%s, %s = %s[len(%s)-1], %s[:len(%s)-1]", f.own(e.call), list, list, list, list, list)}}
	for _, d := range suspending {
		d.point.values = f.deferredValues(d, f.own(e.call))
		suspend := &Suspend{Point: d.point}
		if len(suspending) == 1 {
			body = append(body, suspend)
			break
		}
		body = append(body, &If{
			Cond: &Test{X: text("%s.%s == %s", f.own(e.call), siteField, fmt.Sprint(f.siteOf(d)))},
			Then: []Node{suspend},
		})
	}
	return []Node{&Loop{Of: new(ast.ForStmt), Cond: &Not{none}, Body: body}}
}

// deferredValues returns the arguments of a deferred call, which from holds.
func (f *Func) deferredValues(d *Deferral, from string) []any {
	var values []any
	for _, arg := range d.args {
		s, ok := arg.(*saved)
		switch {
		case !ok:
			values = append(values, arg)
		case f.listed() && f.bare():
			values = append(values, from)
		default:
			values = append(values, from+"."+s.Name)
		}
	}
	return values
}

// left returns where the body goes when it returns.
func (f *Func) left() *block {
	if f.epilogue != nil {
		return f.epilogue.block
	}
	return f.ended
}

// epilogue writes the methods that the epilogue needs.
func (e *emitter) epilogue(results, zeros string) {
	f, ep := e.f, e.f.epilogue
	recv, end := f.names.recv, f.own(f.machine.names.end)
	panicked := f.own(ep.panicked)
	for _, p := range ep.parts {
		e.printf("// %s makes deferred calls, the last one first, while %s panics, unless it is\n// nil, and keeps what panics after them.\n", p.name, ep.panicked)
		e.printf("func (%s *%s) %s() {\n", recv, e.machine, p.name)
		if f.listed() {
			list := f.own(f.names.deferred)
			e.printf("n := len(%s)\nfor n > 0%s {\nn--\n}\ncalls := %s[n:]\n%s = %s[:n]\n", list, f.endsPart(list+"[n-1]"), list, list, list)
		}
		e.printf("%s := %s\ndefer func() { %s = recover() }()\n", f.names.panicking, panicked, panicked)
		e.printf("%s\n}\n\n", strings.Join(f.unwinding(p.deferrals, "calls"), "\n"))
	}
	e.printf("// %s ends the machine, and panics with what still does.\n", ep.unwound)
	e.printf("func (%s *%s) %s() %s {\n%s := %s\n%s()\nif %s != nil {\npanic(%s)\n}\nreturn %s\n}\n\n", recv, e.machine, ep.unwound, results,
		f.names.panicking, panicked, end, f.names.panicking, f.names.panicking, zeros)
}

// caught returns the statements that go on with the epilogue after a panic, or
// while Goexit is on its way. They are in a deferred function of Next, whose
// results are called so.
func (f *Func) caught(results []string) string {
	e := f.epilogue
	panicked := f.own(e.panicked)
	return fmt.Sprintf("%s = recover()\n%s = %s || %s == nil\n%s = %s\n%s = %s.Next()", panicked,
		f.own(e.exiting), f.own(e.exiting), panicked, f.own(f.names.state), f.stateName("Unwinding"), strings.Join(results, ", "), f.names.recv)
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

// exits returns the statements that refuse a suspension of the epilogue while
// Goexit is on its way.
func (f *Func) exits(p *Point) []string {
	if p.deferral == nil {
		return nil
	}
	pos := f.position(p.Call.Pos())
	return []string{
		fmt.Sprintf("if %s {", f.own(f.epilogue.exiting)),
		fmt.Sprintf("panic(\"%s: %s:%d suspends while runtime.Goexit makes deferred calls\")", f.machine.names.Machine, filepath.Base(pos.Filename), pos.Line),
		"}",
	}
}
