package lower

// This file defines how the blocks are written: the method Next.

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A nexter writes the statements of Next.
type nexter struct {
	f     *Func
	lines []string
	used  map[*Var]bool // used, not only set, somewhere
	inRun bool          // in the braces of a run

	fallsOff bool // the last block goes on behind it
}

func (n *nexter) line(format string, args ...any) {
	n.lines = append(n.lines, fmt.Sprintf(format, args...))
}

// statements writes all blocks.
func (n *nexter) statements() {
	f := n.f
	n.used = make(map[*Var]bool)
	for _, b := range f.blocks {
		f.backward(b, func(item any, _ map[*Var]bool) {
			for _, v := range f.effectOf(item).uses {
				n.used[v] = true
			}
			if d, ok := item.(*dispatch); ok {
				for _, v := range f.effectOf(d.Head).uses {
					n.used[v] = true
				}
				for _, c := range d.Clauses {
					for _, v := range f.effectOf(c.Head).uses {
						n.used[v] = true
					}
				}
			}
		})
	}
	for i, b := range f.blocks {
		if b.label != "" {
			n.line("%s:", b.label)
		}
		var next *block
		if i+1 < len(f.blocks) {
			next = f.blocks[i+1]
		}
		n.block(b, next)
	}
}

// block writes a block; next is written after it.
func (n *nexter) block(b, next *block) {
	runs := n.f.runs[b]
	for i := 0; i <= len(b.items); i++ {
		for _, r := range runs {
			if r.from == i {
				n.line("{")
				n.inRun = true
			}
		}
		if i < len(b.items) {
			n.mark(b.items[i])
			n.item(b.items[i])
		} else {
			n.mark(b.term)
			n.term(b.term, next)
		}
		for _, r := range runs {
			if r.to == i+1 {
				n.line("}")
				n.inRun = false
			}
		}
	}
}

func (n *nexter) writer() *writer { return &writer{f: n.f, binds: make(map[*Var]bool)} }

// bound writes lines, after variables for what function literals in them
// capture.
func (n *nexter) bound(w *writer, lines ...string) {
	if len(w.binds) == 0 {
		n.lines = append(n.lines, lines...)
		return
	}
	n.line("{")
	for g := n.f; g != nil; g = g.outer {
		for _, v := range g.all {
			if w.binds[v] {
				n.line("%s := %s", v.Name, w.place(v))
			}
		}
	}
	n.lines = append(n.lines, lines...)
	n.line("}")
}

func (n *nexter) item(item any) {
	w := n.writer()
	switch item := item.(type) {
	case *Note:
		if n.f.debugged() {
			return // nobody reads it
		}
		if item.Trailing && len(n.lines) > 0 && !strings.HasSuffix(n.lines[len(n.lines)-1], ":") && !strings.HasPrefix(item.Text, "/*") {
			n.lines[len(n.lines)-1] += " " + item.Text
			return
		}
		text := item.Text
		if strings.HasPrefix(text, "//line ") {
			text = " " + text // at the beginning of a line it would be a directive
		}
		n.line("%s", text)
	case *leaving:
		w.to, w.returns = item.to, item.returns
		n.copied(w, item.Stmt)
	case *Set:
		if item.Op == "++" {
			n.line("%s++", w.target(item.To[0]))
			return
		}
		if item.Fresh && n.zeroed(w, item) {
			return
		}
		n.declare(w, item.To, item.Fresh, func() string { return w.write(item.X) })
	case *Renew:
		if v := item.Var; v.Boxed() {
			n.line("{")
			own := v.Name
			if w.place(v) == own {
				own = n.f.fresh(own)
			}
			n.line("%s := *%s // the next iteration's own", own, w.place(v))
			n.line("%s = &%s", w.place(v), own)
			n.line("}")
			n.renewed(w, v)
		}
	case *driving:
		n.drive(item.Point)
	case *Fail:
		n.fails()
	case *Do:
		if line := w.write(item.Text); line != "" {
			n.bound(w, line)
		}
	case *branch:
		cond := w.write(item.X)
		if item.Neg {
			cond = n.negated(item.X, cond)
		}
		jump := n.f.jump(item.To)
		if pos := n.f.at[jumpOf{item}]; pos.IsValid() && n.f.debugged() {
			jump = n.f.directive(pos) + "\n" + jump
		}
		n.bound(w, fmt.Sprintf("if %s {", cond), jump, "}")
	default:
		panic(fmt.Sprintf("lower: a %T in a block", item))
	}
}

