package demo

import (
	"strings"
	"testing"

	"coroscope/statemachine/lower"
)

// The machines of shape lowered are what the compiler makes of the bodies.
func TestLoweredAreFresh(t *testing.T) {
	files, err := lower.Lower(lower.Options{Verify: true}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	bodies := 0
	for _, f := range files {
		bodies += len(f.Funcs)
		if fresh, err := f.Check(); !fresh || err != nil {
			t.Errorf("%s is not what is made of %s (%v): go generate ./cmd/coroscope/demo", f.Path, f.Source, err)
		}
		if len(f.Notes) > 0 {
			t.Errorf("%s: not all of it is machines: %s", f.Path, strings.Join(f.Notes, "; "))
		}
	}
	if bodies < 20 {
		t.Errorf("only %d bodies are lowered", bodies)
	}
}
