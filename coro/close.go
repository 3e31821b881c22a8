package coro

// This file defines how a loop is closed, with the tasks that are pending.

import "runtime/debug"

// Close ends the loop. Tasks that are pending are reported and closed, last
// made first: their bodies get [ErrClosed]. Errors that nobody retrieved are
// reported. A loop that runs cannot be closed: [ErrLoopRunning]. Closing twice
// does nothing.
func (l *Loop) Close() error {
	if l.running.Load() {
		return ErrLoopRunning
	}
	if l.closed {
		return nil
	}
	l.updateObserver()
	l.closed = true
	l.outside.close()
	l.forgetArrivals()
	l.unregister()
	if l.pool != nil {
		l.pool.ShutdownNow()
	}
	pending := l.tasks.first(l.tasks.len())
	for _, t := range pending {
		l.handler(l, Exception{Message: "task was destroyed but it is pending", Of: t})
	}
	defer func() { // also if a body calls runtime.Goexit
		l.reportFailures(l.unobserved)
		l.unobserved = nil
		l.ready, l.timers = queue{}, timers{}
		l.stopContextWatches()
		l.detach()
		l.attached, l.gate = nil, gateway{}
	}()
	l.closeTasks(pending)
	return nil
}

// closeTasks closes tasks, last made first, and goes on with the others when a
// body calls runtime.Goexit.
func (l *Loop) closeTasks(tasks []*task) {
	left := len(tasks)
	defer func() {
		if left > 0 {
			l.closeTasks(tasks[:left])
		}
	}()
	for left > 0 {
		left--
		tasks[left].close()
	}
}

// forsake tells whoever works outside of the loop for what the task awaits that
// it will not come back for it.
func (t *task) forsake() {
	if tk := t.ticket(); tk != nil {
		if k, ok := tk.keeper.(interface{ forsaken(tk *ticket) }); ok {
			k.forsaken(tk)
		}
		return
	}
	if t.on == nil || t.on.done {
		return
	}
	if ws, ok := t.on.waiter.(*waiters); ok {
		if p, ok := ws.source.(interface{ forsaken() }); ok {
			p.forsaken()
		}
	}
}

// close ends a pending task.
func (t *task) close() {
	t.flags |= closing
	if !t.has(begun) {
		if t.loop.obs != nil {
			t.loop.obs.End(t.Info(), Outcome{Kind: Closed})
		}
		t.finish(ErrClosed)
		return
	}
	t.forsake()
	l := t.loop
	l.current = t
	settled := false
	defer func() {
		l.current = nil
		if settled {
			return
		}
		how, err := Goexited, ErrGoexit
		v := recover()
		if v != nil {
			how, err = Panicked, newPanicError(v, debug.Stack())
		}
		t.tellEnd(how, err)
		t.finish(err)
		if v != nil {
			l.handler(l, Exception{Message: "panic in a task being closed", Err: err, Of: t})
		}
	}()
	var ok bool
	if l.obs != nil {
		t.hosted().close = true
		_, ok = t.observedResume(ErrClosed)
	} else {
		_, ok = t.r.Resume(struct{}{}, ErrClosed)
	}
	err, ignored := t.r.Err(), ok
	if ignored {
		err = ErrIgnoredClose
		if x := t.extra; x != nil && x.host != nil && !x.host.info.Shape.Stackful() {
			x.host.unwound()
		}
		if u, ok := t.body().(Unwinder); ok {
			u.Unwind()
		}
		t.tellEnd(Closed, err)
	}
	if err == nil {
		err = ErrClosed
	}
	settled = true
	t.finish(err)
	if ignored { // the handler comes last, since it may panic
		l.handler(l, Exception{Message: "closed task", Err: err, Of: t})
	}
}
