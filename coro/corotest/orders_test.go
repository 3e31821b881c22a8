package corotest_test

// This file tests which orders are tried: all there are, and none twice.

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/coro/corotest"
)

// stepper is a machine that calls do, and waits, as often as there are waits.
type stepper struct {
	do    func()
	waits []coro.Await
}

func (s *stepper) Resume(struct{}, error) (coro.Await, bool) {
	s.do()
	if len(s.waits) == 0 {
		return coro.Await{}, false
	}
	a := s.waits[0]
	s.waits = s.waits[1:]
	return a, true
}
func (s *stepper) Result() int { return 0 }
func (s *stepper) Err() error  { return nil }

// body is the same straight down.
func (s *stepper) body(y *coro.Async) (int, error) {
	for _, a := range s.waits {
		s.do()
		if err := coro.Wait(y, a); err != nil {
			return 0, err
		}
	}
	s.do()
	return 0, nil
}

// eachShape runs test for each shape of a stepper.
func eachShape(t *testing.T, test func(t *testing.T, of func(*stepper) coro.Resumable[struct{}, coro.Await, int])) {
	for name, of := range map[string]func(*stepper) coro.Resumable[struct{}, coro.Await, int]{
		"statemachine": func(s *stepper) coro.Resumable[struct{}, coro.Await, int] { return s },
		"pull":         func(s *stepper) coro.Resumable[struct{}, coro.Await, int] { return coro.Pull(s.body) },
		"goroutine":    func(s *stepper) coro.Resumable[struct{}, coro.Await, int] { return coro.Goroutine(s.body) },
	} {
		t.Run(name, func(t *testing.T) { test(t, of) })
	}
}

// tried runs a test that writes down what it does, in all orders, and returns
// what was written, how often.
func tried(t *testing.T, test func(l *coro.Loop, note func(string)), opts ...corotest.Option) (map[string]int, corotest.Coverage) {
	all := make(map[string]int)
	c := corotest.Orders(t, func(t testing.TB, l *coro.Loop) {
		var notes []string
		test(l, func(s string) { notes = append(notes, s) })
		if err := l.RunAll(); err != nil {
			t.Fatal(err)
		}
		all[strings.Join(notes, " ")]++
	}, opts...)
	return all, c
}

// steppers spawns n of them, each of which notes its number in each step.
func steppers(n int, of func(*stepper) coro.Resumable[struct{}, coro.Await, int], waits ...coro.Await) func(*coro.Loop, func(string)) {
	return func(l *coro.Loop, note func(string)) {
		for i := range n {
			coro.Spawn(l, of(&stepper{do: func() { note(fmt.Sprint(i)) }, waits: slices.Clone(waits)}))
		}
	}
}

// Three tasks that take three turns have 3! orders in each.
func TestOrdersTriesAllOnce(t *testing.T) {
	eachShape(t, func(t *testing.T, of func(*stepper) coro.Resumable[struct{}, coro.Await, int]) {
		all, c := tried(t, steppers(3, of, coro.NextTurn(), coro.NextTurn()))
		wantCoverage(t, c, corotest.Coverage{Orders: 6 * 6 * 6, Complete: true, Departures: 2 * 3})
		wantDistinct(t, all, 6*6*6)
	})
}

// What makes no difference is no choice: which of several sleeps ends first, and
// when a canceled callback has its turn.
func TestOrdersSkipsWhatIsTheSame(t *testing.T) {
	eachShape(t, func(t *testing.T, of func(*stepper) coro.Resumable[struct{}, coro.Await, int]) {
		all, c := tried(t, func(l *coro.Loop, note func(string)) {
			steppers(3, of, coro.Sleep(time.Second))(l, note)
			l.CallSoon(func() { note("never") }).Cancel()
			l.CallAt(time.Second, func() { note("never") }).Cancel()
		})
		wantCoverage(t, c, corotest.Coverage{Orders: 6 * 6, Complete: true, Departures: 2 * 2})
		wantDistinct(t, all, 6*6)
	})
}

// A callback may come before, between or after sleeps that end with it.
func TestOrdersOfACallbackAmongSleeps(t *testing.T) {
	all, c := tried(t, func(l *coro.Loop, note func(string)) {
		asleep := coro.Spawn(l, &stepper{do: func() { note("step") }, waits: []coro.Await{coro.Sleep(time.Second)}})
		l.CallAt(time.Second, func() { note(fmt.Sprint("canceled ", asleep.Cancel())) })
	})
	wantCoverage(t, c, corotest.Coverage{Orders: 2, Complete: true, Departures: 1})
	wantDistinct(t, all, 1) // which is seen in the task's end only
}

// A task that goes on in one order only makes choices of its own.
func TestOrdersBranchWhereTheTestDoes(t *testing.T) {
	all, c := tried(t, func(l *coro.Loop, note func(string)) {
		first := ""
		for _, name := range []string{"a", "b"} {
			l.CallSoon(func() {
				if note(name); first == "" {
					first = name
				}
				if first == "b" && name == "b" {
					for _, more := range []string{"c", "d", "e"} {
						l.CallSoon(func() { note(more) })
					}
				}
			})
		}
	})
	wantCoverage(t, c, corotest.Coverage{Orders: 1 + 6, Complete: true, Departures: 3})
	wantDistinct(t, all, 7)
}

