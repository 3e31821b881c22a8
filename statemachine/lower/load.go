package lower

// This file defines how packages are loaded, and what is said if they do not
// build.

import (
	"bytes"
	"context"
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A loader loads the packages that match patterns.
type loader struct {
	ctx      context.Context
	dir      string // where the patterns are taken from
	patterns []string
	tests    bool // with their tests
	noTests  bool // in no case with these
}

const loadMode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
	packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedTypesSizes | packages.NeedModule

// load returns the packages; overlay has what stands in the place of files.
func (l *loader) load(overlay map[string][]byte) ([]*packages.Package, error) {
	ctx := l.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	pkgs, err := packages.Load(&packages.Config{Mode: loadMode, Context: ctx, Dir: l.dir, Tests: l.tests, Overlay: overlay}, l.patterns...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	pkgs = slices.DeleteFunc(pkgs, func(pkg *packages.Package) bool { return strings.HasSuffix(pkg.ID, ".test") }) // the go command's own
	for _, pkg := range pkgs {
		if len(pkg.GoFiles) == 0 && len(pkg.Errors) > 0 {
			return nil, fmt.Errorf("cannot load %s: %s", pkg.PkgPath, oneLine(pkg.Errors[0].Msg))
		}
	}
	if len(pkgs) == 0 {
		if len(l.patterns) == 0 {
			return nil, fmt.Errorf("there is no Go package in %s, or no module that it is in", l.dir)
		}
		return nil, fmt.Errorf("no Go package of a module matches %s", strings.Join(l.patterns, " "))
	}
	return pkgs, nil
}

// loadAll returns the packages, with their tests if something is chosen there, or
// may be. If some package does not build, what was generated for it is left out:
// what is wrong may be that it is old. It reports whether all build as they are.
func (l *loader) loadAll() (pkgs []*packages.Package, build bool, err error) {
	if pkgs, err = l.load(nil); err != nil {
		return nil, false, err
	}
	if !l.tests && !l.noTests && slices.ContainsFunc(pkgs, testsChoose) {
		l.tests = true
		if pkgs, err = l.load(nil); err != nil {
			return nil, false, err
		}
	}
	if !slices.ContainsFunc(pkgs, func(pkg *packages.Package) bool { return len(pkg.Errors) > 0 }) {
		return pkgs, true, nil
	}
	overlay := make(map[string][]byte)
	for _, pkg := range pkgs {
		for _, g := range generatedBeside(pkg) {
			overlay[g.path] = g.empty()
		}
	}
	if len(overlay) > 0 {
		pkgs, err = l.load(overlay)
	}
	return pkgs, false, err
}

// testsChoose reports whether there is a directive in the tests of a package, or
// something was generated for them.
func testsChoose(pkg *packages.Package) bool {
	paths, err := filepath.Glob(filepath.Join(escaped(pkg.Dir), "*_test.go"))
	return pkg.Dir != "" && err == nil && slices.ContainsFunc(paths, func(path string) bool {
		if ours, _ := Generated(path); ours {
			return true
		}
		b, err := os.ReadFile(path)
		return err == nil && bytes.Contains(b, []byte(Directive))
	})
}

// escaped returns a path as a pattern for filepath.Glob that matches nothing else.
func escaped(path string) string {
	if filepath.Separator == '\\' {
		return path // there is no way to write it
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// packageName returns the name in the package clause of a file, or "".
func packageName(path string) string {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly)
	if err != nil {
		return ""
	}
	return file.Name.Name
}

// withFile returns patterns that are files with one more, named as these are.
func withFile(patterns []string, path, dir string) []string {
	if rel, err := filepath.Rel(dir, path); err == nil && !filepath.IsAbs(patterns[0]) {
		path = rel
	}
	if slices.Contains(patterns, path) {
		return patterns
	}
	return append(slices.Clone(patterns), path)
}

// partOf returns what a package is part of, if that is not of the module in which
// the go command runs, or of its workspace; what is generated has no place there.
func partOf(pkg *packages.Package) string {
	switch {
	case pkg.Module == nil && strings.HasPrefix(pkg.Dir, filepath.Join(build.Default.GOROOT, "src")+string(filepath.Separator)):
		return "the standard library"
	case pkg.Module != nil && !pkg.Module.Main:
		return "module " + pkg.Module.Path
	}
	return ""
}

// builds looks whether the packages build with the generated files in them. If
// one of these does not, that is a fault of this package, and better found here
// than by who uses it.
func (l *loader) builds(files []*File) error {
	overlay := make(map[string][]byte)
	with := *l
	for _, f := range files {
		if overlay[f.Path] = f.Content; f.Content == nil {
			overlay[f.Path] = fmt.Appendf(nil, "package %s\n", f.pkg)
		}
		if slices.ContainsFunc(l.patterns, func(p string) bool { return strings.HasSuffix(p, ".go") }) {
			with.patterns = withFile(with.patterns, f.Path, l.dir)
		}
	}
	pkgs, err := with.load(overlay)
	if err != nil {
		return err
	}
	for _, pkg := range pkgs {
		for _, e := range pkg.Errors {
			if e.Kind != packages.TypeError {
				continue
			}
			path, _, _ := strings.Cut(e.Pos, ":")
			if vol := filepath.VolumeName(e.Pos); vol != "" {
				path, _, _ = strings.Cut(e.Pos[len(vol):], ":")
				path = vol + path
			}
			if overlay[path] != nil && strings.Contains(e.Msg, "could not import coroscope/") {
				return fmt.Errorf("what is generated needs module coroscope, and nothing is written: make it known with \"go mod edit -replace coroscope=FOLDER\" and go mod tidy: %s", errorText(e, l.dir))
			}
			if overlay[path] != nil {
				return fmt.Errorf("what was generated does not build, which is a fault of coroscope; nothing is written: %s", errorText(e, l.dir))
			}
			return fmt.Errorf("%s would not build with what is generated, and nothing is written: %s", pkg.PkgPath, errorText(e, l.dir))
		}
	}
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// errorText returns an error of a package in a line.
func errorText(e packages.Error, dir string) string {
	if file, rest, ok := strings.Cut(e.Pos, ":"); ok {
		return relative(dir, file) + ":" + rest + ": " + oneLine(e.Msg)
	}
	_, msg, _ := strings.Cut("\n"+e.Msg, "\n# ") // the go command's title
	if _, rest, ok := strings.Cut(msg, "\n"); ok {
		return oneLine(rest)
	}
	return oneLine(e.Msg)
}

// buildErrors returns what is wrong with a package, leaving out that something
// is missing which is about to be generated, what ms become, and what comes of
// that.
func buildErrors(pkg *packages.Package, ms []*Machine) []packages.Error {
	var found, listed []packages.Error
	missing := make(map[string]bool) // lines on which something is
	for _, e := range pkg.Errors {
		switch {
		case e.Kind != packages.ParseError && e.Kind != packages.TypeError:
			listed = append(listed, e)
		case later(e, ms):
			missing[lineOf(e)] = true
		default:
			found = append(found, e)
		}
	}
	if len(listed) == len(pkg.Errors) {
		return listed // which otherwise only say the same
	}
	return slices.DeleteFunc(found, func(e packages.Error) bool {
		return missing[lineOf(e)] || len(missing) > 0 && strings.Contains(e.Msg, "unknown type")
	})
}

// notBuilding returns the error for a package that has some.
func notBuilding(pkg *packages.Package, errs []packages.Error, dir string) error {
	more := ""
	if len(errs) > 1 {
		more = fmt.Sprintf(" (and %d more)", len(errs)-1)
	}
	return fmt.Errorf("%s does not build: %s%s", pkg.PkgPath, errorText(errs[0], dir), more)
}

// lineOf returns the file and the line of an error.
func lineOf(e packages.Error) string {
	if i := strings.LastIndexByte(e.Pos, ':'); i >= 0 {
		return e.Pos[:i]
	}
	return e.Pos
}

// later reports whether an error only says that something is missing that is
// about to be generated.
func later(e packages.Error, ms []*Machine) bool {
	if !strings.Contains(e.Msg, "undefined") {
		return false
	}
	return slices.ContainsFunc(ms, func(m *Machine) bool {
		name := m.root.decl.Name.Name
		whole := strings.ReplaceAll(m.Name, ".", "")
		for _, made := range []string{"Pull" + name, "pull" + upper(name), "Lowered" + name, "lowered" + upper(name)} {
			if strings.HasSuffix(e.Msg, made) || strings.Contains(e.Msg, made+")") {
				return true
			}
		}
		return strings.HasSuffix(e.Msg, whole+"Machine") || strings.HasSuffix(e.Msg, lowerFirst(whole)+"Machine") ||
			strings.HasSuffix(e.Msg, lowerFirst(whole)+"Description")
	})
}
