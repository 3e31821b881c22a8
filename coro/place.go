package coro

// This file defines where in the source something is.

import (
	"path"
	"runtime"
	"strings"
	"sync"
)

// thisDir is where the compiler found this package's source.
var thisDir = func() string {
	_, file, _, _ := runtime.Caller(0)
	return path.Dir(file)
}()

// inPackage reports whether a frame belongs to this package, whose functions
// stand between a body and its suspension. Its tests count as bodies. The
// file tells, and not the function's name: a closure that is inlined is named
// after its caller.
func inPackage(f runtime.Frame) bool {
	return path.Dir(f.File) == thisDir && !strings.HasSuffix(f.File, "_test.go")
}

// places caches what a program counter resolves to: a *Place, nil for one
// inside this package.
var places sync.Map

// A site is where a body was suspended last, with the top of its stack. Nearly
// every body is suspended at one or two places.
type site struct {
	pcs   [2]uintptr
	place Place
}

// callerOutside returns the innermost place on the stack that is not in this
// package, past the first skip callers.
func callerOutside(skip int) Place {
	var few [4]uintptr // nearly always it is among these
	n := runtime.Callers(skip+2, few[:])
	if p := placeAmong(few[:n]); p != nil {
		return *p
	}
	var more [64]uintptr
	for skip += 2 + n; ; skip += len(more) {
		n := runtime.Callers(skip, more[:])
		if p := placeAmong(more[:n]); p != nil {
			return *p
		}
		if n < len(more) {
			return Place{}
		}
	}
}

// placeAmong returns the first of the places that is not in this package.
func placeAmong(pcs []uintptr) *Place {
	for _, pc := range pcs {
		if p := placeOf(pc); p != nil {
			return p
		}
	}
	return nil
}

func placeOf(pc uintptr) *Place {
	if v, ok := places.Load(pc); ok {
		return v.(*Place)
	}
	var p *Place
	frames := runtime.CallersFrames([]uintptr{pc})
	for {
		f, more := frames.Next()
		if f.File != "" && !inPackage(f) {
			p = &Place{File: f.File, Line: f.Line}
			break
		}
		if !more {
			break
		}
	}
	places.Store(pc, p)
	return p
}
