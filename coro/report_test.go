package coro_test

// This file tests what a loop reports: deadlocks, slow steps, and what it
// logs when nobody wants to be told.

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

// A deadlock names each task and what it waits for, in the order in which they
// were made.
func TestDeadlock(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		l, _ := newTestLoop(t, coro.WithName("bar"))
		f := coro.NewFuture[any](l, "order")
		var inCook, inWaiter coro.Place
		cook := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			inCook = here(1)
			return f.Await(y)
		}), coro.Named("cook"))
		waiter := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			inWaiter = here(1)
			return cook.Await(y)
		}), coro.Named("waiter"))
		_, err := coro.RunUntil(l, waiter)
		var deadlock *coro.DeadlockError
		if !errors.As(err, &deadlock) {
			t.Fatalf("got %v, want a deadlock", err)
		}
		want := fmt.Sprintf("deadlock on loop bar: nothing is ready, no timer is set and no outside work is under way\n"+
			"\t%s -> await future order (%s)\n"+
			"\t%s -> await task cook (%s) %s", cook, inCook, waiter, inWaiter, cook)
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("the report (-want +got):\n%s", diff)
		}
		// The loop is not harmed: somebody may still set the future.
		f.SetResult("cake")
		wantResult(t, "cake", nil)(coro.RunUntil(l, waiter))
	})
}

// A machine is reported with its state.
type drawnTask struct {
	ending
	f     *coro.Future[any]
	state int
}

func (m *drawnTask) Point() coro.Point { return drawnPoints[m.state] }
func (m *drawnTask) Resume(struct{}, error) (coro.Await, bool) {
	m.state++
	return coro.On(m.f), m.state < len(drawnPoints)
}

func TestDeadlockOfAMachine(t *testing.T) {
	l, _ := newTestLoop(t)
	task := coro.Spawn[any](l, &drawnTask{f: coro.NewFuture[any](l, "")}, coro.Named("drawn"))
	_, err := coro.RunUntil(l, task)
	var deadlock *coro.DeadlockError
	if !errors.As(err, &deadlock) {
		t.Fatalf("got %v, want a deadlock", err)
	}
	want := []string{task.String() + " -> await future read (state 1, drawn.go:10)"}
	if diff := cmp.Diff(want, deadlock.Tasks); diff != "" {
		t.Errorf("the report (-want +got):\n%s", diff)
	}
}

func TestDeadlockWithoutTasks(t *testing.T) {
	l, _ := newTestLoop(t)
	_, err := coro.RunUntil(l, coro.NewFuture[any](l, "f"))
	var deadlock *coro.DeadlockError
	if !errors.As(err, &deadlock) || len(deadlock.Tasks) != 0 {
		t.Errorf("got %v, want a deadlock of no task", err)
	}
}

// hog holds whatever it runs on for as long as that, by the real clock.
func hog(d time.Duration) {
	for began := time.Now(); time.Since(began) < d; {
	}
}

const (
	threshold = 20 * time.Millisecond
	toolong   = 25 * time.Millisecond
)

func hogCallback() { hog(toolong) }

// hogsOnly has report called for the hogs of these tests: on a busy machine
// others may be held up too.
func hogsOnly(report func(coro.SlowStep)) coro.LoopOption {
	return coro.WithSlowStep(threshold, func(s coro.SlowStep) {
		if s.Callback == "coro_test.hogCallback" || s.Task != nil && s.Task.Name == "hog" {
			report(s)
		}
	})
}

// A step that holds the loop is reported with who, for how long and where;
// what the clock of the loop says does not matter.
func TestSlowStep(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		var got []coro.SlowStep
		r := newRecorder()
		l, _ := newTestLoop(t, coro.WithObserver(r),
			hogsOnly(func(s coro.SlowStep) { got = append(got, s) }))
		var place coro.Place
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			hog(toolong)
			place = here(1)
			err := coro.Wait(y, coro.Sleep(time.Hour))
			hog(toolong)
			return nil, err
		}), coro.Named("hog"))
		l.CallSoon(hogCallback)
		l.CallSoon(ring)
		run(t, l)
		if len(got) != 3 {
			t.Fatalf("reported: %v, want three steps", got)
		}
		for _, s := range got {
			if s.Took < threshold || s.Took > time.Minute {
				t.Errorf("it took %v", s.Took)
			}
		}
		if s := got[0]; s.Task != task.Info() || s.At != place {
			t.Errorf("the first step: %+v, want the task's, until it was suspended", s)
		}
		if s := got[1]; s.Task != nil || s.Callback != "coro_test.hogCallback" {
			t.Errorf("the second step: %+v, want the callback's", s)
		}
		if s := got[2]; s.Task != task.Info() || s.At != (coro.Place{}) {
			t.Errorf("the third step: %+v, want the task's, which ended", s)
		}
		if n := strings.Count(strings.Join(r.diary, "\n"), "slow"); n < 3 {
			t.Errorf("the observer was told of %d slow steps, want 3", n)
		}
	})
}

