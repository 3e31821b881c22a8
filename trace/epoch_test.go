package trace_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/trace"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/protocol"

	"github.com/google/go-cmp/cmp"
)

// A server is a loop that runs on a goroutine of its own until it is stopped.
type server struct {
	*coro.Loop
	t       *testing.T
	stopped chan struct{}
}

func serve(t *testing.T, opts ...coro.LoopOption) *server {
	s := &server{coro.NewLoop(opts...), t, make(chan struct{})}
	go func() {
		defer close(s.stopped)
		s.RunForever()
	}()
	return s
}

// do calls f on the loop and waits for it, and for what it made ready.
func (s *server) do(f func()) {
	done := make(chan struct{})
	s.CallSoonThreadsafe(func() {
		f()
		s.CallSoon(func() { s.CallSoon(func() { close(done) }) })
	})
	<-done
}

// close stops the loop and closes it.
func (s *server) close() {
	s.CallSoonThreadsafe(s.Stop)
	<-s.stopped
	s.Close()
}

func quietly(l *coro.Loop) { coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {})(l) }

// TestBegunMidway begins a trace while three coroutines are suspended, lets
// them go on, and begins another.
func TestBegunMidway(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		w := &witness{Observer: cotrace.NewObserver()}
		s := serve(t, coro.WithName("bar"), quietly, coro.WithObserver(w))
		cotrace.Register(s.Loop, w.Observer)
		var gates []*coro.Future[int]
		s.do(func() {
			for _, label := range []string{"shaker", "oven", "lime"} {
				first, second := coro.NewFuture[int](s.Loop, label), coro.NewFuture[int](s.Loop, label+" again")
				gates = append(gates, first, second)
				r := walkers[shape](coro.On(first), coro.On(second), coro.NextTurn())
				if m, ok := r.(*walker); ok {
					m.points = []coro.Point{{Kind: coro.OnFuture, Label: label}, {Kind: coro.OnFuture, Label: label + " again"}, {Kind: coro.OnTurn}}
				}
				coro.Spawn(s.Loop, r, coro.Named("ann"))
			}
		})

		var first bytes.Buffer
		if err := cotrace.Start(&first); err != nil {
			t.Fatal(err)
		}
		s.do(func() { gates[0].SetResult(1); gates[2].SetResult(1) })
		cotrace.Stop()
		seenFirst := w.seen
		w.seen = nil
		s.do(func() { gates[1].SetResult(1) })
		if w.seen != nil {
			t.Errorf("told while tracing was off: %q", w.seen)
		}

		var second bytes.Buffer
		if err := cotrace.Start(&second); err != nil {
			t.Fatal(err)
		}
		s.do(func() { gates[3].SetResult(1); gates[4].SetResult(1) })
		s.do(func() { gates[5].SetResult(1) })
		cotrace.Stop()
		s.close()
		keep(t, t.Name()+"_first", first.Bytes())
		keep(t, t.Name()+"_second", second.Bytes())

		for _, c := range []struct {
			tr   *readTrace
			seen []string
			want []string
		}{
			{read(t, &first), seenFirst, []string{"await future shaker", "await future oven", "await future lime"}},
			{read(t, &second), w.seen, []string{"await future oven again", "await future lime"}},
		} {
			if diff := cmp.Diff(c.seen, c.tr.events()); diff != "" {
				t.Errorf("trace differs from what the program saw (-program +trace):\n%s", diff)
			}
			if n := len(c.tr.logs(protocol.CatSnapshot)); n != len(c.want) {
				t.Errorf("%d snapshot logs, want %d", n, len(c.want))
			}
			var suspended []string
			for _, m := range c.tr.logs(protocol.CatSuspended) {
				m, _ := protocol.ParseSuspension(strings.TrimPrefix(m, "suspended: "))
				suspended = append(suspended, m.On())
			}
			if diff := cmp.Diff(c.want, suspended); diff != "" {
				t.Errorf("suspended where the epoch begins (-want +got):\n%s", diff)
			}
			c.tr.checkRows(t, c.tr.root(t, "bar"))
			if c.tr.Stray != nil {
				t.Errorf("regions end that never began: %v", c.tr.Stray)
			}
			if len(c.tr.regions("loop bar")) != 1 {
				t.Errorf("%d regions of the loop, want 1", len(c.tr.regions("loop bar")))
			}
		}
	})
}

