package lower

// This file defines how the function that makes a machine is written if it is
// not simple, and machines that are one of several.

import (
	"fmt"
	"go/ast"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// outerBody writes the body of the function that makes the machine: that of the
// source, in which machines stand in the place of iterators.
func (e *emitter) outerBody() {
	f, o := e.f, e.f.machine.outer
	if o.whole {
		e.wholeBody()
		return
	}
	e.around = aroundEdits(e.literalRoots())
	edits := slices.Clone(e.around)
	for x := range o.exprs {
		if r := o.tupleOf(x); r != nil {
			edits = append(edits, edit{r.Pos(), r.End(), e.returnedTuple(r, x)})
		} else {
			edits = append(edits, edit{x.Pos(), x.End(), e.machineText(x)})
		}
	}
	seen := make(map[ast.Stmt]bool)
	ast.PreorderStack(f.decl.Body, nil, func(n ast.Node, stack []ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if stmt := statementOf(stack); o.holdsLiteral(f, n) && !seen[stmt] {
				seen[stmt] = true
				if uses := e.unusedBefore(stmt); uses != "" {
					edits = append(edits, edit{stmt.Pos(), stmt.Pos(), uses})
				}
			}
		case *ast.ValueSpec:
			if len(n.Names) == 1 && o.holders[f.info.Defs[n.Names[0]]] && n.Type != nil {
				text := e.machine
				switch {
				case f.machine.contract != nil:
					text = "*" + text
				case n.Values != nil:
					text = ""
				default:
					text = "= " + e.nilMachine()
				}
				edits = append(edits, edit{n.Type.Pos(), n.Type.End(), text})
			}
		}
		return true
	})
	if result := f.signature().Results().At(o.at); o.holders[result] && f.machine.contract == nil {
		e.printf("%s = %s\n", result.Name(), e.nilMachine())
	}
	e.printf("%s\n", strings.TrimSpace(f.edited(f.decl.Body.Lbrace+1, f.decl.Body.Rbrace, outermost(edits))))
}

// edited returns the source of n with edits, and those because of types that were
// moved.
func (e *emitter) edited(n ast.Node, edits ...edit) string {
	for _, around := range e.around {
		if within(n, around.pos) {
			edits = append(edits, around)
		}
	}
	return e.f.edited(n.Pos(), n.End(), outermost(edits))
}

// holdsLiteral reports whether a literal is one of what is returned.
func (o *outer) holdsLiteral(f *Func, lit *ast.FuncLit) bool {
	for x := range o.exprs {
		if f.literal(x) == lit {
			return true
		}
	}
	return false
}

// tupleOf returns the return of which x, a call, is all, or nil.
func (o *outer) tupleOf(x ast.Expr) *ast.ReturnStmt {
	for r := range o.tuples {
		if r.Results[0] == x {
			return r
		}
	}
	return nil
}

// statementOf returns the innermost statement of a stack that stands in a list of
// statements.
func statementOf(stack []ast.Node) ast.Stmt {
	for i := len(stack) - 1; i > 0; i-- {
		switch stack[i-1].(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
			if s, ok := stack[i].(ast.Stmt); ok {
				return s
			}
		}
	}
	return nil
}

// unusedBefore returns statements that use the variables before stmt which only
// literals mention that need them no more.
func (e *emitter) unusedBefore(stmt ast.Stmt) string {
	var names []string
	add := func(obj types.Object) {
		if within(e.f.decl.Body, obj.Pos()) && obj.Pos() < stmt.Pos() && !slices.Contains(names, obj.Name()) {
			names = append(names, obj.Name())
		}
	}
	for _, root := range e.literalRoots() {
		if !within(stmt, root.lit.Pos()) {
			continue
		}
		for _, v := range root.all {
			if v.Outer && v.Slot == nil {
				add(v.Obj)
			}
		}
		for _, obj := range root.knownBefore() {
			add(obj)
		}
	}
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "_ = %s\n", name)
	}
	return b.String()
}

// literalRoots returns the bodies of what is returned.
func (e *emitter) literalRoots() []*Func {
	if !e.f.machine.isComposite() {
		return []*Func{e.f}
	}
	var roots []*Func
	for _, v := range e.f.machine.outer.variants {
		if v.kind == variantLiteral {
			roots = append(roots, v.machine.root)
		}
	}
	return roots
}

