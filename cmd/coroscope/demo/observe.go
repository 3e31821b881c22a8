package demo

// This file defines how a demo's loops and coroutines are observed: by the
// tracer, by who records what the running program sees, and by who tells
// people.

import (
	"context"
	"time"

	"coroscope/cmd/coroscope/internal/eventlog"
	"coroscope/coro"
	cotrace "coroscope/trace"
)

// SlowStep is how long a step may hold a demo's loop before it is reported.
const SlowStep = 20 * time.Millisecond

// NewLoop returns a loop that is traced and recorded, and beside that observed
// by tell if that is not nil. Its coroutines carry pprof labels, and steps
// slower than SlowStep are reported. Further options are applied after these.
func (e *Env) NewLoop(name string, tell coro.Observer, opts ...coro.LoopOption) *coro.Loop {
	var obs coro.Observer = cotrace.NewObserver(e.traceOptions()...)
	if e.Record != nil {
		obs = eventlog.NewTee(obs, e.Record)
	}
	if tell != nil {
		obs = eventlog.NewTee(obs, tell)
	}
	return coro.NewLoop(append([]coro.LoopOption{
		coro.WithName(name),
		coro.WithLabels(),
		coro.WithObserver(obs),
		coro.WithSlowStep(SlowStep, e.slowStep),
	}, opts...)...)
}

func (e *Env) slowStep(s coro.SlowStep) {
	said := s
	said.Took = s.Took.Round(100 * time.Microsecond)
	e.Say("slow step: %s", said)
	if e.Slow != nil {
		e.Slow(s)
	}
}

func (e *Env) traceOptions() []cotrace.Option {
	if e.Frames {
		return []cotrace.Option{cotrace.WithFrames()}
	}
	return nil
}

// A Driven is a coroutine that stands alone, and that its resumer, who sees all
// that happens to it, records.
type Driven[In, Out, Ret any] struct {
	*coro.Coroutine[In, Out, Ret]
	record coro.Observer
	last   coro.Suspension
	over   bool // its end was recorded
}

// Drive returns a coroutine of r that is traced, as a child of the task that
// ctx carries, and recorded.
func Drive[In, Out, Ret any](ctx context.Context, e *Env, r coro.Resumable[In, Out, Ret], opts ...coro.Option) *Driven[In, Out, Ret] {
	c := coro.New(r, append(opts, coro.Labeled())...)
	d := &Driven[In, Out, Ret]{Coroutine: cotrace.Coroutine(ctx, c, e.traceOptions()...), record: e.Record}
	if d.record == nil {
		d.record = coro.NopObserver{}
	}
	d.record.Spawn(c.Info())
	return d
}

// Next is the coroutine's, recorded.
func (d *Driven[In, Out, Ret]) Next() (Out, bool, error) {
	d.resumed(nil)
	out, ok, err := d.Coroutine.Next()
	d.left()
	return out, ok, err
}

// Resume is the coroutine's, recorded.
func (d *Driven[In, Out, Ret]) Resume(in In) (Out, bool, error) {
	d.resumed(nil)
	out, ok, err := d.Coroutine.Resume(in)
	d.left()
	return out, ok, err
}

// Throw is the coroutine's, recorded.
func (d *Driven[In, Out, Ret]) Throw(thrown error) (Out, bool, error) {
	d.resumed(thrown)
	out, ok, err := d.Coroutine.Throw(thrown)
	d.left()
	return out, ok, err
}

// Close is the coroutine's, recorded.
func (d *Driven[In, Out, Ret]) Close() (Ret, error) {
	d.resumed(coro.ErrClosed)
	ret, err := d.Coroutine.Close()
	d.left()
	return ret, err
}

// resumed records that the coroutine is about to be resumed.
func (d *Driven[In, Out, Ret]) resumed(thrown error) {
	switch d.Status() {
	case coro.Created:
		if thrown == nil { // else its body never runs
			d.record.Resume(d.Info(), coro.Suspension{State: coro.NoState}, true, nil)
		}
	case coro.Suspended:
		d.record.Resume(d.Info(), d.last, false, thrown)
	}
}

// left records that the coroutine has left off.
func (d *Driven[In, Out, Ret]) left() {
	if s, ok := d.Suspension(); ok {
		d.last = s
		d.record.Suspend(d.Info(), s)
		return
	}
	if d.over {
		return
	}
	d.over = true
	o := coro.Outcome{Kind: coro.Returned}
	if _, err := d.Result(); err != nil {
		o = coro.Outcome{Kind: coro.Failed, Err: err}
	}
	d.record.End(d.Info(), o)
}
