package coro

// This file defines the shape pull: a stackful coroutine on iter.Pull.

import "iter"

// Pull returns body as a stackful coroutine on [iter.Pull]: it gets a stack of
// its own, and a resumption is a direct switch to that stack, which does not go
// through the scheduler; BenchmarkResume compares it with [Goroutine]. The
// stack is made when the body starts; one that never starts costs nothing.
//
// A body that was started by a goroutine locked to its thread
// (runtime.LockOSThread, as in the main of many graphical programs), or that
// locks its own, must be resumed by that goroutine only: the runtime ends the
// program otherwise, and cannot be asked before. Goroutine has no such limit.
func Pull[In, Out, Ret any](body Body[In, Out, Ret]) Resumable[In, Out, Ret] {
	s := newStackful(ShapePull, body)
	s.enter = func() (struct{}, bool) {
		// The stop function is never needed: a body is always brought to
		// its end by resuming it, since that is how it can answer.
		s.enter, _ = iter.Pull(func(yield func(struct{}) bool) {
			s.yield = yield
			s.main()
		})
		return s.enter()
	}
	return s
}
