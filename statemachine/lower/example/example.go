// Package example has iterators, and beside them, in example_lowered.go, what
// coroscope lower made of them: to compare, to step through, and to measure.
package example

// This file defines the iterators.

import "iter"

//go:generate go run coroscope/cmd/coroscope lower

// Fibonacci hands out the first n Fibonacci numbers.
//
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

// Pairs hands out i and j for all 0 <= j < i < n.
//
//coro:lower
func Pairs(n int) iter.Seq2[int, int] {
	return func(yield func(i, j int) bool) {
		for i := range n {
			for j := range i {
				if !yield(i, j) {
					return
				}
			}
		}
	}
}

// A Tree is a binary tree.
type Tree[V any] struct {
	Left, Right *Tree[V]
	Value       V
}

// All hands out the values in order: left, node, right.
//
//coro:lower
func (t *Tree[V]) All() iter.Seq[V] {
	return func(yield func(V) bool) {
		var above []*Tree[V] // whose left part is being walked
		for t != nil || len(above) > 0 {
			for ; t != nil; t = t.Left {
				above = append(above, t)
			}
			t = above[len(above)-1]
			above = above[:len(above)-1]
			if !yield(t.Value) {
				return
			}
			t = t.Right
		}
	}
}

// Filter hands out the elements that keep holds for.
//
//coro:lower
func Filter[E any](s []E, keep func(E) bool) iter.Seq[E] {
	return func(yield func(E) bool) {
		for _, e := range s {
			if keep(e) && !yield(e) {
				return
			}
		}
	}
}

// Walk hands out the values in order, as All does, by a method that calls itself.
//
//coro:lower
func (t *Tree[V]) Walk() iter.Seq[V] {
	return func(yield func(V) bool) { t.push(yield) }
}

func (t *Tree[V]) push(yield func(V) bool) bool {
	return t == nil || t.Left.push(yield) && yield(t.Value) && t.Right.push(yield)
}

// Deep hands out 0 to n-1 from so many calls below the iterator.
//
//coro:lower
func Deep(calls, n int) iter.Seq[int] {
	return func(yield func(int) bool) { down(calls, n, yield) }
}

func down(calls, n int, yield func(int) bool) bool {
	if calls > 1 {
		return down(calls-1, n, yield)
	}
	for i := range n {
		if !yield(i) {
			return false
		}
	}
	return true
}
