package protocol_test

// This file tests the form of each message, in the open: what is written, and
// that it is read back.

import (
	"testing"
	"time"

	"coroscope/trace/protocol"

	"github.com/google/go-cmp/cmp"
)

var (
	guest = protocol.Ref{Name: "guest", ID: 2}
	baker = protocol.Ref{Name: "baker", ID: 5}
)

// form checks that m is written as want and read back as m.
func form[M interface{ String() string }](t *testing.T, m M, parse func(string) (M, bool), want string) {
	t.Helper()
	if got := m.String(); got != want {
		t.Errorf("written as\n\t%s\nwant\n\t%s", got, want)
	}
	got, ok := parse(want)
	if !ok {
		t.Fatalf("not parsed: %s", want)
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", want, diff)
	}
}

func TestSpawn(t *testing.T) {
	form(t, protocol.Spawn{Who: guest, Shape: protocol.ShapePull, Func: "main.guest"}, protocol.ParseSpawn,
		"guest#2 pull main.guest")
	form(t, protocol.Spawn{Who: guest, Shape: protocol.ShapeMachine, Func: "main.(*bar).serve", File: "bar.go", Line: 31, By: baker}, protocol.ParseSpawn,
		"guest#2 statemachine main.(*bar).serve (bar.go:31) by baker#5")
	form(t, protocol.Spawn{Who: guest, Shape: protocol.ShapePull, Func: "main.guest", By: baker}, protocol.ParseSpawn,
		"guest#2 pull main.guest by baker#5")
	form(t, protocol.Spawn{Who: protocol.Ref{Name: "late guest", ID: 3}, Shape: "pull", Func: "x", File: "a (1).go", Line: 1}, protocol.ParseSpawn,
		`late guest#3 pull x ("a (1).go":1)`)
}

func TestReady(t *testing.T) {
	form(t, protocol.Ready{Who: guest, By: baker}, protocol.ParseReady, "guest#2 by baker#5")
	form(t, protocol.Ready{Who: guest, Cause: protocol.CauseTimer}, protocol.ParseReady, "guest#2 by timer")
	form(t, protocol.Ready{Who: guest, By: baker, Cause: protocol.CauseCancel}, protocol.ParseReady, "guest#2 by baker#5 (cancel)")
	form(t, protocol.Ready{Who: guest, By: protocol.Ref{Name: "timer", ID: 1}}, protocol.ParseReady, "guest#2 by timer#1")
	form(t, protocol.Ready{Who: guest, Cause: "baker#5"}, protocol.ParseReady, `guest#2 by "baker#5"`)
}

func TestSuspension(t *testing.T) {
	s := protocol.Suspension{Who: guest, Kind: protocol.KindLock, Label: "oven", State: 2, File: "fetch.go", Line: 41, Detail: "third in line"}
	form(t, s, protocol.ParseSuspension, "guest#2 -> await lock oven (state 2, fetch.go:41) third in line")
	s.Detail = ""
	form(t, s, protocol.ParseSuspension, "guest#2 -> await lock oven (state 2, fetch.go:41)")
	s.File, s.Line = "", 0
	form(t, s, protocol.ParseSuspension, "guest#2 -> await lock oven (state 2)")
	s.State = protocol.NoState
	form(t, s, protocol.ParseSuspension, "guest#2 -> await lock oven")
	s.Label = ""
	form(t, s, protocol.ParseSuspension, "guest#2 -> await lock")
	s.Label, s.File, s.Line = "the oven", "fetch.go", 41
	form(t, s, protocol.ParseSuspension, "guest#2 -> await lock the oven (fetch.go:41)")
}

// Where neither state nor place stands between label and detail, the label is
// quoted, even if it is empty.
func TestSuspensionDetailWithoutPlace(t *testing.T) {
	s := protocol.Suspension{Who: guest, Kind: "lock", Label: "oven", State: protocol.NoState, Detail: protocol.Since(3*time.Millisecond, "")}
	form(t, s, protocol.ParseSuspension, `guest#2 -> await lock "oven" since 3ms`)
	s.Label = ""
	form(t, s, protocol.ParseSuspension, `guest#2 -> await lock "" since 3ms`)
	s.Detail = "(state 4)"
	form(t, s, protocol.ParseSuspension, `guest#2 -> await lock "" "(state 4)"`)
}

func TestResume(t *testing.T) {
	r := protocol.Resume{Suspension: protocol.Suspension{Who: guest, Kind: "sleep", Label: "shake", State: 1, File: "bar.go", Line: 7}}
	form(t, r, protocol.ParseResume, "guest#2 <- await sleep shake (state 1, bar.go:7)")
	r.Detail = protocol.Throws("no gin")
	form(t, r, protocol.ParseResume, "guest#2 <- await sleep shake (state 1, bar.go:7) throws no gin")
	start := protocol.Resume{Start: true, Suspension: protocol.Suspension{Who: guest, State: protocol.NoState}}
	form(t, start, protocol.ParseResume, "guest#2 <- start")
	start.State = 0
	if got, want := start.String(), "guest#2 <- start"; got != want {
		t.Errorf("a start with a state is written as %q, want %q", got, want)
	}
}

