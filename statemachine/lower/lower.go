package lower

// This file defines what the command calls: packages in, files out.

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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
	// kept has variables of its own.
	Line bool

	Describe bool // what is made, in files of their own, for package coroscope/statemachine
	Fallback bool // what cannot be lowered gets the same API over a stack, instead of being refused

	Verify bool // the result of each pass
}

// A File is one to be written.
type File struct {
	Path    string // absolute
	Source  string // of which file it is made
	Content []byte
	Funcs   []string // the functions in it
	Falls   []*Fall  // those of them that fall back
	Notes   []string // for who reads what was done

	pkg string // its name
}

// A Fall is a function that is not lowered and goes over a stack instead.
type Fall struct {
	Func    string
	Reasons Refusals
}

// ErrNothing says that no function was chosen.
var ErrNothing = errors.New("nothing to lower: put " + Directive + " above a function, or choose some with --func")

// Lower lowers what is chosen in the packages that match patterns, as the go
// command understands them, and writes nothing. The error is Refusals if
// something cannot be lowered, ErrNothing if nothing is chosen, and otherwise
// says what is wrong with the packages.
func Lower(opt Options, patterns ...string) ([]*File, error) {
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return nil, err
	}
	pkgs, err := load(dir, nil, patterns)
	if err != nil {
		return nil, err
	}
	if overlay := withoutGenerated(pkgs); overlay != nil {
		if pkgs, err = load(dir, overlay, patterns); err != nil {
			return nil, err
		}
	}
	var files []*File
	var refused Refusals
	chosen := 0
	for _, pkg := range pkgs {
		made, n, err := lowerPackage(pkg, dir, opt)
		chosen += n
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
	case chosen == 0:
		return nil, ErrNothing
	}
	if opt.Dump != "" {
		return files, nil
	}
	if err := builds(dir, patterns, files); err != nil {
		return nil, err
	}
	return files, nil
}

// builds looks whether the packages build with the generated files in them. If
// one of these does not, that is a fault of this package, and better found here
// than by who uses it.
func builds(dir string, patterns []string, files []*File) error {
	overlay := make(map[string][]byte)
	for _, f := range files {
		if overlay[f.Path] = f.Content; f.Content == nil {
			overlay[f.Path] = fmt.Appendf(nil, "package %s\n", f.pkg) // nothing
		}
	}
	pkgs, err := load(dir, overlay, patterns)
	if err != nil {
		return err
	}
	for _, pkg := range pkgs {
		for _, e := range pkg.Errors {
			path, _, _ := strings.Cut(e.Pos, ":")
			if vol := filepath.VolumeName(e.Pos); vol != "" {
				path, _, _ = strings.Cut(e.Pos[len(vol):], ":")
				path = vol + path
			}
			if overlay[path] != nil && e.Kind == packages.TypeError {
				return fmt.Errorf("what was generated does not build, which is a fault of coroscope; nothing is written: %s", errorText(e, dir))
			}
		}
	}
	return nil
}

const loadMode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
	packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedTypesSizes | packages.NeedModule

func load(dir string, overlay map[string][]byte, patterns []string) ([]*packages.Package, error) {
	pkgs, err := packages.Load(&packages.Config{Mode: loadMode, Dir: dir, Overlay: overlay}, patterns...)
	if err != nil {
		return nil, err
	}
	for _, pkg := range pkgs {
		if len(pkg.GoFiles) == 0 && len(pkg.Errors) > 0 {
			return nil, fmt.Errorf("cannot load %s: %s", pkg.PkgPath, oneLine(pkg.Errors[0].Msg))
		}
	}
	if len(pkgs) == 0 {
		if len(patterns) == 0 {
			return nil, fmt.Errorf("there is no Go package in %s, or no module that it is in", dir)
		}
		return nil, fmt.Errorf("no Go package of a module matches %s", strings.Join(patterns, " "))
	}
	return pkgs, nil
}

