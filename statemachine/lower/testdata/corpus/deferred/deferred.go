// Package deferred has deferred calls: what they are given, in which order they
// run, and when.
package deferred

import (
	"corpus/rec"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strings"
	"sync"
)

// Once defers one call, which runs at the end and when the consumer stops.
//
//lower:run Once(3)
//lower:run Once(0)
//coro:lower
func Once(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("deferred")
		for i := range n {
			if !yield(i) {
				return
			}
		}
		rec.Log("end")
	}
}

// Reverse runs the last deferred call first.
//
//lower:run Reverse()
//coro:lower
func Reverse() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log(1)
		yield(1)
		defer rec.Log(2)
		yield(2)
		defer func() { rec.Log(3) }()
		yield(3)
	}
}

// Conditionally defers what the conditions say.
//
//lower:run Conditionally(0)
//lower:run Conditionally(1)
//lower:run Conditionally(2)
//lower:run Conditionally(3)
//lower:run Conditionally(4)
//coro:lower
func Conditionally(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if n == 0 {
			yield(10)
			return
		}
		if n > 1 {
			defer rec.Log("more than 1")
		} else {
			defer rec.Log("1")
		}
		yield(11)
		switch n {
		case 2:
			defer rec.Log("2")
			fallthrough
		case 3:
			defer rec.Log("2 or 3")
			if !yield(12) {
				return
			}
		default:
			defer rec.Log("neither")
			if yield(13) {
				goto out
			}
		}
		rec.Log("not skipped")
	out:
		defer rec.Log("out")
	}
}

// InLoop defers several times.
//
//lower:run InLoop(4)
//coro:lower
func InLoop(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			defer rec.Log("of", i)
			defer func() { rec.Log("captured", i) }()
			if i == 2 {
				i++
			}
			if !yield(i) {
				return
			}
		}
	}
}

// InCopiedLoop defers in statements that do not suspend.
//
//lower:run InCopiedLoop([]string{"a", "b", "c"})
//coro:lower
func InCopiedLoop(words []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, w := range words {
			if w == "b" {
				continue
			}
			defer func() { rec.Log(w) }()
		}
		for w := range words2(words) {
			defer rec.Log(w)
		}
		yield("x")
		for range 2 {
			defer rec.Log()
		}
	}
}

func words2(words []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, w := range words {
			if !yield(w + w) {
				return
			}
		}
	}
}

// ByGoto defers in a loop that is made of gotos.
//
//lower:run ByGoto(3)
//coro:lower
func ByGoto(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		i := 0
	again:
		defer rec.Log("again", i)
		i++
		if !yield(i) {
			return
		}
		if i < n {
			goto again
		}
	}
}

// A thing has methods of both kinds.
type thing struct{ name string }

func (t thing) value(args ...any)    { rec.Log(append([]any{"value", t.name}, args...)...) }
func (t *thing) pointer(args ...any) { rec.Log(append([]any{"pointer", t.name}, args...)...) }
func (t *thing) Close() error        { rec.Log("close", t.name); return nil }

type nested struct {
	*thing
	in thing
}

// Evaluates arguments and receivers when it defers, not when it calls.
//
//lower:run Evaluates()
//coro:lower
func Evaluates() iter.Seq[int] {
	return func(yield func(int) bool) {
		x, t, s := 1, thing{"before"}, []int{1, 2}
		p := &t
		n := nested{p, thing{"in"}}
		f := func(args ...any) { rec.Log(append([]any{"f"}, args...)...) }
		defer rec.Log(x, s[0], len(s), t, rec.At(x+1))
		defer t.value(x)
		defer t.pointer(x)
		defer p.value(&x == nil)
		defer n.in.value(x, "constant", nil)
		defer n.pointer(s)
		defer n.value()
		defer f(x)
		defer thing.value(t, x)
		defer (*thing).pointer(p, x)
		var c io.Closer = p
		defer c.Close()
		defer rec.At(io.Closer(c)).Close()
		yield(1)
		x, t, s[0], f, c = 2, thing{"after"}, 5, nil, nil
		n.in.name = "changed"
		n.thing = nil
		yield(2)
	}
}

// Suspends while it evaluates what it defers.
//
//lower:run Suspends()
//coro:lower
func Suspends() iter.Seq[int] {
	return func(yield func(int) bool) {
		x := 1
		set := func(n int) int { x = n; return x }
		defer rec.Log(x, set(2), yield(x), set(3), x)
		defer pick(yield(10))(set(4), yield(11))
		for yield(20) && x < 6 {
			defer rec.Log(set(x+1), yield(x), yield(set(x)))
		}
		rec.Log("end", x)
	}
}

