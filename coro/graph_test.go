package coro_test

// This file tests the await graph: what tasks wait for through locks, groups and
// several, and the circles that are reported.

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// takeBoth acquires two locks, one after the other.
func takeBoth(shape asyncShape, a, b *coro.Lock) machine {
	return shape(func(y *coro.Async) (any, error) {
		if err := a.Acquire(y); err != nil {
			return nil, err
		}
		defer a.Release()
		if err := coro.Wait(y, coro.NextTurn()); err != nil {
			return nil, err
		}
		if err := b.Acquire(y); err != nil {
			return nil, err
		}
		return nil, b.Release()
	})
}

// withoutPlaces cuts ids and places from what is printed.
func withoutPlaces(s string) string {
	return regexp.MustCompile(`#\d+| \([^)]*\)`).ReplaceAllString(s, "")
}

func TestTwoLocksInACircle(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		left, right := coro.NewLock(l, "left"), coro.NewLock(l, "right")
		ann := coro.Spawn(l, takeBoth(shape, left, right), coro.Named("ann"))
		coro.Spawn(l, takeBoth(shape, right, left), coro.Named("ben"))
		coro.Spawn(l, takeBoth(shape, left, right), coro.Named("cem"))
		_, err := coro.RunUntil(l, ann)
		var deadlock *coro.DeadlockError
		if !errors.As(err, &deadlock) || len(deadlock.Cycles) != 1 {
			t.Fatalf("got %v, want a deadlock with one circle", err)
		}
		circle := deadlock.Cycles[0]
		want := "ann -> await lock right 1st in line, held by ben -> await lock left 2nd in line, held by ann"
		if diff := cmp.Diff(want, withoutPlaces(circle.String())); diff != "" {
			t.Errorf("circle (-want +got):\n%s", diff)
		}
		for _, link := range circle {
			if !strings.HasPrefix(link.Suspended.Place.String(), "graph_test.go:") {
				t.Errorf("%s is suspended at %q", link.Task, link.Suspended.Place)
			}
		}
		if !strings.Contains(err.Error(), "in a circle: "+circle.String()) {
			t.Errorf("the error does not tell the circle: %v", err)
		}
		want = "/cem/ann holding lock left/ben holding lock right/ann holding lock left again"
		if diff := cmp.Diff([]string{want}, treeOf(l)); diff != "" {
			t.Errorf("await tree (-want +got):\n%s", diff)
		}
		var tree strings.Builder
		l.WriteAwaitTree(&tree)
		want = `cem -> await lock left 1st in line
  ann -> await lock right 1st in line, holding lock left
    ben -> await lock left 2nd in line, holding lock right
      ann, holding lock left, a circle
`
		if diff := cmp.Diff(want, withoutPlaces(tree.String())); diff != "" {
			t.Errorf("await tree (-want +got):\n%s", diff)
		}
		plain, err := json.Marshal(l.AwaitTreeSnapshot())
		if err != nil {
			t.Fatal(err)
		}
		told := regexp.MustCompile(`"id":\d+|"func":"[^"]*"|,"at":"graph_test.go:\d+"|#\d+`).ReplaceAllString(string(plain), "")
		wantJSON := `[{,"task":"cem",,"status":"suspended","on":"await lock left","kind":"lock","label":"left","detail":"1st in line","awaits":[` +
			`{,"task":"ann",,"status":"suspended","on":"await lock right","kind":"lock","label":"right","detail":"1st in line","holding":"lock left","awaits":[` +
			`{,"task":"ben",,"status":"suspended","on":"await lock left","kind":"lock","label":"left","detail":"2nd in line","holding":"lock right","awaits":[` +
			`{,"task":"ann",,"status":"suspended","on":"await lock right","kind":"lock","label":"right","detail":"1st in line","holding":"lock left","cycle":true,"awaits":[]}]}]}]}]`
		if diff := cmp.Diff(wantJSON, told); diff != "" {
			t.Errorf("as JSON (-want +got):\n%s", diff)
		}
	})
}

