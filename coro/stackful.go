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
	// leave hands out to the resumer and returns when it comes back.
	leave func(out Out)

	in     In    // what was sent, for the body to take
	thrown error // what was thrown in, for the body to take
	live   bool  // between a resumption and the following suspension

	// ask, when not nil, says that the body is not resumed, only asked: it
	// runs ask with where it stands, and stays suspended.
	ask func(Suspension)

	// unwinding makes every Yield panic with unwind{}.
	unwinding bool

	host  *host       // the driver's observer; nil if there never was one
	inner Inspectable // what is delegated to, while it is
	label string      // of the suspension
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
func (y *Yielder[In, Out]) Yield(out Out) (In, error) {
	return y.YieldAs("", out)
}

// YieldAs is Yield at a suspension point that is called label wherever it is
// shown. Labels should be few, since traces group by them.
func (y *Yielder[In, Out]) YieldAs(label string, out Out) (In, error) {
	if !y.live {
		panic("coro: Yield called while its coroutine is not running")
	}
	if y.unwinding {
		panic(unwind{})
	}
	y.label = label
	if y.host != nil && y.host.on() {
		y.host.suspending(y.suspension(&out))
	}
	y.live = false
	y.leave(out)
	for y.ask != nil {
		y.ask(y.suspension(&out))
		y.leave(out)
	}
	y.live = true
	if y.unwinding {
		panic(unwind{})
	}
	in, thrown := y.in, y.thrown
	var zero In
	y.in, y.thrown = zero, nil // the mailbox keeps nothing from the collector
	if y.host != nil && y.host.on() {
		if !y.host.told {
			y.host.last = y.suspension(&out)
		}
		y.host.resumed(thrown)
	}
	return in, thrown
}

// suspension describes where the body stands. It runs on the body's
// goroutine, inside YieldAs.
func (y *Yielder[In, Out]) suspension(out *Out) Suspension {
	s := Suspension{Kind: OnResumer, Label: y.label, State: NoState, Place: callerOutside()}
	if a := awaitOf(out); a != nil {
		a.describe(&s)
	}
	return s
}

// A stackful is the engine behind [Pull] and [Goroutine].
type stackful[In, Out, Ret any] struct {
	Yielder[In, Out]
	shape Shape
	body  Body[In, Out, Ret]
	// enter resumes the body and returns at its next suspension, with what
	// it yielded, or at its end, with false.
	enter func() (Out, bool)

	ret      Ret
	err      error
	returned bool        // the body ended by returning
	panicked *PanicError // the body ended with a panic
}

func (s *stackful[In, Out, Ret]) Resume(in In, thrown error) (Out, bool) {
	s.in, s.thrown = in, thrown
	out, ok := s.enter()
	if ok {
		return out, true
	}
	if s.panicked != nil {
		panic(s.panicked)
	}
	return out, false
}

func (s *stackful[In, Out, Ret]) Result() Ret  { return s.ret }
func (s *stackful[In, Out, Ret]) Err() error   { return s.err }
func (s *stackful[In, Out, Ret]) Shape() Shape { return s.shape }
func (s *stackful[In, Out, Ret]) Func() string { return funcName(s.body) }

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
	if !s.returned {
		switch v := recover(); v.(type) {
		case nil:
			s.err = ErrGoexit
		case unwind:
			s.err = ErrIgnoredClose
		default:
			s.panicked = newPanicError(v, debug.Stack())
			s.err = s.panicked
		}
	}
	s.live = false
	s.body = nil
	if s.host != nil {
		s.host.ended(s.err)
	}
}

// unwind ends a body that ignores its close.
func (s *stackful[In, Out, Ret]) Unwind() {
	s.unwinding = true
	s.enter()
}

// onBody runs f with where the body stands, on the body's goroutine; the body
// stays suspended. Nobody else may resume it meanwhile.
func (s *stackful[In, Out, Ret]) onBody(f func(Suspension)) {
	s.ask = f
	s.enter()
	s.ask = nil
}

func (s *stackful[In, Out, Ret]) setHost(h *host)    { s.host = h }
func (s *stackful[In, Out, Ret]) Inner() Inspectable { return s.inner }

// funcName returns the name of a function value as a person would say it:
// "bar.serve", or "bar.serve.func1" for a literal within it.
func funcName(fn any) string {
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Func || v.IsNil() {
		return "func"
	}
	f := runtime.FuncForPC(v.Pointer())
	if f == nil {
		return "func"
	}
	return shortFunc(f.Name())
}

// shortFunc cuts the import path's directories and type arguments from a
// function's name.
func shortFunc(name string) string {
	name = strings.ReplaceAll(name, "[...]", "")
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	return strings.TrimSuffix(name, "-fm")
}
