package lower

// This file defines how the file for the functions of a source file is put
// together.

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// assemble makes the file for the functions of one source file.
func assemble(file *ast.File, ms []*Machine) (*File, error) {
	out := newFile(file, ms, Suffix)
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
	return out, out.fill(file, ms, body.String(), dotImports(ms))
}

// newFile returns the file for what machines become, which stand in a source
// file, or are for it.
func newFile(file *ast.File, ms []*Machine, suffix string) *File {
	source, _ := ms[0].shared.sourceOf(file)
	return &File{Source: source, Path: outputPath(source, suffix), pkg: file.Name.Name, partOf: partOf(ms[0].pkg)}
}

// sourceOf returns the path of a source file, and the file; for what cgo has made
// of one, that of which it was made.
func (s *shared) sourceOf(file *ast.File) (path string, original *ast.File) {
	path = s.pkg.Fset.PositionFor(file.FileStart, false).Filename
	if slices.Contains(s.pkg.GoFiles, path) {
		return path, file
	}
	path = s.pkg.Fset.Position(file.Name.Pos()).Filename
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.pkg.Dir, path)
	}
	if parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments); err == nil {
		file = parsed
	}
	return path, file
}

// fill makes the content of a file, which begins with what every generated file
// has: imports for what is mentioned in body, and those in dots without a name.
func (out *File) fill(file *ast.File, ms []*Machine, body string, dots []string) error {
	var b strings.Builder
	_, original := ms[0].shared.sourceOf(file)
	fmt.Fprintf(&b, "%s\n%s\n%spackage %s\n\n", Header, madeWith(ms), buildLine(out.Source, original), file.Name.Name)
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

// dotImports returns the imports of source files whose names functions mention
// without it.
func dotImports(ms []*Machine) []string {
	mentioned := make(map[string]bool)
	for _, m := range ms {
		for _, f := range m.bodies {
			if m.fallback != nil {
				continue // which mentions them with their names
			}
			for _, spec := range f.file.Imports {
				if spec.Name != nil && spec.Name.Name == "." && f.mentionsPackage(spec.Path.Value) {
					mentioned[spec.Path.Value] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(mentioned))
}

// mentionsPackage reports whether a function mentions a package's names without
// the package.
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
