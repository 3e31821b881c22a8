package timeline_test

// This file tests the texts for people: synthetic timelines against golden
// files. Run with -update to write them anew.

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const ms = time.Millisecond

// A script tells what a coroutine did: how long it ran, what it awaited, how
// long, and for how much of that it was ready already.
type script struct {
	name  string
	shape string
	at    time.Duration // when it was spawned
	steps []step
	end   string // outcome; empty if it has not ended
	why   string
}

type step struct {
	run   time.Duration
	on    string // empty at the end
	wait  time.Duration
	ready time.Duration
}

// play adds what the script tells to tl.
func (s script) play(tl *timeline.Timeline, l *timeline.Loop) *timeline.Coroutine {
	shape := s.shape
	if shape == "" {
		shape = protocol.ShapeMachine
	}
	c := &timeline.Coroutine{
		ID: uint64(len(tl.Coroutines) + 1), Name: s.name, Func: "main." + s.name, Shape: shape,
		Task: uint64(len(tl.Coroutines) + 10), Loop: l, Spawned: s.at, Status: timeline.Created,
	}
	t := s.at
	at := ""
	for i, st := range s.steps {
		c.Runs = append(c.Runs, timeline.Run{Span: timeline.Span{Start: t, End: t + st.run}, At: at})
		c.RunCount++
		c.Run += st.run
		c.Status = timeline.Running
		if l != nil && st.run > l.Longest.Took {
			l.Longest = timeline.Step{Who: c.Ref(), At: at, Start: t, Took: st.run}
		}
		t += st.run
		if st.on == "" {
			continue
		}
		at = fmt.Sprintf("%s.go:%d", s.name, 20+i)
		susp := timeline.Suspension{
			Span: timeline.Span{Start: t, End: t + st.wait}, On: "await " + st.on, State: i + 1, At: at, Ready: -1,
		}
		if st.ready > 0 {
			susp.Ready = t + st.wait - st.ready
		}
		c.Suspensions = append(c.Suspensions, susp)
		c.SuspensionCount++
		c.Suspended += st.wait
		c.Status = timeline.Suspended
		if st.wait > c.Longest {
			c.Longest, c.LongestOn, c.LongestAt = st.wait, susp.On, at
		}
		t += st.wait
	}
	if s.end != "" {
		c.Status, c.Ended, c.Outcome, c.Detail = timeline.Done, t, s.end, s.why
	}
	tl.Duration = max(tl.Duration, t)
	tl.Coroutines = append(tl.Coroutines, c)
	return c
}

// loopOf makes a loop.
func loopOf(tl *timeline.Timeline, name string) *timeline.Loop {
	l := &timeline.Loop{Name: name, ID: uint64(len(tl.Loops) + 1), Task: uint64(len(tl.Loops) + 1)}
	tl.Loops = append(tl.Loops, l)
	return l
}

// settle computes the loop's own figures from those of its coroutines.
func settle(tl *timeline.Timeline, l *timeline.Loop) {
	l.Running = []timeline.Span{{Start: 0, End: tl.Duration}}
	at := time.Duration(0)
	for {
		next, end := time.Duration(-1), time.Duration(0)
		for _, c := range tl.Coroutines {
			for _, r := range c.Runs {
				if c.Loop == l && r.Start >= at && (next < 0 || r.Start < next) {
					next, end = r.Start, r.End
				}
			}
		}
		if next < 0 {
			break
		}
		if next > at {
			l.Idles = append(l.Idles, timeline.Span{Start: at, End: next})
		}
		l.Busy += end - next
		l.Turns++
		at = end
	}
	if at < tl.Duration {
		l.Idles = append(l.Idles, timeline.Span{Start: at, End: tl.Duration})
	}
	l.Idle = tl.Duration - l.Busy
}

