package ranges

import (
	"corpus/rec"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
)

// closing is ranged over, and has something to close.
func closing(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("closed", n)
		for i := range n {
			if !yield(i) {
				rec.Log("left at", i)
				return
			}
		}
	}
}

// Closes what it ranges over, whatever the body of the loop does.
//
//lower:run Closes(0)
//lower:run Closes(1)
//lower:run Closes(2)
//lower:run Closes(3)
//lower:run Closes(4)
//coro:lower
func Closes(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("outer")
		for i := range closing(3) {
			for j := range closing(2) {
				if !yield(i*10 + j) {
					return
				}
				if i == 1 && j == 1 {
					switch how {
					case 0:
						panic("in the loop")
					case 1:
						runtime.Goexit()
					case 2:
						return
					case 3:
						break
					}
				}
			}
		}
		rec.Log("end")
	}
}

// meddling recovers, replaces or repeats what the loop's body panics with.
func meddling(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() {
			p := recover()
			rec.Log("meddling", p)
			switch how {
			case 0:
				panic(fmt.Sprint("instead of ", p))
			case 1:
				if p != nil {
					panic(p)
				}
			}
		}()
		yield(1)
		yield(2)
	}
}

// Meddles with a panic of the loop's body; a range does not let it be recovered.
//
//lower:run Meddles(0)
//lower:run Meddles(1)
//lower:run Meddles(2)
//coro:lower
func Meddles(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() {
			p := recover()
			_, isRuntime := p.(runtime.Error)
			rec.Log(p, isRuntime)
		}()
		for i := range meddling(how) {
			if !yield(i) || i == 2 {
				panic(errors.New("body"))
			}
		}
	}
}

// lingering yields again in a deferred call.
func lingering(how int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		defer rec.Log("lingering ends")
		defer func() {
			if how == 1 {
				rec.Log("recovered first", recover())
			}
			rec.Log("yields again", yield(-1, "again"))
		}()
		yield(1, "one")
	}
}

// Lingers: the range tells off who goes on after the body has panicked.
//
//lower:run Lingers(0)
//lower:run Lingers(1)
//lower:run Lingers(2)
//coro:lower
func Lingers(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() {
			p := recover()
			_, isRuntime := p.(runtime.Error)
			rec.Log(p, isRuntime)
			if p != nil {
				yield(99)
			}
		}()
		for i, s := range lingering(how) {
			if !yield(i) {
				rec.Log("stopped", s)
			}
			if how < 2 && i > 0 {
				panic("body")
			}
		}
	}
}

// ThroughFrames: panics go through ranges in the frames that they go through.
//
//lower:run ThroughFrames(0)
//lower:run ThroughFrames(1)
//lower:run ThroughFrames(2)
//coro:lower
func ThroughFrames(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range closing(2) {
			rec.Log(i, catching(how, yield))
		}
	}
}

func catching(how int, yield func(int) bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("caught %v", p)
		}
	}()
	for i := range closing(how + 1) {
		passing(how, i, yield)
	}
	return nil
}

func passing(how, n int, yield func(int) bool) {
	for j := range meddling(how) {
		if !yield(n*10 + j) {
			panic("stopped")
		}
		if n == 1 {
			panic("one")
		}
	}
}

// Pulled: what is not lowered goes through iter.Pull, and so does the panic.
//
//lower:run Pulled(0, notLowered(0))
//lower:run Pulled(1, notLowered(1))
//lower:run Pulled(2, notLowered(2))
//lower:run Pulled(3, notLowered(1))
//coro:lower
func Pulled(how int, seq iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() {
			if how < 3 {
				p := recover()
				_, isRuntime := p.(runtime.Error)
				rec.Log("pulled", p, isRuntime)
			}
		}()
		for i := range seq {
			for k := range maps.Keys(map[int]bool{i: true}) {
				if !yield(k) || i == 2 {
					panic("body")
				}
			}
			for _, k := range slices.All([]int{5}) {
				yield(k)
			}
		}
	}
}

// notLowered is called where nobody knows it.
func notLowered(how int) iter.Seq[int] {
	return meddling(how)
}
