package explorer

// This file defines Source: the program's text around a place in the trace.

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"coroscope/statemachine/specimen"
)

// A Source is a file of the program, or what there is to say where it was not
// found.
type Source struct {
	File  string       `json:"file"` // base name
	Path  string       `json:"path"` // where it was found
	Line  int          `json:"line"` // of the place
	Lines [][]Fragment `json:"lines"`
	Why   string       `json:"why"`  // why there are no lines
	Note  string       `json:"note"` // what to be wary of; may be empty
}

// A Fragment is a piece of a line.
type Fragment struct {
	Class string `json:"c,omitempty"` // "keyword", "string", "number", "comment"
	Text  string `json:"t"`
}

// Sources finds files by their base names, which are all that a trace has of
// them: beneath a folder. It is safe for use by several goroutines at once.
type Sources struct {
	root    string
	written time.Time // when the trace was
	once    sync.Once
	files   map[string][]string
}

// NewSources looks beneath root for what a trace that was written at that time
// refers to.
func NewSources(root string, written time.Time) *Sources {
	return &Sources{root: root, written: written}
}

// Limits of what is looked through and shown.
const (
	maxFiles      = 50_000
	maxSourceSize = 2 << 20
)

// index finds all Go files, but those that no program is built from.
func (s *Sources) index() map[string][]string {
	s.once.Do(func() {
		s.files = make(map[string][]string)
		seen := 0
		filepath.WalkDir(s.root, func(file string, d fs.DirEntry, err error) error {
			if seen++; seen > maxFiles {
				return fs.SkipAll
			}
			name := d.Name()
			switch {
			case err != nil && d.IsDir():
				return fs.SkipDir
			case err != nil:
			case d.IsDir() && file != s.root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata"):
				return fs.SkipDir
			case d.Type().IsRegular() && strings.HasSuffix(name, ".go"):
				s.files[name] = append(s.files[name], file)
			}
			return nil
		})
	})
	return s.files
}

// find returns the file of that name in which fn, "pkg.name", most likely is,
// and how many there were to choose from.
func (s *Sources) find(name, fn string) (file string, of int) {
	pkg, decl, _ := strings.Cut(fn[strings.LastIndexByte(fn, '/')+1:], ".")
	type candidate struct {
		file string
		rank int
	}
	var all []candidate
	for _, file := range s.index()[name] {
		c := candidate{file: file}
		text, err := readSource(file)
		if err != nil {
			continue
		}
		if f, err := parser.ParseFile(token.NewFileSet(), file, text, parser.PackageClauseOnly); err == nil && f.Name.Name == pkg {
			c.rank++
		}
		if base, _, _ := strings.Cut(decl, "."); base != "" && strings.Contains(string(text), "func "+base) {
			c.rank++
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.rank, a.rank) })
	if len(all) == 0 {
		return "", 0
	}
	same := 0
	for _, c := range all {
		if c.rank == all[0].rank {
			same++
		}
	}
	return all[0].file, same
}

func readSource(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxSourceSize {
		return nil, fmt.Errorf("larger than %d MB", maxSourceSize>>20)
	}
	return os.ReadFile(file)
}

// Source returns the file of a place, "guest.go:123", at which the row with the
// given key was suspended, resumed or made. Nothing but the base name of a Go
// file is looked for, whatever the trace says.
func (t *Trace) Source(key, place string) Source {
	i := strings.LastIndexByte(place, ':')
	if i < 0 {
		return Source{Why: "The trace does not say where."}
	}
	name := place[:i]
	line, _ := strconv.Atoi(place[i+1:])
	s := Source{File: name, Line: line}
	if name == "" || path.Base(name) != name || filepath.Base(name) != name || !strings.HasSuffix(name, ".go") {
		s.Why = "The trace names no Go file."
		return s
	}
	fn, inFolder := "", ""
	if r := t.byKey[key]; r != nil {
		fn = r.fn
		if r.coroutine != nil {
			inFolder = fileOf(r.coroutine)
		}
	}
	if inFolder != "" {
		if text, ok := specimen.Source(path.Join(path.Dir(inFolder), name)); ok {
			s.Path = "built into this program"
			s.show([]byte(text))
			return s
		}
	}
	if t.sources == nil {
		s.Why = "Sources are not looked for."
		return s
	}
	file, of := t.sources.find(name, fn)
	if file == "" {
		s.Why = fmt.Sprintf("There is no %s beneath %s. Say --source FOLDER to look elsewhere.", name, t.sources.root)
		return s
	}
	text, err := readSource(file)
	if err != nil {
		s.Why = fmt.Sprintf("%s cannot be read: %v", file, err)
		return s
	}
	s.Path = file
	var notes []string
	if of > 1 {
		notes = append(notes, fmt.Sprintf("One of %d files of this name.", of))
	}
	if info, err := os.Stat(file); err == nil && !t.sources.written.IsZero() && info.ModTime().After(t.sources.written) {
		notes = append(notes, "Changed after the trace was written: lines may differ.")
	}
	s.Note = strings.Join(notes, " ")
	s.show(text)
	return s
}

// show sets the lines, with what of them is to be set off.
func (s *Source) show(text []byte) {
	s.Lines = highlight(text)
	if s.Line > len(s.Lines) {
		s.Note = strings.TrimSpace(s.Note + fmt.Sprintf(" It has no line %d.", s.Line))
	}
}

// highlight divides Go source into lines of fragments.
func highlight(text []byte) [][]Fragment {
	files := token.NewFileSet()
	file := files.AddFile("", files.Base(), len(text))
	var sc scanner.Scanner
	sc.Init(file, text, nil, scanner.ScanComments)
	lines := [][]Fragment{{}}
	add := func(class, text string) {
		for i, part := range strings.Split(text, "\n") {
			if i > 0 {
				lines = append(lines, []Fragment{})
			}
			part = strings.TrimSuffix(part, "\r")
			if part == "" {
				continue
			}
			last := &lines[len(lines)-1]
			if n := len(*last); n > 0 && (*last)[n-1].Class == class {
				(*last)[n-1].Text += part
			} else {
				*last = append(*last, Fragment{class, part})
			}
		}
	}
	at := 0
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && lit == "\n" {
			continue // it was not written
		}
		offset := file.Offset(pos)
		length := len(lit)
		if lit == "" {
			length = len(tok.String())
		}
		end := min(offset+length, len(text))
		if offset < at || end < offset {
			continue
		}
		add("", string(text[at:offset]))
		add(classOf(tok), string(text[offset:end]))
		at = end
	}
	add("", string(text[at:]))
	if n := len(lines); n > 1 && len(lines[n-1]) == 0 {
		lines = lines[:n-1] // after the last line's end
	}
	return lines
}

func classOf(tok token.Token) string {
	switch {
	case tok == token.COMMENT:
		return "comment"
	case tok == token.STRING || tok == token.CHAR:
		return "string"
	case tok == token.INT || tok == token.FLOAT || tok == token.IMAG:
		return "number"
	case tok.IsKeyword():
		return "keyword"
	}
	return ""
}
