package timeline

// This file defines WriteTimeline, the timeline as text: a lane for each loop
// and coroutine.

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// ErrTotals is returned where a Timeline that was read with Options.Full is
// needed.
var ErrTotals = errors.New("the timeline has totals only: read it with Options.Full")

// WriteTimeline writes t for people, a lane for each loop and coroutine, over
// time from left to right. Beyond 60 coroutines the later ones share a lane.
// Width is the terminal's, 0 if it is not known. Errors: ErrTotals, and those
// of w.
func WriteTimeline(w io.Writer, t *Timeline, width int, color bool) error {
	if !t.Full {
		return ErrTotals
	}
	p := newPage(width, color)
	t.writeHeading(p)
	if len(t.Loops)+len(t.Coroutines) > 0 {
		p.line(plain, "")
		newChart(t, p).write(p)
	}
	t.writeRemarks(p)
	return p.writeTo(w)
}

// Cells of a lane.
const (
	cellEmpty  = ' '
	cellRun    = '█'
	cellHalf   = '▌' // ran for a part of it
	cellThin   = '▎' // ran for a small part of it
	cellWait   = '─' // suspended
	cellTurn   = '╌' // ready, or new on a loop, and waiting for its turn
	cellOpen   = '→' // not ended
	cellIdle   = '·' // of a loop
	cellFailed = '✗'
)

// cellBusy are the cells of a loop by how busy it is.
var cellBusy = []rune("▁▂▃▄▅▆▇█")

// A chart is what the lanes have in common.
type chart struct {
	t        *Timeline
	from, to time.Duration // what is shown
	names    int           // width of the column of names
	cols     int           // width of the lanes
	figures  int           // width of the column of figures; 0 if there is none
	shown    []*Coroutine
	folded   []*Coroutine
	used     map[rune]bool // cells that need a legend
}