// negated returns the opposite of a condition, which is written as cond.
func (n *nexter) negated(x Text, cond string) string {
	e, err := parser.ParseExpr(cond)
	if err != nil {
		return "!(" + cond + ")"
	}
	whole := len(cond)
	switch e := e.(type) {
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return strings.TrimSpace(cond[1:])
		}
	case *ast.BinaryExpr:
		if op, ok := opposite[e.Op]; ok && (op == token.EQL || op == token.NEQ || n.ordered(x)) {
			at := int(e.OpPos) - 1
			return cond[:at] + op.String() + cond[at+len(e.Op.String()):whole]
		}
	case *ast.Ident, *ast.SelectorExpr, *ast.CallExpr, *ast.ParenExpr, *ast.IndexExpr:
		return "!" + cond
	}
	return "!(" + cond + ")"
}

var opposite = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR,
}

// ordered reports whether x compares what has no NaN.
func (n *nexter) ordered(x Text) bool {
	if len(x.Args) == 0 {
		return false
	}
	t := n.typeOf(x.Args[0])
	if e, ok := x.Args[0].(ast.Expr); ok && len(x.Args) == 1 {
		if b, ok := e.(*ast.BinaryExpr); ok {
			t = n.f.typeOf(b.X)
		}
	}
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsInteger|types.IsString) != 0
}

func (n *nexter) typeOf(arg any) types.Type {
	if v, ok := arg.(*Var); ok {
		return v.Type
	}
	return nil
}

// declare writes an assignment to variables, nil being the blank identifier. If
// fresh, it declares them.
func (n *nexter) declare(w *writer, to []*Var, isFresh bool, rhs func() string) {
	x := rhs()
	var names []string
	inRun := isFresh && len(w.binds) == 0
	all := true
	for _, v := range to {
		all = all && v == nil
		inRun = inRun && (v == nil || v.Home == HomeRun)
	}
	op := "="
	if inRun && !all {
		op = ":="
	}
	for _, v := range to {
		switch {
		case v == nil:
			names = append(names, "_")
		case op == "=" && isFresh:
			n.make(w, v)
			fallthrough
		default:
			names = append(names, w.target(v))
		}
	}
	n.bound(w, fmt.Sprintf("%s %s %s", strings.Join(names, ", "), op, x))
	if isFresh {
		n.mention(to)
	}
}

// zeroed writes the declaration of a variable with its zero value, if that is
// what an item is and saying the type is enough.
func (n *nexter) zeroed(w *writer, s *Set) bool {
	if len(s.To) != 1 || len(s.X.Args) != 1 {
		return false
	}
	v := s.To[0]
	if _, ok := s.X.Args[0].(zero); !ok || s.X.Format != "%s" || v == nil || v.Home != HomeRun && !v.Boxed() {
		return false
	}
	n.make(w, v)
	n.mention(s.To)
	return true
}

// target returns how v is written on the left side of an assignment.
func (w *writer) target(v *Var) string {
	if v.Boxed() {
		return "*" + w.place(v)
	}
	return w.place(v)
}

// make makes the place for a fresh variable that := does not declare.
func (n *nexter) make(w *writer, v *Var) {
	switch {
	case v.Boxed():
		n.line("%s = new(%s)", w.place(v), n.f.typeText(v.Type))
		n.renewed(w, v)
	case v.Home == HomeRun:
		n.line("var %s %s", v.Name, n.f.typeText(v.Type))
	}
}

// mention mentions the variables of a run that are only ever set.
func (n *nexter) mention(to []*Var) {
	for _, v := range to {
		if v != nil && v.Home == HomeRun && !n.used[v] {
			n.line("_ = %s", v.Name)
		}
	}
}

