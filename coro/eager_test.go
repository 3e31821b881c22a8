package coro_test

// This file tests tasks that start at once, in every shape, spawned by every
// shape.

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
)

// eachPair runs test for each shape of a player and each shape of a second one.
func eachPair(t *testing.T, test func(t *testing.T, outer, inner func(*player) machine)) {
	eachPlayer(t, func(t *testing.T, outer func(*player) machine) {
		eachPlayer(t, func(t *testing.T, inner func(*player) machine) { test(t, outer, inner) })
	})
}

// doing returns awaits that call each of the functions and then wait for the
// next turn, but for the last, after which the player ends.
func doing(fs ...func()) []func() coro.Await {
	var awaits []func() coro.Await
	for _, f := range fs {
		awaits = append(awaits, func() coro.Await { f(); return coro.NextTurn() })
	}
	return awaits
}

// An eager task runs to its first suspension where it is spawned, as the current
// task, and goes on in the next turn.
func TestEager(t *testing.T) {
	eachPair(t, func(t *testing.T, outer, inner func(*player) machine) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		l, _ := newTestLoop(t)
		var d diary
		var child, parent *coro.Task[any]
		begin := func() {
			d.note("child begins, current " + l.Current().Name())
			if parent.Status() != coro.Running {
				t.Errorf("the spawner is %v meanwhile", parent.Status())
			}
			if _, ok := parent.Suspension(); ok {
				t.Error("the spawner is suspended meanwhile")
			}
		}
		parent = coro.Spawn(l, outer(&player{awaits: doing(func() {
			d.note("spawn")
			child = coro.Spawn(l, inner(&player{awaits: doing(begin, func() { d.note("child goes on") })}), coro.Named("child"), coro.Eager(true))
			d.note("child is " + child.Status().String() + ", current " + l.Current().Name())
		}, func() { d.note("parent goes on") })}), coro.Named("parent"))
		run(t, l)
		d.want(t, "spawn", "child begins, current child", "child is suspended, current parent", "child goes on", "parent goes on")
		if !child.Done() || child.Info().Parent != parent.Info() {
			t.Errorf("done: %v, child of %v", child.Done(), child.Info().Parent)
		}
	})
}

// One that never suspends never enters the ready queue, and has its result when
// Spawn returns. Its done callbacks are called in the next turn, as ever.
func TestEagerThatNeverSuspends(t *testing.T) {
	eachPair(t, func(t *testing.T, outer, inner func(*player) machine) {
		l, _ := newTestLoop(t)
		var d diary
		coro.Spawn(l, outer(&player{awaits: []func() coro.Await{func() coro.Await {
			before := len(l.Ready())
			child := coro.Spawn(l, inner(&player{ending: ending{ret: 42}}), coro.Eager(true))
			if n := len(l.Ready()); n != before {
				t.Errorf("%d are ready, before the spawn %d", n, before)
			}
			if v, err := child.Result(); v != 42 || err != nil {
				t.Errorf("its result is %v, %v", v, err)
			}
			child.AddDoneCallback(d.noting("done callback"))
			d.note("spawned")
			return coro.On(child)
		}}}))
		run(t, l)
		d.want(t, "spawned", "done callback")
		if len(l.Tasks()) != 0 {
			t.Errorf("left: %v", l.Tasks())
		}
	})
}

// Eager tasks spawn eager tasks, and a callback spawns them too. After each the
// one that spawned it is current again.
func TestEagerInEager(t *testing.T) {
	eachPair(t, func(t *testing.T, outer, inner func(*player) machine) {
		l, _ := newTestLoop(t, coro.WithEagerStart())
		var d diary
		current := func() string {
			if l.Current() == nil {
				return "nobody"
			}
			return l.Current().Name()
		}
		nap := coro.Sleep(time.Second)
		l.CallSoon(func() {
			coro.Spawn(l, outer(&player{awaits: []func() coro.Await{func() coro.Await {
				coro.Spawn(l, inner(&player{awaits: []func() coro.Await{func() coro.Await {
					coro.Spawn(l, outer(&player{awaits: []func() coro.Await{func() coro.Await { d.note(current()); return nap }}}), coro.Named("c"))
					d.note(current())
					return nap
				}}}), coro.Named("b"))
				coro.Spawn(l, inner(&player{awaits: doing(func() { d.note("not at once") })}), coro.Named("later"), coro.Eager(false))
				d.note(current())
				return nap
			}}}), coro.Named("a"))
			d.note(current())
		})
		run(t, l)
		d.want(t, "c", "b", "a", "nobody", "not at once")
	})
}

// As in asyncio, what is spawned before the loop runs begins when it does.
func TestEagerBeforeTheLoopRuns(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t, coro.WithEagerStart())
		var d diary
		coro.Spawn(l, of(&player{awaits: doing(func() { d.note("begins") })}), coro.Eager(true))
		d.want(t)
		run(t, l)
		d.want(t, "begins")
	})
}

