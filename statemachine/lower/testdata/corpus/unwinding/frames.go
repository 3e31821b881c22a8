package unwinding

import (
	"corpus/rec"
	"errors"
	"fmt"
	"iter"
	"runtime"
)

// Helper defers in a function that is given the yield.
//
//lower:run Helper(0)
//lower:run Helper(1)
//lower:run Helper(2)
//lower:run Helper(3)
//coro:lower
func Helper(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		n, err := guarded(how, yield)
		rec.Log("returned", n, err)
		rec.Log(guarded(how+1, yield))
	}
}

func guarded(how int, yield func(int) bool) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			n++
			err = fmt.Errorf("recovered: %v", p)
		}
	}()
	defer rec.Log("deferred", how, n)
	if !yield(how) {
		return 1, errors.New("stopped")
	}
	n = 10
	switch how {
	case 0:
		return
	case 1:
		panic("one")
	case 2:
		return n + 1, nil
	}
	return yieldTwice(how, yield), nil
}

func yieldTwice(n int, yield func(int) bool) int {
	if !yield(n) || !yield(n+1) {
		panic("stopped twice")
	}
	return n / (n - 3)
}

// Unwinds several frames: those in between have deferred calls, or none.
//
//lower:run Unwinds(0)
//lower:run Unwinds(1)
//lower:run Unwinds(2)
//lower:run Unwinds(3)
//coro:lower
func Unwinds(at int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("root")
		rec.Log("root got", outer(at, yield))
		if !yield(100) {
			panic("root stopped")
		}
	}
}

func outer(at int, yield func(int) bool) (s string) {
	s = "outer"
	defer func() {
		if at != 2 {
			s = fmt.Sprint(s, recover())
		}
	}()
	s += middle(at, yield)
	yield(10)
	return s + "."
}

func middle(at int, yield func(int) bool) string {
	yield(20)
	inner(at, yield)
	if at == 1 {
		panic("middle")
	}
	yield(21)
	return "middle"
}

func inner(at int, yield func(int) bool) {
	defer rec.Log("inner", at)
	if at == 3 {
		defer func() { rec.Log("inner", recover()) }()
	}
	yield(30)
	if at != 1 {
		panic("inner")
	}
}

// Recursion with a deferred call in each frame, one kind of frames.
//
//lower:run Recursion(4, 0)
//lower:run Recursion(4, 2)
//lower:run Recursion(4, 9)
//coro:lower
func Recursion(n, catch int) iter.Seq[int] {
	return func(yield func(int) bool) {
		rec.Log(descend(n, catch, yield))
		yield(-1)
	}
}

func descend(n, catch int, yield func(int) bool) (sum int) {
	defer func() {
		sum++
		if n == catch {
			rec.Log("caught", recover())
		}
	}()
	defer rec.Log("leave", n)
	if n == 0 {
		if yield(0) {
			panic("bottom")
		}
		return 100
	}
	if !yield(n) {
		return n
	}
	sum = descend(n-1, catch, yield)
	yield(n)
	return sum + n
}

// DefersHelper defers functions that suspend.
//
//lower:run DefersHelper(0)
//lower:run DefersHelper(1)
//lower:run DefersHelper(2)
//coro:lower
func DefersHelper(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("root")
		t := &thing{n: 5}
		defer closing(yield, how, "root", how == 2)
		defer t.closing(yield, 1)
		rec.Log(within(how, yield))
		t = nil
		if how > 0 {
			panic("end")
		}
	}
}

func within(how int, yield func(int) bool) (n int) {
	t := thing{n: how}
	defer t.closing(yield, t.n)
	defer func() { n *= 2 }()
	t.n = 20
	if how == 1 {
		defer closing(yield, how, "within", true)
		panic("within")
	}
	return 21
}

type thing struct{ n int }

func (t *thing) closing(yield func(int) bool, k int) bool {
	rec.Log("closing", t.n, k)
	return yield(t.n*10 + k)
}

// closing recovers before or after it has suspended.
func closing(yield func(int) bool, how int, name string, early bool) {
	if early {
		rec.Log(name, "early", recover())
	}
	ok := yield(1000 + how)
	rec.Log(name, ok, recover(), recover())
	yield(2000 + how)
}

// Deeper recovers nothing: what it calls is no deferred function.
//
//lower:run Deeper()
//coro:lower
func Deeper() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log("outer", recover()) }()
		defer deeper(yield)
		yield(1)
		panic("boom")
	}
}

func deeper(yield func(int) bool) {
	rec.Log(recovering(yield))
	recovering2(yield)
}

func recovering(yield func(int) bool) any {
	yield(2)
	return recover()
}

func recovering2(yield func(int) bool) {
	defer deferredTwice(yield)
	yield(3)
}

