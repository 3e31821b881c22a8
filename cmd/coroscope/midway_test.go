package main

// This file holds the same for a trace that begins midway, from its snapshot
// on.

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/internal/eventlog"
	"coroscope/coro"
	"coroscope/statemachine/specimen"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// A witness sees all that happens on a loop, traced or not, and notes where
// traces began.
type witness struct {
	coro.Observer // the tracer and a recorder
	tracer        coro.Gate
	seen          []timeline.Event
	begins        []int // indices in seen: where the tracer was attached anew
}

// Epoch implements [coro.Gate]. It is never 0, so that the recorder is told
// everything; the tracer is, too, and knows by itself when it is off.
func (w *witness) Epoch() uint64 { return w.tracer.Epoch() + 1 }

// Attach implements [coro.Observer].
func (w *witness) Attach(l *coro.Loop, snapshot []coro.TaskState) {
	if w.tracer.Epoch() != 0 {
		w.begins = append(w.begins, len(w.seen))
	}
	w.Observer.Attach(l, snapshot)
}

// without drops what a program and a trace of it need not have in common.
func without(ev timeline.Event) line {
	l := line{Event: ev.Kind, Coroutine: ev.Coroutine, ID: ev.ID, On: ev.On, State: ev.State}
	if ev.At != "" {
		l.At = &ev.At
	}
	return l
}

// suspendedAt returns the last suspension of each coroutine that stands in one
// after the given events, and how many have not ended.
func suspendedAt(seen []timeline.Event) (suspended map[uint64]line, alive int) {
	suspended = make(map[uint64]line)
	for _, ev := range seen {
		switch ev.Kind {
		case timeline.Spawn:
			alive++
		case timeline.Suspend:
			suspended[ev.ID] = without(ev)
		case timeline.Resume:
			delete(suspended, ev.ID)
		case timeline.End:
			alive--
		}
	}
	return suspended, alive
}

func TestTraceBegunMidway(t *testing.T) {
	for _, shape := range demo.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			var trace [2]bytes.Buffer
			w := &witness{}
			tracer := cotrace.NewObserver()
			w.tracer = tracer
			w.Observer = eventlog.NewTee(ungated{tracer}, eventlog.NewRecorder(time.Now(), func(ev timeline.Event) { w.seen = append(w.seen, ev) }))
			l := coro.NewLoop(coro.WithClock(new(coro.VirtualClock)), coro.WithObserver(w))
			defer l.Close()

			// Two traces, both begun while guests are suspended; between them
			// there is none.
			stopped := 0
			at := func(when time.Duration, do func()) { l.CallLater(when, do) }
			start := func(b *bytes.Buffer) func() {
				return func() {
					if err := cotrace.Start(b); err != nil {
						t.Error(err)
					}
				}
			}
			at(11*time.Millisecond, start(&trace[0]))
			at(52*time.Millisecond, func() {
				cotrace.Stop()
				stopped = len(w.seen)
			})
			at(73*time.Millisecond, start(&trace[1]))
			bar := specimen.Bar{
				Guests: []string{"Ann", "Bob", "Cleo"}, Shakers: 1, Ovens: 1,
				Order: 5 * time.Millisecond, Mix: 20 * time.Millisecond, Bake: 30 * time.Millisecond, Serve: 5 * time.Millisecond,
			}
			if _, err := coro.RunUntil(l, coro.Spawn(l, specimen.BartenderIn(shape, l, bar))); err != nil {
				t.Fatal(err)
			}
			cotrace.Stop()

			if len(w.begins) != 2 {
				t.Fatalf("the tracer was attached in %d traces, want 2", len(w.begins))
			}
			for i, end := range []int{stopped, len(w.seen)} {
				compareFrom(t, fmt.Sprintf("trace %d", i+1), &trace[i], w.seen[:w.begins[i]], w.seen[w.begins[i]:end])
			}
		})
	}
}

// ungated hides that an observer is a [coro.Gate].
type ungated struct{ coro.Observer }

// compareFrom compares a trace with what was seen before it and in it.
func compareFrom(t *testing.T, name string, trace *bytes.Buffer, before, during []timeline.Event) {
	t.Helper()
	var has, want []line
	snapshots := make(map[uint64]bool)
	suspended := make(map[uint64]line)
	lost, err := timeline.Events(trace, func(ev timeline.Event) error {
		switch {
		case ev.Kind != timeline.Snapshot:
			has = append(has, without(ev))
		case ev.On != "":
			s := without(ev)
			s.Event = timeline.Suspend
			suspended[ev.ID] = s
		default:
			snapshots[ev.ID] = true
		}
		return nil
	})
	if err != nil || len(lost) > 0 {
		t.Errorf("%s: %v, lost %q", name, err, lost)
	}
	for _, ev := range during {
		want = append(want, without(ev))
	}
	if diff := cmp.Diff(want, has); diff != "" {
		t.Errorf("%s: the program saw (-), the trace has (+):\n%s", name, diff)
	}
	stood, alive := suspendedAt(before)
	if diff := cmp.Diff(stood, suspended); diff != "" {
		t.Errorf("%s: suspended when it began (-), in its snapshot (+):\n%s", name, diff)
	}
	if len(snapshots) != alive || alive < 2 || len(stood) < 2 {
		t.Errorf("%s: %d coroutines lived when it began, %d of them suspended, and %d are in the snapshot; expected some of each", name, alive, len(stood), len(snapshots))
	}
}

func TestTraceBegunMidwayOfCoroutinesThatStandAlone(t *testing.T) {
	for _, shape := range demo.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			var seen []timeline.Event
			env := demo.NewEnv(t.Output(), time.Now())
			env.Record = eventlog.NewRecorder(time.Now(), func(ev timeline.Event) { seen = append(seen, ev) })
			walk := demo.Drive(t.Context(), env, specimen.TreeWalkIn(shape, specimen.PerfectTree(3)))
			average := demo.Drive(t.Context(), env, specimen.AverageIn(shape))
			defer average.Close()
			walk.Next()
			average.Next()
			average.Resume(3)
			walk.Next()

			var trace bytes.Buffer
			began := len(seen)
			if err := cotrace.Start(&trace); err != nil {
				t.Fatal(err)
			}
			average.Resume(7)
			for walk.Status() != coro.Done {
				walk.Next()
			}
			average.Throw(specimen.ErrReset)
			cotrace.Stop()
			compareFrom(t, "trace", &trace, seen[:began], seen[began:])
		})
	}
}
