package returns

import (
	"iter"

	"corpus/rec"
)

// This file has chosen variables that are set to function literals.

// Evens is a push iterator.
//
//lower:run Evens
//coro:lower
var Evens = func(yield func(int) bool) {
	for i := 0; i < 6; i += 2 {
		if !yield(i) {
			rec.Log("stopped")
			return
		}
	}
}

// Typed has the type of an iterator.
//
//lower:run Typed
//coro:lower
var Typed iter.Seq2[string, int] = func(yield func(string, int) bool) {
	_ = yield("a", 1) && yield("b", 2)
}

// Made returns iterators.
//
//lower:run Made(2)
//lower:run Made(0)
//coro:lower
var Made = func(n int) iter.Seq[int] {
	if n == 0 {
		return nil
	}
	return func(yield func(int) bool) {
		for v := range Evens {
			if v > n || !yield(v) {
				return
			}
		}
	}
}
