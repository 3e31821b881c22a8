package coro_test

// This file tests what becomes of coroutines that nobody closes: the reports
// about them, and the pprof labels by which they are found.

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// abandon makes a coroutine, starts it and forgets it. It must not be inlined,
// or the test's own frame could still hold it.
//
//go:noinline
func abandon(shape genShape, body genBody, opts ...coro.Option) {
	coro.New(shape(body), opts...).Next()
}

func TestAbandonedIsReported(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		countGoroutines(t)
		var reported atomic.Pointer[coro.Info]
		var cleaned atomic.Bool
		abandon(shape, func(y *genYielder) (any, error) {
			defer cleaned.Store(true)
			_, err := y.Yield(1)
			return nil, err
		}, coro.Named("forgotten"), coro.OnAbandoned(func(i *coro.Info) { reported.Store(i) }), coro.CloseAbandoned())
		if !collect(func() bool { return reported.Load() != nil && cleaned.Load() }) {
			t.Fatalf("reported: %v, closed: %v", reported.Load(), cleaned.Load())
		}
		i := reported.Load()
		if i.Name != "forgotten" || !strings.HasPrefix(i.Created.String(), "abandoned_test.go:") {
			t.Errorf("reported %s, made at %s", i, i.Created)
		}
	})
}

// A body that ignores the close of the collector is unwound, as by Close.
func TestAbandonedThatIgnoresItsClose(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		countGoroutines(t)
		var cleaned atomic.Bool
		abandon(shape, func(y *genYielder) (any, error) {
			defer cleaned.Store(true)
			for {
				y.Yield("again")
			}
		}, coro.OnAbandoned(func(*coro.Info) {}), coro.CloseAbandoned())
		if !collect(cleaned.Load) {
			t.Error("not unwound")
		}
	})
}

// lockedBuffer is where the log goes, which another goroutine writes.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) contains(s string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.b.String(), s)
}

func captureLog(t *testing.T) *lockedBuffer {
	var out lockedBuffer
	log.SetOutput(&out)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	return &out
}

func TestAbandonedIsLogged(t *testing.T) {
	logged := captureLog(t)
	abandon(coro.Pull[any, any, any], echo, coro.Named("forgotten"), coro.CloseAbandoned())
	if !collect(func() bool { return logged.contains("forgotten#") && logged.contains("abandoned_test.go:") }) {
		t.Errorf("the log does not tell the name and the place: %s", logged.b.String())
	}
}

func TestAbandonedThatPanicsWhenClosed(t *testing.T) {
	logged := captureLog(t)
	countGoroutines(t)
	abandon(coro.Pull[any, any, any], breaking, coro.Named("breaker"), coro.OnAbandoned(func(*coro.Info) {}), coro.CloseAbandoned())
	if !collect(func() bool { return logged.contains("breaker#") && logged.contains("panicked") }) {
		t.Error("the panic was not logged")
	}
}

// One that has ended, was closed, or never started is not abandoned.
func TestNotAbandoned(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var reports atomic.Int32
		report := coro.OnAbandoned(func(*coro.Info) { reports.Add(1) })
		func() {
			ended := coro.New(shape(func(*genYielder) (any, error) { return nil, nil }), report)
			ended.Next()
			closed := coro.New(shape(echo), report)
			closed.Next()
			closed.Close()
			coro.New(shape(echo), report) // never started
		}()
		// The one after them shows when the collector is through.
		var done atomic.Bool
		abandon(shape, echo, coro.OnAbandoned(func(*coro.Info) { done.Store(true) }), coro.CloseAbandoned())
		if !collect(done.Load) {
			t.Fatal("the collector found nothing")
		}
		if n := reports.Load(); n != 0 {
			t.Errorf("%d reports, want none", n)
		}
	})
}

// One that somebody holds, if only a suspended body, is not abandoned.
func TestHeldByAnotherBody(t *testing.T) {
	var reports atomic.Int32
	inner := coro.New(coro.Pull(echo), coro.OnAbandoned(func(*coro.Info) { reports.Add(1) }))
	outer := coro.New(coro.Pull(func(y *genYielder) (any, error) { return coro.Delegate(y, inner) }))
	outer.Next()
	inner = nil
	var done atomic.Bool
	abandon(coro.Pull[any, any, any], echo, coro.OnAbandoned(func(*coro.Info) { done.Store(true) }), coro.CloseAbandoned())
	if !collect(done.Load) {
		t.Fatal("the collector found nothing")
	}
	if reports.Load() != 0 {
		t.Error("a coroutine that a suspended body holds was reported as abandoned")
	}
	wantYield(t, "alive")(outer.Resume("alive"))
	outer.Close()
}

