package lower

// This file defines what drives an iterator that has no machine: iter.Pull, begun
// when the first value is asked for.

import (
	"fmt"
	"strings"
)

// pulledName returns the name of its type.
func (e *emitter) pulledName() string {
	m := e.f.machine
	if m.names.pulled == "" {
		m.names.pulled = lowerFirst(strings.TrimSuffix(m.names.Machine, "Machine")) + "Pulled"
	}
	return m.names.pulled
}

// yieldText returns the type of a yield.
func (e *emitter) yieldText() string {
	var values []string
	for _, v := range e.f.machine.values {
		values = append(values, e.f.typeText(v))
	}
	return "func(" + strings.Join(values, ", ") + ") bool"
}

// pulledType writes the type. If a range goes through it, it does what a range
// does if its body panics, or the iterator goes on after its end.
func (e *emitter) pulledType() {
	f, m := e.f, e.f.machine
	name := e.pulledName()
	typ := name + e.used
	results, zeros := m.resultText()
	iter := f.imported("iter")
	names := []string{"value", "second"}[:len(m.values)]
	list := strings.Join(names, ", ")
	pull, nextType, yield, vars := iter+".Pull", "func() "+results, e.yieldText(), list+" := "
	passed, handed, next := "p.seq(yield)", list, "return p.next()"
	switch len(m.values) {
	case 0:
		// There is no iter.Pull of iterators without values.
		nextType, yield, vars, handed = "func() (struct{}, bool)", "func(struct{}) bool", "", "struct{}{}"
		passed, next = "p.seq(func() bool { return yield(struct{}{}) })", "_, more := p.next()\nreturn more"
	case 2:
		pull = iter + ".Pull2"
	}
	e.printf("\n// A %s is an iterator that is driven by [%s].\ntype %s%s struct {\n", name, pull, name, e.declared)
	seq := f.signature().Results().At(m.outer.at).Type()
	e.printf("seq %s\nnext %s // nil before the first call\nstop func()\n", f.typeText(seq), nextType)
	ranged := m.isRanged
	if ranged {
		e.printf("\nranged bool // by another machine\nthrown func() // panics or exits as the body of the loop does\n")
	}
	e.printf("}\n\n// Next is the next of [%s].\nfunc (p *%s) Next() %s {\nif p.next == nil {\n", pull, typ, results)
	e.printf("p.next, p.stop = %s(func(yield %s) {\n", pull, yield)
	if ranged {
		e.printf("if !p.ranged {\n%s\nreturn\n}\n", passed)
		e.printf("for %srange p.seq {\nif !yield(%s) {\nif p.thrown != nil {\np.thrown()\n}\nreturn\n}\n}\n", vars, handed)
	} else {
		e.printf("%s\n", passed)
	}
	e.printf("})\n}\n%s\n}\n\n", next)
	e.printf("// Stop is the stop of [%s].\nfunc (p *%s) Stop() {\nif p.next == nil {\n", pull, typ)
	empty := fmt.Sprintf("func() %s { return %s }", results, zeros)
	if len(m.values) == 0 {
		empty = "func() (struct{}, bool) { return struct{}{}, false }"
	}
	e.printf("p.seq, p.next, p.stop = nil, %s, func() {}\nreturn\n}\np.stop()\n}\n", empty)
	if ranged && m.abandoned() {
		e.printf("\n// abandon ends it as the body of a range over it does that panics with left, unless\n// that is nil, or exits. It returns what panics then.\n")
		e.printf("func (p *%s) abandon(left any, exiting bool) any {\nif p.next == nil {\nreturn left\n}\n", typ)
		e.printf("p.thrown = func() {\nif left != nil {\ndefer panic(left)\n}\nif exiting {\n%s.Goexit()\n}\n}\n", f.imported("runtime"))
		e.printf("func() {\ndefer func() {\nif r := recover(); r != nil {\nleft = r\n}\n}()\np.stop()\n}()\nreturn left\n}\n")
	}
}
