package coro_test

// This file tests delegation: what is sent, thrown and closed goes through all
// levels to the innermost coroutine, and what that ends with comes back up.

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// eachDelegating runs test with coroutines of both stackful shapes, and with
// those that alternate from level to level.
func eachDelegating(t *testing.T, test func(t *testing.T, make func(body genBody) *gen)) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		test(t, func(body genBody) *gen { return coro.New(shape(body)) })
	})
	t.Run("mixed", func(t *testing.T) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		made := 0
		test(t, func(body genBody) *gen {
			made++
			if made%2 == 0 {
				return coro.New(coro.Goroutine(body))
			}
			return coro.New(coro.Pull(body))
		})
	})
}

// through returns a coroutine that delegates to inner through so many levels.
func through(make func(genBody) *gen, levels int, inner *gen) *gen {
	for range levels {
		below := inner
		inner = make(func(y *genYielder) (any, error) { return coro.Delegate(y, below) })
	}
	return inner
}

func TestDelegateThroughLevels(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		c := through(make, 3, make(echo))
		wantYield(t, "ready")(c.Next())
		wantYield(t, 1)(c.Resume(1))
		wantYield(t, "caught ValueError:v")(c.Throw(valueError))
		wantEnd(t, nil)(c.Resume("end"))
		wantResult(t, "bye", nil)(c.Result())
	})
}

func TestDelegateToAMachine(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		c := through(make, 2, coro.New(newEchoMachine()))
		wantYield(t, "ready")(c.Next())
		wantYield(t, "caught ValueError:v")(c.Throw(valueError))
		wantEnd(t, nil)(c.Resume("end"))
		wantResult(t, "bye", nil)(c.Result())
	})
}

func TestDelegateInnersError(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		c := through(make, 2, make(echo))
		c.Next()
		_, _, err := c.Resume("fail")
		if err == nil || err.Error() != "failed" {
			t.Errorf("inner's error comes out as %v, want it as it was", err)
		}
	})
}

// What inner does not catch, an outer one may, and go on.
func TestDelegateThrowIsCaughtHalfWay(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		inner := make(echo)
		middle := make(func(y *genYielder) (any, error) {
			if _, err := coro.Delegate(y, inner); errors.Is(err, errOops) {
				in, err := y.Yield("caught in the middle")
				return in, err
			}
			return nil, nil
		})
		c := through(make, 1, middle)
		c.Next()
		wantYield(t, "caught in the middle")(c.Throw(errOops))
		wantStatus(t, inner, coro.Done)
		wantEnd(t, nil)(c.Resume("value for middle"))
		wantResult(t, "value for middle", nil)(c.Result())
	})
}

func TestDelegateCloseGoesFromTheInsideOut(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		var ended []string
		level := func(name string, inner *gen) *gen {
			return make(func(y *genYielder) (_ any, err error) {
				defer func() { ended = append(ended, fmt.Sprint(name, " ", err)) }()
				if inner == nil {
					_, err = y.Yield(1)
				} else {
					_, err = coro.Delegate(y, inner)
				}
				return nil, err
			})
		}
		c := level("outer", level("middle", level("inner", nil)))
		c.Next()
		wantResult(t, nil, nil)(c.Close())
		want := []string{"inner coroutine closed", "middle coroutine closed", "outer coroutine closed"}
		if diff := cmp.Diff(want, ended); diff != "" {
			t.Errorf("order of ends (-want +got):\n%s", diff)
		}
	})
}

// PEP 380: inner's last word is dropped, the outer body gets the close itself.
func TestDelegateCloseDropsInnersValue(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		inner := make(func(y *genYielder) (any, error) {
			y.Yield(1)
			return "inner's last word", nil
		})
		c := make(func(y *genYielder) (any, error) {
			v, err := coro.Delegate(y, inner)
			if v != nil || !errors.Is(err, coro.ErrClosed) {
				t.Errorf("closed in Delegate: got %v, %v, want no value and ErrClosed", v, err)
			}
			return "outer's last word", nil
		})
		c.Next()
		wantResult(t, "outer's last word", nil)(c.Close())
	})
}

