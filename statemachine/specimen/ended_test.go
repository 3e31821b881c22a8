package specimen_test

// This file holds machines to what every resumption has in common: none creates
// a goroutine, and after the end none changes anything.

import (
	"errors"
	"runtime"
	"runtime/metrics"
	"testing"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// playAll plays each script of a specimen to its end, closes it after each
// suspension, and throws into it there.
func playAll(s *specimen.Specimen, shape coro.Shape) {
	for _, script := range s.Scripts {
		s.Run(shape, script)
		for n := range suspensions(s, script) + 1 {
			s.Run(shape, after(script, n, specimen.Close()))
			s.Run(shape, after(script, n, specimen.Throw(specimen.ErrLine)))
		}
	}
}

// The driver resumes no coroutine that has ended. Who resumes a machine by hand
// and once too often is answered false, as often as that is done.
func TestAMachineThatHasEndedStaysEnded(t *testing.T) {
	machines := specimen.CheckMachines(t)
	for _, s := range specimen.All() {
		playAll(s, coro.ShapeStateMachine)
	}
	for _, d := range allMachines() {
		byItself, byError, byClose := 0, 0, 0
		for _, m := range machines.Ended(d) {
			switch err := m.Err(); {
			case err == nil:
				byItself++
			case errors.Is(err, coro.ErrClosed) || errors.Is(err, coro.ErrIgnoredClose):
				byClose++
			default:
				byError++
			}
			state, result := m.Point().Name, specimen.ResultOf(m)
			for _, thrown := range []error{nil, specimen.ErrLine, nil, coro.ErrClosed, specimen.ErrTimeout, specimen.ErrReset, nil} {
				if specimen.ResumeByHand(m, thrown) {
					t.Errorf("machine %s: ended with %s, then resumed with error %v: it has gone on", d.Name, result, thrown)
				}
			}
			if got := m.Point().Name; got != state {
				t.Errorf("machine %s: ended in state %s, then resumed: it is in state %s", d.Name, state, got)
			}
			if got := specimen.ResultOf(m); got != result {
				t.Errorf("machine %s: ended with %s, then resumed: it has ended with %s", d.Name, result, got)
			}
		}
		if d.Name == "average" { // a close is how it ends by itself
			byClose = byItself
		}
		if byItself == 0 || byError == 0 || byClose == 0 {
			t.Errorf("machine %s: seen to end by itself %d times, by an error %d times, by a close %d times; want all three", d.Name, byItself, byError, byClose)
		}
	}
}

// created returns how many goroutines are created while f runs. The runtime
// may create some of its own at any time, so the least of three runs counts.
func created(f func()) uint64 {
	count := func() uint64 {
		s := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	runtime.GC() // the collector has its goroutines from now on
	least := ^uint64(0)
	for range 3 {
		before := count()
		f()
		least = min(least, count()-before)
	}
	return least
}

func TestMachinesCreateNoGoroutine(t *testing.T) {
	for _, s := range specimen.All() {
		t.Run(s.Name, func(t *testing.T) {
			for _, shape := range []coro.Shape{coro.ShapeStateMachine, coro.ShapeLowered} {
				if n := created(func() { playAll(s, shape) }); n != 0 {
					t.Errorf("%d goroutines were created by machines of shape %s, want 0", n, shape)
				}
			}
			// What is counted with is not blind.
			if n := created(func() { s.Run(coro.ShapeGoroutine, s.Scripts[0]) }); n == 0 {
				t.Error("no goroutines were created by the bodies of shape goroutine")
			}
		})
	}
}
