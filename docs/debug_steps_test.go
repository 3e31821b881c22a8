package docs

// This file holds the debugger to what debugging.md says of stepping.

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-delve/delve/service/api"
)

// atLine returns a debugger in which a lesson is about to execute the n-th line
// that contains text.
func atLine(t *testing.T, pkg, lesson, text string, n int) (*debugger, stop) {
	t.Helper()
	d := debug(t, pkg, lesson)
	d.breakAt(lesson, "")
	at := d.resume()
	for range n {
		at = d.until(text, 30, d.next, func(s stop) bool { return strings.Contains(s.Line, text) })
	}
	return d, at
}

// A machine's state and frame are fields, and a breakpoint can ask for them.
func TestBreakpointInAState(t *testing.T) {
	t.Parallel()
	d := debug(t, specimens, "TestLessonFibonacciMachine")
	d.breakAt("specimen.(*Fibonacci).Resume", "m.state == fibonacciTerm && m.n == 1")

	if at := d.resume(); at.Func != "specimen.(*Fibonacci).Resume" {
		t.Fatalf("stopped in %s", at.Func)
	}
	got := make(map[string]string)
	for _, field := range []string{"m.state", "m.n", "m.a", "m.b"} {
		got[field] = d.value(field)
	}
	if diff := cmp.Diff(map[string]string{"m.state": "fibonacciTerm (1)", "m.n": "1", "m.a": "1", "m.b": "1"}, got); diff != "" {
		t.Errorf("the frame (- want, + got):\n%s", diff)
	}
	if gs := d.goroutines(api.GoroutineLabel, "coroutine"); len(gs) != 0 {
		t.Errorf("%d goroutines are labeled, want none: a machine has no goroutine", len(gs))
	}
}

// "step" on iter.Pull's next, or on yield, goes to the other side.
func TestStepFollowsIterPull(t *testing.T) {
	t.Parallel()
	d, resumer := atLine(t, "./coro", "TestLessonIterPull", "next()", 1)
	want := []stop{
		{Func: "coro_test.letters", Line: "func letters(yield func(string) bool) {"},
		{Func: "coro_test.letters", Line: `if !yield("a") { // stands here between the first next and the second`},
	}
	var got []stop
	body := int64(0)
	for range want {
		at := d.step()
		body, at.Goroutine = at.Goroutine, 0
		got = append(got, at)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps from the resumer (- want, + got):\n%s", diff)
	}
	if body == resumer.Goroutine {
		t.Error("the body is on its resumer's goroutine")
	}
	at := d.until("the resumer", 5, d.step, func(s stop) bool { return s.Goroutine == resumer.Goroutine })
	at = d.until("the lesson", 5, d.step, func(s stop) bool { return s.Func == "coro_test.TestLessonIterPull" })
	if at.Goroutine != resumer.Goroutine {
		t.Errorf("the lesson went on on goroutine %d, and was on %d", at.Goroutine, resumer.Goroutine)
	}
	second := d.until("the second next", 5, d.next, func(s stop) bool { return strings.HasPrefix(s.Line, "second, ok := next()") })
	if at = d.step(); at.Func != "coro_test.letters" || at.Goroutine != body || second.Goroutine != resumer.Goroutine {
		t.Errorf("a step from the second next led to %+v, want the body's yield on goroutine %d", at, body)
	}
}

// "step" gets from a resumption to where the body of a pull coroutine is
// suspended, and on to its own line, through a little of coro's own code.
func TestStepEntersPull(t *testing.T) {
	t.Parallel()
	d, resumer := atLine(t, specimens, "TestLessonFibonacciPull", "c.Next()", 2)
	entered := d.until("another goroutine", 100, d.step, func(s stop) bool { return s.Goroutine != resumer.Goroutine })
	at := d.until("the body", 100, d.step, func(s stop) bool { return s.Func == "specimen.FibonacciBody.func1" })
	want := stop{
		Func:      "specimen.FibonacciBody.func1",
		Line:      `if _, err := y.YieldAs("term", a); err != nil {`,
		Goroutine: entered.Goroutine,
		Coroutine: "fibonacci",
	}
	if diff := cmp.Diff(want, at); diff != "" {
		t.Errorf("steps from the second resumption led to (- want, + got):\n%s", diff)
	}
}

// "step" does not follow what goes through channels.
func TestStepDoesNotEnterGoroutine(t *testing.T) {
	t.Parallel()
	d, resumer := atLine(t, specimens, "TestLessonFibonacciGoroutine", "c.Next()", 2)
	d.until("the line behind c.Next()", 100, func() stop {
		at := d.step()
		if at.Goroutine != resumer.Goroutine {
			t.Fatalf("a step led to another goroutine: %+v", at)
		}
		return at
	}, func(s stop) bool { return s.Line == `learned(t, "the second term", 1, term)` })
}

