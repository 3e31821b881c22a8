package statemachine

// This file defines the layered layout of a machine's graph: where each state
// and each edge goes in a drawing. It knows no fonts and no colors.

import (
	"cmp"
	"math"
	"slices"
)

// A box is something that takes room in a layer: a state, or a place where an
// edge crosses the layer, as wide as the edge's label if it has it there.
type box struct {
	state       int     // its number; -1 for a crossing
	left, right float64 // room needed on both sides of x
	height      float64
	layer       int
	index       int // its place in the layer
	x           float64
	above       []*link // to the layer before
	below       []*link // to the layer after
}

// A link is the piece of an edge between two neighboring layers.
type link struct {
	upper, lower     *box
	upperAt, lowerAt float64 // where it ends, from the x of the box
	weight           float64 // how much it wants to be straight
}

// A route is an edge on its way through the layers, from the upper state to the
// lower.
type route struct {
	edge    Edge
	from    int    // the upper state's number
	to      int    // the lower's
	up      bool   // the edge points upwards
	through []*box // crossings, one in each layer between
	label   *box   // the crossing that carries the label
	first   *link  // to the upper state
	last    *link  // to the lower
}

// A layout is a graph whose boxes have places. y grows downwards.
type layout struct {
	states  []*box
	routes  []*route
	loops   []Edge // from a state to itself
	layers  [][]*box
	top     []float64 // of each layer
	heights []float64
	width   float64
	height  float64
}

// Distances, in pixels as everything here.
const (
	boxGap   = 26 // between neighbors in a layer of which one is a state
	edgeGap  = 14 // between crossings
	layerGap = 24 // between layers
	portGap  = 30 // between the ends of links at a state, at most
)

// A size says how much room something needs on both sides of its center, and
// in height.
type size struct{ left, right, height float64 }

// arrange lays out the graph, in the manner of Sugiyama, Tagawa and Toda
// ("Methods for visual understanding of hierarchical system structures",
// 1981):
//
//  1. An edge to a state with a smaller number counts as reversed, which makes
//     the graph acyclic. So the order of declaration decides which way is down.
//  2. A state's layer is the length of the longest path to it. States are in
//     even layers, so that each edge crosses one between, where its label has
//     room; ends are in the last.
//  3. An edge gets a crossing in each layer that it passes.
//  4. Layers are ordered by the mean place of the neighbors, downwards and
//     upwards in turn, and neighbors swapped where that helps; the order with
//     the fewest crossings is kept.
//  5. Each state's links are spread over its sides.
//  6. Boxes are moved so that edges become straight, as far as the boxes beside
//     them permit.
func (d *Description) arrange(stateSize func(int) size, labelSize func(Edge) size) *layout {
	l := &layout{}
	for i := range d.States {
		s := stateSize(i)
		l.states = append(l.states, &box{state: i, left: s.left, right: s.right, height: s.height})
	}
	for i := range d.States {
		for _, e := range d.from(d.States[i].Name) {
			to := d.state(e.To)
			switch {
			case to < 0: // Validate says so
			case to == i:
				l.loops = append(l.loops, e)
			default:
				l.routes = append(l.routes, &route{edge: e, from: min(i, to), to: max(i, to), up: to < i}) // 1
			}
		}
	}
	l.assignLayers(d)         // 2
	l.addCrossings(labelSize) // 3
	l.order()                 // 4
	l.spread()                // 5
	l.place()                 // 6
	return l
}

func (l *layout) assignLayers(d *Description) {
	last := 0
	for i, s := range l.states { // routes lead to larger numbers only
		for _, r := range l.routes {
			if r.to == i {
				s.layer = max(s.layer, l.states[r.from].layer+2)
			}
		}
		last = max(last, s.layer)
	}
	for i, s := range l.states {
		if d.States[i].Role == End {
			s.layer = last
		}
	}
	l.layers = make([][]*box, last+1)
	for _, s := range l.states {
		l.layers[s.layer] = append(l.layers[s.layer], s)
	}
}

