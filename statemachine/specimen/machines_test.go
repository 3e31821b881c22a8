package specimen_test

// This file holds the running machines to their descriptions.

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/statemachine"
	"coroscope/statemachine/specimen"
)

func TestDescriptionsAreValid(t *testing.T) {
	for _, d := range allMachines() {
		if err := d.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// TestEveryDeclaredEdgeIsTaken is the other half of what the checkers in the
// other tests hold: no edge is taken that is not declared, and none is declared
// that is not taken.
func TestEveryDeclaredEdgeIsTaken(t *testing.T) {
	machines := specimen.CheckMachines(t)
	for _, s := range specimen.All() {
		for _, script := range s.Scripts {
			for n := range suspensions(s, script) + 1 {
				s.Run(coro.ShapeStateMachine, after(script, n, specimen.Close()))
				s.Run(coro.ShapeStateMachine, after(script, n, specimen.Throw(specimen.ErrTimeout), specimen.Next()))
				s.Run(coro.ShapeStateMachine, after(script, n, specimen.Throw(specimen.ErrLine)))
			}
			s.Run(coro.ShapeStateMachine, script)
		}
	}
	// What the specimens' own examples do not show.
	const machine = coro.ShapeStateMachine
	coro.New(specimen.FibonacciIn(machine, 0)).Next()
	coro.New(specimen.TreeWalkIn(machine, nil)).Next()
	coro.New(specimen.FringeIn(machine, nil)).Next()
	coro.New(specimen.SameFringeIn(machine, nil, nil)).Next()
	for _, cards := range [][]string{nil, {""}, {"*"}} {
		for range coro.New(specimen.ReaderIn(machine, cards)).All() {
		}
		for range coro.New(specimen.SquashIn(machine, cards)).All() {
		}
		for range coro.New(specimen.PrinterIn(machine, cards)).All() {
		}
	}
	// One line exactly: 23 characters and the space behind the card.
	for range coro.New(specimen.PrinterIn(machine, []string{"12345678901234567890123"})).All() {
	}
	runOnLoop(func(l *coro.Loop) task { return specimen.BartenderIn(machine, l, specimen.Bar{}) })
	runOnLoop(func(l *coro.Loop) task { return specimen.EchoIn(machine, l, time.Millisecond) })
	runOnLoop(func(l *coro.Loop) task {
		in, out := specimen.NewPipe(l, 80), specimen.NewPipe(l, 8)
		in.TryWrite([]byte("there before the server, and too long\n"))
		l.CallLater(time.Second, out.Close)
		return specimen.EchoServerIn(machine, in, out)
	})

	for _, d := range allMachines() {
		took := machines.Taken(d)
		for _, e := range d.Edges {
			if !took[e] {
				t.Errorf("machine %s: no test takes the edge %s -> %s", d.Name, e.From, e.To)
			}
		}
	}
}

func TestSuspensionsAreWhereTheDescriptionSays(t *testing.T) {
	for _, s := range specimen.All() {
		if s.OnLoop {
			continue // TestAwaitsAreWhatTheDescriptionSays
		}
		d := s.Machines[0]
		for _, script := range s.Scripts {
			st := s.New(coro.ShapeStateMachine)
			for _, in := range script {
				switch in.Op {
				case specimen.OpNext:
					st.Next()
				case specimen.OpSend:
					st.Send(in.Value)
				case specimen.OpThrow:
					st.Throw(in.Err)
				case specimen.OpClose:
					st.Close()
				}
				if at, ok := st.Suspension(); ok {
					compareSuspension(t, d, at)
				}
				compareFrame(t, d, st.Frame())
			}
			st.Close()
			if p, ok := st.Point(); !ok || d.States[p.State].Role != statemachine.End {
				t.Errorf("%s: ended in state %d %s, whose role is no end", s.Name, p.State, p.Name)
			}
		}
	}
}

func TestAwaitsAreWhatTheDescriptionSays(t *testing.T) {
	w := &watcher{t: t, seen: make(map[string]int)}
	bar := specimen.Bar{
		Guests: []string{"Ann", "Bob", "Cleo"}, Shakers: 1, Ovens: 1,
		Order: time.Second, Mix: time.Second, Bake: 2 * time.Second, Serve: time.Second,
	}
	served, err := runOnLoop(func(l *coro.Loop) task {
		return specimen.BartenderIn(coro.ShapeStateMachine, l, bar)
	}, coro.WithObserver(w))
	if served != 3 || err != nil {
		t.Errorf("served %d guests, error %v; want 3 and none", served, err)
	}
	echoed, err := runOnLoop(func(l *coro.Loop) task {
		return specimen.EchoIn(coro.ShapeStateMachine, l, time.Second, "a line that does not fit\n")
	}, coro.WithObserver(w))
	if echoed != 1 || err != nil {
		t.Errorf("%d lines came back, error %v; want 1 and none", echoed, err)
	}
	for _, fn := range []string{"specimen.bartender", "specimen.guest", "specimen.EchoClient", "specimen.EchoServer"} {
		if w.seen[fn] == 0 {
			t.Errorf("no suspension of %s was observed", fn)
		}
	}
}

type task = coro.Resumable[struct{}, coro.Await, int]

// runOnLoop runs a task to its end on a loop whose clock is virtual.
func runOnLoop(root func(*coro.Loop) task, opts ...coro.LoopOption) (int, error) {
	l := coro.NewLoop(append(opts, coro.WithClock(&coro.VirtualClock{}))...)
	defer l.Close()
	return coro.RunUntil(l, coro.Spawn(l, root(l)))
}

// A watcher compares each suspension with the description of its machine.
type watcher struct {
	coro.NopObserver
	t    *testing.T
	seen map[string]int // suspensions, by function
}

func (w *watcher) Suspend(c *coro.Info, s coro.Suspension) {
	w.seen[c.Func]++
	for _, d := range allMachines() {
		if d.Func == c.Func {
			compareSuspension(w.t, d, s)
			compareFrame(w.t, d, s.Frame.Frame())
		}
	}
}

func compareSuspension(t *testing.T, d *statemachine.Description, got coro.Suspension) {
	t.Helper()
	p := d.Point(got.State)
	want := coro.Suspension{Kind: p.Kind, Label: p.Label, State: p.State, Place: p.Place}
	got.Frame, got.Detail = nil, ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("machine %s, state %s: suspended otherwise than declared (- declared, + found):\n%s", d.Name, p.Name, diff)
	}
}

func compareFrame(t *testing.T, d *statemachine.Description, frame []coro.Slot) {
	t.Helper()
	var want, got []string
	for _, s := range d.Slots {
		want = append(want, s.Name)
	}
	for _, s := range frame {
		got = append(got, s.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("machine %s: the frame shows other slots than are declared (- declared, + shown):\n%s", d.Name, diff)
	}
}

// What the compiler made is described as what was built by hand; shapes_test.go
// holds that it takes no other edges.
func TestDescriptionsOfLoweredMachinesAreValid(t *testing.T) {
	for _, s := range specimen.All() {
		if len(s.Lowered) != len(s.Machines) {
			t.Errorf("%s: %d machines are lowered, want %d", s.Name, len(s.Lowered), len(s.Machines))
		}
		for _, d := range s.Lowered {
			if err := d.Validate(); err != nil {
				t.Error(err)
			}
		}
	}
}
