package machinetest

// This file defines Agree, for coroutines that make others: all of them are the
// same in each shape, also when they are canceled or closed at any of their
// suspensions, and all their machines do what their descriptions say.

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"

	"github.com/google/go-cmp/cmp"
)

// A Make makes a task in a shape, on a loop whose clock is virtual. Its children,
// if it has any, have the same shape.
type Make func(coro.Shape, *coro.Loop) coro.Resumable[struct{}, coro.Await, int]

// errThrown is what a task is canceled with.
var errThrown = errors.New("somebody canceled it")

// Agree runs each task in every shape and compares what was seen: to its end,
// canceled at each suspension, and with the loop closed at each. The machines
// that run must be among those described, they must take edges that are
// declared and no others, and all of these must be taken.
func Agree(t *testing.T, machines []*statemachine.Description, tasks map[string]Make) {
	t.Helper()
	coro.CheckLeaks(t)
	edges := &edges{
		t:        t,
		machines: make(map[string]*statemachine.Description),
		stands:   make(map[*coro.Info]int),
		taken:    make(map[string]bool),
	}
	for _, d := range machines {
		edges.machines[d.Func] = d
		describes(t, d)
	}
	for _, name := range slices.Sorted(maps.Keys(tasks)) {
		whole := agree(t, name+", to its end", edges, tasks[name], -1, nothing)
		for n := range whole {
			agree(t, fmt.Sprintf("%s, canceled at suspension %d", name, n), edges, tasks[name], n, cancel)
			agree(t, fmt.Sprintf("%s, closed at suspension %d", name, n), edges, tasks[name], n, closing)
		}
	}
	for _, d := range machines {
		for _, e := range d.Edges {
			if !edges.taken[edge(d, e.From, e.To)] {
				t.Errorf("machine %s: no run takes the edge %s -> %s", d.Name, e.From, e.To)
			}
		}
	}
}

// What is done to a task.
type intervention uint8

const (
	nothing intervention = iota
	cancel               // the one that is suspended
	closing              // the loop
)

// agree compares the shapes with each other and returns how many suspensions
// there were.
func agree(t *testing.T, name string, edges *edges, task Make, at int, do intervention) int {
	t.Helper()
	want := run(coro.ShapeStateMachine, task, edges, at, do)
	for _, shape := range demo.Shapes[1:] {
		got := run(shape, task, nil, at, do)
		if diff := cmp.Diff(want.seen, got.seen); diff != "" {
			t.Errorf("%s (-statemachine +%s):\n%s", name, shape, diff)
		}
	}
	return want.suspensions
}

// A transcript is an observer that writes down what happens on a loop.
type transcript struct {
	coro.NopObserver
	loop        *coro.Loop
	edges       *edges // may be nil
	seen        []string
	suspensions int
	at          int // the suspension at which something is done
	do          intervention
}

// run runs a task.
func run(shape coro.Shape, task Make, edges *edges, at int, do intervention) *transcript {
	tr := &transcript{edges: edges, at: at, do: do}
	tr.loop = coro.NewLoop(
		coro.WithClock(new(coro.VirtualClock)),
		coro.WithObserver(tr),
		coro.WithExceptionHandler(func(_ *coro.Loop, e coro.Exception) { tr.add("reported: %s", nameless(e.String())) }),
	)
	main := coro.Spawn(tr.loop, task(shape, tr.loop), coro.Named("main"))
	got, err := coro.RunUntil(tr.loop, main)
	tr.loop.Close()
	what, _, _ := strings.Cut(fmt.Sprint(err), "\n") // the rest of a deadlock says where the bodies stand
	tr.add("result %d, %s", got, what)
	return tr
}

func (tr *transcript) add(format string, args ...any) {
	tr.seen = append(tr.seen, fmt.Sprintf("%v ", tr.loop.Time())+fmt.Sprintf(format, args...))
}

var id = regexp.MustCompile(`#\d+`)

// nameless returns s without the numbers of coroutines, which no two runs have
// in common.
func nameless(s string) string { return id.ReplaceAllString(s, "") }

// Resume implements [coro.Observer].
func (tr *transcript) Resume(c *coro.Info, s coro.Suspension, start bool, thrown error) {
	if start && tr.edges != nil {
		tr.edges.began(c)
	}
	if thrown != nil {
		tr.add("%s is thrown %s", c.Name, nameless(thrown.Error()))
	}
}

// Suspend implements [coro.Observer].
func (tr *transcript) Suspend(c *coro.Info, s coro.Suspension) {
	tr.add("%s -> %s %s", c.Name, s.On(), nameless(s.Detail))
	if tr.edges != nil {
		tr.edges.suspended(c, s)
	}
	if tr.suspensions == tr.at {
		switch tr.do { // from outside, since an observer must not call into the loop
		case cancel:
			tr.loop.CallSoonThreadsafe(func() { tr.cancel(c) })
		case closing:
			tr.loop.CallSoonThreadsafe(tr.loop.Stop)
		}
	}
	tr.suspensions++
}

