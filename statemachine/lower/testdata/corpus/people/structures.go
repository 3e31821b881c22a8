// Package people has iterators as people write them: over data structures.
package people

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"corpus/rec"
)

// A List is singly linked.
type List[T any] struct {
	head, tail *element[T]
	size       int
}

type element[T any] struct {
	next  *element[T]
	value T
}

func ListOf[T any](values ...T) *List[T] {
	l := &List[T]{}
	for _, v := range values {
		l.Push(v)
	}
	return l
}

func (l *List[T]) Push(v T) {
	e := &element[T]{value: v}
	if l.tail == nil {
		l.head = e
	} else {
		l.tail.next = e
	}
	l.tail = e
	l.size++
}

//lower:run ListOf(1, 2, 3).All()
//lower:run ListOf[string]().All()
//coro:lower
func (l *List[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for e := l.head; e != nil; e = e.next {
			if !yield(e.value) {
				return
			}
		}
	}
}

//lower:run ListOf("a", "b").Enumerate()
//coro:lower
func (l *List[T]) Enumerate() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		i := 0
		for v := range l.All() {
			if !yield(i, v) {
				return
			}
			i++
		}
	}
}

//lower:run ListOf(1, 2, 3).Backward()
//coro:lower
func (l *List[T]) Backward() iter.Seq[T] {
	values := make([]T, 0, l.size)
	for v := range l.All() {
		values = append(values, v)
	}
	return func(yield func(T) bool) {
		for _, v := range slices.Backward(values) {
			if !yield(v) {
				return
			}
		}
	}
}

// A Set is wrapped.
type Set[K cmp.Ordered] map[K]struct{}

//lower:run Set[int]{3: {}, 1: {}}.Sorted()
//coro:lower
func (s Set[K]) Sorted() iter.Seq[K] {
	return slices.Values(slices.Sorted(maps.Keys(s)))
}

//lower:run Set[int]{3: {}}.All()
//coro:lower
func (s Set[K]) All() iter.Seq[K] { return maps.Keys(s) }

//lower:run SortedMap(map[string]int{"b": 2, "a": 1})
//coro:lower
func SortedMap[M ~map[K]V, K cmp.Ordered, V any](m M) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		keys := slices.Collect(maps.Keys(m))
		slices.Sort(keys)
		for _, k := range keys {
			if !yield(k, m[k]) {
				break
			}
		}
	}
}

// A Graph is walked in several ways.
type Graph map[string][]string

var graph = Graph{"a": {"b", "c"}, "b": {"d"}, "c": {"d", "a"}, "d": nil}

//lower:run graph.BFS("a")
//lower:run graph.BFS("x")
//coro:lower
func (g Graph) BFS(start string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		type item struct {
			name  string
			depth int
		}
		seen := map[string]bool{start: true}
		queue := []item{{start, 0}}
		for len(queue) > 0 {
			it := queue[0]
			queue = queue[1:]
			if !yield(it.name, it.depth) {
				return
			}
			for _, next := range g[it.name] {
				if !seen[next] {
					seen[next] = true
					queue = append(queue, item{next, it.depth + 1})
				}
			}
		}
	}
}

//lower:run graph.DFS("a")
//coro:lower
func (g Graph) DFS(start string) iter.Seq[string] {
	seen := make(map[string]bool)
	var visit func(name string, yield func(string) bool) bool
	visit = func(name string, yield func(string) bool) bool {
		if seen[name] {
			return true
		}
		seen[name] = true
		if !yield(name) {
			return false
		}
		for _, next := range g[name] {
			if !visit(next, yield) {
				return false
			}
		}
		return true
	}
	return func(yield func(string) bool) {
		visit(start, yield)
	}
}

//lower:run graph.Edges()
//coro:lower
func (g Graph) Edges() iter.Seq[[2]string] {
	return func(yield func([2]string) bool) {
		for _, from := range slices.Sorted(maps.Keys(g)) {
			for _, to := range g[from] {
				if !yield([2]string{from, to}) {
					return
				}
			}
		}
	}
}

