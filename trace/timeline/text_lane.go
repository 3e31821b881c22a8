package timeline

// This file defines lane, a row of the text timeline: of a loop, of a coroutine,
// or of all coroutines that have none of their own.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"coroscope/trace/protocol"
)

// Cells of a lane.
const (
	cellEmpty  = ' '
	cellRun    = '█'
	cellHalf   = '▌' // ran for a part of it
	cellThin   = '▎' // ran for a small part of it
	cellWait   = '─' // suspended
	cellMoment = '┴' // suspended, but for the moment that it ran
	cellTurn   = '╌' // ready, or new on a loop, and waiting for its turn
	cellOpen   = '→' // not ended
	cellIdle   = '·' // of a loop
	cellFailed = '✗'
	cellFrom   = '←' // in the text of a suspension: who let go on
)

// cellBusy are the cells of a loop by how busy it is.
var cellBusy = []rune("▁▂▃▄▅▆▇█")

// cellOften are the cells of a coroutine that was suspended again and again
// within the column, by how much of it it ran.
var cellOften = []rune("░▒▓")

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

const (
	// mostly is how much of a column a coroutine must have been suspended for
	// that to be what the column shows, although it ran.
	mostly = 0.95

	// several is how many suspensions must begin in a column for it to show
	// that there are so many, and not what lies between them.
	several = 3

	// shade is how many columns there must be on each side of a number of
	// suspensions.
	shade = 2
)

func (c *chart) writeCoroutine(p *page, co *Coroutine) {
	ran, suspended, turn := make([]float64, c.cols), make([]float64, c.cols), make([]float64, c.cols)
	often := make([]int, c.cols) // how many suspensions begin in it
	for _, r := range co.Runs {
		c.spread(ran, r.Span)
	}
	gaps := co.Loop.unobserved()
	for _, s := range co.Suspensions {
		awaits := s.Span
		if s.Ready >= 0 {
			awaits.End = min(max(s.Ready, s.Start), s.End)
			c.spreadBeside(gaps, turn, Span{Start: awaits.End, End: s.End})
		}
		c.spreadBeside(gaps, suspended, awaits)
		if i := c.column(s.Start); i >= 0 && i < c.cols {
			often[i]++
		}
	}
	// One that stands alone has no turn to wait for.
	if first := co.firstSeen(c.t); co.Loop != nil && first > co.Spawned {
		c.spreadBeside(gaps, turn, Span{Start: co.Spawned, End: first})
	}

	l := c.newLane()
	for i := range c.cols {
		switch {
		case isOften(often, i):
			l.set(i, shadeOf(ran, i), waits)
		case ran[i] >= 0.75:
			l.set(i, cellRun, good)
		case ran[i] >= 0.25:
			l.set(i, cellHalf, good)
		case ran[i] > 0 && suspended[i] >= mostly:
			l.set(i, cellMoment, waits)
		case ran[i] > 0:
			l.set(i, cellThin, good)
		case suspended[i] > 0 && suspended[i] >= turn[i]:
			l.set(i, cellWait, waits)
		case turn[i] > 0:
			l.set(i, cellTurn, turnStyle)
		default:
			continue
		}
		c.used[l.cells[i]] = true
	}
	for _, s := range co.Suspensions {
		c.label(l, s)
	}
	c.count(l, co.Suspensions)
	c.writeEnd(l, co)
	c.writeLane(p, fitRef(Clean(co.String()), c.names), plain, l, formatDuration(co.Run)+" ran")
}

// isOften reports whether column i shows that a coroutine was suspended again
// and again. A rhythm of two or three times a column looks the same all along.
func isOften(often []int, i int) bool {
	return often[i] >= several || often[i] == several-1 && around(often, i) >= several-1
}

// shadeOf returns the cell for a column in which a coroutine was suspended
// again and again. The beat of that with the columns does not show.
func shadeOf(ran []float64, i int) rune {
	return cellOften[min(int(around(ran, i)*float64(len(cellOften))), len(cellOften)-1)]
}

// around returns the mean of column i and those beside it.
func around[T int | float64](of []T, i int) float64 {
	var sum T
	beside := of[max(i-1, 0):min(i+2, len(of))]
	for _, v := range beside {
		sum += v
	}
	return float64(sum) / float64(len(beside))
}

// unobserved returns when nothing is known of l, between two times that it was
// observed.
func (l *Loop) unobserved() []Span {
	if l == nil {
		return nil
	}
	var gaps []Span
	for i := 1; i < len(l.Pages); i++ {
		if end, next := l.Pages[i-1].End, l.Pages[i].Start; end < next {
			gaps = append(gaps, Span{Start: end, End: next})
		}
	}
	return gaps
}

// spreadBeside does what spread does, but for the part of span that lies in
// gaps.
func (c *chart) spreadBeside(gaps []Span, to []float64, s Span) {
	for _, gap := range gaps {
		if s.End <= gap.Start {
			break
		}
		if s.Start < gap.Start {
			c.spread(to, Span{Start: s.Start, End: gap.Start})
		}
		if s.Start < gap.End {
			if s.Start = gap.End; s.Start >= s.End {
				return
			}
		}
	}
	c.spread(to, s)
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
	for from < min(to, c.cols) && l.cells[from] != cellWait {
		from++
	}
	n := 0
	for from+n < min(to, c.cols) && l.cells[from+n] == cellWait {
		n++
	}
	on := Clean(strings.TrimPrefix(s.On, "await "))
	kind, label, hasLabel := strings.Cut(on, " ")
	room := n - 2
	by := ""
	if contended(kind) && !s.ReadyBy.IsZero() && s.Cause != protocol.CauseCancel {
		by = on + " " + string(cellFrom) + " " + Clean(s.ReadyBy.String())
	}
	switch {
	case by != "" && width(by)+2 <= room:
		on = by
		c.used[cellFrom] = true
	case width(on) <= room:
	case room < 5 && !(hasLabel && width(label) <= room):
		return
	case hasLabel: // which one says more than of what kind
		on = fit(label, room)
	default:
		on = fit(on, room)
	}
	if width(on)+2 <= room {
		on = " " + on + " "
	}
	l.text(from+(n-width(on))/2, on, waits)
}

// count puts into each stretch of columns with many suspensions how many there
// are, and on what if that is one thing, if there is room for it.
func (c *chart) count(l *lane, suspensions []Suspension) {
	for from := 0; from < c.cols; from++ {
		to := from
		for to < c.cols && slices.Contains(cellOften, l.cells[to]) {
			to++
		}
		if to == from {
			continue
		}
		for len(suspensions) > 0 && c.column(suspensions[0].Start) < from {
			suspensions = suspensions[1:]
		}
		n := 0
		on := ""
		for ; n < len(suspensions) && c.column(suspensions[n].Start) < to; n++ {
			switch {
			case n == 0:
				on = suspensions[n].On
			case on != suspensions[n].On:
				on = ""
			}
		}
		text := group(n) + "×"
		on = Clean(strings.TrimPrefix(on, "await "))
		_, label, _ := strings.Cut(on, " ")
		for _, more := range []string{on, label} {
			if room := to - from - len("  ") - 2*shade; more != "" && width(text+" "+more) <= room {
				text += " " + more
				break
			}
		}
		text = " " + text + " "
		if room := to - from - 2*shade; width(text) <= room {
			l.text(from+(to-from-width(text))/2, text, waits)
		}
		from = to
	}
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

// foldedName is what the lane of the folded coroutines is called.
func (c *chart) foldedName() string { return group(len(c.folded)) + " more" }

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
	c.writeLane(p, c.foldedName(), bold, l, "")
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
