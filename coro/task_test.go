package coro_test

// This file tests tasks: their life, their results, and how they end when the
// body panics or calls runtime.Goexit.

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

func TestTaskThroughLife(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		coro.CheckLeaks(t)
		l, _ := newTestLoop(t)
		var task *coro.Task[any]
		p := &player{ending: ending{ret: "result"}, awaits: []func() coro.Await{func() coro.Await {
			wantStatus(t, task, coro.Running)
			return coro.Sleep(time.Second)
		}}}
		task = coro.Spawn(l, of(p))
		wantStatus(t, task, coro.Created)
		wantResult(t, nil, coro.ErrNotDone)(task.Result())
		l.CallLater(0, func() { wantStatus(t, task, coro.Suspended) })
		wantResult(t, "result", nil)(coro.RunUntil(l, task))
		wantStatus(t, task, coro.Done)
		wantResult(t, "result", nil)(task.Result())
		if len(l.Tasks()) != 0 {
			t.Errorf("the loop still has %v", l.Tasks())
		}
	})
}

func TestTaskFails(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		task := coro.Spawn(l, of(&player{ending: ending{ret: "dropped", err: errOops}}))
		wantResult(t, nil, errOops)(coro.RunUntil(l, task))
		if task.Canceled() {
			t.Error("a failed task says that it was canceled")
		}
	})
}

// A body that ends with ErrCanceled of its own accord is canceled.
func TestTaskEndsWithErrCanceled(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, told := newTestLoop(t)
		task := coro.Spawn(l, of(&player{ending: ending{err: fmt.Errorf("my own: %w", coro.ErrCanceled)}}))
		run(t, l)
		wantCanceled(t, task)
		l.Close()
		if len(*told) != 0 {
			t.Errorf("the handler is told %q", *told)
		}
	})
}

func TestManyAwaitOneTask(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		var d diary
		cook := coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return "cake", coro.Wait(y, coro.Sleep(time.Hour)) }))
		for i := range 3 {
			coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				v, err := cook.Await(y)
				d.note(fmt.Sprint("guest ", i, " gets ", v))
				return nil, err
			}))
		}
		cook.AddDoneCallback(d.noting("callback"))
		run(t, l)
		d.want(t, "callback", "guest 0 gets cake", "guest 1 gets cake", "guest 2 gets cake")
	})
}

// Tasks that nobody refers to live on: the loop holds them.
func TestTasksAreHeld(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		ended := 0
		for range 3 {
			coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				err := coro.Wait(y, coro.Sleep(time.Hour))
				ended++
				return nil, err
			}))
		}
		l.CallSoon(runtime.GC)
		l.CallLater(time.Second, runtime.GC)
		run(t, l)
		if ended != 3 {
			t.Errorf("%d tasks ran to their ends, want 3", ended)
		}
	})
}

func TestTasksInTheOrderOfCreation(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		for i := range 5 {
			d := time.Hour
			if i == 1 {
				d = time.Second // ends first, which leaves a gap
			}
			coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return nil, coro.Wait(y, coro.Sleep(d)) }), coro.Named(fmt.Sprint(i)))
		}
		names := func() string {
			var all []string
			for _, task := range l.Tasks() {
				all = append(all, task.Name())
			}
			return strings.Join(all, " ")
		}
		l.CallLater(time.Minute, func() {
			if got := names(); got != "0 2 3 4" {
				t.Errorf("tasks %s, want 0 2 3 4", got)
			}
		})
		if got := names(); got != "0 1 2 3 4" {
			t.Errorf("tasks %s, want 0 1 2 3 4", got)
		}
		run(t, l)
	})
}

func TestTaskInfo(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		var child *coro.Task[any]
		var made coro.Place
		parent := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			made = here(1)
			child = coro.Spawn(l, shape(napping), coro.Named("child"))
			return nil, nil
		}), coro.Named("parent"))
		coro.RunUntil(l, parent)
		i := child.Info()
		if i.Name != "child" || i.Func != "coro_test.napping" || i.Loop != l || i.Parent != parent.Info() || i.Created != made {
			t.Errorf("info %+v, want the child's, by %s at %s", i, parent, made)
		}
		if want := fmt.Sprintf("child#%d", i.ID); child.String() != want || child.Name() != "child" {
			t.Errorf("it prints as %q, called %q", child, child.Name())
		}
		if plain := coro.Spawn(l, shape(napping)); plain.Name() != "coro_test.napping" || plain.Info().Loop != l {
			t.Errorf("a task without a name is called %q", plain.Name())
		}
	})
}

// panicking panics after a turn.
func panicking(y *coro.Async) (any, error) {
	turn(y)
	panic("spilled")
}

type panickingMachine struct {
	ending
	state int
}

func (m *panickingMachine) Resume(struct{}, error) (coro.Await, bool) {
	if m.state == 1 {
		panic("spilled")
	}
	m.state = 1
	return coro.NextTurn(), true
}

// eachTask runs test for a body in each stackful shape, and for the machine.
func eachTask(t *testing.T, body asyncBody, byHand func() machine, test func(t *testing.T, r machine)) {
	eachAsync(t, func(t *testing.T, shape asyncShape) { test(t, shape(body)) })
	t.Run("statemachine", func(t *testing.T) { test(t, byHand()) })
}

