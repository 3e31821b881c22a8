package coro

// This file defines the driver of a coroutine that stands alone.

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// A Coroutine drives one body that stands alone: who holds it resumes it. It
// adds to the lean [Resumable] what Python's generators have: a status, a
// defined answer to every misuse, panics that keep the body's stack, and
// introspection.
//
// Methods may be called from any goroutine. A resumption while another one is
// under way is answered with [ErrRunning]; one while somebody looks where the
// coroutine stands waits until they have looked.
type Coroutine[In, Out, Ret any] struct {
	r     Resumable[In, Out, Ret]
	stack *stackful[In, Out, Ret] // r, if it is stackful
	*life
}

// A life is what a stackful body on its own goroutine may refer to of the
// Coroutine that drives it: all but the Coroutine itself, which can then be
// collected when nobody else holds it.
type life struct {
	status  atomic.Uint32 // a Status, or inspecting
	begun   bool          // the body was resumed at least once
	final   error         // what it ended with, once Done
	info    *Info
	host    *host
	opts    options
	cleanup runtime.Cleanup
}

// inspecting is the status of a suspended coroutine while somebody looks where
// it stands. A resumption waits until they have looked.
const inspecting = uint32(Done) + 1

// New returns a coroutine that drives r, which must not be handed to another
// driver: a second one for a stackful body panics. Nothing of the body runs
// before the first Next.
func New[In, Out, Ret any](r Resumable[In, Out, Ret], opts ...Option) *Coroutine[In, Out, Ret] {
	if p, ok := r.(stacked); ok {
		r = p.stack().(*stackful[In, Out, Ret])
	}
	c := &Coroutine[In, Out, Ret]{r: r, life: new(life)}
	c.opts.apply(opts)
	c.info = newInfo(lastID.Add(1), r, &c.opts)
	c.info.Created = callerOutside(0)
	label := c.opts.label || labelAll.Load()
	if c.opts.observer != nil || label {
		c.host = &host{info: c.info, obs: c.opts.observer, label: label}
		c.host.gate = newGateway(c.opts.observer)
		if c.host.on() {
			c.opts.observer.Spawn(c.info)
		}
	}
	if s, ok := r.(*stackful[In, Out, Ret]); ok {
		s.adopt()
		c.stack, s.life = s, c.life
		if c.host != nil {
			s.setHost(c.host)
		}
	}
	return c
}

// newInfo identifies r.
func newInfo(id uint64, r any, o *options) *Info {
	info := &Info{ID: id, Name: o.name, Func: o.fn, Shape: shapeOf(r)}
	if info.Func == "" {
		info.Func = funcOf(r)
	}
	if info.Name == "" {
		info.Name = info.Func
	}
	return info
}

// funcOf returns the name of the function that r is the body of.
func funcOf(r any) string {
	if f, ok := r.(Funcer); ok {
		return f.Func()
	}
	return shortFunc(fmt.Sprintf("%T", r))
}

// Info returns the coroutine's identity.
func (c *Coroutine[In, Out, Ret]) Info() *Info { return c.info }

// Name returns the name it was given, or that of its function.
func (c *Coroutine[In, Out, Ret]) Name() string { return c.info.Name }

// Status returns where the coroutine is in its life.
func (c *Coroutine[In, Out, Ret]) Status() Status {
	if s := c.status.Load(); s != inspecting {
		return Status(s)
	}
	return Suspended
}

// Next starts the coroutine, or resumes it with the zero In. It returns what
// the body yields, and true; or false when the body has ended, with the error
// that it ended with. Result has what it returned.
//
// A coroutine that is running answers [ErrRunning], one that has ended
// [ErrDone]. If the body panics, Next panics with a [*PanicError]; if the
// body calls runtime.Goexit, so does Next.
func (c *Coroutine[In, Out, Ret]) Next() (out Out, ok bool, err error) {
	var in In
	return c.resume(in, true)
}

// Resume resumes the suspended coroutine with a value, which the body's Yield
// returns. Otherwise it is as Next, but a coroutine that has not started has
// no suspension point to receive the value: it answers [ErrNotStarted], and
// stays as it was.
func (c *Coroutine[In, Out, Ret]) Resume(in In) (out Out, ok bool, err error) {
	return c.resume(in, false)
}

// Throw resumes the suspended coroutine with an error, which the body's Yield
// returns. A coroutine that has not started ends with that error, without
// running; one that has ended answers with it.
func (c *Coroutine[In, Out, Ret]) Throw(thrown error) (out Out, ok bool, err error) {
	switch {
	case thrown == nil:
		return out, false, c.wrong("throw", ErrNilThrow)
	case c.acquire(Suspended):
		var in In
		return c.step(in, thrown)
	case c.acquire(Created):
		c.end(Failed, thrown)
		return out, false, thrown
	case c.Status() == Done:
		return out, false, thrown
	}
	return out, false, c.misuse("throw")
}

// Close ends the coroutine: the body's Yield returns [ErrClosed], and the
// body is expected to return. If it returns without an error, Close returns
// its value; if with ErrClosed, the zero value and no error; otherwise both
// as they are. One that has not started ends without running, one that has
// ended stays as it is; both give the zero value and no error.
//
// A body that yields again instead gives [ErrIgnoredClose]. It is then unwound:
// the Yield it stands at panics, so that its deferred functions run; it must
// not recover from that and go on. A machine does what its Unwind does.
func (c *Coroutine[In, Out, Ret]) Close() (ret Ret, err error) {
	switch {
	case c.acquire(Suspended):
	case c.acquire(Created):
		c.end(Closed, ErrClosed)
		return ret, nil
	case c.Status() == Done:
		return ret, nil
	default:
		return ret, c.misuse("close")
	}
	if c.host != nil {
		c.host.close = true
	}
	var in In
	_, ok, err := c.step(in, ErrClosed)
	switch {
	case ok:
		return ret, c.wrong("close", c.unwind())
	case errors.Is(err, ErrClosed):
		return ret, nil
	}
	return c.r.Result(), err
}

