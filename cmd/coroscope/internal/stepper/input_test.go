package stepper_test

// This file tests what can be sent.

import (
	"strings"
	"testing"

	"coroscope/cmd/coroscope/internal/stepper"
	"coroscope/coro"
	"coroscope/statemachine/specimen"

	"github.com/google/go-cmp/cmp"
)

func TestWhatCanBeSent(t *testing.T) {
	for _, test := range []struct{ specimen, text, want string }{
		{"average", "2.5", "send 2.5"},
		{"average", "-1e3", "send -1000"},
		{"parser", "12", "send 12"},
		{"parser", "(", "send '('"},
		{"parser", "';'", "send ';'"},
		{"tokenizer", "7", "send '7'"},
		{"tokenizer", "12+3", "send '1', send '2', send '+', send '3'"},
		{"tokenizer", "' '", "send ' '"},
		{"tokenizer", `"1 2"`, "send '1', send ' ', send '2'"},
		{"tokenizer", `x12`, "send 'x'"}, // it ends there
		{"fetch", "hello, world", `send "hello, world"`},
		{"fetch", `""`, `send ""`},
		{"fetch", `"a\nb"`, `send "a\nb"`},
	} {
		s := open(t, test.specimen, coro.ShapeStateMachine)
		do(t, s, "next", "")
		do(t, s, "send", test.text)
		var did []string
		for _, e := range stepper.Now(s).Log[1:] {
			did = append(did, e.Did)
		}
		if got := strings.Join(did, ", "); got != test.want {
			t.Errorf("%s, send %s: did %s, want %s", test.specimen, test.text, got, test.want)
		}
	}
}

func TestWhatCannotBeSent(t *testing.T) {
	for _, test := range []struct{ specimen, text, want string }{
		{"fibonacci", "3", "fibonacci takes no values: next resumes it"},
		{"average", "three", `average takes a number such as 3 or 2.5; found "three"`},
		{"average", "", `average takes a number such as 3 or 2.5; found ""`},
		{"parser", "x", `parser takes a token: a number, or one of + - * / ( ) ; .; found "x"`},
		{"parser", "-1", `parser takes a token: a number, or one of + - * / ( ) ; .; found "-1"`},
		{"tokenizer", "é", `tokenizer takes characters, such as 7 or 12+3; or ' '; found "é"`},
		{"fetch", `"a`, `fetch takes a text, such as hello; "" is the empty one; found "\"a"`},
	} {
		s := open(t, test.specimen, coro.ShapeStateMachine)
		do(t, s, "next", "")
		if err := s.Do("send", test.text); err == nil || err.Error() != test.want {
			t.Errorf("%s, send %s: %v, want %s", test.specimen, test.text, err, test.want)
		}
		if n := len(s.History()); n != 2 {
			t.Errorf("%s, send %s: something was done, there are %d snapshots", test.specimen, test.text, n)
		}
	}
	s := open(t, "average", coro.ShapePull)
	if err := s.Do("throw", ""); err == nil {
		t.Error("an error without a message was thrown")
	}
	if err := s.Do("jump", ""); err == nil {
		t.Error("it jumped")
	}
}

// A specimen is said to take values if and only if its input has any: what has
// none takes an empty struct.
func TestWhoTakesValues(t *testing.T) {
	var takes []string
	for _, sp := range specimen.All() {
		if sp.OnLoop {
			continue
		}
		raw := sp.New(coro.ShapeStateMachine)
		raw.Next()
		_, _, err := raw.Send(struct{}{})
		raw.Close()
		s := stepper.NewCoroutine(sp, coro.ShapeStateMachine)
		says := false
		for _, v := range s.Verbs() {
			says = says || v.Name == "send"
		}
		s.Close()
		if says != (err != nil) {
			t.Errorf("%s: there is a send: %t; sent an empty struct: %v", sp.Name, says, err)
		}
		if says {
			takes = append(takes, sp.Name)
		}
	}
	if diff := cmp.Diff([]string{"average", "parser", "tokenizer", "fetch"}, takes); diff != "" {
		t.Errorf("who takes values (-want +got):\n%s", diff)
	}
}
