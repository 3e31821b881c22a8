package lower

// This file defines which calls suspend: those of what is known to, and those
// of functions that are given it, which become bodies of the machine.

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"

	"golang.org/x/tools/go/ast/inspector"
)

// lookAtKnown looks at a mention of something whose call suspends: a variable,
// or a literal.
func (f *Func) lookAtKnown(root, c inspector.Cursor, known *callable, name string) {
	pos := c.Node().Pos()
	at, outside := c.Parent(), c
	for isNode[*ast.ParenExpr](at) || f.converts(at) {
		at, outside = at.Parent(), at
	}
	if s, ok := at.Node().(ast.Stmt); ok && f.drops(s) {
		return
	}
	if spec, ok := at.Node().(*ast.ValueSpec); ok && f.dropsSpec(spec) {
		return
	}
	call, ok := at.Node().(*ast.CallExpr)
	if !ok {
		f.refuse(pos, name+" is used as a value: who calls it is not known", "only call it, or pass it on to a function of this package")
		return
	}
	if f.pointOf(call) != nil {
		return // which it is given to, too
	}
	if isNode[*ast.GoStmt](at.Parent()) {
		f.refuse(pos, name+" is called by a goroutine, and a body can suspend only itself", "let the goroutine send to a channel that the body receives from")
		return
	}
	s, _ := at.Parent().Node().(*ast.DeferStmt)
	d := f.deferral(s)
	if d != nil && d.point != nil {
		return // which it is given to, too
	}
	p := &Point{Call: call}
	direct := ast.Unparen(call.Fun) == ast.Unparen(outside.Node().(ast.Expr))
	switch {
	case direct && known == theYield:
		p.results, p.out = []types.Type{types.Typ[types.Bool]}, call.Args
	case direct:
		p.callee = f.machine.closureBody(f, known, call, name)
	default:
		p.callee = f.called(call, c.Node(), name)
	}
	if p.callee == nil && p.results == nil {
		return
	}
	if p.callee != nil {
		p.results = f.resultTypes(call)
	}
	if d != nil {
		d.suspendsAt(p)
		f.points = append(f.points, p)
		if p.callee != nil && p.callee.outer != nil {
			f.around(root, at) // where variables are that the literal captures
		}
		return
	}
	f.point(root, at, p)
}

// converts reports whether c converts something to a type.
func (f *Func) converts(c inspector.Cursor) bool {
	call, ok := c.Node().(*ast.CallExpr)
	return ok && f.info.Types[call.Fun].IsType()
}

// resultTypes returns the types of what a call returns.
func (f *Func) resultTypes(call *ast.CallExpr) []types.Type {
	switch t := f.typeOf(call).(type) {
	case nil:
		return nil
	case *types.Tuple:
		var list []types.Type
		for v := range t.Variables() {
			list = append(list, f.subst(v.Type()))
		}
		return list
	default:
		return []types.Type{t}
	}
}

// called returns the body that a call is of, which is given something that is
// known at n and has a name. It refuses, and returns nil, if the body cannot be known or
// cannot be lowered.
func (f *Func) called(call *ast.CallExpr, n ast.Node, name string) *Func {
	passed := name + " is passed to "
	if c := f.localCallee(call); c != nil {
		return f.machine.closureBody(f, c, call, name)
	}
	fn := f.callee(call)
	switch {
	case fn == nil:
		f.refuse(n.Pos(), passed+"a function that is not known before it is called", f.insteadOf(call, "call a declared function or method, or keep iter.Pull"))
		return nil
	case fn.Signature().Recv() != nil && types.IsInterface(fn.Signature().Recv().Type()):
		f.refuse(n.Pos(), passed+fn.Name()+" of an interface, so that it is not known which method is called", f.insteadOf(call, "call the method of a type that is none, or keep iter.Pull"))
		return nil
	}
	var at *site
	if lib, _ := f.machine.shared.libraryFunc(fn); lib != nil {
		fn, at = lib, &site{f, call}
	}
	switch {
	case at != nil:
	case fn.Pkg() != f.pkg.Types:
		here, why := f.machine.shared.foreignFunc(fn.Origin())
		if here == nil {
			f.refuse(n.Pos(), passed+fn.FullName()+" of another package: "+why, "move it here, or range over an iterator that it makes")
			return nil
		}
		fn, at = here, f.machine.siteOf(here, &site{f, call})
	}
	fn = fn.Origin()
	bound, ok := f.bind(call, fn.Signature(), passed+fn.Name())
	if !ok {
		return nil
	}
	return f.machine.bodyOf(f, fn, f.typeArgs(calleeName(call), fn), bound, n, name, at)
}

// insteadOf returns what to do instead of a call that is given the yield and whose
// body is not known: to range over what is an iterator, or what is otherwise.
func (f *Func) insteadOf(call *ast.CallExpr, otherwise string) string {
	if seqValues(f.typeOf(call.Fun)) != nil {
		return "range over it, which goes through iter.Pull"
	}
	return otherwise
}

// localCallee returns the literal that a call is of: one that stands there, or
// that a variable is known to be.
func (f *Func) localCallee(call *ast.CallExpr) *callable {
	if lit := f.literal(call.Fun); lit != nil {
		return f.closures[lit]
	}
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		return f.lookup(f.info.Uses[id])
	}
	return nil
}

