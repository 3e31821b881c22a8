//go:build go1.21

// Package shared is of a language version in which loops declare their variables
// once.
package shared

import "corpus/rec"

// For has closures and pointers that see the variable of a loop.
//
//lower:run For(2)
//coro:lower
func For(outer int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for range make([]struct{}, outer) { // each run of the inner loop has its own
			var fs []func() int
			var ps []*int
			for i, j := 0, 10; i < 3; i, j = i+1, j-1 {
				fs = append(fs, func() int { i += 10; i -= 10; return i + j })
				ps = append(ps, &i)
				if !yield(i) {
					break
				}
			}
			for _, f := range fs {
				rec.Log(f())
			}
			for _, p := range ps {
				rec.Log(*p, p == ps[0])
			}
		}
	}
}

// Range has them of ranges over all that can be ranged over.
//
//lower:run Range("aé")
//coro:lower
func Range(s string) func(func(int, any) bool) {
	return func(yield func(int, any) bool) {
		var fs []func() (int, any)
		for i, c := range s {
			fs = append(fs, func() (int, any) { return i, c })
			if !yield(i, c) {
				break
			}
		}
		list := []string{"x", "y", "z"}
		for i, v := range list {
			fs = append(fs, func() (int, any) { return i, v })
			yield(i, v)
			i += 5
			v = "changed"
		}
		for i := range &[2]int{} {
			fs = append(fs, func() (int, any) { return i, nil })
			yield(i, nil)
		}
		for k, v := range map[string]int{"k": 1} {
			fs = append(fs, func() (int, any) { return v, k })
			yield(v, k)
			v++
		}
		c := make(chan int, 2)
		c <- 3
		c <- 4
		close(c)
		for v := range c {
			fs = append(fs, func() (int, any) { return v, "channel" })
			yield(v, "channel")
		}
		for _, f := range fs {
			rec.Log(f())
		}
	}
}

// Copied has a loop that is not taken apart, and is what it was.
//
//lower:run Copied()
//coro:lower
func Copied() func(func(int) bool) {
	return func(yield func(int) bool) {
		var fs []func() int
		for i := 0; i < 3; i++ {
			fs = append(fs, func() int { return i })
		}
		for _, v := range []int{1, 2} {
			fs = append(fs, func() int { return v })
		}
		for _, f := range fs {
			if !yield(f()) {
				return
			}
		}
	}
}

// Again goes back to before a loop, whose variable is a new one then.
//
//lower:run Again()
//coro:lower
func Again() func(func(int) bool) {
	return func(yield func(int) bool) {
		var fs []func() int
		n := 0
	again:
		for i := n; i < n+2; i++ {
			fs = append(fs, func() int { i++; return i })
			yield(i)
		}
		if n++; n < 3 {
			goto again
		}
		for _, f := range fs {
			rec.Log(f())
		}
	}
}
