package lower

// This file plays the scenarios that were recorded from CPython, of package
// coro's tests, through machines that are made of their bodies. The bodies stand
// in the tests as function literals; each becomes a function that is lowered, in a
// copy, where its machine takes the place of the one that was built by hand.

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

func TestOracleLowered(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and runs a module of its own")
	}
	dir := contractModule(t, "testdata/contract")
	oracle := filepath.Join(dir, "coro_test") // as functions are called in the recordings
	copyOracle(t, dir, oracle)
	pkgs, err := (&loader{dir: dir, patterns: []string{"./coro_test"}}).load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) != 1 || len(pkgs[0].Errors) > 0 {
		t.Fatalf("the copied tests do not build: %v", pkgs[0].Errors)
	}
	x := &extraction{pkg: pkgs[0]}
	for _, file := range pkgs[0].Syntax {
		x.file(t, file)
	}
	const least = 70
	if x.n < least {
		t.Errorf("only %d bodies are found, want at least %d", x.n, least)
	}
	files, err := Lower(Options{Dir: dir, Verify: true}, "./coro_test")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.WriteFile(f.Path, f.Content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	printed, err := goCommand(dir, "test", "./coro_test", "-run", "TestLowered/.*/statemachine", "-v")
	out := string(printed)
	if err != nil {
		t.Errorf("%v\n%.8000s\nKEEP=1 go test ./statemachine/lower -run TestOracleLowered", err, failures(out))
	}
	played := strings.Count(out, "--- PASS: TestLowered/generators/statemachine/") + strings.Count(out, "--- PASS: TestLowered/loops/statemachine/")
	t.Logf("%d bodies lowered, %d scenarios as CPython plays them", x.n, played)
	if played < 48 {
		t.Errorf("%d scenarios are played, want at least 48", played)
	}
}

// failures returns what go test -v prints without what passes.
func failures(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		if !strings.Contains(line, "=== RUN") && !strings.Contains(line, "--- PASS") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// copyOracle copies those tests of package coro that play recordings as a
// package of its own, whose test calls them.
func copyOracle(t *testing.T, dir, to string) {
	t.Helper()
	write := func(path, content string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	paths, err := filepath.Glob("../../coro/oracle_*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(paths, "../../coro/helpers_test.go", "../../coro/oracle_test.go") {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(content), "package coro_test", "package oracle", 1)
		text = strings.Replace(text, `"github.com/google/go-cmp/cmp"`, `"corpus/compare"`, 1)
		text = strings.ReplaceAll(text, "cmp.Diff(", "compare.Diff(")
		write(filepath.Join(to, strings.TrimSuffix(filepath.Base(path), "_test.go")+".go"), text)
	}
	recordings, err := filepath.Glob("../../coro/testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range recordings {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Join(to, "testdata", filepath.Base(path)), string(content))
	}
	write(filepath.Join(dir, "compare", "compare.go"), `// Package compare has Diff, in the place of go-cmp, which this module need not have.
package compare

import (
	"fmt"
	"reflect"
)

func Diff(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return fmt.Sprintf("want %q\n got %q", want, got)
}
`)
	write(filepath.Join(to, "instead.go"), `package oracle

// instead returns what takes the place of what was built by hand, which is still
// made, since variables would not be used otherwise.
func instead[T any](lowered T, byHand any) T { return lowered }

type key string // which is in a test that is not copied
`)
	write(filepath.Join(to, "lowered_test.go"), `package oracle

import "testing"

func TestLowered(t *testing.T) {
	t.Run("generators", TestGeneratorOracle)
	t.Run("loops", TestLoopOracle)
}
`)
}

// An extraction makes functions of the literals that are bodies.
type extraction struct {
	pkg *packages.Package
	src []byte
	at  map[*ast.FuncLit]*extracted
	n   int
}

// An extracted literal is a body that was handed over with a machine that does
// the same, which vanishes.
type extracted struct {
	lit     *ast.FuncLit
	machine ast.Expr // the machine, or a function that makes it
	makes   bool     // it is one
	name    string
}

// file rewrites one file.
func (x *extraction) file(t *testing.T, file *ast.File) {
	path := x.pkg.Fset.Position(file.FileStart).Filename
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x.src, x.at = src, make(map[*ast.FuncLit]*extracted)
	var all []*extracted
	add := func(body, machine ast.Expr, makes bool) {
		lit, ok := body.(*ast.FuncLit)
		if !ok || x.yielder(lit) == nil {
			return
		}
		if call, ok := lit.Body.List[0].(*ast.ReturnStmt); ok && strings.Contains(x.text(call.Pos(), call.End(), nil), "scenario.body(") {
			return // that of all scenarios
		}
		if strings.Contains(x.text(lit.Pos(), lit.End(), nil), "s.after = ") {
			return // it looks at what becomes of a stack that is never used
		}
		x.n++
		e := &extracted{lit, machine, makes, fmt.Sprintf("scenarioBody%d", x.n)}
		x.at[lit] = e
		all = append(all, e)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "of" || sel.Sel.Name == "make") && len(n.Args) == 2 {
				add(n.Args[0], n.Args[1], false)
			}
		case *ast.CompositeLit:
			if len(n.Elts) == 2 {
				add(n.Elts[0], n.Elts[1], true)
			}
		}
		return true
	})
	if all == nil {
		return
	}
	text := x.text(file.FileStart, file.FileEnd, all)
	for _, e := range all {
		text += x.function(e, all)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// yielder returns the type of a body's yielder, or nil.
func (x *extraction) yielder(lit *ast.FuncLit) *types.Named {
	params := x.pkg.TypesInfo.TypeOf(lit).(*types.Signature).Params()
	if params.Len() == 0 {
		return nil
	}
	return yielderOf(params.At(params.Len() - 1).Type())
}

// text returns the source between two places, with the machines of what is
// extracted there in the place of those built by hand.
func (x *extraction) text(from, to token.Pos, all []*extracted) string {
	var edits []edit
	end := from
	for _, e := range all {
		if e.lit.Pos() < end || e.lit.End() > to || e.lit.Pos() < from {
			continue
		}
		made := "lowered" + upper(e.name) + "(" + x.arguments(e) + ")"
		if e.makes {
			made = "func(s *stage) machine { return " + made + " }"
		}
		edits = append(edits, edit{e.lit.Pos(), e.lit.End(), "nil"},
			edit{e.machine.Pos(), e.machine.Pos(), "instead(" + made + ", "}, edit{e.machine.End(), e.machine.End(), ")"})
		end = e.machine.End()
	}
	return x.edited(from, to, edits)
}

func (x *extraction) edited(from, to token.Pos, edits []edit) string {
	offset := func(p token.Pos) int { return x.pkg.Fset.Position(p).Offset }
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.pos, b.pos) })
	var b strings.Builder
	for _, e := range edits {
		b.Write(x.src[offset(from):offset(e.pos)])
		b.WriteString(e.text)
		from = e.end
	}
	b.Write(x.src[offset(from):offset(to)])
	return b.String()
}

