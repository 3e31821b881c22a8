// Package ranges has the cases of ranges over functions whose body suspends.
package ranges

import (
	"iter"
	"maps"
	"runtime"
	"slices"

	"corpus/rec"
)

// upTo cleans up when it is stopped.
func upTo(n int) iter.Seq[int] {
	rec.Log("upTo", n)
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				rec.Log("upTo stopped at", i)
				return
			}
			rec.Log("upTo goes on after", i)
		}
		rec.Log("upTo ended")
	}
}

//lower:run doubled(4)
//coro:lower
func doubled(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range upTo(rec.At(n)) {
			if !yield(i * 2) {
				rec.Log("leaving")
				return
			}
		}
		rec.Log("ended")
	}
}

// All the ways out of the loop.
//
//lower:run ways(9)
//coro:lower
func ways(n int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
	outer:
		for i := range 6 {
			for j := range upTo(n) {
				switch {
				case !yield(i, "outer"):
					return
				case j == 1 && i == 0:
					continue outer
				case j == 2 && i == 1:
					break
				case j == 3 && i == 1:
					goto after
				case j == 1 && i == 2:
					break outer
				}
				for k := range upTo(2) {
					if k == 1 && j == 0 {
						continue
					}
					if k == 1 && i == 1 {
						break
					}
					if !yield(k, "inner") {
						break outer
					}
				}
			}
			rec.Log("after the loop", i)
			continue
		after:
			rec.Log("goto", i)
		}
		rec.Log("end")
	}
}

// Loop variables are each iteration's own.
//
//lower:run variables(3)
//coro:lower
func variables(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var fs []func() int
		var k int
		for i := range upTo(n) {
			fs = append(fs, func() int { i++; return i })
			yield(i)
			i += 10
		}
		for k = range upTo(n) {
			fs = append(fs, func() int { k++; return k })
			yield(k)
		}
		list := make([]int, 2)
		for list[rec.At(1)] = range upTo(2) {
			yield(list[1])
		}
		for range upTo(2) {
			yield(-1)
		}
		for _, f := range fs {
			rec.Log(f(), f(), k)
		}
	}
}

// What goes through iter.Pull: functions of elsewhere, parameters.
//
//lower:run library([]string{"a", "b", "c"}, upTo(3))
//coro:lower
func library(names []string, seq iter.Seq[int]) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, name := range slices.All(names) {
			if !yield(i, name) && i > 0 {
				rec.Log("stopped")
				break
			}
		}
		for k, v := range maps.All(map[string]int{"x": 1}) {
			yield(v, k)
		}
		for n := range seq {
			for m := range seq {
				if m == n {
					yield(m, "equal")
					continue
				}
				if !yield(m, "inner") {
					return
				}
			}
		}
	}
}

// Functions that are methods, generic, or take the yield themselves.
type list[E any] struct {
	next  *list[E]
	value E
}

func (l *list[E]) all() iter.Seq[E] {
	return func(yield func(E) bool) {
		for ; l != nil; l = l.next {
			if !yield(l.value) {
				rec.Log("list stopped")
				return
			}
		}
	}
}

func (l list[T]) each(yield func(T) bool) {
	_ = yield(l.value) && l.next != nil && yield(l.next.value)
}

func pairs[A, B any](as []A, b B) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		for _, a := range as {
			if !yield(a, b) {
				return
			}
		}
	}
}

func ticks(yield func() bool) {
	for i := 0; yield() && i < 2; i++ {
		rec.Log("tick", i)
	}
}

//lower:run kinds("a", "b", "c")
//coro:lower
func kinds[S any](ss ...S) iter.Seq[S] {
	return func(yield func(S) bool) {
		var l *list[S]
		for _, s := range ss {
			l = &list[S]{l, s}
		}
		for v := range l.all() {
			if !yield(v) {
				break
			}
			rec.Log("list", v)
		}
		for v := range l.each {
			yield(v)
		}
		for s, n := range pairs(ss, 3) {
			rec.Log(n)
			if !yield(s) {
				return
			}
		}
		for _, s := range pairs[int, S]([]int{1, 2}, ss[0]) {
			yield(s)
		}
		for range ticks {
			if !yield(ss[1]) {
				rec.Log("no more ticks")
				return
			}
		}
	}
}

// A function that yields again after the loop has ended, which panics.
func stubborn(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			rec.Log("stubborn", i, yield(i))
		}
	}
}

//lower:run tellsOff(3, 1)
//lower:run tellsOff(3, 5)
//coro:lower
func tellsOff(n, until int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range stubborn(n) {
			if i == until {
				rec.Log("breaking")
				break
			}
			yield(i)
		}
		rec.Log("after the loop")
	}
}

