package explorer

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const ms = time.Millisecond

// kitchen is a cook who waits for the stove that a baker has, and a timer: all
// that the answers can have.
func kitchen() *timeline.Timeline {
	l := &timeline.Loop{
		Name: "kitchen", ID: 1, Turns: 3, Busy: 30 * ms, Idle: 70 * ms,
		Longest: timeline.Step{Who: protocol.Ref{Name: "baker", ID: 2}, At: "baker.go:12", Start: 40 * ms, Took: 20 * ms},
		Running: []timeline.Span{{Start: 0, End: 100 * ms}},
		Idles:   []timeline.Span{{Start: 10 * ms, End: 40 * ms}, {Start: 60 * ms, End: 100 * ms}},
		TurnLog: []timeline.Turn{{T: 0, N: 1, Ready: 2}, {T: 40 * ms, N: 2, Ready: 1}, {T: 55 * ms, N: 3, Ready: 1}},
	}
	cook := &timeline.Coroutine{
		ID: 1, Name: "cook", Func: "main.cook", Shape: protocol.ShapePull, Loop: l, Made: "main.go:7", Spawned: 1 * ms,
		Status: timeline.Done, Ended: 60 * ms, Outcome: protocol.OutcomeFailed, Detail: "burned",
		RunCount: 2, SuspensionCount: 1, FrameCount: 3,
		Runs: []timeline.Run{
			{Span: timeline.Span{Start: 2 * ms, End: 5 * ms}},
			{Span: timeline.Span{Start: 55 * ms, End: 60 * ms}, At: "cook.go:9"},
		},
		Suspensions: []timeline.Suspension{{
			Span: timeline.Span{Start: 5 * ms, End: 55 * ms}, On: "await lock stove", State: protocol.NoState, At: "cook.go:9",
			Detail: "1st in line", Ready: 50 * ms, ReadyBy: protocol.Ref{Name: "baker", ID: 2},
		}},
		Frames: []timeline.FrameValue{{T: 5 * ms, Slot: "pan", Value: `"hot"`}},
	}
	baker := &timeline.Coroutine{
		ID: 2, Name: "baker", Func: "main.baker", Shape: protocol.ShapePull, Parent: 1, Loop: l, Made: "main.go:8", Spawned: 3 * ms,
		Status: timeline.Suspended, RunCount: 2, SuspensionCount: 2,
		Runs: []timeline.Run{
			{Span: timeline.Span{Start: 6 * ms, End: 10 * ms}},
			{Span: timeline.Span{Start: 40 * ms, End: 55 * ms}, At: "baker.go:12"},
		},
		Suspensions: []timeline.Suspension{
			{Span: timeline.Span{Start: 10 * ms, End: 40 * ms}, On: "await sleep bake", State: protocol.NoState, At: "baker.go:12", Detail: "30ms", Ready: 39 * ms, Cause: "timer"},
			{Span: timeline.Span{Start: 55 * ms, End: 100 * ms, Open: true}, On: "await task cook", State: protocol.NoState, At: "baker.go:20", Detail: "cook#1", Ready: -1},
		},
	}
	return &timeline.Timeline{
		Duration: 100 * ms, Full: true, Loops: []*timeline.Loop{l}, Coroutines: []*timeline.Coroutine{cook, baker},
		Notes: []string{"a remark"}, Lost: []string{"a sentence"},
	}
}

