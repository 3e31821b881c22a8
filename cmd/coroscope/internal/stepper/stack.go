package stepper

// This file defines looking at the stack of a suspended body.

import (
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"coroscope/coro"
)

// stackOf returns the calls on the stack of a suspended body, innermost first,
// without what stands between a body and its resumer; nil if it is not
// suspended.
func stackOf(c coro.Inspectable) []Call {
	var calls []Call
	c.OnBody(func(coro.Suspension) { calls = bodyStack() })
	return calls
}

// bodyStack is stackOf for the goroutine that it is called on.
func bodyStack() []Call {
	pcs := make([]uintptr, 64)
	n := runtime.Callers(1, pcs)
	for n == len(pcs) {
		pcs = make([]uintptr, 2*len(pcs))
		n = runtime.Callers(1, pcs)
	}
	frames := runtime.CallersFrames(pcs[:n])
	var calls []Call
	for {
		f, more := frames.Next()
		if isBody(f.Function) {
			calls = append(calls, Call{Func: shortFunc(f.Function), File: path.Base(f.File), Line: f.Line})
		}
		if !more {
			return calls
		}
	}
}

// others are the beginnings of the names of functions that are no part of a
// body.
var others = []string{"coroscope/cmd/coroscope/internal/stepper.", "coroscope/coro.", "iter.", "runtime."}

func isBody(fn string) bool {
	return fn != "" && !slices.ContainsFunc(others, func(o string) bool { return strings.HasPrefix(fn, o) })
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
