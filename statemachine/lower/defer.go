package lower

// This file defines what becomes of defer and recover. A deferred call is kept
// as data, the values of its function and its arguments, and in the end made by
// a defer statement of the method unwind. So in which order deferred calls
// run, what recover recovers, which panic replaces which, and what Goexit does,
// is the language's affair.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A Deferral is a defer statement of the body.
type Deferral struct {
	Stmt   *ast.DeferStmt
	InLoop bool // may run several times

	name  string // what is deferred
	flag  string // the field that says that it is, if no saved value does
	fun   *saved // nil if the function is the same at any time
	recv  *saved // the receiver, if the call suspends and is one of a method
	args  []any  // a *saved, an ast.Expr that has the same value at any time, or nil for what is known
	multi []*saved
	again []*saved // variables that the call needs as they are when it is deferred
	point *Point   // that the call suspends at, or nil
}

// A saved value is one of a deferred call's, evaluated when it is deferred.
type saved struct {
	Name string
	Type types.Type
	X    any  // what a Text may have as arguments; nil for a result of a call that has several
	Var  *Var // or a variable, or the pointer to it if it is in a box
}

// lookAtDefer notes a defer statement of the body.
func (f *Func) lookAtDefer(s *ast.DeferStmt) {
	f.deferrals = append(f.deferrals, &Deferral{Stmt: s, InLoop: f.mayRepeat(s.Pos())})
}

// mayRepeat reports whether what stands somewhere in the body may run more than
// once: it is in a loop, or between a label and a goto to it.
func (f *Func) mayRepeat(pos token.Pos) bool {
	label := make(map[types.Object]token.Pos)
	repeats := false
	ast.Inspect(f.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt, *ast.RangeStmt:
			repeats = repeats || within(n, pos)
		case *ast.LabeledStmt:
			label[f.info.Defs[n.Label]] = n.Pos()
		case *ast.BranchStmt:
			if n.Tok == token.GOTO && n.Pos() > pos {
				at, before := label[f.info.Uses[n.Label]]
				repeats = repeats || before && at <= pos
			}
		}
		return true
	})
	return repeats
}

// listed reports whether the deferred calls are kept in a list. They are if one
// may be deferred several times. Otherwise each has fields of its own, and they
// are deferred in the order in which they stand.
func (f *Func) listed() bool {
	for _, d := range f.deferrals {
		if d.InLoop {
			return true
		}
	}
	return false
}

// saves decides for each deferred call what of it is evaluated when it is
// deferred.
func (f *Func) saves() {
	taken := map[string]bool{siteField: true}
	for _, d := range f.deferrals {
		call := d.Stmt.Call
		d.name = calledName(call.Fun)
		field := func(name string) string {
			if f.listed() {
				if token.IsKeyword(name) {
					name += "Call"
				}
				return unique(name, taken)
			}
			return f.fresh("deferred" + upper(name))
		}
		constant := d.point != nil || f.constantFunc(call.Fun)
		if !f.listed() && (constant || !f.neverNil(call.Fun)) {
			d.flag = field(d.name)
			d.name += "Func"
		}
		if !constant {
			d.fun = &saved{Name: field(d.name), Type: f.typeOf(call.Fun), X: call.Fun}
		}
		callee := d.callee()
		if sel := f.receiver(call); sel != nil && callee != nil {
			d.recv = &saved{Name: field("receiver"), Type: callee.subst(callee.sig.Recv().Type()), X: f.receiverText(sel)}
		}
		if tuple, ok := f.typeOf(oneOf(call.Args)).(*types.Tuple); ok {
			for v := range tuple.Variables() {
				s := &saved{Name: field("result"), Type: f.subst(v.Type())}
				d.multi = append(d.multi, s)
				d.args = append(d.args, s)
			}
			continue
		}
		for i, arg := range call.Args {
			if callee != nil && f.binds(d.point, i) {
				d.args = append(d.args, nil)
				continue
			}
			if tv := f.info.Types[arg]; tv.IsNil() || tv.Value != nil && !f.mentionsLocal(arg) {
				d.args = append(d.args, arg)
				continue
			}
			d.args = append(d.args, &saved{Name: field(argName(arg)), Type: f.savedType(call, i), X: arg})
		}
	}
}

// suspendsAt notes that the deferred call suspends.
func (d *Deferral) suspendsAt(p *Point) { d.point, p.deferral = p, d }

// callee returns the body that a deferred call is of, or nil.
func (d *Deferral) callee() *Func {
	if d.point == nil {
		return nil
	}
	return d.point.callee
}

// calledName names what is called.
func calledName(fun ast.Expr) string {
	switch x := ast.Unparen(fun).(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	switch x := ast.Unparen(fun).(type) {
	case *ast.Ident:
		return lowerFirst(x.Name)
	case *ast.SelectorExpr:
		return lowerFirst(x.Sel.Name)
	}
	return "call"
}

// argName names an argument.
func argName(arg ast.Expr) string {
	switch arg := ast.Unparen(arg).(type) {
	case *ast.Ident:
		return lowerFirst(arg.Name)
	case *ast.SelectorExpr:
		return lowerFirst(arg.Sel.Name)
	}
	return "arg"
}

// savedType returns the type in which the i-th argument of a call is saved:
// its own, or if it is converted to an interface, that interface, since the
// conversion is done when the call is deferred.
func (f *Func) savedType(call *ast.CallExpr, i int) types.Type {
	t := f.typeOf(call.Args[i])
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		t = types.Default(t)
	}
	sig, ok := f.typeOf(call.Fun).Underlying().(*types.Signature)
	if !ok || f.info.Types[call.Fun].IsBuiltin() {
		return t
	}
	params := sig.Params()
	param := params.At(min(i, params.Len()-1)).Type()
	if sig.Variadic() && i >= params.Len()-1 && !call.Ellipsis.IsValid() {
		param = param.(*types.Slice).Elem()
	}
	if _, ok := types.Unalias(param).(*types.TypeParam); !ok && types.IsInterface(param) {
		return param
	}
	return t
}