// An inner one that fails while it is closed makes the outer one fail so.
func TestDelegateCloseWithInnersError(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		inner := make(func(y *genYielder) (any, error) {
			y.Yield(1)
			return nil, errOops
		})
		c := through(make, 1, inner)
		c.Next()
		wantResult(t, nil, errOops)(c.Close())
	})
}

func TestDelegateToOneThatIgnoresItsClose(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		inner := make(func(y *genYielder) (any, error) {
			for {
				y.Yield("again")
			}
		})
		c := through(make, 2, inner)
		c.Next()
		wantResult(t, nil, coro.ErrIgnoredClose)(c.Close())
		wantStatus(t, inner, coro.Done)
	})
}

// An outer one that ignores its close by delegating is unwound, with the one
// it delegated to.
func TestDelegateAfterClose(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		cleaned := false
		inner := make(func(y *genYielder) (any, error) {
			defer func() { cleaned = true }()
			_, err := y.Yield("from inner")
			return nil, err
		})
		c := make(func(y *genYielder) (any, error) {
			y.Yield(1)
			return coro.Delegate(y, inner)
		})
		c.Next()
		wantResult(t, nil, coro.ErrIgnoredClose)(c.Close())
		wantStatus(t, inner, coro.Done)
		if !cleaned {
			t.Error("inner was not closed")
		}
	})
}

// Go's way to leave a Delegate early without an end: the body's own Goexit.
func TestDelegateGoexit(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		inner := make(func(y *genYielder) (any, error) {
			y.Yield(1)
			runtime.Goexit()
			return nil, nil
		})
		middle := through(make, 1, inner)
		c := through(make, 1, middle)
		c.Next()
		if !goexits(t, func() { c.Next() }) {
			t.Error("the resumer's goroutine went on")
		}
		for _, level := range []*gen{inner, middle, c} {
			wantResult(t, nil, coro.ErrGoexit)(level.Result())
		}
	})
}

func innermostPanics(*genYielder) (any, error) { panic("deep inside") }

func TestDelegatePanicKeepsTheInnermostStack(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		c := through(make, 3, make(innermostPanics))
		p, _ := panicOf(func() { c.Next() }).(*coro.PanicError)
		wantPanic(t, p, "deep inside", "innermostPanics")
	})
}

// An outer body may recover from inner's panic.
func TestDelegatePanicIsRecovered(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		c := make(func(y *genYielder) (any, error) {
			v := panicOf(func() { coro.Delegate(y, make(innermostPanics)) })
			return v.(*coro.PanicError).Value, nil
		})
		wantEnd(t, nil)(c.Next())
		wantResult(t, "deep inside", nil)(c.Result())
	})
}

func TestDelegateToOneThatHasBegun(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		inner := make(echo)
		inner.Next()
		c := through(make, 1, inner)
		wantYield(t, nil)(c.Next()) // inner goes on with the zero value
		wantEnd(t, nil)(c.Resume("end"))
		wantResult(t, "bye", nil)(c.Result())
	})
}

func TestDelegateToOneThatHasEnded(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		inner := make(echo)
		inner.Close()
		c := through(make, 1, inner)
		wantEnd(t, nil)(c.Next()) // as "yield from" an exhausted generator
	})
}

// Delegating in a circle ends with an error, not in a hang.
func TestDelegateToItself(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		var c *gen
		c = make(func(y *genYielder) (any, error) { return coro.Delegate(y, c) })
		top := through(make, 1, c)
		within(t, func() { wantEnd(t, coro.ErrRunning)(top.Next()) })
	})
}

