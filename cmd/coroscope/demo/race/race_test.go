package race

import (
	"bytes"
	"context"
	"io"
	"regexp"
	rtrace "runtime/trace"
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

// runTraced runs the demo and reads its trace.
func runTraced(t *testing.T, shape string) *timeline.Timeline {
	t.Helper()
	env := demo.NewEnv(io.Discard, time.Now())
	env.Shape = shape
	return traced.Of(t, timeline.Options{Full: true, Goroutines: true, Logs: true}, func() error { return run(t.Context(), env) })
}

func TestFiguresAreThoseOfTheTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the demo in every shape, in real time; run without -short")
	}
	for _, shape := range demo.ShapeNames() {
		t.Run(shape, func(t *testing.T) {
			tl := runTraced(t, shape)
			all, err := measure(tl)
			if err != nil {
				t.Fatal(err)
			}
			for name, tally := range all {
				if got, want := len(tally.updates), times*len(names); got != want {
					t.Errorf("%s: %d updates, want %d", name, got, want)
				}
				_, _, told := all[name].firstLost()
				if lost := tally.lost(); told != (lost > 0) {
					t.Errorf("%s: %d are lost, one is found that is: %v", name, lost, told)
				}
			}
			// How many the threads lose without a lock is up to the system.
			if n := all[withLock].lost(); n != 0 {
				t.Errorf("threads with a lock lost %d updates", n)
			}
			if n := all[oneStep].lost(); n != 0 {
				t.Errorf("coroutines lost %d updates", n)
			}
			// All read before anybody writes, the first time for sure.
			if got, want := all[twoSteps].lost(), len(names)-1; got < want {
				t.Errorf("coroutines that await midway lost %d updates, want at least %d", got, want)
			}
			var threads []int
			for _, name := range scenes {
				threads = append(threads, all[name].threads)
			}
			if diff := cmp.Diff([]int{len(names), len(names), 1, 1}, threads); diff != "" {
				t.Errorf("threads (-want +got):\n%s", diff)
			}
			if took := all[twoSteps].took; took < times*awaiting {
				t.Errorf("awaiting took %v, want at least %v", took, times*awaiting)
			}
			var out bytes.Buffer
			if err := figures(&out, tl); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`updates made +12 +12 +12 +12\n`, `updates lost +\d+ +0 +0 +\d+\n`, `writes 1 as well: the update of [ABC] is lost\n`} {
				if !regexp.MustCompile(want).Match(out.Bytes()) {
					t.Errorf("figures have no %q:\n%s", want, &out)
				}
			}
		})
	}
}

// Where nothing takes time but what is awaited midway, all coroutines read before
// anybody writes, each time.
func TestUpdatesInVirtualTime(t *testing.T) {
	for _, shape := range demo.Shapes {
		for await, want := range map[time.Duration]int64{0: times * int64(len(names)), awaiting: times} {
			l := coro.NewLoop(coro.WithClock(new(coro.VirtualClock)))
			r := &resource{}
			stage := &demo.Stage{Loop: l, Shape: shape, Work: func(time.Duration) {}}
			if _, err := demo.RunAll(l, spawn(stage, r, await)); err != nil {
				t.Error(err)
			}
			l.Close()
			if got := r.value.Load(); got != want {
				t.Errorf("%s: R is %d after awaiting %v midway, want %d", shape, got, await, want)
			}
		}
	}
}

// threadsTraced has threads update R, and reads the trace of that.
func threadsTraced(t *testing.T, scene string, lock sync.Locker, work func(time.Duration)) tally {
	t.Helper()
	tl := traced.Of(t, timeline.Options{Full: true, Goroutines: true, Logs: true}, func() error {
		return play(t.Context(), scene, func(ctx context.Context) error {
			r := &resource{category: scene}
			byThreads(ctx, r, lock, work)
			rtrace.Logf(ctx, scene, finalForm, r.value.Load())
			return nil
		})
	})
	got, err := tallyOf(tl, scene)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Threads that all read R before one of them writes it lose all updates but one,
// each time.
func TestThreadsLoseUpdates(t *testing.T) {
	all := blocked.NewBarrier(len(names))
	got := threadsTraced(t, noLock, noLocker{}, func(time.Duration) { all.Wait() })
	if lost, want := got.lost(), times*(len(names)-1); lost != want || got.threads != len(names) {
		t.Errorf("%d threads lost %d updates, want %d, %d", got.threads, lost, len(names), want)
	}
	if lost, by, ok := got.firstLost(); !ok || lost.value != 1 || by.value != 1 {
		t.Errorf("the first that was lost is %+v by %+v, found %v; want both to write 1", lost, by, ok)
	}
}

// With a lock, all other threads wait while one of them updates R, and none
// loses anything.
func TestThreadsWaitForTheLock(t *testing.T) {
	first := sync.OnceFunc(func() { blocked.AtLock(len(names)-1, "race.byThreads") })
	got := threadsTraced(t, withLock, new(sync.Mutex), func(time.Duration) { first() })
	if got.lost() != 0 || len(got.updates) != times*len(names) {
		t.Errorf("%d updates, %d lost; want %d, and none", len(got.updates), got.lost(), times*len(names))
	}
	if got.waited <= 0 {
		t.Errorf("waited for the lock for %v", got.waited)
	}
}

// The figures are made of the logs and nothing else.
func TestLostUpdatesAreRead(t *testing.T) {
	log := func(ms int, message string) timeline.Log {
		return timeline.Log{T: time.Duration(ms) * time.Millisecond, Category: noLock, Message: message}
	}
	tl := &timeline.Timeline{
		Logs: []timeline.Log{
			log(1, "B reads 0"), log(2, "A reads 0"), log(3, "A writes 1"), log(4, "C reads 1"),
			log(5, "B writes 1"), log(6, "C writes 2"), log(7, "in the end, R is 2"), log(8, "something else"),
		},
		Goroutines: []*timeline.Goroutine{
			{Regions: []timeline.RegionTotal{{Name: noLock, Count: 1, Total: 5}}},
			{Regions: []timeline.RegionTotal{{Name: threadRegion(noLock), Count: 1, Total: 4}}, Waits: []timeline.Wait{{Reason: demo.OnLock, Total: 3}, {Reason: "sleep", Total: 9}}},
		},
	}
	got, err := tallyOf(tl, noLock)
	if err != nil {
		t.Fatal(err)
	}
	const ms = time.Millisecond
	a, b, c := update{"A", 2 * ms, 3 * ms, 1}, update{"B", 1 * ms, 5 * ms, 1}, update{"C", 4 * ms, 6 * ms, 2}
	want := tally{updates: []update{a, b, c}, final: 2, took: 5, threads: 1, waited: 3}
	opt := cmp.AllowUnexported(tally{}, update{})
	if diff := cmp.Diff(want, got, opt); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	lost, by, ok := got.firstLost()
	if !ok || lost != a || by != b || got.lost() != 1 {
		t.Errorf("%d lost, the first %v by %v; want one, %v by %v", got.lost(), lost, by, a, b)
	}

	if err := figures(io.Discard, tl); err == nil {
		t.Error("a trace without the other scenes has figures")
	}
}
