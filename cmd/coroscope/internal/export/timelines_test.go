package export

// This file defines the timelines that the tests export.

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
	cotrace "coroscope/trace"
	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

const ms = time.Millisecond

func span(start, end int) timeline.Span {
	return timeline.Span{Start: time.Duration(start) * ms, End: time.Duration(end) * ms}
}

func open(s timeline.Span) timeline.Span { s.Open = true; return s }

// small is a timeline with a little of everything in it.
func small() *timeline.Timeline {
	loop := &timeline.Loop{
		Name: "bar", ID: 1, Turns: 4, Busy: 35 * ms, Idle: 55 * ms,
		Running: []timeline.Span{span(0, 90)}, Idles: []timeline.Span{span(15, 40), span(50, 80)},
		TurnLog: []timeline.Turn{{T: 1 * ms, N: 1, Ready: 1}, {T: 6 * ms, N: 2, Ready: 1, Timers: 1}, {T: 41 * ms, N: 3, Ready: 1}, {T: 81 * ms, N: 4, Ready: 1}},
	}
	other := &timeline.Loop{Name: "bar", ID: 2, Running: []timeline.Span{open(span(80, 100))}}
	ann, bob := protocol.Ref{Name: "Ann", ID: 1}, protocol.Ref{Name: "Bob \"ß\" 🍸", ID: 2}
	return &timeline.Timeline{
		Duration: 100 * ms,
		Full:     true,
		Loops:    []*timeline.Loop{loop, other},
		Coroutines: []*timeline.Coroutine{
			{
				ID: 1, Name: ann.Name, Func: "main.guest", Shape: "statemachine", Loop: loop, Made: "bar.go:9",
				Spawned: 1 * ms, Status: timeline.Done, Ended: 48 * ms, Outcome: "failed", Detail: "no gin",
				RunCount: 2, Run: 10 * ms, SuspensionCount: 1, Suspended: 36 * ms,
				Runs: []timeline.Run{{Span: span(2, 5)}, {Span: span(41, 48), At: "bar.go:44", Thrown: "timeout"}},
				Suspensions: []timeline.Suspension{
					{Span: span(5, 41), On: "await sleep nap", State: 2, At: "bar.go:44", Detail: "35ms", Ready: 40 * ms, Cause: "timer"},
				},
				Frames: []timeline.FrameValue{{T: 5 * ms, Suspension: 0, Slot: "order", Value: `"mule"`}},
			},
			{
				ID: 2, Name: bob.Name, Func: "main.guest", Shape: "pull", Parent: 1, Loop: loop,
				Spawned: 3 * ms, Status: timeline.Suspended,
				RunCount: 2, Run: 9 * ms, SuspensionCount: 2, Suspended: 87 * ms,
				Runs: []timeline.Run{{Span: span(6, 14)}, {Span: span(49, 50), At: "bar.go:61"}},
				Suspensions: []timeline.Suspension{
					{Span: span(14, 49), On: "await future shaker", State: protocol.NoState, At: "bar.go:61", Ready: 45 * ms, ReadyBy: ann, Cause: "future"},
					{Span: open(span(50, 100)), On: "await lock", State: protocol.NoState, Ready: -1},
				},
			},
			{
				ID: 3, Name: "older", Older: true, Status: timeline.Suspended,
				Suspensions: []timeline.Suspension{
					{Span: open(timeline.Span{Start: -time.Hour, End: 100 * ms}), Older: true, On: "await resumer value", State: 1, Ready: -1},
				},
			},
			{ID: 4, Name: "silent", Parent: 2, Spawned: 7 * ms, Status: timeline.Created},
			{
				ID: 5, Name: "closed", Loop: loop, Spawned: 60 * ms, Status: timeline.Done, Ended: 94 * ms, Outcome: "closed",
				RunCount: 1, Run: 2 * ms, Runs: []timeline.Run{{Span: span(92, 94)}}, // the loop does not run any longer
			},
		},
		Slow:  []timeline.SlowStep{{Loop: loop, Step: timeline.Step{Callback: "main.hog", Start: 81 * ms, Took: 7 * ms}}},
		Notes: []string{"more than 2 lanes"}, Lost: []string{"10 bytes"},
		Pulls: []*timeline.Pull{{
			Goroutine: 12, Made: "example.org/words.All (words.go:31)", Created: 10 * ms, Ended: 100 * ms, Status: timeline.Suspended,
			Switches: 2, Run: 2 * ms, Runnable: ms / 2, Waits: []timeline.Wait{{Reason: "sync", Call: "sync.(*Mutex).Lock", Count: 1, Total: ms / 2}},
			Suspended: 87 * ms, Runs: []timeline.Span{span(12, 13), span(20, 22)},
			Blocks: []timeline.Block{
				{Span: timeline.Span{Start: 20*ms + ms/4, End: 20*ms + 3*ms/4}, State: timeline.GoWaiting, Reason: "sync", Call: "sync.(*Mutex).Lock"},
				{Span: timeline.Span{Start: 20*ms + 3*ms/4, End: 21*ms + ms/4}, State: timeline.GoRunnable},
			},
		}},
		Goroutines: []*timeline.Goroutine{
			{ID: 1, Func: "runtime.main", System: true, Alive: true},
			{
				ID: 7, Func: "example.org/app.worker", Created: 5 * ms, Ended: 90 * ms, Running: 10 * ms, Runnable: 5 * ms, Syscall: 20 * ms,
				Phases: []timeline.Phase{
					{Start: 5 * ms, State: timeline.GoRunnable}, {Start: 10 * ms, State: timeline.GoRunning},
					{Start: 20 * ms, State: timeline.GoWaiting, Reason: "sync", Call: "sync.(*Mutex).Lock"},
					{Start: 70 * ms, State: timeline.GoSyscall, Call: "os.(*File).Read"},
				},
			},
		},
	}
}