// A panic in a task fails the task; the turn, and the loop, go on.
func TestPanicInATask(t *testing.T) {
	eachTask(t, panicking, func() machine { return &panickingMachine{} }, func(t *testing.T, r machine) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		l, told := newTestLoop(t)
		var d diary
		task := coro.Spawn(l, r, coro.Named("clumsy"))
		awaiter := coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) { return task.Await(y) }))
		l.CallSoon(func() { l.CallSoon(d.noting("same turn")) })
		run(t, l)
		d.want(t, "same turn")
		for _, failed := range []*coro.Task[any]{task, awaiter} {
			_, err := failed.Result()
			var p *coro.PanicError
			if !errors.As(err, &p) {
				t.Fatalf("%s ended with %v, want a PanicError", failed, err)
			}
			wantPanic(t, p, "spilled", "panicking")
		}
		l.Close()
		if len(*told) != 0 {
			t.Errorf("the panic was retrieved, yet the handler is told %q", *told)
		}
	})
}

func TestPanicInATaskIsReported(t *testing.T) {
	eachTask(t, panicking, func() machine { return &panickingMachine{} }, func(t *testing.T, r machine) {
		l, told := newTestLoop(t)
		coro.Spawn(l, r, coro.Named("clumsy"))
		run(t, l)
		l.Close()
		if diff := cmp.Diff([]string{"task error was never retrieved, clumsy: panic: spilled"}, *told); diff != "" {
			t.Errorf("what the handler is told (-want +got):\n%s", diff)
		}
	})
}

func taskExits(y *coro.Async) (any, error) {
	turn(y)
	runtime.Goexit()
	return nil, nil
}

type taskExitsMachine struct {
	ending
	state int
}

func (m *taskExitsMachine) Resume(struct{}, error) (coro.Await, bool) {
	if m.state == 1 {
		runtime.Goexit()
	}
	m.state = 1
	return coro.NextTurn(), true
}

// Goexit in a task ends the goroutine that runs the loop. The loop is whole:
// another goroutine can run it on, and nothing that was ready is lost.
func TestGoexitInATask(t *testing.T) {
	eachTask(t, taskExits, func() machine { return &taskExitsMachine{} }, func(t *testing.T, r machine) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		l, _ := newTestLoop(t)
		var d diary
		task := coro.Spawn(l, r)
		l.CallSoon(func() { l.CallSoon(d.noting("same turn")) })
		if !goexits(t, func() { l.RunForever() }) {
			t.Error("the loop's goroutine went on")
		}
		wantStatus(t, task, coro.Done)
		if _, err := task.Result(); !errors.Is(err, coro.ErrGoexit) {
			t.Errorf("the task ended with %v, want ErrGoexit", err)
		}
		run(t, l)
		d.want(t, "same turn")
	})
}

func TestGoexitInACallback(t *testing.T) {
	l, _ := newTestLoop(t)
	var d diary
	l.CallSoon(runtime.Goexit)
	l.CallSoon(d.noting("the one behind it"))
	if !goexits(t, func() { l.RunForever() }) {
		t.Error("the loop's goroutine went on")
	}
	run(t, l)
	d.want(t, "the one behind it")
}

// Coroutines of a task's own, which it resumes itself, do not concern the
// loop.
func TestTaskResumesACoroutine(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		l, _ := newTestLoop(t)
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			c := coro.New(coro.Pull(counting))
			defer c.Close()
			sum := 0
			for range 3 {
				v, _, _ := c.Next()
				sum += v.(int)
				turn(y)
			}
			return sum, nil
		}))
		wantResult(t, 6, nil)(coro.RunUntil(l, task))
	})
}

// Tasks of all shapes live on one loop.
func TestManyTasksOfEveryShape(t *testing.T) {
	coro.CheckLeaks(t)
	countGoroutines(t)
	l, _ := newTestLoop(t)
	var tasks []*coro.Task[any]
	for i := range 300 {
		p := &player{ending: ending{ret: i}, awaits: awaiting(coro.NextTurn(), coro.Sleep(time.Duration(i%7)*time.Second))}
		switch i % 3 {
		case 0:
			tasks = append(tasks, coro.Spawn[any](l, p))
		case 1:
			tasks = append(tasks, coro.Spawn(l, coro.Pull(p.body)))
		case 2:
			tasks = append(tasks, coro.Spawn(l, coro.Goroutine(p.body)))
		}
	}
	all := coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
		sum := 0
		for _, task := range tasks {
			v, err := task.Await(y)
			if err != nil {
				return nil, err
			}
			sum += v.(int)
		}
		return sum, nil
	}))
	wantResult(t, 299*300/2, nil)(coro.RunUntil(l, all))
	if l.Time() != 6*time.Second {
		t.Errorf("ended at %v", l.Time())
	}
}

// A body can reach the loop that it is on.
func TestLoopOf(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		v, err := coro.Run(shape(func(y *coro.Async) (any, error) {
			l := coro.LoopOf(y)
			return coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				if coro.LoopOf(y) != l {
					t.Error("the child is on another loop")
				}
				// Also in a coroutine that the child delegates to.
				return coro.Delegate(y, coro.New(shape(func(y *coro.Async) (any, error) {
					if coro.LoopOf(y) != l {
						t.Error("what the child delegates to is on another loop")
					}
					return "child's", nil
				})))
			})).Await(y)
		}), coro.WithClock(&coro.VirtualClock{}))
		wantResult(t, "child's", nil)(v, err)
		alone := coro.New(shape(func(y *coro.Async) (any, error) { return coro.LoopOf(y) == nil, nil }))
		alone.Next()
		if nobody, _ := alone.Result(); nobody != true {
			t.Error("a coroutine that stands alone is on a loop")
		}
	})
}
