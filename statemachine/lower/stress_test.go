package lower

// This file defines the tests of what Stress writes, and of what it does not.

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stressFile writes a program of one file and returns its copy, lowered.
func stressFile(t *testing.T, src string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "main.go")
	if err := os.WriteFile(path, []byte("package main\n\nfunc main() {}\n\n"+src), 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	packages, err := Stress(Options{Dir: dir, Verify: true}, out, path)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		if p.Lowered != p.Seen {
			t.Fatalf("%d of %d functions are lowered: %v", p.Lowered, p.Seen, p.Refused)
		}
	}
	content, err := os.ReadFile(filepath.Join(out, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestStressDocument holds the example of docs/lowering.md.
func TestStressDocument(t *testing.T) {
	content, err := os.ReadFile(docPath)
	if err != nil {
		t.Fatal(err)
	}
	doc := normal(content)
	example := regexp.MustCompile("(?s)<!-- every function of -->\n```go\n(.*?)```\n\n<!-- becomes a machine -->\n```go\n(.*?)```\n").FindStringSubmatch(doc)
	if example == nil {
		t.Fatalf("%s has no example of --stress", docPath)
	}
	got := stressFile(t, example[1])
	got = got[strings.Index(got, "func clamp"):]
	if *update {
		if err := os.WriteFile(docPath, []byte(strings.Replace(doc, example[2], got, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(example[2], got); diff != "" {
		t.Errorf("%s (-document +generated; go test ./statemachine/lower -update rewrites it):\n%s", docPath, diff)
	}
}

// TestStressUsesNoGoroutine holds that what is written resumes machines, and
// nothing else.
func TestStressUsesNoGoroutine(t *testing.T) {
	got := stressFile(t, `
func f(n int) (s []int) {
	defer func() {
		if r := recover(); r != nil {
			s = append(s, -1)
		}
	}()
	for i := range n {
		s = append(s, func() int { return i * i }())
	}
	panic(n)
}
`)
	for _, word := range []string{"iter", "go func", "chan ", "<-"} {
		if strings.Contains(got, word) {
			t.Errorf("%q is in\n%s", word, got)
		}
	}
}

// TestStressLeavesNothing holds that a failure leaves no folder behind.
func TestStressLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nimport \"nowhere/at/all\"\n\nfunc main() { all.Of() }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Stress(Options{Dir: dir}, filepath.Join(dir, "out"), "main.go"); err == nil {
		t.Error("it does not build, and there is no error")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("%d files, and there was one: %v", len(entries), entries)
	}
}
