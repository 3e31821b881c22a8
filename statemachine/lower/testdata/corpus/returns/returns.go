// Package returns has functions that return iterators in all the ways that
// people write.
package returns

import (
	"errors"
	"iter"
	"maps"
	"slices"

	"corpus/rec"
)

type tree struct {
	left, right *tree
	value       int
}

func of(values ...int) *tree {
	var t *tree
	for _, v := range values {
		t = t.with(v)
	}
	return t
}

func (t *tree) with(v int) *tree {
	switch {
	case t == nil:
		return &tree{value: v}
	case v < t.value:
		t.left = t.left.with(v)
	default:
		t.right = t.right.with(v)
	}
	return t
}

// Guarded returns an iterator that does nothing for what has no values.
//
//lower:run Guarded(nil)
//lower:run Guarded([]int{1, 2})
//coro:lower
func Guarded(list []int) iter.Seq[int] {
	if len(list) == 0 {
		return func(yield func(int) bool) {}
	}
	rec.Log("some")
	return func(yield func(int) bool) {
		for _, v := range list {
			if !yield(v) {
				rec.Log("stopped")
				return
			}
		}
	}
}

// TwoWays returns one of two.
//
//lower:run TwoWays(2, false)
//lower:run TwoWays(2, true)
//coro:lower
func TwoWays(n int, down bool) iter.Seq2[int, string] {
	if down {
		from := n * 10
		rec.Log("down from", from)
		return func(yield func(int, string) bool) {
			defer rec.Log("down is done")
			for i := from; i > 0; i -= 10 {
				if !yield(i, "down") {
					return
				}
			}
		}
	}
	return func(yield func(int, string) bool) {
		for i := range n {
			yield(i, "up")
		}
		rec.Log("up is done")
	}
}

// Switched returns one of many.
//
//lower:run Switched("one")
//lower:run Switched("two")
//lower:run Switched("keys")
//lower:run Switched("nil")
//lower:run Switched("self")
//lower:run Switched("")
//lower:run Switched("none")
//coro:lower
func Switched(name string) iter.Seq[int] {
	switch name {
	case "one":
		return func(yield func(int) bool) { yield(1) }
	case "two":
		n := rec.At(2)
		return func(yield func(int) bool) {
			if yield(n) {
				yield(n + 1)
			}
		}
	case "keys":
		return maps.Keys(map[int]bool{7: true})
	case "nil":
		return nil
	case "self":
		return Switched("two")
	case "none":
		return func(func(int) bool) {}
	}
	return of(3, 1, 2).push
}

func (t *tree) push(yield func(int) bool) {
	if t == nil {
		return
	}
	t.left.push(yield)
	yield(t.value)
	t.right.push(yield)
}

// All returns a method value.
//
//lower:run of(2, 1, 3).All()
//lower:run of().All()
//coro:lower
func (t *tree) All() iter.Seq[int] { return t.push }

// Positive returns a call, of a call.
//
//lower:run Positive(of(2, -1, 3, 0, 7))
//coro:lower
func Positive(t *tree) iter.Seq[int] { return filter(t.All(), func(n int) bool { return n > 0 }) }

func filter[V any](seq iter.Seq[V], keep func(V) bool) iter.Seq[V] {
	return func(yield func(V) bool) {
		for v := range seq {
			if keep(v) && !yield(v) {
				rec.Log("filter stops")
				return
			}
		}
	}
}

// Named has a variable for what it returns.
//
//lower:run Named(3)
//coro:lower
func Named(n int) iter.Seq[int] {
	count := 0
	seq := func(yield func(int) bool) {
		for i := range n {
			count++
			rec.Log("count", count)
			if !yield(i + count*10) {
				return
			}
		}
	}
	count = 5 // which the iterator sees
	n--
	return seq
}

// Assigned assigns its variable in branches.
//
//lower:run Assigned(0)
//lower:run Assigned(1)
//lower:run Assigned(2)
//lower:run Assigned(3)
//coro:lower
func Assigned(n int) iter.Seq[int] {
	var seq iter.Seq[int]
	if n == 1 {
		k := n * 100
		seq = func(yield func(int) bool) { yield(k) }
		k++
	} else if n == 2 {
		seq = func(yield func(int) bool) {
			if !yield(1) {
				rec.Log("no more")
				return
			}
			yield(2)
		}
	} else if n == 3 {
		seq = slices.Values([]int{5, 6})
	}
	return seq
}

