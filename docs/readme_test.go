package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeProgram does what the README says under "A program of your own",
// with the program as it stands there.
func TestReadmeProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module of its own; run without -short")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	program := regexp.MustCompile("(?s)```go\n(package main\n.*?)```").FindSubmatch(readme)
	if program == nil {
		t.Fatal("README.md has no program")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), program[1], 0o666); err != nil {
		t.Fatal(err)
	}
	command := func(dir, name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	command(dir, "go", "mod", "init", "tea")
	command(dir, "go", "mod", "edit", "-replace", "coroscope="+root)
	command(dir, "go", "mod", "tidy")
	if out := command(dir, "go", "run", "."); !strings.Contains(string(readme), "`"+strings.TrimSpace(out)+"`") {
		t.Errorf("the program prints %q, and README.md does not say so", out)
	}
	events := command(root, "go", "run", "./cmd/coroscope", "events", filepath.Join(dir, "tea.trace"))
	for _, on := range []string{"await task kettle", "await sleep boil", "await sleep brew"} {
		if n := len(regexp.MustCompile(`suspend .*`+on).FindAllString(events, -1)); n != 1 {
			t.Errorf("the trace has %d suspensions on %q, want 1:\n%s", n, on, events)
		}
	}
}

// TestReadmeNamesWhatIs holds that files and folders that the documents link
// to are there.
func TestReadmeNamesWhatIs(t *testing.T) {
	for _, doc := range []string{"../README.md", "architecture.md", "debugging.md", "performance.md", "batteries.md", "explorer.md"} {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Error(err)
			continue
		}
		text = regexp.MustCompile("(?s)```.*?```").ReplaceAll(text, nil) // code has what looks like a link
		for _, link := range regexp.MustCompile(`\]\(([^):#]+)\)`).FindAllSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), string(link[1]))); err != nil {
				t.Errorf("%s links to what is not there: %v", doc, err)
			}
		}
	}
}

// TestArchitectureQuotes holds that the code which architecture.md walks
// through is there.
func TestArchitectureQuotes(t *testing.T) {
	doc, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../statemachine/specimen/guest.go")
	if err != nil {
		t.Fatal(err)
	}
	quotes := 0
	for _, block := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatch(doc, -1) {
		for line := range strings.Lines(string(block[1])) {
			code, _, _ := strings.Cut(line, "//")
			quotes++
			if !strings.Contains(string(source), strings.TrimSpace(code)) {
				t.Errorf("guest.go has no %q", strings.TrimSpace(code))
			}
		}
	}
	if quotes == 0 {
		t.Error("architecture.md quotes nothing")
	}
}
