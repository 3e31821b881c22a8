package traps

import (
	"corpus/rec"
	"iter"
	"runtime"
	"weak"
)

type big struct{ data [1 << 10]byte }

// alive reports whether what p points to is still there, after a collection.
func alive(p weak.Pointer[big]) bool {
	for range 3 {
		runtime.GC()
	}
	return p.Value() != nil
}

func use(b *big) int { return int(b.data[0]) }

var held weak.Pointer[big]

func made() *big {
	b := new(big)
	held = weak.Make(b)
	return b
}

// Cleared: what is not needed any more is not kept.
//
//lower:run Cleared()
//coro:lower
func Cleared() iter.Seq[int] {
	return func(yield func(int) bool) {
		b := made()
		yield(use(b))
		if yield(1) {
			rec.Log("a local", alive(held))
		}

		s := []*big{made()}
		for _, x := range s {
			yield(use(x))
		}
		s = nil
		if yield(2) {
			rec.Log("a range", alive(held))
		}

		m := map[int]*big{1: made()}
		for _, x := range m {
			yield(use(x))
		}
		m = nil
		if yield(3) {
			rec.Log("a map", alive(held))
		}

		for x := range bigs() {
			yield(use(x))
		}
		if yield(4) {
			rec.Log("a range over a function", alive(held))
		}

		helper(made(), yield)
		if yield(5) {
			rec.Log("a frame", alive(held))
		}

		func() {
			x := made()
			defer func() { yield(use(x)) }()
			yield(6)
		}()
		if yield(7) {
			rec.Log("a deferred call", alive(held))
		}

		rec.Log(two(use(made()), yield(8)))
		if yield(9) {
			rec.Log("an operand", alive(held))
		}

		x := made()
		f := func() int { return use(x) }
		yield(f())
		f = nil
		if yield(10) {
			rec.Log("a closure", alive(held))
		}

		var e any = made()
		switch e := e.(type) {
		case *big:
			yield(use(e))
		}
		e = nil
		if yield(11) {
			rec.Log("a type switch", alive(held))
		}

		rec.Log(result(yield) != nil)
		if yield(12) {
			rec.Log("a result", alive(held))
		}

	}
}

func two(a int, b bool) int { return a }

func bigs() iter.Seq[*big] {
	return func(yield func(*big) bool) {
		_ = yield(made()) && yield(made())
	}
}

func helper(b *big, yield func(int) bool) {
	yield(use(b))
}

func result(yield func(int) bool) (r *big) {
	defer func() { yield(use(r)) }()
	return made()
}