// Whoever gets the lock is known to hold it, whichever way that was, until it is
// released.
func TestWhoHoldsALock(t *testing.T) {
	for name, get := range map[string]func(y *coro.Async, lock *coro.Lock, cond *coro.Condition){
		"acquires": func(y *coro.Async, lock *coro.Lock, _ *coro.Condition) { lock.Acquire(y) },
		"tries":    func(_ *coro.Async, lock *coro.Lock, _ *coro.Condition) { lock.TryAcquire() },
		"is given": func(y *coro.Async, lock *coro.Lock, _ *coro.Condition) {
			lock.TryAcquire()
			coro.LoopOf(y).CallSoon(func() { lock.Release() })
			lock.Acquire(y)
		},
		"is notified": func(y *coro.Async, lock *coro.Lock, cond *coro.Condition) {
			lock.Acquire(y)
			coro.LoopOf(y).CallSoon(func() {
				lock.TryAcquire() // by nobody, who is not known
				cond.Notify(1)
				coro.LoopOf(y).CallSoon(func() { coro.LoopOf(y).CallSoon(func() { lock.Release() }) })
			})
			cond.Wait(y)
		},
		"is notified at once": func(y *coro.Async, lock *coro.Lock, cond *coro.Condition) {
			lock.Acquire(y)
			coro.LoopOf(y).CallSoon(func() {
				lock.TryAcquire()
				cond.Notify(1)
				lock.Release()
			})
			cond.Wait(y)
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := newTestLoop(t)
			lock := coro.NewLock(l, "stove")
			cond := coro.NewCondition(lock, "hot")
			letGo := coro.NewEvent(l, "let go")
			coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
				get(y, lock, cond)
				if err := letGo.Wait(y); err != nil {
					return nil, err
				}
				lock.Release()
				return nil, coro.Wait(y, coro.On(coro.NewFuture[any](l, "never")))
			}), coro.Named("holder"))
			for _, other := range []string{"first", "second"} {
				coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
					for range 8 {
						coro.Wait(y, coro.NextTurn())
					}
					lock.Acquire(y)
					return nil, coro.Wait(y, coro.On(coro.NewFuture[any](l, "never")))
				}), coro.Named(other))
			}
			run(t, l)
			want := []string{"/first/holder holding lock stove", "/second/holder holding lock stove"}
			if diff := cmp.Diff(want, treeOf(l)); diff != "" {
				t.Errorf("await tree (-want +got):\n%s", diff)
			}
			letGo.Set()
			run(t, l)
			want = []string{"/holder", "/second/first holding lock stove"}
			if diff := cmp.Diff(want, treeOf(l)); diff != "" {
				t.Errorf("after the release (-want +got):\n%s", diff)
			}
		})
	}
}

// What several tasks are waited for, as a group, gathered, in a set or through a
// shield, branches.
func TestAwaitTreeBranches(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		nap := func(name string) coro.Result[any] {
			return coro.Spawn(l, shape(napping), coro.Named(name))
		}
		soup, roast, cake := nap("soup"), nap("roast"), nap("cake")
		spawn := func(name string, body asyncBody) { coro.Spawn(l, shape(body), coro.Named(name)) }
		spawn("gathers", func(y *coro.Async) (any, error) {
			inner := coro.Gather(l, roast, roast)
			return nil, coro.Wait(y, coro.On(coro.GatherSettled[any](l, soup, asAny(l, inner))))
		})
		spawn("shields", func(y *coro.Async) (any, error) { return nil, coro.Wait(y, coro.On(coro.Shield(cake))) })
		spawn("waits", func(y *coro.Async) (any, error) {
			return nil, coro.NewWaitSet(l, "dishes", coro.FirstCompleted, soup, cake).Wait(y)
		})
		spawn("groups", func(y *coro.Async) (any, error) {
			return nil, coro.WithGroup(y, "kitchen", func(g *coro.Group) error {
				for _, name := range []string{"tea", "rice"} {
					if _, err := coro.SpawnIn(g, shape(napping), coro.Named(name)); err != nil {
						return err
					}
				}
				return nil
			})
		})
		after(l, 3, l.Stop)
		l.RunForever()
		want := []string{
			"/gathers/soup",
			"/shields/cake",
			"/waits/soup",
			"/waits/cake",
			"/groups/tea",
			"/groups/rice",
		}
		var got []string
		for _, line := range treeOf(l) {
			if !strings.HasPrefix(line, "/roast") {
				got = append(got, line)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("await tree (-want +got):\n%s", diff)
		}
	})
}

