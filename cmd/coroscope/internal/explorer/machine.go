package explorer

// This file defines the diagrams of coroutines: those that machines are
// described by, and those that are seen in the trace.

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"coroscope/coro"
	"coroscope/statemachine"
	"coroscope/statemachine/specimen"
	"coroscope/trace/timeline"
)

// A Diagram is the states of a coroutine's function, and how they follow each
// other.
type Diagram struct {
	Key      string   `json:"key"` // the same for all coroutines that share it
	Func     string   `json:"func"`
	Observed bool     `json:"observed"` // it is what was seen in the trace, and not what the machine is described by
	Shape    string   `json:"shape"`
	States   []string `json:"states"` // names by number
	SVG      string   `json:"svg"`    // as of statemachine.Description.WriteInlineSVG; empty if there is none
	Why      string   `json:"why"`    // why there is none
}

// A machine is how a function's states are numbered.
type machine struct {
	key, shape, fn string
	d              *statemachine.Description // nil if there is none
	why            string                    // why there is none

	// Of one that was observed; nil of one that is described.
	numbers  map[point]int
	returned map[string]int // the numbers of ends by outcome
}

// A point is where a coroutine without a described machine is suspended.
type point struct {
	on, at string
}

// A machineTable has the machines that were asked for.
type machineTable struct {
	mu  sync.Mutex
	all map[string]*machine
}

// described are the machines that this program knows, by the function that
// they are traced under.
var described = sync.OnceValue(func() map[string][]*statemachine.Description {
	known := make(map[string][]*statemachine.Description)
	for _, s := range specimen.All() {
		for _, shape := range []coro.Shape{coro.ShapeStateMachine, coro.ShapeLowered} {
			for _, d := range s.MachinesIn(shape) {
				known[d.Func] = append(known[d.Func], d)
			}
		}
	}
	return known
})

// maxStates is how many states a diagram has at most.
const maxStates = 40

// machineOf returns the machine of c's function.
func (t *Trace) machineOf(c *coroutine) *machine {
	key := c.Shape + " " + c.Func
	if c.Func == "" {
		key = c.row.key // nobody knows whose function it shares
	}
	t.machines.mu.Lock()
	defer t.machines.mu.Unlock()
	if m := t.machines.all[key]; m != nil {
		return m
	}
	var of []*coroutine
	for _, other := range t.coroutines {
		if other == c || c.Func != "" && other.Func == c.Func && other.Shape == c.Shape {
			of = append(of, other)
		}
	}
	m := &machine{key: key, shape: c.Shape, fn: c.Func}
	for _, d := range described()[c.Func] {
		if describes(d, of) {
			m.d = d
		}
	}
	if m.d == nil {
		m.observe(of)
	}
	if t.machines.all == nil {
		t.machines.all = make(map[string]*machine)
	}
	t.machines.all[key] = m
	return m
}

// describes reports whether d is the machine of these coroutines, which may be
// of another version of the program: each state that they were suspended in is
// one that is suspended on just that.
func describes(d *statemachine.Description, of []*coroutine) bool {
	for _, c := range of {
		for i := range c.Suspensions {
			s := &c.Suspensions[i]
			if s.State < 0 || s.State >= len(d.States) {
				return false
			}
			if st := &d.States[s.State]; st.Role != statemachine.Suspended || !strings.HasPrefix(s.On, st.Awaits()) {
				return false
			}
		}
	}
	return true
}

// observe makes a description of what the trace has: a state for each place and
// thing that was awaited there, an edge for each pair that followed each other.
func (m *machine) observe(of []*coroutine) {
	m.numbers, m.returned = make(map[point]int), make(map[string]int)
	d := &statemachine.Description{
		Name: m.fn, Func: m.fn,
		States: []statemachine.State{{Name: "start", Role: statemachine.Start}},
	}
	// Ends come after all others: a diagram is drawn from the first state to the last.
	names := map[string]bool{"start": true}
	for _, c := range of {
		for i := range c.Suspensions {
			s := &c.Suspensions[i]
			if _, known := m.numbers[pointOf(s)]; known {
				continue
			}
			st, ok := newState(s, names)
			if !ok {
				m.why = "it was suspended on what this program does not know: " + awaited(s.On)
				return
			}
			if len(d.States) == maxStates {
				m.why = fmt.Sprintf("it was suspended at more than %d places", maxStates-1)
				return
			}
			m.numbers[pointOf(s)] = len(d.States)
			d.States = append(d.States, st)
		}
	}
	for _, c := range of {
		if _, known := m.returned[c.Outcome]; c.Status == timeline.Done && c.Outcome != "" && !known {
			m.returned[c.Outcome] = len(d.States)
			d.States = append(d.States, statemachine.State{Name: unique(c.Outcome, names), Role: statemachine.End})
		}
	}
	edges, counts := m.follow(of)
	for _, e := range edges {
		d.Edges = append(d.Edges, statemachine.Edge{
			From: d.States[e.From].Name, To: d.States[e.To].Name, When: strconv.Itoa(counts[e]) + "×",
		})
	}
	m.d = d
}

