package lower

// This file defines what is generated for a function that cannot be lowered, if
// that is asked for: what a machine has, over iter.Pull or coro.Pull.

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/types"
	"path/filepath"
	"strings"
)

// fallsBack reports whether m can be had over a stack: if it is a push iterator
// or a body, and what is generated can mention its types. What is in the way is
// refused, beside why it cannot be lowered.
func (m *Machine) fallsBack() bool {
	f := m.root
	sig := f.signature()
	if !canChoose(sig) {
		return false
	}
	before := len(m.Refused)
	for _, v := range signatureVars(sig) {
		called := "a result"
		if v.Name() != "" {
			called = v.Name()
		}
		f.nameableType(v.Type(), f.decl.Pos(), called)
		eachNamed(v.Type(), func(obj *types.TypeName) {
			if obj.Pkg() == f.pkg.Types && strings.HasPrefix(obj.Name(), "_C") {
				f.refuse(f.decl.Pos(), "the type of "+called+" is one of C's, which only files that import \"C\" can mention", "wrap it in a type of Go's")
			}
		})
	}
	for _, params := range []*types.TypeParamList{sig.RecvTypeParams(), sig.TypeParams()} {
		for t := range params.TypeParams() {
			if t.Obj().Name() == "_" {
				f.refuse(f.decl.Pos(), "a type parameter of its receiver has no name", "give it one")
			}
			m.tparams = append(m.tparams, t)
		}
	}
	return len(m.Refused) == before
}

// signatureVars returns the receiver, the parameters and the results.
func signatureVars(sig *types.Signature) []*types.Var {
	var vars []*types.Var
	if sig.Recv() != nil {
		vars = append(vars, sig.Recv())
	}
	for _, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
		for v := range tuple.Variables() {
			vars = append(vars, v)
		}
	}
	return vars
}

// fallBack makes m what is generated for a function that was refused because of
// reasons.
func (m *Machine) fallBack(reasons Refusals) {
	m.fallback = reasons
	f := m.root
	if f.used == nil { // no pass has run over it
		f.used = f.declNames()
	}
	for _, r := range reasons {
		m.Notes = append(m.Notes, m.fallbackNote(r))
	}
	f.names.prefix = m.prefix()
	m.names.source = f.names.prefix + "Source"
	sig := f.signature()
	e := &fallbackEmitter{emitter: emitter{f: f}, sig: sig, at: iteratorAt(sig)}
	e.declared, e.used = m.typeParams()
	e.machine = m.names.Machine + e.used
	if isBody(e.sig) || makesBody(e.sig) {
		m.names.Pull = bodyAPIName(f.decl.Name.Name)
		e.body()
	} else {
		e.iterator()
	}
	out, err := format.Source([]byte(e.String()))
	if err != nil {
		panic(fmt.Sprintf("lower: the fallback of %s does not parse: %v\n%s", f.Name, err, e.String()))
	}
	m.output = string(out)
}

func (m *Machine) fallbackNote(r *Refusal) string {
	shape := "iter.Pull"
	if sig := m.root.signature(); isBody(sig) || makesBody(sig) {
		shape = "coro.Pull"
	}
	text := fmt.Sprintf("%s: %s falls back to %s: %s", r.Pos, m.Name, shape, r.Reason)
	if r.Remedy != "" {
		text += "; " + r.Remedy
	}
	return text
}

// A fallbackEmitter writes the declarations of a function that falls back.
type fallbackEmitter struct {
	emitter
	sig   *types.Signature
	at    int             // which of its results is the iterator, or the body; or -1
	recv  string          // the receiver's name, or ""
	args  []string        // the parameters' names, "names..." for a variadic one
	yield string          // of these, that of the yield
	taken map[string]bool // names that the constructor has
}

// why writes the reasons as part of a comment.
func (e *fallbackEmitter) why() {
	e.printf("//\n")
	for _, r := range e.f.machine.fallback {
		e.printf("//   - %s:%d: %s\n", filepath.Base(r.Pos.Filename), r.Pos.Line, r.Reason)
	}
	e.printf("//\n")
}

