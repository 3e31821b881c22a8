package coro

// This file defines what a loop knows of its tasks, and its observer of both.

import "context"

// AnyTask is a [Task], whatever its result's type.
type AnyTask interface {
	Inspectable
	Awaitable
	AddDoneCallback(fn func()) *Handle
	Name() string

	// Context is that of [Task].
	Context() context.Context

	// Canceling and Uncancel are those of [Task].
	Canceling() int
	Uncancel() int
}

// Tasks returns the loop's tasks that have not ended, in the order in which
// they were made. The loop holds them strongly: a task that nobody else refers
// to runs to its end all the same.
func (l *Loop) Tasks() []AnyTask {
	var all []AnyTask
	for t := range l.tasks.all() {
		all = append(all, t)
	}
	return all
}

// Current returns the task that runs, nil if none does.
func (l *Loop) Current() AnyTask {
	if l.current == nil {
		return nil
	}
	return l.current
}

// An observing is an observer on its way to a loop.
type observing struct{ obs Observer }

// Observe has obs told what happens on the loop, from its next turn on, in
// place of the observer before; nil for nobody. It is safe on any goroutine.
func (l *Loop) Observe(obs Observer) {
	l.observe.Store(&observing{obs})
	l.TakeTurn()
}

// TakeTurn makes the loop take a turn, if it is running: its observer, if it
// is a [Gate], is asked for its epoch. It reports whether the loop was idle,
// and will therefore take that turn at once. It is safe on any goroutine.
func (l *Loop) TakeTurn() (idle bool) {
	if !l.running.Load() {
		return false
	}
	idle = l.outside.idle.Load()
	l.outside.call(nil)
	return idle
}

// updateObserver looks whether there is another observer, or a new epoch of
// the one there is. No task is running.
func (l *Loop) updateObserver() {
	if o := l.observe.Swap(nil); o != nil {
		l.detach()
		l.attached = o.obs
		l.gate = newGateway(o.obs)
	}
	var epoch uint64
	if l.attached != nil {
		epoch = l.gate.epoch()
	}
	if epoch == l.epoch {
		return
	}
	l.detach()
	if epoch == 0 {
		return
	}
	l.epoch, l.obs = epoch, l.attached
	for t := range l.tasks.all() {
		t.observedBy(l.obs)
	}
	l.obs.Attach(l, l.snapshot())
	if l.inside {
		l.obs.Run(l, true)
	}
}

// detach ends the observer's epoch, if there is one.
func (l *Loop) detach() {
	if l.obs == nil {
		return
	}
	l.obs.Detach(l, l.snapshot())
	l.obs, l.epoch = nil, 0
	for t := range l.tasks.all() {
		t.observedBy(nil)
	}
}

// observedBy has obs, or nobody, told of the task.
func (t *task) observedBy(obs Observer) {
	if t.extra == nil && obs == nil {
		return
	}
	h := t.hosted()
	h.obs, h.told, h.begun = obs, false, t.has(begun)
	if b, ok := t.body().(bodied); ok {
		b.setHost(h)
	}
}

func (l *Loop) snapshot() []TaskState {
	var all []TaskState
	for t := range l.tasks.all() {
		s := TaskState{Info: t.Info(), Status: t.Status(), OnBody: t.OnBody}
		s.Suspended, _ = t.Suspension()
		all = append(all, s)
	}
	return all
}

// cause says who makes a task ready at this moment.
func (l *Loop) cause(what string) Cause {
	if l.maker == nil {
		switch {
		case what != "future" && what != "task":
		case l.callback != nil && l.callback.outside:
			what = "outside"
		default:
			what = "callback"
		}
		return Cause{What: what}
	}
	return Cause{By: l.maker.Info(), What: what}
}
