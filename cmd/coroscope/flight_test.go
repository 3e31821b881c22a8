package main

// This file holds that a flight recorder's window has what the program saw in
// it, without a gap, and the names of all that began before it.

import (
	"bytes"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/internal/outfile"
	"coroscope/coro"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

func TestWindowOfSlowStep(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a demo in every shape, in real time; run without -short")
	}
	for _, shape := range demo.ShapeNames() {
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "x.trace")
			saw := blockingFlight(t, shape, file)
			has := lines(t, coroscope(t, "events", file, "--json"))
			from := 0
			for from < len(saw) && !cmp.Equal(saw[from:min(from+len(has), len(saw))], has) {
				from++
			}
			if from == 0 || from == len(saw) || len(has) == 0 {
				t.Fatalf("the %d events of the window are at %d among the %d that the program saw; want them in one piece, after the beginning", len(has), from, len(saw))
			}

			tl := readTrace(t, file)
			if len(tl.Lost) > 0 {
				t.Errorf("lost: %q", tl.Lost)
			}
			type named struct{ Name, Func, Shape string }
			var got []named
			for _, c := range tl.Coroutines {
				got = append(got, named{c.Name, c.Func, c.Shape})
				if !c.Older {
					t.Errorf("%v is not said to be older than the window", c)
				}
				if c.Loop == nil {
					t.Errorf("%v is on no loop", c)
				}
			}
			want := []named{
				{"video", "blocking.stream", shape}, {"music", "blocking.stream", shape},
				{"chat", "blocking.stream", shape}, {"report", "blocking.report", shape},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("coroutines (-want +got):\n%s", diff)
			}
			if !slices.ContainsFunc(tl.Slow, func(s timeline.SlowStep) bool { return s.Who.Name == "report" }) {
				t.Errorf("slow steps %+v, want the report's", tl.Slow)
			}
			if !slices.ContainsFunc(tl.Notes, func(n string) bool {
				return strings.HasPrefix(n, "the flight recorder's window is written: report#")
			}) {
				t.Errorf("notes %q, want why the window was written", tl.Notes)
			}
		})
	}
}

// blockingFlight runs the demo blocking with a flight recorder, until its report
// was the slowest step, and returns what it saw.
func blockingFlight(t *testing.T, shape, file string) []line {
	t.Helper()
	for range attempts {
		cmd := exec.Command("coroscope", "demo", "blocking", "--flight", "--shape", shape, "--json", "-o", file)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args, err, stderr.String())
		}
		if strings.HasPrefix(slowest(stderr.String()), "report#") {
			return lines(t, stdout.Bytes())
		}
	}
	t.Fatalf("another step than the report's was the slowest, %d times", attempts)
	return nil
}

// The window is written when a step was slower than those before it; if none was
// slow, when the demo has ended.
func TestWhyWindowIsWritten(t *testing.T) {
	step := func(name string, took time.Duration) coro.SlowStep {
		return coro.SlowStep{Callback: name, Took: took}
	}
	for _, c := range []struct {
		slow []coro.SlowStep
		want string
	}{
		{nil, "the demo has ended"},
		{[]coro.SlowStep{step("a", 30*time.Millisecond), step("b", 20*time.Millisecond)}, "callback a held the loop for 30ms"},
		{[]coro.SlowStep{step("a", 30*time.Millisecond), step("b", 40*time.Millisecond)}, "callback b held the loop for 40ms"},
	} {
		file := filepath.Join(t.TempDir(), "x.trace")
		out, err := outfile.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		f := newFlight(out, file, demo.NewEnv(io.Discard, time.Now()))
		if err := f.start(); err != nil {
			t.Fatal(err)
		}
		for _, s := range c.slow {
			f.slow(s)
			f.trigger.Wait()
		}
		f.stop(nil)
		if err := f.keep(); err != nil || f.written.Why != c.want {
			t.Errorf("%v: %v, written because %s; want %s", c.slow, err, f.written.Why, c.want)
		}
		if tl := readTrace(t, file); len(tl.Notes) == 0 || !strings.HasSuffix(tl.Notes[len(tl.Notes)-1], ": "+c.want) {
			t.Errorf("%v: notes %q, want that %s", c.slow, tl.Notes, c.want)
		}
	}
}

// readTrace reads a trace with everything there is in it.
func readTrace(t *testing.T, file string) *timeline.Timeline {
	t.Helper()
	f, _, err := openFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tl, err := timeline.Read(f, timeline.Options{Full: true})
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

func TestStoodAt(t *testing.T) {
	const ms = time.Millisecond
	susp := func(from time.Duration, older bool) []timeline.Suspension {
		return []timeline.Suspension{{Span: timeline.Span{Start: from, End: 50 * ms}, On: "await lock oven", Older: older}}
	}
	for _, c := range []struct {
		of   timeline.Coroutine
		want string
	}{
		{timeline.Coroutine{}, "nothing is heard of it"},
		{timeline.Coroutine{Suspensions: susp(-1234*ms, true)}, "suspended on lock oven, for 1.234s by then"},
		{timeline.Coroutine{Suspensions: susp(-1234*time.Microsecond, true)}, "suspended on lock oven, for 1.23ms by then"},
		{timeline.Coroutine{Suspensions: susp(0, true)}, "suspended on lock oven"},
		{timeline.Coroutine{Suspensions: susp(7*ms, false), Runs: []timeline.Run{{Span: timeline.Span{End: 7 * ms}}}}, "ran"},
	} {
		if got := stoodAt(&c.of); got != c.want {
			t.Errorf("%+v: %q, want %q", c.of, got, c.want)
		}
	}
}

func TestWindowWithoutOlder(t *testing.T) {
	f := &flight{at: 1234 * time.Millisecond}
	f.written.Why = "the demo has ended"
	var out bytes.Buffer
	if err := f.show(&out, &timeline.Timeline{Duration: 456789 * time.Microsecond, Coroutines: []*timeline.Coroutine{{ID: 1, Name: "ann"}}}); err != nil {
		t.Fatal(err)
	}
	want := `
The flight recorder's window was written 1.234s after the demo began, because
the demo has ended.
It holds the last 457ms of that, and nothing in it began before.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