// The JSON of each answer stands in a file.
func TestGoldens(t *testing.T) {
	tr := New("kitchen.trace", kitchen(), nil)
	numbers := func(by string) Numbers {
		n, err := tr.Numbers(by)
		if err != nil {
			t.Fatal(err)
		}
		n.Loops = nil // the same in all
		return n
	}
	f, err := ParseFilter("STOVE >10ms")
	if err != nil {
		t.Fatal(err)
	}
	machine, ok := tr.Machine("c1")
	if !ok {
		t.Fatal("cook has no diagram")
	}
	for name, answer := range map[string]any{
		"overview":       tr.Overview(),
		"window":         tr.Window(View{To: 100 * ms, Pixels: 500, Rows: 10}),
		"window-group":   tr.Window(View{To: 100 * ms, Pixels: 8, Rows: 10, Group: true, Open: map[string]bool{"fmain.cook": true}}),
		"moment-waiting": tr.Moment(20*ms, "c1"),
		"moment-ready":   tr.Moment(52*ms, "c1"),
		"moment-ended":   tr.Moment(60*ms, "c1"),
		"moment-end":     tr.Moment(100*ms, "c2"),
		"moment-loop":    tr.Moment(45*ms, "l0"),
		"step":           []Step{tr.Step(0, false, "c1"), tr.Step(2*ms, false, "c1"), tr.Step(5*ms, true, ""), tr.Step(60*ms, false, "")},
		"by-coroutine":   numbers(ByCoroutine),
		"by-function":    numbers(ByFunction),
		"by-awaited":     numbers(ByAwaited),
		"search":         tr.Search(f),
		"machine":        machine,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := json.MarshalIndent(answer, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			file := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(file, got, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("(-want +got; go test ./cmd/coroscope/internal/explorer -update rewrites):\n%s", diff)
			}
		})
	}
}

// random is a timeline of random coroutines: their runs and suspensions follow
// each other at once or with gaps, and some have no length.
func random(seed uint64, coroutines, suspensions int) *timeline.Timeline {
	r := rand.New(rand.NewPCG(seed, 1))
	tl := &timeline.Timeline{Full: true}
	for id := range coroutines {
		c := &timeline.Coroutine{ID: uint64(id + 1), Name: "c", Func: fmt.Sprintf("main.f%d", id%3), Shape: protocol.ShapePull, Spawned: time.Duration(r.IntN(1000))}
		at := c.Spawned + time.Duration(r.IntN(50))
		for range suspensions {
			run := timeline.Run{Span: timeline.Span{Start: at, End: at + time.Duration(r.IntN(40))}}
			at = run.End
			s := timeline.Suspension{
				Span: timeline.Span{Start: at, End: at + time.Duration(r.IntN(1<<r.IntN(14)))},
				On:   []string{"await sleep a", "await lock b", "await queue c"}[r.IntN(3)], State: protocol.NoState, At: "f.go:1", Ready: -1,
			}
			at = s.End + time.Duration(r.IntN(2)*r.IntN(20))
			c.Runs, c.Suspensions = append(c.Runs, run), append(c.Suspensions, s)
		}
		c.RunCount, c.SuspensionCount = len(c.Runs), len(c.Suspensions)
		c.Status, c.Ended, c.Outcome = timeline.Done, at, protocol.OutcomeReturned
		tl.Duration = max(tl.Duration, at)
		tl.Coroutines = append(tl.Coroutines, c)
	}
	return tl
}

// Whatever is looked at, each item in it is in one piece, a wide one has its own,
// each suspension is counted once, and there are not more pieces than there is room for.
func TestCut(t *testing.T) {
	for seed := range uint64(30) {
		tr := New("random", random(seed, 2, 400), nil)
		r := rand.New(rand.NewPCG(seed, 2))
		for range 30 {
			from := time.Duration(r.Int64N(int64(tr.end)))
			to := from + 1 + time.Duration(r.Int64N(int64(tr.end)))
			pixels := 1 + r.IntN(500)
			least := max(narrow*(to-from)/time.Duration(pixels), 1)
			c := tr.coroutines[r.IntN(2)]
			segments := cut(c, from, to, pixels)
			if room := 2*pixels/narrow + 4; len(segments) > room {
				t.Fatalf("seed %d: %d pieces in %d pixels, there is room for %d", seed, len(segments), pixels, room)
			}
			counted, want := 0, 0
			for i, s := range segments {
				if i > 0 && s.Start < segments[i-1].End {
					t.Fatalf("seed %d: piece %d begins at %d, before the one before it ends at %d", seed, i, s.Start, segments[i-1].End)
				}
				switch s.Kind {
				case KindMany:
					counted += s.Count
					if s.Ran < 0 || s.Ran > 1 {
						t.Fatalf("seed %d: it ran for %v of the time", seed, s.Ran)
					}
				case KindSuspended:
					counted++
				}
			}
			for i := range c.order {
				span := c.span(i)
				if span.End <= from || span.Start >= to {
					continue
				}
				k := slices.IndexFunc(segments, func(s Segment) bool { return s.Start <= int64(span.Start) && int64(span.End) <= s.End })
				if k < 0 {
					t.Fatalf("seed %d: the item from %d to %d is in no piece of %d to %d at %d pixels", seed, span.Start, span.End, from, to, pixels)
				}
				if span.Len() >= least && (segments[k].Start != int64(span.Start) || segments[k].End != int64(span.End)) {
					t.Fatalf("seed %d: the item from %d to %d is wide, and not drawn by itself", seed, span.Start, span.End)
				}
			}
			last := int64(0)
			if n := len(segments); n > 0 {
				last = segments[n-1].End
			}
			for i := range c.order {
				if span := c.span(i); c.run(i) == nil && int64(span.Start) >= firstStart(segments) && int64(span.End) <= last {
					want++
				}
			}
			if counted > want+2 || counted < want-2 { // items without length may stand at the edges
				t.Fatalf("seed %d: %d suspensions are counted, there are %d", seed, counted, want)
			}
		}
	}
}

