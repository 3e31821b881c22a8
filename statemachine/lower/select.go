package lower

// This file defines the pass select: which functions are lowered, and what
// they are.

import (
	"fmt"
	"go/ast"
	"go/types"
	"iter"
	"slices"

	"golang.org/x/tools/go/packages"
)

// selectFuncs makes machines for the functions of pkg that are to be lowered:
// those whose doc comment has the directive, and those that could be and whose
// name, such as "Walk" or "Tree.All", one of opt's regular expressions matches. Of
// a package with its tests in it, these are only the functions of the tests.
func selectFuncs(pkg *packages.Package, dir string, opt *Options) (*shared, error) {
	s, err := newShared(pkg, dir, opt)
	if err != nil {
		return nil, err
	}
	for file, decl := range s.functions() {
		var by []string
		if !directed(decl.Doc) {
			for _, re := range opt.funcs {
				if re.MatchString(funcName(decl)) && candidate(pkg, decl) {
					by = append(by, re.String())
				}
			}
			if by == nil {
				continue
			}
		}
		m := s.newMachine(file, decl, file)
		m.chosenBy, m.variable = by, s.variables[decl]
		m.nameAPI()
	}
	return s, nil
}

// functions returns the functions that may be chosen.
func (s *shared) functions() iter.Seq2[*ast.File, *ast.FuncDecl] {
	return func(yield func(*ast.File, *ast.FuncDecl) bool) {
		for _, file := range s.choosable() {
			for _, d := range file.Decls {
				switch decl := d.(type) {
				case *ast.FuncDecl:
					if !yield(file, decl) {
						return
					}
				case *ast.GenDecl:
					for _, variable := range s.variablesOf(decl) {
						if !yield(file, variable) {
							return
						}
					}
				}
			}
		}
	}
}

// choosable returns the files whose functions may be chosen.
func (s *shared) choosable() []*ast.File {
	var files []*ast.File
	for _, file := range s.pkg.Syntax {
		path := s.pkg.Fset.PositionFor(file.FileStart, false).Filename
		if !s.generated[path] && (isTest(path) || !withTests(s.pkg)) {
			files = append(files, file)
		}
	}
	return files
}

// candidates returns the names of the functions that could be lowered.
func (s *shared) candidates() []string {
	var names []string
	for _, decl := range s.functions() {
		if candidate(s.pkg, decl) {
			names = append(names, funcName(decl))
		}
	}
	return names
}

// candidate reports whether a function is a push iterator or a body of coro's
// contract, or returns one.
func candidate(pkg *packages.Package, decl *ast.FuncDecl) bool {
	fn, ok := pkg.TypesInfo.Defs[decl.Name].(*types.Func)
	if !ok {
		return false
	}
	sig := fn.Signature()
	if y := yieldOf(sig); y != nil && sig.Params().Len()+sig.Results().Len() > 1 {
		return y.Name() == "yield" // any predicate is of such a type
	}
	return canChoose(sig)
}

// canChoose reports whether a function of this signature may have the directive.
func canChoose(sig *types.Signature) bool {
	return isBody(sig) || yieldOf(sig) != nil || iteratorAt(sig) >= 0
}

// funcName returns a function's name, after that of its receiver's type.
func funcName(decl *ast.FuncDecl) string {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return decl.Name.Name
	}
	t := decl.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + decl.Name.Name
		default:
			return decl.Name.Name
		}
	}
}

const wanted = "a function that returns an iter.Seq, an iter.Seq2 or a coro.Body, or is one, or that is given a yield"

