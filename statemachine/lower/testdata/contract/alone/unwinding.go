package alone

import (
	"errors"
	"fmt"
	"runtime"

	. "corpus/drive"

	"coroscope/coro"
)

// DeferringHelper has deferred calls in a function that is given the yielder,
// which change its results.
//
//lower:run DeferringHelper(y)
//coro:lower
func DeferringHelper(y *coro.Yielder[int, string]) (string, error) {
	all := ""
	for i := range 3 {
		n, err := deferring(y, i)
		all += fmt.Sprint(n, " ", err, ";")
		if errors.Is(err, coro.ErrClosed) {
			return all, err
		}
	}
	return all, nil
}

func deferring(y *coro.Yielder[int, string], i int) (n int, err error) {
	defer func() {
		if p := recover(); p == 1 || p == 2 {
			n, err = n+1, fmt.Errorf("recovered %v", p)
		} else if p != nil {
			panic(p)
		}
	}()
	defer Log("deferred", i)
	n, err = y.Yield(fmt.Sprint("helper ", i))
	if i == 1 {
		panic(n)
	}
	return n * 10, err
}

// Cleaning suspends in a deferred literal, as one does to clean up.
//
//lower:run Cleaning(y)
//coro:lower
func Cleaning(y *coro.Yielder[int, string]) (sum int, err error) {
	defer Log("outermost")
	defer func() {
		Log("before cleaning", sum, err)
		if err != nil {
			if _, thrown := y.YieldAs("cleaning", "cleaning"); thrown != nil {
				err = errors.Join(err, thrown)
			}
		}
		sum++
	}()
	sum, err = fetching(y, 2)
	if err == nil {
		var more int
		more, err = y.Yield("more")
		sum += more
	}
	return sum, err
}

func fetching(y *coro.Yielder[int, string], n int) (sum int, err error) {
	defer Log("fetched", n)
	defer func() {
		if err != nil {
			if _, thrown := y.YieldAs("undoing", fmt.Sprint("undo ", n)); thrown != nil {
				err = thrown
			}
		}
	}()
	for range n {
		in, err := y.Yield("in")
		if err != nil {
			return sum, err
		}
		if sum += in; sum > 100 {
			panic("too much")
		}
	}
	if n > 0 {
		more, err := fetching(y, n-1)
		return sum + more, err
	}
	return sum, nil
}

// DeferredHelpers are given the yielder, in a list.
//
//lower:run DeferredHelpers(y)
//coro:lower
func DeferredHelpers(y *coro.Yielder[int, int]) (int, error) {
	all := 0
	for i := range 3 {
		defer undoing(y, i, &all)
		in, err := y.Yield(i)
		all += in
		if err != nil {
			return all, err
		}
	}
	panic(all)
}

func undoing(y *coro.Yielder[int, int], i int, all *int) {
	if i == 1 {
		Log("recovered", recover())
	}
	in, err := y.Yield(-i)
	*all += in
	Log("undone", i, in, err)
}

// Exiting is Goexit in a helper with deferred calls.
//
//lower:run Exiting(y)
//coro:lower
func Exiting(y *coro.Yielder[int, int]) (int, error) {
	defer Log("root")
	n, err := exiting(y)
	return n + 1, err
}

func exiting(y *coro.Yielder[int, int]) (int, error) {
	defer Log("helper")
	in, err := y.Yield(1)
	if in > 1 {
		runtime.Goexit()
	}
	return in, err
}

// OnlyHelpers defer; the body itself does not.
//
//lower:run OnlyHelpers(y)
//coro:lower
func OnlyHelpers(y *coro.Yielder[int, int]) (int, error) {
	n, err := exiting(y)
	Log("between", n, err)
	m, err := y.Yield(n)
	if err != nil {
		return m, err
	}
	return exiting(y)
}
