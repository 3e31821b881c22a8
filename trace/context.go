package trace

// This file defines contexts that carry a coroutine of a loop, in every epoch.

import (
	"context"
	"sync"

	"coroscope/coro"
)

// Context returns a context that carries the task of the coroutine that runs
// on l, or of l itself if none does. It is for regions and logs of the
// program's own, and for [Pull] and [Coroutine], whose coroutines then belong
// to the one that made them, in later traces too. It must be called on the
// goroutine of l, or by one of its coroutines. If l is not instrumented it is
// context.Background().
func Context(l *coro.Loop) context.Context {
	o := loops.of(l)
	if o == nil {
		return context.Background()
	}
	var c *coro.Info
	if t := l.Current(); t != nil {
		c = t.Info()
	}
	if o.contexts.CompareAndSwap(nil, new(sync.Map)) {
		o.publish(nil, o.root)
		for c, r := range o.records {
			o.publish(c, r.work)
		}
	}
	from := origin{o, c}
	return context.WithValue(from.context(), originKey{}, from)
}

// An origin is a coroutine on a loop, or the loop itself, as a parent.
type origin struct {
	observer *Observer
	info     *coro.Info
}

type originKey struct{}

// context returns a context with the task that the origin has in this epoch.
func (from origin) context() context.Context {
	if m := from.observer.contexts.Load(); m != nil && epoch.Load() != 0 {
		for _, c := range []*coro.Info{from.info, nil} { // at least its loop
			if v, ok := m.Load(c); ok && v.(work).epoch == epoch.Load() {
				return v.(work).ctx
			}
		}
	}
	return context.Background()
}

// parentOf returns the context that carries the parent of a task to be begun
// now, of what was made with ctx.
func parentOf(ctx context.Context) context.Context {
	if from, ok := ctx.Value(originKey{}).(origin); ok {
		return from.context()
	}
	return ctx
}

// observerOf returns the observer of the loop that ctx comes from, or nil.
func observerOf(ctx context.Context) *Observer {
	from, _ := ctx.Value(originKey{}).(origin)
	return from.observer
}

// tellSolos tells the coroutines that stand alone, but were made by one of o's
// loop, that there is another epoch, or none. It is called on the goroutine of
// the loop, which they may be bound to by a lock on its thread.
func (o *Observer) tellSolos() {
	if o.contexts.Load() == nil {
		return
	}
	for _, s := range registered() {
		if s.maker == o {
			s.announced()
		}
	}
}

// publish makes the task of a coroutine, or of the loop if c is nil, known to
// origins on other goroutines, if there are any.
func (o *Observer) publish(c *coro.Info, w work) {
	if m := o.contexts.Load(); m != nil {
		m.Store(c, w)
	}
}
