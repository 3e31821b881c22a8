// Package failing has tests that work on the loop's own order, and fail in
// another. corotest's tests run them, and look at what is said.
package failing

import (
	"errors"
	"runtime"
	"testing"

	"coroscope/coro"
	"coroscope/coro/corotest"
)

type body = coro.Body[struct{}, coro.Await, int]

// turns is a wait for n turns.
func turns(y *coro.Async, n int, label string) error {
	for range n {
		if err := coro.Wait(y, coro.NextTurn().As(label)); err != nil {
			return err
		}
	}
	return nil
}

// sale has two customers check what is there, and then act, with an await in
// between.
func sale(t testing.TB, l *coro.Loop) {
	stock := 1
	sell := func(looks int) body {
		return func(y *coro.Async) (int, error) {
			if err := turns(y, looks, "look"); err != nil || stock == 0 {
				return 0, err
			}
			err := turns(y, 1, "pay")
			stock--
			return 1, err
		}
	}
	coro.Spawn(l, coro.Pull(sell(0)), coro.Named("ann"))
	coro.Spawn(l, coro.Pull(sell(1)), coro.Named("bob"))
	l.RunAll()
	if stock < 0 {
		t.Errorf("sold %d that were not there", -stock)
	}
}

// letter has a reader that looks for a letter, and then says where it can be
// called, with an await in between: who writes in that time calls nobody.
func letter(_ testing.TB, l *coro.Loop) {
	var written bool
	var call *coro.Future[int]
	coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
		if written {
			return 0, nil
		}
		if err := turns(y, 1, "find a chair"); err != nil {
			return 0, err
		}
		call = coro.NewFuture[int](l, "letter")
		return call.Await(y)
	}), coro.Named("reader"))
	coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
		err := turns(y, 1, "write")
		if written = true; call != nil {
			call.SetResult(1)
		}
		return 0, err
	}), coro.Named("writer"))
}

// spin has a task wait by yielding for what never comes if it is first.
func spin(_ testing.TB, l *coro.Loop) {
	first := ""
	for _, name := range []string{"setter", "spinner"} {
		coro.Spawn(l, coro.Goroutine(func(y *coro.Async) (int, error) {
			if first == "" {
				first = name
			}
			for name == "spinner" && first == name {
				if err := turns(y, 1, "spin"); err != nil {
					return 0, err
				}
			}
			return 0, nil
		}), coro.Named(name))
	}
}

func TestSaleInLoopsOrder(t *testing.T) {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	sale(t, l)
}

func TestLetterInLoopsOrder(t *testing.T) {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	letter(t, l)
	if err := l.RunAll(); err != nil {
		t.Error(err)
	}
}

func TestSale(t *testing.T)        { corotest.Orders(t, sale) }
func TestLetter(t *testing.T)      { corotest.Orders(t, letter) }
func TestSaleSeeds(t *testing.T)   { corotest.Seeds(t, 100, sale) }
func TestLetterSeeds(t *testing.T) { corotest.Seeds(t, 100, letter) }
func TestSpin(t *testing.T)        { corotest.Orders(t, spin, corotest.MaxSteps(50)) }

var errSpilled = errors.New("spilled")

// secondFirst reports, in the test's last task, whether the second was first.
func secondFirst(l *coro.Loop, then func() error) {
	last := 0
	for i := range 2 {
		coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			if last++; last == 2 && i == 0 {
				return 0, then()
			}
			return 0, nil
		}), coro.Named([]string{"one", "two"}[i]))
	}
}

func TestFatal(t *testing.T) {
	corotest.Orders(t, func(t testing.TB, l *coro.Loop) {
		t.Cleanup(func() { t.Log("first cleanup") })
		t.Cleanup(func() { t.Log("second cleanup") })
		secondFirst(l, func() error { t.Fatalf("fatal in %s", "a body"); return nil })
	})
}

func TestPanic(t *testing.T) {
	corotest.Orders(t, func(t testing.TB, l *coro.Loop) {
		two := false
		secondFirst(l, func() error { two = true; return nil })
		l.RunAll()
		if two {
			panic("off the loop")
		}
	})
}

func TestPanicInATask(t *testing.T) {
	corotest.Orders(t, func(t testing.TB, l *coro.Loop) { secondFirst(l, func() error { panic("in a task") }) })
}

func TestUnretrieved(t *testing.T) {
	corotest.Orders(t, func(t testing.TB, l *coro.Loop) { secondFirst(l, func() error { return errSpilled }) })
}

// What an earlier run leaves behind makes the next one another.
func TestUndetermined(t *testing.T) {
	runs := 0
	corotest.Orders(t, func(t testing.TB, l *coro.Loop) {
		runs++
		for range runs + 1 {
			coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) { return 0, nil }))
		}
	})
}

func TestFailsOnce(t *testing.T) {
	runs := 0
	corotest.Seeds(t, 5, func(t testing.TB, l *coro.Loop) {
		if runs++; runs == 3 {
			t.Error("the third time")
		}
	})
}

func TestSkip(t *testing.T) {
	corotest.Orders(t, func(t testing.TB, l *coro.Loop) { t.Skipf("not on %s", runtime.Compiler) })
}
