package ranges

import (
	"corpus/rec"
	"iter"
	"runtime"
)

// Exits in the body of the loop, or in deferred calls of what is ranged over.
//
//lower:run Exits(0)
//lower:run Exits(1)
//lower:run Exits(2)
//coro:lower
func Exits(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("deferred first")
		for i := range exiting(how) {
			for j := range passedOn(how) {
				defer rec.Log("of", i, j)
				if !yield(j) || i == 1 {
					if how == 0 {
						runtime.Goexit()
					}
					panic("body")
				}
			}
		}
	}
}

func passedOn(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("passed on", how)
		for i := range exiting(how) {
			if !yield(i) {
				return
			}
		}
	}
}

func exiting(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log("exiting", how, recover()) }()
		if how == 1 {
			defer runtime.Goexit()
		}
		_ = yield(0) && yield(1)
	}
}

// PanicsWhileExiting exits in the body of the loop, and what is ranged over
// panics in a deferred call meanwhile. After that panic was recovered, or
// before, runtime.Goexit goes on.
//
//lower:run PanicsWhileExiting(1, false, 0)
//lower:run PanicsWhileExiting(1, true, 0)
//lower:run PanicsWhileExiting(1, true, 3)
//lower:run PanicsWhileExiting(3, false, 1)
//coro:lower
func PanicsWhileExiting(how int, recovers bool, inner int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if recovers {
			defer func() { rec.Log("deferred", recover()) }()
		}
		exitingWithin(how, inner, yield)
		rec.Log("not reached")
	}
}

func exitingWithin(how, inner int, yield func(int) bool) {
	defer rec.Log("of the helper")
	for i := range panicking(how) {
		yield(i)
		for j := range panicking(inner) {
			yield(j)
			runtime.Goexit()
		}
		runtime.Goexit()
	}
}

func panicking(how int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() {
			rec.Log("panicking", how, recover())
			if how == 1 {
				panic("of what is ranged over")
			}
		}()
		for i := range closingTwo(how) {
			if !yield(i) {
				break
			}
		}
	}
}

func closingTwo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("closed", n)
		_ = yield(n) && yield(n+1)
	}
}

// Unknown panics or exits in the body of a loop over an iterator that is not known,
// which lets that through, recovers, replaces it, or exits itself.
//
//lower:run Unknown(0, unseen(0, false))
//lower:run Unknown(1, unseen(0, false))
//lower:run Unknown(2, unseen(0, false))
//lower:run Unknown(0, unseen(1, false))
//lower:run Unknown(1, unseen(1, false))
//lower:run Unknown(2, unseen(1, false))
//lower:run Unknown(0, unseen(2, false))
//lower:run Unknown(1, unseen(2, false))
//lower:run Unknown(2, unseen(2, false))
//lower:run Unknown(0, unseen(3, false))
//lower:run Unknown(1, unseen(3, false))
//lower:run Unknown(2, unseen(3, false))
//lower:run Unknown(0, unseen(3, true))
//lower:run Unknown(1, unseen(3, true))
//lower:run Unknown(2, unseen(3, true))
//lower:run Unknown(0, unseen(2, true))
//lower:run Unknown(1, unseen(2, true))
//lower:run Unknown(2, unseen(2, true))
//coro:lower
func Unknown(how int, seq iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("root")
		defer func() {
			if how == 0 {
				rec.Log("root", recover())
			}
		}()
		throughUnknown(how, seq, yield)
		for i := range seq {
			yield(i + 20)
			if how == 1 {
				panic("again")
			}
			runtime.Goexit()
		}
		rec.Log("after the loop")
	}
}

func throughUnknown(how int, seq iter.Seq[int], yield func(int) bool) {
	defer rec.Log("of the helper")
	for i := range seq {
		yield(i)
		for j := range seq {
			if !yield(j + 10) {
				rec.Log("stopped")
			}
			if how == 0 {
				panic("body")
			}
			if how == 1 {
				runtime.Goexit()
			}
			break
		}
	}
}

func unseen(how int, exits bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("left")
		if exits {
			defer runtime.Goexit()
		}
		defer func() {
			switch how {
			case 1:
				rec.Log(recover())
			case 2:
				p := recover()
				rec.Log(p)
				panic(p)
			case 3:
				panic("replaced")
			}
		}()
		_ = yield(1) && yield(2)
		rec.Log("after")
	}
}