// copied writes a copied statement.
func (n *nexter) copied(w *writer, s ast.Stmt) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			n.define(w, s.Lhs, s.Rhs)
			return
		}
	case *ast.DeclStmt:
		d := s.Decl.(*ast.GenDecl)
		if d.Tok != token.VAR {
			return // at the top of Next
		}
		n.spec(w, d.Specs[0].(*ast.ValueSpec))
		return
	}
	line := w.write(s)
	n.bound(w, line)
}

// define writes a := statement of the source.
func (n *nexter) define(w *writer, lhs, rhs []ast.Expr) {
	var fresh []*Var
	inRun := true
	for _, e := range lhs {
		id := e.(*ast.Ident)
		v := n.f.varOf(id)
		if v != nil {
			inRun = inRun && v.Home == HomeRun
			if n.f.info.Defs[id] != nil {
				fresh = append(fresh, v)
			}
		} else if id.Name != "_" {
			inRun = false
		}
	}
	var values []string
	for _, e := range rhs {
		values = append(values, w.write(e))
	}
	op := ":="
	if !inRun || len(w.binds) > 0 {
		op = "="
		for _, v := range fresh {
			n.make(w, v)
		}
	}
	var names []string
	for _, e := range lhs {
		v := n.f.varOf(e.(*ast.Ident))
		if v == nil {
			names = append(names, e.(*ast.Ident).Name)
		} else {
			names = append(names, w.target(v))
		}
	}
	n.bound(w, fmt.Sprintf("%s %s %s", strings.Join(names, ", "), op, strings.Join(values, ", ")))
	n.mention(fresh)
}

// spec writes a var declaration of the source.
func (n *nexter) spec(w *writer, s *ast.ValueSpec) {
	var vars []*Var
	inRun := true
	for _, id := range s.Names {
		v := n.f.varOf(id)
		vars = append(vars, v)
		inRun = inRun && (v == nil || v.Home == HomeRun)
	}
	if inRun {
		line := "var " + w.source(s, nil)
		if len(w.binds) == 0 {
			if !n.inRun { // it declares nothing, and no goto jumps over a declaration
				line = "{\n" + line + "\n}"
			}
			n.line("%s", line)
			n.mention(vars)
			return
		}
	}
	var names, values []string
	for _, v := range vars {
		if v == nil {
			names = append(names, "_")
			continue
		}
		n.make(w, v)
		names = append(names, w.target(v))
		if s.Values == nil && v.Boxed() {
			names = names[:len(names)-1] // new has made it zero
		} else if s.Values == nil {
			if v.Home == HomeRun {
				names = names[:len(names)-1]
				continue
			}
			values = append(values, n.f.zero(v.Type))
		}
	}
	for _, e := range s.Values {
		values = append(values, w.write(e))
	}
	if len(values) > 0 && len(names) > 0 {
		n.bound(w, fmt.Sprintf("%s = %s", strings.Join(names, ", "), strings.Join(values, ", ")))
	}
	n.mention(vars)
}

// term writes the end of a block; next is written after it.
func (n *nexter) term(term any, next *block) {
	switch t := term.(type) {
	case *jump:
		switch {
		case t.To == n.f.ended && next == nil && !n.f.isRoot():
			n.fallsOff = true
		case t.To != next:
			n.line("%s", n.f.jump(t.To))
		}
	case *suspended:
		if t.Point.callee != nil {
			n.call(t.Point)
		} else if n.f.machine.contract != nil {
			n.handOut(t.Point)
		} else {
			n.suspend(t.Point)
		}
	case *dispatch:
		n.dispatch(t)
	case *returned:
		if t.Kept {
			n.line("%s", n.f.endKept())
			return
		}
		w := n.writer()
		line := w.write(t.Stmt)
		n.bound(w, line)
	}
}

