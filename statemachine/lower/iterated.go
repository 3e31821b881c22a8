package lower

// This file defines what a range over a function goes through if its body
// suspends: the machine of the function if its source is in the package, or of
// another package of the module where it was chosen, otherwise iter.Pull; or, if
// the body only passes on what it gets, frames of the function.

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/inspector"
)

// An iterated is what such a range goes through.
type iterated struct {
	call    *ast.CallExpr // of the function that returns what is ranged over; nil if that itself is a function
	name    *ast.Ident    // of the function
	pull    string        // that makes its machine; "" for iter.Pull
	machine *Machine      // nil for iter.Pull, and if it is another package's
	typ     types.Type    // of the machine
	held    bool          // by a pointer, since it may range over this one
	by      *Var          // that holds it
}

// lookAtRange looks at a range over a function. It reports whether the body of
// the loop needs no more looking at, since all it does is passing on.
func (f *Func) lookAtRange(root, c inspector.Cursor) bool {
	r := c.Node().(*ast.RangeStmt)
	if _, ok := coreType(f.typeOf(r.X)).(*types.Signature); !ok || !f.mentionsKnownIn(r) || f.completionsOf(r.X) != nil {
		return false
	}
	if f.iterated == nil {
		f.iterated = make(map[*ast.RangeStmt]*iterated)
		f.passed = make(map[*ast.RangeStmt]*Point)
	}
	it := f.findIterated(r.X)
	if p := f.passesOn(r, it); p != nil {
		f.passed[r] = p
		f.point(root, c, p)
		return true
	}
	f.provide(r, it)
	f.iterated[r] = it
	return false
}

// mentionsKnownIn reports whether a loop suspends elsewhere than in its operand.
func (f *Func) mentionsKnownIn(r *ast.RangeStmt) bool {
	return f.mentionsKnown(r.Body) || r.Key != nil && f.mentionsKnown(r.Key) || r.Value != nil && f.mentionsKnown(r.Value)
}

// findIterated finds the function that x is a call of, or that it is.
func (f *Func) findIterated(x ast.Expr) *iterated {
	it := new(iterated)
	fun := ast.Unparen(x)
	if call, ok := fun.(*ast.CallExpr); ok && !f.info.Types[call.Fun].IsType() {
		it.call, fun = call, ast.Unparen(call.Fun)
	}
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = ast.Unparen(x.X)
	case *ast.IndexListExpr:
		fun = ast.Unparen(x.X)
	}
	switch x := fun.(type) {
	case *ast.Ident:
		it.name = x
	case *ast.SelectorExpr:
		if sel := f.info.Selections[x]; sel == nil || sel.Kind() == types.MethodVal && !types.IsInterface(sel.Recv()) {
			it.name = x.Sel
		}
	}
	return it
}

// function returns the declared function that it names, or nil.
func (it *iterated) function(f *Func) *types.Func {
	if it.name == nil {
		return nil
	}
	fn, _ := f.info.Uses[it.name].(*types.Func)
	if fn == nil || fn.Pkg() == nil {
		return nil
	}
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return nil
	}
	fn = fn.Origin()
	if sig := fn.Signature(); it.call == nil && seqValues(sig) == nil ||
		it.call != nil && (sig.Results().Len() != 1 || seqValues(sig.Results().At(0).Type()) == nil) {
		return nil
	}
	return fn
}

// provide finds a machine for what a range goes through, if there is one.
func (f *Func) provide(r *ast.RangeStmt, it *iterated) {
	var why string
	if it.machine, why = f.findMachine(it, it.function(f)); why != "" {
		f.machine.notePulled(f, r.X, "ranges over", why)
	} else if it.machine != nil {
		f.machine.ranges = append(f.machine.ranges, it.machine)
	}
}

// findMachine finds the machine of fn, which it names; nil if that is another
// package's. If there is none, it says why.
func (f *Func) findMachine(it *iterated, fn *types.Func) (inner *Machine, why string) {
	switch {
	case fn == nil:
		return nil, "is not known before it runs"
	case fn.Pkg() == f.pkg.Types:
		inner := f.machine.shared.machineOf(f, fn)
		if inner == nil {
			return nil, "cannot be lowered"
		}
		it.pull, it.held = inner.names.Pull, inner.lowering
		it.typ = inner.named(f.pkg.Types, f.typeArgList(it.name, fn))
		return inner, ""
	}
	pull, machine := f.chosenElsewhere(fn)
	if pull == "" {
		return nil, "is in another package, where it is not chosen"
	}
	it.pull = pull
	it.typ = namedType(fn.Pkg(), machine, f.typeArgList(it.name, fn))
	return nil, ""
}

