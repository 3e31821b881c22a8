package coro_test

// This file tests looking into a loop's ready queue and at its timers.

import (
	"fmt"
	"testing"
	"time"

	"coroscope/coro"

	"github.com/google/go-cmp/cmp"
)

// pendings returns what is pending in words.
func pendings(all []coro.Pending) []string {
	var words []string
	for _, p := range all {
		what := "callback"
		switch {
		case p.SleepEnd:
			what = "the end of " + p.Task.Name + "'s sleep"
		case p.Task != nil:
			what = p.Task.Name
		case p.Callback == "":
			what = "nothing"
		}
		if p.Canceled {
			what += ", canceled"
		}
		words = append(words, what)
	}
	return words
}

// sleeping returns a body that sleeps for d.
func sleeping(d time.Duration) asyncBody {
	return func(y *coro.Async) (any, error) { return nil, coro.Wait(y, coro.Sleep(d)) }
}

func TestPeekAtWhatIsReady(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		l, _ := newTestLoop(t)
		coro.Spawn(l, shape(sleeping(time.Second)), coro.Named("sleeper"))
		l.CallSoon(func() {})
		l.CallSoon(func() {}).Cancel()
		want := []string{"sleeper", "callback", "callback, canceled"}
		for range 2 { // looking changes nothing
			if diff := cmp.Diff(want, pendings(l.Ready())); diff != "" {
				t.Errorf("ready before the first turn (-want +got):\n%s", diff)
			}
		}
		run(t, l)
		if left := l.Ready(); left != nil {
			t.Errorf("at the end %v is ready", pendings(left))
		}
	})
}

func TestPeekAtTimers(t *testing.T) {
	l, _ := newTestLoop(t)
	l.CallLater(2*time.Second, func() {})
	l.CallLater(time.Second, func() {}).Cancel()
	var got []string
	look := func() {
		for _, p := range l.Timers() {
			got = append(got, fmt.Sprint(p.When, " ", pendings([]coro.Pending{p.Pending})))
		}
	}
	coro.Spawn(l, coro.Pull(sleeping(time.Second)), coro.Named("sleeper"))
	coro.Spawn(l, coro.Pull(sleeping(2*time.Second)), coro.Named("later"))
	l.CallSoon(look)
	l.CallAt(1500*time.Millisecond, func() { got = append(got, "half a second later"); look() })
	run(t, l)
	want := []string{
		"1s [the end of sleeper's sleep]", "1.5s [callback]", "2s [callback]", "2s [the end of later's sleep]",
		"half a second later", "2s [callback]", "2s [the end of later's sleep]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("timers (-want +got):\n%s", diff)
	}
}

// turnPeek is an observer that looks at what each turn will run.
type turnPeek struct {
	coro.NopObserver
	turns [][]string
}

func (p *turnPeek) Turn(l *coro.Loop, _ uint64, ready, _ int) {
	if all := l.Ready(); len(all) == ready {
		p.turns = append(p.turns, pendings(all))
	}
}

// When a turn begins, the timers that are due are among what it will run; a
// sleep that is cut short in that very turn ends in nothing.
func TestPeekWhenATurnBegins(t *testing.T) {
	peek := &turnPeek{}
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}), coro.WithObserver(peek))
	defer l.Close()
	task := coro.Spawn(l, coro.Pull(sleeping(time.Second)), coro.Named("sleeper"))
	var after []string
	l.CallAt(time.Second, func() {
		task.Cancel()
		after = pendings(l.Ready())
	})
	run(t, l)
	want := [][]string{{"sleeper"}, {"callback", "the end of sleeper's sleep"}, {"sleeper"}}
	if diff := cmp.Diff(want, peek.turns); diff != "" {
		t.Errorf("what the turns ran (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"the end of sleeper's sleep, canceled", "sleeper"}, after); diff != "" {
		t.Errorf("ready after the sleep was cut short (-want +got):\n%s", diff)
	}
}