// The first step's failures are the new task's, and not its spawner's.
func TestEagerThatFails(t *testing.T) {
	eachPair(t, func(t *testing.T, outer, inner func(*player) machine) {
		coro.CheckLeaks(t)
		l, told := newTestLoop(t)
		var errs []error
		coro.Spawn(l, outer(&player{awaits: doing(func() {
			failed := coro.Spawn(l, inner(&player{ending: ending{err: errOops}}), coro.Eager(true))
			_, err := failed.Result()
			errs = append(errs, err)
			panicked := coro.Spawn(l, inner(&player{awaits: doing(func() { panic(errOops) })}), coro.Eager(true))
			_, err = panicked.Result()
			errs = append(errs, err)
			coro.Spawn(l, inner(&player{ending: ending{err: errOops}}), coro.Named("forgotten"), coro.Eager(true))
		})}))
		run(t, l)
		wantErrors(t, errs, errOops, errOops)
		var p *coro.PanicError
		if !errors.As(errs[1], &p) {
			t.Fatalf("got %v, want a PanicError", errs[1])
		}
		l.Close()
		if got := strings.Join(*told, ""); !strings.HasPrefix(got, "task error was never retrieved, forgotten: ") {
			t.Errorf("the handler is told %q", *told)
		}
	})
}

// Goexit ends the body that calls it, the one that spawned it, and the goroutine
// that runs the loop.
func TestEagerGoexit(t *testing.T) {
	eachPair(t, func(t *testing.T, outer, inner func(*player) machine) {
		l, _ := newTestLoop(t)
		parent := coro.Spawn(l, outer(&player{awaits: doing(func() {
			coro.Spawn(l, inner(&player{awaits: doing(runtime.Goexit)}), coro.Named("child"), coro.Eager(true))
			t.Error("the spawner goes on")
		})}), coro.Named("parent"))
		if !goexits(t, func() { l.RunAll() }) {
			t.Error("the loop's goroutine goes on")
		}
		if _, err := parent.Result(); !errors.Is(err, coro.ErrGoexit) {
			t.Errorf("the spawner ended with %v", err)
		}
		if left := l.Tasks(); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}

// The child may cancel the task that spawns it, which finds out when it suspends.
func TestEagerCancelsItsSpawner(t *testing.T) {
	eachPair(t, func(t *testing.T, outer, inner func(*player) machine) {
		l, _ := newTestLoop(t)
		p := &player{}
		p.awaits = []func() coro.Await{func() coro.Await {
			spawner := l.Current()
			coro.Spawn(l, inner(&player{awaits: doing(func() { spawner.(coro.Awaitable).Cancel() })}), coro.Eager(true))
			return coro.Sleep(time.Hour)
		}}
		coro.Spawn(l, outer(p))
		run(t, l)
		wantErrors(t, p.got, coro.ErrCanceled)
		if l.Time() != 0 {
			t.Errorf("at %v", l.Time())
		}
	})
}

// Eager members of a group that have ended before the group knows of them.
func TestEagerInAGroup(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t, coro.WithEagerStart())
		var d diary
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			return nil, coro.WithGroup(y, "g", func(g *coro.Group) error {
				coro.SpawnIn(g, shape(func(*coro.Async) (any, error) { return nil, nil }))
				coro.SpawnIn(g, shape(func(*coro.Async) (any, error) { return nil, errOops }))
				coro.SpawnIn(g, shape(func(y *coro.Async) (any, error) {
					err := coro.Wait(y, coro.Sleep(time.Hour))
					d.note(firstLine(err))
					return nil, err
				}))
				return nil
			})
		}))
		if _, err := coro.RunUntil(l, task); !errors.Is(err, errOops) || l.Time() != 0 {
			t.Errorf("got %v at %v", err, l.Time())
		}
		d.want(t, "canceled")
	})
}

// The observer is told of an eager task that it was spawned and began, in the
// midst of its spawner's step, and not that it was ready.
func TestObserverOfEager(t *testing.T) {
	eachPair(t, func(t *testing.T, outer, inner func(*player) machine) {
		r := newRecorder()
		l, _ := newTestLoop(t, coro.WithObserver(r))
		coro.Spawn(l, outer(&player{awaits: doing(func() {
			coro.Spawn(l, inner(&player{awaits: awaiting(coro.NextTurn())}), coro.Named("child"), coro.Eager(true))
			coro.Spawn(l, inner(&player{}), coro.Named("quick"), coro.Eager(true))
		})}), coro.Named("parent"))
		run(t, l)
		r.want(t, "attach",
			"spawn parent", "ready parent: spawn",
			"resume parent start",
			"spawn child by parent", "resume child start", "suspend child await turn", "ready child: turn by child",
			"spawn quick by parent", "resume quick start", "end quick returned",
			"suspend parent await turn", "ready parent: turn by parent",
			"resume child await turn", "end child returned",
			"resume parent await turn", "end parent returned",
		)
	})
}

// A loop gives each task options by one rule, before the task's own.
func TestTaskOptions(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		var fns []string
		l, _ := newTestLoop(t, coro.WithTaskOptions(func(fn string) []coro.Option {
			fns = append(fns, fn)
			return []coro.Option{coro.Named("by rule"), coro.Eager(true)}
		}))
		var d diary
		l.CallSoon(func() {
			a := coro.Spawn(l, of(&player{awaits: doing(func() { d.note("at once") })}))
			b := coro.Spawn(l, of(&player{awaits: doing(func() { d.note("later") })}), coro.Named("own"), coro.Eager(false))
			d.note(a.Name() + ", " + b.Name())
			for i, task := range []*coro.Task[any]{a, b} {
				if task.Info().Func != fns[i] {
					t.Errorf("the function is %s, and was said to be %s", task.Info().Func, fns[i])
				}
			}
		})
		run(t, l)
		d.want(t, "at once", "by rule, own", "later")
	})
}
