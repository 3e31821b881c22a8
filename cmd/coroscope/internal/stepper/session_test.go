package stepper_test

// This file tests sessions: forward, back, and that both show the same.

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"coroscope/cmd/coroscope/internal/stepper"
	"coroscope/coro"
	"coroscope/statemachine/specimen"

	"github.com/google/go-cmp/cmp"
)

// eachCoroutine runs a test for each specimen in each shape.
func eachCoroutine(t *testing.T, test func(t *testing.T, s stepper.Session)) {
	for _, sp := range specimen.All() {
		if sp.OnLoop {
			continue
		}
		for _, shape := range specimen.Shapes() {
			t.Run(sp.Name+"/"+shape.String(), func(t *testing.T) {
				coro.CheckLeaks(t)
				s := stepper.NewCoroutine(sp, shape)
				t.Cleanup(s.Close)
				test(t, s)
			})
		}
	}
}

// open returns the session of a specimen.
func open(t *testing.T, name string, shape coro.Shape) stepper.Session {
	t.Helper()
	coro.CheckLeaks(t)
	s := stepper.NewCoroutine(specimen.Find(name), shape)
	t.Cleanup(s.Close)
	return s
}

// toEnd goes forward to the end.
func toEnd(t *testing.T, s stepper.Session) {
	t.Helper()
	for range 1000 {
		if s.Upcoming() == "" {
			return
		}
		s.Forward()
	}
	t.Fatal("not at its end after 1000 steps")
}

// forwardAndBack goes to the end, step by step back to the start, and to the
// end again, and compares what is seen.
func forwardAndBack(t *testing.T, s stepper.Session) {
	toEnd(t, s)
	forward := slices.Clone(s.History())
	last := len(forward) - 1
	if last < 2 || !forward[last].Ended {
		t.Fatalf("%d steps to %q, want some, to an end", last, forward[last].Status)
	}
	for step := last - 1; step >= 0; step-- {
		if !s.Back(1) {
			t.Fatalf("there is no way back to step %d", step)
		}
		if diff := cmp.Diff(forward[step], stepper.Now(s)); diff != "" {
			t.Fatalf("back at step %d (-forward +back):\n%s", step, diff)
		}
	}
	if s.Back(1) {
		t.Error("there is a way back from the start")
	}
	toEnd(t, s)
	if diff := cmp.Diff(forward, s.History()); diff != "" {
		t.Errorf("the second time (-first +second):\n%s", diff)
	}
	s.Back(2)
	if diff := cmp.Diff(forward[:last-1], s.History()); diff != "" {
		t.Errorf("back two at once (-forward +back):\n%s", diff)
	}
	s.Back(1 << 20)
	if got := len(s.History()); got != 1 {
		t.Errorf("all the way back, there are %d snapshots, want that of the start", got)
	}
}

func TestForwardAndBack(t *testing.T) {
	eachCoroutine(t, forwardAndBack)
}

// What is sent in and handed out is the same in every shape.
func TestLogsAgreeInEveryShape(t *testing.T) {
	logs := make(map[string][]stepper.Entry)
	eachCoroutine(t, func(t *testing.T, s stepper.Session) {
		name, _, _ := strings.Cut(stepper.Now(s).Title, ",")
		toEnd(t, s)
		got := stepper.Now(s).Log
		if logs[name] == nil {
			logs[name] = got
		}
		if diff := cmp.Diff(logs[name], got); diff != "" {
			t.Errorf("(-statemachine +this):\n%s", diff)
		}
	})
}

// While it is suspended, the line is one that suspends, and a machine or a
// stack stands there.
func TestSuspendedCoroutineIsSeen(t *testing.T) {
	eachCoroutine(t, func(t *testing.T, s stepper.Session) {
		toEnd(t, s)
		for _, now := range s.History() {
			c := now.Coroutine
			suspended := now.Status == "suspended"
			if suspended != (c.Source.Line > 0) || suspended != (c.On != "") || suspended == (c.Source.Near > 0) {
				t.Errorf("step %d, %s: at line %d, near %d, on %q", now.Step, now.Status, c.Source.Line, c.Source.Near, c.On)
				continue
			}
			if !suspended {
				continue
			}
			code := c.Source.Lines[c.Source.Line-1]
			if !strings.Contains(code, "Yield") && !strings.Contains(code, "return") {
				t.Errorf("step %d: it is suspended at %s, where the code is %q", now.Step, c.Place, code)
			}
			switch {
			case c.Machine != nil && (c.Stack != nil || len(c.Frame) == 0 || c.Taken == nil || c.Taken.To != c.State):
				t.Errorf("step %d: frame %v, stack %v, taken %v to state %d", now.Step, c.Frame, c.Stack, c.Taken, c.State)
			case c.Machine == nil && (c.Frame != nil || len(c.Stack) == 0 || fmt.Sprintf("%s:%d", c.Stack[0].File, c.Stack[0].Line) != c.Place):
				t.Errorf("step %d at %s: frame %v, stack %v", now.Step, c.Place, c.Frame, c.Stack)
			}
		}
	})
}

