package lower

// This file defines what the functions of a package have in common.

import (
	"go/ast"
	"go/types"
	"os"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/packages"
)

// A shared is there once for each package.
type shared struct {
	lifted     map[string]bool // names of the types and constants that were moved out of functions
	generated  map[string]bool // files that were generated before
	inspectors map[*ast.File]*inspector.Inspector
	sources    map[*ast.File][]byte
}

func newShared(pkg *packages.Package) *shared {
	s := &shared{
		lifted: make(map[string]bool), generated: make(map[string]bool),
		inspectors: make(map[*ast.File]*inspector.Inspector), sources: make(map[*ast.File][]byte),
	}
	for _, path := range pkg.GoFiles {
		s.generated[path], _ = Generated(path)
	}
	return s
}

// source returns the text of a file of pkg.
func (s *shared) source(pkg *packages.Package, file *ast.File) ([]byte, error) {
	if s.sources[file] == nil {
		src, err := os.ReadFile(pkg.Fset.PositionFor(file.FileStart, false).Filename)
		if err != nil {
			return nil, err
		}
		s.sources[file] = src
	}
	return s.sources[file], nil
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
