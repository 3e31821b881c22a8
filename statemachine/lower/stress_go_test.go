package lower

// This file defines the test that runs Go's own test programs with every
// function lowered. Of several hundred a sample is run, with -all all of them.

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var all = flag.Bool("all", false, "run all of Go's own test programs under --stress, and the tests of more packages")

// A program is one of Go's own tests.
type program struct {
	path string // in $GOROOT/test, with slashes
	src  []byte
	want string // what it prints
}

// name returns a name for the program's folder and its executable.
func (p program) name() string {
	return strings.ReplaceAll(strings.TrimSuffix(p.path, ".go"), "/", "-")
}

// excludedImports are those of programs that depend on more than the language.
var excludedImports = map[string]bool{"unsafe": true, "reflect": true, "runtime": true, "os": true, "os/exec": true, "syscall": true}

// goTests returns the folder of Go's own test programs.
func goTests(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "test")
	if _, err := os.Stat(filepath.Join(root, "helloworld.go")); err != nil {
		t.Skipf("this Go came without its own tests, which would be in %s; a Go that was unpacked from go.dev/dl has them", root)
	}
	return root
}

// programs returns the programs whose recipe is "run", without more.
func programs(t *testing.T) []program {
	t.Helper()
	root := goTests(t)
	var found []program
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasSuffix(path, ".dir"):
			return fs.SkipDir // packages of other tests
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(src), "// run\n") {
			return err
		}
		if fits, err := build.Default.MatchFile(filepath.Split(path)); err != nil || !fits {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			if excludedImports[unquoted(spec.Path.Value)] {
				return nil
			}
		}
		want, err := os.ReadFile(strings.TrimSuffix(path, ".go") + ".out")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		rel, err := filepath.Rel(root, path)
		found = append(found, program{filepath.ToSlash(rel), src, string(want)})
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("%d programs in %s: %v", len(found), root, err)
	}
	return found
}

// An exception is why a program is known to fail.
type exception struct {
	reason string
	timed  bool // it measures time, and may pass
}

// exceptions returns the programs that are known to fail.
func exceptions(t *testing.T) map[string]exception {
	t.Helper()
	content, err := os.ReadFile("testdata/stress/exceptions.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]exception)
	for line := range strings.Lines(normal(content)) {
		path, reason, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if ok && !strings.HasPrefix(path, "#") {
			path, timed := strings.CutPrefix(path, "? ")
			known[path] = exception{reason, timed}
		}
	}
	return known
}

func TestStressPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs; leave out -short")
	}
	known := exceptions(t)
	var chosen, failing []program
	for i, p := range programs(t) {
		switch {
		case known[p.path].reason != "":
			failing = append(failing, p)
		case *all || i%40 == 0:
			chosen = append(chosen, p)
		}
	}
	ran := runLowered(t, chosen)
	suspensions := 0
	for _, p := range chosen {
		r := ran[p.path]
		suspensions += r.suspensions
		if r.failure != "" {
			t.Errorf("%s: %s\ngo run ./cmd/coroscope lower --stress OUT $(go env GOROOT)/test/%s && cd OUT && go run .", p.path, r.failure, p.path)
		}
	}
	t.Logf("%d programs, suspended %d times", len(chosen), suspensions)
	if !*all {
		return
	}
	for _, p := range failing {
		if r := runLowered(t, []program{p})[p.path]; r.failure == "" && !known[p.path].timed {
			t.Errorf("%s is in testdata/stress/exceptions.txt, and passes: remove it there", p.path)
		} else {
			t.Logf("%s: %s: %.200s", p.path, known[p.path].reason, r.failure)
		}
		if r := runUnchanged(t, p); r.failure != "" && !known[p.path].timed {
			t.Errorf("%s is in testdata/stress/exceptions.txt, and fails without being lowered, too: %s", p.path, r.failure)
		}
	}
}

