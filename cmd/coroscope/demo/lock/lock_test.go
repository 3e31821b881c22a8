package lock

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/blocked"
	"coroscope/cmd/coroscope/demo/internal/traced"
	"coroscope/coro"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

func TestFiguresAreThoseOfTheTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the demo in every shape, in real time; run without -short")
	}
	for _, shape := range demo.ShapeNames() {
		t.Run(shape, func(t *testing.T) {
			env := demo.NewEnv(io.Discard, time.Now())
			env.Shape = shape
			tl := traced.Of(t, timeline.Options{Full: true, Goroutines: true}, func() error { return run(t.Context(), env) })
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
			// One thread has nobody to wait for. How long others wait is up to
			// the system.
			if alone := got[0]; alone.waits != 0 {
				t.Errorf("one thread waited %d times", alone.waits)
			}

			var out bytes.Buffer
			if err := figures(&out, tl); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`\n +1 .* 0\.0 ms +0 times +·+ +0%\n`, `\n +16 .* times +[█·]+ +\d+%\n`, `\n +loop .* no lock\n`} {
				if !regexp.MustCompile(want).Match(out.Bytes()) {
					t.Errorf("figures have no %q:\n%s", want, &out)
				}
			}
		})
	}
}

// While one of many threads has the lock, all others wait for it.
func TestThreadsWaitForTheLock(t *testing.T) {
	const threads = 8
	all := sync.OnceFunc(func() { blocked.AtLock(threads-1, "lock.byThreads") })
	tl := traced.Of(t, timeline.Options{Full: true, Goroutines: true}, func() error {
		byThreads(t.Context(), threads, func(d time.Duration) {
			if d == inside {
				all()
			}
		})
		return byCoroutines(quietEnv())
	})
	got, _, err := measure(tl)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].threads != threads || got[0].done != pieces || got[0].waits < threads-1 || got[0].waited <= 0 || got[0].waited > got[0].lived {
		t.Errorf("%+v, want %d threads that did %d pieces, and all but one of them to have waited", got, threads, pieces)
	}
}

// quietEnv is one to run the demo's machines with, that says nothing.
func quietEnv() *demo.Env {
	env := demo.NewEnv(io.Discard, time.Now())
	env.Shape = coro.ShapeStateMachine.String()
	return env
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
	var out bytes.Buffer
	if err := figures(&out, tl); err != nil {
		t.Fatal(err)
	}
	const line = "\n        2    12.0 ms     500     10.0 ms    4 times   ██████████··········  50%\n"
	if !strings.Contains(out.String(), line) {
		t.Errorf("figures have no %q:\n%s", line, &out)
	}
	if err := figures(io.Discard, &timeline.Timeline{}); err == nil {
		t.Error("a trace without threads and a loop has figures")
	}
}
