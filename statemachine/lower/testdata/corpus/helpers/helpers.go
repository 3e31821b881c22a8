// Package helpers has the cases of yields that are passed on to functions.
package helpers

import (
	"iter"

	"corpus/rec"
)

type tree struct {
	left, right *tree
	value       int
}

func perfect(from, to int) *tree {
	if from >= to {
		return nil
	}
	mid := (from + to) / 2
	return &tree{perfect(from, mid), perfect(mid+1, to), mid}
}

func (t *tree) push(yield func(int) bool) bool {
	return t == nil || t.left.push(yield) && yield(t.value) && t.right.push(yield)
}

//lower:run recursive(7)
//lower:run recursive(0)
//coro:lower
func recursive(n int) iter.Seq[int] {
	return func(yield func(int) bool) { perfect(0, n).push(yield) }
}

// never does not suspend, although it could.
func never(n int, yield func(int) bool) (r int) {
	twice := func() int { return n + n }
	r += twice() + rec.At(n)
	return r
}

//lower:run unsuspended(2)
//coro:lower
func unsuspended(n int) iter.Seq[int] {
	return func(yield func(int) bool) { yield(never(n, yield) + never(n+1, yield)) }
}

//lower:run perfect(0, 5).all()
//coro:lower
func (t *tree) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		more := t.push(yield)
		rec.Log("more", more)
	}
}

// Stopping is noticed by none of them: each yield goes on to return false.
//
//lower:run deaf(3)
//coro:lower
func deaf(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			rec.Log(stubborn(i, yield))
		}
	}
}

func stubborn(n int, yield func(int) bool) (int, bool) {
	a := yield(n)
	b := yield(n * 10)
	rec.Log("stubborn", n, a, b)
	return n, a && b
}

// The order of evaluation around the call that passes it on.
//
//lower:run around(2)
//coro:lower
func around(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		total := rec.At(n) + add(rec.At(1), yield, rec.At(2)) + rec.At(3) + add(add(rec.At(4), yield, 5), yield, rec.At(6)) + rec.At(n)
		rec.Log(total, pair(add(7, yield, 8), rec.At(9)), rec.At("end"))
	}
}

func add(a int, yield func(int) bool, b int) int {
	if !yield(a) {
		rec.Log("stopped in add", a)
	}
	return a + b
}

func pair(a, b int) [2]int { return [2]int{a, b} }

// Conditions.
//
//lower:run conditions(3)
//lower:run conditions(-3)
//coro:lower
func conditions(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if positive(n, yield) && positive(n-1, yield) || !positive(n-2, yield) {
			rec.Log("then")
		}
		for positive(n, yield) {
			n -= 2
		}
		switch {
		case positive(-1, yield), positive(1, yield):
			rec.Log("one")
		case positive(2, yield):
			rec.Log("two")
		}
		x := positive(n, yield) || rec.At(false)
		rec.Log(x)
	}
}

func positive(n int, yield func(int) bool) bool {
	return yield(n) && n > 0
}

// Several results, to variables, to elements, as arguments, to be returned.
//
//lower:run several(3)
//coro:lower
func several(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		q, r := divide(n*7, n, yield)
		var list [2]int
		list[rec.At(q%2)], list[rec.At(0)] = divide(q, 2, yield)
		_, r = divide(r, 1, yield)
		rec.Log(divide(r, 3, yield))
		q, err := named(q, yield)
		q, err = named(q, yield)
		rec.Log(q, r, err, list)
		if q, r := divide(9, 2, yield); q > r {
			rec.Log("if", q, r)
		}
		var a, b = again(8, 3, yield)
		rec.Log(a, b)
	}
}

func divide(a, b int, yield func(int) bool) (int, int) {
	yield(a)
	yield(b)
	return a / b, a % b
}

func again(a, b int, yield func(int) bool) (int, int) {
	return divide(a, b, yield)
}

type failure string

func (f failure) Error() string { return string(f) }

func named(n int, yield func(int) bool) (m int, err error) {
	m = n + 1
	if !yield(m) {
		err = failure("stopped")
		return
	}
	if n%2 == 0 {
		return
	}
	return n, failure("odd")
}

// Named results begin with their zero value each time, although frames are
// used again; and so do variables.
//
//lower:run zeroed(3)
//coro:lower
func zeroed(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			rec.Log(fill(i, yield))
		}
	}
}

func fill(n int, yield func(int) bool) (list []int, count int) {
	var more []int
	for i := range n {
		list = append(list, i)
		more = append(more, i)
		yield(len(more))
		count++
	}
	return
}

// Functions that call each other.
//
//lower:run mutual(6)
//coro:lower
func mutual(n int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) { rec.Log(even(n, yield)) }
}

func even(n int, yield func(int, string) bool) string {
	if n == 0 || !yield(n, "even") {
		return "stopped at even"
	}
	s := odd(yield, n-1)
	rec.Log("back in even", n, s)
	return s + "."
}

func odd(yield func(int, string) bool, n int) string {
	if n == 0 || !yield(n, "odd") {
		return "stopped at odd"
	}
	return even(n-1, yield)
}

