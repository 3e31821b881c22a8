package traps

import (
	"corpus/rec"
	"fmt"
	"iter"
	"runtime"
	"strings"
)

// FinallyOverrides: deferred calls that suspend change what is returned, recover,
// and end a loop that has no other end.
//
//lower:run FinallyOverrides(0)
//lower:run FinallyOverrides(1)
//lower:run FinallyOverrides(2)
//coro:lower
func FinallyOverrides(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		rec.Log(overridden(how, yield))
		rec.Log(nestedFinally(how, yield))
	}
}

func overridden(how int, yield func(int) bool) (r int) {
	defer func() {
		yield(100)
		if how == 1 {
			r = 7
		}
		if how == 2 {
			recover()
			r = 8
		}
	}()
	if how == 2 {
		panic("x")
	}
	for {
		defer func() { yield(200); r++ }()
		return num(yield(1))
	}
}

func nestedFinally(how int, yield func(int) bool) (r string) {
	defer func() {
		defer func() {
			r += " inner"
			yield(3)
			if p := recover(); p != nil {
				r += " recovered inner " + p.(string)
			}
		}()
		yield(2)
		if p := recover(); p != nil {
			r += " recovered " + p.(string)
			if how == 2 {
				panic("again")
			}
		}
	}()
	for range 2 {
		defer func() {
			if how > 0 {
				panic("deferred")
			}
		}()
	}
	return "result"
}

// BreakThroughFinally leaves loops by what a literal returns whose deferred call
// suspends.
//
//lower:run BreakThroughFinally()
//coro:lower
func BreakThroughFinally() iter.Seq[int] {
	return func(yield func(int) bool) {
	outer:
		for i := range 4 {
			stop := func() (stop bool) {
				defer func() { yield(-i) }()
				if i == 1 {
					return false
				}
				yield(i)
				return i == 2
			}()
			for range 3 {
				if stop {
					break outer
				}
				continue outer
			}
			rec.Log("never")
		}
		rec.Log("end")
	}
}

// RecoverKinds recovers in each kind of deferred call that does or does not.
//
//lower:run RecoverKinds()
//coro:lower
func RecoverKinds() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range 14 {
			func() {
				defer func() { rec.Log(i, "left", recover()) }()
				kinds(i, yield)
				rec.Log(i, "returned")
			}()
		}
	}
}

func direct()                             { rec.Log("direct", recover()) }
func indirect()                           { func() { rec.Log("indirect", recover()) }() }
func suspending(yield func(int) bool)     { yield(50); rec.Log("suspending", recover(), recover()) }
func suspendingDeep(yield func(int) bool) { yield(60); suspending(yield) }

type recoverer struct{}

func (recoverer) value()    { rec.Log("value", recover()) }
func (*recoverer) pointer() { rec.Log("pointer", recover()) }

type recovers interface{ value() }

type outerRecoverer struct{ recoverer }

func kinds(how int, yield func(int) bool) (r int) {
	defer func() { rec.Log("r", r) }()
	switch how {
	case 0:
		defer direct()
	case 1:
		defer indirect()
	case 2:
		defer recover()
	case 3:
		defer func() { defer direct() }()
	case 4:
		defer suspending(yield)
	case 5:
		defer suspendingDeep(yield)
	case 6:
		defer recoverer{}.value()
	case 7:
		defer new(recoverer).pointer()
	case 8:
		var i recovers = &recoverer{}
		defer i.value()
	case 9:
		defer outerRecoverer{}.value()
	case 10:
		defer func() { defer func() { yield(70); rec.Log(recover()) }() }()
	case 11:
		defer func() { func() { yield(71); rec.Log("deep", recover()) }() }()
	case 12:
		defer func() {
			defer func() { rec.Log("second", recover()) }()
			yield(72)
			panic("replaced")
		}()
	case 13:
		defer func() {
			defer func() { yield(74); rec.Log("second", recover()) }()
			defer func() { yield(73); panic(fmt.Sprint("replaced twice ", recover())) }()
			panic("replaced")
		}()
	}
	r = how
	if how%2 == 0 {
		panic(fmt.Sprint("panic ", how))
	}
	var s []int
	return s[how]
}

// Chain replaces one panic by the other, and recovers some.
//
//lower:run Chain(0)
//lower:run Chain(1)
//lower:run Chain(2)
//lower:run Chain(3)
//coro:lower
func Chain(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() {
			p := recover()
			rec.Log("root", p)
			if how == 3 {
				panic(p)
			}
		}()
		for i := range 3 {
			defer func() {
				if how > 0 {
					yield(i)
				}
				if how == 2 && i == 1 {
					rec.Log("cleared", recover())
				}
				panic(fmt.Sprint("deferred ", i))
			}()
		}
		panic("first")
	}
}

// ExitsFrom exits in a deferred call, in a loop, in a helper.
//
//lower:run ExitsFrom(0)
//lower:run ExitsFrom(1)
//lower:run ExitsFrom(2)
//lower:run ExitsFrom(3)
//coro:lower
func ExitsFrom(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log("root", recover()) }()
		for i := range list(3) {
			yield(i)
			exitHelper(how, yield)
		}
	}
}

func exitHelper(how int, yield func(int) bool) (n int) {
	defer rec.Log("helper")
	switch how {
	case 0:
		runtime.Goexit()
	case 1:
		defer runtime.Goexit()
		panic("aborted")
	case 2:
		defer func() { rec.Log(recover()); runtime.Goexit() }()
		panic("recovered, then exit")
	case 3:
		defer func() {
			defer func() { rec.Log("recovers", recover()) }()
			panic("while exiting")
		}()
		runtime.Goexit()
	}
	return strings.Count("x", "y")
}

// ListedNothing defers calls in a loop of which nothing has to be kept.
//
//lower:run ListedNothing(false)
//lower:run ListedNothing(true)
//coro:lower
func ListedNothing(panics bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		listed(panics, yield)
		for i := range 3 {
			defer direct()
			yield(i)
		}
		if panics {
			panic("root")
		}
	}
}

func listed(panics bool, yield func(int) bool) {
	for i := range 3 {
		defer direct()
		if i == 1 {
			defer yield(10)
		}
	}
	if panics {
		panic("listed")
	}
}