func TestEnd(t *testing.T) {
	form(t, protocol.End{Who: guest, Outcome: protocol.OutcomeReturned}, protocol.ParseEnd, "guest#2 returned")
	form(t, protocol.End{Who: guest, Outcome: protocol.OutcomeFailed, Detail: `open "x": no such file`}, protocol.ParseEnd,
		`guest#2 failed: open "x": no such file`)
	form(t, protocol.End{Who: guest, Outcome: protocol.OutcomePanicked, Detail: "line\nfeed"}, protocol.ParseEnd,
		`guest#2 panicked: "line\nfeed"`)
}

func TestTimer(t *testing.T) {
	form(t, protocol.Timer{Who: guest, Op: protocol.TimerSet, After: 5 * time.Millisecond}, protocol.ParseTimer, "guest#2 set 5ms")
	form(t, protocol.Timer{Who: guest, Op: protocol.TimerFired}, protocol.ParseTimer, "guest#2 fired")
	form(t, protocol.Timer{Callback: "main.tick", Op: protocol.TimerCanceled}, protocol.ParseTimer, "callback main.tick canceled")
	form(t, protocol.Timer{Who: protocol.Ref{Name: "callback x", ID: 1}, Op: protocol.TimerFired}, protocol.ParseTimer, `"callback x"#1 fired`)
}

func TestFrame(t *testing.T) {
	form(t, protocol.Frame{Who: guest, K: 1, N: 2, Slot: "order", Value: `"gin (fizz)"`}, protocol.ParseFrame,
		`guest#2 1/2 order="gin (fizz)"`)
}

func TestTurn(t *testing.T) {
	form(t, protocol.Turn{N: 7, Ready: 3, Timers: 12}, protocol.ParseTurn, "turn 7: 3 ready, 12 timers")
}

func TestSlow(t *testing.T) {
	form(t, protocol.Slow{Who: guest, Took: 12 * time.Millisecond, File: "fetch.go", Line: 41}, protocol.ParseSlow,
		"guest#2 held the loop for 12ms (resumed at fetch.go:41)")
	form(t, protocol.Slow{Callback: "main.hog", Took: time.Second}, protocol.ParseSlow, "callback main.hog held the loop for 1s")
}

func TestCoroscope(t *testing.T) {
	form(t, protocol.Epoch{Version: 1, N: 3}, protocol.ParseEpoch, "version 1 epoch 3")
	form(t, protocol.Loop{Who: protocol.Ref{Name: "bar", ID: 1}}, protocol.ParseLoop, "loop bar#1")
	form(t, protocol.Loop{Who: protocol.Ref{Name: "bar", ID: 1}, Unobserved: true}, protocol.ParseLoop, "loop bar#1, which was unobserved until now")
	form(t, protocol.Limit{What: "lanes", Max: 1000, From: guest}, protocol.ParseLimit,
		"limit lanes 1000: guest#2 and later ones have logs only")
	form(t, protocol.Note{Text: "the clock is virtual"}, protocol.ParseNote, "note the clock is virtual")
	if _, ok := protocol.ParseEpoch("version 1 epoch 3 and more"); ok {
		t.Error("version 1 with something after the epoch was accepted")
	}
	if m, ok := protocol.ParseEpoch("version 2 epoch 3 and more"); !ok || m.Version != 2 || m.N != 3 {
		t.Errorf("version 2 with something after the epoch: %v, %v", m, ok)
	}
}

func TestSince(t *testing.T) {
	for _, detail := range []string{"", "5ms", "one, two"} {
		d, got, ok := protocol.ParseSince(protocol.Since(90*time.Second, detail))
		if d != 90*time.Second || got != detail || !ok {
			t.Errorf("detail %q: %v, %q, %v", detail, d, got, ok)
		}
	}
	if _, _, ok := protocol.ParseSince("3ms"); ok {
		t.Error(`"3ms" was taken for a since`)
	}
}

func TestNames(t *testing.T) {
	for _, c := range [][2]string{
		{protocol.Await("sleep", "shake"), "await sleep shake"},
		{protocol.Await("turn", ""), "await turn"},
		{protocol.TaskLoop("bar"), "loop bar"},
		{protocol.RegionRun("main.guest"), "run main.guest"},
		{protocol.RegionOuter(guest), "guest#2"},
		{protocol.Place("fetch.go", 41), "fetch.go:41"},
		{protocol.Place("", 41), ""},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
	for _, r := range []string{"idle", "guest#2", "await turn", "run main.guest", "loop bar"} {
		if !protocol.IsRegion(r) {
			t.Errorf("IsRegion(%q) = false", r)
		}
	}
	for _, r := range []string{"", "serve", "guest#", "#2", "guest#2 "} {
		if protocol.IsRegion(r) {
			t.Errorf("IsRegion(%q) = true", r)
		}
	}
}

// Messages that are not of the form are refused, not misread.
func TestRefused(t *testing.T) {
	for _, s := range []string{"", "guest", "guest#", "guest#x", "guest#2", "#2 returned", `"guest#2 returned`, "guest#99999999999999999999 returned"} {
		if m, ok := protocol.ParseEnd(s); ok {
			t.Errorf("ParseEnd(%q) = %+v", s, m)
		}
		if m, ok := protocol.ParseSuspension(s); ok {
			t.Errorf("ParseSuspension(%q) = %+v", s, m)
		}
	}
	if m, ok := protocol.ParseSuspension("guest#2 <- await lock oven"); ok {
		t.Errorf("a resume was taken for a suspend: %+v", m)
	}
	if m, ok := protocol.ParseResume("guest#2 <- started"); ok {
		t.Errorf("ParseResume: %+v", m)
	}
}
