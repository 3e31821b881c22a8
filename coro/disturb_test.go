package coro_test

// This file tests that a stackful body does not notice what is done to it beside
// resuming it: asking where it stands, observing it, and no longer; and what
// misuse of its Yielder does.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"
	"time"

	"coroscope/coro"

	"github.com/google/go-cmp/cmp"
)

// A watcher is a gate that can be shut.
type watcher struct {
	coro.NopObserver
	open      bool
	suspended coro.Suspension // the last one told of
	resumed   coro.Suspension // the last one that was told to be over
	told      int
}

func (w *watcher) Epoch() uint64 {
	if w.open {
		return 1
	}
	return 0
}

func (w *watcher) Suspend(_ *coro.Info, s coro.Suspension) {
	w.suspended = s
	w.told++
}

func (w *watcher) Resume(_ *coro.Info, s coro.Suspension, start bool, _ error) {
	w.resumed = s
	w.told++
}

// A wanderer is a body that suspends itself at one of several places, as it is
// told by what is sent to it.
type wanderer struct {
	place coro.Place // of its next suspension
	label string
	got   string // what its last Yield returned
}

func (w *wanderer) body(y *coro.Yielder[any, any]) (any, error) {
	var in any
	var err error
	for {
		switch w.label = ""; in {
		case nil, 0:
			w.place = here(1)
			in, err = y.Yield("first")
		case 1:
			w.label, w.place = "second", here(1)
			in, err = y.YieldAs("second", "second")
		case 2:
			in, err = w.deeper(y, 3)
		case 3:
			return "done", nil
		}
		w.got = fmt.Sprint(in, err)
	}
}

func (w *wanderer) deeper(y *coro.Yielder[any, any], n int) (any, error) {
	if n > 0 {
		return w.deeper(y, n-1)
	}
	w.place = here(1)
	return y.Yield("third")
}

func TestUndisturbed(t *testing.T) {
	oops := errors.New("oops")
	eachStackful(t, func(t *testing.T, shape genShape) {
		for seed := range uint64(200) {
			rng := rand.New(rand.NewPCG(seed, 0))
			w, obs := &wanderer{}, &watcher{}
			c := coro.New(shape(w.body))
			observed := false
			if _, ok, err := c.Next(); !ok || err != nil {
				t.Fatal(ok, err)
			}
			for range 40 {
				for range rng.IntN(3) { // none of which is to be noticed
					switch rng.IntN(4) {
					case 0:
						observed = true
						c.Observe(obs)
					case 1:
						observed = false
						c.Observe(nil)
					case 2:
						obs.open = !obs.open
					case 3:
						if s, ok := c.Suspension(); !ok || s.Place != w.place || s.Label != w.label {
							t.Fatalf("seed %d: suspended at %v %q, want %v %q", seed, s.Place, s.Label, w.place, w.label)
						}
					}
				}
				was, wasLabel, told := w.place, w.label, obs.told
				want := "oops"
				if in := rng.IntN(4); in == 3 {
					c.Throw(oops)
					want = "<nil> oops"
				} else {
					c.Resume(in)
					want = fmt.Sprint(in, " <nil>")
				}
				if w.got != want {
					t.Fatalf("seed %d: Yield returned %s, want %s", seed, w.got, want)
				}
				switch {
				case !observed || !obs.open:
					if obs.told != told {
						t.Fatalf("seed %d: told of %d events while the observer wanted none", seed, obs.told-told)
					}
				case obs.told != told+2 || obs.resumed.Place != was || obs.resumed.Label != wasLabel ||
					obs.suspended.Place != w.place || obs.suspended.Label != w.label:
					t.Fatalf("seed %d: told of %d events, from %v %q to %v %q, want 2, from %v %q to %v %q", seed, obs.told-told,
						obs.resumed.Place, obs.resumed.Label, obs.suspended.Place, obs.suspended.Label, was, wasLabel, w.place, w.label)
				}
			}
			if _, err := c.Close(); !errors.Is(err, coro.ErrIgnoredClose) || c.Status() != coro.Done {
				t.Fatalf("seed %d: closed with %v, %v", seed, err, c.Status())
			}
		}
	})
}

