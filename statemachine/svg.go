package statemachine

// This file defines the drawing of a description as SVG.

import (
	"fmt"
	"html"
	"io"
	"path"
	"slices"
	"strings"

	"coroscope/coro"
)

// Sizes of the drawing, in pixels. A drawing is not told what fonts it will
// meet, so widths are estimated from above.
const (
	margin     = 20
	codeSize   = 12 // of the monospaced font
	codeWidth  = codeSize * 0.61
	textSize   = 11
	textWidth  = textSize * 0.53
	lineHeight = 16
	padding    = 10
	meansWrap  = 34 // characters of a state's meaning on a line
	labelWrap  = 20 // of an edge's label
	loopReach  = 30 // of an edge from a state to itself
)

// fills are the colors of suspensions, by what they wait for.
var fills = map[coro.Kind]string{
	coro.OnResumer: "#e8f1fb",
	coro.OnTurn:    "#e8f1fb",
	coro.OnSleep:   "#fdf3da",
	coro.OnFuture:  "#efe9fa",
	coro.OnTask:    "#efe9fa",
	coro.OnIO:      "#e3f4e6",
}

// WriteSVG draws the machine: a box for each state with its number, name, what
// it is suspended on, where, and what it means; an arrow for each edge; the
// slots of the frame beneath. The drawing stands for itself: it refers to no
// font, style or script outside. The error is w's.
func (d *Description) WriteSVG(w io.Writer) error {
	s := &drawing{d: d}
	s.l = d.arrange(s.stateSize, s.labelSize)
	s.draw()
	_, err := io.WriteString(w, s.String())
	return err
}

// WriteInlineSVG draws the boxes and the arrows of WriteSVG for a page that has
// it within itself: without style, ground, title and frame. Boxes have the class
// "state" and in data-state their state's number, arrows "edge" and in data-from and
// data-to those of the states that they lead from and to. The error is w's.
func (d *Description) WriteInlineSVG(w io.Writer) error {
	s := &drawing{d: d}
	s.l = d.arrange(s.stateSize, s.labelSize)
	s.drawInline()
	_, err := io.WriteString(w, s.String())
	return err
}

// A drawing is an SVG being written.
type drawing struct {
	strings.Builder
	d *Description
	l *layout
}

func (s *drawing) printf(format string, args ...any) { fmt.Fprintf(s, format, args...) }

// A line is one line of text in a state's box.
type line struct {
	text  string
	class string
}

func (s *drawing) stateLines(i int) []line {
	st := &s.d.States[i]
	lines := []line{{fmt.Sprintf("%d %s", i, st.Name), "name"}}
	if st.Role == Suspended {
		lines = append(lines, line{st.Awaits(), "code"}, line{s.d.place(st).String(), "place"})
	}
	for _, text := range wrap(st.Means, meansWrap) {
		lines = append(lines, line{text, "means"})
	}
	return lines
}

func (l line) width() float64 {
	if l.class == "means" {
		return float64(len([]rune(l.text))) * textWidth
	}
	return float64(len([]rune(l.text))) * codeWidth
}

// boxSize returns width and height of a state's box.
func (s *drawing) boxSize(i int) (width, height float64) {
	lines := s.stateLines(i)
	for _, l := range lines {
		width = max(width, l.width())
	}
	return max(width, 100) + 2*padding, float64(len(lines)*lineHeight) + 2*padding - 4
}

// stateSize is the box with the edge that leads from the state to itself.
func (s *drawing) stateSize(i int) size {
	width, height := s.boxSize(i)
	z := size{width / 2, width / 2, height}
	name := s.d.States[i].Name
	for _, e := range s.d.from(name) {
		if e.To == name {
			label := s.labelSize(e)
			z.right += loopReach + label.left + label.right
		}
	}
	return z
}

func (s *drawing) labelSize(e Edge) size {
	if e.When == "" {
		return size{}
	}
	lines := wrap(e.When, labelWrap)
	width := 0.0
	for _, l := range lines {
		width = max(width, float64(len([]rune(l)))*textWidth)
	}
	return size{width/2 + 4, width/2 + 4, float64(len(lines))*13 + 6}
}

