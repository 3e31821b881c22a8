package statemachine

// This file holds the layout to what the drawings are to look like: few edges
// cross, long ones are straight, and nothing lies on anything else.

import (
	"strings"
	"testing"
)

// arranged lays out the graph whose edges are given as "from to"; its states
// are in the order in which they are named first.
func arranged(edges ...string) *layout {
	d := &Description{Name: "graph"}
	for _, e := range edges {
		from, to, _ := strings.Cut(e, " ")
		for _, name := range []string{from, to} {
			if d.state(name) < 0 {
				d.States = append(d.States, State{Name: name})
			}
		}
		d.Edges = append(d.Edges, Edge{From: from, To: to})
	}
	box := size{left: 40, right: 40, height: 30}
	return d.arrange(func(int) size { return box }, func(Edge) size { return size{left: 5, right: 30, height: 10} })
}

func TestOrderingRemovesCrossings(t *testing.T) {
	for _, test := range []struct {
		edges string
		want  int
	}{
		{"start a,start b,a x,b y", 0},
		{"start a,start b,start c,a x,a y,b z,c w,x done,w y", 0},
		{"a b,a c,b d,c e,e f,b g,c d", 0},     // which the means of neighbors alone do not find
		{"start a,start b,a x,a y,b x,b y", 1}, // two above, two below, each with each
	} {
		if got := arranged(strings.Split(test.edges, ",")...).crossings(); got != test.want {
			t.Errorf("%s: %d pairs of edges cross, want %d", test.edges, got, test.want)
		}
	}
}

func TestSwapUncrossesNeighbors(t *testing.T) {
	a, b, x, y := &box{index: 0}, &box{index: 1}, &box{index: 0}, &box{index: 1}
	join(a, y)
	join(b, x)
	l := &layout{layers: [][]*box{{a, b}, {x, y}}}
	if n := l.crossings(); n != 1 {
		t.Fatalf("%d pairs cross before, want 1", n)
	}
	l.swap()
	if n := l.crossings(); n != 0 {
		t.Errorf("%d pairs cross after, want 0", n)
	}
}

func TestALongEdgeIsStraight(t *testing.T) {
	l := arranged("start a", "a b", "b c", "c d", "start d")
	long := 0
	for _, r := range l.routes {
		if r.from != 0 || r.to != 4 {
			continue
		}
		long = len(r.through)
		for _, c := range r.through[1:] {
			if c.x != r.through[0].x {
				t.Errorf("the edge from state %d to %d has a bend, at x %v and %v", r.from, r.to, r.through[0].x, c.x)
			}
		}
	}
	if long != 7 { // four layers of labels, three of states
		t.Errorf("the long edge passes %d layers, want 7", long)
	}
}

func TestNothingInALayerOverlaps(t *testing.T) {
	l := arranged("start a", "start b", "a b", "b a", "b c", "c a", "start c", "a done", "b done", "c done", "start done")
	for i, layer := range l.layers {
		for j := range layer[1:] {
			left, right := layer[j], layer[j+1]
			if left.x+left.right > right.x-right.left {
				t.Errorf("layer %d: box %d ends at %v, the next one begins at %v", i, j, left.x+left.right, right.x-right.left)
			}
		}
	}
}
