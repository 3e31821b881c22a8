package export

// This file tests what holds for both formats.

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"coroscope/trace/timeline"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func written(t *testing.T, f Format, tl *timeline.Timeline) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, tl); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The golden file has the drawing that the Chrome file is decoded into, and the
// file; TestFormatsAgree holds the other format to it.
func TestGolden(t *testing.T) {
	const file = "testdata/small.txtar"
	archive := &txtar.Archive{Comment: []byte("What is drawn of the timeline small in timelines_test.go, and the Chrome file.\n")}
	chrome := written(t, Formats[0], small())
	archive.Files = []txtar.File{
		{Name: "drawing", Data: []byte(decodeChrome(t, chrome).String())},
		{Name: "chrome", Data: chrome},
	}
	got := txtar.Format(archive)
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go test ./cmd/coroscope/internal/export -update if this is as it should be (-want +got):\n%s", diff)
	}
}

// Both formats have the same in them, but that what is open has no end in
// Perfetto's.
func TestFormatsAgree(t *testing.T) {
	for name, tl := range timelines(t) {
		t.Run(name, func(t *testing.T) {
			chrome := decodeChrome(t, written(t, Formats[0], tl))
			perfetto := decodePerfetto(t, written(t, Formats[1], tl))
			for i := range chrome.Slices {
				if s := &chrome.Slices[i]; s.Args["open"] != "" {
					s.End = -1
				}
			}
			if diff := gocmp.Diff(chrome, perfetto); diff != "" {
				t.Errorf("(-chrome +perfetto):\n%s", diff)
			}
		})
	}
}

// Each run and each suspension of each coroutine is on its track exactly once,
// in its life, as long as it was.
func TestHasEverySuspension(t *testing.T) {
	for name, tl := range timelines(t) {
		for _, f := range Formats {
			t.Run(name+"/"+f.Name, func(t *testing.T) {
				d := decoders[f.Name](t, written(t, f, tl))
				for _, c := range tl.Coroutines {
					track := trackOf(tl, c)
					lives := d.of(track, "life")
					if len(lives) != 1 {
						t.Fatalf("%s: %d lives, want one: %v", track, len(lives), lives)
					}
					life := lives[0]
					var want []string
					for _, s := range c.Suspensions {
						want = append(want, mark(life.Path+" > "+s.On, s.Span))
					}
					if diff := gocmp.Diff(want, marks(d.of(track, "await"))); diff != "" {
						t.Errorf("%s: suspensions (-want +got):\n%s", track, diff)
					}
					want = nil
					for _, r := range c.Runs {
						want = append(want, mark(life.Path+" > run", r.Span))
					}
					if diff := gocmp.Diff(want, marks(d.of(track, "run"))); diff != "" {
						t.Errorf("%s: runs (-want +got):\n%s", track, diff)
					}
					want = nil
					for _, s := range c.Suspensions {
						if s.Ready >= 0 {
							by := s.Cause
							if !s.ReadyBy.IsZero() {
								by = s.ReadyBy.String()
							}
							start := max(s.Ready, s.Start)
							want = append(want, mark(life.Path+" > "+s.On+" > ready by "+by, timeline.Span{Start: start, End: s.End, Open: s.Open}))
						}
					}
					if diff := gocmp.Diff(want, marks(d.of(track, "ready"))); diff != "" {
						t.Errorf("%s: ready (-want +got):\n%s", track, diff)
					}
				}
			})
		}
	}
}

// mark returns what tells a slice from others.
func mark(path string, s timeline.Span) string {
	if s.Open {
		return fmt.Sprintf("%s %v and open", path, max(s.Start, 0))
	}
	return fmt.Sprintf("%s %v to %v", path, max(s.Start, 0), s.End)
}

func marks(ds []drawn) []string {
	var all []string
	for _, d := range ds {
		all = append(all, mark(d.Path, timeline.Span{Start: d.Start, End: d.End, Open: d.Args["open"] != ""}))
	}
	return all
}

