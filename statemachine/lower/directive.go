package lower

// This file defines the directive that chooses a function, and what is said of
// one that chooses nothing.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Directive is the comment that chooses a function.
const Directive = "//coro:lower"

// isDirective reports whether a comment is the directive.
func isDirective(c *ast.Comment) bool { return strings.TrimSpace(c.Text) == Directive }

// directed reports whether a doc comment has the directive.
func directed(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, isDirective)
}

// misplaced refuses directives that choose nothing.
func (s *shared) misplaced() Refusals {
	above := make(map[*ast.CommentGroup]bool)
	for _, decl := range s.functions() {
		above[decl.Doc] = true
	}
	var refused Refusals
	for _, file := range s.choosable() {
		for _, g := range file.Comments {
			for _, c := range g.List {
				reason, remedy := misread(c.Text), "write "+Directive
				if reason == "" && isDirective(c) && !above[g] {
					reason, remedy = s.whereInstead(file, g)
				}
				if reason != "" {
					refused = append(refused, &Refusal{Pos: s.position(c.Pos()), Reason: reason, Remedy: remedy})
				}
			}
		}
	}
	return refused
}

// misread returns what is wrong with a comment that seems to be meant as the
// directive, or "".
func misread(comment string) string {
	text := strings.TrimSpace(comment)
	switch {
	case text == Directive:
	case strings.HasPrefix(text, Directive+" "):
		return "the directive takes no arguments; flags belong to the command"
	case strings.HasPrefix(text, "//coro:"):
		return fmt.Sprintf("there is no directive %s", strings.Fields(text)[0])
	case strings.HasPrefix(text, "//") && strings.EqualFold("//"+strings.ReplaceAll(text[2:], " ", ""), Directive):
		return "a directive has no space in it, and no capital letters"
	}
	return ""
}

// whereInstead says why a directive chooses nothing, and what to do.
func (s *shared) whereInstead(file *ast.File, g *ast.CommentGroup) (reason, remedy string) {
	reason = "the directive is above no function"
	remedy = "move it into the comment right above the function that it is for"
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Pos() < g.Pos() && g.End() <= fn.End() {
			return "the directive is inside of the function " + funcName(fn), "move it above that, which is chosen as a whole"
		}
		if gen, ok := d.(*ast.GenDecl); ok && (gen.Doc == g || gen.Pos() < g.Pos() && g.End() <= gen.End()) {
			if gen.Tok == token.VAR {
				return "the directive is at a variable that is not set to a function literal", remedy
			}
			return fmt.Sprintf("the directive is at a declaration with %s, and only functions are lowered", gen.Tok), remedy
		}
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Pos() > g.End() {
			gap := s.pkg.Fset.Position(fn.Pos()).Line - s.pkg.Fset.Position(g.End()).Line
			if fn.Doc != nil {
				gap = s.pkg.Fset.Position(fn.Doc.Pos()).Line - s.pkg.Fset.Position(g.End()).Line
			}
			if gap <= 3 {
				return "there is an empty line between the directive and the function " + funcName(fn), "remove it, so that they are one comment"
			}
		}
	}
	return reason, remedy
}

// position returns the place of pos, told from where the command is.
func (s *shared) position(pos token.Pos) token.Position {
	p := s.pkg.Fset.Position(pos)
	p.Filename = relative(s.dir, p.Filename)
	return p
}

// literalOf returns the function literal that e is, perhaps converted.
func literalOf(info *types.Info, e ast.Expr) *ast.FuncLit {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return e
	case *ast.CallExpr:
		if tv := info.Types[e.Fun]; tv.IsType() && len(e.Args) == 1 {
			return literalOf(info, e.Args[0])
		}
	}
	return nil
}
