package stepper

// This file defines the diagram of a machine in text: its states in a column,
// edges downward as lines on the right, edges upward on the left.

import (
	"fmt"
	"slices"
	"strings"

	"coroscope/statemachine"
)

// diagram draws a machine. The state that it is in is lit, the edge taken last
// is drawn with heavy lines, and both are said in words beneath.
//
//	○ start ───┬─╮
//	● term ↺ ◀─╯━┫
//	○ done ◀━━━━━┛
//
// All edges to one state share a line, which they join where a branch is drawn;
// a line that only crosses another is interrupted there.
func diagram(d *statemachine.Description, state int, taken *Edge) []Line {
	right := arcs(d, taken, false)
	left := arcs(d, taken, true)
	names, width := make([]string, len(d.States)), 0
	for i, s := range d.States {
		names[i] = s.Name
		if slices.ContainsFunc(d.Edges, func(e statemachine.Edge) bool { return e.From == s.Name && e.To == s.Name }) {
			names[i] += " ↺"
		}
		width = max(width, len([]rune(names[i])))
	}
	var lines []Line
	for i, name := range names {
		mark, style := "○ ", Plain
		if i == state {
			mark, style = "● ", Lit
		}
		line := append(left.row(i, 0), Span{style, mark + name}, Span{Plain, " "})
		if taken != nil && taken.From == i && taken.To == i {
			line[len(line)-2].Style = Changed // its loop
		}
		lines = append(lines, append(line, right.row(i, width-len([]rune(name)))...))
	}
	return append(lines, edgesInWords(d, state, taken)...)
}

// edgesInWords says which edge was taken and which ones there are from here.
func edgesInWords(d *statemachine.Description, state int, taken *Edge) []Line {
	lines := []Line{nil}
	if taken != nil {
		lines = append(lines, Line{{Changed, "taken  " + taken.in(d)}})
	}
	for _, e := range d.Edges {
		if e.From == d.States[state].Name {
			lines = append(lines, Line{{Faint, "from here  "}, {Plain, edgeText(e.From, e.To, e.When)}})
		}
	}
	return lines
}

// in says which edge of d it is.
func (e *Edge) in(d *statemachine.Description) string {
	return edgeText(d.States[e.From].Name, d.States[e.To].Name, e.When)
}

func edgeText(from, to, when string) string {
	if when != "" {
		when = ": " + when
	}
	return fmt.Sprintf("%s -> %s%s", from, to, when)
}

// A cell is one character of the lines beside the states, by where it leads.
type cell struct {
	up, down, inward, outward bool // inward is toward the states
	joins                     bool // what leads across and what leads down are connected
	arrow                     bool
	heavyDown, heavyAcross    bool
}

// A side is the lines on one side of the states, for the right one as they are
// seen; the left one is that upside down and mirrored.
type side struct {
	left bool
	rows [][]cell
}

// arcs lays out the edges that lead downward, or upward for the left side. The
// column of a state's line is the further out the further along the state is,
// so that what arrives at a state is nearer to it than what departs.
func arcs(d *statemachine.Description, taken *Edge, left bool) *side {
	n := len(d.States)
	number := make(map[string]int)
	for i, s := range d.States {
		number[s.Name] = i
	}
	type edge struct{ from, to int }
	var edges []edge
	column := make(map[int]int) // of the line to a state
	turned := func(i int) int {
		if left {
			return n - 1 - i
		}
		return i
	}
	for _, e := range d.Edges {
		if from, to := turned(number[e.From]), turned(number[e.To]); from < to {
			edges = append(edges, edge{from, to})
			column[to] = 0
		}
	}
	columns := 0
	for to := range n {
		if _, ok := column[to]; ok {
			column[to] = columns
			columns++
		}
	}
	s := &side{left: left, rows: make([][]cell, n)}
	for i := range s.rows {
		s.rows[i] = make([]cell, 2*columns+1)
	}
	draw := func(e edge, heavy bool) {
		x := 2*column[e.to] + 2
		begin := 0
		if c, arrives := column[e.from]; arrives {
			begin = 2*c + 3 // behind the end of what arrives
		}
		s.across(e.from, begin, x, heavy)
		s.across(e.to, 0, x, heavy)
		s.rows[e.to][0].arrow = true
		for r := e.from; r <= e.to; r++ {
			c := &s.rows[r][x]
			c.up = c.up || r > e.from
			c.down = c.down || r < e.to
			c.joins = c.joins || r == e.from || r == e.to
			c.heavyDown = c.heavyDown || heavy
		}
	}
	for _, e := range edges {
		draw(e, false)
	}
	if taken != nil {
		if e := (edge{turned(taken.From), turned(taken.To)}); slices.Contains(edges, e) {
			draw(e, true)
		}
	}
	return s
}

// across draws a line from column x1 to the corner at x2, where it ends.
func (s *side) across(row, x1, x2 int, heavy bool) {
	for x := x1; x <= x2; x++ {
		c := &s.rows[row][x]
		c.inward = true
		c.outward = c.outward || x < x2
		c.heavyAcross = c.heavyAcross || heavy
	}
}

// row returns a row's characters from left to right, the one beside the state
// made that many longer.
func (s *side) row(i, longer int) Line {
	if s.left {
		i = len(s.rows) - 1 - i
	}
	var line Line
	for x, c := range s.rows[i] {
		style := Plain
		if c.heavyDown || c.heavyAcross {
			style = Changed
		}
		line = append(line, Span{style, c.text(s.left)})
		if x == 0 && longer > 0 {
			c.arrow = false
			line = append(line, Span{style, strings.Repeat(c.text(s.left), longer)})
		}
	}
	if s.left {
		slices.Reverse(line)
	}
	return line
}

// text returns the character of a cell.
func (c cell) text(left bool) string {
	switch {
	case c.arrow && left:
		return "▶"
	case c.arrow:
		return "◀"
	}
	if c.inward && c.up && !c.joins { // they only cross, and the heavier one is seen
		if c.heavyAcross && !c.heavyDown {
			c.up, c.down = false, false
		} else {
			c.inward, c.outward = false, false
		}
	}
	up, down, west, east := c.up, c.down, c.inward, c.outward
	if left {
		up, down, west, east = down, up, east, west
	}
	i := 0
	for bit, leads := range []bool{up, down, west, east} {
		if leads {
			i |= 1 << bit
		}
	}
	if c.heavyDown || c.heavyAcross {
		return string(heavyLines[i])
	}
	return string(lightLines[i])
}

// The characters by where they lead: 1 up, 2 down, 4 left, 8 right.
var (
	lightLines = [16]rune{' ', '╵', '╷', '│', '╴', '╯', '╮', '┤', '╶', '╰', '╭', '├', '─', '┴', '┬', '┼'}
	heavyLines = [16]rune{' ', '╹', '╻', '┃', '╸', '┛', '┓', '┫', '╺', '┗', '┏', '┣', '━', '┻', '┳', '╋'}
)
