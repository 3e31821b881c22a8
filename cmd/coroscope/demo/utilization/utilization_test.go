package utilization

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
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
			env := demo.NewEnv(io.Discard, time.Now())
			env.Shape = shape
			facts, err := before(t.Context(), env)
			if err != nil {
				t.Fatal(err)
			}
			var trace bytes.Buffer
			if err := cotrace.Start(&trace); err != nil {
				t.Fatal(err)
			}
			demo.LogFacts(t.Context(), facts)
			err = run(t.Context(), env)
			cotrace.Stop()
			if err != nil {
				t.Fatal(err)
			}
			tl, err := timeline.Read(&trace, timeline.Options{Full: true, Goroutines: true, Logs: true})
			if err != nil || len(tl.Lost) > 0 {
				t.Fatalf("%v, lost %q", err, tl.Lost)
			}
			sequence, threads, loop, err := measure(tl)
			if err != nil {
				t.Fatal(err)
			}
			type counts struct{ Threads, Done, Switches int }
			want := []counts{{1, jobs, 0}, {jobs, jobs, 0}, {1, jobs, jobs * (waits + 1)}}
			var got []counts
			for _, w := range []way{sequence, threads, loop} {
				got = append(got, counts{w.threads, w.done, w.switches})
				if w.took < waits*waiting || w.busy <= 0 || w.busy > w.lived {
					t.Errorf("%+v does not add up", w)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("threads, jobs and resumptions (-want +got):\n%s", diff)
			}
			// One by one, each job waits alone.
			if least := jobs * waits * waiting; sequence.took < least || threads.took >= least || loop.took >= least {
				t.Errorf("took %v, %v, %v; want the first to take at least %v, the others less", sequence.took, threads.took, loop.took, least)
			}
			if loop.utilization() <= sequence.utilization() {
				t.Errorf("the loop's thread was busy %v of its time, that of one by one %v", loop.utilization(), sequence.utilization())
			}
			if least := jobs * waits; sequence.waits < least || threads.waits < least || loop.waits > least {
				t.Errorf("threads had to wait %d, %d, %d times; want at least %d, %[4]d, and at most that", sequence.waits, threads.waits, loop.waits, least)
			}
			if threads.memory <= 0 || loop.memory <= 0 || shape == coro.ShapeStateMachine.String() && loop.memory >= threads.memory {
				t.Errorf("a thread that waits takes %d bytes, a coroutine %d", threads.memory, loop.memory)
			}

			var out bytes.Buffer
			if err := figures(&out, tl); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`jobs done +12 +12 +12\n`, `threads +1 +12 +1\n`, `of coroutines +36\n`, `memory .* kB +.* kB\n`, `one loop +█+·*`} {
				if !regexp.MustCompile(want).Match(out.Bytes()) {
					t.Errorf("figures have no %q:\n%s", want, &out)
				}
			}
		})
	}
}

// The utilization is the runtime's account of when the threads ran.
func TestTimesAreRead(t *testing.T) {
	const ms = time.Millisecond
	thread := func(created, ended, ran time.Duration) *timeline.Goroutine {
		return &timeline.Goroutine{
			Created: created, Ended: ended, Running: ran,
			Regions: []timeline.RegionTotal{{Name: jobRegion, Count: 2}, {Name: threadEach, Count: 1}},
			Waits:   []timeline.Wait{{Reason: "sleep", Count: 3}, {Reason: demo.OnLock, Count: 1}, {Reason: demo.OnBegin, Count: 1}},
		}
	}
	got := wayOf(&timeline.Timeline{Goroutines: []*timeline.Goroutine{thread(2*ms, 10*ms, 2*ms), thread(1*ms, 9*ms, 1*ms), {Running: ms}}}, threadEach)
	want := way{threads: 2, done: 4, took: 9 * ms, busy: 3 * ms, lived: 16 * ms, waits: 8}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(way{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if u := got.utilization(); u != 3.0/16 {
		t.Errorf("utilization %v, want 3/16", u)
	}
	if err := figures(io.Discard, &timeline.Timeline{}); err == nil {
		t.Error("a trace without threads and a loop has figures")
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	env := demo.NewEnv(io.Discard, time.Now())
	env.Shape = coro.ShapePull.String()
	if _, err := before(ctx, env); !errors.Is(err, context.Canceled) {
		t.Errorf("measuring: %v", err)
	}
	if err := run(ctx, env); !errors.Is(err, context.Canceled) {
		t.Errorf("running: %v", err)
	}
}
