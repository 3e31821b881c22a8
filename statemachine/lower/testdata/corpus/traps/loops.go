package traps

import (
	"corpus/rec"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// DeferInLoops defers in ranges over functions for the function around them, whose
// named results that changes.
//
//lower:run DeferInLoops()
//coro:lower
func DeferInLoops() iter.Seq[string] {
	return func(yield func(string) bool) {
		rec.Log(deferred(yield))
	}
}

func list(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func deferred(yield func(string) bool) (out []string, err error) {
	defer func() { err = errors.Join(err, fmt.Errorf("%d", len(out))) }()
	for i := range list(3) {
		for j := range list(2) {
			defer func(k int) {
				out = append(out, fmt.Sprint(i, j, k))
				yield(fmt.Sprint("d", i, j, k))
				k += 10
				i += 100
				out = append(out, fmt.Sprint(i, k))
			}(i * j)
			if i == 1 {
				break
			}
			if j == 1 && i == 2 {
				return []string{"returned"}, errors.New("early")
			}
		}
	}
	return nil, nil
}

// ReturnsThroughLoops returns out of several ranges over functions.
//
//lower:run ReturnsThroughLoops()
//coro:lower
func ReturnsThroughLoops() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range 5 {
			a, b := returning(i, yield)
			rec.Log(i, a, b)
		}
	}
}

func returning(how int, yield func(int) bool) (a int, b string) {
	a, b = 1, "named"
outer:
	for i := range list(3) {
	inner:
		for j := range slices.Values([]int{5, 6}) {
			for k := range 2 {
				switch {
				case how == 0 && !yield(i+j+k):
					return
				case how == 1 && k == 1:
					continue outer
				case how == 2 && k == 1:
					continue inner
				case how == 3 && i == 1:
					break outer
				case how == 4 && j == 6:
					return yieldTwice(i, yield), fmt.Sprint(yield(99), i)
				}
				a += 10
			}
		}
		a += 1000
	}
	return a, b + "!"
}

func yieldTwice(n int, yield func(int) bool) int {
	return num(yield(n)) + num(yield(n+1))
}

// GotoOutOfLoops goes out of ranges over functions, ahead and back.
//
//lower:run GotoOutOfLoops()
//coro:lower
func GotoOutOfLoops() iter.Seq[int] {
	return func(yield func(int) bool) {
		n := 0
	again:
		n++
		for i := range list(4) {
			yield(i)
			for range list(2) {
				if i == 1 && n < 3 {
					goto again
				}
				if i == 2 {
					goto end
				}
			}
		}
		rec.Log("not reached")
	end:
		rec.Log(n)
	}
}

// LoopParts has suspensions in every part of a loop, and closures that capture its
// variables.
//
//lower:run LoopParts()
//coro:lower
func LoopParts() iter.Seq[int] {
	return func(yield func(int) bool) {
		var fs []func() int
		for i, j := num(yield(1)), 10; i < 4 && yield(i); i, j = i+1, j-num(yield(j)) {
			fs = append(fs, func() int { i += 100; j++; return i + j })
			if i == 2 {
				continue
			}
			fs[0]()
			i += num(yield(-i))
		}
		for _, f := range fs {
			rec.Log(f(), f())
		}
		for i := 0; ; i++ {
			defer func() { rec.Log("deferred", i); i++ }()
			if !yield(i) || i > 1 {
				break
			}
		}
		i := 5
		for i := i; i < 7; i++ {
			i := i * 2
			yield(i)
			i++
			rec.Log(i)
		}
		rec.Log(i)
		for range num(yield(20)) + 1 {
			yield(21)
		}
		for yield(30) {
			if i++; i > 7 {
				break
			}
		}
		var k, v = 0, ""
		for k, v = range map[int]string{4: "four"} {
			yield(k)
		}
		rec.Log(k, v)
		for k = range 3 {
			yield(k)
		}
		rec.Log(k)
		for k = range [5]struct{}{} {
			k += 10
			yield(k)
		}
		rec.Log(k)
		var r rune
		for k, r = range "aé\xff" {
			yield(k)
		}
		rec.Log(k, r)
		var arr [3]int
		for i, arr[1] = range arr {
			arr[2] = i + 7
			yield(arr[1])
		}
		rec.Log(arr)
		for i, x := range &arr {
			arr[2] = i + 20
			yield(x)
		}
		for range arr {
			yield(40)
		}
		var np *[3]int
		for i := range np {
			yield(i)
		}
		for range len(arr) {
			yield(41)
		}
	}
}

// MapsChange: entries are removed or added while a map is ranged over.
//
//lower:run MapsChange()
//coro:lower
func MapsChange() iter.Seq[int] {
	return func(yield func(int) bool) {
		m := map[int]int{1: 1, 2: 2, 3: 3, 4: 4}
		n := 0
		for k, v := range m {
			yield(0)
			for other := range m {
				if other != k {
					delete(m, other)
				}
			}
			m[k] = v + 1
			n++
		}
		rec.Log(n, len(m))
		for k := range m {
			m = nil
			yield(num(k > 0))
		}
		for range m {
			yield(1)
		}
		m2 := map[string][]int{"a": {1}}
		for k, list := range m2 {
			m2[k] = append(list, 5)
			yield(len(list))
			rec.Log(len(m2[k]))
			clear(m2)
		}
		rec.Log(m2)
	}
}

// LeftAndYields ranges over what goes on to yield after the loop was left, and
// recovers what that panics with.
//
//lower:run LeftAndYields()
//coro:lower
func LeftAndYields() iter.Seq[int] {
	return func(yield func(int) bool) {
		for v := range stubborn() {
			yield(v)
			break
		}
		rec.Log("after")
		yield(5)
	}
}

// LeftTwice does so in a loop in a loop.
//
//lower:run LeftTwice()
//coro:lower
func LeftTwice() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log("twice", recover()) }()
		for v := range stubborn() {
			if !yield(v) {
				return
			}
			func() {
				for w := range stubborn() {
					yield(w)
					return
				}
			}()
		}
		rec.Log("after")
		yield(5)
	}
}

// LeftThrough ranges over what ranges over that.
//
//lower:run LeftThrough()
//coro:lower
func LeftThrough() iter.Seq[int] {
	return func(yield func(int) bool) {
		for v := range leaving() {
			yield(v)
			break
		}
		yield(5)
	}
}

func leaving() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log("outer", recover()) }()
		for v := range stubborn() {
			if !yield(v) {
				return
			}
		}
		yield(7)
	}
}

func stubborn() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log(recover()) }()
		yield(1)
		yield(2)
	}
}
