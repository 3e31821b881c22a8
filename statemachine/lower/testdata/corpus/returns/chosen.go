package returns

import (
	"iter"

	"corpus/rec"
)

// This file has chosen functions that are given a yield beside other things, or
// return something, or call themselves.

// Walk returns whether to go on.
//
//lower:run of(3, 1, 2).Walk(yield)
//lower:run of().Walk(yield)
//coro:lower
func (t *tree) Walk(yield func(int) bool) bool {
	return t == nil || t.left.Walk(yield) && yield(t.value) && t.right.Walk(yield)
}

// Push returns nothing, and is called twice by itself.
//
//lower:run of(3, 1, 2).Push
//coro:lower
func (t *tree) Push(yield func(int) bool) {
	if t != nil {
		t.left.Push(yield)
		yield(t.value)
		t.right.Push(yield)
	}
}

// Hanoi has parameters.
//
//lower:run Hanoi(3, "a", "b", "c", yield)
//lower:run Hanoi(0, "a", "b", "c", yield)
//coro:lower
func Hanoi(n int, from, to, via string, yield func(string, string) bool) bool {
	if n == 0 {
		return true
	}
	return Hanoi(n-1, from, via, to, yield) && yield(from, to) && Hanoi(n-1, via, to, from, yield)
}

// Permutations changes its parameter, returns two results, and is given the yield first.
//
//lower:run Permutations(yield, []int{1, 2, 3}, 0) // V=int
//coro:lower
func Permutations[V any](yield func([]V) bool, list []V, n int) (count int, err error) {
	defer func() { rec.Log(n, count) }()
	if n == len(list) {
		if !yield(append([]V(nil), list...)) {
			return 0, errNegative
		}
		return 1, nil
	}
	for i := n; i < len(list); i++ {
		list[i], list[n] = list[n], list[i]
		more, err := Permutations(yield, list, n+1)
		list[i], list[n] = list[n], list[i]
		count += more
		if err != nil {
			return count, err
		}
	}
	return count, nil
}

// Each has a predicate, which looks like a yield, and no names for what it does not need.
//
//lower:run Each(nil, yield, func(n int) bool { return n%2 == 1 }, 1, 2, 3)
//coro:lower
func Each(_ *tree, yield, keep func(int) bool, list ...int) {
	for _, v := range list {
		if keep(v) && !yield(v) {
			rec.Log("stopped at", v)
			return
		}
	}
}

type stack[V any] struct {
	top  V
	rest *stack[V]
}

func (s *stack[V]) with(v V) *stack[V] { return &stack[V]{v, s} }

// Visit is a method of a generic type.
//
//lower:run (*stack[string])(nil).with("a").with("b").Visit(1, yield) // V=string
//coro:lower
func (s *stack[V]) Visit(depth int, yield func(int, V) bool) (deepest int) {
	if s == nil {
		return depth
	}
	if !yield(depth, s.top) {
		return -1
	}
	return s.rest.Visit(depth+1, yield)
}

// All is a method of a generic type that returns a method value.
//
//lower:run (*stack[string])(nil).with("a").with("b").All()
//lower:run (*stack[int])(nil).All()
//coro:lower
func (s *stack[V]) All() iter.Seq[V] {
	if s == nil {
		return nil
	}
	return s.each
}

func (s *stack[V]) each(yield func(V) bool) {
	for ; s != nil; s = s.rest {
		if !yield(s.top) {
			return
		}
	}
}

type outerStack struct{ *stack[int] }

// Doubled ranges over, and passes on, methods of an embedded type.
//
//lower:run outerStack{(*stack[int])(nil).with(1).with(2)}.Doubled()
//coro:lower
func (o outerStack) Doubled() iter.Seq[int] {
	return func(yield func(int) bool) {
		for v := range o.All() {
			if !yield(2 * v) {
				return
			}
		}
		for v := range o.each {
			if !yield(v) {
				return
			}
		}
		o.each(yield)
	}
}

// Embedded returns a method value of an embedded type.
//
//lower:run outerStack{(*stack[int])(nil).with(1).with(2)}.Embedded()
//coro:lower
func (o outerStack) Embedded() iter.Seq[int] { return o.each }
