package lower

// This file defines the module that --stress writes: what is copied to where,
// and what is added.

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/format"
	"go/parser"
	"go/token"
	"go/version"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// SuspensionsVariable is the environment variable that makes what Stress wrote
// print the number of suspensions when it ends, by a return from main, os.Exit or
// a panic of the main goroutine.
const SuspensionsVariable = "COROSCOPE_SUSPENSIONS"

// suspensionsSource is the package that counts.
//
//go:embed suspensions/suspensions.go
var suspensionsSource []byte

// A copyPlan says what goes where.
type copyPlan struct {
	std     bool
	module  string // its path
	root    string // a module's folder, which is copied as a whole, or ""
	counter string // the path of the package that counts
	paths   map[*packages.Package]string
	dirs    map[*packages.Package]string // from the root
}

// planCopy finds out what kind of packages these are, which must be all of one
// module, all of the standard library, or one that is made of files.
func planCopy(pkgs []*packages.Package) (*copyPlan, error) {
	p := &copyPlan{paths: make(map[*packages.Package]string), dirs: make(map[*packages.Package]string)}
	for _, pkg := range pkgs {
		dir := filepath.Dir(pkg.GoFiles[0])
		switch kind := kindOf(pkg); {
		case kind != kindOf(pkgs[0]) || kind == aProgram && len(pkgs) > 1:
			return nil, fmt.Errorf("%s and %s are not of one module: name packages of one module, or of the standard library", pkgs[0].PkgPath, pkg.PkgPath)
		case pkg.Module != nil:
			p.module, p.root = pkg.Module.Path, pkg.Module.Dir
			rel, err := filepath.Rel(p.root, dir)
			if err != nil {
				return nil, err
			}
			p.paths[pkg], p.dirs[pkg] = pkg.PkgPath, rel
		case kind == theLibrary:
			for imported := range pkg.Imports {
				if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
					return nil, fmt.Errorf("%s imports %s, which only the standard library has in that place: choose another package", pkg.PkgPath, imported)
				}
			}
			p.std, p.module = true, "bootstrap"
			p.paths[pkg], p.dirs[pkg] = "bootstrap/"+pkg.PkgPath, filepath.FromSlash(pkg.PkgPath)
		default:
			p.module = "stressed"
			p.paths[pkg], p.dirs[pkg] = "stressed", "."
			for imported := range pkg.Imports {
				if found, err := build.Import(imported, dir, build.FindOnly); err != nil || !found.Goroot {
					return nil, fmt.Errorf("%s imports %s, which is not in the standard library: name its folder in its module", pkg.GoFiles[0], imported)
				}
			}
		}
	}
	p.counter = path.Join(p.module, p.counterDir())
	return p, nil
}

// The kinds of packages that are in no module.
const (
	theLibrary = "the standard library"
	aProgram   = "files"
)

// kindOf returns what pkg is part of: a module, of which it returns the path, or
// something else.
func kindOf(pkg *packages.Package) string {
	switch {
	case pkg.Module != nil:
		return "module " + pkg.Module.Path
	case inStd(filepath.Dir(pkg.GoFiles[0])) && pkg.PkgPath != "command-line-arguments":
		return theLibrary
	}
	return aProgram
}

// inStd reports whether a folder is one of the standard library.
func inStd(dir string) bool {
	rel, err := filepath.Rel(filepath.Join(build.Default.GOROOT, "src"), dir)
	return err == nil && filepath.IsLocal(rel)
}

// counterDir returns a folder's name that the module does not have.
func (p *copyPlan) counterDir() string {
	name := "suspensions"
	for i := 2; p.root != ""; i++ {
		if _, err := os.Lstat(filepath.Join(p.root, name)); err != nil {
			break
		}
		name = "suspensions" + strconv.Itoa(i)
	}
	return name
}

