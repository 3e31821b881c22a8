//go:build unix

package signals_test

// This file tests waiting for signals, which this process sends itself.

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/coro/internal/looptest"
	"coroscope/coro/signals"
)

func newLoop(t *testing.T) *coro.Loop {
	t.Helper()
	// The runtime's own goroutine for signals stays once there was one.
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR2)
	signal.Stop(c)
	return looptest.New(t)
}

func send(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		t.Error(err)
	}
}

// A taker takes one signal, as a machine.
type taker struct {
	n   *signals.Listener
	got os.Signal
	err error
}

func (m *taker) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.err = thrown; thrown != nil {
		return coro.Await{}, false
	}
	var ok bool
	if m.got, ok = m.n.TryTake(); !ok {
		return m.n.Waiting(), true
	}
	return coro.Await{}, false
}
func (m *taker) Result() os.Signal { return m.got }
func (m *taker) Err() error        { return m.err }

// eachShape runs test with what takes a signal in each shape.
func eachShape(t *testing.T, test func(t *testing.T, of func(n *signals.Listener) coro.Resumable[struct{}, coro.Await, os.Signal])) {
	type machine = coro.Resumable[struct{}, coro.Await, os.Signal]
	t.Run("pull", func(t *testing.T) { test(t, func(n *signals.Listener) machine { return coro.Pull(n.Wait) }) })
	t.Run("goroutine", func(t *testing.T) { test(t, func(n *signals.Listener) machine { return coro.Goroutine(n.Wait) }) })
	t.Run("statemachine", func(t *testing.T) { test(t, func(n *signals.Listener) machine { return &taker{n: n} }) })
}

func listener(t *testing.T, l *coro.Loop, of ...os.Signal) *signals.Listener {
	t.Helper()
	n, err := signals.NewListener(l, of...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Several wait at a listener, and each signal is for one of them; another
// listener gets it too.
func TestWait(t *testing.T) {
	eachShape(t, func(t *testing.T, of func(n *signals.Listener) coro.Resumable[struct{}, coro.Await, os.Signal]) {
		l := newLoop(t)
		n, other := listener(t, l, syscall.SIGUSR1, syscall.SIGUSR2), listener(t, l, syscall.SIGUSR1)
		first, second, third := coro.Spawn(l, of(n), coro.Named("first")), coro.Spawn(l, of(n)), coro.Spawn(l, of(other))
		l.CallSoon(func() {
			want := "await signal user defined signal 1 or user defined signal 2 not arrived"
			if s, _ := first.Suspension(); s.On()+" "+s.Detail != want {
				t.Errorf("it is suspended on %q, %q", s.On(), s.Detail)
			}
			send(t, syscall.SIGUSR1)
		})
		one, err := coro.RunUntil(l, first)
		if err != nil {
			t.Fatal(err)
		}
		send(t, syscall.SIGUSR2)
		two, err := coro.RunUntil(l, second)
		if err != nil {
			t.Fatal(err)
		}
		three, err := coro.RunUntil(l, third)
		if diff := cmp.Diff([]os.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGUSR1}, []os.Signal{one, two, three}); diff != "" || err != nil {
			t.Errorf("signals (%v, -want +got):\n%s", err, diff)
		}
	})
}

// When nobody waits any more, the signal does again what it does otherwise; and
// time goes on while somebody waits.
func TestNobodyWaits(t *testing.T) {
	eachShape(t, func(t *testing.T, of func(n *signals.Listener) coro.Resumable[struct{}, coro.Await, os.Signal]) {
		signal.Ignore(syscall.SIGUSR1)
		defer signal.Reset(syscall.SIGUSR1)
		l := newLoop(t)
		task := coro.Spawn(l, of(listener(t, l, syscall.SIGUSR1)))
		l.CallLater(time.Hour, func() {
			if signal.Ignored(syscall.SIGUSR1) {
				t.Error("nobody listens")
			}
			task.CancelCause(os.ErrClosed)
		})
		if _, err := coro.RunUntil(l, task); !errors.Is(err, coro.ErrCanceled) || !errors.Is(err, os.ErrClosed) {
			t.Errorf("it ended with %v", err)
		}
	})
}

// A signal that a canceled task did not take is for the next.
func TestCanceledTakesNothing(t *testing.T) {
	eachShape(t, func(t *testing.T, of func(n *signals.Listener) coro.Resumable[struct{}, coro.Await, os.Signal]) {
		l := newLoop(t)
		n := listener(t, l, syscall.SIGUSR1)
		first := coro.Spawn(l, of(n))
		// Another listens too, so that it is known when the signal has come.
		seen := make(chan os.Signal, 1)
		signal.Notify(seen, syscall.SIGUSR1)
		defer signal.Stop(seen)
		l.CallSoon(func() {
			send(t, syscall.SIGUSR1)
			<-seen
			first.Cancel()
		})
		coro.RunUntil(l, first)
		second := coro.Spawn(l, of(n))
		if s, err := coro.RunUntil(l, second); s != syscall.SIGUSR1 || err != nil {
			t.Errorf("the second got %v, %v", s, err)
		}
	})
}

func TestNeverArrives(t *testing.T) {
	l := newLoop(t)
	for _, s := range []os.Signal{os.Kill, syscall.SIGSTOP} {
		_, err := coro.RunUntil(l, coro.Spawn(l, coro.Pull(func(y *coro.Async) (os.Signal, error) { return signals.Wait(y, os.Interrupt, s) })))
		if !errors.Is(err, signals.ErrNeverArrives) {
			t.Errorf("%v: %v", s, err)
		}
	}
	if _, err := signals.NewListener(l); err == nil {
		t.Error("a listener for nothing")
	}
}

func ExampleWait() {
	fmt.Println(coro.Run(coro.Pull(func(y *coro.Async) (os.Signal, error) {
		coro.LoopOf(y).CallSoon(func() { syscall.Kill(os.Getpid(), syscall.SIGHUP) })
		return signals.Wait(y, os.Interrupt, syscall.SIGHUP)
	})))
	// Output: hangup <nil>
}
