package lower

// This file defines the conformance corpus: each function in testdata/corpus
// that has a comment "//lower:run EXPR" is run under iter.Pull and as a machine,
// stopped after 0, 1, 2, ... values, and what happens is compared.

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestCorpus builds and runs all cases at once.
func TestCorpus(t *testing.T) {
	dir := corpusModule(t, "testdata/corpus")
	files, err := Lower(Options{Dir: dir, Verify: true}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.WriteFile(f.Path, f.Content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	writeDriver(t, dir)
	out, err := runDriver(dir)
	if err != nil {
		t.Errorf("%v\n%s\nKEEP=1 go test ./statemachine/lower -run TestCorpus", err, out)
	}
	t.Logf("%s", lastLine(out))
	wantClean(t, dir)
}

var staticcheck = flag.Bool("staticcheck", false, "run staticcheck over what is generated")

// wantClean holds that neither gofmt nor go vet finds anything in the module in
// dir, nor staticcheck in what was generated there, if that is asked for.
func wantClean(t *testing.T, dir string) {
	t.Helper()
	if out, err := goCommand(dir, "vet", "./..."); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
	if out, err := exec.Command("gofmt", "-l", dir).CombinedOutput(); err != nil || bytes.Contains(out, []byte(Suffix)) {
		t.Errorf("gofmt would change these (%v):\n%s", err, out)
	}
	if !*staticcheck {
		return
	}
	// A variable that is set and not used any more may be so in the source.
	out, err := goCommand(dir, "run", "honnef.co/go/tools/cmd/staticcheck@v0.7.0", "-checks=inherit,-SA4006", "./...")
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	found := make(map[string]bool) // in sources, from where it may have been copied
	var generated []string
	for line := range strings.Lines(string(out)) {
		if file, rest, _ := strings.Cut(line, ".go:"); strings.Contains(file, Suffix) {
			generated = append(generated, line)
		} else if _, what, ok := strings.Cut(rest, ": "); ok {
			found[what] = true
		}
	}
	for _, line := range generated {
		if _, what, _ := strings.Cut(line, ": "); !found[what] {
			t.Errorf("staticcheck: %s", line)
		}
	}
	if err != nil && generated == nil && len(found) == 0 {
		t.Errorf("staticcheck: %v\n%s", err, out)
	}
}

func lastLine(out []byte) []byte {
	out = bytes.TrimSpace(out)
	return out[bytes.LastIndexByte(out, '\n')+1:]
}

func goCommand(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	return cmd.CombinedOutput()
}

// runDriver builds the module in dir and runs it, not longer than a minute,
// since what went wrong may have no end.
func runDriver(dir string) ([]byte, error) {
	program := filepath.Join(dir, "driver.exe")
	if out, err := goCommand(dir, "build", "-o", program, "."); err != nil {
		return out, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return exec.CommandContext(ctx, program).CombinedOutput()
}

// corpusModule copies packages into a module of their own. With KEEP set, the
// folder stays and is told.
func corpusModule(t *testing.T, from string) string {
	t.Helper()
	dir := t.TempDir()
	if os.Getenv("KEEP") != "" {
		var err error
		if dir, err = os.MkdirTemp("", "corpus"); err != nil {
			t.Fatal(err)
		}
		t.Logf("the corpus is in %s", dir)
	}
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module corpus\n\ngo 1.26\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

// writeDriver writes a main package that checks all runs, which each package
// lists in a file of its own.
func writeDriver(t *testing.T, dir string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	runs := make(map[string]*strings.Builder)
	n := 0
	for _, path := range paths {
		pkg := filepath.Base(filepath.Dir(path))
		if pkg == "rec" || strings.HasSuffix(path, Suffix+".go") {
			continue
		}
		for _, r := range runsOf(t, path) {
			if runs[pkg] == nil {
				runs[pkg] = new(strings.Builder)
			}
			fmt.Fprintf(runs[pkg], "\t{Name: %q, Seq: func() any { return %s }, Machine: func() (next, stop any) { m := %s; return m.Next, m.Stop }},\n",
				pkg+": "+r.seq, r.seq, r.machine)
			fmt.Fprintf(runs[pkg], "\t{Name: %q, Seq: func() any { return %s }, Machine: func() (next, stop any) { return %s.Pull() }},\n",
				pkg+": "+r.seq+" (Pull)", r.seq, r.machine)
			n++
		}
	}
	if n == 0 {
		t.Fatal("no runs")
	}
	var imports, all strings.Builder
	for pkg, list := range runs {
		src := fmt.Sprintf("package %s\n\nimport \"corpus/rec\"\n\nvar Runs = []rec.Run{\n%s}\n", pkg, list)
		if err := os.WriteFile(filepath.Join(dir, pkg, "runs.go"), []byte(src), 0o666); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&imports, "\t%q\n", "corpus/"+pkg)
		fmt.Fprintf(&all, ", %s.Runs", pkg)
	}
	src := fmt.Sprintf("package main\n\nimport (\n\t\"corpus/rec\"\n\t\"slices\"\n%s)\n\nfunc main() { rec.Check(slices.Concat(%s)) }\n", &imports, all.String()[2:])
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
}

// A corpusRun is one call, of the function and of what makes its machine.
type corpusRun struct{ seq, machine string }

// givenYield is where a call of a function is given the yield.
var givenYield = regexp.MustCompile(`(, yield\b|\byield, |\byield\b)`)

// yieldParam returns the parameter yield as it is declared.
func yieldParam(t *testing.T, path string, decl *ast.FuncDecl) string {
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range decl.Type.Params.List {
		for _, id := range field.Names {
			if id.Name == "yield" {
				return "yield " + string(src[field.Type.Pos()-1:field.Type.End()-1])
			}
		}
	}
	t.Fatalf("%s has no parameter yield", decl.Name.Name)
	return ""
}

// runsOf returns the runs that the comments of a file ask for.
func runsOf(t *testing.T, path string) []corpusRun {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var runs []corpusRun
	for _, d := range file.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if gen, isGen := d.(*ast.GenDecl); isGen && len(gen.Specs) == 1 {
			if v, isVar := gen.Specs[0].(*ast.ValueSpec); isVar && len(v.Values) == 1 {
				if lit, isLit := v.Values[0].(*ast.FuncLit); isLit {
					decl, ok = &ast.FuncDecl{Doc: gen.Doc, Name: v.Names[0], Type: lit.Type}, true
				}
			}
		}
		if !ok || decl.Doc == nil {
			continue
		}
		name := decl.Name.Name
		pull := "Pull" + name
		if !ast.IsExported(name) {
			pull = "pull" + upper(name)
		}
		asked := false
		for _, c := range decl.Doc.List {
			expr, ok := strings.CutPrefix(c.Text, "//lower:run ")
			if !ok {
				continue
			}
			asked = true
			expr, v, _ := strings.Cut(expr, " // V=") // what a type parameter is
			machine := regexp.MustCompile(`\b`+name+`\b`).ReplaceAllString(expr, pull)
			if given := givenYield.FindString(expr); given != "" {
				machine = givenYield.ReplaceAllString(machine, "")
				param := regexp.MustCompile(`\bV\b`).ReplaceAllString(yieldParam(t, path, decl), v)
				expr = fmt.Sprintf("func(%s) { %s }", param, expr)
			} else if decl.Type.Results == nil {
				machine += "()"
			}
			runs = append(runs, corpusRun{expr, machine})
		}
		if directed(decl.Doc) && !asked {
			t.Errorf("%s: %s is lowered and not run", path, name)
		}
	}
	return runs
}