// copy writes everything but what is lowered to the folder to. What is in out
// is not copied, if that is inside of the module.
func (p *copyPlan) copy(to, out string) error {
	if p.root != "" {
		if err := copyTree(to, p.root, func(path string, d fs.DirEntry) bool {
			if !d.IsDir() || path == p.root {
				return true
			}
			_, err := os.Lstat(filepath.Join(path, "go.mod"))
			return err != nil && d.Name() != ".git" && path != out && path != to
		}); err != nil {
			return err
		}
		if err := p.absoluteReplaces(to); err != nil {
			return err
		}
	} else {
		lang := version.Lang(runtime.Version())
		if lang == "" {
			lang = "go1.26"
		}
		if err := os.WriteFile(filepath.Join(to, "go.mod"), fmt.Appendf(nil, "module %s\n\ngo %s\n", p.module, strings.TrimPrefix(lang, "go")), 0o666); err != nil {
			return err
		}
		for pkg, dir := range p.dirs {
			if err := p.copyPackage(pkg, filepath.Join(to, dir)); err != nil {
				return err
			}
			if p.std {
				if err := copyNeighbors(filepath.Dir(pkg.GoFiles[0]), to, dir); err != nil {
					return err
				}
			}
		}
	}
	dir := filepath.Join(to, strings.TrimPrefix(p.counter, p.module+"/"))
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "suspensions.go"), suspensionsSource, 0o666)
}

// copyPackage copies the folder of a package without the packages beneath it,
// or if the package is made of single files, those.
func (p *copyPlan) copyPackage(pkg *packages.Package, to string) error {
	from := filepath.Dir(pkg.GoFiles[0])
	return copyTree(to, from, func(path string, d fs.DirEntry) bool {
		switch {
		case path == from:
			return true
		case pkg.PkgPath == "command-line-arguments":
			return slices.Contains(pkg.GoFiles, path) || slices.Contains(pkg.OtherFiles, path) || slices.Contains(pkg.EmbedFiles, path)
		case !d.IsDir():
			return true
		}
		rel, err := filepath.Rel(from, path)
		return err == nil && (strings.HasPrefix(rel, "testdata") || !hasGoFiles(path))
	})
}

// copyNeighbors copies the files elsewhere in the standard library that the tests
// in the folder from mention, as "../../testdata/e.txt", but no source files,
// which would be a part of a package. In the copy root the package is in dir.
func copyNeighbors(from, root, dir string) error {
	tests, err := filepath.Glob(filepath.Join(from, "*_test.go"))
	if err != nil {
		return err
	}
	for _, test := range tests {
		file, err := parser.ParseFile(token.NewFileSet(), test, nil, 0)
		if err != nil {
			continue // the tests do not build there, either
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || err != nil || !strings.HasPrefix(unquoted(lit.Value), "../") || strings.HasSuffix(unquoted(lit.Value), ".go") {
				return true
			}
			mentioned := filepath.FromSlash(unquoted(lit.Value))
			source, to := filepath.Join(from, mentioned), filepath.Join(root, dir, mentioned)
			info, missing := os.Stat(source)
			if rel, outside := filepath.Rel(root, to); missing != nil || !info.Mode().IsRegular() || outside != nil || !filepath.IsLocal(rel) || !inStd(source) {
				return true
			}
			if _, there := os.Stat(to); there != nil {
				if err = os.MkdirAll(filepath.Dir(to), 0o777); err == nil {
					err = copyTree(to, source, func(string, fs.DirEntry) bool { return true })
				}
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func hasGoFiles(dir string) bool {
	found, err := filepath.Glob(filepath.Join(dir, "*.go"))
	return err == nil && len(found) > 0
}

// copyTree copies what want reports of a folder.
func copyTree(to, from string, want func(string, fs.DirEntry) bool) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !want(path, d) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o777)
		}
		if !d.Type().IsRegular() {
			info, err := os.Stat(path)
			if err != nil || !info.Mode().IsRegular() {
				return nil // a link to elsewhere, a socket, ...
			}
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o666)
	})
}

