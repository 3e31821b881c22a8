package timeline_test

// This file reads the traces that the library's own tests read.

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"coroscope/trace/timeline"
)

// quoted matches what a file of a fuzzing corpus has.
var quoted = regexp.MustCompile(`(?m)^\[\]byte\((".*")\)$`)

// The corpus of the library's fuzz test is of damaged traces without a
// coroutine: none is found in them, and whatever is read adds up.
func TestLibraryCorpus(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/exp").Output()
	if err != nil {
		t.Skipf("cannot ask where the library is: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "trace", "testdata", "fuzz", "*", "*"))
	if err != nil || len(files) == 0 {
		t.Skipf("the library's tests have no corpus here (%v)", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := quoted.FindSubmatch(text)
		if m == nil {
			t.Errorf("%s is not of a corpus's form", filepath.Base(file))
			continue
		}
		data, err := strconv.Unquote(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		tl, err := timeline.Read(bytes.NewReader([]byte(data)), timeline.Options{Full: true, Goroutines: true})
		if err == nil && len(tl.Pulls) > 0 {
			t.Errorf("%s: %d coroutines", filepath.Base(file), len(tl.Pulls))
		}
	}
}
