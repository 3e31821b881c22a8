package corotest

// This file defines an order as the places where it departs from first come,
// first served, and the player that has a loop run in it.

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"coroscope/coro"
)

// A departure is a choice in which not the first in the queue is taken.
type departure struct {
	at   int // the number of the choice, from 0
	pick int // which is taken, from 1
	of   int // how many there are
}

// An order is its departures. The choices between them are as the loop's own.
type order []departure

// String returns the order in the form that parseOrder reads: "4=1of2,9=2of3".
func (o order) String() string {
	if len(o) == 0 {
		return "default"
	}
	var parts []string
	for _, d := range o {
		parts = append(parts, fmt.Sprintf("%d=%dof%d", d.at, d.pick, d.of))
	}
	return strings.Join(parts, ",")
}

func parseOrder(s string) (order, error) {
	var o order
	if s == "default" {
		return o, nil
	}
	last := -1
	for part := range strings.SplitSeq(s, ",") {
		at, rest, ok1 := strings.Cut(part, "=")
		pick, of, ok2 := strings.Cut(rest, "of")
		var d departure
		for _, n := range []struct {
			to   *int
			text string
		}{{&d.at, at}, {&d.pick, pick}, {&d.of, of}} {
			v, err := strconv.Atoi(n.text)
			if err != nil {
				ok1 = false
			}
			*n.to = v
		}
		if !ok1 || !ok2 || d.at <= last || d.pick < 1 || d.pick >= d.of {
			return nil, fmt.Errorf("%q in order %q is no choice; one is CHOICE=NUMBERofHOWMANY, as in 4=1of2,9=2of3, in rising order", part, s)
		}
		last = d.at
		o = append(o, d)
	}
	return o, nil
}

// A player is the scheduler of one run.
type player struct {
	order order      // that is to be played
	rng   *rand.Rand // decides instead, if it is not nil
	limit int        // of steps

	next    int   // in order
	choices []int // from how many was chosen, each time that it was from more than one
	steps   int
	over    bool   // there were more than limit
	astray  string // why the order does not fit, or empty

	from  []int // used again
	watch func(ready []coro.Pending, i int)
}

// schedule makes l run as the player says.
func (p *player) schedule() coro.LoopOption {
	return func(l *coro.Loop) {
		coro.WithScheduler(func(ready []coro.Pending) int {
			if p.steps++; p.steps > p.limit {
				p.over = true
				l.Stop()
				return 0
			}
			i := p.pick(ready)
			if p.watch != nil {
				p.watch(ready, i)
			}
			return i
		})(l)
	}
}

// pick returns which of those that are ready runs next.
func (p *player) pick(ready []coro.Pending) int {
	p.from = p.from[:0]
	slept := false
	for i, r := range ready {
		switch {
		case r.Canceled:
			return i // nothing will run, so it does not matter when
		case r.SleepEnd && slept:
			// The ends of sleeps only make their tasks ready for the next
			// turn, the order of which is chosen there.
			continue
		}
		slept = slept || r.SleepEnd
		p.from = append(p.from, i)
	}
	if len(p.from) == 1 {
		return p.from[0]
	}
	return p.from[p.choose(len(p.from))]
}

// choose returns a number below n.
func (p *player) choose(n int) int {
	at := len(p.choices)
	p.choices = append(p.choices, n)
	switch {
	case p.rng != nil:
		return p.rng.IntN(n)
	case p.next == len(p.order) || p.order[p.next].at != at:
		return 0
	}
	d := p.order[p.next]
	if d.of != n {
		if p.astray == "" {
			p.astray = fmt.Sprintf("choice %d is one of %d and not of %d", at, n, d.of)
		}
		return 0
	}
	p.next++
	return d.pick
}

// misfit says why the run was not in the player's order, or "".
func (p *player) misfit() string {
	if p.astray == "" && p.next < len(p.order) {
		return fmt.Sprintf("there are %d choices, and none with number %d", len(p.choices), p.order[p.next].at)
	}
	return p.astray
}
