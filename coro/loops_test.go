package coro_test

// This file tests looking at loops from other goroutines.

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"coroscope/coro"
)

// inBackground runs the loop on a goroutine of its own until the test ends, and
// closes it.
func inBackground(t *testing.T, l *coro.Loop) {
	t.Helper()
	ended := make(chan bool)
	go func() {
		defer close(ended)
		l.RunForever()
	}()
	t.Cleanup(func() {
		l.CallSoonThreadsafe(l.Stop)
		within(t, func() { <-ended })
		l.Close()
	})
}

// quietly is for loops that are closed with tasks.
var quietly = coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {})

// whenSuspended looks at the loop until it has so many suspended tasks.
func whenSuspended(t *testing.T, l *coro.Loop, n int) (s *coro.LoopSnapshot) {
	t.Helper()
	within(t, func() {
		for {
			s = l.Look(patience, 0)
			suspended := 0
			for _, task := range s.Tasks {
				if task.Status == "suspended" {
					suspended++
				}
			}
			if suspended == n && len(s.Tasks) == n {
				return
			}
			runtime.Gosched()
		}
	})
	return s
}

func TestLoops(t *testing.T) {
	before := coro.Loops()
	a, b := coro.NewLoop(), coro.NewLoop()
	news := slices.DeleteFunc(coro.Loops(), func(l *coro.Loop) bool { return slices.Contains(before, l) })
	if !slices.Equal(news, []*coro.Loop{a, b}) {
		t.Errorf("%d new loops, want both in order", len(news))
	}
	a.Close()
	b.Close()
	for range 300 {
		coro.NewLoop() // and nobody holds it
	}
	if slices.Contains(coro.Loops(), a) {
		t.Error("a closed loop is still there")
	}
	if !collect(func() bool { return len(coro.Loops()) <= len(before) }) {
		t.Errorf("%d loops are kept that nobody holds", len(coro.Loops())-len(before))
	}
}

// A snapshot has all that is known of a task, in every shape, while the loop
// runs.
func TestLook(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		countGoroutines(t)
		defer coro.WatchLoops()()
		l := coro.NewLoop(coro.WithName("kitchen"), quietly)
		stove := coro.NewLock(l, "stove")
		began := time.Now()
		var place coro.Place
		main := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			if err := stove.Acquire(y); err != nil {
				return nil, err
			}
			wants := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
				place = here(1)
				return nil, stove.Acquire(y)
			}), coro.Named("wants"))
			return wants.Await(y)
		}), coro.Named("main"))
		coro.Spawn[any](l, &player{awaits: awaiting(coro.Sleep(time.Hour).As("nap"))}, coro.Named("machine"))
		inBackground(t, l)
		s := whenSuspended(t, l, 3)
		id := main.Info().ID
		ids := []uint64{s.Tasks[0].ID, s.Tasks[1].ID, s.Tasks[2].ID}
		if ids[0] != id || !slices.IsSorted(ids) {
			t.Fatalf("ids %v, want them in order, the first %d", ids, id)
		}
		machine, wants := ids[1], ids[2]
		want := []coro.TaskSnapshot{{
			ID: id, Name: "main", Shape: s.Tasks[0].Shape, Status: "suspended",
			On: "await task wants", Kind: "task", Label: "wants", Children: []uint64{wants},
			Awaits: []coro.AwaitSnapshot{{Task: wants}}, AwaitedBy: []uint64{wants}, Holds: []string{"lock stove"},
		}, {
			ID: machine, Name: "machine", Shape: "statemachine", Status: "suspended",
			On: "await sleep nap", Kind: "sleep", Label: "nap", Detail: "1h0m0s",
		}, {
			ID: wants, Name: "wants", Shape: s.Tasks[0].Shape, Status: "suspended", Parent: id,
			On: "await lock stove", Kind: "lock", Label: "stove", Detail: "1st in line", At: place.String(), File: place.File, Line: place.Line,
			Awaits: []coro.AwaitSnapshot{{Task: id, Holding: "lock stove"}}, AwaitedBy: []uint64{id},
		}}
		want[0].Detail = fmt.Sprintf("wants#%d", wants)
		opts := cmp.Options{
			cmpopts.EquateEmpty(),
			cmpopts.IgnoreFields(coro.TaskSnapshot{}, "Func", "Since", "Created"),
			cmp.FilterPath(func(p cmp.Path) bool {
				f := p.Last().String()
				return f == ".At" || f == ".File" || f == ".Line"
			}, cmp.Comparer(func(a, b any) bool { return true })),
		}
		if diff := cmp.Diff(want, s.Tasks, opts); diff != "" {
			t.Errorf("tasks (-want +got):\n%s", diff)
		}
		if got := s.Tasks[2]; got.At != want[2].At || got.File != want[2].File || got.Line != want[2].Line {
			t.Errorf("it is suspended at %s (%s:%d), want %s", got.At, got.File, got.Line, place)
		}
		for _, task := range s.Tasks {
			if task.Since == nil || task.Since.Before(began) || task.Since.After(time.Now()) {
				t.Errorf("%s is suspended since %v, want between %v and now", task.Name, task.Since, began)
			}
			if !strings.HasPrefix(task.Created, "loops_test.go:") {
				t.Errorf("%s was made at %q", task.Name, task.Created)
			}
		}
		if len(s.Cycles) != 1 || s.Cycles[0][0].Task != id || s.Cycles[0][1].Task != wants || s.Cycles[0][0].Holding != "lock stove" {
			t.Errorf("circles: %+v", s.Cycles)
		}
		if s.Name != "kitchen" || s.Pending != 3 || s.Timers != 1 || s.Omitted != 0 {
			t.Errorf("the loop: %+v", s)
		}
		if s := l.Look(patience, 2); len(s.Tasks) != 2 || s.Omitted != 1 || s.Tasks[0].Awaits[0].Task != wants {
			t.Errorf("limited to 2: %+v", s)
		}
	})
}