// head writes the beginning of the constructor, up to its result, and names what
// it is called with. The parameter skip, the yield or the yielder, is left out.
func (e *fallbackEmitter) head(skip *types.Var) {
	f, sig := e.f, e.sig
	e.taken = map[string]bool{f.decl.Name.Name: true, f.machine.names.Machine: true}
	for name := range f.machine.imports {
		e.taken[name] = true
	}
	for t := range sig.TypeParams().TypeParams() {
		e.taken[t.Obj().Name()] = true
	}
	fresh := e.fresh
	e.printf("func ")
	if sig.Recv() != nil {
		e.recv = fresh(sig.Recv().Name(), "of")
		e.printf("(%s %s) ", e.recv, f.typeText(sig.Recv().Type()))
	}
	e.printf("%s", f.machine.names.Pull)
	if sig.TypeParams().Len() > 0 {
		e.printf("%s", e.declared)
	}
	var params []string
	for i := range sig.Params().Len() {
		p := sig.Params().At(i)
		if p == skip {
			if yieldValues(p.Type()) != nil {
				e.yield = fresh(p.Name(), "yield")
				e.args = append(e.args, e.yield)
			}
			continue
		}
		name := fresh(p.Name(), "arg")
		if s, ok := p.Type().(*types.Slice); ok && sig.Variadic() && i == sig.Params().Len()-1 {
			params = append(params, name+" ..."+f.typeText(s.Elem()))
			e.args = append(e.args, name+"...")
			continue
		}
		params = append(params, name+" "+f.typeText(p.Type()))
		e.args = append(e.args, name)
	}
	e.printf("(%s) ", strings.Join(params, ", "))
}

// fresh returns a name that the constructor does not have yet: name, or if there
// is none otherwise, or that with a number.
func (e *fallbackEmitter) fresh(name, otherwise string) string {
	if name == "" || name == "_" {
		name = otherwise
	}
	for base, i := name, 2; e.taken[name] || e.f.packageHas(name) || types.Universe.Lookup(name) != nil; i++ {
		name = fmt.Sprintf("%s%d", base, i)
	}
	e.taken[name] = true
	return name
}

// function returns the function as the constructor mentions it.
func (e *fallbackEmitter) function() string {
	name := e.f.decl.Name.Name
	switch {
	case e.recv != "":
		return e.recv + "." + name
	case e.sig.TypeParams().Len() > 0:
		return name + e.used
	}
	return name
}

func (e *fallbackEmitter) call(first ...string) string {
	return e.function() + "(" + strings.Join(append(first, e.args...), ", ") + ")"
}

// iterator writes the machine of a push iterator.
func (e *fallbackEmitter) iterator() {
	f, m := e.f, e.f.machine
	iterated := types.Type(e.sig)
	yield := yieldOf(e.sig)
	if calls := yield == nil; calls {
		iterated = e.sig.Results().At(e.at).Type()
		m.values = seqValues(iterated)
	} else {
		m.values = yieldValues(yield.Type())
	}
	results, _ := m.resultText()
	pkg := f.imported("iter")
	seq, pull := fmt.Sprintf("%s.Seq[%%s]", pkg), pkg+".Pull"
	var values []string
	for _, v := range m.values {
		values = append(values, f.typeText(v))
	}
	switch len(values) {
	case 0:
		seq = "func(yield func() bool)"
	case 1:
		seq = fmt.Sprintf(seq, values[0])
	case 2:
		seq, pull = fmt.Sprintf("%s.Seq2[%s]", pkg, strings.Join(values, ", ")), pull+"2"
	}

	e.printf("// %s is [%s] on [iter.Pull], since it cannot be lowered:\n", m.names.Machine, f.Name)
	e.why()
	e.printf("// It has a goroutine from the first Next on, until that returns false or Stop is\n// called. It must not be copied once Next was called.\n")
	e.printf("type %s%s struct {\nseq %s\nnext func() %s\nstop func()\n}\n\n", m.names.Machine, e.declared, seq, results)

	e.printf("// %s returns [%s] as a machine, which has not run yet.\n", m.names.Pull, f.Name)
	e.head(yield)
	switch {
	case yield == nil && e.sig.Results().Len() > 1:
		list, made := e.results(func(name string) string {
			return fmt.Sprintf("%s{seq: %s}", e.machine, e.converted(name, seq, iterated))
		})
		e.printf("(%s) {\n%s := %s\nreturn %s\n}\n\n", e.resultTypes(e.machine), list, e.call(), made)
	case yield == nil:
		e.printf("%s {\nreturn %s{seq: %s}\n}\n\n", e.machine, e.machine, e.converted(e.call(), seq, iterated))
	case seqValues(e.sig) != nil:
		e.printf("%s {\nreturn %s{seq: %s}\n}\n\n", e.machine, e.machine, e.converted(e.function(), seq, iterated))
	default:
		e.printf("%s {\nreturn %s{seq: func(%s %s) { %s }}\n}\n\n", e.machine, e.machine, e.yield, e.yieldText(), e.call())
	}

	e.printf("// Next goes on to the next yield and returns what that hands out, and true, or\n// false if there is none. It is the next of [iter.Pull].\n")
	e.printf("func (m *%s) Next() %s {\nm.start()\nreturn m.next()\n}\n\n", e.machine, results)
	e.printf("// Stop ends the machine: the yield that it is suspended at returns false, and so\n// does each one after it, until the body has ended. It is the stop of [iter.Pull].\n")
	e.printf("func (m *%s) Stop() {\nm.start()\nm.stop()\n}\n\n", e.machine)
	e.printf("func (m *%s) start() {\nif m.next != nil {\nreturn\n}\n", e.machine)
	if len(values) > 0 {
		e.printf("m.next, m.stop = %s(m.seq)\nm.seq = nil\n}\n\n", pull)
	} else {
		e.printf("seq := m.seq\nnext, stop := %s(func(yield func(struct{}) bool) {\nseq(func() bool { return yield(struct{}{}) })\n})\n", pull)
		e.printf("m.next = func() bool {\n_, more := next()\nreturn more\n}\nm.stop, m.seq = stop, nil\n}\n\n")
	}
	e.printf("// Pull returns Next and Stop of a machine of their own, in the place of\n// [iter.Pull]'s.\n")
	e.printf("func (m %s) Pull() (next func() %s, stop func()) {\nreturn m.Next, m.Stop\n}\n", e.machine, results)
}