// asAny is a future of another type as one of any, whose end is not followed.
func asAny[T any](l *coro.Loop, of *coro.Future[T]) *coro.Future[any] {
	f := coro.NewFuture[any](l, "any")
	of.AddDoneCallback(func() { f.SetResult(nil) })
	return f
}

// One that waits for the first of several, or with a timeout, is in no circle:
// the others may end it.
func TestNoCircleIfAnotherEndsIt(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		for _, until := range []coro.Until{coro.FirstCompleted, coro.AllDone} {
			l, _ := newTestLoop(t)
			var a, b *coro.Task[any]
			other := coro.NewFuture[any](l, "other")
			a = coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				return nil, coro.NewWaitSet(l, "set", until, b, other).Wait(y)
			}), coro.Named("a"))
			b = coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return a.Await(y) }), coro.Named("b"))
			after(l, 2, l.Stop)
			l.RunForever()
			want := 0
			if until == coro.AllDone {
				want = 1
			}
			if got := l.AwaitCycles(); len(got) != want {
				t.Errorf("until %s: circles %v, want %d", until, got, want)
			}
		}
	})
}

// Two circles that share a task are both told; a long chain is no trouble.
func TestCyclesShareATask(t *testing.T) {
	l, _ := newTestLoop(t)
	tasks := make([]*coro.Task[any], 3)
	awaits := func(i int, on ...int) {
		tasks[i] = coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
			var all []coro.Awaitable
			for _, j := range on {
				all = append(all, tasks[j])
			}
			return nil, coro.NewWaitSet(l, "all", coro.AllDone, all...).Wait(y)
		}), coro.Named(fmt.Sprint("t", i)))
	}
	awaits(0, 1, 2)
	awaits(1, 0)
	awaits(2, 0)
	last := coro.Spawn(l, coro.Pull(napping))
	for range 20000 {
		on := last
		last = coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) { return on.Await(y) }))
	}
	l.CallLater(time.Millisecond, l.Stop)
	l.RunForever()
	var got []string
	for _, c := range l.AwaitCycles() {
		var names []string
		for _, link := range c {
			names = append(names, link.Task.Name)
		}
		got = append(got, strings.Join(names, " "))
	}
	if diff := cmp.Diff([]string{"t0 t1", "t0 t2"}, got); diff != "" {
		t.Errorf("circles (-want +got):\n%s", diff)
	}
	depth := 0
	for w := l.AwaitTree()[0]; ; w = w.Awaits[0] {
		if depth++; len(w.Awaits) == 0 {
			break
		}
	}
	if depth != 20001 {
		t.Errorf("the chain in the tree has %d tasks, want 20001", depth)
	}
}

// takeBothPermits acquires two semaphores, one after the other.
func takeBothPermits(shape asyncShape, a, b *coro.Semaphore) machine {
	return shape(func(y *coro.Async) (any, error) {
		if err := a.Acquire(y); err != nil {
			return nil, err
		}
		defer a.Release()
		if err := coro.Wait(y, coro.NextTurn()); err != nil {
			return nil, err
		}
		if err := b.Acquire(y); err != nil {
			return nil, err
		}
		return nil, b.Release()
	})
}

