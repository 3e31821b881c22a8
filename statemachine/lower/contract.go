package lower

// This file defines bodies of coro's contract: values are sent in, errors
// thrown in, and a result is returned.

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

// coroPath is where the contract is defined.
const coroPath = "coroscope/coro"

// A contract is what a body of coro's contract has and a push iterator has not.
type contract struct {
	in, ret types.Type
	results []*types.Var // named ones, with nil for each "_"; or none

}

// isBody reports whether a function of this signature is a body, perhaps with
// further parameters.
func isBody(sig *types.Signature) bool {
	if sig.Params().Len() == 0 || sig.Results().Len() != 2 || sig.Variadic() && sig.Params().Len() == 1 {
		return false
	}
	return yielderOf(sig.Params().At(0).Type()) != nil && types.Identical(sig.Results().At(1).Type(), types.Universe.Lookup("error").Type())
}

// isBodyType reports whether t is the type of a body.
func isBodyType(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	return ok && sig.Params().Len() == 1 && isBody(sig)
}

// makesBody reports whether a function of this signature returns a body.
func makesBody(sig *types.Signature) bool {
	at := iteratorAt(sig)
	return at >= 0 && isBodyType(sig.Results().At(at).Type())
}

// yielderOf returns the Yielder that t points to, or nil.
func yielderOf(t types.Type) *types.Named {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return nil
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	if !ok || !isCoro(n.Obj()) || n.Obj().Name() != "Yielder" || n.TypeArgs().Len() != 2 {
		return nil
	}
	return n
}

func isCoro(obj types.Object) bool { return obj.Pkg() != nil && obj.Pkg().Path() == coroPath }

// selectBody finds what there is to know of a body whose signature is sig.
func (f *Func) selectBody(sig *types.Signature) {
	y := sig.Params().At(0)
	args := yielderOf(y.Type()).TypeArgs()
	f.machine.contract = &contract{in: args.At(0), ret: sig.Results().At(0).Type()}
	f.machine.values = []types.Type{args.At(1)}
	f.sig = sig
	if y.Name() != "" && y.Name() != "_" {
		f.yield = y
		f.bound = map[types.Object]*callable{y: theYielder}
	}
	if list := f.decl.Type.Params.List; f.lit == nil && len(list[0].Names) > 1 {
		f.refuse(f.decl.Pos(), "it has several yielders, and a body suspends with its own", "give it one")
	}
	for r := range sig.Results().Variables() {
		switch r.Name() {
		case "":
		case "_":
			f.machine.contract.results = append(f.machine.contract.results, nil)
		default:
			f.machine.contract.results = append(f.machine.contract.results, r)
		}
	}
}

// lookAtYielder looks at a mention of the yielder.
func (f *Func) lookAtYielder(root, c inspector.Cursor, inner *ast.FuncLit) {
	id := c.Node().(*ast.Ident)
	pos, name := id.Pos(), id.Name
	at := c.Parent()
	for isNode[*ast.ParenExpr](at) {
		at = at.Parent()
	}
	method := ""
	if sel, ok := at.Node().(*ast.SelectorExpr); ok {
		method = sel.Sel.Name
		for at = at.Parent(); isNode[*ast.ParenExpr](at); {
			at = at.Parent()
		}
	}
	call, ok := at.Node().(*ast.CallExpr)
	if !ok || method != "" && !selects(call.Fun, method) {
		f.refuse(pos, fmt.Sprintf("%s is used as a value: who suspends with it is not known", name),
			fmt.Sprintf("only call its methods, or pass it to what suspends: %s.Yield(...), coro.Wait(%s, ...)", name, name))
		return
	}
	if f.pointOf(call) != nil {
		return // which it is given to, too
	}
	if name := f.writtenBy(call); name != "" {
		f.machine.looksAt(name)
		return
	}
	if isNode[*ast.GoStmt](at.Parent()) {
		f.refuse(pos, fmt.Sprintf("%s is used by a goroutine, and a body can suspend only itself", name), "let the goroutine complete a future that the body awaits")
		return
	}
	s, _ := at.Parent().Node().(*ast.DeferStmt)
	d := f.deferral(s)
	if d != nil && d.point != nil {
		return // which it is given to, too
	}
	if inner != nil {
		f.refuse(pos, fmt.Sprintf("%s is used in a function literal, which is not lowered yet", name), "write it as a loop, or keep coro.Pull")
		return
	}
	if f.completionsOf(call) != nil {
		f.lookAtCompletions(root, at, call)
		return
	}
	p := &Point{Call: call, results: f.resultTypes(call)}
	switch direct := len(call.Args) > 0 && ast.Unparen(call.Args[0]) == c.Node() && suspenderOf(f.callee(call)) != nil; {
	case s != nil && (method != "" || direct || f.isLibrary(call)):
		f.refuse(pos, "what is deferred is a suspension itself", "defer a function literal that does it")
		return
	case method == "Yield" || method == "YieldAs":
		p.takes = []ownField{"in", "thrown"}
		p.out, p.labeled = call.Args, method == "YieldAs"
	case direct:
		p.suspender = suspenderOf(f.callee(call))
		if !p.library() {
			p.takes, p.out = []ownField{"thrown"}, call.Args[1:]
		}
	default:
		if p.callee = f.called(call, id, name); p.callee == nil {
			return
		}
	}
	if d != nil {
		d.suspendsAt(p)
		f.points = append(f.points, p)
		return
	}
	f.point(root, at, p)
}

