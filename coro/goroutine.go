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
	s := &stackful[In, Out, Ret]{shape: ShapeGoroutine, body: body}
	type yielded struct {
		out Out
		ok  bool
	}
	resume := make(chan struct{})
	yield := make(chan yielded)
	s.leave = func(out Out) {
		yield <- yielded{out, true}
		<-resume
	}
	started := false
	s.enter = func() (Out, bool) {
		if started {
			resume <- struct{}{}
		} else {
			started = true
			go func() {
				defer func() { yield <- yielded{} }()
				s.main()
			}()
		}
		y := <-yield
		if !y.ok && s.err == ErrGoexit {
			runtime.Goexit()
		}
		return y.out, y.ok
	}
	return s
}
