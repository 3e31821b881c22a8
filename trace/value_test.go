package trace_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"coroscope/coro"
	cotrace "coroscope/trace"
)

type tree struct {
	left, right *tree
	value       int
}

type suit int

func (s suit) String() string { return [...]string{"clubs", "hearts"}[s] }

type locked struct {
	mu sync.Mutex
	n  int
}

func (l *locked) String() string {
	l.mu.Lock() // held by the test, for good
	return fmt.Sprint(l.n)
}

type badError struct{}

func (badError) Error() string { panic("no") }

func TestValues(t *testing.T) {
	ring := &tree{value: 1}
	ring.left, ring.right = ring, nil
	held := &locked{n: 3}
	held.mu.Lock()
	var nilTree *tree
	var nilError *badError
	many := make([]int, 100)
	for _, c := range []struct {
		value any
		want  string
	}{
		{nil, "nil"},
		{1, "1"},
		{uint8(200), "200"},
		{true, "true"},
		{1.5, "1.5"},
		{2i, "(0+2i)"},
		{"a\nb", `"a\nb"`},
		{1500 * time.Millisecond, "1.5s"},
		{suit(1), "hearts"},
		{suit(7), "(panic while it was written)"},
		{coro.OnLock, "lock"},
		{[]byte("ab\x00"), `"ab\x00"`},
		{[]int{1, 2}, "[1 2]"},
		{[]int(nil), "[]"},
		{[2]bool{true, false}, "[true false]"},
		{many, "[0 0 0 0 0 0 0 0 … (len 100)]"},
		{map[string]int{"a": 1}, "map[string]int(len 1)"},
		{make(chan int, 2), "chan int(len 0)"},
		{func() {}, "func()"},
		{errors.New("boom"), "boom"},
		{badError{}, "(panic while it was written)"},
		{nilTree, "nil"},
		{nilError, "nil"},
		{tree{value: 2}, "trace_test.tree{left:nil right:nil value:2}"},
		{&tree{value: 2, left: &tree{}}, "&trace_test.tree{left:&trace_test.tree{left:nil right:nil value:0} right:nil value:2}"},
		{ring, "&trace_test.tree{left:&trace_test.tree{left:&trace_test.tree{left:*trace_test.tree right:nil value:1} right:nil value:1} right:nil value:1}"},
		{new(int), "*int"},
		{held, "&trace_test.locked{mu:sync.Mutex n:3}"},
		{struct{ V any }{suit(1)}, "struct{V:hearts}"},
		{coro.Pair[int, string]{Key: 1, Value: "x"}, `coro.Pair{Key:1 Value:"x"}`},
	} {
		if got := cotrace.ValueText(c.value); got != c.want {
			t.Errorf("%T: %s, want %s", c.value, got, c.want)
		}
	}
}

// TestValuesAreBounded writes large values.
func TestValuesAreBounded(t *testing.T) {
	deep := any(1)
	for range 1000 {
		deep = []any{deep, deep}
	}
	long := strings.Repeat("é", 1000)
	for _, v := range []any{deep, long, []string{long, long}, errors.New(long), [][]string{{long}}, make([][100][100]int, 1000)} {
		got := cotrace.ValueText(v)
		if len(got) > 200 {
			t.Errorf("%T: %d bytes", v, len(got))
		}
		if !utf8.ValidString(got) {
			t.Errorf("%T: not valid UTF-8: %q", v, got)
		}
	}
}
