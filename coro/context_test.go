package coro_test

// This file tests the Contexts of tasks: values, and cancellation both ways.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

type key string

var errLeft = errors.New("the guest has left")

// A Context from outside that is canceled cancels its tasks, whatever they wait
// for, with its cause.
func TestContextCancelsTasks(t *testing.T) {
	waits := map[string]func(l *coro.Loop) coro.Await{
		"sleep":  func(*coro.Loop) coro.Await { return coro.Sleep(time.Hour) },
		"future": func(l *coro.Loop) coro.Await { return coro.On(coro.NewFuture[any](l, "never")) },
		"task":   func(l *coro.Loop) coro.Await { return coro.On(coro.Spawn(l, coro.Pull(napping))) },
		"line":   func(l *coro.Loop) coro.Await { return coro.NewQueue[int](l, "q", 0).Getting() },
	}
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			eachPlayer(t, func(t *testing.T, of func(*player) machine) {
				coro.CheckLeaks(t)
				countGoroutines(t)
				l, _ := newTestLoop(t)
				ctx, cancel := context.WithCancelCause(t.Context())
				p := &player{awaits: []func() coro.Await{func() coro.Await { return wait(l) }}}
				coro.Spawn(l, of(p), coro.InContext(ctx))
				l.CallLater(time.Second, func() { cancel(errLeft) })
				if err := l.RunAll(); err != nil {
					t.Fatal(err)
				}
				wantErrors(t, p.got, errLeft)
				wantErrors(t, p.got, coro.ErrCanceled)
				if l.Time() != time.Second {
					t.Errorf("at %v", l.Time())
				}
			})
		})
	}
}

// On a virtual clock it arrives in the turn after the one in which a task cancels
// it, each time, and reaches tasks in the order in which they were made.
func TestContextIsCanceledInTheNextTurn(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		for range 20 {
			l, _ := newTestLoop(t)
			ctx, cancel := context.WithCancel(t.Context())
			sub := context.WithValue(ctx, key("sub"), 1) // which ends with ctx
			var d diary
			for i := range 4 {
				given := []context.Context{ctx, sub}[i%2]
				task := coro.Spawn(l, of(&player{ending: ending{err: coro.ErrCanceled}, awaits: awaiting(coro.Sleep(time.Hour))}), coro.InContext(given))
				task.AddDoneCallback(func() { d.note(fmt.Sprint(i, " in turn ", l.Turns())) })
			}
			l.RunUntilIdle()
			l.CallSoon(func() {
				d.note(fmt.Sprint("cancel in turn ", l.Turns()))
				cancel()
			})
			l.RunAll()
			d.want(t, "cancel in turn 2", "0 in turn 4", "1 in turn 4", "2 in turn 4", "3 in turn 4")
		}
	})
}

// A task whose Context is canceled when it is spawned never begins.
func TestContextThatIsCanceledAlready(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		coro.CheckLeaks(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errLeft)
		l, _ := newTestLoop(t)
		whole, _ := newTestLoop(t, coro.WithContext(ctx))
		var tasks []*coro.Task[any]
		begin := doing(func() { t.Error("it begins") })
		tasks = append(tasks, coro.Spawn(l, of(&player{awaits: begin}), coro.InContext(ctx)),
			coro.Spawn(whole, of(&player{awaits: begin})))
		l.CallSoon(func() {
			tasks = append(tasks, coro.Spawn(l, of(&player{awaits: begin}), coro.InContext(ctx), coro.Eager(true)))
		})
		if err := errors.Join(l.RunAll(), whole.RunAll()); err != nil {
			t.Fatal(err)
		}
		var errs []error
		for _, task := range tasks {
			_, err := task.Result()
			errs = append(errs, err)
		}
		wantErrors(t, errs, errLeft, errLeft, errLeft)
	})
}

