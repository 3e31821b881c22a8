package lower

// This file defines the pass flow: the tree becomes blocks, straight runs of
// statements with jumps between them.

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A block is a run of statements that is entered at its beginning.
type block struct {
	hint  string // what its label may be called
	label string // "" if it is only entered from the block before it
	items []any  // leaves of the tree, *leaving instead of *Copy, *branch and *driving
	term  any    // *jump, *halt, *suspended, *dispatch or *returned

	in map[*Var]bool // live at its beginning
}

type (
	// A leaving is a copied statement with the places that it jumps to.
	leaving struct {
		*Copy
		to      map[*ast.BranchStmt]*block
		returns *block // where a return in it goes, or nil
		exits   []*block
	}

	// A branch jumps if X holds, or if Neg, if it does not.
	branch struct {
		X   Text
		Neg bool
		To  *block
		At  *Point // whose result is X, or nil
	}

	// A jump goes on elsewhere.
	jump struct{ To *block }

	// A driving is where the root goes on with the frames above it, until the
	// one that it called at Point has returned.
	driving struct{ Point *Point }

	// A halt is behind what does not end, or ends the body.
	halt struct{}

	// A suspended leaves at a point, and goes on at To.
	suspended struct {
		Point *Point
		To    *block
	}

	// A dispatch jumps to one of the clauses of a switch or select.
	dispatch struct {
		Head    Text
		Clauses []clause
		Else    *block // if no clause is entered; nil if that cannot be
	}

	// A returned ends the machine of a body.
	returned struct{ *Return }

	clause struct {
		Head  Text
		Enter []Node
		To    *block
	}
)

// ownField is, in a Text, one of the machine's own fields.
type ownField string

// result returns what the call returns.
func (p *Point) result() Text {
	switch {
	case p.recovers:
		return text("%s", ownField("recovered"))
	case p.callee != nil && !p.passesOn:
		return textOf(p.callee.results)
	case p.takes != nil:
		return textOf(p.takes)
	}
	return text("!%s", ownField("stopped"))
}

// received returns the variables that receive what the call returns, and that.
// Of what a body is resumed with only what somebody wants is taken.
func (n *Suspend) received() ([]*Var, Text) {
	if n.Point.takes == nil {
		return n.To, n.Point.result()
	}
	var to []*Var
	var takes []ownField
	for i, v := range n.To {
		if v != nil {
			to, takes = append(to, v), append(takes, n.Point.takes[i])
		}
	}
	return to, textOf(takes)
}

// A flower builds the blocks. They are in the order in which they are written
// out, which is that of the source.
type flower struct {
	f         *Func
	blocks    []*block
	cur       *block
	breaks    map[ast.Stmt]*block
	continues map[ast.Stmt]*block
	labels    map[*types.Label]*block
	exits     []*rangeExit // of the body of a range over a function
	pos       token.Pos    // of what becomes blocks
	leaves    thenJump     // of the if whose condition is being placed
}

// A thenJump is a jump that is all that an if does: where to, and where it is
// in the source.
type thenJump struct {
	to  *block
	pos token.Pos
}

// A jumpOf stands for the jump of a branch, which may come from elsewhere in the
// source than its condition.
type jumpOf struct{ *branch }

func runFlow(f *Func) {
	b := &flower{
		f: f, breaks: make(map[ast.Stmt]*block), continues: make(map[ast.Stmt]*block),
		labels: make(map[*types.Label]*block),
	}
	f.ended = &block{hint: "end"}
	if f.epilogue != nil {
		f.epilogue.block = &block{hint: f.names.unwind}
	}
	b.place(&block{hint: "start"})
	b.nodes(f.tree)
	b.pos = f.body.Rbrace
	b.finish(&jump{f.left()})
	if f.epilogue != nil {
		b.place(f.epilogue.block)
		b.nodes(f.epilogue.nodes)
		b.finish(&jump{f.ended})
	}
	b.placeExits()
	f.blocks = b.blocks
	if f.epilogue != nil {
		f.epilogue.block = f.resolve(f.epilogue.block)
		f.epilogue.block.hint = f.names.unwind
	}
}

