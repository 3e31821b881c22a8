package lower

// This file defines what becomes of the returns of a body of coro's contract,
// and of calls of the library in an expression.

import (
	"go/ast"
	"strings"
)

// returnsFromBody does a return that ends the machine. If calls are deferred, or
// what is ranged over is to be stopped before, what is returned is put where it
// stays meanwhile.
func (h *hoister) returnsFromBody(s *ast.ReturnStmt) {
	f := h.f
	h.exprs(false, s.Results...)
	if len(f.deferrals) == 0 && len(f.stopsAt[s]) == 0 {
		h.emit(&Return{Stmt: s})
		return
	}
	places := f.resultPlaces()
	switch len(s.Results) {
	case 0:
	case 1:
		h.emit(&Set{To: places, Op: "=", X: source(s.Results[0])})
	default:
		set := &Set{Op: "="}
		var values []any
		for i, e := range s.Results {
			if id, ok := ast.Unparen(e).(*ast.Ident); !ok || f.varOf(id) != places[i] {
				set.To, values = append(set.To, places[i]), append(values, e)
			}
		}
		if set.X = textOf(values); set.To != nil {
			h.emit(set)
		}
	}
	if len(f.deferrals) > 0 {
		h.jump(s)
		return
	}
	for _, stop := range f.stopsAt[s] {
		h.emit(stop)
	}
	h.emit(&Return{Stmt: s, Kept: true})
}

// resultPlaces returns where results are kept while deferred calls are made: in
// variables of the body, if they have names, otherwise in the machine.
func (f *Func) resultPlaces() []*Var {
	places := []*Var{f.results[0], f.results[1]}
	for i, v := range f.named {
		if v != nil {
			places[i] = v
		}
	}
	return places
}

// eachKeptResult calls use for the results of a body whose deferred calls may
// see them at any time.
func (f *Func) eachKeptResult(use func(*Var)) {
	if len(f.deferrals) > 0 {
		for _, v := range f.named {
			if v != nil {
				use(v)
			}
		}
	}
}

// returnedFromBody returns what a return that ends the machine becomes in a
// copied statement.
func (c *copier) returnedFromBody(s *ast.ReturnStmt) string {
	f := c.f
	stops := c.stops(s)
	if len(f.deferrals) == 0 && stops == "" {
		return "return " + f.own(f.machine.names.end) + "(" + c.write(f.returned(s)) + ")"
	}
	var places, to, values []string
	for _, v := range f.resultPlaces() {
		places = append(places, c.target(v))
	}
	switch len(s.Results) {
	case 0:
	case 1:
		to, values = places, []string{c.source(s.Results[0], nil)}
	default:
		for i, e := range s.Results {
			if value := c.source(e, nil); value != places[i] {
				to, values = append(to, places[i]), append(values, value)
			}
		}
	}
	leave := f.jump(f.left())
	if len(f.deferrals) == 0 {
		leave = f.endKept()
	}
	if to == nil {
		return stops + leave
	}
	return strings.Join(to, ", ") + " = " + strings.Join(values, ", ") + "\n" + stops + leave
}

// endKept returns the statement that ends the machine with what was put into
// the places of the results.
func (f *Func) endKept() string {
	return "return " + f.own(f.machine.names.end) + "(" + f.bodyResults() + ")"
}

// libraryResults has temporaries stand for e, a call of the library.
func (h *hoister) libraryResults(e *ast.CallExpr, p *Point) {
	var to []*Var
	for _, t := range p.results {
		to = append(to, h.f.temp(h.f.resultName(h.f.callee(e).Name()), t, "a result"))
	}
	h.f.texts[e] = textOf(to)
	h.library(p, to, true)
}

// headOnly reports whether an if suspends only in the statement before its
// condition, so that the rest of it can stay as it is.
func (f *Func) headOnly(s *ast.IfStmt) bool {
	return s.Init != nil && f.suspends[s.Init] && !f.suspends[s.Cond] && !f.suspends[s.Body] && !(s.Else != nil && f.suspends[s.Else])
}