//lower:run tellsPulled(3, stubborn(3))
//coro:lower
func tellsPulled(n int, seq iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range seq {
			if !yield(i) {
				return
			}
		}
		rec.Log("after the loop")
	}
}

// A panic and a Goexit in what is ranged over.
func breaks(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				panic("stopped")
			}
		}
		if n > 2 {
			runtime.Goexit()
		}
		panic("ended")
	}
}

//lower:run broken(2)
//lower:run broken(3)
//coro:lower
func broken(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range breaks(n) {
			if !yield(i + 1) {
				break
			}
		}
		rec.Log("not reached unless stopped")
	}
}

// A panic in the body of the loop.
//
//lower:run panics([]int{1, 0})
//coro:lower
func panics(list []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range slices.Values(list) {
			for range upTo(2) {
				if !yield(12 / i) {
					return
				}
			}
		}
	}
}

// A nil iterator.
//
//lower:run isNil(nil)
//coro:lower
func isNil(seq iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(1)
		for i := range seq {
			yield(i)
		}
	}
}

// Recursion: a tree, with a loop that only passes on.
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

//lower:run perfect(0, 7).all()
//coro:lower
func (t *tree) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		if t == nil {
			return
		}
		for v := range t.left.all() {
			if !yield(v) {
				return
			}
		}
		if !yield(t.value) {
			return
		}
		for v := range t.right.all() {
			if !yield(v) {
				return
			}
		}
	}
}

// And one that does more.
//
//lower:run perfect(0, 7).deeper(1)
//coro:lower
func (t *tree) deeper(depth int) iter.Seq2[int, int] {
	note := rec.At(depth) // before it is ranged over
	return func(yield func(int, int) bool) {
		if t == nil {
			return
		}
		for v, d := range t.left.deeper(note + 1) {
			if !yield(v, d+1) {
				rec.Log("left stopped", depth)
				return
			}
		}
		if !yield(t.value, note) {
			return
		}
		for v, d := range t.right.deeper(depth + 1) {
			if !yield(v*10, d) {
				return
			}
		}
		rec.Log("done", depth)
	}
}

// Passing on to what yields again, with results, in a helper.
//
//lower:run passes(3)
//coro:lower
func passes(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		rec.Log(chain(n, yield))
		for i := range upTo(n) {
			if !yield(i) {
				break
			}
		}
		rec.Log("after break")
		for i := range perfect(0, n).push {
			if !yield(i) {
				return
			}
		}
		rec.Log("end")
	}
}

func (t *tree) push(yield func(int) bool) {
	if t != nil {
		t.left.push(yield)
		yield(t.value)
		t.right.push(yield)
	}
}

func chain(n int, yield func(int) bool) string {
	for i := range upTo(n) {
		if !yield(i) {
			return "stopped"
		}
	}
	return "ended"
}

// Stubborn ones are not passed on to.
//
//lower:run passesStubborn(3)
//coro:lower
func passesStubborn(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range stubborn(n) {
			if !yield(i) {
				return
			}
		}
		rec.Log("end")
	}
}

// A deferred call in the loop's body runs when the function ends.
//
//lower:run defers(2)
//coro:lower
func defers(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range upTo(n) {
			defer rec.Log("deferred", i)
			if !yield(i) {
				return
			}
		}
		rec.Log("end")
	}
}

// In a frame.
//
//lower:run inFrames(2)
//coro:lower
func inFrames(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		rec.Log(sum(n, yield), sum(n+1, yield))
	}
}

func sum(n int, yield func(int) bool) (total int) {
	for i := range upTo(n) {
		total += i
		if !yield(total) {
			return -total
		}
		for s := range slices.Values([]int{1, 2, 3}) {
			if s == 2 {
				break
			}
			yield(s)
			if n < 0 {
				return s
			}
		}
	}
	return
}

// The operand suspends, too.
//
//lower:run operand(2)
//coro:lower
func operand(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range upTo(n + add(yield(10), yield(20))) {
			if !yield(i) {
				return
			}
		}
		for i := range upTo(add(yield(30), true)) {
			yield(i + 1)
		}
	}
}

func add(a, b bool) int {
	if a && b {
		return 2
	}
	return 1
}

// A loop that would only pass on begins after the stop, and there is nothing to
// pass on.
//
//lower:run late(0)
//lower:run late(2)
//coro:lower
func late(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(-1)
		for i := range upTo(n) {
			if !yield(i) {
				return
			}
		}
		rec.Log("not left")
	}
}