func firstStart(segments []Segment) int64 {
	if len(segments) == 0 {
		return 0
	}
	return segments[0].Start
}

// Steps go through each instant at which something happens, once, and back the
// same way.
func TestSteps(t *testing.T) {
	for seed := range uint64(20) {
		tr := New("random", random(seed, 3, 40), nil)
		for _, key := range []string{"", "c2"} {
			instants := make(map[time.Duration]bool)
			for _, c := range tr.coroutines {
				if key != "" && c.row.key != key {
					continue
				}
				instants[c.Spawned], instants[c.Ended] = true, true
				for i := range c.order {
					instants[c.span(i).Start] = true
				}
			}
			var want []time.Duration
			for at := range instants {
				want = append(want, at)
			}
			slices.Sort(want)
			var forward, back []time.Duration
			for s := tr.Step(-1, false, key); s.Found; s = tr.Step(time.Duration(s.AtNS), false, key) {
				forward = append(forward, time.Duration(s.AtNS))
				if len(s.Events) == 0 {
					t.Fatalf("seed %d: at %d nothing happens", seed, s.AtNS)
				}
			}
			for s := tr.Step(tr.end+1, true, key); s.Found; s = tr.Step(time.Duration(s.AtNS), true, key) {
				back = append(back, time.Duration(s.AtNS))
			}
			slices.Reverse(back)
			if diff := cmp.Diff(want, forward); diff != "" {
				t.Errorf("seed %d, key %q: forward (-want +got):\n%s", seed, key, diff)
			}
			if diff := cmp.Diff(want, back); diff != "" {
				t.Errorf("seed %d, key %q: back (-want +got):\n%s", seed, key, diff)
			}
		}
	}
}

// At each instant the counts are those of going through everything.
func TestMoments(t *testing.T) {
	for seed := range uint64(10) {
		tr := New("random", random(seed, 4, 60), nil)
		r := rand.New(rand.NewPCG(seed, 3))
		for range 200 {
			at := time.Duration(r.Int64N(int64(tr.end)))
			var want Counts
			for _, c := range tr.coroutines {
				in := func(s timeline.Span) bool { return s.Start <= at && at < s.End }
				switch {
				case slices.ContainsFunc(c.Runs, func(r timeline.Run) bool { return in(r.Span) }):
					want.Running++
				case slices.ContainsFunc(c.Suspensions, func(s timeline.Suspension) bool { return in(s.Span) }):
					want.Suspended++
				case at >= c.Ended:
					want.Ended++
				case at >= c.Spawned && at < c.Runs[0].Start:
					want.Ready++
				case at >= c.Spawned:
					want.Unknown++
				}
			}
			got := tr.Moment(at, "").Counts
			want.Timers = got.Timers // those here do not say how long they are
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, at %d (-want +got):\n%s", seed, at, diff)
			}
		}
	}
}

