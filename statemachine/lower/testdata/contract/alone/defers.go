package alone

import (
	"errors"
	"fmt"

	. "corpus/drive"

	"coroscope/coro"
)

//lower:run Deferred(y, 3)
//coro:lower
func Deferred(y *coro.Yielder[int, int], n int) (int, error) {
	defer Log("first", At(n))
	sum := 0
	defer func() { Log("sum", sum) }()
	for range n {
		in, err := y.Yield(sum)
		if err != nil {
			return sum, err
		}
		sum += in
	}
	defer Log("late")
	return y.Yield(100)
}

//lower:run DeferredResult(y)
//coro:lower
func DeferredResult(y *coro.Yielder[int, int]) (n int, err error) {
	defer func() {
		n *= 2
		if errors.Is(err, ErrA) {
			err = fmt.Errorf("wrapped: %w", err)
		}
	}()
	n, err = y.Yield(1)
	if err != nil {
		return
	}
	more, err := y.Yield(2)
	if err != nil {
		return n, err
	}
	return n + more, nil
}

//lower:run DeferredInLoop(y)
//coro:lower
func DeferredInLoop(y *coro.Yielder[int, string]) (string, error) {
	all := ""
	for i := range 4 {
		in, err := y.Yield(all)
		if err != nil {
			return all, err
		}
		defer func() { all += fmt.Sprint(i, in, ";"); Log("undone", all) }()
	}
	return all, nil
}

//lower:run Recovers(y)
//coro:lower
func Recovers(y *coro.Yielder[int, int]) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			n, err = -1, fmt.Errorf("recovered %v", v)
		}
	}()
	list := []int{1, 2}
	for {
		in, err := y.Yield(list[n])
		if errors.Is(err, ErrB) {
			panic("b")
		} else if err != nil {
			return n, err
		}
		n = in
	}
}

//lower:run PanicsInDefer(y)
//coro:lower
func PanicsInDefer(y *coro.Yielder[int, int]) (int, error) {
	defer Log("outer")
	defer func() {
		v := recover()
		Log("inner", v)
		panic(fmt.Sprint("again ", v))
	}()
	n, err := y.Yield(1)
	if errors.Is(err, ErrA) {
		panic(err)
	}
	return n, err
}

// What ignores its close is unwound: its deferred calls are made, and it ends.
//
//lower:run IgnoresClose(y)
//coro:lower
func IgnoresClose(y *coro.Yielder[int, int]) (n int, err error) {
	defer func() { Log("deferred", n, err) }()
	for i := range 30 {
		in, thrown := y.Yield(i)
		Log(in, thrown)
		n += in
	}
	return n, nil
}

//lower:run IgnoresCloseAndPanics(y)
//coro:lower
func IgnoresCloseAndPanics(y *coro.Yielder[int, int]) (n int, err error) {
	defer Log("done")
	defer func() {
		if n > 3 {
			panic("in defer")
		}
	}()
	for i := range 30 {
		in, _ := y.Yield(i)
		n += in
	}
	return n, nil
}

// What is called when the body is left is evaluated when it is deferred.
//
//lower:run (&account{7}).Closes(y, "x")
//coro:lower
func (a *account) Closes(y *coro.Yielder[int, int], name string) (int, error) {
	defer a.close(At(name))
	name = "other"
	if in, err := y.YieldAs(name, a.balance); err != nil {
		return in, err
	}
	a = &account{100}
	defer a.close(name)
	return y.Yield(a.balance)
}

func (a *account) close(name string) { Log("closes", a.balance, name) }

//lower:run Nested2(y)
//coro:lower
func Nested2(y *coro.Yielder[int, int]) (int, error) {
	inner := coro.New(coro.Pull(Last([]int{5, 6, 7})), coro.Named("inner"))
	defer inner.Close()
	for n := range inner.All() {
		Log(n)
		if n == 6 {
			break
		}
	}
	sum := 0
	for i := 0; i < 2; i++ {
		in, err := y.Yield(i)
		if err != nil {
			return sum, err
		}
		sum += in
	}
	return sum, nil
}

// What is to be handed out panics, and the deferred calls are made.
//
//lower:run PanicsBeforeSuspending(y)
//coro:lower
func PanicsBeforeSuspending(y *coro.Yielder[int, int]) (int, error) {
	defer Log("deferred")
	list := []int{1, 2}
	for {
		n, err := y.YieldAs(fmt.Sprint("list ", len(list)), list[At(len(list)-1)])
		if err != nil {
			return n, err
		}
		list = list[1:]
	}
}

// A deferred function suspends, and changes what is returned.
//
//lower:run SaysGoodbye(y, 2)
//coro:lower
func SaysGoodbye(y *coro.Yielder[int, string], n int) (sum int, err error) {
	defer Log("last")
	defer func() {
		in, thrown := y.YieldAs("goodbye", fmt.Sprint(sum, err))
		Log("goodbye", in, thrown)
		if sum += in; thrown != nil {
			err = errors.Join(err, thrown)
		}
	}()
	defer Log("first", At(n))
	for i := range n {
		in, err := y.Yield(fmt.Sprint(i))
		if err != nil {
			return sum, err
		}
		if in == 3 {
			panic("three")
		}
		sum += in
	}
	return
}

// Functions that are given the yielder defer, and so does a body around them.
//
//lower:run Attempts(y, 3)
//coro:lower
func Attempts(y *coro.Yielder[int, string], tries int) (int, error) {
	defer Log("attempts end")
	for try := 0; ; try++ {
		n, err := attempt(y, try)
		if err == nil || !errors.Is(err, ErrA) || try >= tries {
			return n, err
		}
		if _, err := y.YieldAs("backoff", fmt.Sprint("wait ", try)); err != nil {
			return -1, err
		}
	}
}

func attempt(y *coro.Yielder[int, string], try int) (n int, err error) {
	if _, err := y.YieldAs("connect", fmt.Sprint("try ", try)); err != nil {
		return 0, err
	}
	defer Log("released")
	defer func() {
		if err != nil {
			if _, thrown := y.YieldAs("goodbye", "bye"); thrown != nil {
				err = fmt.Errorf("goodbye: %w", thrown)
			}
		}
	}()
	for i := 0; i < 3; i++ {
		in, err := y.YieldAs("read", fmt.Sprint("read ", i))
		if err != nil {
			return n, err
		}
		if in%5 == 4 {
			panic(fmt.Sprint("unlucky ", in))
		}
		n += in
	}
	return n, nil
}

// A deferred call recovers in the frame, and the body goes on.
//
//lower:run RecoversBelow(y)
//coro:lower
func RecoversBelow(y *coro.Yielder[int, int]) (int, error) {
	total := 0
	for i := range 3 {
		n, err := careful(y, i)
		Log("careful", n, err)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}

func careful(y *coro.Yielder[int, int], i int) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			in, thrown := y.YieldAs("recovered", 1000)
			n, err = in*100, thrown
		}
	}()
	in, thrown := y.Yield(i)
	if errors.Is(thrown, ErrB) || in > 1 {
		panic("careless")
	}
	return in, thrown
}
