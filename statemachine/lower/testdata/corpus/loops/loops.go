// Package loops has suspensions in loops.
package loops

import (
	"corpus/rec"
	"iter"
	"math"
	"slices"
	"sort"
)

// For suspends in every part of a for statement.
//
//lower:run For()
//coro:lower
func For() iter.Seq[int] {
	return func(yield func(int) bool) {
		for ok, i := yield(0), 1; i < 4 && (yield(10+i) || ok); ok, i = yield(20+i), i+1 {
			if i == 2 {
				continue
			}
			rec.Log(i, ok)
			if !yield(30 + i) {
				break
			}
		}
		for yield(40) {
			break
		}
		i := 0
		for {
			i++
			if i > 3 {
				return
			}
			yield(50 + i)
		}
	}
}

// PerIteration gives each iteration variables of its own.
//
//lower:run PerIteration()
//coro:lower
func PerIteration() iter.Seq[int] {
	return func(yield func(int) bool) {
		var fs []func() int
		for i := 0; i < 3; i++ {
			fs = append(fs, func() int { i += 10; return i })
			yield(i)
			i := i
			fs = append(fs, func() int { i++; return i })
			yield(i)
		}
		for _, f := range fs {
			rec.Log(f(), f())
		}
		var ps []*int
		for i := range 3 {
			ps = append(ps, &i)
			yield(*ps[i])
			*ps[i] += 5
		}
		for i, p := range ps {
			rec.Log(i, *p)
		}
		var gs []func() string
		for i, s := range []string{"a", "b"} {
			gs = append(gs, func() string { s += "!"; return s }, func() string { return s + string(rune('0'+i)) })
			yield(i)
		}
		for _, g := range gs {
			rec.Log(g())
		}
	}
}

// Capture sees changes after a suspension.
//
//lower:run Capture()
//coro:lower
func Capture() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, f := 0, (func() int)(nil); i < 4; i++ {
			if f == nil {
				f = func() int { return i }
			}
			yield(f() + 100*i)
		}
	}
}

// Ints ranges over integers.
//
//lower:run Ints(3)
//coro:lower
func Ints(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			n = 1
			yield(i)
			i = 7
			rec.Log(i)
		}
		var last uint8
		for last = range uint8(3) {
			yield(int(last))
			last += 2
		}
		rec.Log("last", last)
		const c = 2
		for range c {
			yield(-1)
		}
		for i := range int8(2) {
			rec.Log(i)
			yield(int(math.MaxInt8 - i))
		}
		var s [3]int
		k := 0
		for s[next(&k)] = range 3 {
			yield(k)
		}
		rec.Log(s)
		for i := range -5 {
			yield(i)
		}
	}
}

func next(k *int) int {
	*k++
	return *k - 1
}

// Slices ranges over a slice as it was.
//
//lower:run Slices()
//coro:lower
func Slices() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		s := []string{"a", "b", "c"}
		for i, v := range s {
			s = append(s, "more")
			s[len(s)-1] = "x"
			if i < 2 {
				s[i+1] = "later"
			}
			yield(i, v)
		}
		for i, v := range slices.Clone(s)[:2] {
			yield(i, v)
		}
		for range s[:1] {
			yield(-1, "")
		}
		var i int
		var v string
		for i, v = range s {
			if i == 1 {
				break
			}
			yield(i, v)
		}
		rec.Log(i, v)
		for i = range s {
			yield(i, "i")
		}
		rec.Log(i)
		for _, v = range s {
			yield(0, v)
		}
		rec.Log(v)
	}
}

// Arrays ranges over a copy of an array, and over what a pointer points to.
//
//lower:run Arrays()
//coro:lower
func Arrays() iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		a := [3]int{1, 2, 3}
		for i, v := range a {
			a[2] = 10
			yield(i, v)
		}
		for i, v := range &a {
			a[2] += 5
			yield(i, v)
		}
		for i := range a {
			yield(i, 0)
		}
		var none *[2]int
		for i := range none {
			yield(i, -1)
		}
		for i := range array() {
			yield(i, -2)
		}
	}
}

func array() [1]int {
	rec.Log("array")
	return [1]int{}
}

