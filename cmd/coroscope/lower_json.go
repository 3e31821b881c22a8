package main

// This file defines what lower prints for programs.

import (
	"encoding/json"
	"path/filepath"

	"coroscope/statemachine/lower"
)

// loweredFormat names the format of what lower --json prints.
const loweredFormat = "coroscope.lower/1"

// A loweredReport is what lower --json prints.
type loweredReport struct {
	Format  string             `json:"format"`
	Files   []loweredFile      `json:"files"`
	Refused []refusal          `json:"refused"`          // of these nothing is written
	Frames  []lower.FrameTable `json:"frames,omitempty"` // with -d frame
}

// A loweredFile is one that is generated, or was.
type loweredFile struct {
	Path   string        `json:"path"`   // as seen from the current folder
	Source string        `json:"source"` // the same
	Status string        `json:"status"` // current, written, removed; with --check current, stale, missing, orphaned, blocked
	Why    string        `json:"why,omitempty"`
	Funcs  []loweredFunc `json:"funcs"`
	Notes  []string      `json:"notes,omitempty"`
}

// A loweredFunc is a function that was lowered, or that falls back.
type loweredFunc struct {
	Name     string    `json:"name"`
	Fallback []refusal `json:"fallback,omitempty"` // why it is not lowered
}

// A refusal says why a function is not lowered.
type refusal struct {
	Position string `json:"position"` // file:line:column
	Func     string `json:"func,omitempty"`
	Reason   string `json:"reason"`
	Remedy   string `json:"remedy,omitempty"`
	Fallback bool   `json:"fallback,omitempty"` // --fallback helps
}

func newRefusal(r *lower.Refusal) refusal {
	return refusal{r.Pos.String(), r.Func, r.Reason, r.Remedy, r.Falls}
}

// add adds a file to the report.
func (r *loweredReport) add(f *lower.File, status, why string) {
	file := loweredFile{Path: filepath.ToSlash(here(f.Path)), Source: filepath.ToSlash(here(f.Source)), Status: status, Why: why, Funcs: []loweredFunc{}, Notes: f.Notes}
	for _, name := range f.Funcs {
		made := loweredFunc{Name: name}
		for _, fall := range f.Falls {
			if fall.Func != name {
				continue
			}
			for _, reason := range fall.Reasons {
				made.Fallback = append(made.Fallback, newRefusal(reason))
			}
		}
		file.Funcs = append(file.Funcs, made)
	}
	r.Files = append(r.Files, file)
}

// printJSON prints a report.
func (a *app) printJSON(report any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(report)
}
