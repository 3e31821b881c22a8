package lower

// This file defines how those functions of package coro are lowered that
// suspend the body whose yielder they are given. Each of them has, beside its
// form for bodies, one that machines use: it tries, hands out an Await, and may
// have to ask once more. The table says which that is; coro's documentation
// says what they do. TestLibrary holds that none is missing.

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// A suspender is a function of package coro that may suspend. In its texts, $r
// is what the method is called on, and $1 the first argument behind the
// yielder.
type suspender struct {
	name  string // "Wait", or "Lock.Acquire"
	await string // what is handed out
	kind  string // the coro.Kind of that; "" if the Await itself has to be looked at

	// If ready holds, nothing is awaited; if there is neither that nor try,
	// something always is.
	ready string

	// If try, which has the same results, returns the error blocked, something
	// is awaited. With passes it has a bool instead, that nothing is.
	try     string
	blocked string
	passes  bool

	// With until, it returns a bool in the place of the error, and is tried
	// until that is true.
	until bool

	// With polls, it returns whether it was ready, and then an error, behind the
	// values, and is tried until it was.
	polls bool

	// After is what is returned then, unless an error is thrown in, or nothing
	// was awaited; without it that is only the error.
	after string
}

var suspenders = []*suspender{
	{name: "Wait", await: "$1"},
	{name: "Lock.Acquire", ready: "$r.TryAcquire()", await: "$r.Acquiring()", kind: "OnLock"},
	{name: "Semaphore.Acquire", ready: "$r.TryAcquire()", await: "$r.Acquiring()", kind: "OnSemaphore"},
	{name: "Event.Wait", ready: "$r.IsSet()", await: "$r.Waiting()", kind: "OnEvent"},
	{name: "Condition.Wait", try: "$r.CanWait()", blocked: "nil", await: "$r.Waiting()", kind: "OnEvent"},
	{name: "Barrier.Wait", try: "$r.TryWait()", passes: true, await: "$r.Waiting()", after: "$r.Index(), nil", kind: "OnEvent"},
	{name: "Queue.Get", try: "$r.TryGet()", blocked: "coro.ErrQueueEmpty", await: "$r.Getting()", after: "$r.TryGet()", kind: "OnQueue"},
	{name: "Queue.Put", try: "$r.TryPut($1)", blocked: "coro.ErrQueueFull", await: "$r.Putting()", after: "$r.TryPut($1)", kind: "OnQueue"},
	{name: "Queue.Join", ready: "$r.Unfinished() == 0", await: "$r.Joining()", kind: "OnQueue"},
	{name: "Future.Await", ready: "$r.Done()", await: "coro.On($r)", after: "$r.Result()", kind: "OnFuture"},
	{name: "Task.Await", ready: "$r.Done()", await: "coro.On($r)", after: "$r.Result()", kind: "OnTask"},
	{name: "Readiness.Wait", ready: "$r.Ready()", await: "$r.Waiting()", kind: "OnChannel"},
	{name: "Receiver.Receive", try: "$r.TryReceive()", until: true, await: "$r.Receiving()", kind: "OnChannel"},
	{name: "Sender.Send", try: "$r.TrySend($1)", passes: true, await: "$r.Sending($1)", kind: "OnChannel"},
	{name: "WaitSet.Wait", ready: "$r.Empty()", await: "$r.Waiting()", kind: "OnGroup"},
	{name: "stream.Reader.Read", try: "$r.TryRead()", polls: true, await: "$r.Reading()", kind: "OnIO"},
	{name: "stream.Reader.ReadLine", try: "$r.TryReadLine()", polls: true, await: "$r.ReadingLine()", kind: "OnIO"},
	{name: "signals.Listener.Wait", try: "$r.TryTake()", until: true, await: "$r.Waiting()", kind: "OnSignal"},
	{name: "Completions.Next", try: "$r.TryNext()", blocked: "coro.ErrQueueEmpty", await: "$r.Waiting()", after: "$r.TryNext()", kind: "OnGroup"},
}

// suspenderOf returns what coro's function fn is in the table, or nil.
func suspenderOf(fn *types.Func) *suspender {
	name := nameInCoro(fn)
	for _, s := range suspenders {
		if s.name == name {
			return s
		}
	}
	return nil
}

// nameInCoro returns the name of a function of package coro, after that of its
// receiver's type; of one of a package beneath it, after that of the package, too;
// "" for others.
func nameInCoro(fn *types.Func) string {
	if fn == nil || fn.Pkg() == nil {
		return ""
	}
	in, ours := strings.CutPrefix(fn.Pkg().Path(), coroPath)
	if !ours || in != "" && in[0] != '/' {
		return ""
	}
	name := fn.Name()
	if recv := fn.Signature().Recv(); recv != nil {
		name = typeName(recv.Type()) + "." + name
	}
	if in != "" {
		name = in[1:] + "." + name
	}
	return name
}