func TestTwoSemaphoresInACircle(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		pans, stoves := coro.NewSemaphore(l, "pans", 1), coro.NewBoundedSemaphore(l, "stoves", 1)
		ann := coro.Spawn(l, takeBothPermits(shape, pans, stoves), coro.Named("ann"))
		coro.Spawn(l, takeBothPermits(shape, stoves, pans), coro.Named("ben"))
		_, err := coro.RunUntil(l, ann)
		want := "in a circle: ann -> await semaphore stoves 1st in line, held by ben -> await semaphore pans 1st in line, held by ann"
		if err == nil || !strings.Contains(withoutPlaces(err.Error()), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

// A circle through a semaphore of several permits is one only if nobody who has a
// permit can go on.
func TestCirclesThroughSeveralPermits(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		pans, stove := coro.NewSemaphore(l, "pans", 2), coro.NewLock(l, "stove")
		done := coro.NewFuture[any](l, "done")
		cook := func(name string, wait func(y *coro.Async) error) {
			coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				if err := pans.Acquire(y); err != nil {
					return nil, err
				}
				defer pans.Release()
				return nil, wait(y)
			}), coro.Named(name))
		}
		coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			if err := stove.Acquire(y); err != nil {
				return nil, err
			}
			defer stove.Release()
			if err := coro.Wait(y, coro.Sleep(time.Second)); err != nil {
				return nil, err
			}
			return nil, pans.Acquire(y)
		}), coro.Named("ann"))
		cook("ben", stove.Acquire)
		cook("cem", func(y *coro.Async) error {
			if _, err := done.Await(y); err != nil {
				return err
			}
			return stove.Acquire(y)
		})
		l.RunUntilIdle()
		l.Advance(time.Second)
		if c := l.AwaitCycles(); len(c) != 0 {
			t.Errorf("circles %v, while cem may give his pan back", c)
		}
		if diff := cmp.Diff([]string{"/ann/ben holding semaphore pans/ann holding lock stove again", "/ann/cem holding semaphore pans"}, treeOf(l)); diff != "" {
			t.Errorf("await tree (-want +got):\n%s", diff)
		}
		done.SetResult(nil)
		var circles []string
		err := l.RunAll()
		var deadlock *coro.DeadlockError
		if !errors.As(err, &deadlock) {
			t.Fatalf("got %v, want a deadlock", err)
		}
		for _, c := range deadlock.Cycles {
			circles = append(circles, withoutPlaces(c.String()))
		}
		want := []string{
			"ann -> await semaphore pans 1st in line, held by ben -> await lock stove 1st in line, held by ann",
			"ann -> await semaphore pans 1st in line, held by cem -> await lock stove 2nd in line, held by ann",
		}
		if diff := cmp.Diff(want, circles); diff != "" {
			t.Errorf("circles (-want +got):\n%s", diff)
		}
	})
}

// A semaphore that one task takes and another gives back says nothing of who is
// waited for: no circle is made up.
func TestSemaphoreAsASignal(t *testing.T) {
	l, _ := newTestLoop(t)
	s := coro.NewSemaphore(l, "signal", 1)
	body := func(next func(y *coro.Async) error) coro.Resumable[struct{}, coro.Await, any] {
		return coro.Pull(func(y *coro.Async) (any, error) {
			if err := s.Acquire(y); err != nil {
				return nil, err
			}
			return nil, next(y)
		})
	}
	waiter := coro.Spawn(l, body(s.Acquire), coro.Named("waiter"))
	l.RunUntilIdle()
	if c := l.AwaitCycles(); len(c) != 1 {
		t.Errorf("circles %v, want that of the waiter for itself", c)
	}
	l.CallSoon(func() { s.Release() })
	l.RunUntilIdle()
	if !waiter.Done() {
		t.Fatal("the waiter did not go on")
	}
	coro.Spawn(l, body(s.Acquire), coro.Named("other"))
	l.RunUntilIdle()
	if c := l.AwaitCycles(); len(c) != 0 {
		t.Errorf("circles %v through a semaphore that callbacks release", c)
	}
}

// Whoever has permits of a semaphore costs nothing to know.
func TestHoldersAllocateNothing(t *testing.T) {
	l, _ := newTestLoop(t)
	s := coro.NewSemaphore(l, "permits", 3)
	task := coro.Spawn(l, coro.Pull(func(y *coro.Async) (float64, error) {
		return testing.AllocsPerRun(100, func() {
			for range 3 {
				s.Acquire(y)
			}
			for range 3 {
				s.Release()
			}
		}), nil
	}))
	allocs, err := coro.RunUntil(l, task)
	if allocs != 0 || err != nil {
		t.Errorf("%v allocations, %v", allocs, err)
	}
}
