package coro

// This file defines in which order results of offloaded work arrive on a loop that
// is simulated.

import (
	"cmp"
	"slices"
	"time"
)

// A loop is simulated if its time is virtual and its order is a seed's or a
// scheduler's. What the functions return that [Submit] and [Offload] run outside of
// such a loop does not arrive as it comes, which would be the operating system's
// decision. It is withheld until nothing is ready and no such function is under way.
// Then some results arrive, in the order of submission and in one turn, whose order
// is decided as ever; the others arrive when nothing is ready again. Which arrive
// later, the seed or the scheduler decides too.
type arrivals struct {
	last uint64 // the number given last; on the loop's goroutine only

	// Guarded by the loop's outside.mu.
	underWay map[uint64]bool // by number
	withheld []arrival
	overdue  *time.Timer // while some are withheld and others under way
	late     bool        // it has gone off
}

// An arrival is a result that was withheld.
type arrival struct {
	num     uint64
	name    string
	deliver func()
}

// patience is how long, in real time, results that are there wait for the others.
// A function that waits for what a task does with the result of another would never
// end otherwise.
var patience = 2 * time.Second

func (l *Loop) simulated() bool { return l.virtual && (l.rng != nil || l.pick != nil) }

// expectResult returns the number of a result that will come, 0 if the loop is not
// simulated.
func (l *Loop) expectResult() uint64 {
	if !l.simulated() {
		return 0
	}
	r := &l.arrivals
	r.last++
	l.outside.mu.Lock()
	defer l.outside.mu.Unlock()
	if r.underWay == nil {
		r.underWay = make(map[uint64]bool)
	}
	r.underWay[r.last] = true
	return r.last
}

// withhold is told that a result is there. It is safe on any goroutine.
func (l *Loop) withhold(a arrival) {
	r, o := &l.arrivals, &l.outside
	o.mu.Lock()
	if r.underWay[a.num] && !o.closed {
		delete(r.underWay, a.num)
		r.withheld = append(r.withheld, a)
		if len(r.underWay) > 0 && r.overdue == nil {
			r.overdue = time.AfterFunc(patience, l.losePatience)
		}
	}
	o.mu.Unlock()
	o.wake()
}

func (l *Loop) losePatience() {
	l.outside.mu.Lock()
	l.arrivals.late = true
	l.outside.mu.Unlock()
	l.outside.wake()
}

// withdraw takes back that result num is expected, or withheld. It answers false if
// it has arrived.
func (l *Loop) withdraw(num uint64) bool {
	r := &l.arrivals
	l.outside.mu.Lock()
	defer l.outside.mu.Unlock()
	n := len(r.withheld)
	r.withheld = slices.DeleteFunc(r.withheld, func(a arrival) bool { return a.num == num })
	was := r.underWay[num] || len(r.withheld) < n
	delete(r.underWay, num)
	return was
}

// mayArrive reports whether there are results that may arrive.
func (l *Loop) mayArrive() bool {
	l.outside.mu.Lock()
	defer l.outside.mu.Unlock()
	r := &l.arrivals
	return len(r.withheld) > 0 && (len(r.underWay) == 0 || r.late)
}

// arrive makes results that may arrive ready: one at least, and all if some are
// still under way.
func (l *Loop) arrive() {
	r, o := &l.arrivals, &l.outside
	o.mu.Lock()
	all, late := r.withheld, r.late
	r.withheld, r.late = nil, false
	if r.overdue != nil {
		r.overdue.Stop()
		r.overdue = nil
	}
	o.mu.Unlock()
	slices.SortFunc(all, func(a, b arrival) int { return cmp.Compare(a.num, b.num) })
	var later []arrival
	for _, a := range all {
		if !late && len(later) < len(all)-1 && l.arrivesLater(a) {
			later = append(later, a)
			continue
		}
		l.ready.push(&Handle{loop: l, fn: a.deliver, outside: true})
	}
	o.mu.Lock()
	r.withheld = append(later, r.withheld...)
	o.mu.Unlock()
}

// arrivesLater has the seed or the scheduler decide about a.
func (l *Loop) arrivesLater(a arrival) bool {
	if l.pick == nil {
		return l.rng.IntN(2) == 1
	}
	l.pickFrom = append(l.pickFrom[:0],
		Pending{Callback: a.name + " arrives"},
		Pending{Callback: a.name + " arrives when nothing else is ready again"})
	return l.picked() == 1
}

// forgetArrivals is called when the loop closes: nothing arrives any more.
func (l *Loop) forgetArrivals() {
	l.outside.mu.Lock()
	defer l.outside.mu.Unlock()
	if r := &l.arrivals; r.overdue != nil {
		r.overdue.Stop()
		r.overdue = nil
	}
	l.arrivals.withheld = nil
}