// Strings ranges over runes, of which some are not valid.
//
//lower:run Strings("aé日\xffz")
//coro:lower
func Strings(s string) iter.Seq2[int, rune] {
	return func(yield func(int, rune) bool) {
		for i, r := range s {
			s = ""
			yield(i, r)
			if r == 'é' {
				continue
			}
			i, r = 9, 'q'
			rec.Log(i, r)
		}
		for i := range "xyz" {
			yield(i, 0)
		}
		for range "ü." {
			yield(-1, 0)
		}
		var i int
		var r rune
		for i, r = range "äb" {
			yield(i, r)
		}
		rec.Log(i, r)
		for _, r := range "ab" {
			yield(0, r)
		}
	}
}

// Maps ranges over maps that change meanwhile.
//
//lower:run Maps()
//coro:lower
func Maps() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		m := map[string]int{"a": 1}
		for k, v := range m {
			m[k] = 5
			yield(k, v)
			delete(m, k)
		}
		rec.Log(len(m))
		m = map[string]int{"a": 1, "b": 2, "c": 3}
		n := 0
		for k := range m {
			clear(m)
			n++
			yield("any", len(k))
		}
		rec.Log("visited", n)
		m = map[string]int{"a": 1, "b": 2, "c": 3}
		sum := 0
		var keys []string
		for k, v := range m {
			sum += v
			keys = append(keys, k)
			yield("n", len(keys))
		}
		sort.Strings(keys)
		rec.Log(keys, sum)
		for range m {
			yield("again", 0)
		}
		nan := map[float64]int{math.NaN(): 1, math.NaN(): 1}
		for k, v := range nan {
			yield("nan", v)
			rec.Log(k != k)
		}
		for k := range nan {
			yield("nan", len(nan))
			rec.Log(k != k)
			clear(nan)
		}
		var k string
		var v int
		for k, v = range map[string]int{"last": 9} {
			yield(k, v)
		}
		rec.Log(k, v)
		var none map[string]int
		for k := range none {
			yield(k, 0)
		}
	}
}

// Channels ranges over a channel.
//
//lower:run Channels()
//coro:lower
func Channels() iter.Seq[int] {
	return func(yield func(int) bool) {
		ch := make(chan int, 5)
		for i := range 3 {
			ch <- i
		}
		for v := range ch {
			yield(v)
			if v == 0 {
				ch <- 10
				close(ch)
			}
		}
		ch = make(chan int, 2)
		ch <- 4
		close(ch)
		last := 0
		for last = range ch {
			yield(last)
		}
		rec.Log(last)
		for range ch {
			yield(-1)
		}
	}
}

// Operand suspends only in what is ranged over.
//
//lower:run Operand()
//coro:lower
func Operand() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, r := range pick(yield(1)) {
			if r == 'o' {
				return
			}
			rec.Log(i, r)
		}
		for i := range limit(yield(2)) {
			yield(i)
		}
	}
}

func pick(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func limit(b bool) int { return len(pick(b)) }

// Labels has labels on everything.
//
//lower:run Labels()
//coro:lower
func Labels() iter.Seq[int] {
	return func(yield func(int) bool) {
	outer:
		for i := range 3 {
		inner:
			for j := 0; ; j++ {
				switch {
				case j == 1:
					continue inner
				case j == 3:
					continue outer
				case i == 2:
					break outer
				}
				for range 2 {
					if j == 2 {
						continue inner
					}
					if i == 5 {
						break outer
					}
				}
				if !yield(10*i + j) {
					break inner
				}
			}
			rec.Log("after", i)
		}
	sw:
		switch yield(100) {
		case true:
			for {
				if yield(101) {
					break sw
				}
				break
			}
			rec.Log("not here")
		default:
			break sw
		}
	sel:
		select {
		default:
			if yield(102) {
				break sel
			}
			rec.Log("stopped")
		}
	block:
		for {
			for {
				break block
			}
		}
		yield(103)
	}
}

// Goto jumps backward, forward and out of blocks.
//
//lower:run Goto(3)
//coro:lower
func Goto(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		i := 0
	again:
		if i < n {
			i++
			{
				if i == 2 {
					goto again
				}
			}
			yield(i)
			goto again
		}
		for {
			for {
				if yield(10) {
					goto out
				}
				goto stopped
			}
		}
	stopped:
		rec.Log("stopped")
		return
	out:
		for i := range 2 {
			if i == 1 {
				goto last
			}
		}
	last:
		yield(20)
	}
}

// Reverse is a loop whose variables are only in its frame.
//
//lower:run Reverse([]int{1, 2, 3})
//coro:lower
func Reverse[E any](s []E) iter.Seq2[int, E] {
	return func(yield func(int, E) bool) {
		for i := len(s) - 1; i >= 0; i-- {
			if !yield(i, s[i]) {
				return
			}
		}
	}
}
