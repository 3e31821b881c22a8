package lower

// This file defines how what a pass has found is printed.

import (
	"fmt"
	"go/ast"
	"io"
	"strings"
)

func printSelect(w io.Writer, f *Func) {
	var values []string
	for _, v := range f.machine.values {
		values = append(values, f.typeText(v))
	}
	name := "_"
	if f.yield != nil {
		name = f.yield.Name()
	}
	fmt.Fprintf(w, "%s: body, which yields (%s) by %s\n", f.position(f.body.Pos()), strings.Join(values, ", "), name)
}

func printSuspend(w io.Writer, f *Func) {
	for _, p := range f.points {
		fmt.Fprintf(w, "%s: %s\n", f.position(p.node().Pos()), f.oneLine(p.node()))
	}
}

func printRename(w io.Writer, f *Func) {
	for _, v := range f.all {
		if v.Obj != nil {
			fmt.Fprintf(w, "%s: %s is %s\n", f.position(v.pos(f)), v.Obj.Name(), v.Name)
		}
	}
	for _, p := range f.points {
		fmt.Fprintf(w, "%s: %s\n", f.position(p.node().Pos()), p.State)
	}
}

func printCapture(w io.Writer, f *Func) {
	for _, v := range f.all {
		var facts []string
		for _, fact := range []struct {
			is   bool
			name string
		}{{v.Captured, "captured"}, {v.Addressed, "its address is taken"}, {v.Assigned, "assigned"}, {v.stable(), "keeps its value"}, {v.byRef(), "in a box if it crosses blocks"}} {
			if fact.is {
				facts = append(facts, fact.name)
			}
		}
		fmt.Fprintf(w, "%s: %s\n", v.Name, strings.Join(facts, ", "))
	}
}

// plain returns a text as the tree has it: variables by their names.
func (f *Func) plain(x any) string {
	return strings.Join(strings.Fields((&writer{f: f, binds: make(map[*Var]bool)}).write(x)), " ")
}

func varNames(vs []*Var) string {
	var names []string
	for _, v := range vs {
		if v == nil {
			names = append(names, "_")
			continue
		}
		names = append(names, v.Name)
	}
	return strings.Join(names, ", ")
}

func printHoist(w io.Writer, f *Func) {
	f.printNodes(w, "", f.tree)
	if f.epilogue != nil {
		fmt.Fprintf(w, "in the end\n")
		f.printNodes(w, "\t", f.epilogue.nodes)
	}
}

func (f *Func) printNodes(w io.Writer, indent string, list []Node) {
	for _, n := range list {
		f.printNode(w, indent, n)
	}
}

func (f *Func) printNode(w io.Writer, indent string, n Node) {
	switch n := n.(type) {
	case *If:
		fmt.Fprintf(w, "%sif %s\n", indent, f.condText(n.Cond))
		f.printNodes(w, indent+"\t", n.Then)
		if n.Else != nil {
			fmt.Fprintf(w, "%selse\n", indent)
			f.printNodes(w, indent+"\t", n.Else)
		}
	case *Loop:
		cond := "true"
		if n.Cond != nil {
			cond = f.condText(n.Cond)
		}
		fmt.Fprintf(w, "%sloop while %s\n", indent, cond)
		f.printNodes(w, indent+"\t", n.Body)
		if n.Post != nil {
			fmt.Fprintf(w, "%sthen\n", indent)
			f.printNodes(w, indent+"\t", n.Post)
		}
	case *Switch:
		fmt.Fprintf(w, "%s%s\n", indent, f.plain(n.Head))
		for _, c := range n.Cases {
			head := f.plain(c.Head)
			if head == "" {
				var conds []string
				for _, cond := range c.Conds {
					conds = append(conds, f.condText(cond))
				}
				head = "case " + strings.Join(conds, ", ")
			}
			fmt.Fprintf(w, "%s%s\n", indent, head)
			f.printNodes(w, indent+"\t", c.Enter)
			f.printNodes(w, indent+"\t", c.Body)
			if c.Falls {
				fmt.Fprintf(w, "%s\tfallthrough\n", indent)
			}
		}
	case *Block:
		fmt.Fprintf(w, "%slabel %s\n", indent, n.Label.Name())
		f.printNodes(w, indent+"\t", n.Body)
	default:
		fmt.Fprintf(w, "%s%s\n", indent, f.leafText(n))
	}
}