// typeArgList returns the type arguments of a function, in the order in which its
// machine has them.
func (f *Func) typeArgList(name *ast.Ident, fn *types.Func) []types.Type {
	args := f.typeArgs(name, fn)
	var list []types.Type
	for _, params := range []*types.TypeParamList{fn.Signature().TypeParams(), fn.Signature().RecvTypeParams()} {
		for _, p := range enumerate(params) {
			list = append(list, args[p])
		}
	}
	return list
}

// named returns m's type with type arguments.
func (m *Machine) named(pkg *types.Package, args []types.Type) types.Type {
	if m.origin == nil {
		m.origin = namedType(pkg, m.names.Machine, nil).(*types.Named)
		var params []*types.TypeParam
		for range args {
			params = append(params, types.NewTypeParam(types.NewTypeName(token.NoPos, pkg, "T", nil), types.Universe.Lookup("any").Type()))
		}
		m.origin.SetTypeParams(params)
	}
	return instantiated(m.origin, args)
}

// namedType returns the type that a machine has which is not there yet, with type
// arguments. It is a struct that refers to something.
func namedType(pkg *types.Package, name string, args []types.Type) types.Type {
	field := types.NewField(token.NoPos, pkg, "_", types.NewPointer(types.Typ[types.Int]), false)
	named := types.NewNamed(types.NewTypeName(token.NoPos, pkg, name, nil), types.NewStruct([]*types.Var{field}, nil), nil)
	if len(args) == 0 {
		return named
	}
	var params []*types.TypeParam
	for range args {
		params = append(params, types.NewTypeParam(types.NewTypeName(token.NoPos, pkg, "T", nil), types.Universe.Lookup("any").Type()))
	}
	named.SetTypeParams(params)
	return instantiated(named, args)
}

func instantiated(origin *types.Named, args []types.Type) types.Type {
	if len(args) == 0 {
		return origin
	}
	t, err := types.Instantiate(nil, origin, args, false)
	if err != nil {
		panic("lower: " + err.Error())
	}
	return t
}

// chosenElsewhere returns the names of what makes the machine of a function of
// another package, and of its type, if that function is chosen there by the
// directive and can be seen from here.
func (f *Func) chosenElsewhere(fn *types.Func) (pull, machine string) {
	mod := f.pkg.Module
	if mod == nil || fn.Pkg().Path() != mod.Path && !strings.HasPrefix(fn.Pkg().Path(), mod.Path+"/") || !fn.Exported() {
		return "", ""
	}
	pos := f.fset.Position(fn.Pos())
	file, err := parser.ParseFile(token.NewFileSet(), pos.Filename, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return "", ""
	}
	for _, d := range file.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if !ok || decl.Name.Name != fn.Name() || !directed(decl.Doc) {
			continue
		}
		if name := funcName(decl); name == fn.Name() && fn.Signature().Recv() == nil || strings.HasPrefix(name, receiverName(fn)+".") {
			pull, machine = apiNames(name)
			return pull, machine
		}
	}
	return "", ""
}

// receiverName returns the name of the type that fn is a method of, or "".
func receiverName(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return ""
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}

// notePulled notes that what m does with x goes through iter.Pull, and why, for the
// report.
func (m *Machine) notePulled(f *Func, x ast.Expr, does, why string) {
	m.Notes = append(m.Notes, fmt.Sprintf("%s: %s %s %s by iter.Pull: it %s", f.position(x.Pos()), m.Name, does, f.oneLine(x), why))
}

// machineOf returns the machine of a function of the package, which may not have
// been chosen; nil if it cannot be lowered.
func (s *shared) machineOf(from *Func, fn *types.Func) *Machine {
	decl := from.declOf(fn)
	if decl == nil {
		return nil
	}
	m := s.machines[decl]
	if m == nil {
		file := from.fileOf(decl)
		into := file
		if path := s.pkg.Fset.PositionFor(file.FileStart, false).Filename; withTests(s.pkg) && !isTest(path) {
			into = from.machine.into // what is generated for the file itself knows nothing of tests
		}
		m = s.newMachine(file, decl, into)
		m.inner = true
		m.nameAPI()
	}
	if buildLine(m.root.filename(), m.root.file) != buildLine(from.filename(), from.file) || s.lower(m) != nil || len(m.Refused) > 0 {
		return nil
	}
	return m
}