// follow returns which state followed which, in the order in which that was seen
// first, and how often.
func (m *machine) follow(of []*coroutine) ([]Edge, map[Edge]int) {
	var edges []Edge
	counts := make(map[Edge]int)
	for _, c := range of {
		at := 0
		if c.Older {
			at = -1
		}
		to := func(n int) {
			if e := (Edge{at, n}); at >= 0 {
				if counts[e]++; counts[e] == 1 {
					edges = append(edges, e)
				}
			}
			at = n
		}
		for i := range c.Suspensions {
			to(m.numbers[pointOf(&c.Suspensions[i])])
		}
		if n, ok := m.returned[c.Outcome]; ok && c.Status == timeline.Done {
			to(n)
		}
	}
	return edges, counts
}

func pointOf(s *timeline.Suspension) point { return point{s.On, s.At} }

// newState returns the state of a suspension, false if it is on nothing that
// package coro has.
func newState(s *timeline.Suspension, names map[string]bool) (statemachine.State, bool) {
	kind, label, _ := strings.Cut(awaited(s.On), " ")
	on := coro.OnResumer
	for on <= coro.OnSignal && on.String() != kind {
		on++
	}
	if on > coro.OnSignal {
		return statemachine.State{}, false
	}
	st := statemachine.State{Role: statemachine.Suspended, On: on, Label: label}
	name := label
	if name == "" {
		name = kind
	}
	if i := strings.LastIndexByte(s.At, ':'); i > 0 {
		st.File = s.At[:i]
		st.Line, _ = strconv.Atoi(s.At[i+1:])
	}
	st.Name = unique(name, names)
	return st, true
}

// unique returns a name that is not in names, and adds it.
func unique(name string, names map[string]bool) string {
	for i := 2; names[name]; i++ {
		if again := name + " " + strconv.Itoa(i); !names[again] {
			name = again
		}
	}
	names[name] = true
	return name
}

// number returns the number of the state in which a suspension is, -1 if it is
// none.
func (m *machine) number(s *timeline.Suspension) int {
	if m.d == nil {
		return -1
	}
	if m.numbers == nil {
		return s.State
	}
	if n, ok := m.numbers[pointOf(s)]; ok {
		return n
	}
	return -1
}

// at returns the state in which c is, or, if it runs, that it has left, and the
// edge that it took last. Suspension is the number of its last one, -1 if there was none.
func (m *machine) at(c *coroutine, s status, suspension int) (state int, taken *Edge) {
	if m.d == nil {
		return -1, nil
	}
	edge := func(from, to int) *Edge {
		if from < 0 || to < 0 {
			return nil
		}
		return &Edge{from, to}
	}
	before := func(n int) int { // the state of suspension n
		switch {
		case n >= 0:
			return m.number(&c.Suspensions[n])
		case c.Older:
			return -1
		}
		return 0
	}
	switch s.what {
	case statusNotYet, statusUnknown:
		return -1, nil
	case statusEnded:
		end := m.end(c)
		return end, edge(before(suspension), end)
	case statusCreated:
		return 0, nil
	}
	state = before(suspension)
	if suspension >= 0 {
		taken = edge(before(suspension-1), state)
	}
	return state, taken
}

// end returns the number of the state in which c ended, -1 if there is none.
func (m *machine) end(c *coroutine) int {
	if n, ok := m.returned[c.Outcome]; ok {
		return n
	}
	if m.numbers == nil {
		for i, st := range m.d.States {
			if st.Role == statemachine.End {
				return i
			}
		}
	}
	return -1
}

// Machine returns the diagram of the coroutine with the given key. It reports
// false if there is no such coroutine.
func (t *Trace) Machine(key string) (Diagram, bool) {
	r := t.byKey[key]
	if r == nil || r.coroutine == nil {
		return Diagram{}, false
	}
	m := t.machineOf(r.coroutine)
	d := Diagram{Key: m.key, Func: m.fn, Shape: m.shape, Observed: m.numbers != nil, Why: m.why, States: []string{}}
	if m.d == nil {
		return d, true
	}
	for _, st := range m.d.States {
		d.States = append(d.States, st.Name)
	}
	var b bytes.Buffer
	m.d.WriteInlineSVG(&b) // a buffer takes all
	d.SVG = b.String()
	return d, true
}

// frameAt returns the slots as they were recorded at the suspension with the
// given number, or before it: only what had changed was.
func (c *coroutine) frameAt(suspension int, d *statemachine.Description) []Slot {
	slots := []Slot{}
	index := make(map[string]int)
	for i := range c.Frames {
		f := &c.Frames[i]
		if f.Suspension > suspension {
			break
		}
		n, known := index[f.Slot]
		if !known {
			n = len(slots)
			index[f.Slot] = n
			slots = append(slots, Slot{Name: f.Slot})
		}
		s := &slots[n]
		s.Changed = known && f.Suspension == suspension && s.Value != f.Value
		s.Was = ""
		if s.Changed {
			s.Was = s.Value
		}
		s.Value = f.Value
		if f.Suspension < suspension {
			s.Changed, s.Was = false, ""
		}
	}
	for i := range slots {
		if d == nil {
			break
		}
		for _, known := range d.Slots {
			if known.Name == slots[i].Name {
				slots[i].Type, slots[i].Means = known.Type, known.Means
			}
		}
	}
	return slots
}

// fileOf returns a file in the folder of c's function, "" if this program does
// not know the function.
func fileOf(c *coroutine) string {
	if known := described()[c.Func]; len(known) > 0 {
		return known[0].File
	}
	return ""
}
