package timeline_test

// This file tests what is kept of a generation of which a part is missing.

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// Types of batches.
const (
	stacksBatch  = 2
	stringsBatch = 4
	clockBatch   = 50
)

// batch returns where the data of a trace's last batch of a type begins and
// ends.
func batch(tb testing.TB, data []byte, typ byte) (from, to int) {
	tb.Helper()
	for _, b := range timeline.Batches(data) {
		if data[b[0]] == typ {
			from, to = b[0], b[1]
		}
	}
	if to == 0 {
		tb.Fatalf("no batch of type %d", typ)
	}
	return from, to
}

// The mender knows of each event how long it is, and to what it refers.
func TestEventsAreKnown(t *testing.T) {
	for _, data := range append(recorded(t), bar(t), generations(t, 2)) {
		if err := timeline.MendWhole(data); err != nil {
			t.Error(err)
		}
	}
}

// The tables come last. While the logs are there, so is every event.
func TestCutInTables(t *testing.T) {
	data := generations(t, 1)
	data = data[:ends(t, data, 1)[0]]
	all := lines(t, data)
	_, end := batch(t, data, stringsBatch)
	for cut := end - 1; cut > end-200; cut-- {
		got := lines(t, data[:cut])
		if diff := cmp.Diff(all, got[:len(got)-1]); diff != "" {
			t.Fatalf("%d bytes are missing (-whole +cut):\n%s", len(data)-cut, diff)
		}
		if last := got[len(got)-1]; !regexp.MustCompile(`^lost: cut off after \d+ bytes: .* is lost, as well as \d+ stacks?$`).MatchString(last) {
			t.Fatalf("%d bytes are missing: %q", len(data)-cut, last)
		}
	}
}

// Without a table, what happened is known but for names and places, and a trace
// that is cut off says so.
func TestNoTables(t *testing.T) {
	lost := regexp.MustCompile(`^cut off after \d+ bytes: what happened after .+ is lost, as well as (the logs after .+, )?(some events, )?\d+ names? and \d+ stacks$`)
	for _, table := range []byte{stacksBatch, stringsBatch} {
		for i, data := range recorded(t) {
			from, _ := batch(t, data, table)
			whole := read(t, data, timeline.Options{Full: true, Goroutines: true})
			tl := read(t, data[:from], timeline.Options{Full: true, Goroutines: true})
			// Which goroutine is a Pull's is not always known without its stack.
			got, want := len(tl.Goroutines)+len(tl.Pulls), len(whole.Goroutines)+len(whole.Pulls)
			if got != want || tl.Duration != whole.Duration {
				t.Errorf("trace %d without table %d: %d goroutines and %v, want %d and %v", i, table, got, tl.Duration, want, whole.Duration)
			}
			if len(tl.Lost) != 1 || !lost.MatchString(tl.Lost[0]) {
				t.Errorf("trace %d without table %d: lost %q", i, table, tl.Lost)
			}
		}
	}
}

// A damaged log is one log less, and not the end of all.
func TestDamagedText(t *testing.T) {
	data := generations(t, 1)
	all := lines(t, data)
	i := bytes.Index(data, []byte("guest#1 -> await turn in generation 0"))
	for _, damage := range []func(entry []byte){
		func(b []byte) { b[0] = 0 },       // its type
		func(b []byte) { b[1] = 1 },       // its id: that of another one
		func(b []byte) { b[2] ^= 7 },      // its length
		func(b []byte) { b[2] = 0xff },    // its length: much more than there is
		func(b []byte) { clear(b[1:40]) }, // itself
	} {
		bad := bytes.Clone(data)
		damage(bad[i-3:])
		got := lines(t, bad)
		events := slices.DeleteFunc(slices.Clone(got), func(l string) bool { return strings.HasPrefix(l, "lost: ") })
		if missing := len(all) - len(events); missing < 0 || missing > 2 {
			t.Errorf("%d events of %d:\n%s", len(events), len(all), strings.Join(got, "\n"))
		}
		if !slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, "lost: damaged") }) {
			t.Errorf("nothing is said to be lost:\n%s", strings.Join(got, "\n"))
		}
	}
}

// The clock's batch is the first one, and that of the generation before tells
// as much.
func TestNoClock(t *testing.T) {
	data := generations(t, 2)
	whole := read(t, data, timeline.Options{Full: true})
	from, to := batch(t, data, clockBatch)
	bad := bytes.Clone(data)
	clear(bad[from:to])
	tl := read(t, bad, timeline.Options{Full: true})
	if diff := cmp.Diff(on(whole), on(tl)); diff != "" || tl.Duration != whole.Duration {
		t.Errorf("%v of %v, suspensions (-whole +damaged):\n%s", tl.Duration, whole.Duration, diff)
	}
	if len(tl.Lost) != 1 || !strings.HasSuffix(tl.Lost[0], ": nothing is known to be lost") {
		t.Errorf("lost: %q", tl.Lost)
	}

	end := ends(t, data, 2)
	bad = slices.Delete(data, 16, end[len(end)-2])
	from, to = batch(t, bad, clockBatch)
	clear(bad[from:to])
	tl = read(t, bad, timeline.Options{Full: true})
	if len(tl.Lost) == 0 || !strings.HasSuffix(tl.Lost[0], "which lost how long a second is") {
		t.Errorf("lost: %q", tl.Lost)
	}
}

// Where logs are missing, what is known of coroutines ends, and what is known of
// goroutines does not.
func TestLogsEndBeforeGoroutines(t *testing.T) {
	data := generations(t, 1)
	data = data[:ends(t, data, 1)[0]]
	whole := read(t, data, timeline.Options{Full: true, Goroutines: true})
	cut := bytes.Index(data, []byte("guest#1 -> await turn"))
	tl := read(t, data[:cut], timeline.Options{Full: true, Goroutines: true})
	if tl.Duration != whole.Duration || len(tl.Goroutines) != len(whole.Goroutines) {
		t.Errorf("%v and %d goroutines, want %v and %d", tl.Duration, len(tl.Goroutines), whole.Duration, len(whole.Goroutines))
	}
	if n := len(tl.Coroutines); n != 1 {
		t.Fatalf("%d coroutines", n)
	}
	c, w := tl.Coroutines[0], whole.Coroutines[0]
	if got, first := c.Runs[len(c.Runs)-1], w.Runs[0]; len(c.Suspensions) != 0 || !got.Open || got.End > first.End {
		t.Errorf("its last run is %+v, want it to end before %v", got, first.End)
	}
	if len(tl.Lost) != 1 || !strings.Contains(tl.Lost[0], "the logs after ") {
		t.Errorf("lost: %q", tl.Lost)
	}
}

// What is left of a thread whose events are missing has no meaning: the others'
// are kept as far as they do not need it, and so is the next generation.
func TestDamagedEvents(t *testing.T) {
	data := generations(t, 3)
	for i, b := range timeline.Batches(data) {
		bad := bytes.Clone(data)
		bad[b[0]] = 200 // no event is of this type
		tl := read(t, bad, timeline.Options{Full: true})
		if len(tl.Lost) == 0 {
			t.Errorf("batch %d: nothing is said to be lost", i)
		}
		if n := len(on(tl)); n < 2 {
			t.Errorf("batch %d: %d suspensions of 3, lost: %q", i, n, tl.Lost)
		}
	}
}
