// Package stopping has what happens around the end: stops, panics, Goexit, and
// calls of next from inside of the body.
package stopping

import (
	"corpus/rec"
	"fmt"
	"iter"
	"runtime"
)

// Ignores goes on although yield returned false.
//
//lower:run Ignores(4)
//coro:lower
func Ignores(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			rec.Log(i, yield(i))
		}
		rec.Log("end")
	}
}

// CleansUp does something after the stop, and yields again.
//
//lower:run CleansUp()
//coro:lower
func CleansUp() iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield("a") {
			rec.Log("cleaning")
			yield("ignored")
			yield(fmt.Sprint("ignored too", rec.At(1)))
			return
		}
		for yield("b") && yield("c") {
			rec.Log("again")
			if !yield("d") {
				break
			}
			return
		}
		rec.Log("stopped")
	}
}

// PanicsOnStop panics while it is stopped.
//
//lower:run PanicsOnStop()
//coro:lower
func PanicsOnStop() iter.Seq[int] {
	return func(yield func(int) bool) {
		if !yield(1) {
			panic("stopped at 1")
		}
		if !yield(2) {
			yield(20)
			panic(fmt.Sprint("stopped at ", 2))
		}
		panic("end")
	}
}

// Panics at its second value.
//
//lower:run Panics(3)
//coro:lower
func Panics(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var s []int
		for i := range n {
			yield(i)
			if i == 1 {
				yield(s[i])
			}
		}
	}
}

// PanicsAtOnce never yields.
//
//lower:run PanicsAtOnce(nil)
//coro:lower
func PanicsAtOnce(p *int) iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(*p)
	}
}

// Exits ends the goroutine of who resumes it.
//
//lower:run Exits(0)
//lower:run Exits(1)
//coro:lower
func Exits(at int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range 3 {
			if i == at {
				runtime.Goexit()
			}
			if !yield(i) {
				runtime.Goexit()
			}
		}
	}
}

// CallsNext is resumed from inside of itself.
//
//lower:run CallsNext()
//coro:lower
func CallsNext() iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(1)
		func() {
			defer func() { rec.Log("recovered", recover()) }()
			rec.Next()
		}()
		if !yield(2) {
			rec.Next()
			rec.Log("nothing happens")
		}
		yield(3)
		rec.Next()
	}
}

// Forever has no end.
//
//lower:run Forever()
//coro:lower
func Forever() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
}

// Unreachable has code that nothing reaches.
//
//lower:run Unreachable()
//coro:lower
func Unreachable() iter.Seq[int] {
	return func(yield func(int) bool) {
		x, y := 1, 2
		for {
			if !yield(x) {
				return
			}
			x++
			if x > 0 {
				continue
			} else {
				goto next
			}
		next:
			yield(y)
		}
	}
}

// BareReturns are in copied statements and in others.
//
//lower:run BareReturns(1)
//lower:run BareReturns(2)
//lower:run BareReturns(9)
//coro:lower
func BareReturns(n int) iter.Seq[bool] {
	return func(yield func(bool) bool) {
		yield(&n != nil)
		switch n {
		case 1:
			return
		case 2:
			for range 3 {
				if n == 2 {
					return
				}
			}
		}
		func() { return }()
		yield(false)
		for v := range seq() {
			if v == 2 {
				return
			}
			rec.Log(v)
		}
	}
}

func seq() iter.Seq[int] {
	return func(yield func(int) bool) {
		_ = yield(1) && yield(2) && yield(3)
	}
}