// kindOfAwait returns the name of the coro.Kind of the Await that coro's method
// fn returns.
func kindOfAwait(fn *types.Func) string {
	if recv := fn.Signature().Recv(); recv != nil {
		for _, s := range suspenders {
			on := s.name[:max(0, strings.LastIndexByte(s.name, '.'))]
			if on != "" && strings.HasPrefix(nameInCoro(fn), on+".") && strings.HasPrefix(s.await, "$r."+fn.Name()+"(") {
				return s.kind
			}
		}
	}
	return "OnFuture"
}

// operandsOf returns what a call of coro is called on, or nil, and its arguments
// behind the yielder.
func operandsOf(call *ast.CallExpr, s *suspender) (on ast.Expr, args []ast.Expr) {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && strings.Contains(s.name, ".") {
		on = sel.X
	}
	return on, call.Args[1:]
}

// library suspends at p, if it has to, and puts what the call returns into to,
// in which nil is what nobody wants. If isFresh, it declares them.
func (h *hoister) library(p *Point, to []*Var, isFresh bool) {
	l := &librarian{hoister: h, p: p, to: to, isFresh: isFresh}
	s := p.suspender
	on, args := operandsOf(p.Call, s)
	h.exprs(false, append([]ast.Expr{on}, args...)...)
	uses := s.ready + s.try + s.await
	if on != nil {
		l.on = l.held(on, strings.Count(uses, "$r"), strings.Contains(s.after, "$r"), "on")
	}
	if len(args) > 0 {
		l.arg = l.held(args[0], strings.Count(uses, "$1"), strings.Contains(s.after, "$1"), "given")
	}
	p.values = []any{l.text(s.await)}
	switch {
	case s.passes:
		l.pass()
	case s.until, s.polls:
		l.until()
	case s.try != "":
		l.try()
	default:
		l.wait()
	}
}

// A librarian lowers one call of the library.
type librarian struct {
	*hoister
	p       *Point
	to      []*Var
	isFresh bool
	on, arg any
}

// text returns one of the table's texts with what is called on, and with.
func (l *librarian) text(s string) Text {
	var t Text
	for s != "" {
		switch {
		case strings.HasPrefix(s, "$r"):
			t.Format, s = t.Format+"%s", s[2:]
			t.Args = append(t.Args, l.on)
		case strings.HasPrefix(s, "$1"):
			t.Format, s = t.Format+"%s", s[2:]
			t.Args = append(t.Args, l.arg)
		case strings.HasPrefix(s, "coro."):
			t.Format, s = t.Format+"%s.", s[5:]
			t.Args = append(t.Args, l.f.imported(coroPath))
		default:
			t.Format, s = t.Format+s[:1], s[1:]
		}
	}
	return t
}

// held returns e, which is evaluated once: in its place if that does not
// matter, otherwise into a temporary.
func (l *librarian) held(e ast.Expr, uses int, after bool, name string) any {
	if v := l.f.repl[ast.Unparen(e)]; v != nil {
		return v
	}
	if l.f.info.Types[e].Value != nil || uses <= 1 && !after || !after && l.f.isPath(e) {
		return e
	}
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		if v := l.f.varOf(id); v == nil || v.stable() {
			return e // a variable of the package's is not expected to change, or one that does not
		}
	}
	t, format := l.f.typeOf(e), "%s"
	if name == "on" && !isPointer(t) && !types.IsInterface(t) {
		t, format = types.NewPointer(t), "&%s"
	}
	v := l.f.temp(name, t, "what is waited for")
	if name == "given" {
		v.Temp = "an argument"
	}
	l.emit(fresh(v, format, e))
	return v
}

// isPath reports whether e is a variable or a field of a path, which evaluates
// to the same as long as only package coro runs.
func (f *Func) isPath(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		sel := f.info.Selections[e]
		return (sel == nil || sel.Kind() == types.FieldVal) && f.isPath(e.X)
	}
	return false
}

// suspend hands the Await out.
func (l *librarian) suspend() { l.emit(&Suspend{Point: l.p}) }

// put sets what the call returns.
func (l *librarian) put(x Text) {
	l.emit(&Set{To: l.to, Fresh: l.isFresh, Op: "=", X: x})
	l.isFresh = false
}

// failed returns the variable for the error, which is not nil.
func (l *librarian) failed() *Var {
	last := len(l.to) - 1
	if l.to[last] == nil {
		l.to[last] = l.f.temp("failed", types.Universe.Lookup("error").Type(), "an error")
		if !l.isFresh {
			l.emit(fresh(l.to[last], "nil"))
		}
	}
	return l.to[last]
}