const style = `
text { fill: #1c2733; }
.title { font: bold 16px sans-serif; }
.name { font: bold 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.code { font: 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.place { font: 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #6b7785; }
.means { font: 11px Helvetica, Arial, sans-serif; fill: #45525f; }
.when { font: 11px Helvetica, Arial, sans-serif; fill: #8a3b12; text-anchor: middle; }
.edge { fill: none; stroke: #5b6b7b; stroke-width: 1.3; }
.box { stroke: #5b6b7b; stroke-width: 1.3; }
`

func (s *drawing) draw() {
	const headHeight = 46
	tableY := margin + headHeight + s.l.height + 34
	width := max(s.l.width+2*margin, s.tableWidth()+2*margin, 360)
	height := tableY + float64(len(s.d.Slots)+1)*lineHeight + margin
	s.printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n", width, height, width, height)
	s.printf("<title>machine %s</title>\n<style>%s</style>\n", html.EscapeString(s.d.Name), style)
	s.tip()
	s.printf("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n")
	s.text("title", margin, margin+14, "machine "+s.d.Name)
	s.text("place", margin, margin+32, s.d.Frame+" in "+path.Base(s.d.File))

	s.printf("<g transform=\"translate(%.0f %d)\">\n", (width-s.l.width)/2, margin+headHeight)
	s.machine()
	s.printf("</g>\n")
	s.table(tableY)
	s.printf("</svg>\n")
}

func (s *drawing) drawInline() {
	const edge = 6 // room for the outer frame of an end
	width, height := s.l.width+2*edge, s.l.height+2*edge
	s.printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n", width, height, width, height)
	s.tip()
	s.printf("<g transform=\"translate(%d %d)\">\n", edge, edge)
	s.machine()
	s.printf("</g>\n</svg>\n")
}

// tip defines the tip of an arrow.
func (s *drawing) tip() {
	s.printf("<defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerUnits=\"userSpaceOnUse\" markerWidth=\"10\" markerHeight=\"10\" orient=\"auto\"><path d=\"M0 1 L10 5 L0 9 z\" fill=\"#5b6b7b\"/></marker></defs>\n")
}

// machine draws the edges, and the states over them.
func (s *drawing) machine() {
	for _, r := range s.l.routes {
		s.route(r)
	}
	for _, e := range s.l.loops {
		s.loop(e)
	}
	for i := range s.d.States {
		s.state(i)
	}
	for _, r := range s.l.routes {
		if r.label != nil {
			s.when(r.edge, r.label.x, s.l.top[r.label.layer]+s.l.heights[r.label.layer]/2)
		}
	}
}

func (s *drawing) text(class string, x, y float64, text string) {
	s.printf("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", class, x, y, html.EscapeString(text))
}

// rect returns where the box of a state is: its left edge, top, width and
// height.
func (s *drawing) rect(i int) (x, y, width, height float64) {
	b := s.l.states[i]
	width, height = s.boxSize(i)
	return b.x - b.left, s.l.top[b.layer] + (s.l.heights[b.layer]-height)/2, width, height
}

func (s *drawing) state(i int) {
	st := &s.d.States[i]
	x, y, width, height := s.rect(i)
	fill := "#ffffff"
	s.printf("<g class=\"state\" data-state=\"%d\">\n", i)
	defer s.printf("</g>\n")
	switch st.Role {
	case Suspended:
		if fill = fills[st.On]; fill == "" {
			fill = "#f3e9ee"
		}
	case End:
		fill = "#e6e8eb"
		s.printf("<rect class=\"box\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"9\" fill=\"none\"/>\n", x-3, y-3, width+6, height+6)
	}
	s.printf("<rect class=\"box\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"7\" fill=\"%s\"/>\n", x, y, width, height, fill)
	for n, l := range s.stateLines(i) {
		s.text(l.class, x+padding, y+padding+10+float64(n*lineHeight), l.text)
	}
}

