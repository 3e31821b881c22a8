package unwinding

import (
	"corpus/rec"
	"errors"
	"fmt"
	"iter"
)

// Literal is a deferred function literal that suspends twice.
//
//lower:run Literal(2)
//coro:lower
func Literal(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		total := 0
		defer func() {
			yield(100 + total)
			rec.Log("between", total)
			total++
			yield(200 + total)
		}()
		for i := range n {
			total += 10
			if !yield(i) {
				return
			}
		}
	}
}

// Recovers before, between and after suspensions.
//
//lower:run Recovers(0)
//lower:run Recovers(1)
//lower:run Recovers(2)
//lower:run Recovers(3)
//coro:lower
func Recovers(when int) iter.Seq[string] {
	return func(yield func(string) bool) {
		defer func() { rec.Log("outside", recover()) }()
		defer func() {
			if when == 0 {
				yield(fmt.Sprint(recover()))
			}
			yield("cleaning")
			if when == 1 {
				rec.Log(recover(), recover())
			}
			func() { rec.Log("too deep", recover()) }()
			if !yield("cleaned") {
				rec.Log("stopped")
			}
			if when == 2 {
				panic(fmt.Sprint("instead of ", recover()))
			}
		}()
		if !yield("body") {
			return
		}
		panic(errors.New("boom"))
	}
}

// Arguments of a deferred literal, and what it captures, are not the same.
//
//lower:run Arguments()
//coro:lower
func Arguments() iter.Seq[int] {
	return func(yield func(int) bool) {
		a, b := 1, 2
		defer func(a, c int) {
			yield(a)
			yield(b)
			yield(c)
			a, b = 5, 6
			yield(a + b)
			rec.Log(a, b, c)
		}(a, a+b)
		defer func() { rec.Log(a, b); b++ }()
		a, b = 10, 20
	}
}

// PerIteration: each deferred literal has variables of its iteration.
//
//lower:run PerIteration(3)
//coro:lower
func PerIteration(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			j := i * 10
			k := j
			defer func() {
				yield(i)
				j++
				yield(j + k)
			}()
			j += 5
			if i == 1 {
				i++
				continue
			}
			defer func() { j += 100; rec.Log("native", i, j) }()
			if !yield(-i) {
				break
			}
		}
		for s := range map[string]bool{"one": true} {
			defer func(n int) { rec.Log(s, yield(n)) }(len(s))
		}
	}
}

// Again, by goto.
//
//lower:run Again()
//coro:lower
func Again() iter.Seq[int] {
	return func(yield func(int) bool) {
		n := 0
	again:
		{
			m := n
			defer func() { yield(m); m++; yield(m + n*100) }()
			m += 10
		}
		if n++; n < 3 {
			goto again
		}
	}
}

// Early returns before what the deferred literal captures is declared.
//
//lower:run EarlyLiteral(false)
//lower:run EarlyLiteral(true)
//coro:lower
func EarlyLiteral(early bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		if !yield(0) || early {
			return
		}
		s := []int{1, 2}
		defer func() {
			for _, x := range s {
				yield(x)
			}
		}()
		s = append(s, 3)
	}
}

// DefersItself in the deferred literal, which suspends and recovers there.
//
//lower:run DefersItself()
//coro:lower
func DefersItself() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() {
			defer func() {
				yield(3)
				rec.Log("inner", recover())
				yield(4)
			}()
			yield(1)
			rec.Log("outer", recover())
			yield(2)
			panic("inner panic")
		}()
		panic("outer panic")
	}
}

// InHelpers: literals deferred by helpers, which change their results.
//
//lower:run InHelpers()
//coro:lower
func InHelpers() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range 4 {
			n, err := changing(i, yield)
			rec.Log(n, err)
		}
	}
}

func changing(how int, yield func(int) bool) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
		if !yield(n) {
			err = errors.Join(err, errors.New("stopped"))
		}
		n *= 2
	}()
	defer func(k int) { n += k }(how)
	switch n = 10; how {
	case 0:
		return
	case 1:
		return 5, nil
	case 2:
		panic("two")
	}
	for i := range 2 {
		defer func() {
			n += i
			yield(n)
		}()
	}
	return n / (how - 3), nil
}

// Named closures that suspend are deferred, recursive ones too.
//
//lower:run Named(2)
//coro:lower
func Named(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		close := func(x int) bool { rec.Log("close", x); return yield(x) }
		var down func(int)
		down = func(x int) {
			if x > 0 {
				defer down(x - 1)
			}
			defer close(x)
			yield(-x)
		}
		defer close(100)
		defer down(n)
		down(1)
		panic("named")
	}
}

// PassedOn: a deferred helper is given a closure that suspends.
//
//lower:run PassedOn()
//coro:lower
func PassedOn() iter.Seq[int] {
	return func(yield func(int) bool) {
		seen := 0
		more := func(n int) bool { seen += n; return yield(seen) }
		defer twice(2, more)
		within := func() {
			mine := 0
			defer twice(3, func(n int) bool { mine += n; rec.Log("mine", mine); return yield(-mine) })
			yield(1000)
		}
		within()
		rec.Log(seen)
	}
}

func twice(n int, yield func(int) bool) {
	rec.Log(yield(n), yield(n))
}

// TwoSuspensions in one deferred function, in a loop, do not begin anew.
//
//lower:run TwoSuspensions()
//coro:lower
func TwoSuspensions() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range 2 {
			func() {
				defer func() {
					if yield(i*10 + 1) {
						yield(i*10 + 2)
					}
				}()
				yield(i * 10)
			}()
		}
	}
}

// Lost is a return value, which is not lost while deferred calls suspend.
//
//lower:run Lost()
//coro:lower
func Lost() iter.Seq[int] {
	return func(yield func(int) bool) {
		value := func() string {
			defer func() { yield(1); yield(2) }()
			return fmt.Sprint("value ", yield(0))
		}
		rec.Log(value())
		rec.Log(value())
	}
}
