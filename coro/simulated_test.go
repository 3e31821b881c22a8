package coro_test

// This file tests that a seed decides about the results of offloaded work.

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"coroscope/coro"
)

// errands has tasks send out functions, which end in an order of their own, and
// tells in which order the tasks go on, and in which turns.
func errands(t *testing.T, seed uint64) string {
	l, _ := newTestLoop(t, coro.WithSeed(seed))
	pool := coro.NewPool("errands", 2)
	var b strings.Builder
	for i := range 5 {
		coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			for trip := range 3 {
				work := func() (int, error) {
					for range rand.IntN(30) { // which no seed decides
						runtime.Gosched()
					}
					return trip, nil
				}
				var f *coro.Future[int]
				if i%2 == 0 {
					f = coro.Offload(l, "errand", work)
				} else {
					f = coro.Submit(l, pool, func(context.Context) (int, error) { return work() })
				}
				if _, err := f.Await(y); err != nil {
					return 0, err
				}
				fmt.Fprintf(&b, "%d%c@%d ", i, 'a'+rune(trip), l.Turns())
				if err := coro.Wait(y, coro.Sleep(time.Duration(i)*time.Second)); err != nil {
					return 0, err
				}
			}
			return 0, nil
		}))
	}
	if err := l.RunAll(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSeedDecidesAboutResults(t *testing.T) {
	different := map[string]bool{}
	for seed := range uint64(10) {
		first := errands(t, seed)
		different[first] = true
		for range 10 {
			if again := errands(t, seed); again != first {
				t.Fatalf("seed %d: the results arrive in the order\n%s\nand another time\n%s", seed, first, again)
			}
		}
	}
	if len(different) < 8 {
		t.Errorf("10 seeds decide for %d different orders", len(different))
	}
}

// A scheduler can have one result arrive, and all come of it, before the other.
func TestSchedulerDecidesAboutResults(t *testing.T) {
	seen := map[string]bool{}
	for choices := range 8 {
		asked := 0
		l, _ := newTestLoop(t, coro.WithScheduler(func(ready []coro.Pending) int {
			if len(ready) == 1 {
				return 0
			}
			asked++
			return choices >> (asked - 1) & 1
		}))
		var d []string
		for _, name := range []string{"a", "b"} {
			coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
				n, err := coro.Offload(l, name, func() (int, error) { return 1, nil }).Await(y)
				d = append(d, name+"1")
				for range 2 {
					coro.Wait(y, coro.NextTurn())
				}
				d = append(d, name+"2")
				return n, err
			}))
		}
		if err := l.RunAll(); err != nil {
			t.Fatal(err)
		}
		seen[strings.Join(d, " ")] = true
	}
	for _, order := range []string{"a1 a2 b1 b2", "b1 b2 a1 a2", "a1 b1 a2 b2"} {
		if !seen[order] {
			t.Errorf("never in the order %s; orders are %v", order, seen)
		}
	}
}

// A result that was withheld when its future is canceled does not arrive; whether
// the function had returned by then makes no difference.
func TestCanceledBeforeTheResultArrives(t *testing.T) {
	for _, returned := range []bool{false, true} {
		l, _ := newTestLoop(t, coro.WithSeed(1))
		gate, done := make(chan bool), make(chan bool)
		f := coro.Offload(l, "work", func() (int, error) {
			<-gate
			defer close(done)
			return 1, nil
		})
		task := coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
			coro.Wait(y, coro.NextTurn())
			if returned {
				close(gate)
				<-done
				for l.Snapshot(0).Held > 1 { // until the result is there
					runtime.Gosched()
				}
			}
			if !f.Cancel() {
				t.Error("it could not be canceled")
			}
			if !returned {
				close(gate)
			}
			return f.Await(y)
		}))
		if err := l.RunAll(); err != nil {
			t.Fatal(err)
		}
		if _, err := task.Result(); !errors.Is(err, coro.ErrCanceled) {
			t.Errorf("returned %v: %v, want ErrCanceled", returned, err)
		}
	}
}

// A function that waits for what comes of another's result is not waited for
// forever.
func TestResultsThatWaitForEachOther(t *testing.T) {
	defer coro.SetPatience(time.Millisecond)()
	l, _ := newTestLoop(t, coro.WithSeed(1))
	told := make(chan string, 1)
	waits := coro.Offload(l, "waits", func() (string, error) { return <-told, nil })
	tells := coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
		n, err := coro.Offload(l, "tells", func() (int, error) { return 1, nil }).Await(y)
		told <- "go on"
		return n, err
	}))
	within(t, func() {
		if got, err := coro.RunUntil(l, waits); got != "go on" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
	wantResult(t, 1, nil)(tells.Result())
}

// Time stands while a result is there that has not arrived: it arrives at the moment
// at which the function was offloaded.
func TestResultsArriveBeforeTimeGoesOn(t *testing.T) {
	for seed := range uint64(50) {
		l, _ := newTestLoop(t, coro.WithSeed(seed))
		var once sync.Once
		for range 4 {
			coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
				n, err := coro.Offload(l, "work", func() (int, error) { return 1, nil }).Await(y)
				if at := l.Time(); at != 0 {
					once.Do(func() { t.Errorf("seed %d: a result arrived at %v", seed, at) })
				}
				return n, err
			}))
		}
		l.CallLater(time.Nanosecond, func() {})
		if err := l.RunAll(); err != nil {
			t.Fatal(err)
		}
	}
}