func deferredTwice(yield func(int) bool) {
	yield(4)
	rec.Log("not this panic", recover())
}

// DefersAndSuspends: a deferred function that itself defers, suspends and
// recovers, while panics replace each other.
//
//lower:run DefersAndSuspends(0)
//lower:run DefersAndSuspends(1)
//lower:run DefersAndSuspends(2)
//coro:lower
func DefersAndSuspends(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer last(yield)
		defer replacing(how, yield)
		if !yield(0) {
			return
		}
		panic("first")
	}
}

func last(yield func(int) bool) {
	yield(90)
	rec.Log("last", recover())
	yield(91)
}

func replacing(how int, yield func(int) bool) {
	defer inner2(how, yield)
	yield(50)
	switch how {
	case 0:
		panic("second")
	case 1:
		rec.Log("replacing", recover())
		yield(51)
		panic("second")
	}
}

func inner2(how int, yield func(int) bool) {
	yield(70 + how)
	rec.Log("inner", recover())
	yield(71 + how)
	if how == 2 {
		panic("third")
	}
}

// InLoops defers helpers in a list, recursively.
//
//lower:run InLoops(3)
//coro:lower
func InLoops(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log(loops(n, yield))
		for i := range n {
			defer count(i, yield)
			yield(i)
		}
	}
}

func loops(n int, yield func(int) bool) (total int) {
	for i := range n {
		defer func() { total += i }()
		if i == 1 {
			defer count(loops(i, yield), yield)
		}
		defer count(i*10, yield)
		defer rec.Log("loop", n, i)
		if !yield(n*100 + i) {
			return -1
		}
	}
	return n
}

func count(n int, yield func(int) bool) { rec.Log("count", n, yield(-n)) }

// ExitsInFrames is Goexit in nested frames, of which one recovers a panic
// meanwhile.
//
//lower:run ExitsInFrames(0)
//lower:run ExitsInFrames(1)
//lower:run ExitsInFrames(2)
//lower:run ExitsInFrames(3)
//coro:lower
func ExitsInFrames(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("root")
		exits(how, 2, yield)
		yield(9)
		rec.Log("never")
	}
}

func exits(how, depth int, yield func(int) bool) {
	defer rec.Log("exits", how, depth)
	if depth > 0 {
		defer func() { rec.Log("depth", depth, recover()) }()
		if how == 2 {
			defer func() { panic(depth) }()
		}
		exits(how, depth-1, yield)
		rec.Log("not here")
		return
	}
	yield(how)
	if how == 1 {
		defer runtime.Goexit()
		panic("lost")
	}
	if how == 3 {
		defer panic("while exiting")
	}
	runtime.Goexit()
}

// NestedExit: Goexit in a frame, without a deferred call anywhere in the root.
//
//lower:run NestedExit()
//coro:lower
func NestedExit() iter.Seq[int] {
	return func(yield func(int) bool) {
		exits(0, 0, yield)
		yield(1)
	}
}

// RootRecovers what a frame without deferred calls panics with, and suspends.
//
//lower:run RootRecovers(0)
//lower:run RootRecovers(1)
//coro:lower
func RootRecovers(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if how == 0 {
			defer last(yield)
		} else {
			defer caught("root")
		}
		yieldTwice(3, yield)
	}
}

// Unnamed results are those that were returned, or zero, after a recovery.
//
//lower:run Unnamed()
//coro:lower
func Unnamed() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range 3 {
			a, b := unnamed(i, yield)
			rec.Log(a, b)
			rec.Log(onlyBlank(i, yield))
		}
	}
}

func unnamed(n int, yield func(int) bool) (int, string) {
	defer func() { recover() }()
	if n == 1 {
		defer panic("after the return")
	}
	if !yield(n) || n == 2 {
		panic("before it")
	}
	return n + 1, "returned"
}

func onlyBlank(n int, yield func(int) bool) (_ int, s string) {
	defer func() { s += "!"; recover() }()
	if n == 0 {
		return
	}
	if yield(n) && n == 1 {
		return n, "one"
	}
	panic("blank")
}

// Grouped named results survive a bare return after a deferred suspension.
//
//lower:run Grouped()
//coro:lower
func Grouped() iter.Seq[int] {
	return func(yield func(int) bool) {
		rec.Log(grouped(1, yield))
		rec.Log(grouped(2, yield))
		rec.Log(overridden(yield))
	}
}

func grouped(n int, yield func(int) bool) (a, b, c int) {
	defer yield(n)
	a, b, c = n, n+1, n+2
	if n == 2 {
		c, a, b = b, c, a
		return
	}
	return b, a, c
}

func overridden(yield func(int) bool) (n int) {
	defer func() {
		if recover() != nil {
			n = 3
		}
	}()
	defer func() { n = 2; panic("override") }()
	defer yield(n)
	return 1
}
