package utilization

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/blocked"
	"coroscope/cmd/coroscope/demo/internal/traced"
	"coroscope/cmd/coroscope/demo/internal/virtual"
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
			facts, err := before(t.Context(), env)
			if err != nil {
				t.Fatal(err)
			}
			tl := traced.Of(t, timeline.Options{Full: true, Goroutines: true, Logs: true}, func() error {
				demo.LogFacts(t.Context(), facts)
				return run(t.Context(), env)
			})
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
			if least := jobs * waits * waiting; sequence.took < least {
				t.Errorf("one by one took %v, want at least %v", sequence.took, least)
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
			for _, want := range []string{`jobs done +12 +12 +12\n`, `threads +1 +12 +1\n`, `of coroutines +36\n`, `memory .* kB +.* kB\n`, `one loop +[█·]+ +\d+%`} {
				if !regexp.MustCompile(want).Match(out.Bytes()) {
					t.Errorf("figures have no %q:\n%s", want, &out)
				}
			}
		})
	}
}

// With a thread each, the jobs wait all at once: none goes on before all wait.
func TestThreadsWaitAtOnce(t *testing.T) {
	all := blocked.NewBarrier(jobs)
	var waited atomic.Int64
	byThreads(t.Context(), threadEach, jobs, func(d time.Duration) {
		if d != waiting {
			t.Errorf("a job waits for %v, want %v", d, waiting)
		}
		waited.Add(1)
		all.Wait()
	}, &progress{env: demo.NewEnv(io.Discard, time.Now())})
	if n := waited.Load(); n != jobs*waits {
		t.Errorf("the jobs waited %d times, want %d", n, jobs*waits)
	}
}

// Where nothing takes time but computing and waiting, the loop computes for one
// job while the others wait.
func TestFiguresInVirtualTime(t *testing.T) {
	const ms = time.Millisecond
	thread := func(region string, done int, lived, ran time.Duration) *timeline.Goroutine {
		return &timeline.Goroutine{
			Ended: lived, Running: ran,
			Regions: []timeline.RegionTotal{{Name: jobRegion, Count: done}, {Name: region, Count: 1}},
			Waits:   []timeline.Wait{{Reason: "sleep", Count: done * waits}},
		}
	}
	want := `
From the trace:
                                      one by one a thread each      one loop
  jobs done                                   12            12            12
  took                                  516.0 ms       43.0 ms       54.0 ms
  threads                                      1            12             1
  busy, all threads together             36.0 ms       36.0 ms       36.0 ms
  busy, of one thread's time                  7%            7%           67%
  switches, of threads                        24            24             2
  switches, of coroutines                                                 36
  memory of a job that waits                      not measured  not measured

  What a thread does with its time:
  one by one     ███····································· 7%
  a thread each  ███····································· 7%
  one loop       ███████████████████████████············· 67%
`
	for _, shape := range demo.Shapes {
		tl := virtual.Play(t, parts, loopName, shape)
		tl.Goroutines = append(tl.Goroutines, thread(oneByOne, jobs, jobs*43*ms, jobs*3*ms))
		for range jobs {
			tl.Goroutines = append(tl.Goroutines, thread(threadEach, 1, 43*ms, 3*ms))
		}
		var out bytes.Buffer
		if err := figures(&out, tl); err != nil {
			t.Fatal(err)
		}
		got, _, _ := strings.Cut(out.String(), "\n  Waiting is what")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", shape, diff)
		}
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
