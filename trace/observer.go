package trace

// This file defines the observer of a loop.

import (
	"context"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"

	"coroscope/coro"
	"coroscope/trace/protocol"
)

// An Observer writes what happens on one loop into the trace, while there is
// one. [Loop] and [Observe] make one; a program needs it by name only to have
// an observer of its own beside it, that passes on all calls, the [coro.Gate]
// included.
type Observer struct {
	scribe
	id      uint64
	last    *record       // the one asked for last, or nil
	running *trace.Region // "loop <name>"
	idle    *trace.Region
	left    *leaving

	// Other goroutines than the loop's may look at these, so mu is held where
	// one of them changes, and where others look: see names.
	mu      sync.Mutex
	name    string // of the loop
	root    work   // the loop's task; none if its epoch is 0
	records map[*coro.Info]*record

	adopted atomic.Uint64 // the epoch that the observer has last found out about
	runs    atomic.Bool   // the loop does, as far as the observer knows

	// What [Context] needs: the contexts of this epoch by coroutine, once
	// somebody has asked.
	contexts atomic.Pointer[sync.Map]
}

// A leaving is when a loop was last left by an observer. All observers of a loop
// share it, and use it on the loop's goroutine only.
type leaving struct{ session, turn uint64 }

// by notes that the observer leaves l.
func (v *leaving) by(o *Observer, l *coro.Loop) { v.session, v.turn = o.root.session, l.Turns() }

// missed reports whether l, which somebody observed before in the session, has
// taken turns since that nobody did.
func (v *leaving) missed(l *coro.Loop, session uint64) bool {
	return v.session == session && v.turn != l.Turns()
}

var loopIDs atomic.Uint64

// NewObserver returns an observer of one loop.
func NewObserver(opts ...Option) *Observer {
	o := newOptions(opts)
	return &Observer{
		scribe:  scribe{frames: o.frames, lanes: &lanes{max: o.lanes}},
		id:      loopIDs.Add(1),
		left:    new(leaving),
		records: make(map[*coro.Info]*record),
	}
}

// Loop instruments a new loop:
//
//	l := coro.NewLoop(coro.WithName("bar"), cotrace.Loop())
func Loop(opts ...Option) coro.LoopOption {
	return func(l *coro.Loop) { Observe(l, opts...) }
}

// Observe instruments a loop, in place of the observer that it has. It is safe
// on any goroutine.
func Observe(l *coro.Loop, opts ...Option) {
	o := NewObserver(opts...)
	if before := loops.of(l); before != nil {
		o.id, o.left = before.id, before.left // it is the same loop
	}
	loops.add(l, o)
	l.Observe(o)
}

// Epoch implements [coro.Gate].
func (o *Observer) Epoch() uint64 { return currentEpoch() }

// WhileTracing implements [coro.TraceGate].
func (o *Observer) WhileTracing() {}

// found notes that the observer knows of epoch e.
func (o *Observer) found(e uint64) {
	o.adopted.Store(e)
	select {
	case adopted <- struct{}{}:
	default: // somebody is being told already
	}
}

// live reports whether there is something to be written to.
func (o *Observer) live() bool { return on(o.root.session) }

// ref names the loop.
func (o *Observer) ref() protocol.Ref { return protocol.Ref{Name: o.name, ID: o.id} }

// Attach implements [coro.Observer]. It begins the loop's root task and the
// tasks of its coroutines, and says where each of them is suspended.
func (o *Observer) Attach(l *coro.Loop, snapshot []coro.TaskState) {
	if loops.of(l) != o {
		loops.add(l, o)
	}
	e := currentEpoch()
	defer o.found(e)
	if e == 0 {
		o.drop()
		o.tellSolos()
		return
	}
	old := o.records
	o.leaveLoop()
	o.last = nil
	root := newWork(context.Background(), protocol.TaskLoop(l.Name()))
	o.mu.Lock()
	o.name, o.root = l.Name(), root
	o.records = make(map[*coro.Info]*record, len(snapshot))
	o.mu.Unlock()
	write(&o.scribe, o.root.ctx, protocol.CatCoroscope, protocol.Loop{Who: o.ref(), Unobserved: o.left.missed(l, root.session)})
	o.publish(nil, o.root)
	for i := range snapshot {
		t := &snapshot[i]
		r := o.add(t.Info)
		if t.Status != coro.Suspended {
			r.isOlder(&o.scribe)
			continue
		}
		t.OnBody(func(s coro.Suspension) { r.takeOver(&o.scribe, old[t.Info], &s) })
	}
	for _, r := range old {
		r.quitLane(&o.scribe) // of one that has gone unnoticed
	}
	o.tellSolos()
}

