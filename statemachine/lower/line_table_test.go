package lower

// This file reads the line table of a program.

import (
	"debug/elf"
	"debug/gosym"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// generatedName matches the functions that are generated: methods of machines
// and of frames, and what makes a machine.
var generatedName = regexp.MustCompile(`Machine\)?(\[\.\.\.\])?\)?\.|Frame\)?(\[\.\.\.\])?\)?\.|\.(Pull|pull|Lowered|lowered)[A-Z]\w*(\[\.\.\.\])?$`)

// wantLines checks that every instruction of what was generated is of a line of
// its source that code stands in.
func wantLines(t *testing.T, program string, files []*File) {
	t.Helper()
	switch runtime.GOOS {
	case "windows", "darwin", "aix", "plan9":
		t.Logf("the program's format is not read on %s", runtime.GOOS)
		return
	}
	table, err := lineTable(program)
	if err != nil {
		t.Fatal(err)
	}
	code := make(map[string]map[int]bool)
	for _, f := range files {
		src, _, _ := strings.Cut(string(f.Content), "\n"+directive)
		code[f.Source], _ = linesOf(src)
	}
	funcs := 0
	for i := range table.Funcs {
		f := &table.Funcs[i]
		if !generatedName.MatchString(f.Name) {
			continue
		}
		seen := false
		for pc := f.Entry; pc < f.End; pc++ {
			file, line, _ := table.PCToLine(pc)
			if code[file] == nil {
				continue // inlined from elsewhere
			}
			if seen = true; !code[file][line] {
				t.Errorf("%s, at %#x, is of %s:%d, where there is no code", f.Name, pc, file, line)
				break
			}
		}
		if seen {
			funcs++
		}
		if file, _, _ := table.PCToLine(f.Entry); strings.Contains(file, Suffix) {
			t.Errorf("%s is of %s", f.Name, file)
		}
	}
	if funcs < 2*len(files) {
		t.Errorf("only %d functions of %d files are generated", funcs, len(files))
	}
	t.Logf("%d functions are generated", funcs)
}

// lineTable returns the line table of a program, which is there in the format
// of Linux and others.
func lineTable(program string) (*gosym.Table, error) {
	f, err := elf.Open(program)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := f.Section(".gopclntab").Data()
	if err != nil {
		return nil, err
	}
	return gosym.NewTable(nil, gosym.NewLineTable(data, f.Section(".text").Addr))
}
