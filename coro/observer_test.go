package coro_test

// This file tests what an observer of a loop is told: exactly which events, in
// which order, and on which goroutine. Machines and stackful bodies give the
// same events.

import (
	"fmt"
	"io"
	"runtime"
	"runtime/trace"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
)

// A recorder is an observer that writes down what it is told, a line an
// event, and on which goroutine.
type recorder struct {
	diary
	goroutines map[string]string // of each body
	wrong      []string          // events that were on the wrong goroutine
	home       string            // the loop's goroutine
	running    string            // that of the body that runs, if one does
	turns      bool              // also turns, idleness and runs
	callbacks  bool              // also the timers of callbacks
}

func newRecorder() *recorder {
	return &recorder{goroutines: make(map[string]string), home: goroutineID()}
}

// atHome notes an event that belongs on the goroutine of whoever caused it:
// the loop's, or that of the body that runs.
func (r *recorder) atHome(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	want := r.home
	if r.running != "" {
		want = r.running
	}
	if g := goroutineID(); g != want {
		r.wrong = append(r.wrong, line+" on "+g)
	}
	r.note(line)
}

// onBody notes an event that belongs on the goroutine of c's body.
func (r *recorder) onBody(c *coro.Info, line string) {
	g := goroutineID()
	first, known := r.goroutines[c.Name]
	if !known {
		r.goroutines[c.Name], first = g, g
	}
	if g != first || c.Shape.Stackful() == (g == r.home) {
		r.wrong = append(r.wrong, line+" on "+g)
	}
	r.note(line)
}

func (r *recorder) Spawn(c *coro.Info) {
	line := "spawn " + c.Name
	if c.Parent != nil {
		line += " by " + c.Parent.Name
	}
	r.note(line)
}

func (r *recorder) Ready(c *coro.Info, why coro.Cause) {
	line := "ready " + c.Name + ": " + why.What
	if why.By != nil {
		line += " by " + why.By.Name
	}
	r.atHome("%s", line)
}

func (r *recorder) Resume(c *coro.Info, s coro.Suspension, start bool, thrown error) {
	line := "resume " + c.Name
	if start {
		line += " start"
	} else {
		line += " " + s.On()
	}
	if thrown != nil {
		line += " throws " + thrown.Error()
	}
	r.onBody(c, line)
	r.running = goroutineID()
}

func (r *recorder) Suspend(c *coro.Info, s coro.Suspension) {
	r.onBody(c, "suspend "+c.Name+" "+s.On())
	r.running = ""
}

func (r *recorder) End(c *coro.Info, o coro.Outcome) {
	line := "end " + c.Name + " " + o.Kind.String()
	if o.Err != nil {
		line += ": " + firstLine(o.Err)
	}
	if _, began := r.goroutines[c.Name]; began {
		r.onBody(c, line)
		r.running = ""
	} else {
		r.atHome("%s", line)
	}
}

func (r *recorder) Timer(c *coro.Info, fn string, op coro.TimerOp, d time.Duration) {
	who := "callback " + fn
	switch {
	case c != nil:
		who = c.Name
	case !r.callbacks:
		return
	}
	if op == coro.TimerSet {
		r.atHome("timer %s set %v", who, d)
	} else {
		r.atHome("timer %s %v", who, op)
	}
}

func (r *recorder) Turn(l *coro.Loop, n uint64, ready, timers int) {
	if r.turns {
		r.atHome("turn %d: %d ready, %d timers", n, ready, timers)
	}
}

func (r *recorder) Idle(l *coro.Loop, deadline time.Duration) {
	if r.turns {
		r.atHome("idle until %v", deadline)
	}
}

func (r *recorder) Busy(l *coro.Loop) {
	if r.turns {
		r.atHome("busy")
	}
}

func (r *recorder) Run(l *coro.Loop, running bool) {
	if r.turns {
		r.atHome("run %v", running)
	}
}

