package timeline

// This file defines WriteTimeline, the timeline as text: a lane for each loop
// and coroutine.

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// ErrTotals is returned where a Timeline that was read with Options.Full is
// needed.
var ErrTotals = errors.New("the timeline has totals only: read it with Options.Full")

// WriteTimeline writes t for people, a lane for each loop and coroutine, over
// time from left to right. Beyond 60 coroutines the later ones share a lane.
// A suspension is called after what it was on, and, where there is room and it stood
// in line, after who let it go on. Coroutines of iter.Pull have lanes too, if t has
// them. So have ordinary goroutines if nothing in the trace is of the protocol.
// Width is the terminal's, 0 if it is not known. Errors: ErrTotals, and those of w.
func WriteTimeline(w io.Writer, t *Timeline, width int, color bool) error {
	return writeTimeline(w, t, width, color, !t.Speaks())
}

// WriteGoroutines writes what WriteTimeline writes, and lanes for ordinary
// goroutines in any case.
func WriteGoroutines(w io.Writer, t *Timeline, width int, color bool) error {
	return writeTimeline(w, t, width, color, true)
}

func writeTimeline(w io.Writer, t *Timeline, width int, color, goroutines bool) error {
	if !t.Full {
		return ErrTotals
	}
	p := newPage(width, color)
	t.writeHeading(p)
	sections := t.sections(goroutines)
	if len(t.Loops)+len(t.Coroutines)+len(sections) > 0 {
		p.line(plain, "")
		newChart(t, p, sections).write(p)
	}
	t.writeRemarks(p)
	return p.writeTo(w)
}

// A chart is what the lanes have in common.
type chart struct {
	t        *Timeline
	from, to time.Duration // what is shown
	names    int           // width of the column of names
	cols     int           // width of the lanes
	figures  int           // width of the column of figures; 0 if there is none
	shown    []*Coroutine
	folded   []*Coroutine
	sections []section
	used     map[rune]bool // cells that need a legend
}

func newChart(t *Timeline, p *page, sections []section) *chart {
	c := &chart{t: t, used: map[rune]bool{}, sections: sections}
	c.from, c.to = t.extent(sections)

	// By loop, those that stand alone last.
	order := slices.Clone(t.Coroutines)
	rank := map[*Loop]int{nil: len(t.Loops)}
	for i, l := range t.Loops {
		rank[l] = i
	}
	slices.SortStableFunc(order, func(a, b *Coroutine) int { return cmp.Compare(rank[a.Loop], rank[b.Loop]) })
	c.shown = order
	if len(order) > foldAbove {
		const rest = 10 // fold that many at least, or folding is not worth it
		c.shown, c.folded = order[:foldAbove-rest], order[foldAbove-rest:]
	}

	for _, l := range t.Loops {
		c.names = max(c.names, width(Clean(l.Name))+len("loop "))
	}
	for _, co := range c.shown {
		c.names = max(c.names, width(Clean(co.String())))
	}
	for _, s := range sections {
		for _, co := range s.lanes {
			c.names = max(c.names, width(Clean(co.String())))
		}
	}
	c.names = min(c.names, max(12, p.width/5))
	if len(c.folded) > 0 {
		c.names = max(c.names, width(c.foldedName()))
	}
	if p.width >= 100 {
		c.figures = len("1.23ms ran")
	}
	c.cols = p.width - c.names - 2
	if c.figures > 0 {
		c.cols -= c.figures + 2
	}
	return c
}

// extent returns when the first thing to be shown begins and the last ends.
func (t *Timeline) extent(sections []section) (from, to time.Duration) {
	from = t.Duration
	for _, l := range t.Loops {
		for _, s := range l.Running {
			from, to = min(from, s.Start), max(to, s.End)
		}
	}
	all := t.Coroutines
	for _, s := range sections {
		all = slices.Concat(all, s.lanes)
	}
	for _, c := range all {
		from = min(from, c.Spawned)
		if c.Status == Done {
			to = max(to, c.Ended)
		} else {
			to = t.Duration
		}
	}
	from = min(max(from, 0), time.Duration(maxInstant))
	// A little before the beginning is not worth an axis that begins at 13µs.
	if from < (to-from)/10 {
		from = 0
	}
	return from, min(max(to, from+1), from+time.Duration(maxInstant))
}