func TestFrameSaysWhatChanged(t *testing.T) {
	s := open(t, "fibonacci", coro.ShapeStateMachine)
	for range 4 {
		s.Forward()
	}
	want := []stepper.Slot{
		{Path: "n", Name: "n", Value: "4", Was: "5", Changed: true, Means: "how many terms are still to be handed out"},
		{Path: "a", Name: "a", Value: "2", Was: "1", Changed: true, Means: "the term that is handed out"},
		{Path: "b", Name: "b", Value: "3", Was: "2", Changed: true, Means: "the term after it"},
	}
	if diff := cmp.Diff(want, stepper.Now(s).Coroutine.Frame); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFramesInsideAFrame(t *testing.T) {
	s := open(t, "samefringe", coro.ShapeStateMachine)
	s.Forward()
	s.Forward()
	var got []string
	for _, slot := range stepper.Now(s).Coroutine.Frame {
		got = append(got, fmt.Sprintf("%d %s %s changed=%t", slot.Depth, slot.Path, slot.Value, slot.Changed))
	}
	want := []string{
		"0 a in state leaf changed=false",
		"1 a.stack [node 0] changed=true",
		"1 a.count 2 changed=true",
		"0 b in state leaf changed=false",
		"1 b.stack [node 7 node 5] changed=true",
		"1 b.count 2 changed=true",
		"0 same false changed=false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What waits in the parser is shown as it stands in the text.
func TestOperatorsAreShown(t *testing.T) {
	s := open(t, "parser", coro.ShapeStateMachine)
	do(t, s, "next", "")
	for _, token := range []string{"12", "+", "(", "3", "*"} {
		do(t, s, "send", token)
	}
	for _, slot := range stepper.Now(s).Coroutine.Frame {
		if slot.Name == "stack" && slot.Value != "[12+ ( 3*]" {
			t.Errorf("the stack is %s, want [12+ ( 3*]", slot.Value)
		}
	}
}

// do does something that must be understood.
func do(t *testing.T, s stepper.Session, verb, arg string) {
	t.Helper()
	if err := s.Do(verb, arg); err != nil {
		t.Errorf("%s %s: %v", verb, arg, err)
	}
}

// entries returns a log in lines.
func entries(s stepper.Session) []string {
	var all []string
	for _, e := range stepper.Now(s).Log {
		text := e.Did + ": " + e.Came
		if e.Failed {
			text += " (failed)"
		}
		all = append(all, text)
	}
	return all
}

func TestOffTheCourse(t *testing.T) {
	for _, shape := range specimen.Shapes() {
		s := open(t, "average", shape)
		do(t, s, "send", "3") // it has not started
		do(t, s, "next", "")
		do(t, s, "send", "3")
		do(t, s, "throw", "reset")
		do(t, s, "throw", "the roof is on fire")
		do(t, s, "next", "") // it has ended
		want := []string{
			"send 3: refused: value sent to a coroutine that has not started (failed)",
			"next: -> 0",
			"send 3: -> 3",
			"throw reset: -> 0",
			"throw the roof is on fire: failed: the roof is on fire (failed)",
			"next: refused: coroutine has ended (failed)",
		}
		if diff := cmp.Diff(want, entries(s)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", shape, diff)
		}
		if s.Back(3); s.Upcoming() != "throw reset" {
			t.Errorf("%s: three steps back, what comes is %q, want what was taken back", shape, s.Upcoming())
		}
		do(t, s, "send", "5") // which makes the rest of it void
		if s.Upcoming() != "next" {
			t.Errorf("%s: after something else, what comes is %q, want next", shape, s.Upcoming())
		}
		if got := entries(s)[3]; got != "send 5: -> 4" {
			t.Errorf("%s: the fourth step is %q", shape, got)
		}
	}
}

// A close that is ignored is two edges, of which none is the one that leads
// from the first state to the last.
func TestIgnoredCloseIsSaid(t *testing.T) {
	s := open(t, "fetch", coro.ShapeStateMachine)
	s.Forward()
	s.Forward()
	do(t, s, "close", "")
	now := stepper.Now(s)
	if e := now.Log[2]; !e.Failed || !strings.Contains(e.Came, coro.ErrIgnoredClose.Error()) {
		t.Errorf("the close came to %v", e)
	}
	if got := now.Coroutine.Taken.When; !strings.Contains(got, "unwound") {
		t.Errorf("taken because %q", got)
	}
	if diff := cmp.Diff([]string{"connection released"}, now.Coroutine.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// One that is closed before it has started never runs, and takes no edge.
func TestClosedBeforeTheStart(t *testing.T) {
	for _, shape := range specimen.Shapes() {
		s := open(t, "treewalk", shape)
		do(t, s, "close", "")
		if now := stepper.Now(s); !now.Ended || now.Coroutine.Taken != nil || s.Upcoming() != "" {
			t.Errorf("%s: ended %t, taken %v, upcoming %q", shape, now.Ended, now.Coroutine.Taken, s.Upcoming())
		}
	}
}

// No line that is printed of a session has more than 100 characters, but the
// source's own.
func TestLinesAreNotTooLong(t *testing.T) {
	eachCoroutine(t, func(t *testing.T, s stepper.Session) {
		toEnd(t, s)
		for _, snapshot := range s.History() {
			var b strings.Builder
			if err := stepper.WriteStep(&b, snapshot); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
					t.Errorf("%d characters in %q", n, line)
				}
			}
		}
	})
}