func (r *recorder) Slow(l *coro.Loop, s coro.SlowStep) { r.atHome("slow") }

func (r *recorder) Attach(l *coro.Loop, snapshot []coro.TaskState) {
	r.atHome("attach%s", r.states(snapshot))
}

func (r *recorder) Detach(l *coro.Loop, snapshot []coro.TaskState) {
	r.atHome("detach%s", r.states(snapshot))
}

func (r *recorder) states(snapshot []coro.TaskState) string {
	var b strings.Builder
	for _, s := range snapshot {
		fmt.Fprintf(&b, " [%s %s", s.Info.Name, s.Status)
		if s.Status == coro.Suspended {
			b.WriteString(" " + s.Suspended.On())
		}
		b.WriteString("]")
	}
	return b.String()
}

// check compares what was told with what is wanted.
func (r *recorder) check(t *testing.T, want ...string) {
	t.Helper()
	r.want(t, want...)
	for _, w := range r.wrong {
		t.Errorf("on the wrong goroutine: %s", w)
	}
	r.diary = nil
}

func TestObserverOfSleepAndFuture(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		r := newRecorder()
		r.turns = true
		l, _ := newTestLoop(t, coro.WithObserver(r))
		f := coro.NewFuture[any](l, "oven")
		a := coro.Spawn(l, of(&player{awaits: []func() coro.Await{
			func() coro.Await { return coro.Sleep(time.Second).As("nap") },
			func() coro.Await { f.SetResult(1); return coro.NextTurn() },
		}}), coro.Named("a"))
		coro.Spawn(l, of(&player{awaits: awaiting(coro.On(f))}), coro.Named("b"))
		coro.RunUntil(l, a)
		l.Close()
		r.check(t,
			"attach",
			"spawn a",
			"ready a: spawn",
			"spawn b",
			"ready b: spawn",
			"run true",
			"turn 1: 2 ready, 0 timers",
			"resume a start",
			"suspend a await sleep nap",
			"timer a set 1s",
			"resume b start",
			"suspend b await future oven",
			"idle until 1s",
			"busy",
			"turn 2: 1 ready, 0 timers",
			"timer a fired",
			"ready a: timer",
			"turn 3: 1 ready, 0 timers",
			"resume a await sleep nap",
			"ready b: future by a",
			"suspend a await turn",
			"ready a: turn by a",
			"turn 4: 2 ready, 0 timers",
			"resume b await future oven",
			"end b returned",
			"resume a await turn",
			"end a returned",
			"turn 5: 1 ready, 0 timers",
			"run false",
			"detach",
		)
	})
}

func TestObserverOfATaskAwaited(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		r := newRecorder()
		l, _ := newTestLoop(t, coro.WithObserver(r))
		parent := coro.Spawn(l, of(&player{awaits: []func() coro.Await{
			func() coro.Await {
				return coro.On(coro.Spawn(l, of(&player{ending: ending{err: errOops}}), coro.Named("child")))
			},
		}}), coro.Named("parent"))
		coro.RunUntil(l, parent)
		r.check(t,
			"attach",
			"spawn parent",
			"ready parent: spawn",
			"resume parent start",
			"spawn child by parent",
			"ready child: spawn by parent",
			"suspend parent await task child",
			"resume child start",
			"end child failed: oops",
			"ready parent: task by child",
			"resume parent await task child throws oops",
			"end parent returned",
		)
	})
}

