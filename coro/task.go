package coro

// This file defines tasks: coroutines that a loop drives.

import (
	"cmp"
	"errors"
	"fmt"
	"time"
	"unsafe"
)

// A stepper is a Resumable of a task, whatever its result.
type stepper interface {
	Resume(in struct{}, thrown error) (Await, bool)
	Err() error
}

// A Task is a coroutine that a loop drives, and the future of its result. It
// is used on the loop's goroutine only.
type Task[T any] struct{ task }

// task is a Task without its result's type. A loop may have millions, so what
// most of them do not need stands in extra.
type task struct {
	future
	r       stepper
	on      *future // what it awaits; stays until it is resumed
	extra   *extra
	id      uint64
	timer   uint32 // the slot of its timer, 0 if none is set
	cancels uint32 // requests to cancel it
}

// task returns the task whose end f is; nil for a Future. A task begins with its
// future, so a pointer to it would take eight bytes of each for nothing.
func (f *future) task() *task {
	if f.flags&ofTask == 0 {
		return nil
	}
	return (*task)(unsafe.Pointer(f))
}

// extra is what a task has that is named, observed, or has an error to be
// thrown.
type extra struct {
	info   *Info
	host   *host
	thrown error // what is to be thrown in, if the task hasThrown
	cause  error // what the error of the requested cancellation wraps, if it is toCancel
	cut    error // what that of its sleep's wraps, if it is cutShort
	await  Await // what a machine yielded last
	since  int64 // on a watched loop: when the turn began in which it was suspended

	contexts *taskContexts
	within   *part // the innermost of its scopes
}

// Spawn makes r a task of l, which begins in the next turn. It is called on
// the loop's goroutine, or before the loop runs.
//
// A body that returns an error fails its task. One that returns, or is
// stopped by, [ErrCanceled] makes it canceled. A panic fails it with a
// [*PanicError].
func Spawn[T any](l *Loop, r Resumable[struct{}, Await, T], opts ...Option) *Task[T] {
	l.mustBeOpen()
	if !l.inside && l.gate.gate != nil {
		l.updateObserver() // no turn asks it before the loop runs
	}
	t := &Task[T]{}
	t.loop, t.kind, t.flags, t.r, t.id = l, OnTask, ofTask, r, lastID.Add(1)
	switch s := t.r.(type) {
	case interface{ asTask(*Loop) *stackTask }:
		t.r = s.asTask(l)
	case Looper:
		s.OnLoop(l)
	}
	_, stack := t.r.(*stackTask)
	eager := l.eager
	if len(opts) > 0 || l.dressed || l.obs != nil || leaks.checks.Load() != 0 || stack && (l.label || l.slow > 0) {
		eager = t.dress(opts)
	}
	b := t.basis()
	if b == nil {
		b = l.basis()
	}
	if b != nil || l.base != nil {
		t.inherit(b)
	}
	l.tasks.add(&t.task)
	if l.obs != nil {
		l.obs.Spawn(t.Info())
	}
	if eager && l.inside {
		t.startNow()
	} else {
		t.release(l, "spawn")
	}
	return t
}

// body returns what was handed to Spawn.
func (t *task) body() stepper {
	if s, ok := t.r.(*stackTask); ok {
		return s.engine
	}
	return t.r
}

// dress gives the task what only named or observed ones have, and reports
// whether it is to start at once.
func (t *task) dress(opts []Option) (eager bool) {
	l := t.loop
	o := options{eager: l.eager}
	if l.taskOptions != nil {
		o.apply(l.taskOptions(funcOf(t.body())))
	}
	o.apply(opts)
	info := newInfo(t.id, t.body(), &o)
	info.Loop, info.Created = l, callerOutside(1)
	if l.current != nil {
		info.Parent = l.current.Info()
	}
	t.extra = &extra{info: info}
	if o.base != nil {
		t.contexts().base = o.base
	}
	if b, ok := t.body().(bodied); ok && (o.label || l.label || l.obs != nil || l.slow > 0) {
		t.extra.host = &host{info: info, task: t, obs: l.obs, label: o.label || l.label, note: l.slow > 0}
		b.setHost(t.extra.host)
	}
	return o.eager
}

// more returns the task's extra, which it makes if there is none.
func (t *task) more() *extra {
	if t.extra == nil {
		t.extra = &extra{}
	}
	return t.extra
}