func newChart(t *Timeline, p *page) *chart {
	c := &chart{t: t, used: map[rune]bool{}}
	c.from, c.to = t.extent()

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
	c.names = min(c.names, max(12, p.width/5))
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
func (t *Timeline) extent() (from, to time.Duration) {
	from = t.Duration
	for _, l := range t.Loops {
		for _, s := range l.Running {
			from, to = min(from, s.Start), max(to, s.End)
		}
	}
	for _, c := range t.Coroutines {
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
	c.writeLegend(p)
}

// col returns the column of an instant, which may lie outside.
func (c *chart) col(t time.Duration) float64 {
	return float64(t-c.from) / float64(c.to-c.from) * float64(c.cols)
}

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

// A lane is a row of the chart.
type lane struct {
	cells  []rune
	styles []style
}

func (c *chart) newLane() *lane {
	return &lane{[]rune(strings.Repeat(string(cellEmpty), c.cols)), make([]style, c.cols)}
}

func (l *lane) set(i int, r rune, st style) {
	if i >= 0 && i < len(l.cells) {
		l.cells[i], l.styles[i] = r, st
	}
}

// text puts s at column i, where there must be room for it.
func (l *lane) text(i int, s string, st style) {
	for _, r := range s {
		l.set(i, r, st)
		i++
		if runeWidth(r) == 2 {
			l.set(i, 0, st) // covered by r
			i++
		}
	}
}

// put writes the lane in runs of one style.
func (l *lane) put(p *page) {
	for i := 0; i < len(l.cells); {
		j := i
		var s strings.Builder
		for ; j < len(l.cells) && l.styles[j] == l.styles[i]; j++ {
			if l.cells[j] != 0 {
				s.WriteRune(l.cells[j])
			}
		}
		p.put(l.styles[i], s.String())
		i = j
	}
}

// writeLane writes a lane between its name and its figures.
func (c *chart) writeLane(p *page, name string, st style, l *lane, figures string) {
	p.put(st, padRight(name, c.names))
	p.put(plain, "  ")
	l.put(p)
	if c.figures > 0 {
		p.put(faint, "  "+padLeft(figures, c.figures))
	}
	p.line(plain, "")
}

// spread adds the time of span to each column that it touches, in columns.
func (c *chart) spread(to []float64, s Span) {
	a, b := max(c.col(s.Start), 0), min(c.col(s.End), float64(c.cols))
	for i := int(a); i < c.cols && float64(i) < b; i++ {
		to[i] += min(b, float64(i+1)) - max(a, float64(i))
	}
	// What took no time at all has happened all the same.
	if i := int(a); a >= b && i < c.cols {
		to[i] += 1e-9
	}
}

func (c *chart) writeLoop(p *page, loop *Loop) {
	running, idle := make([]float64, c.cols), make([]float64, c.cols)
	for _, s := range loop.Running {
		c.spread(running, s)
	}
	for _, s := range loop.Idles {
		c.spread(idle, s)
	}
	l := c.newLane()
	quiet := -1 // where a stretch of idle columns began
	for i := 0; i <= c.cols; i++ {
		if i < c.cols && running[i] > 0 {
			used := max(running[i]-idle[i], 0)
			if used < 1e-3 {
				l.set(i, cellIdle, faint)
				c.used[cellIdle] = true
				if quiet < 0 {
					quiet = i
				}
				continue
			}
			c.used[cellBusy[3]] = true
			l.set(i, cellBusy[min(int(used*float64(len(cellBusy))), len(cellBusy)-1)], busy)
		}
		if text := " idle "; quiet >= 0 && i-quiet >= len(text)+2 {
			l.text(quiet+(i-quiet-len(text))/2, text, faint)
		}
		quiet = -1
	}
	c.writeLane(p, fit("loop "+Clean(loop.Name), c.names), accent, l, percent(loop.Utilization())+" busy")
}

func (c *chart) writeCoroutine(p *page, co *Coroutine) {
	ran, suspended, turn := make([]float64, c.cols), make([]float64, c.cols), make([]float64, c.cols)
	for _, r := range co.Runs {
		c.spread(ran, r.Span)
	}
	for _, s := range co.Suspensions {
		awaits := s.Span
		if s.Ready >= 0 {
			awaits.End = min(max(s.Ready, s.Start), s.End)
			c.spread(turn, Span{Start: awaits.End, End: s.End})
		}
		c.spread(suspended, awaits)
	}
	// One that stands alone has no turn to wait for.
	if first := co.firstSeen(c.t); co.Loop != nil && first > co.Spawned {
		c.spread(turn, Span{Start: co.Spawned, End: first})
	}

	l := c.newLane()
	for i := range c.cols {
		switch {
		case ran[i] >= 0.75:
			l.set(i, cellRun, good)
		case ran[i] >= 0.25:
			l.set(i, cellHalf, good)
		case ran[i] > 0:
			l.set(i, cellThin, good)
		case suspended[i] > 0 && suspended[i] >= turn[i]:
			l.set(i, cellWait, waits)
		case turn[i] > 0:
			l.set(i, cellTurn, turnStyle)
			c.used[cellTurn] = true
		default:
			continue
		}
		if ran[i] > 0 {
			c.used[cellRun] = true
		} else if l.cells[i] == cellWait {
			c.used[cellWait] = true
		}
	}
	for _, s := range co.Suspensions {
		c.label(l, s)
	}
	c.writeEnd(l, co)
	c.writeLane(p, fitRef(Clean(co.String()), c.names), plain, l, formatDuration(co.Run)+" ran")
}

// firstSeen returns when co ran or was suspended first.
func (co *Coroutine) firstSeen(t *Timeline) time.Duration {
	first := t.Duration
	if co.Status == Done {
		first = co.Ended
	}
	if len(co.Runs) > 0 {
		first = min(first, co.Runs[0].Start)
	}
	if len(co.Suspensions) > 0 {
		first = min(first, co.Suspensions[0].Start)
	}
	return first
}

// label puts what s is on into the cells that show nothing but s, if there is
// room for it.
func (c *chart) label(l *lane, s Suspension) {
	from, to := int(max(c.col(s.Start), 0)), int(c.col(s.End))
	for from < c.cols && l.cells[from] != cellWait {
		from++
	}
	n := 0
	for from+n < min(to, c.cols) && l.cells[from+n] == cellWait {
		n++
	}
	on := Clean(strings.TrimPrefix(s.On, "await "))
	_, label, hasLabel := strings.Cut(on, " ")
	room := n - 2
	switch {
	case width(on) <= room:
	case hasLabel && width(label) <= room:
		on = label
	case room >= 5:
		on = fit(on, room)
	default:
		return
	}
	if width(on)+2 <= room {
		on = " " + on + " "
	}
	l.text(from+(n-width(on))/2, on, waits)
}

// writeEnd marks how co ended if it did not return, and that it has not.
func (c *chart) writeEnd(l *lane, co *Coroutine) {
	if co.Status != Done {
		if co.Status != Unknown {
			l.set(c.cols-1, cellOpen, waits)
			c.used[cellOpen] = true
		}
		return
	}
	text, st := co.outcome()
	if st == plain {
		return
	}
	at := int(c.col(co.Ended)) + 1
	if at >= c.cols {
		at = c.cols - 1
	}
	if st == bad {
		text = string(cellFailed) + " " + text
		l.set(at, cellFailed, bad)
	}
	if at+width(text) <= c.cols {
		l.text(at, text, st)
	}
}

// alive returns for each column how many of cs there are at one time in it, at
// most.
func (c *chart) alive(cs []*Coroutine) []int {
	type change struct {
		t    time.Duration
		more int
	}
	changes := make([]change, 0, 2*len(cs))
	for _, co := range cs {
		changes = append(changes, change{co.Spawned, 1})
		if co.Status == Done {
			changes = append(changes, change{max(co.Ended, co.Spawned+1), -1})
		}
	}
	slices.SortFunc(changes, func(a, b change) int {
		// Who comes when another goes does not meet that one.
		return cmp.Or(cmp.Compare(a.t, b.t), cmp.Compare(a.more, b.more))
	})
	most := make([]int, c.cols)
	n, at := 0, 0 // how many there are, in column at
	for _, ch := range changes {
		for to := min(max(int(c.col(ch.t)), 0), c.cols-1); at < to; {
			at++
			most[at] = n
		}
		n += ch.more
		most[at] = max(most[at], n)
	}
	for at++; at < c.cols; at++ {
		most[at] = n
	}
	return most
}

// writeFolded writes one lane for all coroutines that have none of their own:
// how many of them there are in each column.
func (c *chart) writeFolded(p *page) {
	alive := c.alive(c.folded)
	most := slices.Max(alive)
	l := c.newLane()
	for i, n := range alive {
		if n > 0 {
			l.set(i, cellBusy[(n-1)*len(cellBusy)/most], waits)
		}
	}
	p.line(plain, "")
	c.writeLane(p, fit(group(len(c.folded))+" more", c.names), bold, l, "")
	funcs := map[string]int{}
	for _, co := range c.folded {
		funcs[cmp.Or(co.Func, "unknown")]++
	}
	names := make([]string, 0, len(funcs))
	for fn := range funcs {
		names = append(names, fn)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(funcs[b], funcs[a]), cmp.Compare(a, b))
	})
	const shown = 3
	parts := make([]string, 0, shown+1)
	for _, fn := range names[:min(shown, len(names))] {
		parts = append(parts, fmt.Sprintf("%s× %s", group(funcs[fn]), Clean(fn)))
	}
	if n := len(names) - shown; n > 0 {
		parts = append(parts, plural(n, "other function", "other functions"))
	}
	p.wrapped(plain, strings.Repeat(" ", c.names+2),
		fmt.Sprintf("%s share this lane, which shows how many of them there are (at most %s at a time): %s",
			plural(len(c.folded), "coroutine", "coroutines"), group(most), strings.Join(parts, ", ")))
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
		{cellWait, waits, "suspended"},
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
