package lower

// This file defines the test of docs/lowering.md: its examples are run, and
// what stands beneath them is what is generated.

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const docPath = "../../docs/lowering.md"

// docRun begins an example that is run.
const docRun = "<!-- run:"

// docExample is an example, with what follows up to the next one; docMethod is
// a method there that the document says it has become.
var (
	docExample = regexp.MustCompile("(?s)^ (.*?) -->\n```go\n(.*?)```\n(.*)$")
	docMethod  = regexp.MustCompile("(?s)<!-- (\\w+) -->\n```go\n(.*?)```\n")
)

func TestDocument(t *testing.T) {
	doc, err := os.ReadFile(docPath)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(doc), docRun)
	var examples [][]string
	for i, part := range parts[1:] {
		ex := docExample.FindStringSubmatch(part)
		if ex == nil || !docMethod.MatchString(ex[3]) {
			t.Fatalf("example %d cannot be read", i+1)
		}
		ex[3], _, _ = strings.Cut(ex[3], docPlay) // of which TestDocumentContract knows more
		examples = append(examples, ex)
	}
	if examples == nil {
		t.Fatal("no examples")
	}
	dir := corpusModule(t, "testdata/corpus")
	packages, err := filepath.Glob(filepath.Join(dir, "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range packages {
		if filepath.Base(filepath.Dir(path)) != "rec" {
			os.Remove(path)
		}
	}
	for i, ex := range examples {
		pkg := filepath.Join(dir, fmt.Sprintf("doc%02d", i))
		if err := os.Mkdir(pkg, 0o777); err != nil {
			t.Fatal(err)
		}
		code := strings.Replace(ex[2], Directive+"\n", "//lower:run "+ex[1]+"\n"+Directive+"\n", 1)
		src := fmt.Sprintf("package doc%02d\n\n", i)
		for name, path := range map[string]string{"iter.": "iter", "fmt.": "fmt", "strings.": "strings"} {
			if strings.Contains(code, name) {
				src += fmt.Sprintf("import %q\n", path)
			}
		}
		if strings.Contains(code, "note(") {
			src += "import \"corpus/rec\"\nfunc note(args ...any) { rec.Log(args...) }\n"
		}
		if err := os.WriteFile(filepath.Join(pkg, "doc.go"), []byte(src+code), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Lower(Options{Dir: dir, Verify: true, Fallback: true}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if falls := strings.Contains(examples[i][3], "falls back"); falls != (len(f.Falls) > 0) {
			t.Errorf("%s, %s: falls back: %t, and the text says %t", docPath, examples[i][1], len(f.Falls) > 0, falls)
		}
		if err := os.WriteFile(f.Path, f.Content, 0o666); err != nil {
			t.Fatal(err)
		}
		rest := docMethod.ReplaceAllStringFunc(examples[i][3], func(shown string) string {
			m := docMethod.FindStringSubmatch(shown)
			method := regexp.MustCompile(`(?s)func (?:\(\w+ \*\w+\) )?` + m[1] + `\(.*?\n}\n`)
			made := method.Find(f.Content)
			if diff := cmp.Diff(m[2], string(made)); diff != "" && !*update {
				t.Errorf("%s, %s, %s (-document +generated; go test ./statemachine/lower -update rewrites it):\n%s", docPath, examples[i][1], m[1], diff)
			}
			return strings.TrimSuffix(shown, m[2]+"```\n") + string(made) + "```\n"
		})
		parts[i+1] = strings.Replace(parts[i+1], examples[i][3], rest, 1)
	}
	if *update {
		if err := os.WriteFile(docPath, []byte(strings.Join(parts, docRun)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	writeDriver(t, dir)
	if out, err := runDriver(dir); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