// leafText returns an item of a block, or a leaf of the tree, in a line.
func (f *Func) leafText(item any) string {
	switch n := item.(type) {
	case *Copy:
		return "copy " + f.oneLine(n.Stmt)
	case *leaving:
		return "copy " + f.oneLine(n.Stmt)
	case *Note:
		return n.Text
	case *Set:
		op := "="
		if n.Fresh {
			op = ":="
		}
		if n.Op == "++" {
			return varNames(n.To) + "++"
		}
		return fmt.Sprintf("set %s %s %s", varNames(n.To), op, f.plain(n.X))
	case *Renew:
		return "renew " + n.Var.Name
	case *Do:
		return "do " + f.plain(n.Text)
	case *Suspend:
		if n.To != nil {
			return fmt.Sprintf("suspend %s to %s", n.Point.State, varNames(n.To))
		}
		return "suspend " + n.Point.State
	case *Fail:
		return "panic with what does"
	case *Jump:
		if b, ok := n.Of.(*ast.BranchStmt); ok {
			if t := f.targets[b]; t.stmt != nil {
				return fmt.Sprintf("%s, of line %d", b.Tok, f.position(t.stmt.Pos()).Line)
			}
			return b.Tok.String() + " " + b.Label.Name
		}
		return "return"
	case *Return:
		return f.oneLine(n.Stmt)
	case *returned:
		return f.oneLine(n.Stmt)
	case *branch:
		not := ""
		if n.Neg {
			not = "not "
		}
		return fmt.Sprintf("if %s%s go to %s", not, f.plain(n.X), n.To.name())
	case *jump:
		return "go to " + n.To.name()
	case *driving:
		return "go on with " + n.Point.callee.Name
	case *halt:
		return "go nowhere"
	case *suspended:
		return fmt.Sprintf("suspend %s, then %s", n.Point.State, n.To.name())
	case *dispatch:
		var b strings.Builder
		fmt.Fprintf(&b, "%s", f.plain(n.Head))
		for _, c := range n.Clauses {
			fmt.Fprintf(&b, "; %s: %s", f.plain(c.Head), c.To.name())
		}
		if n.Else != nil {
			fmt.Fprintf(&b, "; else %s", n.Else.name())
		}
		return b.String()
	}
	return fmt.Sprintf("%T", item)
}

func (f *Func) condText(c Cond) string {
	pre := func(nodes []Node) string {
		var b strings.Builder
		for _, n := range nodes {
			b.WriteString(f.leafText(n) + "; ")
		}
		return b.String()
	}
	switch c := c.(type) {
	case *Test:
		return pre(c.Pre) + f.plain(c.X)
	case *Yielded:
		return pre(c.Pre) + c.Point.State
	case *Not:
		return "not (" + f.condText(c.X) + ")"
	case *And:
		return "(" + f.condText(c.X) + ") and (" + f.condText(c.Y) + ")"
	case *Or:
		return "(" + f.condText(c.X) + ") or (" + f.condText(c.Y) + ")"
	}
	return ""
}

// name returns what a block is called in print.
func (b *block) name() string {
	if b.label != "" {
		return b.label
	}
	return b.hint
}

func printFlow(w io.Writer, f *Func) {
	for _, b := range f.blocks {
		fmt.Fprintf(w, "%s:\n", b.name())
		for _, item := range b.items {
			fmt.Fprintf(w, "\t%s\n", f.leafText(item))
		}
		fmt.Fprintf(w, "\t%s\n", f.leafText(b.term))
	}
}

func printLive(w io.Writer, f *Func) {
	for _, p := range f.points {
		fmt.Fprintf(w, "%s: %s\n", p.State, varNames(p.live))
	}
}

func printEmit(w io.Writer, f *Func) { io.WriteString(w, f.machine.output) }