func (l *layout) addCrossings(labelSize func(Edge) size) {
	for _, r := range l.routes {
		from, to := l.states[r.from], l.states[r.to]
		middle := (from.layer + to.layer) / 2
		middle -= 1 - middle%2 // labels are in the odd layers
		prev := from
		for layer := from.layer + 1; layer < to.layer; layer++ {
			c := &box{state: -1, layer: layer}
			if layer == middle {
				s := labelSize(r.edge)
				c.left, c.right, c.height = s.left, s.right, s.height
				r.label = c
			}
			l.layers[layer] = append(l.layers[layer], c)
			r.through = append(r.through, c)
			k := join(prev, c)
			if prev == from {
				r.first = k
			} else {
				k.weight = 24
			}
			prev = c
		}
		r.last = join(prev, to)
		if len(r.through) == 1 { // short edges show the main course
			r.first.weight, r.last.weight = 4, 4
		}
	}
	for i := range l.layers {
		l.number(i)
	}
}

func join(upper, lower *box) *link {
	k := &link{upper: upper, lower: lower, weight: 1}
	upper.below = append(upper.below, k)
	lower.above = append(lower.above, k)
	return k
}

// order permutes the layers so that few edges cross.
func (l *layout) order() {
	best, fewest := l.snapshot(), l.crossings()
	for pass := 0; pass < 48 && fewest > 0; pass++ {
		if pass == 24 { // from the other end again
			for i := range l.layers {
				slices.Reverse(l.layers[i])
				l.number(i)
			}
		}
		down := pass%2 == 0
		for i := range l.layers {
			if !down {
				i = len(l.layers) - 1 - i
			}
			sortByNeighbors(l.layers[i], down)
			l.number(i)
		}
		l.swap()
		if n := l.crossings(); n < fewest {
			best, fewest = l.snapshot(), n
		}
	}
	l.layers = best
	for i := range l.layers {
		l.number(i)
	}
}

func (l *layout) snapshot() [][]*box {
	copied := make([][]*box, len(l.layers))
	for i, layer := range l.layers {
		copied[i] = slices.Clone(layer)
	}
	return copied
}

// number tells the boxes of a layer their places in it.
func (l *layout) number(layer int) {
	for i, b := range l.layers[layer] {
		b.index = i
	}
}

func sortByNeighbors(layer []*box, down bool) {
	mean := make(map[*box]float64, len(layer))
	for _, b := range layer {
		sum, n := 0, 0
		if down {
			for _, k := range b.above {
				sum, n = sum+k.upper.index, n+1
			}
		} else {
			for _, k := range b.below {
				sum, n = sum+k.lower.index, n+1
			}
		}
		mean[b] = float64(b.index)
		if n > 0 {
			mean[b] = float64(sum) / float64(n)
		}
	}
	slices.SortStableFunc(layer, func(a, b *box) int { return cmp.Compare(mean[a], mean[b]) })
}

// swap exchanges neighbors as long as that makes fewer edges cross.
func (l *layout) swap() {
	for better := true; better; {
		better = false
		for _, layer := range l.layers {
			for i := range len(layer) - 1 {
				a, b := layer[i], layer[i+1]
				before := crossingsOf(a, b)
				a.index, b.index = b.index, a.index
				if after := crossingsOf(b, a); after < before {
					layer[i], layer[i+1] = b, a
					better = true
				} else {
					a.index, b.index = b.index, a.index
				}
			}
		}
	}
}

// crossings counts the pairs of links that cross.
func (l *layout) crossings() int {
	n := 0
	for _, layer := range l.layers {
		for i, a := range layer {
			for _, b := range layer[i+1:] {
				n += crossed(a.below, b.below, lowerIndex)
			}
		}
	}
	return n
}

// crossingsOf counts the crossings among the links of a and b, which is right
// of a, on both sides.
func crossingsOf(a, b *box) int {
	return crossed(a.below, b.below, lowerIndex) + crossed(a.above, b.above, upperIndex)
}

func lowerIndex(k *link) int { return k.lower.index }
func upperIndex(k *link) int { return k.upper.index }

// crossed counts the pairs in which the left box's link ends right of the
// right one's.
func crossed(left, right []*link, end func(*link) int) int {
	n := 0
	for _, p := range left {
		for _, q := range right {
			if end(p) > end(q) {
				n++
			}
		}
	}
	return n
}

// spread gives the links of each state their ends along its sides, in the order
// of where they lead.
func (l *layout) spread() {
	for _, s := range l.states {
		slices.SortStableFunc(s.above, func(a, b *link) int { return upperIndex(a) - upperIndex(b) })
		slices.SortStableFunc(s.below, func(a, b *link) int { return lowerIndex(a) - lowerIndex(b) })
		at := func(i, n int) float64 {
			step := min(portGap, 2*s.left/float64(n+1))
			return (float64(i) - float64(n-1)/2) * step
		}
		for i, k := range s.above {
			k.lowerAt = at(i, len(s.above))
		}
		for i, k := range s.below {
			k.upperAt = at(i, len(s.below))
		}
	}
}