// converted returns an iterator of type t as one of type seq, which has the same
// values.
func (e *fallbackEmitter) converted(text, seq string, t types.Type) string {
	yield := t.Underlying().(*types.Signature).Params().At(0).Type()
	if _, plain := types.Unalias(yield).(*types.Signature); !plain {
		var values []string
		for _, v := range e.f.machine.values {
			values = append(values, e.f.typeText(v))
		}
		if e.at >= 0 { // which is called once, and now
			return fmt.Sprintf("func(seq %s) %s {\nreturn func(yield func(%s) bool) { seq(yield) }\n}(%s)", e.f.typeText(t), seq, strings.Join(values, ", "), text)
		}
		return fmt.Sprintf("func(yield func(%s) bool) { %s(yield) }", strings.Join(values, ", "), text)
	}
	_, plain := types.Unalias(t).(*types.Signature)
	if plain || len(e.f.machine.values) == 0 || e.f.typeText(t) == seq {
		return text
	}
	return seq + "(" + text + ")"
}

// body writes the machine of a body of coro's contract.
func (e *fallbackEmitter) body() {
	f, m := e.f, e.f.machine
	body := e.sig
	made := makesBody(e.sig)
	if made {
		body = e.sig.Results().At(e.at).Type().Underlying().(*types.Signature)
	}
	y := body.Params().At(0).Type()
	args := yielderOf(y).TypeArgs()
	m.contract = &contract{in: args.At(0), ret: body.Results().At(0).Type()}
	m.values = []types.Type{args.At(1)}
	types := fmt.Sprintf("[%s, %s, %s]", f.typeText(args.At(0)), f.typeText(args.At(1)), f.typeText(m.contract.ret))

	e.printf("// %s is [%s] in shape pull, with a stack of its own, since it cannot be\n// lowered:\n", m.names.Machine, f.Name)
	e.why()
	e.printf("// It is a [%s].\ntype %s%s struct {\n%s%s\n}\n\n", e.coro("Resumable"), m.names.Machine, e.declared, e.coro("Pulled"), types)

	e.printf("// %s returns [%s] as a machine, which has not run yet.\n", m.names.Pull, f.Name)
	text := ""
	if made {
		e.head(nil)
		text = e.call()
	} else {
		e.head(body.Params().At(0))
		if text = e.function(); len(e.args) > 0 {
			name := "y"
			for i := 2; strings.Contains(" "+strings.Join(e.args, " ")+" "+e.recv+" ", " "+name+" "); i++ {
				name = fmt.Sprintf("y%d", i)
			}
			text = fmt.Sprintf("func(%s %s) (%s, error) {\nreturn %s\n}", name, f.typeText(y), f.typeText(m.contract.ret), e.call(name))
		}
	}
	// What is inferred for a function type of another name is none.
	machine := func(body string) string {
		return fmt.Sprintf("&%s{%s%s(%q, %s)}", e.machine, e.coro("PullAs"), types, f.pkg.Name+"."+f.Name, body)
	}
	if made && e.sig.Results().Len() > 1 {
		list, made := e.results(machine)
		e.printf("(%s) {\n%s := %s\nreturn %s\n}\n", e.resultTypes("*"+e.machine), list, text, made)
		return
	}
	e.printf("*%s {\nreturn %s\n}\n", e.machine, machine(text))
}

