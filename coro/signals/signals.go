// Package signals has the tasks of a loop wait for signals of the operating
// system.
//
//	sig, err := signals.Wait(y, os.Interrupt, syscall.SIGTERM)
//
// While a task waits, the signals do not do what they do otherwise, such as to
// end the program; when nobody waits any more, they do so again. A program that
// is to miss none between two waits keeps listening with os/signal itself, and
// receives from its channel with a [coro.Receiver].
//
// Waiting for a signal is no work under way: a virtual clock goes on. It is no
// deadlock either.
package signals

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"coroscope/coro"
)

// ErrNeverArrives is returned for a signal that no program gets to see, or that
// the system does not have.
var ErrNeverArrives = errors.New("signal never arrives")

// A Listener is where tasks wait for any of some signals. Each that arrives is
// for the task that has waited for longest; for several to get the same one, each
// has a Listener of its own, as Wait makes it. What arrives while somebody waits
// and is not taken, since that task was canceled, is for the next.
type Listener struct {
	ready   *coro.Readiness
	loop    *coro.Loop
	signals []os.Signal
	arrived []os.Signal // and not taken; each once
	from    chan os.Signal
	stop    chan struct{}
}

// NewListener returns a listener for tasks of l. Waiting is shown as "await
// signal" and the signals' names. The error is [ErrNeverArrives].
func NewListener(l *coro.Loop, of ...os.Signal) (*Listener, error) {
	if len(of) == 0 {
		return nil, errors.New("no signals to wait for")
	}
	var names []string
	for _, s := range of {
		if !arrives(s) {
			return nil, fmt.Errorf("wait for signal %v: %w", s, ErrNeverArrives)
		}
		names = append(names, s.String())
	}
	n := &Listener{loop: l, signals: of}
	n.ready = coro.NewReadiness(l, coro.OnSignal, strings.Join(names, " or "), (*source)(n)).Quiet()
	return n, nil
}

// Wait suspends the task of y until one of the signals arrives, and returns it.
// The error is [ErrNeverArrives], or what is thrown in meanwhile. It is for
// bodies; a machine has a [Listener].
func Wait(y *coro.Async, of ...os.Signal) (os.Signal, error) {
	n, err := NewListener(coro.LoopOf(y), of...)
	if err != nil {
		return nil, err
	}
	return n.Wait(y)
}

// Wait suspends the task of y until a signal arrives, and returns it; if one has
// that nobody took, there is no suspension. The error is what is thrown in
// meanwhile.
func (n *Listener) Wait(y *coro.Async) (os.Signal, error) {
	for {
		if s, ok := n.TryTake(); ok {
			return s, nil
		}
		if err := coro.Wait(y, n.Waiting()); err != nil {
			return nil, err
		}
	}
}

// TryTake returns a signal that has arrived, and true; or false.
func (n *Listener) TryTake() (os.Signal, bool) {
	if len(n.arrived) == 0 {
		return nil, false
	}
	s := n.arrived[0]
	n.arrived = n.arrived[1:]
	n.ready.Notify()
	return s, true
}

// Waiting is what a machine yields when TryTake has answered false. When it is
// resumed without an error, its next TryTake answers true.
func (n *Listener) Waiting() coro.Await { return n.ready.Waiting() }

// A source is a Listener as its readiness sees it.
type source Listener

func (n *source) Ready() bool    { return len(n.arrived) > 0 }
func (n *source) Detail() string { return "not arrived" }

// Want begins to listen.
func (n *source) Want() {
	if n.from != nil {
		return
	}
	from, stop := make(chan os.Signal, 4*len(n.signals)), make(chan struct{})
	n.from, n.stop = from, stop
	signal.Notify(from, n.signals...)
	go func() {
		for {
			select {
			case s := <-from:
				n.loop.CallSoonThreadsafe(func() { n.came(s) })
			case <-stop:
				return
			}
		}
	}()
}

// Forgo ends listening. What has arrived until now is kept.
func (n *source) Forgo() {
	signal.Stop(n.from)
	close(n.stop)
	for {
		select {
		case s := <-n.from:
			n.came(s)
			continue
		default:
		}
		break
	}
	n.from = nil
}

// came notes a signal; one that nobody took yet counts once, as the system has
// it.
func (n *source) came(s os.Signal) {
	for _, a := range n.arrived {
		if a == s {
			return
		}
	}
	n.arrived = append(n.arrived, s)
	n.ready.Notify()
}
