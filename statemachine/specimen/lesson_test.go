package specimen_test

// This file defines tests to be stepped in a debugger: one machine each, in a
// straight line. Set a breakpoint at a Resume and step into it.

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// A machine is resumed like any function is called, and says where it stands.
func TestLessonFibonacciByHand(t *testing.T) {
	m := specimen.NewFibonacci(3)
	if p := m.Point(); p.Name != "start" {
		t.Errorf("before the first Resume it stands at %s, want start", p.Name)
	}

	var terms []int
	for term, ok := m.Resume(struct{}{}, nil); ok; term, ok = m.Resume(struct{}{}, nil) {
		terms = append(terms, term)
		if p := m.Point(); p.Name != "term" {
			t.Errorf("after a term it stands at %s, want term", p.Name)
		}
	}

	if diff := cmp.Diff([]int{0, 1, 1}, terms); diff != "" {
		t.Errorf("the first three terms (- want, + got):\n%s", diff)
	}
	if p := m.Point(); p.Name != "done" {
		t.Errorf("at the end it stands at %s, want done", p.Name)
	}
	if m.Result() != 2 || m.Err() != nil {
		t.Errorf("result %d, error %v; want 2 and none", m.Result(), m.Err())
	}
}

// The frame is what the body's locals would be.
func TestLessonTheFrameIsTheLocals(t *testing.T) {
	c := specimen.Find("fibonacci").New(coro.ShapeStateMachine)
	c.Next() // 0
	c.Next() // 1
	c.Next() // 1
	c.Next() // 2

	want := []coro.Slot{{Name: "n", Value: 4}, {Name: "a", Value: 2}, {Name: "b", Value: 3}}
	if diff := cmp.Diff(want, c.Frame()); diff != "" {
		t.Errorf("the frame after the fourth term (- want, + got):\n%s", diff)
	}
	c.Close()
}

// A stackful coroutine has no state to show: it keeps its whole stack.
func TestLessonAStackHasNoState(t *testing.T) {
	coro.CheckLeaks(t)
	c := specimen.Find("treewalk").New(coro.ShapePull)
	c.Next()
	if p, ok := c.Point(); ok {
		t.Errorf("pull stands at state %d, want none", p.State)
	}
	if at, _ := c.Suspension(); at.On() != "await resumer node" || at.State != coro.NoState {
		t.Errorf("pull is suspended on %q in state %d, want await resumer node in none", at.On(), at.State)
	}
	c.Close()
}

// The stack of a tree's walk holds the nodes that are still to be handed out on
// the way back up.
func TestLessonRecursionBecomesAStack(t *testing.T) {
	leaf := specimen.Leaf
	m := specimen.NewTreeWalk(specimen.NewTree(specimen.NewTree(leaf(1), 2, leaf(3)), 4, leaf(5)))
	m.Resume(struct{}{}, nil)
	if got := slotString(t, m, "stack"); got != "[node 4 node 2]" {
		t.Errorf("at node 1 the stack is %s, want [node 4 node 2]", got)
	}
	m.Resume(struct{}{}, nil)
	if got := slotString(t, m, "stack"); got != "[node 4]" {
		t.Errorf("at node 2 the stack is %s, want [node 4]", got)
	}
}

// What is sent is what the suspension returns.
func TestLessonValuesAreSentIn(t *testing.T) {
	coro.CheckLeaks(t)
	for _, shape := range specimen.Shapes() {
		c := coro.New(specimen.AverageIn(shape))
		c.Next()
		c.Resume(10)
		average, _, _ := c.Resume(20)
		if average != 15 {
			t.Errorf("%s: the average of 10 and 20 is %v, want 15", shape, average)
		}
		average, _, _ = c.Throw(specimen.ErrReset)
		if average != 0 {
			t.Errorf("%s: after a reset the average is %v, want 0", shape, average)
		}
		c.Resume(7)
		last, err := c.Close()
		if last != 7 || err != nil {
			t.Errorf("%s: closed with %v, %v; want the last average, 7, and no error", shape, last, err)
		}
	}
}