// fakeTB is a test that runs its cleanups when it is told to.
type fakeTB struct {
	cleanups []func()
	errors   []string
}

func (f *fakeTB) Helper()                      {}
func (f *fakeTB) Cleanup(fn func())            { f.cleanups = append(f.cleanups, fn) }
func (f *fakeTB) Errorf(s string, args ...any) { f.errors = append(f.errors, fmt.Sprintf(s, args...)) }
func (f *fakeTB) end() []string {
	for _, fn := range f.cleanups {
		fn()
	}
	return f.errors
}

func TestCheckLeaks(t *testing.T) {
	before := coro.New(coro.Pull(echo))
	before.Next()
	defer before.Close()

	tb := &fakeTB{}
	coro.CheckLeaks(tb)
	place := here(1)
	left := coro.New(coro.Pull(echo), coro.Named("left"))
	left.Next()
	ended := coro.New(coro.Pull(echo))
	ended.Next()
	ended.Close()
	coro.New(coro.Pull(echo)) // never started, so there is nothing to leave open
	machine := coro.New(newEchoMachine(), coro.Named("machine"))
	machine.Next()

	want := []string{fmt.Sprintf("2 coroutines left open:\n\t%s, made at %s\n\t%s, made at %s",
		left.Info(), place, machine.Info(), machine.Info().Created)}
	if diff := cmp.Diff(want, tb.end()); diff != "" {
		t.Errorf("what CheckLeaks reports (-want +got):\n%s", diff)
	}
	left.Close()
}

func TestCheckLeaksOnALoop(t *testing.T) {
	tb := &fakeTB{}
	coro.CheckLeaks(tb)
	l, _ := newTestLoop(t)
	coro.Spawn(l, coro.Pull(napping), coro.Named("napping"))
	l.CallSoon(l.Stop)
	l.RunForever()
	if errs := tb.end(); len(errs) != 1 || !strings.Contains(errs[0], "napping#") {
		t.Errorf("with a task left open, CheckLeaks reports %q", errs)
	}

	tb = &fakeTB{}
	coro.CheckLeaks(tb)
	coro.Run(coro.Pull(napping), coro.WithClock(&coro.VirtualClock{}))
	if errs := tb.end(); errs != nil {
		t.Errorf("with all tasks ended, CheckLeaks reports %q", errs)
	}
}

// Two checks at once, as in a test and its subtest, each see their own.
func TestCheckLeaksNested(t *testing.T) {
	outer, inner := &fakeTB{}, &fakeTB{}
	coro.CheckLeaks(outer)
	a := coro.New(coro.Pull(echo))
	a.Next()
	coro.CheckLeaks(inner)
	if errs := inner.end(); errs != nil {
		t.Errorf("the inner check reports what was open before it: %q", errs)
	}
	if errs := outer.end(); len(errs) != 1 {
		t.Errorf("the outer check reports %q, want the coroutine left open", errs)
	}
	a.Close()
}

// napping is a task that sleeps for an hour.
func napping(y *coro.Async) (any, error) {
	return nil, coro.Wait(y, coro.Sleep(time.Hour).As("nap"))
}

// profileShows reports whether the goroutine profile has a goroutine with the
// pprof label of that coroutine.
func profileShows(t *testing.T, name string) bool {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	return strings.Contains(b.String(), fmt.Sprintf(`"coroutine":%q`, name))
}

func TestLabeled(t *testing.T) {
	coro.LabelAll(false) // as TestMain has it
	defer coro.LabelAll(true)
	eachStackful(t, func(t *testing.T, shape genShape) {
		c := coro.New(shape(echo), coro.Named("easily found"), coro.Labeled())
		c.Next()
		if !profileShows(t, "easily found") {
			t.Error("the goroutine profile does not show the label")
		}
		c.Close()
		plain := coro.New(shape(echo), coro.Named("not labeled"))
		plain.Next()
		if profileShows(t, "not labeled") || profileShows(t, "easily found") {
			t.Error("the goroutine profile shows a label that it should not")
		}
		plain.Close()
	})
}

func TestLabeledTasks(t *testing.T) {
	coro.LabelAll(false)
	defer coro.LabelAll(true)
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t, coro.WithLabels())
		coro.Spawn(l, shape(napping), coro.Named("napping guest"))
		l.CallSoon(l.Stop)
		l.RunForever()
		if !profileShows(t, "napping guest") {
			t.Error("the goroutine profile does not show the label")
		}
	})
}
