package lower

// This file defines how what is generated for a debugger tells where in the
// source each of its lines comes from: by a directive in front of it. A
// directive that names no file means the one that it is in, which is why what is
// generated for a file is put behind its source (overlay.go), and no path is in
// it.

import (
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// debugged reports whether f is written for a debugger.
func (f *Func) debugged() bool { return f.inPlace == nil && f.machine.shared.opt.Line }

// noteAt notes where nodes of the tree, or items of a block, come from, unless
// that is known.
func (f *Func) noteAt(pos token.Pos, of any) {
	if f.at == nil {
		f.at = make(map[any]token.Pos)
	}
	if !f.at[of].IsValid() {
		f.at[of] = pos
	}
}

// directive is the beginning of each one that is written.
const directive = "//line :"

// line returns the line of the source that what is generated for pos comes
// from. What is in the library comes from where that is called.
func (f *Func) line(pos token.Pos) int {
	if at := f.calledAt(); at != nil {
		return at.in.line(at.call.Pos())
	}
	return f.ownLine(pos)
}

// ownLine returns the line of f's own source at pos.
func (f *Func) ownLine(pos token.Pos) int { return f.fset.PositionFor(pos, false).Line }

// calledAt returns where f is called if its source is the library's, or nil.
func (f *Func) calledAt() *site {
	for ; f != nil; f = f.outer {
		if f.site != nil {
			return f.site
		}
	}
	return nil
}

// directive returns the line that says that the next one comes from pos.
func (f *Func) directive(pos token.Pos) string {
	return fmt.Sprintf("%s%d:1", directive, f.line(pos))
}

// directiveWithin returns one that may stand anywhere between two tokens.
func (f *Func) directiveWithin(pos token.Pos) string {
	return fmt.Sprintf("/*%s%d:1*/", strings.TrimPrefix(directive, "//"), f.line(pos))
}

// atEnd returns the directive for what is generated behind f's statements: it
// comes from the end of the body, as do the machine instructions with which the
// function returns if it has deferred anything.
func (f *Func) atEnd() string {
	if !f.debugged() {
		return ""
	}
	return f.directive(f.body.Rbrace) + "\n"
}

// mark writes where x, an item of a block, comes from.
func (n *nexter) mark(x any) { n.markAt(n.f.at[x]) }

func (n *nexter) markAt(pos token.Pos) {
	if pos.IsValid() && n.f.debugged() {
		n.lines = append(n.lines, n.f.directive(pos))
	}
}

// directives returns edits, to which those are added that tell where the lines
// of n come from but for the first, and what is behind an edit of several lines.
func (f *Func) directives(n ast.Node, edits []edit) []edit {
	whole := slices.Clone(edits)
	file := f.fset.File(n.Pos())
	inside := f.insideTokens(n)
	for line := f.ownLine(n.Pos()) + 1; line <= f.ownLine(n.End()); line++ {
		start := file.LineStart(line)
		inEdit := func(e edit) bool { return e.pos < start && start < e.end }
		if !inside[line] && !slices.ContainsFunc(whole, inEdit) {
			edits = append(edits, edit{start, start, f.directive(start) + "\n"})
		}
	}
	for i, e := range whole {
		if strings.Contains(e.text, "\n") || f.ownLine(e.pos) != f.ownLine(e.end) {
			edits[i].text += f.directiveWithin(e.end)
		}
	}
	return edits
}

// insideTokens returns the lines of n that begin inside of a string or of a
// comment.
func (f *Func) insideTokens(n ast.Node) map[int]bool {
	inside := make(map[int]bool)
	add := func(n ast.Node) {
		for line := f.ownLine(n.Pos()) + 1; line <= f.ownLine(n.End()); line++ {
			inside[line] = true
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok {
			add(lit)
		}
		return true
	})
	for _, g := range f.file.Comments {
		for _, c := range g.List {
			add(c)
		}
	}
	return inside
}

// everyLine returns Go source in which each line of code has a directive in
// front of it: what has none comes from where the line before it does.
func everyLine(src string) string {
	code, inside := linesOf(src)
	var b strings.Builder
	last := ""
	for i, line := range strings.SplitAfter(src, "\n") {
		trimmed := strings.TrimSuffix(line, "\n")
		switch {
		case inside[i+1]:
		case strings.HasPrefix(line, directive):
			last = trimmed
			continue
		case code[i+1] && last != "":
			b.WriteString(last + "\n")
		}
		b.WriteString(line)
		if at := strings.LastIndex(trimmed, "/*"+strings.TrimPrefix(directive, "//")); at >= 0 && !inside[i+1] {
			place, _, _ := strings.Cut(trimmed[at+2:], "*/")
			last = "//" + place
		}
	}
	return b.String()
}

// linesOf returns the lines of Go source in which a token begins that is no
// comment, and those that begin inside of a token.
func linesOf(src string) (code, inside map[int]bool) {
	code, inside = make(map[int]bool), make(map[int]bool)
	file := token.NewFileSet().AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, []byte(src), nil, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return code, inside
		}
		line := file.PositionFor(pos, false).Line
		if tok != token.COMMENT && !(tok == token.SEMICOLON && lit == "\n") {
			code[line] = true
		}
		for i := range strings.Count(strings.TrimSuffix(lit, "\n"), "\n") {
			inside[line+i+1] = true
		}
	}
}
