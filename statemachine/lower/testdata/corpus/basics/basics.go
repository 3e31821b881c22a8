// Package basics has the shapes of functions that can be lowered.
package basics

import (
	"corpus/rec"
	"iter"
)

// Fibonacci is the simplest.
//
//lower:run Fibonacci(6)
//lower:run Fibonacci(0)
//coro:lower
func Fibonacci(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		a, b := 0, 1
		for range n {
			if !yield(a) {
				return
			}
			a, b = b, a+b
		}
	}
}

// Empty never yields.
//
//lower:run Empty()
//coro:lower
func Empty() iter.Seq[int] {
	return func(yield func(int) bool) {}
}

// Unnamed cannot yield.
//
//lower:run Unnamed(1)
//coro:lower
func Unnamed(n int) iter.Seq[int] {
	return func(func(int) bool) { rec.Log("ran", n) }
}

// Silent has variables, and no suspension.
//
//lower:run Silent(2)
//coro:lower
func Silent(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		x, y := n, 1
		for i := range n {
			x += i
		}
		z := func() int { y++; return x + y }
		rec.Log(z(), y)
	}
}

// Pairs yields two values.
//
//lower:run Pairs([]string{"a", "b", "c"})
//coro:lower
func Pairs(names []string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, name := range names {
			if !yield(i, name) {
				return
			}
		}
	}
}

// Ticks yields nothing but the fact.
//
//lower:run Ticks
//coro:lower
func Ticks(yield func() bool) {
	for i := 0; i < 3; i++ {
		rec.Log("tick", i)
		if !yield() {
			rec.Log("stopped")
			return
		}
	}
}

// Direct takes its yield itself.
//
//lower:run Direct
//coro:lower
func Direct(yield func(string) bool) {
	_ = yield("one") && yield("two") && yield("three")
}

// A Tree is binary.
type Tree struct {
	left, right *Tree
	value       int
}

func tree(values ...int) *Tree {
	var t *Tree
	for _, v := range values {
		t = t.insert(v)
	}
	return t
}

func (t *Tree) insert(v int) *Tree {
	switch {
	case t == nil:
		return &Tree{value: v}
	case v < t.value:
		t.left = t.left.insert(v)
	default:
		t.right = t.right.insert(v)
	}
	return t
}

// All walks with a stack of its own.
//
//lower:run tree(4, 2, 6, 1, 3, 5, 7).All()
//lower:run tree().All()
//coro:lower
func (t *Tree) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		var stack []*Tree
		for t != nil || len(stack) > 0 {
			for t != nil {
				stack = append(stack, t)
				t = t.left
			}
			t = stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !yield(t.value) {
				return
			}
			t = t.right
		}
	}
}

// Each is a method that takes its yield itself.
//
//lower:run tree(2, 1, 3).Each
//coro:lower
func (t *Tree) Each(yield func(*int) bool) {
	for t := t; t != nil; t = t.right {
		v := t.value
		if !yield(nil) {
			rec.Log("stopped at", v)
			return
		}
	}
}

// A List is generic.
type List[T any] struct {
	next *List[T]
	head T
}

func list[T any](values ...T) *List[T] {
	var l *List[T]
	for i := len(values) - 1; i >= 0; i-- {
		l = &List[T]{l, values[i]}
	}
	return l
}

// All is a method of a generic type.
//
//lower:run list(1, 2, 3).All()
//lower:run list("a", "b").All()
//coro:lower
func (l *List[E]) All() iter.Seq[E] {
	return func(yield func(E) bool) {
		for ; l != nil; l = l.next {
			if !yield(l.head) {
				return
			}
		}
	}
}

// Map is a generic function, with constraints.
//
//lower:run Map([]int{1, 2}, func(i int) string { return string(rune('a' + i)) })
//coro:lower
func Map[S ~[]E, E comparable, R any](s S, f func(E) R) iter.Seq2[E, R] {
	return func(yield func(E, R) bool) {
		var zero R
		for _, e := range s {
			r := f(e)
			if !yield(e, r) || !yield(e, zero) {
				return
			}
		}
	}
}

// Number is a constraint.
type Number interface{ ~int }

// Even is a number.
type Even int

// Count counts in any integer type.
//
//lower:run Count(3)
//lower:run Count(Even(4))
//coro:lower
func Count[N Number](n N) iter.Seq[N] {
	return func(yield func(N) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// Before does something before it returns its iterator.
//
//lower:run Before(3)
//coro:lower
func Before(n int) iter.Seq[int] {
	rec.Log("before", n)
	double := 2 * n
	count := 0
	bump := func() int { count++; return count }
	bump()
	return func(yield func(int) bool) {
		for double > 0 {
			double--
			bump()
			if !yield(count * 100) {
				rec.Log("count", count)
				return
			}
			count += 5
		}
	}
}

// Converted returns a conversion.
//
//lower:run Converted()
//coro:lower
func Converted() iter.Seq[error] {
	return (iter.Seq[error])(func(yield func(error) bool) {
		yield(nil)
	})
}

type anyMachine = any

// unexported has machines that are not exported either.
//
//lower:run unexported()
//coro:lower
func unexported() iter.Seq[anyMachine] {
	return func(yield func(any) bool) {
		state, stopped, end, m, Next := 1, "stopped", 2.5, 'm', true
		yield(state)
		yield(stopped)
		yield(end)
		yield(m)
		yield(Next)
		yield([]any{state, stopped, end, m, Next})
	}
}