// bind returns the parameters of a function of type sig for which a call has
// something that is known. It refuses one in a variadic list.
func (f *Func) bind(call *ast.CallExpr, sig *types.Signature, passed string) (map[types.Object]*callable, bool) {
	bound := make(map[types.Object]*callable)
	for i, arg := range call.Args {
		known, _ := f.knownArg(arg)
		if known == nil {
			continue
		}
		param := f.paramOf(call, sig, i)
		if sig.Variadic() && param == sig.Params().At(sig.Params().Len()-1) {
			f.refuse(arg.Pos(), passed+" in a list of arguments", "give it a parameter of its own")
			return nil, false
		}
		bound[param] = known
	}
	return bound, true
}

// knownArg returns what an argument is known to be, and the variable that it is,
// if any; or nil.
func (f *Func) knownArg(arg ast.Expr) (*callable, types.Object) {
	switch arg := ast.Unparen(arg).(type) {
	case *ast.Ident:
		obj := f.info.Uses[arg]
		return f.lookup(obj), obj
	case *ast.FuncLit:
		return f.closures[arg], nil
	case *ast.CallExpr:
		if f.info.Types[arg.Fun].IsType() && len(arg.Args) == 1 {
			return f.knownArg(arg.Args[0])
		}
	}
	return nil, nil
}

// paramOf returns the parameter of a function of type sig that an argument of a
// call is for.
func (f *Func) paramOf(call *ast.CallExpr, sig *types.Signature, i int) *types.Var {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && f.info.Selections[sel] != nil && f.info.Selections[sel].Kind() == types.MethodExpr {
		if i--; i < 0 {
			return sig.Recv()
		}
	}
	if sig.Recv() == nil && f.receiver(call) != nil {
		i++ // of the library, where the receiver is a parameter
	}
	return sig.Params().At(min(i, sig.Params().Len()-1))
}

// bodyOf returns the body of m that is fn with some type arguments and with
// parameters that are known to suspend. It is made if it is not there yet; from
// is where it is called, and given what stands at n. One of the library is made
// for each site at which it is called.
func (m *Machine) bodyOf(from *Func, fn *types.Func, targs typeArgs, bound map[types.Object]*callable, n ast.Node, name string, at *site) *Func {
	decl, file := m.shared.libraryDecl(fn)
	if decl == nil {
		decl, file = m.shared.foreignDecl(fn)
	}
	if decl == nil {
		decl = from.declOf(fn)
		file = from.fileOf(decl)
	}
	for _, f := range m.bodies[1:] {
		if f.decl == decl && f.lit == nil && maps.Equal(f.bound, bound) && f.targs.identical(targs) && (at == nil || *at == *f.site) {
			return f
		}
	}
	if m.tooMany(from, n, name) {
		return nil
	}
	f := m.newBody(funcName(decl), file, decl)
	f.bound, f.targs, f.body, f.sig, f.site = bound, targs, decl.Body, fn.Signature(), at
	if f.fromLibrary() {
		return f
	}
	if !f.lowerable() {
		return nil
	}
	if buildLine(f.filename(), file) != buildLine(m.root.filename(), m.root.file) {
		from.refuse(n.Pos(), fmt.Sprintf("%s is passed to %s, whose file is not built whenever this one is", name, fn.Name()), "move it to a file with the same build constraints")
		return nil
	}
	return f
}

// siteOf returns where a function of another package is called first, which is the
// same for all calls of it.
func (m *Machine) siteOf(fn *types.Func, first *site) *site {
	decl, _ := m.shared.foreignDecl(fn)
	for _, f := range m.bodies {
		if f.decl == decl && f.site != nil {
			return f.site
		}
	}
	return first
}

// closureBody returns the body of m that is a literal, with parameters that are
// known to suspend.
func (m *Machine) closureBody(from *Func, c *callable, call *ast.CallExpr, name string) *Func {
	in := c.in
	sig := in.info.TypeOf(c.lit).(*types.Signature)
	bound, ok := from.bind(call, sig, name+" is passed to a function literal")
	if !ok {
		return nil
	}
	for _, f := range m.bodies[1:] {
		if f.lit == c.lit && f.outer == in && maps.Equal(f.bound, bound) {
			return f
		}
	}
	if m.tooMany(from, call, name) {
		return nil
	}
	f := m.newBody(in.Name+"."+in.closureName(c), in.file, in.decl)
	f.lit, f.outer, f.bound, f.targs, f.body, f.sig = c.lit, in, bound, in.targs, c.lit.Body, sig
	return f
}

// closureName returns the name of the variable that a literal is assigned to.
func (f *Func) closureName(c *callable) string {
	for obj, known := range f.known {
		if known == c {
			return obj.Name()
		}
	}
	return "literal"
}

// tooMany refuses a function that calls itself with literals of its own: for
// each it would be a body of its own, without an end.
func (m *Machine) tooMany(from *Func, n ast.Node, name string) bool {
	if len(m.bodies) <= 100 {
		return false
	}
	from.refuse(n.Pos(), "there is no end of the functions that "+name+" is passed to: one calls itself with literals of its own", "pass the yield itself on, or range over an iterator")
	return true
}

// fromLibrary reports whether f's source is the library's.
func (f *Func) fromLibrary() bool {
	for ; f != nil; f = f.outer {
		if f.site != nil {
			return true
		}
	}
	return false
}

// filename returns where f's file is.
func (f *Func) filename() string { return f.fset.PositionFor(f.file.FileStart, false).Filename }

// fileOf returns the file that a declaration of the package is in.
func (f *Func) fileOf(decl *ast.FuncDecl) *ast.File {
	for _, file := range f.pkg.Syntax {
		if file.FileStart <= decl.Pos() && decl.Pos() < file.FileEnd {
			return file
		}
	}
	return nil
}