// passesOn returns a suspension point for a range of which all that its body does
// is to pass on to the machine's own yield what it gets, and to leave when that
// returns false:
//
//	for v := range t.left.All() {
//		if !yield(v) {
//			return
//		}
//	}
//
// It does the same as t.left.All()(yield) then, but for a function that goes on
// to yield nevertheless.
func (f *Func) passesOn(r *ast.RangeStmt, it *iterated) *Point {
	if f.machine.noPassing || f.mentionsKnown(r.X) || r.Tok != token.DEFINE || len(r.Body.List) != 1 {
		return nil
	}
	s, ok := r.Body.List[0].(*ast.IfStmt)
	if !ok || s.Init != nil || s.Else != nil || len(s.Body.List) != 1 {
		return nil
	}
	not, ok := ast.Unparen(s.Cond).(*ast.UnaryExpr)
	if !ok || not.Op != token.NOT {
		return nil
	}
	call, ok := ast.Unparen(not.X).(*ast.CallExpr)
	if !ok {
		return nil
	}
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok || f.lookup(f.info.Uses[id]) != theYield || !f.passesVars(r, call.Args) || !f.leavesOnly(r, s.Body.List[0]) {
		return nil
	}
	fn := it.function(f)
	if fn == nil || fn.Pkg() != f.pkg.Types {
		return nil
	}
	p := &Point{Call: it.call, passesOn: true, results: []types.Type{types.Typ[types.Bool]}}
	if p.Call == nil {
		p.Call = &ast.CallExpr{Fun: r.X, Rparen: r.X.End() - 1}
	}
	if inner := f.machine.shared.machineOf(f, fn); inner == nil || inner.outer != nil {
		return nil // what is done before it returns is not done here
	}
	if p.callee = f.machine.rangedBody(f, fn, it); p.callee == nil {
		return nil
	}
	return p
}

// rangedBody returns the body of m that a range goes through which passes on what
// it gets.
func (m *Machine) rangedBody(from *Func, fn *types.Func, it *iterated) *Func {
	targs := from.typeArgs(it.name, fn)
	if it.call == nil {
		bound := map[types.Object]*callable{fn.Signature().Params().At(0): theYield}
		f := m.bodyOf(from, fn, targs, bound, it.name, "what the loop does", nil)
		if f != nil {
			f.ranged = true
		}
		return f
	}
	decl := from.declOf(fn)
	for _, f := range m.bodies[1:] {
		if f.decl == decl && f.lit != nil && f.outer == nil && f.targs.identical(targs) {
			return f
		}
	}
	f := m.newBody(funcName(decl), from.fileOf(decl), decl)
	sig := fn.Signature()
	f.sig = types.NewSignatureType(sig.Recv(), nil, nil, sig.Params(), nil, sig.Variadic())
	f.targs, f.ranged = targs, true
	f.lit = f.simpleLiteral(sig)
	f.body, f.bound = f.lit.Body, make(map[types.Object]*callable)
	if param := f.yieldParam(f.lit.Type.Params); param != nil {
		f.bound[param] = theYield
	}
	return f
}

// passesVars reports whether args are the variables of a range, in order.
func (f *Func) passesVars(r *ast.RangeStmt, args []ast.Expr) bool {
	vars := []ast.Expr{r.Key, r.Value}
	values := seqValues(coreType(f.typeOf(r.X)))
	if len(args) != len(values) || len(values) != len(f.machine.values) {
		return false
	}
	for i, arg := range args {
		declared, ok := vars[i].(*ast.Ident)
		used, also := ast.Unparen(arg).(*ast.Ident)
		if !ok || !also || f.info.Defs[declared] == nil || f.info.Defs[declared] != f.info.Uses[used] ||
			!types.Identical(values[i], f.machine.values[i]) {
			return false
		}
	}
	return true
}

// leavesOnly reports whether a statement leaves a range, and does nothing else.
func (f *Func) leavesOnly(r *ast.RangeStmt, s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		for _, e := range s.Results {
			if tv := f.info.Types[e]; tv.Value == nil && !tv.IsNil() {
				return false
			}
		}
		return len(s.Results) > 0 || f.sig == nil || f.sig.Results().Len() == 0
	case *ast.BranchStmt:
		return s.Tok == token.BREAK && s.Label == nil
	}
	return false
}
