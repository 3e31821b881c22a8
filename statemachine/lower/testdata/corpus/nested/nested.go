// Package nested has the cases of function literals that suspend.
package nested

import (
	"iter"
	"strings"

	"corpus/rec"
)

type node struct {
	left, right *node
	value       int
}

func perfect(from, to int) *node {
	if from >= to {
		return nil
	}
	mid := (from + to) / 2
	return &node{perfect(from, mid), perfect(mid+1, to), mid}
}

//lower:run walks(7)
//coro:lower
func walks(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var walk func(*node) bool
		walk = func(n *node) bool {
			return n == nil || walk(n.left) && yield(n.value) && walk(n.right)
		}
		walk(perfect(0, n))
	}
}

// What a literal captures is shared with the body and with other literals,
// those that suspend and those that do not.
//
//lower:run shares(3)
//coro:lower
func shares(n int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		count, text := 0, "a"
		var log []string
		add := func(s string) { text += s; count++ }
		emit := func(s string) bool {
			add(s)
			log = append(log, text)
			count *= 2
			return yield(count, text)
		}
		for i := range n {
			if !emit(strings.Repeat("x", i)) {
				rec.Log("stopped at", i, count, text)
				break
			}
			count += 100
			text += "!"
		}
		add("end")
		rec.Log(count, text, log)
	}
}

// Variables of an iteration, seen by a literal of that iteration.
//
//lower:run iterations([]string{"a", "b", "c"})
//coro:lower
func iterations(names []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		var all []func() string
		for i, name := range names {
			more := i
			twice := func() bool {
				more++
				name += "'"
				return yield(name) && yield(name+name)
			}
			all = append(all, func() string { more += 10; return name })
			if !twice() {
				break
			}
			twice()
			rec.Log(i, more, name)
		}
		for _, f := range all {
			rec.Log(f(), f())
		}
		for i := 0; i < 3; i++ {
			step := func() { i++; yield("step") }
			all = append(all, func() string { i += 5; return "" })
			step()
			rec.Log(i)
		}
	}
}

// Literals that call each other.
//
//lower:run mutual(7)
//coro:lower
func mutual(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var even, odd func(int) string
		calls := 0
		even = func(n int) string {
			calls++
			if n == 0 {
				return "even"
			}
			yield(n)
			s := odd(n - 1)
			yield(-n)
			return s
		}
		odd = func(n int) string {
			calls++
			if n == 0 {
				return "odd"
			}
			return even(n - 1)
		}
		rec.Log(even(n), odd(n), calls)
	}
}

// A literal in a literal, with variables of all levels.
//
//lower:run levels(3)
//coro:lower
func levels(n int) iter.Seq[int] {
	total := 100
	return func(yield func(int) bool) {
		outer := func(a int) (sum int) {
			b := a * 10
			var inner func(c int) bool
			inner = func(c int) bool {
				sum += c
				total += a + b
				if c > 2 {
					return yield(total)
				}
				b++
				return inner(c+1) && yield(a+b+c+sum)
			}
			for i := range n {
				if !inner(i) {
					return
				}
			}
			return sum + b
		}
		rec.Log(outer(1), outer(2), total)
	}
}

// Called where it stands.
//
//lower:run inPlace(2)
//coro:lower
func inPlace(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			ok := func(k int) bool {
				i += k
				yield(i)
				return yield(i + 1)
			}(rec.At(5))
			rec.Log(i, ok)
			if func() bool { return !yield(i) }() {
				func() { yield(-1) }()
				break
			}
		}
	}
}

