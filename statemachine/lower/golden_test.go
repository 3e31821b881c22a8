package lower

// This file defines the tests that hold what is generated, and what is refused,
// against golden files.

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// module writes the Go files of an archive into a module of their own.
func module(t *testing.T, ar *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string][]byte{"go.mod": []byte("module p\n\ngo 1.26\n")}
	for _, f := range ar.Files {
		files[f.Name] = f.Data
	}
	for name, data := range files {
		if strings.HasPrefix(name, "want") {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// compare holds got against the file called name of an archive.
func compare(t *testing.T, path string, ar *txtar.Archive, name string, got []byte) {
	t.Helper()
	for i := range ar.Files {
		if ar.Files[i].Name != name {
			continue
		}
		if *update {
			ar.Files[i].Data = got
			break
		}
		if diff := cmp.Diff(string(ar.Files[i].Data), string(got)); diff != "" {
			t.Errorf("%s, %s (-want +got; go test ./statemachine/lower -update rewrites it):\n%s", path, name, diff)
		}
		return
	}
	if !*update {
		t.Fatalf("%s has no %s; go test ./statemachine/lower -update makes it", path, name)
	}
	ar.Files = append(ar.Files[:firstWant(ar)], txtar.File{Name: name, Data: got})
	if err := os.WriteFile(path, txtar.Format(ar), 0o666); err != nil {
		t.Fatal(err)
	}
}

func firstWant(ar *txtar.Archive) int {
	for i, f := range ar.Files {
		if strings.HasPrefix(f.Name, "want") {
			return i
		}
	}
	return len(ar.Files)
}

func archives(t *testing.T, pattern string) map[string]*txtar.Archive {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s matches no file (%v)", pattern, err)
	}
	ars := make(map[string]*txtar.Archive)
	for _, path := range paths {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ars[path] = ar
	}
	return ars
}

func TestGolden(t *testing.T) {
	for path, ar := range archives(t, "testdata/golden/*.txtar") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			files, err := Lower(Options{Dir: module(t, ar), Verify: true})
			if err != nil {
				t.Fatal(err)
			}
			if len(files) != 1 {
				t.Fatalf("%d files", len(files))
			}
			compare(t, path, ar, "want.go", files[0].Content)
		})
	}
}

// TestPasses prints a function after each pass.
func TestPasses(t *testing.T) {
	path := "testdata/passes.txtar"
	for _, ar := range archives(t, path) {
		dir := module(t, ar)
		var b strings.Builder
		for _, p := range Passes {
			if _, err := Lower(Options{Dir: dir, Dump: p.Name, DumpTo: &b}); err != nil {
				t.Fatal(err)
			}
		}
		compare(t, path, ar, "want", []byte(b.String()))
	}
}

func TestRefused(t *testing.T) {
	for path, ar := range archives(t, "testdata/refused/*.txtar") {
		files, err := Lower(Options{Dir: module(t, ar), Verify: true})
		if err == nil || files != nil {
			t.Fatalf("%d files and error %v", len(files), err)
		}
		compare(t, path, ar, "want", []byte(err.Error()+"\n"))
	}
}
