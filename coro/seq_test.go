package coro_test

// This file tests the adapters between coroutines and iterators, both ways.

import (
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

type seqBody = coro.Body[struct{}, any, struct{}]

// eachSeq runs test with what makes a coroutine of a sequence.
func eachSeq(t *testing.T, test func(t *testing.T, from func(iter.Seq[any]) *coro.Coroutine[struct{}, any, struct{}])) {
	shapes := map[string]func(seqBody) coro.Resumable[struct{}, any, struct{}]{
		"pull":      coro.Pull[struct{}, any, struct{}],
		"goroutine": coro.Goroutine[struct{}, any, struct{}],
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			coro.CheckLeaks(t)
			countGoroutines(t)
			test(t, func(seq iter.Seq[any]) *coro.Coroutine[struct{}, any, struct{}] {
				return coro.New(shape(coro.FromSeq(seq)))
			})
		})
	}
}

func TestFromSeq(t *testing.T) {
	eachSeq(t, func(t *testing.T, from func(iter.Seq[any]) *coro.Coroutine[struct{}, any, struct{}]) {
		note := ""
		c := from(noting(&note, 1, 2))
		wantYield(t, 1)(c.Next())
		wantYield(t, 2)(c.Next())
		wantEnd(t, nil)(c.Next())
		if note != "to the end cleaned" {
			t.Errorf("the sequence was %s", note)
		}
	})
}

// To a sequence an error and a close are alike: its yield returns false.
func TestFromSeqClosedAndThrown(t *testing.T) {
	eachSeq(t, func(t *testing.T, from func(iter.Seq[any]) *coro.Coroutine[struct{}, any, struct{}]) {
		note := ""
		c := from(noting(&note, 1, 2))
		c.Next()
		if _, err := c.Close(); err != nil || note != "stopped cleaned" {
			t.Errorf("Close: %v, the sequence was %s", err, note)
		}
		note = ""
		c = from(noting(&note, 1, 2))
		c.Next()
		wantEnd(t, errOops)(c.Throw(errOops))
		if note != "stopped cleaned" {
			t.Errorf("Throw: the sequence was %s", note)
		}
	})
}

// A sequence that calls yield again after it returned false yields nothing,
// and ends with the first error.
func TestFromSeqThatGoesOn(t *testing.T) {
	eachSeq(t, func(t *testing.T, from func(iter.Seq[any]) *coro.Coroutine[struct{}, any, struct{}]) {
		calls := 0
		c := from(func(yield func(any) bool) {
			for calls < 5 {
				calls++
				yield(calls)
			}
		})
		c.Next()
		wantEnd(t, errOops)(c.Throw(errOops))
		if calls != 5 {
			t.Errorf("yield was called %d times, want 5", calls)
		}
	})
}

func TestFromSeqThatPanics(t *testing.T) {
	eachSeq(t, func(t *testing.T, from func(iter.Seq[any]) *coro.Coroutine[struct{}, any, struct{}]) {
		c := from(func(yield func(any) bool) {
			yield(1)
			breakNow(nil)
		})
		c.Next()
		p, _ := panicOf(func() { c.Next() }).(*coro.PanicError)
		wantPanic(t, p, "broken", "breakNow")
	})
}

func TestFromSeq2AndPairs(t *testing.T) {
	coro.CheckLeaks(t)
	want := []string{"a", "b", "c"}
	c := coro.New(coro.Pull(coro.FromSeq2(slices.All(want))))
	var got []string
	for i, s := range coro.Pairs(c) {
		if i != len(got) {
			t.Errorf("key %d, want %d", i, len(got))
		}
		got = append(got, s)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	c = coro.New(coro.Goroutine(coro.FromSeq2(slices.All(want))))
	for range coro.Pairs(c) {
		break
	}
	if c.Status() != coro.Done {
		t.Error("leaving a loop over Pairs did not close the coroutine")
	}
}

func TestFromSeq2Thrown(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(coro.Pull(coro.FromSeq2(slices.All([]any{"a", "b"}))))
	if out, ok, err := c.Next(); out != (coro.Pair[int, any]{0, "a"}) || !ok || err != nil {
		t.Errorf("got %v, %v, %v, want the first pair", out, ok, err)
	}
	if _, _, err := c.Throw(errOops); !errors.Is(err, errOops) {
		t.Errorf("got %v, want the error thrown in", err)
	}
}

// All goes on where the coroutine stands.
func TestAllFromTheMiddle(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		wantYield(t, "ready")(c.Next())
		n := 0
		for v := range c.All() {
			if v != nil { // Next sends nil, which echo yields
				t.Errorf("got %v, want nil", v)
			}
			if n++; n == 3 {
				break
			}
		}
		wantStatus(t, c, coro.Done)
		for v := range c.All() {
			t.Errorf("a closed coroutine yields %v", v)
		}
	})
}

func TestAllErrTellsTheError(t *testing.T) {
	body := func(y *genYielder) (any, error) {
		y.Yield(1)
		return nil, errOops
	}
	byHand := func() coro.Resumable[any, any, any] { return &answeringMachine{fail: errOops} }
	eachGen(t, body, byHand, func(t *testing.T, c *gen) {
		coro.CheckLeaks(t)
		var got []any
		for v, err := range c.AllErr() {
			got = append(got, v, err)
		}
		want := []any{1, error(nil), nil, errOops}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" {
			t.Errorf("pairs (-want +got):\n%s", diff)
		}
		wantResult(t, nil, errOops)(c.Result())
	})
}

// All drops the error, which is in Result.
func TestAllDropsTheError(t *testing.T) {
	eachAnswering(t, nil, errOops, func(t *testing.T, c *gen) {
		if diff := cmp.Diff([]any{1}, slices.Collect(c.All())); diff != "" {
			t.Errorf("values (-want +got):\n%s", diff)
		}
		wantResult(t, nil, errOops)(c.Result())
	})
}

// A loop that panics closes the coroutine as one that breaks.
func TestAllWhenTheLoopPanics(t *testing.T) {
	eachEcho(t, func(t *testing.T, c *gen) {
		v := panicOf(func() {
			for range c.All() {
				panic("in the loop")
			}
		})
		if v != "in the loop" {
			t.Errorf("panicked with %v, want the loop's own", v)
		}
		wantStatus(t, c, coro.Done)
	})
}

func TestAllOfARunningCoroutine(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var c *gen
		c = coro.New(shape(func(y *genYielder) (any, error) {
			for _, err := range c.AllErr() {
				return nil, err
			}
			return nil, nil
		}))
		within(t, func() { wantEnd(t, coro.ErrRunning)(c.Next()) })
	})
}

// The adapters compose, and with iter.Pull too: each layer passes the close on.
func TestAdaptersCompose(t *testing.T) {
	eachSeq(t, func(t *testing.T, from func(iter.Seq[any]) *coro.Coroutine[struct{}, any, struct{}]) {
		note := ""
		c := from(from(noting(&note, 1, 2, 3)).All())
		next, stop := iter.Pull(c.All())
		for want := 1; want <= 2; want++ {
			if v, ok := next(); v != want || !ok {
				t.Errorf("got %v, %v, want %d", v, ok, want)
			}
		}
		stop()
		if note != "stopped cleaned" {
			t.Errorf("the innermost sequence was %s", note)
		}
	})
}
