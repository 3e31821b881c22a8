package lower

// This file holds that what is generated for a debugger does the same as what is
// generated otherwise, and that each of its lines is one of the source's.

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestLineCorpus(t *testing.T) {
	dir := corpusModule(t, "testdata/corpus")
	lineAndDrive(t, dir, writeDriver, "KEEP=1 go test ./statemachine/lower -run TestLineCorpus")
}

func TestLineContractCorpus(t *testing.T) {
	dir := contractModule(t, "testdata/contract")
	lineAndDrive(t, dir, writeContractDriver, "KEEP=1 go test ./statemachine/lower -run TestLineContractCorpus")
}

// TestLineRandom lowers random functions for a debugger. It takes the flags of
// TestRandom.
func TestLineRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs; leave out -short")
	}
	const funcs = 30
	deadline := time.Now().Add(*randomTime)
	for seed := *randomSeed; ; seed++ {
		randomRun(t, seed, funcs, Options{Line: true})
		if t.Failed() || time.Now().After(deadline) {
			t.Logf("the last seed was %d", seed)
			return
		}
	}
}

// lineAndDrive lowers the cases in dir for a debugger and plays them, with the
// files in the places of the sources.
func lineAndDrive(t *testing.T, dir string, writeDriver func(*testing.T, string), reproduce string) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the corpus once more; run without -short")
	}
	files, err := Lower(Options{Dir: dir, Verify: true, Line: true}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	writeDriver(t, dir)
	files = slices.DeleteFunc(files, func(f *File) bool { return f.Content == nil }) // nothing was generated before
	for _, f := range files {
		if err := os.WriteFile(f.Path, f.Content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out, err := runDriver(dir)
	if err != nil {
		t.Errorf("%v\n%.8000s\n%s", err, out, reproduce)
	}
	t.Logf("%s", lastLine(out))
	wantLines(t, filepath.Join(dir, "driver.exe"), files)
}