// Info returns the task's identity.
func (t *task) Info() *Info {
	x := t.more()
	if x.info == nil {
		x.info = newInfo(t.id, t.body(), &options{})
		x.info.Loop = t.loop
	}
	return x.info
}

// Name returns the name that the task was given, or that of its function.
func (t *task) Name() string { return t.Info().Name }

func (t *task) awaiting() Await { return Await{on: &t.future} }

func (t *task) String() string { return t.Info().String() }

// Result returns what the body returned, or the error it ended with;
// [ErrNotDone] before the end.
func (t *Task[T]) Result() (v T, err error) {
	if err := t.outcome(); err != nil {
		return v, err
	}
	return t.body().(interface{ Result() T }).Result(), nil
}

// Await suspends the task of y until this one has ended and returns its
// result, at once if it has ended already.
func (t *Task[T]) Await(y *Async) (v T, err error) {
	if !t.done {
		if err := Wait(y, t.awaiting()); err != nil {
			return v, err
		}
	}
	return t.Result()
}

// Status returns where the task is in its life.
func (t *task) Status() Status {
	switch {
	case t.done:
		return Done
	case t.loop.current == t, t.has(spawning):
		return Running
	case !t.has(begun):
		return Created
	}
	return Suspended
}

// Cancel requests the task's cancellation, and answers false if it is done.
// The request is delivered in the next turn: what the task awaits is canceled,
// and [ErrCanceled] is thrown into the body at its suspension point. The body
// may clean up, suspending if it must, and may swallow the error and go on. A
// task that has not begun never runs.
func (t *task) Cancel() bool { return t.CancelCause(nil) }

// CancelCause is Cancel with an error that the one thrown in wraps.
func (t *task) CancelCause(cause error) bool {
	if !t.done && t.extra != nil && t.extra.contexts != nil {
		t.extra.contexts.own.end(cmp.Or(cause, ErrCanceled))
	}
	return t.cancelStep(cause)
}

// cancelStep is CancelCause, but for the Contexts of the task.
func (t *task) cancelStep(cause error) bool {
	if t.done {
		return false
	}
	if t.has(canceling) {
		// Tasks that await each other in a circle: it is broken here.
		t.on.removeWaiter(t)
		t.on = nil
		t.cut(cause)
		return true
	}
	t.cancels++
	if t.on != nil {
		t.flags |= canceling
		passedOn := t.on.cancelAny(cause)
		t.flags &^= canceling
		if passedOn {
			return true
		}
	}
	if t.has(sleeping) {
		t.cut(cause)
	} else {
		t.requestCancel(cause)
	}
	return true
}

// cut ends what the task waits for with ErrCanceled, as it would end a future.
func (t *task) cut(cause error) {
	if t.has(sleeping) {
		t.stopSleep()
	}
	t.flags |= cutShort
	if cause != nil || t.extra != nil {
		t.more().cut = cause
	}
	t.release(t.loop, "cancel")
}

// requestCancel has the task canceled when it is resumed next.
func (t *task) requestCancel(cause error) {
	t.flags |= toCancel
	if cause != nil || t.extra != nil {
		t.more().cause = cause
	}
}

// takeCancel returns the error of a requested cancellation, which is thereby
// delivered; nil if none was requested.
func (t *task) takeCancel() error {
	if !t.has(toCancel) {
		return nil
	}
	t.flags &^= toCancel
	return canceledBy(t.takeCause())
}

func (t *task) takeCause() (cause error) {
	if t.extra != nil {
		cause, t.extra.cause = t.extra.cause, nil
	}
	return cause
}

// Canceling returns how many requests to cancel the task are outstanding.
func (t *task) Canceling() int { return int(t.cancels) }

// Uncancel takes back one request, after it was dealt with, and returns how
// many are left. If none is, a cancellation that was not delivered yet is taken
// back too.
func (t *task) Uncancel() int {
	if t.cancels > 0 {
		t.cancels--
	}
	if t.cancels == 0 {
		t.takeCancel()
	}
	return int(t.cancels)
}

// release makes the task ready.
func (t *task) release(l *Loop, what string) {
	l.ready.push(t)
	if l.obs != nil {
		l.obs.Ready(t.Info(), l.cause(what))
	}
}

