package timeline

// This file defines what is read from stacks: where a goroutine began, and the
// place in a program at which it did something.

import (
	"path"
	"strconv"
	"strings"

	"golang.org/x/exp/trace"
)

// A site is what a stack tells.
type site struct {
	entry   string // the outermost function, "main.worker"; empty if the stack is cut off
	place   string // the innermost call outside of Go's own packages, "main.worker (bar.go:31)"
	call    string // the function of Go's own packages that was called there, "sync.(*Mutex).Lock"; empty if there is none
	reason  string // what one that waits there waits for; empty if the stack does not tell
	resumes bool   // one that waits there has resumed a coroutine

	made      string  // of one that calls iter.Pull: as place, or where a function of a library that calls it was called
	maker     library // who calls iter.Pull
	library   library // whose coroutine it is
	unstarted bool    // it is that of a coroutine that was never resumed
}

// A library says who made a coroutine of iter.Pull.
type library uint8

const (
	libraryNone  library = iota // the program itself
	libraryCoro                 // package coroscope/coro, whose coroutines are written about or not
	libraryTrace                // package coroscope/trace, which writes about all that it makes, or makes them for those
)

const (
	coroImport  = "coroscope/coro"
	traceImport = "coroscope/trace"
)

// libraryOf returns the library that fn is of.
func libraryOf(fn string) library {
	if !strings.HasPrefix(fn, "coroscope/") {
		return libraryNone
	}
	switch packageOf(fn) {
	case coroImport:
		return libraryCoro
	case traceImport:
		return libraryTrace
	}
	return libraryNone
}

// maxFrames is how many frames the runtime writes of a stack at most: of one
// that has more, the outermost are missing.
const maxFrames = 128

// A stackReader reads stacks, each of them once in a generation of the trace.
type stackReader struct {
	src    *source
	sites  map[trace.Stack]*site // of this generation
	recent [4]struct {
		stack trace.Stack
		site  *site
	}
	next  int               // which of the recent ones to replace
	texts map[string]string // those that sites are made of, each once
}

// nextGeneration lets go of the stacks of the last one.
func (r *stackReader) nextGeneration() {
	clear(r.sites)
	clear(r.recent[:])
}

// wrapper reports whether fn is where a goroutine begins that sync.WaitGroup.Go
// or package testing made: it only calls what it was given.
func wrapper(fn string) bool {
	return fn == "sync.(*WaitGroup).Go.func1" || fn == "testing.tRunner"
}

var noSite = new(site)

// site returns what a stack tells. It is not to be changed.
func (r *stackReader) site(s trace.Stack) *site {
	if s == trace.NoStack {
		return noSite
	}
	for i := range r.recent {
		if r.recent[i].stack == s {
			return r.recent[i].site
		}
	}
	at := r.sites[s]
	if at == nil {
		at = r.read(s)
		if r.sites == nil {
			r.sites = make(map[trace.Stack]*site)
		}
		r.sites[s] = at
	}
	r.recent[r.next].stack, r.recent[r.next].site = s, at
	r.next = (r.next + 1) % len(r.recent)
	return at
}

func (r *stackReader) read(s trace.Stack) *site {
	at := &site{}
	var call, last string // of Go's own packages: what last calls, and last
	var lock string       // the method of package sync that was called
	var place, made, entry trace.StackFrame
	inner := ""    // the function that the one at hand has called
	makes := false // that is iter.Pull
	n := 0
	r.src.inLibrary = true // a damaged stack makes it panic
	for f := range s.Frames() {
		n++
		if !wrapper(f.Func) || n == 1 {
			entry = f
		}
		switch {
		case isBody(f.Func):
			at.library = libraryOf(inner)
		case makes && packageOf(f.Func) != "iter":
			at.maker = libraryOf(f.Func)
			makes = false
		}
		makes = makes || isMaker(f.Func)
		inner = f.Func
		if made.Func == "" && !ownFunc(f.Func) && libraryOf(f.Func) == libraryNone {
			made = f
		}
		switch {
		case place.Func != "":
		case !ownFunc(f.Func):
			place = f
		default:
			if at.reason == "" {
				at.reason = waitReasons[f.Func]
			}
			at.resumes = at.resumes || isResume(f.Func)
			call, last = last, f.Func
			if strings.HasPrefix(f.Func, "sync.(*") {
				lock = f.Func
			}
		}
	}
	r.src.inLibrary = false
	if place.Func == "" {
		// Nothing but Go's own packages, as in a server: where it began.
		place = entry
	} else {
		call = last
	}
	// It may have been called by way of a package that only calls back.
	if lock != "" {
		call = lock
	}
	if p := packageOf(call); p != "runtime" && !strings.HasPrefix(p, "internal/") {
		at.call = r.text(call)
	}
	if n < maxFrames {
		at.entry = r.text(entry.Func)
	}
	if place.Func != "" {
		at.place = r.text(placeOf(place))
		at.made = at.place
	}
	if made.Func != "" && made != place {
		at.made = r.text(placeOf(made))
	}
	at.unstarted = n == 1 && entry.Func == ""
	return at
}

