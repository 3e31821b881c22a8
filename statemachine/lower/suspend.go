package lower

// This file defines the pass suspend: where the body suspends, and what cannot
// be lowered. It refuses; the passes after it need not.

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

// A Point is a suspension point: a call, or the place before a statement.
type Point struct {
	Call   *ast.CallExpr // nil if it is before a statement
	Before ast.Stmt      // or nil
	State  string        // the constant's name
	Label  string        // where Next goes on

	callee   *Func        // that is called; nil if values are handed out
	passesOn bool         // callee is ranged over, and the loop only passes on what it yields
	results  []types.Type // of the call
	deferral *Deferral    // if it is a deferred call
	recovers bool         // it is a call of recover

	out       []ast.Expr // the arguments that are handed out
	labeled   bool       // the first of them is the point's label
	takes     []ownField // what the call returns, if that is what a body is resumed with
	suspender *suspender // the function of package coro that is called, or nil

	values    []any // what is handed out: arguments, or variables for the results of a call
	resumed   *block
	endsStop  bool // nothing is left to do if the consumer stops here
	afterStop bool // may be reached after the consumer stopped
	live      []*Var
	clear     []*Slot // hold references, and are not needed any more
}

// node returns what the source has at p.
func (p *Point) node() ast.Node {
	if p.Call == nil {
		return p.Before
	}
	return p.Call
}

// runSuspend finds the suspension points, and everything that one is in.
func runSuspend(f *Func) {
	f.suspends = make(map[ast.Node]bool)
	f.targets = make(map[*ast.BranchStmt]target)
	f.gotos = make(map[*types.Label]bool)
	f.pointAt = make(map[*ast.CallExpr]*Point)
	f.recovers = make(map[*ast.CallExpr]bool)
	if f.body == nil {
		return
	}
	if f.forwards != nil {
		f.forwardPoint()
		return
	}
	root := f.cursor(f.body)
	f.findClosures(root)
	root.Inspect(nil, func(c inspector.Cursor) bool {
		if isNode[*ast.RangeStmt](c) && literalAround(root, c) == nil && f.lookAtRange(root, c) {
			return false
		}
		f.look(root, c)
		lit, ok := c.Node().(*ast.FuncLit)
		return !ok || !f.isClosure(lit)
	})
	if f.inPlace != nil {
		f.suspendEverywhere()
	}
}

// look looks at one node of the body.
func (f *Func) look(root, c inspector.Cursor) {
	inner := literalAround(root, c)
	switch n := c.Node().(type) {
	case *ast.Ident:
		if obj := f.info.Uses[n]; obj != nil {
			switch known := f.lookup(obj); known {
			case nil:
			case theYielder:
				f.lookAtYielder(root, c, inner)
			default:
				f.lookAtKnown(root, c, known, n.Name)
			}
		}
	case *ast.FuncLit:
		if known := f.closures[n]; known != nil {
			f.lookAtKnown(root, c, known, "a function literal that suspends")
		}
	case *ast.BranchStmt:
		if inner == nil {
			f.lookAtBranch(root, c)
		}
	case *ast.DeferStmt:
		if inner == nil && !f.isRange() { // in the body of a loop, it is the function's
			f.lookAtDefer(n)
		}
	case *ast.CallExpr:
		id, ok := ast.Unparen(n.Fun).(*ast.Ident)
		if ok && inner == nil && f.info.Uses[id] == types.Universe.Lookup("recover") {
			switch c.Parent().Node().(type) {
			case *ast.DeferStmt, *ast.GoStmt:
			default:
				f.lookAtRecover(root, c)
			}
		}
	}
}

// lookAtRecover looks at a call of recover by the body itself. Only a function
// that is lowered where it stands can be called by a defer statement that
// another function has; who resumes it recovers for it.
func (f *Func) lookAtRecover(root, c inspector.Cursor) {
	call := c.Node().(*ast.CallExpr)
	if f.inPlace == nil {
		f.recovers[call] = true
		return
	}
	if f.isRange() {
		return // which the function around it refuses
	}
	for p := range c.Enclosing((*ast.RangeStmt)(nil)) {
		if r := p.Node().(*ast.RangeStmt); within(f.body, r.Pos()) && f.overFunc(r) && within(r.Body, call.Pos()) {
			f.refuse(call.Pos(), "it calls recover in the body of a range over a function, where nobody can do that for it", "call recover before the loop")
			return
		}
	}
	f.inPlace.recovers = true
	f.point(root, c, &Point{Call: call, results: []types.Type{f.info.TypeOf(call)}, recovers: true})
}

