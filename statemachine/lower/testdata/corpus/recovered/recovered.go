// Package recovered has panics, and recover where it recovers and where it does
// not.
package recovered

import (
	"corpus/rec"
	"errors"
	"fmt"
	"iter"
	"runtime"
)

// Recovers ends the body, whose caller goes on.
//
//lower:run Recovers(3)
//coro:lower
func Recovers(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log("recovered", recover(), recover()) }()
		for i := range n {
			if !yield(i) {
				panic("stopped")
			}
			if i == 1 {
				panic(fmt.Sprint("at ", i))
			}
		}
	}
}

// helper recovers when it is deferred itself.
func helper(args ...any) { rec.Log(append(args, recover())...) }

func deeper() { helper("deeper") }

type catcher struct{ name string }

func (c catcher) value()      { rec.Log("value", c.name, recover()) }
func (c *catcher) pointer()   { rec.Log("pointer", c.name, recover()) }
func (c *catcher) with(n any) { rec.Log("with", n, recover()) }

type catches interface{ value() }

type embeds struct{ *catcher }

// Where recovers in one of the ways in which a function may be deferred.
//
//lower:run Where(0)
//lower:run Where(1)
//lower:run Where(2)
//lower:run Where(3)
//lower:run Where(4)
//lower:run Where(5)
//lower:run Where(6)
//lower:run Where(7)
//lower:run Where(8)
//lower:run Where(9)
//lower:run Where(10)
//lower:run Where(11)
//lower:run Where(12)
//lower:run Where(13)
//lower:run Where(14)
//lower:run Where(15)
//lower:run Where(16)
//coro:lower
func Where(which int) iter.Seq[int] {
	return func(yield func(int) bool) {
		c := &catcher{"c"}
		defer func() { rec.Log("outer", recover()) }()
		switch which {
		case 0:
			defer helper("direct", 1)
		case 1:
			defer deeper() // too deep
		case 2:
			defer func() { helper("called by a deferred function") }()
		case 3:
			defer func() { func() { rec.Log("nested literal", recover()) }() }()
		case 4:
			defer func() { defer func() { rec.Log("deferred by a deferred function", recover()) }() }()
		case 5:
			defer c.value()
		case 6:
			defer c.pointer()
		case 7:
			f := c.pointer
			defer f()
		case 8:
			f := (*catcher).pointer
			defer f(c)
		case 9:
			defer catches(c).value()
		case 10:
			f := catches.value
			defer f(c)
		case 11:
			defer embeds{c}.pointer()
		case 12:
			defer catches(embeds{c}).value()
		case 13:
			defer c.with(which)
		case 14:
			defer recover()
		case 15:
			f := func(x any) { rec.Log("argument", x, recover()) }
			defer f(recover())
		case 16:
			defer func() {
				defer recover()
				panic("inner")
			}()
		}
		yield(which)
		panic(errors.New("boom"))
	}
}

// WhereInLoop does so for several calls at once.
//
//lower:run WhereInLoop()
//coro:lower
func WhereInLoop() iter.Seq[int] {
	return func(yield func(int) bool) {
		c := catcher{"c"}
		for i := range 3 {
			defer c.with(i)
			defer helper("helper", i)
			defer deeper()
			defer func(i int) {
				if i == 1 {
					panic(fmt.Sprint("again ", i, recover()))
				}
			}(i)
			if !yield(i) {
				panic("stopped")
			}
		}
		panic("end")
	}
}

// Nothing is there to be recovered.
//
//lower:run Nothing()
//coro:lower
func Nothing() iter.Seq[int] {
	return func(yield func(int) bool) {
		recover()
		defer helper("nothing")
		x := recover()
		rec.Log(x, yield(1), recover() == nil)
		if recover() != nil || !yield(2) {
			rec.Log("stopped")
		}
		for range 2 {
			recover()
			rec.Log(recover())
		}
	}
}

// NotOurs is what the resumer panics with: the body must not recover it.
//
//lower:run NotOurs()
//coro:lower
func NotOurs() iter.Seq[int] {
	return func(yield func(int) bool) {
		func() {
			defer func() { rec.Log("the resumer's own", recover()) }()
			defer rec.Next()
			panic("resumer")
		}()
		yield(1)
	}
}

// Replaces one panic by the next, and the last one is seen.
//
//lower:run Replaces(false)
//lower:run Replaces(true)
//coro:lower
func Replaces(caught bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		if caught {
			defer helper("last")
		}
		defer func() { panic("third") }()
		defer func() {
			defer func() { panic(fmt.Sprint("second after ", recover())) }()
			panic("lost")
		}()
		if yield(1) {
			panic("first")
		}
	}
}

