package coro_test

// This file defines what the tests share: coroutines and tasks in every
// shape, errors and values as Python prints them, and the watch on goroutines
// and hangs.

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
)

// Coroutines that stand alone, of any values: a generator in Python's terms.
type (
	gen        = coro.Coroutine[any, any, any]
	genYielder = coro.Yielder[any, any]
	genBody    = coro.Body[any, any, any]
	genShape   = func(genBody) coro.Resumable[any, any, any]
)

// Tasks with any result.
type (
	asyncBody  = coro.Body[struct{}, coro.Await, any]
	asyncShape = func(asyncBody) coro.Resumable[struct{}, coro.Await, any]
	machine    = coro.Resumable[struct{}, coro.Await, any]
)

// eachStackful runs test for each shape that a genBody can have.
func eachStackful(t *testing.T, test func(t *testing.T, shape genShape)) {
	t.Run("pull", func(t *testing.T) { test(t, coro.Pull[any, any, any]) })
	t.Run("goroutine", func(t *testing.T) { test(t, coro.Goroutine[any, any, any]) })
}

// eachGen runs test on one computation in every shape: on body, and on the
// machine that was written by hand to do the same.
func eachGen(t *testing.T, body genBody, byHand func() coro.Resumable[any, any, any], test func(t *testing.T, c *gen)) {
	eachStackful(t, func(t *testing.T, shape genShape) { test(t, coro.New(shape(body))) })
	t.Run("statemachine", func(t *testing.T) { test(t, coro.New(byHand())) })
}

// eachAsync runs test for each shape that an asyncBody can have.
func eachAsync(t *testing.T, test func(t *testing.T, shape asyncShape)) {
	t.Run("pull", func(t *testing.T) { test(t, coro.Pull[struct{}, coro.Await, any]) })
	t.Run("goroutine", func(t *testing.T) { test(t, coro.Goroutine[struct{}, coro.Await, any]) })
}

// ending is the part of a machine that keeps how it ended.
type ending struct {
	ret any
	err error
}

func (e *ending) Result() any { return e.ret }
func (e *ending) Err() error  { return e.err }

// newTestLoop returns a loop on a virtual clock, and what its exception
// handler is told, as lines. The loop is closed with the test.
func newTestLoop(t *testing.T, opts ...coro.LoopOption) (*coro.Loop, *[]string) {
	t.Helper()
	var told []string
	l := coro.NewLoop(append([]coro.LoopOption{
		coro.WithClock(&coro.VirtualClock{}),
		coro.WithExceptionHandler(func(_ *coro.Loop, e coro.Exception) { told = append(told, describe(e)) }),
	}, opts...)...)
	t.Cleanup(func() { l.Close() })
	return l, &told
}

// describe is an Exception in a line, without stacks.
func describe(e coro.Exception) string {
	line := e.Message
	if task, ok := e.Of.(coro.AnyTask); ok {
		line += ", " + task.Name()
	}
	if e.Err != nil {
		line += ": " + firstLine(e.Err)
	}
	return line
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// run runs the loop until what is ready, and every timer, has had its turn:
// until it would be a deadlock or be done.
func run(t *testing.T, l *coro.Loop) {
	t.Helper()
	var deadlock *coro.DeadlockError
	never := coro.NewFuture[any](l, "never")
	if _, err := coro.RunUntil(l, never); !errors.As(err, &deadlock) {
		t.Fatalf("the loop ended with %v, want it to run out of things to do", err)
	}
}

// patience is for how long the tests wait for what happens at once, on the
// slowest of machines.
const patience = 2 * time.Minute

// within fails the test if f does not return. What is tested for a hang runs in
// it.
func within(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("hangs:\n%s", stacks())
	}
}

func stacks() []byte {
	buf := make([]byte, 1<<16)
	return buf[:runtime.Stack(buf, true)]
}

// goexits runs f on a goroutine of its own and reports whether f ended it with
// runtime.Goexit.
func goexits(t *testing.T, f func()) bool {
	t.Helper()
	returned := false
	within(t, func() {
		f()
		returned = true
	})
	return !returned
}