func (c *chart) write(p *page) {
	c.writeAxis(p)
	var loop *Loop
	next := 0
	for _, l := range c.t.Loops {
		if next > 0 {
			p.line(plain, "")
		}
		c.writeLoop(p, l)
		for ; next < len(c.shown) && c.shown[next].Loop == l; next++ {
			c.writeCoroutine(p, c.shown[next])
		}
		loop = l
	}
	if loop != nil && next < len(c.shown) {
		p.line(plain, "")
	}
	for _, co := range c.shown[next:] {
		c.writeCoroutine(p, co)
	}
	if len(c.folded) > 0 {
		c.writeFolded(p)
	}
	c.writeSections(p)
	c.writeLegend(p)
}

// col returns the column of an instant, which may lie outside.
func (c *chart) col(t time.Duration) float64 {
	return float64(t-c.from) / float64(c.to-c.from) * float64(c.cols)
}

// column returns the number of the column of an instant, negative if it is
// before the first.
func (c *chart) column(t time.Duration) int { return int(math.Floor(c.col(t))) }

// writeAxis writes the instants and the ruler.
func (c *chart) writeAxis(p *page) {
	const apart = 11 // columns from one mark to the next, at least
	step := niceStep(((c.to-c.from)/time.Duration(c.cols) + 1) * apart)
	labels := []rune(strings.Repeat(" ", c.cols))
	ruler := []rune(strings.Repeat("─", c.cols))
	first := (c.from + step - 1) / step * step
	for t := first; t < c.to; t += step {
		at := int(c.col(t))
		if at >= c.cols {
			break
		}
		ruler[at] = '┬'
		text := []rune(axisLabel(t, step))
		if at+len(text) > c.cols {
			break
		}
		copy(labels[at:], text)
	}
	indent := strings.Repeat(" ", c.names+2)
	p.line(faint, indent+strings.TrimRight(string(labels), " "))
	p.line(faint, indent+string(ruler))
}

// niceStep returns the least of 1, 2 and 5 times a power of ten that is at
// least d, which is a year at most.
func niceStep(d time.Duration) time.Duration {
	for pow := time.Duration(1); ; pow *= 10 {
		for _, n := range []time.Duration{1, 2, 5} {
			if n*pow >= d {
				return n * pow
			}
		}
	}
}

// axisLabel returns t in the unit that suits steps of that size: "1.2s" is
// better than "1200ms".
func axisLabel(t, step time.Duration) string {
	if t == 0 {
		return "0"
	}
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}, {1, "ns"}} {
		if t >= u.unit && step*100 >= u.unit {
			s := fmt.Sprintf("%.2f", float64(t)/float64(u.unit))
			return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + u.name
		}
	}
	return t.String()
}

// writeLegend explains the cells that occur.
func (c *chart) writeLegend(p *page) {
	p.line(plain, "")
	at := 0
	for _, item := range []struct {
		cell rune
		st   style
		text string
	}{
		{cellRun, good, "runs"},
		{cellHalf, good, "runs half"},
		{cellThin, good, "runs a little"},
		{cellWait, waits, "suspended"},
		{cellMoment, waits, "resumed for a moment"},
		{cellOften[0], waits, "resumed often"},
		{cellOften[1], waits, "resumed often, runs half"},
		{cellOften[2], waits, "resumed often, runs mostly"},
		{cellFrom, waits, "let on by"},
		{cellTurn, turnStyle, "waits for its turn"},
		{cellOpen, waits, "not ended"},
		{cellBusy[3], busy, "loop busy"},
		{cellIdle, faint, "idle"},
	} {
		if !c.used[item.cell] {
			continue
		}
		n := 2 + width(item.text)
		if at > 0 {
			if at+2+n > p.width {
				p.line(plain, "")
				at = 0
			} else {
				p.put(plain, "  ")
				at += 2
			}
		}
		p.put(item.st, string(item.cell))
		p.put(faint, " "+item.text)
		at += n
	}
	p.line(plain, "")
}