// cancel cancels the task that c identifies, if it has not ended.
func (tr *transcript) cancel(c *coro.Info) {
	for _, task := range tr.loop.Tasks() {
		if task.Info() == c {
			task.CancelCause(errThrown)
		}
	}
}

// End implements [coro.Observer].
func (tr *transcript) End(c *coro.Info, o coro.Outcome) {
	tr.add("%s has %s: %v", c.Name, o.Kind, o.Err)
	if tr.edges != nil {
		tr.edges.ended(c)
	}
}

// edges are those that the machines of many runs have taken.
type edges struct {
	t        *testing.T
	machines map[string]*statemachine.Description // by function
	stands   map[*coro.Info]int                   // the state that a machine was seen in last
	taken    map[string]bool
}

func edge(d *statemachine.Description, from, to string) string {
	return d.Name + ": " + from + " -> " + to
}

func (e *edges) began(c *coro.Info) { e.stands[c] = 0 }

// suspended looks at a suspension: where the machine came from, and whether all
// of it is as it is described.
func (e *edges) suspended(c *coro.Info, got coro.Suspension) {
	d := e.machines[c.Func]
	if d == nil {
		e.t.Errorf("%s is suspended, whose function %s no machine describes", c.Name, c.Func)
		return
	}
	e.took(c, d, got.State)
	p := d.Point(got.State)
	if p.Label == "" {
		p.Label = got.Label // the machine has it from what it awaits
	}
	want := coro.Suspension{Kind: p.Kind, Label: p.Label, State: p.State, Place: p.Place}
	frame := got.Frame.Frame()
	got.Frame, got.Detail = nil, ""
	if diff := cmp.Diff(want, got); diff != "" {
		e.t.Errorf("machine %s, state %s: suspended otherwise than declared (-declared +found):\n%s", d.Name, p.Name, diff)
	}
	var slots, shown []string
	for _, s := range d.Slots {
		slots = append(slots, s.Name)
	}
	for _, s := range frame {
		shown = append(shown, s.Name)
	}
	if diff := cmp.Diff(slots, shown); diff != "" {
		e.t.Errorf("machine %s: the frame shows other slots than are declared (-declared +shown):\n%s", d.Name, diff)
	}
}

func (e *edges) ended(c *coro.Info) {
	d := e.machines[c.Func]
	if _, began := e.stands[c]; d == nil || !began {
		return
	}
	e.took(c, d, slices.IndexFunc(d.States, func(s statemachine.State) bool { return s.Role == statemachine.End }))
}

// took notes that c, which d describes, is in a state now.
func (e *edges) took(c *coro.Info, d *statemachine.Description, state int) {
	from, to := d.States[e.stands[c]].Name, d.States[state].Name
	e.stands[c] = state
	e.taken[edge(d, from, to)] = true
	if !slices.ContainsFunc(d.Edges, func(x statemachine.Edge) bool { return x.From == from && x.To == to }) {
		e.t.Errorf("machine %s went from state %s to state %s: no such edge is declared", d.Name, from, to)
	}
}

// describes holds a description to its own rules, and to its source: each
// suspension is at its line, whoever gives it its label, and each slot is a
// field of the frame.
func describes(t *testing.T, d *statemachine.Description) {
	t.Helper()
	if err := d.Validate(); err != nil {
		t.Error(err)
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
		suspends := regexp.MustCompile(`^\t+return .*` + regexp.QuoteMeta(strconv.Quote(s.Label)) + `.*, true$`)
		if s.Label == "" {
			suspends = regexp.MustCompile(`^\t+return .*, true$`)
		}
		var at []string // the lines that may be meant
		for i, line := range lines {
			if suspends.MatchString(line) {
				at = append(at, strconv.Itoa(i+1))
			}
		}
		if !slices.Contains(at, strconv.Itoa(s.Line)) {
			t.Errorf("%s:%d: state %s is not suspended there; lines that suspend so: %s", d.File, s.Line, s.Name, strings.Join(at, ", "))
		}
	}
	_, frame, _ := strings.Cut(string(source), "\ntype "+d.Frame+" struct {\n")
	frame, _, _ = strings.Cut(frame, "\n}")
	for _, s := range d.Slots {
		if !regexp.MustCompile(`(?m)^\t` + s.Name + ` +` + regexp.QuoteMeta(s.Type) + `$`).MatchString(frame) {
			t.Errorf("%s: the struct %s has no field %s %s", d.File, d.Frame, s.Name, s.Type)
		}
	}
}