// place begins the block x; what came before goes on there.
func (b *flower) place(x *block) {
	if b.cur != nil {
		b.finish(&jump{x})
	}
	b.cur = x
	b.blocks = append(b.blocks, x)
}

// finish ends the current block, unless it has ended.
func (b *flower) finish(term any) {
	if b.cur.term == nil {
		b.f.noteAt(b.pos, term)
		b.cur.term = term
	}
}

// open begins a block if the current one has ended: nothing reaches it.
func (b *flower) open() {
	if b.cur.term != nil {
		b.place(&block{hint: "unreachable"})
	}
}

func (b *flower) add(item any) {
	b.open()
	b.f.noteAt(b.pos, item)
	b.cur.items = append(b.cur.items, item)
}

// from notes that what comes next is of a node or a condition.
func (b *flower) from(of any) {
	if pos := b.f.at[of]; pos.IsValid() {
		b.pos = pos
	}
}

func (b *flower) nodes(list []Node) {
	for _, n := range list {
		b.node(n)
	}
}

func (b *flower) node(n Node) {
	b.from(n)
	switch n := n.(type) {
	case *Copy:
		b.add(b.leaving(n))
		if b.f.terminates(n.Stmt) {
			b.finish(&halt{})
		}
	case *Suspend:
		b.suspend(n.Point)
		if to, x := n.received(); to != nil {
			b.add(&Set{To: to, Fresh: n.Fresh, Op: "=", X: x})
		}
		if n.Point.callee != nil && !n.Tail {
			for _, v := range n.Point.callee.results {
				if refers(v.Type) {
					b.add(&Do{text("%s = %s", v, zero{v.Type})})
				}
			}
		}
	case *If:
		b.ifNode(n)
	case *Loop:
		b.loop(n)
	case *Switch:
		b.switchNode(n)
	case *Block:
		b.place(b.labelBlock(n.Label))
		b.nodes(n.Body)
	case *Jump:
		b.open()
		b.finish(&jump{b.target(n.Of)})
	case *Return:
		b.open()
		b.finish(&returned{n})
	default:
		b.add(n)
	}
}

// suspend leaves at p and begins the block that goes on.
func (b *flower) suspend(p *Point) {
	b.open()
	p.resumed = &block{hint: p.Label, label: p.Label}
	b.pos = p.node().Pos()
	b.finish(&suspended{p, p.resumed})
	b.place(p.resumed)
	if p.callee != nil && b.f.isRoot() {
		b.add(&driving{p})
	}
}

func (b *flower) labelBlock(l *types.Label) *block {
	if b.labels[l] == nil {
		b.labels[l] = &block{hint: l.Name()}
	}
	return b.labels[l]
}

// target returns where a branch statement, or a return, goes.
func (b *flower) target(s ast.Stmt) *block {
	if to := b.rangeExit(s); to != nil {
		return to
	}
	br, ok := s.(*ast.BranchStmt)
	if !ok {
		return b.f.left()
	}
	t := b.f.targets[br]
	switch {
	case t.label != nil:
		return b.labelBlock(t.label)
	case br.Tok == token.BREAK:
		return b.breaks[t.stmt]
	}
	return b.continues[t.stmt]
}

// leaving finds the places that a copied statement jumps to.
func (b *flower) leaving(c *Copy) *leaving {
	l := &leaving{Copy: c, to: make(map[*ast.BranchStmt]*block)}
	ast.Inspect(c.Stmt, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			l.returns = b.target(n)
			l.exits = append(l.exits, l.returns)
		case *ast.BranchStmt:
			t := b.f.targets[n]
			switch {
			case n.Tok == token.FALLTHROUGH,
				t.stmt != nil && within(c.Stmt, t.stmt.Pos()),
				t.label != nil && within(c.Stmt, t.label.Pos()):
			default:
				l.to[n] = b.target(n)
				l.exits = append(l.exits, l.to[n])
			}
		}
		return true
	})
	return l
}

