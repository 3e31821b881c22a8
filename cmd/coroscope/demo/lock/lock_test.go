package lock

import (
	"bytes"
	"io"
	"regexp"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

func TestFiguresAreThoseOfTheTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the demo in every shape, in real time; run without -short")
	}
	for _, shape := range demo.ShapeNames() {
		t.Run(shape, func(t *testing.T) {
			var trace bytes.Buffer
			if err := cotrace.Start(&trace); err != nil {
				t.Fatal(err)
			}
			env := demo.NewEnv(io.Discard, time.Now())
			env.Shape = shape
			err := run(t.Context(), env)
			cotrace.Stop()
			if err != nil {
				t.Fatal(err)
			}
			tl, err := timeline.Read(&trace, timeline.Options{Full: true, Goroutines: true})
			if err != nil || len(tl.Lost) > 0 {
				t.Fatalf("%v, lost %q", err, tl.Lost)
			}
			got, loop, err := measure(tl)
			if err != nil {
				t.Fatal(err)
			}
			type counts struct{ Threads, Done int }
			var want, have []counts
			for _, n := range rungs {
				want = append(want, counts{n, pieces})
			}
			for _, r := range got {
				have = append(have, counts{r.threads, r.done})
				if r.took <= 0 || r.waited < 0 || r.waited > r.lived || (r.waits == 0) != (r.waited == 0) {
					t.Errorf("%+v does not add up", r)
				}
			}
			if diff := cmp.Diff(want, have); diff != "" {
				t.Errorf("threads and pieces (-want +got):\n%s", diff)
			}
			if loop.done != pieces || loop.waited != 0 {
				t.Errorf("the loop: %+v, want %d pieces and no waiting", loop, pieces)
			}
			// One thread has nobody to wait for. The lock lets the pieces of
			// many through one after the other, and they wait meanwhile.
			if alone, many := got[0], got[len(got)-1]; alone.waits != 0 || many.waited < many.took {
				t.Errorf("one thread waited %d times, %d threads waited for %v in %v; want that to be none, and more than that", alone.waits, many.threads, many.waited, many.took)
			}

			var out bytes.Buffer
			if err := figures(&out, tl); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`\n +1 .* 0\.0 ms +0 times +·+ +0%\n`, `\n +16 .* times +█+·* +\d+%\n`, `\n +loop .* no lock\n`} {
				if !regexp.MustCompile(want).Match(out.Bytes()) {
					t.Errorf("figures have no %q:\n%s", want, &out)
				}
			}
		})
	}
}

// The time spent waiting for the lock is the runtime's, from the states of the
// goroutines.
func TestWaitsAreRead(t *testing.T) {
	const ms = time.Millisecond
	thread := func(n int, lived, waited time.Duration) *timeline.Goroutine {
		return &timeline.Goroutine{
			Regions: []timeline.RegionTotal{{Name: of(n, threadRegion), Count: 1, Total: lived}, {Name: heldRegion, Count: 3, Total: lived}},
			Waits:   []timeline.Wait{{Reason: "chan receive", Count: 1, Total: ms}, {Reason: demo.OnLock, Count: 2, Total: waited}},
		}
	}
	loop := &timeline.Loop{Name: loopName}
	tl := &timeline.Timeline{
		Goroutines: []*timeline.Goroutine{
			thread(2, 10*ms, 4*ms), thread(2, 10*ms, 6*ms),
			{Regions: []timeline.RegionTotal{
				{Name: of(2, rungRegion), Count: 1, Total: 12 * ms}, {Name: loopRegion, Count: 1, Total: 20 * ms}, {Name: "2: mine", Count: 1},
			}},
		},
		Loops:      []*timeline.Loop{loop},
		Coroutines: []*timeline.Coroutine{{Loop: loop, SuspensionCount: 6}, {SuspensionCount: 5}},
	}
	got, of, err := measure(tl)
	if err != nil {
		t.Fatal(err)
	}
	opt := cmp.AllowUnexported(rung{})
	want := []rung{{threads: 2, done: 6, took: 12 * ms, lived: 20 * ms, waited: 10 * ms, waits: 4}}
	if diff := cmp.Diff(want, got, opt); diff != "" {
		t.Errorf("rungs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(rung{done: 6, took: 20 * ms}, of, opt); diff != "" {
		t.Errorf("loop (-want +got):\n%s", diff)
	}
	if got[0].waiting() != 0.5 || got[0].perSecond() != 500 || of.waiting() != 0 {
		t.Errorf("%v of the time waiting, %v pieces a second; want half, 500", got[0].waiting(), got[0].perSecond())
	}
	if err := figures(io.Discard, &timeline.Timeline{}); err == nil {
		t.Error("a trace without threads and a loop has figures")
	}
}
