package statemachine_test

// This file holds the doc comments' samples to what is printed.

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"coroscope/statemachine/specimen"
)

func TestTheSampleOfWriteTextIsWhatItPrints(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "text.go", nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var sample []string
	for _, decl := range f.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Name.Name == "WriteText" {
			for line := range strings.SplitSeq(fn.Doc.Text(), "\n") {
				if code, ok := strings.CutPrefix(line, "\t"); ok {
					sample = append(sample, code)
				}
			}
		}
	}
	last := len(sample) - 1
	if last < 1 || sample[last] != "..." {
		t.Fatalf("the sample is %q, want lines that end in one with three dots", sample)
	}

	var b strings.Builder
	if err := specimen.Find("fibonacci").Machines[0].WriteText(&b); err != nil {
		t.Fatal(err)
	}
	printed := strings.Split(b.String(), "\n")
	if diff := cmp.Diff(printed[:min(last, len(printed))], sample[:last]); diff != "" {
		t.Errorf("text.go, the sample in the doc comment of WriteText (- printed, + sample):\n%s", diff)
	}
}