// machineText returns what stands for x, an iterator that is returned.
func (e *emitter) machineText(x ast.Expr) string {
	f, m := e.f, e.f.machine
	v, it := m.outer.exprs[x], m.outer.calls[x]
	call := func(pull string) string {
		text := e.edited(x)
		if it != nil {
			inner := f.unconverted(x)
			text = e.edited(inner, edit{it.name.Pos(), it.name.End(), pull})
			if it.call == nil {
				text += "()"
			}
		}
		return text
	}
	switch v.kind {
	case variantEmpty:
		if m.isComposite() {
			return e.machine + "{}"
		}
		return e.made(fmt.Sprintf("%s: %s", f.names.state, f.stateName("Done")))
	case variantNil:
		if m.contract != nil {
			return "nil"
		}
		return e.nilMachine()
	case variantSelf:
		return call(m.names.Pull)
	case variantMachine:
		return e.variantText(v, call(it.pull))
	case variantPulled:
		return e.variantText(v, fmt.Sprintf("%s{seq: %s}", e.pulledName()+e.used, call("")))
	}
	if !m.isComposite() {
		return e.made(fieldsOf(f))
	}
	return e.variantText(v, fmt.Sprintf("%s{%s}", v.machine.names.Machine+e.used, fieldsOf(v.machine.root)))
}

// made returns the expression for a machine with some fields.
func (e *emitter) made(fields string) string {
	ref := ""
	if e.f.machine.contract != nil {
		ref = "&"
	}
	return fmt.Sprintf("%s%s{%s}", ref, e.machine, fields)
}

// variantText returns the expression for a machine that is one of several, given
// that one.
func (e *emitter) variantText(v *variant, made string) string {
	if v.held {
		made = fmt.Sprintf("func() *%s { m := %s; return &m }()", e.f.typeText(v.typ), made)
	}
	if e.f.machine.outer.single() {
		return e.made("variant1: " + made)
	}
	return e.made(fmt.Sprintf("variant: %d, variant%[1]d: %s", v.index, made))
}

// single reports whether there is only one variant, so that it need not be noted
// which it is.
func (o *outer) single() bool { return len(o.variants) == 1 && !o.mayBeNil }

// nilIndex returns the number of the variant that is nil.
func (o *outer) nilIndex() int {
	n := 1
	for _, v := range o.variants {
		n = max(n, v.index+1)
	}
	return n
}

// nilMachine returns the expression for the machine of an iterator that is nil.
func (e *emitter) nilMachine() string {
	if e.f.machine.isComposite() {
		return e.made(fmt.Sprintf("variant: %d", e.f.machine.outer.nilIndex()))
	}
	return e.made(fmt.Sprintf("%s: %s", e.f.names.state, e.f.stateName("Nil")))
}

// returnedTuple returns what becomes of a return of a call that has all results.
func (e *emitter) returnedTuple(r *ast.ReturnStmt, x ast.Expr) string {
	f, m := e.f, e.f.machine
	if m.outer.exprs[x].kind == variantSelf {
		return "return " + e.machineText(x)
	}
	var names []string
	for i := range f.signature().Results().Len() {
		name := "result"
		if i == m.outer.at {
			name = "inner"
		}
		names = append(names, f.fresh(name))
	}
	list := strings.Join(names, ", ")
	at := names[m.outer.at]
	var first string
	v, it := m.outer.exprs[x], m.outer.calls[x]
	if it != nil {
		first = e.edited(x, edit{it.name.Pos(), it.name.End(), it.pull})
	} else {
		first = e.edited(x)
		at = fmt.Sprintf("%s{seq: %s}", e.pulledName()+e.used, at)
	}
	names[m.outer.at] = e.variantText(v, at)
	return fmt.Sprintf("%s := %s\nreturn %s", list, first, strings.Join(names, ", "))
}

// wholeBody writes the call of the function, whose result goes through iter.Pull.
func (e *emitter) wholeBody() {
	f, o := e.f, e.f.machine.outer
	var args []string
	sig := f.signature()
	for i, p := range e.paramNames() {
		if sig.Variadic() && i == sig.Params().Len()-1 {
			p += "..."
		}
		args = append(args, p)
	}
	call := f.decl.Name.Name
	if sig.Recv() != nil {
		call = e.receiverName() + "." + call
	} else if tp := sig.TypeParams(); tp.Len() > 0 {
		call += e.used
	}
	call += "(" + strings.Join(args, ", ") + ")"
	var names []string
	for i := range sig.Results().Len() {
		name := "result"
		if i == o.at {
			name = "seq"
		}
		names = append(names, f.fresh(name))
	}
	list := strings.Join(names, ", ")
	names[o.at] = e.variantText(o.variants[0], fmt.Sprintf("%s{seq: %s}", e.pulledName()+e.used, names[o.at]))
	e.printf("%s := %s\nreturn %s\n", list, call, strings.Join(names, ", "))
}

