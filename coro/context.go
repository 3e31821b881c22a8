package coro

// This file defines the Contexts of tasks: which values they carry, and how
// cancellation goes from a Context to a task and from a task to its Context.

import (
	"cmp"
	"context"
	"time"
)

// InContext gives the task ctx: [Loop.Context] has its values and its deadline,
// and when ctx is canceled the task is, by an error that wraps both [ErrCanceled]
// and ctx's cause. Otherwise a task has the Context that the task which spawns it
// was given, or the loop's.
func InContext(ctx context.Context) Option {
	if ctx == nil {
		panic("coro: InContext(nil)")
	}
	return func(o *options) { o.base = &basis{ctx} }
}

// WithContext gives ctx to the loop's tasks, as [InContext] does to one of them;
// otherwise they have context.Background.
func WithContext(ctx context.Context) LoopOption {
	if ctx == nil {
		panic("coro: WithContext(nil)")
	}
	return func(l *Loop) { l.base = &basis{ctx} }
}

// ContextOf returns the Context of the task of y: see [Loop.Context]. If the
// coroutine stands alone it is context.Background.
func ContextOf(y *Async) context.Context { return y.loop.Context() }

// Context returns a Context of the task that runs, to be handed to what is not
// the loop's: to work that is offloaded, such as an HTTP request, a query, or a
// command. It has the values and the deadline of the one that the task was
// given, and is canceled
//   - when that is;
//   - when the task is canceled, with the same cause, or [ErrCanceled] if there is
//     none;
//   - when the task ends, or the part of it that is running: a [Timeout], a
//     [CancelScope] or a [Group].
//
// A cancellation of such a part concerns the Contexts handed out in it only. A
// task that was canceled and goes on gets a new Context.
//
// In a Timeout the Context has its deadline, which comes on the loop's clock:
// Deadline says what that will be on the clock on the wall if the loop's goes on
// like that. It ends with context.DeadlineExceeded then. As ever, a virtual clock
// stands while work is under way outside of the loop; work that is to end by a
// deadline needs a real clock, which in a bubble of testing/synctest is virtual
// for the work too.
//
// In a callback it is the Context that was given to who had it called, and when
// nothing runs that of the loop; that of a nil Loop is context.Background. It is
// made when it is first asked for, without a goroutine. Like all methods of a loop, it is for the loop's goroutine; the
// Context itself is safe on any.
func (l *Loop) Context() context.Context {
	if l == nil {
		return context.Background()
	}
	if l.current != nil {
		return l.current.Context()
	}
	return l.given(l.basis()).Context
}

// Context returns the Context of the task, as [Loop.Context] does for the one
// that runs. That of a task that has ended is canceled.
func (t *task) Context() context.Context {
	c := t.contexts()
	r := cmp.Or(t.extra.within, &c.own)
	ctx := t.handOut(r)
	switch {
	case t.done:
		c.own.end(t.err)
	case t.has(toCancel):
		r.end(cmp.Or(t.cause(), ErrCanceled))
	}
	return ctx
}

// SetValue gives the Context of what runs, a task or a callback, one more value,
// as context.WithValue does, and that of what it spawns or has called from now
// on; of who does so now it is a copy. Contexts that were handed out are as they
// were. When nothing runs it is for the whole loop.
//
// It is what ContextVar.set is in Python.
func (l *Loop) SetValue(key, value any) {
	b := &basis{context.WithValue(l.given(l.basis()), key, value)}
	switch {
	case l.current != nil:
		l.current.contexts().base = b
		l.current.renewContexts()
	case l.callback != nil:
		if l.callback.more == nil {
			l.callback.more = &moreHandle{}
		}
		l.callback.more.base = b
	default:
		l.base = b
	}
}

// A basis is a Context that tasks were given. It has an address of its own so
// that a task, or a callback, that was given none is a nil pointer larger only.
type basis struct{ context.Context }

var background = &basis{context.Background()}

// basis returns what was given to the task or the callback that runs; nil if
// nothing was but to the loop.
func (l *Loop) basis() *basis {
	if t := l.current; t != nil {
		return t.basis()
	}
	if h := l.callback; h != nil && h.more != nil {
		return h.more.base
	}
	return nil
}

// given returns b, or what the loop was given if b is nil.
func (l *Loop) given(b *basis) *basis {
	switch {
	case b != nil:
		return b
	case l.base != nil:
		return l.base
	}
	return background
}

