package lower

// This file defines what the command calls: packages in, files out.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Options say what is lowered, and how.
type Options struct {
	Dir  string         // where the patterns are taken from, and positions told from; "" is the current folder
	Func *regexp.Regexp // functions to lower beside those with the directive, such as "Tree.All"; nil is none

	Dump   string    // the name of a pass after which each function is printed, or ""
	DumpTo io.Writer // to here

	// Line has the files be for a debugger: sources with what is generated for
	// them, whose lines tell where in these they come from, and in which what is
	// kept has variables of its own. The tests of the packages are left out.
	Line bool

	Frames func(FrameTable) // is called with the table of each body, if it is not nil

	Describe bool // what is made, in files of their own, for package coroscope/statemachine
	Fallback bool // what cannot be lowered gets the same API over a stack, instead of being refused

	Verify bool // the result of each pass

	Context  context.Context   // ends it early; nil is none
	Progress func(text string) // is told what is done next, if it is not nil

	funcs []*regexp.Regexp // Func, and those with which files were generated before
}

// A File is one to be written.
type File struct {
	Path    string // absolute
	Source  string // of which file it is made
	Content []byte
	Funcs   []string // the functions in it
	Falls   []*Fall  // those of them that fall back
	Notes   []string // for who reads what was done
	Orphan  string   // why there is to be no such file any more; Content is nil then

	pkg    string // its name
	partOf string // what it would be part of that nothing may be written to
}

// A Fall is a function that is not lowered and goes over a stack instead.
type Fall struct {
	Func    string
	Reasons Refusals
}

// next tells what is done next, unless it is to end.
func (opt *Options) next(format string, args ...any) error {
	if opt.Progress != nil {
		opt.Progress(fmt.Sprintf(format, args...))
	}
	if opt.Context != nil {
		return opt.Context.Err()
	}
	return nil
}

// ErrNothing says that no function was chosen.
var ErrNothing = errors.New("nothing to lower: put " + Directive + " above a function, or choose some with --func")

// Lower lowers what is chosen in the packages that match patterns, as the go
// command understands them, and in their tests, and writes nothing. Among the
// files are those that were generated before and are to be removed.
//
// Files that were generated before say what else is to be done in their package: if
// functions were chosen there by Func, if some fell back, or if there are
// descriptions, it is as if the options said so.
//
// The error is Refusals if something cannot be lowered, ErrNothing if nothing is
// chosen, and otherwise says what is wrong with the packages.
func Lower(opt Options, patterns ...string) ([]*File, error) {
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return nil, err
	}
	l := &loader{ctx: opt.Context, dir: dir, patterns: patterns, tests: opt.Func != nil && !opt.Line, noTests: opt.Line}
	if err := opt.next("loading packages"); err != nil {
		return nil, err
	}
	pkgs, build, err := l.loadAll()
	if err != nil {
		return nil, err
	}
	all := folders(pkgs, opt)
	chosen, err := chosenIn(all, dir)
	if err != nil {
		return nil, err
	}
	var files []*File
	var refused Refusals
	for i, d := range all {
		if err := opt.next("lowering %s, %d of %d", d.pkgs[0].PkgPath, i+1, len(all)); err != nil {
			return nil, err
		}
		made, err := d.lower(dir, chosen)
		if rs, ok := errors.AsType[Refusals](err); ok {
			refused = append(refused, rs...)
		} else if err != nil {
			return nil, err
		}
		files = append(files, made...)
	}
	switch {
	case len(refused) > 0:
		refused.sort()
		return nil, refused
	case len(files) == 0:
		for _, pkg := range pkgs { // in which something may be meant to be chosen
			if errs := buildErrors(pkg, nil); len(errs) > 0 {
				return nil, notBuilding(pkg, errs, dir)
			}
		}
		return nil, ErrNothing
	}
	if opt.Dump != "" || build && !slices.ContainsFunc(files, (*File).changes) {
		return files, nil
	}
	if err := opt.next("building what was generated"); err != nil {
		return nil, err
	}
	if err := l.builds(files); err != nil {
		return nil, err
	}
	return files, nil
}

// changes reports whether something else stands in the file's place.
func (f *File) changes() bool {
	fresh, err := f.Check()
	return !fresh || err != nil
}

