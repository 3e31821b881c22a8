package lower

// This file defines the tree that a body is lowered on: variables, texts with
// holes, and the nodes, which are few because everything that cannot suspend
// stays the source that it is.

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// A Var is a variable that the passes deal with: one of the source that is
// declared where the body is taken apart, one of the function around the body,
// or a temporary. Variables that are declared inside of copied statements are
// none of them; they stay what they are.
type Var struct {
	Obj   types.Object // nil for a temporary
	Name  string       // unique among all names that occur in the function
	Type  types.Type
	Temp  string // what a temporary holds, for people; "" for a variable of the source
	Outer bool   // declared before the body begins: a parameter, a receiver, or before the literal

	owner *Func // in whose frame it lives if it is kept

	// What capture found out.
	Captured  bool // by a function literal
	Shared    bool // with the body that a function literal has become
	Addressed bool // its address is taken, if only by a method call
	Assigned  bool // after its declaration
	Home      Home

	Slot   *Slot // where it is kept while the body is suspended, or nil
	Loaded bool  // it is kept and has a variable of its own, too, while Next runs, for a debugger
}

// Home says where a variable lives while Next runs.
type Home uint8

const (
	HomeRun    Home = iota // declared where it was, in a straight run of statements
	HomeLocal              // declared at the top of Next, since labels are between its uses
	HomeFrame              // a field of the frame, since it is live across a suspension
	HomeResult             // a field of the machine, in which a body leaves a result to who called it
)

var homeNames = [...]string{HomeRun: "run", HomeLocal: "local", HomeFrame: "frame", HomeResult: "result"}

func (h Home) String() string { return homeNames[h] }

// Boxed reports whether v is reached through a pointer: a closure or a pointer
// may see it after its declaration has run again, so each execution of the
// declaration makes a new one.
func (v *Var) Boxed() bool { return v.Home != HomeRun && v.byRef() }

// byRef reports whether something may see v change, or change it, from
// elsewhere.
func (v *Var) byRef() bool { return v.Addressed || v.Captured && v.Assigned }

// stable reports whether v keeps the value that it is declared with.
func (v *Var) stable() bool { return !v.Assigned && !v.Addressed }

// A Text is Go with holes. Each %s of Format stands for one of Args: an
// ast.Node of the source, a Whole, an address, a *Var, a types.Type, a zero, a
// Text or a string.
type Text struct {
	Format string
	Args   []any
}

func text(format string, args ...any) Text { return Text{format, args} }

// textOf returns things of the kinds that a Text may have as arguments, in a
// list.
func textOf[T any](list []T) Text {
	t := Text{Format: strings.TrimSuffix(strings.Repeat("%s, ", len(list)), ", ")}
	for _, x := range list {
		t.Args = append(t.Args, x)
	}
	return t
}

// pos returns where the first piece of the source in t is, if there is one.
func (t Text) pos() token.Pos {
	for _, arg := range t.Args {
		if n, ok := arg.(ast.Node); ok {
			return n.Pos()
		}
	}
	return token.NoPos
}

// A place is, in a Text, where a variable is kept: the pointer to it if it is in
// a box.
type place struct{ of *Var }

// A zero is, in a Text, the zero value of a type.
type zero struct{ of types.Type }

// A Whole is an expression that stands for itself, although a temporary stands
// for it in its statement.
type Whole struct{ ast.Expr }

// source returns the text that is written at n.
func source(n ast.Node) Text { return text("%s", n) }

// A Node is a statement of the tree.
type Node interface{ node() }

type (
	// A Copy is a statement of the source that does not suspend, to be
	// written as it is. It may jump out of itself.
	Copy struct{ Stmt ast.Stmt }

	// A Note is a comment of the source, which may stand behind a statement.
	Note struct {
		Text     string
		Trailing bool
	}

	// A Set assigns X to To, in which nil is the blank identifier. Fresh
	// variables are declared by it. One that only counts up has Op "++".
	Set struct {
		To    []*Var
		Fresh bool
		Op    string // "=" or "++"
		X     Text
	}

	// A Renew makes a fresh variable of a loop's that holds the same: the
	// next iteration's own.
	Renew struct{ Var *Var }

	// A Do is any other statement that the passes made.
	Do struct{ Text Text }

	// A Suspend hands out the arguments of a call of yield, or calls another
	// body.
	Suspend struct {
		Point *Point
		To    []*Var // receive what the call returns, unless nil
		Fresh bool   // To are declared by it
		Tail  bool   // the results stay where they are, since they are returned
	}

	// An If runs Then or Else.
	If struct {
		Cond Cond
		Then []Node
		Else []Node
	}

	// A Loop runs Body and Post while Cond holds. It is what the source's
	// statement Of became, which break and continue name.
	Loop struct {
		Of   ast.Stmt
		Cond Cond // nil if it always holds
		Body []Node
		Post []Node
	}

	// A Switch is a switch or select whose clauses are entered by jumps.
	Switch struct {
		Of    ast.Stmt
		Head  Text
		Cases []*Case
	}

	// A Block is a statement that break may name, or a label, and what is in it.
	Block struct {
		Of    ast.Stmt
		Label *types.Label // that a goto names, or nil
		Body  []Node
	}

	// A Fail ends the epilogue of a frame that panics.
	Fail struct{}

	// A Jump leaves for the place that a branch statement names, or ends
	// the body.
	Jump struct{ Of ast.Stmt }

	// A Return ends a body that has results.
	Return struct {
		Stmt *ast.ReturnStmt
		Kept bool // what it returns is in the places of the results already
	}
)

// A Case is a clause of a Switch.
type Case struct {
	Of    ast.Stmt
	Head  Text   // "case %s" or "default"
	Conds []Cond // instead of a Head, if some case list suspends; none for default
	Enter []Node // leaves that run in the clause itself, before the jump
	Body  []Node
	Falls bool // through into the next clause
}

// A Cond is a condition, which is evaluated by branches.
type Cond interface{ cond() }

type (
	// A Test evaluates X after Pre.
	Test struct {
		Pre []Node
		X   Text
	}

	// A Yielded suspends, after Pre, and holds if the call returns true, which
	// yield does unless the consumer stopped.
	Yielded struct {
		Pre   []Node
		Point *Point
	}

	// Not, And and Or are the logical operators.
	Not struct{ X Cond }
	And struct{ X, Y Cond }
	Or  struct{ X, Y Cond }
)

func (*Copy) node()    {}
func (*Note) node()    {}
func (*Set) node()     {}
func (*Renew) node()   {}
func (*Do) node()      {}
func (*Suspend) node() {}
func (*If) node()      {}
func (*Loop) node()    {}
func (*Switch) node()  {}
func (*Block) node()   {}
func (*Fail) node()    {}
func (*Jump) node()    {}
func (*Return) node()  {}

func (*Test) cond()    {}
func (*Yielded) cond() {}
func (*Not) cond()     {}
func (*And) cond()     {}
func (*Or) cond()      {}

// set returns a Set of one variable.
func set(to *Var, format string, args ...any) *Set {
	return &Set{To: []*Var{to}, Op: "=", X: text(format, args...)}
}

// fresh returns a Set that declares one variable.
func fresh(to *Var, format string, args ...any) *Set {
	return &Set{To: []*Var{to}, Fresh: true, Op: "=", X: text(format, args...)}
}