// withoutGenerated returns, if some package does not build, files to take the
// place of those that were generated: what is wrong may be that they are old.
func withoutGenerated(pkgs []*packages.Package) map[string][]byte {
	overlay := make(map[string][]byte)
	failed := false
	for _, pkg := range pkgs {
		failed = failed || len(pkg.Errors) > 0
		for _, path := range pkg.GoFiles {
			if ours, _ := Generated(path); ours {
				overlay[path] = []byte("package " + pkg.Name + "\n")
			}
		}
	}
	if !failed || len(overlay) == 0 {
		return nil
	}
	return overlay
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
// is missing which is about to be generated.
func buildErrors(pkg *packages.Package, ms []*Machine) []packages.Error {
	var found, listed []packages.Error
	for _, e := range pkg.Errors {
		switch {
		case e.Kind != packages.ParseError && e.Kind != packages.TypeError:
			listed = append(listed, e)
		case !later(e, ms):
			found = append(found, e)
		}
	}
	if len(listed) == len(pkg.Errors) {
		return listed // which otherwise only say the same
	}
	return found
}

// lowerPackage lowers the chosen functions of one package, and those that they
// range over. It returns how many are chosen.
func lowerPackage(pkg *packages.Package, dir string, opt Options) (files []*File, chosen int, err error) {
	known := make(map[*ast.FuncDecl]Refusals)
	for {
		round := opt
		var printed strings.Builder
		if opt.DumpTo != nil {
			round.DumpTo = &printed
		}
		s, err := selectFuncs(pkg, dir, &round)
		if err != nil || len(s.all) == 0 {
			return nil, 0, err
		}
		s.known = known
		chosen := len(s.all)
		files, again, err := s.lowerChosen()
		if again {
			continue
		}
		if opt.DumpTo != nil {
			io.WriteString(opt.DumpTo, printed.String())
		}
		return files, chosen, err
	}
}

// lowerChosen lowers what was chosen. If again, that is to be done from the
// beginning, since more functions are known now to be refused, and what ranges
// over them must know that.
func (s *shared) lowerChosen() (files []*File, again bool, err error) {
	chosen := slices.Clone(s.all)
	if errs := buildErrors(s.pkg, chosen); len(errs) > 0 {
		return nil, false, fmt.Errorf("%s does not build: %s", s.pkg.PkgPath, errorText(errs[0], s.dir))
	}
	for _, m := range chosen {
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
	taken := make(map[string]*Machine)
	for _, m := range s.wanted(chosen) {
		m.describes = s.opt.Describe
		if m.fallback == nil {
			if err := m.finish(s.opt); err != nil {
				return nil, false, err
			}
		}
		m.collisions(taken)
		refused = append(refused, m.Refused...)
		byFile[m.root.file] = append(byFile[m.root.file], m)
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
		if decl := m.root.decl; len(m.Refused) > 0 && s.known[decl] == nil && (s.opt.Fallback || ranged[m]) {
			s.known[decl], learned = m.Refused, true
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

// collisions refuses names that the package, or another machine, has already.
func (m *Machine) collisions(taken map[string]*Machine) {
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

// assemble makes the file for the functions of one source file.
func assemble(file *ast.File, ms []*Machine) (*File, error) {
	source := ms[0].root.filename()
	out := &File{Source: source, Path: outputPath(source)}
	var body strings.Builder
	for _, m := range ms {
		body.WriteString("\n" + m.output)
		out.Notes = append(out.Notes, m.Notes...)
		if !m.inner {
			out.Funcs = append(out.Funcs, m.Name)
		}
		if m.fallback != nil {
			out.Falls = append(out.Falls, &Fall{m.Name, m.fallback})
		}
	}
	return out, out.fill(file, ms, body.String(), dotImports(file, ms))
}

// fill makes the content of a file, which begins with what every generated file
// has: imports for what is mentioned in body, and those in dots without a name.
func (out *File) fill(file *ast.File, ms []*Machine, body string, dots []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%spackage %s\n\n", Header, buildLine(out.Source, file), file.Name.Name)
	for _, path := range dots {
		fmt.Fprintf(&b, "import . %s\n", path)
	}
	b.WriteString(imports(file.Name.Name, body, ms[0].imports))
	b.WriteString("\n" + body)
	content, err := format.Source([]byte(b.String()))
	if err != nil {
		return fmt.Errorf("what %s became does not parse: %w", out.Source, err)
	}
	out.Content = sealed(content)
	return nil
}

// outputPath returns where what a source file became goes: beside it.
func outputPath(source string) string { return strings.TrimSuffix(source, ".go") + Suffix + ".go" }

// dotImports returns the imports of a source file whose names functions mention
// without it.
func dotImports(file *ast.File, ms []*Machine) []string {
	var paths []string
	for _, spec := range file.Imports {
		if spec.Name == nil || spec.Name.Name != "." {
			continue
		}
		mentions := func(f *Func) bool {
			return f.machine.fallback == nil && f.file == file && f.mentionsPackage(spec.Path.Value)
		}
		if slices.ContainsFunc(ms, func(m *Machine) bool { return slices.ContainsFunc(m.bodies, mentions) }) {
			paths = append(paths, spec.Path.Value)
		}
	}
	return paths
}

func (f *Func) mentionsPackage(quoted string) bool {
	found := false
	qualified := make(map[*ast.Ident]bool)
	ast.Inspect(f.decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			qualified[n.Sel] = true
		case *ast.Ident:
			obj := f.info.Uses[n]
			found = found || !qualified[n] && obj != nil && obj.Pkg() != nil &&
				strconv.Quote(obj.Pkg().Path()) == quoted && obj.Parent() == obj.Pkg().Scope()
		}
		return !found
	})
	return found
}

// imports returns the import declaration for what is mentioned in body.
func imports(pkg, body string, set importSet) string {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, "", "package "+pkg+"\n"+body, 0)
	if err != nil {
		return "" // which format says again
	}
	unresolved := make(map[*ast.Ident]bool)
	for _, id := range parsed.Unresolved {
		unresolved[id] = true
	}
	wanted := make(map[string]string)
	ast.Inspect(parsed, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && unresolved[id] && set[id.Name] != "" {
				wanted[id.Name] = set[id.Name]
			}
		}
		return true
	})
	if len(wanted) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("import (\n")
	for _, name := range slices.SortedFunc(maps.Keys(wanted), func(a, b string) int { return cmp.Compare(wanted[a], wanted[b]) }) {
		path := wanted[name]
		if path == name || strings.HasSuffix(path, "/"+name) {
			fmt.Fprintf(&b, "%q\n", path)
		} else {
			fmt.Fprintf(&b, "%s %q\n", name, path)
		}
	}
	b.WriteString(")\n")
	return b.String()
}
