package lower

// This file defines the pass hoist: statements that suspend are taken apart,
// everything else is copied.

import (
	"go/ast"
	"go/token"
	"go/types"
)

// runHoist makes the tree.
func runHoist(f *Func) {
	f.repl = make(map[ast.Expr]*Var)
	f.texts = make(map[ast.Expr]Text)
	f.heads = make(map[ast.Stmt]ast.Stmt)
	h := &hoister{f: f}
	h.pos = f.begin()
	h.zeroResults()
	if f.forwards != nil {
		h.forward()
	}
	h.block(f.body)
	if f.named != nil && !f.listTerminates(f.body.List) {
		h.at(f.body.Rbrace, func() { h.returns(&ast.ReturnStmt{Return: f.body.Rbrace}) })
	}
	f.tree = h.out
	f.makeEpilogue()
}

// block does the statements of a block, with its comments.
func (h *hoister) block(b *ast.BlockStmt) { h.list(b.Lbrace+1, b.List, b.Rbrace) }

// list does the statements between from and to, with the comments there.
func (h *hoister) list(from token.Pos, list []ast.Stmt, to token.Pos) {
	for _, s := range list {
		h.notes(from, s.Pos())
		h.stmt(s)
		from = s.End()
	}
	h.notes(from, to)
}

// notes copies the comments between two places.
func (h *hoister) notes(from, to token.Pos) {
	for _, g := range h.f.file.Comments {
		if from <= g.Pos() && g.End() <= to {
			for _, c := range g.List {
				h.emit(&Note{Text: c.Text, Trailing: h.f.sameLine(from, c.Pos())})
			}
		}
	}
}

// sameLine reports whether two places are in one line.
func (f *Func) sameLine(a, b token.Pos) bool {
	return f.fset.Position(a).Line == f.fset.Position(b).Line
}

// body returns what became of a block.
func (h *hoister) body(b *ast.BlockStmt) []Node {
	return h.apart(func() { h.block(b) })
}

func (h *hoister) stmt(s ast.Stmt) {
	h.at(s.Pos(), func() { h.apartStmt(s) })
}

// apartStmt takes s apart, or copies it.
func (h *hoister) apartStmt(s ast.Stmt) {
	if p := h.f.before[s]; p != nil {
		h.emit(&Suspend{Point: p})
	}
	if !h.f.suspends[s] {
		h.still(s)
		return
	}
	switch s := s.(type) {
	case *ast.ExprStmt:
		if call, ok := ast.Unparen(s.X).(*ast.CallExpr); ok && h.f.pointOf(call) != nil {
			if p := h.f.pointOf(call); p.library() {
				h.library(p, make([]*Var, len(p.results)), true)
			} else {
				h.suspend(&Suspend{Point: p})
			}
			return
		}
		h.expr(s.X, false)
		h.emit(&Copy{s})
	case *ast.AssignStmt:
		h.assign(s)
	case *ast.DeclStmt:
		h.specs(s.Decl.(*ast.GenDecl))
	case *ast.IncDecStmt:
		h.assignable(s.X, false)
		h.emit(&Copy{s})
	case *ast.SendStmt:
		h.exprs(false, s.Chan, s.Value)
		h.emit(&Copy{s})
	case *ast.GoStmt:
		h.operands(s.Call, false)
		h.emit(&Copy{s})
	case *ast.DeferStmt:
		h.operands(s.Call, false)
		h.emit(&Copy{s})
	case *ast.ReturnStmt:
		h.returns(s)
	case *ast.BlockStmt:
		h.block(s)
	case *ast.LabeledStmt:
		h.labeled(s, func() { h.underLabel(s) })
	case *ast.IfStmt:
		h.optional(s.Init)
		if h.f.headOnly(s) {
			rest := &ast.IfStmt{If: s.If, Cond: s.Cond, Body: s.Body, Else: s.Else}
			h.f.heads[rest] = s.Init
			h.emit(&Copy{rest})
			return
		}
		node := &If{Cond: h.cond(s.Cond), Then: h.body(s.Body)}
		if s.Else != nil {
			node.Else = h.apart(func() { h.stmt(s.Else) })
		}
		h.emit(node)
	case *ast.ForStmt:
		h.forLoop(s)
	case *ast.RangeStmt:
		h.rangeLoop(s)
	case *ast.SwitchStmt:
		h.switchStmt(s)
	case *ast.TypeSwitchStmt:
		h.typeSwitch(s)
	case *ast.SelectStmt:
		h.selectStmt(s)
	default:
		panic("lower: a statement that cannot suspend does")
	}
}