func TestObserverOfCancellation(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		r := newRecorder()
		l, _ := newTestLoop(t, coro.WithObserver(r))
		obeys := &player{awaits: awaiting(coro.Sleep(time.Hour)), ending: ending{err: coro.ErrCanceled}}
		a := coro.Spawn(l, of(obeys), coro.Named("a"))
		coro.Spawn(l, of(&player{awaits: []func() coro.Await{
			func() coro.Await { a.Cancel(); return coro.NextTurn() },
		}}), coro.Named("b"))
		run(t, l)
		r.check(t,
			"attach",
			"spawn a",
			"ready a: spawn",
			"spawn b",
			"ready b: spawn",
			"resume a start",
			"suspend a await sleep",
			"timer a set 1h0m0s",
			"resume b start",
			"timer a canceled",
			"ready a: cancel by b",
			"suspend b await turn",
			"ready b: turn by b",
			"resume a await sleep throws canceled",
			"end a canceled: canceled",
			"resume b await turn",
			"end b returned",
		)

		coro.Spawn(l, of(&player{}), coro.Named("unborn")).Cancel()
		run(t, l)
		r.check(t,
			"spawn unborn",
			"ready unborn: spawn",
			"end unborn canceled: canceled",
		)
	})
}

// What a body does, the outcome says, in each shape alike.
func TestObserverOfOutcomes(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		for _, tc := range []struct {
			last func(l *coro.Loop) // what the body does after its first turn
			err  error              // what it ends with
			want string
		}{
			{func(*coro.Loop) {}, nil, "returned"},
			{func(*coro.Loop) {}, errOops, "failed: oops"},
			{func(*coro.Loop) { panic("spilled") }, nil, "panicked: panic: spilled"},
			{func(*coro.Loop) { runtime.Goexit() }, nil, "goexit"},
			{func(l *coro.Loop) { l.Current().Cancel() }, nil, "canceled: canceled"},
			{func(l *coro.Loop) { l.Current().CancelCause(errOops) }, nil, "canceled: canceled: oops"},
			{func(l *coro.Loop) { l.Current().Cancel() }, errOops, "failed: oops"},
		} {
			r := newRecorder()
			l, _ := newTestLoop(t, coro.WithObserver(r))
			p := &lastly{player: player{ending: ending{err: tc.err}, awaits: awaiting(coro.NextTurn())}}
			p.last = func() { tc.last(l) }
			coro.Spawn(l, p.in(of), coro.Named("a"))
			goexits(t, func() {
				r.home = goroutineID()
				run(t, l)
			})
			r.wrong = nil // attach and spawn were on the test's own goroutine
			r.check(t,
				"attach",
				"spawn a",
				"ready a: spawn",
				"resume a start",
				"suspend a await turn",
				"ready a: turn by a",
				"resume a await turn",
				"end a "+tc.want,
			)
			r.home = goroutineID()
		}
	})
}

// lastly is a player that does something at its end.
type lastly struct {
	player
	last func()
}

func (p *lastly) Resume(in struct{}, thrown error) (coro.Await, bool) {
	a, ok := p.player.Resume(in, thrown)
	if !ok {
		p.last()
	}
	return a, ok
}

func (p *lastly) body(y *coro.Async) (any, error) {
	v, err := p.player.body(y)
	p.last()
	return v, err
}

// in returns p in the shape that of makes.
func (p *lastly) in(of func(*player) machine) machine {
	switch made := of(&p.player).(type) {
	case *player:
		return p
	case coro.Shaper:
		if made.Shape() == coro.ShapeGoroutine {
			return coro.Goroutine(p.body)
		}
	}
	return coro.Pull(p.body)
}

func TestObserverOfTheWaysToBecomeReady(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		r := newRecorder()
		l, _ := newTestLoop(t, coro.WithObserver(r))
		wait := func(name string) (f *coro.Future[any]) {
			f = coro.NewFuture[any](l, name)
			coro.Spawn(l, of(&player{awaits: awaiting(coro.On(f))}), coro.Named(name))
			return f
		}
		byCallback, byOutside, byCancel, bySetError := wait("callback"), wait("outside"), wait("cancel"), wait("error")
		l.CallSoon(func() {
			l.CallSoon(func() { byCallback.SetResult(1) })
			l.CallSoon(func() { byCancel.Cancel() })
			l.CallSoon(func() { bySetError.SetError(errOops) })
			l.CallSoonThreadsafe(func() { byOutside.SetResult(1) })
		})
		run(t, l)
		var got diary
		for _, line := range r.diary {
			if strings.HasPrefix(line, "ready") && !strings.Contains(line, "spawn") {
				got.note(line)
			}
		}
		got.want(t, "ready callback: callback", "ready cancel: cancel", "ready error: callback", "ready outside: outside")
	})
}