func (b *flower) ifNode(n *If) {
	after := &block{hint: "afterIf"}
	otherwise := after
	if n.Else != nil {
		otherwise = &block{hint: "otherwise"}
	}
	if j, ok := only[*Jump](n.Then); ok {
		b.leaves = thenJump{b.target(j.Of), b.f.at[j]}
		b.cond(n.Cond, b.leaves.to, otherwise, otherwise)
		b.leaves = thenJump{}
	} else {
		then := &block{hint: "then"}
		b.cond(n.Cond, then, otherwise, then)
		b.place(then)
		b.nodes(n.Then)
		if n.Else != nil {
			b.finish(&jump{after})
		}
	}
	if n.Else != nil {
		b.place(otherwise)
		b.nodes(n.Else)
	}
	b.place(after)
}

// only returns the only node of a list.
func only[N Node](list []Node) (N, bool) {
	var n N
	if len(list) != 1 {
		return n, false
	}
	n, ok := list[0].(N)
	return n, ok
}

// cond goes to t or to f, of which next is placed next.
func (b *flower) cond(c Cond, t, f, next *block) {
	switch c := c.(type) {
	case *Test:
		b.nodes(c.Pre)
		b.from(c)
		b.branch(c.X, nil, t, f, next)
	case *Yielded:
		b.nodes(c.Pre)
		b.suspend(c.Point)
		b.branch(c.Point.result(), c.Point, t, f, next)
	case *Not:
		b.cond(c.X, f, t, next)
	case *And:
		mid := &block{hint: "and"}
		b.cond(c.X, mid, f, mid)
		b.place(mid)
		b.cond(c.Y, t, f, next)
	case *Or:
		mid := &block{hint: "or"}
		b.cond(c.X, t, mid, mid)
		b.place(mid)
		b.cond(c.Y, t, f, next)
	}
}

func (b *flower) branch(x Text, at *Point, t, f, next *block) {
	br := &branch{X: x, To: t, At: at}
	if next == t {
		br.Neg, br.To = true, f
	}
	if br.To == b.leaves.to {
		b.f.noteAt(b.leaves.pos, jumpOf{br})
	}
	b.add(br)
	b.finish(&jump{next})
}

func (b *flower) loop(n *Loop) {
	head, body, after := &block{hint: "loop"}, &block{hint: "body"}, &block{hint: "afterLoop"}
	post := head
	if len(n.Post) > 0 {
		post = &block{hint: "next"}
	}
	b.breaks[n.Of], b.continues[n.Of] = after, post
	b.place(head)
	if n.Cond != nil {
		b.cond(n.Cond, body, after, body)
		b.place(body)
	}
	b.nodes(n.Body)
	if post != head {
		b.place(post)
		b.from(n)
		b.nodes(n.Post)
	}
	b.from(n)
	b.finish(&jump{head})
	b.place(after)
}

func (b *flower) switchNode(n *Switch) {
	after := &block{hint: "afterSwitch"}
	b.breaks[n.Of] = after
	bodies := make([]*block, len(n.Cases))
	otherwise := after
	for i, c := range n.Cases {
		bodies[i] = &block{hint: "clause"}
		if c.Head.Format == "default" || c.Head.Format == "" && c.Conds == nil {
			otherwise = bodies[i]
		}
	}
	if n.Head.Format == "switch" && chained(n) {
		for i, c := range n.Cases {
			for _, cond := range c.Conds {
				next := &block{hint: "test"}
				b.cond(cond, bodies[i], next, next)
				b.place(next)
			}
		}
		b.finish(&jump{otherwise})
	} else {
		b.dispatch(n, bodies, otherwise)
	}
	for i, c := range n.Cases {
		b.place(bodies[i])
		b.nodes(c.Body)
		if c.Falls {
			b.finish(&jump{bodies[i+1]})
		} else {
			b.finish(&jump{after})
		}
	}
	b.place(after)
}

// chained reports whether the clauses of a switch are tested one by one.
func chained(n *Switch) bool {
	for _, c := range n.Cases {
		if c.Conds != nil {
			return true
		}
	}
	return false
}

func (b *flower) dispatch(n *Switch, bodies []*block, otherwise *block) {
	d := &dispatch{Head: n.Head, Else: otherwise}
	if _, ok := n.Of.(*ast.SelectStmt); ok {
		d.Else = nil
	}
	for i, c := range n.Cases {
		if bodies[i] == otherwise {
			d.Else = nil
		}
		d.Clauses = append(d.Clauses, clause{c.Head, c.Enter, bodies[i]})
	}
	b.open()
	b.finish(d)
}