// specs does the declarations of a group one by one.
func (h *hoister) specs(d *ast.GenDecl) {
	from := d.Lparen
	for _, spec := range d.Specs {
		if d.Lparen.IsValid() {
			h.notes(from, spec.Pos())
			from = spec.End()
		}
		if h.f.dropsSpec(spec) {
			continue
		}
		h.at(spec.Pos(), func() {
			h.exprs(false, spec.(*ast.ValueSpec).Values...)
			h.emit(&Copy{&ast.DeclStmt{Decl: &ast.GenDecl{TokPos: spec.Pos(), Tok: token.VAR, Specs: []ast.Spec{spec}}}})
		})
	}
}

func (h *hoister) optional(s ast.Stmt) {
	if s != nil {
		h.stmt(s)
	}
}

// still does a statement that does not suspend.
func (h *hoister) still(s ast.Stmt) {
	if h.f.drops(s) {
		return
	}
	switch s := s.(type) {
	case *ast.EmptyStmt:
	case *ast.ReturnStmt:
		h.returns(s)
	case *ast.BranchStmt:
		if s.Tok != token.FALLTHROUGH { // which is its clause's
			h.jump(s)
		}
	case *ast.DeclStmt:
		if d := s.Decl.(*ast.GenDecl); d.Tok == token.VAR && len(d.Specs) > 1 {
			h.specs(d)
			return
		}
		h.emit(&Copy{s})
	case *ast.LabeledStmt:
		h.labeled(s, func() { h.underLabel(s) })
	default:
		h.emit(&Copy{s})
	}
}

// underLabel does the statement that has a label. One that does not suspend
// keeps it if something in it names it.
func (h *hoister) underLabel(s *ast.LabeledStmt) {
	r, isRange := s.Stmt.(*ast.RangeStmt)
	if h.f.suspends[s.Stmt] && !h.f.copied(s.Stmt) || !h.f.namedIn(s) || isRange && h.f.inPlace != nil && h.f.overFunc(r) {
		h.stmt(s.Stmt)
		return
	}
	if p := h.f.before[s.Stmt]; p != nil {
		h.emit(&Suspend{Point: p})
	}
	if isRange {
		h.expr(r.X, false)
	}
	h.emit(&Copy{s})
}

// labeled does what do does, as a block if a goto goes there.
func (h *hoister) labeled(s *ast.LabeledStmt, do func()) {
	label := h.f.info.Defs[s.Label].(*types.Label)
	if !h.f.gotos[label] {
		do()
		return
	}
	h.emit(&Block{Of: s, Label: label, Body: h.apart(do)})
}

// namedIn reports whether a break or continue in s names its label.
func (f *Func) namedIn(s *ast.LabeledStmt) bool {
	found := false
	ast.Inspect(s.Stmt, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok != token.GOTO && b.Label != nil && f.info.Uses[b.Label] == f.info.Defs[s.Label] {
			found = true
		}
		return !found
	})
	return found
}

// assign does an assignment, or the declaration of variables.
func (h *hoister) assign(s *ast.AssignStmt) {
	if len(s.Rhs) == 1 {
		if p := h.f.pointAtExpr(s.Rhs[0]); p != nil {
			if to, isFresh, ok := h.receivers(s, p); ok {
				if p.library() {
					h.library(p, to, isFresh)
					return
				}
				h.suspend(&Suspend{Point: p, To: to, Fresh: isFresh})
				return
			}
		}
	}
	more := h.suspends(s.Rhs...)
	if s.Tok != token.DEFINE {
		for i, e := range s.Lhs {
			h.assignable(e, more || h.suspends(s.Lhs[i+1:]...))
		}
	}
	h.exprs(false, s.Rhs...)
	h.emit(&Copy{s})
}