// A Yield in a question is one while the body does not run.
func TestYieldInQuestion(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var body *coro.Yielder[any, any]
		c := coro.New(shape(func(y *coro.Yielder[any, any]) (any, error) {
			body = y
			y.Yield(1)
			return "done", nil
		}))
		c.Next()
		func() {
			defer func() {
				p, _ := recover().(*coro.PanicError)
				if p == nil || p.Value != "coro: Yield called while its coroutine is not running" {
					t.Errorf("recovered %v", p)
				}
			}()
			c.OnBody(func(coro.Suspension) { body.Yield("misuse") })
		}()
		if s, ok := c.Suspension(); !ok || s.Place.File == "" {
			t.Errorf("suspended at %v, %t", s, ok)
		}
		if ret, err := c.Close(); ret != "done" || err != nil {
			t.Errorf("closed with %v, %v", ret, err)
		}
	})
}

// A Wait of somebody else does not change what is said of a suspended task.
func TestWaitFromElsewhere(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		var other *coro.Async
		sleeper := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			other = y
			return nil, coro.Wait(y, coro.Sleep(time.Second).As("mine"))
		}))
		coro.RunUntil(l, coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			before, _ := sleeper.Suspension()
			func() {
				defer func() {
					if recover() == nil {
						t.Error("a Wait from elsewhere did not panic")
					}
				}()
				coro.Wait(other, coro.NextTurn().As("misuse"))
			}()
			if after, _ := sleeper.Suspension(); after != before {
				t.Errorf("it waits for %v, want %v", after, before)
			}
			sleeper.Cancel()
			return nil, nil
		})))
	})
}

// A panic of an observer is one of the body, also when the gate opened while
// the body ran.
func TestObserverPanics(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		for _, late := range []bool{false, true} {
			obs := &panicky{}
			obs.open = !late
			unwound := false
			c := coro.New(shape(func(y *coro.Yielder[any, any]) (any, error) {
				defer func() { unwound = true }()
				obs.open = true
				y.Yield(1)
				return nil, nil
			}), coro.ObservedBy(obs))
			func() {
				defer func() {
					if p, _ := recover().(*coro.PanicError); p == nil || p.Value != "observer" {
						t.Errorf("late %t: recovered %v", late, p)
					}
				}()
				c.Next()
			}()
			if c.Status() != coro.Done || !unwound {
				t.Errorf("late %t: %v, unwound %t", late, c.Status(), unwound)
			}
		}
	})
}

// A panicky observer panics when it is told of a suspension.
type panicky struct{ watcher }

func (p *panicky) Suspend(*coro.Info, coro.Suspension) { panic("observer") }

// What a body was sent last is not kept after its end.
func TestSentIsNotKeptAfterGoexit(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		c := coro.New(shape(func(y *coro.Yielder[any, any]) (any, error) {
			y.Yield(1)
			runtime.Goexit()
			return nil, nil
		}))
		c.Next()
		collected := make(chan bool, 1)
		ended := make(chan bool)
		go func() {
			defer close(ended)
			big := new([1 << 20]byte)
			runtime.AddCleanup(big, func(int) { collected <- true }, 0)
			c.Resume(big)
		}()
		<-ended
		if !collect(func() bool { return len(collected) > 0 }) {
			t.Error("it is kept")
		}
		runtime.KeepAlive(c)
	})
}

// A body sees of its Yielder what it is to use, and nothing more.
func TestYielderMethods(t *testing.T) {
	var methods []string
	for typ, i := reflect.TypeFor[*coro.Yielder[int, int]](), 0; i < typ.NumMethod(); i++ {
		methods = append(methods, typ.Method(i).Name)
	}
	if diff := cmp.Diff([]string{"Yield", "YieldAs"}, methods); diff != "" {
		t.Errorf("methods of Yielder (-want +got):\n%s", diff)
	}
}

// Closing a loop ends, whatever its handler does.
func TestCloseWithPanickingHandler(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l := coro.NewLoop(coro.WithObserver(coro.NopObserver{}), coro.WithExceptionHandler(func(_ *coro.Loop, e coro.Exception) {
			if errors.Is(e.Err, coro.ErrIgnoredClose) {
				panic(e.Message)
			}
		}))
		coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			for {
				coro.Wait(y, coro.NextTurn())
			}
		}))
		l.CallSoon(l.Stop)
		l.RunForever()
		defer func() {
			if v := recover(); v == nil {
				t.Error("the handler's panic is lost")
			}
			if n := len(l.Tasks()); n != 0 {
				t.Errorf("%d tasks are left", n)
			}
		}()
		l.Close()
	})
}

// mourner panics when it is told of an end.
type mourner struct{ coro.NopObserver }

func (mourner) End(*coro.Info, coro.Outcome) { panic("observer") }

