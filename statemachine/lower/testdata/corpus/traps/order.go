// Package traps has what compilers of generators and of async functions got
// wrong, in other languages and in this one, and what the random functions found.
package traps

import (
	"corpus/rec"
	"fmt"
	"iter"
)

func num(b bool) int {
	if b {
		return 1
	}
	return 0
}

// OperandOrder has suspensions among operands that others change meanwhile.
//
//lower:run OperandOrder()
//coro:lower
func OperandOrder() iter.Seq[int] {
	return func(yield func(int) bool) {
		a := []int{1, 2, 3}
		i := 0
		next := func() int { i++; return i - 1 }
		a[next()] += a[next()] * num(yield(1))
		rec.Log(a, i)
		a[next()], a[0] = num(yield(2)), next()
		rec.Log(a, i)
		x := 1
		set := func(n int) int { x = n; return n }
		rec.Log(x, set(2), num(yield(x)), x, set(3))
		y := x + set(4) + num(yield(3)) + x
		rec.Log(y)
		m := map[string][]int{"a": {1}}
		m["a"] = append(m["a"], num(yield(4)), len(m["a"]))
		rec.Log(m)
		p := &struct{ f func(int) int }{func(n int) int { return n }}
		q := p
		rec.Log(p.f(func() int { p = nil; return num(yield(5)) }()), q != nil)
		var arr [3]int
		arr[num(yield(6))], arr[2] = 5, arr[1]+1
		rec.Log(arr)
		b := arr
		b[1], arr = num(yield(7)), b
		rec.Log(arr, b)
		s := "x"
		s += s + map[bool]string{true: "t", false: "f"}[yield(8)] + s
		rec.Log(s)
		f := rec.At[int]
		g := f
		rec.Log(f(func() int { f = nil; return num(yield(9)) }()), g != nil)
	}
}

// PanicsInOrder: what is nil panics after the operands that come before it, and not
// before a suspension that does.
//
//lower:run PanicsInOrder(0)
//lower:run PanicsInOrder(1)
//lower:run PanicsInOrder(2)
//lower:run PanicsInOrder(3)
//lower:run PanicsInOrder(4)
//lower:run PanicsInOrder(5)
//lower:run PanicsInOrder(6)
//lower:run PanicsInOrder(7)
//lower:run PanicsInOrder(8)
//lower:run PanicsInOrder(9)
//lower:run PanicsInOrder(10)
//lower:run PanicsInOrder(11)
//coro:lower
func PanicsInOrder(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log(how, recover()) }()
		var m map[string]int
		var f func(int) int
		var s []int
		var p *struct {
			x int
			a [2]int
		}
		var e any
		var c chan int
		var i interface{ sum(int) int }
		switch how {
		case 0:
			m["k"] = rec.At(num(yield(1)))
		case 1:
			rec.Log(f(rec.At(num(yield(1)))))
		case 2:
			s[rec.At(0)] = rec.At(num(yield(1)))
		case 3:
			p.x = rec.At(num(yield(1)))
		case 4:
			rec.Log(e.(int), num(yield(1)))
		case 5:
			close(c)
			yield(1)
		case 6:
			rec.Log(i.sum(rec.At(num(yield(1)))))
		case 7:
			g := i.sum
			rec.Log(g(num(yield(1))))
		case 8:
			rec.Log(1/rec.At(num(!yield(1))), rec.At(2))
		case 9:
			defer f(rec.At(num(yield(1))))
			rec.Log("deferred")
		case 10:
			m[rec.At("a")], s[rec.At(3)] = rec.At(1), rec.At(num(yield(1)))
		case 11:
			p.a[rec.At(1)], m[rec.At("a")] = rec.At(1), rec.At(num(yield(1)))
		}
	}
}

type counter struct{ n int }

func (c counter) plus(x int) int      { return c.n + x }
func (c *counter) add(x int) *counter { c.n += x; return c }
func (c counter) with(x int) counter  { c.n += x; return c }

type adder interface{ plus(int) int }

type wrapper struct {
	counter
	p *counter
}

