// Program described holds machines that were lowered to their descriptions.
package main

import (
	"errors"
	"fmt"
	"iter"
	"os"

	"coroscope/coro"
	"coroscope/statemachine"
)

//coro:lower
func Count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				fmt.Println("stopped at", i)
				return
			}
		}
	}
}

//coro:lower
func Pairs(n int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i := range n {
			if !yield(i, "first") || !yield(i, "second") {
				return
			}
		}
	}
}

//coro:lower
func Ticks(n int) func(yield func() bool) {
	return func(yield func() bool) {
		for range n {
			yield()
		}
	}
}

type tree struct {
	left, right *tree
	value       int
}

//coro:lower
func (t *tree) All() iter.Seq[int] {
	return func(yield func(int) bool) { t.push(yield) }
}

func (t *tree) push(yield func(int) bool) bool {
	return t == nil || t.left.push(yield) && yield(t.value) && twice(t.value, yield) && t.right.push(yield)
}

func twice(n int, yield func(int) bool) bool { return yield(2*n) && yield(3*n) }

//coro:lower
func Guest(y *coro.Yielder[int, string], name string) (int, error) {
	defer fmt.Println("left")
	n, err := y.YieldAs("order", name)
	for i := 0; err == nil && i < n; i++ {
		_, err = y.YieldAs("round", fmt.Sprint(i))
	}
	return n, err
}

var failed bool

func report(err error) {
	fmt.Println("wrong:", err)
	failed = true
}

// play takes n values, then throws or goes on to the end.
func play[In, Out, Ret any](d *statemachine.Description, r coro.Resumable[In, Out, Ret], n int, thrown error) {
	if err := d.Validate(); err != nil {
		report(err)
	}
	checked := statemachine.Check(d, r, report)
	c := coro.New(checked, coro.Named(d.Name))
	for i := 0; ; i++ {
		var out Out
		var ok bool
		var err error
		if i == n && thrown != nil {
			out, ok, err = c.Throw(thrown)
		} else {
			out, ok, err = c.Next()
		}
		fmt.Println(d.Name, out, ok, err)
		if !ok {
			break
		}
		at, _ := c.Suspension()
		if p := d.Point(at.State); p.Name == "" || p.Place != at.Place || p.Label != at.Label {
			report(fmt.Errorf("%s is suspended at %v, and described as %v", d.Name, at, p))
		}
		var names []string
		for _, s := range checked.Frame() {
			names = append(names, s.Name)
		}
		var described []string
		for _, s := range d.Slots {
			described = append(described, s.Name)
		}
		if fmt.Sprint(names) != fmt.Sprint(described) {
			report(fmt.Errorf("%s shows the slots %v, and is described with %v", d.Name, names, described))
		}
	}
	if p := checked.Point(); p.Name != "done" {
		report(fmt.Errorf("%s ended in state %s", d.Name, p.Name))
	}
	if n == 1 {
		d.WriteText(os.Stdout)
	}
}

func main() {
	some := &tree{&tree{nil, nil, 1}, &tree{nil, &tree{nil, nil, 4}, 3}, 2}
	for n := range 8 {
		for _, thrown := range []error{nil, errors.New("thrown"), coro.ErrClosed} {
			count, pairs, ticks, all := PullCount(3), PullPairs(2), PullTicks(2), some.PullAll()
			play(count.Describe(), count.Coroutine(), n+1, thrown)
			play(pairs.Describe(), pairs.Coroutine(), n+1, thrown)
			play(ticks.Describe(), ticks.Coroutine(), n+1, thrown)
			play(all.Describe(), all.Coroutine(), n+1, thrown)
			guest := LoweredGuest("Ann")
			play(guest.Describe(), coro.Resumable[int, string, int](guest), n+1, thrown)
		}
	}
	if failed {
		os.Exit(1)
	}
}
