package lower

// This file defines the conformance corpus of bodies: each function in
// testdata/contract that has a comment "//lower:run EXPR" is played as a
// coroutine of shape pull and as a machine: resumed, sent to, thrown into and
// closed after each suspension; and what happens is compared.

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestContractCorpus(t *testing.T) {
	dir := contractModule(t, "testdata/contract")
	lowerAndDrive(t, dir, "KEEP=1 go test ./statemachine/lower -run TestContractCorpus")
	wantClean(t, dir)
}

// lowerAndDrive lowers the cases in dir and plays them. It returns what it
// wrote.
func lowerAndDrive(t *testing.T, dir, reproduce string) []*File {
	t.Helper()
	files, err := Lower(Options{Dir: dir, Verify: true, Fallback: true}, "./...")
	if err != nil {
		t.Fatalf("%v\n%s", err, reproduce)
	}
	for _, f := range files {
		for _, fall := range f.Falls {
			if len(Passes) > 3 { // not those that refuse everything
				t.Errorf("%s: %v", fall.Func, fall.Reasons)
			}
		}
		if err := os.WriteFile(f.Path, f.Content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	writeContractDriver(t, dir)
	out, err := runDriver(dir)
	if err != nil {
		t.Errorf("%v\n%.8000s\n%s", err, out, reproduce)
	}
	t.Logf("%s", lastLine(out))
	return files
}

// contractModule is corpusModule with a copy of package coro, and of packages
// beneath it, as a module that needs no other.
func contractModule(t *testing.T, from string) string {
	t.Helper()
	dir := corpusModule(t, from)
	const mod = "module corpus\n\ngo 1.26\n\nrequire coroscope v0.0.0\n\nreplace coroscope => ./coroscope\n"
	write := func(path string, content []byte) {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", []byte(mod))
	write("coroscope/go.mod", []byte("module coroscope\n\ngo 1.26\n"))
	for _, pkg := range []string{"coro", "coro/stream", "coro/process", "coro/signals"} {
		paths, err := filepath.Glob("../../" + pkg + "/*.[gs]*")
		if err != nil {
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
			write("coroscope/"+pkg+"/"+filepath.Base(path), content)
		}
	}
	return dir
}

// writeContractDriver writes a main package that plays all cases, which each
// package lists in a file of its own.
func writeContractDriver(t *testing.T, dir string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	cases := make(map[string]*strings.Builder)
	for _, path := range paths {
		pkg := filepath.Base(filepath.Dir(path))
		if pkg == "drive" || strings.HasSuffix(path, Suffix+".go") {
			continue
		}
		if cases[pkg] == nil {
			cases[pkg] = new(strings.Builder)
		}
		for _, c := range contractCases(t, path) {
			fmt.Fprintf(cases[pkg], "\t%s,\n", c)
		}
	}
	var imports, all strings.Builder
	for pkg, list := range cases {
		if list.Len() == 0 {
			continue
		}
		src := fmt.Sprintf("package %s\n\nimport (\n\t\"corpus/drive\"\n\t\"coroscope/coro\"\n\t\"time\"\n)\n\nvar _ = coro.Sleep(time.Second)\n\nvar Cases = []drive.Case{\n%s}\n", pkg, list)
		if err := os.WriteFile(filepath.Join(dir, pkg, "cases.go"), []byte(src), 0o666); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&imports, "\t%q\n", "corpus/"+pkg)
		fmt.Fprintf(&all, ", %s.Cases", pkg)
	}
	if all.Len() == 0 {
		t.Fatal("no cases")
	}
	src := fmt.Sprintf("package main\n\nimport (\n\t\"corpus/drive\"\n\t\"slices\"\n%s)\n\nfunc main() { drive.Check(slices.Concat(%s)) }\n", &imports, all.String()[2:])
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
}

// contractCases returns the cases that the comments of a file ask for. In the
// expression of one, y is the body's yielder and l, of a task, its loop; behind it
// stands what a type parameter T is.
func contractCases(t *testing.T, path string) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	text := func(n ast.Node) string {
		var b bytes.Buffer
		if err := printer.Fprint(&b, fset, n); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	var cases []string
	for _, d := range file.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if !ok || decl.Doc == nil {
			continue
		}
		name := decl.Name.Name
		lowered := "Lowered" + name
		if !ast.IsExported(name) {
			lowered = "lowered" + upper(name)
		}
		asked := false
		for _, c := range decl.Doc.List {
			expr, ok := strings.CutPrefix(c.Text, "//lower:run ")
			if !ok {
				continue
			}
			asked = true
			expr, targ, _ := strings.Cut(expr, " // T=")
			machine := regexp.MustCompile(`\b`+name+`\b`).ReplaceAllString(expr, lowered)
			machine = regexp.MustCompile(`\(y(, )?`).ReplaceAllString(machine, "(")
			body, constraint := expr, ""
			if params := decl.Type.Params.List; len(params) > 0 && strings.Contains(expr, "(y") {
				body = fmt.Sprintf("func(y %s) (%s, error) { return %s }", text(params[0].Type), text(decl.Type.Results.List[0].Type), expr)
			}
			if constraint = "Body"; strings.Contains(text(decl.Type), "Async") || strings.Contains(text(decl.Type), "coro.Await") {
				constraint = "Task"
			}
			params := ""
			if constraint == "Task" {
				params = "l *coro.Loop"
			}
			made := bodyType(decl, text)
			if targ != "" {
				made = regexp.MustCompile(`\bT\b`).ReplaceAllString(made, targ)
			}
			cases = append(cases, fmt.Sprintf("drive.%s(%q, func(%s) %s { return %s }, func(%s) %s { return %s })", constraint, expr,
				params, made, body, params, strings.Replace(made, "coro.Body[", "coro.Resumable[", 1), machine))
		}
		if directed(decl.Doc) && !asked {
			t.Errorf("%s: %s is lowered and not run", path, name)
		}
	}
	return cases
}

// bodyType returns the type coro.Body of what decl is, or makes.
func bodyType(decl *ast.FuncDecl, text func(ast.Node) string) string {
	t := decl.Type
	if made := text(t.Results.List[0].Type); strings.HasPrefix(made, "coro.Body[") {
		return made
	}
	if r := t.Results.List; len(r) == 1 && len(r[0].Names) == 0 {
		made := r[0].Type
		fn, ok := made.(*ast.FuncType)
		if !ok {
			return text(made)
		}
		t = fn
	}
	in, out := "struct{}", "coro.Await"
	if x, ok := t.Params.List[0].Type.(*ast.StarExpr).X.(*ast.IndexListExpr); ok {
		in, out = text(x.Indices[0]), text(x.Indices[1])
	}
	return fmt.Sprintf("coro.Body[%s, %s, %s]", in, out, text(t.Results.List[0].Type))
}
