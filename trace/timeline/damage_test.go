package timeline_test

// This file tests traces that are truncated, damaged, empty, or no traces.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime/trace"
	"slices"
	"strings"
	"testing"
	"time"

	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// generations records a coroutine that is suspended in each of n generations
// of the trace, which has one more for its end.
func generations(tb testing.TB, n int) []byte {
	for range 100 {
		data := generationsOf(tb, n, func() {})
		if len(timeline.GenerationEnds(data)) == n+1 {
			return data
		}
		// It took more than a second, after which the runtime ends one by itself.
	}
	tb.Fatalf("no trace of %d generations and one for its end", n)
	return nil
}

// generationsOf records a coroutine that is suspended in each of n generations
// at least, and calls f in each.
func generationsOf(tb testing.TB, n int, f func()) []byte {
	// A flight recorder that is asked for its window ends a generation.
	fr := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	if err := fr.Start(); err != nil {
		tb.Skip(err)
	}
	defer fr.Stop()
	return record(tb, func() {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		c := spawn(l.ctx, "guest", 1, nobody)
		c.start()
		for i := range n {
			if i > 0 {
				if _, err := fr.WriteTo(io.Discard); err != nil {
					tb.Fatal(err)
				}
			}
			c.suspend("turn", fmt.Sprint("in generation ", i), 1, i)
			f()
			c.resume()
		}
		c.end("returned", "")
	})
}

// ends returns the offsets at which the generations of a trace end.
func ends(tb testing.TB, data []byte, n int) []int {
	tb.Helper()
	found := timeline.GenerationEnds(data)
	if len(found) < n || found[len(found)-1] != len(data) {
		tb.Fatalf("generations end at %v of %d bytes, want %d of them", found, len(data), n)
	}
	return found
}

// on returns what guest was suspended on.
func on(tl *timeline.Timeline) []string {
	var out []string
	for _, c := range tl.Coroutines {
		for _, s := range c.Suspensions {
			out = append(out, s.On)
		}
	}
	return out
}

