package specimen_test

// This file holds the shapes to each other: whatever is done to a specimen, in
// every shape the same comes of it.

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/statemachine"
	"coroscope/statemachine/specimen"
)

// agree plays a script in every shape and compares the transcripts with that of
// the machine, which it returns.
func agree(t *testing.T, s *specimen.Specimen, script specimen.Script) specimen.Transcript {
	t.Helper()
	want := s.Run(coro.ShapeStateMachine, script)
	for _, shape := range specimen.Shapes() {
		got := s.Run(shape, script)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, script %v: %s differs from statemachine (- statemachine, + %[3]s):\n%s", s.Name, script, shape, diff)
		}
	}
	return want
}

// eachSpecimen runs a test for each specimen.
func eachSpecimen(t *testing.T, test func(t *testing.T, s *specimen.Specimen)) {
	for _, s := range specimen.All() {
		t.Run(s.Name, func(t *testing.T) {
			coro.CheckLeaks(t)
			specimen.CheckMachines(t)
			test(t, s)
		})
	}
}

// suspensions returns how many suspensions a script leads to.
func suspensions(s *specimen.Specimen, script specimen.Script) int {
	n := 0
	for _, step := range s.Run(coro.ShapeStateMachine, script).Steps {
		if step.On != "" {
			n++
		}
	}
	return n
}

// after returns script up to its n-th input, with more behind it. On a loop the
// empty script is one that always lets go on.
func after(script specimen.Script, n int, more ...specimen.Input) specimen.Script {
	for len(script) < n {
		script = append(script, specimen.Next())
	}
	return slices.Concat(script[:n], more)
}

func TestShapesAgreeToTheEnd(t *testing.T) {
	eachSpecimen(t, func(t *testing.T, s *specimen.Specimen) {
		for _, script := range s.Scripts {
			agree(t, s, script)
		}
	})
}

func TestShapesAgreeWhenClosedAfterEachSuspension(t *testing.T) {
	eachSpecimen(t, func(t *testing.T, s *specimen.Specimen) {
		for _, script := range s.Scripts {
			for n := range suspensions(s, script) + 1 {
				agree(t, s, after(script, n, specimen.Close()))
			}
		}
	})
}

func TestShapesAgreeWhenThrownIntoAtEachSuspension(t *testing.T) {
	thrown := []error{specimen.ErrLine, specimen.ErrTimeout, specimen.ErrReset, coro.ErrClosed, coro.ErrCanceled}
	eachSpecimen(t, func(t *testing.T, s *specimen.Specimen) {
		for _, script := range s.Scripts {
			for n := range suspensions(s, script) + 1 {
				for _, err := range thrown {
					// The rest of the script finds it ended, or going on.
					rest := script[min(n, len(script)):]
					agree(t, s, append(after(script, n, specimen.Throw(err)), rest...))
				}
			}
		}
	})
}

func TestShapesAgreeWhenThrownIntoTwice(t *testing.T) {
	eachSpecimen(t, func(t *testing.T, s *specimen.Specimen) {
		script := s.Scripts[0]
		for n := range suspensions(s, script) {
			agree(t, s, after(script, n, specimen.Throw(specimen.ErrTimeout), specimen.Throw(specimen.ErrLine)))
			agree(t, s, after(script, n, specimen.Throw(specimen.ErrTimeout), specimen.Close()))
		}
	})
}

func TestShapesAgreeWhenMisused(t *testing.T) {
	eachSpecimen(t, func(t *testing.T, s *specimen.Specimen) {
		if s.OnLoop {
			t.Skip("what is sent to a task is the loop's business")
		}
		script := s.Scripts[0]
		sendable := specimen.Next()
		for _, in := range script {
			if in.Op == specimen.OpSend {
				sendable = in
			}
		}
		again := specimen.Script{specimen.Next(), sendable, specimen.Throw(specimen.ErrLine), specimen.Close(), specimen.Close()}

		agree(t, s, append(specimen.Script{sendable}, script...))                             // sent before it has started
		agree(t, s, append(specimen.Script{specimen.Throw(specimen.ErrLine)}, again...))      // thrown into before
		agree(t, s, append(specimen.Script{specimen.Close()}, again...))                      // closed before
		agree(t, s, append(slices.Clone(script), again...))                                   // resumed after the end
		agree(t, s, after(script, 1, specimen.Throw(nil), specimen.Next()))                   // nothing thrown
		agree(t, s, after(script, 1, specimen.Send(make(chan int)), specimen.Next()))         // what it cannot take
		agree(t, s, after(script, 1, append(specimen.Script{specimen.Close()}, again...)...)) // resumed after its close
	})
}