// TestStressOwnPrograms holds programs of testdata/stress to do lowered what they
// do as they are.
func TestStressOwnPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs; leave out -short")
	}
	paths, err := filepath.Glob("testdata/stress/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d programs: %v", len(paths), err)
	}
	var ps []program
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := exec.Command("go", "run", path).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", path, err, want)
		}
		ps = append(ps, program{filepath.Base(path), src, string(want)})
	}
	for path, r := range runLowered(t, ps) {
		if r.failure != "" {
			t.Errorf("%s: %s\ngo run ./cmd/coroscope lower --stress OUT statemachine/lower/testdata/stress/%s && cd OUT && go run .", path, r.failure, path)
		}
	}
}

// A programRun is what came of a program.
type programRun struct {
	failure     string // "" if it did what it should
	suspensions int
}

// layOut writes programs as packages of a module.
func layOut(t *testing.T, ps []program) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module programs\n\ngo 1.26\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, p := range ps {
		if err := os.Mkdir(filepath.Join(dir, p.name()), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, p.name(), path.Base(p.path)), p.src, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// runLowered runs programs in which everything is lowered.
func runLowered(t *testing.T, ps []program) map[string]programRun {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	packages, err := Stress(Options{Dir: layOut(t, ps), Verify: true}, out, "./...")
	if err != nil {
		t.Fatal(err)
	}
	ran := buildAndRun(t, out, ps)
	for _, pkg := range packages {
		i := slices.IndexFunc(ps, func(p program) bool { return p.name() == pkg.Dir })
		if i < 0 {
			t.Fatalf("there is no program for %s", pkg.Path)
		}
		r := ran[ps[i].path]
		switch {
		case len(pkg.Refused) > 0:
			r.failure = fmt.Sprintf("%d of %d functions are refused: %v", len(pkg.Refused), pkg.Seen, pkg.Refused[0])
		case pkg.Lowered != pkg.Seen:
			r.failure = fmt.Sprintf("%d of %d functions are lowered, and none is refused", pkg.Lowered, pkg.Seen)
		}
		ran[ps[i].path] = r
	}
	return ran
}

// runUnchanged runs a program as it is.
func runUnchanged(t *testing.T, p program) programRun {
	t.Helper()
	return buildAndRun(t, layOut(t, []program{p}), []program{p})[p.path]
}

// buildAndRun builds all programs at once and runs them, as many at a time as
// there are processors.
func buildAndRun(t *testing.T, dir string, ps []program) map[string]programRun {
	t.Helper()
	bin := t.TempDir()
	built, err := goCommand(dir, "build", "-ldflags=-s -w", "-o", bin+string(filepath.Separator), "./...")
	if err != nil {
		t.Errorf("go build: %v\n%s", err, built)
	}
	ran := make(map[string]programRun)
	var mu sync.Mutex
	var wg sync.WaitGroup
	processors := make(chan bool, runtime.NumCPU())
	for _, p := range ps {
		wg.Go(func() {
			processors <- true
			defer func() { <-processors }()
			r := p.run(filepath.Join(bin, p.name()))
			mu.Lock()
			defer mu.Unlock()
			ran[p.path] = r
		})
	}
	wg.Wait()
	return ran
}

var countLine = regexp.MustCompile(`(\d+) suspensions\n$`)

// run runs an executable of p, which must print what p should and end without an
// error.
func (p program) run(exe string) programRun {
	if _, err := os.Stat(exe); err != nil {
		if exe += ".exe"; runtime.GOOS != "windows" {
			return programRun{failure: "it does not build"}
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // what went wrong may have no end
	defer cancel()
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), SuspensionsVariable+"=1")
	out, err := cmd.CombinedOutput()
	var r programRun
	if m := countLine.FindSubmatch(out); m != nil {
		r.suspensions, _ = strconv.Atoi(string(m[1]))
		out = out[:len(out)-len(m[0])]
	}
	switch {
	case err != nil:
		r.failure = fmt.Sprintf("%v\n%.1000s", err, out)
	case string(out) != p.want:
		r.failure = fmt.Sprintf("it prints\n%.1000s\nand should print\n%.1000s", out, p.want)
	}
	return r
}
