package scroll

import (
	"bytes"
	"io"
	"regexp"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/traced"
	"coroscope/cmd/coroscope/demo/internal/virtual"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

const msec = time.Millisecond

// suspensions returns suspensions one after the other: a sleep whose timer goes
// off, or another, each of so many milliseconds.
func suspensions(from int, each ...any) []timeline.Suspension {
	var all []timeline.Suspension
	for i := 0; i < len(each); i += 2 {
		to := from + each[i+1].(int)
		s := timeline.Suspension{Span: timeline.Span{Start: time.Duration(from) * msec, End: time.Duration(to) * msec}, On: each[i].(string), Cause: timerCause}
		if s.On != onLoad && s.On != onPlay {
			s.Cause = "task"
		}
		all = append(all, s)
		from = to
	}
	return all
}

// aTrace is one of each way, of two videos, the prefetched one with a load that
// is longer than the video before it, and another that was canceled.
func aTrace() *timeline.Timeline {
	loop := &timeline.Loop{Name: loopName}
	upfront := &timeline.Coroutine{ID: 1, Name: "upfront", Loop: loop, Spawned: 1 * msec, Ended: 161 * msec}
	upfront.Suspensions = suspensions(1, onLoad, 20, onLoad, 20, onLoad, 20, onPlay, 50, onPlay, 50)
	ondemand := &timeline.Coroutine{ID: 2, Name: "ondemand", Loop: loop, Spawned: 2 * msec, Ended: 142 * msec}
	ondemand.Suspensions = suspensions(2, onLoad, 20, onPlay, 50, onLoad, 20, onPlay, 50)
	prefetch := &timeline.Coroutine{ID: 3, Name: "prefetch", Loop: loop, Spawned: 3 * msec, Ended: 137 * msec}
	prefetch.Suspensions = suspensions(3, onVideo, 20, onPlay, 50, onVideo, 10, onPlay, 50, "await task loader", 4)
	loader := &timeline.Coroutine{ID: 4, Name: loaderName, Loop: loop, Parent: 3}
	loader.Suspensions = suspensions(3, onLoad, 20, onLoad, 60, onLoad, 40, "await queue room", 7, onLoad, 5)
	loader.Suspensions[4].Cause = "cancel"
	return &timeline.Timeline{Loops: []*timeline.Loop{loop}, Coroutines: []*timeline.Coroutine{upfront, ondemand, prefetch, loader}}
}

func TestFigures(t *testing.T) {
	var out bytes.Buffer
	if err := figures(&out, aTrace()); err != nil {
		t.Fatal(err)
	}
	want := `
From the trace:
                                 all up front     when needed      prefetched
  first frame after                   60.0 ms         20.0 ms         20.0 ms
  stalls                                    0               1               1
    stalled for                        0.0 ms         20.0 ms         10.0 ms
  videos watched                            2               2               2
  videos loaded                             3               2               3
    loaded and never watched                1               0               1
    canceled half way                       0               0               1
  loading, while one played          0% of it        0% of it       93% of it
  stopped scrolling after            160.0 ms        140.0 ms        134.0 ms
`
	got := regexp.MustCompile(`(?s)  Look at.*`).ReplaceAllString(out.String(), "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFiguresOfAnotherTrace(t *testing.T) {
	tl := aTrace()
	tl.Loops[0].Name = "kitchen"
	if err := figures(io.Discard, tl); err == nil {
		t.Error("a trace without a feed has figures")
	}
}

// Where nothing takes time but loading and playing, there is nothing to be seen
// but what follows from these.
func TestFiguresInVirtualTime(t *testing.T) {
	want := `
From the trace:
                                 all up front     when needed      prefetched
  first frame after                  660.0 ms        100.0 ms        100.0 ms
  stalls                                    0               3               0
    stalled for                        0.0 ms        330.0 ms          0.0 ms
  videos watched                            4               4               4
  videos loaded                             6               4               5
    loaded and never watched                2               0               1
  loading, while one played          0% of it        0% of it       76% of it
  stopped scrolling after           1250.0 ms       1020.0 ms        690.0 ms
`
	for _, shape := range demo.Shapes {
		var out bytes.Buffer
		if err := figures(&out, virtual.Play(t, parts, loopName, shape)); err != nil {
			t.Fatal(err)
		}
		got := regexp.MustCompile(`(?s)  Look at.*`).ReplaceAllString(out.String(), "")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", shape, diff)
		}
	}
}

// What the demo's trace says is what follows from how long videos load and
// play.
func TestFiguresAreThoseOfTheTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the demo in every shape, in real time; run without -short")
	}
	for _, shape := range demo.ShapeNames() {
		t.Run(shape, func(t *testing.T) {
			env := demo.NewEnv(io.Discard, time.Now())
			env.Shape = shape
			tl := traced.Of(t, timeline.Options{Full: true}, func() error { return run(t.Context(), env) })
			var upfront, ondemand, prefetch viewing
			for name, v := range map[string]*viewing{"upfront": &upfront, "ondemand": &ondemand, "prefetch": &prefetch} {
				got, ok := measure(tl, name)
				if !ok {
					t.Fatalf("there is no viewer %s", name)
				}
				*v = got
			}
			// A busy machine may have the prefetched one stall, or load more
			// or less ahead; nothing that the other two do depends on when.
			type counts struct{ Stalls, Played, Loaded, Cut int }
			if diff := cmp.Diff(counts{0, watches, pageSize, 0}, counts{upfront.stalls, upfront.played, upfront.loaded, upfront.cut}); diff != "" {
				t.Errorf("upfront (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(counts{watches - 1, watches, watches, 0}, counts{ondemand.stalls, ondemand.played, ondemand.loaded, ondemand.cut}); diff != "" {
				t.Errorf("ondemand (-want +got):\n%s", diff)
			}
			if prefetch.played != watches || prefetch.loaded < watches || prefetch.loaded > watches+1 {
				t.Errorf("prefetch: %+v; want %d videos played, and one more loaded at most", prefetch, watches)
			}
			// The next one is begun in the turn after that in which one plays.
			if upfront.meanwhile != 0 || ondemand.meanwhile != 0 || prefetch.meanwhile <= 0 {
				t.Errorf("loading while one played: %v, %v, %v; want only the last", upfront.meanwhile, ondemand.meanwhile, prefetch.meanwhile)
			}
			var page, needed time.Duration
			for n := range pageSize {
				page += feed(n).load
			}
			for n := 1; n < watches; n++ {
				needed += feed(n).load
			}
			if upfront.firstFrame < page || ondemand.firstFrame < feed(0).load || ondemand.stalled < needed {
				t.Errorf("first frames after %v and %v, stalled for %v; want at least %v, %v, %v",
					upfront.firstFrame, ondemand.firstFrame, ondemand.stalled, page, feed(0).load, needed)
			}
		})
	}
}

// With what the feed has, one video ahead is enough.
func TestFeedLoadsFasterThanItPlays(t *testing.T) {
	for n := range 2 * len(clips) {
		if feed(n+1).load >= feed(n).play {
			t.Errorf("video %d takes %v to load, and the one before plays for %v", n+1, feed(n+1).load, feed(n).play)
		}
	}
}