//lower:run graph.TopologicalOrder()
//lower:run Graph{"a": {"b"}, "b": nil}.TopologicalOrder()
//coro:lower
func (g Graph) TopologicalOrder() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		in := map[string]int{}
		for _, tos := range g {
			for _, to := range tos {
				in[to]++
			}
		}
		var ready []string
		for n := range g {
			if in[n] == 0 {
				ready = append(ready, n)
			}
		}
		slices.Sort(ready)
		n := 0
		for ; len(ready) > 0; n++ {
			name := ready[0]
			ready = ready[1:]
			if !yield(name, nil) {
				return
			}
			for _, to := range g[name] {
				if in[to]--; in[to] == 0 {
					ready = append(ready, to)
				}
			}
		}
		if n < len(g) {
			yield("", errCycle)
		}
	}
}

type cycle struct{}

func (cycle) Error() string { return "cycle" }

var errCycle error = cycle{}

// A Matrix is walked by rows, by columns, and in a spiral.
type Matrix [][]int

var matrix = Matrix{{1, 2, 3}, {4, 5, 6}}

type Cell struct{ Row, Col int }

//lower:run matrix.Cells()
//coro:lower
func (m Matrix) Cells() iter.Seq2[Cell, int] {
	return func(yield func(Cell, int) bool) {
	rows:
		for r, row := range m {
			for c, v := range row {
				if v == 5 {
					continue rows
				}
				if !yield(Cell{r, c}, v) {
					break rows
				}
			}
		}
	}
}

//lower:run matrix.Columns()
//coro:lower
func (m Matrix) Columns() iter.Seq[iter.Seq[int]] {
	return func(yield func(iter.Seq[int]) bool) {
		for c := range m[0] {
			column := func(yield func(int) bool) {
				for r := range m {
					if !yield(m[r][c]) {
						return
					}
				}
			}
			if !yield(nil) {
				return
			}
			sum := 0
			for v := range column {
				sum += v
			}
			rec.Log("column", c, sum)
		}
	}
}

//lower:run matrix.Spiral()
//lower:run Matrix{}.Spiral()
//coro:lower
func (m Matrix) Spiral() iter.Seq[int] {
	if len(m) == 0 || len(m[0]) == 0 {
		return func(yield func(int) bool) {}
	}
	top, left, bottom, right := 0, 0, len(m)-1, len(m[0])-1
	return func(yield func(int) bool) {
		for top <= bottom && left <= right {
			for c := left; c <= right; c++ {
				if !yield(m[top][c]) {
					return
				}
			}
			top++
			for r := top; r <= bottom; r++ {
				if !yield(m[r][right]) {
					return
				}
			}
			right--
			if top <= bottom {
				for c := right; c >= left; c-- {
					if !yield(m[bottom][c]) {
						return
					}
				}
				bottom--
			}
			if left <= right {
				for r := bottom; r >= top; r-- {
					if !yield(m[r][left]) {
						return
					}
				}
				left++
			}
		}
	}
}

// A Heap is popped.
type Heap []int

//lower:run (&Heap{5, 1, 4}).Drain()
//coro:lower
func (h *Heap) Drain() iter.Seq[int] {
	return func(yield func(int) bool) {
		for len(*h) > 0 {
			i := 0
			for j, v := range *h {
				if v < (*h)[i] {
					i = j
				}
			}
			v := (*h)[i]
			*h = slices.Delete(*h, i, i+1)
			if !yield(v) {
				return
			}
		}
	}
}

// A Tree is a binary search tree with several orders.
type Tree[K cmp.Ordered, V any] struct {
	root *treeNode[K, V]
}

type treeNode[K cmp.Ordered, V any] struct {
	key         K
	value       V
	left, right *treeNode[K, V]
}

func TreeOf(keys ...int) *Tree[int, string] {
	t := &Tree[int, string]{}
	for _, k := range keys {
		p := &t.root
		for *p != nil {
			if k < (*p).key {
				p = &(*p).left
			} else {
				p = &(*p).right
			}
		}
		*p = &treeNode[int, string]{key: k, value: string(rune('a' + k))}
	}
	return t
}