// TestStartByABody has a body begin and end traces while it and others are
// suspended in regions of the program's own.
func TestStartByABody(t *testing.T) {
	for shape, of := range stackful {
		t.Run(shape, func(t *testing.T) {
			var first, second bytes.Buffer
			body := func(y *coro.Async) (int, error) {
				before := openRegion()
				coro.Wait(y, coro.NextTurn())
				if err := cotrace.Start(&first); err != nil {
					return 0, err
				}
				within := openRegion()
				coro.Wait(y, coro.NextTurn())
				cotrace.Stop()
				across := openRegion()
				if err := cotrace.Start(&second); err != nil {
					return 0, err
				}
				coro.Wait(y, coro.NextTurn())
				for range 2 {
					coro.Wait(y, coro.NextTurn())
				}
				across.End()
				within.End()
				coro.Wait(y, coro.NextTurn())
				before.End()
				return 0, nil
			}
			l := coro.NewLoop(cotrace.Loop(), quietly)
			coro.Spawn(l, of(func(y *coro.Async) (int, error) {
				for range 3 {
					r := openRegion()
					for range 3 {
						coro.Wait(y, coro.NextTurn())
					}
					r.End()
				}
				return 0, nil
			}))
			if _, err := coro.RunUntil(l, coro.Spawn(l, of(body))); err != nil {
				t.Fatal(err)
			}
			l.Close()
			cotrace.Stop()
			for _, buf := range []*bytes.Buffer{&first, &second} {
				tr := read(t, buf)
				tr.checkRows(t, tr.root(t, "main"))
			}
		})
	}
}

func TestStartWaitsForIdleLoops(t *testing.T) {
	var all []*server
	for range 3 {
		all = append(all, serve(t, cotrace.Loop(), quietly))
	}
	for _, s := range all {
		s.do(func() { coro.Spawn(s.Loop, &walker{awaits: []coro.Await{ms(1e6)}}) })
		idle(s.Loop)
	}
	var buf bytes.Buffer
	if err := cotrace.Start(&buf); err != nil {
		t.Fatal(err)
	}
	cotrace.Stop() // at once
	tr := read(t, &buf)
	if n := len(tr.logs(protocol.CatSuspended)); n != 3 {
		t.Errorf("%d coroutines are suspended in the trace, want 3", n)
	}
	roots := tr.tasks("loop main")
	if len(roots) != 3 {
		t.Fatalf("%d root tasks, want 3", len(roots))
	}
	for _, s := range all {
		s.close()
	}
}

// idle waits until l is idle.
func idle(l *coro.Loop) {
	for !l.TakeTurn() {
		runtime.Gosched()
	}
}

func TestOthersTrace(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		s := serve(t, cotrace.Loop(), quietly)
		var gates [2]*coro.Future[int]
		s.do(func() {
			for i := range gates {
				gates[i] = coro.NewFuture[int](s.Loop, "gate")
				coro.Spawn(s.Loop, walkers[shape](coro.On(gates[i]), ms(1e6)))
			}
		})
		for i, gate := range gates {
			var buf bytes.Buffer
			if err := trace.Start(&buf); err != nil {
				t.Fatal(err)
			}
			s.do(func() {}) // what goes on is for the turn after
			s.do(func() { gate.SetResult(1) })
			trace.Stop()
			s.do(func() {}) // it finds that tracing is off
			tr := read(t, &buf)
			tr.checkRows(t, tr.root(t, "main"))
			if n := len(tr.logs(protocol.CatSuspended)); n != 2 {
				t.Errorf("trace %d: %d coroutines suspended at its beginning, want 2", i, n)
			}
			if n := len(tr.logs(protocol.CatSuspend)); n != 1 {
				t.Errorf("trace %d: %d suspensions, want 1", i, n)
			}
			if first := tr.Logs[0].Message; !strings.HasPrefix(first, "version 1 epoch ") {
				t.Errorf("trace %d: first log is %q", i, first)
			}
		}
		s.close()
	})
}

