package specimen_test

// This file holds the descriptions to the source: each suspension that is
// declared is found at its line, each slot in the frame's struct, and each field
// of the struct among the slots.

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/statemachine"
	"coroscope/statemachine/specimen"
)

var update = flag.Bool("update", false, "rewrite the line numbers in the descriptions, and the golden files")

// A machineSource is a machine as its source file has it.
type machineSource struct {
	fset    *token.FileSet
	file    string
	text    []byte
	frame   string
	states  []stateSource
	fields  map[string]string // the frame's fields and their types
	methods []*ast.FuncDecl   // the frame's
}

// A stateSource is a state of the description's literal.
type stateSource struct {
	constant string        // that is its index
	line     *ast.BasicLit // nil if the literal gives none
}

func TestDescriptionsAgreeWithTheSource(t *testing.T) {
	sources := parseMachines(t)
	var described []string
	for _, s := range specimen.All() {
		for _, d := range s.Machines {
			if !slices.Contains(described, d.Name) {
				described = append(described, d.Name)
			}
			src, ok := sources[d.Name]
			if !ok {
				t.Errorf("machine %s: no Description literal in the source", d.Name)
				continue
			}
			t.Run(s.Name+"/"+d.Name, func(t *testing.T) { src.check(t, d) })
		}
	}
	for name := range sources {
		if !slices.Contains(described, name) {
			t.Errorf("machine %s is in the source, but in no Specimen", name)
		}
	}
}

func (src *machineSource) check(t *testing.T, d *statemachine.Description) {
	if got := filepath.Base(d.File); got != src.file {
		t.Errorf("File is %s, the literal is in %s", got, src.file)
	}
	if len(src.methods) == 0 {
		t.Fatalf("there is no struct %s with methods in %s", src.frame, src.file)
	}
	src.checkSlots(t, d)
	src.checkFields(t, d)
	src.checkForm(t)
	src.checkLines(t, d)
}

// checkSlots finds each declared slot in the struct, with its type.
func (src *machineSource) checkSlots(t *testing.T, d *statemachine.Description) {
	for _, s := range d.Slots {
		if typ, ok := src.fields[s.Name]; !ok {
			t.Errorf("%s: the struct %s has no field %s", src.file, src.frame, s.Name)
		} else if typ != s.Type {
			t.Errorf("%s: %s.%s has type %s, declared is %s", src.file, src.frame, s.Name, typ, s.Type)
		}
	}
}

// notSlots are the fields of frames that live across suspensions and are no
// slots, and why. Beside them only state and err are none, which every frame
// has, and what a machine uses at its start and never again.
var notSlots = map[string]string{
	"Fetch.note": "a function: it has nothing to show but its address",
}

// checkFields finds each field of the struct among the declared slots.
func (src *machineSource) checkFields(t *testing.T, d *statemachine.Description) {
	for name := range src.fields {
		declared := slices.ContainsFunc(d.Slots, func(s statemachine.Slot) bool { return s.Name == name })
		needless := name == "state" || name == "err" || notSlots[src.frame+"."+name] != "" || src.usedAtStartOnly(name)
		if declared == needless {
			t.Errorf("%s: %s.%s: declared as a slot: %t, want %t", src.file, src.frame, name, declared, !needless)
		}
	}
	for field := range notSlots {
		frame, name, _ := strings.Cut(field, ".")
		if _, ok := src.fields[name]; frame == src.frame && !ok {
			t.Errorf("%s: the struct %s has no field %s, which is said to be no slot", src.file, frame, name)
		}
	}
}

