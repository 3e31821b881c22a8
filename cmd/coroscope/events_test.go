package main

// This file tests the lines that the command events prints for people.

import (
	"errors"
	"testing"
	"time"

	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

func TestEventLine(t *testing.T) {
	state := 2
	var got []string
	for _, ev := range []timeline.Event{
		{T: 1500 * time.Microsecond, Kind: timeline.Spawn, Coroutine: "Ann", ID: 2, Shape: "pull", Func: "main.guest", At: "bar.go:31", By: "door#1"},
		{T: 2 * time.Millisecond, Kind: timeline.Suspend, Coroutine: "Ann", ID: 2, On: "await lock oven", State: &state, At: "bar.go:44"},
		{T: 3 * time.Millisecond, Kind: timeline.Ready, Coroutine: "Ann", ID: 2, By: "baker#5", Cause: "cancel"},
		// One line, and nothing that a terminal would obey.
		{T: 4 * time.Millisecond, Kind: timeline.End, Coroutine: "Ann\x1b[31m", ID: 2, Outcome: "failed", Detail: errors.Join(errors.New("one"), errors.New("two")).Error()},
	} {
		got = append(got, eventLine(ev))
	}
	want := []string{
		`     1.500ms  spawn     Ann#2           pull main.guest  (bar.go:31)  by door#1`,
		`     2.000ms  suspend   Ann#2           await lock oven  (state 2, bar.go:44)`,
		`     3.000ms  ready     Ann#2           by baker#5 (cancel)`,
		`     4.000ms  end       Ann\x1b[31m#2      failed  one\ntwo`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