// literalAround returns the innermost function literal of the body that c is
// in.
func literalAround(root, c inspector.Cursor) *ast.FuncLit {
	for p := range c.Enclosing((*ast.FuncLit)(nil)) {
		if p != c && root.Contains(p) {
			return p.Node().(*ast.FuncLit)
		}
	}
	return nil
}

// point makes a suspension point of a call, in which everything around it
// suspends.
func (f *Func) point(root, at inspector.Cursor, p *Point) {
	f.around(root, at)
	f.points = append(f.points, p)
	f.pointAt[p.Call], f.suspends[p.Call] = p, true
}

// around notes that everything around at suspends, so that it is taken apart.
func (f *Func) around(root, at inspector.Cursor) {
	for c := range at.Enclosing() {
		f.suspends[c.Node()] = true
		if c == root {
			break
		}
		if r, ok := c.Node().(*ast.RangeStmt); ok && f.takenApart(r) {
			f.checkRange(r)
		}
	}
}

// takenApart reports whether a range suspends elsewhere than in its operand,
// which is evaluated before it.
func (f *Func) takenApart(r *ast.RangeStmt) bool {
	return f.suspends[r.Body] || f.suspends[r.Key] || f.suspends[r.Value]
}

func isNode[N ast.Node](c inspector.Cursor) bool {
	_, ok := c.Node().(N)
	return ok
}

// checkRange refuses what cannot be ranged over in steps.
func (f *Func) checkRange(r *ast.RangeStmt) {
	u := coreType(f.typeOf(r.X))
	if u == nil {
		f.refuse(r.X.Pos(), "the types that this may range over have no underlying type in common", "range over a value of one type")
		return
	}
}

// coreType returns the underlying type of t, which for a type parameter is
// that of all types that it may be; nil if they have none in common.
func coreType(t types.Type) types.Type {
	if _, ok := types.Unalias(t).(*types.TypeParam); !ok {
		return t.Underlying()
	}
	var core types.Type
	common := true
	eachTerm(t.Underlying().(*types.Interface), func(u types.Type) {
		common = common && (core == nil || types.Identical(core, u))
		core = u
	})
	if !common {
		return nil
	}
	return core
}

// eachTerm calls visit for the underlying types that a constraint lists.
func eachTerm(iface *types.Interface, visit func(types.Type)) {
	for e := range iface.EmbeddedTypes() {
		terms := []types.Type{e}
		if u, ok := e.(*types.Union); ok {
			terms = nil
			for term := range u.Terms() {
				terms = append(terms, term.Type())
			}
		}
		for _, t := range terms {
			if inner, ok := t.Underlying().(*types.Interface); ok {
				eachTerm(inner, visit)
			} else {
				visit(t.Underlying())
			}
		}
	}
}

// lookAtBranch notes where a branch statement of the body goes.
func (f *Func) lookAtBranch(root, c inspector.Cursor) {
	b := c.Node().(*ast.BranchStmt)
	if b.Label != nil {
		label := f.info.Uses[b.Label].(*types.Label)
		if b.Tok == token.GOTO {
			f.gotos[label] = true
			f.targets[b] = target{label: label}
			return
		}
		for p := range c.Enclosing((*ast.LabeledStmt)(nil)) {
			l := p.Node().(*ast.LabeledStmt)
			if f.info.Defs[l.Label] == label {
				f.targets[b] = target{stmt: l.Stmt}
				return
			}
		}
		return
	}
	for p := range c.Enclosing() {
		switch p.Node().(type) {
		case *ast.ForStmt, *ast.RangeStmt:
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			if b.Tok == token.CONTINUE {
				continue
			}
		default:
			continue
		}
		if b.Tok == token.BREAK || b.Tok == token.CONTINUE {
			f.targets[b] = target{stmt: p.Node().(ast.Stmt)}
		}
		return
	}
}