// Result assigns its named result.
//
//lower:run Result(3)
//lower:run Result(0)
//lower:run Result(-1)
//coro:lower
func Result(n int) (seq iter.Seq[int]) {
	defer func() { rec.Log("returned") }()
	if n == 0 {
		return
	}
	seq = func(yield func(int) bool) {
		for i := range n {
			yield(i)
		}
	}
	if n < 0 {
		return nil
	}
	return
}

// Recovers sets its result in a deferred function.
//
//lower:run Recovers([]int{1}, 0)
//lower:run Recovers([]int{1}, 1)
//coro:lower
func Recovers(list []int, i int) (seq iter.Seq[int]) {
	defer func() {
		if p := recover(); p != nil {
			seq = func(yield func(int) bool) { yield(-1) }
		}
	}()
	v := list[i]
	return func(yield func(int) bool) {
		yield(v)
		rec.Log("done")
	}
}

// Replaced has a result that a deferred function does something with.
//
//lower:run Replaced(3)
//coro:lower
func Replaced(n int) (seq iter.Seq[int]) {
	defer func() { seq = filter(seq, func(v int) bool { return v != 1 }) }()
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// Panics panics before it returns anything.
//
//lower:run Panics([]int{}, 1)
//lower:run Panics([]int{3, 4}, 1)
//coro:lower
func Panics(list []int, i int) iter.Seq[int] {
	first := list[i]
	if first == 0 {
		panic("zero")
	}
	return func(yield func(int) bool) { yield(first) }
}

// Chained loops before it returns, and composes iterators that it does not know.
//
//lower:run Chained(of(4, 2, 6, 1), 2)
//coro:lower
func Chained(t *tree, times int) iter.Seq[int] {
	seq := t.All()
	for i := range times {
		seq = filter(seq, func(v int) bool { rec.Log(i, v); return v != i })
	}
	return seq
}

// Loops returns out of a loop.
//
//lower:run Loops([]string{"", "ab", "c"})
//lower:run Loops(nil)
//coro:lower
func Loops(names []string) iter.Seq[rune] {
search:
	for i, name := range names {
		switch {
		case name == "":
			continue search
		default:
			return func(yield func(rune) bool) {
				for _, r := range name {
					if !yield(r + rune(i)) {
						break
					}
				}
				rec.Log(i, name)
			}
		}
	}
	return nil
}

var errNegative = errors.New("negative")

func must[T any](x T, err error) T {
	if err != nil {
		rec.Log("error", err)
	}
	return x
}

// Failing returns an error, too.
//
//lower:run must(Failing(2))
//lower:run must(Failing(-1))
//lower:run must(Failing(0))
//lower:run must(Failing(7))
//coro:lower
func Failing(n int) (iter.Seq[int], error) {
	if n < 0 {
		return nil, errNegative
	}
	if n == 0 {
		return func(func(int) bool) {}, nil
	}
	if n == 7 {
		return Failing(3)
	}
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}, nil
}

// Opened passes on what a call returns.
//
//lower:run must(Opened(2))
//lower:run must(Opened(-2))
//lower:run must(Opened(100))
//coro:lower
func Opened(n int) (seq iter.Seq[int], err error) {
	defer func() { rec.Log("opened", err) }()
	if n > 50 {
		return sequence(n)
	}
	return Failing(n)
}

var sequence = func(n int) (iter.Seq[int], error) { return slices.Values([]int{n}), nil }

// Rows has an iterator and a function that tells what went wrong.
//
//lower:run rows(Rows([]int{1, 2}))
//lower:run rows(Rows([]int{1, -2, 3}))
//coro:lower
func Rows(list []int) (iter.Seq[int], func() error) {
	var err error
	return func(yield func(int) bool) {
		defer rec.Log("closed")
		for _, v := range list {
			if v < 0 {
				err = errNegative
				return
			}
			if !yield(v) {
				err = errors.New("stopped")
				return
			}
			rec.Log(err)
		}
	}, func() error { return err }
}

func rows[T any](x T, err func() error) T {
	errOf = err
	return x
}

var errOf func() error

// Checked asks for the error.
//
//lower:run Checked([]int{1, 2})
//lower:run Checked([]int{1, -1})
//coro:lower
func Checked(list []int) iter.Seq[string] {
	return func(yield func(string) bool) {
		seq, err := Rows(list)
		for v := range seq {
			if !yield("v" + string(rune('0'+v))) {
				break
			}
		}
		rec.Log(err())
	}
}

