package lower

// This file defines the benchmark that compares what lowering a large package
// takes with what go vet takes on it.

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// largeLines is how many lines the package has at least.
const largeLines = 10_000

// largePackage writes a package of largeLines into a module of its own.
func largePackage(b *testing.B) (dir string) {
	b.Helper()
	part, err := os.ReadFile("testdata/large/part.go")
	if err != nil {
		b.Fatal(err)
	}
	dir = b.TempDir()
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
			b.Fatal(err)
		}
	}
	write("go.mod", []byte("module large\n\ngo 1.26\n"))
	lines := bytes.Count(part, []byte("\n"))
	for i := range (largeLines + lines - 1) / lines {
		n := fmt.Sprint(i + 1)
		write("part"+n+".go", bytes.ReplaceAll(part, []byte("Nth"), []byte(n)))
	}
	return dir
}

// BenchmarkCompile takes turns at lowering a package and vetting it, each with a
// cache in which nothing is. The ratio is of their times.
func BenchmarkCompile(b *testing.B) {
	dir := largePackage(b)
	program := filepath.Join(b.TempDir(), "coroscope.exe")
	if out, err := exec.Command("go", "build", "-o", program, "coroscope/cmd/coroscope").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	run := func(name string, args ...string) {
		b.StopTimer()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOCACHE="+b.TempDir(), "GOWORK=off", "GOFLAGS=")
		b.StartTimer()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%.2000s", err, out)
		}
	}
	var lowering, vetting float64
	for b.Loop() {
		before := b.Elapsed()
		run(program, "lower", "--stdout")
		between := b.Elapsed()
		run("go", "vet", ".")
		lowering += (between - before).Seconds()
		vetting += (b.Elapsed() - between).Seconds()
	}
	b.ReportMetric(lowering/float64(b.N), "s/lower")
	b.ReportMetric(vetting/float64(b.N), "s/vet")
	b.ReportMetric(lowering/vetting, "lower/vet")
}