// constantFunc reports whether fun is a declared function or a builtin, which
// is the same at any time and anywhere.
func (f *Func) constantFunc(fun ast.Expr) bool {
	if f.mentionsLocal(fun) {
		return false
	}
	if f.info.Types[fun].IsBuiltin() {
		return true
	}
	switch x := ast.Unparen(fun).(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	switch x := ast.Unparen(fun).(type) {
	case *ast.Ident:
		_, ok := f.info.Uses[x].(*types.Func)
		return ok
	case *ast.SelectorExpr:
		if sel := f.info.Selections[x]; sel != nil {
			return sel.Kind() == types.MethodExpr
		}
		_, ok := f.info.Uses[x.Sel].(*types.Func)
		return ok
	}
	return false
}

// neverNil reports whether fun is a literal or a bound method.
func (f *Func) neverNil(fun ast.Expr) bool {
	switch x := ast.Unparen(fun).(type) {
	case *ast.FuncLit:
		return true
	case *ast.SelectorExpr:
		sel := f.info.Selections[x]
		return sel != nil && sel.Kind() == types.MethodVal
	}
	return false
}

// mentionsLocal reports whether n mentions anything that the function declares,
// other than its type parameters.
func (f *Func) mentionsLocal(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			obj := f.info.Uses[id]
			if obj != nil && within(f.whole(), obj.Pos()) {
				name, isType := obj.(*types.TypeName)
				if !isType {
					found = true
				} else if _, isParam := types.Unalias(name.Type()).(*types.TypeParam); !isParam {
					found = true
				}
			}
		}
		return !found
	})
	return found
}

// all returns what is saved of a deferred call.
func (d *Deferral) all() []*saved {
	var list []*saved
	if d.fun != nil {
		list = append(list, d.fun)
	}
	if d.recv != nil {
		list = append(list, d.recv)
	}
	for _, arg := range d.args {
		if s, ok := arg.(*saved); ok {
			list = append(list, s)
		}
	}
	return append(list, d.again...)
}

// savesAgain decides which variables are saved for a deferred call that
// suspends, since there may be others of them when it is made.
func (f *Func) savesAgain(d *Deferral) {
	if d.callee() == nil {
		return
	}
	var vars []*Var
	f.eachShared(d.callee(), func(v *Var) {
		if f.mayRepeat(v.Obj.Pos()) && !slices.Contains(vars, v) {
			vars = append(vars, v)
		}
	})
	for _, v := range vars {
		s := &saved{Name: f.fresh("deferred" + upper(v.Name)), Type: v.Type, Var: v}
		if v.byRef() {
			s.Type = types.NewPointer(v.Type)
		}
		d.again = append(d.again, s)
	}
}

// deferral returns the Deferral of a statement, or nil.
func (f *Func) deferral(s *ast.DeferStmt) *Deferral {
	for _, d := range f.function().deferrals {
		if d.Stmt == s {
			return d
		}
	}
	return nil
}

// nameUnwind names the method that makes the deferred calls, and what panics in
// methods, unless they have names.
func (f *Func) nameUnwind() {
	if f.names.unwind == "" {
		f.names.unwind = f.firstFree("unwind", "unwindMachine")
		f.names.panicking = f.firstFree("p", "panicking")
	}
}

// nameDeferred gives names to what the deferred calls need.
func (f *Func) nameDeferred() {
	if len(f.deferrals) == 0 {
		return
	}
	f.nameUnwind()
	for i, v := range f.results {
		if f.isRoot() {
			break // a body of coro's, which keeps them where they are
		}
		if len(f.named) > 0 && f.named[i] != nil {
			f.kept = append(f.kept, f.named[i])
		} else {
			f.kept = append(f.kept, f.temp("result", v.Type, "a result, while deferred calls are made"))
		}
	}
	if f.listed() {
		f.names.deferred = f.fresh("deferred")
		f.names.record = f.fresh(f.names.prefix + "Deferred")
		f.names.call = f.firstFree("d", "call", "deferredCall")
	}
	f.saves()
}

// afterDefer returns the blocks that are reached after some defer statement
// has run.
func (f *Func) afterDefer() map[*block]bool {
	after := make(map[*block]bool)
	var work []*block
	for _, b := range f.blocks {
		for _, item := range b.items {
			if l, ok := item.(*leaving); ok && f.defers(l.Stmt) {
				work = append(work, b)
			}
		}
	}
	if f.epilogue != nil && work != nil { // which a panic goes to
		after[f.epilogue.block] = true
		work = append(work, f.epilogue.block)
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for to := range b.succs() {
			if to != f.ended && !after[to] {
				after[to] = true
				work = append(work, to)
			}
		}
	}
	return after
}

// defers reports whether a copied statement defers a call of the body's.
func (f *Func) defers(s ast.Stmt) bool {
	for _, d := range f.deferrals {
		if within(s, d.Stmt.Pos()) {
			return true
		}
	}
	return false
}
