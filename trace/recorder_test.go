package trace_test

import (
	"bytes"
	"io"
	"runtime"
	"runtime/trace"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/protocol"
)

// TestFlightRecorder writes the window several times while coroutines of each
// shape are suspended, with regions of the program's own open.
func TestFlightRecorder(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		before := runtime.NumGoroutine()
		s := serve(t, cotrace.Loop(), quietly)
		f := cotrace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Hour})
		s.do(func() { coro.Spawn(s.Loop, walkers[shape](ms(1e6)), coro.Named("old")) })
		if err := f.Start(); err != nil {
			t.Fatal(err)
		}
		if !f.Enabled() {
			t.Error("not enabled")
		}
		var gate *coro.Future[int]
		s.do(func() {
			gate = coro.NewFuture[int](s.Loop, "gate")
			r := walkers[shape](coro.On(gate), ms(1e6))
			if of := stackful[shape]; of != nil {
				r = of(func(y *coro.Async) (int, error) {
					defer openRegion().End()
					return walk(coro.On(gate), ms(1e6))(y)
				})
			}
			coro.Spawn(s.Loop, r, coro.Named("new"))
		})
		for round := range 3 {
			idle(s.Loop)
			var buf bytes.Buffer
			if _, err := f.WriteTo(&buf); err != nil {
				t.Fatal(err)
			}
			keep(t, t.Name(), buf.Bytes())
			tr := read(t, &buf)
			roots := tr.tasks("loop main")
			if len(roots) != 2+round {
				t.Fatalf("round %d: %d root tasks, want %d", round, len(roots), 2+round)
			}
			for _, root := range roots {
				tr.checkRegionsOf(t, root)
			}
			if tr.Stray != nil {
				t.Errorf("regions end that never began: %v", tr.Stray)
			}
			var last []string // what the last epoch says of its beginning
			for _, l := range tr.Logs {
				if l.Category == protocol.CatSuspended && tr.descendant(l.Task, roots[len(roots)-1]) {
					last = append(last, l.Message)
				}
			}
			if len(last) != 2 || !strings.HasPrefix(last[0], "old#") || !strings.HasPrefix(last[1], "new#") || !strings.Contains(last[1], " since ") {
				t.Errorf("round %d: suspended in the last epoch: %q", round, last)
			}
			if round == 1 {
				s.do(func() { gate.SetResult(1) })
			}
		}
		s.close()
		f.Stop()
		if f.Enabled() || trace.IsEnabled() {
			t.Error("still enabled")
		}
		if _, err := f.WriteTo(io.Discard); err == nil {
			t.Error("WriteTo after Stop: no error")
		}
		checkGoroutines(t, before)
	})
}

// TestFlightRecorderBeginsEpochs waits until epochs have begun by themselves.
func TestFlightRecorderBeginsEpochs(t *testing.T) {
	s := serve(t, cotrace.Loop(), quietly)
	s.do(func() { coro.Spawn(s.Loop, &walker{awaits: []coro.Await{ms(1e6)}}) })
	f := cotrace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: 20 * time.Millisecond})
	if err := f.Start(); err != nil {
		t.Fatal(err)
	}
	defer f.Stop()
	first := cotrace.CurrentEpoch()
	for end := time.Now().Add(time.Minute); cotrace.CurrentEpoch() < first+3; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("epoch %d after a minute, it began with %d", cotrace.CurrentEpoch(), first)
		}
	}
	s.close()
}

// TestFlightRecorderForgets records for much longer than MinAge, and finds few
// of the epochs in the window.
func TestFlightRecorderForgets(t *testing.T) {
	s := serve(t, cotrace.Loop(), quietly)
	f := cotrace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: 20 * time.Millisecond})
	if err := f.Start(); err != nil {
		t.Fatal(err)
	}
	defer f.Stop()
	first := cotrace.CurrentEpoch()
	for end := time.Now().Add(time.Minute); cotrace.CurrentEpoch() < first+20; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("epoch %d after a minute, it began with %d", cotrace.CurrentEpoch(), first)
		}
	}
	var buf bytes.Buffer
	if _, err := f.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	s.close()
	epochs := 0
	for _, l := range read(t, &buf).logs(protocol.CatCoroscope) {
		if _, ok := protocol.ParseEpoch(strings.TrimPrefix(l, "coroscope: ")); ok {
			epochs++
		}
	}
	// Two that MinAge covers, those that the window begins and ends with, and
	// one that may have begun while it was asked for. On a slow machine the one
	// that it ends with may last for as long.
	if epochs < 1 || epochs > 6 {
		t.Errorf("%d epochs in the window, want 1 to 6", epochs)
	}
}

// TestTraceBesideFlightRecorder begins and ends a trace while a flight
// recorder is on, which goes on.
func TestTraceBesideFlightRecorder(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		s := serve(t, cotrace.Loop(), quietly)
		gates := make([]*coro.Future[int], 4)
		s.do(func() {
			var awaits []coro.Await
			for i := range gates {
				gates[i] = coro.NewFuture[int](s.Loop, "gate")
				awaits = append(awaits, coro.On(gates[i]))
			}
			coro.Spawn(s.Loop, walkers[shape](awaits...), coro.Named("ann"), coro.InFunc("ann"))
		})
		f := cotrace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Hour})
		if err := f.Start(); err != nil {
			t.Fatal(err)
		}
		idle(s.Loop)
		s.do(func() { gates[0].SetResult(1) })
		idle(s.Loop)
		var buf, window bytes.Buffer
		if err := cotrace.Start(&buf); err != nil {
			t.Fatal(err)
		}
		s.do(func() { gates[1].SetResult(1) })
		idle(s.Loop)
		cotrace.Stop()
		s.do(func() { gates[2].SetResult(1) })
		if _, err := f.WriteTo(&window); err != nil {
			t.Fatal(err)
		}
		f.Stop()
		s.close()

		tr := read(t, &buf)
		roots := tr.tasks("loop main")
		if len(roots) != 1 {
			t.Fatalf("%d root tasks, want 1", len(roots))
		}
		tr.checkRows(t, roots[0])
		if n := len(tr.logs(protocol.CatSuspend)); n != 1 {
			t.Errorf("%d suspensions, want 1", n)
		}
		tr = read(t, &window)
		if n := len(tr.logs(protocol.CatSuspend)); n != 3 {
			t.Errorf("%d suspensions in the window, want 3", n)
		}
		for _, root := range tr.tasks("loop main") {
			tr.checkRegionsOf(t, root)
		}
	})
}
