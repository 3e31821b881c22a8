package statemachine_test

// This file holds the forms in which a description is written and drawn.

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"coroscope/statemachine"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestWrittenForms(t *testing.T) {
	const file = "testdata/countdown.txtar"
	d := describeCountdown()
	got := &txtar.Archive{Comment: []byte("A machine in the forms that are text.\nTo rewrite this file: go test ./statemachine -run WrittenForms -update\n\n")}
	for _, form := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"text", d.WriteText},
		{"dot", d.WriteDOT},
		{"mermaid", d.WriteMermaid},
	} {
		var b bytes.Buffer
		if err := form.write(&b); err != nil {
			t.Fatal(err)
		}
		got.Files = append(got.Files, txtar.File{Name: form.name, Data: b.Bytes()})
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
		t.Errorf("(- %s, + found); to rewrite it: go test ./statemachine -run WrittenForms -update\n%s", file, diff)
	}
}

// A ladder is a machine with n suspensions, each of which leads to the next, to
// the one before and to the end: more edges than a person would draw.
func ladder(n int) *statemachine.Description {
	d := &statemachine.Description{Name: "ladder", File: "ladder.go", Frame: "ladder"}
	d.States = append(d.States, statemachine.State{Name: "start", Role: statemachine.Start})
	for i := range n {
		d.States = append(d.States, statemachine.State{Name: fmt.Sprint("rung", i), Label: "rung", Line: i + 1, Means: "<on> a rung & not off it"})
	}
	d.States = append(d.States, statemachine.State{Name: "done", Role: statemachine.End})
	for i := range n + 1 {
		from := d.States[i].Name
		d.Edges = append(d.Edges, statemachine.Edge{From: from, To: d.States[i+1].Name, When: "up"})
		if i > 0 {
			d.Edges = append(d.Edges, statemachine.Edge{From: from, To: from, When: "stay where it is, since there is a reason"})
		}
		if i > 1 {
			d.Edges = append(d.Edges, statemachine.Edge{From: from, To: d.States[i-1].Name, When: "down"})
		}
		if i < n {
			d.Edges = append(d.Edges, statemachine.Edge{From: from, To: "done", When: "thrown"})
		}
	}
	return d
}

func TestSVGHasEachStateEdgeAndSlotAndNoBoxesOverlap(t *testing.T) {
	for _, d := range []*statemachine.Description{describeCountdown(), ladder(1), ladder(4), ladder(9)} {
		if err := d.Validate(); err != nil {
			t.Fatal(err)
		}
		s := readSVG(t, d)
		for i := range d.States {
			if name := fmt.Sprintf("%d %s", i, d.States[i].Name); !s.texts[name] {
				t.Errorf("%s: state %q is not in the drawing", d.Name, name)
			}
		}
		for _, slot := range d.Slots {
			if !s.texts[slot.Name] {
				t.Errorf("%s: slot %q is not in the drawing", d.Name, slot.Name)
			}
		}
		if len(s.edges) != len(d.Edges) {
			t.Errorf("%s: %d edges are drawn, want %d", d.Name, len(s.edges), len(d.Edges))
		}
		if len(s.boxes) != len(d.States) {
			t.Errorf("%s: %d boxes are drawn, want %d", d.Name, len(s.boxes), len(d.States))
		}
		for i, a := range s.boxes {
			if a.x < 0 || a.x+a.width > s.width || a.y < 0 || a.y+a.height > s.height {
				t.Errorf("%s: a box leaves the drawing: %+v", d.Name, a)
			}
			for _, b := range s.boxes[i+1:] {
				if a.x < b.x+b.width && b.x < a.x+a.width && a.y < b.y+b.height && b.y < a.y+a.height {
					t.Errorf("%s: two boxes overlap: %+v and %+v", d.Name, a, b)
				}
			}
		}
	}
}

// The label of an edge stands on that edge, and every label is there as a whole.
func TestSVGLabelsStandOnTheirEdges(t *testing.T) {
	for _, d := range []*statemachine.Description{describeCountdown(), ladder(1), ladder(4), ladder(9)} {
		s := readSVG(t, d)
		found := make(map[statemachine.Edge][]string) // the lines of its label
		for _, l := range s.labels {
			on := 0
			for _, path := range s.edges {
				if e := s.edgeOf(t, d, path); s.carries(t, d, path, l) {
					found[e] = append(found[e], l.text)
					on++
				}
			}
			if on != 1 {
				t.Errorf("%s: %q at %v, %v stands on %d edges", d.Name, l.text, l.x, l.y, on)
			}
		}
		for _, e := range d.Edges {
			if got := strings.Join(found[e], " "); got != e.When {
				t.Errorf("%s: the edge from %s to %s is labeled %q, want %q", d.Name, e.From, e.To, got, e.When)
			}
		}
	}
}

