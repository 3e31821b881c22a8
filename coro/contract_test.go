package coro_test

// This file tests what a resumer may expect of a coroutine: values in both
// directions, errors thrown in, closing, and the answers to misuse.

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

var errOops = errors.New("oops")

// echo yields "ready", then whatever it is sent. Sent "end" it returns "bye",
// sent "fail" it fails; an error thrown in it yields as text, unless it is
// errOops, which ends it. It is closed without ado.
func echo(y *genYielder) (any, error) {
	out := any("ready")
	for {
		in, err := y.Yield(out)
		switch {
		case errors.Is(err, coro.ErrClosed), errors.Is(err, errOops):
			return nil, err
		case err != nil:
			out = "caught " + err.Error()
		case in == "end":
			return "bye", nil
		case in == "fail":
			return nil, errors.New("failed")
		default:
			out = in
		}
	}
}

// echoMachine is echo, by hand.
type echoMachine struct {
	ending
	started bool
}

func newEchoMachine() coro.Resumable[any, any, any] { return &echoMachine{} }

func (m *echoMachine) Resume(in any, thrown error) (any, bool) {
	switch {
	case !m.started:
		m.started = true
		return "ready", true
	case errors.Is(thrown, coro.ErrClosed), errors.Is(thrown, errOops):
		m.err = thrown
		return nil, false
	case thrown != nil:
		return "caught " + thrown.Error(), true
	case in == "end":
		m.ret = "bye"
		return nil, false
	case in == "fail":
		m.err = errors.New("failed")
		return nil, false
	}
	return in, true
}

func eachEcho(t *testing.T, test func(t *testing.T, c *gen)) {
	eachGen(t, echo, newEchoMachine, func(t *testing.T, c *gen) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		test(t, c)
		c.Close()
	})
}

// wantYield fails the test unless a resumption came to the value want.
func wantYield(t *testing.T, want any) func(out any, ok bool, err error) {
	return func(out any, ok bool, err error) {
		t.Helper()
		if diff := cmp.Diff(want, out); diff != "" || !ok || err != nil {
			t.Fatalf("got (%v, %v, %v), want it to yield %v", out, ok, err, want)
		}
	}
}

// wantEnd fails the test unless a resumption came to the coroutine's end, or
// to the answer to misuse, with the error want, which may be nil.
func wantEnd(t *testing.T, want error) func(out any, ok bool, err error) {
	return func(out any, ok bool, err error) {
		t.Helper()
		if out != nil || ok || !errors.Is(err, want) || (want == nil && err != nil) {
			t.Fatalf("got (%v, %v, %v), want the end with error %v", out, ok, err, want)
		}
	}
}

// wantResult fails the test unless c.Result or c.Close gave that.
func wantResult(t *testing.T, want any, wantErr error) func(ret any, err error) {
	return func(ret any, err error) {
		t.Helper()
		if diff := cmp.Diff(want, ret); diff != "" || !errors.Is(err, wantErr) || (wantErr == nil && err != nil) {
			t.Fatalf("got (%v, %v), want (%v, %v)", ret, err, want, wantErr)
		}
	}
}

func wantStatus(t *testing.T, c coro.Inspectable, want coro.Status) {
	t.Helper()
	if got := c.Status(); got != want {
		t.Fatalf("status is %s, want %s", got, want)
	}
}

func TestStatusThroughLife(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		wantStatus(t, c, coro.Created)
		wantYield(t, "ready")(c.Next())
		wantStatus(t, c, coro.Suspended)
		wantEnd(t, nil)(c.Resume("end"))
		wantStatus(t, c, coro.Done)
	})
}

func TestNextSendsTheZeroValue(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		wantYield(t, "ready")(c.Next())
		wantYield(t, nil)(c.Next())
	})
}

func TestResumeSendsAValue(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		c.Next()
		wantYield(t, 1)(c.Resume(1))
		wantYield(t, "two")(c.Resume("two"))
	})
}

func TestResumeBeforeStartLeavesItAsItWas(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		wantEnd(t, coro.ErrNotStarted)(c.Resume(1))
		wantStatus(t, c, coro.Created)
		wantYield(t, "ready")(c.Next())
	})
}

func TestEndWithValue(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		c.Next()
		wantEnd(t, nil)(c.Resume("end"))
		wantResult(t, "bye", nil)(c.Result())
	})
}

func TestEndWithError(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		c.Next()
		_, ok, err := c.Resume("fail")
		if ok || err == nil || err.Error() != "failed" {
			t.Fatalf("got %v, %v, want the body's own error, as it is", ok, err)
		}
		_, again := c.Result()
		if again != err {
			t.Errorf("Result gives error %v, want the same", again)
		}
	})
}

func TestAfterTheEnd(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		c.Next()
		c.Resume("end")
		wantEnd(t, coro.ErrDone)(c.Next())
		wantEnd(t, coro.ErrDone)(c.Resume(1))
		wantEnd(t, errOops)(c.Throw(errOops))
		wantResult(t, nil, nil)(c.Close())
		wantResult(t, "bye", nil)(c.Result()) // none of them changed how it ended
	})
}

