// Package machinetest holds the demos' coroutines to being the same in every
// shape, and their machines to what is said of them.
package machinetest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"

	"github.com/google/go-cmp/cmp"
)

// Described reports what is wrong with the description of a machine: with
// itself, and with the lines where it says that the machine is suspended.
func Described(t testing.TB, d *statemachine.Description) {
	t.Helper()
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(d.File)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(source), "\n")
	for _, s := range d.States {
		if s.Role != statemachine.Suspended {
			continue
		}
		if s.Line > len(lines) || !strings.Contains(lines[s.Line-1], fmt.Sprintf(".As(%q), true", s.Label)) {
			t.Errorf("%s:%d, where state %s is said to be suspended, is not where it is", d.File, s.Line, s.Name)
		}
	}
}

// A Task is a task in every shape.
type Task struct {
	Machine *statemachine.Description

	// In returns the task in the given shape, on l, and what is to be said of
	// what it has done, which must be the same in every shape.
	In func(shape coro.Shape, l *coro.Loop) (task coro.Resumable[struct{}, coro.Await, int], did func() string)

	Cancel bool // before it is resumed for the second time
}

// Same reports differences between the shapes of the task, on a virtual clock:
// in its suspensions, its result, its error and what it did. It returns the
// machine's suspensions, and the edges that it took.
func (task Task) Same(t testing.TB) (suspensions []string, taken []statemachine.Edge) {
	t.Helper()
	want, taken := task.run(t, coro.ShapeStateMachine)
	for _, shape := range demo.Shapes[1:] {
		got, _ := task.run(t, shape)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-statemachine +%s):\n%s", shape, shape, diff)
		}
	}
	return want[:len(want)-1], taken
}

// run returns what was seen of the task, and how it ended.
func (task Task) run(t testing.TB, shape coro.Shape) ([]string, []statemachine.Edge) {
	t.Helper()
	rec := &recorder{}
	l := coro.NewLoop(coro.WithClock(new(coro.VirtualClock)), coro.WithObserver(rec))
	defer l.Close()
	r, did := task.In(shape, l)
	taken := func() []statemachine.Edge { return nil }
	if shape == coro.ShapeStateMachine {
		checked := statemachine.Check(task.Machine, r, func(err error) { t.Error(err) })
		r, taken = checked, checked.Taken
	}
	running := coro.Spawn(l, r)
	if task.Cancel {
		l.CallSoon(func() { running.Cancel() })
	}
	result, err := coro.RunUntil(l, running)
	return append(rec.seen, fmt.Sprintf("result %d, %v; %s", result, err, did())), taken()
}

type recorder struct {
	coro.NopObserver
	seen []string
}

// Suspend implements [coro.Observer].
func (r *recorder) Suspend(_ *coro.Info, s coro.Suspension) {
	r.seen = append(r.seen, s.On()+" "+s.Detail)
}