// Deferred work is done however it ends, and a body that suspends in it when it
// is closed is unwound.
func TestLessonDeferredWork(t *testing.T) {
	coro.CheckLeaks(t)
	for _, shape := range specimen.Shapes() {
		var notes []string
		note := func(text string) { notes = append(notes, text) }

		c := coro.New(specimen.FetchIn(shape, 3, note))
		c.Next()
		c.Resume("")        // connected
		c.Resume("a chunk") // and reading
		if _, err := c.Close(); !errors.Is(err, coro.ErrIgnoredClose) {
			t.Errorf("%s: close got %v, want %v, since goodbye is said first", shape, err, coro.ErrIgnoredClose)
		}
		if c.Status() != coro.Done {
			t.Errorf("%s: status %s, want done", shape, c.Status())
		}
		if diff := cmp.Diff([]string{"connection released"}, notes); diff != "" {
			t.Errorf("%s: what was deferred (- want, + done):\n%s", shape, diff)
		}
	}
}

// An error may be thrown in, and be the reason to try again.
func TestLessonTryAgain(t *testing.T) {
	coro.CheckLeaks(t)
	for _, shape := range specimen.Shapes() {
		c := coro.New(specimen.FetchIn(shape, 2, func(string) {}))
		ask, _, _ := c.Next()
		asked := []string{ask.Do}
		for _, resume := range []func() (specimen.Ask, bool, error){
			func() (specimen.Ask, bool, error) { return c.Throw(specimen.ErrTimeout) },
			func() (specimen.Ask, bool, error) { return c.Next() },
			func() (specimen.Ask, bool, error) { return c.Next() },
			func() (specimen.Ask, bool, error) { return c.Resume("the page") },
		} {
			ask, _, _ := resume()
			asked = append(asked, ask.Do)
		}
		c.Resume("")
		page, err := c.Result()
		if page != "the page" || err != nil {
			t.Errorf("%s: got %q, %v; want the page and no error", shape, page, err)
		}
		if diff := cmp.Diff([]string{"connect", "wait", "connect", "read", "read"}, asked); diff != "" {
			t.Errorf("%s: what was asked for (- want, + got):\n%s", shape, diff)
		}
	}
}

// Frames inside a frame: the printer's machine contains the squasher's, which
// contains the reader's. There is one object, and nothing to close.
func TestLessonFramesInsideAFrame(t *testing.T) {
	m := specimen.NewPrinter([]string{"A**B, AND THIS IS ENOUGH FOR A LINE"})
	m.Resume(struct{}{}, nil)
	if got, want := slotString(t, m, "squash"), "char{reader=char{cards=[A**B, AND THIS IS ENOUGH FOR A LINE] card=0 column=24} next=42 pairs=1}"; got != want {
		t.Errorf("after the first line the squasher's frame is\n%s, want\n%s", got, want)
	}
}

// Whoever is canceled, and when: the others are sent away, and nobody waits for
// somebody who has left.
func TestLessonCancellation(t *testing.T) {
	coro.CheckLeaks(t)
	specimen.CheckMachines(t)
	bartender := specimen.Find("bartender")
	for n := range suspensions(bartender, nil) {
		tr := agree(t, bartender, after(nil, n, specimen.Throw(specimen.ErrLine)))
		if slices.Contains(tr.Notes, "bartender: task was destroyed but it is pending") {
			t.Errorf("sent away at suspension %d: the bartender waits forever:\n%s", n, tr)
		}
	}
}

// slotString returns how a slot of a machine's frame is shown.
func slotString(t *testing.T, m coro.Framer, name string) string {
	t.Helper()
	for _, s := range m.Frame() {
		if s.Name == name {
			return specimen.Show(s.Value)
		}
	}
	t.Fatalf("there is no slot %s", name)
	return ""
}