func TestResultBeforeTheEnd(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		wantResult(t, nil, coro.ErrNotDone)(c.Result())
		c.Next()
		wantResult(t, nil, coro.ErrNotDone)(c.Result())
	})
}

func TestThrowIsCaughtAtTheYield(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		c.Next()
		wantYield(t, "caught ValueError:v")(c.Throw(valueError))
		wantYield(t, "next")(c.Resume("next")) // nothing of the error is left
	})
}

func TestThrowIsNotCaught(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		c.Next()
		wantEnd(t, errOops)(c.Throw(errOops))
		wantStatus(t, c, coro.Done)
		wantResult(t, nil, errOops)(c.Result())
		wantEnd(t, coro.ErrDone)(c.Next())
	})
}

func TestThrowBeforeStart(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		wantEnd(t, valueError)(c.Throw(valueError))
		wantStatus(t, c, coro.Done)
		wantResult(t, nil, valueError)(c.Result())
		wantEnd(t, coro.ErrDone)(c.Next())
	})
}

func TestThrowNil(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		wantEnd(t, coro.ErrNilThrow)(c.Throw(nil))
		c.Next()
		wantEnd(t, coro.ErrNilThrow)(c.Throw(nil))
		wantYield(t, "still there")(c.Resume("still there"))
	})
}

// Throwing ErrClosed is a throw, not a Close: the error comes out again.
func TestThrowErrClosed(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		c.Next()
		wantEnd(t, coro.ErrClosed)(c.Throw(fmt.Errorf("by hand: %w", coro.ErrClosed)))
		wantStatus(t, c, coro.Done)
	})
}

func TestClose(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		c.Next()
		wantResult(t, nil, nil)(c.Close())
		wantStatus(t, c, coro.Done)
		wantResult(t, nil, coro.ErrClosed)(c.Result())
		wantResult(t, nil, nil)(c.Close())
		wantEnd(t, coro.ErrDone)(c.Next())
	})
}

// One that never starts has no stack, and so needs no Close.
func TestNotStartedCostsNoGoroutine(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		before := runtime.NumGoroutine()
		c := coro.New(shape(echo))
		if after := runtime.NumGoroutine(); after > before {
			t.Errorf("%d goroutines before New, %d after", before, after)
		}
		runtime.KeepAlive(c)
	})
}

func TestCloseBeforeStart(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		wantResult(t, nil, nil)(c.Close())
		wantStatus(t, c, coro.Done)
		wantResult(t, nil, coro.ErrClosed)(c.Result())
		wantEnd(t, coro.ErrDone)(c.Next())
	})
}

// An answeringMachine yields 1, and then ends with what it was made with, even
// when it is closed.
type answeringMachine struct {
	ending
	answer any
	fail   error
	state  int
}

func (m *answeringMachine) Resume(any, error) (any, bool) {
	if m.state == 0 {
		m.state = 1
		return 1, true
	}
	m.ret, m.err = m.answer, m.fail
	return nil, false
}

func eachAnswering(t *testing.T, answer any, fail error, test func(t *testing.T, c *gen)) {
	body := func(y *genYielder) (any, error) {
		y.Yield(1)
		return answer, fail
	}
	byHand := func() coro.Resumable[any, any, any] { return &answeringMachine{answer: answer, fail: fail} }
	eachGen(t, body, byHand, test)
}

func TestCloseGivesTheReturnValue(t *testing.T) {
	eachAnswering(t, "last word", nil, func(t *testing.T, c *gen) {
		c.Next()
		wantResult(t, "last word", nil)(c.Close())
		wantResult(t, "last word", nil)(c.Result())
		wantResult(t, nil, nil)(c.Close()) // only the first one, as in Python
	})
}

func TestCloseGivesAnotherError(t *testing.T) {
	eachAnswering(t, nil, errOops, func(t *testing.T, c *gen) {
		c.Next()
		wantResult(t, nil, errOops)(c.Close())
		wantResult(t, nil, errOops)(c.Result())
	})
}

func TestCloseTakesAWrappedErrClosedForIts(t *testing.T) {
	eachAnswering(t, nil, fmt.Errorf("reading: %w", coro.ErrClosed), func(t *testing.T, c *gen) {
		c.Next()
		wantResult(t, nil, nil)(c.Close())
	})
}

// Deferred work runs once, whichever way a coroutine ends.
func TestDeferredWorkRunsOnce(t *testing.T) {
	ends := map[string]func(c *gen){
		"returns": func(c *gen) { c.Next() },
		"thrown":  func(c *gen) { c.Throw(errOops) },
		"closed":  func(c *gen) { c.Close() },
	}
	for name, end := range ends {
		eachStackful(t, func(t *testing.T, shape genShape) {
			ran := 0
			c := coro.New(shape(func(y *genYielder) (any, error) {
				defer func() { ran++ }()
				_, err := y.Yield(1)
				return nil, err
			}))
			c.Next()
			end(c)
			c.Close()
			if ran != 1 {
				t.Errorf("%s: deferred work ran %d times, want once", name, ran)
			}
		})
	}
}

