package statemachine_test

// This file holds the checker: it finds what a machine does wrong, and changes
// nothing of what it does right.

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/statemachine"
)

func TestCheckedMachineBehavesAsBefore(t *testing.T) {
	coro.CheckLeaks(t)
	m := &countdown{n: 3}
	checked := statemachine.Check(describeCountdown(), m, func(err error) { t.Error(err) })
	c := coro.New(checked)

	if c.Info().Func != "countdown" || c.Info().Shape != coro.ShapeStateMachine {
		t.Errorf("the function is %s, the shape %s; want countdown, statemachine", c.Info().Func, c.Info().Shape)
	}
	c.Next()
	at, _ := c.Suspension()
	if at.On() != "await resumer number" || at.State != countdownNumber || at.Place.Line != 42 {
		t.Errorf("suspended on %q in state %d at %s; want await resumer number, 1, countdown.go:42", at.On(), at.State, at.Place)
	}
	if diff := cmp.Diff([]coro.Slot{{Name: "n", Value: 3}}, at.Frame.Frame()); diff != "" {
		t.Errorf("frame (- want, + got):\n%s", diff)
	}
	if out, ok, _ := c.Resume(10); out != 10 || !ok {
		t.Errorf("sent 10, got %d, %t; want 10, true", out, ok)
	}
	if _, ok, err := c.Throw(coro.ErrCanceled); ok || !errors.Is(err, coro.ErrCanceled) {
		t.Errorf("threw ErrCanceled, got %t, %v; want false and the same error", ok, err)
	}
	if got, _ := c.Result(); got != "lift off" {
		t.Errorf("result %q, want lift off", got)
	}

	want := []statemachine.Edge{
		{From: "start", To: "number"},
		{From: "number", To: "number", When: "n > 0"},
		{From: "number", To: "done", When: "n is 0; or thrown"},
	}
	if diff := cmp.Diff(want, checked.Taken()); diff != "" {
		t.Errorf("edges taken (- want, + got):\n%s", diff)
	}
}

func TestCheckReportsAnEdgeThatIsNotDeclared(t *testing.T) {
	var reported []error
	m := statemachine.Check(describeCountdown(), &countdown{n: 1}, func(err error) { reported = append(reported, err) })
	m.Resume(0, nil)
	m.Resume(-1, nil) // back to the start

	want := &statemachine.EdgeError{Machine: "countdown", From: "number", To: "start"}
	var got *statemachine.EdgeError
	if len(reported) != 1 || !errors.As(reported[0], &got) {
		t.Fatalf("reported %v, want one EdgeError", reported)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(- want, + got):\n%s", diff)
	}
	if got, want := got.Error(), "machine countdown went from state number to state start: no such edge is declared"; got != want {
		t.Errorf("the error reads\n%s, want\n%s", got, want)
	}
}

func TestCheckReportsAStateThatIsNotDescribed(t *testing.T) {
	var reported []error
	d := describeCountdown()
	d.States = d.States[:2] // without done
	m := statemachine.Check(d, numbered{&countdown{n: 0}}, func(err error) { reported = append(reported, err) })
	m.Resume(0, nil)
	if len(reported) != 1 || reported[0].Error() != "machine countdown went from state start to state 2: no such edge is declared" {
		t.Errorf("reported %v, want one error about state 2", reported)
	}
}

// A numbered machine tells the numbers of its states only.
type numbered struct{ *countdown }

func (m numbered) Point() coro.Point { return coro.Point{State: m.state} }

func TestCheckReportsAnAnswerThatDoesNotSuitTheState(t *testing.T) {
	var reported []error
	m := statemachine.Check(describeCountdown(), liar{&countdown{n: 1}}, func(err error) { reported = append(reported, err) })
	m.Resume(0, nil)
	if len(reported) != 1 || reported[0].Error() != "machine countdown answered ok false in state number, whose role is suspended" {
		t.Errorf("reported %v, want one error about the answer", reported)
	}
}

// A liar says that it has ended when it has not.
type liar struct{ *countdown }

func (m liar) Resume(to int, thrown error) (int, bool) {
	out, ok := m.countdown.Resume(to, thrown)
	return out, !ok
}

func TestCheckedMachineIsUnwound(t *testing.T) {
	m := &countdown{n: 3}
	c := statemachine.Check(describeCountdown(), m, func(err error) { t.Error(err) })
	c.Resume(0, nil)
	c.Unwind()
	if !m.unwound {
		t.Error("Unwind did not reach the machine")
	}
}

func TestCheckRefusesAMachineWithoutPoints(t *testing.T) {
	defer func() {
		if got, want := recover(), "statemachine: statemachine_test.pointless cannot be checked: it has no method Point"; got != want {
			t.Errorf("panic %v, want %s", got, want)
		}
	}()
	statemachine.Check(describeCountdown(), pointless{}, func(error) {})
}

type pointless struct{}

func (pointless) Resume(int, error) (int, bool) { return 0, false }
func (pointless) Result() int                   { return 0 }
func (pointless) Err() error                    { return nil }

func TestCheckedMachineMayShowLess(t *testing.T) {
	c := statemachine.Check(describeCountdown(), bare{}, func(error) {})
	if c.Func() != "statemachine.countdown" {
		t.Errorf("the function is %s, want that of the description", c.Func())
	}
	if c.Frame() != nil || c.Inner() != nil || c.Shape() != coro.ShapeStateMachine {
		t.Errorf("frame %v, inner %v, shape %s; want none, none, statemachine", c.Frame(), c.Inner(), c.Shape())
	}
	c.Unwind() // which it has not
}

// A bare machine has points and nothing else.
type bare struct{ pointless }

func (bare) Point() coro.Point { return coro.Point{} }

func TestCheckLetsAnEndedMachineStayEnded(t *testing.T) {
	m := statemachine.Check(describeCountdown(), &countdown{n: 1}, func(err error) { t.Error(err) })
	m.Resume(0, nil)
	m.Resume(0, nil) // the end
	if _, ok := m.Resume(0, nil); ok {
		t.Error("it has gone on after its end")
	}
	if got := len(m.Taken()); got != 2 {
		t.Errorf("%d edges taken, want 2: to stay ended is none", got)
	}
}

// A revenant goes on after its end.
type revenant struct{ countdown }

func (m *revenant) Resume(int, error) (int, bool) {
	m.state = countdownNumber
	return 0, true
}

func TestCheckReportsAMachineThatGoesOnAfterItsEnd(t *testing.T) {
	var reported []error
	m := statemachine.Check(describeCountdown(), &revenant{countdown{state: countdownDone}}, func(err error) { reported = append(reported, err) })
	m.Resume(0, nil)
	var got *statemachine.EdgeError
	if len(reported) != 1 || !errors.As(reported[0], &got) || got.From != "done" || got.To != "number" {
		t.Errorf("reported %v, want the edge from done to number", reported)
	}
}
