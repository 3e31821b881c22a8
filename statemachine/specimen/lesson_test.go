package specimen_test

// This file defines the lessons of specimens that are one coroutine: tests to
// be stepped in a debugger, in this order, each specimen as a machine and then
// as a body with a stack of its own. See docs/debugging.md; set a breakpoint at
// a lesson's name, and step into each Resume or Next.

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// learned fails the lesson unless what was got is what was to be learned.
func learned[T comparable](t *testing.T, what string, want, got T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// slot returns how a slot of a machine's frame is shown.
func slot(t *testing.T, m coro.Framer, name string) string {
	t.Helper()
	for _, s := range m.Frame() {
		if s.Name == name {
			return specimen.Show(s.Value)
		}
	}
	t.Fatalf("there is no slot %s", name)
	return ""
}

// A machine is a struct. Resume is a method like any other: it switches to
// where the last one left off, and leaves by returning.
func TestLessonFibonacciMachine(t *testing.T) {
	m := specimen.NewFibonacci(3)
	learned(t, "where it stands", "start", m.Point().Name)

	term, ok := m.Resume(struct{}{}, nil) // from the first case to the last return
	learned(t, "the first term", 0, term)
	learned(t, "it is suspended", true, ok)
	learned(t, "where it stands", "term", m.Point().Name)

	term, _ = m.Resume(struct{}{}, nil) // from the second case to the same return
	learned(t, "the second term", 1, term)

	term, _ = m.Resume(struct{}{}, nil)
	learned(t, "the third term", 1, term)

	// The frame is what the body's locals would be.
	want := []coro.Slot{{Name: "n", Value: 0}, {Name: "a", Value: 1}, {Name: "b", Value: 2}}
	if diff := cmp.Diff(want, m.Frame()); diff != "" {
		t.Errorf("the frame after the third term (- want, + got):\n%s", diff)
	}

	_, ok = m.Resume(struct{}{}, nil) // that was the last
	learned(t, "it is suspended", false, ok)
	learned(t, "where it stands", "done", m.Point().Name)
	learned(t, "what it returned", 2, m.Result())
	learned(t, "its error", nil, m.Err())
}

// A body keeps its locals where every function does, and there is no state to
// be seen: it keeps its stack, and the place in it.
func TestLessonFibonacciPull(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(specimen.FibonacciIn(coro.ShapePull, 3), coro.Named("fibonacci"))

	term, ok, _ := c.Next() // the body begins, and stands at its Yield
	learned(t, "the first term", 0, term)
	learned(t, "it is suspended", true, ok)

	at, _ := c.Suspension()
	learned(t, "what it is suspended on", "await resumer term", at.On())
	learned(t, "its state", coro.NoState, at.State)

	term, _, _ = c.Next() // the same call of YieldAs returns, and the loop goes round
	learned(t, "the second term", 1, term)

	term, _, _ = c.Next()
	learned(t, "the third term", 1, term)

	_, ok, _ = c.Next() // the body returns
	learned(t, "it is suspended", false, ok)
	result, err := c.Result()
	learned(t, "what it returned", 2, result)
	learned(t, "its error", nil, err)
}

// What one would write without iter.Pull: the same body, and two channels to
// talk through. What can be seen from here is the same.
func TestLessonFibonacciGoroutine(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(specimen.FibonacciIn(coro.ShapeGoroutine, 3), coro.Named("fibonacci"))

	term, _, _ := c.Next() // a goroutine is started, and received from
	learned(t, "the first term", 0, term)

	term, _, _ = c.Next() // it is sent to, and received from
	learned(t, "the second term", 1, term)

	_, err := c.Close() // ErrClosed is thrown in, and the body returns it
	learned(t, "the error of Close", nil, err)
	learned(t, "its status", coro.Done, c.Status())
}

// What is sent to a machine is an argument of Resume, and so is an error.
func TestLessonAverageMachine(t *testing.T) {
	m := specimen.NewAverage()
	m.Resume(0, nil) // to the first suspension; it does not take the value

	m.Resume(10, nil)
	average, _ := m.Resume(20, nil)
	learned(t, "the average of 10 and 20", 15, average)
	learned(t, "the sum in the frame", "30", slot(t, m, "sum"))

	average, _ = m.Resume(0, specimen.ErrReset) // an error may mean something
	learned(t, "the average of nothing", 0, average)
	learned(t, "the sum in the frame", "0", slot(t, m, "sum"))

	m.Resume(7, nil)
	_, ok := m.Resume(0, coro.ErrClosed) // and this one means: come to an end
	learned(t, "it is suspended", false, ok)
	learned(t, "what it returned", 7, m.Result())
	learned(t, "its error", nil, m.Err())
}

// To a body, what is sent is what YieldAs returns, and so is an error.
func TestLessonAveragePull(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(specimen.AverageIn(coro.ShapePull), coro.Named("average"))
	c.Next()

	c.Resume(10)
	average, _, _ := c.Resume(20)
	learned(t, "the average of 10 and 20", 15, average)

	average, _, _ = c.Throw(specimen.ErrReset)
	learned(t, "the average of nothing", 0, average)

	c.Resume(7)
	last, err := c.Close()
	learned(t, "what it returned", 7, last)
	learned(t, "its error", nil, err)
}

// A machine has one call on the stack, however deep it is in a tree: where the
// body calls itself, the machine keeps a stack of what is left to do.
func TestLessonTreeWalkMachine(t *testing.T) {
	m := specimen.NewTreeWalk(smallTree)

	node, _ := m.Resume(struct{}{}, nil) // descends to the leftmost node
	learned(t, "the first node", 1, node)
	learned(t, "the nodes to come back to", "[node 4 node 2]", slot(t, m, "stack"))

	node, _ = m.Resume(struct{}{}, nil) // comes back to the one above
	learned(t, "the second node", 2, node)
	learned(t, "the nodes to come back to", "[node 4]", slot(t, m, "stack"))

	node, _ = m.Resume(struct{}{}, nil) // descends on its right
	learned(t, "the third node", 3, node)

	node, _ = m.Resume(struct{}{}, nil)
	learned(t, "the fourth node", 4, node)
	learned(t, "the nodes to come back to", "[]", slot(t, m, "stack"))
}

// A body calls itself, and is suspended at the bottom of it all.
func TestLessonTreeWalkPull(t *testing.T) {
	coro.CheckLeaks(t)
	c := coro.New(specimen.TreeWalkIn(coro.ShapePull, smallTree), coro.Named("treewalk"))

	node, _, _ := c.Next()
	learned(t, "the first node", 1, node)
	learned(t, "calls of walk on its stack: for 4, for 2, for 1", 3, callsOf("specimen.walk", c))

	node, _, _ = c.Next()
	learned(t, "the second node", 2, node)
	learned(t, "calls of walk on its stack: for 4, for 2", 2, callsOf("specimen.walk", c))

	node, _, _ = c.Next()
	learned(t, "the third node", 3, node)
	learned(t, "calls of walk on its stack: for 4, for 2, for 3", 3, callsOf("specimen.walk", c))

	_, err := c.Close() // each of those calls returns the error to the one above
	learned(t, "the error of Close", nil, err)
}

var smallTree = specimen.NewTree(specimen.NewTree(specimen.Leaf(1), 2, specimen.Leaf(3)), 4, specimen.Leaf(5))

// callsOf returns how many calls of a function stand on the stack of a
// suspended coroutine.
func callsOf(function string, c coro.Inspectable) (n int) {
	c.OnBody(func(coro.Suspension) {
		pcs := make([]uintptr, 64)
		frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
		for more := true; more; {
			var f runtime.Frame
			if f, more = frames.Next(); strings.HasSuffix(f.Function, function) {
				n++
			}
		}
	})
	return n
}

// Deferred work: a machine has no defer, so its state says what is to be done
// before it ends.
func TestLessonFetchMachine(t *testing.T) {
	var notes []string
	m := specimen.NewFetch(2, func(note string) { notes = append(notes, note) })

	ask, _ := m.Resume("", nil)
	learned(t, "what it asks for", "connect", ask.Do)

	ask, _ = m.Resume("", specimen.ErrTimeout) // an error may be a reason to try again
	learned(t, "what it asks for", "wait", ask.Do)
	ask, _ = m.Resume("", nil)
	learned(t, "what it asks for", "connect", ask.Do)
	learned(t, "the number of the try", 2, ask.Try)

	ask, _ = m.Resume("", nil) // connected: from here on, something is deferred
	learned(t, "what it asks for", "read", ask.Do)
	learned(t, "where it stands", "read", m.Point().Name)

	ask, _ = m.Resume("", errBroken) // step in: first goodbye is said
	learned(t, "what it asks for", "goodbye", ask.Do)
	learned(t, "how much was released", 0, len(notes))

	_, ok := m.Resume("", nil) // and then the connection is released
	learned(t, "it is suspended", false, ok)
	learned(t, "what was released", "connection released", strings.Join(notes, ", "))
	learned(t, "its error", errBroken, m.Err())
}

var errBroken = errors.New("the line is broken")

// A body has defer, and may be suspended in it. When it is closed there, it is
// unwound: what is deferred still is done, but nothing is asked for any more.
func TestLessonFetchPull(t *testing.T) {
	coro.CheckLeaks(t)
	var notes []string
	note := func(note string) { notes = append(notes, note) }
	c := coro.New(specimen.FetchIn(coro.ShapePull, 2, note), coro.Named("fetch"))

	ask, _, _ := c.Next()
	learned(t, "what it asks for", "connect", ask.Do)
	ask, _, _ = c.Next() // connected: step through attempt's two defers
	learned(t, "what it asks for", "read", ask.Do)
	ask, _, _ = c.Resume("half of the ")
	learned(t, "what it asks for", "read", ask.Do)

	_, err := c.Close() // the deferred function yields once more
	learned(t, "that is ignoring a close", true, errors.Is(err, coro.ErrIgnoredClose))
	learned(t, "its status", coro.Done, c.Status())
	if !slices.Equal(notes, []string{"connection released"}) {
		t.Errorf("what was deferred came to %q, want the connection to be released, once", notes)
	}
}