// A nanosecond decides whether a step is slow. Time is that of a bubble of
// testing/synctest, in which a step takes exactly as long as it sleeps.
func TestSlowStepThreshold(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		synctest.Test(t, func(t *testing.T) {
			var took []time.Duration
			l, _ := newTestLoop(t, coro.WithSlowStep(threshold, func(s coro.SlowStep) {
				took = append(took, s.Took)
				time.Sleep(threshold) // which is not the next step's
			}))
			step := func(d time.Duration) func() coro.Await {
				return func() coro.Await {
					time.Sleep(d)
					return coro.Sleep(time.Hour)
				}
			}
			coro.Spawn(l, of(&player{awaits: []func() coro.Await{step(threshold - 1), step(threshold + 1), step(threshold - 1)}}))
			l.CallSoon(func() { time.Sleep(threshold - 1) })
			l.CallSoon(func() { time.Sleep(threshold + 2) })
			l.CallSoon(func() { time.Sleep(threshold - 1) })
			run(t, l)
			if diff := cmp.Diff([]time.Duration{threshold + 2, threshold + 1}, took); diff != "" {
				t.Errorf("the steps reported, for a threshold of %v (-want +got):\n%s", threshold, diff)
			}
		})
	})
}

func TestSlowStepString(t *testing.T) {
	s := coro.SlowStep{Callback: "bar.serve", Took: 12 * time.Millisecond}
	if got := s.String(); got != "callback bar.serve held the loop for 12ms" {
		t.Errorf("got %q", got)
	}
	s = coro.SlowStep{Task: &coro.Info{ID: 7, Name: "hog"}, Took: time.Second, From: coro.Place{File: "bar.go", Line: 3}, At: coro.Place{File: "bar.go", Line: 9}}
	if got := s.String(); got != "hog#7 held the loop for 1s, from bar.go:3, to bar.go:9" {
		t.Errorf("got %q", got)
	}
}

// A step that is slow and panics is slow all the same.
func TestSlowStepThatPanics(t *testing.T) {
	var got []coro.SlowStep
	l, _ := newTestLoop(t, hogsOnly(func(s coro.SlowStep) { got = append(got, s) }))
	coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
		hog(toolong)
		panic("spilled")
	}), coro.Named("hog"))
	l.CallSoon(ring)
	run(t, l)
	if len(got) != 1 || got[0].Task == nil || got[0].Task.Name != "hog" {
		t.Errorf("reported: %v, want the hog", got)
	}
}

func TestDefaultReportsAreLogged(t *testing.T) {
	logged := captureLog(t)
	l := coro.NewLoop(coro.WithName("bar"), coro.WithClock(&coro.VirtualClock{}), coro.WithSlowStep(threshold, nil))
	l.CallSoon(badCallback)
	l.CallSoon(hogCallback)
	run(t, l)
	l.Close()
	for _, want := range []string{
		"coro: loop bar: panic in callback coro_test.badCallback: panic: ValueError:x",
		"coro: callback coro_test.hogCallback held the loop for ",
	} {
		if !logged.contains(want) {
			t.Errorf("the log does not hold %q", want)
		}
	}
}

func TestExceptionString(t *testing.T) {
	l, _ := newTestLoop(t)
	e := coro.Exception{Message: "something", Of: coro.NewFuture[any](l, "f"), Err: errOops}
	if got := e.String(); got != "something: future f: oops" {
		t.Errorf("got %q", got)
	}
}

// The report of a slow step says where it began and where it ended, for a
// body that has a stack as for one that has states.
func TestSlowStepPlaces(t *testing.T) {
	synctest.Test(t, slowStepPlaces) // in which nothing but a sleep takes time
}

func slowStepPlaces(t *testing.T) {
	var slow []coro.SlowStep
	l := coro.NewLoop(coro.WithSlowStep(5*time.Millisecond, func(s coro.SlowStep) { slow = append(slow, s) }))
	defer l.Close()
	hog := coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
		if err := coro.Wait(y, coro.NextTurn()); err != nil { // from here
			return 0, err
		}
		time.Sleep(10 * time.Millisecond)
		if err := coro.Wait(y, coro.NextTurn()); err != nil { // to here
			return 0, err
		}
		time.Sleep(10 * time.Millisecond)
		return 0, nil
	}), coro.Named("hog"))
	if _, err := coro.RunUntil(l, hog); err != nil {
		t.Fatal(err)
	}
	if len(slow) != 2 {
		t.Fatalf("%d slow steps, want 2: %v", len(slow), slow)
	}
	first, second := slow[0], slow[1]
	if first.From.Line == 0 || first.At.Line != first.From.Line+4 {
		t.Errorf("the first step went from %v to %v, want 4 lines on", first.From, first.At)
	}
	if second.From != first.At || second.At != (coro.Place{}) {
		t.Errorf("the second step went from %v to %v, want from %v to its end", second.From, second.At, first.At)
	}
}