// absoluteReplaces makes the folders that the copied go.mod names absolute.
func (p *copyPlan) absoluteReplaces(to string) error {
	list := exec.Command("go", "mod", "edit", "-json")
	list.Dir = to
	out, err := list.Output()
	if err != nil {
		return fmt.Errorf("go mod edit: %w", err)
	}
	var mod struct {
		Replace []struct {
			Old, New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return err
	}
	for _, r := range mod.Replace {
		if r.New.Version != "" || filepath.IsAbs(r.New.Path) {
			continue
		}
		old := r.Old.Path
		if r.Old.Version != "" {
			old += "@" + r.Old.Version
		}
		edit := exec.Command("go", "mod", "edit", "-replace", old+"="+filepath.Join(p.root, r.New.Path))
		edit.Dir = to
		if out, err := edit.CombinedOutput(); err != nil {
			return fmt.Errorf("go mod edit: %w: %s", err, out)
		}
	}
	return nil
}

// tests lets the tests of a package, in the folder dir, import the copy if that
// has another path, and print the number of suspensions at their end.
func (p *copyPlan) tests(pkg *packages.Package, dir string) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil || len(paths) == 0 {
		return err
	}
	hasMain := false
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		content, isMain, err := p.test(pkg, path, src)
		if err != nil {
			return err
		}
		hasMain = hasMain || isMain
		if !bytes.Equal(content, src) {
			if err := os.WriteFile(path, content, 0o666); err != nil {
				return err
			}
		}
	}
	if hasMain {
		return nil
	}
	name := filepath.Join(dir, path.Base(p.counter)+"_main_test.go")
	if _, err := os.Lstat(name); err == nil {
		return errors.New(name + " is in the way")
	}
	return os.WriteFile(name, fmt.Appendf(nil, `package %s

import (
	"testing"

	%q
)

func TestMain(m *testing.M) { suspensions.Exit(m.Run()) }
`, pkg.Name, p.counter), 0o666)
}

// test returns a test file with other imports, and whether it has a TestMain,
// which reports the number of suspensions.
func (p *copyPlan) test(pkg *packages.Package, path string, src []byte) ([]byte, bool, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.ParseComments)
	if err != nil {
		return src, false, nil // go vet says it
	}
	f := &Func{fset: fset, src: src}
	var edits []edit
	for _, spec := range file.Imports {
		if unquoted(spec.Path.Value) == pkg.PkgPath && p.paths[pkg] != pkg.PkgPath {
			edits = append(edits, edit{spec.Path.Pos(), spec.Path.End(), strconv.Quote(p.paths[pkg])})
		}
	}
	isMain := false
	for _, d := range file.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if !ok || decl.Recv != nil || decl.Name.Name != "TestMain" || decl.Body == nil {
			continue
		}
		isMain = true
		edits = append(edits, edit{file.Name.End(), file.Name.End(), fmt.Sprintf("\nimport coroscopeSuspensions %q", p.counter)},
			edit{decl.Body.Lbrace + 1, decl.Body.Lbrace + 1, "\ndefer coroscopeSuspensions.Report()\n"})
		ast.Inspect(decl.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if sel, isSel := ast.Unparen(callee(call)).(*ast.SelectorExpr); ok && isSel && sel.Sel.Name == "Exit" {
				if id, ok := sel.X.(*ast.Ident); ok && id.Name == "os" {
					edits = append(edits, edit{call.Pos(), call.Pos(), "coroscopeSuspensions.Report(); "})
				}
			}
			return true
		})
	}
	if edits == nil {
		return src, false, nil
	}
	content, err := format.Source([]byte(f.edited(file.FileStart, file.FileEnd, edits)))
	return content, isMain, err
}

func callee(call *ast.CallExpr) ast.Expr {
	if call == nil {
		return nil
	}
	return call.Fun
}

func unquoted(s string) string {
	u, err := strconv.Unquote(s)
	if err != nil {
		return ""
	}
	return u
}