// bartender is one bartender for four guests.
func bartender() *timeline.Timeline {
	tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
	l := loopOf(tl, "bar")
	script{name: "ann", at: 0, steps: []step{
		{4 * ms, "sleep order", 60 * ms, 0}, {6 * ms, "lock shaker", 10 * ms, 0}, {5 * ms, "sleep shake", 150 * ms, 6 * ms}, {12 * ms, "", 0, 0},
	}, end: "returned"}.play(tl, l)
	script{name: "bob", at: 4 * ms, steps: []step{
		{4 * ms, "sleep order", 80 * ms, 0}, {6 * ms, "lock shaker", 155 * ms, 8 * ms}, {5 * ms, "sleep shake", 120 * ms, 0}, {9 * ms, "", 0, 0},
	}, end: "returned"}.play(tl, l)
	script{name: "carol", at: 8 * ms, steps: []step{
		{3 * ms, "sleep order", 40 * ms, 0}, {3 * ms, "lock oven", 2 * ms, 0}, {3 * ms, "sleep bake", 260 * ms, 0}, {2 * ms, "queue counter", 40 * ms, 10 * ms}, {5 * ms, "", 0, 0},
	}, end: "failed", why: "the pie is burned"}.play(tl, l)
	script{name: "dave-who-cannot-make-up-his-mind", at: 20 * ms, steps: []step{
		{3 * ms, "sleep order", 320 * ms, 0}, {1 * ms, "event last call", 60 * ms, 0},
	}}.play(tl, l)
	script{name: "door", shape: protocol.ShapePull, at: 0, steps: []step{
		{1 * ms, "resumer", 20 * ms, 0}, {1 * ms, "resumer", 200 * ms, 0}, {1 * ms, "resumer", 100 * ms, 0},
	}, end: "closed"}.play(tl, nil)
	settle(tl, l)
	return tl
}

func crowd(n int) *timeline.Timeline {
	tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
	l := loopOf(tl, "pool")
	for i := range n {
		name, end := "worker", "returned"
		if i%10 == 9 {
			name = "reader"
		}
		if i%25 == 24 {
			end = "canceled"
		}
		start := time.Duration(i) * 100 * time.Microsecond
		script{name: name, at: start, steps: []step{
			{20 * time.Microsecond, "sleep nap", time.Duration(10+i%7) * ms, 0}, {50 * time.Microsecond, "", 0, 0},
		}, end: end}.play(tl, l)
	}
	settle(tl, l)
	return tl
}

func quarrel() *timeline.Timeline {
	tl := bartender()
	k := loopOf(tl, "kitchen 厨房")
	script{name: "cook\x1b[31m", at: 100 * ms, steps: []step{
		{90 * ms, "goroutine main.bake", 150 * ms, 0}, {2 * ms, "turn", 1 * ms, 1 * ms}, {1 * ms, "", 0, 0},
	}, end: "panicked", why: "no\nflour"}.play(tl, k)
	settle(tl, k)
	tl.SlowSteps = 7
	tl.Slow = []timeline.SlowStep{{Loop: k, Step: k.Longest}, {Loop: k, Step: timeline.Step{Callback: "main.hog", Took: 120 * ms}}}
	tl.Notes = []string{
		"the clock is virtual",
		"more than 1000 lanes: worker#1001 and later ones have no row of their own in go tool trace; nothing is missing here",
	}
	tl.Lost = []string{"cut off after 12345 bytes: what happened after 1.2s is lost"}
	return tl
}

func empty() *timeline.Timeline {
	return &timeline.Timeline{Full: true, Duration: 3 * ms, Goroutines: []*timeline.Goroutine{{ID: 7, Func: "runtime.corostart"}}}
}

