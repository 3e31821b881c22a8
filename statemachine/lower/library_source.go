package lower

// This file defines where the bodies of those functions of package coro come
// from that suspend, but are no suspenders: the source of package library. A
// machine that calls one has a frame of it, as of a function of its own package.

import (
	"embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
)

//go:embed library
var librarySource embed.FS

// A libraryFile has the functions that stand for those of one package.
type libraryFile struct {
	file *ast.File
	pkg  *types.Package
}

// libraryFunc returns the function of package library that stands for fn, and
// its declaration; nil if there is none.
func (s *shared) libraryFunc(fn *types.Func) (*types.Func, *ast.FuncDecl) {
	if fn == nil || fn.Pkg() == nil {
		return nil, nil
	}
	in := s.libraryOf(fn.Pkg())
	if in == nil {
		return nil, nil
	}
	name := fn.Name()
	if recv := fn.Signature().Recv(); recv != nil {
		name = typeName(recv.Type()) + name
	}
	for _, d := range in.file.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Name.Name == name {
			return s.pkg.TypesInfo.Defs[d.Name].(*types.Func), d
		}
	}
	return nil, nil
}

// isLibrary reports whether a call is of a function that package library has.
func (f *Func) isLibrary(call *ast.CallExpr) bool {
	fn, _ := f.machine.shared.libraryFunc(f.callee(call))
	return fn != nil
}

// libraryDecl returns the declaration of a function of package library, and its
// file; nil for other functions.
func (s *shared) libraryDecl(fn *types.Func) (*ast.FuncDecl, *ast.File) {
	for _, in := range s.library {
		if in == nil || in.pkg != fn.Pkg() {
			continue
		}
		for _, d := range in.file.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && s.pkg.TypesInfo.Defs[d.Name] == fn {
				return d, in.file
			}
		}
	}
	return nil, nil
}

// libraryOf returns what stands for the functions of a package; nil if nothing
// does. It is looked up in the place of the packages that are lowered, so that
// its types are theirs.
func (s *shared) libraryOf(of *types.Package) *libraryFile {
	if of.Path() != coroPath && !strings.HasPrefix(of.Path(), coroPath+"/") || of == s.pkg.Types {
		return nil
	}
	if in, ok := s.library[of]; ok {
		return in
	}
	if s.library == nil {
		s.library = make(map[*types.Package]*libraryFile)
	}
	name := path.Base(of.Path()) + ".go"
	src, err := librarySource.ReadFile("library/" + name)
	if err != nil {
		s.library[of] = nil
		return nil
	}
	s.library[of] = s.checkLibrary(of, name, src)
	return s.library[of]
}

// checkLibrary parses and type-checks one file of package library, together with
// the one that says what the compiler writes.
func (s *shared) checkLibrary(of *types.Package, name string, src []byte) *libraryFile {
	must := func(err error) {
		if err != nil {
			panic("lower: library/" + name + ": " + err.Error())
		}
	}
	written, err := librarySource.ReadFile("library/doc.go")
	must(err)
	parse := func(name string, src []byte) *ast.File {
		file, err := parser.ParseFile(s.pkg.Fset, "library/"+name, src, parser.ParseComments)
		must(err)
		s.sources[file] = src
		return file
	}
	file := parse(name, src)
	conf := types.Config{Importer: importing(of)}
	pkg, err := conf.Check("library", s.pkg.Fset, []*ast.File{file, parse("doc.go", written)}, s.pkg.TypesInfo)
	must(err)
	return &libraryFile{file, pkg}
}

// importing returns an importer that finds packages among those that a package
// depends on. Of some of them not all is known, but what their importers mention;
// what the library mentions else is added.
func importing(of *types.Package) types.Importer {
	known := map[string]*types.Package{of.Path(): of}
	var add func(p *types.Package)
	add = func(p *types.Package) {
		for _, p := range p.Imports() {
			if known[p.Path()] == nil {
				known[p.Path()] = p
				add(p)
			}
		}
	}
	add(of)
	fail := types.Universe.Lookup("error").Type()
	param := func(name string) *types.Var { return types.NewParam(token.NoPos, nil, name, fail) }
	is := types.NewSignatureType(nil, nil, nil, types.NewTuple(param("err"), param("target")), types.NewTuple(types.NewParam(token.NoPos, nil, "", types.Typ[types.Bool])), false)
	return importerFunc(func(path string) (*types.Package, error) {
		p := known[path]
		switch {
		case p == nil:
			return nil, fmt.Errorf("%s does not depend on %s", of.Path(), path)
		case p.Complete():
			return p, nil
		}
		whole := types.NewPackage(path, p.Name())
		for _, name := range p.Scope().Names() {
			whole.Scope().Insert(p.Scope().Lookup(name))
		}
		switch path {
		case "errors":
			whole.Scope().Insert(types.NewFunc(token.NoPos, p, "Is", is))
		case "io":
			whole.Scope().Insert(types.NewVar(token.NoPos, p, "EOF", fail))
		}
		whole.MarkComplete()
		return whole, nil
	})
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// written are the functions of package library that the compiler writes itself.
var written = []string{"loopOf", "inner", "setInner"}

// writtenBy returns which of them a call is of, or of those of package coro that
// only look at the yielder; "" for other calls.
func (f *Func) writtenBy(call *ast.CallExpr) string {
	fn := f.callee(call)
	switch name := nameInCoro(fn); {
	case name == "LoopOf" || name == "ContextOf":
		return name
	case fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "library" && slices.Contains(written, fn.Name()):
		return fn.Name()
	}
	return ""
}

// writeCall writes a call that only looks at the yielder. It reports whether the
// parts of the call are still to be written.
func (c *copier) writeCall(call *ast.CallExpr) bool {
	name := c.f.writtenBy(call)
	m := c.f.machine
	loop := c.f.names.machine + "." + m.names.loop
	switch name {
	case "LoopOf":
		c.replace(call, loop)
	case "ContextOf":
		c.replace(call, loop+".Context()")
	case "loopOf":
		if !c.f.isTask() {
			loop = "nil" // it stands alone
		}
		c.replace(call, loop)
	case "inner":
		c.replace(call, c.f.names.machine+"."+m.names.inner)
	case "setInner":
		to := call.Args[1]
		c.edits = append(c.edits, edit{call.Pos(), to.Pos(), c.f.names.machine + "." + m.names.inner + " = "}, edit{to.End(), call.End(), ""})
		return true
	default:
		return true
	}
	return false
}

// looksAt notes that the body calls what only looks at the yielder.
func (m *Machine) looksAt(name string) {
	switch name {
	case "LoopOf", "ContextOf":
		m.asksLoop = true
	case "loopOf":
		m.asksLoop = m.asksLoop || m.root.isTask()
	default:
		m.delegates = true
	}
}
