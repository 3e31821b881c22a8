package timeline

// This file defines the lanes of what the protocol does not tell of: coroutines
// of iter.Pull, and ordinary goroutines. They are drawn as coroutines are.

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"coroscope/trace/protocol"
)

const (
	maxPullLanes      = 30
	maxGoroutineLanes = 20
)

// A section is lanes under a title.
type section struct {
	title string
	lanes []*Coroutine
	rest  string // what is said of those that have no lane; may be empty
}

// sections returns the lanes of what the protocol does not tell of. Those of
// goroutines are among them if goroutines is set.
func (t *Timeline) sections(goroutines bool) []section {
	var all []section
	if len(t.Pulls) > 0 {
		all = append(all, t.pullSection())
	}
	if goroutines {
		if s := t.goroutineSection(); len(s.lanes) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// pullSection has lanes for the Pulls that ran or were suspended longest.
func (t *Timeline) pullSection() section {
	shown := longest(t.Pulls, maxPullLanes, func(p *Pull) time.Duration { return p.Run + p.Suspended })
	s := section{title: "coroutines of iter.Pull, by where it was called and #goroutine"}
	for _, p := range shown {
		s.lanes = append(s.lanes, p.lane())
	}
	if n := len(t.Pulls) - len(shown); n > 0 {
		s.rest = plural(n, "more that was shorter-lived has", "more that were shorter-lived have") + " no lane; the summary counts them"
	}
	return s
}

// lane returns p as it is drawn.
func (p *Pull) lane() *Coroutine {
	co := &Coroutine{ID: uint64(p.Goroutine), Name: "older", Spawned: p.Created, Status: p.Status, Ended: p.Ended, Run: p.Run}
	if _, place, ok := strings.Cut(cmp.Or(p.Made, p.At), " ("); ok {
		co.Name = strings.TrimSuffix(place, ")")
	}
	if p.Status == Done {
		co.Outcome = protocol.OutcomeReturned // or stopped: the lane ends
	}
	suspended := p.Created
	blocks := p.Blocks
	for _, r := range p.Runs {
		co.suspend(suspended, r.Start, awaitResumer)
		suspended = r.End
		for ; len(blocks) > 0 && blocks[0].Start < r.End; blocks = blocks[1:] {
			k := blocks[0]
			if r.Start < k.Start {
				co.Runs = append(co.Runs, Run{Span: Span{Start: r.Start, End: k.Start}})
			}
			co.block(k.Span, k.State, waitText(k.Reason, k.Call))
			r.Start = k.End
		}
		if r.Start < r.End || len(co.Suspensions) == 0 || co.Suspensions[len(co.Suspensions)-1].End < r.End {
			co.Runs = append(co.Runs, Run{Span: r})
		}
	}
	if p.Open() {
		co.suspend(suspended, p.Ended, awaitResumer)
	}
	return co
}

// awaitResumer is what a Pull is suspended on.
var awaitResumer = protocol.Await(protocol.KindResumer, "")

func (co *Coroutine) suspend(from, to time.Duration, on string) {
	if from < to {
		co.Suspensions = append(co.Suspensions, Suspension{Span: Span{Start: from, End: to}, On: on, Ready: -1})
	}
}

// goroutineSection has lanes for the goroutines that ran longest.
func (t *Timeline) goroutineSection() section {
	gs := t.forPeople()
	shown := longest(gs, maxGoroutineLanes, func(g *Goroutine) time.Duration { return g.Running })
	s := section{title: "goroutines, by function and #number; a line is what they were blocked on"}
	for _, g := range shown {
		s.lanes = append(s.lanes, g.lane())
	}
	if n := len(gs) - len(shown); n > 0 {
		in := map[*Goroutine]bool{}
		for _, g := range shown {
			in[g] = true
		}
		rest := slices.DeleteFunc(gs, func(g *Goroutine) bool { return in[g] })
		groups := groupBy(rest, (*Goroutine).funcText)
		const few = 3
		var parts []string
		for _, same := range groups[:min(few, len(groups))] {
			parts = append(parts, fmt.Sprintf("%s× %s", group(len(same)), same[0].funcText()))
		}
		if n := len(groups) - few; n > 0 {
			parts = append(parts, plural(n, "other function", "other functions"))
		}
		s.rest = plural(n, "more that ran less has", "more that ran less have") + " no lane: " + strings.Join(parts, ", ")
	}
	return s
}

// lane returns g as it is drawn: blocked where a coroutine is suspended.
func (g *Goroutine) lane() *Coroutine {
	co := &Coroutine{ID: uint64(g.ID), Name: path.Base(g.funcText()), Spawned: g.Created, Ended: g.Ended, Run: g.Running, Status: Running}
	if !g.Alive {
		co.Status, co.Outcome = Done, protocol.OutcomeReturned
	}
	for i, p := range g.Phases {
		end := g.Ended
		if i+1 < len(g.Phases) {
			end = g.Phases[i+1].Start
		}
		span := Span{Start: p.Start, End: end}
		switch p.State {
		case GoRunning:
			co.Runs = append(co.Runs, Run{Span: span})
		default:
			co.block(span, p.State, waitText(p.Reason, p.Call))
		}
	}
	return co
}

// block adds what a goroutine did that was blocked or ready.
func (co *Coroutine) block(span Span, state GoroutineState, on string) {
	if state != GoRunnable {
		co.Suspensions = append(co.Suspensions, Suspension{Span: span, On: on, Ready: -1})
		return
	}
	// What follows a wait is its last part.
	if n := len(co.Suspensions); n > 0 && co.Suspensions[n-1].End == span.Start && co.Suspensions[n-1].On != awaitResumer {
		s := &co.Suspensions[n-1]
		s.Ready, s.End = span.Start, span.End
	} else {
		co.Suspensions = append(co.Suspensions, Suspension{Span: span, Ready: span.Start})
	}
}

// longest returns the n elements of which length is largest, in their order.
func longest[E any](all []E, n int, length func(E) time.Duration) []E {
	if len(all) <= n {
		return all
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(length(all[b]), length(all[a])) })
	order = order[:n]
	slices.Sort(order)
	shown := make([]E, n)
	for i, j := range order {
		shown[i] = all[j]
	}
	return shown
}

// writeSections writes the lanes of what the protocol does not tell of.
func (c *chart) writeSections(p *page) {
	for _, s := range c.sections {
		p.line(plain, "")
		p.wrapped(accent, "", s.title)
		for _, co := range s.lanes {
			c.writeCoroutine(p, co)
		}
		if s.rest != "" {
			p.wrapped(faint, strings.Repeat(" ", c.names+2), s.rest)
		}
	}
}
