package demo

import (
	"bytes"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// printed returns what a Progress prints on a terminal so wide, or none, with
// another line in between, and the time left out.
func printed(width int) string {
	var out bytes.Buffer
	env := NewEnv(&out, time.Now())
	p := env.NewProgress(2)
	p.width = width
	p.Tell("1 of 5")
	p.Tell("2 of 5")
	p.Tell("3 of 5, which is a lot")
	env.Say("something else")
	p.Tell("4 of 5")
	p.Tell("5 of 5")
	p.Done()
	env.Print("the end")
	return regexp.MustCompile(` +\d+\.\dms  `).ReplaceAllString(out.String(), "TIME ")
}

func TestProgressInAPipe(t *testing.T) {
	want := "TIME 2 of 5\nTIME something else\nTIME 4 of 5\nTIME 5 of 5\nthe end\n"
	if diff := cmp.Diff(want, printed(0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProgressOnATerminal(t *testing.T) {
	clear := func(columns int) string { return "\r" + string(bytes.Repeat([]byte(" "), columns)) + "\r" }
	// Each line begins with 13 columns of time; 29 of 30 columns are used.
	want := "\rTIME 1 of 5\rTIME 2 of 5\rTIME 3 of 5, which is" + clear(29) + "TIME something else\n" +
		"\rTIME 4 of 5\rTIME 5 of 5" + clear(19) + "TIME 5 of 5\nthe end\n"
	if diff := cmp.Diff(want, printed(30)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
