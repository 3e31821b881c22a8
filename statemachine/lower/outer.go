package lower

// This file defines what becomes of a function that returns iterators in other
// ways than by a literal in its last statement: what it returns is found, and a
// machine for each. The function that makes the machine is a copy of it, in
// which these stand in the place of the iterators (emit_outer.go).

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// An outer is such a function.
type outer struct {
	at       int                      // which of its results is the iterator
	variants []*variant               // what it may return, in the order of the source
	exprs    map[ast.Expr]*variant    // where it does
	calls    map[ast.Expr]*iterated   // of functions that have machines
	holders  map[types.Object]bool    // variables that hold the machine instead
	early    map[*ast.FuncLit]bool    // literals that are assigned to these
	tuples   map[*ast.ReturnStmt]bool // returns of a call that has all results
	lifted   map[types.Object]string  // names of types and constants around the literals, which their machines have in common
	written  map[*ast.DeclStmt]bool   // of these, the declarations that are written
	mayBeNil bool                     // what is returned, at least by its type
	whole    bool                     // it is called as it is, and what it returns is driven by iter.Pull
}

// A variant is one of the iterators that a function may return.
type variant struct {
	kind  variantKind
	index int // of those that are stored, from 1 on

	pos     token.Pos // where it is returned first
	lit     *ast.FuncLit
	machine *Machine   // of the literal, or of the function that is called; nil if that is another package's
	typ     types.Type // of the machine of the function that is called
	held    bool       // by a pointer, since it may be made of this one
}

// A variantKind says what an iterator that is returned becomes.
type variantKind int

const (
	variantLiteral variantKind = iota // a literal: the machine itself, or if there is more to return, a machine of its own
	variantEmpty                      // a literal that does nothing: a machine that has ended
	variantNil                        // nil: a machine that panics as a call of nil does
	variantSelf                       // a call of the function itself: its machine
	variantMachine                    // a call of a function that has a machine
	variantPulled                     // anything else: iter.Pull
)

// stored reports whether the machine has a field for it, if it is not the only
// one.
func (k variantKind) stored() bool {
	return k == variantLiteral || k == variantMachine || k == variantPulled
}

// simpleLiteral returns the literal that a function returns in its last
// statement, if it does so nowhere else and has no other result.
func (f *Func) simpleLiteral(sig *types.Signature) *ast.FuncLit {
	list := f.decl.Body.List
	if len(list) == 0 || sig.Results().Len() != 1 {
		return nil
	}
	last, _ := list[len(list)-1].(*ast.ReturnStmt)
	if last == nil || len(last.Results) != 1 || len(f.returnsOf()) != 1 {
		return nil
	}
	if r := sig.Results().At(0); r.Name() != "" && f.mentionsIn(f.decl.Body, r) {
		return nil
	}
	return f.literal(last.Results[0])
}

// returnsOf returns the return statements of the declared function itself.
func (f *Func) returnsOf() []*ast.ReturnStmt {
	var list []*ast.ReturnStmt
	ast.Inspect(f.decl.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			list = append(list, r)
		}
		_, isLit := n.(*ast.FuncLit)
		return !isLit
	})
	return list
}

// mentionsIn reports whether n mentions obj.
func (f *Func) mentionsIn(n ast.Node, obj types.Object) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && f.info.Uses[id] == obj {
			found = true
		}
		return !found
	})
	return found
}

// findOuter finds what the function returns. If that is one literal, beside
// iterators that do nothing, the literal is f's body; otherwise there is a
// machine for each.
func (f *Func) findOuter(sig *types.Signature, at int) {
	o := &outer{
		lifted: make(map[types.Object]string), written: make(map[*ast.DeclStmt]bool),
		at: at, exprs: make(map[ast.Expr]*variant), calls: make(map[ast.Expr]*iterated), holders: make(map[types.Object]bool),
		early: make(map[*ast.FuncLit]bool), tuples: make(map[*ast.ReturnStmt]bool),
	}
	m := f.machine
	m.outer = o
	m.names.abandon = "abandon"
	m.values = seqValues(sig.Results().At(at).Type())
	returned := o.findReturned(f, sig)
	if o.whole {
		o.variants = []*variant{{kind: variantPulled, index: 1}}
		m.Notes = append(m.Notes, fmt.Sprintf("%s: %s is called, and what it returns goes through iter.Pull: its result %s is not only set and returned",
			f.position(f.decl.Pos()), m.Name, sig.Results().At(at).Name()))
		return
	}
	o.findNil(f, sig)
	var literals []*variant
	for _, e := range returned {
		p := o.find(f, e)
		o.exprs[e] = p
		o.mayBeNil = o.mayBeNil || p.kind == variantNil
		if p.kind == variantLiteral {
			literals = append(literals, p)
		}
	}
	stored := 0
	for _, p := range o.variants {
		if p.kind.stored() {
			stored++
			p.index = stored
		}
	}
	switch {
	case m.values == nil:
		if len(literals) == 1 && stored == 1 {
			f.lit = literals[0].lit
			return
		}
		f.refuse(f.decl.Pos(), "it returns no body, or one of several", "return one function literal, which calls what the others do")
	case stored == 1 && len(literals) == 1:
		f.lit = literals[0].lit
	case stored == 0 && len(o.variants) > 0:
		for _, p := range o.variants {
			if p.kind == variantEmpty {
				f.lit, p.kind = p.lit, variantLiteral
				return
			}
		}
	default:
		for _, p := range literals {
			p.machine = m.shared.newVariant(m, p)
			m.ranges = append(m.ranges, p.machine)
			if m.shared.lower(p.machine) == nil {
				for _, r := range p.machine.Refused {
					m.refuse(r)
				}
			}
		}
	}
}

