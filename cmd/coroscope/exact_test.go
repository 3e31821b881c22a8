package main

// This file holds that a trace has exactly the suspensions that happened: none
// lost, none invented.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"

	"github.com/google/go-cmp/cmp"
)

// A line is an object that demo --json or events --json prints, without its
// time.
type line struct {
	Event     string  `json:"event"`
	Coroutine string  `json:"coroutine"`
	ID        uint64  `json:"id"`
	On        string  `json:"on"`
	State     *int    `json:"state"`
	At        *string `json:"at"`
}

func lines(t *testing.T, out []byte) []line {
	t.Helper()
	var all []line
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		var timed struct {
			T *int64 `json:"t_ns"`
			line
		}
		d := json.NewDecoder(bytes.NewReader(s.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&timed); err != nil {
			t.Fatalf("%s: %v", s.Text(), err)
		}
		if timed.T == nil {
			t.Fatalf("%s: no t_ns", s.Text())
		}
		all = append(all, timed.line)
	}
	return all
}

// coroscope runs the program and returns its standard output.
func coroscope(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("coroscope", args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, stderr.String())
	}
	return stdout.Bytes()
}

func TestTraceHasWhatTheProgramSaw(t *testing.T) {
	if testing.Short() {
		t.Skip("runs every demo in every shape, in real time; run without -short")
	}
	for _, d := range demos {
		for _, shape := range d.Shapes {
			for _, frames := range []bool{false, true} {
				if frames && shape != demo.AllShapes && !slices.Contains(demo.ShapesIn(shape), coro.ShapeStateMachine) {
					continue // no other shape has frames to record
				}
				t.Run(fmt.Sprintf("%s/%s/frames=%t", d.Name, shape, frames), func(t *testing.T) {
					t.Parallel() // each is a process of its own that mostly sleeps
					file := filepath.Join(t.TempDir(), "x.trace")
					saw := lines(t, coroscope(t, "demo", d.Name, "--shape", shape, fmt.Sprintf("--frames=%t", frames), "--json", "-o", file))
					has := lines(t, coroscope(t, "events", file, "--json"))
					if diff := cmp.Diff(saw, has); diff != "" {
						t.Errorf("the program saw (-), the trace has (+):\n%s", diff)
					}
					suspended := make(map[string]int)
					for _, l := range saw {
						if l.Event == "suspend" {
							suspended[l.Coroutine]++
						}
					}
					if len(suspended) < 2 {
						t.Errorf("suspensions by coroutine: %v; expected at least two coroutines that suspend", suspended)
					}
				})
			}
		}
	}
}

func TestEveryDemoHasEveryShape(t *testing.T) {
	for _, d := range demos {
		for _, shape := range d.Shapes {
			if len(demo.ShapesIn(shape)) == 0 {
				t.Errorf("demo %s takes shape %q, which is none", d.Name, shape)
			}
		}
		if len(d.Shapes) < len(demo.Shapes) || d.About == "" {
			t.Errorf("demo %s: shapes %v, about %q", d.Name, d.Shapes, d.About)
		}
	}
}