// route draws an edge: straight through the layers it crosses, with curves in
// the gaps between.
func (s *drawing) route(r *route) {
	_, fromY, _, fromHeight := s.rect(r.from)
	_, toY, _, _ := s.rect(r.to)
	type point struct{ x, y float64 }
	points := []point{{s.l.states[r.from].x + r.first.upperAt, fromY + fromHeight}}
	for _, c := range r.through {
		top := s.l.top[c.layer]
		points = append(points, point{c.x, top}, point{c.x, top + s.l.heights[c.layer]})
	}
	points = append(points, point{s.l.states[r.to].x + r.last.lowerAt, toY})
	if s.d.States[r.to].Role == End {
		points[len(points)-1].y -= 3 // its outer frame
	}
	if r.up {
		slices.Reverse(points)
	}
	var path strings.Builder
	fmt.Fprintf(&path, "M%.1f %.1f", points[0].x, points[0].y)
	for i, p := range points[1:] {
		if q := points[i]; q.x == p.x {
			fmt.Fprintf(&path, " L%.1f %.1f", p.x, p.y)
		} else {
			middle := (q.y + p.y) / 2
			fmt.Fprintf(&path, " C%.1f %.1f %.1f %.1f %.1f %.1f", q.x, middle, p.x, middle, p.x, p.y)
		}
	}
	s.edge(r.edge, path.String())
}

// edge draws an arrow along a path.
func (s *drawing) edge(e Edge, path string) {
	s.printf("<path class=\"edge\" data-from=\"%d\" data-to=\"%d\" marker-end=\"url(#tip)\" d=\"%s\"/>\n",
		s.d.state(e.From), s.d.state(e.To), path)
}

// loop draws an edge from a state to itself, at the right of its box.
func (s *drawing) loop(e Edge) {
	i := s.d.state(e.From)
	x, y, width, height := s.rect(i)
	right, middle := x+width, y+height/2
	half := min(height/2-8, 16)
	s.edge(e, fmt.Sprintf("M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f",
		right, middle-half, right+loopReach*1.3, middle-half-6, right+loopReach*1.3, middle+half+6, right, middle+half))
	s.when(e, right+loopReach+s.labelSize(e).left, middle)
}

// when writes an edge's label around a point, on a ground that hides the edge.
func (s *drawing) when(e Edge, x, y float64) {
	if e.When == "" {
		return
	}
	z := s.labelSize(e)
	s.printf("<rect class=\"ground\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#ffffff\"/>\n", x-z.left+2, y-z.height/2, z.left+z.right-4, z.height)
	for n, text := range wrap(e.When, labelWrap) {
		s.text("when", x, y-z.height/2+13+float64(n*13), text)
	}
}

// tableColumns returns where the columns of the frame's table begin, from its
// left, and how wide it is.
func (s *drawing) tableColumns() (typeX, meansX, width float64) {
	names, types, means := 0, 0, 0
	for _, slot := range s.d.Slots {
		names = max(names, len([]rune(slot.Name)))
		types = max(types, len([]rune(slot.Type)))
		means = max(means, len([]rune(slot.Means)))
	}
	typeX = float64(names+2) * codeWidth
	meansX = typeX + float64(types+2)*codeWidth
	return typeX, meansX, meansX + float64(means)*textWidth
}

func (s *drawing) tableWidth() float64 {
	_, _, width := s.tableColumns()
	return width
}

// table lists the slots of the frame.
func (s *drawing) table(y float64) {
	s.text("name", margin, y, "frame "+s.d.Frame)
	typeX, meansX, _ := s.tableColumns()
	for i, slot := range s.d.Slots {
		y := y + float64((i+1)*lineHeight) + 2
		s.text("code", margin, y, slot.Name)
		s.text("place", margin+typeX, y, slot.Type)
		s.text("means", margin+meansX, y, slot.Means)
	}
}

// wrap breaks text into lines of at most n characters, unless a word is longer.
func wrap(text string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) > n:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