// run resumes the task. The numbers are those of asyncio's Task.__step:
//  1. what it awaited has an outcome: an error is thrown in
//  2. a requested cancellation replaces what would be thrown, unless that is
//     one already
//  3. the body runs to its next suspension, or its end
//  4. it is made ready, or waits for what it yielded
//
// Loop.takeTurns does the same for a stackful body.
func (t *task) run(l *Loop) {
	var thrown error
	if !t.yielded() {
		var ok bool
		if thrown, ok = t.prepare(l); !ok {
			return
		}
	}
	l.current, l.maker = t, t
	var a Await
	var ok bool
	if l.obs == nil {
		a, ok = t.r.Resume(struct{}{}, thrown) // 3
	} else {
		a, ok = t.observedResume(thrown)
	}
	if t.extra != nil {
		t.extra.await = a
	}
	t.stepped(a, ok) // 4
}

// yielded reports whether the task has only yielded to the loop, so that there
// is nothing to prepare.
func (t *task) yielded() bool {
	return t.on == nil && t.flags&(begun|toCancel|cutShort|hasThrown) == begun
}

// prepare does 1 and 2 of run, and answers false if the task ends thereby, or
// waits on.
func (t *task) prepare(l *Loop) (thrown error, ok bool) {
	if t.has(queued) {
		return t.ticket().settle()
	}
	thrown = t.takeThrown()
	return thrown, t.has(begun) || t.start(l, thrown)
}

// start notes that the task begins. It answers false if it ends at once.
func (t *task) start(l *Loop, thrown error) bool {
	if l.obs != nil {
		t.hosted() // which notes that the body has not begun
	}
	t.flags |= begun
	if thrown != nil {
		if l.obs != nil {
			l.current = t // if the observer panics, this is whose panic it is
			t.extra.host.obs = l.obs
			t.extra.host.ended(Returned, thrown)
			l.current = nil
		}
		t.finish(thrown)
		return false
	}
	if leaks.checks.Load() != 0 {
		leaks.started(t.Info())
	}
	return true
}

// stepped deals with what the body yielded, or with its end. It is a function
// of its own because an Await then stays in registers.
func (t *task) stepped(a Await, ok bool) {
	t.loop.current = nil
	switch {
	case !ok:
		t.finish(t.r.Err())
	case a.on != nil:
		t.await(a.on)
	case a.sleep > 0:
		t.sleep(a.sleep)
	default:
		t.release(t.loop, "turn")
	}
}

func (t *task) cause() error {
	if t.extra == nil {
		return nil
	}
	return t.extra.cause
}

// takeThrown returns what is to be thrown in: the error of what was awaited,
// or a cancellation.
func (t *task) takeThrown() error {
	var thrown error
	if t.on != nil {
		thrown = t.on.outcome()
		t.on = nil
	}
	if t.has(cutShort) {
		var cause error
		if t.extra != nil {
			cause, t.extra.cut = t.extra.cut, nil
		}
		thrown = canceledBy(cause)
		t.flags &^= cutShort
	}
	if t.has(hasThrown) {
		thrown, t.extra.thrown = t.extra.thrown, nil
		t.flags &^= hasThrown
	}
	if cancel := t.takeCancel(); cancel != nil && !errors.Is(thrown, ErrCanceled) {
		thrown = cancel
	}
	return thrown
}

// await makes the task wait for f, which its body yielded.
func (t *task) await(f *future) {
	switch {
	case f == &t.future:
		t.throwNext(ErrAwaitSelf)
	case f.loop != t.loop:
		t.throwNext(fmt.Errorf("%w: that of loop %s, and not of %s; await coro.Bridge of it", ErrOtherLoop, f.loop.name, t.loop.name))
	default:
		t.on = f
		switch {
		case f.done:
			t.release(t.loop, "future")
		case f.has(lined):
			f.waiter.(*line).enter(t)
			return
		default:
			f.addWaiter(t)
		}
		if t.has(toCancel) && f.cancelAny(t.cause()) {
			t.takeCancel()
		}
	}
}

// throwNext has err thrown in in the next turn.
func (t *task) throwNext(err error) {
	t.more().thrown = err
	t.flags |= hasThrown
	t.release(t.loop, "future")
}

// sleep sets the task's timer.
func (t *task) sleep(d time.Duration) {
	l := t.loop
	t.flags |= sleeping
	l.timers.add(l.after(d), (*sleeper)(t))
	if l.obs != nil {
		l.obs.Timer(t.Info(), "", TimerSet, d)
	}
	if t.has(toCancel) {
		t.flags &^= toCancel
		t.cut(t.takeCause())
	}
}

