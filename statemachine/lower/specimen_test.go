package lower

// This file holds that the machines of the specimens are what is made of their
// bodies.

import "testing"

func TestSpecimensAreFresh(t *testing.T) {
	files, err := Lower(Options{Dir: "../specimen", Describe: true, Verify: true}, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if fresh, err := f.Check(); !fresh || err != nil {
			t.Errorf("%s is not what is made of %s (%v): go generate ./statemachine/specimen", f.Path, f.Source, err)
		}
	}
	if len(files) < 2*len(specimenFiles) {
		t.Errorf("%d files are made, and there are %d specimens", len(files), len(specimenFiles))
	}
}

// specimenFiles are those that a specimen's body stands in.
var specimenFiles = []string{
	"average", "bartender", "echoclient", "echoserver", "fetch", "fibonacci", "fringe", "guest",
	"parser", "printer", "reader", "samefringe", "squash", "tokenizer", "treewalk",
}
