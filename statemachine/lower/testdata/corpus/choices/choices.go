// Package choices has suspensions in if, switch and select.
package choices

import (
	"corpus/rec"
	"errors"
	"fmt"
	"iter"
)

func at[T any](x T) T { return rec.At(x) }

// If has an init statement, and shadows.
//
//lower:run If(1)
//lower:run If(2)
//lower:run If(3)
//coro:lower
func If(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if n := n * 10; yield(n) {
			n := n + 1
			yield(n)
		} else if n, ok := n+5, yield(n); ok || n > 20 {
			yield(n)
			rec.Log(n, ok)
		} else {
			rec.Log("else", n)
		}
		if yield(6) {
			n, m := n+1, n
			rec.Log(n, m)
		} else {
			m := 7
			rec.Log(m)
		}
		if n == 2 {
			// nothing
		} else {
			yield(n)
		}
		if n == 3 {
			return
		} else if yield(4); n == 2 {
			yield(5)
		}
		rec.Log("end", n)
	}
}

// Switch evaluates case lists from left to right, as far as it must.
//
//lower:run Switch(1)
//lower:run Switch(2)
//lower:run Switch(3)
//lower:run Switch(4)
//lower:run Switch(5)
//coro:lower
func Switch(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		switch x := at(n); x {
		case at(1):
			yield(10)
			fallthrough
		case at(2), at(3):
			yield(20)
			if x == 2 {
				break
			}
			rec.Log("not broken")
		default:
			yield(30)
		case 5:
		}
		switch yield(40) {
		case n > 2, at(n) == 1:
			rec.Log("like n")
		case yield(41):
			rec.Log("true")
		default:
			rec.Log("no")
			fallthrough
		case yield(42):
			rec.Log("fell")
		}
		switch {
		case n == 1 && yield(50), n == 2 || yield(51):
			rec.Log("first")
		case yield(52):
			rec.Log("second")
		}
		switch at(n) {
		case one(yield(60)), at(2):
			rec.Log("one or two")
		case 3, at(4):
			rec.Log("three or four")
		default:
			rec.Log("other")
		}
		switch yield(70); {
		}
		switch n {
		}
		switch f := at("tag"); yield(71) {
		default:
			rec.Log(f)
		}
		var a any = n
		switch a {
		case "s", int64(1), at[any](n):
			yield(80)
		}
		var fn func()
		switch fn {
		case nil:
			yield(90)
		}
	}
}

func one(bool) int { return 1 }

var failure = errors.New("failure")

type stringer string

func (s stringer) String() string { return "stringer " + string(s) }

// TypeSwitch has a variable of another type in each clause.
//
//lower:run TypeSwitch(1, "s", 2.5, nil, stringer("x"), failure, []int{1})
//coro:lower
func TypeSwitch(list ...any) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for i, x := range list {
			switch x := x.(type) {
			case int:
				yield("int", x)
				x++
				f := func() int { x++; return x }
				yield("int", f())
				rec.Log(x)
			case string, float64:
				yield("basic", i)
				rec.Log(x)
			case nil:
				yield("nil", i)
				rec.Log(x == nil)
			case fmt.Stringer:
				if !yield(x.String(), i) {
					break
				}
				rec.Log(x)
			case error:
				yield("error", i)
				rec.Log(errors.Unwrap(x))
			default:
				yield("default", i)
				rec.Log(x)
			}
			switch y := i; any(y).(type) {
			case int:
				yield("plain", y)
			}
		}
		switch n := at(7); x := pick(n, yield("guard", 0)).(type) {
		case int:
			yield("picked", x+n)
		case bool:
			rec.Log(x)
		}
	}
}

func pick(n int, b bool) any {
	if b {
		return n
	}
	return b
}

// Select has suspensions in its cases and their bodies.
//
//lower:run Select()
//coro:lower
func Select() iter.Seq[int] {
	return func(yield func(int) bool) {
		in, out := make(chan int, 3), make(chan int)
		in <- 1
		in <- 2
		select {
		case v := <-in:
			yield(v)
			v++
			rec.Log(v)
		}
		select {
		case v, ok := <-in:
			f := func() int { v *= 10; return v }
			yield(f())
			rec.Log(v, ok)
		case out <- at(9):
			rec.Log("either")
		}
		out = make(chan int, 1)
		var none chan int
		select {
		case <-none:
			rec.Log("never")
		default:
			yield(30)
		}
		for i := range 3 {
			select {
			case pickChan(out, yield(40+i)) <- at(i):
				rec.Log("sent")
				if yield(50) {
					break
				}
				rec.Log("stopped")
			case x := <-out:
				yield(60 + x)
				continue
			}
			rec.Log("after", i)
			if i == 0 {
				<-out
			}
		}
		s := make([]int, 3)
		oks := map[string]bool{}
		in <- 3
		close(in)
		select {
		case s[one(yield(70))], oks[fmt.Sprint(yield(71))] = <-in:
			yield(len(oks))
		}
		select {
		case s[at(2)], oks["k"] = <-in:
			yield(72)
		}
		select {
		case _, oks[fmt.Sprint(yield(73))] = <-in:
		}
		var v int
		var ok bool
		select {
		case v, ok = <-in:
			yield(74)
		}
		rec.Log(s, oks, v, ok)
	}
}

func pickChan(ch chan int, b bool) chan int { return ch }
