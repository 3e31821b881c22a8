package coro

// This file defines how a loop learns of the end of Contexts that its tasks were
// given.

import (
	"cmp"
	"context"
	"slices"
)

// A contextWatch is a Context whose end cancels tasks. Tasks with the same one, or with
// others that end when it does, share a watch, so that there is one callback of
// the context package for all of them.
type contextWatch struct {
	ctx   context.Context
	num   uint64 // in the order in which watches were made
	tasks map[*task]struct{}
	whole bool // the loop was given it, and so all tasks that have no other
	stop  func() bool
}

// watchContext returns the watch for b's end.
func (l *Loop) watchContext(b *basis) *contextWatch {
	done := b.Done()
	if w := l.contextWatches[done]; w != nil {
		return w
	}
	if l.contextWatches == nil {
		l.contextWatches = make(map[<-chan struct{}]*contextWatch)
	}
	l.lastContextWatch++
	w := &contextWatch{ctx: b.Context, num: l.lastContextWatch, tasks: make(map[*task]struct{})}
	l.contextWatches[done] = w
	w.stop = context.AfterFunc(b.Context, func() {
		switch {
		case !l.virtual:
			l.outside.call(func() { l.contextEnded(w) })
		case l.outside.idle.Load():
			l.outside.call(nil)
		}
	})
	return w
}

// watchWhole watches the Context that the loop was given.
func (l *Loop) watchWhole() {
	if l.base != nil && l.base.Done() != nil && l.base.Err() == nil {
		l.watchContext(l.base).whole = true
	}
}

// unwatch says that t does not depend on w any more.
func (l *Loop) unwatch(w *contextWatch, t *task) {
	delete(w.tasks, t)
	if len(w.tasks) == 0 && !w.whole {
		w.stop()
		delete(l.contextWatches, w.ctx.Done())
	}
}

// stopContextWatches is called when the loop closes.
func (l *Loop) stopContextWatches() {
	for _, w := range l.contextWatches {
		w.stop()
	}
	l.contextWatches = nil
}

// pollContexts cancels the tasks of Contexts that have ended. On a virtual clock
// they are asked in each turn, so that a Context which a task cancels takes effect
// in the turn after, and not when some goroutine comes to tell it.
func (l *Loop) pollContexts() {
	var ended []*contextWatch
	for _, w := range l.contextWatches {
		if w.ctx.Err() != nil {
			ended = append(ended, w)
		}
	}
	slices.SortFunc(ended, func(a, b *contextWatch) int { return cmp.Compare(a.num, b.num) })
	for _, w := range ended {
		l.contextEnded(w)
	}
}

// anyContextEnded reports whether pollContexts has something to do.
func (l *Loop) anyContextEnded() bool {
	for _, w := range l.contextWatches {
		if w.ctx.Err() != nil {
			return true
		}
	}
	return false
}

// contextEnded cancels the tasks that depend on w, in the order in which they
// were made.
func (l *Loop) contextEnded(w *contextWatch) {
	if l.contextWatches[w.ctx.Done()] != w {
		return // nobody depends on it any more
	}
	delete(l.contextWatches, w.ctx.Done())
	w.stop()
	for _, t := range l.sortedBy(w) {
		t.CancelCause(context.Cause(t.given()))
	}
}

// sortedBy returns the tasks that depend on w.
func (l *Loop) sortedBy(w *contextWatch) []*task {
	var all []*task
	for t := range w.tasks {
		t.extra.contexts.watch = nil
		all = append(all, t)
	}
	if w.whole {
		for t := range l.tasks.all() {
			if t.basis() == nil {
				all = append(all, t)
			}
		}
	}
	slices.SortFunc(all, func(a, b *task) int { return cmp.Compare(a.id, b.id) })
	return all
}
