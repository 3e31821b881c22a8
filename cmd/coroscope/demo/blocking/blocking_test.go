package blocking

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/machinetest"
	"coroscope/cmd/coroscope/demo/internal/traced"
	"coroscope/coro"
	"coroscope/statemachine"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

func TestCoroutinesAreTheSameInEveryShape(t *testing.T) {
	answers := func() (int, error) { return rows, nil }
	machinetest.Agree(t, []*statemachine.Description{&streamMachine, &reportMachine}, map[string]machinetest.Make{
		"a stream": func(shape coro.Shape, _ *coro.Loop) coro.Resumable[struct{}, coro.Await, int] {
			return streamIn(shape, 20*time.Millisecond, 3)
		},
		"a stream without frames": func(shape coro.Shape, _ *coro.Loop) coro.Resumable[struct{}, coro.Await, int] {
			return streamIn(shape, 20*time.Millisecond, 0)
		},
		"a report, asked inside": func(shape coro.Shape, l *coro.Loop) coro.Resumable[struct{}, coro.Await, int] {
			return reportIn(shape, l, question{gather: gather, ask: answers})
		},
		"a report without an answer": func(shape coro.Shape, l *coro.Loop) coro.Resumable[struct{}, coro.Await, int] {
			return reportIn(shape, l, question{gather: gather, ask: func() (int, error) { return 0, errors.New("no such table") }})
		},
		"a report, asked off the loop": func(shape coro.Shape, l *coro.Loop) coro.Resumable[struct{}, coro.Await, int] {
			return reportIn(shape, l, question{gather: gather, off: true, ask: turnsLater(t, l, answers)})
		},
	})
}

// turnsLater returns ask with an answer that comes some turns after it was
// asked, whichever goroutine is quicker.
func turnsLater(t *testing.T, l *coro.Loop, ask func() (int, error)) func() (int, error) {
	answered := make(chan struct{})
	answer := sync.OnceFunc(func() { close(answered) })
	t.Cleanup(answer) // if the loop is closed before
	left := 5
	var turn func()
	turn = func() {
		if left--; left == 0 {
			answer()
			return
		}
		l.CallSoon(turn)
	}
	l.CallLater(gather, turn)
	return func() (int, error) {
		<-answered
		return ask()
	}
}

func TestFiguresAreThoseOfTheTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the demo in every shape, in real time; run without -short")
	}
	for _, shape := range demo.ShapeNames() {
		t.Run(shape, func(t *testing.T) {
			env := demo.NewEnv(io.Discard, time.Now())
			env.Shape = shape
			tl := traced.Of(t, timeline.Options{Full: true}, func() error { return run(t.Context(), env) })
			all, err := measure(tl)
			if err != nil {
				t.Fatal(err)
			}
			in, off := all[inside], all[offLoop]
			frames := 0
			for _, s := range streams {
				frames += int((gather + hold + write) / s.frame)
			}
			if in.frames != frames || off.frames != frames {
				t.Errorf("%d and %d frames, want %d", in.frames, off.frames, frames)
			}
			// A busy machine may make other steps slow too, and other frames
			// late; the one that blocks is there in any case.
			if !slices.ContainsFunc(in.slow, func(s timeline.SlowStep) bool { return s.Who.Name == "report" && s.Took >= hold && s.At != "" }) {
				t.Errorf("inside, the slow steps are %v; want one of the report's, of %v, with its place", in.slow, hold)
			}
			// Off the loop the report is suspended instead, and not before
			// the answer is there it goes on. It may be asked for some time
			// before the report is suspended.
			if in.asked != 0 || off.asked <= 0 {
				t.Errorf("the report awaited the answer for %v and %v; want 0 and more", in.asked, off.asked)
			}
			if gathered, answered := reportOf(tl, in), reportOf(tl, off); len(gathered) != 2 || len(answered) != 3 {
				t.Errorf("the report's suspensions are %v and %v, want it to gather, to ask off the loop, and to write", gathered, answered)
			} else if took := answered[1].End - answered[0].End; answered[1].On != "await goroutine "+queryLabel || took < hold {
				t.Errorf("%s ended %v after the question was known, want the query, and at least %v", answered[1].On, took, hold)
			}
			if in.stalled < len(streams) {
				t.Errorf("%d frames stalled inside, want one of each of %d streams at least", in.stalled, len(streams))
			}
			for _, s := range streams {
				// Whenever its frame began, its end was within the call.
				if late := in.latest[s.name]; late < hold-s.frame {
					t.Errorf("%s was late by %v at most, want at least %v", s.name, late, hold-s.frame)
				}
			}
			var out bytes.Buffer
			if err := figures(&out, tl); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`inside +off the loop\n`, `the report was suspended meanwhile +no +\d+\.\d ms\n`, `report#\d+, resumed at report\.go:\d+ held the loop for \d+\.\d ms`} {
				if !regexp.MustCompile(want).Match(out.Bytes()) {
					t.Errorf("figures have no %q:\n%s", want, &out)
				}
			}
		})
	}
}

// reportOf returns the suspensions of a scene's report.
func reportOf(tl *timeline.Timeline, s scene) []timeline.Suspension {
	for _, c := range tl.Coroutines {
		if c.Loop == s.loop && c.Name == "report" {
			return c.Suspensions
		}
	}
	return nil
}

// Of a window, there may be one of the scenes, or none.
func TestFiguresOfAPart(t *testing.T) {
	const ms = time.Millisecond
	span := func(from, to time.Duration) timeline.Span { return timeline.Span{Start: from, End: to} }
	frame := func(from, to time.Duration) timeline.Suspension {
		return timeline.Suspension{Span: span(from, to), On: "await sleep frame", Detail: "20ms", Ready: -1}
	}
	loop := &timeline.Loop{Name: inside, Longest: timeline.Step{Took: 90 * ms}}
	open := frame(200*ms, 300*ms)
	open.Open = true // nobody knows whether it will be late
	tl := &timeline.Timeline{
		Loops: []*timeline.Loop{loop},
		Coroutines: []*timeline.Coroutine{
			{ID: 1, Name: "video", Loop: loop, Suspensions: []timeline.Suspension{frame(-10*ms, 11*ms), frame(11*ms, 101*ms), open}},
			{ID: 2, Name: "report", Loop: loop},
		},
		Slow: []timeline.SlowStep{{Step: timeline.Step{Took: 90 * ms, At: "report.go:7"}}},
	}
	tl.Slow[0].Who.Name, tl.Slow[0].Who.ID = "report", 2
	var out bytes.Buffer
	if err := figures(&out, tl); err != nil {
		t.Fatal(err)
	}
	want := `
From the trace:
  the database was asked                             inside
  longest step of the loop                          90.0 ms
  steps reported as slow                                  1
  the report was suspended meanwhile                     no
  frames that were shown                                  2
  stalls: frames late by 20ms or more                     1
    video, 20ms a frame: late by at most            70.0 ms
    music, 15ms a frame: late by at most             0.0 ms
    chat, 35ms a frame: late by at most              0.0 ms
  report#2, resumed at report.go:7 held the loop for 90.0 ms.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := figures(io.Discard, &timeline.Timeline{}); err == nil {
		t.Error("a trace without the loops has figures")
	}
}
