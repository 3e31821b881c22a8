package coro

// This file defines what the stackful shapes share: a body on a stack of its
// own, and the mailbox through which it and its resumer talk.

import (
	"context"
	"reflect"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
)

// A Yielder is a body's own side of its coroutine. It is to be used only by
// the body, on the goroutine that the body runs on, while it runs.
type Yielder[In, Out any] struct {
	in  In  // what was sent, for the body to take
	out Out // what was yielded, for the resumer to take
	mailbox
}

// A mailbox is what a Yielder has whatever its type parameters.
type mailbox struct {
	// enter resumes the body; it returns at its next suspension, or with
	// false at its end. leave goes back to the resumer, and returns when the
	// body is resumed. For [Pull] they are iter.Pull's next and yield
	// themselves, since each function between costs several nanoseconds a
	// switch.
	enter func() (struct{}, bool)
	leave func(struct{}) bool

	thrown error // what was thrown in, for the body to take
	live   bool  // between a resumption and the following suspension

	unwinding bool // every Yield panics with unwind{}

	// ask, when not nil, says that the body is not resumed, only asked: it
	// runs ask with where it stands, and stays suspended.
	ask      func(Suspension)
	answered *PanicError // ask panicked

	engine   stepper     // the stackful itself, if it can be a task
	loop     *Loop       // that the task is on; nil if it stands alone
	host     *host       // the driver's observer; nil if there never was one
	inner    Inspectable // what is delegated to, while it is
	label    string      // of the suspension
	err      error       // what the body ended with
	panicked *PanicError // err, if the body ended with a panic
	goexited bool        // the body ended with runtime.Goexit
}

// unwind is what the body of a coroutine that ignored its close is unwound
// with.
type unwind struct{}

// Yield suspends the body and hands out to its resumer. It returns when the
// coroutine is resumed: with the value sent, or with the error thrown in;
// [ErrClosed] means that the body is to clean up and return.
//
// Yield panics when it is called while the body is not running: after it
// ended, or from elsewhere while it is suspended.
func (y *Yielder[In, Out]) Yield(out Out) (In, error) { return y.suspend(out) }

// YieldAs is Yield at a suspension point that is called label wherever it is
// shown. Labels should be few, since traces group by them.
func (y *Yielder[In, Out]) YieldAs(label string, out Out) (In, error) {
	y.label = label
	in, thrown := y.suspend(out)
	y.label = ""
	return in, thrown
}

// suspend is Yield, which is inlined for the same reason as resume is.
func (y *Yielder[In, Out]) suspend(out Out) (in In, thrown error) {
	if !y.live || y.unwinding {
		y.refuse()
	}
	y.out = out
	if y.host.maybe() {
		y.tellSuspend()
	}
	y.live = false
	y.leave(struct{}{})
	for y.ask != nil {
		y.answer()
		y.leave(struct{}{})
	}
	y.live = true
	if y.unwinding {
		y.unwind()
	}
	in, y.in = y.in, in // nothing is kept from the collector
	if y.thrown != nil {
		thrown, y.thrown = y.thrown, nil
	}
	if y.host.maybe() {
		y.tellResume(thrown)
	} else {
		y.host.untold()
	}
	return in, thrown
}

// The following are functions of their own to keep the frame of suspend, which
// every suspended stack has at its top, small.

// refuse panics: there can be no suspension.
func (m *mailbox) refuse() {
	if !m.live {
		panic("coro: Yield called while its coroutine is not running")
	}
	panic(unwind{})
}

// unwind tells the observer that the body is back, and panics.
func (m *mailbox) unwind() {
	m.host.unwound()
	panic(unwind{})
}

func (y *Yielder[In, Out]) tellSuspend() {
	on := y.host.on()
	if !on && !y.host.note {
		return
	}
	// The stack is looked at here and not further down: each function
	// between costs as much again.
	var few [2]uintptr
	runtime.Callers(3, few[:])
	site := &y.host.site
	place := site.place
	if site.pcs != few {
		if p := placeAmong(few[:]); p != nil {
			place = *p
			site.pcs, site.place = few, place
		} else {
			place = callerOutside(2) // which depends on more than few
		}
	}
	y.host.from = place
	if on {
		y.host.suspending(y.suspension(place))
	}
}

func (y *Yielder[In, Out]) tellResume(thrown error) {
	if !y.host.on() {
		y.host.untold()
		return
	}
	if !y.host.told {
		y.host.last = y.suspension(callerOutside(2))
	}
	y.host.resumed(thrown)
}

// answer runs what is asked. A panic of it is the asker's, and not the body's.
func (y *Yielder[In, Out]) answer() {
	defer func() {
		if v := recover(); v != nil {
			y.answered = newPanicError(v, debug.Stack())
		}
	}()
	y.ask(y.suspension(callerOutside(2)))
}

// suspension describes where the body stands, at place.
func (y *Yielder[In, Out]) suspension(place Place) Suspension {
	s := Suspension{Kind: OnResumer, Label: y.label, State: NoState, Place: place}
	if a := awaitOf(&y.out); a != nil {
		a.describe(&s)
	}
	return s
}

