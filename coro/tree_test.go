package coro_test

// This file tests what can be seen of tasks: where each is suspended, and who
// awaits whom.

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// A task is suspended on what it awaits, under the label that is nearest.
func TestSuspensionOfATask(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		var place coro.Place
		waiting := func(a coro.Await) *coro.Task[any] {
			return coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				place = here(1)
				return nil, coro.Wait(y, a)
			}), coro.Named("waiting"))
		}
		slept := waiting(coro.Sleep(time.Hour).As("nap"))
		queue := coro.NewFuture[any](l, "orders").OfKind(coro.OnQueue)
		tasks := []struct {
			task *coro.Task[any]
			want coro.Suspension
		}{
			{slept, coro.Suspension{Kind: coro.OnSleep, Label: "nap", Detail: "1h0m0s"}},
			{waiting(coro.Sleep(time.Minute)), coro.Suspension{Kind: coro.OnSleep, Detail: "1m0s"}},
			{waiting(coro.On(queue)), coro.Suspension{Kind: coro.OnQueue, Label: "orders"}},
			{waiting(coro.On(queue).As("next order")), coro.Suspension{Kind: coro.OnQueue, Label: "next order"}},
			{waiting(coro.On(slept)), coro.Suspension{Kind: coro.OnTask, Label: "waiting", Detail: slept.String()}},
			{waiting(coro.NextTurn().As("politely")), coro.Suspension{Kind: coro.OnTurn, Label: "politely"}},
		}
		l.CallSoon(func() {
			for _, tc := range tasks {
				tc.want.State, tc.want.Place = coro.NoState, place
				wantSuspension(t, tc.task, tc.want)
			}
			l.Stop()
		})
		l.RunForever()
	})
}

// A machine is as well seen as a body, if its task has a name. Of one that
// nobody named the loop keeps the kind only, and whose end it awaits.
func TestSuspensionOfAMachineTask(t *testing.T) {
	l, _ := newTestLoop(t)
	f := coro.NewFuture[any](l, "oven")
	sleeper := coro.Spawn[any](l, &player{awaits: awaiting(coro.Sleep(time.Hour).As("nap"))}, coro.Named("sleeper"))
	waiting := func(a coro.Await, opts ...coro.Option) *coro.Task[any] {
		return coro.Spawn[any](l, &player{awaits: awaiting(a)}, opts...)
	}
	named := coro.Named("waiting")
	tasks := []struct {
		task *coro.Task[any]
		want coro.Suspension
	}{
		{sleeper, coro.Suspension{Kind: coro.OnSleep, Label: "nap", Detail: "1h0m0s"}},
		{waiting(coro.On(f), named), coro.Suspension{Kind: coro.OnFuture, Label: "oven"}},
		{waiting(coro.On(sleeper), named), coro.Suspension{Kind: coro.OnTask, Label: "sleeper", Detail: sleeper.String()}},
		{waiting(coro.On(f)), coro.Suspension{Kind: coro.OnFuture}},
		{waiting(coro.Sleep(time.Hour)), coro.Suspension{Kind: coro.OnSleep}},
		{waiting(coro.On(sleeper)), coro.Suspension{Kind: coro.OnTask, Label: "sleeper", Detail: sleeper.String()}},
	}
	start(l)
	for _, tc := range tasks {
		tc.want.State = coro.NoState
		wantSuspension(t, tc.task, tc.want)
	}
}

// treeOf is the await tree in names.
func treeOf(l *coro.Loop) []string {
	var lines []string
	var follow func(w *coro.Waiting, line string)
	follow = func(w *coro.Waiting, line string) {
		line += "/" + w.Task.Name
		for _, inner := range w.Inner {
			line += ">" + inner.Name
		}
		if w.Holding != "" {
			line += " holding " + w.Holding
		}
		if w.Cycle {
			line += " again"
		}
		if len(w.Awaits) == 0 {
			lines = append(lines, line)
		}
		for _, a := range w.Awaits {
			follow(a, line)
		}
	}
	for _, root := range l.AwaitTree() {
		follow(root, "")
	}
	return lines
}

func TestAwaitTree(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		awaits := func(name string, on coro.Awaitable) *coro.Task[any] {
			return coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return nil, coro.Wait(y, coro.On(on)) }), coro.Named(name))
		}
		f := coro.NewFuture[any](l, "f")
		cook := awaits("cook", f)
		waiter := awaits("waiter", cook)
		awaits("guest", waiter)
		awaits("other guest", waiter)
		coro.Spawn(l, shape(napping), coro.Named("sleeper"))
		start(l)
		want := []string{"/guest/waiter/cook", "/other guest/waiter", "/sleeper"}
		if diff := cmp.Diff(want, treeOf(l)); diff != "" {
			t.Errorf("await tree (-want +got):\n%s", diff)
		}
		f.SetResult(nil)
		run(t, l)
		if got := treeOf(l); got != nil {
			t.Errorf("after the end the tree is %q", got)
		}
	})
}

