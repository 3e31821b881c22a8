package lower

// This file defines what the functions of a package have in common.

import (
	"go/ast"
	"go/types"
	"os"
	"slices"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/packages"
)

// A shared is there once for each package.
type shared struct {
	opt        *Options
	passes     []Pass
	pkg        *packages.Package
	dir        string                         // that positions are told from
	variables  map[*ast.FuncDecl]*ast.FuncLit // what variables are set to, by what stands for them
	foreigners map[*types.Func]*foreign       // helpers of other packages
	machines   map[*ast.FuncDecl]*Machine     // and all of them, in the order in which they were made:
	all        []*Machine
	imports    map[*ast.File]importSet
	library    map[*types.Package]*libraryFile
	reserved   map[string]*Machine     // names that are declared already by what is generated
	known      map[*ast.Ident]Refusals // of functions that need not be tried
	err        error                   // of a pass

	lifted     map[string]bool // names of the types and constants that were moved out of functions
	generated  map[string]bool // files that were generated before
	inspectors map[*ast.File]*inspector.Inspector
	sources    map[*ast.File][]byte
}

func newShared(pkg *packages.Package, dir string, opt *Options) (*shared, error) {
	s := &shared{
		opt: opt, passes: Passes, pkg: pkg, dir: dir, machines: make(map[*ast.FuncDecl]*Machine), variables: make(map[*ast.FuncDecl]*ast.FuncLit), imports: make(map[*ast.File]importSet),
		lifted: make(map[string]bool), generated: make(map[string]bool),
		inspectors: make(map[*ast.File]*inspector.Inspector), sources: make(map[*ast.File][]byte), reserved: make(map[string]*Machine),
	}
	for _, path := range pkg.GoFiles {
		s.generated[path], _ = Generated(path)
	}
	for _, file := range pkg.Syntax {
		path := pkg.Fset.PositionFor(file.FileStart, false).Filename
		if !slices.Contains(pkg.GoFiles, path) {
			continue // what cgo makes, which is not lowered
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		s.sources[file] = src
	}
	return s, nil
}

// importsOf returns what the file that is generated for file may import.
func (s *shared) importsOf(file *ast.File) importSet {
	if s.imports[file] == nil {
		s.imports[file] = importsOf(file, s.pkg.TypesInfo)
	}
	return s.imports[file]
}

// lower lowers m, unless that has been done, or is being done.
func (s *shared) lower(m *Machine) error {
	if m.lowered || m.lowering || s.err != nil {
		return s.err
	}
	if reasons := s.known[m.root.decl.Name]; reasons != nil {
		m.Refused, m.lowered = slices.Clone(reasons), true
		return nil
	}
	m.lowering = true
	s.err = m.lower(s.opt)
	m.lowering, m.lowered = false, true
	return s.err
}

// cursor returns the cursor at a node of f's file.
func (f *Func) cursor(n ast.Node) inspector.Cursor {
	in := f.machine.shared.inspectors[f.file]
	if in == nil {
		in = inspector.New([]*ast.File{f.file})
		f.machine.shared.inspectors[f.file] = in
	}
	c, ok := in.Root().FindNode(n)
	if !ok {
		panic("lower: a node is not in its file")
	}
	return c
}

// generated reports whether obj is declared in a file that was generated
// before, so that it is about to be declared anew.
func (f *Func) generated(obj types.Object) bool {
	return f.machine.shared.generated[f.fset.PositionFor(obj.Pos(), false).Filename]
}