// findNil notes whether a variable that holds the machine begins with nil.
func (o *outer) findNil(f *Func, sig *types.Signature) {
	o.mayBeNil = o.holders[sig.Results().At(o.at)]
	ast.Inspect(f.decl.Body, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && spec.Values == nil {
			for _, id := range spec.Names {
				o.mayBeNil = o.mayBeNil || o.holders[f.info.Defs[id]]
			}
		}
		return true
	})
}

// findReturned returns the expressions that what is returned comes from, in the
// order of the source: operands of returns, and what is assigned to variables
// that are such operands.
func (o *outer) findReturned(f *Func, sig *types.Signature) []ast.Expr {
	var list []ast.Expr
	result := sig.Results().At(o.at)
	bare := false
	var candidates []types.Object
	for _, r := range f.returnsOf() {
		switch {
		case len(r.Results) == 0:
			bare = true
		case len(r.Results) < sig.Results().Len():
			list = append(list, r.Results[0])
			o.tuples[r] = true
		default:
			e := r.Results[o.at]
			if id, ok := e.(*ast.Ident); ok {
				if v, ok := f.info.Uses[id].(*types.Var); ok && v != result && within(f.decl.Body, v.Pos()) {
					candidates = append(candidates, v)
				}
			}
			list = append(list, e)
		}
	}
	if bare || result.Name() != "" && f.mentionsIn(f.decl.Body, result) {
		candidates = append(candidates, result)
	}
	var assigned []ast.Expr
	for _, v := range candidates {
		if o.holders[v] {
			continue
		}
		values, only := o.assignedTo(f, sig, v)
		if only {
			o.holders[v] = true
			assigned = append(assigned, values...)
		} else if v == result {
			o.whole = true
		}
	}
	var all []ast.Expr
	for _, e := range append(list, assigned...) {
		if id, ok := e.(*ast.Ident); !ok || !o.holders[f.info.Uses[id]] {
			all = append(all, e)
		}
	}
	for _, e := range assigned {
		if lit := f.literal(e); lit != nil {
			o.early[lit] = true
		}
	}
	return all
}

// assignedTo returns what is assigned to a variable, and whether nothing is done
// with it but that, and to return it.
func (o *outer) assignedTo(f *Func, sig *types.Signature, v types.Object) (values []ast.Expr, only bool) {
	only = true
	ast.PreorderStack(f.decl.Body, nil, func(n ast.Node, stack []ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || f.info.ObjectOf(id) != v {
			return only
		}
		switch s := parentOf(stack).(type) {
		case *ast.AssignStmt:
			for i, lhs := range s.Lhs {
				if lhs == id && len(s.Lhs) == len(s.Rhs) && (s.Tok == token.ASSIGN || s.Tok == token.DEFINE) {
					values = append(values, s.Rhs[i])
					return true
				}
			}
		case *ast.ValueSpec:
			if len(s.Names) == 1 && s.Names[0] == id {
				values = append(values, s.Values...)
				return true
			}
		case *ast.ReturnStmt:
			if len(s.Results) == sig.Results().Len() && s.Results[o.at] == n && !inLiteral(stack) {
				return true
			}
		}
		only = false
		return false
	})
	return values, only
}

// inLiteral reports whether there is a function literal in a stack of nodes.
func inLiteral(stack []ast.Node) bool {
	for _, n := range stack {
		if _, ok := n.(*ast.FuncLit); ok {
			return true
		}
	}
	return false
}