func TestStartFailsWhileOthersTrace(t *testing.T) {
	if err := trace.Start(io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := cotrace.Start(io.Discard); err == nil {
		t.Error("Start: no error")
	}
	cotrace.Stop()
	if !trace.IsEnabled() {
		t.Error("Stop ended a trace of somebody else's")
	}
	trace.Stop()
}

// TestLanesAreLetGo counts goroutines: lanes are there while tracing is on
// only.
func TestLanesAreLetGo(t *testing.T) {
	s := serve(t, cotrace.Loop(), quietly)
	s.do(func() {
		for range 50 {
			coro.Spawn(s.Loop, &walker{awaits: []coro.Await{ms(1e6)}})
		}
	})
	alone := cotrace.Coroutine(context.Background(), coro.New(&walker{awaits: []coro.Await{ms(1), ms(1)}}))
	alone.Next()
	idle(s.Loop)
	before := runtime.NumGoroutine()
	for range 2 {
		if err := cotrace.Start(io.Discard); err != nil {
			t.Fatal(err)
		}
		if n := runtime.NumGoroutine() - before; n < 51 {
			t.Errorf("%d goroutines more than before, want 51 lanes", n)
		}
		cotrace.Stop()
		checkGoroutines(t, before)
	}
	alone.Close()
	s.close()
}

// checkGoroutines checks that there are no more goroutines than before, when
// those that are about to end have ended.
func checkGoroutines(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Errorf("%d goroutines more than before", runtime.NumGoroutine()-before)
			return
		}
	}
}

// TestObserverTakenAway replaces the observer while tracing is on and bodies
// have regions open.
func TestObserverTakenAway(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		var buf bytes.Buffer
		if err := cotrace.Start(&buf); err != nil {
			t.Fatal(err)
		}
		before := runtime.NumGoroutine()
		l := coro.NewLoop(cotrace.Loop(), quietly)
		r := walkers[shape](coro.NextTurn(), coro.NextTurn(), coro.NextTurn(), coro.NextTurn())
		if of := stackful[shape]; of != nil {
			r = of(func(y *coro.Async) (int, error) {
				defer openRegion().End()
				return walk(coro.NextTurn(), coro.NextTurn(), coro.NextTurn(), coro.NextTurn())(y)
			})
		}
		l.CallSoon(func() { l.CallSoon(func() { l.Observe(nil) }) })
		coro.RunUntil(l, coro.Spawn(l, r, coro.Named("ann")))
		l.Close()
		checkGoroutines(t, before)
		cotrace.Stop()
		tr := read(t, &buf)
		tr.checkRows(t, tr.root(t, "main"))
		if n := len(tr.logs(protocol.CatSuspend)); n != 2 {
			t.Errorf("%d suspensions, want 2", n)
		}
	})
}

// TestUnobservedForAWhile takes the observer away, and has the loop observed
// again, at once or some turns later: in the second case the trace says that
// something may be missing.
func TestUnobservedForAWhile(t *testing.T) {
	again := map[string]func(*coro.Loop, *cotrace.Observer){
		"by the same": func(l *coro.Loop, o *cotrace.Observer) { l.Observe(o) },
		"by another":  func(l *coro.Loop, _ *cotrace.Observer) { cotrace.Observe(l) },
	}
	for how, observe := range again {
		for _, turns := range []int{0, 3} {
			var buf bytes.Buffer
			if err := cotrace.Start(&buf); err != nil {
				t.Fatal(err)
			}
			o := cotrace.NewObserver()
			l := coro.NewLoop(coro.WithName("bar"), coro.WithObserver(o), quietly)
			var after func(n int)
			after = func(n int) {
				if n > 0 {
					l.CallSoon(func() { after(n - 1) })
					return
				}
				observe(l, o)
			}
			l.CallSoon(func() {
				if turns > 0 {
					l.Observe(nil)
				}
				after(turns)
			})
			l.CallLater(2*time.Millisecond, l.Stop)
			l.RunForever()
			l.Close()
			cotrace.Stop()
			var introductions []string
			for _, log := range read(t, &buf).logs(protocol.CatCoroscope) {
				if m, ok := protocol.ParseLoop(strings.TrimPrefix(log, protocol.CatCoroscope+": ")); ok {
					introductions = append(introductions, strings.ReplaceAll(m.String(), m.Who.String(), m.Who.Name))
				}
			}
			want := []string{"loop bar", "loop bar"}
			if turns > 0 {
				want[1] += ", which was unobserved until now"
			}
			if diff := cmp.Diff(want, introductions); diff != "" {
				t.Errorf("observed again %s, after %d turns (-want +got):\n%s", how, turns, diff)
			}
		}
	}
}

