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
	"regexp"
	"runtime/trace"
	"strconv"
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

// again makes n equal steps.
func again(n int, run time.Duration, on string, wait time.Duration) []step {
	steps := make([]step, n)
	for i := range steps {
		steps[i] = step{run, on, wait, 0}
	}
	return steps
}

// often is a loop whose coroutines are suspended more often than there are
// columns.
func often() *timeline.Timeline {
	const us = time.Microsecond
	tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
	l := loopOf(tl, "pool")
	script{name: "drowsy", steps: again(10_000, 2*us, "sleep nap", 298*us), end: "returned"}.play(tl, l)
	script{name: "nervous", steps: again(10_000, 150*us, "turn", 150*us)}.play(tl, l)
	script{name: "eager", steps: again(10_000, 250*us, "queue jobs", 50*us), end: "failed", why: "no more jobs"}.play(tl, l)
	// Two times a column and some, and less, and then once.
	script{name: "steady", steps: append(append(again(100, 2*ms, "sleep nap", 13*ms), again(10, 50*ms, "future order", 50*ms)...), step{0, "sleep long", 500 * ms, 0})}.play(tl, l)
	script{name: "beating", steps: again(400, 2700*us, "sleep nap", 4500*us), end: "returned"}.play(tl, l)
	script{name: "fickle", steps: append(again(1000, 2*us, "sleep nap", 998*us), again(1000, 2*us, "future order", 998*us)...), end: "canceled"}.play(tl, l)
	script{name: "brief", at: 1500 * ms, steps: again(30, 0, "sleep nap", ms), end: "returned"}.play(tl, l)
	l.Running, l.Busy, l.Idle = []timeline.Span{{Start: 0, End: tl.Duration}}, tl.Duration, 0 // it is overworked
	return tl
}

// kitchen is some cooks who hand stoves and a knife on to each other, on two
// loops that have things of the same name.
func kitchen() *timeline.Timeline {
	tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
	type wait struct {
		timeline.Waited
		loop *timeline.Loop
		on   protocol.Suspension
		line *timeline.Line
	}
	var all []*wait
	cook := func(l *timeline.Loop, name, on string, at, took time.Duration, by protocol.Ref, cause string) {
		c := script{name: name, at: at, steps: []step{{ms, on, took, 0}, {2 * ms, "", 0, 0}}, end: "returned"}.play(tl, l)
		s := &c.Suspensions[0]
		s.ReadyBy, s.Cause = by, cause
		w := &wait{Waited: timeline.Waited{Span: s.Span, Who: c.Ref(), By: by, GaveUp: cause == protocol.CauseCancel}, loop: l}
		w.on.Kind, w.on.Label, _ = strings.Cut(on, " ")
		if w.on.Kind == protocol.KindQueue {
			w.on.Detail = "empty"
		}
		all = append(all, w)
	}
	l, bar := loopOf(tl, "kitchen"), loopOf(tl, "bar")
	ann, bob := ref("ann", 1), ref("bob", 2)
	cook(l, "ann", "sleep chop", 0, 90*ms, nobody, "timer")
	cook(l, "bob", "lock knife", 2*ms, 92*ms, ann, "")
	cook(l, "cid", "lock knife", 4*ms, 200*ms, bob, "")
	cook(l, "dan", "lock knife", 5*ms, 100*ms, ann, "cancel")
	cook(l, "eve", "lock knife", 150*ms, 14*ms, ref("cid", 3), "")
	cook(l, "fay", "queue orders", 0, 260*ms, bob, "")
	cook(bar, "guy", "lock knife", 10*ms, 150*ms, ref("hal", 8), "")
	cook(bar, "hal", "future order", 10*ms, 150*ms, ann, "")
	for i := range 12 {
		cook(bar, "barkeeper", fmt.Sprintf("semaphore tap %d", i+1), 20*ms, time.Duration(i+1)*ms, ref("hal", 8), "")
	}
	settle(tl, l)
	settle(tl, bar)
	var tally timeline.Tally
	for t := range tl.Duration/ms + 1 {
		for _, w := range all {
			if w.End == t*ms && w.line != nil {
				w.line.End(&w.Waited)
			}
			if w.Start == t*ms {
				w.line = tally.Begin(w.loop, &w.on, w.Start, nil)
			}
		}
	}
	tl.Contentions = tally.Contentions()
	return tl
}