// receivers returns the variables of an assignment, if the results of p can be
// assigned to them at once: all are new, or none is, and nothing is evaluated to
// find them.
func (h *hoister) receivers(s *ast.AssignStmt, p *Point) (to []*Var, isFresh, ok bool) {
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		return nil, false, false
	}
	known := 0
	for i, lhs := range s.Lhs {
		id, ok := lhs.(*ast.Ident)
		if !ok {
			return nil, false, false
		}
		if id.Name == "_" {
			to = append(to, nil)
			continue
		}
		v := h.f.varOf(id)
		if v == nil || p.callee == nil && !types.Identical(v.Type, p.results[i]) {
			return nil, false, false
		}
		to = append(to, v)
		if known++; h.f.info.Defs[id] != nil {
			isFresh = true
			known--
		}
	}
	return to, isFresh, !isFresh || known == 0
}

// varOf returns the Var that an identifier declares or mentions, which may be
// one of the body around, or nil.
func (f *Func) varOf(id *ast.Ident) *Var {
	obj := f.info.ObjectOf(id)
	if obj == nil {
		return nil
	}
	for g := f; g != nil; g = g.outer {
		if v := g.vars[obj]; v != nil {
			return v
		}
	}
	return nil
}

func (h *hoister) forLoop(s *ast.ForStmt) {
	h.optional(s.Init)
	loop := &Loop{Of: s, Cond: h.cond(s.Cond), Body: h.body(s.Body)}
	loop.Post = h.apart(func() {
		if a, ok := s.Init.(*ast.AssignStmt); ok && a.Tok == token.DEFINE && !h.f.sharesLoops() {
			for _, lhs := range a.Lhs {
				if v := h.f.varOf(lhs.(*ast.Ident)); v != nil {
					h.emit(&Renew{v})
				}
			}
		}
		h.optional(s.Post)
	})
	h.emit(loop)
}

func (h *hoister) switchStmt(s *ast.SwitchStmt) {
	h.optional(s.Init)
	clauses := clausesOf(s.Body)
	chain := false
	for _, c := range clauses {
		chain = chain || h.suspends(c.List...)
	}
	h.expr(s.Tag, false)
	node := &Switch{Of: s, Head: text("switch")}
	var tag *Var
	switch {
	case s.Tag != nil && chain:
		tag = h.f.temp("tag", h.f.typeOf(s.Tag), "what is compared")
		h.emit(fresh(tag, "%s", s.Tag))
	case s.Tag != nil:
		node.Head = text("switch %s", s.Tag)
	}
	for _, c := range clauses {
		k := &Case{Of: c, Falls: falls(c.Body)}
		switch {
		case chain:
			for _, e := range c.List {
				k.Conds = append(k.Conds, h.caseCond(tag, e))
			}
		case c.List == nil:
			k.Head = text("default")
		default:
			k.Head = caseHead(c)
		}
		k.Body = h.apart(func() { h.list(c.Colon+1, c.Body, c.End()) })
		node.Cases = append(node.Cases, k)
	}
	h.emit(node)
}

// caseCond returns the condition under which tag, or true if it is nil, is e.
func (h *hoister) caseCond(tag *Var, e ast.Expr) Cond {
	if tag == nil {
		return h.cond(e)
	}
	format := "%s == %s"
	if _, ok := e.(*ast.BinaryExpr); ok {
		format = "%s == (%s)"
	}
	return &Test{Pre: h.apart(func() { h.expr(e, false) }), X: text(format, tag, e)}
}

func caseHead(c *ast.CaseClause) Text {
	t := Text{Format: "case "}
	for i, e := range c.List {
		if i > 0 {
			t.Format += ", "
		}
		t.Format += "%s"
		t.Args = append(t.Args, e)
	}
	return t
}

func clausesOf(b *ast.BlockStmt) []*ast.CaseClause {
	var cs []*ast.CaseClause
	for _, s := range b.List {
		cs = append(cs, s.(*ast.CaseClause))
	}
	return cs
}

func falls(body []ast.Stmt) bool {
	if len(body) == 0 {
		return false
	}
	b, ok := body[len(body)-1].(*ast.BranchStmt)
	return ok && b.Tok == token.FALLTHROUGH
}

