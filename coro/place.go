package coro

// This file defines where in the source something is.

import (
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// thisDir is where the compiler found this package's source.
var thisDir = func() string {
	_, file, _, _ := runtime.Caller(0)
	return path.Dir(file)
}()

// beneath are the folders of the packages whose functions, as those of this one,
// wait for the body that calls them.
var beneath = []string{thisDir + "/stream", thisDir + "/process", thisDir + "/signals"}

// inPackage reports whether a frame belongs to this package or one beneath it,
// whose functions stand between a body and its suspension. Their tests count as
// bodies. The file tells, and not the function's name: a closure that is inlined
// is named after its caller.
func inPackage(f runtime.Frame) bool {
	dir := path.Dir(f.File)
	return (dir == thisDir || slices.Contains(beneath, dir)) && !strings.HasSuffix(f.File, "_test.go")
}

// places caches what a program counter resolves to: a *Place, nil for one
// inside this package.
var places sync.Map

// A site is where a body was suspended last, by the top of its stack. Nearly
// every body is suspended at one or two places.
type site struct {
	top   uintptr // the program counter of who called leave; 0 if the top does not tell the place
	next  uintptr // that of its caller; 0 if top alone tells the place
	place Place
}

func (s *site) is(top, next uintptr) bool { return s.top == top && (s.next == next || s.next == 0) }

// placeBehind returns the innermost place outside of this package on a stack with
// this top; it is for tellSuspend.
func (h *host) placeBehind(top, next uintptr) Place {
	if !h.sites[0].is(top, next) {
		h.sites[0], h.sites[1] = h.sites[1], h.sites[0]
		if !h.sites[0].is(top, next) {
			h.sites[0] = siteOf(top, next)
		}
	}
	return h.sites[0].place
}

// sites caches which *site the top of a stack stands for; nil if there is more
// between it and the body.
var sites sync.Map // by [2]uintptr

// siteOf returns the site of a body with this top of its stack.
func siteOf(top, next uintptr) site {
	for _, key := range [...][2]uintptr{{top, 0}, {top, next}} {
		if v, ok := sites.Load(key); ok {
			if s := v.(*site); s != nil {
				return *s
			}
			return site{place: callerOutside(3)}
		}
	}
	s := newSite(top, next)
	if s == nil {
		sites.Store([2]uintptr{top, next}, s)
		return site{place: callerOutside(3)}
	}
	sites.Store([2]uintptr{s.top, s.next}, s)
	return *s
}

// newSite finds out whether the innermost place outside of this package is in
// the function that is at top, with all that was inlined into it, or in the one
// that is at next.
func newSite(top, next uintptr) *site {
	var pcs [16]uintptr
	n := runtime.Callers(6, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	var functions int // before this frame's
	var entry uintptr
	for i := range n {
		f, _ := frames.Next()
		if i > 0 && f.Entry != entry {
			// Of wrappers, which are not among these frames, next may be one.
			if functions++; functions > 1 || pcs[i] != next {
				return nil
			}
		}
		if entry = f.Entry; inPackage(f) {
			continue
		}
		s := &site{top: top, place: Place{File: f.File, Line: f.Line}}
		if functions == 1 {
			s.next = next
		}
		return s
	}
	return nil
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
