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

// A callable is what a variable of function type is known to be. To call it is
// to suspend.
type callable struct{ what string } // for people; and so that each has an address of its own

// theYield is the yield of every machine: to call it is to hand out values.
var theYield = &callable{"yield"}

// theYielder is what the body of a coroutine suspends with.
var theYielder = &callable{"yielder"}

// lookAtKnown looks at a mention of something whose call suspends.
func (f *Func) lookAtKnown(root, c inspector.Cursor, inner *ast.FuncLit) {
	id := c.Node().(*ast.Ident)
	at, outside := c.Parent(), c
	for isNode[*ast.ParenExpr](at) || f.converts(at) {
		at, outside = at.Parent(), at
	}
	call, ok := at.Node().(*ast.CallExpr)
	if !ok {
		f.refuse(id.Pos(), fmt.Sprintf("%s is used as a value: who calls it is not known", id.Name), fmt.Sprintf("only call it: %s(...)", id.Name))
		return
	}
	if f.pointOf(call) != nil {
		return // which it is given to, too
	}
	switch at.Parent().Node().(type) {
	case *ast.GoStmt:
		f.refuse(id.Pos(), fmt.Sprintf("%s is called by a goroutine, and a body can suspend only itself", id.Name), "let the goroutine send to a channel that the body receives from")
		return
	}
	if inner != nil {
		f.refuse(id.Pos(), fmt.Sprintf("%s is called in a function literal, which is not lowered yet", id.Name), "write it as a loop, or keep iter.Pull")
		return
	}
	p := &Point{Call: call}
	if s, ok := at.Parent().Node().(*ast.DeferStmt); ok {
		if ast.Unparen(call.Fun) != ast.Unparen(outside.Node().(ast.Expr)) {
			f.refuse(id.Pos(), fmt.Sprintf("%s is passed to a deferred function, which is not lowered yet", id.Name), "keep iter.Pull")
			return
		}
		p.deferral = f.deferral(s)
		p.deferral.point = p
		f.points = append(f.points, p)
		return
	}
	if ast.Unparen(call.Fun) == ast.Unparen(outside.Node().(ast.Expr)) {
		p.results, p.out = []types.Type{types.Typ[types.Bool]}, call.Args
	} else if p.callee = f.called(call, id); p.callee == nil {
		return
	} else {
		p.results = f.resultTypes(call)
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

// called returns the body that a call is of, which is given id. It refuses, and
// returns nil, if it cannot be known, or not be lowered.
func (f *Func) called(call *ast.CallExpr, id *ast.Ident) *Func {
	passed := fmt.Sprintf("%s is passed to ", id.Name)
	fn := f.callee(call)
	switch {
	case fn == nil:
		f.refuse(id.Pos(), passed+"a function that is not known before it is called", "call a declared function or method, or keep iter.Pull")
		return nil
	case fn.Signature().Recv() != nil && types.IsInterface(fn.Signature().Recv().Type()):
		f.refuse(id.Pos(), passed+fn.Name()+" of an interface, so that it is not known which method is called", "call the method of a type that is none, or keep iter.Pull")
		return nil
	case fn.Pkg() != f.pkg.Types:
		f.refuse(id.Pos(), passed+fn.FullName()+" of another package, where nothing can be generated for it", "move it here, or range over an iterator that it makes")
		return nil
	}
	fn = fn.Origin()
	bound := make(map[types.Object]*callable)
	for i, arg := range call.Args {
		known := f.knownArg(arg)
		if known == nil {
			continue
		}
		param := f.paramOf(call, i)
		if fn.Signature().Variadic() && param == fn.Signature().Params().At(fn.Signature().Params().Len()-1) {
			f.refuse(arg.Pos(), passed+fn.Name()+" in a list of arguments", "give it a parameter of its own")
			return nil
		}
		bound[param] = known
	}
	return f.machine.bodyOf(f, fn, f.typeArgs(call, fn), bound, id)
}

// knownArg returns what an argument is known to be, or nil.
func (f *Func) knownArg(arg ast.Expr) *callable {
	switch arg := ast.Unparen(arg).(type) {
	case *ast.Ident:
		return f.known[f.info.Uses[arg]]
	case *ast.CallExpr:
		if f.info.Types[arg.Fun].IsType() && len(arg.Args) == 1 {
			return f.knownArg(arg.Args[0])
		}
	}
	return nil
}

// paramOf returns the parameter that an argument of a call of a declared
// function is for.
func (f *Func) paramOf(call *ast.CallExpr, i int) *types.Var {
	sig := f.callee(call).Origin().Signature()
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && f.info.Selections[sel] != nil && f.info.Selections[sel].Kind() == types.MethodExpr {
		if i--; i < 0 {
			return sig.Recv()
		}
	}
	return sig.Params().At(min(i, sig.Params().Len()-1))
}

// binds reports whether f was made for a certain value of a parameter.
func (f *Func) binds(param *types.Var) bool { return f.known[param] != nil }

// bodyOf returns the body of m that is fn with some type arguments and with
// parameters that are known to suspend. It is made if it is not there yet; from
// is where it is called, and given id.
func (m *Machine) bodyOf(from *Func, fn *types.Func, targs typeArgs, bound map[types.Object]*callable, id *ast.Ident) *Func {
	decl := from.declOf(fn)
	for _, f := range m.bodies[1:] {
		if f.decl == decl && maps.Equal(f.known, bound) && f.targs.identical(targs) {
			return f
		}
	}
	file := from.fileOf(decl)
	f, err := m.newBody(funcName(decl), file, decl)
	if err != nil {
		from.refuse(id.Pos(), err.Error(), "")
		return nil
	}
	f.known, f.targs, f.body, f.sig = bound, targs, decl.Body, fn.Signature()
	if !f.lowerable() {
		return nil
	}
	if buildLine(f.path(), file) != buildLine(m.root.path(), m.root.file) {
		from.refuse(id.Pos(), fmt.Sprintf("%s is passed to %s, whose file is not built whenever this one is", id.Name, fn.Name()), "move it to a file with the same build constraints")
		return nil
	}
	return f
}

// path returns where f's file is.
func (f *Func) path() string { return f.fset.PositionFor(f.file.FileStart, false).Filename }

// fileOf returns the file that a declaration of the package is in.
func (f *Func) fileOf(decl *ast.FuncDecl) *ast.File {
	for _, file := range f.pkg.Syntax {
		if file.FileStart <= decl.Pos() && decl.Pos() < file.FileEnd {
			return file
		}
	}
	return nil
}
