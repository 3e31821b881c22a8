// Program fallback drives functions that cannot be lowered as coroutines.
package main

import (
	"errors"
	"fmt"
	"iter"
	"os"

	"coroscope/coro"
	"coroscope/statemachine"
)

// Nobody knows what each calls its yield for.
var each = func(n int, yield func(int) bool) {
	for i := range n {
		if !yield(i) {
			fmt.Println("stopped at", i)
			return
		}
	}
}

//coro:lower
func Count(n int) iter.Seq[int] {
	return func(yield func(int) bool) { each(n, yield) }
}

type yielding func(string, int) bool

//coro:lower
func Pairs(pull string, _ int, rest ...int) func(yielding) {
	return func(yield yielding) {
		each(len(rest), func(i int) bool { return yield(pull, rest[i]) })
	}
}

//coro:lower
func Ticks(yield func() bool) {
	each(2, func(int) bool { return yield() })
}

type list[E any] struct{ all []E }

//coro:lower
func (*list[E]) None(yield func(E) bool) { var none E; each(2, func(int) bool { return yield(none) }) }

//coro:lower
func (l *list[E]) Sum(y *coro.Yielder[E, int], add func(int, E) int) (sum int, err error) {
	each(len(l.all), func(i int) bool {
		var in E
		in, err = y.Yield(sum)
		sum = add(add(sum, l.all[i]), in)
		return err == nil
	})
	return sum, err
}

//coro:lower
func Naps(n int) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (naps int, err error) {
		each(n, func(int) bool {
			naps++
			err = coro.Wait(y, coro.NextTurn())
			return err == nil
		})
		return naps, err
	}
}

func main() {
	m := PullCount(3)
	show(m.Describe(), m.Coroutine())
	next, stop := m.Pull()
	fmt.Println(next())
	stop()
	fmt.Println(next())
	p := PullPairs("p", 0, 7, 8)
	show(p.Describe(), p.Coroutine())
	t := PullTicks()
	show(t.Describe(), t.Coroutine())
	fmt.Println(t.Next())
	t.Stop()
	fmt.Println(t.Next())
	none := new(list[bool]).PullNone()
	show(none.Describe(), none.Coroutine())

	sum := (&list[int]{[]int{1, 2}}).LoweredSum(func(a, b int) int { return a + b })
	c := coro.New(sum)
	fmt.Println(c.Info().Func, c.Info().Shape)
	valid(sum.Describe())
	fmt.Println(c.Next())
	fmt.Println(c.Resume(10))
	fmt.Println(c.Throw(errors.New("enough")))
	fmt.Println(c.Result())
	func() {
		defer func() { fmt.Println(recover()) }()
		coro.New(sum)
	}()

	fmt.Println(coro.Run(LoweredNaps(3), coro.WithTaskOptions(func(fn string) []coro.Option {
		fmt.Println("task of", fn)
		return nil
	})))
}

// show validates the description of a machine and drives it to its end, and
// another one only to its first value.
func show[V any](d *statemachine.Description, r coro.Resumable[struct{}, V, struct{}]) {
	valid(d)
	c := coro.New(r)
	fmt.Println(c.Info().Func, c.Info().Shape)
	for v := range c.All() {
		fmt.Println(v)
	}
}

func valid(d *statemachine.Description) {
	if err := d.Validate(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
