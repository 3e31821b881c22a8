package lower

// This file defines what is made for a debugger: a copy of each source with what
// is generated for it behind, which the go command is told to take in the place
// of the source, and of the file that was generated.

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A lined is a source with what is put behind it.
type lined struct {
	f       *Func // one whose source it is
	out     *File
	body    strings.Builder
	imports importSet // that it has not
	uses    map[string]bool
}

// overlaid makes the files for a debugger.
func (s *shared) overlaid(ms []*Machine) ([]*File, error) {
	files := make(map[*ast.File]*lined)
	apart := make(map[*ast.File][]*Machine) // whose sources are not what is compiled, but what cgo makes of them
	var made []*File
	for _, m := range ms {
		if s.sources[m.root.file] == nil {
			apart[m.root.file] = append(apart[m.root.file], m)
			continue
		}
		l, err := s.linedFile(files, m.root)
		if err != nil {
			return nil, err
		}
		l.out.Notes = append(l.out.Notes, m.Notes...)
		if !m.inner {
			l.out.Funcs = append(l.out.Funcs, m.Name)
		}
		if m.fallback != nil {
			l.out.Falls = append(l.out.Falls, &Fall{m.Name, m.fallback})
		}
		if err := s.distribute(files, m); err != nil {
			return nil, err
		}
		if path := outputPath(m.root.filename(), Suffix); !slices.ContainsFunc(made, func(f *File) bool { return f.Path == path }) {
			made = append(made, &File{Path: path, Source: m.root.filename(), pkg: m.pkg.Name})
		}
	}
	for file, ms := range apart {
		f, err := assemble(file, ms)
		if err != nil {
			return nil, err
		}
		made = append(made, f)
	}
	for _, l := range files {
		if err := l.finish(); err != nil {
			return nil, err
		}
		made = append(made, l.out)
	}
	slices.SortFunc(made, func(a, b *File) int { return cmp.Compare(a.Path, b.Path) })
	return made, nil
}

// linedFile returns what the source of a body becomes.
func (s *shared) linedFile(files map[*ast.File]*lined, f *Func) (*lined, error) {
	file := f.home()
	if files[file] == nil {
		in := f
		for in.calledAt() != nil {
			in = in.calledAt().in
		}
		if in.file != file {
			in = f.machine.root
		}
		for _, g := range file.Comments {
			for _, c := range g.List {
				column := s.pkg.Fset.PositionFor(c.Pos(), false).Column
				if strings.HasPrefix(c.Text, "//line ") && column == 1 || strings.HasPrefix(c.Text, "/*line ") {
					return nil, fmt.Errorf("%s: a line directive: what is generated for a debugger tells lines of this file, not of the one that it is made of; lower it without --line", in.position(c.Pos()))
				}
			}
		}
		files[file] = &lined{
			f: in, out: &File{Path: in.filename(), Source: in.filename()},
			imports: make(importSet), uses: make(map[string]bool),
		}
	}
	return files[file], nil
}

// home returns the file of the package that what is generated for f goes to.
func (f *Func) home() *ast.File {
	if at := f.calledAt(); at != nil {
		return at.in.home()
	}
	if f.machine.shared.sources[f.file] == nil {
		return f.machine.root.file
	}
	return f.file
}

// distribute puts each declaration of what m became behind the source of the
// body that it is of.
func (s *shared) distribute(files map[*ast.File]*lined, m *Machine) error {
	src := "package p\n" + m.output
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, "", src, 0)
	if err != nil {
		return fmt.Errorf("what %s became does not parse: %w", m.Name, err)
	}
	unresolved := make(map[*ast.Ident]bool)
	for _, id := range parsed.Unresolved {
		unresolved[id] = true
	}
	offset := func(pos token.Pos) int { return fset.File(pos).Offset(pos) }
	for _, d := range parsed.Decls {
		f, pos := m.sourceOf(d)
		l, err := s.linedFile(files, f)
		if err != nil {
			return err
		}
		fmt.Fprintf(&l.body, "%s\n", f.directive(pos))
		at := offset(d.Pos())
		ast.Inspect(d, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok && unresolved[id] && m.imports[id.Name] != "" {
					l.body.WriteString(src[at:offset(id.Pos())] + l.imported(id.Name, m.imports[id.Name]))
					at = offset(id.End())
				}
			}
			return true
		})
		l.body.WriteString(src[at:offset(d.End())] + "\n")
	}
	return nil
}

// sourceOf returns the body that a declaration is of, and where it comes from.
func (m *Machine) sourceOf(d ast.Decl) (*Func, token.Pos) {
	if m.fallback != nil {
		return m.root, m.root.decl.Pos()
	}
	switch d := d.(type) {
	case *ast.GenDecl:
		if spec, ok := d.Specs[0].(*ast.TypeSpec); ok {
			for _, f := range m.bodies[1:] {
				if f.names.Frame == spec.Name.Name {
					return f, f.begin()
				}
			}
		}
	case *ast.FuncDecl:
		if d.Recv == nil {
			break
		}
		of, _, _ := strings.Cut(funcName(d), ".")
		for _, f := range m.bodies {
			switch {
			case of == m.names.Machine && f.isRoot() && (d.Name.Name == "Next" || d.Name.Name == "Resume"),
				of == m.names.Machine && !f.isRoot() && d.Name.Name == f.names.push,
				!f.isRoot() && of == f.names.Frame && d.Name.Name == "resume":
				return f, f.begin()
			case !f.isRoot() && of == f.names.Frame:
				return f, f.body.Rbrace
			}
		}
		if of == m.names.Machine && m.root.body != nil {
			return m.root, m.root.body.Rbrace
		}
	}
	return m.root, m.root.decl.Pos()
}

// imported returns how a package is called in the file, which imports it if it
// did not.
func (l *lined) imported(name, path string) string {
	pkg, file := l.f.pkg.Types.Scope(), l.f.info.Scopes[l.f.file]
	for i := 1; ; i++ {
		try := name
		if i > 1 {
			try += strconv.Itoa(i)
		}
		if obj, ok := file.Lookup(try).(*types.PkgName); ok && obj.Imported().Path() == path || l.imports[try] == path {
			return try
		}
		if file.Lookup(try) == nil && pkg.Lookup(try) == nil && l.imports[try] == "" && !l.f.used[try] {
			l.imports[try] = path
			return try
		}
	}
}

// finish makes the content of the file: the source, in which the package clause
// is followed by what it has to import, and what was put behind it.
func (l *lined) finish() error {
	src := string(l.f.machine.shared.sources[l.f.file])
	at := l.f.offset(l.f.file.Name.End())
	var imports strings.Builder
	for _, name := range slices.Sorted(maps.Keys(l.imports)) {
		fmt.Fprintf(&imports, "; import %s %q", name, l.imports[name])
	}
	l.out.Content = []byte(src[:at] + imports.String() + strings.TrimRight(src[at:], "\n") + "\n" + everyLine(l.body.String()))
	if _, err := parser.ParseFile(token.NewFileSet(), "", l.out.Content, parser.SkipObjectResolution); err != nil {
		return fmt.Errorf("what %s became does not parse: %w", l.out.Source, err)
	}
	return nil
}
