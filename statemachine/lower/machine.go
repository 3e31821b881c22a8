package lower

// This file defines what is made of a chosen function, and what a body in it
// is.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/packages"
)

// A Machine is what a chosen function becomes. It has a body of its own, the
// root, and those that the root hands its yield to.
type Machine struct {
	Name    string // of the function: "Walk", or "Tree.All"
	Refused Refusals

	shared  *shared
	pkg     *packages.Package
	dir     string // that positions are told from
	root    *Func
	bodies  []*Func   // the root is the first
	into    *ast.File // the source file for which it is written: that of the root, or a test's
	imports importSet

	values   []types.Type // that a yield hands out: at most two
	contract *contract    // nil for a push iterator
	tparams  []*types.TypeParam
	names    machineNames

	stopped bool // some suspension goes on after the consumer stopped
	guarded bool // a body calls what may come back to Next
	output  string

	outer     *outer       // what is around the iterators that are returned, unless that is simple
	literal   *ast.FuncLit // of a variant of a composite, and this
	composite *Machine
	variable  *ast.FuncLit // that is the function, if that is a variable's

	asksLoop  bool // a body asks for its loop
	delegates bool // a body may be suspended in another coroutine

	describes bool // it gets a description

	chosenBy  []string     // the regular expressions that match its name, if there is no directive
	inner     bool         // not chosen, but ranged over by another
	ranges    []*Machine   // that it ranges over
	isRanged  bool         // some machine ranges over it
	origin    *types.Named // its type, for those
	noPassing bool         // loops that only pass on are no delegation, since that would differ
	again     bool         // all passes are to be run once more
	lowering  bool         // is being lowered
	lowered   bool

	fallback Refusals // why it is not lowered, but goes over a stack

	Notes []string // for the report
}

// machineNames are the names of what is generated for a machine.
type machineNames struct {
	Pull    string // PullWalk
	Machine string // WalkMachine

	pulled string // the type that drives what has no machine

	stopped, end string // a field, and the method that ends it

	ranged, over, leave string // of one that is ranged over: two fields, and the method that goes on after the loop
	abandon             string // the method that lets the yield panic at which it stands

	// Of one with several bodies:
	top   string // the field for the innermost frame
	Frame string // the interface of frames, or the type if there is only one
	run   string // the method that goes on with the innermost frame

	// Of a body's:
	label  string // the field for a label that is known only when the body runs
	loop   string // the field for its loop
	inner  string // the field for what it is suspended in
	source string // the variable that tells the body's file

	// For panics:
	caught  string // the method that goes on after one
	raise   string // the method that asks the frames
	catch   string // their method that is asked
	calling string // a field: the state of the root while frames are above it
	exiting string // a field: whether Goexit is on its way, if that matters
	goexit  string // a field: the next panic comes while Goexit is on its way
}

// A Func is a body on its way through the passes: the root of a machine, whose
// frame is the machine itself, or one that has frames of its own.
type Func struct {
	Name    string // "Walk", or "Tree.All"
	machine *Machine

	fset *token.FileSet
	pkg  *packages.Package
	info *types.Info
	file *ast.File
	src  []byte // of file

	decl     *ast.FuncDecl
	lit      *ast.FuncLit               // that decl returns; nil if decl itself takes the yield
	body     *ast.BlockStmt             // what is lowered
	yield    *types.Var                 // or the yielder
	forwards *types.Var                 // the yield of the function that the root only calls, or nil
	sig      *types.Signature           // of one that is called by others
	bound    map[types.Object]*callable // parameters that are known, for which it is made
	targs    typeArgs                   // that stand for its type parameters, in the root's terms
	names    names                      // of what is generated

	site     *site                      // where it is called, if its source is the library's
	outer    *Func                      // the body around it, if it is a function literal there
	ranged   bool                       // a loop ranges over it that only passes on what it yields
	closures map[*ast.FuncLit]*callable // its literals that are bodies of their own
	known    map[types.Object]*callable // the variables that those are assigned to

	inPlace *inPlace // how it is written where it stands; nil if it gets declarations of its own

	points   []*Point
	pointAt  map[*ast.CallExpr]*Point
	before   map[ast.Stmt]*Point // points that are no calls
	suspends map[ast.Node]bool   // nodes that a suspension is somewhere in
	targets  map[*ast.BranchStmt]target
	gotos    map[*types.Label]bool // labels that a goto names

	iterated map[*ast.RangeStmt]*iterated // ranges over functions, whose body suspends
	passed   map[*ast.RangeStmt]*Point    // those of which the body only passes on
	stopsAt  map[ast.Stmt][]*Do           // what a statement does before it jumps out of these
	pulled   []*Var                       // what ends those that go through iter.Pull
	thrown   map[*Var]*Var                // for each of these, what holds the panic of the loop's body
	instead  map[*ast.Ident]string        // what stands for names of functions that are ranged over

	deferrals []*Deferral
	epilogue  *epilogue              // nil if no deferred call suspends
	recovers  map[*ast.CallExpr]bool // calls of recover in the body itself

	used     map[string]bool // names that are taken
	members  map[string]bool // of these, methods of the machine
	taken    map[string]bool // of these, names of Vars
	declared map[string]bool // of these, what is so before anything is generated
	vars     map[types.Object]*Var
	all      []*Var                // in the order of their declarations
	named    []*Var                // its named results, nil for the blank identifier
	results  []*Var                // where it leaves what it returns
	kept     []*Var                // where it keeps that while deferred calls are made, if it defers any
	consts   map[types.Object]bool // constants and types that are declared where the body is taken apart
	rename   map[types.Object]string
	repl     map[ast.Expr]*Var     // expressions that were evaluated before their statement
	texts    map[ast.Expr]Text     // calls that were made before it, and what stands for their results
	heads    map[ast.Stmt]ast.Stmt // statements without the one before their condition, by which they were

	at     map[any]token.Pos // where nodes and items of blocks come from
	tree   []Node
	blocks []*block
	ended  *block // where the body ends; not among them
	slots  []*Slot
	runs   map[*block][]run

	lifted  bool     // types and constants are declared outside of Next
	dynamic []*Point // whose labels are known only when the body runs

	readsIn, readsThrown bool // what Resume is given
}

