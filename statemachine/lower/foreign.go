package lower

// This file defines helpers of other packages of the module: a function that is
// given the yield there becomes a frame here if it mentions only what can be
// mentioned here. For that, it is written as if it stood here, and type-checked.

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A foreign is a function of another package, as it is written here.
type foreign struct {
	libraryFile
	fn   *types.Func
	decl *ast.FuncDecl
	why  string // it cannot be, if so
}

// foreignFunc returns what fn, a function of another package of the module, is
// here. If it cannot be had, it says why.
func (s *shared) foreignFunc(fn *types.Func) (*types.Func, string) {
	if found := s.foreigners[fn]; found != nil {
		return found.fn, found.why
	}
	found, err := s.writeForeign(fn)
	if err != nil {
		found = &foreign{why: err.Error()}
	}
	if s.foreigners == nil {
		s.foreigners = make(map[*types.Func]*foreign)
	}
	s.foreigners[fn] = found
	return found.fn, found.why
}

// foreignDecl returns the declaration of a function that foreignFunc returned,
// and its file; nil for other functions.
func (s *shared) foreignDecl(fn *types.Func) (*ast.FuncDecl, *ast.File) {
	for _, found := range s.foreigners {
		if found.fn == fn {
			return found.decl, found.file
		}
	}
	return nil, nil
}

// writeForeign writes fn, a function of another package, as it would be here: its
// receiver is a parameter, and the names of its package are qualified.
func (s *shared) writeForeign(fn *types.Func) (*foreign, error) {
	of := fn.Pkg()
	mod := s.pkg.Module
	if mod == nil || of.Path() != mod.Path && !strings.HasPrefix(of.Path(), mod.Path+"/") {
		return nil, fmt.Errorf("it is not in this module")
	}
	sig := fn.Signature()
	if sig.RecvTypeParams().Len() > 0 {
		return nil, fmt.Errorf("it is a method of a generic type")
	}
	pos := s.pkg.Fset.Position(fn.Pos())
	src, err := os.ReadFile(pos.Filename)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, pos.Filename, src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var decl *ast.FuncDecl
	for _, d := range file.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Name.Name == fn.Name() && fset.Position(d.Name.Pos()).Line == pos.Line {
			decl = d
		}
	}
	if decl == nil || decl.Body == nil {
		return nil, fmt.Errorf("its source is not in %s", pos.Filename)
	}
	at := func(p token.Pos) int { return fset.Position(p).Offset }
	var b bytes.Buffer
	if buildLine(pos.Filename, file) != "" {
		return nil, fmt.Errorf("its file is not always built")
	}
	qualifier := of.Name()
	ast.Inspect(decl, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == of.Name() {
			qualifier = "foreign"
		}
		return true
	})
	fmt.Fprintf(&b, "package foreign\n\nimport %s %q\n", qualifier, of.Path())
	for _, spec := range file.Imports {
		fmt.Fprintf(&b, "import %s\n", src[at(spec.Pos()):at(spec.End())])
	}
	copied := func(from, to token.Pos) { b.Write(qualified(file, decl, of, src, at, from, to, qualifier)) }
	fmt.Fprintf(&b, "\nfunc %s", fn.Name())
	if tp := decl.Type.TypeParams; tp != nil {
		copied(tp.Pos(), tp.End())
	}
	b.WriteString("(")
	if decl.Recv != nil {
		r := decl.Recv.List[0]
		if len(r.Names) == 0 {
			b.WriteString("_ ")
		}
		copied(r.Pos(), r.End())
		b.WriteString(", ")
	}
	copied(decl.Type.Params.Opening+1, decl.End())
	b.WriteString("\n")
	return s.checkForeign(of, b.Bytes())
}

// qualified returns a part of a function with the names of its package qualified.
func qualified(file *ast.File, decl *ast.FuncDecl, of *types.Package, src []byte, at func(token.Pos) int, from, to token.Pos, qualifier string) []byte {
	imported := make(map[string]bool)
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imported[name] = true
	}
	var b bytes.Buffer
	last := from
	ast.Inspect(decl, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || id.Pos() < from || id.Pos() >= to || id == decl.Name {
			return true
		}
		local := id.Obj != nil && file.Scope.Lookup(id.Name) != id.Obj
		unresolved := id.Obj == nil && slices.Contains(file.Unresolved, id)
		known := id.Obj != nil || of.Scope().Lookup(id.Name) != nil || types.Universe.Lookup(id.Name) == nil
		if local || id.Obj == nil && !unresolved || !known || imported[id.Name] || id.Name == "_" {
			return true
		}
		b.Write(src[at(last):at(id.Pos())])
		b.WriteString(qualifier + ".")
		last = id.Pos()
		return true
	})
	b.Write(src[at(last):at(to)])
	return b.Bytes()
}

// checkForeign type-checks what a function of the package of is here.
func (s *shared) checkForeign(of *types.Package, src []byte) (*foreign, error) {
	file, err := parser.ParseFile(s.pkg.Fset, fmt.Sprintf("foreign/%d.go", len(s.foreigners)), src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var failed error
	conf := types.Config{
		Importer: importerFunc(func(path string) (*types.Package, error) { return s.visible(of, path) }),
		Error: func(err error) {
			if e, ok := err.(types.Error); ok && !strings.Contains(e.Msg, "and not used") && failed == nil {
				failed = fmt.Errorf("%s", e.Msg)
			}
		},
	}
	pkg, _ := conf.Check("foreign", s.pkg.Fset, []*ast.File{file}, s.pkg.TypesInfo)
	if failed != nil {
		return nil, fmt.Errorf("it cannot be written here: %w", failed)
	}
	s.sources[file] = src
	for _, d := range file.Decls {
		if d, ok := d.(*ast.FuncDecl); ok {
			if path := s.hidden(d); path != "" {
				return nil, fmt.Errorf("it mentions %s, which cannot be imported here", path)
			}
			fn := s.pkg.TypesInfo.Defs[d.Name].(*types.Func)
			return &foreign{libraryFile: libraryFile{file, pkg}, fn: fn, decl: d}, nil
		}
	}
	return nil, fmt.Errorf("it has no body")
}

// hidden returns a package that decl mentions and that cannot be imported here, or
// "".
func (s *shared) hidden(decl *ast.FuncDecl) string {
	path := ""
	ast.Inspect(decl, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if name, ok := s.pkg.TypesInfo.Uses[id].(*types.PkgName); ok && !importable(s.pkg.PkgPath, name.Imported().Path()) {
				path = name.Imported().Path()
			}
		}
		return path == ""
	})
	return path
}

// visible returns a package that the package of imports, as the package that is
// lowered knows it.
func (s *shared) visible(of *types.Package, path string) (*types.Package, error) {
	if path == of.Path() {
		return of, nil
	}
	for _, p := range s.pkg.Types.Imports() {
		if p.Path() == path && p.Complete() {
			return p, nil
		}
	}
	for _, p := range of.Imports() {
		if p.Path() == path && p.Complete() {
			return p, nil
		}
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes, Dir: s.dir}, path)
	if err != nil {
		return nil, err
	}
	if len(pkgs) != 1 || pkgs[0].Types == nil || len(pkgs[0].Errors) > 0 {
		return nil, fmt.Errorf("package %s cannot be loaded", path)
	}
	return pkgs[0].Types, nil
}
