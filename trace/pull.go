package trace

// This file defines the drop-ins for iter.Pull and iter.Pull2.

import (
	"context"
	"iter"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"

	"coroscope/coro"
)

// Pull is [iter.Pull], instrumented: next and stop behave as iter.Pull's do,
// in panics, runtime.Goexit and misuse too. Its task in the trace, called
// after the function that is seq, is a child of the task that ctx carries. If
// name is empty, the row is called after the function too.
//
//	next, stop := cotrace.Pull(ctx, "words", words)
//	defer stop()
//
// The stack of the coroutine is made by the first call of next; one that is
// stopped before has none.
//
// A program that is locked to its thread when it first calls next
// (runtime.LockOSThread) must say so with [Pinned], since a trace that begins
// looks at what is suspended.
//
// While tracing is off that costs some 15 ns a call of next, so that a trace
// may begin at any time, and half a microsecond for the coroutine.
func Pull[V any](ctx context.Context, name string, seq iter.Seq[V], opts ...Option) (next func() (V, bool), stop func()) {
	p := newPulled(ctx, name, reflect.ValueOf(seq), opts)
	var rawNext func() (V, bool)
	var rawStop func()
	body := func(yield func(V) bool) {
		defer p.ended()
		p.begun()
		seq(func(v V) bool {
			if !p.live {
				return yield(v) // iter.Pull has an answer to that
			}
			p.live, p.told = false, false
			if !quiet() {
				runtime.Callers(2, p.pcs[:])
				p.suspend()
			}
			ok := yield(v)
			for p.ask != nil {
				p.answer()
				var none V
				ok = yield(none)
			}
			if p.live = ok; !quiet() {
				p.resumed(ok)
			}
			return ok
		})
		p.returned = true
	}
	p.enter = func() { rawNext() }
	next = func() (V, bool) {
		mine := p.status.CompareAndSwap(pullIdle, pullBusy) || p.acquire()
		if rawNext == nil {
			rawNext, rawStop = iter.Pull(body)
		}
		v, ok := rawNext()
		if mine {
			p.status.Store(pullIdle)
		}
		return v, ok
	}
	return next, func() {
		p.stop(func() {
			switch {
			case rawStop != nil:
				rawStop()
			case rawNext == nil:
				rawNext = func() (v V, ok bool) { return v, false }
			}
		})
	}
}

// Pull2 is [iter.Pull2], instrumented as by [Pull].
func Pull2[K, V any](ctx context.Context, name string, seq iter.Seq2[K, V], opts ...Option) (next func() (K, V, bool), stop func()) {
	p := newPulled(ctx, name, reflect.ValueOf(seq), opts)
	var rawNext func() (K, V, bool)
	var rawStop func()
	body := func(yield func(K, V) bool) {
		defer p.ended()
		p.begun()
		seq(func(k K, v V) bool {
			if !p.live {
				return yield(k, v)
			}
			p.live, p.told = false, false
			if !quiet() {
				runtime.Callers(2, p.pcs[:])
				p.suspend()
			}
			ok := yield(k, v)
			for p.ask != nil {
				p.answer()
				var noKey K
				var none V
				ok = yield(noKey, none)
			}
			if p.live = ok; !quiet() {
				p.resumed(ok)
			}
			return ok
		})
		p.returned = true
	}
	p.enter = func() { rawNext() }
	next = func() (K, V, bool) {
		mine := p.status.CompareAndSwap(pullIdle, pullBusy) || p.acquire()
		if rawNext == nil {
			rawNext, rawStop = iter.Pull2(body)
		}
		k, v, ok := rawNext()
		if mine {
			p.status.Store(pullIdle)
		}
		return k, v, ok
	}
	return next, func() {
		p.stop(func() {
			switch {
			case rawStop != nil:
				rawStop()
			case rawNext == nil:
				rawNext = func() (k K, v V, ok bool) { return k, v, false }
			}
		})
	}
}

// A pulled is a coroutine of Pull or Pull2.
type pulled struct {
	solo
	name  string
	seq   reflect.Value
	enter func() // resumes the body

	status   atomic.Uint32
	started  bool
	live     bool // the body runs, and has not been stopped
	stopped  bool
	returned bool
	done     bool
	told     bool            // at is where it was suspended
	at       coro.Suspension // where it was looked at last

	// ask, when not nil, says that the body is not resumed, only asked where
	// it is suspended.
	ask func(coro.Suspension)

	// Where the body has yielded, by program counter.
	pcs    [1]uintptr
	lastPC uintptr // at's
	places map[uintptr]coro.Place
}

// The statuses of a pulled.
const (
	pullIdle   uint32 = iota // neither of the following
	pullBusy                 // somebody is in next or stop
	pullViewed               // somebody looks at it; next and stop wait
)