// points returns the ends of the pieces of an edge.
func points(t *testing.T, path string) (ps []point) {
	t.Helper()
	for _, piece := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("MLC", r) }) {
		numbers := strings.Fields(piece)
		if len(numbers) < 2 {
			t.Fatalf("a piece of an edge without an end: %q", path)
		}
		x, xerr := strconv.ParseFloat(numbers[len(numbers)-2], 64)
		y, yerr := strconv.ParseFloat(numbers[len(numbers)-1], 64)
		if xerr != nil || yerr != nil {
			t.Fatalf("an edge of no numbers: %q", path)
		}
		ps = append(ps, point{x, y})
	}
	return ps
}

// edgeOf returns the edge that a path is drawn for, by the boxes at its ends.
func (s *svgRead) edgeOf(t *testing.T, d *statemachine.Description, path string) statemachine.Edge {
	t.Helper()
	at := func(p point) string {
		const frame = 4 // around the end
		for i, b := range s.boxes {
			if p.x >= b.x && p.x <= b.x+b.width+0.1 && p.y >= b.y-frame && p.y <= b.y+b.height+frame {
				return d.States[i].Name
			}
		}
		t.Fatalf("%s: an edge ends at %v, where no state is", d.Name, p)
		return ""
	}
	ps := points(t, path)
	from, to := at(ps[0]), at(ps[len(ps)-1])
	for _, e := range d.Edges {
		if e.From == from && e.To == to {
			return e
		}
	}
	t.Fatalf("%s: an edge is drawn from %s to %s, and there is none", d.Name, from, to)
	return statemachine.Edge{}
}

// carries reports whether a label stands on an edge: in the middle of a piece
// that goes straight down, or at the right of one from a state to itself.
func (s *svgRead) carries(t *testing.T, d *statemachine.Description, path string, l svgLabel) bool {
	t.Helper()
	ps := points(t, path)
	if e := s.edgeOf(t, d, path); e.From == e.To {
		p, q := ps[0], ps[len(ps)-1]
		middle := (p.y + q.y) / 2
		return l.x > p.x && l.x < p.x+120 && l.y > middle-30 && l.y < middle+30
	}
	for i, p := range ps[1:] {
		if q := ps[i]; p.x == q.x && p.x == l.x && l.y > min(p.y, q.y) && l.y < max(p.y, q.y) {
			return true
		}
	}
	return false
}

func TestSVGIsTheSameEachTime(t *testing.T) {
	var a, b bytes.Buffer
	ladder(5).WriteSVG(&a)
	ladder(5).WriteSVG(&b)
	if diff := cmp.Diff(a.String(), b.String()); diff != "" {
		t.Error(diff)
	}
}

// A svgRead is a drawing, read back.
type svgRead struct {
	width, height float64
	texts         map[string]bool
	boxes         []rect // of states
	edges         []string
	labels        []svgLabel // of edges, a line each
}

type point struct{ x, y float64 }

type svgLabel struct {
	point
	text string
}

type rect struct{ x, y, width, height float64 }

func readSVG(t *testing.T, d *statemachine.Description) svgRead {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	s := svgRead{texts: make(map[string]bool)}
	dec := xml.NewDecoder(&b)
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return s
		}
		if err != nil {
			t.Fatalf("%s: the drawing is no XML: %v", d.Name, err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		attr := make(map[string]string)
		for _, a := range start.Attr {
			attr[a.Name.Local] = a.Value
		}
		number := func(name string) float64 {
			v, err := strconv.ParseFloat(attr[name], 64)
			if err != nil {
				t.Fatalf("%s: %s of %s: %v", d.Name, name, start.Name.Local, err)
			}
			return v
		}
		switch start.Name.Local {
		case "svg":
			s.width, s.height = number("width"), number("height")
		case "rect":
			if attr["class"] == "box" && attr["fill"] != "none" {
				s.boxes = append(s.boxes, rect{number("x"), number("y"), number("width"), number("height")})
			}
		case "path":
			if attr["class"] == "edge" {
				s.edges = append(s.edges, attr["d"])
			}
		case "text":
			var text string
			if err := dec.DecodeElement(&text, &start); err != nil {
				t.Fatal(err)
			}
			s.texts[strings.TrimSpace(text)] = true
			if attr["class"] == "when" {
				s.labels = append(s.labels, svgLabel{point{number("x"), number("y")}, text})
			}
		}
	}
}

// A full disk is told about in every form.
func TestWriteErrorsAreReturned(t *testing.T) {
	d := describeCountdown()
	full := errors.New("disk full")
	for _, write := range []func(io.Writer) error{d.WriteText, d.WriteDOT, d.WriteMermaid, d.WriteSVG} {
		if err := write(failing{full}); !errors.Is(err, full) {
			t.Errorf("got %v, want %v", err, full)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