// Pairs is generic, and returns a call of an instance.
//
//lower:run Pairs(map[string]int{"a": 1}, true)
//lower:run Pairs(map[string]int{"a": 1}, false)
//lower:run Pairs(map[string]int{}, false)
//coro:lower
func Pairs[K comparable, V any](m map[K]V, all bool) iter.Seq2[K, V] {
	if len(m) == 0 {
		return nil
	}
	if all {
		return swap(func(yield func(V, K) bool) {
			for k, v := range m {
				yield(v, k)
			}
		})
	}
	return func(yield func(K, V) bool) {
		for k, v := range m {
			if !yield(k, v) {
				return
			}
		}
	}
}

func swap[A, B any](seq iter.Seq2[A, B]) iter.Seq2[B, A] {
	return func(yield func(B, A) bool) {
		for a, b := range seq {
			if !yield(b, a) {
				return
			}
		}
	}
}

// Even and Odd return each other.
//
//lower:run Even(0)
//lower:run Even(3)
//coro:lower
func Even(n int) iter.Seq[string] {
	if n == 0 {
		return func(yield func(string) bool) { yield("even") }
	}
	return Odd(n - 1)
}

//lower:run Odd(0)
//lower:run Odd(3)
//coro:lower
func Odd(n int) iter.Seq[string] {
	if n == 0 {
		return func(yield func(string) bool) { yield("odd") }
	}
	return Even(n - 1)
}

// OverVariants ranges over those that are one of several.
//
//lower:run OverVariants(0)
//lower:run OverVariants(1)
//lower:run OverVariants(2)
//lower:run OverVariants(3)
//lower:run OverVariants(4)
//lower:run OverVariants(5)
//coro:lower
func OverVariants(which int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log("recovered", recover()) }()
		for v := range variant(which) {
			if v == 2 {
				panic("two")
			}
			if !yield(v) {
				break
			}
		}
	}
}

func variant(which int) iter.Seq[int] {
	switch which {
	case 0:
		return slices.Values([]int{1, 2, 3})
	case 1:
		return nil
	case 2:
		return func(yield func(int) bool) {
			defer func() { rec.Log("in variant", recover()) }()
			if yield(1) {
				yield(2)
			}
		}
	case 3:
		return counted(3)
	case 4:
		return func(yield func(int) bool) {
			yield(1)
			yield(3)
			yield(4)
		}
	}
	return func(yield func(int) bool) {
		for i := 3; i < 6 && yield(i); i++ {
		}
	}
}

func counted(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("counted")
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// Declares has a type and constants of its own, around its literals.
//
//lower:run Declares(1)
//lower:run Declares(2)
//lower:run Declares(3)
//coro:lower
func Declares(n int) iter.Seq[int] {
	const k, unused = 10, "unused"
	type number int
	type pair struct{ a, b number }
	p := pair{number(n), k}
	if n == 1 {
		return func(yield func(int) bool) {
			q := pair{p.b, p.a}
			yield(int(p.a) + k)
			yield(int(q.a))
		}
	}
	if n == 2 {
		return counted(int(pair{a: 2}.a))
	}
	list := []pair{p}
	return func(yield func(int) bool) {
		for _, p := range list {
			if !yield(int(p.b)) {
				return
			}
			list = append(list, pair{})
		}
		yield(len(list))
	}
}

// DeclaresOf has a type that mentions its type parameter.
//
//lower:run DeclaresOf("a", true)
//lower:run DeclaresOf(7, false)
//coro:lower
func DeclaresOf[T any](v T, twice bool) iter.Seq[T] {
	type box struct{ of T }
	boxes := []box{{v}}
	if twice {
		boxes = append(boxes, box{v})
	}
	return func(yield func(T) bool) {
		for _, b := range boxes {
			var last box
			if !yield(b.of) {
				return
			}
			last = b
			rec.Log(last)
		}
	}
}

// OverDeclared ranges over, and passes on, what declares types.
//
//lower:run OverDeclared(3)
//coro:lower
func OverDeclared(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for v := range Declares(n) {
			if !yield(v) {
				break
			}
			rec.Log("between")
		}
		for v := range DeclaresOf(n, true) {
			if !yield(v) {
				return
			}
		}
	}
}