func pick(ok bool) func(int, bool) {
	rec.Log("pick", ok)
	return func(n int, more bool) { rec.Log("picked", ok, n, more) }
}

func pair(n int) (string, int)     { rec.Log("pair", n); return "pair", n }
func triple() (int, []int, error)  { return 1, []int{2}, errors.New("three") }
func chosen() func(string, ...any) { rec.Log("chosen"); return show }
func show(s string, rest ...any)   { rec.Log(append([]any{s}, rest...)...) }

// SeveralValues defers calls whose arguments are the results of one.
//
//lower:run SeveralValues()
//coro:lower
func SeveralValues() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log(triple())
		defer show(pair(1))
		yield(1)
		defer chosen()(pair(2))
		f := show
		defer f(pair(num(yield(2))))
		f = nil
		yield(3)
		func() {
			defer func() { rec.Log(recover()) }()
			f(pair(4))
		}()
	}
}

func num(b bool) int {
	if b {
		return 1
	}
	return 0
}

// SeveralInLoop does so in a loop.
//
//lower:run SeveralInLoop()
//coro:lower
func SeveralInLoop() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range 3 {
			defer chosen()(pair(i))
			defer rec.Log(triple())
			if i > 0 {
				defer show("one", i)
			}
			yield(i)
		}
	}
}

// Builtins defers those that may be.
//
//lower:run Builtins()
//coro:lower
func Builtins() iter.Seq[int] {
	return func(yield func(int) bool) {
		ch := make(chan int, 1)
		m := map[string]int{"a": 1, "b": 2, "c": 3}
		k, from, to := "a", []byte("xyz"), make([]byte, 2)
		all := []int{1, 2}
		defer func() {
			_, open := <-ch
			rec.Log(open, len(m), string(to), all)
		}()
		defer close(ch)
		defer delete(m, k)
		defer delete(m, "b")
		defer copy(to, from)
		defer copy(to[1:], "w")
		defer clear(all)
		defer print()
		defer println()
		yield(1)
		ch2 := ch
		ch, k, from, all = nil, "c", nil, nil
		yield(2)
		ch, all = ch2, []int{9}
	}
}

// NilFuncs defers functions that are nil, which panics at the end only.
//
//lower:run NilFuncs(0)
//lower:run NilFuncs(1)
//lower:run NilFuncs(2)
//coro:lower
func NilFuncs(which int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var f func(int)
		defer func() { rec.Log("recovered", recover()) }()
		switch which {
		case 0:
			defer f(rec.At(1))
		case 1:
			for range 2 {
				defer f(rec.At(2))
				f = func(n int) { rec.Log("f", n) }
			}
		}
		yield(1)
		f = func(int) { rec.Log("never") }
		rec.Log("end")
	}
}

// NilReceivers panics where the call is deferred, or if the method takes a nil
// receiver, never.
//
//lower:run NilReceivers(0)
//lower:run NilReceivers(1)
//lower:run NilReceivers(2)
//coro:lower
func NilReceivers(which int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var p *thing
		var c io.Closer
		defer func() { rec.Log("recovered", recover()) }()
		yield(1)
		switch which {
		case 0:
			defer p.value(rec.At(1))
		case 1:
			defer c.Close()
		case 2:
			defer (*locker)(nil).unlock()
		}
		rec.Log("deferred")
		yield(2)
	}
}

type locker struct{}

func (l *locker) unlock() { rec.Log("unlock", l == nil) }

// ArgumentPanics before anything is deferred.
//
//lower:run ArgumentPanics(0)
//lower:run ArgumentPanics(1)
//coro:lower
func ArgumentPanics(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var s []int
		defer rec.Log("first")
		yield(1)
		if n == 0 {
			defer rec.Log("second", s[n])
		}
		for range n {
			defer rec.Log("third", s[n])
		}
	}
}

// Changes has deferred closures that change what they capture, and that see
// what the body changed.
//
//lower:run Changes()
//coro:lower
func Changes() iter.Seq[int] {
	return func(yield func(int) bool) {
		total := 0
		defer func() { rec.Log("total", total) }()
		for i := range 3 {
			defer func() { total += i; rec.Log(i, total) }()
			total += 10
			yield(total)
			if i == 1 {
				j := i
				defer func() { j++; rec.Log("j", j) }()
				j = 7
			}
		}
	}
}