func empty() *timeline.Timeline {
	return &timeline.Timeline{Full: true, Duration: 3 * ms}
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
		"often":     often,
		"kitchen":   kitchen,
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
	for _, tl := range []*timeline.Timeline{bartender(), crowd(200), quarrel(), often(), kitchen(), empty()} {
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
	for _, c := range []struct {
		run, wait    time.Duration
		cells, never string
		legend       string
	}{
		{2 * time.Microsecond, 3 * ms, "┴", "▎▌█░▒▓", "┴ resumed for a moment"},
		{ms / 2, 3 * ms, "▎", "▌█░▒▓", "▎ runs a little"},
		{2 * ms, 2 * ms, "▌", "░▒▓", "▌ runs half"},
	} {
		tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
		script{name: "drowsy", steps: again(60, c.run, "sleep nap", c.wait)}.play(tl, nil)
		// It began, which is not to come back for a moment.
		got := strings.Replace(drawn(t, tl), "drowsy#1  ▎", "drowsy#1  ┴", 1)
		if strings.Count(got, c.cells) < 30 || strings.ContainsAny(got, c.never) || !strings.Contains(got, c.legend) {
			t.Errorf("runs for %v: want at least 30 of %s, none of %s, and %q:\n%s", c.run, c.cells, c.never, c.legend, got)
		}
	}
}

// What is between suspensions that share columns is a shade, their number
// stands in it, and the sum of such numbers is right.
func TestOften(t *testing.T) {
	for width := 60; width < 200; width += 3 {
		tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
		script{name: "busy", steps: append(append(
			again(1000, ms, "sleep nap", ms), step{ms, "lock oven", 1000 * ms, 0}), again(500, ms, "turn", ms)...), end: "returned"}.play(tl, nil)
		var buf bytes.Buffer
		if err := timeline.WriteTimeline(&buf, tl, width, false); err != nil {
			t.Fatal(err)
		}
		// The lock belongs to a column of naps, and not all turns have one of
		// their own.
		counts := regexp.MustCompile(`([0-9,]+)×( sleep nap| turn)?`).FindAllStringSubmatch(buf.String(), -1)
		sum := 0
		for _, c := range counts {
			n, err := strconv.Atoi(strings.ReplaceAll(c[1], ",", ""))
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		if len(counts) != 2 || sum < 1490 || sum > 1501 || !strings.Contains(buf.String(), "▒ resumed often, runs half") || strings.ContainsAny(buf.String(), "█▌▎") {
			t.Errorf("width %d: %d suspensions are counted, want two numbers, and nearly 1501:\n%s", width, sum, &buf)
		}
	}
}

// In a trace that was begun midway nobody waits for its turn before the loop
// has told of itself, however late that is.
func TestDrawnMidway(t *testing.T) {
	data := recordTimed(t, func(pass func(time.Duration)) {
		writeEpoch(1)
		other := beginLoop("early", 1)
		other.nextTurn(0, 0)
		pass(5 * ms)
		other.end()
		l := beginLoop("bar", 2)
		defer l.end()
		for i, name := range []string{"asleep", "new"} {
			ref := protocol.Ref{Name: name, ID: uint64(i + 1)}
			ctx, _ := trace.NewTask(l.ctx, "main."+name)
			logMessage(ctx, protocol.CatSnapshot, protocol.Spawn{Who: ref, Shape: protocol.ShapePull, Func: "main." + name})
			if name == "asleep" {
				pass(ms) // a busy machine may do something else between the two
				logMessage(ctx, protocol.CatSuspended, protocol.Suspension{Who: ref, Kind: "sleep", Label: "nap", State: protocol.NoState})
			}
		}
		pass(5 * ms)
	})
	got := drawn(t, read(t, data, timeline.Options{Full: true}))
	row := func(name string) string {
		line := regexp.MustCompile(`(?m)^` + name + ` .*$`).FindString(got)
		return strings.TrimPrefix(line, name)
	}
	begins := func(name string) int { return strings.IndexFunc(row(name), func(r rune) bool { return r != ' ' }) }
	bar := begins("loop bar  ")
	if bar <= begins("loop early") || begins("asleep#1  ") < bar || begins("new#2     ") < bar {
		t.Errorf("a coroutine is drawn before its loop:\n%s", got)
	}
	if strings.Contains(row("asleep#1"), "╌") || !strings.Contains(row("new#2"), "╌") {
		t.Errorf("want the new one to wait for its turn, and the other not:\n%s", got)
	}
}

// The time in which a loop was not observed is blank: nobody knows what its
// coroutines did.
func TestUnobserved(t *testing.T) {
	tl := &timeline.Timeline{Full: true, Epochs: []timeline.Epoch{{N: 1, Version: 1}}}
	l := loopOf(tl, "bar")
	asleep := script{name: "asleep", steps: []step{{ms, "sleep nap", 999 * ms, 0}}}.play(tl, l)
	script{name: "ready", steps: []step{{ms, "sleep nap", 999 * ms, 900 * ms}}}.play(tl, l)
	script{name: "new", steps: nil}.play(tl, l)
	settle(tl, l)
	if got := drawn(t, tl); strings.Count(got, "╌") < 100 || strings.Count(got, "─ sleep nap ─") != 1 {
		t.Errorf("observed all the time:\n%s", got)
	}
	l.Pages = []timeline.Page{
		{Span: timeline.Span{Start: 0, End: 250 * ms}},
		{Span: timeline.Span{Start: 250 * ms, End: 300 * ms}}, // nothing lies between these
		{Span: timeline.Span{Start: 500 * ms, End: 600 * ms}},
		{Span: timeline.Span{Start: 700 * ms, Open: true}},
	}
	l.Running, l.Idles = []timeline.Span{{Start: 0, End: 300 * ms}, {Start: 500 * ms, End: 600 * ms}, {Start: 700 * ms, End: 1000 * ms}}, nil
	// One that ran in the gap is suspended and ready all the same.
	asleep.Suspensions = append(asleep.Suspensions, timeline.Suspension{Span: timeline.Span{Start: 350 * ms, End: 450 * ms}, On: "await lock oven", Ready: -1})
	got := drawn(t, tl)
	blank := regexp.MustCompile(`\S {13,14}\S+ {6,7}\S`)
	for _, name := range []string{"loop bar", "asleep#1", "ready#2", "new#3"} {
		line := regexp.MustCompile(`(?m)^` + name + ` .*$`).FindString(got)
		if !blank.MatchString(line[len("loop bar"):]) {
			t.Errorf("%s: what was not observed is not blank:\n%s", name, got)
		}
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
