package example

// This file defines the tests and the benchmarks of the machines, against
// iter.Pull and against machines built by hand.

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"coroscope/statemachine/lower"

	"github.com/google/go-cmp/cmp"
)

// TestFresh holds that example_lowered.go is what lower makes of example.go.
func TestFresh(t *testing.T) {
	files, err := lower.Lower(lower.Options{Dir: ".", Verify: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if fresh, err := f.Check(); !fresh || err != nil {
			t.Errorf("%s is not up to date (%v): go generate ./statemachine/lower/example", f.Path, err)
		}
	}
}

func drain[V any](next func() (V, bool)) []V {
	var vs []V
	for v, ok := next(); ok; v, ok = next() {
		vs = append(vs, v)
	}
	return vs
}

func perfect(from, to int) *Tree[int] {
	if from >= to {
		return nil
	}
	mid := (from + to) / 2
	return &Tree[int]{perfect(from, mid), perfect(mid+1, to), mid}
}

func TestMachines(t *testing.T) {
	fibonacci := PullFibonacci(8)
	if diff := cmp.Diff(slices.Collect(Fibonacci(8)), drain(fibonacci.Next)); diff != "" {
		t.Errorf("Fibonacci (-iterator +machine):\n%s", diff)
	}
	tree := perfect(0, 10)
	next, stop := tree.PullAll().Pull()
	if diff := cmp.Diff(slices.Collect(tree.All()), drain(next)); diff != "" {
		t.Errorf("Tree.All (-iterator +machine):\n%s", diff)
	}
	stop()
	walk, deep := tree.PullWalk(), PullDeep(100, 3)
	if diff := cmp.Diff(slices.Collect(tree.Walk()), drain(walk.Next)); diff != "" {
		t.Errorf("Tree.Walk (-iterator +machine):\n%s", diff)
	}
	if diff := cmp.Diff(slices.Collect(Deep(100, 3)), drain(deep.Next)); diff != "" {
		t.Errorf("Deep (-iterator +machine):\n%s", diff)
	}
}

// TestAllocations holds that neither a machine nor a resumption allocates.
func TestAllocations(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		m := PullPairs(10)
		for range 50 {
			m.Next()
		}
		m.Stop()
	}); n != 0 {
		t.Errorf("%v allocations for a machine and 50 resumptions, want none", n)
	}
}

// handFibonacci is Fibonacci as a person would build it.
type handFibonacci struct {
	started bool
	n, a, b int
}

func (m *handFibonacci) Next() (int, bool) {
	if m.started {
		m.a, m.b = m.b, m.a+m.b
	} else {
		m.started, m.a, m.b = true, 0, 1
	}
	if m.n <= 0 {
		return 0, false
	}
	m.n--
	return m.a, true
}

const many = 1 << 62

func BenchmarkLoweredFibonacci(b *testing.B) {
	m := PullFibonacci(many)
	b.ReportAllocs()
	for b.Loop() {
		m.Next()
	}
}

func BenchmarkHandFibonacci(b *testing.B) {
	m := handFibonacci{n: many}
	for b.Loop() {
		m.Next()
	}
}

func BenchmarkPullFibonacci(b *testing.B) {
	next, stop := iter.Pull(Fibonacci(many))
	defer stop()
	for b.Loop() {
		next()
	}
}

// handPairs is Pairs as a person would build it.
type handPairs struct{ n, i, j int }

func (m *handPairs) Next() (i, j int, ok bool) {
	for m.j >= m.i {
		m.i, m.j = m.i+1, 0
	}
	if m.i >= m.n {
		return 0, 0, false
	}
	m.j++
	return m.i, m.j - 1, true
}

func BenchmarkLoweredPairs(b *testing.B) {
	m := PullPairs(many)
	for b.Loop() {
		m.Next()
	}
}

func BenchmarkHandPairs(b *testing.B) {
	m := handPairs{n: many}
	for b.Loop() {
		m.Next()
	}
}

func BenchmarkPullPairs(b *testing.B) {
	next, stop := iter.Pull2(Pairs(many))
	defer stop()
	for b.Loop() {
		next()
	}
}

// One tree of 1,023 nodes from beginning to end.
func BenchmarkLoweredTree(b *testing.B) {
	tree := perfect(0, 1023)
	b.ReportAllocs()
	for b.Loop() {
		m := tree.PullAll()
		for _, ok := m.Next(); ok; _, ok = m.Next() {
		}
	}
}

func BenchmarkPullTree(b *testing.B) {
	tree := perfect(0, 1023)
	b.ReportAllocs()
	for b.Loop() {
		next, stop := iter.Pull(tree.All())
		for _, ok := next(); ok; _, ok = next() {
		}
		stop()
	}
}

// The same tree, walked by a method that calls itself.
func BenchmarkLoweredWalk(b *testing.B) {
	tree := perfect(0, 1023)
	b.ReportAllocs()
	for b.Loop() {
		m := tree.PullWalk()
		for _, ok := m.Next(); ok; _, ok = m.Next() {
		}
	}
}

func BenchmarkPullWalk(b *testing.B) {
	tree := perfect(0, 1023)
	b.ReportAllocs()
	for b.Loop() {
		next, stop := iter.Pull(tree.Walk())
		for _, ok := next(); ok; _, ok = next() {
		}
		stop()
	}
}

// A resumption goes to the innermost of the calls at once.
func BenchmarkLoweredDeep(b *testing.B) {
	for _, calls := range []int{1, 100} {
		b.Run(fmt.Sprint("calls=", calls), func(b *testing.B) {
			m := PullDeep(calls, many)
			b.ReportAllocs()
			for b.Loop() {
				m.Next()
			}
		})
	}
}

// Filter calls a function that is not known, so its machine guards against
// being called from there.
func BenchmarkLoweredFilter(b *testing.B) {
	s := make([]int, 1<<20)
	m := PullFilter(s, func(int) bool { return true })
	for b.Loop() {
		if _, ok := m.Next(); !ok {
			m = PullFilter(s, func(int) bool { return true })
		}
	}
}

func BenchmarkPullFilter(b *testing.B) {
	s := make([]int, 1<<20)
	next, stop := iter.Pull(Filter(s, func(int) bool { return true }))
	defer func() { stop() }()
	for b.Loop() {
		if _, ok := next(); !ok {
			next, stop = iter.Pull(Filter(s, func(int) bool { return true }))
		}
	}
}