//lower:run TreeOf(3, 1, 2, 5).All()
//lower:run TreeOf().All()
//coro:lower
func (t *Tree[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		t.root.push(yield)
	}
}

func (n *treeNode[K, V]) push(yield func(K, V) bool) bool {
	if n == nil {
		return true
	}
	return n.left.push(yield) && yield(n.key, n.value) && n.right.push(yield)
}

//lower:run TreeOf(3, 1, 2, 5).Keys()
//coro:lower
func (t *Tree[K, V]) Keys() iter.Seq[K] {
	return func(yield func(K) bool) {
		for k := range t.All() {
			if !yield(k) {
				return
			}
		}
	}
}

//lower:run TreeOf(3, 1, 2, 5).Range(2, 4)
//coro:lower
func (t *Tree[K, V]) Range(lo, hi K) iter.Seq2[K, V] {
	var walk func(n *treeNode[K, V], yield func(K, V) bool) bool
	walk = func(n *treeNode[K, V], yield func(K, V) bool) bool {
		if n == nil {
			return true
		}
		if cmp.Less(lo, n.key) && !walk(n.left, yield) {
			return false
		}
		if lo <= n.key && n.key <= hi && !yield(n.key, n.value) {
			return false
		}
		return !cmp.Less(n.key, hi) || walk(n.right, yield)
	}
	return func(yield func(K, V) bool) { walk(t.root, yield) }
}

//lower:run TreeOf(3, 1, 2, 5).Iterative()
//coro:lower
func (t *Tree[K, V]) Iterative() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		var stack []*treeNode[K, V]
		for n := t.root; n != nil || len(stack) > 0; {
			for n != nil {
				stack = append(stack, n)
				n = n.left
			}
			n, stack = stack[len(stack)-1], stack[:len(stack)-1]
			if !yield(n.key, n.value) {
				return
			}
			n = n.right
		}
	}
}

//lower:run TreeOf(3, 1, 2, 5).Levels()
//coro:lower
func (t *Tree[K, V]) Levels() iter.Seq2[int, []K] {
	return func(yield func(int, []K) bool) {
		level := []*treeNode[K, V]{t.root}
		for depth := 0; len(level) > 0; depth++ {
			var keys []K
			var next []*treeNode[K, V]
			for _, n := range level {
				if n == nil {
					continue
				}
				keys = append(keys, n.key)
				next = append(next, n.left, n.right)
			}
			if keys != nil && !yield(depth, keys) {
				return
			}
			level = next
		}
	}
}

// Named types for iterators and yields.
type (
	Ints        iter.Seq[int]
	Yield       func(int) bool
	Pusher      func(Yield)
	IntsOf      = iter.Seq[int]
	Pair[A any] = iter.Seq2[A, A]
)

//lower:run CountTo(3)
//coro:lower
func CountTo(n int) Ints {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

//lower:run PushTo(3)
//coro:lower
func PushTo(n int) Pusher {
	return func(yield Yield) {
		pushAll(yield, n)
	}
}

func pushAll(yield Yield, n int) {
	for i := range n {
		if !yield(i) {
			return
		}
	}
}

//lower:run AliasTo(2)
//coro:lower
func AliasTo(n int) IntsOf {
	return (IntsOf)(func(yield func(int) bool) {
		for v := range CountTo(n) {
			if !(yield)(v) {
				return
			}
		}
	})
}

//lower:run Twice("a")
//lower:run Twice(1)
//coro:lower
func Twice[A any](a A) Pair[A] {
	return func(yield func(A, A) bool) { yield(a, a) }
}

//lower:run PushNamed(3)
//coro:lower
func PushNamed(n int) Pusher {
	if n > 2 {
		return PushTo(2)
	}
	return func(yield Yield) { yield(n) }
}

//lower:run NamedPulled(3)
//lower:run NamedPulled(0)
//coro:lower
func NamedPulled(n int) Pusher {
	if n == 0 {
		return unknownPusher
	}
	return unknownPusher
}

var unknownPusher Pusher = func(y Yield) { y(7) }
