package eventloop

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/traced"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

func TestFigures(t *testing.T) {
	const ms = time.Millisecond
	loop := &timeline.Loop{Name: loopName, Turns: 7, Busy: 60 * ms, Idle: 20 * ms, Idles: make([]timeline.Span, 3)}
	tl := &timeline.Timeline{
		Loops: []*timeline.Loop{loop},
		Slow:  []timeline.SlowStep{{Loop: loop, Step: timeline.Step{Callback: "main.hog", Took: 50 * ms}}},
		Coroutines: []*timeline.Coroutine{{
			ID: 1, Name: "hare", Loop: loop, RunCount: 3, Run: 2 * ms, SuspensionCount: 2, Suspended: 11 * ms, Waited: ms / 2,
		}},
	}
	var out bytes.Buffer
	if err := figures(&out, tl); err != nil {
		t.Fatal(err)
	}
	want := `
From the trace:
  turns                          7
  busy                           60.00 ms, 75% of the time that the loop ran
  idle                           20.00 ms, in 3 stretches
  slow step                      50.00 ms, by callback main.hog
  busy without the slow steps    10.00 ms
  hare#1                         3 runs, 2.00 ms; 2 suspensions, 11.00 ms; ready for 0.50 ms
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := figures(io.Discard, &timeline.Timeline{}); err == nil {
		t.Error("a trace without a loop has figures")
	}
}

// What the demo's trace says is what the demo did.
func TestFiguresAreThoseOfTheTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the demo in every shape, in real time; run without -short")
	}
	for _, shape := range demo.ShapeNames() {
		t.Run(shape, func(t *testing.T) {
			var told bytes.Buffer
			env := demo.NewEnv(&told, time.Now())
			env.Shape = shape
			tl := traced.Of(t, timeline.Options{Full: true}, func() error { return run(t.Context(), env) })
			if want := strings.Count(told.String(), "  turn "); tl.Loops[0].Turns != want || want == 0 {
				t.Errorf("%d turns in the trace, the demo told of %d", tl.Loops[0].Turns, want)
			}
			// A busy machine may make other steps slow too.
			hog := false
			for _, s := range tl.Slow {
				hog = hog || strings.Contains(s.String(), "holdLoop") && s.Took >= hold
			}
			if !hog || tl.Loops[0].Busy < hold || tl.Loops[0].Longest.Took < hold {
				t.Errorf("slow steps %+v, busy %v, longest step %v; want the hog's %v", tl.Slow, tl.Loops[0].Busy, tl.Loops[0].Longest, hold)
			}
			for _, c := range tl.Coroutines {
				if c.RunCount != laps+2 || c.SuspensionCount != laps+1 {
					t.Errorf("%v: %d runs, %d suspensions; want %d and %d", c, c.RunCount, c.SuspensionCount, laps+2, laps+1)
				} else if s := c.Suspensions[laps]; s.Len() < rest || s.On != "await sleep rest" {
					t.Errorf("%v: the last suspension is %v of %s, want at least %v of rest", c, s.Len(), s.On, rest)
				}
			}
		})
	}
}