// A loop that has nothing to do is idle, one that is not run is stopped, and has
// no tasks to be told.
func TestLookAtAnIdleLoop(t *testing.T) {
	l := coro.NewLoop(quietly)
	coro.Spawn(l, coro.Pull(napping))
	if s := l.Look(patience, 0); s.State != coro.LoopStopped || len(s.Tasks) != 0 {
		t.Errorf("before it runs: %+v", s)
	}
	inBackground(t, l)
	whenSuspended(t, l, 1)
	within(t, func() {
		for l.Look(patience, 0).State != coro.LoopIdle {
			runtime.Gosched()
		}
	})
}

// A loop that is held by a step says so, and by whom if it is watched.
func TestLookAtABusyLoop(t *testing.T) {
	for _, watched := range []bool{true, false} {
		eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
			countGoroutines(t)
			if watched {
				defer coro.WatchLoops()()
			}
			l := coro.NewLoop(quietly)
			hogs, goOn := make(chan bool), make(chan bool)
			task := coro.Spawn(l, of(&player{awaits: []func() coro.Await{func() coro.Await {
				hogs <- true
				<-goOn
				return coro.Sleep(time.Hour)
			}}}), coro.Named("hog"), coro.InFunc("hogging"))
			inBackground(t, l)
			<-hogs
			first := l.Look(time.Nanosecond, 0)
			second := l.Look(time.Millisecond, 0)
			for _, s := range []*coro.LoopSnapshot{first, second} {
				if s.State != coro.LoopBusy || s.Busy == nil || len(s.Tasks) != 0 || s.Busy.AtLeast == watched {
					t.Fatalf("held, watched %v: %+v, busy %+v", watched, s, s.Busy)
				}
				want := coro.BusySnapshot{}
				if watched {
					want = coro.BusySnapshot{In: task.String(), Task: task.Info().ID, Func: "hogging"}
				}
				if diff := cmp.Diff(want, *s.Busy, cmpopts.IgnoreFields(want, "For", "AtLeast")); diff != "" {
					t.Errorf("busy (-want +got):\n%s", diff)
				}
			}
			if watched && second.Busy.For <= first.Busy.For {
				t.Errorf("busy for %v, and later for %v", first.Busy.For, second.Busy.For)
			}
			close(goOn)
			whenSuspended(t, l, 1)
		})
	}
}

