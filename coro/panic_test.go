package coro_test

// This file tests bodies that end by a panic or by runtime.Goexit.

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// wantPanic fails the test unless p is a panic with the value, and its stack
// shows the function.
func wantPanic(t *testing.T, p *coro.PanicError, value any, function string) {
	t.Helper()
	if p == nil {
		t.Fatalf("no PanicError, want one with %v", value)
	}
	if diff := cmp.Diff(value, p.Value); diff != "" {
		t.Errorf("value of the panic (-want +got):\n%s", diff)
	}
	if !bytes.Contains(p.Stack, []byte(function)) {
		t.Errorf("its stack does not show %s:\n%s", function, p.Stack)
	}
	if !strings.Contains(p.Error(), function) {
		t.Errorf("its text does not hold the stack: %s", p.Error())
	}
}

// breaking yields once and panics when it is resumed.
func breaking(y *genYielder) (any, error) {
	_, err := y.Yield(1)
	breakNow(err)
	return nil, nil
}

func breakNow(err error) {
	if err != nil {
		panic(err)
	}
	panic("broken")
}

type breakingMachine struct {
	ending
	state int
}

func newBreakingMachine() coro.Resumable[any, any, any] { return &breakingMachine{} }

func (m *breakingMachine) Resume(_ any, thrown error) (any, bool) {
	if m.state == 0 {
		m.state = 1
		return 1, true
	}
	breakNow(thrown)
	return nil, false
}

func eachBreaking(t *testing.T, test func(t *testing.T, c *gen)) {
	eachGen(t, breaking, newBreakingMachine, func(t *testing.T, c *gen) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		test(t, c)
	})
}

func TestPanicReachesTheResumer(t *testing.T) {
	eachBreaking(t, func(t *testing.T, c *gen) {
		c.Next()
		p, _ := panicOf(func() { c.Next() }).(*coro.PanicError)
		wantPanic(t, p, "broken", "breakNow")
		wantStatus(t, c, coro.Done)
		wantEnd(t, coro.ErrDone)(c.Next())
		wantResult(t, nil, nil)(c.Close())
		_, err := c.Result()
		if err != error(p) {
			t.Errorf("Result gives %v, want the panic", err)
		}
	})
}

func TestPanicInThrow(t *testing.T) {
	eachBreaking(t, func(t *testing.T, c *gen) {
		c.Next()
		p, _ := panicOf(func() { c.Throw(io.ErrUnexpectedEOF) }).(*coro.PanicError)
		if !errors.Is(p, io.ErrUnexpectedEOF) {
			t.Errorf("%v does not unwrap to the error panicked with", p)
		}
	})
}

func TestPanicInClose(t *testing.T) {
	eachBreaking(t, func(t *testing.T, c *gen) {
		c.Next()
		p, _ := panicOf(func() { c.Close() }).(*coro.PanicError)
		if !errors.Is(p, coro.ErrClosed) {
			t.Errorf("panicked with %v, want ErrClosed", p)
		}
		wantStatus(t, c, coro.Done)
	})
}

func TestPanicBeforeTheFirstYield(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		c := coro.New(shape(innermostPanics))
		p, _ := panicOf(func() { c.Next() }).(*coro.PanicError)
		wantPanic(t, p, "deep inside", "innermostPanics")
	})
}

func TestPanicOfTheRuntime(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		c := coro.New(shape(func(y *genYielder) (any, error) {
			var none []int
			return none[*new(int)], nil
		}))
		p, _ := panicOf(func() { c.Next() }).(*coro.PanicError)
		var re runtime.Error
		if !errors.As(p, &re) {
			t.Errorf("%v does not unwrap to a runtime.Error", p)
		}
	})
}

func TestPanicNil(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		c := coro.New(shape(func(y *genYielder) (any, error) { panic(nil) }))
		p, _ := panicOf(func() { c.Next() }).(*coro.PanicError)
		var ne *runtime.PanicNilError
		if !errors.As(p, &ne) {
			t.Errorf("got %v, want a PanicNilError", p)
		}
	})
}

// What a body recovers from is its own affair.
func TestPanicRecoveredInTheBody(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		c := coro.New(shape(func(y *genYielder) (any, error) {
			v := panicOf(func() { panic("mine") })
			_, err := y.Yield(v)
			return nil, err
		}))
		wantYield(t, "mine")(c.Next())
		c.Close()
	})
}

