package timeline

// This file defines WriteSummary, the totals of a timeline for people.

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"coroscope/trace/protocol"
)

// foldAbove is how many coroutines at most are shown one by one.
const foldAbove = 60

// WriteSummary writes t's totals for people: the loops, a table of the
// coroutines (of their functions, if there are more than 60), what coroutines
// stood in line for, the coroutines of iter.Pull, what goroutines were blocked on, failures, slow steps, and what was
// lost. Width is the terminal's, 0 if it is not known.
func WriteSummary(w io.Writer, t *Timeline, width int, color bool) error {
	p := newPage(width, color)
	t.writeHeading(p)
	for _, l := range t.Loops {
		p.line(plain, "")
		l.write(p)
	}
	if len(t.Coroutines) > 0 {
		p.line(plain, "")
		if len(t.Coroutines) <= foldAbove {
			coroutineTable(t.Coroutines).write(p)
		} else {
			functionTable(t.Coroutines).write(p)
		}
	}
	t.writeContentions(p)
	t.writePulls(p)
	t.writeGoroutines(p)
	t.writeFailures(p)
	t.writeSlow(p)
	t.writeRemarks(p)
	return p.writeTo(w)
}

// writeHeading writes how much there is of what.
func (t *Timeline) writeHeading(p *page) {
	if !t.Speaks() {
		t.writeForeignHeading(p)
		return
	}
	suspensions := 0
	for _, c := range t.Coroutines {
		suspensions += c.SuspensionCount
	}
	var parts []string
	if len(t.Loops) > 0 {
		parts = append(parts, plural(len(t.Loops), "loop", "loops"))
	}
	parts = append(parts, plural(len(t.Coroutines), "coroutine", "coroutines"), plural(suspensions, "suspension", "suspensions"))
	if n := len(t.Pulls); n > 0 {
		parts = append(parts, plural(n, "coroutine", "coroutines")+" of iter.Pull")
	}
	p.wrapped(bold, "", strings.Join(parts, ", ")+" in "+formatDuration(t.Duration))
}

func (l *Loop) write(p *page) {
	name := "loop " + Clean(l.Name) + "  "
	indent := strings.Repeat(" ", width(name))
	p.wrapped(accent, name, fmt.Sprintf("%s, busy %s, idle %s: %s of its thread used",
		plural(l.Turns, "turn", "turns"), formatDuration(l.Busy), formatDuration(l.Idle), percent(l.Utilization())))
	if l.Longest.Took > 0 {
		p.wrapped(plain, indent, "longest step "+formatDuration(l.Longest.Took)+": "+Clean(l.Longest.String()))
	}
}

// percent returns part in percent, "0.3%" or "37%".
func percent(part float64) string {
	if part > 0 && part < 0.0995 {
		return fmt.Sprintf("%.1f%%", 100*part)
	}
	return fmt.Sprintf("%.0f%%", 100*part)
}

// columns of the tables of coroutines.
type coroutineColumns struct {
	name, fn, shape, runs, run, count, suspended, longest, on, at, outcome column
}

func newColumns(first string) *coroutineColumns {
	return &coroutineColumns{
		name:      column{title: first, min: 12, keep: '#'},
		fn:        column{title: "function", min: 12, drop: 9},
		shape:     column{title: "shape", min: 12, drop: 7},
		runs:      column{title: "runs", right: true, drop: 6},
		run:       column{title: "ran", right: true},
		count:     column{title: "suspended", right: true, drop: 3},
		suspended: column{title: "for", right: true},
		longest:   column{title: "longest", right: true, drop: 4},
		on:        column{title: "on", min: 10, drop: 5},
		at:        column{title: "at", min: 8, keep: ':', drop: 8},
		outcome:   column{title: "outcome", min: 9, drop: 2},
	}
}

func (c *coroutineColumns) table() table {
	return table{&c.name, &c.fn, &c.shape, &c.outcome, &c.runs, &c.run, &c.count, &c.suspended, &c.longest, &c.on, &c.at}
}

// coroutineTable returns a table with a row for each coroutine.
func coroutineTable(cs []*Coroutine) table {
	t := newColumns("coroutine")
	for _, c := range cs {
		t.name.add(bold, Clean(c.String()))
		t.fn.add(faint, Clean(c.Func))
		t.shape.add(plain, Clean(c.Shape))
		t.runs.add(plain, group(c.RunCount))
		t.run.add(good, formatDuration(c.Run))
		t.count.add(plain, group(c.SuspensionCount)+"×")
		t.suspended.add(waits, formatDuration(c.Suspended))
		t.longest.add(plain, formatDuration(c.Longest))
		t.on.add(plain, Clean(strings.TrimPrefix(c.LongestOn, "await ")))
		t.at.add(faint, Clean(c.LongestAt))
		text, st := c.outcome()
		t.outcome.add(st, text)
	}
	return t.table()
}

