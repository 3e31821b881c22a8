package docs

// This file defines the test of batteries.md: its fragments are compiled and run,
// and what stands beneath them is what they print. Pictures are read from traces.

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

const batteriesDoc = "batteries.md"

// docBlock is a block of code with what it is.
var docBlock = regexp.MustCompile("(?s)<!-- (declare|run|test|prints|says|timeline|summary) -->\n```\\w*\n(.*?)```\n")

// batteriesImports are the packages that fragments may use.
var batteriesImports = []string{
	"context", "errors", "fmt", "io", "os", "os/exec", "path/filepath", "testing", "time",
	"coroscope/coro", "coroscope/coro/corotest", "coroscope/coro/files", "coroscope/coro/process", "coroscope/coro/signals", "coroscope/coro/stream",
}

// batteriesMain runs the fragment with the number that it is given: in virtual
// time, or in real time with a trace into a file.
const batteriesMain = `package main

import (
	"fmt"
	"os"
	"strconv"

	"coroscope/coro"
	cotrace "coroscope/trace"
)

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	opts := []coro.LoopOption{coro.WithName("kitchen")}
	if len(os.Args) == 2 {
		opts = append(opts, coro.WithClock(new(coro.VirtualClock)))
	} else {
		f, err := os.Create(os.Args[2])
		if err == nil {
			err = cotrace.Start(f)
		}
		if err != nil {
			panic(err)
		}
		defer f.Close()
		defer cotrace.Stop()
		opts = append(opts, cotrace.Loop())
	}
	_, err := coro.Run(coro.Pull(func(y *coro.Async) (struct{}, error) {
		return struct{}{}, fragments[n](y, coro.LoopOf(y))
	}), append(opts, coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}))...)
	if err != nil {
		fmt.Println("error:", err)
	}
}
`

// A batteries is the document while it is tested.
type batteries struct {
	t       *testing.T
	dir     string // of a module that has its fragments
	program string
}

