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

// docExample is an example with what the document says it becomes.
var docExample = regexp.MustCompile("(?s)<!-- run: (.*?) -->\n```go\n(.*?)```\n(.*?<!-- Next -->\n```go\n)(.*?)```\n")

func TestDocument(t *testing.T) {
	doc, err := os.ReadFile(docPath)
	if err != nil {
		t.Fatal(err)
	}
	examples := docExample.FindAllSubmatch(doc, -1)
	if n := strings.Count(string(doc), "<!-- run:"); n == 0 || len(examples) != n {
		t.Fatalf("%d examples of %d can be read", len(examples), n)
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
		pkg := filepath.Join(dir, fmt.Sprintf("doc%d", i))
		if err := os.Mkdir(pkg, 0o777); err != nil {
			t.Fatal(err)
		}
		code := strings.Replace(string(ex[2]), Directive+"\n", "//lower:run "+string(ex[1])+"\n"+Directive+"\n", 1)
		src := fmt.Sprintf("package doc%d\n\n", i)
		for name, path := range map[string]string{"iter.": "iter", "fmt.": "fmt"} {
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
	files, err := Lower(Options{Dir: dir, Verify: true}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	method := regexp.MustCompile(`(?s)func \(m \*\w+\) Next\(\).*?\n}\n`)
	for i, f := range files {
		if err := os.WriteFile(f.Path, f.Content, 0o666); err != nil {
			t.Fatal(err)
		}
		next := method.Find(f.Content)
		if *update {
			old := examples[i]
			doc = []byte(strings.Replace(string(doc), string(old[0]), strings.TrimSuffix(string(old[0]), string(old[4])+"```\n")+string(next)+"```\n", 1))
			continue
		}
		if diff := cmp.Diff(string(examples[i][4]), string(next)); diff != "" {
			t.Errorf("%s, %s (-document +generated; go test ./statemachine/lower -update rewrites it):\n%s", docPath, examples[i][1], diff)
		}
	}
	if *update {
		if err := os.WriteFile(docPath, doc, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	writeDriver(t, dir)
	if out, err := runDriver(dir); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
