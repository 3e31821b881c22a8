package specimen_test

// This file holds that the source of all that can be suspended is at hand.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coroscope/statemachine/specimen"
)

func TestSourceOfEachMachineIsAtHand(t *testing.T) {
	for _, d := range allMachines() {
		text, ok := specimen.Source(d.File)
		if !ok || !strings.Contains(text, "type "+d.Frame+" struct") {
			t.Errorf("machine %s: Source(%q) is found: %t, and has %d bytes", d.Name, d.File, ok, len(text))
		}
	}
}

// A body may be suspended in any file that calls what suspends.
func TestSourceOfWhatSuspendsIsAtHand(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	dir := filepath.ToSlash(filepath.Dir(allMachines()[0].File))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "_lowered") || // which is suspended where its source is
			!strings.Contains(string(text), "YieldAs(") && !strings.Contains(string(text), "coro.Wait(") {
			continue
		}
		if got, ok := specimen.Source(dir + "/" + file); !ok || got != string(text) {
			t.Errorf("%s suspends, and its source is not at hand (found: %t)", file, ok)
		}
	}
}

func TestNoOtherSourceIsAtHand(t *testing.T) {
	dir := filepath.ToSlash(filepath.Dir(allMachines()[0].File))
	for _, file := range []string{"", "fibonacci.go", "/elsewhere/fibonacci.go", dir + "/none.go", dir} {
		if _, ok := specimen.Source(file); ok {
			t.Errorf("Source(%q) is found", file)
		}
	}
}