// The loop's Context is that of all tasks but those that were given another.
func TestContextOfALoop(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		ctx, cancel := context.WithCancelCause(context.WithValue(t.Context(), key("of"), "loop"))
		l, _ := newTestLoop(t, coro.WithContext(ctx))
		if l.Context() != ctx {
			t.Error("where nothing runs there is another Context than the loop's")
		}
		var d diary
		spawn := func(name string, opts ...coro.Option) {
			task := coro.Spawn(l, of(&player{ending: ending{err: coro.ErrCanceled}, awaits: []func() coro.Await{func() coro.Await {
				d.note(fmt.Sprint(name, ": ", l.Context().Value(key("of"))))
				return coro.Sleep(time.Hour)
			}}}), opts...)
			task.AddDoneCallback(func() { d.note(fmt.Sprint(name, " ended at ", l.Time())) })
		}
		spawn("before")
		silent := &player{awaits: awaiting(coro.Sleep(time.Hour))} // does not ask for its Context
		coro.Spawn(l, of(silent))
		spawn("other", coro.InContext(context.WithValue(t.Context(), key("of"), "task")))
		l.CallLater(time.Second, func() { spawn("later") })
		l.CallLater(2*time.Second, func() { cancel(errLeft) })
		l.RunAll()
		d.want(t, "before: loop", "other: task", "later: loop", "before ended at 2s", "later ended at 2s", "other ended at 1h0m0s")
		wantErrors(t, silent.got, errLeft)
	})
}

// Tasks inherit what the task that spawns them was given; a copy, if that is
// changed later.
func TestContextIsInherited(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key("dish"), "soup"))
		defer cancel()
		var d diary
		dish := func() string { return fmt.Sprint(l.Context().Value(key("dish"))) }
		child := func(name string) machine {
			return of(&player{awaits: []func() coro.Await{func() coro.Await { d.note(name + " has " + dish()); return coro.Sleep(time.Hour) }}})
		}
		var errs []error
		coro.Spawn(l, of(&player{awaits: doing(func() {
			first := coro.Spawn(l, child("first"))
			old := l.Context()
			l.SetValue(key("dish"), "roast")
			second := coro.Spawn(l, child("second"))
			d.note("parent has " + dish() + ", the Context before " + old.Value(key("dish")).(string))
			l.CallSoon(func() {
				d.note("callback has " + dish())
				l.SetValue(key("dish"), "salad")
				coro.Spawn(l, child("callback's child"))
			})
			l.SetValue(key("dish"), "cake")
			for _, task := range []*coro.Task[any]{first, second} {
				task.AddDoneCallback(func() { _, err := task.Result(); errs = append(errs, err) })
			}
		}, func() { d.note("parent has " + dish()) })}), coro.InContext(ctx))
		l.CallLater(time.Second, cancel) // which is inherited too
		l.RunAll()
		d.want(t, "parent has roast, the Context before soup", "first has soup", "second has roast", "callback has roast", "parent has cake", "callback's child has salad")
		wantErrors(t, errs, nil, nil) // players go on whatever is thrown
		if l.Time() != time.Second {
			t.Errorf("at %v", l.Time())
		}
	})
}

// A task's cancellation, and its end, reach the Context that it handed out.
func TestContextEndsWithTheTask(t *testing.T) {
	for name, tc := range map[string]struct {
		end   func(task *coro.Task[any])
		fails error
		cause error
	}{
		"canceled":     {func(task *coro.Task[any]) { task.Cancel() }, nil, coro.ErrCanceled},
		"with a cause": {func(task *coro.Task[any]) { task.CancelCause(errLeft) }, nil, errLeft},
		"returned":     {nil, nil, context.Canceled},
		"failed":       {nil, errOops, errOops},
	} {
		t.Run(name, func(t *testing.T) {
			eachPlayer(t, func(t *testing.T, of func(*player) machine) {
				l, _ := newTestLoop(t)
				var ctx, derived context.Context
				before := runtime.NumGoroutine()
				task := coro.Spawn(l, of(&player{ending: ending{err: tc.fails}, awaits: []func() coro.Await{func() coro.Await {
					ctx = l.Context()
					if again := l.Context(); again != ctx {
						t.Error("asked again, it is another")
					}
					var cancel func()
					derived, cancel = context.WithCancel(context.WithValue(ctx, key("a"), 1))
					t.Cleanup(cancel)
					return coro.Sleep(time.Second)
				}}}))
				l.Advance(time.Millisecond)
				if ctx.Err() != nil || derived.Err() != nil {
					t.Fatalf("ended too early: %v, %v", ctx.Err(), derived.Err())
				}
				if _, stack := task.Suspension(); stack && runtime.NumGoroutine() > before+1 {
					t.Errorf("%d goroutines, before %d", runtime.NumGoroutine(), before)
				}
				if tc.end != nil {
					tc.end(task)
				} else {
					l.RunAll()
				}
				for _, c := range []context.Context{ctx, derived} {
					select {
					case <-c.Done():
					default:
						t.Error("it is not done")
					}
					if c.Err() != context.Canceled || context.Cause(c) != tc.cause {
						t.Errorf("err %v, cause %v; want cause %v", c.Err(), context.Cause(c), tc.cause)
					}
				}
				l.RunAll()
				task.Result()
				if task.Context().Err() == nil {
					t.Error("the Context of a task that has ended is not canceled")
				}
			})
		})
	}
}

