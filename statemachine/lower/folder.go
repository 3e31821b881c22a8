package lower

// This file defines a folder: the package in it, its tests, and the files that
// were generated there before. They say with which flags they were made, so that
// they are made so again, and they are orphans if nothing is generated in their
// places any more.

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A folder is one that packages are lowered in.
type folder struct {
	dir       string
	pkgs      []*packages.Package // the package, the same with its tests, and that of its external tests
	generated []*generatedFile
	opt       Options             // with what the generated files say
	names     map[string]*Machine // whose they are, of what is generated up to now
	paths     map[string]bool     // of files that are generated now
}

// folders puts packages into folders, in their order.
func folders(pkgs []*packages.Package, opt Options) []*folder {
	var all []*folder
	byDir := make(map[string]*folder)
	for _, pkg := range pkgs {
		d := byDir[pkg.Dir]
		if d == nil {
			d = &folder{dir: pkg.Dir, opt: opt, names: make(map[string]*Machine), paths: make(map[string]bool)}
			byDir[pkg.Dir] = d
			all = append(all, d)
		}
		d.pkgs = append(d.pkgs, pkg)
		for _, g := range generatedBeside(pkg) {
			if !slices.ContainsFunc(d.generated, func(other *generatedFile) bool { return other.path == g.path }) {
				d.generated = append(d.generated, g)
			}
		}
	}
	for _, d := range all {
		slices.SortStableFunc(d.pkgs, func(a, b *packages.Package) int { return rank(a) - rank(b) })
		d.readFlags()
	}
	return all
}

// rank orders the packages of a folder: what external tests use comes before
// them.
func rank(pkg *packages.Package) int {
	switch {
	case !withTests(pkg):
		return 0
	case !strings.HasSuffix(pkg.PkgPath, "_test"):
		return 1
	}
	return 2
}

// withTests reports whether pkg is one of tests: the package with its tests in
// it, or that of external tests.
func withTests(pkg *packages.Package) bool { return strings.HasSuffix(pkg.ID, "]") }

// A generatedFile is one that was generated before.
type generatedFile struct {
	path, source string
	describes    bool
}

// generatedBeside returns what was generated for the files of a package, and for
// those beside them; if the package is one of files that were named, only for
// these.
func generatedBeside(pkg *packages.Package) []*generatedFile {
	entries, err := os.ReadDir(pkg.Dir)
	if pkg.Dir == "" || err != nil {
		return nil
	}
	var found []*generatedFile
	for _, e := range entries {
		g := &generatedFile{path: filepath.Join(pkg.Dir, e.Name())}
		if g.source, g.describes = sourceOf(g.path); g.source == "" {
			continue
		}
		if pkg.PkgPath == "command-line-arguments" && !slices.Contains(pkg.GoFiles, g.source) {
			continue
		}
		if ours, _ := Generated(g.path); ours {
			found = append(found, g)
		}
	}
	return found
}

// empty returns a file of the same package with nothing in it.
func (g *generatedFile) empty() []byte { return []byte("package " + g.packageName() + "\n") }

// packageName returns the name of the package that g has to be in.
func (g *generatedFile) packageName() string {
	if name := packageName(g.source); name != "" {
		return name
	}
	paths, _ := filepath.Glob(filepath.Join(escaped(filepath.Dir(g.path)), "*.go"))
	for _, path := range paths {
		if ours, _ := Generated(path); ours || isTest(path) != isTest(g.path) {
			continue
		}
		if name := packageName(path); name != "" {
			return name
		}
	}
	return packageName(g.path)
}

// flagsLine begins the line that says with which flags a file was generated, if
// that made a difference.
const flagsLine = "// Flags: "

// madeWith returns that line for a file with some machines, or "".
func madeWith(ms []*Machine) string {
	fallback := false
	var funcs []string
	for _, m := range ms {
		fallback = fallback || m.fallback != nil
		funcs = append(funcs, m.chosenBy...)
	}
	slices.Sort(funcs)
	var flags []string
	if fallback {
		flags = append(flags, "--fallback")
	}
	for _, re := range slices.Compact(funcs) {
		flags = append(flags, fmt.Sprintf("--func=%q", re))
	}
	if flags == nil {
		return ""
	}
	return flagsLine + strings.Join(flags, " ") + "\n"
}

