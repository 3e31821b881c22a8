package coro_test

// This file tests what happens to a coroutine that is resumed while it runs:
// by its own body, through others, or from other goroutines at the same time.

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// callAll makes every call that a resumer could, and returns the answers.
func callAll(c *gen) []error {
	_, _, next := c.Next()
	_, _, resume := c.Resume(1)
	_, _, throw := c.Throw(errOops)
	_, close := c.Close()
	return []error{next, resume, throw, close}
}

func TestResumedByItsOwnBody(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var c *gen
		c = coro.New(shape(func(y *genYielder) (any, error) {
			for _, err := range callAll(c) {
				if !errors.Is(err, coro.ErrRunning) {
					t.Errorf("a running coroutine answers %v, want ErrRunning", err)
				}
			}
			wantStatus(t, c, coro.Running)
			if _, ok := c.Suspension(); ok {
				t.Error("a running coroutine tells where it is suspended")
			}
			if _, err := c.Result(); !errors.Is(err, coro.ErrNotDone) {
				t.Errorf("a running coroutine's result: %v, want ErrNotDone", err)
			}
			_, err := y.Yield("unharmed")
			return nil, err
		}))
		within(t, func() { wantYield(t, "unharmed")(c.Next()) })
		c.Close()
	})
}

// selfish is a machine that resumes itself.
type selfish struct {
	ending
	c   *gen
	got []error
}

func (m *selfish) Resume(any, error) (any, bool) {
	m.got = callAll(m.c)
	return nil, false
}

func TestMachineResumedByItself(t *testing.T) {
	m := &selfish{}
	m.c = coro.New[any, any, any](m)
	wantEnd(t, nil)(m.c.Next())
	for _, err := range m.got {
		if !errors.Is(err, coro.ErrRunning) {
			t.Errorf("a running machine answers %v, want ErrRunning", err)
		}
	}
}

// A coroutine that has resumed another runs, for that other too.
func TestResumedByWhatItResumed(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var a, b *gen
		a = coro.New(shape(func(y *genYielder) (any, error) {
			out, _, err := b.Next()
			y.Yield(out)
			return nil, err
		}))
		b = coro.New(shape(func(y *genYielder) (any, error) {
			_, _, err := a.Next()
			y.Yield(err)
			return nil, nil
		}))
		within(t, func() {
			out, _, _ := a.Next()
			if err, _ := out.(error); !errors.Is(err, coro.ErrRunning) {
				t.Errorf("b, resumed by a, resumes a: %v, want ErrRunning", out)
			}
		})
		a.Close()
		b.Close()
	})
}

// Close from elsewhere, while the body runs, does not disturb it.
func TestClosedFromElsewhereWhileItRuns(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		coro.CheckLeaks(t)
		inside, closed := make(chan bool), make(chan bool)
		c := coro.New(shape(func(y *genYielder) (any, error) {
			inside <- true
			<-closed
			_, err := y.Yield("unharmed")
			return nil, err
		}))
		go func() {
			<-inside
			if _, err := c.Close(); !errors.Is(err, coro.ErrRunning) {
				t.Errorf("Close of a running coroutine: %v, want ErrRunning", err)
			}
			closed <- true
		}()
		wantYield(t, "unharmed")(c.Next())
		wantResult(t, nil, nil)(c.Close())
	})
}

// Each resumption may come from another goroutine.
func TestResumedFromManyGoroutinesInTurn(t *testing.T) {
	eachGen(t, echo, newEchoMachine, func(t *testing.T, c *gen) {
		countGoroutines(t)
		c.Next()
		for i := range 100 {
			within(t, func() { wantYield(t, i)(c.Resume(i)) })
		}
		within(t, func() { c.Close() })
	})
}

// counting yields 1 to 1,000.
func counting(y *genYielder) (any, error) {
	for i := 1; i <= 1000; i++ {
		if _, err := y.Yield(i); err != nil {
			return nil, err
		}
	}
	return "end", nil
}

type countingMachine struct {
	ending
	i int
}

func (m *countingMachine) Resume(any, error) (any, bool) {
	if m.i == 1000 {
		m.ret = "end"
		return nil, false
	}
	m.i++
	return m.i, true
}

// Goroutines that resume at the same time are told so, or get a value that
// nobody else gets; none waits, and none is lost.
func TestResumedFromManyGoroutinesAtOnce(t *testing.T) {
	byHand := func() coro.Resumable[any, any, any] { return &countingMachine{} }
	eachGen(t, counting, byHand, func(t *testing.T, c *gen) {
		coro.CheckLeaks(t)
		var mu sync.Mutex
		var got []int
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for {
					out, ok, err := c.Next()
					switch {
					case ok:
						mu.Lock()
						got = append(got, out.(int))
						mu.Unlock()
					case errors.Is(err, coro.ErrRunning):
						runtime.Gosched()
					default:
						return
					}
				}
			})
		}
		within(t, all.Wait)
		want := make([]int, 1000)
		for i := range want {
			want[i] = i + 1
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("values that were yielded (-want +got):\n%s", diff)
		}
		wantResult(t, "end", nil)(c.Result())
	})
}

// Whoever looks where a coroutine stands does not disturb who resumes it.
func TestInspectedWhileResumed(t *testing.T) {
	byHand := func() coro.Resumable[any, any, any] { return &countingMachine{} }
	eachGen(t, counting, byHand, func(t *testing.T, c *gen) {
		looking := make(chan bool)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				for {
					select {
					case <-looking:
						return
					default:
						c.Suspension()
						c.Inner()
						c.Status()
					}
				}
			})
		}
		for i := 1; i <= 1000; i++ {
			wantYield(t, i)(c.Next())
		}
		wantEnd(t, nil)(c.Next())
		close(looking)
		within(t, all.Wait)
	})
}

// Coroutines nest as calls do.
func TestNestedDeeply(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		countGoroutines(t)
		var nest func(depth int) genBody
		nest = func(depth int) genBody {
			return func(y *genYielder) (any, error) {
				if depth == 0 {
					_, err := y.Yield("bottom")
					return 0, err
				}
				c := coro.New(shape(nest(depth - 1)))
				for out, err := range c.AllErr() {
					if err != nil {
						return nil, err
					}
					if _, err := y.Yield(out); err != nil {
						return nil, err
					}
				}
				below, err := c.Result()
				return below.(int) + 1, err
			}
		}
		c := coro.New(shape(nest(200)))
		wantYield(t, "bottom")(c.Next())
		wantEnd(t, nil)(c.Next())
		wantResult(t, 200, nil)(c.Result())
		c = coro.New(shape(nest(200)))
		c.Next()
		wantResult(t, nil, nil)(c.Close()) // each level closes the one below
	})
}
