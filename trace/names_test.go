package trace_test

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"runtime/trace"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"

	gocmp "github.com/google/go-cmp/cmp"
)

// A namesake is how a coroutine is called in what is read back.
type namesake struct{ Name, Func, Shape string }

// namesakes reads a trace and returns its coroutines by name, without those of
// functions that are not expected: other tests may have left some. It fails the
// test if anything is lost.
func namesakes(t *testing.T, r io.Reader, expected ...string) []namesake {
	t.Helper()
	tl, err := timeline.Read(r, timeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(tl.Lost) > 0 {
		t.Errorf("lost: %q", tl.Lost)
	}
	var all []namesake
	for _, c := range tl.Coroutines {
		if slices.Contains(expected, c.Func) {
			all = append(all, namesake{c.Name, c.Func, c.Shape})
		}
	}
	slices.SortFunc(all, func(a, b namesake) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// A gapped is what a trace is written to: between the trace's beginning, when
// its header is written, and its epoch's, it calls inGap.
type gapped struct {
	bytes.Buffer
	once  sync.Once
	inGap func()
}

func (g *gapped) Write(b []byte) (int, error) {
	g.once.Do(g.inGap)
	return g.Buffer.Write(b)
}

// onceAnd is a sequence of one value, after which it calls the function.
type onceAnd func()

func (then onceAnd) all(yield func(int) bool) {
	if yield(1) {
		then()
	}
}

// TestNamesBesideFlightRecorder begins a trace beside a flight recorder, and
// ends it at once. After the trace began, and before its epoch did, some
// coroutines have ended, and others go on and are still running when the trace
// ends, so that nobody can ask them who they are.
func TestNamesBesideFlightRecorder(t *testing.T) {
	f := cotrace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Hour})
	if err := f.Start(); err != nil {
		t.Fatal(err)
	}
	defer f.Stop()
	running, goOn := make(chan struct{}), make(chan struct{})
	run := func() {
		running <- struct{}{}
		<-goOn
	}

	// Three that stand alone, suspended for the first time.
	body := func(then func()) coro.Body[int, int, int] {
		return func(y *coro.Yielder[int, int]) (int, error) {
			_, err := y.Yield(1)
			then()
			return 2, err
		}
	}
	alone := func(name string, then func()) *coro.Coroutine[int, int, int] {
		c := cotrace.Coroutine(t.Context(), coro.New(coro.Pull(body(then)), coro.Named(name), coro.InFunc("alone")))
		c.Next()
		return c
	}
	aloneEnds, aloneRuns := alone("alone ends", func() {}), alone("alone runs", run)
	defer alone("alone waits", func() {}).Close()

	// Two of iter.Pull.
	pulled := func(name string, then func()) (next func() (int, bool)) {
		next, _ = cotrace.Pull(t.Context(), name, onceAnd(then).all)
		next()
		return next
	}
	pulledEnds, pulledRuns := pulled("pulled ends", func() {}), pulled("pulled runs", run)

	// Two on a loop.
	s := serve(t, cotrace.Loop())
	gate := coro.NewFuture[int](s.Loop, "gate")
	s.do(func() {
		for name, then := range map[string]func(){"task ends": func() {}, "task runs": run} {
			coro.Spawn(s.Loop, coro.Pull(func(y *coro.Async) (int, error) {
				if err := cmp.Or(coro.Wait(y, coro.On(gate)), coro.Wait(y, coro.NextTurn())); err != nil {
					return 0, err
				}
				then()
				return 1, nil
			}), coro.Named(name), coro.InFunc("task"))
		}
	})
	idle(s.Loop)

	buf := &gapped{inGap: func() {
		aloneEnds.Next()
		pulledEnds()
		go aloneRuns.Next()
		go pulledRuns()
		s.CallSoonThreadsafe(func() { gate.SetResult(1) })
		for range 3 {
			<-running
		}
	}}
	if err := cotrace.Start(buf); err != nil {
		t.Fatal(err)
	}
	cotrace.Stop()
	close(goOn)
	s.close()

	want := []namesake{
		{"alone ends", "alone", "pull"},
		{"alone runs", "alone", "pull"},
		{"alone waits", "alone", "pull"},
		{"pulled ends", "trace_test.onceAnd.all", "pull"},
		{"pulled runs", "trace_test.onceAnd.all", "pull"},
		{"task ends", "task", "pull"},
		{"task runs", "task", "pull"},
	}
	if diff := gocmp.Diff(want, namesakes(t, &buf.Buffer, "alone", "task", "trace_test.onceAnd.all")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNamesInWindow writes a window that began after everybody in it, while a
// step holds one of the loops: it is that step which writes it.
func TestNamesInWindow(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		bar := serve(t, coro.WithName("bar"), cotrace.Loop(), quietly)
		kitchen := serve(t, coro.WithName("kitchen"), cotrace.Loop(), quietly)
		f := cotrace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Hour, MaxBytes: 1})
		if err := f.Start(); err != nil {
			t.Fatal(err)
		}
		open := make(map[string]func()) // the gate that each task waits at, by its name
		spawn := func(s *server, name string, then ...coro.Await) {
			s.do(func() {
				gate := coro.NewFuture[int](s.Loop, "gate")
				open[name] = func() { gate.SetResult(1) }
				r := walkers[shape](append([]coro.Await{coro.On(gate)}, then...)...)
				coro.Spawn(s.Loop, r, coro.Named(name), coro.InFunc("task"))
			})
		}
		spawn(bar, "bar ends")
		spawn(bar, "bar goes on", ms(1e6))
		spawn(bar, "bar waits")
		spawn(kitchen, "kitchen ends")
		spawn(kitchen, "kitchen goes on", ms(1e6))
		spawn(kitchen, "kitchen waits")
		idle(bar.Loop)
		idle(kitchen.Loop)
		window := func() *bytes.Buffer {
			var buf bytes.Buffer
			if _, err := f.WriteTo(&buf); err != nil {
				t.Error(err)
			}
			return &buf
		}
		window() // with so few bytes, the next window begins here

		bar.do(func() { open["bar ends"](); open["bar goes on"]() })
		kitchen.do(func() { open["kitchen ends"](); open["kitchen goes on"]() })
		var buf *bytes.Buffer
		kitchen.do(func() { buf = window() })
		f.Stop()
		bar.close()
		kitchen.close()
		keep(t, t.Name(), buf.Bytes())

		want := []namesake{
			{"bar ends", "task", shape}, {"bar goes on", "task", shape}, {"bar waits", "task", shape},
			{"kitchen ends", "task", shape}, {"kitchen goes on", "task", shape}, {"kitchen waits", "task", shape},
		}
		if diff := gocmp.Diff(want, namesakes(t, bytes.NewReader(buf.Bytes()), "task")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		tl, err := timeline.Read(bytes.NewReader(buf.Bytes()), timeline.Options{Full: true})
		if err != nil {
			t.Fatal(err)
		}
		var loops []string
		for _, l := range tl.Loops {
			loops = append(loops, l.Name)
		}
		slices.Sort(loops)
		if diff := gocmp.Diff([]string{"bar", "kitchen"}, loops); diff != "" {
			t.Errorf("loops (-want +got):\n%s", diff)
		}

		// The same in everything that people read.
		var summary, lanes, events bytes.Buffer
		if err := cmp.Or(timeline.WriteSummary(&summary, tl, 200, false), timeline.WriteTimeline(&lanes, tl, 200, false)); err != nil {
			t.Fatal(err)
		}
		if _, err := timeline.Events(buf, func(ev timeline.Event) error {
			if ev.Func != "" {
				fmt.Fprintf(&events, "%s#%d %s %s\n", ev.Coroutine, ev.ID, ev.Func, ev.Shape)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range tl.Coroutines {
			if c.Func != "task" {
				continue
			}
			for what, text := range map[string]string{"summary": summary.String(), "timeline": lanes.String(), "events": events.String()} {
				if !strings.Contains(text, c.String()) || what != "timeline" && !strings.Contains(text, c.Shape) {
					t.Errorf("%s: %v, %s, is not in it:\n%s", what, c, c.Shape, text)
				}
			}
			if !c.Older {
				t.Errorf("%v is not said to be older than the window", c)
			}
			if c.Name == "bar waits" && (len(c.Suspensions) != 1 || c.Suspensions[0].Start >= 0) {
				t.Errorf("%v is suspended since before the window: %+v", c, c.Suspensions)
			}
		}
	})
}
