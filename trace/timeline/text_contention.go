package timeline

// This file defines what the summary says, for people, of what coroutines stood
// in line for.

import (
	"fmt"
	"slices"
	"strings"

	"coroscope/trace/protocol"
)

const (
	shownContentions = 10
	shownHandedOn    = 5 // of those, with who let whom go on
	shownHandovers   = 3 // of each of these
)

// writeContentions writes a table of what was waited for most, and who let whom
// go on.
func (t *Timeline) writeContentions(p *page) {
	if len(t.Contentions) == 0 {
		return
	}
	shown := t.Contentions[:min(shownContentions, len(t.Contentions))]
	loops := make(map[*Loop]bool)
	for _, c := range shown {
		loops[c.Loop] = true
	}
	p.line(plain, "")
	contentionTable(shown, len(loops) > 1).write(p)
	if rest := t.Contentions[len(shown):]; len(rest) > 0 {
		var sum Contention
		for _, c := range rest {
			sum.Waits += c.Waits
			sum.Total += c.Total
		}
		p.line(plain, fmt.Sprintf("and %s more, %s for %s", group(len(rest)), plural(sum.Waits, "wait", "waits"), formatDuration(sum.Total)))
	}
	told := 0
	for _, c := range shown {
		if c.HandedOn < 2 || told == shownHandedOn {
			continue // the table has the only one
		}
		if told == 0 {
			p.line(plain, "")
		}
		told++
		name := Clean(c.On())
		if len(loops) > 1 && c.Loop != nil {
			name += " on " + Clean(c.Loop.Name)
		}
		p.wrapped(waits, name+"  ", c.handoversText())
	}
}

// handoversText returns "Ann#2 → Ben#3 4×, Ben#3 → Ann#2, others 3×",
// those first who did so most often.
func (c *Contention) handoversText() string {
	var parts []string
	rest := c.HandedOn
	for _, h := range c.Handovers[:min(shownHandovers, len(c.Handovers))] {
		text := Clean(h.By.String()) + " → " + Clean(h.To.String())
		if h.Count > 1 {
			text += " " + group(h.Count) + "×"
		}
		parts = append(parts, text)
		rest -= h.Count
	}
	if rest > 0 {
		parts = append(parts, "others "+group(rest)+"×")
	}
	return strings.Join(parts, ", ")
}

// contentionTable returns a table with a row for each of cs.
func contentionTable(cs []*Contention, withLoop bool) table {
	on := column{title: "waited for", min: 26, keep: '('}
	loop := column{title: "loop", min: 8, drop: 3}
	count := column{title: "times", right: true, drop: 2}
	total := column{title: "for", right: true}
	median := column{title: "median", right: true, drop: 8}
	p99 := column{title: "p99", right: true, drop: 9}
	longest := column{title: "longest", right: true, drop: 1}
	who := column{title: "who", min: 8, keep: '#', drop: 5}
	by := column{title: "let on by", min: 8, keep: '#', drop: 6}
	most := column{title: "at once", right: true, drop: 4}
	gaveUp := column{title: "gave up", right: true, drop: 7}
	anyGaveUp := false
	for _, c := range cs {
		on.add(bold, Clean(c.On()))
		name := ""
		if c.Loop != nil {
			name = Clean(c.Loop.Name)
		}
		loop.add(plain, name)
		count.add(plain, group(c.Waits)+"×")
		total.add(waits, formatDuration(c.Total))
		median.add(plain, formatDuration(c.Median))
		p99.add(plain, formatDuration(c.P99))
		longest.add(plain, formatDuration(c.Longest))
		who.add(plain, refText(c.LongestWho))
		by.add(plain, refText(c.LongestBy))
		most.add(plain, group(c.MostWaiting))
		text := ""
		if c.GaveUp > 0 {
			text, anyGaveUp = group(c.GaveUp), true
		}
		gaveUp.add(plain, text)
	}
	t := table{&on, &loop, &count, &most, &total, &median, &p99, &longest, &who, &by}
	if !withLoop {
		t = slices.DeleteFunc(t, func(c *column) bool { return c == &loop })
	}
	if anyGaveUp {
		t = append(t, &gaveUp)
	}
	return t
}

// refText returns name#id, "" for nobody.
func refText(r protocol.Ref) string {
	if r.IsZero() {
		return ""
	}
	return Clean(r.String())
}
