package trace_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/protocol"

	"github.com/google/go-cmp/cmp"
)

// eachShape runs a subtest for each shape.
func eachShape(t *testing.T, f func(t *testing.T, shape string)) {
	for _, shape := range slices.Sorted(maps.Keys(walkers)) {
		t.Run(shape, func(t *testing.T) { f(t, shape) })
	}
}

func TestLoopIsWrittenAsItHappened(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		var buf bytes.Buffer
		if err := cotrace.Start(&buf); err != nil {
			t.Fatal(err)
		}
		w := &witness{Observer: cotrace.NewObserver()}
		l := coro.NewLoop(coro.WithName("bar"), coro.WithClock(new(coro.VirtualClock)), coro.WithObserver(w))
		oven := coro.NewFuture[int](l, "oven")
		a := coro.Spawn(l, walkers[shape](ms(5), coro.On(oven), coro.NextTurn()), coro.Named("ann"))
		coro.Spawn(l, walkers[shape](ms(1), coro.On(a)), coro.Named("bob"))
		last := coro.Spawn(l, walkers[shape](ms(3), ms(9), ms(1)), coro.Named("cyd"))
		l.CallLater(7*time.Millisecond, func() { oven.SetResult(1) })
		if _, err := coro.RunUntil(l, last); err != nil {
			t.Fatal(err)
		}
		l.Close()
		cotrace.Stop()
		keep(t, t.Name(), buf.Bytes())

		tr := read(t, &buf)
		if diff := cmp.Diff(w.seen, tr.events()); diff != "" {
			t.Errorf("trace differs from what the program saw (-program +trace):\n%s", diff)
		}
		if n := len(tr.logs(protocol.CatSuspend)); n != 8 {
			t.Errorf("%d suspensions, want 8", n)
		}
		root := tr.root(t, "bar")
		tr.checkRows(t, root)
		if tr.Stray != nil {
			t.Errorf("regions end that never began: %v", tr.Stray)
		}
		for _, r := range tr.Regions {
			if r.End < 0 {
				t.Errorf("region %q of task %d was not ended", r.Name, r.Task)
			}
		}
		for id := range tr.Types {
			if _, ok := tr.Ended[id]; !ok {
				t.Errorf("task %d %s was not ended", id, tr.Types[id])
			}
			if id != root && tr.Parents[id] != root {
				t.Errorf("task %d %s has parent %d, want %d", id, tr.Types[id], tr.Parents[id], root)
			}
		}
		if first := tr.Logs[0]; first.Category != protocol.CatCoroscope || !strings.HasPrefix(first.Message, "version 1 epoch ") {
			t.Errorf("first log is %v, want the version", first)
		}
		var loopRows []string
		for _, r := range tr.Regions {
			if r.Task == root && r.Depth == 0 {
				loopRows = append(loopRows, r.Name)
			}
		}
		if diff := cmp.Diff([]string{"loop bar"}, loopRows); diff != "" {
			t.Errorf("regions of the loop itself (-want +got):\n%s", diff)
		}
		if len(tr.regions("idle")) == 0 {
			t.Error("no idle region")
		}
		if len(tr.logs(protocol.CatTurn)) != int(l.Turns()) {
			t.Errorf("%d turn logs, want %d", len(tr.logs(protocol.CatTurn)), l.Turns())
		}
	})
}

func TestRunsStandOnTheLoopsRow(t *testing.T) {
	tr := record(t, func() {
		l := coro.NewLoop(cotrace.Loop(), coro.WithClock(new(coro.VirtualClock)))
		coro.RunUntil(l, coro.Spawn(l, &walker{awaits: []coro.Await{ms(1), ms(1)}}, coro.InFunc("walk")))
		l.Close()
	})
	loop := tr.regions("loop main")[0]
	runs := tr.regions("run walk")
	if len(runs) != 3 {
		t.Fatalf("%d runs, want 3", len(runs))
	}
	for _, r := range runs {
		if r.Goroutine != loop.Goroutine || r.Begin < loop.Begin || r.End > loop.End {
			t.Errorf("run %+v is not within the loop's region %+v", r, loop)
		}
	}
	for _, r := range tr.regions("await sleep nap") {
		if r.Goroutine == loop.Goroutine {
			t.Errorf("%+v is on the loop's row, want a lane", r)
		}
	}
	for _, l := range tr.Logs {
		if l.Category == protocol.CatSuspend && l.Goroutine != loop.Goroutine {
			t.Errorf("log %+v is not on the loop's goroutine", l)
		}
	}
}

