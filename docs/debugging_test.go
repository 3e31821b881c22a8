package docs

// This file holds debugging.md to its word: its sessions are played, and what
// it refers to is there.

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-delve/delve/service/api"
)

var update = flag.Bool("update", false, "rewrite the sessions of debugging.md with what they say now")

const (
	guide  = "debugging.md"
	shell  = "$ "
	prompt = "(dlv) "
)

// A session is a block of the guide: what is typed, and what is said to it.
type session []exchange

type exchange struct {
	typed string // with the prompt
	said  string
}

// String returns the session as it stands in the guide.
func (s session) String() string {
	var b strings.Builder
	for _, x := range s {
		fmt.Fprintln(&b, x.typed)
		if x.said != "" {
			fmt.Fprintln(&b, x.said)
		}
	}
	return b.String()
}

// parseSession splits a block at its prompts.
func parseSession(t *testing.T, block string) session {
	t.Helper()
	var s session
	for line := range strings.Lines(block) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, shell), strings.HasPrefix(line, prompt):
			s = append(s, exchange{typed: line})
		case len(s) == 0:
			t.Fatalf("a session in %s begins with %q, not with a command", guide, line)
		case s[len(s)-1].said == "":
			s[len(s)-1].said = line
		default:
			s[len(s)-1].said += "\n" + line
		}
	}
	return s
}

var sessionBlock = regexp.MustCompile("(?s)```console\n(.*?)```")