// A panic of an observer in End is one of the body, too, and the coroutine has
// ended.
func TestObserverPanicsAtEnd(t *testing.T) {
	body := func(y *coro.Yielder[any, any]) (any, error) {
		y.Yield(1)
		return "done", nil
	}
	eachGen(t, body, func() coro.Resumable[any, any, any] { return &onceThenDone{} }, func(t *testing.T, c *gen) {
		c.Observe(mourner{})
		c.Next()
		func() {
			defer func() {
				if p, _ := recover().(*coro.PanicError); p == nil || p.Value != "observer" {
					t.Errorf("recovered %v", p)
				}
			}()
			c.Next()
		}()
		if c.Status() != coro.Done {
			t.Errorf("it is %v", c.Status())
		}
		if _, _, err := c.Next(); !errors.Is(err, coro.ErrDone) {
			t.Errorf("Next answers %v", err)
		}
		if _, err := c.Result(); err == nil {
			t.Error("it has ended without an error")
		}
	})
}

// The same on a loop, for a task that runs and one that never does.
func TestObserverPanicsAtEndOfTask(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l := coro.NewLoop(coro.WithObserver(mourner{}), coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}))
		ends := coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return nil, coro.Wait(y, coro.NextTurn()) }))
		never := coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return nil, nil }))
		machine := coro.Spawn(l, &napper{})
		never.Cancel()
		for _, task := range []coro.Result[any]{ends, never, machine} {
			_, err := coro.RunUntil(l, task)
			var p *coro.PanicError
			if !errors.As(err, &p) || p.Value != "observer" {
				t.Errorf("%v ended with %v", task, err)
			}
		}
		l.Close()
	})
}

// onceThenDone is a machine that yields once.
type onceThenDone struct {
	resumed int
	ending
}

func (m *onceThenDone) Resume(any, error) (any, bool) {
	m.resumed++
	return m.resumed, m.resumed < 2
}
func (m *onceThenDone) Result() any { return m.ret }
func (m *onceThenDone) Err() error  { return m.err }

// napper is a machine that waits for the next turn, once.
type napper struct{ onceThenDone }

func (m *napper) Resume(struct{}, error) (coro.Await, bool) {
	m.resumed++
	return coro.NextTurn(), m.resumed < 2
}

// Of several causes for a cancellation, a task that is suspended hears the
// first, and one that has not begun the last, as in asyncio.
func TestCauseOfTwoCancellations(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	for _, c := range []struct {
		name   string
		await  func(l *coro.Loop) coro.Await // nil for a task that has not begun
		causes []error
		want   error
	}{
		{"in a sleep", func(*coro.Loop) coro.Await { return coro.Sleep(time.Second) }, []error{first, second}, first},
		{"on a future", func(l *coro.Loop) coro.Await { return coro.On(coro.NewFuture[int](l, "f")) }, []error{first, second}, first},
		{"before it began", nil, []error{first, second}, second},
		{"before it began, the last without", nil, []error{first, nil}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachAsync(t, func(t *testing.T, shape asyncShape) {
				l, _ := newTestLoop(t)
				task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
					return nil, coro.Wait(y, c.await(l))
				}))
				cancel := func() {
					for _, cause := range c.causes {
						task.CancelCause(cause)
					}
				}
				if c.await == nil {
					cancel()
				} else {
					l.CallLater(time.Millisecond, cancel)
				}
				_, err := coro.RunUntil(l, task)
				if !errors.Is(err, coro.ErrCanceled) || errors.Is(err, first) != (c.want == first) || errors.Is(err, second) != (c.want == second) {
					t.Errorf("canceled with %v, want the cause %v", err, c.want)
				}
			})
		})
	}
}

// A callback that is nil is refused where it is handed over.
func TestNilCallbacks(t *testing.T) {
	l := coro.NewLoop(coro.WithName(""))
	defer l.Close()
	for name, call := range map[string]func(){
		"CallSoon":           func() { l.CallSoon(nil) },
		"CallLater":          func() { l.CallLater(time.Second, nil) },
		"CallAt":             func() { l.CallAt(time.Second, nil) },
		"CallSoonThreadsafe": func() { l.CallSoonThreadsafe(nil) },
	} {
		func() {
			defer func() {
				if v, want := recover(), "coro: "+name+"(nil)"; v != want {
					t.Errorf("recovered %v, want %v", v, want)
				}
			}()
			call()
		}()
	}
	if l.Name() != "main" {
		t.Errorf("a loop without a name is called %q", l.Name())
	}
}