// A named callback, since the observer is told its name.
func ring() {}

func TestObserverOfCallbacksTimers(t *testing.T) {
	r := newRecorder()
	r.callbacks = true
	l, _ := newTestLoop(t, coro.WithObserver(r))
	l.CallLater(time.Second, ring)
	l.CallLater(time.Hour, ring).Cancel()
	l.CallAt(2*time.Second, ring)
	l.CallAt(-time.Hour, ring)
	run(t, l)
	r.check(t,
		"attach",
		"timer callback coro_test.ring set 1s",
		"timer callback coro_test.ring set 1h0m0s",
		"timer callback coro_test.ring canceled",
		"timer callback coro_test.ring set 2s",
		"timer callback coro_test.ring set 0s",
		"timer callback coro_test.ring fired",
		"timer callback coro_test.ring fired",
		"timer callback coro_test.ring fired",
	)
}

// A sleep that is canceled in the turn in which its timer goes off was
// canceled, and did not fire.
func TestObserverOfASleepCanceledLate(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		r := newRecorder()
		l, _ := newTestLoop(t, coro.WithObserver(r))
		var task *coro.Task[any]
		l.CallAt(time.Second, func() { task.Cancel() }) // is first of the two
		task = coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Second))}), coro.Named("a"))
		run(t, l)
		var got diary
		for _, line := range r.diary {
			if strings.HasPrefix(line, "timer a") {
				got.note(line)
			}
		}
		got.want(t, "timer a set 1s", "timer a canceled")
	})
}

// Close tells the end of each task, in each shape.
func TestObserverOfClose(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(*player) machine) {
		r := newRecorder()
		l, _ := newTestLoop(t, coro.WithObserver(r))
		coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Hour))}), coro.Named("returns"))
		coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Hour)), ending: ending{err: errOops}}), coro.Named("fails"))
		coro.Spawn(l, of(&player{awaits: awaiting(coro.Sleep(time.Hour), coro.Sleep(time.Hour))}), coro.Named("ignores"))
		breaks := &lastly{player: player{awaits: awaiting(coro.Sleep(time.Hour))}, last: func() { panic("broken") }}
		coro.Spawn(l, breaks.in(of), coro.Named("breaks"))
		start(l)
		coro.Spawn(l, of(&player{}), coro.Named("unborn"))
		r.diary = nil
		l.Close()
		var ends diary
		suspended := 0
		for _, line := range r.diary {
			switch {
			case strings.HasPrefix(line, "end"):
				ends.note(line)
			case strings.HasPrefix(line, "suspend"):
				suspended++
			case strings.HasPrefix(line, "resume"):
				suspended--
			}
		}
		ends.want(t, "end unborn closed", "end breaks panicked: panic: broken", "end ignores closed", "end fails failed: oops", "end returns closed")
		if r.diary[len(r.diary)-1] != "detach" {
			t.Errorf("the last event is %q, want detach", r.diary[len(r.diary)-1])
		}
		for _, w := range r.wrong {
			t.Errorf("on the wrong goroutine: %s", w)
		}
	})
}

// Where the frame pointers can be followed they are, with this compiler too.
func TestFramePointers(t *testing.T) {
	if can, are := coro.FramePointers(); can != are {
		t.Errorf("frame pointers are followed: %t, want %t", are, can)
	}
}

// An observer's suspensions are where the bodies stand.
func TestObserverIsToldThePlace(t *testing.T) {
	testObserverIsToldThePlace(t)
	t.Run("without frame pointers", func(t *testing.T) {
		coro.WithoutFramePointers(func() { testObserverIsToldThePlace(t) })
	})
}

