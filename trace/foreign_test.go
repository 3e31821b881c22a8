package trace_test

// This file tests that what this package makes is not taken for coroutines of
// iter.Pull that nothing is written about, and that those are found beside it.

import (
	"bytes"
	"context"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// readWhile returns what is read of a trace of f.
func readWhile(t *testing.T, f func()) *timeline.Timeline {
	t.Helper()
	var buf bytes.Buffer
	if err := cotrace.Start(&buf); err != nil {
		t.Skip(err) // go test -trace
	}
	f()
	cotrace.Stop()
	tl, err := timeline.Read(&buf, timeline.Options{Goroutines: true})
	if err != nil || len(tl.Lost) > 0 {
		t.Fatalf("read: %v, lost %q", err, tl.Lost)
	}
	return tl
}

// A coroutine that never begins has no stack, so that there is none to be taken
// for somebody else's.
func TestPullThatNeverBegan(t *testing.T) {
	ctx := t.Context()
	older, _ := cotrace.Pull(ctx, "older", threeWords)
	tl := readWhile(t, func() {
		_, stop := cotrace.Pull(ctx, "stopped", threeWords)
		stop()
		next, _ := cotrace.Pull2(ctx, "forgotten", func(yield func(int, string) bool) { yield(1, "one") })
		runtime.KeepAlive(next)
	})
	runtime.KeepAlive(older)
	if len(tl.Pulls) > 0 {
		t.Errorf("%d coroutines of iter.Pull, the first made in %q", len(tl.Pulls), tl.Pulls[0].Made)
	}
	if len(tl.Coroutines) < 2 {
		t.Errorf("%d coroutines", len(tl.Coroutines))
	}
}

// Where a coroutine was made is where the program called this library, or called
// iter.Pull from what this library runs.
func TestForeignBesideOurs(t *testing.T) {
	tl := readWhile(t, func() {
		next, stop := cotrace.Pull(t.Context(), "ours", func(yield func(string) bool) {
			inner, stopInner := iter.Pull(threeWords)
			defer stopInner()
			for {
				if w, ok := inner(); !ok || !yield(w) {
					return
				}
			}
		})
		next()
		stop()
		c := coro.New(coro.Pull(func(y *coro.Yielder[int, int]) (int, error) { return 1, nil }))
		c.Next()
	})
	var made []string
	for _, p := range tl.Pulls {
		made = append(made, p.Made[:bytes.IndexByte([]byte(p.Made), ' ')])
	}
	want := []string{"trace_test.TestForeignBesideOurs.func1.1", "trace_test.TestForeignBesideOurs.func1"}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("made in (-want +got):\n%s", diff)
	}
	for _, g := range tl.Summary().Goroutines {
		if g.Func != nil && *g.Func == "coroscope/trace.announcement.announce.func1" {
			t.Errorf("%s is among the program's goroutines", *g.Func)
		}
	}
}

// Wherever a trace begins and ends among coroutines of this package, none of
// them is taken for somebody else's.
func TestOursBegunMidway(t *testing.T) {
	var over atomic.Bool
	var all sync.WaitGroup
	churn := func(ctx context.Context) {
		for i := 0; !over.Load(); i++ {
			next, stop := cotrace.Pull(ctx, "words", threeWords)
			for range i % 5 {
				next()
			}
			stop()
			c := cotrace.Coroutine(ctx, coro.New(coro.Pull(func(y *coro.Yielder[int, int]) (int, error) {
				for j := range i % 4 {
					if _, err := y.Yield(j); err != nil {
						return 0, err
					}
				}
				return 0, nil
			})))
			for ok := i%3 > 0; ok; {
				_, ok, _ = c.Next()
			}
			c.Close()
			runtime.Gosched()
		}
	}
	for range 3 {
		all.Go(func() { churn(t.Context()) })
	}
	defer all.Wait()
	defer over.Store(true)
	for range 20 {
		tl := readWhile(t, func() {
			// With the first log it is known that all others write, too.
			next, stop := cotrace.Pull(t.Context(), "mine", threeWords)
			next()
			stop()
			for range 300 {
				runtime.Gosched()
			}
		})
		for _, p := range tl.Pulls {
			t.Errorf("goroutine %d, made in %q, older: %v, %v, switched to %d times", p.Goroutine, p.Made, p.Older, p.Status, p.Switches)
		}
	}
}