// Two that delegate to the same one: the second finds it suspended in the
// first and takes over, as in Python; who comes too late finds it ended.
func TestDelegateToTheSame(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		inner := make(echo)
		a, b := through(make, 1, inner), through(make, 1, inner)
		wantYield(t, "ready")(a.Next())
		wantYield(t, nil)(b.Next())
		wantYield(t, "for b")(b.Resume("for b"))
		wantEnd(t, nil)(a.Resume("end"))
		wantResult(t, "bye", nil)(a.Result())
		wantEnd(t, coro.ErrDone)(b.Next())
	})
}

// A coroutine may delegate many times, and yield between.
func TestDelegateOneAfterTheOther(t *testing.T) {
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		part := func(vs ...any) *gen {
			return make(func(y *genYielder) (any, error) { return len(vs), coro.DelegateSeq(y, slices.Values(vs)) })
		}
		c := make(func(y *genYielder) (any, error) {
			a, err := coro.Delegate(y, part(1, 2))
			if err != nil {
				return nil, err
			}
			if _, err := y.Yield("between"); err != nil {
				return nil, err
			}
			b, err := coro.Delegate(y, part(3))
			return a.(int) + b.(int), err
		})
		if diff := cmp.Diff([]any{1, 2, "between", 3}, slices.Collect(c.All())); diff != "" {
			t.Errorf("values (-want +got):\n%s", diff)
		}
		wantResult(t, 3, nil)(c.Result())
	})
}

// A tree is what delegation is for: each node delegates to its children.
func TestDelegateRecursively(t *testing.T) {
	type tree struct {
		left  *tree
		value any
		right *tree
	}
	eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
		var walk func(n *tree) genBody
		walk = func(n *tree) genBody {
			return func(y *genYielder) (any, error) {
				if n == nil {
					return nil, nil
				}
				if _, err := coro.Delegate(y, make(walk(n.left))); err != nil {
					return nil, err
				}
				if _, err := y.Yield(n.value); err != nil {
					return nil, err
				}
				return coro.Delegate(y, make(walk(n.right)))
			}
		}
		abc := &tree{&tree{nil, "a", nil}, "b", &tree{nil, "c", nil}}
		got := slices.Collect(make(walk(&tree{abc, "d", nil})).All())
		if diff := cmp.Diff([]any{"a", "b", "c", "d"}, got); diff != "" {
			t.Errorf("in order (-want +got):\n%s", diff)
		}
		for range make(walk(abc)).All() {
			break // closes all levels: see CheckLeaks
		}
	})
}

// noting returns a sequence of vs that notes how it ended.
func noting(note *string, vs ...any) func(yield func(any) bool) {
	return func(yield func(any) bool) {
		defer func() { *note += " cleaned" }()
		for _, v := range vs {
			if !yield(v) {
				*note += "stopped"
				return
			}
		}
		*note += "to the end"
	}
}

func TestDelegateSeq(t *testing.T) {
	ends := map[string]struct {
		end  func(c *gen)
		want string
		err  error
	}{
		"to the end": {func(c *gen) { c.Next(); c.Next() }, "to the end cleaned", nil},
		"thrown":     {func(c *gen) { c.Throw(errOops) }, "stopped cleaned", errOops},
		"closed":     {func(c *gen) { c.Close() }, "stopped cleaned", coro.ErrClosed},
	}
	for name, tc := range ends {
		t.Run(name, func(t *testing.T) {
			eachDelegating(t, func(t *testing.T, make func(genBody) *gen) {
				note := ""
				var seqErr error
				c := make(func(y *genYielder) (any, error) {
					seqErr = coro.DelegateSeq(y, noting(&note, 1, 2))
					return nil, seqErr
				})
				c.Next()
				tc.end(c)
				if note != tc.want || !errors.Is(seqErr, tc.err) {
					t.Errorf("the sequence %s with %v, want it %s with %v", note, seqErr, tc.want, tc.err)
				}
			})
		})
	}
}
