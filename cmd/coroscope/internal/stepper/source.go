package stepper

// This file defines the source that is shown beside what is stepped.

import (
	"path"
	"strings"

	"coroscope/coro"
	"coroscope/statemachine"
	"coroscope/statemachine/specimen"
)

// sourceOf returns the source of a suspension at the given place; for the zero
// place that of the machine d, or of the body that it was made after, near
// where that begins.
func sourceOf(at coro.Place, d *statemachine.Description, shape coro.Shape) Source {
	file := at.File
	if file == "" {
		file = d.File
	}
	text, ok := specimen.Source(file)
	if !ok {
		return Source{}
	}
	s := Source{File: path.Base(file), Lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n"), Line: at.Line}
	if s.Line == 0 {
		begins := "func (m *" + d.Frame + ") Resume("
		switch {
		case shape.Stackful():
			begins = "func " + d.Frame + "Body("
		case shape == coro.ShapeLowered: // which is suspended where its source is
			begins = "func " + strings.TrimSuffix(d.Frame, "Machine") + "("
		}
		for i, line := range s.Lines {
			if strings.HasPrefix(line, begins) {
				s.Near = i + 1
			}
		}
	}
	return s
}
