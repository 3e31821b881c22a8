package coro_test

// This file tests awaiting what belongs to another loop.

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"coroscope/coro"
)

// elsewhere runs a loop on a goroutine of its own, with one task of this body, and
// returns the task, and what ends the loop and waits for that.
func elsewhere(t *testing.T, body func(y *coro.Async) (int, error)) (l *coro.Loop, task *coro.Task[int], end func()) {
	t.Helper()
	l = coro.NewLoop(coro.WithName("elsewhere"), coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}))
	task = coro.Spawn(l, coro.Pull(body))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.RunForever()
		l.Close()
	}()
	return l, task, func() {
		l.CallSoonThreadsafe(l.Stop)
		<-ended
	}
}

func TestAwaitOfAnotherLoop(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		burned := errors.New("burned")
		for name, want := range map[string]error{"a value": nil, "an error": burned} {
			t.Run(name, func(t *testing.T) {
				gate := make(chan struct{})
				_, theirs, end := elsewhere(t, func(y *coro.Async) (int, error) {
					_, err := coro.Offload(coro.LoopOf(y), "gate", func() (int, error) { <-gate; return 0, nil }).Await(y)
					return 7, errors.Join(err, want)
				})
				defer end()
				l, _ := newTestLoop(t)
				mine := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
					_, err := theirs.Await(y)
					if !errors.Is(err, coro.ErrOtherLoop) || !strings.Contains(fmt.Sprint(err), "of loop elsewhere, and not of main; await coro.Bridge of it") {
						t.Errorf("awaiting it itself: %v", err)
					}
					return coro.Bridge(l, theirs).Await(y)
				}))
				l.CallSoon(func() { close(gate) })
				v, err := coro.RunUntil(l, mine)
				if !errors.Is(err, want) || want == nil && (v != 7 || err != nil) {
					t.Errorf("got %v, %v", v, err)
				}
			})
		}
	})
}

// A cancellation on this side is passed on.
func TestBridgeCanceled(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		other, theirs, end := elsewhere(t, func(y *coro.Async) (int, error) {
			return coro.NewFuture[int](coro.LoopOf(y), "never").Await(y)
		})
		defer end()
		l, _ := newTestLoop(t)
		mine := coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return coro.Bridge(l, theirs).Await(y) }))
		l.CallSoon(func() { l.CallSoon(func() { mine.Cancel() }) })
		if _, err := coro.RunUntil(l, mine); !errors.Is(err, coro.ErrCanceled) {
			t.Errorf("got %v", err)
		}
		ended := make(chan error)
		other.CallSoonThreadsafe(func() {
			theirs.AddDoneCallback(func() {
				_, err := theirs.Result()
				ended <- err
			})
		})
		if err := <-ended; !errors.Is(err, coro.ErrCanceled) {
			t.Errorf("theirs ended with %v", err)
		}
	})
}

// A loop that closes, or is closed already, never ends what it was to do.
func TestBridgeToALoopThatCloses(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		_, theirs, end := elsewhere(t, func(y *coro.Async) (int, error) {
			return coro.NewFuture[int](coro.LoopOf(y), "never").Await(y)
		})
		l, _ := newTestLoop(t)
		mine := coro.Spawn(l, shape(func(y *coro.Async) (any, error) { return coro.Bridge(l, theirs).Await(y) }))
		l.CallSoon(func() { l.CallSoon(end) })
		if _, err := coro.RunUntil(l, mine); !errors.Is(err, coro.ErrLoopClosed) {
			t.Errorf("got %v, want ErrLoopClosed", err)
		}
		if _, err := coro.RunUntil(l, coro.Bridge(l, theirs)); !errors.Is(err, coro.ErrLoopClosed) {
			t.Errorf("afterwards: %v, want ErrLoopClosed", err)
		}
	})
}