// header writes the head of the function that makes the machine.
func (e *emitter) header() {
	f, m, sig := e.f, e.f.machine, e.f.signature()
	e.printf("// %s returns [%s] as a machine, which has not run yet.\nfunc ", m.names.Pull, f.Name)
	if sig.Recv() != nil {
		e.printf("(%s %s) ", e.receiverName(), f.typeText(sig.Recv().Type()))
	}
	e.WriteString(m.names.Pull)
	if tp := f.decl.Type.TypeParams; tp != nil {
		e.WriteString(f.edited(tp.Pos(), tp.End(), nil))
	}
	var params []string
	names := e.paramNames()
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		if sig.Params().At(i) == f.forwards {
			continue
		}
		text := f.typeText(t)
		if sig.Variadic() && i == sig.Params().Len()-1 {
			text = "..." + f.typeText(t.(*types.Slice).Elem())
		}
		params = append(params, names[i]+" "+text)
	}
	e.printf("(%s) %s {\n", strings.Join(params, ", "), e.resultList())
}

// paramNames returns the names of the parameters. If the function is called, all
// have one.
func (e *emitter) paramNames() []string {
	f, o := e.f, e.f.machine.outer
	if e.params != nil {
		return e.params
	}
	for p := range f.signature().Params().Variables() {
		name := p.Name()
		switch {
		case name != "" && name != "_":
		case o != nil && o.whole:
			name = f.fresh("arg")
		default:
			name = "_"
		}
		e.params = append(e.params, name)
	}
	return e.params
}

// receiverName returns the name of the receiver.
func (e *emitter) receiverName() string {
	if name := e.f.signature().Recv().Name(); name != "" && name != "_" {
		return name
	}
	if o := e.f.machine.outer; o == nil || !o.whole {
		return "_"
	}
	if e.receiver == "" {
		e.receiver = e.f.fresh("receiver")
	}
	return e.receiver
}