// names are the names of what is generated for a body.
type names struct {
	prefix string // walk, for states
	State  string // walkState

	recv    string // the frame
	machine string // the machine: the same in the root
	state   string // a field of the frame
	in      string // what a body's machine is resumed with
	thrown  string
	points  string            // the table of a body's suspension points
	states  map[string]string // Start, Running and Done

	unwind, panicking      string // the method that makes the deferred calls, and its parameter
	deferred, record, call string // the list of them, the type of what is in it, and one of it
	recovered, deferredBy  string // the method that is recover here, and the field for what it recovers
	endRanges              string // the method that ends what is ranged over, after a panic

	// Of a body that is called:
	push      string                  // the machine's method that makes a frame of it
	Frame     string                  // the frame's type
	free      string                  // the machine's field with frames that are not in use
	below     string                  // the frame's field for who called
	returning string                  // the label where it ends
	outer     string                  // the frame's field for the frame of the body around it
	links     map[types.Object]string // fields for the frames of what parameters are known to be
	again     string                  // the label where it goes on with another frame, or ""
}

// A site is where a body is called.
type site struct {
	in   *Func
	call *ast.CallExpr
}

// A target is where a branch statement goes.
type target struct {
	stmt  ast.Stmt     // the statement that it breaks or continues
	label *types.Label // or the label that it goes to
}

// newMachine makes the machine of decl, which begins with its root. It is written
// for the file into.
func (s *shared) newMachine(file *ast.File, decl *ast.FuncDecl, into *ast.File) *Machine {
	m := &Machine{Name: funcName(decl), pkg: s.pkg, dir: s.dir, shared: s, into: into, imports: s.importsOf(into)}
	m.begin(file, decl)
	s.machines[decl] = m
	s.all = append(s.all, m)
	return m
}

// begin gives m its root, and nothing else.
func (m *Machine) begin(file *ast.File, decl *ast.FuncDecl) {
	m.bodies, m.ranges, m.outer, m.Notes, m.values, m.tparams = nil, nil, nil, nil, nil, nil
	m.asksLoop, m.delegates = false, false
	m.root = m.newBody(m.Name, file, decl)
}

// newBody adds a body to m, which is in decl.
func (m *Machine) newBody(name string, file *ast.File, decl *ast.FuncDecl) *Func {
	f := &Func{
		Name: name, machine: m, fset: m.pkg.Fset, pkg: m.pkg, info: m.pkg.TypesInfo,
		file: file, src: m.shared.sources[file], decl: decl,
	}
	m.bodies = append(m.bodies, f)
	return f
}

// tellsOff reports whether a machine must know that it is ranged over, since its
// bodies may yield again after the loop has ended, which panics then.
func (m *Machine) tellsOff() bool {
	if m.isComposite() {
		return m.isRanged && slices.ContainsFunc(m.outer.variants, (*variant).tellsOff)
	}
	return m.isRanged && slices.ContainsFunc(m.bodies, func(f *Func) bool {
		return slices.ContainsFunc(f.points, func(p *Point) bool { return p.afterStop })
	})
}

// begin returns where the function is that has the body.
func (f *Func) begin() token.Pos {
	switch {
	case f.inPlace != nil:
		return f.inPlace.fun.Pos()
	case f.lit != nil:
		return f.lit.Pos()
	}
	return f.whole().Pos()
}

// isRoot reports whether f's frame is the machine.
func (f *Func) isRoot() bool { return f == f.machine.root }
