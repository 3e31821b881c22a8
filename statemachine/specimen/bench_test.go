package specimen_test

// This file measures what a resumption costs in each shape. Compare what one
// run says, not what different machines say:
//
//	go test -run - -bench . ./statemachine/specimen

import (
	"math"
	"testing"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// A nexter is what a Go programmer would write for an iterator that is kept.
type nexter interface{ Next() (int, bool) }

// A handwritten has the same frame as the machine, but no way to be thrown
// into, asked for its state, or told apart from one that has not started.
type handwritten struct{ n, a, b int }

func (f *handwritten) Next() (int, bool) {
	if f.n <= 0 {
		return 0, false
	}
	f.n--
	term := f.a
	f.a, f.b = f.b, f.a+f.b
	return term, true
}

// What is called through these is not known to the compiler.
var (
	next      nexter
	resumable coro.Resumable[struct{}, int, int]
)

// BenchmarkFibonacci compares a term by hand with one by each shape's lean
// Resume, and by the whole contract around it.
func BenchmarkFibonacci(b *testing.B) {
	const endless = math.MaxInt
	b.Run("handwritten", func(b *testing.B) {
		b.ReportAllocs()
		next = &handwritten{n: endless, b: 1}
		for b.Loop() {
			next.Next()
		}
	})
	for _, shape := range specimen.Shapes() {
		b.Run(shape.String(), func(b *testing.B) {
			b.ReportAllocs()
			resumable = specimen.FibonacciIn(shape, endless)
			for b.Loop() {
				resumable.Resume(struct{}{}, nil)
			}
			resumable.Resume(struct{}{}, coro.ErrClosed)
		})
	}
	for _, shape := range specimen.Shapes() {
		b.Run("coroutine/"+shape.String(), func(b *testing.B) {
			b.ReportAllocs()
			c := coro.New(specimen.FibonacciIn(shape, endless))
			for b.Loop() {
				c.Next()
			}
			c.Close()
		})
	}
}

// BenchmarkTreeWalk walks a tree of 1,023 nodes to its end.
func BenchmarkTreeWalk(b *testing.B) {
	tree := specimen.PerfectTree(10)
	b.Run("recursion", func(b *testing.B) {
		for b.Loop() {
			sum := 0
			push(tree, func(v int) bool { sum += v; return true })
		}
		perNode(b)
	})
	for _, shape := range specimen.Shapes() {
		b.Run(shape.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sum := 0
				resumable = specimen.TreeWalkIn(shape, tree)
				for v, ok := resumable.Resume(struct{}{}, nil); ok; v, ok = resumable.Resume(struct{}{}, nil) {
					sum += v
				}
			}
			perNode(b)
		})
	}
}

// push is the walk as a push iterator, which nobody can suspend.
func push(t *specimen.Tree, yield func(int) bool) bool {
	return t == nil || push(t.Left, yield) && yield(t.Value) && push(t.Right, yield)
}

func perNode(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1023, "ns/node")
}