// place gives each box its x, and each layer its top. It minimizes the weighted
// sum of the squares of how far links go sideways, layer by layer until nothing
// moves any more.
func (l *layout) place() {
	for _, layer := range l.layers {
		x := 0.0
		for i, b := range layer {
			if i > 0 {
				x += distance(layer[i-1], b)
			}
			b.x = x
		}
	}
	for range 2000 {
		moved := 0.0
		for _, layer := range l.layers {
			moved = max(moved, settle(layer))
		}
		if moved < 0.01 {
			break
		}
	}
	for _, r := range l.routes {
		l.straighten(r)
	}
	least := math.Inf(1)
	for _, layer := range l.layers {
		for _, b := range layer {
			least = min(least, b.x-b.left)
		}
	}
	y := 0.0
	for _, layer := range l.layers {
		height := 0.0
		for _, b := range layer {
			b.x -= least
			l.width = max(l.width, b.x+b.right)
			height = max(height, b.height)
		}
		l.top = append(l.top, y)
		l.heights = append(l.heights, height)
		y += height + layerGap
	}
	l.height = y - layerGap
}

// straighten puts as many crossings of a route as possible on one x, without
// moving what is beside them.
func (l *layout) straighten(r *route) {
	for rest := r.through; len(rest) > 0; {
		low, high, sum, n := math.Inf(-1), math.Inf(1), 0.0, 0
		for n < len(rest) {
			least, most := l.room(rest[n])
			if max(low, least) > min(high, most) {
				break
			}
			low, high = max(low, least), min(high, most)
			sum += rest[n].x
			n++
		}
		x := min(max(sum/float64(n), low), high)
		for _, c := range rest[:n] {
			c.x = x
		}
		rest = rest[n:]
	}
}

// room returns how far a box can go without touching its neighbors.
func (l *layout) room(b *box) (least, most float64) {
	layer := l.layers[b.layer]
	least, most = math.Inf(-1), math.Inf(1)
	if b.index > 0 {
		least = layer[b.index-1].x + distance(layer[b.index-1], b)
	}
	if b.index < len(layer)-1 {
		most = layer[b.index+1].x - distance(b, layer[b.index+1])
	}
	// What stands exactly beside b has been rounded.
	return min(least, b.x), max(most, b.x)
}

// distance returns how far the centers of two neighbors must be apart.
func distance(a, b *box) float64 {
	gap := float64(boxGap)
	if a.state < 0 && b.state < 0 {
		gap = edgeGap
	}
	return a.right + gap + b.left
}

// wish returns where the links of a box want it to be, and how much.
func (b *box) wish() (x, weight float64) {
	sum := 0.0
	for _, k := range b.above {
		sum += k.weight * (k.upper.x + k.upperAt - k.lowerAt)
		weight += k.weight
	}
	for _, k := range b.below {
		sum += k.weight * (k.lower.x + k.lowerAt - k.upperAt)
		weight += k.weight
	}
	if weight == 0 {
		return b.x, 1
	}
	return sum / weight, weight
}

// settle moves the boxes of a layer as near as possible to where they want to
// be, in the sense of least squares, while they keep their order and distances,
// and returns how far the farthest went. That is isotonic regression, solved by
// pooling adjacent violators.
func settle(layer []*box) (moved float64) {
	type pool struct {
		sum, weight float64
		n           int
	}
	var pools []pool
	offset := 0.0 // of the box from the layer's first, if all stand close
	offsets := make([]float64, len(layer))
	for i, b := range layer {
		if i > 0 {
			offset += distance(layer[i-1], b)
		}
		offsets[i] = offset
		x, weight := b.wish()
		pools = append(pools, pool{(x - offset) * weight, weight, 1})
		for len(pools) > 1 {
			p, q := pools[len(pools)-2], pools[len(pools)-1]
			if p.sum/p.weight <= q.sum/q.weight {
				break
			}
			pools = append(pools[:len(pools)-2], pool{p.sum + q.sum, p.weight + q.weight, p.n + q.n})
		}
	}
	i := 0
	for _, p := range pools {
		for range p.n {
			x := p.sum/p.weight + offsets[i]
			moved = max(moved, math.Abs(x-layer[i].x))
			layer[i].x = x
			i++
		}
	}
	return moved
}
