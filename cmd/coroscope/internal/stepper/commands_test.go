package stepper_test

// This file tests sessions that are driven line by line.

import (
	"bytes"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"coroscope/cmd/coroscope/internal/stepper"
	"coroscope/coro"

	"github.com/google/go-cmp/cmp"
)

// place is what moves when the source of a specimen is edited.
var place = regexp.MustCompile(`\.go:\d+`)

// commanded does what lines say and returns what was printed.
func commanded(t *testing.T, s stepper.Session, lines ...string) string {
	t.Helper()
	var out bytes.Buffer
	c, err := stepper.NewCommander(s, &out)
	if err != nil {
		t.Fatal(err)
	}
	out.Reset()
	for _, line := range lines {
		if quit, err := c.Command(line); quit || err != nil {
			t.Errorf("%s: quit %t, %v", line, quit, err)
		}
	}
	return out.String()
}

func TestTheSampleOfWriteStepIsWhatItPrints(t *testing.T) {
	source, err := os.ReadFile("text.go")
	if err != nil {
		t.Fatal(err)
	}
	_, sample, _ := strings.Cut(string(source), "The error is w's.\n//\n")
	sample, _, _ = strings.Cut(sample, "func ")
	sample = strings.ReplaceAll(sample, "//\t", "")
	s := open(t, "average", coro.ShapeStateMachine)
	commanded(t, s, "next", "send 10")
	var got bytes.Buffer
	if err := stepper.WriteStep(&got, stepper.Now(s)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(place.ReplaceAllString(sample, ".go"), place.ReplaceAllString(got.String(), ".go")); diff != "" {
		t.Errorf("(-sample +printed):\n%s", diff)
	}
}

func TestCommands(t *testing.T) {
	s := open(t, "fibonacci", coro.ShapePull)
	got := commanded(t, s, "", "# a remark", "back", "next", " forward ", "back")
	want := `   nothing to take back: this is the start
1  next  -> 0
   at     fibonacci.go  if _, err := y.YieldAs("term", a); err != nil {
   on     await resumer term
   stack  FibonacciBody.func1
2  next  -> 1
   at     fibonacci.go  if _, err := y.YieldAs("term", a); err != nil {
   on     await resumer term
   stack  FibonacciBody.func1
   back
1  next  -> 0
   at     fibonacci.go  if _, err := y.YieldAs("term", a); err != nil {
   on     await resumer term
   stack  FibonacciBody.func1
`
	got = regexp.MustCompile(`(\.go|func1):\d+`).ReplaceAllString(got, "$1")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got = commanded(t, s, "run", "forward", "state")
	if !strings.Contains(got, "9  next  returned 21\n   the end: returned 21\n   this is the end\nfibonacci, pull, after step 9: returned 21\n-- source") {
		t.Errorf("run to the end:\n%s", got)
	}
}

func TestQuit(t *testing.T) {
	c, err := stepper.NewCommander(open(t, "fibonacci", coro.ShapePull), new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	if quit, err := c.Command("quit"); !quit || err != nil {
		t.Errorf("quit: %t, %v", quit, err)
	}
}

// Help tells of every command that there is, and of none that there is not.
func TestHelpIsComplete(t *testing.T) {
	for _, name := range []string{"fibonacci", "average"} {
		s := open(t, name, coro.ShapeStateMachine)
		for line := range strings.Lines(commanded(t, s, "help")) {
			verb := strings.Fields(line)[0]
			switch verb {
			case "quit":
				continue
			case "send":
				verb = "send 1"
			case "throw":
				verb = "throw x"
			}
			commanded(t, s, verb)
		}
	}
}

func TestWhatIsNotUnderstood(t *testing.T) {
	for line, want := range map[string]string{
		"nxt":          `unknown command "nxt": did you mean "next"? there are next, send, throw, close, forward, back, run, state, help, quit`,
		"next 3":       `next stands alone, found "3" behind it`,
		"back two":     `back stands alone, found "two" behind it`,
		"send":         `average takes a number such as 3 or 2.5; found ""`,
		"throw":        `throw what? Expected a message behind it`,
		"send 1, 2":    `average takes a number such as 3 or 2.5; found "1, 2"`,
		"SEND 1":       `unknown command "SEND": did you mean "send"? there are next, send, throw, close, forward, back, run, state, help, quit`,
		"close please": `close stands alone, found "please" behind it`,

		// However long and strange it is, little of it is repeated.
		"\x00\xff" + strings.Repeat("ä", 1000): `unknown command "\x00\xff` + strings.Repeat("ä", 38) + `…": there are next, send, throw, close, forward, back, run, state, help, quit`,
		"next " + strings.Repeat("x", 41):      `next stands alone, found "` + strings.Repeat("x", 40) + `…" behind it`,
		"back " + strings.Repeat("x", 41):      `back stands alone, found "` + strings.Repeat("x", 40) + `…" behind it`,
		"send " + strings.Repeat("x", 41):      `average takes a number such as 3 or 2.5; found "` + strings.Repeat("x", 40) + `…"`,
	} {
		var out bytes.Buffer
		s := open(t, "average", coro.ShapeStateMachine)
		c, err := stepper.NewCommander(s, &out)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Command(line)
		if _, ok := errors.AsType[*stepper.UnknownError](err); !ok || err.Error() != want {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
		if n := len(s.History()); n != 1 {
			t.Errorf("%s: something was done", line)
		}
	}
}

// What cannot be written is told, whatever is done.
func TestWriteErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, line := range []string{"next", "forward", "back", "run", "state", "help", "send 1"} {
		s := open(t, "average", coro.ShapeStateMachine)
		w := &failing{}
		c, err := stepper.NewCommander(s, w)
		if err != nil {
			t.Fatal(err)
		}
		w.err = broken
		if _, err := c.Command(line); !errors.Is(err, broken) {
			t.Errorf("%s: %v, want %v", line, err, broken)
		}
	}
}

type failing struct{ err error }

func (f *failing) Write(b []byte) (int, error) { return len(b), f.err }

// All that there is to see is printed without what garbles a terminal.
func TestWholeIsClean(t *testing.T) {
	s := open(t, "fetch", coro.ShapeStateMachine)
	got := commanded(t, s, "next", `send ""`, "send \x1b[31mred\a\u200e", "throw \x1b]0;title\a", "state")
	if i := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && (r < ' ' || r == '\u200e') }); i >= 0 {
		t.Errorf("at %d: %q", i, got[max(0, i-20):min(len(got), i+20)])
	}
	if !strings.Contains(got, `\x1b[31mred\a\u200e`) {
		t.Errorf("what was sent is not seen in\n%s", got)
	}
}
