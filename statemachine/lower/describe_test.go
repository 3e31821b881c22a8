package lower

// This file holds that what --describe writes describes the machines: they take
// no edge that is not in it, stand where it says, and show the slots that it
// names.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// describedModule is contractModule with a copy of package statemachine.
func describedModule(t *testing.T, from string) string {
	t.Helper()
	dir := contractModule(t, from)
	paths, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	kit := filepath.Join(dir, "coroscope", "statemachine")
	if err := os.MkdirAll(kit, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(kit, filepath.Base(path)), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDescribed(t *testing.T) {
	dir := describedModule(t, "testdata/described")
	// Twice: the second time, what was generated is there already.
	for range 2 {
		files, err := Lower(Options{Dir: dir, Verify: true, Describe: true}, ".")
		if err != nil {
			t.Fatal(err)
		}
		if len(files) != 2 || !strings.HasSuffix(files[1].Path, "main_lowered_machine.go") {
			t.Fatalf("%d files were made, want the machines and their descriptions", len(files))
		}
		for _, f := range files {
			if strings.Contains(string(f.Content), `"coroscope/statemachine"`) != strings.HasSuffix(f.Path, "_machine.go") {
				t.Errorf("%s: only the descriptions need package statemachine", f.Path)
			}
			if _, err := f.Write(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if out, err := runDriver(dir); err != nil {
		t.Errorf("%v\n%.4000s\nKEEP=1 go test ./statemachine/lower -run TestDescribed", err, out)
	}
	wantClean(t, dir)
}