// One who swallows its cancellation and goes on gets a Context that is not
// canceled; one who canceled itself, and has not been told, one that is.
func TestContextAfterACancellation(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		l, _ := newTestLoop(t)
		var got []error
		note := func() { got = append(got, l.Context().Err()) }
		coro.Spawn(l, of(&player{awaits: doing(note, func() {
			l.Current().(coro.Awaitable).Cancel()
			note()
			note()
		}, note, note)}))
		l.RunAll()
		wantErrors(t, got, nil, context.Canceled, context.Canceled, nil, nil)
	})
}

// The cancellation of a part concerns the Contexts of that part, and of what
// stands in it.
func TestContextOfAPart(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		all := make(map[string]context.Context)
		var names []string
		note := func(y *coro.Async, name string) {
			all[name] = coro.ContextOf(y)
			names = append(names, name)
		}
		state := func() map[string]string {
			m := make(map[string]string)
			for _, name := range names {
				if err := all[name].Err(); err != nil {
					m[name] = fmt.Sprintf("%v, by %v", err, context.Cause(all[name]))
				}
			}
			return m
		}
		var got []map[string]string
		coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			note(y, "task")
			err := coro.WithTimeout(y, time.Hour, func(*coro.Timeout) error {
				note(y, "outer")
				err := coro.WithTimeout(y, time.Minute, func(*coro.Timeout) error {
					note(y, "inner")
					return coro.WithCancel(y, func(*coro.CancelScope) error {
						note(y, "innermost")
						return coro.Wait(y, coro.Sleep(24*time.Hour))
					})
				})
				got = append(got, state())
				note(y, "outer again")
				return err
			})
			got = append(got, state())
			coro.WithCancel(y, func(s *coro.CancelScope) error {
				note(y, "scope")
				s.CancelCause(errLeft)
				note(y, "canceled scope")
				return nil
			})
			got = append(got, state())
			err = errors.Join(err, coro.WithGroup(y, "g", func(g *coro.Group) error {
				note(y, "group")
				coro.SpawnIn(g, shape(func(*coro.Async) (any, error) { return nil, errOops }))
				return coro.Wait(y, coro.Sleep(24*time.Hour))
			}))
			got = append(got, state())
			return nil, err
		}))
		l.RunAll()
		inner := map[string]string{
			"inner":     "context deadline exceeded, by timed out",
			"innermost": "context deadline exceeded, by timed out",
		}
		outer := map[string]string{"outer": "context canceled, by context canceled", "outer again": "context canceled, by context canceled"}
		scope := map[string]string{"scope": "context canceled, by the guest has left", "canceled scope": "context canceled, by the guest has left"}
		group := map[string]string{"group": "context canceled, by oops"}
		var want []map[string]string
		sum := make(map[string]string)
		for _, more := range []map[string]string{inner, outer, scope, group} {
			next := make(map[string]string)
			for _, m := range []map[string]string{sum, more} {
				for k, v := range m {
					next[k] = v
				}
			}
			want, sum = append(want, next), next
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("canceled after each part (-want +got):\n%s", diff)
		}
	})
}

