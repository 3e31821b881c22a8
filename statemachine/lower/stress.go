package lower

// This file defines what --stress does: a copy of packages in which every
// function is a machine that suspends before each statement.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A Stressed package is one whose functions run as machines.
type Stressed struct {
	Path    string // its import path in the copy
	Dir     string // its folder in the copy, from the copy's root
	Seen    int    // functions and function literals, those of tests not among them
	Lowered int
	Refused Refusals // those that stayed as they were
}

// Stress writes a module to out, which must not exist or be an empty folder: the
// packages that match patterns, with their tests and testdata, and whatever else
// is in their module. In it every function of the packages keeps its name and
// signature and runs as a machine with a suspension before every statement, which
// it resumes until it is done. Functions of tests stay as they are.
//
// A package of the standard library comes into a module of the name
// "bootstrap", which the go command lets import what is internal to the standard
// library; its tests import the copy.
//
// What runs counts its suspensions. With SuspensionsVariable set in the
// environment, programs and tests print the number when they end.
//
// Functions that cannot be lowered stay as they were and are listed in the
// result: those that have a variable of another package's unexported type, and
// those that call recover in the body of a range over a function. An error means
// that nothing is written.
//
// What can be seen of it: printed stacks, numbers of allocations, and that %T
// prints a type that a function declares under another name if the function uses
// two of that name.
func Stress(opt Options, out string, patterns ...string) ([]*Stressed, error) {
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return nil, err
	}
	if out, err = freeFolder(dir, out); err != nil {
		return nil, err
	}
	if err := opt.next("loading packages"); err != nil {
		return nil, err
	}
	pkgs, err := (&loader{ctx: opt.Context, dir: dir, patterns: patterns}).load(nil)
	if err != nil {
		return nil, err
	}
	for _, pkg := range pkgs {
		if len(pkg.Errors) > 0 {
			return nil, fmt.Errorf("%s does not build: %s", pkg.PkgPath, errorText(pkg.Errors[0], dir))
		}
	}
	first := pkgs[0].PkgPath
	pkgs = slices.DeleteFunc(pkgs, func(pkg *packages.Package) bool { return len(pkg.GoFiles) == 0 }) // but of tests
	if len(pkgs) == 0 {
		return nil, fmt.Errorf("%s has no Go files but of tests", first)
	}
	plan, err := planCopy(pkgs)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o777); err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(out), ".stress")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	if err := plan.copy(tmp, out); err != nil {
		return nil, err
	}
	report, err := stress(&opt, dir, pkgs, plan, tmp)
	if err != nil {
		return nil, err
	}
	if err := opt.next("building the copy"); err != nil {
		return nil, err
	}
	errs, err := buildFaults(opt.Context, tmp, slices.Collect(maps.Values(plan.paths)))
	if err != nil {
		return nil, err
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("what was generated does not build, which is a fault of coroscope; nothing is written: %s", errorText(errs[0], tmp))
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return nil, err
	}
	os.Remove(out) // if it is empty
	return report, os.Rename(tmp, out)
}

// stress writes the files of packages, lowered, over their copies in to.
func stress(opt *Options, dir string, pkgs []*packages.Package, plan *copyPlan, to string) ([]*Stressed, error) {
	var report []*Stressed
	for i, pkg := range pkgs {
		if err := opt.next("lowering %s, %d of %d", pkg.PkgPath, i+1, len(pkgs)); err != nil {
			return nil, err
		}
		s := &stressing{opt: opt, dir: dir, pkg: pkg, plan: plan, to: filepath.Join(to, plan.dirs[pkg])}
		s.result = &Stressed{Path: plan.paths[pkg], Dir: plan.dirs[pkg]}
		if err := s.run(); err != nil {
			return nil, err
		}
		s.result.Refused.sort()
		report = append(report, s.result)
	}
	return report, nil
}

// freeFolder returns out as an absolute path, if there is no file in it.
func freeFolder(dir, out string) (string, error) {
	if !filepath.IsAbs(out) {
		out = filepath.Join(dir, out)
	}
	entries, err := os.ReadDir(out)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return out, nil
	case err != nil:
		return "", err
	case len(entries) > 0:
		return "", fmt.Errorf("%s is not empty: name a folder that does not exist, or remove what is in it", out)
	}
	return out, nil
}

// buildFaults returns why packages of a copy do not build: faults of this package.
func buildFaults(ctx context.Context, dir string, paths []string) ([]packages.Error, error) {
	pkgs, err := packages.Load(&packages.Config{Context: ctx, Mode: loadMode, Dir: dir, Tests: true, Env: append(os.Environ(), "GOWORK=off")}, paths...)
	if ctx != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	var errs []packages.Error
	for _, pkg := range pkgs {
		errs = append(errs, pkg.Errors...)
	}
	return errs, nil
}

// A stressing is the work on one package.
type stressing struct {
	opt    *Options
	dir    string // that positions are told from
	pkg    *packages.Package
	plan   *copyPlan
	to     string // its folder in the copy
	result *Stressed
}