func TestLookAtABusyCallback(t *testing.T) {
	defer coro.WatchLoops()()
	l := coro.NewLoop(quietly)
	hogs, goOn := make(chan bool), make(chan bool)
	l.CallSoon(func() {
		hogs <- true
		<-goOn
	})
	inBackground(t, l)
	<-hogs
	if s := l.Look(time.Nanosecond, 0); s.Busy == nil || !strings.HasPrefix(s.Busy.In, "callback coro_test.TestLookAtABusyCallback") {
		t.Errorf("held by a callback: %+v", s.Busy)
	}
	close(goOn)
}

// Loops that run already are watched too, and no longer when nobody wants it.
func TestWatchLoops(t *testing.T) {
	l := coro.NewLoop(quietly)
	bell := coro.NewEvent(l, "bell")
	coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
		for {
			if err := bell.Wait(y); err != nil {
				return nil, err
			}
			bell.Clear()
		}
	}))
	inBackground(t, l)
	ring := func() *time.Time {
		rung := make(chan bool)
		l.CallSoonThreadsafe(func() { bell.Set(); after(l, 2, func() { close(rung) }) })
		<-rung
		return whenSuspended(t, l, 1).Tasks[0].Since
	}
	if since := ring(); since != nil {
		t.Errorf("nobody watches, and it is suspended since %v", since)
	}
	stop, other := coro.WatchLoops(), coro.WatchLoops()
	first := ring()
	if first == nil {
		t.Fatal("it is watched, and not known since when the task is suspended")
	}
	stop()
	stop()
	second := ring()
	if second == nil || !second.After(*first) {
		t.Errorf("suspended since %v, and after the bell since %v", first, second)
	}
	other()
	if third := ring(); !third.Equal(*second) {
		t.Errorf("nobody watches any more, and it is suspended since %v, not %v", third, second)
	}
}

// Every field has a name in JSON, and lists are lists also when they are empty.
func TestSnapshotAsJSON(t *testing.T) {
	l, _ := newTestLoop(t)
	coro.Spawn(l, coro.Pull(napping), coro.Named("nap"))
	start(l)
	b, err := json.Marshal(l.Snapshot(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"tasks":[{"id":`, `"cycles":[]`, `"awaits":[]`, `"awaited_by":[]`, `"children":[]`, `"inner":[]`, `"holds":[]`, `"since":null`, `"state":null`, `"busy":null`, `"clock_s":`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in %s", want, b)
		}
	}
	if strings.ContainsAny(strings.Join(jsonNames(b), ""), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		t.Errorf("a field has no name of its own: %s", b)
	}
}

// jsonNames returns the names of the fields of a JSON text.
func jsonNames(b []byte) (names []string) {
	for _, part := range strings.Split(string(b), `":`) {
		if i := strings.LastIndexByte(part, '"'); i >= 0 {
			names = append(names, part[i+1:])
		}
	}
	return names
}

// Of many tasks the oldest are told of.
func TestSnapshotOfTheOldest(t *testing.T) {
	l, _ := newTestLoop(t)
	const n = 25_000
	var tasks []*coro.Task[any]
	for range n {
		tasks = append(tasks, coro.Spawn[any](l, &player{awaits: awaiting(coro.Sleep(time.Hour))}))
	}
	start(l)
	// One in seven ends.
	for i, task := range tasks {
		if i%7 == 0 {
			task.Cancel()
		}
	}
	start(l)
	left := n - (n+6)/7
	s := l.Snapshot(5)
	var got []uint64
	for _, task := range s.Tasks {
		got = append(got, task.ID-tasks[0].Info().ID)
	}
	if diff := cmp.Diff([]uint64{1, 2, 3, 4, 5}, got); diff != "" || s.Pending != left || s.Omitted != left-5 {
		t.Errorf("%d pending, %d omitted; want %d, %d; tasks (-want +got):\n%s", s.Pending, s.Omitted, left, left-5, diff)
	}
	s = l.Snapshot(12_000)
	for i, task := range s.Tasks {
		// One in seven is missing.
		if want := uint64(i + i/6 + 1); task.ID-tasks[0].Info().ID != want {
			t.Fatalf("task %d is number %d, want %d", i, task.ID-tasks[0].Info().ID, want)
		}
	}
	if len(s.Tasks) != 12_000 || s.Omitted != left-12_000 {
		t.Errorf("%d tasks, %d omitted", len(s.Tasks), s.Omitted)
	}
}