func (h *hoister) typeSwitch(s *ast.TypeSwitchStmt) {
	h.optional(s.Init)
	var x ast.Expr
	bound := ""
	switch a := s.Assign.(type) {
	case *ast.ExprStmt:
		x = a.X
	case *ast.AssignStmt:
		x = a.Rhs[0]
		bound = h.f.fresh(a.Lhs[0].(*ast.Ident).Name)
	}
	guard := ast.Unparen(x).(*ast.TypeAssertExpr)
	h.expr(guard.X, false)
	node := &Switch{Of: s, Head: text("switch %s.(type)", guard.X)}
	if bound != "" {
		node.Head = text("switch %s := %s.(type)", bound, guard.X)
	}
	for _, c := range clausesOf(s.Body) {
		k := &Case{Of: c, Head: text("default")}
		if c.List != nil {
			k.Head = caseHead(c)
		}
		if v := h.f.vars[h.f.info.Implicits[c]]; v != nil && h.f.mentioned(c, v) {
			k.Enter = append(k.Enter, fresh(v, bound))
		}
		k.Body = h.apart(func() { h.list(c.Colon+1, c.Body, c.End()) })
		node.Cases = append(node.Cases, k)
	}
	h.emit(node)
}

// mentioned reports whether n mentions v.
func (f *Func) mentioned(n ast.Node, v *Var) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && f.info.Uses[id] == v.Obj {
			found = true
		}
		return !found
	})
	return found
}

// selectStmt does a select, whose channels, and the values to be sent, are
// evaluated before it, in order.
func (h *hoister) selectStmt(s *ast.SelectStmt) {
	var operands []ast.Expr
	for _, c := range s.Body.List {
		switch comm := c.(*ast.CommClause).Comm.(type) {
		case *ast.SendStmt:
			operands = append(operands, comm.Chan, comm.Value)
		case *ast.ExprStmt:
			operands = append(operands, receivedFrom(comm.X))
		case *ast.AssignStmt:
			operands = append(operands, receivedFrom(comm.Rhs[0]))
		}
	}
	h.exprs(false, operands...)
	node := &Switch{Of: s, Head: text("select")}
	for _, c := range s.Body.List {
		node.Cases = append(node.Cases, h.commCase(c.(*ast.CommClause)))
	}
	h.emit(node)
}

// receivedFrom returns the channel of a receive.
func receivedFrom(e ast.Expr) ast.Expr { return ast.Unparen(e).(*ast.UnaryExpr).X }

func (h *hoister) commCase(c *ast.CommClause) *Case {
	k := &Case{Of: c}
	var first []Node
	switch comm := c.Comm.(type) {
	case nil:
		k.Head = text("default")
	case *ast.AssignStmt:
		if comm.Tok == token.ASSIGN && !h.suspends(comm.Lhs...) {
			k.Head = text("case %s", comm)
			break
		}
		first = h.receive(k, comm)
	default:
		k.Head = text("case %s", comm)
	}
	k.Body = append(first, h.apart(func() { h.list(c.Colon+1, c.Body, c.End()) })...)
	return k
}

// receive lets a clause receive into names of its own, from which the variables
// are set. It returns what is to be done first in the clause's body.
func (h *hoister) receive(k *Case, comm *ast.AssignStmt) []Node {
	values := []types.Type{h.f.typeOf(receivedFrom(comm.Rhs[0])).Underlying().(*types.Chan).Elem(), types.Typ[types.Bool]}
	head := Text{Format: "case "}
	var temps []*Var
	for i, lhs := range comm.Lhs {
		if i > 0 {
			head.Format += ", "
		}
		id, isID := lhs.(*ast.Ident)
		if isID && id.Name == "_" {
			head.Format += "_"
			temps = append(temps, nil)
			continue
		}
		name := h.f.fresh([]string{"received", "open"}[i])
		head.Format += name
		var to *Var
		if comm.Tok == token.DEFINE {
			to = h.f.varOf(id)
		} else {
			to = h.f.temp("received", values[i], "what was received")
			temps = append(temps, to)
		}
		k.Enter = append(k.Enter, fresh(to, name))
	}
	head.Format += " := %s"
	head.Args = []any{comm.Rhs[0]}
	k.Head = head
	if comm.Tok == token.DEFINE {
		return nil
	}
	return h.apart(func() {
		for i, lhs := range comm.Lhs {
			h.assignable(lhs, h.suspends(comm.Lhs[i+1:]...))
		}
		var left, right Text
		for i, lhs := range comm.Lhs {
			if temps[i] == nil {
				continue
			}
			if left.Format != "" {
				left.Format += ", "
				right.Format += ", "
			}
			left.Format += "%s"
			right.Format += "%s"
			left.Args = append(left.Args, lhs)
			right.Args = append(right.Args, temps[i])
		}
		h.emit(&Do{text("%s = %s", left, right)})
	})
}