// text returns s, which is not to keep a generation in memory.
func (r *stackReader) text(s string) string {
	if s == "" {
		return ""
	}
	t, ok := r.texts[s]
	if !ok {
		t = strings.Clone(s)
		if r.texts == nil {
			r.texts = make(map[string]string)
		}
		r.texts[t] = t
	}
	return t
}

// placeOf returns "bar.(*Oven).bake (oven.go:31)".
func placeOf(f trace.StackFrame) string {
	return shortFunc(f.Func) + " (" + path.Base(f.File) + ":" + strconv.FormatUint(f.Line, 10) + ")"
}

// shortFunc returns a function's name without the folders of its package.
func shortFunc(fn string) string {
	// What is in brackets are types, which may have folders of their own.
	head, _, _ := strings.Cut(fn, "[")
	return fn[strings.LastIndexByte(head, '/')+1:]
}

// packageOf returns the import path of a function's package.
func packageOf(fn string) string {
	head, _, _ := strings.Cut(fn, "[")
	slash := strings.LastIndexByte(head, '/') + 1
	if dot := strings.IndexByte(head[slash:], '.'); dot >= 0 {
		return head[:slash+dot]
	}
	return head
}

// ownFunc reports whether fn is of one of Go's own packages. Paths that begin
// with a word without a dot are reserved for those, and used by programs all
// the same: so the words are listed.
func ownFunc(fn string) bool {
	first := packageOf(fn)
	if i := strings.IndexByte(first, '/'); i >= 0 {
		first = first[:i]
	}
	return ownPackages[first]
}

var ownPackages = func() map[string]bool {
	m := make(map[string]bool)
	for _, name := range strings.Fields(`archive arena bufio bytes cmp compress container context crypto database debug
		embed encoding errors expvar flag fmt go hash html image index internal io iter log maps math mime net os path
		plugin reflect regexp runtime simd slices sort strconv strings structs sync syscall testing text time unicode
		unique unsafe vendor weak`) {
		m[name] = true
	}
	return m
}()

// isMaker reports whether fn is iter.Pull or iter.Pull2.
func isMaker(fn string) bool {
	return strings.HasPrefix(fn, "iter.Pull") && strings.HasSuffix(fn, "[...]")
}

// isBody reports whether fn is the function of package iter in which the
// function that was given to iter.Pull runs.
func isBody(fn string) bool {
	return strings.HasPrefix(fn, "iter.Pull") && strings.HasSuffix(fn, "].func1")
}

// isResume reports whether fn is one of the functions next and stop that
// iter.Pull returns.
func isResume(fn string) bool {
	return strings.HasPrefix(fn, "iter.Pull") && (strings.HasSuffix(fn, "].func2") || strings.HasSuffix(fn, "].func3"))
}

// waitReasons are the runtime's words for what waits in these functions. The
// trace has them where a wait begins, but not for one that is older.
var waitReasons = map[string]string{
	"runtime.chanrecv1":               "chan receive",
	"runtime.chanrecv2":               "chan receive",
	"runtime.chansend1":               "chan send",
	"runtime.selectgo":                "select",
	"runtime.block":                   "forever",
	"time.Sleep":                      "sleep",
	"internal/poll.runtime_pollWait":  "network",
	"internal/sync.(*Mutex).lockSlow": "sync",
	"sync.(*Mutex).Lock":              "sync",
	"sync.(*RWMutex).Lock":            "sync",
	"sync.(*RWMutex).RLock":           "sync",
	"sync.(*WaitGroup).Wait":          "sync",
	"sync.(*Cond).Wait":               "sync.(*Cond).Wait",
}
