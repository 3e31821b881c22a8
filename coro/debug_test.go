package coro_test

// This file tests the debug mode.

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// neverStarted turns debug mode on for the test, and returns a function that
// returns what was reported so far.
func neverStarted(t *testing.T) (reported func() []coro.NeverStarted) {
	var mu sync.Mutex
	var all []coro.NeverStarted
	coro.Debug(true)
	coro.OnNeverStarted(func(n coro.NeverStarted) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, n)
	})
	t.Cleanup(func() {
		coro.Debug(false)
		coro.OnNeverStarted(nil)
	})
	return func() []coro.NeverStarted {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

// A body that was made into a coroutine and forgotten is reported, with where;
// one that has a driver, or is held, is not.
func TestNeverStarted(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		reported := neverStarted(t)
		body := func(*genYielder) (any, error) { return nil, nil }
		l, _ := newTestLoop(t)
		forget := func() {
			shape(body)
			c := coro.New(shape(body)) // never started either, but somebody has taken it on
			c.Close()
			coro.New(shape(body)).Next()
			coro.Spawn(l, coro.Pull(napping))
		}
		made := here(-6)
		held := shape(body)
		forget()
		if !collect(func() bool { return len(reported()) > 0 }) {
			t.Fatal("nothing was reported")
		}
		l.RunAll()
		coro.New(held).Next()
		for range 10 {
			runtime.GC()
		}
		want := []coro.NeverStarted{{Func: "coro_test.TestNeverStarted.func1.1", Shape: coro.New(shape(body)).Info().Shape, Made: made}}
		if diff := cmp.Diff(want, reported()[:1]); diff != "" || len(reported()) > 1 {
			t.Errorf("reported (-want +got):\n%s%v", diff, reported()[1:])
		}
		if s := want[0].String(); !strings.Contains(s, "coro_test.TestNeverStarted.func1.1, made at debug_test.go:") {
			t.Errorf("it is said %q", s)
		}
	})
}

// Without debug mode nobody looks.
func TestNeverStartedWithoutDebug(t *testing.T) {
	reported := neverStarted(t)
	coro.Debug(false)
	func() { coro.Pull(napping) }()
	coro.Debug(true)
	func() { coro.Pull(napping) }()
	if !collect(func() bool { return len(reported()) > 0 }) || len(reported()) != 1 {
		t.Errorf("reported: %v, want the second", reported())
	}
}

// In debug mode reports say where a task was made that nobody named.
func TestDebugSaysWhereTasksWereMade(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		for _, debug := range []bool{false, true} { // false must do no harm
			var told []string
			opts := []coro.LoopOption{coro.WithClock(&coro.VirtualClock{}), coro.WithExceptionHandler(func(_ *coro.Loop, e coro.Exception) {
				told = append(told, e.String())
			})}
			if debug {
				opts = append(opts, coro.WithDebug())
			}
			l := coro.NewLoop(opts...)
			coro.Spawn(l, of(&player{ending: ending{err: errOops}}))
			coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Hour))}))
			l.RunUntilIdle()
			l.Close()
			if len(told) != 2 {
				t.Fatalf("told: %q", told)
			}
			for _, s := range told {
				if debug && !strings.Contains(s, ", made at debug_test.go:") {
					t.Errorf("debug %v: %s", debug, s)
				}
			}
		}
	})
}

// Debug mode reports slow steps, unless the loop says otherwise.
func TestDebugReportsSlowSteps(t *testing.T) {
	coro.Debug(true)
	defer coro.Debug(false)
	slow := 0
	l, _ := newTestLoop(t, coro.WithSlowStep(time.Nanosecond, func(coro.SlowStep) { slow++ }))
	l.CallSoon(func() {
		for began := time.Now(); time.Since(began) < 10; {
		}
	})
	l.RunAll()
	if slow != 1 {
		t.Errorf("%d steps were reported to the loop's own, want 1", slow)
	}
}

// The environment turns it on for a program that knows nothing of it.
func TestDebugByEnvironment(t *testing.T) {
	const child = "CORO_TEST_EXPECTS"
	if expects := os.Getenv(child); expects != "" {
		reported := make(chan coro.NeverStarted, 1)
		coro.OnNeverStarted(func(n coro.NeverStarted) { reported <- n })
		func() { coro.Pull(napping) }()
		switch expects {
		case "on":
			if !collect(func() bool { return len(reported) > 0 }) {
				t.Error("nothing was reported")
			}
		case "off":
			for range 10 {
				runtime.GC()
			}
			if len(reported) > 0 {
				t.Errorf("reported: %v", <-reported)
			}
		}
		return
	}
	for value, expects := range map[string]string{"1": "on", "0": "off", "": "off"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestDebugByEnvironment$")
		cmd.Env = append(os.Environ(), child+"="+expects, "CORO_DEBUG="+value)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("CORO_DEBUG=%s, which is %s: %v\n%s", value, expects, err, out)
		}
	}
}
