package stepper_test

// This file tests the sessions of loops.

import (
	"strings"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/bartender"
	"coroscope/cmd/coroscope/demo/eventloop"
	"coroscope/cmd/coroscope/internal/stepper"
	"coroscope/coro"
	"coroscope/statemachine/specimen"

	"github.com/google/go-cmp/cmp"
)

// scenarioOf returns what a demo's loop does.
func scenarioOf(d demo.Demo) stepper.Scenario {
	return stepper.Scenario{Name: d.Name, About: d.About, Parts: d.Parts}
}

// openLoop returns the session of a scenario.
func openLoop(t *testing.T, sc stepper.Scenario, shape coro.Shape) stepper.Session {
	t.Helper()
	coro.CheckLeaks(t)
	s := stepper.NewLoop(sc, shape)
	t.Cleanup(s.Close)
	return s
}

func TestLoopForwardAndBack(t *testing.T) {
	for _, d := range []demo.Demo{bartender.Demo, eventloop.Demo} {
		for _, shape := range specimen.Shapes() {
			t.Run(d.Name+"/"+shape.String(), func(t *testing.T) {
				forwardAndBack(t, openLoop(t, scenarioOf(d), shape))
			})
		}
	}
}

// one is a scenario of one part.
func one(begin func(s *demo.Stage)) stepper.Scenario {
	return stepper.Scenario{Name: "test", Parts: func(s *demo.Stage) []demo.Part {
		return []demo.Part{{Title: "the only part", Begin: func() { begin(s) }}}
	}}
}

// A turn runs what is ready; what becomes ready meanwhile is for the next.
func TestATurn(t *testing.T) {
	s := openLoop(t, one(func(s *demo.Stage) {
		coro.Spawn(s.Loop, coro.Pull(func(y *coro.Async) (int, error) {
			s.Say("it cooks")
			s.Work(3 * time.Millisecond)
			return 0, coro.Wait(y, coro.Sleep(time.Second).As("cook"))
		}), coro.Named("cook"))
	}), coro.ShapePull)
	s.Forward()
	got := *stepper.Now(s).Loop
	if len(got.Saw) != 4 || !strings.HasPrefix(got.Saw[2], "cook#1 -> await sleep cook 1s (loop_test.go:") {
		t.Errorf("saw %q", got.Saw)
	}
	got.Saw, got.Tree = nil, nil
	want := stepper.Loop{
		Part:  "the only part",
		Time:  3 * time.Millisecond,
		Ran:   []string{"cook#1, new"},
		Timer: []stepper.Timer{{At: 1003 * time.Millisecond, What: "the end of cook#1's sleep"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.Forward() // which is idle, and then makes it ready
	now := stepper.Now(s)
	if now.Loop.Idle != time.Second || now.Loop.Time != 1003*time.Millisecond {
		t.Errorf("idle for %v until %v", now.Loop.Idle, now.Loop.Time)
	}
	if diff := cmp.Diff([]string{"cook#1, which has slept"}, now.Loop.Ready); diff != "" {
		t.Errorf("ready (-want +got):\n%s", diff)
	}
}

func TestWhoWaitsForever(t *testing.T) {
	s := openLoop(t, one(func(s *demo.Stage) {
		never := coro.NewFuture[int](s.Loop, "never")
		coro.Spawn(s.Loop, coro.Pull(never.Await), coro.Named("waiter"))
	}), coro.ShapePull)
	toEnd(t, s)
	now := stepper.Now(s)
	if got := now.Log[len(now.Log)-1]; !got.Failed || got.Came != "nothing can ever become ready; 1 task left waiting" {
		t.Errorf("the last step came to %v", got)
	}
	if len(now.Loop.Tree) != 1 || !strings.HasPrefix(now.Loop.Tree[0], "waiter#1 -> await future never") {
		t.Errorf("who waits for what: %q", now.Loop.Tree)
	}
	forwardAndBack(t, s)
}

// What runs elsewhere is waited for, and what it throws is told.
func TestWorkElsewhere(t *testing.T) {
	s := openLoop(t, one(func(s *demo.Stage) {
		coro.Spawn(s.Loop, coro.Pull(func(y *coro.Async) (int, error) {
			return coro.Offload(s.Loop, "sum", func() (int, error) { return 1 + 1, nil }).Await(y)
		}), coro.Named("adder"))
		s.Loop.CallSoon(func() { panic("a callback's") })
	}), coro.ShapePull)
	toEnd(t, s)
	var saw []string
	for _, now := range s.History() {
		saw = append(saw, now.Loop.Saw...)
	}
	all := strings.Join(saw, "\n")
	for _, want := range []string{"adder#1 goes on from await goroutine sum", "adder#1 has returned", "! ", "panic: a callback's"} {
		if !strings.Contains(all, want) {
			t.Errorf("nobody saw %q in\n%s", want, all)
		}
	}
}

func TestLoopIsNotSentAnything(t *testing.T) {
	s := openLoop(t, scenarioOf(bartender.Demo), coro.ShapePull)
	for _, verb := range []string{"send", "throw", "close", "jump"} {
		if err := s.Do(verb, "1"); err == nil {
			t.Errorf("%s was done to a loop", verb)
		}
	}
	if n := len(s.History()); n != 1 {
		t.Errorf("something was done: there are %d snapshots", n)
	}
}
