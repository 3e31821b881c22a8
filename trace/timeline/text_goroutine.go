package timeline

// This file defines what the summary for people says of ordinary goroutines:
// what they were blocked on.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// foldGoroutinesAbove is how many goroutines at most are shown one by one.
	foldGoroutinesAbove = 12

	// shownGoroutines is how many rows at most there are of functions.
	shownGoroutines = 15

	// shownReasons is how many reasons at most a row has.
	shownReasons = 2
)

// forPeople returns the ordinary goroutines. Where there are coroutines to be
// told of, those that a loop ran on, which is told of too, and those that never
// ran are not among them.
func (t *Timeline) forPeople() []*Goroutine {
	return slices.DeleteFunc(t.ordinary(), func(g *Goroutine) bool {
		return t.Speaks() && g.Running == 0 || slices.ContainsFunc(t.Loops, func(l *Loop) bool { return l.Goroutine == g.ID })
	})
}

// A blocking is the totals of some goroutines.
type blocking struct {
	goroutines                 []*Goroutine
	running, runnable, blocked time.Duration
	resumed                    time.Duration // waited for coroutines that it had resumed
	reasons                    []Wait        // without those, longest first
}

func newBlocking(gs ...*Goroutine) *blocking {
	b := &blocking{goroutines: gs}
	for _, g := range gs {
		b.running += g.Running
		b.runnable += g.Runnable
		for _, w := range g.Blocked() {
			if w.Reason == ReasonSwitch {
				b.resumed += w.Total
				continue
			}
			b.blocked += w.Total
			b.add(w)
		}
	}
	sortWaits(b.reasons)
	return b
}

func (b *blocking) add(w Wait) {
	i := slices.IndexFunc(b.reasons, func(r Wait) bool { return r.text() == w.text() })
	if i < 0 {
		b.reasons = append(b.reasons, w)
		return
	}
	r := &b.reasons[i]
	r.Count += w.Count
	r.Total += w.Total
	if w.Longest > r.Longest {
		r.Longest, r.At = w.Longest, w.At
	}
}

// text returns what a wait was for: of what is in package sync the method,
// otherwise the reason.
func (w *Wait) text() string { return waitText(w.Reason, w.Call) }

func waitText(reason, call string) string {
	if method, ok := strings.CutPrefix(call, "sync.(*"); ok {
		return Clean(strings.Replace(method, ")", "", 1)) // "Mutex.Lock"
	}
	return Clean(reason)
}

// nameOf returns "main.worker#19".
func (g *Goroutine) nameOf() string {
	return fmt.Sprintf("%s#%d", g.funcText(), g.ID)
}

func (g *Goroutine) funcText() string { return Clean(shortFunc(cmp.Or(g.Func, "unknown"))) }

// writeGoroutines writes a table of goroutines, or of their functions if there
// are many.
func (t *Timeline) writeGoroutines(p *page) {
	gs := t.forPeople()
	var rows []*blocking
	first := "goroutine"
	if len(gs) <= foldGoroutinesAbove {
		for _, g := range gs {
			rows = append(rows, newBlocking(g))
		}
	} else {
		first = manyGoroutines
		for _, same := range groupBy(gs, (*Goroutine).funcText) {
			rows = append(rows, newBlocking(same...))
		}
		// Who ran or was blocked longest is first.
		slices.SortStableFunc(rows, func(x, y *blocking) int {
			return cmp.Compare(y.running+y.blocked, x.running+x.blocked)
		})
	}
	if len(rows) > 0 {
		p.line(plain, "")
		goroutineTable(first, rows[:min(shownGoroutines, len(rows))]).write(p)
	}
	if n := len(rows) - shownGoroutines; n > 0 {
		p.wrapped(plain, "  ", "and those of "+plural(n, "other function", "other functions"))
	}
	t.writeSystem(p)
}

// manyGoroutines is the title of the goroutines' names if they are functions.
const manyGoroutines = "goroutines of"

func goroutineTable(first string, rows []*blocking) table {
	name := column{title: first, min: 16, keep: '#'}
	if first == manyGoroutines {
		name.middle = true // the ends of functions' names differ
	}
	ran := column{title: "ran", right: true}
	ready := column{title: "ready", right: true, drop: 3}
	resumed := column{title: "in coroutines", right: true, drop: 2}
	blocked := column{title: "blocked", right: true}
	on := column{title: "on", min: 12}
	longest := column{title: "longest", right: true, drop: 4}
	at := column{title: "at", min: 16, keep: ' ', drop: 5}
	resumes := false
	for _, r := range rows {
		text := r.goroutines[0].nameOf()
		if first == manyGoroutines {
			text = group(len(r.goroutines)) + "× " + r.goroutines[0].funcText()
		}
		name.add(bold, text)
		ran.add(good, formatDuration(r.running))
		ready.add(turnStyle, formatDuration(r.runnable))
		resumed.add(plain, formatDuration(r.resumed))
		resumes = resumes || r.resumed > 0
		blocked.add(waits, formatDuration(r.blocked))
		on.add(plain, r.reasonsText())
		if len(r.reasons) == 0 {
			longest.add(plain, "")
			at.add(faint, "")
			continue
		}
		longest.add(plain, formatDuration(r.reasons[0].Longest))
		at.add(faint, Clean(r.reasons[0].At))
	}
	t := table{&name, &ran, &ready, &resumed, &blocked, &on, &longest, &at}
	if !resumes {
		t = slices.DeleteFunc(t, func(c *column) bool { return c == &resumed })
	}
	return t
}

// reasonsText returns "Mutex.Lock 1.2ms 14×, sleep 300µs 2×".
func (b *blocking) reasonsText() string {
	var parts []string
	for _, r := range b.reasons[:min(shownReasons, len(b.reasons))] {
		parts = append(parts, fmt.Sprintf("%s %s %s×", r.text(), formatDuration(r.Total), group(r.Count)))
	}
	if len(b.reasons) > shownReasons {
		parts = append(parts, "…")
	}
	return strings.Join(parts, ", ")
}

// writeSystem says how much the runtime's own goroutines ran, if it is at least
// a hundredth of the trace.
func (t *Timeline) writeSystem(p *page) {
	var total time.Duration
	byFunc := map[string]time.Duration{}
	for _, g := range t.Goroutines {
		if systemFunc(g.Func) {
			total += g.Running
			byFunc[g.funcText()] += g.Running
		}
	}
	if total < t.Duration/100 || total == 0 {
		return
	}
	most := ""
	for fn, d := range byFunc {
		if most == "" || d > byFunc[most] || d == byFunc[most] && fn < most {
			most = fn
		}
	}
	p.wrapped(faint, "  ", fmt.Sprintf("the runtime's own goroutines ran %s, most of that in %s", formatDuration(total), most))
}