// chosenIn returns a machine for each function that is chosen in some folders.
// Directives that choose nothing are refused, and it is an error if Func chooses
// nothing.
func chosenIn(all []*folder, dir string) ([]*Machine, error) {
	var chosen []*Machine
	var refused Refusals
	could := make(map[string]bool)
	matched := false
	for _, d := range all {
		for _, pkg := range d.pkgs {
			s, err := selectFuncs(pkg, dir, &d.opt)
			if err != nil {
				return nil, err
			}
			chosen = append(chosen, s.all...)
			refused = append(refused, s.misplaced()...)
			for _, name := range s.candidates() {
				could[name] = true
				matched = matched || d.opt.Func != nil && d.opt.Func.MatchString(name)
			}
		}
	}
	switch {
	case len(refused) > 0:
		refused.sort()
		return nil, refused
	case all[0].opt.Func == nil || matched:
		return chosen, nil
	case len(could) == 0:
		return nil, fmt.Errorf("--func %q matches nothing that could be lowered: expected %s", all[0].opt.Func, wanted)
	}
	names := slices.Sorted(maps.Keys(could))
	if len(names) > 8 {
		names = append(names[:8], "...")
	}
	return nil, fmt.Errorf("--func %q matches none of the functions that could be lowered: %s", all[0].opt.Func, strings.Join(names, ", "))
}

// lower lowers what is chosen in a folder. Chosen is what is in all of them, so
// that they may mention what is about to be generated.
func (d *folder) lower(dir string, chosen []*Machine) ([]*File, error) {
	var files []*File
	var refused Refusals
	for _, pkg := range d.pkgs {
		made, err := d.lowerPackage(pkg, dir, chosen)
		if rs, ok := errors.AsType[Refusals](err); ok {
			refused = append(refused, rs...)
		} else if err != nil {
			return nil, err
		}
		for _, f := range made {
			d.paths[f.Path] = true
		}
		files = append(files, made...)
	}
	if len(refused) > 0 {
		return nil, refused
	}
	if d.opt.Line {
		return files, nil
	}
	return append(files, d.orphans()...), nil
}

// lowerPackage lowers the chosen functions of one package, and those that they
// range over.
func (d *folder) lowerPackage(pkg *packages.Package, dir string, all []*Machine) ([]*File, error) {
	opt := d.opt
	known := make(map[*ast.Ident]Refusals)
	for {
		round := opt // which counts only if it is the last one
		var printed strings.Builder
		if opt.DumpTo != nil {
			round.DumpTo = &printed
		}
		var frames []FrameTable
		if opt.Frames != nil {
			round.Frames = func(t FrameTable) { frames = append(frames, t) }
		}
		s, err := selectFuncs(pkg, dir, &round)
		if err != nil || len(s.all) == 0 {
			return nil, err
		}
		if s.known = known; rank(pkg) < 2 { // external tests are a package of their own
			s.reserved = d.names
		}
		files, again, err := s.lowerChosen(all)
		if again {
			continue
		}
		if opt.DumpTo != nil {
			io.WriteString(opt.DumpTo, printed.String())
		}
		for _, t := range frames {
			opt.Frames(t)
		}
		return files, err
	}
}

// lowerChosen lowers what was chosen. If again, that is to be done from the
// beginning, since more functions are known now to be refused, and what ranges
// over them must know that.
func (s *shared) lowerChosen(all []*Machine) (files []*File, again bool, err error) {
	chosen := slices.Clone(s.all)
	if errs := buildErrors(s.pkg, all); len(errs) > 0 {
		return nil, false, notBuilding(s.pkg, errs, s.dir)
	}
	for _, m := range chosen {
		if s.opt.Context != nil && s.opt.Context.Err() != nil {
			return nil, false, s.opt.Context.Err()
		}
		if err := s.lower(m); err != nil {
			return nil, false, err
		}
	}
	if s.learn() {
		return nil, true, nil
	}
	var refused Refusals
	for _, m := range chosen {
		if reasons := m.Refused; len(reasons) > 0 && m.fallsBack() {
			m.Refused = nil
			if s.opt.Fallback {
				m.fallBack(reasons)
			}
			for _, r := range reasons {
				r.Falls = true
			}
			if !s.opt.Fallback {
				m.Refused = reasons
			}
		}
		refused = append(refused, m.Refused...)
	}
	byFile := make(map[*ast.File][]*Machine)
	for _, m := range s.wanted(chosen) {
		m.describes = s.opt.Describe
		if m.fallback == nil {
			if err := m.finish(s.opt); err != nil {
				return nil, false, err
			}
		}
		m.collisions()
		refused = append(refused, m.Refused...)
		byFile[m.into] = append(byFile[m.into], m)
	}
	if len(refused) > 0 {
		return nil, false, refused
	}
	if s.opt.Line {
		files, err = s.overlaid(s.wanted(chosen))
		return files, false, err
	}
	for file, ms := range byFile {
		made, err := assemble(file, ms)
		if err != nil {
			return nil, false, err
		}
		files = append(files, made)
		if s.opt.Describe {
			if made, err = assembleDescriptions(file, ms); err != nil {
				return nil, false, err
			}
			files = append(files, made)
		}
	}
	slices.SortFunc(files, func(a, b *File) int { return cmp.Compare(a.Path, b.Path) })
	return files, false, nil
}

