package coro

// This file defines promises: the side of a future that is for other
// goroutines.

import "sync"

// A Promise is kept by whoever is outside of the loop: by a callback of another
// library, on any goroutine. It is kept once, and its future is awaited as every
// other.
//
//	p := coro.NewPromise[Reply](l, "reply")
//	client.Send(request, func(r Reply, err error) {
//		if err != nil {
//			p.Fail(err)
//		} else {
//			p.Complete(r)
//		}
//	})
//	reply, err := p.Future().Await(y)
//
// Until it is kept, or its future is canceled, work counts as under way outside
// of the loop, as after [Loop.Hold]: a virtual clock stands still, and having
// nothing to do is no deadlock. So a promise that is made has to be kept.
type Promise[T any] struct {
	future *Future[T]
	free   func() // ends the hold
	num    uint64 // of its result on a simulated loop, or 0

	mu    sync.Mutex
	kept  bool
	value T
	err   error

	onCancel func(cause error) (endsFirst bool)
	more     func() string
}

// NewPromise returns a promise to l whose future is called label wherever it is
// shown; labels should be few, since traces group by them. It is called on the
// loop's goroutine, or before the loop runs.
func NewPromise[T any](l *Loop, label string) *Promise[T] {
	l.mustBeOpen()
	p := &Promise[T]{future: NewFuture[T](l, label), free: l.Hold()}
	p.future.waiter = &waiters{source: p}
	return p
}

// Future returns the future that is done when the promise is kept. If it is
// canceled before, whatever keeps the promise comes too late.
//
// A task that is canceled in the same turn in which the promise is kept is
// thrown the cancellation, and what it had waited for is in the future still.
func (p *Promise[T]) Future() *Future[T] { return p.future }

// Complete keeps the promise with a value. It answers false, and does nothing,
// if it was kept before or its future was canceled. It is safe on any
// goroutine.
func (p *Promise[T]) Complete(v T) bool { return p.keep(v, nil) }

// Fail keeps the promise with an error, which must not be nil. It answers, and
// may be called, as Complete.
func (p *Promise[T]) Fail(err error) bool {
	if err == nil {
		panic("coro: Fail(nil)")
	}
	var none T
	return p.keep(none, err)
}

// OnCancel has asked called, on the loop's goroutine, when the future is to be
// canceled before the promise is kept. If it answers false the future is
// canceled at once. If it answers true, the future stays as it is until the
// promise is kept all the same, to which asked will have given a reason: only
// then does a canceled task that awaits it go on, with the cancellation thrown
// in. Then asked is called again if it is canceled again.
//
// It is to be set before anybody awaits the future.
func (p *Promise[T]) OnCancel(asked func(cause error) (endsFirst bool)) { p.onCancel = asked }

// WithDetail has more called, on the loop's goroutine, to say more about what is
// waited for wherever that is shown, and returns the promise.
func (p *Promise[T]) WithDetail(more func() string) *Promise[T] {
	p.more = more
	return p
}

// keepWith keeps the promise with what a function returned.
func (p *Promise[T]) keepWith(v T, err error) bool {
	if err != nil {
		return p.Fail(err)
	}
	return p.Complete(v)
}

func (p *Promise[T]) keep(v T, err error) bool {
	if !p.take(v, err) {
		return false
	}
	if p.num != 0 {
		p.future.loop.withhold(arrival{p.num, "the result of " + p.future.String(), p.deliver})
	} else {
		p.future.loop.CallSoonThreadsafe(p.deliver)
	}
	p.free()
	return true
}

// take notes what the promise is kept with, unless it is kept already.
func (p *Promise[T]) take(v T, err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept {
		return false
	}
	p.kept, p.value, p.err = true, v, err
	return true
}

// deliver makes the future done with what was kept.
func (p *Promise[T]) deliver() {
	switch {
	case p.future.done: // a cancellation came between, and delivered it
	case p.err != nil:
		p.future.SetError(p.err)
	default:
		p.future.SetResult(p.value)
	}
}

// cancel implements [source].
func (p *Promise[T]) cancel(cause error) cancelAnswer {
	wait := p.onCancel != nil && p.onCancel(cause)
	var none T
	if p.num != 0 && !wait && p.future.loop.withdraw(p.num) {
		// On a simulated loop it is not kept before it arrives.
		p.take(none, canceledBy(cause))
		p.future.complete(canceledBy(cause), "cancel")
		p.free()
		return passedOn
	}
	p.mu.Lock()
	kept := p.kept && !(p.num != 0 && wait)
	p.mu.Unlock()
	switch {
	case kept || !wait && !p.take(none, canceledBy(cause)):
		p.deliver() // whoever kept it was told that it is kept
		return refused
	case wait:
		return endsFirst
	}
	p.future.complete(canceledBy(cause), "cancel")
	p.free()
	return passedOn
}

// forsaken is called when the loop is closed while a task awaits the future.
func (p *Promise[T]) forsaken() { p.cancel(ErrClosed) }

// detail implements [source].
func (p *Promise[T]) detail() string {
	if p.more == nil {
		return ""
	}
	return p.more()
}