// captured returns the variables that a literal captures, in their order.
func (x *extraction) captured(e *extracted) []*types.Var {
	var vars []*types.Var
	ast.Inspect(e.lit.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			v, ok := x.pkg.TypesInfo.Uses[id].(*types.Var)
			if ok && !v.IsField() && v.Parent() != x.pkg.Types.Scope() && v.Pkg() == x.pkg.Types && !within(e.lit, v.Pos()) && !slices.Contains(vars, v) {
				vars = append(vars, v)
			}
		}
		return true
	})
	slices.SortFunc(vars, func(a, b *types.Var) int { return cmp.Compare(a.Pos(), b.Pos()) })
	return vars
}

// arguments returns what the machine is made with.
func (x *extraction) arguments(e *extracted) string {
	var names []string
	if e.makes {
		names = append(names, "s")
	}
	for _, v := range x.captured(e) {
		names = append(names, v.Name())
	}
	return strings.Join(names, ", ")
}

// function returns the declaration of the function that a literal becomes.
func (x *extraction) function(e *extracted, all []*extracted) string {
	own := func(p *types.Package) string {
		if p == x.pkg.Types {
			return ""
		}
		return p.Name()
	}
	text := func(t types.Type) string { return types.TypeString(t, own) }
	var params []string
	list := e.lit.Type.Params.List
	y := x.edited(list[len(list)-1].Pos(), list[len(list)-1].End(), nil)
	if e.makes {
		params = append(params, x.edited(list[0].Pos(), list[0].End(), nil))
	}
	for _, v := range x.captured(e) {
		params = append(params, v.Name()+" "+text(v.Type()))
	}
	sig := x.pkg.TypesInfo.TypeOf(e.lit).(*types.Signature)
	args := x.yielder(e.lit).TypeArgs()
	results := x.edited(e.lit.Type.Results.Pos(), e.lit.Type.Results.End(), nil)
	return fmt.Sprintf("\n%s\nfunc %s(%s) coro.Body[%s, %s, %s] {\n\treturn func(%s) %s %s\n}\n", Directive, e.name, strings.Join(params, ", "),
		text(args.At(0)), text(args.At(1)), text(sig.Results().At(0).Type()), y, results, x.text(e.lit.Body.Pos(), e.lit.Body.End(), all))
}
