package outfile

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	rttrace "runtime/trace"
	"strings"
	"testing"

	"coroscope/trace/protocol"

	"github.com/google/go-cmp/cmp"
)

// goTrace returns a Go trace with the logs of what log does in it.
func goTrace(t *testing.T, log func(context.Context)) []byte {
	t.Helper()
	if rttrace.IsEnabled() {
		t.Skip("a trace is being written already")
	}
	var b bytes.Buffer
	if err := rttrace.Start(&b); err != nil {
		t.Fatal(err)
	}
	log(context.Background())
	rttrace.Stop()
	return b.Bytes()
}

func ownTrace(t *testing.T) []byte {
	return goTrace(t, func(ctx context.Context) {
		rttrace.Log(ctx, protocol.CatCoroscope, protocol.Epoch{Version: protocol.Version, N: 1}.String())
	})
}

// files returns the names and contents of the files in dir.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content := ""
		if e.Type().IsRegular() {
			b, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			content = string(b)
		}
		all[e.Name()] = content
	}
	return all
}

func write(t *testing.T, path, text string) {
	t.Helper()
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
}

func TestNewFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "x.trace"), "new")
	if diff := cmp.Diff(map[string]string{"x.trace": "new"}, files(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReplacesOwnTrace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.trace")
	if err := os.WriteFile(path, ownTrace(t), 0o640); err != nil {
		t.Fatal(err)
	}
	write(t, path, "new")
	if diff := cmp.Diff(map[string]string{"x.trace": "new"}, files(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); runtime.GOOS != "windows" && got != 0o640 {
		t.Errorf("mode %v, want the old file's", got)
	}
}

func TestLeavesAloneWhatIsNotItsOwn(t *testing.T) {
	foreign := goTrace(t, func(ctx context.Context) { rttrace.Log(ctx, "app", "hello") })
	for _, c := range []struct {
		name  string
		put   func(path string) error
		found string
	}{
		{"text", func(p string) error { return os.WriteFile(p, []byte("dear diary"), 0o666) }, "no Go trace"},
		{"empty", func(p string) error { return os.WriteFile(p, nil, 0o666) }, "an empty file"},
		{"foreign trace", func(p string) error { return os.WriteFile(p, foreign, 0o666) }, "did not write"},
		{"read-only", func(p string) error { return os.WriteFile(p, ownTrace(t), 0o444) }, "a read-only file"},
		{"folder", func(p string) error { return os.Mkdir(p, 0o777) }, "a folder"},
		{"link", func(p string) error { return os.Symlink("nowhere", p) }, "a symbolic link"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "x.trace")
			if err := c.put(path); err != nil {
				t.Skip(err) // Windows does not let everybody make links
			}
			before := files(t, dir)
			_, err := Create(path)
			if err == nil || !strings.Contains(err.Error(), c.found) || !strings.Contains(err.Error(), "-o FILE") {
				t.Errorf("error %v, want one with %q that suggests -o", err, c.found)
			}
			if diff := cmp.Diff(before, files(t, dir)); diff != "" {
				t.Errorf("something changed (-before +after):\n%s", diff)
			}
		})
	}
}

// A kind replaces its own files, and no trace either.
func TestAnotherKind(t *testing.T) {
	poem := Kind{Name: "poem", Other: func(r io.Reader) (string, error) {
		head := make([]byte, 4)
		if _, err := io.ReadFull(r, head); err != nil || string(head) != "poem" {
			return "no poem", err
		}
		return "", nil
	}}
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	for _, text := range []string{"poem one", "poem two"} {
		f, err := CreateAs(path, poem)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(text))
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(map[string]string{"x": "poem two"}, files(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := Create(path); err == nil || !strings.Contains(err.Error(), "no Go trace") {
		t.Errorf("a trace in its place: error %v", err)
	}
	trace := ownTrace(t)
	if err := os.WriteFile(path, trace, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := CreateAs(path, poem); err == nil || !strings.Contains(err.Error(), "no poem and is left alone") {
		t.Errorf("in the place of a trace: error %v", err)
	}
	if diff := cmp.Diff(map[string]string{"x": string(trace)}, files(t, dir)); diff != "" {
		t.Errorf("the trace changed (-want +got):\n%s", diff)
	}
}

func TestLinkToOwnTrace(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	if err := os.WriteFile(target, ownTrace(t), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(dir, "x.trace")); err != nil {
		t.Skip(err)
	}
	if _, err := Create(filepath.Join(dir, "x.trace")); err == nil {
		t.Error("a link was taken for the file that it leads to")
	}
}

func TestNoSuchFolder(t *testing.T) {
	_, err := Create(filepath.Join(t.TempDir(), "none", "x.trace"))
	if err == nil || !strings.Contains(err.Error(), "-o FILE") {
		t.Errorf("error %v, want one that suggests -o", err)
	}
}

func TestAbortLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "x.trace"))
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("half"))
	f.Abort()
	if diff := cmp.Diff(map[string]string{}, files(t, dir)); diff != "" {
		t.Errorf("left behind (-want +got):\n%s", diff)
	}
	if _, err := f.Write([]byte("x")); err == nil {
		t.Error("write after abort did not fail")
	}
	if err := f.Commit(); err == nil {
		t.Error("commit after abort did not fail")
	}
}

func TestSomethingCameInTheWayMeanwhile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.trace")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("dear diary"), fs.FileMode(0o666)); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err == nil {
		t.Error("commit did not fail")
	}
	if diff := cmp.Diff(map[string]string{"x.trace": "dear diary"}, files(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An error, such as that the disk is full, names the file that the person
// knows, and not the temporary one.
func TestErrorsNameTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.trace")
	begin := func() *File {
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.Abort)
		return f
	}
	check := func(doing string, err error) {
		t.Helper()
		if err == nil || strings.Contains(err.Error(), ".tmp") || strings.Count(err.Error(), path) != 1 {
			t.Errorf("%s: error %v, want one that names the file", doing, err)
		}
		if diff := cmp.Diff(map[string]string{}, files(t, filepath.Dir(path))); diff != "" && doing != "write" {
			t.Errorf("%s: left behind (-want +got):\n%s", doing, diff)
		}
	}
	f := begin()
	f.tmp.Close()
	_, err := f.Write([]byte("x"))
	check("write", err)
	check("commit after a write", f.Commit())

	f = begin()
	f.tmp.Close()
	check("commit", f.Commit())

	f = begin()
	if err := os.Remove(f.tmp.Name()); err != nil {
		t.Skip(err) // Windows does not remove what is open
	}
	check("rename", f.Commit())
}
