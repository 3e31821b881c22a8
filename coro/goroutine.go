package coro

// This file defines the shape goroutine: what a Go programmer would write
// without iter.Pull.

import "runtime"

// Goroutine returns body as a coroutine on a goroutine of its own that talks
// to its resumer through two unbuffered channels. It behaves as [Pull] does,
// but each switch goes through the scheduler: it is the baseline that the
// other shapes are compared with, and in a trace it shows channels blocking
// instead of coroutines switching.
func Goroutine[In, Out, Ret any](body Body[In, Out, Ret]) Resumable[In, Out, Ret] {
	s := newStackful(ShapeGoroutine, body)
	resume := make(chan struct{})
	yield := make(chan bool) // false at the end
	s.yield = func(struct{}) bool {
		yield <- true
		<-resume
		return true
	}
	main := func() {
		defer func() { yield <- false }()
		s.main()
	}
	started := false
	s.enter = func() (struct{}, bool) {
		if started {
			resume <- struct{}{}
		} else {
			started = true
			go main()
		}
		ok := <-yield
		if !ok && s.goexited {
			runtime.Goexit()
		}
		return struct{}{}, ok
	}
	return s
}