func newPulled(ctx context.Context, name string, seq reflect.Value, opts []Option) *pulled {
	p := &pulled{name: name, seq: seq}
	p.init(ctx, coro.ShapePull, newOptions(opts))
	p.strong = p // as long as it has not ended, its goroutine is not collected either
	register(&p.solo)
	if p.Epoch() != 0 {
		p.identify().Created = callerOf(3)
		p.Spawn(p.info)
	}
	return p
}

// identify makes p.info when it is first needed.
func (p *pulled) identify() *coro.Info {
	if p.info == nil {
		fn := "func"
		if f := runtime.FuncForPC(p.seq.Pointer()); f != nil {
			fn = strings.ReplaceAll(f.Name(), "[...]", "")
			fn = strings.TrimSuffix(fn[strings.LastIndexByte(fn, '/')+1:], "-fm")
		}
		p.info = coro.NewInfo(p.name, fn, coro.ShapePull)
		p.info.Created = coro.Place{}
	}
	return p.info
}

// acquire keeps those who look away while the body runs, and reports whether
// it is for the caller to make the status pullIdle again. (next does by itself
// what acquire mostly does; where next panics there is no body any more.)
func (p *pulled) acquire() bool {
	for !p.status.CompareAndSwap(pullIdle, pullBusy) {
		if p.status.Load() == pullBusy {
			return false // misuse, to which iter.Pull has an answer
		}
		runtime.Gosched()
	}
	return true
}

// stop is the function stop; raw is iter.Pull's.
func (p *pulled) stop(raw func()) {
	mine := p.acquire()
	p.stopped = true
	raw()
	if !p.started && !p.done {
		p.done = true // the body never ran, and never will
		p.over.Store(true)
		if p.Epoch() != 0 {
			p.End(p.identify(), coro.Outcome{Kind: coro.Closed})
		}
	}
	if mine {
		p.status.Store(pullIdle)
	}
}

// The following are called by the body, on its goroutine.

func (p *pulled) begun() {
	p.started, p.live = true, true
	if p.Epoch() != 0 {
		p.identify()
		p.Resume(p.info, coro.Suspension{State: coro.NoState}, true, nil)
	}
}

// suspend is called by the function that the body calls to yield, as are
// resumed and answer, while tracing may be on. These do what solo's methods
// do, some calls nearer to the body: each one between costs the runtime's own
// part of the work some nanoseconds.
func (p *pulled) suspend() {
	e := p.Epoch()
	if e == 0 {
		return
	}
	p.look()
	p.told = true
	p.identify()
	p.recordIn(e, nil).suspend(&p.scribe, &p.at)
}

func (p *pulled) resumed(ok bool) {
	e := p.Epoch()
	if e == 0 {
		return
	}
	if !p.told {
		runtime.Callers(3, p.pcs[:])
		p.look()
		p.identify()
	}
	var thrown error
	if !ok {
		thrown = coro.ErrClosed
	}
	p.recordIn(e, &p.at).resume(&p.scribe, &p.at, false, thrown)
}

func (p *pulled) answer() {
	runtime.Callers(3, p.pcs[:])
	p.look()
	p.ask(p.at)
}

// look sets at to where the body yields, which is at p.pcs.
func (p *pulled) look() {
	if pc := p.pcs[0]; pc != p.lastPC {
		p.lastPC = pc
		place, ok := p.places[pc]
		if !ok {
			f, _ := runtime.CallersFrames(p.pcs[:]).Next()
			place = coro.Place{File: f.File, Line: f.Line}
			if p.places == nil {
				p.places = make(map[uintptr]coro.Place)
			}
			p.places[pc] = place
		}
		p.at = coro.Suspension{Kind: coro.OnResumer, State: coro.NoState, Place: place}
	}
}

// ended is deferred, so that it runs however the body ends.
func (p *pulled) ended() {
	p.live, p.done = false, true
	if p.Epoch() == 0 {
		p.over.Store(true)
		return
	}
	p.identify()
	var o coro.Outcome
	var v any
	if !p.returned {
		if v = recover(); v != nil {
			o = coro.Outcome{Kind: coro.Panicked, Err: &coro.PanicError{Value: v}}
		} else {
			o = coro.Outcome{Kind: coro.Goexited}
		}
	} else if p.stopped {
		o.Kind = coro.Closed
	}
	p.End(p.info, o)
	if v != nil {
		panic(v) // iter.Pull recovers from it and hands the value on
	}
}

// OnBody is as in [coro.Inspectable].
func (p *pulled) OnBody(f func(coro.Suspension)) bool {
	if !p.status.CompareAndSwap(pullIdle, pullViewed) {
		return false
	}
	defer p.status.Store(pullIdle)
	if !p.started || p.done {
		return false
	}
	p.identify()
	p.ask = f
	p.enter()
	p.ask = nil
	return true
}

// callerOf returns the place of the skip-th caller of its caller.
func callerOf(skip int) coro.Place {
	_, file, line, _ := runtime.Caller(skip)
	return coro.Place{File: file, Line: line}
}
