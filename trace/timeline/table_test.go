package timeline

// This file tests how tables cut what is too wide.

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Functions that differ at their ends differ when they are cut.
func TestFitMiddle(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  string
	}{
		{"main.serve", 10, "main.serve"},
		{"2× main.blocked.func12", 16, "2× main…d.func12"},
		{"2× main.blocked.func13", 16, "2× main…d.func13"},
		{"日本語の関数", 7, "日本…数"},
		{"main", 2, "m…"},
		{"main", 0, ""},
	} {
		if diff := cmp.Diff(test.want, fitMiddle(test.text, test.width)); diff != "" {
			t.Errorf("%q in %d columns (-want +got):\n%s", test.text, test.width, diff)
		}
	}
}