// "next" over a yield: a machine's is a return, so it leads to the resumer. A
// body's is a call, so it leads behind the call, on the body's goroutine, and
// the resumer has gone on meanwhile.
func TestNextOverAYield(t *testing.T) {
	for lesson, want := range map[string]struct {
		body, yield string
		behind      stop   // whose goroutine is not compared
		resumer     string // where it is then
	}{
		"TestLessonFibonacciMachine": {
			"specimen.(*Fibonacci).Resume", "return m.a, true",
			stop{Func: "specimen_test.TestLessonFibonacciMachine", Line: `term, ok := m.Resume(struct{}{}, nil) // from the first case to the last return`},
			`term, ok := m.Resume(struct{}{}, nil) // from the first case to the last return`,
		},
		"TestLessonFibonacciPull": {
			"specimen.FibonacciBody.func1", "y.YieldAs(",
			stop{Func: "specimen.FibonacciBody.func1", Line: "a, b = b, a+b", Coroutine: "fibonacci"},
			`term, _, _ = c.Next() // the same call of YieldAs returns, and the loop goes round`,
		},
		"TestLessonFibonacciGoroutine": {
			"specimen.FibonacciBody.func1", "y.YieldAs(",
			stop{Func: "specimen.FibonacciBody.func1", Line: "a, b = b, a+b", Coroutine: "fibonacci"},
			`term, _, _ = c.Next() // it is sent to, and received from`,
		},
	} {
		t.Run(lesson, func(t *testing.T) {
			t.Parallel()
			d := debug(t, specimens, lesson)
			d.breakAt(lesson, "")
			resumer := d.resume().Goroutine
			d.breakAt(want.body, "")
			body := d.resume().Goroutine
			d.until(want.yield, 10, d.next, func(s stop) bool { return strings.Contains(s.Line, want.yield) })

			at := d.next()
			if at.Goroutine != body {
				t.Errorf("next led to goroutine %d, from %d", at.Goroutine, body)
			}
			at.Goroutine = 0
			if diff := cmp.Diff(want.behind, at); diff != "" {
				t.Errorf("behind the yield (- want, + got):\n%s", diff)
			}
			if lines := d.stack(resumer); !slices.Contains(lines, want.resumer) {
				t.Errorf("the resumer stands at\n%s\nand not at %q", strings.Join(lines, "\n"), want.resumer)
			}
		})
	}
}

// The goroutines of coroutines are found by their label, and not among those
// that Delve takes for the user's.
func TestGoroutinesByLabel(t *testing.T) {
	t.Parallel()
	d, resumer := atLine(t, specimens, "TestLessonBartenderPull", `learned(t, "Bob"`, 1)
	found := make(map[string]int64)
	for _, name := range []string{"bartender", "Ann", "Bob"} {
		gs := d.goroutines(api.GoroutineLabel, "coroutine="+name)
		if len(gs) != 1 {
			t.Fatalf("%d goroutines are labeled coroutine=%s, want 1", len(gs), name)
		}
		found[name] = gs[0].ID
	}
	if n := len(d.goroutines(api.GoroutineLabel, "coroutine")); n != 3 {
		t.Errorf("%d goroutines are labeled, want 3", n)
	}
	if lines := d.stack(found["Bob"]); !slices.Contains(lines, "if err := b.shakers.get(y, b.loop); err != nil {") {
		t.Errorf("Bob stands at\n%s\nand does not wait for a shaker", strings.Join(lines, "\n"))
	}
	users := d.goroutines(api.GoroutineUser, "")
	isUser := func(id int64) bool {
		return slices.ContainsFunc(users, func(g *api.Goroutine) bool { return g.ID == id })
	}
	if !isUser(resumer.Goroutine) || isUser(found["Ann"]) || isUser(found["Bob"]) {
		t.Error("goroutines -with user lists coroutines, or not the loop's goroutine: say so in debugging.md")
	}
}

// "next" over a resumption stays with the resumer; "stepout" of a machine's
// Resume leads to it too, and "stepout" of a body to where the body was called,
// when it has ended.
func TestNextOverAResumptionAndStepOut(t *testing.T) {
	for lesson, want := range map[string]struct {
		resumption, behind string
		body, out          string
	}{
		"TestLessonFibonacciMachine": {
			"m.Resume(", `learned(t, "the first term", 0, term)`,
			"specimen.(*Fibonacci).Resume", "specimen_test.TestLessonFibonacciMachine",
		},
		"TestLessonFibonacciPull": {
			"c.Next()", `learned(t, "the first term", 0, term)`,
			"specimen.FibonacciBody.func1", "coro.(*stackful).main",
		},
		"TestLessonFibonacciGoroutine": {
			"c.Next()", `learned(t, "the first term", 0, term)`,
			"specimen.FibonacciBody.func1", "coro.(*stackful).main",
		},
	} {
		t.Run(lesson, func(t *testing.T) {
			t.Parallel()
			d, resumer := atLine(t, specimens, lesson, want.resumption, 1)
			if at := d.next(); at.Line != want.behind || at.Goroutine != resumer.Goroutine {
				t.Errorf("next over the resumption led to %+v, want %q on goroutine %d", at, want.behind, resumer.Goroutine)
			}
			d = debug(t, specimens, lesson)
			d.breakAt(want.body, "")
			body := d.resume()
			if at := d.stepOut(); at.Func != want.out || at.Goroutine != body.Goroutine {
				t.Errorf("stepout of the body led to %+v, want %s on goroutine %d", at, want.out, body.Goroutine)
			}
		})
	}
}