// usedAtStartOnly reports whether a field is used in the case of the start
// state, and by no other code of the machine.
func (src *machineSource) usedAtStartOnly(field string) bool {
	atStart, elsewhere := 0, 0
	var count func(n ast.Node, uses *int)
	count = func(n ast.Node, uses *int) {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CaseClause:
				if len(n.List) == 1 && types.ExprString(n.List[0]) == src.states[0].constant {
					for _, stmt := range n.Body {
						count(stmt, &atStart)
					}
					return false
				}
			case *ast.SelectorExpr:
				if n.Sel.Name == field && types.ExprString(n.X) == "m" {
					*uses++
				}
			}
			return true
		})
	}
	for _, m := range src.methods {
		count(m.Body, &elsewhere)
	}
	return atStart > 0 && elsewhere == 0
}

// checkForm holds a machine to what a machine is: one switch over the state, no
// goroutine, no closure.
func (src *machineSource) checkForm(t *testing.T) {
	switches := 0
	for _, m := range src.methods {
		ast.Inspect(m, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.FuncLit:
				t.Errorf("%s: a machine has no goroutine and no closure", src.fset.Position(n.Pos()))
			case *ast.SwitchStmt:
				if m.Name.Name == "Resume" && src.isState(n.Tag) {
					switches++
				}
			}
			return true
		})
	}
	if switches != 1 {
		t.Errorf("%s: %s.Resume has %d switches over the state, want 1", src.file, src.frame, switches)
	}
}

// checkLines compares the declared lines with where the suspensions are, or
// with -update rewrites them.
func (src *machineSource) checkLines(t *testing.T, d *statemachine.Description) {
	found := src.suspensions(t)
	want := make(map[string][]int) // where the description says that each state's suspension is
	for _, s := range src.states {
		if s.line != nil {
			n, err := strconv.Atoi(s.line.Value)
			if err != nil {
				t.Fatal(err)
			}
			want[s.constant] = []int{n}
		}
	}
	if diff := cmp.Diff(want, found); diff == "" {
		return
	} else if !*update {
		t.Errorf("%s: the lines declared are not those of the suspensions (- declared, + found); to rewrite them:\n\tgo test ./statemachine/specimen -run Source -update\n%s", src.file, diff)
		return
	}
	src.rewrite(t, found)
}

// suspensions returns the lines of the returns that suspend, by the constant of
// the state that they leave the machine in. A return suspends if its last
// result is true. The state is the one assigned right before; if none is, it is
// the one whose case the return stands in.
func (src *machineSource) suspensions(t *testing.T) map[string][]int {
	found := make(map[string][]int)
	for _, m := range src.methods {
		if !src.resumes(m) {
			continue
		}
		var visit func(n ast.Node, state string)
		block := func(stmts []ast.Stmt, state string) {
			for i, stmt := range stmts {
				ret, ok := stmt.(*ast.ReturnStmt)
				if !ok || len(ret.Results) != 2 || types.ExprString(ret.Results[1]) != "true" {
					visit(stmt, state)
					continue
				}
				at := state
				if i > 0 {
					at = src.assigned(stmts[i-1], state)
				}
				line := src.fset.Position(ret.Pos()).Line
				if at == "" {
					t.Errorf("%s:%d: a suspension, but in which state?", src.file, line)
				}
				found[at] = append(found[at], line)
			}
		}
		visit = func(n ast.Node, state string) {
			ast.Inspect(n, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SwitchStmt:
					for _, c := range n.Body.List {
						c := c.(*ast.CaseClause)
						in := state
						if src.isState(n.Tag) {
							in = ""
							if len(c.List) == 1 {
								in = types.ExprString(c.List[0])
							}
						}
						block(c.Body, in)
					}
					return false
				case *ast.BlockStmt:
					block(n.List, state)
					return false
				}
				return true
			})
		}
		visit(m.Body, "")
	}
	return found
}

// resumes reports whether a method's results are those of Resume.
func (src *machineSource) resumes(m *ast.FuncDecl) bool {
	results := func(f *ast.FuncDecl) string {
		return types.ExprString(&ast.FuncType{Params: &ast.FieldList{}, Results: f.Type.Results})
	}
	for _, f := range src.methods {
		if f.Name.Name == "Resume" {
			return results(f) == results(m)
		}
	}
	return false
}

