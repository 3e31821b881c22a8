package coro_test

// This file tests how tasks stand in line: in the open, what
// TestPrimitivePrograms tests in bulk.

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// suspensions returns what the tasks of l are suspended on, in order of their
// creation.
func suspensions(l *coro.Loop) (lines []string) {
	for _, w := range l.AwaitTree() {
		lines = append(lines, fmt.Sprintf("%s %s: %s", w.Task.Name, w.Suspended.On(), w.Suspended.Detail))
	}
	return lines
}

func TestPrimitivesNameThemselves(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		for _, observed := range []bool{false, true} {
			l, _ := newTestLoop(t)
			var told []string
			if observed {
				l.Observe(&details{told: &told})
			}
			lock, sem := coro.NewLock(l, "stove"), coro.NewSemaphore(l, "plates", 0)
			orders, trays := coro.NewQueue[int](l, "orders", 0), coro.NewQueue[int](l, "trays", 1)
			trays.TryPut(1)
			barrier := coro.NewBarrier(l, "table", 3)
			lock.TryAcquire()
			never := coro.NewFuture[any](l, "never")
			counter := coro.NewLock(l, "counter")
			changed := coro.NewCondition(counter, "changed")
			for i, a := range []coro.Await{
				lock.Acquiring(), lock.Acquiring(), lock.Acquiring().As("range"),
				sem.Acquiring(), orders.Getting(), orders.Getting(), trays.Putting(), trays.Joining(),
				barrier.Waiting(), coro.NewEvent(l, "opening").Waiting(),
				coro.NewWaitSet(l, "dishes", coro.AllDone, never).Waiting(),
				coro.On(coro.Gather[any](l, never)),
				coro.AsCompleted[any](l, "plates", never).Waiting(),
				changed.Waiting(), changed.Waiting(),
			} {
				l.CallSoon(func() { counter.TryAcquire() }) // for who waits for the condition
				coro.Spawn(l, of(&player{awaits: awaiting(a)}), coro.Named(fmt.Sprint("t", i)))
			}
			run(t, l)
			want := []string{
				"t0 await lock stove: 1st in line",
				"t1 await lock stove: 2nd in line",
				"t2 await lock range: 3rd in line",
				"t3 await semaphore plates: 1st in line",
				"t4 await queue orders: empty",
				"t5 await queue orders: empty, 2nd in line",
				"t6 await queue trays: full",
				"t7 await queue trays: 1 unfinished",
				"t8 await event table: 1 of 3",
				"t9 await event opening: not set",
				"t10 await group dishes: 0 of 1 done",
				"t11 await group gather: 0 of 1 done",
				"t12 await group plates: 1 left",
				"t13 await event changed: not notified",
				"t14 await event changed: not notified, 2nd in line",
			}
			if observed {
				at := slices.Index(want, "t8 await event table: 1 of 3")
				want := slices.Clone(want)
				want[at] = "t8 await event table: 0 of 3" // it is told before it has come
				if diff := cmp.Diff(want, told); diff != "" {
					t.Errorf("the observer is told (-want +got):\n%s", diff)
				}
			}
			if diff := cmp.Diff(want, suspensions(l)); diff != "" {
				t.Errorf("observed %v (-want +got):\n%s", observed, diff)
			}
			l.Tasks()[0].Cancel()
			run(t, l)
			if got, want := suspensions(l)[0], "t1 await lock stove: 1st in line"; got != want {
				t.Errorf("when the first has left: %s, want %s", got, want)
			}
		}
	})
}

// details is an observer that notes what tasks are suspended on.
type details struct {
	coro.NopObserver
	told *[]string
}

func (d *details) Suspend(c *coro.Info, s coro.Suspension) {
	*d.told = append(*d.told, c.Name+" "+s.On()+": "+s.Detail)
}

// A task that was given the lock and is canceled before it goes on hands it to
// the next.
func TestCanceledWaiterLosesNothing(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		lock := coro.NewLock(l, "stove")
		lock.TryAcquire()
		first, second := &player{awaits: awaiting(lock.Acquiring())}, &player{awaits: awaiting(lock.Acquiring())}
		a, _ := coro.Spawn(l, of(first)), coro.Spawn(l, of(second))
		l.CallLater(time.Second, func() {
			lock.Release()
			a.Cancel()
		})
		run(t, l)
		wantErrors(t, first.got, coro.ErrCanceled)
		wantErrors(t, second.got, nil)
		if !lock.Held() {
			t.Error("nobody holds the lock")
		}
	})
}

// The Await of a lock that is free gets it, a turn later, and can be used again.
func TestAwaitOfWhatIsFree(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		lock, sem, event := coro.NewLock(l, "l"), coro.NewSemaphore(l, "s", 2), coro.NewEvent(l, "e")
		queue, barrier := coro.NewQueue[int](l, "q", 0), coro.NewBarrier(l, "b", 1)
		event.Set()
		queue.TryPut(1)
		acquiring := lock.Acquiring()
		p := &player{awaits: []func() coro.Await{
			func() coro.Await { return acquiring },
			func() coro.Await { lock.Release(); return acquiring },
			sem.Acquiring, sem.Acquiring, event.Waiting, queue.Getting, queue.Putting, barrier.Waiting,
		}}
		coro.RunUntil(l, coro.Spawn(l, of(p)))
		wantErrors(t, p.got, nil, nil, nil, nil, nil, nil, nil, nil)
		if got, want := fmt.Sprint(lock.Held(), sem.Permits(), queue.Len(), barrier.Index()), "true 0 1 0"; got != want {
			t.Errorf("held, permits, items, index: %s, want %s", got, want)
		}
	})
}