// TestStorm begins and ends traces at random moments while loops of all shapes
// run bodies with regions of their own, and reads every one of them.
func TestStorm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []*server
	for range 2 {
		s := serve(t, cotrace.Loop(), quietly)
		all = append(all, s)
		s.do(func() {
			for shape, of := range stackful {
				coro.Spawn(s.Loop, of(restless), coro.Named(shape))
			}
			coro.Spawn(s.Loop, &restlessMachine{}, coro.Named("machine"))
		})
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Add(1)
	go func() { // coroutines that stand alone
		defer wg.Done()
		for {
			select {
			case <-stop:
				return
			default:
				alone(t)
			}
		}
	}()
	epochs := 0
	for round := range 24 {
		var buf bytes.Buffer
		start, end := cotrace.Start, cotrace.Stop
		if round%5 == 4 {
			start, end = trace.Start, trace.Stop
		}
		if err := start(&buf); err != nil {
			t.Fatal(err)
		}
		if round%3 == 0 { // a second consumer, in the midst of it
			f := cotrace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: 20 * time.Millisecond})
			if err := f.Start(); err != nil {
				t.Fatal(err)
			}
			busyFor(time.Duration(rng.IntN(8)) * time.Millisecond)
			var window bytes.Buffer
			if _, err := f.WriteTo(&window); err != nil {
				t.Fatal(err)
			}
			if _, err := tryRead(t, &window); err != nil && !hitRuntimeBug(err) {
				t.Fatalf("reading the window: %v", err)
			}
			if rng.IntN(2) == 0 {
				end()
				f.Stop()
			} else {
				f.Stop()
				end()
			}
		} else {
			busyFor(time.Duration(rng.IntN(3000)) * time.Microsecond)
			end()
		}
		tr, err := tryRead(t, &buf)
		if hitRuntimeBug(err) {
			continue
		} else if err != nil {
			t.Fatalf("reading the trace: %v", err)
		}
		silent := 0 // each loop may have been about to log when the trace ended
		for _, root := range tr.tasks("loop main") {
			epochs++
			if !slices.ContainsFunc(tr.Logs, func(l logged) bool { return l.Task == root }) {
				silent++
			}
		}
		if silent > len(all) {
			t.Errorf("%d root tasks without logs", silent)
		}
	}
	if epochs < 20 {
		t.Errorf("only %d root tasks in all traces", epochs)
	}
	close(stop)
	wg.Wait()
	for _, s := range all {
		s.close()
	}
}

func busyFor(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		runtime.Gosched()
	}
}

// restless suspends itself until it is closed, in and out of regions.
func restless(y *coro.Async) (n int, err error) {
	for err == nil {
		outer := openRegion()
		err = coro.Wait(y, coro.NextTurn())
		inner := openRegion()
		if err == nil {
			err = coro.Wait(y, coro.Sleep(50*time.Microsecond))
		}
		inner.End()
		if err == nil {
			err = coro.Wait(y, coro.NextTurn())
		}
		outer.End()
	}
	return n, err
}

type restlessMachine struct{ err error }

func (m *restlessMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	openRegion().End()
	m.err = thrown
	return coro.Sleep(20 * time.Microsecond), thrown == nil
}
func (m *restlessMachine) Result() int { return 0 }
func (m *restlessMachine) Err() error  { return m.err }

// alone runs a few coroutines that stand alone, one in the other.
func alone(t *testing.T) {
	ctx := context.Background()
	inner := cotrace.Coroutine(ctx, coro.New(coro.Pull(func(y *coro.Yielder[int, int]) (int, error) {
		defer openRegion().End()
		for i := range 5 {
			y.Yield(i)
		}
		return 0, nil
	})))
	next, stop := cotrace.Pull(ctx, "alone", func(yield func(int) bool) {
		r := openRegion()
		defer r.End()
		for inner.Status() != coro.Done {
			v, _, _ := inner.Next()
			if !yield(v) {
				return
			}
		}
	})
	for range 4 {
		next()
	}
	m := cotrace.Coroutine(ctx, coro.New(&walker{awaits: make([]coro.Await, 4)}))
	for m.Status() != coro.Done {
		m.Next()
		next()
	}
	stop()
	inner.Close()
}