// resultTypes returns the types of the results, with the machine's in the place of
// the iterator's.
func (e *fallbackEmitter) resultTypes(machine string) string {
	var list []string
	for i := range e.sig.Results().Len() {
		if i == e.at {
			list = append(list, machine)
		} else {
			list = append(list, e.f.typeText(e.sig.Results().At(i).Type()))
		}
	}
	return strings.Join(list, ", ")
}

// results returns names for the results, and the same with what made makes of the
// iterator in its place.
func (e *fallbackEmitter) results(made func(name string) string) (list, values string) {
	var names []string
	for i := range e.sig.Results().Len() {
		name := "result"
		if i == e.at {
			name = "seq"
		}
		names = append(names, e.fresh(name, name))
	}
	list = strings.Join(names, ", ")
	names[e.at] = made(names[e.at])
	return list, strings.Join(names, ", ")
}

// describeFallback returns the declarations that describe a function that falls
// back: of the states of a stack no more is known than that it is suspended.
func (m *Machine) describeFallback() string {
	f := m.root
	e := &emitter{f: f}
	e.declared, e.used = m.typeParams()
	e.machine = m.names.Machine + e.used
	name := m.descriptionName()
	line := f.position(f.decl.Pos()).Line
	e.printf("// %s describes [%s], whose body has a stack: of that no more is\n// known than that it is suspended.\nvar %[1]s = %[3]s{\n", name, m.names.Machine, e.kit("Description"))
	e.printf("Name: %q,\nFunc: %q,\nFile: %s(%q),\nFrame: %q,\n", f.names.prefix, f.pkg.Name+"."+f.Name, e.coro("Beside"), filepath.Base(f.filename()), m.names.Machine)
	e.printf("States: []%s{\n{Name: \"start\", Role: %s, Means: \"nothing has run yet\"},\n", e.kit("State"), e.kit("Start"))
	e.printf("{Name: \"suspended\", On: %s, Line: %d, Means: \"suspended in the body, on its stack\"},\n", e.coro("OnResumer"), line)
	e.printf("{Name: \"done\", Role: %s, Means: \"the body has ended\"},\n},\n", e.kit("End"))
	e.printf("Edges: []%s{\n", e.kit("Edge"))
	for _, edge := range [][2]string{{"start", "suspended"}, {"start", "done"}, {"suspended", "suspended"}, {"suspended", "done"}} {
		e.printf("{From: %q, To: %q},\n", edge[0], edge[1])
	}
	e.printf("},\n}\n\n// Describe returns the machine's description.\nfunc (*%s) Describe() *%s { return &%s }\n\n", e.machine, e.kit("Description"), name)
	if m.contract != nil {
		return e.String()
	}
	value, from, seq := "struct{}", "FromSeq", "m.seq"
	switch len(m.values) {
	case 0:
		seq = "func(yield func(struct{}) bool) {\nm.seq(func() bool { return yield(struct{}{}) })\n}"
	case 1:
		value = f.typeText(m.values[0])
	case 2:
		value, from = fmt.Sprintf("%s[%s, %s]", e.coro("Pair"), f.typeText(m.values[0]), f.typeText(m.values[1])), "FromSeq2"
	}
	e.printf("// Coroutine returns the machine, which has not run yet, as a coroutine's body in\n// shape pull: an error that is thrown in stops it.\n")
	e.printf("func (m *%s) Coroutine() %s[struct{}, %s, struct{}] {\nreturn %s(%q, %s(%s))\n}\n\n", e.machine, e.coro("Resumable"), value,
		e.coro("PullAs"), f.pkg.Name+"."+f.Name, e.coro(from), seq)
	return e.String()
}

// bodyAPIName returns the name of what makes the machine of a body of coro's
// contract.
func bodyAPIName(name string) string {
	if !ast.IsExported(name) {
		return "lowered" + upper(name)
	}
	return "Lowered" + name
}