func (s *stressing) run() error {
	common, err := newShared(s.pkg, s.dir, s.opt)
	if err != nil {
		return err
	}
	for _, file := range s.pkg.Syntax {
		path := s.pkg.Fset.PositionFor(file.FileStart, false).Filename
		if !slices.Contains(s.pkg.GoFiles, path) {
			continue // what cgo makes
		}
		if s.opt.Context != nil && s.opt.Context.Err() != nil {
			return s.opt.Context.Err()
		}
		all := &Machine{shared: common, dir: s.dir, imports: importsOf(file, s.pkg.TypesInfo)}
		content, err := s.file(Func{machine: all, fset: s.pkg.Fset, pkg: s.pkg, info: s.pkg.TypesInfo, file: file, src: common.sources[file]})
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(s.to, filepath.Base(path)), content, 0o666); err != nil {
			return err
		}
	}
	return s.plan.tests(s.pkg, s.to)
}

// file returns a file whose functions are lowered; in all of them is what they
// have in common.
func (s *stressing) file(all Func) ([]byte, error) {
	before := maps.Clone(all.machine.imports)
	var edits []edit
	var failed error
	lower := func(name string, fun ast.Node) {
		f := newInPlace(all, name, fun, nil)
		f.inPlace.std, f.inPlace.counter = s.plan.std, s.plan.counter
		if err := s.lower(f); err != nil {
			failed = errors.Join(failed, err)
		} else if len(f.machine.Refused) == 0 {
			edits = append(edits, edit{fun.Pos(), fun.End(), f.written()})
		}
	}
	for _, d := range all.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Body != nil {
				lower(funcName(d), d)
			}
		case *ast.GenDecl:
			n := 0
			ast.Inspect(d, func(node ast.Node) bool {
				lit, ok := node.(*ast.FuncLit)
				if ok {
					n++
					lower(fmt.Sprintf("%s.func%d", declared(d, lit.Pos()), n), lit)
				}
				return !ok
			})
		}
	}
	if failed != nil {
		return nil, failed
	}
	if text := addedImports(all.machine.imports, before, edits); text != "" {
		edits = append(edits, edit{all.file.Name.End(), all.file.Name.End(), text})
	}
	edits = append(edits, keepOS(&all)...)
	content := []byte(all.edited(all.file.FileStart, all.file.FileEnd, edits))
	formatted, err := format.Source(content)
	if err != nil {
		return nil, fmt.Errorf("what %s became does not parse: %w", all.fset.PositionFor(all.file.FileStart, false).Filename, err)
	}
	return formatted, nil
}

// keepOS lets a file in which os.Exit is called by another name go on to use
// what it imports.
func keepOS(f *Func) []edit {
	text := ""
	ast.Inspect(f.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && f.isExit(sel) {
			text = "\n\nvar _ = " + f.edited(sel.Pos(), sel.End(), nil) + "\n"
		}
		return text == ""
	})
	if text == "" {
		return nil
	}
	return []edit{{f.file.FileEnd, f.file.FileEnd, text}}
}

// declared returns the first name that the part of d declares that pos is in.
func declared(d *ast.GenDecl, pos token.Pos) string {
	for _, spec := range d.Specs {
		if v, ok := spec.(*ast.ValueSpec); ok && within(v, pos) {
			return v.Names[0].Name
		}
	}
	return "glob"
}

// addedImports returns the declaration of the imports that were not there
// before, as far as what is written mentions them.
func addedImports(now, before importSet, written []edit) string {
	mentioned := func(name string) bool {
		return slices.ContainsFunc(written, func(e edit) bool { return strings.Contains(e.text, name+".") })
	}
	var b strings.Builder
	for _, name := range slices.SortedFunc(maps.Keys(now), func(x, y string) int { return cmp.Compare(now[x], now[y]) }) {
		if before[name] == "" && mentioned(name) {
			fmt.Fprintf(&b, "\nimport %s %q", name, now[name])
		}
	}
	return b.String()
}

// lower runs the passes over f and the literals in it, and counts.
func (s *stressing) lower(f *Func) error {
	s.result.Seen++
	literals, err := s.passes(f)
	if err != nil {
		return err
	}
	if len(f.machine.Refused) > 0 {
		s.result.Refused = append(s.result.Refused, f.machine.Refused[0])
		s.refuseLiterals(f)
		return nil
	}
	s.result.Lowered++
	for _, lit := range literals {
		if err := s.lower(lit); err != nil {
			return err
		}
	}
	return nil
}

// passes runs the passes over f, and over the bodies of loops in it that are
// machines of their own. If one of these is refused, f is. It returns the literals
// in all of them.
func (s *stressing) passes(f *Func) ([]*Func, error) {
	if err := f.machine.lower(&Options{Verify: s.opt.Verify, Dump: s.opt.Dump, DumpTo: s.opt.DumpTo}); err != nil || len(f.machine.Refused) > 0 {
		return nil, err
	}
	var literals []*Func
	for _, in := range f.inner() {
		if !in.isRange() {
			literals = append(literals, in)
			continue
		}
		more, err := s.passes(in)
		if err != nil {
			return nil, err
		}
		literals = append(literals, more...)
		f.machine.Refused = append(f.machine.Refused, in.machine.Refused...)
	}
	return literals, nil
}

// refuseLiterals counts the literals in something that stays as it is.
func (s *stressing) refuseLiterals(f *Func) {
	ast.Inspect(f.body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			s.result.Seen++
			s.result.Refused = append(s.result.Refused, &Refusal{Pos: f.position(lit.Pos()), Func: f.Name, Reason: "this function literal is in it"})
		}
		return true
	})
}