func TestOrdersWithNothingToChoose(t *testing.T) {
	c := corotest.Orders(t, func(testing.TB, *coro.Loop) {})
	wantCoverage(t, c, corotest.Coverage{Orders: 1, Complete: true})
}

// Cut off, the search has tried all that is close to the loop's own order.
func TestOrdersCutOff(t *testing.T) {
	machines := func(s *stepper) coro.Resumable[struct{}, coro.Await, int] { return s }
	for _, tc := range []struct {
		opt  corotest.Option
		want corotest.Coverage
	}{
		// Of 6 * 6 orders, 1 has no departure and 2 + 1 choices in each turn
		// can be departed from.
		{corotest.MaxOrders(1), corotest.Coverage{Orders: 1}},
		{corotest.MaxOrders(5), corotest.Coverage{Orders: 5}},
		{corotest.MaxOrders(7), corotest.Coverage{Orders: 7, Departures: 1}},
		{corotest.MaxOrders(35), corotest.Coverage{Orders: 35, Departures: 3}},
		{corotest.MaxOrders(36), corotest.Coverage{Orders: 36, Departures: 4, Complete: true}},
		{corotest.MaxDepartures(0), corotest.Coverage{Orders: 1}},
		{corotest.MaxDepartures(1), corotest.Coverage{Orders: 7, Departures: 1}},
		{corotest.MaxDepartures(4), corotest.Coverage{Orders: 36, Departures: 4, Complete: true}},
	} {
		all, c := tried(t, steppers(3, machines, coro.NextTurn()), tc.opt)
		wantCoverage(t, c, tc.want)
		wantDistinct(t, all, tc.want.Orders)
	}
}

// Seeds are random, and the same each time.
func TestSeeds(t *testing.T) {
	eachShape(t, func(t *testing.T, of func(*stepper) coro.Resumable[struct{}, coro.Await, int]) {
		var rounds [2][]string
		for round := range rounds {
			corotest.Seeds(t, 20, func(t testing.TB, l *coro.Loop) {
				var notes []string
				steppers(4, of, coro.NextTurn(), coro.Sleep(time.Second))(l, func(s string) { notes = append(notes, s) })
				l.RunAll()
				rounds[round] = append(rounds[round], strings.Join(notes, " "))
			})
		}
		if diff := cmp.Diff(rounds[0], rounds[1]); diff != "" {
			t.Errorf("the second time (-first +second):\n%s", diff)
		}
		distinct := make(map[string]bool)
		for _, s := range rounds[0] {
			distinct[s] = true
		}
		if len(rounds[0]) != 20 || len(distinct) < 19 {
			t.Errorf("%d runs, in %d different orders", len(rounds[0]), len(distinct))
		}
	})
}

// The loop is the test's alone, virtual, and closed after it. A test may stop it,
// run it itself, and leave it to be run.
func TestLoops(t *testing.T) {
	var loops []*coro.Loop
	corotest.Seeds(t, 3, func(t testing.TB, l *coro.Loop) {
		loops = append(loops, l)
		if l.Time() != 0 || l.Name() != "shop" {
			t.Errorf("loop %s begins at %v", l.Name(), l.Time())
		}
		l.CallLater(time.Hour, l.Stop)
		coro.Spawn(l, &stepper{do: func() {}, waits: []coro.Await{coro.Sleep(2 * time.Hour)}})
		l.Advance(time.Minute)
	}, corotest.WithLoop(coro.WithName("shop")))
	for _, l := range loops {
		if err := l.RunForever(); !errors.Is(err, coro.ErrLoopClosed) || l.Time() != 2*time.Hour {
			t.Errorf("after the test the loop stands at %v, and answers %v", l.Time(), err)
		}
	}
}

func wantCoverage(t *testing.T, got, want corotest.Coverage) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// wantDistinct fails the test unless so many different things were written.
func wantDistinct(t *testing.T, all map[string]int, n int) {
	t.Helper()
	if len(all) != n {
		t.Errorf("%d different runs, want %d: %q", len(all), n, slices.Sorted(maps.Keys(all)))
	}
}

// Results of offloaded functions arrive in every order, each long before the other
// too.
func TestOrdersOfResults(t *testing.T) {
	seen := map[string]bool{}
	coverage := corotest.Orders(t, func(t testing.TB, l *coro.Loop) {
		var order []string
		for _, name := range []string{"a", "b"} {
			coro.Spawn(l, coro.Pull(func(y *coro.Async) (int, error) {
				n, err := coro.Offload(l, name, func() (int, error) { return 1, nil }).Await(y)
				order = append(order, name+"1")
				err = errors.Join(err, coro.Wait(y, coro.NextTurn()))
				order = append(order, name+"2")
				return n, err
			}))
		}
		if err := l.RunAll(); err != nil {
			t.Error(err)
		}
		seen[strings.Join(order, " ")] = true
	})
	want := []string{"a1 a2 b1 b2", "a1 b1 a2 b2", "a1 b1 b2 a2", "b1 a1 a2 b2", "b1 a1 b2 a2", "b1 b2 a1 a2"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(seen))); diff != "" || !coverage.Complete {
		t.Errorf("%+v; orders (-want +got):\n%s", coverage, diff)
	}
}