// Detach implements [coro.Observer].
func (o *Observer) Detach(l *coro.Loop, snapshot []coro.TaskState) {
	o.left.by(o, l)
	o.runs.Store(false) // if it goes on, so says a Run that follows
	if e := currentEpoch(); !o.live() {
		o.drop()
		if e == 0 {
			o.tellSolos()
		}
		o.found(e)
	} else if e == o.root.epoch {
		for i := range snapshot {
			t := &snapshot[i]
			if r := o.records[t.Info]; r != nil {
				t.OnBody(func(coro.Suspension) { r.leave() })
			}
		}
		o.leaveLoop()
		o.drop()
	} // else Attach follows, which takes over what there is
}

// leaveLoop ends the regions and the task of the loop.
func (o *Observer) leaveLoop() {
	o.root.finish(&o.idle)
	o.root.finish(&o.running)
	if o.live() {
		o.root.task.End()
	}
}

// drop forgets everything.
func (o *Observer) drop() {
	for _, r := range o.records {
		r.quitLane(&o.scribe)
	}
	o.last, o.running, o.idle = nil, nil, nil
	o.mu.Lock()
	clear(o.records)
	o.root = work{}
	o.mu.Unlock()
	if m := o.contexts.Load(); m != nil {
		m.Clear()
	}
}

// add begins the task of c.
func (o *Observer) add(c *coro.Info) *record {
	r := newRecord(o.root.ctx, c)
	o.mu.Lock()
	o.records[c] = r
	o.mu.Unlock()
	o.publish(c, r.work)
	return r
}

// record returns the record of c, nil if there is nothing to be written to.
func (o *Observer) record(c *coro.Info) *record {
	if !o.live() {
		return nil
	}
	if o.last != nil && o.last.info == c {
		return o.last
	}
	r := o.records[c]
	if r == nil {
		r = o.add(c)
		r.isOlder(&o.scribe)
	}
	o.last = r
	return r
}

// Spawn implements [coro.Observer].
func (o *Observer) Spawn(c *coro.Info) {
	if o.live() {
		o.add(c).spawned(&o.scribe)
	}
}

// Ready implements [coro.Observer].
func (o *Observer) Ready(c *coro.Info, why coro.Cause) {
	if r := o.record(c); r != nil {
		r.becameReady(&o.scribe, why)
	}
}

// Resume implements [coro.Observer].
func (o *Observer) Resume(c *coro.Info, s coro.Suspension, start bool, thrown error) {
	if r := o.record(c); r != nil {
		r.resume(&o.scribe, &s, start, thrown)
	}
}

// Suspend implements [coro.Observer].
func (o *Observer) Suspend(c *coro.Info, s coro.Suspension) {
	if r := o.record(c); r != nil {
		r.suspend(&o.scribe, &s)
	}
}

// End implements [coro.Observer].
func (o *Observer) End(c *coro.Info, out coro.Outcome) {
	r := o.record(c)
	if r == nil {
		return
	}
	r.end(&o.scribe, out)
	o.mu.Lock()
	delete(o.records, c)
	o.mu.Unlock()
	o.last = nil
	if m := o.contexts.Load(); m != nil {
		m.Delete(c)
	}
}

// Timer implements [coro.Observer].
func (o *Observer) Timer(c *coro.Info, fn string, op coro.TimerOp, d time.Duration) {
	m := protocol.Timer{Callback: fn, Op: op.String()}
	if op == coro.TimerSet {
		m.After = d
	}
	ctx := o.root.ctx
	if c != nil {
		r := o.record(c)
		if r == nil {
			return
		}
		m.Who, ctx = r.who, r.ctx
	} else if !o.live() {
		return
	}
	write(&o.scribe, ctx, protocol.CatTimer, m)
}

// Turn implements [coro.Observer].
func (o *Observer) Turn(l *coro.Loop, n uint64, ready, timers int) {
	if o.live() {
		trace.Log(o.root.ctx, protocol.CatTurn, text(&o.scribe, protocol.Turn{N: n, Ready: ready, Timers: timers}))
	}
}

// Idle implements [coro.Observer].
func (o *Observer) Idle(*coro.Loop, time.Duration) {
	if o.live() {
		o.idle = o.root.keep(trace.StartRegion(o.root.ctx, protocol.RegionIdle))
	}
}

// Busy implements [coro.Observer].
func (o *Observer) Busy(*coro.Loop) { o.root.finish(&o.idle) }

// Run implements [coro.Observer].
func (o *Observer) Run(_ *coro.Loop, running bool) {
	o.runs.Store(running)
	if !running {
		o.root.finish(&o.running)
	} else if o.live() {
		o.running = o.root.keep(trace.StartRegion(o.root.ctx, protocol.RegionLoop(o.name)))
	}
}

// Slow implements [coro.Observer].
func (o *Observer) Slow(_ *coro.Loop, s coro.SlowStep) {
	if !o.live() {
		return
	}
	m := protocol.Slow{Who: refOf(s.Task), Callback: s.Callback, Took: s.Took}
	ctx := o.root.ctx
	if s.Task != nil {
		m.File, m.Line = base(s.From.File), s.From.Line
		if r := o.records[s.Task]; r != nil {
			ctx = r.ctx
		}
	}
	write(&o.scribe, ctx, protocol.CatSlow, m)
}