// panicOf returns what f panicked with, nil if it did not.
func panicOf(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

// countGoroutines fails the test if there are more goroutines at its end than
// there were when this was called. Goroutines that are about to end are given
// time to.
func countGoroutines(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		t.Helper()
		deadline := time.Now().Add(patience)
		for runtime.NumGoroutine() > before {
			if time.Now().After(deadline) {
				t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks())
				return
			}
			runtime.Gosched()
		}
	})
}

// collect runs the collector until done, which a cleanup or a goroutine that
// it starts makes true.
func collect(done func() bool) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if runtime.GC(); done() {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

// here returns the place of the line that calls it, moved by delta lines.
func here(delta int) coro.Place {
	_, file, line, _ := runtime.Caller(1)
	return coro.Place{File: file, Line: line + delta}
}

// A raised is an error that prints as one of Python's exceptions does.
type raised struct{ Kind, Text string }

func (r raised) Error() string {
	if r.Text == "" {
		return r.Kind
	}
	return r.Kind + ":" + r.Text
}

func isKind(err error, kind string) bool {
	var r raised
	return errors.As(err, &r) && r.Kind == kind
}

var (
	keyError   = raised{"KeyError", "'k'"}
	valueError = raised{"ValueError", "v"}
)

// str is Python's str of a value.
func str(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, str(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case raised:
		return v.Text
	}
	return fmt.Sprint(v)
}

// joined is Python's " ".join(map(str, parts)).
func joined(parts ...any) string {
	var ss []string
	for _, p := range parts {
		ss = append(ss, str(p))
	}
	return strings.Join(ss, " ")
}

// A player is a task that awaits one thing after the other, notes what error
// each ended with, and goes on whatever that was. It is a machine, and body is
// the same straight down.
type player struct {
	ending
	awaits []func() coro.Await
	got    []error
	state  int // how many it has awaited
}

func (p *player) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if p.state > 0 {
		p.got = append(p.got, thrown)
	}
	if p.state == len(p.awaits) {
		return coro.Await{}, false
	}
	p.state++
	return p.awaits[p.state-1](), true
}

func (p *player) body(y *coro.Async) (any, error) {
	for _, await := range p.awaits {
		p.got = append(p.got, coro.Wait(y, await()))
	}
	return p.ret, p.err
}

// awaiting returns what a player awaits.
func awaiting(as ...coro.Await) []func() coro.Await {
	var fs []func() coro.Await
	for _, a := range as {
		fs = append(fs, func() coro.Await { return a })
	}
	return fs
}

// eachPlayer runs test for each shape of a player.
func eachPlayer(t *testing.T, test func(t *testing.T, of func(p *player) machine)) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		test(t, func(p *player) machine { return shape(p.body) })
	})
	t.Run("statemachine", func(t *testing.T) {
		test(t, func(p *player) machine { return p })
	})
}

// wantErrors fails the test unless the errors are those wanted, as errors.Is
// has it.
func wantErrors(t *testing.T, got []error, want ...error) {
	t.Helper()
	same := len(got) == len(want)
	for i := 0; same && i < len(got); i++ {
		same = errors.Is(got[i], want[i]) && (want[i] != nil || got[i] == nil)
	}
	if !same {
		t.Errorf("got the errors %v, want %v", got, want)
	}
}

// A taker takes one thing: it tries, and awaits while it must.
type taker struct {
	ending
	try     func() (v any, ready bool, err error)
	waiting func() coro.Await
}

func (k *taker) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	ready := thrown != nil
	if k.err = thrown; !ready {
		k.ret, ready, k.err = k.try()
	}
	if ready || k.err != nil {
		return coro.Await{}, false
	}
	return k.waiting(), true
}

func (k *taker) body(y *coro.Async) (any, error) {
	for {
		if v, ready, err := k.try(); ready || err != nil {
			return v, err
		}
		if err := coro.Wait(y, k.waiting()); err != nil {
			return nil, err
		}
	}
}

// eachTaker runs test for each shape of a taker.
func eachTaker(t *testing.T, test func(t *testing.T, of func(k *taker) machine)) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		test(t, func(k *taker) machine { return shape(k.body) })
	})
	t.Run("statemachine", func(t *testing.T) {
		test(t, func(k *taker) machine { return k })
	})
}
