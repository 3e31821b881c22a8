package bartender

import (
	"bytes"
	"io"
	"regexp"
	"sync"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/blocked"
	"coroscope/cmd/coroscope/demo/internal/traced"
	"coroscope/cmd/coroscope/demo/internal/virtual"
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
			c, err := measure(tl)
			if err != nil {
				t.Fatal(err)
			}
			guests := len(theBar().Guests)
			type counts struct{ Many, Served, One, ServedByOne, Amiss int }
			got := counts{c.many.bartenders, c.many.served, c.one.bartenders, c.one.served, c.idleAmiss}
			if diff := cmp.Diff(counts{guests, guests, 1, guests, 0}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			// Neither half can be quicker than the oven.
			if least := time.Duration(guests) * theBar().Bake; c.many.took < least || c.one.took < least {
				t.Errorf("took %v and %v; the oven alone takes %v", c.many.took, c.one.took, least)
			}
			if c.idles == 0 || c.idleShare <= 0 || c.idleShare >= 1 {
				t.Errorf("idle %d times, %.2f of the time", c.idles, c.idleShare)
			}

			var out bytes.Buffer
			if err := figures(&out, tl); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`guests served +5 +5`, `idle although somebody was ready +0 of \d+ times`, `bartenders stood waiting for locks +\d+\.\d ms\n`, `no lock to wait for`} {
				if !regexp.MustCompile(want).Match(out.Bytes()) {
					t.Errorf("figures have no %q:\n%s", want, &out)
				}
			}
		})
	}
}

// Where nothing takes time but the tools and what is done by hand, all guests
// but the first wait for the shaker, and for the oven after that.
func TestGuestsWaitInVirtualTime(t *testing.T) {
	for _, shape := range demo.Shapes {
		tl := virtual.Play(t, parts, loopName, shape)
		tl.Goroutines = []*timeline.Goroutine{{Regions: []timeline.RegionTotal{{Name: doneRegion, Count: 1}}}} // of the other half
		c, err := measure(tl)
		if err != nil {
			t.Fatal(err)
		}
		type result struct {
			Served, Idles, Amiss int
			Took, Waited         time.Duration
		}
		want := result{Served: 5, Idles: 16, Took: 216 * time.Millisecond, Waited: 330 * time.Millisecond}
		got := result{c.one.served, c.idles, c.idleAmiss, c.one.took, c.guestWait}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", shape, diff)
		}
	}
}

// Bartenders of their own stand and wait while somebody else has the shaker.
func TestBartendersWaitForTheShaker(t *testing.T) {
	bar := theBar()
	bar.Order, bar.Mix, bar.Bake, bar.Serve = 0, 0, 0, 0
	shaker, oven := &tool{name: "shaker"}, &tool{name: "oven"}
	env := demo.NewEnv(io.Discard, time.Now())
	tl := traced.Of(t, timeline.Options{Full: true, Goroutines: true}, func() error {
		shaker.Lock()
		var all sync.WaitGroup
		for _, guest := range bar.Guests {
			all.Go(func() { bartender(t.Context(), env, bar, guest, shaker, oven) })
		}
		blocked.AtLock(len(bar.Guests), "bartender.bartender")
		shaker.Unlock()
		all.Wait()
		return nil
	})
	guests := len(bar.Guests)
	if h := measureMany(tl); h.bartenders != guests || h.served != guests || h.lockWaits < guests || h.lockWait <= 0 {
		t.Errorf("%+v, want %d bartenders, each of whom waited", h, guests)
	}
}

func TestIdleAlthoughSomebodyIsReady(t *testing.T) {
	span := func(a, b int) timeline.Span {
		return timeline.Span{Start: time.Duration(a), End: time.Duration(b)}
	}
	waited := &timeline.Coroutine{
		Runs:        []timeline.Run{{Span: span(0, 10)}, {Span: span(50, 60)}},
		Suspensions: []timeline.Suspension{{Span: span(10, 50), Ready: 30}},
	}
	late := &timeline.Coroutine{Spawned: 70, Runs: []timeline.Run{{Span: span(90, 95)}}}
	tl := &timeline.Timeline{Coroutines: []*timeline.Coroutine{waited, late}}
	for _, c := range []struct {
		idle timeline.Span
		want bool
	}{
		{span(12, 29), false}, // before it was made ready
		{span(12, 45), false}, // it was made ready by what ended the idle stretch
		{span(31, 45), true},  // it was ready
		{span(61, 69), false},
		{span(71, 80), true}, // it was made, and had not begun
	} {
		if got := somebodyReady(tl, c.idle); got != c.want {
			t.Errorf("idle from %d to %d: %v, want %v", c.idle.Start, c.idle.End, got, c.want)
		}
	}
}

// Each figure is the trace's, the number of bartenders too.
func TestBartendersAreCounted(t *testing.T) {
	tl := &timeline.Timeline{
		Loops: []*timeline.Loop{{Name: loopName}, {Name: "kitchen"}, {Name: loopName}},
		Goroutines: []*timeline.Goroutine{
			{Regions: []timeline.RegionTotal{{Name: doneRegion, Count: 1}}},
		},
	}
	c, err := measure(tl)
	if err != nil || c.one.bartenders != 2 || c.many.bartenders != 1 {
		t.Errorf("%d bartenders on loops, %d on goroutines, %v; want 2 and 1", c.one.bartenders, c.many.bartenders, err)
	}
}

func TestFiguresOfAnotherTrace(t *testing.T) {
	if err := figures(io.Discard, &timeline.Timeline{}); err == nil {
		t.Error("a trace without a bar has figures")
	}
}
