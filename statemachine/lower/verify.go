package lower

// This file defines what must hold after each pass.

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
)

func verifySelect(f *Func) error {
	if f.body == nil || f.machine.values == nil && f.inPlace == nil {
		return errors.New("no body, or no values")
	}
	return nil
}

// verifySuspend holds that everything around a suspension is known to suspend.
func verifySuspend(f *Func) error {
	for _, p := range f.points {
		if p.deferral == nil && (p.Call != nil && !f.suspends[p.Call] || !f.suspends[f.body]) {
			return fmt.Errorf("%s is not known to suspend", f.position(p.node().Pos()))
		}
	}
	return nil
}

// verifyRename holds that names are unique.
func verifyRename(f *Func) error {
	seen := make(map[string]bool)
	for _, v := range f.all {
		if seen[v.Name] {
			return fmt.Errorf("two variables are called %s", v.Name)
		}
		seen[v.Name] = true
	}
	return nil
}

// verifyHoist holds that no statement that is copied, and no expression, still
// has a suspension in it, and that no suspension is lost.
func verifyHoist(f *Func) error {
	found := make(map[*Point]int)
	var err error
	check := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if _, called := f.texts[e]; called || f.repl[e] != nil {
					return false
				}
			}
			if call, ok := n.(*ast.CallExpr); ok && f.pointOf(call) != nil {
				err = fmt.Errorf("%s: a suspension is copied", f.position(call.Pos()))
			}
			return true
		})
	}
	var nodes func([]Node)
	var cond func(Cond)
	texts := func(t Text) {
		for _, arg := range t.Args {
			if n, ok := arg.(ast.Node); ok {
				if w, ok := arg.(Whole); ok {
					n = w.Expr
				}
				check(n)
			}
		}
	}
	cond = func(c Cond) {
		switch c := c.(type) {
		case *Test:
			nodes(c.Pre)
			texts(c.X)
		case *Yielded:
			nodes(c.Pre)
			found[c.Point]++
		case *Not:
			cond(c.X)
		case *And:
			cond(c.X)
			cond(c.Y)
		case *Or:
			cond(c.X)
			cond(c.Y)
		}
	}
	nodes = func(list []Node) {
		for _, n := range list {
			switch n := n.(type) {
			case *Copy:
				check(n.Stmt)
			case *Set:
				texts(n.X)
			case *Do:
				texts(n.Text)
			case *Suspend:
				found[n.Point]++
			case *Return:
				check(n.Stmt)
			case *If:
				cond(n.Cond)
				nodes(n.Then)
				nodes(n.Else)
			case *Loop:
				cond(n.Cond)
				nodes(n.Body)
				nodes(n.Post)
			case *Block:
				nodes(n.Body)
			case *Switch:
				texts(n.Head)
				for _, c := range n.Cases {
					texts(c.Head)
					for _, x := range c.Conds {
						cond(x)
					}
					nodes(c.Enter)
					nodes(c.Body)
				}
			}
		}
	}
	nodes(f.tree)
	if f.epilogue != nil {
		nodes(f.epilogue.nodes)
	}
	for _, p := range f.points {
		if found[p] != 1 {
			err = errors.Join(err, fmt.Errorf("%s: the suspension is in the tree %d times", f.position(p.node().Pos()), found[p]))
		}
	}
	return err
}

// verifyFlow holds that blocks end, and go only to blocks that there are.
func verifyFlow(f *Func) error {
	there := map[*block]bool{f.ended: true}
	for _, b := range f.blocks {
		there[b] = true
	}
	for i, b := range f.blocks {
		if b.term == nil {
			return fmt.Errorf("block %s does not end", b.name())
		}
		for to := range b.succs() {
			if !there[to] {
				return fmt.Errorf("block %s goes to %s, which there is none", b.name(), to.name())
			}
			follows := i+1 < len(f.blocks) && f.blocks[i+1] == to
			if to.label == "" && to != f.ended && !follows {
				return fmt.Errorf("block %s goes to %s, which has no label", b.name(), to.name())
			}
		}
	}
	return nil
}

// verifyLive holds that nothing is needed at the beginning but what was given,
// and what deferred calls may need, which are only made if they were deferred.
func verifyLive(f *Func) error {
	for v := range f.blocks[0].in {
		if !v.Outer && !f.epilogueVars()[v] {
			return fmt.Errorf("%s is needed before it is declared", v.Name)
		}
	}
	return nil
}

// verifyFrame holds that what is needed after a suspension is kept, and that
// variables that share a slot are not needed together.
func verifyFrame(f *Func) error {
	for _, p := range f.points {
		in := make(map[*Slot]*Var)
		for _, v := range p.live {
			if v.Slot == nil {
				return fmt.Errorf("%s is needed after %s and not kept", v.Name, p.State)
			}
			if other := in[v.Slot]; other != nil {
				return fmt.Errorf("%s and %s are needed after %s, in one slot", v.Name, other.Name, p.State)
			}
			in[v.Slot] = v
		}
	}
	return nil
}

// verifyEmit holds that what was written parses.
func verifyEmit(f *Func) error {
	_, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+f.machine.output, 0)
	return err
}
