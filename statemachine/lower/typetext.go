package lower

// This file defines how types are written: as package go/types does, but for
// packages, which are imported, and for the types of the function that have got
// other names.

import (
	"fmt"
	"go/types"
	"strings"
)

// typeText returns t as it is written in the generated file.
func (f *Func) typeText(t types.Type) string {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return f.imported("unsafe") + ".Pointer"
		}
		return t.Name()
	case *types.Named:
		return f.nameText(t.Obj(), t.TypeArgs())
	case *types.Alias:
		return f.nameText(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		if name := f.rename[t.Obj()]; name != "" {
			return name
		}
		return t.Obj().Name()
	case *types.Pointer:
		return "*" + f.typeText(t.Elem())
	case *types.Slice:
		return "[]" + f.typeText(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), f.typeText(t.Elem()))
	case *types.Map:
		return "map[" + f.typeText(t.Key()) + "]" + f.typeText(t.Elem())
	case *types.Chan:
		return f.chanText(t)
	case *types.Signature:
		return "func" + f.signatureText(t)
	case *types.Struct:
		return f.structText(t)
	case *types.Interface:
		return f.interfaceText(t)
	case *types.Union:
		var terms []string
		for term := range t.Terms() {
			tilde := ""
			if term.Tilde() {
				tilde = "~"
			}
			terms = append(terms, tilde+f.typeText(term.Type()))
		}
		return strings.Join(terms, " | ")
	}
	panic(fmt.Sprintf("lower: a variable of type %T", t))
}

// nameText returns the name of a type, with its package and type arguments.
func (f *Func) nameText(obj *types.TypeName, args *types.TypeList) string {
	name := obj.Name()
	switch {
	case obj == types.Universe.Lookup("any"):
		return f.anything()
	case f.renamed(obj) != "":
		name = f.localName(obj)
	case obj.Pkg() != nil && obj.Pkg() != f.pkg.Types:
		name = f.imported(obj.Pkg().Path()) + "." + name
	}
	if args.Len() == 0 {
		return name
	}
	var texts []string
	for arg := range args.Types() {
		texts = append(texts, f.typeText(arg))
	}
	return name + "[" + strings.Join(texts, ", ") + "]"
}

func (f *Func) chanText(t *types.Chan) string {
	elem := f.typeText(t.Elem())
	switch t.Dir() {
	case types.SendOnly:
		return "chan<- " + elem
	case types.RecvOnly:
		return "<-chan " + elem
	}
	if inner, ok := t.Elem().(*types.Chan); ok && inner.Dir() == types.RecvOnly {
		return "chan (" + elem + ")"
	}
	return "chan " + elem
}

// signatureText returns parameters and results.
func (f *Func) signatureText(sig *types.Signature) string {
	var params, results []string
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		if s, ok := t.(*types.Slice); ok && sig.Variadic() && i == sig.Params().Len()-1 {
			params = append(params, "..."+f.typeText(s.Elem()))
			continue
		}
		params = append(params, f.typeText(t))
	}
	for r := range sig.Results().Variables() {
		results = append(results, f.typeText(r.Type()))
	}
	text := "(" + strings.Join(params, ", ") + ")"
	switch len(results) {
	case 0:
		return text
	case 1:
		return text + " " + results[0]
	}
	return text + " (" + strings.Join(results, ", ") + ")"
}

func (f *Func) structText(t *types.Struct) string {
	var fields []string
	for i := range t.NumFields() {
		field := t.Field(i)
		text := f.typeText(field.Type())
		if !field.Embedded() {
			text = field.Name() + " " + text
		}
		if tag := t.Tag(i); tag != "" {
			text += fmt.Sprintf(" %q", tag)
		}
		fields = append(fields, text)
	}
	return "struct{" + strings.Join(fields, "; ") + "}"
}

func (f *Func) interfaceText(t *types.Interface) string {
	if t.NumEmbeddeds() == 1 && t.NumExplicitMethods() == 0 && t.IsImplicit() {
		return f.typeText(t.EmbeddedType(0)) // a constraint such as ~int
	}
	var parts []string
	for m := range t.ExplicitMethods() {
		parts = append(parts, m.Name()+f.signatureText(m.Signature()))
	}
	for e := range t.EmbeddedTypes() {
		parts = append(parts, f.typeText(e))
	}
	if parts == nil {
		return f.anything()
	}
	return "interface{ " + strings.Join(parts, "; ") + " }"
}
