// Package unwinding has deferred calls that suspend.
package unwinding

import (
	"corpus/rec"
	"iter"
	"runtime"
)

func caught(args ...any) { rec.Log(append(args, recover())...) }

// Yields once more when it has ended.
//
//lower:run Yields(2)
//coro:lower
func Yields(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer yield(100 + n)
		for i := range n {
			if !yield(i) {
				return
			}
		}
		n = 7
	}
}

// Between deferred calls that do not suspend.
//
//lower:run Between(0)
//lower:run Between(1)
//lower:run Between(2)
//lower:run Between(3)
//lower:run Between(4)
//coro:lower
func Between(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("first")
		defer caught("recovers")
		defer yield(10)
		defer rec.Log("second")
		if how == 1 {
			defer caught("recovers early")
		}
		defer yield(20)
		if how == 4 {
			defer func() { panic("after yield") }()
		}
		yield(30)
		switch how {
		case 0, 1, 4:
			panic("body")
		case 2:
			for range 2 {
				if !yield(31) {
					return
				}
			}
		}
		rec.Log("end")
	}
}

// NotRecovered panics out of the resumption after its last value.
//
//lower:run NotRecovered()
//coro:lower
func NotRecovered() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer yield(2)
		defer caughtAndPanics()
		defer yield(1)
		panic("first")
	}
}

func caughtAndPanics() { panic([]any{"second, after", recover()}[1]) }

// List of deferred calls, of which some suspend.
//
//lower:run List(3, false)
//lower:run List(3, true)
//coro:lower
func List(n int, panics bool) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		defer caught("list")
		for i := range n {
			defer yield(i, "deferred")
			if i == 1 {
				defer rec.Log("between", i)
				defer caught("early")
			}
			defer yield(pair(i))
			if !yield(i, "body") {
				return
			}
		}
		if panics {
			panic("end")
		}
	}
}

func pair(i int) (int, string) { rec.Log("pair", i); return -i, "pair" }

// Only one kind of deferred call in a list.
//
//lower:run Only(3)
//coro:lower
func Only(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			defer yield(i)
		}
	}
}

// Exits while deferred calls suspend: Goexit ends them before.
//
//lower:run Exits(0)
//lower:run Exits(1)
//lower:run Exits(2)
//coro:lower
func Exits(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer caught("last")
		if how == 0 {
			defer runtime.Goexit()
		}
		defer yield(1)
		if how > 0 {
			yield(0)
			panic("not seen")
		}
	}
}

// Forever never returns, but panics.
//
//lower:run Forever()
//coro:lower
func Forever() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer caught("forever")
		defer yield(-1)
		for i := 3; ; i-- {
			yield(6 / i)
		}
	}
}

// Copied has returns in statements that do not suspend.
//
//lower:run Copied(0)
//lower:run Copied(1)
//coro:lower
func Copied(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(0)
		defer yield(1)
		for i := range 3 {
			if i == n {
				if n == 1 {
					return
				}
				continue
			}
		}
		rec.Log("not returned")
	}
}

// Early returns before anything is deferred.
//
//lower:run Early(true)
//lower:run Early(false)
//coro:lower
func Early(early bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		if !yield(1) {
			return
		}
		if early {
			return
		}
		defer yield(2)
	}
}

// Nothing is handed out.
//
//lower:run Nothing()
//coro:lower
func Nothing() func(func() bool) {
	return func(yield func() bool) {
		defer yield()
		defer rec.Log("before")
	}
}

// Generic values are handed out in the end.
//
//lower:run Generic("x", 2)
//coro:lower
func Generic[T any](x T, n int) iter.Seq[T] {
	return func(yield func(T) bool) {
		for range n {
			defer yield(x)
			defer rec.Log(x)
		}
		x = *new(T)
	}
}