func TestMisuseIsAnsweredInEveryShape(t *testing.T) {
	coro.CheckLeaks(t)
	for _, shape := range specimen.Shapes() {
		fibonacci := specimen.Find("fibonacci").New(shape)
		average := specimen.Find("average").New(shape)

		if _, _, err := average.Send(1.0); !errors.Is(err, coro.ErrNotStarted) {
			t.Errorf("%s: sent before the start: got %v, want %v", shape, err, coro.ErrNotStarted)
		}
		if _, _, err := fibonacci.Throw(nil); !errors.Is(err, coro.ErrNilThrow) {
			t.Errorf("%s: threw nil: got %v, want %v", shape, err, coro.ErrNilThrow)
		}
		if _, err := fibonacci.Result(); !errors.Is(err, coro.ErrNotDone) {
			t.Errorf("%s: result before the end: got %v, want %v", shape, err, coro.ErrNotDone)
		}
		if _, _, err := fibonacci.Send("three"); err == nil || errors.Is(err, coro.ErrNotStarted) {
			t.Errorf("%s: sent a string to fibonacci: got %v, want an error that names the types", shape, err)
		}
		fibonacci.Close()
		average.Close()
		if _, _, err := fibonacci.Next(); !errors.Is(err, coro.ErrDone) {
			t.Errorf("%s: resumed after the end: got %v, want %v", shape, err, coro.ErrDone)
		}
	}
}

func TestResumedByItselfIsAnswered(t *testing.T) {
	coro.CheckLeaks(t)
	for _, shape := range specimen.Shapes() {
		var fetch *coro.Coroutine[string, specimen.Ask, string]
		var fromInside error
		release := func(string) { _, _, fromInside = fetch.Next() } // while its body runs
		fetch = coro.New(specimen.FetchIn(shape, 1, release))
		fetch.Next()     // connect
		fetch.Resume("") // connected; read
		fetch.Resume("") // the empty chunk: it releases the connection and ends
		if !errors.Is(fromInside, coro.ErrRunning) {
			t.Errorf("%s: resumed from its own body: got %v, want %v", shape, fromInside, coro.ErrRunning)
		}
		if fetch.Status() != coro.Done {
			t.Errorf("%s: status %s, want done", shape, fetch.Status())
		}
	}
}

func TestTreesOfManyFormsAgree(t *testing.T) {
	coro.CheckLeaks(t)
	specimen.CheckMachines(t)
	left := specimen.Leaf(1)
	right := specimen.Leaf(1)
	for v := 2; v <= 40; v++ { // two combs, leaning to different sides
		left = specimen.NewTree(left, v, nil)
		right = specimen.NewTree(nil, v, right)
	}
	for _, tree := range []*specimen.Tree{nil, specimen.Leaf(1), left, right, specimen.PerfectTree(10)} {
		var want []int
		for _, shape := range specimen.Shapes() {
			c := coro.New(specimen.TreeWalkIn(shape, tree))
			got := slices.Collect(c.All())
			if shape == coro.ShapeStateMachine {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("tree of height %d, %s (- statemachine, + %[2]s):\n%s", tree.Height(), shape, diff)
			}
		}
	}
	walk := coro.New(specimen.TreeWalkIn(coro.ShapeStateMachine, specimen.PerfectTree(10)))
	if got := slices.Collect(walk.All()); len(got) != 1023 || !slices.IsSorted(got) || got[0] != 1 || got[1022] != 1023 {
		t.Errorf("the perfect tree of height 10 was walked as %v", got)
	}
}

func TestSameFringeTellsTreesApart(t *testing.T) {
	coro.CheckLeaks(t)
	specimen.CheckMachines(t)
	leaf := specimen.Leaf
	node := func(l, r *specimen.Tree) *specimen.Tree { return specimen.NewTree(l, 0, r) }
	for _, shape := range specimen.Shapes() {
		same := func(a, b *specimen.Tree) bool {
			c := coro.New(specimen.SameFringeIn(shape, a, b))
			for range c.All() {
			}
			result, err := c.Result()
			if err != nil {
				t.Error(err)
			}
			return result
		}
		if !same(node(leaf(1), node(leaf(2), leaf(3))), node(node(leaf(1), leaf(2)), leaf(3))) {
			t.Errorf("%s: trees of different forms with leaves 1 2 3 are not the same", shape)
		}
		if same(node(leaf(1), leaf(2)), node(leaf(1), leaf(3))) {
			t.Errorf("%s: leaves 1 2 and 1 3 are the same", shape)
		}
		if same(leaf(1), node(leaf(1), leaf(2))) {
			t.Errorf("%s: leaves 1 and 1 2 are the same", shape)
		}
		if same(node(leaf(1), leaf(0)), leaf(1)) {
			t.Errorf("%s: leaves 1 0 and 1 are the same", shape)
		}
		if !same(nil, nil) {
			t.Errorf("%s: two empty trees are not the same", shape)
		}
	}
}

func FuzzTokenizerShapesAgree(f *testing.F) {
	f.Add("12+3*(4-1);")
	f.Add("8/0;")
	f.Add("((1);")
	f.Add("1 2")
	f.Add("9999999999999999999999;.")
	f.Fuzz(func(t *testing.T, text string) {
		script := specimen.Script{specimen.Next()}
		for i := range len(text) {
			script = append(script, specimen.Send(text[i]))
		}
		agree(t, specimen.Find("tokenizer"), script)
	})
}

// allMachines returns the description of every machine, once.
func allMachines() []*statemachine.Description {
	var all []*statemachine.Description
	for _, s := range specimen.All() {
		for _, d := range s.Machines {
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	return all
}

// Whoever is canceled, and when: the others are sent away, and nobody waits for
// somebody who has left.
func TestNobodyWaitsForWhoWasSentAway(t *testing.T) {
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
