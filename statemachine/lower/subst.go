package lower

// This file defines how type arguments take the place of type parameters: the
// frames of a generic function that a machine calls are those of one
// instantiation, in terms of the machine's own type parameters.

import (
	"go/ast"
	"go/types"
)

// typeArgs are what type parameters stand for.
type typeArgs map[*types.TypeParam]types.Type

func (a typeArgs) identical(b typeArgs) bool {
	for p, t := range a {
		if !types.Identical(t, b[p]) {
			return false
		}
	}
	return len(a) == len(b)
}

// typeArgs returns the type arguments of fn, a declared function, where id names
// it, in the root's terms.
func (f *Func) typeArgs(id *ast.Ident, fn *types.Func) typeArgs {
	args := make(typeArgs)
	list := f.info.Instances[id].TypeArgs
	for i, p := range enumerate(fn.Signature().TypeParams()) {
		args[p] = f.subst(list.At(i))
	}
	if params := fn.Signature().RecvTypeParams(); params.Len() > 0 {
		t := f.info.Uses[id].(*types.Func).Signature().Recv().Type()
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		list := types.Unalias(t).(*types.Named).TypeArgs()
		for i, p := range enumerate(params) {
			args[p] = f.subst(list.At(i))
		}
	}
	return args
}

// calleeName returns the identifier of the function that is called.
func calleeName(call *ast.CallExpr) *ast.Ident {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = ast.Unparen(x.X)
	case *ast.IndexListExpr:
		fun = ast.Unparen(x.X)
	}
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		return sel.Sel
	}
	id, _ := fun.(*ast.Ident)
	return id
}

func enumerate(list *types.TypeParamList) func(func(int, *types.TypeParam) bool) {
	return func(yield func(int, *types.TypeParam) bool) {
		for i := range list.Len() {
			if !yield(i, list.At(i)) {
				return
			}
		}
	}
}

// typeOf returns the type of an expression, in the root's terms.
func (f *Func) typeOf(e ast.Expr) types.Type { return f.subst(f.info.TypeOf(e)) }

// subst returns t in the root's terms.
func (f *Func) subst(t types.Type) types.Type {
	if len(f.targs) == 0 || t == nil {
		return t
	}
	return f.targs.subst(t)
}

func (a typeArgs) subst(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.TypeParam:
		if arg := a[t]; arg != nil {
			return arg
		}
	case *types.Named:
		return a.instance(t, t.Origin(), t.TypeArgs())
	case *types.Alias:
		return a.instance(t, t.Origin(), t.TypeArgs())
	case *types.Pointer:
		return types.NewPointer(a.subst(t.Elem()))
	case *types.Slice:
		return types.NewSlice(a.subst(t.Elem()))
	case *types.Array:
		return types.NewArray(a.subst(t.Elem()), t.Len())
	case *types.Chan:
		return types.NewChan(t.Dir(), a.subst(t.Elem()))
	case *types.Map:
		return types.NewMap(a.subst(t.Key()), a.subst(t.Elem()))
	case *types.Tuple:
		return a.tuple(t)
	case *types.Signature:
		return types.NewSignatureType(nil, nil, nil, a.tuple(t.Params()), a.tuple(t.Results()), t.Variadic())
	case *types.Struct:
		var fields []*types.Var
		var tags []string
		for i := range t.NumFields() {
			v := t.Field(i)
			fields = append(fields, types.NewField(v.Pos(), v.Pkg(), v.Name(), a.subst(v.Type()), v.Embedded()))
			tags = append(tags, t.Tag(i))
		}
		return types.NewStruct(fields, tags)
	case *types.Interface:
		var methods []*types.Func
		for m := range t.ExplicitMethods() {
			methods = append(methods, types.NewFunc(m.Pos(), m.Pkg(), m.Name(), a.subst(m.Signature()).(*types.Signature)))
		}
		var embedded []types.Type
		for e := range t.EmbeddedTypes() {
			embedded = append(embedded, a.subst(e))
		}
		return types.NewInterfaceType(methods, embedded).Complete()
	case *types.Union:
		var terms []*types.Term
		for term := range t.Terms() {
			terms = append(terms, types.NewTerm(term.Tilde(), a.subst(term.Type())))
		}
		return types.NewUnion(terms)
	}
	return t
}

// instance returns t, which is origin with some type arguments.
func (a typeArgs) instance(t, origin types.Type, list *types.TypeList) types.Type {
	if list.Len() == 0 {
		return t
	}
	var args []types.Type
	for arg := range list.Types() {
		args = append(args, a.subst(arg))
	}
	made, err := types.Instantiate(nil, origin, args, false)
	if err != nil {
		panic("lower: " + err.Error())
	}
	return made
}

func (a typeArgs) tuple(t *types.Tuple) *types.Tuple {
	var vars []*types.Var
	for v := range t.Variables() {
		vars = append(vars, types.NewVar(v.Pos(), v.Pkg(), v.Name(), a.subst(v.Type())))
	}
	return types.NewTuple(vars...)
}