// The deadline is that of the innermost timeout that comes first, on the loop's
// clock, as long from now as it will take.
func TestContextDeadline(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		far, cancel := context.WithTimeout(t.Context(), 100*time.Hour)
		defer cancel()
		l, _ := newTestLoop(t)
		left := func(y *coro.Async) string {
			d, ok := coro.ContextOf(y).Deadline()
			if !ok {
				return "none"
			}
			return time.Until(d).Round(time.Minute).String()
		}
		var d diary
		coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			d.note(left(y))
			coro.WithTimeout(y, 5*time.Hour, func(outer *coro.Timeout) error {
				d.note(left(y))
				coro.Wait(y, coro.Sleep(time.Hour))
				coro.WithTimeout(y, 50*time.Hour, func(*coro.Timeout) error { d.note(left(y)); return nil })
				coro.WithTimeout(y, time.Hour, func(inner *coro.Timeout) error {
					d.note(left(y))
					before := coro.ContextOf(y)
					inner.Disable()
					d.note(left(y))
					inner.Reschedule(l.Time() + 2*time.Hour)
					d.note(left(y))
					coro.Wait(y, coro.Sleep(24*time.Hour))
					if before.Err() != context.DeadlineExceeded {
						t.Errorf("the Context from before the deadline was another: %v", before.Err())
					}
					return nil
				})
				return nil
			})
			return nil, nil
		}), coro.InContext(far))
		l.RunAll()
		d.want(t, "100h0m0s", "5h0m0s", "4h0m0s", "1h0m0s", "4h0m0s", "2h0m0s")
		if l.Time() != 3*time.Hour {
			t.Errorf("at %v", l.Time())
		}
	})
}

// A thousand tasks with a Context that can be canceled, from which each derives
// its own, have no goroutine between them; nor has the Context any of them when
// they have ended.
func TestContextsHaveNoGoroutines(t *testing.T) {
	countGoroutines(t)
	l, _ := newTestLoop(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	before := runtime.NumGoroutine()
	ended := 0
	for range 1000 {
		coro.Spawn(l, &player{awaits: []func() coro.Await{func() coro.Await {
			context.AfterFunc(l.Context(), func() {}) // which is on nobody's goroutine yet
			return coro.Sleep(time.Second)
		}}}, coro.InContext(ctx)).AddDoneCallback(func() { ended++ })
	}
	l.Advance(time.Millisecond)
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, before %d", n, before)
	}
	cancel()
	l.RunAll()
	if ended != 1000 || l.Time() != time.Millisecond {
		t.Errorf("%d have ended at %v", ended, l.Time())
	}
}

// On a real clock somebody outside may cancel a Context, so to wait for that is
// no deadlock. In virtual time nobody is expected to.
func TestContextAndDeadlock(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		countGoroutines(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		never := func(l *coro.Loop) *player {
			return &player{awaits: awaiting(coro.On(coro.NewFuture[any](l, "never")))}
		}
		virtual, _ := newTestLoop(t)
		coro.Spawn(virtual, of(never(virtual)), coro.InContext(ctx))
		var deadlock *coro.DeadlockError
		if err := virtual.RunAll(); !errors.As(err, &deadlock) {
			t.Errorf("in virtual time: %v, want a deadlock", err)
		}
		l := coro.NewLoop()
		defer l.Close()
		p := never(l)
		coro.Spawn(l, of(p), coro.InContext(ctx))
		go func() {
			for !l.TakeTurn() { // until the loop is idle
				runtime.Gosched()
			}
			cancel(errLeft)
		}()
		within(t, func() {
			if err := l.RunAll(); err != nil {
				t.Error(err)
			}
		})
		wantErrors(t, p.got, errLeft)
	})
}

// In virtual time a Context that is canceled outside, while work is under way
// there, reaches the loop at once.
func TestContextCanceledDuringWork(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		countGoroutines(t)
		for range 50 {
			l, _ := newTestLoop(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			release := l.Hold()
			p := &player{awaits: awaiting(coro.Sleep(time.Hour))}
			task := coro.Spawn(l, of(p), coro.InContext(ctx))
			task.AddDoneCallback(release)
			go cancel(errLeft)
			within(t, func() { l.RunAll() })
			if len(p.got) == 1 && p.got[0] == nil || l.Time() != 0 {
				t.Fatalf("%v at %v, want it to be canceled", p.got, l.Time())
			}
		}
	})
}

