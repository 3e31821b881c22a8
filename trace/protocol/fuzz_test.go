package protocol_test

// This file holds what every message must fulfill, whatever is in it: it is
// read back as it was written, it fits, and nothing is allocated.

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"coroscope/trace/protocol"

	"github.com/google/go-cmp/cmp"
)

// whole checks that m comes back as it was written or, if it was too long,
// that it was cut to something that parses and that check agrees with.
func whole[M interface {
	comparable
	String() string
	Append([]byte) []byte
}](t *testing.T, m M, parse func(string) (M, bool), check func(M) bool) {
	t.Helper()
	s := m.String()
	if len(s) > protocol.MaxMessage {
		t.Fatalf("%d bytes: %q", len(s), s)
	}
	got, ok := parse(s)
	if !ok {
		t.Fatalf("%+v is written as %q, which does not parse", m, s)
	}
	if got != m && !(strings.Contains(s, "…") && check(got)) {
		t.Fatalf("%q (-want +got):\n%s", s, cmp.Diff(m, got))
	}
	if again := string(got.Append([]byte("x"))); again != "x"+s {
		t.Fatalf("read and written again: %q, want %q", again[1:], s)
	}
}

func FuzzRoundTrip(f *testing.F) {
	f.Add("fetch", uint64(3), "sleep", "dns", 2, "fetch.go", 41, "5ms", int64(5e6))
	f.Add("callback x", uint64(0), "a b", "", -1, "", -1, "(state 2)", int64(0))
	f.Add("a#1", uint64(1), "", "x (state 2)", 0, "a,b(c):d.go", 0, `"`, int64(-1))
	f.Add(" -> <-", uint64(1), "(", "\"q\"", -9, "state 1", 7, " by y#2", int64(1))
	f.Add(strings.Repeat("n", 2000), uint64(1), strings.Repeat("\x00", 600), strings.Repeat("ö", 1000), 1, strings.Repeat("\"", 700), 1, strings.Repeat("世", 900), int64(1))
	f.Fuzz(func(t *testing.T, name string, id uint64, kind, label string, state int, file string, line int, detail string, d int64) {
		who := protocol.Ref{Name: name, ID: id}
		by := protocol.Ref{Name: label, ID: id + 1}
		state, line = max(state, -1), max(line, 0)
		if file == "" {
			line = 0
		}
		sameID := func(r protocol.Ref) bool { return r.ID == id }

		whole(t, protocol.Spawn{Who: who, Shape: kind, Func: detail, File: file, Line: line, By: by}, protocol.ParseSpawn,
			func(m protocol.Spawn) bool { return sameID(m.Who) && m.By.ID == by.ID && m.Line == line })
		whole(t, protocol.Ready{Who: who, By: by, Cause: kind}, protocol.ParseReady,
			func(m protocol.Ready) bool { return sameID(m.Who) && m.By.ID == by.ID })
		whole(t, protocol.Ready{Who: who, Cause: kind}, protocol.ParseReady,
			func(m protocol.Ready) bool { return sameID(m.Who) && m.By.IsZero() })
		s := protocol.Suspension{Who: who, Kind: kind, Label: label, State: state, File: file, Line: line, Detail: detail}
		whole(t, s, protocol.ParseSuspension,
			func(m protocol.Suspension) bool { return sameID(m.Who) && m.State == state && m.Line == line })
		whole(t, protocol.Resume{Suspension: s}, protocol.ParseResume,
			func(m protocol.Resume) bool { return sameID(m.Who) && m.State == state && m.Line == line && !m.Start })
		start := protocol.Suspension{Who: who, State: protocol.NoState, File: file, Line: line, Detail: detail}
		whole(t, protocol.Resume{Suspension: start, Start: true}, protocol.ParseResume,
			func(m protocol.Resume) bool { return sameID(m.Who) && m.Start && m.Line == line })
		whole(t, protocol.End{Who: who, Outcome: kind, Detail: detail}, protocol.ParseEnd,
			func(m protocol.End) bool { return sameID(m.Who) })
		callback := kind
		if !who.IsZero() {
			callback = ""
		}
		whole(t, protocol.Timer{Who: who, Callback: callback, Op: label, After: time.Duration(d)}, protocol.ParseTimer,
			func(m protocol.Timer) bool { return sameID(m.Who) && m.After == time.Duration(d) })
		whole(t, protocol.Frame{Who: who, K: state + 1, N: line, Slot: label, Value: detail}, protocol.ParseFrame,
			func(m protocol.Frame) bool { return sameID(m.Who) && m.K == state+1 && m.N == line })
		whole(t, protocol.Turn{N: id, Ready: line, Timers: state + 1}, protocol.ParseTurn, nil)
		whole(t, protocol.Slow{Who: who, Callback: callback, Took: time.Duration(d), File: file, Line: line}, protocol.ParseSlow,
			func(m protocol.Slow) bool { return sameID(m.Who) && m.Took == time.Duration(d) })
		whole(t, protocol.Epoch{Version: line, N: id}, protocol.ParseEpoch, nil)
		whole(t, protocol.Loop{Who: who, Unobserved: line%2 > 0}, protocol.ParseLoop, func(m protocol.Loop) bool { return sameID(m.Who) })
		whole(t, protocol.Limit{What: kind, Max: line, From: who}, protocol.ParseLimit,
			func(m protocol.Limit) bool { return sameID(m.From) && m.Max == line })
		whole(t, protocol.Note{Text: detail}, protocol.ParseNote, func(protocol.Note) bool { return true })
	})
}

