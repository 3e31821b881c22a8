package corotest_test

// This file tests what is said of a test that fails, with the tests of
// testdata/failing.

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/trace/timeline"
)

// failing is the tests of testdata/failing, built.
type failing struct {
	binary string
	tmp    string // where their temporary files go
}

func buildFailing(t *testing.T) *failing {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds a test binary; run it without -short")
	}
	dir := t.TempDir()
	f := &failing{filepath.Join(dir, "failing.test.exe"), filepath.Join(dir, "tmp")}
	if err := os.Mkdir(f.tmp, 0o777); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "test", "-c", "-o", f.binary, "./testdata/failing").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return f
}

// run runs one of the tests and returns what it says, with what differs from run
// to run taken out, and whether it passes.
func (f *failing) run(t *testing.T, test, replay string, flags ...string) (said string, passed bool) {
	t.Helper()
	cmd := exec.Command(f.binary, append([]string{"-test.v", "-test.run", "^" + test + "$"}, flags...)...)
	cmd.Dir = "testdata"
	cmd.Env = append(os.Environ(), "TMPDIR="+f.tmp, "TMP="+f.tmp, "CORO_REPLAY="+replay)
	out, err := cmd.CombinedOutput()
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(err)
	}
	for _, r := range [][2]string{
		{`\r\n`, "\n"},
		{`#\d+`, ""},       // ids
		{`(?m) +$`, ""},    // of lines
		{`(?m)^ {4,}`, ""}, // which testing indents
	} {
		said = string(out)
		out = []byte(regexp.MustCompile(r[0]).ReplaceAllString(said, r[1]))
	}
	return string(out), err == nil
}

// part returns what stands in text from the line that has begin to the empty
// line after it.
func part(t *testing.T, text, begin string) string {
	t.Helper()
	_, text, ok := strings.Cut(text, begin)
	if !ok {
		t.Fatalf("there is no %q in\n%s", begin, text)
	}
	text, _, _ = strings.Cut(strings.TrimLeft(text, "\n"), "\n\n")
	return text
}

const stepsHead = "* is not first come, first served:\n"

var saleSteps = strings.TrimSpace(`
1       0s * bob starts, before ann
1       0s   ann starts
2       0s   bob <- await turn look (failing_test.go:19)
2       0s   ann <- await turn pay (failing_test.go:19)
3       0s   bob <- await turn pay (failing_test.go:19)
`)

var letterSteps = strings.TrimSpace(`
1       0s * writer starts, before reader
1       0s   reader starts
2       0s   writer <- await turn write (failing_test.go:19)
2       0s   reader <- await turn find a chair (failing_test.go:19)
`)

func TestFailing(t *testing.T) {
	f := buildFailing(t)
	t.Run("not in the loop's order", func(t *testing.T) {
		for _, test := range []string{"TestSaleInLoopsOrder", "TestLetterInLoopsOrder"} {
			if said, passed := f.run(t, test, ""); !passed {
				t.Errorf("%s fails:\n%s", test, said)
			}
		}
	})
	// What each test says, beside the rest of the report.
	for test, wants := range map[string][]string{
		"TestSale":         {"--- FAIL: TestSale/order:0=1of2", "failing_test.go:44: sold 1 that were not there", ": order 0=1of2, number 2 of those tried", saleSteps},
		"TestSaleSeeds":    {"--- FAIL: TestSaleSeeds/seed:", "failing_test.go:44: sold 1 that were not there", ": seed "},
		"TestLetter":       {"deadlock on loop main: ", "reader -> await future letter (failing_test.go:61)", letterSteps},
		"TestLetterSeeds":  {"deadlock on loop main: ", "reader -> await future letter (failing_test.go:61)"},
		"TestSpin":         {"the loop did not come to an end in 50 steps; corotest.MaxSteps allows more"},
		"TestFatal":        {"failing_test.go:130: fatal in a body"},
		"TestPanic":        {"panic: off the loop", "failing.TestPanic.func1"},
		"TestPanicInATask": {"task error was never retrieved: one, made at failing_test.go:117: panic: in a task", "failing.TestPanicInATask.func1"},
		"TestUnretrieved":  {"task error was never retrieved: one, made at failing_test.go:117: spilled"},
	} {
		t.Run(test, func(t *testing.T) {
			said, passed := f.run(t, test, "")
			again := regexp.MustCompile(`again: CORO_REPLAY='(.*)' go test -run '\^(.*)\$' (.*)`).FindStringSubmatch(said)
			if again == nil || again[2] != test || again[3] != "coroscope/coro/corotest/testdata/failing" {
				t.Fatalf("no command runs it again: %q\n%s", again, said)
			}
			replayed, passedAgain := f.run(t, test, again[1])
			if passed || passedAgain {
				t.Fatalf("passed: %v, replayed: %v", passed, passedAgain)
			}
			if diff := cmp.Diff(part(t, said, stepsHead), part(t, replayed, stepsHead)); diff != "" {
				t.Errorf("steps of the replay (-first +second):\n%s", diff)
			}
			for _, want := range wants {
				for _, s := range []string{said, replayed} {
					want = strings.ReplaceAll(want, ", number 2 of those tried", "") // the first time only
					if !strings.Contains(s, want) {
						t.Errorf("%q is missing in\n%s", want, s)
					}
				}
			}
			wantTrace(t, said)
			wantTrace(t, replayed)
		})
	}
	t.Run("cleanups", func(t *testing.T) {
		said, _ := f.run(t, "TestFatal", "")
		if i, j := strings.Index(said, "second cleanup"), strings.Index(said, "first cleanup"); i < 0 || j < i {
			t.Errorf("cleanups are not called last first:\n%s", said)
		}
	})
	t.Run("artifacts", func(t *testing.T) {
		dir := t.TempDir()
		said, _ := f.run(t, "TestSale", "", "-test.artifacts", "-test.outputdir", dir)
		file := wantTrace(t, said)
		if rel, err := filepath.Rel(dir, file); err != nil || !filepath.IsLocal(rel) {
			t.Errorf("the trace is in %s, and not among the artifacts in %s", file, dir)
		}
	})
	// A test that does not do the same each time is found out.
	for test, want := range map[string]string{
		"TestUndetermined": "order 0=1of2, which was found by running the test, does not fit when it is run again: choice 0 is one of 3 and not of 2.",
		"TestFailsOnce":    "The first time it said:\nfailing_test.go:168: the third time",
	} {
		t.Run(test, func(t *testing.T) {
			said, passed := f.run(t, test, "")
			if passed || !strings.Contains(said, want) || !strings.Contains(said, "Something beside the loop's order decides") {
				t.Errorf("passed: %v; %q is missing in\n%s", passed, want, said)
			}
		})
	}
	t.Run("skip", func(t *testing.T) {
		said, passed := f.run(t, "TestSkip", "")
		if !passed || !strings.Contains(said, "--- SKIP: TestSkip") || !strings.Contains(said, "not on gc") {
			t.Errorf("passed: %v\n%s", passed, said)
		}
	})
}

