// Package order has suspensions inside of expressions.
package order

import (
	"corpus/rec"
	"fmt"
	"iter"
)

func at[T any](x T) T { return rec.At(x) }

func three(a, b, c any) string { return fmt.Sprint(a, b, c) }

// Arguments are evaluated once, from left to right.
//
//lower:run Arguments()
//coro:lower
func Arguments() iter.Seq[int] {
	return func(yield func(int) bool) {
		rec.Log(three(at("a"), yield(1), at("c")))
		rec.Log(three(yield(at(2)), at("b"), yield(at(3))))
		rec.Log(three(at("a"), at("b"), yield(4)))
		rec.Log(three(yield(5), yield(6), yield(7)))
	}
}

// ShortCircuit evaluates no more than it must.
//
//lower:run ShortCircuit(true, false)
//lower:run ShortCircuit(false, true)
//lower:run ShortCircuit(true, true)
//lower:run ShortCircuit(false, false)
//coro:lower
func ShortCircuit(p, q bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		rec.Log(at(p) && yield(1) || at(q))
		rec.Log(at(p) || yield(2) && at(q))
		rec.Log(!(p && yield(3)) != (q || yield(4)))
		x := at(p) && (yield(5) || at(q)) && yield(6)
		rec.Log(x)
		if p && yield(7) || q && !yield(8) {
			rec.Log("then")
		} else if q || yield(9) {
			rec.Log("else if")
		} else {
			rec.Log("else")
		}
		rec.Log(three(p && q, p || q, yield(10)), at(p) && at(q), at(q) || yield(11))
	}
}

type chain struct{ n int }

func (c *chain) next(x any) *chain {
	rec.Log("next", c.n, x)
	return &chain{c.n + 1}
}

func (c chain) value(x any) chain {
	rec.Log("value", c.n, x)
	return chain{c.n * 2}
}

func start() *chain {
	rec.Log("start")
	return &chain{1}
}

// Receivers are evaluated before arguments.
//
//lower:run Receivers()
//coro:lower
func Receivers() iter.Seq[int] {
	return func(yield func(int) bool) {
		start().next(at("a")).next(yield(1)).next(yield(2)).value(yield(3)).value(at("b"))
		c := chain{3}
		f := c.value
		c.n = 4
		f(yield(4))
		g := (*chain).next
		g(&c, yield(5))
		var s interface{ next(any) *chain } = &c
		s.next(yield(6))
	}
}

// Assignments evaluate their operands before they assign.
//
//lower:run Assignments()
//coro:lower
func Assignments() iter.Seq[int] {
	return func(yield func(int) bool) {
		s := []int{0, 1, 2}
		m := map[string]bool{}
		var x int
		s[at(0)], m[at("k")], x = at(10), yield(1), at(12)
		rec.Log(s, m, x)
		i := 1
		i, s[i] = 2, map[bool]int{true: 20, false: 30}[yield(2)]
		rec.Log(i, s)
		b := false
		s[at(2)] += map[bool]int{true: 5}[yield(3)] + at(1)
		rec.Log(s)
		b, m["z"] = yield(4), b
		rec.Log(b, m)
		p := &s[0]
		*p, b = at(7), yield(5)
		rec.Log(*p, b)
		s[index(yield(6))]++
		rec.Log(s)
		var y, z = at(1), yield(7)
		rec.Log(y, z)
		v, ok := m[fmt.Sprint(yield(8))]
		rec.Log(v, ok)
		_, _ = yield(9), at("blank")
	}
}

func index(b bool) int {
	if b {
		return 0
	}
	return 1
}

// Operands of all kinds stand before a suspension.
//
//lower:run Operands()
//coro:lower
func Operands() iter.Seq[int] {
	return func(yield func(int) bool) {
		ch := make(chan int, 3)
		ch <- 1
		ch <- 2
		s := []int{1, 2, 3}
		m := map[int]string{1: "one"}
		var a any = 5
		rec.Log(<-ch, yield(1), <-ch, m[1], s[1:][0], a.(int), len(s))
		grow := func() int { s = append(s, 4); m[1] += "!"; a = a.(int) + 1; return len(s) }
		rec.Log(len(s), s[:], a.(int), yield(grow()), len(s), m[1], a.(int))
		rec.Log([]int{at(1), index(yield(2)), at(3)}, [...]bool{2: yield(3), 0: yield(4)})
		rec.Log(map[any]any{at("k1"): yield(5), yield(6): at("v2")})
		rec.Log(chainOf{a: at(1), b: yield(7), c: at("c")})
		rec.Log(fmt.Sprint("x"+fmt.Sprint(at("y"))+fmt.Sprint(yield(8)), []byte(at("z")), yield(9)))
		ch <- index(yield(10))
		rec.Log(<-ch, -index(yield(11)), index(yield(12))<<at(2))
		rec.Log(func(b bool) string { return fmt.Sprint("literal ", b) }(yield(13)))
		rec.Log(fmt.Sprint(two(yield(14))))
	}
}

type chainOf struct {
	a int
	b bool
	c string
}

func two(b bool) (bool, string) { return b, "two" }

// Nested suspends in the arguments of a suspension.
//
//lower:run Nested()
//coro:lower
func Nested() iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(at(1) + index(yield(at(2))) + index(yield(index(yield(3)))))
		rec.Log(yield(index(yield(4) && yield(5))))
	}
}

// Late reads variables when their values are needed.
//
//lower:run Late()
//coro:lower
func Late() iter.Seq[int] {
	return func(yield func(int) bool) {
		x, p := 1, new(int)
		s := []int{1}
		set := func(to int) int { x, *p, s[0] = to, to, to; return to }
		rec.Log(x+set(2), x, *p+set(3), s[0]+set(4))
		rec.Log(x+set(5)+index(yield(1)), *p+set(6)+index(yield(2)), s[0]*10+set(7)+index(yield(3)))
		y := x + set(8) + index(yield(x))
		rec.Log(y, x)
	}
}

// Panicking operands leave the iterator ended.
//
//lower:run Panicking(0)
//lower:run Panicking(1)
//lower:run Panicking(2)
//lower:run Panicking(3)
//lower:run Panicking(4)
//coro:lower
func Panicking(which int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var s []int
		var p *chain
		zero := 0
		yield(-1)
		switch which {
		case 0:
			yield(s[at(5)])
		case 1:
			yield(p.n)
		case 2:
			yield(at(1) / zero)
		case 3:
			rec.Log(s[3], yield(3))
		case 4:
			panic(three(1, yield(4), 3))
		}
		yield(100)
	}
}

// Spread hands out the results of a call.
//
//lower:run Spread()
//coro:lower
func Spread() iter.Seq2[any, string] {
	return func(yield func(any, string) bool) {
		yield(two(yield(two(true))))
		if !yield(two(false)) && yield(two(true)) {
			rec.Log("not here")
		}
		_, x := at("a"), yield(two(yield(at(2), "b")))
		rec.Log(x)
	}
}
