package underhood

// This file defines subject: one coroutine that is looked at.

import (
	"context"
	"fmt"
	"regexp"
	"runtime"
	"strings"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// A subject is a computation in one shape.
type subject[In, Out, Ret any] struct {
	*demo.Driven[In, Out, Ret]
	env   *demo.Env
	shape coro.Shape
	r     coro.Resumable[In, Out, Ret]
}

func newSubject[In, Out, Ret any](task context.Context, env *demo.Env, name string, shape coro.Shape, r coro.Resumable[In, Out, Ret]) *subject[In, Out, Ret] {
	c := demo.Drive(task, env, r, coro.Named(name+"-"+shape.String()), coro.InFunc("specimen."+name))
	return &subject[In, Out, Ret]{Driven: c, env: env, shape: shape, r: r}
}

// step resumes the subject once, and prints what came out and what it keeps.
func (s *subject[In, Out, Ret]) step(do func(*demo.Driven[In, Out, Ret]) (Out, bool, error)) {
	out, ok, err := do(s.Driven)
	came := fmt.Sprintf("out %v", out)
	if !ok {
		came = "ended"
		if ret, rerr := s.Result(); rerr == nil {
			came = fmt.Sprintf("returned %v", ret)
		}
		if err != nil {
			came = "failed: " + err.Error()
		}
	}
	before := fmt.Sprintf("  %-12s  %-11s ", s.shape, came)
	s.env.Print("%s", demo.Wrap(before+s.kept(), len(before)+keptColumns))
}

// keptColumns is how many characters stand before the calls in kept.
const keptColumns = 24 + len("  stack ")

// kept says what the suspended coroutine keeps: state and frame, or stack.
func (s *subject[In, Out, Ret]) kept() string {
	at, ok := s.Suspension()
	if !ok {
		return ""
	}
	where := fmt.Sprintf("%s at %s", at.Label, at.Place)
	if f, ok := s.r.(coro.Framer); ok {
		return fmt.Sprintf("%-24s  state %d, frame %s", where, at.State, frame(f.Frame()))
	}
	stack := ""
	s.OnBody(func(coro.Suspension) { stack = bodyStack() })
	return fmt.Sprintf("%-24s  stack %s", where, stack)
}

// frame returns a frame's slots in one line.
func frame(slots []coro.Slot) string {
	var parts []string
	for _, s := range slots {
		parts = append(parts, fmt.Sprintf("%s=%s", s.Name, value(s.Value)))
	}
	return strings.Join(parts, " ")
}

// value returns a slot's value, for a node of a tree what it holds.
func value(v any) string {
	switch v := v.(type) {
	case *specimen.Tree:
		if v == nil {
			return "nil"
		}
		return fmt.Sprint(v.Value)
	case []*specimen.Tree:
		var nodes []string
		for _, t := range v {
			nodes = append(nodes, value(t))
		}
		return "[" + strings.Join(nodes, " ") + "]"
	}
	return fmt.Sprint(v)
}

// bodyStack returns the calls on the stack of the body whose goroutine this
// is, innermost first, without what stands between a body and its resumer.
func bodyStack() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	var calls []string
	for {
		f, more := frames.Next()
		if isBody(f.Function) {
			calls = append(calls, fmt.Sprintf("%s:%d", shortFunc(f.Function), f.Line))
		}
		if !more {
			return strings.Join(calls, " < ")
		}
	}
}

// inlinedIn is what the compiler puts before the name of a function literal
// that it has inlined with the function around it: "AverageIn." in
// "AverageIn.AverageBody.func1".
var inlinedIn = regexp.MustCompile(`^.*\.([^.]+\.func\d+)$`)

// shortFunc returns a function's name without its package.
func shortFunc(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	_, name, _ = strings.Cut(name, ".")
	return inlinedIn.ReplaceAllString(name, "$1")
}

// isBody reports whether a function is part of a body: not of this demo, of
// package coro, or of the runtime.
func isBody(fn string) bool {
	for _, other := range []string{"coroscope/cmd/", "coroscope/coro.", "iter.", "runtime."} {
		if strings.HasPrefix(fn, other) {
			return false
		}
	}
	return fn != ""
}
