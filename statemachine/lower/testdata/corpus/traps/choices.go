package traps

import (
	"corpus/rec"
	"fmt"
	"iter"
	"strings"
)

// CaseGuards: cases are evaluated lazily and in order, fallthrough included.
//
//lower:run CaseGuards(0)
//lower:run CaseGuards(1)
//lower:run CaseGuards(2)
//lower:run CaseGuards(3)
//coro:lower
func CaseGuards(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range 3 {
			switch x := n + i; {
			case x == 0 && yield(x), x == 4 && !yield(-x):
				rec.Log("zero or four")
				fallthrough
			case yield(100) && x == 100:
				rec.Log("through")
				if i == 0 {
					break
				}
				continue
			default:
				rec.Log("default", x)
				fallthrough
			case x == 3:
				yield(3)
			case num(yield(50)) == x, x == 2:
				rec.Log("last")
			}
			rec.Log("after", i)
		}
		switch y := any(n).(type) {
		case int:
			y += num(yield(y))
			rec.Log(func() int { y++; return y }(), y)
		}
		switch yield(60) {
		case n == 0, yield(61):
			rec.Log("first")
		case n != 1:
			rec.Log("second")
		}
		//line comments: that are indented are no directives
		switch {
		}
		//line 7 is none either
		switch x := num(yield(62)); x {
		}
		switch any(yield(63)).(type) {
		}
		switch f := func() int { return num(yield(64)) }; f() {
		case f(), 2:
			rec.Log("equal")
		}
	}
}

// InInit declares literals that suspend in the heads of statements.
//
//lower:run InInit(1)
//lower:run InInit(2)
//coro:lower
func InInit(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if f := func(x int) int { yield(x); return x + n }; f(1) == 2 {
			rec.Log(f(5))
		} else if g := func(x int) bool { return yield(f(x)) }; g(7) {
			rec.Log(g(8))
		}
		switch f := func() int { yield(64); return n }; f() {
		case f(), 2:
			rec.Log("equal")
		}
		switch f := func() any { yield(64); return n }; x := f().(type) {
		case int:
			rec.Log("int", f(), x)
		}
	}
}

// Shadows declares names again, predeclared ones too.
//
//lower:run Shadows(1)
//coro:lower
func Shadows(x int) iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(x)
		x := x + 1
		{
			x, y := x+1, x
			yield(x + y)
			{
				var x = x * 10
				yield(x)
				x++
			}
			x++
			rec.Log(x, y)
		}
		if x := x + 5; yield(x) {
			x := x + 1
			rec.Log(x)
		} else if y := x; !yield(y) {
			rec.Log(x, y)
		} else {
			rec.Log("never")
		}
		const c = 3
		{
			const c = c * 2
			type local struct{ v [c]int }
			var l local
			yield(len(l.v))
			rec.Log(fmt.Sprintf("%v", l))
			nil, true, len := 1, false, func(int) int { return 9 }
			yield(nil)
			rec.Log(true, len(nil))
		}
		{
			yield := func(n int) bool { return yield(n + 1000) }
			yield(c)
		}
		rec.Log(strings.Repeat("x", x))
	}
}