// fail sets what is returned with an error, or before there is anything else.
func (l *librarian) fail(err any) {
	var to []*Var
	var values []any
	for i, v := range l.to {
		if v == nil {
			continue // the zero value of many types cannot be assigned to nothing
		}
		if to = append(to, v); i < len(l.to)-1 {
			values = append(values, zero{l.p.results[i]})
		} else {
			values = append(values, err)
		}
	}
	if to != nil {
		l.emit(&Set{To: to, Fresh: l.isFresh, Op: "=", X: textOf(values)})
		l.isFresh = false
	}
}

// wait is
//
//	err = nil
//	if !ready {
//		err = <suspend>
//	}
//	if err == nil {
//		results = after
//	}
func (l *librarian) wait() {
	s := l.p.suspender
	wanted := false
	for _, v := range l.to {
		wanted = wanted || v != nil
	}
	if !wanted && s.after == "" {
		l.emit(l.unless(s.ready, l.apart(l.suspend))...)
		return
	}
	if s.ready == "" {
		l.suspend()
		l.put(text("%s", ownField("thrown")))
		return
	}
	err := l.failed()
	l.fail("nil")
	l.emit(l.unless(s.ready, l.apart(func() {
		l.suspend()
		l.emit(set(err, "%s", ownField("thrown")))
	}))...)
	if s.after != "" {
		l.emit(&If{Cond: &Test{X: text("%s == nil", err)}, Then: l.apart(func() { l.put(l.text(s.after)) })})
	}
}

// unless returns what does then unless ready holds.
func (l *librarian) unless(ready string, then []Node) []Node {
	if ready == "" {
		return then
	}
	return []Node{&If{Cond: &Not{&Test{X: l.text(ready)}}, Then: then}}
}

// try is
//
//	results = try
//	if err == blocked {
//		results = zeros, <suspend>
//		if err == nil {
//			results = after
//		}
//	}
func (l *librarian) try() {
	s := l.p.suspender
	err := l.failed()
	l.put(l.text(s.try))
	l.emit(&If{Cond: &Test{X: text("%s == %s", err, l.text(s.blocked))}, Then: l.apart(func() {
		l.suspend()
		l.emit(set(err, "%s", ownField("thrown")))
		if s.after != "" {
			l.emit(&If{Cond: &Test{X: text("%s == nil", err)}, Then: l.apart(func() { l.put(l.text(s.after)) })})
		}
	})})
}

// pass is
//
//	passes, err := try
//	if !passes && err == nil {
//		err = <suspend>
//	}
//	results = zeros, err
//	if err == nil {
//		results = after
//	}
func (l *librarian) pass() {
	s := l.p.suspender
	passes := l.f.temp("passes", types.Typ[types.Bool], "a condition")
	err := l.f.temp("failed", types.Universe.Lookup("error").Type(), "an error")
	l.emit(&Set{To: []*Var{passes, err}, Fresh: true, Op: "=", X: l.text(s.try)})
	l.emit(&If{Cond: &Test{X: text("!%s && %s == nil", passes, err)}, Then: l.apart(func() {
		l.suspend()
		l.emit(set(err, "%s", ownField("thrown")))
	})})
	l.fail(err)
	if s.after != "" {
		l.emit(&If{Cond: &Test{X: text("%s == nil", err)}, Then: l.apart(func() { l.put(l.text(s.after)) })})
	}
}

// until is, if try does not return an error itself,
//
//	err := nil
//	values, ready := try
//	for !ready && err == nil {
//		err = <suspend>
//		if err == nil {
//			values, ready = try
//		}
//	}
//	results = values, err
func (l *librarian) until() {
	s := l.p.suspender
	var values []*Var
	for _, t := range l.p.results[:len(l.p.results)-1] {
		values = append(values, l.f.temp("got", t, "a result"))
	}
	ready := l.f.temp("ready", types.Typ[types.Bool], "a condition")
	err := l.f.temp("failed", types.Universe.Lookup("error").Type(), "an error")
	tried := append(slices.Clone(values), ready)
	if s.polls {
		tried = append(tried, err)
	} else {
		l.emit(fresh(err, "nil"))
	}
	l.emit(&Set{To: tried, Fresh: true, Op: "=", X: l.text(s.try)})
	l.emit(&Loop{Of: new(ast.ForStmt), Cond: &Test{X: text("!%s && %s == nil", ready, err)}, Body: l.apart(func() {
		l.suspend()
		l.emit(set(err, "%s", ownField("thrown")))
		l.emit(&If{Cond: &Test{X: text("%s == nil", err)}, Then: []Node{&Set{To: tried, Op: "=", X: l.text(s.try)}}})
	})})
	l.put(textOf(append(values, err)))
}
