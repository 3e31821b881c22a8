package lower

// This file defines machines whose root has no body of its own: all it does is to
// call the function, which is a frame. So it is for functions that are given a
// yield beside other parameters, or return something, and for push iterators that
// call themselves, which would otherwise be written twice.

import (
	"go/ast"
	"go/types"
)

// yieldOf returns the parameter that is a function's yield: the only one that
// can be, or of several the one that is called so. It returns nil if there is none,
// and for a function that returns an iterator: there, it is a predicate.
func yieldOf(sig *types.Signature) *types.Var {
	if iteratorAt(sig) >= 0 {
		return nil
	}
	var found []*types.Var
	for p := range sig.Params().Variables() {
		if yieldValues(p.Type()) == nil {
			continue
		}
		if p.Name() == "yield" {
			return p
		}
		found = append(found, p)
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// callsItself reports whether the declared function mentions itself.
func (f *Func) callsItself() bool {
	self := f.info.Defs[f.decl.Name]
	found := false
	ast.Inspect(f.decl.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			fn, _ := f.info.Uses[id].(*types.Func)
			found = found || fn != nil && fn.Origin() == self
		}
		return !found
	})
	return found
}

// forwardTo makes a root of f that calls the declared function.
func (f *Func) forwardTo(sig *types.Signature) {
	yield := yieldOf(sig)
	f.machine.values = yieldValues(yield.Type())
	f.forwards = yield
	f.body = &ast.BlockStmt{Lbrace: f.decl.Body.Lbrace, Rbrace: f.decl.Body.Lbrace}
}

// forwardPoint makes the only suspension point of a root that forwards: the call.
func (f *Func) forwardPoint() {
	fn := f.info.Defs[f.decl.Name].(*types.Func)
	targs := make(typeArgs)
	for _, params := range []*types.TypeParamList{fn.Signature().TypeParams(), fn.Signature().RecvTypeParams()} {
		for p := range params.TypeParams() {
			targs[p] = p
		}
	}
	callee := f.machine.bodyOf(f, fn, targs, map[types.Object]*callable{f.forwards: theYield}, f.decl.Name, f.forwards.Name(), nil)
	if callee == nil {
		return
	}
	p := &Point{Call: &ast.CallExpr{Fun: f.decl.Name, Rparen: f.decl.Name.End() - 1}, callee: callee}
	f.points = append(f.points, p)
	f.pointAt[p.Call], f.suspends[p.Call], f.suspends[f.body] = p, true, true
}

// forwarded returns the variables that a root which forwards hands on: the
// receiver and the parameters but for the yield, in their order.
func (f *Func) forwarded() []*types.Var {
	sig := f.signature()
	var list []*types.Var
	if recv := sig.Recv(); recv != nil {
		list = append(list, recv)
	}
	for p := range sig.Params().Variables() {
		if p != f.forwards {
			list = append(list, p)
		}
	}
	return list
}

// forward does the call. What has no name is not needed, and given as a zero
// value.
func (h *hoister) forward() {
	p := h.f.points[0]
	for _, v := range h.f.forwarded() {
		if known := h.f.vars[v]; known != nil {
			p.values = append(p.values, known)
		} else {
			p.values = append(p.values, zero{v.Type()})
		}
	}
	if n := len(p.values); h.f.signature().Variadic() && n > 0 {
		p.values[n-1] = text("%s...", p.values[n-1])
	}
	h.emit(&Suspend{Point: p})
}
