package lower

// This file defines the pass select: which functions are lowered, and what
// they are.

import (
	"go/ast"
	"go/types"
	"go/version"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Directive is the comment that chooses a function.
const Directive = "//coro:lower"

// selectFuncs makes machines for the functions of pkg that are to be lowered:
// those whose doc comment has the directive, and those that could be and whose
// name, such as "Walk" or "Tree.All", opt.Func matches (nil matches none).
func selectFuncs(pkg *packages.Package, dir string, opt *Options) (*shared, error) {
	common, err := newShared(pkg, dir, opt)
	if err != nil {
		return nil, err
	}
	want := opt.Func
	for _, file := range pkg.Syntax {
		path := pkg.Fset.PositionFor(file.FileStart, false).Filename
		if ours, _ := Generated(path); ours {
			continue
		}
		for _, d := range file.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok || !directed(decl.Doc) && !(want != nil && want.MatchString(funcName(decl)) && candidate(pkg, decl)) {
				continue
			}
			common.newMachine(file, decl).nameAPI()
		}
	}
	return common, nil
}

// candidate reports whether a function is a push iterator or a body of coro's
// contract, or returns one.
func candidate(pkg *packages.Package, decl *ast.FuncDecl) bool {
	fn, ok := pkg.TypesInfo.Defs[decl.Name].(*types.Func)
	if !ok {
		return false
	}
	sig := fn.Signature()
	return seqValues(sig) != nil || sig.Results().Len() == 1 && seqValues(sig.Results().At(0).Type()) != nil ||
		isBody(sig) || makesBody(sig)
}

// directed reports whether a doc comment has the directive.
func directed(doc *ast.CommentGroup) bool {
	if doc != nil {
		for _, c := range doc.List {
			if strings.TrimSpace(c.Text) == Directive {
				return true
			}
		}
	}
	return false
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

const wanted = "a function that returns an iter.Seq, an iter.Seq2 or a coro.Body, or is one"

// runSelect finds the body that is lowered, its yield, and what it yields.
func runSelect(f *Func) {
	if f.inPlace != nil {
		f.selectInPlace()
		return
	}
	if !f.isRoot() || !f.lowerable() {
		return
	}
	sig := f.info.Defs[f.decl.Name].(*types.Func).Signature()
	for t := range sig.TypeParams().TypeParams() {
		f.machine.tparams = append(f.machine.tparams, t)
	}
	for t := range sig.RecvTypeParams().TypeParams() {
		f.machine.tparams = append(f.machine.tparams, t)
	}
	var params *ast.FieldList
	switch results := sig.Results().Len(); {
	case isBody(sig):
		f.body = f.decl.Body
		f.selectBody(sig)
		return
	case seqValues(sig) != nil:
		f.body, params = f.decl.Body, f.decl.Type.Params
	case makesBody(sig), results == 1 && seqValues(sig.Results().At(0).Type()) != nil:
		if f.lit = f.returnedLiteral(sig); f.lit == nil {
			return
		}
		f.body, params = f.lit.Body, f.lit.Type.Params
	case results == 1 && sig.Params().Len() > 0 && yieldValues(sig.Params().At(sig.Params().Len()-1).Type()) != nil:
		f.refuse(f.decl.Pos(), "it takes a yield and has other parameters or a result: a helper of a push iterator, and no push iterator",
			"lower the function that returns the iterator")
		return
	default:
		f.refuse(f.decl.Pos(), "it is neither a push iterator nor a body", "expected "+wanted)
		return
	}
	litSig := sig
	if f.lit != nil {
		litSig = f.typeOf(f.lit).(*types.Signature)
	}
	if makesBody(sig) {
		f.selectBody(litSig)
		return
	}
	if f.yield = f.yieldParam(params); f.yield != nil {
		f.bound = map[types.Object]*callable{f.yield: theYield}
	}
	f.machine.values = yieldValues(litSig.Params().At(0).Type())
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
	if v := f.info.FileVersions[f.file]; v != "" && version.Compare(v, "go1.22") < 0 {
		f.refuse(pos, "its file is of language version "+v+", in which loops share their variables", "use go1.22 or later")
		return false
	}
	return true
}

// returnedLiteral returns the literal that the function returns, in its last
// statement and nowhere else.
func (f *Func) returnedLiteral(sig *types.Signature) *ast.FuncLit {
	list := f.decl.Body.List
	var last *ast.ReturnStmt
	if len(list) > 0 {
		last, _ = list[len(list)-1].(*ast.ReturnStmt)
	}
	var lit *ast.FuncLit
	if last != nil && len(last.Results) == 1 {
		lit = f.literal(last.Results[0])
	}
	if lit == nil {
		pos := f.decl.Body.Rbrace
		if last != nil {
			pos = last.Pos()
		}
		f.refuse(pos, "what it returns is not a function literal", "let its last statement be \"return func(yield ...) { ... }\", or lower the function that it calls")
		return nil
	}
	for _, s := range list[:len(list)-1] {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt:
				f.refuse(n.Pos(), "it returns in several places", "let the literal decide, which its last statement returns")
			}
			return true
		})
	}
	if r := sig.Results().At(0); r.Name() != "" && r.Name() != "_" {
		for id, obj := range f.info.Uses {
			if obj == r {
				f.refuse(id.Pos(), "its named result "+r.Name()+" is used", "use a variable")
			}
		}
	}
	return lit
}

// literal returns the function literal that e is, perhaps converted.
func (f *Func) literal(e ast.Expr) *ast.FuncLit {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return e
	case *ast.CallExpr:
		if tv := f.info.Types[e.Fun]; tv.IsType() && len(e.Args) == 1 {
			return f.literal(e.Args[0])
		}
	}
	return nil
}

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