// suspend writes a suspension. What is handed out is evaluated before the state
// is set, so that a panic there leaves the machine ended.
func (n *nexter) suspend(p *Point) {
	f, w := n.f, n.writer()
	var values, lines []string
	for i, arg := range p.values {
		x := w.write(arg)
		e, _ := arg.(ast.Expr) // nil for a variable
		if e != nil && !f.simple(e) || f.cleared(p, arg) {
			name := f.fresh([]string{"value", "second"}[i])
			if typed(e) && types.Identical(f.typeOf(e), f.machine.values[i]) {
				lines = append(lines, fmt.Sprintf("%s := %s", name, x))
			} else {
				lines = append(lines, fmt.Sprintf("var %s %s = %s", name, f.typeText(f.machine.values[i]), x))
			}
			x = name
		}
		values = append(values, x)
	}
	braces := len(lines) > 0 && len(w.binds) == 0 && !n.inRun
	if p.afterStop {
		lines = append(lines, fmt.Sprintf("if !%s {", w.write(ownField("stopped"))))
	}
	lines = append(lines, n.clears(p)...)
	lines = append(lines, f.stores(p)...)
	lines = append(lines, f.exits(p)...)
	lines = append(lines, fmt.Sprintf("%s = %s", w.write(ownField("state")), p.State),
		"return "+strings.Join(append(values, f.suspended(p)), ", "))
	if p.afterStop {
		lines = append(lines, "}")
		if f.machine.tellsOff() {
			lines = append(lines, fmt.Sprintf("if %s.%s != nil {\n%s.%s()\n}", f.names.machine, f.machine.names.over, f.names.machine, f.machine.names.over))
		}
	}
	if braces {
		lines = append(append([]string{"{"}, lines...), "}")
	}
	n.bound(w, lines...)
}

// clears returns what clears the slots that are not needed any more at p.
func (n *nexter) clears(p *Point) []string {
	var lines []string
	for _, s := range p.clear {
		lines = append(lines, fmt.Sprintf("%s.%s = %s", n.f.names.recv, s.Name, n.f.zero(s.Type)))
	}
	return lines
}

// typed reports whether e has its type whatever it is assigned to.
func typed(e ast.Expr) bool {
	if e == nil {
		return false
	}
	switch ast.Unparen(e).(type) {
	case *ast.CallExpr, *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr, *ast.CompositeLit:
		return true
	}
	return false
}

// cleared reports whether x needs what is cleared at p.
func (f *Func) cleared(p *Point, x any) bool {
	found := false
	f.eachVar(x, func(v *Var) { found = found || slices.Contains(p.clear, v.Slot) })
	return found
}

// simple reports whether evaluating e cannot panic and does nothing.
func (f *Func) simple(e ast.Expr) bool {
	if f.info.Types[e].Value != nil {
		return true
	}
	if f.repl[e] != nil {
		return true
	}
	switch e := e.(type) {
	case *ast.Ident:
		return true
	case *ast.ParenExpr:
		return f.simple(e.X)
	case *ast.SelectorExpr:
		return f.info.Selections[e] != nil && f.info.Selections[e].Kind() == types.FieldVal &&
			!isPointer(f.typeOf(e.X)) && !f.info.Selections[e].Indirect() && f.simple(e.X)
	case *ast.BinaryExpr:
		b, ok := f.typeOf(e).Underlying().(*types.Basic)
		switch e.Op {
		case token.ADD, token.SUB, token.MUL, token.AND, token.OR, token.XOR, token.AND_NOT:
			return ok && b.Info()&types.IsNumeric != 0 && f.simple(e.X) && f.simple(e.Y)
		}
	case *ast.UnaryExpr:
		return (e.Op == token.SUB || e.Op == token.NOT || e.Op == token.XOR) && f.simple(e.X)
	}
	return false
}

func (n *nexter) dispatch(d *dispatch) {
	w := n.writer()
	head := w.write(d.Head)
	type written struct {
		head  string
		lines []string
	}
	var clauses []written
	for _, c := range d.Clauses {
		inner := &nexter{f: n.f, used: n.used}
		from := ""
		if pos := c.Head.pos(); pos.IsValid() && n.f.debugged() {
			from = n.f.directive(pos) + "\n"
		}
		for _, e := range c.Enter {
			inner.item(e)
		}
		clauses = append(clauses, written{from + w.write(c.Head), append(inner.lines, n.f.jump(c.To))})
	}
	lines := []string{head + " {"}
	for _, c := range clauses {
		lines = append(append(lines, c.head+":"), c.lines...)
	}
	if d.Else != nil {
		lines = append(lines, "default:", n.f.jump(d.Else))
	}
	n.bound(w, slices.Concat(lines, []string{"}"})...)
}