// What cannot be awaited is an error, thrown in.
func TestAwaitOfWhatCannotBe(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		other, _ := newTestLoop(t)
		shut, broken := coro.NewQueue[int](l, "q", 0), coro.NewBarrier(l, "b", 2)
		shut.Shutdown()
		broken.Abort()
		free := coro.NewLock(l, "free")
		p := &player{awaits: awaiting(
			coro.NewLock(other, "theirs").Acquiring(), shut.Getting(), broken.Waiting(),
			coro.NewCondition(free, "c").Waiting(), free.Acquiring(),
		)}
		coro.RunUntil(l, coro.Spawn(l, of(p)))
		wantErrors(t, p.got, coro.ErrOtherLoop, coro.ErrQueueShutDown, coro.ErrBrokenBarrier, coro.ErrNotHeld, nil)
	})
}

// A loop that is closed while tasks stand in line closes them.
func TestCloseWithTasksInLine(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		l, _ := newTestLoop(t)
		lock := coro.NewLock(l, "stove")
		first, second := &player{awaits: awaiting(lock.Acquiring(), coro.Sleep(time.Hour))}, &player{awaits: awaiting(lock.Acquiring())}
		coro.Spawn(l, of(first))
		coro.Spawn(l, of(second))
		l.CallLater(time.Minute, l.Stop)
		l.RunForever()
		l.Close()
		wantErrors(t, first.got, nil, coro.ErrClosed)
		wantErrors(t, second.got, coro.ErrClosed)
	})
}

// A condition's waiter that is canceled has the lock when it is resumed.
func TestConditionIsLeftWithTheLock(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		lock := coro.NewLock(l, "l")
		cond := coro.NewCondition(lock, "c")
		p := &player{awaits: awaiting(lock.Acquiring(), cond.Waiting())}
		task := coro.Spawn(l, of(p))
		l.CallLater(time.Second, func() {
			lock.TryAcquire()
			task.Cancel()
		})
		l.CallLater(2*time.Second, func() {
			if task.Done() {
				t.Error("the task went on without the lock")
			}
			task.CancelCause(errOops)
		})
		l.CallLater(3*time.Second, func() { lock.Release() })
		run(t, l)
		wantErrors(t, p.got, nil, errOops)
		if !lock.Held() {
			t.Error("the task does not hold the lock")
		}
	})
}

// Items of equal priority come out as they were put in.
func TestPriorityQueueIsStable(t *testing.T) {
	l, _ := newTestLoop(t)
	type guest struct {
		rank int
		name string
	}
	q := coro.NewPriorityQueue(l, "guests", 0, func(a, b guest) int { return a.rank - b.rank })
	for _, g := range []guest{{2, "a"}, {1, "b"}, {2, "c"}, {1, "d"}, {2, "e"}, {1, "f"}} {
		q.TryPut(g)
	}
	names := ""
	for !q.Empty() {
		g, _ := q.TryGet()
		names += g.name
	}
	if want := "bdface"; names != want {
		t.Errorf("came out as %s, want %s", names, want)
	}
}

// Waiting in line does not allocate in the long run.
func TestWaitingInLineDoesNotAllocate(t *testing.T) {
	l, _ := newTestLoop(t)
	lock := coro.NewLock(l, "l")
	for range 4 {
		coro.Spawn(l, &contender{lock: lock, n: 1 << 30})
	}
	turns := func() {
		l.CallLater(0, l.Stop)
		l.RunForever()
	}
	for range 10 {
		turns()
	}
	// One is the callback of turns, one its handle.
	if n := testing.AllocsPerRun(100, turns); n > 2 {
		t.Errorf("%v allocations a turn", n)
	}
}

func TestQueueMisuse(t *testing.T) {
	l, _ := newTestLoop(t)
	q := coro.NewQueue[int](l, "q", 1)
	if _, err := q.TryGet(); !errors.Is(err, coro.ErrQueueEmpty) {
		t.Errorf("TryGet of an empty queue: %v", err)
	}
	q.TryPut(1)
	if err := q.TryPut(2); !errors.Is(err, coro.ErrQueueFull) {
		t.Errorf("TryPut to a full queue: %v", err)
	}
	q.Shutdown()
	if err := q.TryPut(2); !errors.Is(err, coro.ErrQueueShutDown) {
		t.Errorf("TryPut after the shutdown: %v", err)
	}
	if v, err := q.TryGet(); v != 1 || err != nil {
		t.Errorf("TryGet of what is left after the shutdown: %v, %v", v, err)
	}
	if _, err := q.TryGet(); !errors.Is(err, coro.ErrQueueShutDown) {
		t.Errorf("TryGet of nothing after the shutdown: %v", err)
	}
	for name, f := range map[string]func(){
		"semaphore with -1 permits": func() { coro.NewSemaphore(l, "s", -1) },
		"barrier for nobody":        func() { coro.NewBarrier(l, "b", 0) },
		"timeout outside of a task": func() { coro.EnterTimeout(l, 1) },
		"scope outside of a task":   func() { coro.EnterCancel(l) },
		"group outside of a task":   func() { coro.EnterGroup(l, "g") },
		"no completion left":        func() { coro.AsCompleted[int](l, "none").TryNext() },
	} {
		if panicOf(f) == nil {
			t.Errorf("%s: no panic", name)
		}
	}
}