// ReceiversByValue are copied when a method value is made, or when the gc compiler
// does it in a call.
//
//lower:run ReceiversByValue()
//coro:lower
func ReceiversByValue() iter.Seq[int] {
	return func(yield func(int) bool) {
		c := counter{1}
		change := func(n int) int { c.n = n; return n }
		rec.Log(c.plus(change(5) + num(yield(1))))
		f := c.plus
		change(7)
		rec.Log(f(num(yield(2))), c.plus(num(yield(3))))
		var a adder = c
		change(9)
		rec.Log(a.plus(num(yield(4))), a.plus(change(10)))
		p := &c
		g := p.plus
		h := p.add
		change(11)
		rec.Log(g(num(yield(5))), h(num(yield(6))).n, c)
		p = &counter{100}
		rec.Log(c.add(num(yield(7))).add(num(yield(8))).plus(num(yield(9))), p.plus(num(yield(10))))
		w := wrapper{counter{1}, &counter{2}}
		rec.Log(w.plus(num(yield(11))), w.add(num(yield(12))).n, w.p.plus(num(yield(13))))
		m := w.p.add
		w.p = nil
		rec.Log(m(num(yield(14))).n)
		rec.Log(counter.plus(c.with(num(yield(15))), change(20)), (*counter).add(&c, num(yield(16))).n)
		arr := [2]counter{{1}, {2}}
		rec.Log(arr[num(yield(17))].add(num(yield(18))).n, arr)
		list := []counter{{1}, {2}}
		rec.Log(list[num(yield(19))].plus(func() int { list = nil; return num(yield(20)) }()))
		mp := map[string]counter{"a": {3}}
		rec.Log(mp["a"].plus(func() int { delete(mp, "a"); return num(yield(21)) }()), mp)
	}
}

// CompoundAssignments read their left side late or early as gc does.
//
//lower:run CompoundAssignments()
//coro:lower
func CompoundAssignments() iter.Seq[int] {
	return func(yield func(int) bool) {
		x := 1
		set := func(n int) int { x = n; return n }
		x += set(10) + num(yield(1))
		rec.Log(x)
		x += num(yield(2)) * set(20)
		rec.Log(x)
		a := []int{1, 2, 3}
		b := a
		i := 0
		a[i] += func() int { i = 2; a = []int{100, 200, 300}; return num(yield(3)) }()
		rec.Log(a, b, i)
		m := map[string]int{"a": 1}
		m["a"] += func() int { m["a"] = 50; return num(yield(4)) }()
		rec.Log(m)
		m["b"]++
		m[fmt.Sprint(yield(5))] <<= 2
		rec.Log(m)
		p := &counter{1}
		q := p
		p.n += func() int { p = &counter{1000}; return num(yield(6)) }()
		rec.Log(p.n, q.n)
		s := "a"
		s += func() string { s = "b"; return fmt.Sprint(yield(7)) }() + s
		rec.Log(s)
		var arr [3]int
		arr[i-num(yield(8))] -= i
		rec.Log(arr)
		arr, x = [3]int{num(yield(9))}, arr[1]
		rec.Log(arr, x)
		var e any = 1
		e, x = x, e.(int)+num(yield(10))
		rec.Log(e, x)
		*(func() *int { yield(11); return &x }()) += 1 + num(yield(12))
		rec.Log(x)
		f := func() (int, string) { yield(13); return 5, "five" }
		a[0], m[fmt.Sprint(yield(14))] = num(yield(15)), x
		var y string
		a[1], y = f()
		rec.Log(a, m, y)
	}
}

func idx(n int) int { rec.Log("idx", n); return 0 }

// AssignedByRange assigns what a range hands out to variables and elements: at
// once, but if it is over a function one by one, as the gc compiler does.
//
//lower:run AssignedByRange(pairs)
//coro:lower
func AssignedByRange(seq iter.Seq2[int, int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		s := []int{5, 6}
		p := 7
		for p, s[num(yield(p))] = range pairs {
			rec.Log(p, s)
		}
		for p, s[num(yield(p))] = range s {
			rec.Log(p, s)
		}
		for p, s[num(yield(p))] = range map[int]int{3: 4} {
			rec.Log(p, s)
		}
		for p, s[num(yield(p))] = range seq {
			rec.Log(p, s)
		}
		for p, s[idx(p)] = range pairs {
			rec.Log(p, s)
		}
		for p, s[idx(p)] = range pairs {
			rec.Log(p, s)
			yield(p)
		}
	}
}

func pairs(yield func(int, int) bool) {
	_ = yield(1, 10) && yield(2, 20)
}