func TestAwaitTreeOfACircle(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		var a, b *coro.Task[any]
		a = coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return b.Await(y) }), coro.Named("a"))
		b = coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return a.Await(y) }), coro.Named("b"))
		coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return a.Await(y) }), coro.Named("c"))
		start(l)
		if diff := cmp.Diff([]string{"/c/a/b/a again"}, treeOf(l)); diff != "" {
			t.Errorf("await tree (-want +got):\n%s", diff)
		}
		_, err := coro.RunUntil(l, a)
		var deadlock *coro.DeadlockError
		if !errors.As(err, &deadlock) {
			t.Errorf("a circle ends with %v, want a deadlock", err)
		}
	})
}

// The tree is printable at any moment: also by a task, while others wait.
func TestWriteAwaitTree(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		l, _ := newTestLoop(t)
		var inCook, inWaiter coro.Place
		var baking *coro.Coroutine[struct{}, coro.Await, any]
		cook := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			baking = coro.New(shape(func(y *coro.Async) (any, error) {
				return nil, coro.Wait(y, coro.Sleep(5*time.Millisecond).As("bake"))
			}), coro.Named("baking"))
			inCook = here(1)
			return coro.Delegate(y, baking)
		}), coro.Named("cook"))
		waiter := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			inWaiter = here(1)
			return cook.Await(y)
		}), coro.Named("waiter"))
		var printed bytes.Buffer
		printer := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			turn(y)
			return nil, l.WriteAwaitTree(&printed)
		}), coro.Named("printer"))
		l.CallSoon(func() {
			coro.Spawn(l, shape(napping), coro.Named("guest"))
			coro.Spawn(l, shape(napping), coro.Named("guest")).Cancel()
		})
		run(t, l)
		ids := regexp.MustCompile(`guest#\d+`)
		want := fmt.Sprintf("%s -> await task cook (%s) %s\n", waiter, inWaiter, cook) +
			fmt.Sprintf("  %s -> await sleep bake (%s) 5ms, in %s\n", cook, inCook, baking.Info()) +
			fmt.Sprintf("%s running\n", printer) +
			"guest created\n" +
			"guest created\n"
		if diff := cmp.Diff(want, ids.ReplaceAllString(printed.String(), "guest")); diff != "" {
			t.Errorf("await tree (-want +got):\n%s", diff)
		}
	})
}

// failingWriter fails after so many bytes.
type failingWriter int

func (w *failingWriter) Write(p []byte) (int, error) {
	if *w -= failingWriter(len(p)); *w < 0 {
		return 0, errOops
	}
	return len(p), nil
}

func TestWriteAwaitTreeToAFullDisk(t *testing.T) {
	l, _ := newTestLoop(t)
	for range 3 {
		coro.Spawn(l, coro.Pull(napping))
	}
	start(l)
	disk := failingWriter(60)
	if err := l.WriteAwaitTree(&disk); !errors.Is(err, errOops) {
		t.Errorf("got %v, want the writer's error", err)
	}
}

// Many that await the same chain do not repeat it.
func TestAwaitTreeOfASharedChain(t *testing.T) {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}), coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}))
	defer l.Close()
	last := coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
		return 0, coro.Wait(y, coro.Sleep(time.Hour))
	}))
	await := func(t *coro.Task[int]) *coro.Task[int] {
		return coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) { return t.Await(y) }))
	}
	for range 30 {
		last = await(last)
	}
	for range 100 {
		await(last)
	}
	l.CallLater(time.Minute, l.Stop)
	if err := l.RunForever(); err != nil {
		t.Fatal(err)
	}
	var tree bytes.Buffer
	if err := l.WriteAwaitTree(&tree); err != nil {
		t.Fatal(err)
	}
	// 131 tasks, and 99 that name the chain again.
	if n := bytes.Count(tree.Bytes(), []byte("\n")); n != 131+99 {
		t.Errorf("%d lines, want %d:\n%s", n, 131+99, &tree)
	}
}

// A misuse of an inner coroutine that a body passes on says whose it was.
func TestMisuseSaysWhose(t *testing.T) {
	inner := coro.New(coro.Pull(counter), coro.Named("inner"))
	inner.Close()
	outer := coro.New(coro.Pull(func(y *coro.Yielder[struct{}, int]) (int, error) {
		_, _, err := inner.Next()
		return 0, err
	}), coro.Named("outer"))
	_, _, err := outer.Next()
	var misuse *coro.MisuseError
	if !errors.As(err, &misuse) || misuse.Of != inner.Info() || misuse.Err != coro.ErrDone {
		t.Errorf("outer ended with %v, want the misuse of inner", err)
	}
	if _, _, err := outer.Next(); !errors.As(err, &misuse) || misuse.Of != outer.Info() {
		t.Errorf("resumed after the end: %v, want the misuse of outer", err)
	}
}