func TestStackfulLogsStandOnTheirOwnRow(t *testing.T) {
	for shape, of := range stackful {
		t.Run(shape, func(t *testing.T) {
			tr := record(t, func() {
				l := coro.NewLoop(cotrace.Loop(), coro.WithClock(new(coro.VirtualClock)))
				coro.RunUntil(l, coro.Spawn(l, of(walk(ms(1), ms(1))), coro.Named("ann")))
				l.Close()
			})
			var row *region
			for _, r := range tr.Regions {
				if strings.HasPrefix(r.Name, "ann#") {
					row = r
				}
			}
			for _, l := range tr.Logs {
				switch l.Category {
				case protocol.CatSuspend, protocol.CatResume, protocol.CatEnd:
					if l.Goroutine != row.Goroutine {
						t.Errorf("%s log is on goroutine %d, want %d", l.Category, l.Goroutine, row.Goroutine)
					}
				}
			}
			for _, r := range tr.regions("await sleep nap") {
				if r.Goroutine != row.Goroutine || r.Depth != 1 {
					t.Errorf("%+v is not within %+v", r, row)
				}
			}
		})
	}
}

// TestEveryWayToEnd has a body end in every way there is, with regions of its
// own that it ends itself, and ends by accident or not at all.
func TestEveryWayToEnd(t *testing.T) {
	boom := errors.New("boom")
	ways := map[string]struct {
		body coro.Body[struct{}, coro.Await, int]
		do   func(l *coro.Loop, task *coro.Task[int])
		want string
	}{
		"returned": {body: walk(ms(1)), want: "returned"},
		"failed": {
			body: func(y *coro.Async) (int, error) { coro.Wait(y, ms(1)); return 0, boom },
			want: "failed: boom",
		},
		"panicked": {
			body: func(y *coro.Async) (int, error) {
				openRegion()
				coro.Wait(y, ms(1))
				panic("oh no")
			},
			want: "panicked: oh no",
		},
		"goexit": {
			body: func(y *coro.Async) (int, error) {
				openRegion()
				coro.Wait(y, ms(1))
				goexit()
				return 0, nil
			},
			want: "goexit",
		},
		"canceled": {
			body: walk(ms(1000)),
			do:   func(l *coro.Loop, task *coro.Task[int]) { l.CallLater(time.Millisecond, func() { task.Cancel() }) },
			want: "canceled",
		},
		"closed": {
			body: walk(ms(1000)),
			do:   func(l *coro.Loop, task *coro.Task[int]) { l.CallLater(time.Millisecond, l.Stop) },
			want: "closed",
		},
		"closed before it began": {
			body: walk(ms(1000)),
			do:   func(l *coro.Loop, task *coro.Task[int]) { l.Close() },
			want: "closed",
		},
		"unwound": {
			body: func(y *coro.Async) (int, error) {
				defer openRegion().End()
				coro.Wait(y, ms(1000))
				coro.Wait(y, ms(1000)) // ignores its close
				return 0, nil
			},
			do:   func(l *coro.Loop, task *coro.Task[int]) { l.CallLater(time.Millisecond, l.Stop) },
			want: "closed",
		},
	}
	for shape, of := range stackful {
		for name, way := range ways {
			t.Run(shape+"/"+name, func(t *testing.T) {
				tr := record(t, func() {
					done := make(chan struct{})
					go func() { // a Goexit ends the loop's goroutine too
						defer close(done)
						l := coro.NewLoop(cotrace.Loop(), coro.WithClock(new(coro.VirtualClock)), coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}))
						defer l.Close()
						task := coro.Spawn(l, of(way.body), coro.Named("ann"))
						if way.do != nil {
							way.do(l, task)
						}
						coro.RunUntil(l, task)
					}()
					<-done
				})
				ends := tr.logs(protocol.CatEnd)
				if len(ends) != 1 || !strings.HasSuffix(ends[0], " "+way.want) {
					t.Errorf("end logs are %q, want one with %q", ends, way.want)
				}
				tr.checkRows(t, tr.root(t, "main"))
				if tr.Stray != nil {
					t.Errorf("regions end that never began: %v", tr.Stray)
				}
				for _, r := range tr.Regions {
					if strings.HasPrefix(r.Name, "await") && r.End < 0 {
						t.Errorf("region %q was not ended", r.Name)
					}
				}
			})
		}
	}
}