// recorded returns the timeline of one bartender with guests on a loop whose
// time is virtual, in a shape, that it read back from the trace of that.
func recorded(t *testing.T, shape coro.Shape) *timeline.Timeline {
	t.Helper()
	var b bytes.Buffer
	if err := cotrace.Start(&b); err != nil {
		t.Skip(err) // go test -trace
	}
	bar := specimen.Bar{
		Guests: []string{"Ann", "Bob", "Cleo"}, Shakers: 1, Ovens: 1,
		Order: 5 * ms, Mix: 25 * ms, Bake: 35 * ms, Serve: 5 * ms,
	}
	l := coro.NewLoop(coro.WithName("bar"), coro.WithClock(&coro.VirtualClock{}), cotrace.Loop())
	_, err := coro.RunUntil(l, coro.Spawn(l, specimen.BartenderIn(shape, l, bar), coro.Named("bartender")))
	l.Close()
	cotrace.Stop()
	if err != nil {
		t.Fatal(err)
	}
	tl, err := timeline.Read(&b, timeline.Options{Full: true})
	if err != nil || len(tl.Lost) > 0 {
		t.Fatalf("read: %v, lost %q", err, tl.Lost)
	}
	return tl
}

func timelines(t *testing.T) map[string]*timeline.Timeline {
	all := map[string]*timeline.Timeline{"small": small()}
	for _, shape := range []coro.Shape{coro.ShapeStateMachine, coro.ShapePull, coro.ShapeGoroutine} {
		all[shape.String()] = recorded(t, shape)
	}
	return all
}

func nonsense(r *rand.Rand) *timeline.Timeline {
	instant := func() time.Duration { return time.Duration(r.IntN(30)-5) * ms }
	spans := func() timeline.Span {
		start := instant()
		return timeline.Span{Start: start, End: start + time.Duration(r.IntN(10))*ms}
	}
	tl := &timeline.Timeline{Full: true, Duration: 25 * ms, Loops: []*timeline.Loop{{Name: "a"}}}
	for range 3 {
		tl.Loops[0].Running = append(tl.Loops[0].Running, spans())
		tl.Loops[0].Idles = append(tl.Loops[0].Idles, spans())
		tl.Loops[0].TurnLog = append(tl.Loops[0].TurnLog, timeline.Turn{T: instant()})
		tl.Slow = append(tl.Slow, timeline.SlowStep{Loop: tl.Loops[0], Step: timeline.Step{Callback: "f", Start: instant(), Took: ms}})
	}
	for id := range uint64(4) {
		c := &timeline.Coroutine{
			ID: id + 1, Name: "c", Spawned: instant(), Ended: instant(), Older: r.IntN(2) == 0,
			Parent: r.Uint64N(6), Status: timeline.Status(r.IntN(5)),
		}
		if id%2 == 0 {
			c.Loop = tl.Loops[0]
		}
		for range 4 {
			c.Runs = append(c.Runs, timeline.Run{Span: spans()})
			c.Suspensions = append(c.Suspensions, timeline.Suspension{
				Span: spans(), On: "await x", Ready: instant(), ReadyBy: protocol.Ref{Name: "c", ID: r.Uint64N(6)},
			})
		}
		tl.Coroutines = append(tl.Coroutines, c)
	}
	tl.Pulls = []*timeline.Pull{{Goroutine: 1, Created: instant(), Ended: instant(), Runs: []timeline.Span{spans(), spans()}, Blocks: []timeline.Block{{Span: spans()}, {Span: spans()}}}}
	tl.Goroutines = []*timeline.Goroutine{{ID: 2, Created: instant(), Ended: instant(), Phases: []timeline.Phase{{Start: instant()}, {Start: instant()}}}}
	return tl
}

// long returns a timeline of coroutines that each hand on to the next, with n
// suspensions in all.
func long(n int) *timeline.Timeline {
	const coroutines = 100
	l := &timeline.Loop{Name: "long", Running: []timeline.Span{{End: time.Duration(n) * 10}}}
	tl := &timeline.Timeline{Full: true, Duration: time.Duration(n) * 10, Loops: []*timeline.Loop{l}}
	for i := range coroutines {
		c := &timeline.Coroutine{ID: uint64(i + 1), Name: "c", Func: "main.c", Loop: l, Status: timeline.Done}
		by := protocol.Ref{Name: "c", ID: uint64((i+coroutines-1)%coroutines + 1)}
		at := time.Duration(i) * 10
		for range n / coroutines {
			next := at + coroutines*10
			c.Runs = append(c.Runs, timeline.Run{Span: timeline.Span{Start: at, End: at + 10}, At: "long.go:7"})
			c.Suspensions = append(c.Suspensions, timeline.Suspension{
				Span: timeline.Span{Start: at + 10, End: next}, On: "await future baton", State: 3, At: "long.go:7", Ready: next - 5, ReadyBy: by,
			})
			at = next
		}
		c.Runs = append(c.Runs, timeline.Run{Span: timeline.Span{Start: at, End: at + 10}})
		c.Ended = at + 10
		tl.Coroutines = append(tl.Coroutines, c)
	}
	return tl
}
