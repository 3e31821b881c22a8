package coro

// This file defines the way into a loop from other goroutines.

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// outside is what other goroutines see of a loop.
type outside struct {
	mu     sync.Mutex
	closed bool // nobody will call any more
	calls  []func()
	called atomic.Bool   // calls may hold something, or a turn is wanted
	signal chan struct{} // has room for one
	holds  atomic.Int64
	idle   atomic.Bool // the loop waits
	step   step

	closing map[*byte]func() // what is to be called when the loop closes
}

func (o *outside) waiting() bool { return o.called.Load() }
func (o *outside) held() int64   { return o.holds.Load() }

// wake has the loop look again whether there is something to do, if it is idle.
func (o *outside) wake() {
	select {
	case o.signal <- struct{}{}:
	default: // a signal is there already
	}
}

func (o *outside) close() {
	o.mu.Lock()
	o.closed, o.calls = true, nil
	closing := o.closing
	o.closing = nil
	o.mu.Unlock()
	for _, fn := range closing {
		fn()
	}
}

func (o *outside) call(fn func()) {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return
	}
	if fn != nil {
		o.calls = append(o.calls, fn)
	}
	o.called.Store(true)
	o.mu.Unlock()
	o.wake()
}

// CallSoonThreadsafe is [Loop.CallSoon] for any goroutine, at any time; if the
// loop is idle it takes a turn. It is the only way in. A loop that is closed,
// or never runs again, does not call fn.
func (l *Loop) CallSoonThreadsafe(fn func()) {
	mustNotBeNil(fn, "CallSoonThreadsafe")
	l.outside.call(fn)
}

// takeOutside moves what was called from outside to the ready queue.
func (l *Loop) takeOutside() {
	o := &l.outside
	o.mu.Lock()
	calls := o.calls
	o.calls = nil
	o.called.Store(false)
	select {
	case <-o.signal:
	default:
	}
	o.mu.Unlock()
	for _, fn := range calls {
		l.ready.push(&Handle{loop: l, fn: fn, outside: true})
	}
}

// Hold says that work is under way outside of the loop that will end in a
// CallSoonThreadsafe: until release is called, having nothing to do is no
// deadlock, and a virtual clock waits. Both Hold and release are safe on any
// goroutine; release may be called more than once.
func (l *Loop) Hold() (release func()) {
	l.outside.holds.Add(1)
	return sync.OnceFunc(func() {
		l.outside.holds.Add(-1)
		// The loop may have been waiting for this alone.
		if l.simulated() {
			l.outside.wake() // and not take a turn, whose number would depend on it
		} else {
			l.outside.call(nil)
		}
	})
}

// Offload runs fn on a goroutine of its own, so that it may block, and
// returns the future of its result. [Submit] has a function wait for a place on
// a [Pool], and tells it when it is canceled. A panic in fn fails the future with a
// [*PanicError]. Canceling the future does not stop fn; its result is dropped.
func Offload[T any](l *Loop, label string, fn func() (T, error)) *Future[T] {
	p := NewPromise[T](l, label)
	p.num = l.expectResult()
	p.future.kind = OnGoroutine
	free := l.Hold() // also if the promise is no longer wanted
	go runOutside(fn, func(v T, err error) {
		p.keepWith(v, err)
		free()
	})
	return p.future
}

// runOutside calls fn and then end with what came of it, a panic and
// runtime.Goexit included, which is ErrGoexit and goes on after that.
func runOutside[T any](fn func() (T, error), end func(T, error)) {
	var v T
	err := ErrGoexit // unless fn returns
	defer func() {
		if p := recover(); p != nil {
			err = newPanicError(p, debug.Stack())
		}
		end(v, err)
	}()
	v, err = fn()
}