// library reports whether p is a call of the library that tries something
// before it suspends.
func (p *Point) library() bool {
	return p.suspender != nil && (p.suspender.ready != "" || p.suspender.try != "")
}

func selects(fun ast.Expr, method string) bool {
	sel, ok := ast.Unparen(fun).(*ast.SelectorExpr)
	return ok && sel.Sel.Name == method
}

// labelOf returns the label that a suspension point is known to have: of a
// YieldAs, or the outermost As of an Await.
func (f *Func) labelOf(p *Point) (label string, known bool) {
	if f.machine.contract == nil {
		return "", true
	}
	if p.labeled {
		return f.constant(p.out[0])
	}
	if call := f.awaitCall(p, "As"); call != nil {
		return f.constant(call.Args[0])
	}
	return "", true
}

// awaitCall returns the call of coro's name that makes what p hands out, or nil.
func (f *Func) awaitCall(p *Point, name string) *ast.CallExpr {
	if p.out == nil {
		return nil
	}
	call, ok := ast.Unparen(p.out[len(p.out)-1]).(*ast.CallExpr)
	if !ok {
		return nil
	}
	if fn := f.callee(call); fn != nil && isCoro(fn) && fn.Name() == name {
		return call
	}
	return nil
}

// constant returns the string that e is known to be.
func (f *Func) constant(e ast.Expr) (string, bool) {
	v := f.info.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

// kindOf returns the name of the coro.Kind of what p waits for, as far as the
// source says it; the Await itself knows.
func (f *Func) kindOf(p *Point) string {
	switch {
	case p.suspender != nil && p.suspender.kind != "":
		return p.suspender.kind
	case f.machine.contract == nil || !f.isTask():
		return "OnResumer"
	}
	e := ast.Unparen(p.out[len(p.out)-1])
	for {
		call, ok := e.(*ast.CallExpr)
		if !ok {
			return "OnFuture"
		}
		fn := f.callee(call)
		if fn == nil || !isCoro(fn) {
			return "OnFuture"
		}
		switch fn.Name() {
		case "As":
			e = ast.Unparen(ast.Unparen(call.Fun).(*ast.SelectorExpr).X)
			continue
		case "NextTurn":
			return "OnTurn"
		case "Sleep", "SleepUntil":
			return "OnSleep"
		case "On":
			if isTaskType(f.info.TypeOf(call.Args[0])) {
				return "OnTask"
			}
		case "Ending":
			return "OnGroup"
		}
		return kindOfAwait(fn)
	}
}

// isTask reports whether the body is one of a task, which yields Awaits.
func (f *Func) isTask() bool {
	n, ok := types.Unalias(f.machine.values[0]).(*types.Named)
	return ok && isCoro(n.Obj()) && n.Obj().Name() == "Await"
}

func isTaskType(t types.Type) bool { return namedOf(t) == "Task" }

// typeName returns the name of a type that is declared, or of what it points to.
func typeName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}

// namedOf returns the name of the type in package coro that t is, or points to.
func namedOf(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok && isCoro(n.Obj()) {
		return n.Obj().Name()
	}
	return ""
}