// unwind ends a body that yielded after its close.
func (c *Coroutine[In, Out, Ret]) unwind() error {
	if !c.acquire(Suspended) {
		return ErrIgnoredClose // somebody else was quicker to resume it
	}
	if c.stack != nil {
		c.stack.Unwind()
		return ErrIgnoredClose
	}
	settled := false
	defer func() {
		if !settled {
			c.unsettled(recover())
		}
	}()
	c.host.unwound()
	if u, ok := c.r.(Unwinder); ok {
		u.Unwind()
	}
	settled = true
	c.end(Closed, ErrIgnoredClose)
	return ErrIgnoredClose
}

// Result returns what the body returned, and the error that the coroutine
// ended with: [ErrClosed] if it was closed before it could return. Before the
// end it returns [ErrNotDone].
func (c *Coroutine[In, Out, Ret]) Result() (Ret, error) {
	if c.Status() != Done {
		var zero Ret
		return zero, c.wrong("result", ErrNotDone)
	}
	return c.r.Result(), c.final
}

// acquire makes a coroutine of status from a running one, and reports whether
// it was one.
func (c *Coroutine[In, Out, Ret]) acquire(from Status) bool {
	for {
		switch c.status.Load() {
		case inspecting:
			runtime.Gosched()
		case uint32(from):
			if c.status.CompareAndSwap(uint32(from), uint32(Running)) {
				return true
			}
		default:
			return false
		}
	}
}

// resume is Next and Resume, which are inlined: there are to be few functions
// between a resumer and the switch to the body's stack, since each costs
// several nanoseconds.
func (c *Coroutine[In, Out, Ret]) resume(in In, start bool) (out Out, ok bool, err error) {
	if !c.status.CompareAndSwap(uint32(Suspended), uint32(Running)) &&
		!(start && c.acquire(Created)) && !c.acquire(Suspended) {
		return out, false, c.misuse("resume")
	}
	if c.stack == nil || !c.begun {
		return c.step(in, nil)
	}
	c.stack.in = in
	c.stack.beforeEnter()
	_, ok = c.stack.enter()
	ok = c.stack.afterEnter(ok)
	out = c.stack.take()
	if ok {
		c.status.Store(uint32(Suspended))
		return out, true, nil
	}
	return out, false, c.ended()
}

// step resumes the body. The caller has acquired the coroutine.
func (c *Coroutine[In, Out, Ret]) step(in In, thrown error) (out Out, ok bool, err error) {
	if !c.begun {
		c.begun = true
		leaks.started(c.info)
		if c.stack != nil {
			c.cleanup = watchAbandoned(c)
		}
	}
	if c.stack != nil {
		out, ok = c.stack.Resume(in, thrown)
	} else {
		out, ok = c.stepMachine(in, thrown)
	}
	if ok {
		c.status.Store(uint32(Suspended))
		return out, true, nil
	}
	return out, false, c.ended()
}

// ended returns what the body, which has noted it, ended with. If it
// panicked, so does ended.
func (c *Coroutine[In, Out, Ret]) ended() error {
	if c.stack != nil {
		c.stack.repanic()
	}
	return c.final
}

// stepMachine resumes a machine, which runs on the resumer's goroutine.
func (c *Coroutine[In, Out, Ret]) stepMachine(in In, thrown error) (out Out, ok bool) {
	settled := false
	defer func() {
		if !settled {
			c.unsettled(recover())
		}
	}()
	if c.host.maybe() {
		out, ok = c.observed(in, thrown)
	} else {
		c.host.untold()
		out, ok = c.r.Resume(in, thrown)
	}
	if !ok {
		c.end(Returned, c.r.Err())
	}
	settled = true
	return out, ok
}

// observed resumes a machine and tells the observer, on the resumer's
// goroutine, as a stackful body does on its own.
func (c *Coroutine[In, Out, Ret]) observed(in In, thrown error) (out Out, ok bool) {
	c.host.back(c.r, thrown)
	out, ok = c.r.Resume(in, thrown)
	if ok && c.host.on() {
		c.host.suspending(pointOf(c.r, awaitOf(&out)))
	}
	return out, ok
}

// unsettled ends a coroutine whose body panicked with v, or called Goexit if v
// is nil.
func (c *Coroutine[In, Out, Ret]) unsettled(v any) {
	if v == nil {
		c.end(Goexited, ErrGoexit)
		return
	}
	p := newPanicError(v, debug.Stack())
	c.end(Panicked, p)
	panic(p)
}

// end notes what the body ended with, before the resumer knows.
func (l *life) end(how OutcomeKind, err error) {
	l.final = err
	l.cleanup.Stop()
	leaks.forget(l.info)
	defer l.status.Store(uint32(Done)) // also if the observer panics
	if l.host != nil {
		l.host.ended(how, err)
	}
}

// misuse answers a call that the status does not allow.
func (c *Coroutine[In, Out, Ret]) misuse(call string) error {
	switch c.Status() {
	case Created:
		return c.wrong(call, ErrNotStarted)
	case Done:
		return c.wrong(call, ErrDone)
	}
	return c.wrong(call, ErrRunning)
}

func (c *Coroutine[In, Out, Ret]) wrong(call string, err error) error {
	return &MisuseError{Call: call, Of: c.info, Err: err}
}
