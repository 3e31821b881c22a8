package trace

// This file defines the observer of a coroutine that stands alone.

import (
	"context"
	"runtime"
	"sync/atomic"
	"weak"

	"coroscope/coro"
	"coroscope/trace/protocol"
)

// Coroutine instruments a coroutine that stands alone, and returns it:
//
//	c := cotrace.Coroutine(ctx, coro.New(coro.Pull(body), coro.Named("fib")))
//
// Its task in the trace is a child of the task that ctx carries. [Context]
// gives a context for a coroutine that is made on a loop.
//
// The coroutine must not be running. One that is, or has ended, is returned as
// it is. A coroutine that has begun is shown from here on.
func Coroutine[In, Out, Ret any](ctx context.Context, c *coro.Coroutine[In, Out, Ret], opts ...Option) *coro.Coroutine[In, Out, Ret] {
	s := &solo{info: c.Info()}
	s.init(ctx, s.info.Shape, newOptions(opts))
	p := weak.Make(c)
	s.weak = func() inspectable {
		if c := p.Value(); c != nil {
			return c
		}
		return nil
	}
	if !s.stackful {
		s.watch = func() {
			if c := p.Value(); c != nil {
				runtime.AddCleanup(c, (*solo).abandoned, s)
			}
		}
	}
	if !c.Observe(s) {
		return c
	}
	register(s)
	if currentEpoch() == 0 {
		return c
	}
	if c.Status() == coro.Created {
		s.Spawn(s.info)
	} else {
		s.announced()
	}
	return c
}

// inspectable is a coroutine that can be looked at while it is suspended.
type inspectable interface {
	OnBody(f func(coro.Suspension)) bool
}

// A solo is the observer of one coroutine that stands alone. What it is told
// comes from whoever resumes the coroutine, one call after the other; a look
// at the coroutine keeps resumers out.
type solo struct {
	coro.NopObserver
	scribe
	parent   context.Context
	maker    *Observer // of the loop that parent comes from, or nil
	stackful bool
	pinned   bool
	info     *coro.Info
	record   *record            // in the epoch it was last told something
	strong   inspectable        // the coroutine
	weak     func() inspectable // the same, nil if it was collected; if strong is nil
	watch    func()             // has abandoned called when it is collected; may be nil
	over     atomic.Bool        // it has ended

	known   atomic.Pointer[coro.Info] // info, for other goroutines, once it is in a trace
	adopted atomic.Uint64             // the epoch that it was last told of while it was suspended
}

func (s *solo) init(ctx context.Context, shape coro.Shape, o options) {
	s.parent, s.maker = ctx, observerOf(ctx)
	s.stackful, s.pinned, s.frames = shape.Stackful(), o.pinned, o.frames
	if o.lanes > 0 && !s.stackful && !o.pinned {
		s.lanes = &soloLanes
	}
}

// coroutine returns the coroutine, or nil if it was collected.
func (s *solo) coroutine() inspectable {
	if s.strong != nil {
		return s.strong
	}
	return s.weak()
}

// Epoch implements [coro.Gate]. Whoever asks resumes the coroutine.
func (s *solo) Epoch() uint64 {
	e := currentEpoch()
	if e == 0 && s.record != nil {
		s.drop()
	}
	return e
}

// WhileTracing implements [coro.TraceGate].
func (s *solo) WhileTracing() {}

// drop forgets everything.
func (s *solo) drop() {
	s.record.quitLane(&s.scribe)
	s.record = nil
}

// abandoned is called when a coroutine with a lane was collected.
func (s *solo) abandoned() {
	if s.record != nil {
		s.drop()
	}
}

// renew makes a record of the current epoch, and returns the one before.
func (s *solo) renew() (old *record) {
	old, s.record = s.record, newRecord(parentOf(s.parent), s.info)
	s.record.by = s.madeBy()
	s.known.Store(s.info)
	return old
}

// madeBy names the coroutine that made this one, if it is known.
func (s *solo) madeBy() protocol.Ref {
	if from, ok := s.parent.Value(originKey{}).(origin); ok {
		return refOf(from.info)
	}
	return protocol.Ref{}
}

// ensure makes sure that there is a record of the current epoch, and reports
// whether tracing is on. The coroutine runs on this goroutine; at says where
// it was suspended until now, if it was.
func (s *solo) ensure(at *coro.Suspension) bool {
	e := currentEpoch()
	return e != 0 && s.recordIn(e, at) != nil
}

// recordIn is ensure for the current epoch e, and returns the record.
func (s *solo) recordIn(e uint64, at *coro.Suspension) *record {
	if s.record != nil && s.record.epoch == e {
		return s.record
	}
	old := s.renew()
	s.record.inherit(old)
	s.record.isOlder(&s.scribe)
	if at != nil {
		s.record.isSuspended(&s.scribe, at)
	}
	return s.record
}

// announced looks whether there is another epoch, while nobody resumes the
// coroutine. It is called on any goroutine, but see tellSolos.
func (s *solo) announced() {
	c := s.coroutine()
	if c == nil || s.pinned {
		return
	}
	e := epoch.Load()
	if e == 0 && s.stackful {
		return // there is no lane to be let go
	}
	c.OnBody(func(at coro.Suspension) {
		switch {
		case s.record != nil && s.record.epoch == e:
		case e != 0:
			old := s.renew()
			s.record.takeOver(&s.scribe, old, &at)
			s.watchLane()
		case s.record != nil:
			s.drop()
		}
		s.adopted.Store(e)
	})
}

// watchLane sees to it that a lane does not outlive a coroutine that is
// abandoned.
func (s *solo) watchLane() {
	if s.watch != nil && s.record.lane != nil {
		s.watch()
		s.watch = nil
	}
}

// Spawn implements [coro.Observer].
func (s *solo) Spawn(*coro.Info) {
	s.renew()
	s.record.spawned(&s.scribe)
}

// Resume implements [coro.Observer].
func (s *solo) Resume(_ *coro.Info, at coro.Suspension, start bool, thrown error) {
	was := &at
	if start {
		was = nil
	}
	if s.ensure(was) {
		s.record.resume(&s.scribe, &at, start, thrown)
		s.watchLane()
	}
}

// Suspend implements [coro.Observer].
func (s *solo) Suspend(_ *coro.Info, at coro.Suspension) {
	if s.ensure(nil) {
		s.record.suspend(&s.scribe, &at)
		s.watchLane()
	}
}

// End implements [coro.Observer].
func (s *solo) End(_ *coro.Info, o coro.Outcome) {
	s.over.Store(true)
	if s.ensure(nil) {
		s.record.end(&s.scribe, o)
		s.record = nil
	}
}
