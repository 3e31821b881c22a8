package lower

// This file defines how a piece of the source is written out: as it is there,
// with its comments, but for the names of variables that live elsewhere now,
// expressions that were evaluated before, and jumps.

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A writer writes one item of a block.
type writer struct {
	f *Func

	// to is where the branch statements in a copied statement go.
	to      map[*ast.BranchStmt]*block
	returns *block // where a return in it goes

	// binds are the variables that a function literal captures and that need
	// a name of their own beside the machine.
	binds map[*Var]bool
}

// An edit replaces a piece of the source.
type edit struct {
	pos, end token.Pos
	text     string
}

// write returns x, which is of one of the kinds that a Text may have as
// arguments.
func (w *writer) write(x any) string {
	switch x := x.(type) {
	case string:
		return x
	case *Var:
		return w.ref(x)
	case ownField:
		return w.f.ownText(x)
	case types.Type:
		return w.f.typeText(x)
	case zero:
		return w.f.zero(x.of)
	case place:
		return w.place(x.of)
	case used:
		return w.place(x.of)
	case isRangedOver:
		if !x.machine.tellsOff() {
			return ""
		}
		return x.machine.rangedText(w.place(x.by))
	case address:
		if id, ok := ast.Unparen(x.of).(*ast.Ident); ok && x.path == "" {
			if v := w.f.varOf(id); v != nil && v.Boxed() {
				return w.place(v)
			}
		}
		return "&" + w.source(x.of, nil) + x.path
	case Text:
		args := make([]any, len(x.Args))
		for i, arg := range x.Args {
			args[i] = w.write(arg)
		}
		return fmt.Sprintf(x.Format, args...)
	case Whole:
		return w.source(x.Expr, x.Expr)
	case ast.Node:
		return w.source(x, nil)
	}
	panic(fmt.Sprintf("lower: a %T in a text", x))
}

// ownText returns how what the machine has itself is written.
func (f *Func) ownText(x ownField) string {
	switch x {
	case "in":
		f.readsIn = true
		return f.names.in
	case "thrown":
		f.readsThrown = true
		return f.names.thrown
	case "recovered":
		return f.own(f.inPlace.recovered)
	case "left":
		return f.own(f.inPlace.left)
	case "stopped":
		return f.names.machine + "." + f.machine.names.stopped
	}
	return f.names.recv + "." + f.names.state
}

// ref returns how v is written where it is used.
func (w *writer) ref(v *Var) string {
	if v.Boxed() {
		return "(*" + w.place(v) + ")"
	}
	return w.place(v)
}

// place returns how the variable that holds v, or the pointer to it, is
// written.
func (w *writer) place(v *Var) string {
	switch v.Home {
	case HomeFrame:
		if v.Loaded {
			return v.Name
		}
		if w.f.inPlace != nil {
			return v.owner.own(v.Slot.Name) // whose frame can be seen
		}
		return w.f.path(v.owner) + "." + v.Slot.Name
	case HomeResult:
		return w.f.names.machine + "." + v.Name
	}
	return v.Name
}

// source returns n as it is written, with edits; whole is not replaced by a
// temporary.
func (w *writer) source(n ast.Node, whole ast.Expr) string {
	c := &copier{writer: w, whole: whole}
	ast.PreorderStack(n, nil, c.visit)
	if w.f.debugged() {
		c.edits = w.f.directives(n, c.edits)
	}
	return w.f.edited(n.Pos(), n.End(), c.edits)
}

// edited returns the source between two places, with edits.
func (f *Func) edited(pos, end token.Pos, edits []edit) string {
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Or(int(a.pos-b.pos), int(a.end-b.end)) })
	var b strings.Builder
	at := pos
	for _, e := range edits {
		b.Write(f.src[f.offset(at):f.offset(e.pos)])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(f.src[f.offset(at):f.offset(end)])
	return b.String()
}

func (f *Func) offset(pos token.Pos) int { return f.fset.Position(pos).Offset }

// A copier collects the edits of one node.
type copier struct {
	*writer
	whole ast.Expr
	edits []edit
}

func (c *copier) replace(n ast.Node, text string) {
	c.edits = append(c.edits, edit{n.Pos(), n.End(), text})
}

func (c *copier) visit(n ast.Node, stack []ast.Node) bool {
	if e, ok := n.(ast.Expr); ok && e != c.whole {
		if t := c.f.repl[e]; t != nil {
			c.replace(n, c.ref(t))
			return false
		}
		if t, ok := c.f.texts[e]; ok {
			c.replace(n, c.write(t))
			return false
		}
	}
	if text, ok := c.f.writtenInPlace(n, c.writer); ok {
		c.replace(n, text)
		return false
	}
	inLit := slices.ContainsFunc(stack, func(n ast.Node) bool { _, ok := n.(*ast.FuncLit); return ok })
	switch n := n.(type) {
	case *ast.RangeStmt:
		if child := c.f.rangeBody(n); child != nil {
			child.nameHead(c)
		}
	case *ast.IfStmt:
		if head := c.f.heads[n]; head != nil {
			c.edits = append(c.edits, edit{head.Pos(), n.Cond.Pos(), ""})
		}
	case *ast.ReturnStmt:
		if !inLit {
			c.replace(n, c.returned(n))
			return false
		}
	case *ast.DeferStmt:
		if d := c.f.deferral(n); d != nil {
			c.replace(n, c.deferred(d))
			return false
		}
	case *ast.ExprStmt:
		if call, ok := ast.Unparen(n.X).(*ast.CallExpr); ok && c.f.recovers[call] {
			c.replace(n, "_ = "+c.f.recoverText())
			return false
		}
	case *ast.CallExpr:
		if c.f.recovers[n] {
			c.replace(n, c.f.recoverText())
			return false
		}
		if c.f.machine.contract != nil {
			return c.writeCall(n)
		}
	case *ast.BranchStmt:
		if to := c.to[n]; to != nil {
			c.replace(n, c.stops(n)+c.f.jump(to))
			return false
		}
	case *ast.SelectorExpr:
		if c.f.inPlace != nil && c.f.isExit(n) {
			c.replace(n, c.f.signal("Exit"))
			return false
		}
	case *ast.UnaryExpr:
		if id, ok := ast.Unparen(n.X).(*ast.Ident); ok && n.Op == token.AND && !inLit {
			if v := c.f.varOf(id); v != nil && v.Boxed() {
				c.replace(n, c.place(v))
				return false
			}
			if v, place := c.outer(id, false); v != nil && v.Boxed() {
				c.replace(n, place)
				return false
			}
		}
	case *ast.Ident:
		c.ident(n, stack, inLit)
	}
	return true
}

