package timeline

// This file defines table: columns that make do with the width there is.

import (
	"slices"
	"strings"
)

// A column is a column of a table.
type column struct {
	title string
	right bool // aligned to the right, and never cut
	min   int  // the width to which it may be cut, if it is not right
	drop  int  // columns with larger numbers are left out first; 0 is never left out
	keep  byte // what begins with the last of these is not cut, as the id of name#id; 0 for none
	cells []cell
	width int

	middle bool // it is cut in the middle
}

type cell struct {
	text  string
	style style
}

func (c *column) add(st style, text string) {
	c.cells = append(c.cells, cell{text, st})
}

// A table is columns of equally many cells.
type table []*column

const columnGap = 2

// layout leaves out and cuts columns so that the table is at most total wide,
// if that is possible.
func (t table) layout(total int) table {
	for _, c := range t {
		c.width = width(c.title)
		for _, cell := range c.cells {
			c.width = max(c.width, width(cell.text))
		}
	}
	for {
		over := -columnGap - total
		for _, c := range t {
			over += columnGap + c.width
		}
		// Cut the widest column, as far as the next widest one.
		for over > 0 {
			var widest *column
			for _, c := range t {
				if !c.right && c.width > max(c.min, width(c.title)) && (widest == nil || c.width > widest.width) {
					widest = c
				}
			}
			if widest == nil {
				break
			}
			widest.width--
			over--
		}
		if over <= 0 {
			return t
		}
		last := slices.MaxFunc(t, func(a, b *column) int { return a.drop - b.drop })
		if last.drop == 0 {
			return t
		}
		t = slices.DeleteFunc(slices.Clone(t), func(c *column) bool { return c == last })
		for _, c := range t {
			for _, cell := range c.cells {
				c.width = max(c.width, width(cell.text))
			}
		}
	}
}

// write writes the table.
func (t table) write(p *page) {
	t = t.layout(p.width)
	put := func(i int, c *column, st style, text string) {
		if i > 0 {
			p.put(plain, strings.Repeat(" ", columnGap))
		}
		if c.middle {
			text = fitMiddle(text, c.width)
		} else {
			text = fitBefore(text, c.keep, c.width)
		}
		pad := strings.Repeat(" ", max(0, c.width-width(text)))
		if c.right {
			p.put(plain, pad)
		}
		p.put(st, text)
		if !c.right && i < len(t)-1 {
			p.put(plain, pad)
		}
	}
	for i, c := range t {
		put(i, c, faint, c.title)
	}
	p.line(plain, "")
	for row := range t[0].cells {
		for i, c := range t {
			put(i, c, c.cells[row].style, c.cells[row].text)
		}
		p.line(plain, "")
	}
}
