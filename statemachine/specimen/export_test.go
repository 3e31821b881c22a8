package specimen

// This file defines what the tests need of the inside.

import (
	"fmt"
	"reflect"
	"testing"

	"coroscope/coro"
	"coroscope/statemachine"
)

// ErrLine is an error that means nothing in particular to any specimen.
var ErrLine = errLine

// Checked are the machines that were made during a test, each with a checker
// around it, by what describes them.
type Checked map[*statemachine.Description][]checked

type checked = interface{ Taken() []statemachine.Edge }

// CheckMachines puts a checker around each machine that is made during the
// test, which fails it.
func CheckMachines(t *testing.T) Checked {
	all := make(Checked)
	checking = &struct {
		report func(error)
		made   func(*statemachine.Description, checked)
	}{
		report: func(err error) { t.Error(err) },
		made:   func(d *statemachine.Description, c checked) { all[d] = append(all[d], c) },
	}
	t.Cleanup(func() { checking = nil })
	return all
}

// Taken returns the edges that were taken by the machines that d describes.
func (all Checked) Taken(d *statemachine.Description) map[statemachine.Edge]bool {
	edges := make(map[statemachine.Edge]bool)
	for _, c := range all[d] {
		for _, e := range c.Taken() {
			edges[e] = true
		}
	}
	return edges
}

// Ended returns the machines that d describes and that have ended.
func (all Checked) Ended(d *statemachine.Description) []Machine {
	var ended []Machine
	for _, c := range all[d] {
		if m := c.(Machine); d.States[m.Point().State].Role == statemachine.End {
			ended = append(ended, m)
		}
	}
	return ended
}

// A Machine is what the methods of all machines have in common.
type Machine interface {
	statemachine.Machine
	Err() error
}

// ResumeByHand resumes a machine with the zero value of what it takes, or with
// an error.
func ResumeByHand(m Machine, thrown error) (ok bool) {
	resume := reflect.ValueOf(m).MethodByName("Resume")
	answer := resume.Call([]reflect.Value{reflect.Zero(resume.Type().In(0)), reflect.ValueOf(&thrown).Elem()})
	return answer[1].Bool()
}

// ResultOf returns what a machine's Result and Err say.
func ResultOf(m Machine) string {
	result := reflect.ValueOf(m).MethodByName("Result").Call(nil)
	return fmt.Sprint(result[0], ", ", m.Err())
}

// Show is how a value is shown.
func Show(v any) string { return show(v) }

var _ Machine = (*statemachine.Checked[struct{}, coro.Await, int])(nil)
