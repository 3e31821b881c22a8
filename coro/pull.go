package coro

// This file defines the shape pull: a stackful coroutine on iter.Pull.

import "iter"

// Pull returns body as a stackful coroutine on [iter.Pull]: it gets a stack of
// its own, and a resumption is a direct switch to that stack, which costs no
// more than a few function calls and does not go through the scheduler. The
// stack is made when the body starts; one that never starts costs nothing.
//
// As with iter.Pull, a body that was started by a goroutine locked to its
// thread (runtime.LockOSThread) must be resumed on that thread.
func Pull[In, Out, Ret any](body Body[In, Out, Ret]) Resumable[In, Out, Ret] {
	s := newStackful(ShapePull, body)
	s.enter = func() (struct{}, bool) {
		// The stop function is never needed: a body is always brought to
		// its end by resuming it, since that is how it can answer.
		s.enter, _ = iter.Pull(func(yield func(struct{}) bool) {
			s.leave = yield
			s.main()
		})
		return s.enter()
	}
	return s
}