// Passed to functions that call it: declared ones, generic ones, literals.
//
//lower:run callbacks(7)
//coro:lower
func callbacks(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		tree := perfect(0, n)
		count := 0
		tree.inorder(func(n *node) { count++; yield(n.value) })
		ok := tree.until(func(n *node) bool { return yield(n.value * 10) })
		rec.Log(count, ok)
		visit := func(k string, v int) error {
			if !yield(v) {
				return stopped(k)
			}
			return nil
		}
		rec.Log(each([]string{"a", "b"}, visit))
		twice := func(do func(int) bool) bool { return do(count) && do(count+1) }
		rec.Log(twice(func(n int) bool { count += n; return yield(n) }), twice(yield), twice(yield))
		tree.until(func(n *node) bool {
			return n.value%2 == 0 || tree.until(func(m *node) bool {
				count++
				return m.value > 1 || yield(n.value*100+m.value)
			})
		})
	}
}

func (t *node) inorder(visit func(*node)) {
	if t != nil {
		t.left.inorder(visit)
		visit(t)
		t.right.inorder(visit)
	}
}

func (t *node) until(f func(*node) bool) bool {
	return t == nil || t.left.until(f) && f(t) && t.right.until(f)
}

type stopped string

func (s stopped) Error() string { return "stopped at " + string(s) }

func each[K any](keys []K, visit func(k K, v int) error) error {
	for i, k := range keys {
		if err := visit(k, i); err != nil {
			return err
		}
	}
	return nil
}

// A literal that is given the yield, declared before the iterator or in it.
//
//lower:run given(6)
//coro:lower
func given(n int) iter.Seq[int] {
	count := 0
	var walk func(t *node, yield func(int) bool) bool
	walk = func(t *node, yield func(int) bool) bool {
		count++
		return t == nil || walk(t.left, yield) && yield(t.value+n) && walk(t.right, yield)
	}
	tree := perfect(0, n)
	return func(yield func(int) bool) {
		back := func(yield func(int) bool, t *node) {
			if t != nil {
				yield(t.value)
			}
		}
		back(yield, tree)
		more := walk(tree, yield)
		rec.Log(more, count)
	}
}

// A frame that ends keeps nothing, and the next call begins anew.
//
//lower:run anew(4)
//coro:lower
func anew(n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		build := func(k int) (text string, list []int) {
			var seen map[int]bool
			for i := range k {
				if seen == nil {
					seen = make(map[int]bool)
					text += "new "
				}
				seen[i] = true
				list = append(list, len(seen))
				yield(text)
			}
			return
		}
		for i := range n {
			rec.Log(build(n - i))
		}
	}
}

// A literal that keeps what it was given beyond its end.
//
//lower:run outlives(3)
//coro:lower
func outlives(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var fs []func() int
		var dig func(k int) *int
		dig = func(k int) *int {
			if k == 0 {
				return new(int)
			}
			local := k
			fs = append(fs, func() int { local++; return local + k })
			p := dig(k - 1)
			yield(local)
			*p += local
			fs = append(fs, func() int { return *p })
			return &local
		}
		last := dig(n)
		*last = 50
		for _, f := range fs {
			rec.Log(f(), f())
		}
		yield(*last)
	}
}

// A panic deep down in literals.
//
//lower:run panics(2)
//coro:lower
func panics(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		list := make([]int, n)
		var dig func(int)
		dig = func(i int) {
			yield(i)
			list[i] = i
			dig(i + 1)
		}
		dig(0)
	}
}

// Local types and constants, in the body and in the literal.
//
//lower:run types(2)
//coro:lower
func types(n int) iter.Seq[any] {
	return func(yield func(any) bool) {
		const base = 10
		type pair struct{ a, b int }
		list := []pair{{n, base}}
		add := func(a int) bool {
			const base = 20
			type wrapped struct{ pair }
			w := wrapped{pair{a, base}}
			list = append(list, w.pair)
			yield(w.a)
			w.b += len(list)
			return yield(w.b)
		}
		rec.Log(add(1) && add(2))
		yield(base + len(list) + list[0].b)
	}
}

// The depth of a hundred thousand.
//
//lower:run deep(100000)
//coro:lower
func deep(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var down func(int) int
		down = func(k int) int {
			if k == 0 {
				yield(1)
				yield(2)
				return 0
			}
			return down(k-1) + 1
		}
		rec.Log(down(n))
	}
}
