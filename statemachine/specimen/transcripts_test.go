package specimen_test

// This file holds what the specimens do to what they are known to do. The
// transcripts are also meant to be read: they show each specimen at work.

import (
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

func TestTranscripts(t *testing.T) {
	const file = "testdata/transcripts.txtar"
	got := &txtar.Archive{Comment: []byte(
		"What comes of each specimen's scripts, in any shape. A line a resumption: what is\n" +
			"done -> what is handed out | what it is suspended on. On a loop: the time and the task.\n" +
			"To rewrite this file: go test ./statemachine/specimen -run Transcripts -update\n\n")}
	for _, s := range specimen.All() {
		for i, script := range s.Scripts {
			got.Files = append(got.Files, txtar.File{
				Name: fmt.Sprintf("%s/%d", s.Name, i),
				Data: []byte(s.Run(coro.ShapeStateMachine, script).String()),
			})
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(txtar.Format(want)), string(txtar.Format(got))); diff != "" {
		t.Errorf("(- %s, + found); to rewrite it: go test ./statemachine/specimen -run Transcripts -update\n%s", file, diff)
	}
}