// find returns the variant that e is, which may be one that there is already.
func (o *outer) find(f *Func, e ast.Expr) *variant {
	p := f.variantOf(e, o)
	p.pos = e.Pos()
	for _, other := range o.variants {
		if p.kind == other.kind && p.kind != variantLiteral && (p.kind != variantMachine || p.held == other.held && types.Identical(p.typ, other.typ)) {
			return other
		}
	}
	o.variants = append(o.variants, p)
	return p
}

// variantOf says what an iterator that is returned becomes.
func (f *Func) variantOf(e ast.Expr, o *outer) *variant {
	if f.info.Types[e].IsNil() {
		return &variant{kind: variantNil}
	}
	if lit := f.literal(e); lit != nil {
		if len(lit.Body.List) == 0 {
			return &variant{kind: variantEmpty, lit: lit}
		}
		return &variant{kind: variantLiteral, lit: lit}
	}
	it := f.findIterated(f.unconverted(e))
	fn := it.returned(f)
	if fn != nil && it.call != nil && f.info.Defs[f.decl.Name] == fn && f.sameInstance(it.name, fn) {
		o.calls[e] = it
		return &variant{kind: variantSelf}
	}
	if isBodyType(f.typeOf(e)) {
		return &variant{kind: variantPulled} // which there is not for bodies
	}
	inner, why := f.findMachine(it, fn)
	if why != "" {
		f.machine.notePulled(f, e, "returns", why)
		return &variant{kind: variantPulled}
	}
	o.calls[e] = it
	if inner != nil {
		f.machine.ranges = append(f.machine.ranges, inner)
	}
	return &variant{kind: variantMachine, machine: inner, typ: it.typ, held: it.held}
}

// unconverted returns e without parentheses and conversions around it.
func (f *Func) unconverted(e ast.Expr) ast.Expr {
	e = ast.Unparen(e)
	if call, ok := e.(*ast.CallExpr); ok && len(call.Args) == 1 && f.info.Types[call.Fun].IsType() {
		return f.unconverted(call.Args[0])
	}
	return e
}

// returned returns the declared function that it names, whose result is an
// iterator, perhaps beside others, or which is an iterator; or nil.
func (it *iterated) returned(f *Func) *types.Func {
	if it.name == nil {
		return nil
	}
	fn, _ := f.info.Uses[it.name].(*types.Func)
	if fn == nil || fn.Pkg() == nil {
		return nil
	}
	fn = fn.Origin()
	sig := fn.Signature()
	if sig.Recv() != nil && types.IsInterface(sig.Recv().Type()) ||
		it.call == nil && seqValues(sig) == nil || it.call != nil && iteratorAt(sig) < 0 {
		return nil
	}
	return fn
}

// sameInstance reports whether fn, which is the function itself, is named with
// its own type parameters.
func (f *Func) sameInstance(name *ast.Ident, fn *types.Func) bool {
	for p, t := range f.typeArgs(name, fn) {
		if !types.Identical(p, t) {
			return false
		}
	}
	return true
}

// iteratorAt returns which of a function's results is an iterator, or a body: the
// only one of them; or -1.
func iteratorAt(sig *types.Signature) int {
	at := -1
	for i := range sig.Results().Len() {
		if t := sig.Results().At(i).Type(); seqValues(t) != nil || isBodyType(t) {
			if at >= 0 {
				return -1
			}
			at = i
		}
	}
	return at
}

// newVariant adds the machine of a literal that is a variant of m.
func (s *shared) newVariant(m *Machine, p *variant) *Machine {
	whole := lowerFirst(strings.TrimSuffix(m.names.Machine, "Machine"))
	made := &Machine{Name: m.Name, pkg: s.pkg, dir: s.dir, shared: s, into: m.into, imports: m.imports, inner: true, literal: p.lit, composite: m}
	made.names.Machine = fmt.Sprintf("%sVariant%dMachine", whole, p.index)
	made.begin(m.root.file, m.root.decl)
	s.all = append(s.all, made)
	return made
}

// isComposite reports whether m has no body of its own: it is one of several
// machines.
func (m *Machine) isComposite() bool { return m.outer != nil && m.root.lit == nil }

// around returns what is around the iterators that m's function returns; nil if
// that is simple.
func (m *Machine) around() *outer {
	if m.composite != nil {
		return m.composite.outer
	}
	return m.outer
}

// otherVariant reports whether lit is returned as well, which has a machine of its
// own.
func (m *Machine) otherVariant(lit *ast.FuncLit) bool {
	o := m.around()
	return o != nil && slices.ContainsFunc(o.variants, func(v *variant) bool { return v.lit == lit })
}

// madeEarly reports whether m's literal is assigned to a variable, so that what it
// captures may be assigned after that.
func (m *Machine) madeEarly() bool {
	o := m.around()
	return o != nil && o.early[m.root.lit]
}
