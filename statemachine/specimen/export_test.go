package specimen

// This file defines what the tests need of the inside.

import (
	"testing"

	"coroscope/statemachine"
)

// ErrLine is an error that means nothing in particular to any specimen.
var ErrLine = errLine

// CheckMachines puts a checker around each machine that is made during the
// test, which fails it. The function it returns tells which edges were taken by
// the machines that d describes.
func CheckMachines(t *testing.T) (taken func(d *statemachine.Description) map[statemachine.Edge]bool) {
	type checked = interface{ Taken() []statemachine.Edge }
	all := make(map[*statemachine.Description][]checked)
	checking = &struct {
		report func(error)
		made   func(*statemachine.Description, checked)
	}{
		report: func(err error) { t.Error(err) },
		made:   func(d *statemachine.Description, c checked) { all[d] = append(all[d], c) },
	}
	t.Cleanup(func() { checking = nil })
	return func(d *statemachine.Description) map[statemachine.Edge]bool {
		edges := make(map[statemachine.Edge]bool)
		for _, c := range all[d] {
			for _, e := range c.Taken() {
				edges[e] = true
			}
		}
		return edges
	}
}

// Show is how a value is shown.
func Show(v any) string { return show(v) }