// stopSleep takes the timer back.
func (t *task) stopSleep() {
	t.flags &^= sleeping | firing
	if t.timer != 0 { // otherwise it has gone off in this turn
		t.loop.timers.cancel(t.timer)
		t.timer = 0
	}
	if t.loop.obs != nil {
		t.loop.obs.Timer(t.Info(), "", TimerCanceled, 0)
	}
}

// A sleeper is a task as its timer sees it.
type sleeper task

func (s *sleeper) arm(slot uint32) { s.timer = slot }

// due is called when the timer goes off. As in asyncio the task is not
// resumed then: the end of the sleep is a callback of this turn, which makes
// the task ready for the next.
func (s *sleeper) due() {
	s.timer = 0
	s.flags |= firing
}

func (s *sleeper) run(l *Loop) {
	t := (*task)(s)
	if !t.has(firing) {
		return // canceled meanwhile
	}
	t.flags &^= firing | sleeping
	l.maker = nil
	if l.obs != nil {
		l.obs.Timer(t.Info(), "", TimerFired, 0)
	}
	t.release(l, "timer")
}

// finish ends the task, whose body ended with err.
func (t *task) finish(err error) {
	l := t.loop
	if cancel := t.takeCancel(); err == nil {
		err = cancel // it was canceled while it ran for the last time
	}
	if leaks.checks.Load() != 0 {
		leaks.forget(t.Info())
	}
	l.tasks.remove(t)
	if t.extra != nil && t.extra.contexts != nil {
		t.endContexts(err)
	}
	t.complete(err, "task")
	if err != nil && !errors.Is(err, ErrCanceled) && !t.has(closing) {
		l.failed(t)
	}
}

// place returns where the task stands, for the report of a slow step; it does
// not ask a stackful body, which notes it for that.
func (t *task) place() (p Place) {
	switch {
	case t.done:
	case !t.has(begun):
		if t.extra != nil && t.extra.info != nil {
			p = t.extra.info.Created
		}
	case t.extra != nil && t.extra.host != nil && t.extra.host.note:
		p = t.extra.host.from
	default:
		p = t.standing().Place
	}
	return p
}

// Suspension implements [Inspectable]. It must be called on the loop's
// goroutine.
func (t *task) Suspension() (s Suspension, ok bool) {
	ok = t.OnBody(func(at Suspension) { s = at })
	return s, ok
}

// OnBody implements [Inspectable].
func (t *task) OnBody(f func(Suspension)) bool {
	if t.Status() != Suspended {
		return false
	}
	if b, ok := t.body().(bodied); ok {
		if tk := t.ticket(); tk != nil {
			b.onBody(func(s Suspension) {
				tk.describe(&s) // what it yielded says where it was to join the line
				f(s)
			})
			return true
		}
		b.onBody(f)
	} else {
		f(t.standing())
	}
	return true
}

// standing returns where a suspended machine stands.
func (t *task) standing() Suspension {
	if x := t.extra; x != nil && x.await != (Await{}) {
		s := pointOf(t.r, &x.await)
		if tk := t.ticket(); tk != nil {
			tk.describe(&s)
		}
		return s
	}
	// Of the Await of a task that nobody named only what is needed was kept.
	s := pointOf(t.r, &Await{on: t.on})
	if t.has(sleeping) {
		s.Kind = OnSleep
	}
	return s
}

// Inner implements [Inspectable].
func (t *task) Inner() Inspectable {
	if t.Status() != Suspended {
		return nil
	}
	return innerOf(t.body())
}

// observedResume resumes the body and tells the observer.
func (t *task) observedResume(thrown error) (Await, bool) {
	if _, ok := t.body().(bodied); ok {
		return t.r.Resume(struct{}{}, thrown) // the body tells, on its own goroutine
	}
	h := t.hosted()
	h.obs = t.loop.obs
	if h.begun && !h.told {
		h.last, h.told = t.standing(), true
	}
	h.back(t.r, thrown)
	a, ok := t.r.Resume(struct{}{}, thrown)
	if ok {
		h.suspending(pointOf(t.r, &a))
	} else {
		h.ended(Returned, t.r.Err())
	}
	return a, ok
}

// hosted returns the task's host, which it makes if there is none.
func (t *task) hosted() *host {
	x := t.more()
	if x.host == nil {
		x.host = &host{info: t.Info(), task: t, begun: t.has(begun)}
	}
	return x.host
}