// taskContexts is what a task has that was given a Context, or asked for its own.
type taskContexts struct {
	base  *basis        // nil for the loop's
	watch *contextWatch // that tells of base's end; nil if it never ends, or is the loop's
	own   part          // the whole task
}

// contexts returns the task's, which it makes if there are none.
func (t *task) contexts() *taskContexts {
	x := t.more()
	if x.contexts == nil {
		x.contexts = &taskContexts{}
	}
	return x.contexts
}

// inherit gives a new task the Context b, or the loop's if b is nil.
func (t *task) inherit(b *basis) {
	l := t.loop
	ctx := l.given(b)
	if b != nil {
		t.contexts().base = b
	}
	switch {
	case ctx.Err() != nil:
		t.CancelCause(context.Cause(ctx))
	case b != nil && b.Done() != nil:
		t.extra.contexts.watch = l.watchContext(b)
		t.extra.contexts.watch.tasks[t] = struct{}{}
	}
}

// endContexts ends those of a task that has ended with err.
func (t *task) endContexts(err error) {
	c := t.extra.contexts
	c.own.end(err)
	if w := c.watch; w != nil {
		c.watch = nil
		t.loop.unwatch(w, t)
	}
}

// renewContexts has the task's next Contexts be other ones, with the values and
// the deadlines of then, that end with those before.
func (t *task) renewContexts() {
	for r := t.extra.within; r != nil; r = r.outer {
		r.out = nil
	}
	if t.extra.contexts != nil {
		t.extra.contexts.own.out = nil
	}
}

// A part is a part of a task's work whose Contexts end with it: the whole task,
// or what stands in a scope.
type part struct {
	outer  *part           // the part that it stands in; nil if that is the task
	ends   context.Context // is canceled when the part ends; nil if nothing was handed out
	cancel context.CancelCauseFunc
	out    *partContext // what was handed out last, if it is to be handed out again

	when  time.Duration // the deadline on the loop's clock, if it is timed
	timed bool
}

// enter makes r the innermost part of the task.
func (r *part) enter(t *task) {
	x := t.more()
	r.outer, x.within = x.within, r
}

// leave ends r, which need not be the innermost part.
func (r *part) leave(t *task) {
	for at := &t.extra.within; *at != nil; at = &(*at).outer {
		if *at == r {
			*at = r.outer
			break
		}
	}
	r.end(nil)
}

// end cancels what was handed out; without a cause that is context.Canceled.
func (r *part) end(cause error) {
	if r.ends != nil {
		r.cancel(cause)
		r.ends, r.cancel, r.out = nil, nil, nil
	}
}

// handOut returns the Context of the part r of the task.
func (t *task) handOut(r *part) context.Context {
	if r.out != nil && r.out.Err() == nil {
		return r.out
	}
	c := &partContext{Context: t.ending(r), values: context.WithoutCancel(t.given())}
	c.deadline, c.timed = c.Context.Deadline()
	for p := r; p != nil; p = p.outer {
		if !p.timed {
			continue
		}
		d := time.Now().Add(p.when - t.loop.clock.Now())
		if !c.timed || d.Before(c.deadline) {
			c.deadline, c.timed = d, true
		}
	}
	r.out = c
	return c
}

// ending returns a Context that ends with the part.
func (t *task) ending(r *part) context.Context {
	if r.ends != nil && r.ends.Err() == nil {
		return r.ends
	}
	within := t.given()
	if own := &t.extra.contexts.own; r != own {
		within = t.ending(cmp.Or(r.outer, own))
	}
	r.ends, r.cancel = context.WithCancelCause(within)
	return r.ends
}

// given returns what the task was given.
func (t *task) given() context.Context { return t.loop.given(t.basis()).Context }

// basis is what the task was given; nil if nothing was but to the loop.
func (t *task) basis() *basis {
	if t.extra == nil || t.extra.contexts == nil {
		return nil
	}
	return t.extra.contexts.base
}

// A partContext is what is handed out: it ends with the part.
type partContext struct {
	context.Context
	values   context.Context // those of the task when it was handed out
	deadline time.Time       // if it is timed
	timed    bool
}

func (c *partContext) Deadline() (time.Time, bool) { return c.deadline, c.timed }

func (c *partContext) Value(key any) any {
	if v := c.values.Value(key); v != nil {
		return v
	}
	return c.Context.Value(key)
}

func (c *partContext) Err() error {
	err := c.Context.Err()
	if err != nil {
		if _, ok := context.Cause(c.Context).(*TimeoutError); ok {
			return context.DeadlineExceeded
		}
	}
	return err
}
