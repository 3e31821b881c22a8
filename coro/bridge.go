package coro

// This file defines awaiting what belongs to another loop.

// Bridge returns a future of l for r, a task or future of another loop, which runs on
// a goroutine of its own:
//
//	price, err := coro.Bridge(l, quote).Await(y) // quote is a task of the other loop
//
// It has r's result, or its error, some time after r is done. If it is canceled, or a
// task that awaits it, the cancellation is passed on to r and the task goes on at
// once. If r's loop is closed before r is done it fails with [ErrLoopClosed].
//
// Until it is done that is work under way outside of l, as after [Loop.Hold]: a
// virtual clock stands still, and tasks that wait for each other across loops are not
// found out as a deadlock. It is called on l's goroutine, or before l runs.
func Bridge[T any](l *Loop, r Result[T]) *Future[T] {
	other := r.base().loop
	p := NewPromise[T](l, other.name)
	forget, open := other.outside.atClose(func() { p.Fail(ErrLoopClosed) })
	if !open {
		p.Fail(ErrLoopClosed)
		return p.Future()
	}
	p.OnCancel(func(cause error) bool {
		forget()
		other.CallSoonThreadsafe(func() { r.CancelCause(cause) })
		return false
	})
	other.CallSoonThreadsafe(func() {
		r.AddDoneCallback(func() {
			forget()
			p.keepWith(r.Result())
		})
	})
	return p.Future()
}

// atClose has fn called when the loop closes, until forget is called; it answers
// false if the loop is closed. It is safe on any goroutine, and so is forget.
func (o *outside) atClose(fn func()) (forget func(), open bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil, false
	}
	key := new(byte)
	if o.closing == nil {
		o.closing = make(map[*byte]func())
	}
	o.closing[key] = fn
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.closing, key)
	}, true
}