// An error in deferred work replaces the one that is on its way, as an
// exception in a finally does.
func TestErrorInDeferredWork(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		c := coro.New(shape(func(y *genYielder) (_ any, err error) {
			defer func() { err = errOops }()
			_, err = y.Yield(1)
			return nil, err
		}))
		c.Next()
		wantResult(t, nil, errOops)(c.Close())
	})
}

func TestCloseIgnored(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		var ran []string
		c := coro.New(shape(func(y *genYielder) (any, error) {
			defer func() { ran = append(ran, "outer defer") }()
			defer func() {
				_, err := y.Yield("from a defer") // is unwound as well
				ran = append(ran, "not reached", fmt.Sprint(err))
			}()
			y.Yield(1)
			y.Yield("once more")
			ran = append(ran, "not reached")
			return nil, nil
		}))
		c.Next()
		wantResult(t, nil, coro.ErrIgnoredClose)(c.Close())
		wantStatus(t, c, coro.Done)
		if diff := cmp.Diff([]string{"outer defer"}, ran); diff != "" {
			t.Errorf("while it was unwound (-want +got):\n%s", diff)
		}
		wantResult(t, nil, coro.ErrIgnoredClose)(c.Result())
		wantEnd(t, coro.ErrDone)(c.Next())
	})
}

// A body that catches the unwinding and returns is not harmed by it.
func TestCloseIgnoredAndUnwindingCaught(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		countGoroutines(t)
		c := coro.New(shape(func(y *genYielder) (ret any, err error) {
			defer func() { recover() }()
			y.Yield(1)
			y.Yield(2)
			return nil, nil
		}))
		c.Next()
		wantResult(t, nil, coro.ErrIgnoredClose)(c.Close())
		wantStatus(t, c, coro.Done)
	})
}

// stubborn is a machine that yields whatever comes, and has work deferred.
type stubborn struct {
	ending
	unwound int
}

func (m *stubborn) Resume(any, error) (any, bool) { return "again", true }
func (m *stubborn) Unwind()                       { m.unwound++ }

func TestCloseIgnoredByAMachine(t *testing.T) {
	coro.CheckLeaks(t)
	m := &stubborn{}
	c := coro.New[any, any, any](m)
	c.Next()
	wantResult(t, nil, coro.ErrIgnoredClose)(c.Close())
	wantStatus(t, c, coro.Done)
	wantEnd(t, coro.ErrDone)(c.Next())
	wantResult(t, nil, nil)(c.Close())
	if m.unwound != 1 {
		t.Errorf("Unwind was called %d times, want once", m.unwound)
	}
}

// What a method returns for misuse says of which call, and of which coroutine.
func TestMisuseNamesTheCoroutine(t *testing.T) {
	c := coro.New(coro.Pull(echo), coro.Named("parrot"))
	_, _, err := c.Resume(1)
	if want := fmt.Sprintf("resume of parrot#%d: ", c.Info().ID); !strings.HasPrefix(err.Error(), want) {
		t.Errorf("misuse says %q, want it to begin with %q", err, want)
	}
}

// A body gets its own values, not what was left by an earlier resumption.
func TestThrownErrorDoesNotCarryAValue(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var got []any
		c := coro.New(shape(func(y *genYielder) (any, error) {
			for range 3 {
				in, err := y.Yield(nil)
				got = append(got, in, err)
			}
			return nil, nil
		}))
		c.Next()
		c.Resume("value")
		c.Throw(errOops)
		c.Next()
		want := []any{"value", error(nil), nil, errOops, nil, error(nil)}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" {
			t.Errorf("what the Yields returned (-want +got):\n%s", diff)
		}
	})
}

func TestYieldOutsideOfTheBody(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var kept *genYielder
		c := coro.New(shape(func(y *genYielder) (any, error) {
			kept = y
			_, err := y.Yield(1)
			return nil, err
		}))
		c.Next()
		if panicOf(func() { kept.Yield("while it is suspended") }) == nil {
			t.Error("Yield of a suspended coroutine, from outside, did not panic")
		}
		c.Close()
		if panicOf(func() { kept.Yield("after the end") }) == nil {
			t.Error("Yield after the end did not panic")
		}
	})
}

// A Resumable belongs to one driver.
func TestTwoDrivers(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		r := shape(echo)
		coro.New(r)
		if panicOf(func() { coro.New(r) }) == nil {
			t.Error("a second driver of the same Resumable did not panic")
		}
	})
}

func TestEnumNames(t *testing.T) {
	got := fmt.Sprint(coro.ShapePull, coro.ShapeLowered, coro.Running, coro.OnSemaphore, coro.Goexited, coro.TimerCanceled, coro.Shape(9), coro.Kind(99))
	want := "pull lowered running semaphore goexit canceled shape(9) kind(99)"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}