// readFlags adds to the options what the generated files say. That there are
// descriptions says that they are wanted.
func (d *folder) readFlags() {
	if d.opt.Func != nil {
		d.opt.funcs = []*regexp.Regexp{d.opt.Func}
	}
	for _, g := range d.generated {
		d.opt.Describe = d.opt.Describe || g.describes && !d.opt.Line
		funcs, fallback := flagsOf(g.path)
		d.opt.Fallback = d.opt.Fallback || fallback
		for _, text := range funcs {
			re, err := regexp.Compile(text)
			if err == nil && !slices.ContainsFunc(d.opt.funcs, func(other *regexp.Regexp) bool { return other.String() == text }) {
				d.opt.funcs = append(d.opt.funcs, re)
			}
		}
	}
}

// flagsOf returns what the generated file at path says that it was made with.
func flagsOf(path string) (funcs []string, fallback bool) {
	file, err := os.Open(path)
	if err != nil {
		return nil, false
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for range 3 {
		if !lines.Scan() {
			break
		}
		text, ok := strings.CutPrefix(lines.Text(), flagsLine)
		for ok && text != "" {
			if rest, is := strings.CutPrefix(text, "--fallback"); is {
				fallback, text = true, strings.TrimLeft(rest, " ")
				continue
			}
			rest, is := strings.CutPrefix(text, "--func=")
			quoted, err := strconv.QuotedPrefix(rest)
			if !is || err != nil {
				break
			}
			re, _ := strconv.Unquote(quoted)
			funcs, text = append(funcs, re), strings.TrimLeft(rest[len(quoted):], " ")
		}
	}
	return funcs, fallback
}

// orphans returns, as files to be removed, what was generated in the folder and
// is not any more. What belongs to a source file that is not built here, for
// another system perhaps, is none.
func (d *folder) orphans() []*File {
	var files []*File
	for _, g := range d.generated {
		if d.paths[g.path] {
			continue
		}
		why := ""
		switch _, err := os.Lstat(g.source); {
		case errors.Is(err, fs.ErrNotExist):
			why = fmt.Sprintf("%s is gone", filepath.Base(g.source))
		case d.loaded(g.source):
			why = fmt.Sprintf("nothing is chosen in %s", filepath.Base(g.source))
		default:
			continue
		}
		files = append(files, &File{Path: g.path, Source: g.source, Orphan: why, pkg: g.packageName()})
	}
	return files
}

// loaded reports whether a source file is part of one of the packages.
func (d *folder) loaded(path string) bool {
	return slices.ContainsFunc(d.pkgs, func(pkg *packages.Package) bool { return slices.Contains(pkg.GoFiles, path) })
}

func isTest(path string) bool { return strings.HasSuffix(path, "_test.go") }

// outputPath returns where what a source file became goes: beside it, and to the
// tests if it is one.
func outputPath(source, suffix string) string {
	if base, ok := strings.CutSuffix(source, "_test.go"); ok {
		return base + suffix + "_test.go"
	}
	return strings.TrimSuffix(source, ".go") + suffix + ".go"
}

// sourceOf returns the source file for which a file of this name is generated, or
// "" if none is, and whether it is a description.
func sourceOf(path string) (source string, describes bool) {
	base, end := strings.TrimSuffix(path, ".go"), ".go"
	if base == path {
		return "", false
	}
	if isTest(path) {
		base, end = strings.TrimSuffix(path, "_test.go"), "_test.go"
	}
	if of, ok := strings.CutSuffix(base, DescribeSuffix); ok {
		return of + end, true
	}
	if of, ok := strings.CutSuffix(base, Suffix); ok {
		return of + end, false
	}
	return "", false
}