func testObserverIsToldThePlace(t *testing.T) {
	eachAsync(t, func(t *testing.T, shape asyncShape) {
		var got []coro.Suspension
		o := &placeObserver{got: &got}
		l, _ := newTestLoop(t, coro.WithObserver(o))
		var place coro.Place
		task := coro.Spawn(l, shape(func(y *coro.Async) (any, error) {
			place = here(1)
			return nil, coro.Wait(y, coro.Sleep(time.Second).As("nap"))
		}))
		coro.RunUntil(l, task)
		want := coro.Suspension{Kind: coro.OnSleep, Label: "nap", Detail: "1s", State: coro.NoState, Place: place}
		if len(got) != 2 || got[0] != want || got[1] != want {
			t.Errorf("told of %v, want it to leave from and come back to %v", got, want)
		}
	})
}

type placeObserver struct {
	coro.NopObserver
	got *[]coro.Suspension
}

func (o *placeObserver) Suspend(_ *coro.Info, s coro.Suspension) { *o.got = append(*o.got, s) }
func (o *placeObserver) Resume(_ *coro.Info, s coro.Suspension, start bool, _ error) {
	if !start {
		*o.got = append(*o.got, s)
	}
}

// An error that a body passes on is its own failure, whatever happened to the
// one that it is from.
func TestOutcomeOfAnothersError(t *testing.T) {
	for _, err := range []error{&coro.PanicError{Value: "inner"}, coro.ErrClosed, coro.ErrIgnoredClose, coro.ErrGoexit} {
		var end coro.Outcome
		c := coro.New(coro.Pull(func(y *coro.Yielder[struct{}, int]) (int, error) {
			return 0, err
		}), coro.ObservedBy(endObserver{end: &end}))
		c.Next()
		if want := (coro.Outcome{Kind: coro.Failed, Err: err}); end != want {
			t.Errorf("outcome %v, want %v", end, want)
		}
	}
}

// endObserver notes how the coroutine ended.
type endObserver struct {
	coro.NopObserver
	end *coro.Outcome
}

func (o endObserver) End(_ *coro.Info, end coro.Outcome) { *o.end = end }

// A gateObserver wants to be told of what happens while tracing is on.
type gateObserver struct {
	placeObserver
	resumed int
}

func (o *gateObserver) Epoch() uint64 {
	if trace.IsEnabled() {
		return 1
	}
	return 0
}

func (o *gateObserver) WhileTracing() {}

func (o *gateObserver) Resume(_ *coro.Info, s coro.Suspension, start bool, thrown error) {
	o.resumed++
}

// Tracing that a body turns on, and off again, is taken note of at its very
// next suspension and resumption.
func TestGateOpensWhileBodyRuns(t *testing.T) {
	eachStackful(t, func(t *testing.T, shape genShape) {
		var got []coro.Suspension
		o := &gateObserver{placeObserver: placeObserver{got: &got}}
		var place coro.Place
		c := coro.New(shape(func(y *coro.Yielder[any, any]) (any, error) {
			y.Yield("untold")
			if err := trace.Start(io.Discard); err != nil {
				t.Error(err)
			}
			place = here(1)
			y.Yield("told")
			y.Yield("told too")
			trace.Stop()
			y.Yield("untold again")
			return nil, nil
		}), coro.ObservedBy(o))
		for range 4 {
			c.Next()
		}
		if len(got) != 2 || got[0].Place != place || got[1].Place.Line != place.Line+1 {
			t.Errorf("told of suspensions at %v, want one at %v and one in the next line", got, place)
		}
		if o.resumed != 2 {
			t.Errorf("told of %d resumptions, want 2", o.resumed)
		}
		if _, _, err := c.Next(); err != nil || c.Status() != coro.Done {
			t.Errorf("ended with %v, %v", c.Status(), err)
		}
	})
}
