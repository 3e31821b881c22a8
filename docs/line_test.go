package docs

// This file steps machines that lower --line made, in a debugger: what it shows
// is the source that they were made of, and its variables.

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coroscope/statemachine/lower"

	"github.com/go-delve/delve/service/api"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestLineSteps steps each program in testdata/line with "next", from one
// resumption of its machine to the other, and compares the places and the local
// variables. To rewrite what is wanted: go test ./docs -run LineSteps -update
func TestLineSteps(t *testing.T) {
	needDelve(t)
	paths, err := filepath.Glob("testdata/line/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d programs, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir, program := lineProgram(t, ar)
			got := debugProgram(t, dir, program).steps(dir, breakpoints.FindAllString(string(ar.Comment), -1))
			want := &ar.Files[len(ar.Files)-1]
			if want.Name != "want" {
				t.Fatalf("the last file of %s is %s, not want", path, want.Name)
			}
			diff := cmp.Diff(strings.Split(string(want.Data), "\n"), strings.Split(got, "\n"))
			switch {
			case diff != "" && *update:
				want.Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(ar), 0o666); err != nil {
					t.Fatal(err)
				}
			case diff != "":
				t.Errorf("%s is stepped otherwise; go test ./docs -run LineSteps -update rewrites it (- wanted, + now):\n%s", path, diff)
			}
		})
	}
}

// TestLineBreakpoints sets breakpoints in the source.
func TestLineBreakpoints(t *testing.T) {
	needDelve(t)
	ar, err := txtar.ParseFile("testdata/line/loops.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir, program := lineProgram(t, ar)
	d := debugProgram(t, dir, program)
	d.breakAt(filepath.Join(dir, "loops.go:10"), "i == 2")
	d.breakAt(filepath.Join(dir, "loops.go:12"), "")
	var got []string
	for range 2 {
		at := d.resume()
		got = append(got, fmt.Sprintf("%s %s, i is %s", at.Func, at.Line, d.value("i")))
	}
	want := []string{"main.(*PairsMachine).Next sum := i + j, i is 2", "main.(*PairsMachine).Next return, i is 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stops (- wanted, + got):\n%s", diff)
	}
}

var lineBlock = regexp.MustCompile("(?s)<!-- (source|steps|line): (\\w+) -->\n```\\w*\n(.*?)```")

// TestLineDocument holds what lowering.md shows of a debugger.
func TestLineDocument(t *testing.T) {
	text, err := os.ReadFile("lowering.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := lineBlock.FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 4 {
		t.Fatalf("lowering.md has %d blocks about debugging", len(blocks))
	}
	for _, block := range blocks {
		ar, err := txtar.ParseFile("testdata/line/" + block[2] + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		in := ar.Files[0].Data
		switch block[1] {
		case "steps":
			in = ar.Files[len(ar.Files)-1].Data
		case "line":
			in, err = os.ReadFile(filepath.Join(lineModule(t, ar), overlayDir, ar.Files[0].Name+".line"))
			if err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(string(in), block[3]) {
			t.Errorf("lowering.md shows of %s, %s:\n%s\nthere is:\n%s", block[2], block[1], block[3], in)
		}
	}
}

const overlayDir = ".coroscope"

// lineProgram makes a module of an archive and builds it as a person would who
// wants to debug its machines.
func lineProgram(t *testing.T, ar *txtar.Archive) (dir, program string) {
	t.Helper()
	dir = lineModule(t, ar)
	program = filepath.Join(dir, "p.exe")
	cmd := exec.Command("go", "build", "-gcflags=all=-N -l", "-overlay="+filepath.Join(overlayDir, lower.OverlayName), "-o", program, ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return dir, program
}

// lineModule makes a module of an archive, with an overlay.
func lineModule(t *testing.T, ar *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	mod := fmt.Sprintf("module p\n\ngo 1.26.0\n\nrequire coroscope v0.0.0\n\nreplace coroscope => %s\n", root)
	for _, f := range append(slices.Clone(ar.Files), txtar.File{Name: "go.mod", Data: []byte(mod)}) {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	made, err := lower.Lower(lower.Options{Dir: dir, Line: true, Verify: true}, ".")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := lower.NewOverlay(filepath.Join(dir, overlayDir), dir, made)
	if err != nil {
		t.Fatal(err)
	}
	if err := overlay.Write(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// breakpoints are told in the comment of an archive.
var breakpoints = regexp.MustCompile(`\w+\.go:\d+`)

// mostSteps ends a program that goes on forever.
const mostSteps = 300

// steps steps a program from the first resumption of a machine to the end of
// main, with a breakpoint where a machine, or a frame of it, is resumed, and at
// places of the source.
func (d *debugger) steps(dir string, also []string) string {
	d.t.Helper()
	found, _, err := d.FindLocation(api.EvalScope{GoroutineID: -1}, `/^main\..*\.(Next|Resume|resume)$/`, true, nil)
	if err != nil || len(found) == 0 {
		d.t.Fatalf("no machine is found: %v", err)
	}
	for _, at := range found {
		if _, err := d.CreateBreakpoint(&api.Breakpoint{Addr: at.PC, Addrs: at.PCs}); err != nil {
			d.t.Fatal(err)
		}
	}
	for _, place := range also {
		d.breakAt(filepath.Join(dir, place), "")
	}
	var b strings.Builder
	state := <-d.Continue()
	for range mostSteps {
		if state.Exited {
			return b.String()
		}
		at := d.here(state, nil)
		th := state.CurrentThread
		if th.Function.Name() == "runtime.main" {
			return b.String()
		}
		if !strings.HasPrefix(th.Function.Name(), "main.") { // a panic is on its way
			state = <-d.Continue()
			continue
		}
		fmt.Fprintf(&b, "%s:%d %s\n", filepath.Base(th.File), th.Line, at.Line)
		if filepath.Base(th.File) != "main.go" {
			fmt.Fprintf(&b, "\t%s\n", d.locals())
		}
		state, err = d.Next()
		if err != nil && strings.HasSuffix(err.Error(), "has exited with status 0") {
			return b.String()
		} else if err != nil {
			d.t.Fatal(err)
		}
	}
	d.t.Fatalf("it does not end:\n%s", b.String())
	return ""
}

var address = regexp.MustCompile(`\(0x[0-9a-f]+\)`)

// locals returns the local variables, in the order of their names.
func (d *debugger) locals() string {
	d.t.Helper()
	load := api.LoadConfig{FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 8, MaxStructFields: -1}
	vars, err := d.ListLocalVariables(api.EvalScope{GoroutineID: -1}, load)
	if err != nil {
		d.t.Fatal(err)
	}
	var list []string
	for _, v := range vars {
		list = append(list, fmt.Sprintf("%s = %s", v.Name, address.ReplaceAllString(v.SinglelineString(), "")))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
