// Package declared has declarations whose scopes vanish.
package declared

import (
	"corpus/rec"
	"fmt"
	"iter"
)

// Shadowing has one name many times.
//
//lower:run Shadowing(1)
//coro:lower
func Shadowing(x int) iter.Seq[int] {
	return func(yield func(int) bool) {
		yield(x)
		x := x + 1
		{
			x := x + 1
			yield(x)
			if x := x + 1; yield(x) {
				x := x + 1
				yield(x)
				x2 := x + 1
				yield(x2)
			}
			for x := range x {
				yield(x)
			}
			yield(x)
		}
		yield(x)
		len := len("four")
		yield(len)
		true := false
		rec.Log(true)
		yield(len)
		rec := x
		yield(rec)
		fmt := 3
		yield(fmt)
	}
}

var package1 = "package"

// Hidden hides names of the package, and uses them before.
//
//lower:run Hidden()
//coro:lower
func Hidden() iter.Seq[string] {
	return func(yield func(string) bool) {
		yield(package1)
		package1 := package1 + "!"
		yield(package1)
		{
			fmt := fmt.Sprint("fmt")
			yield(fmt)
		}
		yield(fmt.Sprint(package1))
		string := "string"
		yield(string)
	}
}

// Zero makes variables zero each time.
//
//lower:run Zero()
//coro:lower
func Zero() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range 2 {
			var n int
			var s, t string
			var a [2]int
			var st struct{ a, b int }
			var p *int
			var m map[string]int
			var e error
			var f float64
			var b bool
			var c complex128
			yield(fmt.Sprint(n, s, t, a, st, p == nil, m, e, f, b, c))
			n, s, t, a[i], st.b, p, m, e, f, b, c = 1, "s", "t", 2, 3, new(int), map[string]int{}, fmt.Errorf("e"), 1.5, true, 2i
			yield(fmt.Sprint(n, s, t, a, st, p == nil, m, e, f, b, c))
		}
	}
}

// Groups declares several at once.
//
//lower:run Groups()
//coro:lower
func Groups() iter.Seq[int] {
	return func(yield func(int) bool) {
		var (
			a = 1
			// b is computed of a.
			b, c = a + 1, yield(10)
			d    int8
		)
		const (
			k = iota + 5
			l
		)
		yield(k + l + a + b)
		rec.Log(c, d)
		{
			const k = "inner"
			yield(len(k))
			const l = l + 1
			yield(l)
		}
		yield(k)
		var _, e = 3, a
		var _ = yield(e)
		x, y := 1, 2
		yield(x + y)
		y, z := 5, yield(y)
		yield(y)
		rec.Log(x, y, z)
		x, _ = y, z
		yield(x)
	}
}

// Types declares types that no field has.
//
//lower:run Types()
//coro:lower
func Types() iter.Seq[int] {
	return func(yield func(int) bool) {
		type pair struct{ a, b int }
		yield(pair{1, 2}.a)
		type celsius float64
		for _, p := range []int{1, 2} {
			q := pair{p, p}
			if q.a > 1 {
				yield(int(celsius(q.b)))
			}
			rec.Log(fmt.Sprintf("%T", q), q)
		}
	}
}

// LiftedTypes declares types that fields have.
//
//lower:run LiftedTypes("a", 1)
//lower:run LiftedTypes(2, 2.5)
//coro:lower
func LiftedTypes[K, V any](k K, v V) iter.Seq[any] {
	return func(yield func(any) bool) {
		type tuple struct {
			k    K
			v    V
			next *tuple
		}
		const two = 2
		type many [two]*tuple
		var m many
		for i := range m {
			t := tuple{k, v, m[0]}
			m[i] = &t
			yield(fmt.Sprint(t.k, t.v, t.next == nil))
		}
		{
			type tuple string
			t := tuple("inner")
			yield(len(t))
			rec.Log(t)
		}
		rec.Log(m[1].next.k)
	}
}

// PlainLifted prints the name of its type.
//
//lower:run PlainLifted()
//coro:lower
func PlainLifted() iter.Seq[string] {
	return func(yield func(string) bool) {
		type couple struct{ a, b int }
		ps := map[string]couple{"p": {1, 2}}
		yield("p")
		rec.Log(ps, fmt.Sprintf("%T", ps))
	}
}

type embedded struct{ inner }
type inner struct{ n int }

func (i *inner) bump() int { i.n++; return i.n }

// Embedded promotes fields and methods.
//
//lower:run Embedded()
//coro:lower
func Embedded() iter.Seq[int] {
	return func(yield func(int) bool) {
		var e embedded
		yield(e.bump())
		e.n += 10
		yield(e.bump())
		p := &e
		f := p.bump
		yield(f())
		n := 3
		s := struct{ n int }{n: n}
		yield(s.n)
		yield(n)
	}
}

// Generic has variables of its type parameters' types.
//
//lower:run Generic("a", 1)
//lower:run Generic[any, any](1.5, nil)
//coro:lower
func Generic[K comparable, V any](k K, v V) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		var zk K
		var zv V
		if !yield(zk, zv) {
			return
		}
		m := map[K][]V{k: {v}}
		m[zk] = append(m[zk], zv)
		get := func() V { return m[k][0] }
		for range 2 {
			k2, v2 := k, get()
			set := func() { k2 = zk }
			yield(k2, v2)
			set()
			yield(k2, v)
		}
	}
}

// Temporaries share slots.
//
//lower:run Temporaries()
//coro:lower
func Temporaries() iter.Seq[int] {
	return func(yield func(int) bool) {
		f := func(s string, n int, b bool) (string, int) { return fmt.Sprint(s, n, b), n }
		g := func(n int) int { rec.Log(n); return n }
		rec.Log(f(fmt.Sprint(g(1)), g(2), yield(g(3))))
		rec.Log(f(fmt.Sprint(g(4)), g(5), yield(g(6))))
		rec.Log(g(7), g(8), yield(9), g(10), yield(11))
	}
}

// Blanks declares nothing between suspensions, but evaluates something.
//
//lower:run Blanks([]int{4, 5})
//coro:lower
func Blanks(xs []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range 3 {
			yield(i)
			var _, _ = func() (int, int) { rec.Log("two"); return 1, 2 }()
			var _ any = xs[i]
		}
	}
}

// Repeated has constants whose expressions are repeated after a name in them
// has got another meaning, and one that depends on a variable's type.
//
//lower:run Repeated([3]int{1, 2, 3})
//coro:lower
func Repeated(xs [3]int) iter.Seq[int] {
	return func(yield func(int) bool) {
		const (
			a    = iota
			iota = iota
			b
			c
		)
		yield(a + 10*iota + 100*b + 1000*c)
		const n = len(xs)
		const half, letter, text = float64(n) / 2, 'a', "n"
		var f float64 = half
		rec.Log(f, string(letter), text+text)
		yield(n)
		const (
			xs = xs0 + xs0
			ys
		)
		yield(xs + ys)
	}
}

const xs0 = 4
