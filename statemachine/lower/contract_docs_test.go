package lower

// This file defines the test of what docs/lowering.md says of bodies of our
// contract: the examples are played, and what stands beneath them is what is
// generated.

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// docPlay is how an example of a body begins.
const docPlay = "<!-- play:"

func TestDocumentContract(t *testing.T) {
	doc, err := os.ReadFile(docPath)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(doc), docPlay)
	if len(parts) == 1 {
		t.Fatal("no examples")
	}
	dir := contractModule(t, "testdata/contract")
	for _, pkg := range []string{"alone", "tasks", "outside"} {
		if err := os.RemoveAll(filepath.Join(dir, pkg)); err != nil {
			t.Fatal(err)
		}
	}
	var examples [][]string
	for i, part := range parts[1:] {
		ex := docExample.FindStringSubmatch(part)
		if ex == nil || !docMethod.MatchString(ex[3]) {
			t.Fatalf("example %d cannot be read", i+1)
		}
		examples = append(examples, ex)
		pkg := filepath.Join(dir, fmt.Sprintf("doc%d", i))
		if err := os.Mkdir(pkg, 0o777); err != nil {
			t.Fatal(err)
		}
		code := strings.Replace(ex[2], Directive+"\n", "//lower:run "+ex[1]+"\n"+Directive+"\n", 1)
		src := fmt.Sprintf("package doc%d\n\nimport \"coroscope/coro\"\n", i)
		for _, path := range []string{"time", "errors"} {
			if strings.Contains(code, path+".") {
				src += fmt.Sprintf("import %q\n", path)
			}
		}
		if err := os.WriteFile(filepath.Join(pkg, "doc.go"), []byte(src+code), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	made := lowerAndDrive(t, dir, "go test ./statemachine/lower -run TestDocumentContract")
	for i, f := range made {
		play, others, _ := strings.Cut(parts[i+1], docRun) // of which TestDocument knows more
		parts[i+1] = docMethod.ReplaceAllStringFunc(play, func(shown string) string {
			m := docMethod.FindStringSubmatch(shown)
			method := regexp.MustCompile(`(?s)func \(\w+ \*\w+\) ` + m[1] + `\(.*?\n}\n`)
			now := method.Find(f.Content)
			if diff := cmp.Diff(m[2], string(now)); diff != "" && !*update {
				t.Errorf("%s, %s, %s (-document +generated; go test ./statemachine/lower -update rewrites it):\n%s", docPath, examples[i][1], m[1], diff)
			}
			return strings.TrimSuffix(shown, m[2]+"```\n") + string(now) + "```\n"
		})
		if others != "" {
			parts[i+1] += docRun + others
		}
	}
	if *update {
		if err := os.WriteFile(docPath, []byte(strings.Join(parts, docPlay)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