// A circle of those who wait for each other is told, and told once.
func TestWaitCircle(t *testing.T) {
	suspended := func(id uint64, on string) *timeline.Coroutine {
		return &timeline.Coroutine{
			ID: id, Name: "c", Status: timeline.Suspended, SuspensionCount: 1,
			Suspensions: []timeline.Suspension{{Span: timeline.Span{End: 10, Open: true}, On: "await task c", Detail: on, Ready: -1, State: protocol.NoState}},
		}
	}
	tr := New("circle", &timeline.Timeline{Full: true, Duration: 10, Coroutines: []*timeline.Coroutine{suspended(1, "c#2"), suspended(2, "c#1"), suspended(3, "c#1"), suspended(4, "c#4")}}, nil)
	var got []string
	for _, w := range tr.Moment(5, "").Tree {
		line := strings.Repeat("  ", w.Depth) + w.Who
		if w.Again {
			line += " again"
		}
		got = append(got, line)
	}
	want := []string{"c#3", "  c#1", "    c#2", "      c#1 again", "c#4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever is seen is drawn: a box for each place, an arrow for each pair that
// followed each other, whichever came first.
func TestObservedMachines(t *testing.T) {
	for seed := range uint64(20) {
		tl := random(seed, 6, 1+int(seed%5))
		r := rand.New(rand.NewPCG(seed, 4))
		for _, c := range tl.Coroutines {
			c.Func = "main.f"
			c.Older = r.IntN(3) == 0
			c.Outcome = []string{protocol.OutcomeReturned, protocol.OutcomeFailed}[r.IntN(2)]
			for i := range c.Suspensions {
				c.Suspensions[i].At = fmt.Sprintf("f.go:%d", r.IntN(3))
			}
		}
		states, edges := map[string]bool{"start": true}, make(map[string]bool)
		for _, c := range tl.Coroutines {
			before := "start"
			if c.Older {
				before = ""
			}
			to := func(name string) {
				states[name] = true
				if before != "" {
					edges[before+" to "+name] = true
				}
				before = name
			}
			for _, s := range c.Suspensions {
				to(s.On + s.At)
			}
			to(c.Outcome)
		}
		d, _ := New("random", tl, nil).Machine("c1")
		if got := strings.Count(d.SVG, `class="state"`); got != len(states) || got != len(d.States) {
			t.Errorf("seed %d: %d boxes for %d states, want %d", seed, got, len(d.States), len(states))
		}
		if got := strings.Count(d.SVG, `class="edge"`); got != len(edges) {
			t.Errorf("seed %d: %d arrows, want %d", seed, got, len(edges))
		}
	}
}

func TestParseFilterRefuses(t *testing.T) {
	for _, text := range []string{">", ">fast", "<-1s", "a >1"} {
		if _, err := ParseFilter(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// What the trace calls a place is looked for by its base name, beneath the folder
// that was named, and nowhere else.
func TestSource(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("../secret.go", "package secret\n")
	write("cook.go", "package other\n\nfunc cook() {}\n")
	write("kitchen/cook.go", "package main\n\nfunc cook() {\n\treturn \"</script>\" // end\n}\n")
	write("notes.txt", "notes\n")
	tr := New("kitchen.trace", kitchen(), NewSources(root, time.Time{}))
	for place, want := range map[string]string{
		"":                       "The trace does not say where.",
		"../secret.go:1":         "The trace names no Go file.",
		root + "/../secret.go:1": "The trace names no Go file.",
		`..\secret.go:1`:         "",
		"notes.txt:1":            "The trace names no Go file.",
		"secret.go:1":            "There is no secret.go",
		":1":                     "The trace names no Go file.",
	} {
		if s := tr.Source("c1", place); s.Lines != nil || !strings.HasPrefix(s.Why, want) {
			t.Errorf("%q: %+v, want %q", place, s, want)
		}
	}
	got := tr.Source("c1", "cook.go:4")
	want := Source{File: "cook.go", Path: filepath.Join(root, "kitchen", "cook.go"), Line: 4, Lines: [][]Fragment{
		{{"keyword", "package"}, {"", " main"}}, {}, {{"keyword", "func"}, {"", " cook() {"}},
		{{"", "\t"}, {"keyword", "return"}, {"", " "}, {"string", `"</script>"`}, {"", " "}, {"comment", "// end"}}, {{"", "}"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each suspension takes less than 500 bytes.
func TestMemory(t *testing.T) {
	const coroutines, each = 100, 2000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	tr := New("random", random(1, coroutines, each), nil)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if took := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / (coroutines * each); took >= 500 {
		t.Errorf("%d bytes a suspension", took)
	}
	runtime.KeepAlive(tr)
}
