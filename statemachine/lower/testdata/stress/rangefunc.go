// Ranges over functions whose bodies go everywhere.
package main

import (
	"errors"
	"fmt"
	"iter"
)

func count(n int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		defer fmt.Println("count ends")
		for i := range n {
			if !yield(i, fmt.Sprint("v", i)) {
				return
			}
		}
	}
}

func one(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, _ := range count(n) {
			if !yield(i) {
				return
			}
		}
	}
}

func find(n int) (at int, err error) {
	defer func() {
		fmt.Println("find ends", at, err)
		at *= 10
	}()
	sum := 0
	for i, s := range count(10) {
		sum += i
		if i == 1 {
			continue
		}
		if i == n {
			at = sum
			return
		}
		if s == "v7" {
			return i, errors.New("seven")
		}
		if i == 8 {
			break
		}
	}
	return sum, nil
}

func nested() (fs []func() int, where string) {
	total := 0
outer:
	for i := range one(5) {
		for j, s := range count(4) {
			switch {
			case j == 2:
				continue outer
			case i == 3:
				break outer
			case i == 4:
				goto done
			}
			x := i*10 + j
			total += x
			where = s
			p := &total
			*p++
			fs = append(fs, func() int { x++; total++; return x*1000 + total })
			defer fmt.Println("deferred", i, j, x)
		}
	}
	return fs, where + "!"
done:
	return nil, "done"
}

func panics() (err any) {
	defer func() { err = recover() }()
	for i := range one(3) {
		for range count(2) {
			if i == 1 {
				panic(fmt.Sprint("at ", i))
			}
		}
	}
	return nil
}

func early() int {
	var k int
	for k = range one(9) {
		for j := range one(9) {
			if j*k == 12 {
				return 100*k + j
			}
		}
	}
	return k
}

func empty(n int) (c int) {
	for range one(n) {
	}
	for x := range one(n) {
		x = 7
		c += x
	}
	return
}

func main() {
	fmt.Println(find(3))
	fmt.Println(find(20))
	fs, where := nested()
	for _, f := range fs {
		fmt.Println(f(), f())
	}
	fmt.Println(where, panics(), early(), empty(3))
	for i := range one(4) {
		fmt.Println(func() (r int) {
			for j := range one(i) {
				r += j * i
			}
			return
		}())
	}
}
