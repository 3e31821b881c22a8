package main

// This file defines the command lower --line: machines for a debugger.

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"coroscope/statemachine/lower"
)

// overlayDir is the folder that --line writes if it is not told another.
const overlayDir = ".coroscope"

// writeOverlay writes an overlay, or with check only looks whether it is up to
// date, and says what to do with it.
func (a *app) writeOverlay(l lowering, files []*lower.File) error {
	o, err := lower.NewOverlay(l.line, ".", files)
	if err != nil {
		return err
	}
	if l.check {
		fresh, err := o.Fresh()
		if err == nil && !fresh {
			err = fmt.Errorf("not up to date: %s; type %s", here(o.Path()), a.command("lower")+" "+l.lineFlag())
		}
		return err
	}
	if err := o.Write(); err != nil {
		return err
	}
	var dirs []string
	for _, f := range files {
		if f.Content == nil {
			continue
		}
		fmt.Fprintf(a.stdout, "%s: %s\n", here(f.Source), strings.Join(f.Funcs, ", "))
		for _, note := range f.Notes {
			fmt.Fprintf(a.stdout, "  %s\n", note)
		}
		if dir := quoteArg(packageArg(f.Source)); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	path := here(o.Path())
	fmt.Fprintf(a.stdout, "\nto build:  go build -overlay=%s %s\n", quoteArg(path), strings.Join(dirs, " "))
	for _, dir := range dirs {
		fmt.Fprintf(a.stdout, "to debug:  dlv test %s --build-flags=%s\n", dir, buildFlag("-overlay="+path))
	}
	return nil
}

// lineFlag returns the flag --line as it is typed.
func (l *lowering) lineFlag() string {
	if l.line == overlayDir {
		return "--line"
	}
	return "--line=" + quoteArg(l.line)
}

// packageArg returns how the go command is told of the package that a file is in.
func packageArg(file string) string {
	dir := filepath.ToSlash(here(filepath.Dir(file)))
	if dir == "." || filepath.IsAbs(dir) || strings.HasPrefix(dir, "../") {
		return dir
	}
	return "./" + dir
}

// buildFlag returns what dlv is to hand to the go command, as it is typed behind
// --build-flags=.
func buildFlag(flag string) string {
	if !strings.ContainsAny(flag, " \t'") {
		return flag
	}
	return quoteArg("'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(flag) + "'") // by dlv, and by the shell
}