// runSelect finds the body that is lowered, its yield, and what it yields.
func runSelect(f *Func) {
	if f.inPlace != nil {
		f.selectInPlace()
		return
	}
	if !f.isRoot() || !f.lowerable() {
		return
	}
	sig := f.signature()
	for t := range sig.TypeParams().TypeParams() {
		f.machine.tparams = append(f.machine.tparams, t)
	}
	for t := range sig.RecvTypeParams().TypeParams() {
		f.machine.tparams = append(f.machine.tparams, t)
	}
	if f.machine.variable != nil {
		f.changed()
	}
	at := iteratorAt(sig)
	switch {
	case isBody(sig):
		f.body = f.decl.Body
		f.selectBody(sig)
	case seqValues(sig) != nil && !f.callsItself():
		f.selectIterator(sig, f.decl.Type.Params)
	case yieldOf(sig) != nil && f.machine.variable != nil:
		f.refuse(f.decl.Pos(), "it is a variable, and takes a yield beside other parameters or returns something", "declare it as a function")
	case yieldOf(sig) != nil:
		f.forwardTo(sig)
	case at >= 0:
		if f.lit = f.machine.literal; f.lit == nil {
			f.lit = f.simpleLiteral(sig)
		}
		if f.lit == nil {
			f.used = f.declNames()
			f.findOuter(sig, at)
		}
		if f.lit == nil {
			return
		}
		if litSig := f.typeOf(f.lit).(*types.Signature); isBody(litSig) {
			f.body = f.lit.Body
			f.selectBody(litSig)
		} else {
			f.selectIterator(litSig, f.lit.Type.Params)
		}
	default:
		f.refuseNoIterator(sig)
	}
}

// selectIterator finds what there is to know of a push iterator: the literal, or
// if there is none, the declared function.
func (f *Func) selectIterator(sig *types.Signature, params *ast.FieldList) {
	f.body = f.decl.Body
	if f.lit != nil {
		f.body = f.lit.Body
	}
	if f.yield = f.yieldParam(params); f.yield != nil {
		f.bound = map[types.Object]*callable{f.yield: theYield}
	}
	f.machine.values = yieldValues(sig.Params().At(0).Type())
}

// refuseNoIterator says what a function is instead of a push iterator.
func (f *Func) refuseNoIterator(sig *types.Signature) {
	iterators, yields := 0, 0
	for r := range sig.Results().Variables() {
		if seqValues(r.Type()) != nil || isBodyType(r.Type()) {
			iterators++
		}
	}
	for p := range sig.Params().Variables() {
		if yieldValues(p.Type()) != nil {
			yields++
		}
	}
	switch {
	case iterators > 1:
		f.refuse(f.decl.Pos(), fmt.Sprintf("it returns %d iterators, of which a machine can be only one", iterators), "write a function for each, and lower these")
	case yields > 1:
		f.refuse(f.decl.Pos(), "it has several parameters that could be its yield", "call the one that is meant yield")
	default:
		f.refuse(f.decl.Pos(), "it is neither a push iterator nor a body", "expected "+wanted)
	}
}

// yieldParam returns the only parameter, or nil if it has no name.
func (f *Func) yieldParam(params *ast.FieldList) *types.Var {
	if len(params.List[0].Names) != 1 || params.List[0].Names[0].Name == "_" {
		return nil
	}
	return f.info.Defs[params.List[0].Names[0]].(*types.Var)
}

// lowerable refuses a function whose source cannot be lowered, whatever it does.
func (f *Func) lowerable() bool {
	pos := f.whole().Pos()
	if f.inPlace == nil && f.decl.Body == nil {
		f.refuse(pos, "it has no body in Go", "expected "+wanted)
		return false
	}
	if !slices.Contains(f.pkg.GoFiles, f.filename()) {
		f.refuse(pos, "it stands in a file that cgo rewrites", "move it to a file that does not import \"C\"")
		return false
	}
	if f.inPlace == nil && f.olderThan("go1.18") {
		f.refuse(pos, "its file is of language version "+f.info.FileVersions[f.file]+", and machines are written in go1.18", "use go1.18 or later")
		return false
	}
	return true
}

// literal returns the function literal that e is, perhaps converted.
func (f *Func) literal(e ast.Expr) *ast.FuncLit { return literalOf(f.info, e) }

// seqValues returns the values of an iterator of type t, or nil if it is none.
func seqValues(t types.Type) []types.Type {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || sig.Params().Len() != 1 || sig.Results().Len() != 0 || sig.Variadic() {
		return nil
	}
	return yieldValues(sig.Params().At(0).Type())
}

// yieldValues returns what a yield of type t is called with, or nil if it is
// none.
func yieldValues(t types.Type) []types.Type {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || sig.Params().Len() > 2 || sig.Variadic() || sig.Results().Len() != 1 ||
		!types.Identical(sig.Results().At(0).Type(), types.Typ[types.Bool]) {
		return nil
	}
	values := []types.Type{}
	for p := range sig.Params().Variables() {
		values = append(values, p.Type())
	}
	return values
}
