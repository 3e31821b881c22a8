package lower

// This file defines the test that runs the tests of packages of the standard
// library with every function lowered.

import (
	"path/filepath"
	"strings"
	"testing"
)

// A stressedStd is a package of the standard library.
type stressedStd struct {
	path   string
	always bool // in plain "go test", too

	// allocates are tests that count allocations: what a function had on its
	// stack is in a frame when it is a machine. They must fail, or they need
	// not be here.
	allocates []string
}

var stressedStds = []stressedStd{
	{path: "container/heap", always: true},
	{path: "container/list", always: true},
	{path: "container/ring", always: true},
	{path: "text/tabwriter", always: true},
	{path: "sort"},
	{path: "strings", allocates: []string{"TestBuilderAllocs", "TestBuilderGrow", "TestBuilderGrowSizeclasses", "TestIndexRune", "TestReplace"}},
	{path: "bufio", allocates: []string{"TestReadStringAllocs"}},
	{path: "encoding/csv"},
	{path: "encoding/json"},
	{path: "encoding/xml"},
	{path: "go/printer"},
	{path: "go/scanner"},
	{path: "html"},
	{path: "net/url"},
	{path: "path/filepath"},
	{path: "regexp/syntax"},
	{path: "text/scanner"},
	{path: "text/template"},
	{path: "text/template/parse"},
	{path: "go/doc/comment"},
}

func TestStressStandardLibrary(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds tests; leave out -short")
	}
	var paths []string
	for _, p := range stressedStds {
		if p.always || *all {
			paths = append(paths, p.path)
		}
	}
	out := filepath.Join(t.TempDir(), "out")
	packages, err := Stress(Options{Verify: true}, out, paths...)
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range packages {
		t.Logf("%s: %d functions", pkg.Path, pkg.Seen)
		if len(pkg.Refused) > 0 || pkg.Lowered != pkg.Seen {
			t.Errorf("%s: %d of %d functions are lowered: %v", pkg.Path, pkg.Lowered, pkg.Seen, pkg.Refused)
		}
	}
	for _, p := range stressedStds {
		if !p.always && !*all {
			continue
		}
		t.Run(p.path, func(t *testing.T) {
			args := []string{"test", "-timeout", "30m"}
			if p.allocates != nil {
				args = append(args, "-skip", anyOf(p.allocates))
			}
			if got, err := goCommand(out, append(args, "./"+p.path)...); err != nil {
				t.Errorf("%v\n%s\ngo run ./cmd/coroscope lower --stress OUT %s && cd OUT && go test ./%s", err, got, p.path, p.path)
			}
			for _, name := range p.allocates {
				if _, err := goCommand(out, "test", "-run", anyOf([]string{name}), "./"+p.path); err == nil {
					t.Errorf("%s is said to fail because it counts allocations, and passes: remove it in stressedStds", name)
				}
			}
		})
	}
}

func anyOf(names []string) string { return "^(" + strings.Join(names, "|") + ")$" }
