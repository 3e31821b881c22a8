package main

// This file defines lower --stress: a copy of packages in which every function
// runs as a machine.

import (
	"fmt"
	"path/filepath"

	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/statemachine/lower"
)

// stressFormat names the format of what lower --stress --json prints.
const stressFormat = "coroscope.stress/1"

// A stressReport is what lower --stress --json prints.
type stressReport struct {
	Format   string          `json:"format"`
	Out      string          `json:"out"` // the module's folder, absolute
	Packages []stressPackage `json:"packages"`
}

type stressPackage struct {
	Path    string    `json:"path"`
	Dir     string    `json:"dir"` // from out
	Seen    int       `json:"seen"`
	Lowered int       `json:"lowered"`
	Refused []refusal `json:"refused"`
}

// stress writes a copy of packages to l.stress and prints what became of their
// functions. One that is refused is an error, after everything is written.
func (a *app) stress(l lowering) error {
	if l.check || l.stdout || l.dump != "" || l.funcs != "" {
		return usagef("--stress lowers everything into a copy, and cannot be used with --check, --stdout, -d or --func")
	}
	if len(l.patterns) == 0 {
		return usagef("--stress wants packages or files: %s --stress OUT ./...", a.command("lower"))
	}
	status := terminal.NewStatus(a.stderr)
	packages, err := lower.Stress(lower.Options{Context: a.ctx, Progress: status.Tell}, l.stress, l.patterns...)
	status.Done()
	if err != nil {
		return err
	}
	out, err := filepath.Abs(l.stress)
	if err != nil {
		return err
	}
	refused := 0
	report := stressReport{Format: stressFormat, Out: out}
	for _, p := range packages {
		refused += len(p.Refused)
		of := stressPackage{Path: p.Path, Dir: filepath.ToSlash(p.Dir), Seen: p.Seen, Lowered: p.Lowered, Refused: []refusal{}}
		for _, r := range p.Refused {
			of.Refused = append(of.Refused, newRefusal(r))
		}
		report.Packages = append(report.Packages, of)
	}
	if l.json {
		if err := a.printJSON(report); err != nil {
			return err
		}
	} else {
		a.printStressed(here(out), packages)
	}
	if refused == 1 {
		return fmt.Errorf("1 function not lowered: it stays as it was in %s", here(out))
	}
	if refused > 1 {
		return fmt.Errorf("%s not lowered: they stay as they were in %s", plural(refused, "function"), here(out))
	}
	return nil
}

func (a *app) printStressed(out string, packages []*lower.Stressed) {
	for _, p := range packages {
		fmt.Fprintf(a.stdout, "%s: %s, %d lowered, %d refused\n", p.Path, plural(p.Seen, "function"), p.Lowered, len(p.Refused))
		for _, r := range p.Refused {
			fmt.Fprintf(a.stdout, "  %s\n", r)
		}
	}
	fmt.Fprintf(a.stdout, "run it: cd %s, and with %s=1 in the environment go test ./... or go run\n", out, lower.SuspensionsVariable)
}
