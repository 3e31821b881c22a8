// Closures in functions that are suspended: what they capture, and when.
package main

import "fmt"

type shape interface{ area() int }

type square struct{ side int }

func (s square) area() int { return s.side * s.side }

func (s *square) grow(by int) (old int) {
	old = s.side
	s.side += by
	return
}

func perIteration() (fs []func() int) {
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i *= 2; return i })
		if i == 1 {
			i++
		}
	}
	return fs
}

func sharedByTwo() (get func() int, set func(int)) {
	x := 1
	get = func() int { return x }
	set = func(n int) { x = n }
	x++
	return get, set
}

func results() (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v after %d", r, n)
		}
	}()
	for n = range 5 {
		func() {
			if n == 3 {
				panic("three")
			}
		}()
	}
	return 100, nil
}

func deep(n int) int {
	down := func() int { return 0 }
	for i := range n {
		below := down
		down = func() int {
			k := i + 1
			return func() int { k += below(); return k }()
		}
	}
	return down()
}

func parameters(n int, p *int, list ...int) func() (int, int, []int) {
	f := func() (int, int, []int) { n++; *p += n; list = append(list, n); return n, *p, list }
	f()
	return f
}

func generic[K comparable, V any](m map[K]V, keep func(K) bool) (kept []V) {
	type pair struct {
		k K
		v V
	}
	for k, v := range m {
		if p := (pair{k, v}); keep(p.k) {
			kept = append(kept, p.v)
		}
	}
	return kept
}

func zeroes() (seen []int) {
	for i := range 3 {
		var x int
		p := &x
		seen = append(seen, x)
		*p = i + 7
		seen = append(seen, x)
	}
	return
}

var table = map[string]func(int) int{
	"inc": func(x int) int { return x + 1 },
	"fact": func(x int) int {
		r := 1
		for i := 2; i <= x; i++ {
			r *= i
		}
		return r
	},
}

func main() {
	for _, f := range perIteration() {
		fmt.Println(f(), f())
	}
	get, set := sharedByTwo()
	fmt.Println(get())
	set(9)
	fmt.Println(get())
	fmt.Println(results())
	fmt.Println(deep(6))
	x := 3
	f := parameters(1, &x, 4, 5)
	fmt.Println(f())
	fmt.Println(x)
	fmt.Println(generic(map[string]int{"a": 1, "b": 2}, func(k string) bool { return k > "a" }))
	fmt.Println(zeroes(), table["inc"](3), table["fact"](5))
	s := square{2}
	area, grow := shape.area, s.grow
	fmt.Println(grow(3), s.area(), area(s))
	type tag struct{ name string }
	fmt.Printf("%v %T\n", tag{"x"}, tag{})
}
