package statemachine_test

// This file holds descriptions, and what is found wrong with them.

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/statemachine"
)

func TestPoint(t *testing.T) {
	d := describeCountdown()
	want := coro.Point{
		State: 1, Name: "number", Kind: coro.OnResumer, Label: "number",
		Place: coro.Place{File: "/somewhere/countdown.go", Line: 42},
	}
	if diff := cmp.Diff(want, d.Point(countdownNumber)); diff != "" {
		t.Errorf("the point of a suspension (- want, + got):\n%s", diff)
	}
	if diff := cmp.Diff(coro.Point{State: 2, Name: "done"}, d.Point(countdownDone)); diff != "" {
		t.Errorf("the point of an end has no place (- want, + got):\n%s", diff)
	}
	if diff := cmp.Diff(coro.Point{State: 7}, d.Point(7)); diff != "" {
		t.Errorf("the point of a number that no state has (- want, + got):\n%s", diff)
	}
}

func TestThisFile(t *testing.T) {
	if got := filepath.Base(statemachine.ThisFile()); got != "describe_test.go" {
		t.Errorf("this file is %s, want describe_test.go", got)
	}
}

func TestNested(t *testing.T) {
	m := &countdown{n: 3}
	m.Resume(0, nil)
	if got := statemachine.Inside(m).String(); got != "number{n=3}" {
		t.Errorf("got %s, want number{n=3}", got)
	}
}

func TestValidDescription(t *testing.T) {
	if err := describeCountdown().Validate(); err != nil {
		t.Error(err)
	}
}

// wantFaults changes a description that is valid and compares what is then
// found wrong with it.
func wantFaults(t *testing.T, change func(d *statemachine.Description), want ...string) {
	t.Helper()
	d := describeCountdown()
	change(d)
	got := ""
	if err := d.Validate(); err != nil {
		got = err.Error()
	}
	if diff := cmp.Diff(strings.Join(want, "\n"), got); diff != "" {
		t.Errorf("faults (- want, + got):\n%s", diff)
	}
}

func TestUnreachableState(t *testing.T) {
	wantFaults(t, func(d *statemachine.Description) {
		d.States = append(d.States, statemachine.State{Name: "island", Line: 50})
		d.Edges = append(d.Edges, statemachine.Edge{From: "island", To: "done"})
	}, `machine countdown: state "island" cannot be reached from "start"`)
}

func TestStateWithoutAWayOut(t *testing.T) {
	wantFaults(t, func(d *statemachine.Description) {
		d.States = append(d.States, statemachine.State{Name: "trap", Line: 50})
		d.Edges = append(d.Edges, statemachine.Edge{From: "number", To: "trap"})
	}, `machine countdown: state "trap" has no edge out of it`)
}

func TestEdgesToAndFromNowhere(t *testing.T) {
	wantFaults(t, func(d *statemachine.Description) {
		d.Edges = append(d.Edges,
			statemachine.Edge{From: "number", To: "nmuber"},
			statemachine.Edge{From: "strat", To: "number"})
	}, `machine countdown: edge number -> nmuber leads nowhere: there is no state "nmuber"`,
		`machine countdown: edge strat -> number comes from nowhere: there is no state "strat"`)
}

func TestEdgesThatCannotBe(t *testing.T) {
	wantFaults(t, func(d *statemachine.Description) {
		d.Edges = append(d.Edges,
			statemachine.Edge{From: "done", To: "number"},
			statemachine.Edge{From: "number", To: "start"},
			statemachine.Edge{From: "start", To: "number", When: "again"})
	}, `machine countdown: edge done -> number leaves an end`,
		`machine countdown: edge number -> start leads back to the start`,
		`machine countdown: edge start -> number is there twice; say both reasons in one`)
}

func TestDuplicateNames(t *testing.T) {
	wantFaults(t, func(d *statemachine.Description) {
		d.States = append(d.States, statemachine.State{Name: "number", Line: 50})
		d.Edges = append(d.Edges, statemachine.Edge{From: "number", To: "number "})
		d.States[3].Name = "number"
		d.Edges = d.Edges[:4]
		d.Slots = append(d.Slots, statemachine.Slot{Name: "n", Type: "string"})
	}, `machine countdown: states 1 and 3 are both called "number"`,
		`machine countdown: two slots are called "n"`,
		`machine countdown: state "number" cannot be reached from "start"`,
		`machine countdown: state "number" has no edge out of it`)
}

func TestMissingNames(t *testing.T) {
	wantFaults(t, func(d *statemachine.Description) {
		d.Name = ""
		d.Slots = []statemachine.Slot{{Type: "int"}, {Name: "m"}}
	}, `machine unnamed: the machine has no name`,
		`machine unnamed: slot 0 has no name`,
		`machine unnamed: slot "m" has no type`)
}

func TestNoStates(t *testing.T) {
	wantFaults(t, func(d *statemachine.Description) {
		d.States, d.Edges = nil, nil
	}, `machine countdown: there are no states`)
}

func TestWrongRoles(t *testing.T) {
	wantFaults(t, func(d *statemachine.Description) {
		d.States[countdownStart].Role = statemachine.Suspended
		d.States[countdownNumber].Line = 0
		d.States[countdownDone].Label = "done"
	}, `machine countdown: state 0, "start", must be the start`,
		`machine countdown: suspension "start" has no line in countdown.go`,
		`machine countdown: suspension "number" has no line in countdown.go`,
		`machine countdown: state "done" is no suspension and so has no kind, label or line`)
}

func TestTwoStarts(t *testing.T) {
	wantFaults(t, func(d *statemachine.Description) {
		d.States[countdownDone].Role = statemachine.Start
	}, `machine countdown: state 2, "done", is a start; only state 0 may be`,
		`machine countdown: edge start -> done leads back to the start`,
		`machine countdown: edge number -> done leads back to the start`,
		`machine countdown: state "done" has no edge out of it`)
}