// outcome returns how c ended, or what it is doing.
func (c *Coroutine) outcome() (string, style) {
	switch c.Outcome {
	case "":
		return c.Status.String(), waits
	case protocol.OutcomeReturned:
		return c.Outcome, plain
	case protocol.OutcomeFailed, protocol.OutcomePanicked:
		return c.Outcome, bad
	}
	return Clean(c.Outcome), faint
}

// functionTable returns a table with a row for each function.
func functionTable(cs []*Coroutine) table {
	groups := map[[2]string][]*Coroutine{}
	for _, c := range cs {
		k := [2]string{c.Func, c.Shape}
		groups[k] = append(groups[k], c)
	}
	rows := make([][]*Coroutine, 0, len(groups))
	for _, g := range groups {
		rows = append(rows, g)
	}
	slices.SortFunc(rows, func(a, b []*Coroutine) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a[0].ID, b[0].ID))
	})
	t := newColumns("coroutines of")
	t.name.min, t.outcome.min = 24, 20
	for _, g := range rows {
		var sum Coroutine
		for _, c := range g {
			sum.RunCount += c.RunCount
			sum.Run += c.Run
			sum.SuspensionCount += c.SuspensionCount
			sum.Suspended += c.Suspended
			if c.Longest > sum.Longest {
				sum.Longest, sum.LongestOn, sum.LongestAt = c.Longest, c.LongestOn, c.LongestAt
			}
		}
		t.name.add(bold, group(len(g))+"× "+Clean(cmp.Or(g[0].Func, "unknown")))
		t.shape.add(plain, Clean(g[0].Shape))
		t.runs.add(plain, group(sum.RunCount))
		t.run.add(good, formatDuration(sum.Run))
		t.count.add(plain, group(sum.SuspensionCount)+"×")
		t.suspended.add(waits, formatDuration(sum.Suspended))
		t.longest.add(plain, formatDuration(sum.Longest))
		t.on.add(plain, Clean(strings.TrimPrefix(sum.LongestOn, "await ")))
		t.at.add(faint, Clean(sum.LongestAt))
		t.outcome.add(plain, outcomes(g))
	}
	return slices.DeleteFunc(t.table(), func(c *column) bool { return c == &t.fn })
}

// outcomes returns "returned", or "990 returned, 10 failed".
func outcomes(cs []*Coroutine) string {
	count := map[string]int{}
	for _, c := range cs {
		text, _ := c.outcome()
		count[text]++
	}
	texts := make([]string, 0, len(count))
	for text := range count {
		texts = append(texts, text)
	}
	slices.SortFunc(texts, func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	if len(texts) == 1 {
		return texts[0]
	}
	for i, text := range texts {
		texts[i] = group(count[text]) + " " + text
	}
	return strings.Join(texts, ", ")
}

const shownFailures = 10

// writeFailures writes what failed, and why.
func (t *Timeline) writeFailures(p *page) {
	shown, more := 0, 0
	for _, c := range t.Coroutines {
		if c.Outcome != protocol.OutcomeFailed && c.Outcome != protocol.OutcomePanicked {
			continue
		}
		if shown == shownFailures {
			more++
			continue
		}
		if shown == 0 {
			p.line(plain, "")
		}
		shown++
		text := c.String() + " " + c.Outcome
		if c.Detail != "" {
			text += ": " + c.Detail
		}
		p.wrapped(bad, "✗ ", Clean(text))
	}
	if more > 0 {
		p.line(plain, "  and "+group(more)+" more")
	}
}

const shownSlow = 5

// writeSlow writes the slowest steps that were reported.
func (t *Timeline) writeSlow(p *page) {
	if t.SlowSteps == 0 {
		return
	}
	steps := slices.Clone(t.Slow)
	slices.SortStableFunc(steps, func(a, b SlowStep) int { return cmp.Compare(b.Took, a.Took) })
	p.line(plain, "")
	for _, s := range steps[:min(shownSlow, len(steps))] {
		p.wrapped(busy, "! ", Clean(s.String())+" held the loop for "+formatDuration(s.Took))
	}
	if n := t.SlowSteps - min(shownSlow, len(steps)); n > 0 {
		p.line(plain, "  and "+plural(n, "more slow step", "more slow steps"))
	}
}

// writeRemarks writes notes and what was lost.
func (t *Timeline) writeRemarks(p *page) {
	if len(t.Notes)+len(t.Lost) > 0 {
		p.line(plain, "")
	}
	for _, n := range t.Notes {
		p.wrapped(faint, "note: ", Clean(n))
	}
	for _, l := range t.Lost {
		p.wrapped(bad, "lost: ", Clean(l))
	}
}