// ident writes an identifier.
func (c *copier) ident(id *ast.Ident, stack []ast.Node, inLit bool) {
	if name := c.f.instead[id]; name != "" {
		c.replace(id, name)
		return
	}
	v := c.f.varOf(id)
	place := ""
	if v == nil {
		v, place = c.outer(id, inLit)
	} else {
		place = c.place(v)
	}
	if v == nil {
		if obj := c.f.info.Uses[id]; obj != nil && c.f.renamed(obj) != "" {
			c.replace(id, c.f.localName(obj))
		} else if text := c.f.elsewhere(obj, parentOf(stack)); text != "" && text != id.Name {
			c.replace(id, text)
		} else if obj := c.f.info.Defs[id]; obj != nil && c.f.rename[obj] != "" {
			c.replace(id, c.f.declaredName(obj))
		}
		return
	}
	if inLit && v.Home != HomeRun && c.f.vars[v.Obj] == v {
		place = v.Name
		c.binds[v] = true
	}
	text := place
	if v.Boxed() && !c.dereferences(v, id, stack) {
		text = "(*" + place + ")"
		if c.alone(id, stack) {
			text = "*" + place
		}
	}
	if text != id.Name {
		c.replace(id, text)
	}
}

// elsewhere returns what stands for an import or a type parameter of a function
// where the machine is generated, or "" for anything else.
func (f *Func) elsewhere(obj types.Object, parent ast.Node) string {
	switch obj := obj.(type) {
	case *types.PkgName:
		if f.file != f.machine.into {
			return f.imported(obj.Imported().Path())
		}
	case *types.TypeName:
		p, ok := types.Unalias(obj.Type()).(*types.TypeParam)
		if !ok || f.targs[p] == nil {
			return ""
		}
		text := f.typeText(f.targs[p])
		switch parent.(type) {
		case *ast.CallExpr, *ast.ChanType, *ast.SelectorExpr:
			if strings.ContainsAny(text, "*<( ") {
				return "(" + text + ")"
			}
		}
		return text
	}
	return ""
}

// dereferences reports whether a pointer will do as well where id stands, since
// a selector follows.
func (c *copier) dereferences(v *Var, id *ast.Ident, stack []ast.Node) bool {
	sel, ok := parentOf(stack).(*ast.SelectorExpr)
	if !ok || sel.X != id {
		return false
	}
	if _, ok := types.Unalias(v.Type).(*types.TypeParam); ok {
		return false
	}
	switch v.Type.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return false
	}
	return true
}

// alone reports whether id stands where "*p" needs no parentheses.
func (c *copier) alone(id *ast.Ident, stack []ast.Node) bool {
	switch p := parentOf(stack).(type) {
	case *ast.AssignStmt, *ast.IncDecStmt, *ast.ReturnStmt, *ast.SendStmt:
		return true
	case *ast.CallExpr:
		return p.Fun != id
	case *ast.BinaryExpr:
		return p.Op != token.QUO || p.Y != id // which would begin a comment
	}
	return false
}

func parentOf(stack []ast.Node) ast.Node {
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

// returned returns what a return in a copied statement becomes.
func (c *copier) returned(s *ast.ReturnStmt) string {
	if c.f.isRoot() && c.f.machine.contract != nil {
		return c.returnedFromBody(s)
	}
	goes := c.returns
	if goes == nil {
		goes = c.f.left()
	}
	leave := c.stops(s) + c.f.jump(goes)
	vars, x := c.f.returning(s)
	if len(vars) == 0 {
		return leave
	}
	var to []string
	for _, v := range vars {
		to = append(to, c.target(v))
	}
	return strings.Join(to, ", ") + " = " + c.write(x) + "\n" + leave
}

// stops returns what ends what is ranged over where s jumps out of it.
func (c *copier) stops(s ast.Stmt) string {
	var b strings.Builder
	for _, stop := range c.f.stopsAt[s] {
		b.WriteString(c.write(stop.Text) + "\n")
	}
	return b.String()
}

// leave returns the statement that ends the body.
func (f *Func) leave() string {
	if !f.isRoot() {
		return "goto " + f.names.returning
	}
	switch {
	case f.inPlace != nil:
		return "return " + f.signal("Done")
	case f.epilogue != nil:
		return "return " + f.own(f.epilogue.unwound) + "()"
	case len(f.deferrals) > 0:
		return "return " + f.own(f.names.unwind) + "(nil)"
	}
	if f.machine.contract != nil {
		return `panic("unreachable")` // a body that has results ends with a return
	}
	return "return " + f.own(f.machine.names.end) + "()"
}

// jump returns the statement that goes to a block.
func (f *Func) jump(to *block) string {
	if to == f.ended {
		return f.leave()
	}
	return "goto " + to.label
}
