package coroutines

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/traced"
	"coroscope/cmd/coroscope/demo/internal/virtual"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// A trace is made by hand from the coroutines that are added to it.
type madeTrace struct {
	*timeline.Timeline
}

// add adds a coroutine that lives from when it is first suspended until it is no
// longer. Suspensions come one after the other, as long as they say.
func (tr madeTrace) add(name string, parent *timeline.Coroutine, outcome string, from time.Duration, each ...timeline.Suspension) *timeline.Coroutine {
	c := &timeline.Coroutine{ID: uint64(len(tr.Coroutines) + 1), Name: name, Loop: tr.Loops[0], Outcome: outcome, Spawned: from}
	if parent != nil {
		c.Parent = parent.ID
	}
	for _, s := range each {
		s.Start, s.End = from, from+s.End
		from = s.End
		if s.Len() > c.Longest {
			c.Longest, c.LongestOn = s.Len(), s.On
		}
		c.Suspensions = append(c.Suspensions, s)
	}
	c.Ended = from
	tr.Coroutines = append(tr.Coroutines, c)
	return c
}

// on is a suspension that takes so many milliseconds, and ends for some cause.
func on(on string, ms int, cause, detail string) timeline.Suspension {
	return timeline.Suspension{Span: timeline.Span{End: time.Duration(ms) * msec}, On: on, Cause: cause, Detail: detail}
}

func TestFigures(t *testing.T) {
	get := func(ms int) timeline.Suspension { return on(onGet, ms, "timer", "") }
	tr := madeTrace{&timeline.Timeline{Loops: []*timeline.Loop{{Name: loopName}}}}
	tr.add(sequenceName, nil, "returned", 0, get(10), get(30), get(20))
	c := tr.add(concurrentName, nil, "returned", 0, on(onTask+"home", 10, "task", "home#3"), on(onTask+"news", 20, "task", "news#4"))
	tr.add("home", c, "returned", 0, get(10))
	tr.add("news", c, "returned", 0, get(30))
	tr.add("advert", nil, "failed", 60, get(5)).Detail = "no such page"
	tr.add("survey", nil, "closed", 60, on("await future answer", 400, "", ""))
	c = tr.add(limitName, nil, "returned", 70, on(onTask+"video", 40, "task", "video#8"))
	tr.add("video", c, "canceled", 70, on(onGet, 39, "cancel", ""))
	tr.add(downloadName, nil, "canceled", 110, on(onChunk, 20, "timer", ""), on(onChunk, 5, "cancel", ""), on(onCleanup, 25, "timer", ""))
	c = tr.add(crawlerName, nil, "returned", 200, on(onTask+"worker1", 100, "task", "worker1#11"))
	tr.add("worker1", c, "returned", 200, get(50), get(50))
	tr.add("worker2", c, "returned", 200, on(onLink, 50, "task", ""), get(40))
	// One that failed and was awaited is nobody's concern.
	c = tr.add("other", nil, "returned", 300, on(onTask+"mistake", 9, "task", "mistake#14"))
	tr.add("mistake", c, "failed", 300, get(9))

	var out bytes.Buffer
	if err := figures(&out, tr.Timeline); err != nil {
		t.Fatal(err)
	}
	want := `
From the trace:
  sequential#1   3 pages one after the other in 60.0 ms; the slowest takes 30.0 ms
  concurrent#2   2 pages by 2 tasks in 30.0 ms; the slowest takes 30.0 ms
  advert#5       nobody awaited it; failed: no such page
  survey#6       nobody awaited it; closed after 400.0 ms of await future answer
  limit#7        video#8 canceled after 39.0 ms, and then limit returned
  download#9     canceled after 25.0 ms, then cleaned up for 25.0 ms, then it ended
  crawler#10     3 pages by 2 workers in 100.0 ms; one after the other they would
                 take 140.0 ms: 1.4 were on their way at a time; workers had no
                 page to fetch for 50.0 ms in all
`
	got, _, _ := strings.Cut(out.String(), "  A coroutine waits")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFiguresOfAnotherTrace(t *testing.T) {
	if err := figures(io.Discard, &timeline.Timeline{}); err == nil {
		t.Error("a trace without coroutines has figures")
	}
}

// Where nothing takes time but the answers of the site, fetching in sequence
// takes as long as all pages, at the same time as long as the slowest, and so on.
func TestFiguresInVirtualTime(t *testing.T) {
	want := `
From the trace:
  sequential#1   3 pages one after the other in 300.0 ms; the slowest takes 120.0 ms
  concurrent#2   3 pages by 3 tasks in 120.0 ms; the slowest takes 120.0 ms
  advert#6       nobody awaited it; failed: get advert: no such page
  survey#7       nobody awaited it; closed after 930.0 ms of await future answer
  limit#8        video#9 canceled after 120.0 ms, and then limit returned
  download#10    canceled after 150.0 ms, then cleaned up for 100.0 ms, then it ended
  crawler#11     13 pages by 3 workers in 500.0 ms; one after the other they would
                 take 1240.0 ms: 2.5 were on their way at a time; workers had no
                 page to fetch for 260.0 ms in all
`
	for _, shape := range demo.Shapes {
		var out bytes.Buffer
		if err := figures(&out, virtual.Play(t, parts, loopName, shape)); err != nil {
			t.Fatal(err)
		}
		got, _, _ := strings.Cut(out.String(), "  A coroutine waits")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", shape, diff)
		}
	}
}

// What the demo's trace says, and what the demo tells, is what the parts are
// about.
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
			var out bytes.Buffer
			if err := figures(&out, tl); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{
				`sequential#\d+ +3 pages one after the other`,
				`concurrent#\d+ +3 pages by 3 tasks`,
				`advert#\d+ +nobody awaited it; failed: get advert:\s+no such page\n`,
				`survey#\d+ +nobody awaited it; closed after .* of await future answer\n`,
				`limit#\d+ +video#\d+ canceled after`,
				`download#\d+ +canceled after .*, then it ended\n`,
				`crawler#\d+ +13 pages by 3 workers`,
			} {
				if !regexp.MustCompile(want).Match(out.Bytes()) {
					t.Errorf("figures have no %q:\n%s", want, &out)
				}
			}
			if n := strings.Count(out.String(), "nobody awaited"); n != 2 {
				t.Errorf("%d tasks that nobody awaited, want 2:\n%s", n, &out)
			}
			for _, want := range []string{
				`reported: task error was never retrieved: advert#\d+, made at fetch\.go:\d+: get advert:\s+no such page\n`,
				`reported: task was destroyed but it is pending: survey#\d+, made at coroutines\.go:\d+\n`,
				`fetched 13, on their way 0, to be fetched 0\n`,
			} {
				if n := len(regexp.MustCompile(want).FindAllString(told.String(), -1)); n != 1 {
					t.Errorf("the demo tells %d times of %q, want once:\n%s", n, want, &told)
				}
			}
			r := &report{tl: tl}
			var all time.Duration
			for _, path := range threePages {
				all += latency(path)
			}
			if s := lived(r.find(sequenceName)); s < all {
				t.Errorf("in sequence %v, want at least %v", s, all)
			}
			if _, took, _ := slept(onCleanup, r.find(downloadName)); took < cleanupTime {
				t.Errorf("the download cleaned up for %v, want %v", took, cleanupTime)
			}
		})
	}
}
