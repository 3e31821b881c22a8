package statemachine

// This file defines what makes a description wrong.

import (
	"errors"
	"fmt"
	"path"
)

// Validate returns everything that is wrong with the description, joined, or
// nil. The rules:
//
//   - machine, states and slots have names, and no two of a kind the same one
//   - state 0, and no other, is the start
//   - a suspension has a line, other states have no suspension's fields
//   - an edge leads from a state to a state, there is one between the same two,
//     none enters the start and none leaves an end
//   - each state can be reached from the start, and has an edge out of it
//     unless it is an end
func (d *Description) Validate() error {
	v := validation{d: d}
	v.names()
	v.roles()
	v.edges()
	v.reach()
	return errors.Join(v.errs...)
}

type validation struct {
	d    *Description
	errs []error
}

func (v *validation) errorf(format string, args ...any) {
	name := v.d.Name
	if name == "" {
		name = "unnamed"
	}
	v.errs = append(v.errs, fmt.Errorf("machine %s: %s", name, fmt.Sprintf(format, args...)))
}

func (v *validation) names() {
	d := v.d
	if d.Name == "" {
		v.errorf("the machine has no name")
	}
	if len(d.States) == 0 {
		v.errorf("there are no states")
	}
	states := make(map[string]int)
	for i, s := range d.States {
		first, twice := states[s.Name]
		switch {
		case s.Name == "":
			v.errorf("state %d has no name", i)
		case twice:
			v.errorf("states %d and %d are both called %q", first, i, s.Name)
		default:
			states[s.Name] = i
		}
	}
	slots := make(map[string]bool)
	for i, s := range d.Slots {
		switch {
		case s.Name == "":
			v.errorf("slot %d has no name", i)
		case slots[s.Name]:
			v.errorf("two slots are called %q", s.Name)
		case s.Type == "":
			v.errorf("slot %q has no type", s.Name)
		}
		slots[s.Name] = true
	}
}

func (v *validation) roles() {
	for i, s := range v.d.States {
		switch {
		case i == 0 && s.Role != Start:
			v.errorf("state 0, %q, must be the start", s.Name)
		case i != 0 && s.Role == Start:
			v.errorf("state %d, %q, is a start; only state 0 may be", i, s.Name)
		case s.Role > End:
			v.errorf("state %q has no known role: %s", s.Name, s.Role)
		}
		switch {
		case s.Role == Suspended && s.Line <= 0:
			v.errorf("suspension %q has no line in %s", s.Name, path.Base(v.d.File))
		case s.Role != Suspended && (s.Line != 0 || s.Label != "" || s.On != 0):
			v.errorf("state %q is no suspension and so has no kind, label or line", s.Name)
		}
	}
}

func (v *validation) edges() {
	seen := make(map[[2]string]bool)
	for _, e := range v.d.Edges {
		from, to := v.d.state(e.From), v.d.state(e.To)
		arrow := fmt.Sprintf("edge %s -> %s", e.From, e.To)
		if from < 0 {
			v.errorf("%s comes from nowhere: there is no state %q", arrow, e.From)
		} else if v.d.States[from].Role == End {
			v.errorf("%s leaves an end", arrow)
		}
		if to < 0 {
			v.errorf("%s leads nowhere: there is no state %q", arrow, e.To)
		} else if v.d.States[to].Role == Start {
			v.errorf("%s leads back to the start", arrow)
		}
		if pair := [2]string{e.From, e.To}; seen[pair] {
			v.errorf("%s is there twice; say both reasons in one", arrow)
		} else {
			seen[pair] = true
		}
	}
}

// reach finds states that cannot be reached, or not be left.
func (v *validation) reach() {
	d := v.d
	if len(d.States) == 0 {
		return
	}
	out := make(map[int][]int)
	for _, e := range d.Edges {
		from, to := d.state(e.From), d.state(e.To)
		if from >= 0 && to >= 0 {
			out[from] = append(out[from], to)
		}
	}
	reached := make([]bool, len(d.States))
	todo := []int{0}
	reached[0] = true
	for len(todo) > 0 {
		from := todo[0]
		todo = todo[1:]
		for _, to := range out[from] {
			if !reached[to] {
				reached[to] = true
				todo = append(todo, to)
			}
		}
	}
	for i, s := range d.States {
		if !reached[i] {
			v.errorf("state %q cannot be reached from %q", s.Name, d.States[0].Name)
		}
		if s.Role != End && len(out[i]) == 0 {
			v.errorf("state %q has no edge out of it", s.Name)
		}
	}
}