// isState reports whether e is the field state of a method's receiver.
func (src *machineSource) isState(e ast.Expr) bool {
	sel, ok := e.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "state"
}

// assigned returns the constant that stmt assigns to the state, or otherwise.
func (src *machineSource) assigned(stmt ast.Stmt, otherwise string) string {
	a, ok := stmt.(*ast.AssignStmt)
	if !ok || len(a.Lhs) != 1 || !src.isState(a.Lhs[0]) {
		return otherwise
	}
	return types.ExprString(a.Rhs[0])
}

// rewrite replaces the line numbers in the literal. That moves no line.
func (src *machineSource) rewrite(t *testing.T, found map[string][]int) {
	type edit struct {
		offset, length int
		text           string
	}
	var edits []edit
	for _, s := range src.states {
		if s.line == nil {
			continue
		}
		if len(found[s.constant]) != 1 {
			t.Fatalf("%s: state %s is suspended at %d places, lines %v; want 1", src.file, s.constant, len(found[s.constant]), found[s.constant])
		}
		offset := src.fset.Position(s.line.Pos()).Offset
		edits = append(edits, edit{offset, len(s.line.Value), strconv.Itoa(found[s.constant][0])})
	}
	slices.SortFunc(edits, func(a, b edit) int { return b.offset - a.offset })
	text := src.text
	for _, e := range edits {
		text = slices.Concat(text[:e.offset], []byte(e.text), text[e.offset+e.length:])
	}
	if err := os.WriteFile(src.file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Logf("rewrote the lines in %s; run the test again", src.file)
}

// parseMachines finds the machines in the package's source, by their names.
func parseMachines(t *testing.T) map[string]*machineSource {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source files: %v", err)
	}
	machines := make(map[string]*machineSource)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "_lowered") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, file, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || lit.Type == nil || types.ExprString(lit.Type) != "statemachine.Description" {
				return true
			}
			src := &machineSource{fset: fset, file: file, text: text, fields: make(map[string]string)}
			name := src.readLiteral(t, lit)
			src.readFrame(f)
			machines[name] = src
			return false
		})
	}
	return machines
}

// readLiteral reads what is needed of a description and returns its name.
func (src *machineSource) readLiteral(t *testing.T, lit *ast.CompositeLit) (name string) {
	for key, value := range keyed(lit) {
		switch key {
		case "Name":
			name = unquote(t, value)
		case "Frame":
			src.frame = unquote(t, value)
		case "States":
			for constant, state := range keyed(value.(*ast.CompositeLit)) {
				s := stateSource{constant: constant}
				for key, value := range keyed(state.(*ast.CompositeLit)) {
					if key == "Line" {
						s.line = value.(*ast.BasicLit)
					}
				}
				src.states = append(src.states, s)
			}
		}
	}
	return name
}

// readFrame finds the frame's struct and its methods.
func (src *machineSource) readFrame(f *ast.File) {
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				ts, ok := spec.(*ast.TypeSpec)
				if !ok || ts.Name.Name != src.frame {
					continue
				}
				for _, field := range ts.Type.(*ast.StructType).Fields.List {
					for _, name := range field.Names {
						src.fields[name.Name] = types.ExprString(field.Type)
					}
				}
			}
		case *ast.FuncDecl:
			if decl.Recv != nil && types.ExprString(decl.Recv.List[0].Type) == "*"+src.frame {
				src.methods = append(src.methods, decl)
			}
		}
	}
}

// keyed yields the keys and values of a literal, in order.
func keyed(lit *ast.CompositeLit) func(func(string, ast.Expr) bool) {
	return func(yield func(string, ast.Expr) bool) {
		for _, e := range lit.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if ok && !yield(types.ExprString(kv.Key), kv.Value) {
				return
			}
		}
	}
}

func unquote(t *testing.T, e ast.Expr) string {
	s, err := strconv.Unquote(e.(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", types.ExprString(e), err))
	}
	return s
}