// resultList returns the results of the function that makes the machine.
func (e *emitter) resultList() string {
	f, o := e.f, e.f.machine.outer
	machine := e.machine
	if f.machine.contract != nil {
		machine = "*" + machine
	}
	results := f.signature().Results()
	if o == nil || results.Len() == 1 && !o.holders[results.At(0)] {
		return machine
	}
	var list []string
	for i := range results.Len() {
		text := f.typeText(results.At(i).Type())
		if i == o.at {
			text = machine
		}
		if name := results.At(i).Name(); name != "" && !o.whole {
			text = name + " " + text
		}
		list = append(list, text)
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// compositeMachine writes a machine that is one of several.
func (e *emitter) compositeMachine() {
	f, m, o := e.f, e.f.machine, e.f.machine.outer
	f.names.recv = f.fresh("m")
	recv := f.names.recv
	e.printf("// A %s is [%s] as a state machine: what [iter.Pull] does with it. It is one of the\n// iterators that the function returns, and must not be copied once Next was called.\n", m.names.Machine, f.Name)
	e.printf("type %s%s struct {\n", m.names.Machine, e.declared)
	if !o.single() {
		e.printf("variant uint8 // which of them it is; 0 is one that is empty\n\n")
	}
	for _, v := range o.variants {
		if v.kind.stored() {
			e.printf("variant%d %s // %s\n", v.index, e.variantType(v), e.variantWhy(v))
		}
	}
	e.printf("}\n\n")
	e.constructor()
	results, zeros := m.resultText()
	e.printf("// Next goes on to the next yield and returns what that hands out, and true, or\n// false if there is none. It does what the next of [iter.Pull] does.\n")
	e.printf("func (%s *%s) Next() %s {\n", recv, e.machine, results)
	if o.single() {
		e.printf("return %s.variant1.Next()\n}\n\n", recv)
	} else {
		e.eachVariant(func(v *variant, place string) string { return "return " + place + ".Next()" })
		if o.mayBeNil {
			e.printf("case %d:\n%[2]s.variant = 0\nvar seq func(%[3]s) // nil, and called\nseq(nil)\n", o.nilIndex(), recv, e.yieldText())
		}
		e.printf("}\nreturn %s\n}\n\n", zeros)
	}
	e.printf("// Stop ends the machine: the yield that it is suspended at returns false, and so\n// does each one after it, until the body has ended. It does what the stop of\n// [iter.Pull] does.\n")
	e.printf("func (%s *%s) Stop() {\n", recv, e.machine)
	if o.single() {
		e.printf("%s.variant1.Stop()\n}\n\n", recv)
	} else {
		e.eachVariant(func(v *variant, place string) string { return place + ".Stop()" })
		if o.mayBeNil {
			e.printf("case %d:\n%s.variant = 0\n", o.nilIndex(), recv)
		}
		e.printf("}\n}\n\n")
	}
	e.pullMethod(results)
	if m.isRanged && m.tellsOff() {
		e.printf("\n// %s lets it know that a range goes through it.\nfunc (%s *%s) %[1]s() {\n", overRange, recv, e.machine)
		e.variantsOf((*variant).tellsOff, func(v *variant, place string) string { return v.rangedText(place) })
		e.printf("}\n")
	}
	if m.isRanged && m.abandoned() {
		e.printf("\n// abandon lets the yield that it stands at panic with p, unless that is nil, or\n// exit, as the body of a range over it does. It returns what panics after the deferred\n// calls.\n")
		e.printf("func (%s *%s) abandon(p any, exiting bool) any {\n", recv, e.machine)
		e.variantsOf((*variant).abandoned, func(v *variant, place string) string { return v.abandonText(place) })
		e.printf("return p\n}\n")
	}
	if slices.ContainsFunc(o.variants, func(v *variant) bool { return v.kind == variantPulled }) {
		e.pulledType()
	}
}

// overRange is the method of a machine that is one of several by which it is told
// that a range goes through it.
const overRange = "overRange"

// eachVariant begins a switch over the variants, with what text returns for each.
func (e *emitter) eachVariant(text func(v *variant, place string) string) {
	recv := e.f.names.recv
	e.printf("switch %s.variant {\n", recv)
	for _, v := range e.f.machine.outer.variants {
		if v.kind.stored() {
			e.printf("case %d:\n%s\n", v.index, text(v, fmt.Sprintf("%s.variant%d", recv, v.index)))
		}
	}
}

// variantsOf writes what text returns for those variants for which which holds.
func (e *emitter) variantsOf(which func(*variant) bool, text func(v *variant, place string) string) {
	o, recv := e.f.machine.outer, e.f.names.recv
	if o.single() {
		e.printf("%s\n", text(o.variants[0], recv+".variant1"))
		return
	}
	e.printf("switch %s.variant {\n", recv)
	for _, v := range o.variants {
		if v.kind.stored() && which(v) {
			e.printf("case %d:\n%s\n", v.index, text(v, fmt.Sprintf("%s.variant%d", recv, v.index)))
		}
	}
	e.printf("}\n")
}

// variantType returns the type of a variant's field.
func (e *emitter) variantType(v *variant) string {
	text := ""
	switch v.kind {
	case variantLiteral:
		text = v.machine.names.Machine + e.used
	case variantPulled:
		text = e.pulledName() + e.used
	default:
		text = e.f.typeText(v.typ)
	}
	if v.held {
		text = "*" + text
	}
	return text
}

// variantWhy says where a variant is returned.
func (e *emitter) variantWhy(v *variant) string {
	if e.f.machine.outer.whole {
		return "what " + e.f.Name + " returned"
	}
	pos := e.f.position(v.pos)
	return fmt.Sprintf("of %s:%d", filepath.Base(pos.Filename), pos.Line)
}

// tellsOff reports whether the variant must know that a range goes through it.
func (v *variant) tellsOff() bool {
	return v.kind == variantPulled || v.machine != nil && v.machine.tellsOff()
}

// rangedText returns the statement that lets the variant know.
func (v *variant) rangedText(place string) string {
	if v.kind == variantPulled {
		return place + ".ranged = true"
	}
	return v.machine.rangedText(place)
}

// rangedText returns the statement by which m, which is at place, is told that a
// range goes through it.
func (m *Machine) rangedText(place string) string {
	if m.isComposite() {
		return place + "." + overRange + "()"
	}
	return place + "." + m.names.ranged + " = true"
}

// abandoned reports whether the variant has something to do when the body of a
// range over it panics.
func (v *variant) abandoned() bool {
	return v.kind == variantPulled || v.machine != nil && v.machine.abandoned()
}

func (v *variant) abandonText(place string) string {
	name := "abandon"
	if v.machine != nil {
		name = v.machine.names.abandon
	}
	return fmt.Sprintf("return %s.%s(p, exiting)", place, name)
}