// Deferred work may suspend while a panic is on its way: the panic waits.
func TestYieldWhilePanicking(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		coro.CheckLeaks(t)
		c := coro.New(shape(func(y *genYielder) (any, error) {
			defer y.Yield("cleaning up")
			panic("broken")
		}))
		wantYield(t, "cleaning up")(c.Next())
		p, _ := panicOf(func() { c.Next() }).(*coro.PanicError)
		wantPanic(t, p, "broken", "TestYieldWhilePanicking")
	})
}

// The panic of a deferred function of a body that is unwound is not lost.
func TestPanicWhileUnwound(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		c := coro.New(shape(func(y *genYielder) (any, error) {
			defer func() { panic("broken defer") }()
			y.Yield(1)
			y.Yield("ignores the close")
			return nil, nil
		}))
		c.Next()
		p, _ := panicOf(func() { c.Close() }).(*coro.PanicError)
		wantPanic(t, p, "broken defer", "TestPanicWhileUnwound")
		wantStatus(t, c, coro.Done)
	})
}

// exiting yields once and calls Goexit when it is resumed.
func exiting(ran *[]string) genBody {
	return func(y *genYielder) (any, error) {
		defer func() { *ran = append(*ran, "body's defer") }()
		y.Yield(1)
		runtime.Goexit()
		return nil, nil
	}
}

type exitingMachine struct {
	ending
	ran   *[]string
	state int
}

func (m *exitingMachine) Resume(any, error) (any, bool) {
	if m.state == 0 {
		m.state = 1
		return 1, true
	}
	defer func() { *m.ran = append(*m.ran, "body's defer") }()
	runtime.Goexit()
	return nil, false
}

func TestGoexitEndsTheResumersGoroutine(t *testing.T) {
	ends := map[string]func(c *gen){
		"Next":   func(c *gen) { c.Next() },
		"Resume": func(c *gen) { c.Resume(1) },
		"Throw":  func(c *gen) { c.Throw(errOops) },
		"Close":  func(c *gen) { c.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			var ran []string
			byHand := func() coro.Resumable[any, any, any] { return &exitingMachine{ran: &ran} }
			eachGen(t, exiting(&ran), byHand, func(t *testing.T, c *gen) {
				coro.CheckLeaks(t)
				countGoroutines(t)
				ran = nil
				c.Next()
				ended := goexits(t, func() {
					defer func() { ran = append(ran, "resumer's defer") }()
					end(c)
				})
				if !ended {
					t.Error("the resumer's goroutine went on")
				}
				if diff := cmp.Diff([]string{"body's defer", "resumer's defer"}, ran); diff != "" {
					t.Errorf("deferred work (-want +got):\n%s", diff)
				}
				wantStatus(t, c, coro.Done)
				wantResult(t, nil, coro.ErrGoexit)(c.Result())
				wantEnd(t, coro.ErrDone)(c.Next())
				wantResult(t, nil, nil)(c.Close())
			})
		})
	}
}

func TestGoexitBeforeTheFirstYield(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		c := coro.New(shape(func(y *genYielder) (any, error) {
			runtime.Goexit()
			return nil, nil
		}))
		if !goexits(t, func() { c.Next() }) {
			t.Error("the resumer's goroutine went on")
		}
		wantResult(t, nil, coro.ErrGoexit)(c.Result())
	})
}

// Goexit in a deferred function of a body that is unwound.
func TestGoexitWhileUnwound(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		c := coro.New(shape(func(y *genYielder) (any, error) {
			defer runtime.Goexit()
			y.Yield(1)
			y.Yield("ignores the close")
			return nil, nil
		}))
		c.Next()
		if !goexits(t, func() { c.Close() }) {
			t.Error("the resumer's goroutine went on")
		}
		wantStatus(t, c, coro.Done)
	})
}

// ErrGoexit as a value is an error like others: nobody called Goexit.
func TestGoexitErrorReturned(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		c := coro.New(shape(func(y *genYielder) (any, error) { return nil, coro.ErrGoexit }))
		if goexits(t, func() { wantEnd(t, coro.ErrGoexit)(c.Next()) }) {
			t.Error("the resumer's goroutine has ended, though no body called Goexit")
		}
	})
}

// A test that fails with FailNow in a body has failed as a test should:
// FailNow is a Goexit.
func TestFailNowInABody(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		countGoroutines(t)
		inner := &fakeTest{}
		c := coro.New(shape(func(y *genYielder) (any, error) {
			inner.FailNow()
			return nil, nil
		}))
		if !goexits(t, func() { c.Next() }) || !inner.failed {
			t.Error("FailNow in a body did not end the test's goroutine")
		}
	})
}

// fakeTest fails as testing.T does.
type fakeTest struct{ failed bool }

func (f *fakeTest) FailNow() {
	f.failed = true
	runtime.Goexit()
}