func TestBatteriesDocument(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module of its own; run without -short")
	}
	doc, err := os.ReadFile(batteriesDoc)
	if err != nil {
		t.Fatal(err)
	}
	var declared, run, tests []string
	for _, m := range docBlock.FindAllStringSubmatch(string(doc), -1) {
		switch m[1] {
		case "declare":
			declared = append(declared, m[2])
		case "run":
			run = append(run, m[2])
		case "test":
			tests = append(tests, m[2])
		}
	}
	blocks := strings.Count(string(doc), "```\n<!--") + strings.Count(string(doc), "-->\n```")
	if len(run) == 0 || len(tests) == 0 || blocks != len(docBlock.FindAllString(string(doc), -1)) {
		t.Fatalf("%s has %d blocks, of which %d fragments and %d tests can be read", batteriesDoc, blocks, len(run), len(tests))
	}
	b := newBatteries(t, declared, run, tests)
	n := -1 // of the last fragment
	rewritten := docBlock.ReplaceAllStringFunc(string(doc), func(block string) string {
		m := docBlock.FindStringSubmatch(block)
		var got string
		switch m[1] {
		case "run":
			n++
			return block
		case "prints":
			got = b.output(b.program, fmt.Sprint(n))
		case "says":
			got = b.failure()
		case "timeline":
			got = b.picture(n, m[2])
		case "summary":
			got = b.summary(m[2])
		default:
			return block
		}
		if diff := cmp.Diff(m[2], got); diff != "" && !*update {
			t.Errorf("%s, beneath fragment %d (-document +program; go test ./docs -run BatteriesDocument -update rewrites it):\n%s", batteriesDoc, n+1, diff)
		}
		return strings.TrimSuffix(block, m[2]+"```\n") + got + "```\n"
	})
	if *update {
		if err := os.WriteFile(batteriesDoc, []byte(rewritten), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// newBatteries makes a module of the fragments and builds it.
func newBatteries(t *testing.T, declared, run, tests []string) *batteries {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	b := &batteries{t: t, dir: t.TempDir()}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	// What it needs is what this module needs.
	module, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	write("go.mod", strings.Replace(string(module), "module coroscope", "module batteries", 1)+
		fmt.Sprintf("\nrequire coroscope v0.0.0\n\nreplace coroscope => %q\n", root))
	write("go.sum", string(sums))
	write("main.go", batteriesMain)
	fragments := "var fragments = []func(y *coro.Async, l *coro.Loop) error{\n"
	for i, f := range run {
		fragments += fmt.Sprintf("// Fragment %d.\nfunc(y *coro.Async, l *coro.Loop) error {\n%s\nreturn nil\n},\n", i+1, f)
	}
	write("fragments.go", withImports(strings.Join(declared, "\n")+"\n"+fragments+"}\n"))
	write("fragments_test.go", withImports(strings.Join(tests, "\n")))
	b.program = filepath.Join(b.dir, "batteries.exe")
	b.output("go", "build", "-mod=mod", "-o", b.program, ".")
	return b
}

// withImports returns the file of package main with this code.
func withImports(code string) string {
	text := "package main\n\n"
	for _, path := range batteriesImports {
		if regexp.MustCompile(`\b` + filepath.Base(path) + `\.`).MatchString(code) {
			text += fmt.Sprintf("import %q\n", path)
		}
	}
	return text + "\n" + code
}

// output returns what a command prints.
func (b *batteries) output(name string, args ...string) string {
	b.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = b.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// failure returns what the test prints that fails: what it says itself, and the
// schedule.
func (b *batteries) failure() string {
	b.t.Helper()
	cmd := exec.Command("go", "test", "-mod=mod", "-count=1", ".")
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "TMPDIR="+b.t.TempDir(), "CORO_REPLAY=")
	out, err := cmd.CombinedOutput()
	if err == nil {
		b.t.Fatalf("the test of %s passes:\n%s", batteriesDoc, out)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimLeft(line, " "); batteriesSaid.MatchString(line) {
			lines = append(lines, line)
		}
	}
	if lines == nil {
		b.t.Fatalf("the test of %s says nothing that is known:\n%s", batteriesDoc, out)
	}
	return strings.Join(lines, "")
}

// batteriesSaid matches the lines of a failure that are the same in each run: what
// the test says, the steps, and how to have them again.
var batteriesSaid = regexp.MustCompile(`^(\w+_test\.go:\d+: |\d+ +\d+[smh0-9]* |again: )`)

// picture returns the timeline of a fragment; shown, if it is of a run in which
// the same coroutines were suspended on the same things, since the times are
// others each time.
func (b *batteries) picture(n int, shown string) string {
	b.t.Helper()
	file := filepath.Join(b.dir, "picture.trace")
	b.output(b.program, fmt.Sprint(n), file)
	var text bytes.Buffer
	tl := readTrace(b.t, file)
	if err := timeline.WriteTimeline(&text, tl, 96, false); err != nil {
		b.t.Fatal(err)
	}
	if *update {
		return text.String()
	}
	var want []string
	for _, c := range tl.Coroutines {
		want = append(want, c.String())
	}
	got := regexp.MustCompile(`(?m)^[\w.]+#\d+`).FindAllString(shown, -1)
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("%s, picture of fragment %d: its lanes are not those of the trace (-trace +picture):\n%s", batteriesDoc, n+1, diff)
	}
	for _, label := range regexp.MustCompile(`─ ([^─]+?) ─`).FindAllStringSubmatch(shown, -1) {
		on, by, _ := strings.Cut(label[1], " ← ")
		if !slices.ContainsFunc(tl.Coroutines, func(c *timeline.Coroutine) bool {
			return slices.ContainsFunc(c.Suspensions, func(s timeline.Suspension) bool {
				return strings.HasSuffix(s.On, on) && (by == "" || s.ReadyBy.String() == by)
			})
		}) {
			b.t.Errorf("%s, picture of fragment %d: nobody is suspended on %q", batteriesDoc, n+1, label[1])
		}
	}
	return shown
}

// summary returns what a summary of the demo batteries says of contention; shown
// if the same things were waited for.
func (b *batteries) summary(shown string) string {
	b.t.Helper()
	file := filepath.Join(b.dir, "demo.trace")
	cmd := exec.Command("go", "run", "./cmd/coroscope", "demo", "batteries", "-o", file)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	tl := readTrace(b.t, file)
	if *update {
		var text bytes.Buffer
		if err := timeline.WriteSummary(&text, tl, 100, false); err != nil {
			b.t.Fatal(err)
		}
		_, part, _ := strings.Cut(text.String(), "\nwaited for")
		table, rest, _ := strings.Cut(part, "\n\n")
		handovers, _, _ := strings.Cut(rest, "\n\n")
		return "waited for" + table + "\n\n" + strings.TrimRight(handovers, "\n") + "\n"
	}
	for _, c := range tl.Contentions {
		if !strings.Contains(shown, "\n"+c.On()+" ") {
			b.t.Errorf("%s: the summary does not show %q", batteriesDoc, c.On())
		}
	}
	return shown
}

func readTrace(t *testing.T, file string) *timeline.Timeline {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tl, err := timeline.Read(f, timeline.Options{Full: true})
	if err != nil || len(tl.Lost) > 0 {
		t.Fatalf("%s: %v, lost %q", file, err, tl.Lost)
	}
	return tl
}
