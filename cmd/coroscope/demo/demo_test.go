package demo

// This file tests how wide what a demo says is.

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"coroscope/coro"

	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	word := strings.Repeat("é", 48)
	for _, c := range []struct {
		text   string
		indent int
		want   string
	}{
		{"", 0, ""},
		{"  short,  as it is ", 4, "  short,  as it is "},
		{word + " " + word + " é", 0, word + " " + word + " é"}, // just a hundred
		{word + " " + word + "  é x", 2, word + " " + word + "  é\n  x"},
		{word + " " + word + "  éé x", 2, word + " " + word + "\n  éé x"},
		{"  " + word + " " + word + " " + word + " " + word, 2, "  " + word + " " + word + "\n  " + word + " " + word},
		{strings.Repeat(word, 3) + " x", 0, strings.Repeat(word, 3) + " x"}, // it cannot be helped
		{word + " " + word + "     ", 0, word + " " + word + "     "},
	} {
		if diff := cmp.Diff(c.want, Wrap(c.text, c.indent)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

// What a demo says is not too wide, be it of a long name.
func TestNothingIsTooWide(t *testing.T) {
	var b bytes.Buffer
	env := NewEnv(&b, time.Now())
	env.Title("%s", strings.Repeat("word ", 30))
	env.Say("%s", strings.Repeat("word ", 30))
	env.slowStep(coro.SlowStep{
		Callback: "tell",
		Took:     150501127 * time.Nanosecond,
		From:     coro.Place{File: "a.go", Line: 100},
		At:       coro.Place{File: "a.go", Line: 129},
	})
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 5 {
		t.Errorf("%d lines, want two, two and one:\n%s", len(lines), &b)
	}
	for _, l := range lines {
		if len(l) > 100 {
			t.Errorf("%d characters: %q", len(l), l)
		}
	}
	if last := lines[len(lines)-1]; !strings.HasSuffix(last, "callback tell held the loop for 150.5ms, from a.go:100, to a.go:129") {
		t.Errorf("the slow step is said to be %q", last)
	}
}
