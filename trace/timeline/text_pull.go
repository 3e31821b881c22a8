package timeline

// This file defines what the summary for people says of the coroutines of
// iter.Pull that nothing was written of.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// foldPullsAbove is how many Pulls at most are shown one by one, and how many
// places at most.
const foldPullsAbove = 20

// madeText returns where p was made, for people.
func (p *Pull) madeText() string {
	switch {
	case p.Older && p.At != "":
		return "older, suspended at " + Clean(p.At)
	case p.Older:
		return "older than the trace"
	}
	return Clean(cmp.Or(p.Made, "unknown"))
}

// endText returns what p was at the trace's end.
func (p *Pull) endText() (string, style) {
	switch p.Status {
	case Done:
		return "ended", plain
	case Created:
		return "never resumed", waits
	}
	return p.Status.String(), waits
}

// writeForeignHeading writes how much there is of what in a trace that has
// nothing of the protocol.
func (t *Timeline) writeForeignHeading(p *page) {
	if len(t.Pulls) == 0 {
		p.wrapped(bold, "", "No coroutine is written in this trace.")
		return
	}
	n := len(t.Pulls)
	p.wrapped(bold, "", plural(n, "coroutine", "coroutines")+" of iter.Pull in "+formatDuration(t.Duration))
	p.wrapped(plain, "", "Nothing tells more of them than their switches: trace.Pull in place of iter.Pull writes what they await.")
}

// writePulls writes a table of the Pulls, or of where they were made if there
// are many, and which of them may have been forgotten.
func (t *Timeline) writePulls(p *page) {
	if len(t.Pulls) == 0 {
		return
	}
	p.line(plain, "")
	if len(t.Pulls) <= foldPullsAbove {
		pullTable(t.Pulls).write(p)
	} else {
		t.writePullPlaces(p)
	}
	t.writeOpenPulls(p)
	t.writeGuessed(p)
}

// writeGuessed says of how many it was guessed who resumed whom.
func (t *Timeline) writeGuessed(p *page) {
	n := 0
	for _, pl := range t.Pulls {
		if pl.Guessed {
			n++
		}
	}
	if n == 0 {
		return
	}
	p.wrapped(busy, "! ", plural(n, "coroutine is", "coroutines are")+" older than the trace and never did what tells who resumes whom, "+
		"so that this is guessed: one that was made later is taken for resumed by one that was made earlier, which may be wrong")
}

type pullColumns struct{ made, goroutine, switches, run, blocked, suspended, end column }

func newPullColumns() *pullColumns {
	return &pullColumns{
		made:      column{title: "iter.Pull called in", min: 19, keep: ' '},
		goroutine: column{title: "goroutine", right: true, drop: 2},
		switches:  column{title: "switched to", right: true, drop: 1},
		run:       column{title: "ran", right: true},
		blocked:   column{title: "blocked", right: true, drop: 3},
		suspended: column{title: "suspended", right: true},
		end:       column{title: "at the end", min: 10},
	}
}

// add adds a row's times and how often it was switched to.
func (c *pullColumns) add(p *Pull) {
	c.switches.add(plain, group(p.Switches)+"×")
	c.run.add(good, formatDuration(p.Run))
	c.blocked.add(waits, formatDuration(p.Blocked()))
	c.suspended.add(waits, formatDuration(p.Suspended))
}

// table returns the columns, without that of blocked time if none was.
func (c *pullColumns) table() table {
	t := table{&c.made, &c.goroutine, &c.switches, &c.run, &c.blocked, &c.suspended, &c.end}
	return slices.DeleteFunc(t, func(col *column) bool {
		return len(col.cells) == 0 ||
			col == &c.blocked && !slices.ContainsFunc(col.cells, func(cell cell) bool { return cell.text != formatDuration(0) })
	})
}

func pullTable(pulls []*Pull) table {
	t := newPullColumns()
	for _, pl := range pulls {
		t.made.add(bold, pl.madeText())
		t.goroutine.add(plain, fmt.Sprintf("#%d", pl.Goroutine))
		t.add(pl)
		text, st := pl.endText()
		t.end.add(st, text)
	}
	return t.table()
}

// writePullPlaces writes a table with a row for each place.
func (t *Timeline) writePullPlaces(p *page) {
	groups := groupBy(t.Pulls, (*Pull).madeText)
	tab := newPullColumns()
	for _, g := range groups[:min(foldPullsAbove, len(groups))] {
		var sum Pull
		for _, pl := range g {
			sum.Switches += pl.Switches
			sum.Run += pl.Run
			sum.Waits = append(sum.Waits, pl.Waits...)
			sum.Suspended += pl.Suspended
		}
		tab.made.add(bold, group(len(g))+"× "+g[0].madeText())
		tab.add(&sum)
		tab.end.add(plain, countTexts(g, func(pl *Pull) string { text, _ := pl.endText(); return text }))
	}
	tab.table().write(p)
	if rest := groups[min(foldPullsAbove, len(groups)):]; len(rest) > 0 {
		n := 0
		for _, g := range rest {
			n += len(g)
		}
		p.wrapped(plain, "  ", "and "+group(n)+" more, made in "+plural(len(rest), "other place", "other places"))
	}
}

// writeOpenPulls says which were still suspended at the end, and where they
// were made.
func (t *Timeline) writeOpenPulls(p *page) {
	var open []*Pull
	for _, pl := range t.Pulls {
		if pl.Open() {
			open = append(open, pl)
		}
	}
	if len(open) == 0 {
		return
	}
	const shown = 3
	groups := groupBy(open, (*Pull).madeText)
	places := make([]string, 0, shown+1)
	for _, g := range groups[:min(shown, len(groups))] {
		text := g[0].madeText()
		if len(g) > 1 {
			text = group(len(g)) + "× " + text
		}
		places = append(places, text)
	}
	if n := len(groups) - shown; n > 0 {
		places = append(places, plural(n, "other place", "other places"))
	}
	p.wrapped(busy, "! ", fmt.Sprintf("%s still suspended when the trace ended: if nobody was to resume it again, a call of stop is missing (%s)",
		plural(len(open), "coroutine was", "coroutines were"), strings.Join(places, ", ")))
}

// groupBy returns all, in groups of the same key, largest first.
func groupBy[E any](all []E, key func(E) string) [][]E {
	index := map[string]int{}
	var groups [][]E
	for _, e := range all {
		k := key(e)
		i, ok := index[k]
		if !ok {
			i = len(groups)
			index[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], e)
	}
	slices.SortStableFunc(groups, func(a, b []E) int { return cmp.Compare(len(b), len(a)) })
	return groups
}

// countTexts returns "ended", or "990 ended, 10 suspended".
func countTexts[E any](all []E, text func(E) string) string {
	groups := groupBy(all, text)
	if len(groups) == 1 {
		return text(all[0])
	}
	parts := make([]string, len(groups))
	for i, g := range groups {
		parts[i] = group(len(g)) + " " + text(g[0])
	}
	return strings.Join(parts, ", ")
}