// A nil iterator, and nothing yielded.
//
//lower:run nothing()
//coro:lower
func nothing() iter.Seq[int] {
	return func(yield func(int) bool) {
		empty(yield)
		unnamed(yield, 1)
		rec.Log("nothing")
	}
}

func empty(yield func(int) bool)      {}
func unnamed(func(int) bool, int) int { return 1 }

// A panic in a helper, deep down, and what the machine is after it.
//
//lower:run panics(3)
//coro:lower
func panics(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		dig(n, yield)
		rec.Log("not reached")
	}
}

func dig(n int, yield func(int) bool) {
	if n == 0 {
		panic("bottom")
	}
	yield(n)
	dig(n-1, yield)
}

// Methods: of values, of embedded fields, by expression.
type counter struct{ n int }

func (c *counter) count(yield func(int) bool) bool {
	c.n++
	return yield(c.n)
}

func (c counter) copied(yield func(int) bool) bool {
	c.n += 10
	return yield(c.n) && c.more(yield)
}

func (c counter) more(yield func(int) bool) bool { return yield(c.n + 1) }

type outer struct {
	name string
	*counter
	inner struct{ counter }
}

//lower:run methods()
//coro:lower
func methods() iter.Seq[int] {
	return func(yield func(int) bool) {
		var c counter
		o := outer{counter: &c}
		c.count(yield)
		o.count(yield)
		o.copied(yield)
		o.inner.count(yield)
		o.inner.copied(yield)
		(*counter).count(&c, yield)
		counter.copied(c, yield)
		p := &o.inner
		p.count(yield)
		list := []counter{{1}, {2}}
		list[rec.At(1)].count(yield)
		rec.Log(c, o.inner, list)
	}
}

// A nil pointer as the receiver of a method that takes a value: a panic before
// anything in it.
//
//lower:run nilReceiver()
//coro:lower
func nilReceiver() iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(1)
		var c *counter
		c.copied(yield)
	}
}

// Variadic parameters.
//
//lower:run variadic([]int{4, 5})
//coro:lower
func variadic(list []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		each(yield)
		each(yield, 1)
		each(yield, 2, rec.At(3))
		each(yield, list...)
	}
}

func each(yield func(int) bool, list ...int) {
	rec.Log(len(list), list == nil)
	for _, n := range list {
		if !yield(n) {
			return
		}
	}
}

// Generic helpers, of functions and of types.
type box[E any] struct {
	next  *box[E]
	value E
}

func (b *box[T]) each(yield func(T) bool) bool {
	var zero T
	rec.Log(zero)
	return b == nil || yield(b.value) && b.next.each(yield)
}

//lower:run boxes("a", "b", "c")
//coro:lower
func boxes[V any](vs ...V) iter.Seq[V] {
	return func(yield func(V) bool) {
		var list *box[V]
		for _, v := range vs {
			list = &box[V]{list, v}
		}
		list.each(yield)
		pairs(list, vs, func(v V) any { return v }, yield)
	}
}

func pairs[A, B any, F func(A) bool](b *box[A], list []A, show func(A) B, yield F) {
	shown := make(map[int]B)
	for i, a := range list {
		shown[i] = show(a)
		if !yield(a) {
			break
		}
	}
	rec.Log(len(shown), shown[0], any(b.value) == any(list[0]))
}

//lower:run instances()
//coro:lower
func instances() iter.Seq[int] {
	return func(yield func(int) bool) {
		rec.Log(as[string]("s", yield), as(1.5, yield), as([]int(nil), yield), as[*int](nil, yield))
	}
}

func as[T any](x T, yield func(int) bool) []T {
	yield(1)
	var list []T
	y, ok := any(x).(T)
	rec.Log(ok, any(y) == any(T(x)) || true)
	list = append(list, T(y), *new(T))
	yield(len(list))
	return list
}

// The machine is entered again from a helper.
//
//lower:run reentered()
//coro:lower
func reentered() iter.Seq[int] {
	return func(yield func(int) bool) { enter(yield) }
}

func enter(yield func(int) bool) {
	yield(1)
	rec.Next()
	yield(2)
}

// Parameters that closures see are each call's own.
//
//lower:run captured(3)
//coro:lower
func captured(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var fs []func() int
		nested(n, &fs, yield)
		for _, f := range fs {
			rec.Log(f(), f())
		}
	}
}

func nested(n int, fs *[]func() int, yield func(int) bool) bool {
	*fs = append(*fs, func() int { n++; return n })
	if n == 0 {
		return false
	}
	yield(n)
	ok := nested(n-1, fs, yield)
	yield(n)
	return !ok
}

// A copied statement that returns values from inside of itself.
//
//lower:run copiedReturns([]int{1, 0, 2, -1, 5})
//coro:lower
func copiedReturns(list []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for len(list) > 0 {
			n, what := find(list, yield)
			rec.Log(n, what)
			list = list[n:]
		}
	}
}

func find(list []int, yield func(int) bool) (int, string) {
	yield(len(list))
	for i, n := range list {
		switch {
		case n == 0:
			return i + 1, "zero"
		case n < 0:
			return rec.At(i + 1), "negative"
		}
	}
	return len(list), "none"
}
