package lower

// This file defines what becomes of a range over a function in a function that
// is lowered where it stands. The range stays, since the function that is ranged
// over calls its body; and that is a machine of its own, in each turn a new one.
// A statement that leaves the body ends the machine, after it has noted where it
// goes, and the turn goes there.
//
//	for x := range seq {       becomes    for x := range seq {
//		if x > 3 {                            m2 := struct { ... }{x: x}
//			break                             step2 := func() suspensions.Signal { ... }
//		}                                     for step2() == suspensions.Suspended {
//		...                                       suspensions.Add()
//	}                                         }
//	                                          if m2.left == 1 {
//	                                              break
//	                                          }
//	                                      }

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// A rangeExit is a place outside of the body of a loop that statements in it go
// to.
type rangeExit struct {
	branch *ast.BranchStmt // one of them, or nil if they return
	number int             // from 1
	block  *block
}

// isRange reports whether f is the body of a range over a function.
func (f *Func) isRange() bool {
	if f.inPlace == nil {
		return false
	}
	_, ok := f.inPlace.fun.(*ast.RangeStmt)
	return ok
}

// function returns the function that f is, or that it is the body of a loop of.
func (f *Func) function() *Func {
	for f.isRange() {
		f = f.inPlace.parent
	}
	return f
}

// overFunc reports whether r ranges over a function.
func (f *Func) overFunc(r *ast.RangeStmt) bool {
	_, ok := coreType(f.info.TypeOf(r.X)).(*types.Signature)
	return ok
}

// declareHead makes Vars of what the head of the loop declares. The results are
// those of the function.
func (f *Func) declareHead() {
	for _, id := range f.head() {
		f.declare(f.info.Defs[id]).Outer = true
	}
	f.results = f.function().results
	f.kept = f.results
}

// head returns the names that the head of the loop declares.
func (f *Func) head() []*ast.Ident {
	r := f.inPlace.fun.(*ast.RangeStmt)
	var ids []*ast.Ident
	for _, e := range []ast.Expr{r.Key, r.Value} {
		if id, ok := e.(*ast.Ident); ok && r.Tok == token.DEFINE && id.Name != "_" {
			ids = append(ids, id)
		}
	}
	return ids
}

// rangeBody returns the machine that the body of r is, or nil.
func (f *Func) rangeBody(r *ast.RangeStmt) *Func {
	if f.inPlace == nil {
		return nil
	}
	child := f.inPlace.children[r.Body]
	if child == nil || len(child.machine.Refused) > 0 {
		return nil
	}
	return child
}

// nameHead gives the names in the head of the loop, which c writes, those that
// they have got.
func (f *Func) nameHead(c *copier) {
	for _, id := range f.head() {
		if name := f.varOf(id).Name; name != id.Name {
			c.replace(id, name)
		}
	}
}

// mentionHead mentions the variables of the head that the machine does not
// begin with.
func (f *Func) mentionHead() string {
	var b strings.Builder
	for _, id := range f.head() {
		if v := f.varOf(id); v.Slot == nil {
			fmt.Fprintf(&b, "_ = %s\n", v.Name)
		}
	}
	return b.String()
}

// rangeExit returns the block that leaves the body of a loop for where s goes,
// or nil if that is in the body, or if there is no such loop.
func (b *flower) rangeExit(s ast.Stmt) *block {
	if !b.f.isRange() {
		return nil
	}
	br, _ := s.(*ast.BranchStmt)
	var t target
	if br != nil {
		t = b.f.targets[br]
		switch {
		case t.label != nil && within(b.f.body, t.label.Pos()), t.stmt != nil && within(b.f.body, t.stmt.Pos()):
			return nil
		case t.stmt == b.f.inPlace.fun && br.Tok == token.CONTINUE:
			return b.f.ended
		}
	}
	for _, x := range b.exits {
		if (br == nil) == (x.branch == nil) && (br == nil || b.f.targets[x.branch] == t && x.branch.Tok == br.Tok) {
			return x.block
		}
	}
	x := &rangeExit{br, len(b.exits) + 1, &block{hint: "leave"}}
	b.exits = append(b.exits, x)
	return x.block
}

// placeExits ends the blocks with those that leave the body of a loop.
func (b *flower) placeExits() {
	for _, x := range b.exits {
		b.place(x.block)
		b.add(&Do{text("%s = %s", ownField("left"), strconv.Itoa(x.number))})
		b.finish(&jump{b.f.ended})
	}
	if b.f.inPlace != nil {
		b.f.inPlace.exits = b.exits
	}
}

// leaves returns what goes where the body of the loop has left for.
func (f *Func) leaves() string {
	var b strings.Builder
	w := f.inPlace.within
	for _, x := range f.inPlace.exits {
		to := "break"
		switch {
		case x.branch == nil:
			to = w.f.jump(w.returns)
		case w.to[x.branch] != nil:
			to = w.f.jump(w.to[x.branch])
		}
		fmt.Fprintf(&b, "if %s == %d {\n%s\n}\n", f.own(f.inPlace.left), x.number, to)
	}
	return b.String()
}
