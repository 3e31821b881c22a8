package lower

// This file tests what is generated for functions that fall back: all those of
// the corpora are refused, and do over a stack what they did.

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// refuseAll lets the compiler refuse every function that is one of those that it
// lowers.
func refuseAll(t *testing.T) {
	t.Helper()
	before := Passes
	t.Cleanup(func() { Passes = before })
	refuse := Pass{Name: "refuse", composite: true, run: func(f *Func) { f.refuse(f.decl.Pos(), "it is a test", "do not test it") }}
	Passes = []Pass{before[0], refuse, before[len(before)-1]}
}

func TestFallbackCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs; leave out -short")
	}
	refuseAll(t)
	dir := corpusModule(t, "testdata/corpus")
	files, err := Lower(Options{Dir: dir, Fallback: true}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if len(f.Falls) != len(f.Funcs) || len(f.Notes) != len(f.Falls) {
			t.Errorf("%s: %d functions, of which %d fall back, with notes %q", f.Path, len(f.Funcs), len(f.Falls), f.Notes)
		}
		if err := os.WriteFile(f.Path, f.Content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	writeDriver(t, dir)
	out, err := runDriver(dir)
	if err != nil {
		t.Errorf("%v\n%.8000s\nKEEP=1 go test ./statemachine/lower -run TestFallbackCorpus", err, out)
	}
	t.Logf("%s", lastLine(out))
	wantClean(t, dir)
}

func TestFallbackContractCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs; leave out -short")
	}
	refuseAll(t)
	dir := contractModule(t, "testdata/contract")
	lowerAndDrive(t, dir, "KEEP=1 go test ./statemachine/lower -run TestFallbackContractCorpus")
	wantClean(t, dir)
}

// TestFallbackRefused lets those fall back that are really refused. What no
// fallback can do is refused all the same.
func TestFallbackRefused(t *testing.T) {
	for _, ar := range archives(t, "testdata/refused/refused.txtar") {
		dir := module(t, ar)
		_, err := Lower(Options{Dir: dir, Fallback: true})
		refused, ok := errors.AsType[Refusals](err)
		if !ok {
			t.Fatalf("error %v, want refusals", err)
		}
		path := filepath.Join(dir, "refused.go")
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(src), "\n")
		for _, r := range refused {
			if r.Falls {
				t.Errorf("%v: refused, although it could fall back", r)
			}
			if directive := &lines[r.Pos.Line-2]; *directive == Directive {
				*directive = "//"
			} else {
				t.Errorf("%v: no directive above it", r)
			}
		}
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o666); err != nil {
			t.Fatal(err)
		}
		files, err := Lower(Options{Dir: dir, Fallback: true, Verify: true})
		if err != nil {
			t.Fatal(err)
		}
		falls := 0
		for _, f := range files {
			falls += len(f.Falls)
		}
		if falls == 0 {
			t.Error("nothing falls back")
		}
	}
}

// What falls back is described, and is a coroutine of shape pull.
func TestFallbackDescribed(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs; leave out -short")
	}
	dir := describedModule(t, "testdata/fallback")
	files, err := Lower(Options{Dir: dir, Describe: true, Fallback: true}, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, err := f.Write(); err != nil {
			t.Fatal(err)
		}
	}
	out, err := runDriver(dir)
	if err != nil {
		t.Fatalf("%v\n%s\nKEEP=1 go test ./statemachine/lower -run TestFallbackDescribed", err, out)
	}
	const want = `main.Count pull
0
1
2
0 true
stopped at 0
0 false
main.Pairs pull
{p 7}
{p 8}
main.Ticks pull
{}
{}
true
stopped at 0
false
main.list.None pull
false
false
main.list.Sum pull
0 true <nil>
11 true <nil>
stopped at 1
0 false enough
13 enough
coro: the same Resumable was handed to two drivers
task of main.Naps
3 <nil>
`
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantClean(t, dir)
}