// learn notes which machines were refused although others that were not range
// over them, or which fall back. It reports whether there are any that were not
// known.
func (s *shared) learn() bool {
	ranged := make(map[*Machine]bool)
	for _, m := range s.all {
		for _, inner := range m.ranges {
			ranged[inner] = ranged[inner] || len(m.Refused) == 0
		}
	}
	learned := false
	for _, m := range s.all {
		if name := m.root.decl.Name; len(m.Refused) > 0 && s.known[name] == nil && (s.opt.Fallback || ranged[m]) {
			s.known[name], learned = m.Refused, true
		}
	}
	return learned
}

// wanted returns the machines that were chosen and not refused, and those that
// they range over, in the order in which they were made.
func (s *shared) wanted(chosen []*Machine) []*Machine {
	is := make(map[*Machine]bool)
	var want func(m *Machine)
	want = func(m *Machine) {
		if is[m] || len(m.Refused) > 0 {
			return
		}
		is[m] = true
		for _, inner := range m.ranges {
			want(inner)
		}
	}
	for _, m := range chosen {
		want(m)
	}
	for changed := true; changed; {
		changed = false
		for m := range is { // what a composite is told, it tells its variants
			for _, inner := range m.ranges {
				if !inner.isRanged && (!m.isComposite() || m.isRanged) {
					inner.isRanged, changed = true, true
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(s.all), func(m *Machine) bool { return !is[m] })
}

// collisions refuses names that the package, or another machine, has already.
func (m *Machine) collisions() {
	taken := m.shared.reserved
	if len(m.Refused) > 0 {
		return
	}
	f := m.root
	refuse := func(name, found string) {
		f.refuse(f.decl.Pos(), name+", which is to be generated, "+found, "rename one of the two")
	}
	if f.decl.Recv != nil {
		recv := f.signature().Recv()
		if obj, _, _ := types.LookupFieldOrMethod(recv.Type(), true, f.pkg.Types, m.names.Pull); obj != nil && !f.generated(obj) {
			refuse(m.names.Pull, fmt.Sprintf("is declared at %s already", f.position(obj.Pos())))
		}
	}
	for _, name := range m.declared() {
		if obj := m.pkg.Types.Scope().Lookup(name); obj != nil && !f.generated(obj) {
			refuse(name, fmt.Sprintf("is declared at %s already", f.position(obj.Pos())))
		} else if other := taken[name]; other != nil {
			f.refuse(f.decl.Pos(), fmt.Sprintf("%s would be generated for it and for %s", name, other.Name), "rename one of the two")
		}
		taken[name] = m
	}
	if f.decl.Recv != nil {
		taken[m.pullName()] = m
	}
}

// declared returns the names that the package gets, sorted.
func (m *Machine) declared() []string {
	names := []string{m.names.Machine}
	if m.names.pulled != "" {
		names = append(names, m.names.pulled)
	}
	if m.root.decl.Recv == nil && m.literal == nil {
		names = append(names, m.names.Pull)
	}
	for _, f := range m.bodies {
		if m.fallback != nil || m.isComposite() {
			break // it has no states
		}
		names = append(names, f.names.State)
		if f.recordType() != "" {
			names = append(names, f.names.record)
		}
		if m.contract != nil {
			names = append(names, f.names.points, f.sourceName())
		}
		for _, s := range f.names.states {
			names = append(names, s)
		}
		for _, p := range f.points {
			names = append(names, p.State)
		}
	}
	if m.describes {
		names = append(names, m.describedNames()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