// Whatever parses is written and parsed again to the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"guest#2 pull main.guest (bar.go:31) by door#1",
		"guest#2 -> await lock oven (state 2, bar.go:44) third",
		`guest#2 <- await lock "" since 3ms`,
		"guest#2 <- start (bar.go:1) x",
		"guest#2 failed: boom",
		"guest#2 by baker#5 (cancel)",
		"callback main.tick set 5ms",
		"guest#2 1/3 x=y",
		"turn 1: 2 ready, 3 timers",
		"guest#2 held the loop for 12ms (resumed at fetch.go:41)",
		"limit lanes 1000: guest#2 and later ones have logs only",
		"guest#2 -> await lock oven (state 2, fet",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		again(t, s, protocol.ParseSpawn)
		again(t, s, protocol.ParseReady)
		again(t, s, protocol.ParseSuspension)
		again(t, s, protocol.ParseResume)
		again(t, s, protocol.ParseEnd)
		again(t, s, protocol.ParseTimer)
		again(t, s, protocol.ParseFrame)
		again(t, s, protocol.ParseTurn)
		again(t, s, protocol.ParseSlow)
		again(t, s, protocol.ParseEpoch)
		again(t, s, protocol.ParseLoop)
		again(t, s, protocol.ParseLimit)
		again(t, s, protocol.ParseNote)
	})
}

func again[M interface {
	comparable
	String() string
}](t *testing.T, s string, parse func(string) (M, bool)) {
	t.Helper()
	m, ok := parse(s)
	if !ok {
		return
	}
	w := m.String()
	got, ok := parse(w)
	if !ok {
		t.Fatalf("%q parses as %+v, is written as %q, and that does not parse", s, m, w)
	}
	if got != m && !strings.Contains(w, "…") {
		t.Fatalf("%q, written again %q (-first +second):\n%s", s, w, cmp.Diff(m, got))
	}
}

func TestCutDetailFirst(t *testing.T) {
	m := protocol.Suspension{Who: guest, Kind: "lock", Label: "oven", State: 2, File: "fetch.go", Line: 41, Detail: strings.Repeat("ä", 1000)}
	s := m.String()
	got, ok := protocol.ParseSuspension(s)
	if !ok || len(s) > protocol.MaxMessage || len(s) < protocol.MaxMessage-4 {
		t.Fatalf("%d bytes, parses: %v", len(s), ok)
	}
	if !utf8.ValidString(s) || !strings.HasSuffix(got.Detail, "ä…") {
		t.Errorf("detail ends in %q", got.Detail[len(got.Detail)-8:])
	}
	m.Detail = got.Detail
	if diff := cmp.Diff(m, got); diff != "" {
		t.Errorf("more than the detail was cut (-want +got):\n%s", diff)
	}
}

func TestCutLabelThenName(t *testing.T) {
	m := protocol.Suspension{
		Who: protocol.Ref{Name: strings.Repeat("n", 900), ID: 7}, Kind: "lock", Label: strings.Repeat("l", 900),
		State: 2, File: "fetch.go", Line: 41, Detail: "gone",
	}
	got, ok := protocol.ParseSuspension(m.String())
	if !ok || got.Who.ID != 7 || got.Line != 41 || got.File != "fetch.go" {
		t.Fatalf("%+v, %v", got, ok)
	}
	if len(got.Label) > 100 || len(got.Who.Name) != 900 {
		t.Errorf("label %d bytes, name %d bytes; want the label cut and the name whole", len(got.Label), len(got.Who.Name))
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, protocol.MaxMessage)
	s := protocol.Suspension{Who: guest, Kind: "lock", Label: "oven", State: 2, File: "fetch.go", Line: 41, Detail: "x"}
	if n := testing.AllocsPerRun(100, func() {
		buf = s.Append(buf[:0])
		buf = protocol.Resume{Suspension: s}.Append(buf[:0])
		buf = protocol.Ready{Who: guest, By: baker}.Append(buf[:0])
		buf = protocol.Timer{Who: guest, Op: protocol.TimerSet, After: time.Millisecond}.Append(buf[:0])
		buf = protocol.Frame{Who: guest, K: 1, N: 1, Slot: "x", Value: "1"}.Append(buf[:0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	msg := s.String()
	if n := testing.AllocsPerRun(100, func() { protocol.ParseSuspension(msg) }); n != 0 {
		t.Errorf("ParseSuspension: %v allocations", n)
	}
}

func BenchmarkAppendSuspension(b *testing.B) {
	buf := make([]byte, 0, protocol.MaxMessage)
	s := protocol.Suspension{Who: guest, Kind: "lock", Label: "oven", State: 2, File: "fetch.go", Line: 41}
	b.ReportAllocs()
	for b.Loop() {
		buf = s.Append(buf[:0])
	}
}

func BenchmarkParseSuspension(b *testing.B) {
	msg := "guest#2 -> await lock oven (state 2, fetch.go:41)"
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := protocol.ParseSuspension(msg); !ok {
			b.Fatal("does not parse")
		}
	}
}