// Locks as one does.
//
//lower:run Locks(2)
//coro:lower
func Locks(n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		mu := new(sync.Mutex)
		mu.Lock()
		defer func() { rec.Log("unlocked", mu.TryLock()) }()
		defer mu.Unlock()
		r := strings.NewReader("text")
		defer r.Reset("")
		defer fmt.Fprint(io.Discard, n)
		for range n {
			yield(fmt.Sprint(mu.TryLock(), r.Len()))
		}
	}
}

// Deferred functions that do not return, after the last value.
//
//lower:run Exits(0)
//lower:run Exits(1)
//lower:run Exits(2)
//coro:lower
func Exits(which int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("last")
		if which == 0 {
			defer runtime.Goexit()
		}
		yield(1)
		if which == 1 {
			defer panic("deferred panic")
		}
		if which == 2 {
			defer func() {
				defer rec.Log("inner")
				var p *thing
				p.name = "x"
			}()
		}
		defer rec.Log("first")
		yield(2)
	}
}

// CallsNext is resumed from inside of its deferred functions.
//
//lower:run CallsNext()
//coro:lower
func CallsNext() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer func() { rec.Log("recovered", recover()) }()
		defer rec.Next()
		yield(1)
		defer func() {
			defer func() { rec.Log("inner", recover()) }()
			rec.Next()
		}()
		yield(2)
	}
}

// Generic defers values of a type parameter.
//
//lower:run Generic([]string{"a", "b"}, 1)
//lower:run Generic([]float64{1.5}, thing{"t"})
//coro:lower
func Generic[T any, U any](list []T, u U) iter.Seq[T] {
	return func(yield func(T) bool) {
		defer logged(u)
		defer logged[U](u)
		for _, x := range list {
			defer logged(x)
			defer func(x T, ok bool) { rec.Log(x, ok) }(x, yield(x))
		}
	}
}

func logged[T any](x T) { rec.Log("logged", x) }

// GenericOnce does so outside of a loop.
//
//lower:run GenericOnce("a", 1)
//coro:lower
func GenericOnce[T any, U any](t T, u U) iter.Seq2[T, U] {
	return func(yield func(T, U) bool) {
		defer logged(u)
		defer logged[T](t)
		yield(t, u)
		defer func(t T) { logged(t) }(t)
	}
}

// LocalTypes defers values of types, and methods, that only the body knows.
//
//lower:run LocalTypes()
//coro:lower
func LocalTypes() iter.Seq[int] {
	return func(yield func(int) bool) {
		type local struct {
			thing
			n int
		}
		const c = 3
		x := local{thing{"in local"}, c}
		defer func(l local) { rec.Log(l.n) }(x)
		defer x.value(c, x.n)
		defer local.value(x, c+1)
		x.n = 4
		yield(c)
		x.n = 5
	}
}

// Shadowed defers what has the names of builtins, and of what is generated.
//
//lower:run Shadowed()
//coro:lower
func Shadowed() iter.Seq[int] {
	return func(yield func(int) bool) {
		close, m, p, d := func(x int) { rec.Log("close", x) }, 1, 2, 3
		unwind, deferred := 4, 5
		defer close(m)
		for end := range 2 {
			defer rec.Log(m, p, d, unwind, deferred, end)
			yield(p)
		}
		state := thing{"state"}
		defer state.value(unwind)
	}
}

// NeverYields only defers.
//
//lower:run NeverYields()
//coro:lower
func NeverYields() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer rec.Log("deferred")
		rec.Log("body")
	}
}

// Last defers after its last value, so that a stop runs nothing.
//
//lower:run Last()
//coro:lower
func Last() iter.Seq[int] {
	return func(yield func(int) bool) {
		if !yield(1) {
			return
		}
		defer rec.Log("last")
	}
}

// Blocks defers in blocks, selects and type switches.
//
//lower:run Blocks(1)
//lower:run Blocks("s")
//coro:lower
func Blocks(x any) iter.Seq[int] {
	return func(yield func(int) bool) {
		{
			y := x
			defer rec.Log("block", y)
		}
		select {
		default:
			defer rec.Log("select")
			yield(1)
		}
		switch v := x.(type) {
		case int:
			defer rec.Log("int", v+1)
		case string:
			defer rec.Log("string", v+"!")
			yield(2)
		}
	labeled:
		defer rec.Log("labeled")
		if x == nil {
			goto labeled
		}
	}
}
