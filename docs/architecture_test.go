// Package docs holds what the documents promise.
package docs

import (
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "coroscope"

// rules says what each room may import beside the standard library. A room is
// a folder with everything beneath it that is no room of its own.
var rules = map[string][]string{
	"coro":               nil,
	"coro/stream":        {"coro"},
	"coro/process":       {"coro", "coro/stream"},
	"coro/signals":       {"coro"},
	"coro/files":         {"coro"},
	"coro/inspect":       {"coro"},
	"coro/corotest":      {"coro", "trace", "trace/timeline"},
	"statemachine":       {"coro"},
	"statemachine/lower": {"golang.org/x/tools", "coro", "coro/stream", "coro/process", "coro/signals", "statemachine"}, // coro and beneath: what it made, in example, and what it writes into that, in library
	"trace/protocol":     nil,
	"trace":              {"coro", "trace/protocol"},
	"trace/timeline":     {"golang.org/x/exp/trace", "trace/protocol"},
	"cmd":                {"*"},
	"docs":               nil,
}

// roomOf returns the innermost room that a package of the module stands in.
func roomOf(pkg string) string {
	for dir := strings.TrimPrefix(pkg, module+"/"); dir != "."; dir = path.Dir(dir) {
		if _, ok := rules[dir]; ok {
			return dir
		}
	}
	return ""
}

func TestImportRules(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	std, err := exec.Command("go", "list", "std").Output()
	if err != nil {
		t.Fatalf("go list std: %v", err)
	}
	standard := make(map[string]bool)
	for pkg := range strings.FieldsSeq(string(std)) {
		standard[pkg] = true
	}
	seen := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg, imports := fields[0], fields[1:]
		room := roomOf(pkg)
		if room == "" {
			t.Errorf("%s stands in no room; the rooms are in docs/architecture.md", pkg)
			continue
		}
		seen[room] = true
		if diff := cmp.Diff([]string(nil), foreign(room, imports, standard)); diff != "" {
			t.Errorf("%s, in room %s, may import only the standard library and %q; too many (+):\n%s", pkg, room, rules[room], diff)
		}
	}
	for _, room := range []string{"coro", "coro/inspect", "coro/corotest", "statemachine", "trace", "trace/protocol", "trace/timeline", "cmd"} {
		if !seen[room] {
			t.Errorf("go list found no package in room %s", room)
		}
	}
}

// Whoever imports package coro gets no network and no processes with it.
func TestCoroIsLean(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", module+"/coro").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for pkg := range strings.FieldsSeq(string(out)) {
		switch pkg {
		case "net", "net/http", "os/exec", "os/signal", "encoding/json":
			t.Errorf("package coro depends on %s", pkg)
		}
	}
}

// foreign returns those of imports that a package in room may not import.
// Since the rule holds for every package, it holds for what they import in
// turn.
func foreign(room string, imports []string, standard map[string]bool) []string {
	allowed := rules[room]
	if slices.Contains(allowed, "*") {
		return nil
	}
	var bad []string
	for _, imp := range imports {
		own := strings.HasPrefix(imp, module+"/")
		switch r := roomOf(imp); {
		case standard[imp], own && (r == room || slices.Contains(allowed, r)):
		case !own && slices.ContainsFunc(allowed, func(a string) bool { return imp == a || strings.HasPrefix(imp, a+"/") }):
		default:
			bad = append(bad, imp)
		}
	}
	return bad
}