// A stackful is the engine behind [Pull] and [Goroutine].
type stackful[In, Out, Ret any] struct {
	Yielder[In, Out]
	shape    Shape
	body     Body[In, Out, Ret] // nil after it ended
	fn       uintptr            // the body's code
	life     *life              // of the Coroutine that drives it; nil on a loop
	ret      Ret
	returned bool // the body ended by returning
	driven   bool // it has a driver
	awaits   bool // Out is Await, which says more about the suspension
}

func newStackful[In, Out, Ret any](shape Shape, body Body[In, Out, Ret]) *stackful[In, Out, Ret] {
	s := &stackful[In, Out, Ret]{shape: shape, body: body, fn: reflect.ValueOf(body).Pointer()}
	s.engine, _ = any(s).(stepper)
	s.awaits = awaitOf(&s.out) != nil
	return s
}

// adopt notes that s has a driver; it can have one only.
func (s *stackful[In, Out, Ret]) adopt() {
	if s.driven {
		panic("coro: the same Resumable was handed to two drivers")
	}
	s.driven = true
}

// asTask returns s as what a loop resumes; only what can be a task is spawned.
func (s *stackful[In, Out, Ret]) asTask(l *Loop) *stackTask {
	s.adopt()
	s.loop = l
	y, _ := any(&s.Yielder).(*Async)
	return (*stackTask)(y)
}

// A stackTask is the stackful body of a task without its result's type, which
// spares the loop two function calls a switch.
type stackTask Async

func (s *stackTask) Err() error { return s.err }

func (s *stackTask) Resume(_ struct{}, thrown error) (Await, bool) {
	s.thrown = thrown
	if _, ok := s.enter(); ok {
		return s.out, true
	}
	s.repanic()
	return Await{}, false
}

func (s *stackful[In, Out, Ret]) Resume(in In, thrown error) (out Out, ok bool) {
	s.in, s.thrown = in, thrown
	if _, ok := s.enter(); ok {
		return s.out, true
	}
	s.repanic()
	return out, false
}

// take returns what the body yielded. It is not kept from the collector.
func (s *stackful[In, Out, Ret]) take() Out {
	out := s.out
	if !s.awaits {
		var none Out
		s.out = none
	}
	return out
}

// repanic panics as the body did, on the resumer's goroutine.
func (m *mailbox) repanic() {
	if m.panicked != nil {
		panic(m.panicked)
	}
}

func (s *stackful[In, Out, Ret]) Result() Ret  { return s.ret }
func (s *stackful[In, Out, Ret]) Err() error   { return s.err }
func (s *stackful[In, Out, Ret]) Shape() Shape { return s.shape }
func (s *stackful[In, Out, Ret]) Func() string { return funcAt(s.fn) }

// main runs the body, on its own goroutine, and notes how it ended.
func (s *stackful[In, Out, Ret]) main() {
	defer s.ended()
	if s.host != nil {
		if s.host.label {
			labels := pprof.Labels("coroutine", s.host.info.Name)
			pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), labels))
		}
		s.host.started()
	}
	s.live = true
	s.ret, s.err = s.body(&s.Yielder)
	s.returned = true
}

// ended is deferred by main, so it runs at the top of a panicking body's
// stack, while that is still there.
func (s *stackful[In, Out, Ret]) ended() {
	how := Returned
	if !s.returned {
		switch v := recover(); v.(type) {
		case nil:
			how, s.err, s.goexited = Goexited, ErrGoexit, true
		case unwind:
			how, s.err = Closed, ErrIgnoredClose
		default:
			s.panicked = newPanicError(v, debug.Stack())
			how, s.err = Panicked, s.panicked
		}
	}
	s.live = false
	s.body = nil
	var none Out
	s.out = none
	switch {
	case s.life != nil:
		s.life.end(how, s.err)
	case s.host != nil:
		s.host.ended(how, s.err)
	}
}

// unwind ends a body that ignores its close.
func (s *stackful[In, Out, Ret]) Unwind() {
	s.unwinding = true
	s.enter()
	s.repanic() // a deferred function's
}

// onBody runs f with where the body stands, on the body's goroutine; the body
// stays suspended. Nobody else may resume it meanwhile.
func (s *stackful[In, Out, Ret]) onBody(f func(Suspension)) {
	s.ask = f
	defer func() { s.ask, s.answered = nil, nil }()
	s.enter()
	if s.answered != nil {
		panic(s.answered)
	}
}

func (s *stackful[In, Out, Ret]) setHost(h *host)    { s.host = h }
func (s *stackful[In, Out, Ret]) Inner() Inspectable { return s.inner }

// funcName returns the name of a function value as a person would say it:
// "bar.serve", or "bar.serve.func1" for a literal within it.
func funcName(fn func()) string {
	if fn == nil {
		return "func"
	}
	return funcAt(reflect.ValueOf(fn).Pointer())
}

func funcAt(pc uintptr) string {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return "func"
	}
	return shortFunc(f.Name())
}

// shortFunc cuts type arguments and the import path's directories from the
// name of a function or a type.
func shortFunc(name string) string {
	var plain strings.Builder
	depth := 0
	for _, r := range name {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case depth == 0:
			plain.WriteRune(r)
		}
	}
	name = plain.String()
	name = strings.TrimLeft(name, "*")
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	return strings.TrimSuffix(name, "-fm")
}
