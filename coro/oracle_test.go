package coro_test

// This file defines how recordings of CPython are compared with: where Go
// differs is written down, with the reason, and nowhere else may it differ.

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A difference is a place where a recording and Go's transcript differ: where
// Python prints the lines python, Go prints ours.
type difference struct {
	scenario string
	python   []string
	ours     []string
	why      string // one of those that design.md allows
}

// An oracle is one file of recordings.
type oracle struct {
	Python string
	Traces map[string][]string
}

func readOracle(t *testing.T, file string) oracle {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var o oracle
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if len(o.Traces) == 0 {
		t.Fatalf("%s: no traces in it", file)
	}
	return o
}

// want returns what Go is to print in a scenario: what Python printed, but for
// the differences. A difference that does not apply fails the test, so that
// none outlives its reason.
func (o oracle) want(t *testing.T, scenario string, differences []difference) []string {
	t.Helper()
	lines, ok := o.Traces[scenario]
	if !ok {
		t.Fatalf("CPython %s has no scenario %s", o.Python, scenario)
	}
	lines = slices.Clone(lines)
	for _, d := range differences {
		if d.scenario != scenario {
			continue
		}
		at := indexOf(lines, d.python)
		if at < 0 {
			t.Fatalf("the difference %q names lines that CPython %s does not print:\n%q", d.why, o.Python, d.python)
		}
		lines = slices.Replace(lines, at, at+len(d.python), d.ours...)
	}
	return lines
}

func indexOf(lines, part []string) int {
	for i := range lines {
		if i+len(part) <= len(lines) && slices.Equal(lines[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

// compare fails the test where got is not what is wanted of the scenario.
func (o oracle) compare(t *testing.T, scenario string, differences []difference, got []string) {
	t.Helper()
	if diff := cmp.Diff(o.want(t, scenario, differences), got); diff != "" {
		t.Errorf("differs from CPython %s (-python +go):\n%s", o.Python, diff)
	}
}