// A request that is under way ends when the task that waits for it is canceled.
func TestContextOfARequest(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		arrived, gone := make(chan bool), make(chan bool)
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(arrived)
			<-r.Context().Done()
			close(gone)
		}))
		defer server.Close()
		l := coro.NewLoop()
		defer l.Close()
		var request error
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			ctx := coro.ContextOf(y)
			return coro.Offload(l, "get", func() (any, error) {
				r, err := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
				if err != nil {
					return nil, err
				}
				_, request = http.DefaultClient.Do(r)
				return nil, request
			}).Await(y)
		}))
		go func() {
			<-arrived
			l.CallSoonThreadsafe(func() { task.CancelCause(errLeft) })
		}()
		within(t, func() {
			if _, err := coro.RunUntil(l, task); !errors.Is(err, errLeft) {
				t.Errorf("the task ended with %v", err)
			}
			<-gone
		})
	})
}

// Contexts cost who asks for them: a task that does not is one allocation, as
// ever.
func TestContextCostsNothing(t *testing.T) {
	l, _ := newTestLoop(t)
	spawn := func() {
		coro.Spawn(l, &steps{n: 1})
		l.RunAll()
	}
	for range 100 {
		spawn()
	}
	if n := testing.AllocsPerRun(100, spawn); n > 2 { // the task and its machine
		t.Errorf("%v allocations for a task", n)
	}
}

func TestContextMisused(t *testing.T) {
	var none context.Context
	for name, f := range map[string]func(){
		"InContext(nil)":   func() { coro.InContext(none) },
		"WithContext(nil)": func() { coro.WithContext(none) },
	} {
		if v := panicOf(f); v != "coro: "+name {
			t.Errorf("%s panics with %v", name, v)
		}
	}
	c := coro.New(coro.Pull(func(y *coro.Async) (any, error) {
		if coro.ContextOf(y) != context.Background() {
			t.Error("a coroutine that stands alone has a Context of its own")
		}
		return nil, nil
	}))
	c.Next()
}

// A foreignContext is one that the context package knows nothing of, and that
// cannot be compared.
type foreignContext struct {
	context.Context
	done chan struct{}
	_    []int
}

func (c foreignContext) Done() <-chan struct{} { return c.done }
func (c foreignContext) Err() error {
	select {
	case <-c.done:
		return errLeft
	default:
		return nil
	}
}
func (c foreignContext) Value(any) any { return nil }

func TestForeignContext(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		ctx := foreignContext{t.Context(), make(chan struct{}), nil}
		p, q := &player{awaits: awaiting(coro.Sleep(time.Hour))}, &player{awaits: awaiting(coro.Sleep(time.Hour))}
		coro.Spawn(l, of(p), coro.InContext(ctx))
		coro.Spawn(l, of(q), coro.InContext(ctx))
		l.CallLater(time.Second, func() { close(ctx.done) })
		l.RunAll()
		wantErrors(t, append(p.got, q.got...), errLeft, errLeft)
	})
}

// A function on a pool has the values of the Context that the task was given, and
// ends with that; the end of the task that submitted it is not its end.
func TestContextOfAJob(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		ctx, cancel := context.WithCancelCause(context.WithValue(t.Context(), key("dish"), "soup"))
		var d diary
		begun := make(chan bool)
		var job *coro.Future[any]
		submit := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			job = coro.Submit(l, l.Pool(), func(ctx context.Context) (any, error) {
				d.note(fmt.Sprint(ctx.Value(key("dish"))))
				<-begun
				<-ctx.Done()
				return nil, ctx.Err()
			})
			return nil, nil
		}), coro.InContext(ctx))
		submit.AddDoneCallback(func() {
			close(begun) // after the task's end
			cancel(errLeft)
		})
		within(t, func() { l.RunUntilIdle() })
		d.want(t, "soup")
		if _, err := job.Result(); !errors.Is(err, coro.ErrCanceled) || !errors.Is(err, errLeft) {
			t.Errorf("the job ended with %v", err)
		}
	})
}