func TestMachineThatPanics(t *testing.T) {
	tr := record(t, func() {
		l := coro.NewLoop(cotrace.Loop(), coro.WithClock(new(coro.VirtualClock)), coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}))
		task := coro.Spawn(l, &bomb{}, coro.Named("bomb"))
		coro.RunUntil(l, task)
		l.Close()
	})
	if ends := tr.logs(protocol.CatEnd); len(ends) != 1 || !strings.HasSuffix(ends[0], " panicked: boom") {
		t.Errorf("end logs are %q", ends)
	}
	for _, r := range tr.Regions {
		if r.End < 0 {
			t.Errorf("region %q was not ended", r.Name)
		}
	}
}

// A bomb is a machine that goes off at its second step.
type bomb struct{ lit bool }

func (b *bomb) Resume(struct{}, error) (coro.Await, bool) {
	if b.lit {
		panic("boom")
	}
	b.lit = true
	return ms(1), true
}
func (b *bomb) Result() int { return 0 }
func (b *bomb) Err() error  { return nil }

func TestLanesAreLimited(t *testing.T) {
	tr := record(t, func() {
		l := coro.NewLoop(cotrace.Loop(cotrace.WithLanes(3)), coro.WithClock(new(coro.VirtualClock)))
		var last *coro.Task[int]
		for i := range 5 {
			last = coro.Spawn(l, &walker{awaits: []coro.Await{ms(1), ms(1)}}, coro.Named(fmt.Sprint("walker ", i)))
		}
		coro.RunUntil(l, last)
		coro.RunUntil(l, coro.Spawn(l, &walker{awaits: []coro.Await{ms(1)}}, coro.Named("late")))
		l.Close()
	})
	rows := make(map[string]int)
	for _, r := range tr.Regions {
		if ref, ok := protocol.ParseRef(r.Name); ok {
			rows[ref.Name]++
		}
	}
	if diff := cmp.Diff(map[string]int{"walker 0": 1, "walker 1": 1, "walker 2": 1}, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if n := len(tr.logs(protocol.CatSuspend)); n != 11 {
		t.Errorf("%d suspend logs, want 11", n)
	}
	var limits []string
	for _, m := range tr.logs(protocol.CatCoroscope) {
		if strings.Contains(m, "limit") {
			limits = append(limits, m)
		}
	}
	if len(limits) != 1 || !strings.Contains(limits[0], "limit lanes 3: walker 3#") {
		t.Errorf("limits: %q", limits)
	}
}

func TestFramesAreLoggedWhereTheyChange(t *testing.T) {
	tr := record(t, func() {
		l := coro.NewLoop(cotrace.Loop(cotrace.WithFrames()), coro.WithClock(new(coro.VirtualClock)))
		coro.RunUntil(l, coro.Spawn(l, &walker{awaits: []coro.Await{ms(1), ms(1)}}, coro.Named("ann")))
		l.Close()
	})
	var got []string
	for _, m := range tr.logs(protocol.CatFrame) {
		_, m, _ = strings.Cut(m, "#")
		_, m, _ = strings.Cut(m, " ")
		got = append(got, m)
	}
	want := []string{
		"1/3 state=1", "2/3 steps=2", "3/3 seen=[0]",
		"1/3 state=2", "3/3 seen=[0 1]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
}

func TestTimersAndSlowSteps(t *testing.T) {
	tr := record(t, func() {
		l := coro.NewLoop(cotrace.Loop(), coro.WithClock(new(coro.VirtualClock)), coro.WithSlowStep(time.Nanosecond, func(coro.SlowStep) {}))
		h := l.CallLater(time.Hour, tick)
		l.CallLater(time.Millisecond, func() { h.Cancel() })
		coro.RunUntil(l, coro.Spawn(l, &walker{awaits: []coro.Await{ms(5)}}, coro.Named("ann")))
		l.Close()
	})
	timers := strings.Join(tr.logs(protocol.CatTimer), "\n")
	for _, want := range []string{"trace_test.tick set 1h0m0s", "trace_test.tick canceled", " set 5ms", " fired"} {
		if !strings.Contains(timers, want) {
			t.Errorf("no timer log with %q in\n%s", want, timers)
		}
	}
	slow := strings.Join(tr.logs(protocol.CatSlow), "\n")
	for _, want := range []string{"callback coroscope/trace_test", "ann#", "(resumed at walk.go:11)"} {
		if !strings.Contains(slow, strings.TrimPrefix(want, "callback coroscope/")) {
			t.Errorf("no slow log with %q in\n%s", want, slow)
		}
	}
}

func tick() {}

// A spawner is a walker that calls do before it walks.
type spawner struct {
	walker
	do func()
}

func (s *spawner) Resume(in struct{}, thrown error) (coro.Await, bool) {
	if s.state == 0 {
		s.do()
	}
	return s.walker.Resume(in, thrown)
}

// An eager task runs inside of the step of the one that spawns it: the trace has
// what happened, regions are nested on each row, and nobody made it ready.
func TestEagerTasks(t *testing.T) {
	outers := map[string]func(do func()) coro.Resumable[struct{}, coro.Await, int]{
		"statemachine": func(do func()) coro.Resumable[struct{}, coro.Await, int] {
			return &spawner{walker{awaits: []coro.Await{ms(2)}}, do}
		},
	}
	for name, of := range stackful {
		outers[name] = func(do func()) coro.Resumable[struct{}, coro.Await, int] {
			return of(func(y *coro.Async) (int, error) {
				do()
				return 0, coro.Wait(y, ms(2))
			})
		}
	}
	for name, outer := range outers {
		t.Run(name, func(t *testing.T) {
			eachShape(t, func(t *testing.T, shape string) {
				w := &witness{Observer: cotrace.NewObserver()}
				tr := record(t, func() {
					l := coro.NewLoop(coro.WithName("bar"), coro.WithClock(new(coro.VirtualClock)), coro.WithObserver(w))
					coro.Spawn(l, outer(func() {
						coro.Spawn(l, walkers[shape](ms(1)), coro.Named("ann"), coro.Eager(true))
						coro.Spawn(l, walkers[shape](), coro.Named("bob"), coro.Eager(true))
					}), coro.Named("host"))
					if err := l.RunAll(); err != nil {
						t.Error(err)
					}
					l.Close()
				})
				if diff := cmp.Diff(w.seen, tr.events()); diff != "" {
					t.Errorf("trace differs from what the program saw (-program +trace):\n%s", diff)
				}
				tr.checkRows(t, tr.root(t, "bar"))
				if tr.Stray != nil {
					t.Errorf("regions end that never began: %v", tr.Stray)
				}
				for _, l := range tr.logs(protocol.CatReady) {
					if strings.HasPrefix(l, "ready: bob#") {
						t.Errorf("who never suspended was made ready: %s", l)
					}
				}
			})
		})
	}
}