func TestWholeGenerations(t *testing.T) {
	tl := read(t, generations(t, 3), timeline.Options{Full: true})
	want := []string{"await turn in generation 0", "await turn in generation 1", "await turn in generation 2"}
	if diff := cmp.Diff(want, on(tl)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(tl.Lost) != 0 {
		t.Errorf("lost: %q", tl.Lost)
	}
}

func TestNotATrace(t *testing.T) {
	for _, c := range []struct {
		data string
		want error
	}{
		{"", timeline.ErrEmpty},
		{"x", timeline.ErrNotTrace},
		{"go 1.26", timeline.ErrNotTrace},
		{strings.Repeat("not a trace\n", 100), timeline.ErrNotTrace},
		{"go 1.99 trace\x00\x00\x00", timeline.ErrUnsupported},
	} {
		if _, err := timeline.Read(strings.NewReader(c.data), timeline.Options{}); !errors.Is(err, c.want) {
			t.Errorf("Read(%.20q): %v, want %v", c.data, err, c.want)
		}
		if _, err := timeline.Events(strings.NewReader(c.data), nil); !errors.Is(err, c.want) {
			t.Errorf("Events(%.20q): %v, want %v", c.data, err, c.want)
		}
		if ok, err := timeline.Identify(strings.NewReader(c.data)); ok || !errors.Is(err, c.want) {
			t.Errorf("Identify(%.20q): %v, %v, want %v", c.data, ok, err, c.want)
		}
	}
}

func TestHeaderOnly(t *testing.T) {
	tl := read(t, []byte("go 1.26 trace\x00\x00\x00"), timeline.Options{})
	if diff := cmp.Diff([]string{"cut off after its header: there is nothing in it"}, tl.Lost); diff != "" {
		t.Errorf("lost (-want +got):\n%s", diff)
	}
}

// A reader that fails is not the trace's fault.
func TestReaderFails(t *testing.T) {
	broken := errors.New("disk on fire")
	data := bar(t)
	for _, n := range []int{0, 5, 100, len(data)} {
		r := io.MultiReader(bytes.NewReader(data[:n]), errReader{broken})
		if _, err := timeline.Read(r, timeline.Options{}); err != broken {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestCutOff(t *testing.T) {
	data := generations(t, 3)
	end := ends(t, data, 3)

	// In the third generation: those before it are whole.
	tl := read(t, data[:end[1]+100], timeline.Options{Full: true})
	if diff := cmp.Diff([]string{"await turn in generation 0", "await turn in generation 1"}, on(tl)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(tl.Lost) != 1 || !strings.HasPrefix(tl.Lost[0], "cut off after ") || !strings.Contains(tl.Lost[0], " is lost") {
		t.Errorf("lost: %q", tl.Lost)
	}

	// In the first one: what its tables would explain is lost with them.
	tl = read(t, data[:end[0]/2], timeline.Options{Full: true})
	if len(on(tl)) > 1 || len(tl.Lost) != 1 || !strings.HasPrefix(tl.Lost[0], "cut off after ") {
		t.Errorf("suspensions %q, lost: %q", on(tl), tl.Lost)
	}

	// In its first batch.
	tl = read(t, data[:20], timeline.Options{Full: true})
	want := []string{"cut off after 20 bytes, within its first second or so: nothing of it can be read"}
	if diff := cmp.Diff(want, tl.Lost); diff != "" {
		t.Errorf("lost (-want +got):\n%s", diff)
	}

	// Only the last byte is missing: all is there, and yet the end is not.
	tl = read(t, data[:len(data)-1], timeline.Options{Full: true})
	if len(on(tl)) != 3 || len(tl.Lost) != 1 {
		t.Errorf("suspensions %q, lost %q", on(tl), tl.Lost)
	}
}

// What is left of a batch is not searched for batches in vain: the addresses
// of its stacks are no clock.
func TestCutOffInStacks(t *testing.T) {
	data := append([]byte("go 1.26 trace\x00\x00\x00"), 1, 1, 7)
	data = binary.AppendUvarint(data, 141162503708) // the clock
	data = binary.AppendUvarint(data, 4000)         // the size, of which little follows
	for range 3 {
		data = append(data, 1, 2, 50) // function, file, line
		data = binary.AppendUvarint(data, 0x4779ed)
		data = append(data, 0)
	}
	data = append(data, 9)
	if err := timeline.FirstBatch(data); err != io.EOF {
		t.Errorf("the only batch, which is cut off: %v, want io.EOF", err)
	}
}

// Wherever a trace is cut off, its events are the first of the whole one.
func TestCutOffAnywhere(t *testing.T) {
	data := generations(t, 2)
	all := lines(t, data)
	end := ends(t, data, 2)
	for n := 16; n < len(data); n += 1 + len(data)/199 {
		if slices.Contains(end, n) {
			continue // this cannot be told from a whole trace
		}
		got := lines(t, data[:n])
		events := got[:len(got)-1]
		if last := got[len(got)-1]; !strings.HasPrefix(last, "lost: cut off") {
			t.Fatalf("after %d of %d bytes: %q", n, len(data), got)
		}
		if diff := cmp.Diff(all[:len(events)], events); diff != "" && len(events) > 0 {
			t.Fatalf("after %d of %d bytes (-whole +cut):\n%s", n, len(data), diff)
		}
	}
}

func TestDamagedGeneration(t *testing.T) {
	data := generations(t, 3)
	end := ends(t, data, 3)
	from, to := end[0], end[1]
	for name, damage := range map[string]func([]byte){
		"zeros":        func(b []byte) { clear(b[20:]) },
		"frame":        func(b []byte) { b[0] = 99 },
		"hole":         func(b []byte) { copy(b[len(b)/4:], b[len(b)/2:]) },
		"noise at end": func(b []byte) { copy(b[len(b)-300:], bytes.Repeat([]byte("noise!"), 50)) },
	} {
		bad := bytes.Clone(data)
		damage(bad[from:to])
		tl := read(t, bad, timeline.Options{Full: true})
		got := on(tl)
		if len(got) < 2 || got[0] != "await turn in generation 0" || got[len(got)-1] != "await turn in generation 2" {
			t.Errorf("%s: suspensions %q, lost %q", name, got, tl.Lost)
		}
		if len(tl.Lost) == 0 || !strings.HasPrefix(tl.Lost[0], "damaged between ") && !strings.HasPrefix(tl.Lost[0], "damaged at ") {
			t.Errorf("%s: lost %q", name, tl.Lost)
		}
	}
}

// What is lost is said with as many digits as it takes, or without times.
func TestTimesOfLoss(t *testing.T) {
	for _, c := range []struct {
		a, b         time.Duration
		wantA, wantB string
	}{
		{0, 1500 * time.Microsecond, "0", "1.5ms"},
		{2001 * time.Millisecond, 2003*time.Millisecond + 4567, "2.001s", "2.003s"},
		{2 * time.Second, 2*time.Second + 3, "2s", "2.000000003s"},
		{time.Hour, time.Hour, "1h0m0s", "1h0m0s"},
	} {
		if a, b := timeline.Apart(c.a, c.b); a != c.wantA || b != c.wantB {
			t.Errorf("%v and %v: %s and %s, want %s and %s", c.a, c.b, a, b, c.wantA, c.wantB)
		}
	}

	data := generations(t, 3)
	end := ends(t, data, 3)
	clear(data[20:end[0]])
	tl := read(t, data, timeline.Options{})
	if len(tl.Lost) == 0 || !strings.HasPrefix(tl.Lost[0], "damaged at its beginning (") {
		t.Errorf("lost: %q", tl.Lost)
	}
}

// A generation that is missing altogether leaves a coroutine that goes on
// from a suspension which nobody saw.
func TestMissingGeneration(t *testing.T) {
	data := generations(t, 3)
	end := ends(t, data, 3)
	bad := append(bytes.Clone(data[:end[0]]), data[end[1]:]...)
	tl := read(t, bad, timeline.Options{Full: true})
	got := on(tl)
	if len(got) < 2 || got[0] != "await turn in generation 0" || got[len(got)-1] != "await turn in generation 2" {
		t.Errorf("suspensions %q, lost %q", got, tl.Lost)
	}
	if len(tl.Lost) != 1 || !strings.Contains(tl.Lost[0], "a generation is missing") {
		t.Errorf("lost: %q", tl.Lost)
	}
}

// check reads data in every way. Nothing may panic, and what is found must be
// consistent.
func check(t *testing.T, data []byte) {
	t.Helper()
	var last int64
	if _, err := timeline.Events(bytes.NewReader(data), func(e timeline.Event) error {
		if int64(e.T) < last {
			t.Errorf("%v %v at %v, after an event at %d", e.Kind, e.Coroutine, e.T, last)
		}
		last = int64(e.T)
		return nil
	}); err != nil && !isTraceError(err) {
		t.Errorf("Events: %v", err)
	}
	if _, err := timeline.Identify(bytes.NewReader(data)); err != nil && !isTraceError(err) {
		t.Errorf("Identify: %v", err)
	}
	tl, err := timeline.Read(bytes.NewReader(data), timeline.Options{Full: true, Goroutines: true})
	if err != nil {
		if !isTraceError(err) {
			t.Errorf("Read: %v", err)
		}
		return
	}
	for _, c := range tl.Coroutines {
		if len(c.Runs) != c.RunCount || len(c.Suspensions) != c.SuspensionCount {
			t.Errorf("%v: %d runs of %d, %d suspensions of %d", c, len(c.Runs), c.RunCount, len(c.Suspensions), c.SuspensionCount)
		}
		for _, s := range c.Suspensions {
			if s.Len() < 0 || s.End > tl.Duration {
				t.Errorf("%v: suspension %+v of a trace of %v", c, s, tl.Duration)
			}
		}
		for _, r := range c.Runs {
			if r.Len() < 0 || r.End > tl.Duration {
				t.Errorf("%v: run %+v of a trace of %v", c, r, tl.Duration)
			}
		}
	}
	for _, l := range tl.Loops {
		if l.Busy < 0 || l.Idle < 0 || l.Utilization() > 1 {
			t.Errorf("loop %q: busy %v, idle %v", l.Name, l.Busy, l.Idle)
		}
	}
	for _, p := range tl.Pulls {
		if p.Run < 0 || p.Suspended < 0 || p.Created > p.Ended || p.Ended > tl.Duration {
			t.Errorf("coroutine of iter.Pull: %+v in a trace of %v", p, tl.Duration)
		}
		for _, r := range p.Runs {
			if r.Len() < 0 || r.End > tl.Duration {
				t.Errorf("goroutine %d: run %+v of a trace of %v", p.Goroutine, r, tl.Duration)
			}
		}
	}
	for _, g := range tl.Goroutines {
		for _, w := range g.Blocked() {
			if w.Total < 0 || w.Longest > w.Total {
				t.Errorf("goroutine %d: %+v", g.ID, w)
			}
		}
	}
	for _, w := range []int{0, 20, 80, 200} {
		if err := timeline.WriteGoroutines(io.Discard, tl, w, true); err != nil {
			t.Error(err)
		}
		if err := timeline.WriteTimeline(io.Discard, tl, w, true); err != nil {
			t.Error(err)
		}
		if err := timeline.WriteSummary(io.Discard, tl, w, true); err != nil {
			t.Error(err)
		}
	}
}

func isTraceError(err error) bool {
	return errors.Is(err, timeline.ErrEmpty) || errors.Is(err, timeline.ErrNotTrace) || errors.Is(err, timeline.ErrUnsupported)
}

// Real traces with bytes changed, removed and doubled at random.
func TestMutated(t *testing.T) {
	seeds := append(recorded(t), bar(t), generations(t, 3))
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	for i := range rounds {
		rng := rand.New(rand.NewPCG(1, uint64(i)))
		check(t, mutate(rng, bytes.Clone(seeds[i%len(seeds)])))
		if t.Failed() {
			t.Fatalf("round %d", i)
		}
	}
}

func mutate(rng *rand.Rand, data []byte) []byte {
	for range 1 + rng.IntN(4) {
		at := 16 + rng.IntN(len(data)-16)
		n := min(1+rng.IntN(64), len(data)-at)
		switch rng.IntN(4) {
		case 0:
			data[at] = byte(rng.Uint32())
		case 1:
			data[at] ^= 1 << rng.IntN(8)
		case 2:
			data = append(data[:at], data[at+n:]...)
		case 3:
			data = append(data[:at+n], data[at:]...)
		}
	}
	return data
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("go 1.26 trace\x00\x00\x00"))
	f.Add([]byte("go 1.21 trace\x00\x00\x00"))
	f.Add([]byte("go 1.24 trace\x00\x00\x00\x01\x01\x01\x01\x01\x08"))
	f.Add(bar(f))
	f.Add(generations(f, 2))
	for _, data := range recorded(f) {
		f.Add(data)
	}
	f.Fuzz(check)
}