func TestText(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	makers := map[string]func() *timeline.Timeline{
		"bartender": bartender,
		"crowd":     func() *timeline.Timeline { return crowd(1000) },
		"quarrel":   quarrel,
		"empty":     empty,
	}
	for name := range makers {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name+".txtar")
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range a.Files {
				got := render(t, makers[name](), f.Name)
				if *update {
					a.Files[i].Data = []byte(got)
				} else if diff := cmp.Diff(string(f.Data), got); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s\nto accept: go test ./trace/timeline -run TestText -update", file, f.Name, diff)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// render returns the text that a golden section is named after, such as
// "timeline 80" or "summary 200 color". An escape is written as ^.
func render(t *testing.T, tl *timeline.Timeline, section string) string {
	t.Helper()
	var what, colors string
	var width int
	if n, _ := fmt.Sscan(section, &what, &width, &colors); n < 2 {
		t.Fatalf("section %q: want timeline or summary, width, and perhaps color", section)
	}
	write := timeline.WriteTimeline
	if what == "summary" {
		write = timeline.WriteSummary
	}
	var buf bytes.Buffer
	if err := write(&buf, tl, width, colors == "color"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(buf.String(), "\x1b") && colors == "" {
		t.Errorf("%s: escape sequence without color", section)
	}
	return strings.ReplaceAll(buf.String(), "\x1b", "^")
}

// No line is wider than the terminal, however narrow.
func TestTextWidth(t *testing.T) {
	for _, tl := range []*timeline.Timeline{bartender(), crowd(200), quarrel(), empty()} {
		for width := 40; width <= 220; width += 7 {
			for _, write := range []func(io.Writer, *timeline.Timeline, int, bool) error{timeline.WriteTimeline, timeline.WriteSummary} {
				var buf bytes.Buffer
				if err := write(&buf, tl, width, false); err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(buf.String()) {
					if n := timeline.Width(strings.TrimRight(line, "\n")); n > width {
						t.Errorf("width %d: a line of %d columns:\n%s", width, n, line)
					}
				}
			}
		}
	}
}

func drawn(t *testing.T, tl *timeline.Timeline) string {
	t.Helper()
	var buf bytes.Buffer
	if err := timeline.WriteTimeline(&buf, tl, 80, false); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// A lane that ran for a moment now and then looks suspended, and the legend
// has every cell that is drawn.
func TestMostlySuspended(t *testing.T) {
	tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
	var naps []step
	for range 1000 {
		naps = append(naps, step{2 * time.Microsecond, "sleep nap", 3 * ms, 0})
	}
	script{name: "drowsy", steps: naps}.play(tl, nil)
	got := drawn(t, tl)
	if strings.ContainsAny(got, "▎▌█") || strings.Count(got, "┴") < 50 || !strings.Contains(got, "┴ suspended but for a moment") {
		t.Errorf("it looks busy:\n%s", got)
	}

	tl = &timeline.Timeline{Full: true, Epochs: tl.Epochs}
	for i := range naps {
		naps[i].run = ms
	}
	script{name: "nervous", steps: naps}.play(tl, nil)
	if got := drawn(t, tl); !strings.Contains(got, "▌ runs half") || strings.Contains(got, "█ runs") {
		t.Errorf("the legend is not that of the cells:\n%s", got)
	}
	for i := range naps {
		naps[i].run = ms / 2
	}
	tl = &timeline.Timeline{Full: true, Epochs: tl.Epochs}
	script{name: "lazy", steps: naps}.play(tl, nil)
	if got := drawn(t, tl); !strings.Contains(got, "▎ runs a little") {
		t.Errorf("the legend does not name ▎:\n%s", got)
	}
}

// The name of the shared lane is whole.
func TestSharedLaneName(t *testing.T) {
	for _, width := range []int{40, 80} {
		var buf bytes.Buffer
		tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
		for i := range 2501 {
			script{name: "a", at: time.Duration(i), steps: []step{{ms, "", 0, 0}}, end: "returned"}.play(tl, nil)
		}
		if err := timeline.WriteTimeline(&buf, tl, width, false); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(buf.String(), "\n2,451 more  ") {
			t.Errorf("width %d:\n%s", width, &buf)
		}
	}
}

// Coroutines that follow one another are one at a time, however short they are
// beside a column.
func TestSharedLaneOfShortCoroutines(t *testing.T) {
	tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
	for i := range 2000 {
		script{name: "short", at: time.Duration(i) * 10 * time.Microsecond, steps: []step{{10 * time.Microsecond, "", 0, 0}}, end: "returned"}.play(tl, nil)
	}
	if got, want := drawn(t, tl), "(at most 1 at a time)"; !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}

// A coroutine that its loop has not resumed yet waits for its turn. One that
// stands alone waits for nobody's.
func TestNotResumedYet(t *testing.T) {
	for _, alone := range []bool{false, true} {
		tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
		l := loopOf(tl, "bar")
		script{name: "ann", steps: []step{{100 * ms, "", 0, 0}}, end: "returned"}.play(tl, l)
		if alone {
			l = nil
		}
		late := script{name: "late", steps: []step{{10 * ms, "", 0, 0}}, end: "returned"}.play(tl, l)
		late.Runs[0].Start, late.Runs[0].End, late.Ended = 80*ms, 90*ms, 90*ms
		if got := drawn(t, tl); strings.Contains(got, "waits for its turn") == alone {
			t.Errorf("stands alone: %v\n%s", alone, got)
		}
	}
}

func TestWriteTimelineOfTotals(t *testing.T) {
	if err := timeline.WriteTimeline(io.Discard, &timeline.Timeline{}, 80, false); err != timeline.ErrTotals {
		t.Errorf("got %v, want ErrTotals", err)
	}
}

func TestWriteError(t *testing.T) {
	full := errors.New("disk full")
	if err := timeline.WriteSummary(errWriter{full}, bartender(), 80, false); err != full {
		t.Errorf("WriteSummary: %v", err)
	}
	if err := timeline.WriteTimeline(errWriter{full}, bartender(), 80, false); err != full {
		t.Errorf("WriteTimeline: %v", err)
	}
}

type errWriter struct{ err error }

func (w errWriter) Write([]byte) (int, error) { return 0, w.err }
