package main

// This file holds that whatever can be stepped can be stepped forward and back.

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/internal/stepper"
	"coroscope/coro"

	"github.com/google/go-cmp/cmp"
)

func TestEveryLoopGoesForwardAndBack(t *testing.T) {
	for _, sc := range scenarios() {
		for _, shape := range demo.Shapes {
			t.Run(sc.Name+"/"+shape.String(), func(t *testing.T) {
				coro.CheckLeaks(t)
				s := stepper.NewLoop(sc, shape)
				defer s.Close()
				toEnd := func() {
					for range 1000 {
						if s.Upcoming() == "" {
							return
						}
						s.Forward()
					}
					t.Fatal("not at its end after 1000 steps")
				}
				toEnd()
				first := slices.Clone(s.History())
				last := len(first) - 1
				for n := 1; n <= last; n *= 3 {
					s.Back(n)
					if diff := cmp.Diff(first[last-n], stepper.Now(s)); diff != "" {
						t.Fatalf("%d steps back (-forward +back):\n%s", n, diff)
					}
					toEnd()
					if diff := cmp.Diff(first[last], stepper.Now(s)); diff != "" {
						t.Fatalf("forward again (-first +again):\n%s", diff)
					}
				}
			})
		}
	}
}

// A line that is too long to be a command is said to be that.
func TestLineIsTooLong(t *testing.T) {
	var stdout, stderr bytes.Buffer
	a := &app{name: "coroscope", stdin: strings.NewReader("next\n" + strings.Repeat("x", 200_000)), stdout: &stdout, stderr: &stderr}
	if code := a.run([]string{"step", "average"}); code != exitUsage {
		t.Errorf("exit code %d, want %d", code, exitUsage)
	}
	want := "coroscope: standard input, line 2: expected a command, found a line of more than 65536 bytes; see coroscope step --help\n"
	if diff := cmp.Diff(want, stderr.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(stdout.String(), "1  next  -> 0") {
		t.Errorf("what was done before is not shown: %s", &stdout)
	}
}
