package auto_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A program that imports the package can be found by its process.
func TestImport(t *testing.T) {
	dir, err := os.MkdirTemp("", "auto")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "program.exe")
	if out, err := exec.Command("go", "build", "-o", program, "./testdata/program").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir, "TMPDIR="+dir, "LocalAppData="+dir)
	out, err := cmd.CombinedOutput()
	if want := "main await pool default\n"; string(out) != want || err != nil {
		t.Errorf("%v, it prints %q, want %q", err, out, want)
	}
}