// Repanics with what it recovered, and the value stays the same.
//
//lower:run Repanics()
//coro:lower
func Repanics() iter.Seq[int] {
	return func(yield func(int) bool) {
		err := errors.New("identity")
		defer func() {
			p := recover()
			rec.Log(p == any(err))
			panic(p)
		}()
		defer func() {
			defer rec.Log("deferred within")
			if p := recover(); p != nil {
				rec.Log(p == any(err))
				panic(p)
			}
		}()
		yield(1)
		panic(err)
	}
}

// Errors that the runtime panics with keep their types.
//
//lower:run Errors(0)
//lower:run Errors(1)
//lower:run Errors(2)
//lower:run Errors(3)
//lower:run Errors(4)
//lower:run Errors(5)
//lower:run Errors(6)
//coro:lower
func Errors(which int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var s []int
		var p *catcher
		var x any = "text"
		var m map[string]int
		defer func() {
			r := recover()
			_, isRuntime := r.(runtime.Error)
			rec.Log(fmt.Sprintf("%T %v", r, r), isRuntime)
			panic(r)
		}()
		yield(which)
		switch zero := len(s); which {
		case 0:
			yield(s[which])
		case 1:
			p.name = "x"
		case 2:
			yield(x.(int))
		case 3:
			m["x"]++
		case 4:
			yield(which / zero)
		case 5:
			panic(nil)
		case 6:
			var ch chan int
			close(ch)
		}
	}
}

// WhileUnwinding a deferred function panics and recovers for itself.
//
//lower:run WhileUnwinding()
//coro:lower
func WhileUnwinding() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer helper("still first")
		defer func() {
			defer helper("second")
			panic("second")
		}()
		defer func() {
			func() {
				defer helper("third")
				var s []int
				_ = s[len(s)]
			}()
			rec.Log("went on")
		}()
		yield(1)
		panic("first")
	}
}

// RecoversOneByOne has a deferred function that panics after another recovered.
//
//lower:run RecoversOneByOne()
//coro:lower
func RecoversOneByOne() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer helper("nothing left")
		defer helper("second")
		defer func() { panic("second") }()
		defer helper("nothing")
		defer helper("first")
		yield(1)
		panic("first")
	}
}

// Goexits cannot be recovered.
//
//lower:run Goexits(0)
//lower:run Goexits(1)
//lower:run Goexits(2)
//lower:run Goexits(3)
//lower:run Goexits(4)
//lower:run Goexits(5)
//lower:run Goexits(6)
//coro:lower
func Goexits(which int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("last")
		defer helper("outer")
		switch which {
		case 0: // in the body
			yield(1)
			defer helper("inner")
			runtime.Goexit()
		case 1: // while a panic is on its way
			yield(1)
			defer runtime.Goexit()
			panic("lost")
		case 2: // from a deferred function, on return
			defer func() {
				defer helper("inner")
				runtime.Goexit()
			}()
			yield(1)
		case 3: // and then a panic, which is recovered, and the Goexit goes on
			defer func() { panic("while exiting") }()
			yield(1)
			runtime.Goexit()
		case 4: // and again
			defer runtime.Goexit()
			yield(1)
			runtime.Goexit()
		case 5: // after a panic was recovered
			defer runtime.Goexit()
			defer helper("recovered")
			yield(1)
			panic("recovered first")
		case 6: // in a list
			for i := range 3 {
				defer helper(i)
				defer func() {
					if i == 1 {
						runtime.Goexit()
					}
				}()
				yield(i)
			}
			panic("list")
		}
	}
}

// Overrides is a deferred panic that takes the place of a return.
//
//lower:run Overrides()
//coro:lower
func Overrides() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { panic("instead of a return") }()
		for i := range 3 {
			if !yield(i) {
				return
			}
		}
	}
}

// OnStop panics only while it is stopped, and recovers some of it.
//
//lower:run OnStop()
//coro:lower
func OnStop() iter.Seq[int] {
	return func(yield func(int) bool) {
		ended := false
		defer func() {
			if p := recover(); p != 2 {
				rec.Log("not recovered", p, ended)
				panic(p)
			}
		}()
		for i := range 4 {
			if !yield(i) {
				rec.Log(yield(i * 10))
				panic(i)
			}
		}
		ended = true
		panic(2)
	}
}

// AfterEnd is resumed after it panicked, and after it recovered.
//
//lower:run AfterEnd(false)
//lower:run AfterEnd(true)
//coro:lower
func AfterEnd(caught bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() {
			if caught {
				rec.Log(recover())
			}
		}()
		panic("at once")
	}
}

// Inside of copied statements, the panic comes through frames that are not
// lowered.
//
//lower:run Inside()
//coro:lower
func Inside() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer helper("body")
		yield(1)
		for i := range counting(3) {
			defer helper("loop", i)
			if i == 1 {
				panic("in a loop over a function")
			}
		}
	}
}

func counting(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("counted")
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}