// The environment variable replays orders that pass, too, and says what is wrong
// with those that do not fit.
func TestReplayAsked(t *testing.T) {
	f := buildFailing(t)
	for _, tc := range []struct {
		replay string
		passes bool
		want   string
	}{
		{"order:default", true, "the loop's own order, first come, first served\n"},
		{"order:0=1of2", false, "sold 1 that were not there"},
		{"seed:6", true, "seed 6\n"},
		{"order:0=1of3", false, "the test has no such order: choice 0 is one of 2 and not of 3."},
		{"order:99=1of2", false, "the test has no such order: there are 2 choices, and none with number 99."},
		{"order:1=2of2", false, `CORO_REPLAY: "1=2of2" in order "1=2of2" is no choice; one is CHOICE=NUMBERofHOWMANY`},
		{"order:1=0of2", false, "is no choice"},
		{"order:2=1of2,1=1of2", false, `"1=1of2" in order "2=1of2,1=1of2" is no choice`},
		{"order:", false, `"" in order "" is no choice`},
		{"order:x", false, "is no choice"},
		{"seed:-1", false, `"seed:-1" is neither seed:NUMBER nor order:CHOICES; a failing test prints what to set`},
		{"17", false, `"17" is neither`},
	} {
		t.Run(tc.replay, func(t *testing.T) {
			said, passed := f.run(t, "TestSale", tc.replay)
			if passed != tc.passes || !strings.Contains(said, tc.want) {
				t.Errorf("passed: %v, want %v, with %q in\n%s", passed, tc.passes, tc.want, said)
			}
			if n := strings.Count(said, "=== RUN"); n > 2 {
				t.Errorf("%d tests were run", n)
			}
		})
	}
}

// wantTrace fails the test unless the report has a timeline, and names a trace
// of the same tasks; it returns the file.
func wantTrace(t *testing.T, said string) string {
	t.Helper()
	if lanes := part(t, said, "timeline, by the clock on the wall:\n"); !strings.Contains(lanes, " coroutines, ") {
		t.Errorf("no timeline:\n%s", lanes)
	}
	_, line, _ := strings.Cut(said, "\ntrace: ")
	file, _, ok := strings.Cut(line, " (coroscope open, events, timeline)")
	if !ok {
		t.Fatalf("no trace in\n%s", said)
	}
	r, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var names []string
	lost, err := timeline.Events(r, func(e timeline.Event) error {
		if e.Kind == timeline.Spawn {
			names = append(names, e.Coroutine)
		}
		return nil
	})
	if err != nil || len(lost) > 0 || len(names) != 2 {
		t.Errorf("the trace has the tasks %q; lost %q, %v", names, lost, fmt.Sprint(err))
	}
	return file
}