// TestDebuggingSessions plays each session of the guide and compares what is
// said. To rewrite them: go test ./docs -run DebuggingSessions -update
func TestDebuggingSessions(t *testing.T) {
	needDelve(t)
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	blocks := sessionBlock.FindAllSubmatchIndex(text, -1)
	if len(blocks) == 0 {
		t.Fatalf("%s has no sessions", guide)
	}
	played := make([]string, len(blocks)) // that differ
	t.Run("session", func(t *testing.T) {
		for i, at := range blocks {
			want := parseSession(t, string(text[at[2]:at[3]]))
			t.Run(fmt.Sprint(i+1), func(t *testing.T) {
				t.Parallel()
				got := play(t, want)
				diff := cmp.Diff(strings.Split(plain(want), "\n"), strings.Split(plain(got), "\n"))
				switch {
				case diff != "" && *update:
					played[i] = got.String()
				case diff != "":
					t.Errorf("%s differs from what is said now; go test ./docs -run DebuggingSessions -update rewrites it (- %[1]s, + now):\n%s", guide, diff)
				}
			})
		}
	})
	if *update && !t.Failed() {
		for i, at := range slices.Backward(blocks) {
			if played[i] != "" {
				text = slices.Replace(text, at[2], at[3], []byte(played[i])...)
			}
		}
		if err := os.WriteFile(guide, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// play types what a session has typed and returns it with what is said.
func play(t *testing.T, s session) session {
	t.Helper()
	command, ok := strings.CutPrefix(s[0].typed, shell)
	if !ok {
		t.Fatalf("a session begins with %q, want a shell's command", s[0].typed)
	}
	if args, ok := strings.CutPrefix(command, "go tool dlv "); ok {
		return playDelve(t, s, strings.Fields(args))
	}
	if len(s) > 1 {
		t.Fatalf("%q is not for Delve, and is followed by %q", command, s[1].typed)
	}
	args := strings.Fields(command)
	if args[0] != "go" {
		t.Fatalf("%q: want a go command", command)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return session{{typed: s[0].typed, said: strings.TrimSpace(anywhere(t, string(out)))}}
}

func playDelve(t *testing.T, s session, args []string) session {
	t.Helper()
	var typed strings.Builder
	for _, x := range s[1:] {
		fmt.Fprintln(&typed, strings.TrimPrefix(x.typed, prompt))
	}
	if !strings.HasSuffix(typed.String(), "quit\n") {
		t.Fatalf("the session does not end with quit:\n%s", s)
	}
	// The program that dlv builds is not to lie in a folder of sources.
	program := filepath.Join(t.TempDir(), "debugged.exe")
	cmd := delveCommand(t, slices.Insert(args, 1, "--allow-non-terminal-interactive=true", "--output="+program)...)
	cmd.Stdin = strings.NewReader(typed.String())
	text, err := cmd.CombinedOutput()
	out := string(text)
	if err != nil {
		t.Fatalf("%s: %v\n%s", s[0].typed, err, out)
	}
	// A command that fails does not end dlv, nor show in its exit code.
	if strings.Contains(out, "Command failed:") {
		t.Fatalf("a command fails:\n%s", out)
	}
	said := strings.Split(anywhere(t, out), prompt)
	if len(said) != len(s) {
		t.Fatalf("%d commands, and %d answers:\n%s", len(s), len(said), out)
	}
	got := slices.Clone(s)
	for i := range got {
		got[i].said = strings.TrimSpace(strings.ReplaceAll(said[i], "\n\n", "\n"))
		if strings.HasPrefix(said[i], " ") { // the first line is indented as the others are
			got[i].said = strings.TrimRight(strings.ReplaceAll(said[i], "\n\n", "\n"), "\n")
		}
	}
	return got
}

// anywhere rewrites paths such that they are the same on every machine.
func anywhere(t *testing.T, s string) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		s, root = strings.ReplaceAll(s, `\`, "/"), filepath.ToSlash(root)
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	s = strings.ReplaceAll(s, filepath.ToSlash(strings.TrimSpace(string(goroot)))+"/", "$GOROOT/")
	return strings.ReplaceAll(s, root+"/", "")
}

var (
	goroutineID = regexp.MustCompile(`([Gg]oroutine[ (])(\d+)`)
	incidental  = regexp.MustCompile(`0x[0-9a-f]+|\b\d+\.\d+s|\(cached\)`)
	listed      = regexp.MustCompile(`(?m)^(=>|  ) *\d+:`) // where it stops is said in the line before
	gorootLine  = regexp.MustCompile(`(\$GOROOT/src/[\w./-]+):\d+`)
	// Who has resumed a coroutine of shape goroutine may still be sending, or
	// run, or wait already.
	handoverLine = regexp.MustCompile(`(coro/goroutine\.go):\d+`)
	waiting      = regexp.MustCompile(`(?m)( \(thread \d+\))?( \[(chan receive|chan send|coroutine)\])?[ \t]*$`)
	space        = regexp.MustCompile(`[ \t]+`)
)

// plain returns a session without what differs from run to run: addresses,
// whether a goroutine runs or waits, times, lines of the standard library. The
// numbers of goroutines are replaced by the order in which they come up, and
// goroutines that are listed are sorted.
func plain(s session) string {
	var b strings.Builder
	seen := make(map[string]int)
	for _, x := range s {
		said := x.said
		if strings.Contains(x.typed, "goroutines") {
			said = sortGoroutines(said)
		}
		said = goroutineID.ReplaceAllStringFunc(said, func(m string) string {
			parts := goroutineID.FindStringSubmatch(m)
			if _, ok := seen[parts[2]]; !ok {
				seen[parts[2]] = len(seen) + 1
			}
			return fmt.Sprint(parts[1], "#", seen[parts[2]])
		})
		said = waiting.ReplaceAllString(said, "")
		said = incidental.ReplaceAllString(said, "N")
		said = listed.ReplaceAllString(said, "$1")
		said = gorootLine.ReplaceAllString(said, "$1:N")
		said = handoverLine.ReplaceAllString(said, "$1:N")
		said = space.ReplaceAllString(said, " ")
		fmt.Fprintf(&b, "%s\n%s\n", x.typed, said)
	}
	return b.String()
}

// sortGoroutines sorts the goroutines of a list by what is said of them.
func sortGoroutines(list string) string {
	var entries []string
	for line := range strings.Lines(list + "\n") {
		if strings.HasPrefix(line, "\t") && len(entries) > 0 {
			entries[len(entries)-1] += line
		} else {
			entries = append(entries, line)
		}
	}
	slices.SortStableFunc(entries, func(a, b string) int {
		return strings.Compare(goroutineID.ReplaceAllString(a, ""), goroutineID.ReplaceAllString(b, ""))
	})
	return strings.TrimSuffix(strings.Join(entries, ""), "\n")
}

// A lesson is a row of the guide's tables.
type lesson struct {
	name, file string
	breakAt    []string
}

var lessonRow = regexp.MustCompile("(?m)^\\| \\[`(TestLesson\\w+)`\\]\\(\\.\\./([\\w/.]+)\\) \\| (.*?) \\| .* \\|$")

func lessons(t *testing.T) []lesson {
	t.Helper()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	var all []lesson
	for _, row := range lessonRow.FindAllSubmatch(text, -1) {
		l := lesson{name: string(row[1]), file: string(row[2])}
		for _, at := range regexp.MustCompile("`([^`]+)`").FindAllSubmatch(row[3], -1) {
			l.breakAt = append(l.breakAt, string(at[1]))
		}
		all = append(all, l)
	}
	return all
}

// TestDebuggingNamesTheLessons holds that the guide has the lessons that there
// are, in their order.
func TestDebuggingNamesTheLessons(t *testing.T) {
	listed := make(map[string][]string)
	for _, l := range lessons(t) {
		listed[l.file] = append(listed[l.file], l.name)
	}
	are := make(map[string][]string)
	for _, pattern := range []string{"../coro/lesson*_test.go", "../statemachine/specimen/lesson*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimPrefix(filepath.ToSlash(file), "../")
			for _, m := range regexp.MustCompile(`(?m)^func (TestLesson\w+)\(`).FindAllSubmatch(text, -1) {
				are[name] = append(are[name], string(m[1]))
			}
		}
	}
	if diff := cmp.Diff(are, listed); diff != "" {
		t.Errorf("the lessons, by file (- there are, + %s lists):\n%s", guide, diff)
	}
}

// TestDebuggingBreakpoints holds that a breakpoint can be set wherever the
// guide says so, and that the lesson gets there.
func TestDebuggingBreakpoints(t *testing.T) {
	needDelve(t)
	in := make(map[string]map[string]lesson) // a package: by name
	for _, l := range lessons(t) {
		pkg := "./" + path.Dir(l.file)
		if in[pkg] == nil {
			in[pkg] = make(map[string]lesson)
		}
		in[pkg][l.name] = l
	}
	for pkg, byName := range in {
		t.Run(pkg, func(t *testing.T) {
			t.Parallel()
			d := debug(t, pkg, "TestLesson.*")
			for name := range byName {
				d.breakAt(name, "")
			}
			for range len(byName) {
				_, name, _ := strings.Cut(d.resume().Func, ".")
				l, ok := byName[name]
				if !ok {
					t.Fatalf("stopped in %s, want a lesson's first line", name)
				}
				d.reaches(t, l)
			}
		})
	}
}

// reaches checks that a lesson that has just begun gets to each place of its
// own.
func (d *debugger) reaches(t *testing.T, l lesson) {
	t.Helper()
	if len(l.breakAt) == 0 {
		t.Errorf("%s: %s says no place for a breakpoint", l.name, guide)
	}
	for _, place := range l.breakAt {
		found, _, err := d.FindLocation(api.EvalScope{GoroutineID: -1}, place, true, nil)
		if err != nil || len(found) != 1 {
			t.Errorf("%s: break %s: %d places, %v", l.name, place, len(found), err)
			continue
		}
		bp, err := d.CreateBreakpoint(&api.Breakpoint{Addr: found[0].PC, Addrs: found[0].PCs})
		if err != nil {
			t.Errorf("%s: break %s: %v", l.name, place, err)
			continue
		}
		if at := d.resume(); strings.HasPrefix(at.Line, "func Test") {
			t.Errorf("%s: does not get to %s, which %s says", l.name, place, guide)
		}
		if _, err := d.ClearBreakpoint(bp.ID); err != nil {
			t.Error(err)
		}
	}
}
