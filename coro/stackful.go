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
	// leave is what Yield calls. Mostly it is yield itself, since Yield must
	// remain so little that it is inlined into the body: each function between
	// the body and a switch of stacks costs several nanoseconds
	// (BenchmarkFunctionsBetween). Whatever else there is to be done on
	// the body's goroutine, the resumer arranges by what it puts here: it is
	// watched while somebody is to be told; something that is to be done once,
	// before the body goes on; or refuse, while the body does not run.
	leave     func(struct{}) bool
	repeat    bool  // Yield is to call leave once more
	inWatched bool  // the body is suspended in watched
	hosted    bool  // there may be somebody to be told
	thrown    error // what was thrown in, for the body to take

	// enter resumes the body; it returns at its next suspension, or with
	// false at its end. yield goes back, and returns when the body is resumed.
	// For [Pull] they are iter.Pull's next and yield.
	enter   func() (struct{}, bool)
	yield   func(struct{}) bool
	watched func(struct{}) bool // yield, and tells host; nil if there is none
	host    *host               // the driver's observer; nil if there never was one

	await    *Await      // out, if it is one, which says more about the suspension
	engine   stepper     // the stackful itself, if it can be a task
	loop     *Loop       // that the task is on; nil if it stands alone
	inner    Inspectable // what is delegated to, while it is
	label    string      // of the suspension
	err      error       // what the body ended with
	answered *PanicError // what was asked of the body panicked
	panicked *PanicError // err, if the body ended with a panic
	goexited bool        // the body ended with runtime.Goexit
}

// unwind is what the body of a coroutine that ignored its close is unwound
// with.
type unwind struct{}

// Yield suspends the body and hands out to its resumer. It returns when the
// coroutine is resumed: with the value sent, or with the error thrown in;
// [ErrClosed] means that the body is to clean up and return. Both are kept from
// the collector until the next suspension.
//
// Yield panics when it is called while the body is not running: after it
// ended, or from elsewhere while it is suspended.
func (y *Yielder[In, Out]) Yield(out Out) (In, error) {
	y.out = out
again: // one call, so that it can be inlined
	y.leave(struct{}{})
	if y.repeat {
		goto again
	}
	return y.in, y.thrown
}

// YieldAs is Yield at a suspension point that is called label wherever it is
// shown. Labels should be few, since traces group by them.
func (y *Yielder[In, Out]) YieldAs(label string, out Out) (In, error) {
	y.label = label
	in, thrown := y.Yield(out)
	y.label = ""
	return in, thrown
}

// beforeEnter arranges a resumption.
func (m *mailbox) beforeEnter() {
	if m.leave = m.yield; m.hosted {
		m.beforeHosted()
	}
}

// afterEnter follows on a resumption, and returns what enter answered; or
// false, if it is only now that the body has ended.
func (m *mailbox) afterEnter(ok bool) bool {
	if m.leave = refuse; m.hosted && ok {
		return m.afterHosted()
	}
	return ok
}

// refuse is leave while the body does not run.
func refuse(struct{}) bool {
	panic("coro: Yield called while its coroutine is not running")
}

// beforeHosted arranges a resumption of which somebody may have to be told.
func (m *mailbox) beforeHosted() {
	switch {
	case !m.host.maybe():
		if !m.inWatched {
			m.host.untold()
		}
	case m.host.begun && !m.inWatched:
		m.once(func() {
			m.leave = m.watched
			m.tellResume()
		})
	default:
		m.leave = m.watched
	}
}

// afterHosted tells of a suspension if there has come to be somebody to tell
// while the body ran. It answers false if the body ended of that.
func (m *mailbox) afterHosted() bool {
	if m.inWatched || !m.host.maybe() || !m.host.on() {
		return true
	}
	m.once(func() {
		m.leave = m.watched // if the observer panics, and the body goes on all the same
		m.host.suspending(m.suspension(callerOutside(2)))
		m.yield(struct{}{})
	})
	_, ok := m.enter()
	m.leave = refuse
	return ok
}

// once has what done by the suspended body when it is entered, before it goes
// on.
func (m *mailbox) once(what func()) {
	m.repeat, m.leave = true, func(struct{}) bool {
		m.repeat, m.leave = false, refuse
		what()
		return true
	}
}

// onBody runs f with where the body stands, on the body's goroutine; the body
// stays suspended. Nobody else may resume it meanwhile. A panic of f is the
// asker's, and not the body's.
func (m *mailbox) onBody(f func(Suspension)) {
	m.once(func() {
		m.answer(f)
		m.yield(struct{}{})
	})
	defer func() { m.answered = nil }()
	m.enter()
	if m.answered != nil {
		panic(m.answered)
	}
}

func (m *mailbox) answer(f func(Suspension)) {
	defer func() {
		if v := recover(); v != nil {
			m.answered = newPanicError(v, debug.Stack())
		}
	}()
	f(m.suspension(callerOutside(2)))
}

// unwind ends a body that ignores its close: it panics where it is suspended,
// and wherever it tries to be again.
func (m *mailbox) unwind() {
	m.once(func() {
		m.leave = func(struct{}) bool { panic(unwind{}) }
		m.host.unwound()
		panic(unwind{})
	})
	m.enter()
	m.repanic() // a deferred function's
}

