// Package closures has variables that are captured, and whose address is taken.
package closures

import (
	"corpus/rec"
	"fmt"
	"iter"
	"strings"
	"sync"
)

// Shared sees changes on both sides of a suspension.
//
//lower:run Shared(1)
//coro:lower
func Shared(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		x := 1
		inc := func() { x += n }
		inc()
		yield(x)
		inc()
		x *= 2
		yield(x)
		n = 10
		inc()
		rec.Log(x, n)
		p := &x
		*p = 7
		yield(x / *p)
		yield(x/x + *p)
		inc()
		yield(*p)
	}
}

// Fresh makes a new variable each time a declaration runs.
//
//lower:run Fresh()
//coro:lower
func Fresh() iter.Seq[int] {
	return func(yield func(int) bool) {
		var get []func() int
		var ps []*string
		for i := 0; i < 3; i++ {
			var x int
			var s string
			get = append(get, func() int { x++; return x })
			ps = append(ps, &s)
			if !yield(x) {
				rec.Log("stopped")
			}
			x += 10 * i
			s += fmt.Sprint(i)
			x, y := x+1, i
			yield(x + y)
			get = append(get, func() int { y--; return x + y })
		}
		for _, g := range get {
			rec.Log(g(), g())
		}
		for _, p := range ps {
			rec.Log(*p)
		}
		i := 0
	again:
		z := i
		get = append(get, func() int { z += 100; return z })
		yield(z)
		if i++; i < 2 {
			goto again
		}
		rec.Log(get[len(get)-1](), get[len(get)-2]())
	}
}

// ByValue captures what never changes.
//
//lower:run ByValue("abc")
//coro:lower
func ByValue(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		prefix := "<" + s
		var fs []func() string
		for i, r := range s {
			fs = append(fs, func() string { return prefix + string(r) + fmt.Sprint(i) })
			yield(string(r))
		}
		for _, f := range fs {
			yield(f())
		}
		yield(func() string { return prefix + s }())
		if func() bool { return prefix != s }() && yield("if") {
			rec.Log(func() string { return prefix }())
		}
	}
}

// Recursive closures call themselves.
//
//lower:run Recursive(6)
//coro:lower
func Recursive(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var fib func(int) int
		fib = func(n int) int {
			if n < 2 {
				return n
			}
			return fib(n-1) + fib(n-2)
		}
		for i := range n {
			if !yield(fib(i)) {
				return
			}
		}
	}
}

type point struct{ x, y int }

func (p *point) move(by int) *point { p.x += by; return p }
func (p point) sum() int            { return p.x + p.y }

type list []int

func (l *list) add(x int) { *l = append(*l, x) }
func (l list) last() int  { return l[len(l)-1] }

// Methods take the address of what they are called on.
//
//lower:run Methods()
//coro:lower
func Methods() iter.Seq[int] {
	return func(yield func(int) bool) {
		var p point
		q := p.move(1)
		yield(p.x)
		q.move(5)
		yield(p.sum())
		p.y = 3
		move, sum := p.move, p.sum
		move(1)
		yield(sum())
		yield(p.sum())
		var l list
		l.add(3)
		yield(l.last())
		l.add(4)
		yield(l[0] + l.last() + len(l))
		var b strings.Builder
		b.WriteString("x")
		yield(b.Len())
		b.WriteString("yz")
		yield(b.Len())
		var mu sync.Mutex
		mu.Lock()
		yield(8)
		mu.Unlock()
		pp := &p
		yield(pp.move(2).x)
		pr := &pp
		(*pr).x = 50
		yield(pp.x)
		arr := [3]int{1, 2, 3}
		part := arr[1:]
		yield(part[0])
		part[0] = 20
		arr[2] = 30
		yield(arr[1] + part[1])
		st := struct{ in point }{point{1, 2}}
		in := &st.in.x
		*in = 9
		yield(st.in.sum())
		var e error
		fe := func() { e = fmt.Errorf("e%d", p.x) }
		yield(10)
		fe()
		rec.Log(e.Error(), e)
		var ptr *point
		set := func() { ptr = &point{4, 4} }
		yield(11)
		set()
		yield(ptr.x + ptr.sum())
	}
}

// Deferred has defers in closures that do not suspend.
//
//lower:run Deferred()
//coro:lower
func Deferred() iter.Seq[int] {
	return func(yield func(int) bool) {
		x := 1
		safe := func(f func()) (err any) {
			defer func() { err = recover() }()
			f()
			return nil
		}
		rec.Log(safe(func() { panic("a") }))
		yield(x)
		rec.Log(safe(func() {
			defer func() { x++ }()
			panic(x)
		}))
		yield(x)
		done := make(chan bool)
		go func() { x += 5; done <- true }()
		<-done
		yield(x)
	}
}

// Local is captured and never needed after a suspension.
//
//lower:run Local()
//coro:lower
func Local() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range 2 {
			yield(i)
			n := i
			if i == 0 {
				n = 5
			} else {
				n = 6
			}
			add := func() { n++ }
			for add(); n < 9; add() {
				rec.Log(n)
			}
			switch {
			case n > 3:
				m := n
				for range 2 {
					f := func() int { m++; return m }
					rec.Log(f())
				}
				yield(m)
			}
		}
	}
}

// Results captures what yield returned.
//
//lower:run Results(3)
//coro:lower
func Results(n int64) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		var ok bool
		get := func() bool { return ok }
		ok = yield(1 << n)
		rec.Log(get())
		more := yield(n)
		see := func() bool { more = !more; return more }
		rec.Log(see(), see())
		more = yield(1<<n + 1)
		rec.Log(see())
	}
}