func trackOf(tl *timeline.Timeline, c *timeline.Coroutine) string {
	switch {
	case c.Loop == nil:
		return "coroutines / " + c.String()
	case len(tl.Loops) > 1:
		return fmt.Sprintf("loop %s#%d / %s", c.Loop.Name, c.Loop.ID, c)
	}
	return "loop " + c.Loop.Name + " / " + c.String()
}

// An arrow leads from who made a coroutine to its life, and from who made it
// ready to the run in which it goes on.
func TestArrows(t *testing.T) {
	for name, tl := range timelines(t) {
		for _, f := range Formats {
			t.Run(name+"/"+f.Name, func(t *testing.T) {
				byID := make(map[uint64]*timeline.Coroutine)
				for _, c := range tl.Coroutines {
					byID[c.ID] = c
				}
				var want []string
				for _, c := range tl.Coroutines {
					if by := byID[c.Parent]; by != nil && !c.Older {
						want = append(want, fmt.Sprintf("%s: spawn %v -> %s: life %v", trackOf(tl, by), c.Spawned, trackOf(tl, c), c.Spawned))
					}
					for _, s := range c.Suspensions {
						by := byID[s.ReadyBy.ID]
						goesOn := slices.ContainsFunc(c.Runs, func(r timeline.Run) bool { return r.Start == s.End })
						if s.Ready >= 0 && by != nil && by != c && goesOn {
							want = append(want, fmt.Sprintf("%s: ready %v -> %s: run %v", trackOf(tl, by), s.Ready, trackOf(tl, c), s.End))
						}
					}
				}
				if len(want) == 0 {
					t.Fatal("nobody made anybody ready in this timeline")
				}
				got := decoders[f.Name](t, written(t, f, tl)).Arrows
				slices.Sort(want)
				slices.Sort(got)
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// The loop's track has each of its runs and idle times, and whom it ran.
func TestLoopTrack(t *testing.T) {
	for name, tl := range timelines(t) {
		for _, f := range Formats {
			t.Run(name+"/"+f.Name, func(t *testing.T) {
				d := decoders[f.Name](t, written(t, f, tl))
				l := tl.Loops[0]
				track := "loop bar / loop bar"
				if len(tl.Loops) > 1 {
					track = "loop bar#1 / loop bar#1"
				}
				loop := strings.Split(track, " / ")[1]
				var running, idles, steps []string
				for _, s := range l.Running {
					running = append(running, mark(loop, s))
				}
				for _, s := range l.Idles {
					idles = append(idles, mark(loop+" > idle", s))
				}
				var runs []drawn
				for _, c := range tl.Coroutines {
					for _, r := range c.Runs {
						path := c.String()
						if r.Start < l.Running[len(l.Running)-1].End { // it is not one that is closed with the loop
							path = fmt.Sprintf("%s > busy > turn %d > %s", loop, turnAt(l, r.Start), c)
						}
						if c.Loop == l {
							runs = append(runs, drawn{Path: path, Start: r.Start, End: r.End})
						}
					}
				}
				slices.SortStableFunc(runs, func(a, b drawn) int { return cmp.Compare(a.Start, b.Start) })
				steps = marks(runs)
				if got := len(d.of(track, "turn")); got != l.Turns || got == 0 {
					t.Errorf("%d turns, want %d", got, l.Turns)
				}
				for cat, want := range map[string][]string{"loop": running, "idle": idles, "step": steps} {
					if diff := gocmp.Diff(want, marks(d.of(track, cat))); diff != "" {
						t.Errorf("%s (-want +got):\n%s", cat, diff)
					}
				}
				for _, s := range d.of(track, "busy") {
					for _, i := range l.Idles {
						if s.Start < i.End && i.Start < s.End {
							t.Errorf("busy from %v to %v, idle from %v to %v", s.Start, s.End, i.Start, i.End)
						}
					}
				}
			})
		}
	}
}

// turnAt returns which turn it was at an instant.
func turnAt(l *timeline.Loop, at time.Duration) uint64 {
	n := uint64(0)
	for _, turn := range l.TurnLog {
		if turn.T <= at {
			n = turn.N
		}
	}
	return n
}

// Damaged traces give timelines that do not fit together. What is written nests
// all the same, and has each suspension.
func TestNonsense(t *testing.T) {
	for seed := range uint64(200) {
		tl := nonsense(rand.New(rand.NewPCG(seed, 0)))
		for _, f := range Formats {
			d := decoders[f.Name](t, written(t, f, tl))
			for _, c := range tl.Coroutines {
				if got := len(d.of(trackOf(tl, c), "await")); got != len(c.Suspensions) {
					t.Errorf("seed %d, %s: %s: %d suspensions, want %d", seed, f.Name, c, got, len(c.Suspensions))
				}
			}
		}
		if t.Failed() {
			t.Fatalf("see them with -run 'TestNonsense$'; the first bad seed is %d", seed)
		}
	}
}

func TestIdentify(t *testing.T) {
	for _, f := range Formats {
		got, err := Identify(bytes.NewReader(written(t, f, small())))
		if err != nil || got == nil || got.Name != f.Name {
			t.Errorf("%s was taken for %v, %v", f.Name, got, err)
		}
	}
	for _, text := range []string{"", "{", `{"traceEvents":[]}`, chromeSignature[:20], "dear diary"} {
		if got, err := Identify(strings.NewReader(text)); got != nil || err != nil {
			t.Errorf("%q was taken for %v, %v", text, got, err)
		}
	}
	bad := errors.New("bad disk")
	if _, err := Identify(io.MultiReader(strings.NewReader("{"), failing{bad})); err != bad {
		t.Errorf("error %v, want %v", err, bad)
	}
}

func TestErrors(t *testing.T) {
	bad := errors.New("disk full")
	for _, f := range Formats {
		if err := f.Write(failing{bad}, small()); err != bad {
			t.Errorf("%s: error %v, want %v", f.Name, err, bad)
		}
		if err := f.Write(io.Discard, &timeline.Timeline{}); err != timeline.ErrTotals {
			t.Errorf("%s: error %v, want %v", f.Name, err, timeline.ErrTotals)
		}
		var b bytes.Buffer
		if err := f.Write(&b, &timeline.Timeline{Full: true}); err != ErrNothing || b.Len() > 0 {
			t.Errorf("%s: error %v and %d bytes, want %v and none", f.Name, err, b.Len(), ErrNothing)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

// A chunks counts what is written at a time.
type chunks struct{ most, total int }

func (c *chunks) Write(b []byte) (int, error) {
	c.most = max(c.most, len(b))
	c.total += len(b)
	return len(b), nil
}

// What is written is written as it goes, and nothing of it is kept.
func TestStreams(t *testing.T) {
	const events = 140_000 // an arrow has three, and each suspension has four slices
	tl := long(events / 7)
	for _, f := range Formats {
		var c chunks
		if err := f.Write(&c, tl); err != nil {
			t.Fatal(err)
		}
		if c.most > bufferSize || c.total < 50*bufferSize {
			t.Errorf("%s: %d bytes, %d of them at once", f.Name, c.total, c.most)
		}
		d := decoders[f.Name](t, written(t, f, tl))
		awaits := 0
		for _, s := range d.Slices {
			if s.Cat == "await" {
				awaits++
			}
		}
		if awaits != events/7 || len(d.Arrows) != events/7 {
			t.Errorf("%s: %d suspensions and %d arrows, want %d each", f.Name, awaits, len(d.Arrows), events/7)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	const n = 100_000
	tl := long(n)
	for _, f := range Formats {
		b.Run(f.Name, func(b *testing.B) {
			b.ReportAllocs()
			var c chunks
			for b.Loop() {
				if err := f.Write(&c, tl); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/suspension")
			b.ReportMetric(float64(c.total)/float64(b.N)/n, "B/suspension")
		})
	}
}