// watch makes watched: a function literal, since what is behind a method value
// would be one function more.
func (m *mailbox) watch() {
	m.watched = func(struct{}) bool {
		if m.host.maybe() {
			m.tellSuspend(returnPCs()) // which are this function's
		}
		m.inWatched = true
		for m.yield(struct{}{}); m.repeat; {
			m.leave(struct{}{})
		}
		m.inWatched = false
		if m.host.maybe() {
			m.tellResume()
		} else {
			m.host.untold()
		}
		return true
	}
}

// tellSuspend tells that the body is about to be suspended; top is the program
// counter of who called leave, next that of its caller.
func (m *mailbox) tellSuspend(top, next uintptr) {
	on := m.host.on()
	if !on && !m.host.note {
		return
	}
	if !framePointers {
		var pcs [2]uintptr
		runtime.Callers(3, pcs[:])
		top, next = pcs[0], pcs[1]
	}
	place := m.host.placeBehind(top, next)
	m.host.from = place
	if on {
		m.host.suspending(m.suspension(place))
	}
}

// tellResume tells that the body goes on.
func (m *mailbox) tellResume() {
	if !m.host.on() {
		m.host.untold()
		return
	}
	if !m.host.told {
		m.host.last = m.suspension(callerOutside(2))
	}
	m.host.resumed(m.thrown)
}

// suspension describes where the body stands, at place.
func (m *mailbox) suspension(place Place) Suspension {
	s := Suspension{Kind: OnResumer, Label: m.label, State: NoState, Place: place}
	if m.await != nil {
		m.await.describe(&s)
	}
	return s
}

// A stackful is the engine behind [Pull] and [Goroutine].
type stackful[In, Out, Ret any] struct {
	Yielder[In, Out]
	shape    Shape
	body     Body[In, Out, Ret] // nil after it ended
	fn       uintptr            // the body's code
	called   string             // the body's name, if it is not that of its code
	life     *life              // of the Coroutine that drives it; nil on a loop
	ret      Ret
	returned bool // the body ended by returning
	driven   bool // it has a driver

	unstarted *runtime.Cleanup // reports it if it never gets one; nil but in debug mode
}

func newStackful[In, Out, Ret any](shape Shape, body Body[In, Out, Ret]) *stackful[In, Out, Ret] {
	s := &stackful[In, Out, Ret]{shape: shape, body: body, fn: reflect.ValueOf(body).Pointer()}
	s.engine, _ = any(s).(stepper)
	s.await = awaitOf(&s.out)
	if debugging.Load() {
		s.watchUnstarted()
	}
	return s
}

// adopt notes that s has a driver; it can have one only.
func (s *stackful[In, Out, Ret]) adopt() {
	if s.driven {
		panic("coro: the same Resumable was handed to two drivers")
	}
	s.driven = true
	if s.unstarted != nil {
		s.unstarted.Stop()
	}
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
	s.beforeEnter()
	_, ok := s.enter()
	ok = s.afterEnter(ok)
	s.thrown = nil
	if !ok {
		s.repanic()
	}
	return s.out, ok
}

func (s *stackful[In, Out, Ret]) Resume(in In, thrown error) (out Out, ok bool) {
	s.in, s.thrown = in, thrown
	s.beforeEnter()
	_, ok = s.enter()
	ok = s.afterEnter(ok)
	out = s.take()
	s.repanic()
	return out, ok
}

// take returns what the body yielded. Neither that nor what was sent in is kept
// from the collector.
func (s *stackful[In, Out, Ret]) take() Out {
	out := s.out
	if s.await == nil {
		var none Out
		s.out = none
	}
	var none In
	s.in, s.thrown = none, nil
	return out
}

// repanic panics as the body did, on the resumer's goroutine.
func (m *mailbox) repanic() {
	if m.panicked != nil {
		panic(m.panicked)
	}
}

func (s *stackful[In, Out, Ret]) Unwind()      { s.unwind() }
func (s *stackful[In, Out, Ret]) Result() Ret  { return s.ret }
func (s *stackful[In, Out, Ret]) Err() error   { return s.err }
func (s *stackful[In, Out, Ret]) Shape() Shape { return s.shape }

// Func returns the body's name.
func (s *stackful[In, Out, Ret]) Func() string {
	if s.called != "" {
		return s.called
	}
	return funcAt(s.fn)
}

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
	if s.leave = s.yield; s.host.maybe() {
		s.leave = s.watched
	}
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
	s.leave, s.repeat = refuse, false
	s.body = nil
	var noIn In
	var noOut Out
	s.in, s.thrown, s.out = noIn, nil, noOut
	s.tellEnd(how)
}

// tellEnd tells the driver that the body has ended. A panic of its observer is
// one of the body.
func (s *stackful[In, Out, Ret]) tellEnd(how OutcomeKind) {
	defer func() {
		if v := recover(); v != nil {
			s.panicked = newPanicError(v, debug.Stack())
			if s.err = s.panicked; s.life != nil {
				s.life.final = s.err
			}
		}
	}()
	switch {
	case s.life != nil:
		s.life.end(how, s.err)
	case s.host != nil:
		s.host.ended(how, s.err)
	}
}

func (m *mailbox) setHost(h *host) {
	m.host, m.hosted = h, h.obs != nil || h.note
	if m.hosted && m.watched == nil {
		m.watch()
	}
}
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
