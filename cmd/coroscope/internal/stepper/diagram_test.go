package stepper

// This file tests diagrams: as goldens, and by following their lines.

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coroscope/statemachine"
	"coroscope/statemachine/specimen"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// machines returns the machines of all specimens.
func machines() []*statemachine.Description {
	var all []*statemachine.Description
	for _, s := range specimen.All() {
		for _, d := range s.Machines {
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	return all
}

// drawn returns a diagram's lines.
func drawn(d *statemachine.Description, state int, taken *Edge) []string {
	var lines []string
	for _, l := range diagram(d, state, taken) {
		lines = append(lines, strings.TrimRight(l.String(), " "))
	}
	return lines
}

func TestDiagrams(t *testing.T) {
	var got txtar.Archive
	for _, d := range machines() {
		edge := d.Edges[len(d.Edges)-1]
		taken := &Edge{From: stateCalled(d, edge.From), To: stateCalled(d, edge.To), When: edge.When}
		text := strings.Join(drawn(d, taken.From, taken), "\n") + "\n"
		got.Files = append(got.Files, txtar.File{Name: d.Name, Data: []byte(text)})
	}
	file := filepath.Join("testdata", "diagrams.txtar")
	if *update {
		if err := os.WriteFile(file, txtar.Format(&got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(txtar.Format(&got))); diff != "" {
		t.Errorf("(-want +got; -update rewrites):\n%s", diff)
	}
}

func stateCalled(d *statemachine.Description, name string) int {
	return slices.IndexFunc(d.States, func(s statemachine.State) bool { return s.Name == name })
}

// Who follows the lines of a diagram from each arrow back finds the edges of
// the machine, all of them and no others.
func TestDiagramsCanBeFollowed(t *testing.T) {
	ladder := &statemachine.Description{Name: "ladder"}
	for i := range 7 {
		ladder.States = append(ladder.States, statemachine.State{Name: fmt.Sprint("rung", i)})
		for j := range 7 {
			ladder.Edges = append(ladder.Edges, statemachine.Edge{From: fmt.Sprint("rung", i), To: fmt.Sprint("rung", j)})
		}
	}
	for _, d := range append(machines(), ladder) {
		var want []string
		for _, e := range d.Edges {
			want = append(want, e.From+" -> "+e.To)
		}
		got := follow(t, d)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("machine %s (-edges +drawn):\n%s\n%s", d.Name, diff, strings.Join(drawn(d, 0, nil), "\n"))
		}
	}
}

// follow returns the edges that a diagram shows.
func follow(t *testing.T, d *statemachine.Description) (edges []string) {
	t.Helper()
	var grid [][]rune
	for _, line := range drawn(d, 0, nil)[:len(d.States)] {
		grid = append(grid, []rune(line))
	}
	for to, row := range grid {
		if strings.Contains(string(row), "↺") {
			edges = append(edges, d.States[to].Name+" -> "+d.States[to].Name)
		}
		if x := slices.Index(row, '◀'); x >= 0 {
			for row[x] != '╯' { // outward to the corner
				x++
			}
			for y, more := to-1, true; more; y-- { // and up, to all that join
				switch grid[y][x] {
				case '┤', '┼':
					edges = append(edges, d.States[y].Name+" -> "+d.States[to].Name)
				case '╮', '┬':
					edges = append(edges, d.States[y].Name+" -> "+d.States[to].Name)
					more = false
				}
			}
		}
		if x := slices.Index(row, '▶'); x >= 0 {
			for row[x] != '╭' {
				x--
			}
			for y, more := to+1, true; more; y++ {
				switch grid[y][x] {
				case '├', '┼':
					edges = append(edges, d.States[y].Name+" -> "+d.States[to].Name)
				case '╰', '┴':
					edges = append(edges, d.States[y].Name+" -> "+d.States[to].Name)
					more = false
				}
			}
		}
	}
	return edges
}

// The edge that was taken is heavy from its state to the other's arrow.
func TestTakenEdgeIsHeavy(t *testing.T) {
	d := specimen.Find("fetch").Machines[0]
	lines := drawn(d, 3, &Edge{From: 2, To: 3})
	for i, want := range []int{0, 0, 2, 6, 0, 0} { // characters in each state's line
		if got := len([]rune(lines[i])) - len([]rune(strings.Map(func(r rune) rune {
			if slices.Contains(heavyLines[1:], r) {
				return -1
			}
			return r
		}, lines[i]))); got != want {
			t.Errorf("%q has %d heavy characters, want %d", lines[i], got, want)
		}
	}
}
