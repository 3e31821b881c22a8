package explorer

// This file defines Numbers: how often and how long.

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// What Numbers can be by.
const (
	ByCoroutine = "coroutine"
	ByFunction  = "function"
	ByAwaited   = "awaited"
)

// maxGroups is how many groups an answer has at most.
const maxGroups = 200

// Numbers are how often and how long coroutines were suspended and ran.
type Numbers struct {
	By     string  `json:"by"`
	Total  int     `json:"total"` // groups, of which those with the most suspended time are here
	Groups []Group `json:"groups"`
	Loops  []Use   `json:"loops"`
}

// A Group is what has one name.
type Group struct {
	Name        string `json:"name"`
	Suspensions Stat   `json:"suspensions"`
	Runs        Stat   `json:"runs"` // none by awaited thing
}

// A Stat is how often and how long. Median and P99 are exact.
type Stat struct {
	Count       int    `json:"count"`
	TotalNS     int64  `json:"total_ns"`
	MedianNS    int64  `json:"median_ns"`
	P99NS       int64  `json:"p99_ns"`
	LongestNS   int64  `json:"longest_ns"`
	LongestKey  string `json:"longest_key"` // whose the longest was
	LongestAtNS int64  `json:"longest_at_ns"`
	Histogram   []int  `json:"histogram"` // how many took less than 1µs, than 10µs, ..., than 10s, and longer
}

// A Use is how busy a loop was, in equal parts of the time in which something happens.
type Use struct {
	Key    string    `json:"key"`
	Name   string    `json:"name"`
	Busy   []float64 `json:"busy"` // from 0 to 1
	BusyNS int64     `json:"busy_ns"`
	IdleNS int64     `json:"idle_ns"`
	Turns  int       `json:"turns"`
}

// useParts is into how many parts a loop's time is divided.
const useParts = 120

// Numbers adds up by one of ByCoroutine, ByFunction and ByAwaited. Error: it is
// none of these.
func (t *Trace) Numbers(by string) (Numbers, error) {
	if by != ByCoroutine && by != ByFunction && by != ByAwaited {
		return Numbers{}, fmt.Errorf("numbers by %q: expected %s, %s or %s", by, ByCoroutine, ByFunction, ByAwaited)
	}
	n := Numbers{By: by, Groups: []Group{}, Loops: []Use{}}
	groups := make(map[string]*tallies)
	var order []*tallies
	group := func(name string) *tallies {
		g := groups[name]
		if g == nil {
			g = &tallies{name: name}
			groups[name] = g
			order = append(order, g)
		}
		return g
	}
	for _, c := range t.coroutines {
		switch by {
		case ByCoroutine:
			group(c.row.name).addAll(c)
		case ByFunction:
			group(cmp.Or(c.Func, "function not known")).addAll(c)
		case ByAwaited:
			for i := range c.Suspensions {
				s := &c.Suspensions[i]
				group(awaited(s.On)).suspensions.add(s.Start, s.Len(), c)
			}
		}
	}
	slices.SortStableFunc(order, func(a, b *tallies) int {
		return cmp.Or(cmp.Compare(b.suspensions.total, a.suspensions.total), cmp.Compare(b.runs.total, a.runs.total))
	})
	n.Total = len(order)
	for _, g := range order[:min(len(order), maxGroups)] {
		n.Groups = append(n.Groups, Group{Name: g.name, Suspensions: g.suspensions.stat(), Runs: g.runs.stat()})
	}
	for _, r := range t.rows {
		if r.kind == RowLoop {
			n.Loops = append(n.Loops, t.use(r))
		}
	}
	return n, nil
}

// use returns how busy a loop was.
func (t *Trace) use(r *row) Use {
	u := Use{Key: r.key, Name: r.name, BusyNS: int64(r.loop.Busy), IdleNS: int64(r.loop.Idle), Turns: r.loop.Turns, Busy: make([]float64, useParts)}
	span := max(t.end-t.begin, 1)
	for i := range u.Busy {
		from, to := t.begin+span*time.Duration(i)/useParts, t.begin+span*time.Duration(i+1)/useParts
		if to > from {
			u.Busy[i] = float64(ranIn(r.track, from, to)) / float64(to-from)
		}
	}
	return u
}

// ranIn returns how long something ran between two instants.
func ranIn(tr track, from, to time.Duration) time.Duration {
	i, j := firstEnding(tr, from), firstEnding(tr, to)
	total := time.Duration(0)
	part := func(k int) {
		if k < tr.len() {
			s := tr.span(k)
			if overlap := min(s.End, to) - max(s.Start, from); overlap > 0 && tr.ran(k, k+1) > 0 {
				total += overlap
			}
		}
	}
	part(i)
	if j > i {
		total += tr.ran(i+1, j)
		part(j)
	}
	return total
}

// tallies are a group while it is added up.
type tallies struct {
	name              string
	suspensions, runs tally
}

func (g *tallies) addAll(c *coroutine) {
	for i := range c.Suspensions {
		g.suspensions.add(c.Suspensions[i].Start, c.Suspensions[i].Len(), c)
	}
	for i := range c.Runs {
		g.runs.add(c.Runs[i].Start, c.Runs[i].Len(), c)
	}
}

// A tally is a Stat while it is added up.
type tally struct {
	took  []time.Duration
	total time.Duration
	long  time.Duration
	start time.Duration // of the longest
	who   *coroutine
}

func (y *tally) add(start, took time.Duration, c *coroutine) {
	y.took = append(y.took, took)
	y.total += took
	if took > y.long || y.who == nil {
		y.long, y.start, y.who = took, start, c
	}
}

func (y *tally) stat() Stat {
	s := Stat{Count: len(y.took), TotalNS: int64(y.total), LongestNS: int64(y.long), LongestAtNS: int64(y.start), Histogram: make([]int, 9)}
	if y.who == nil {
		return s
	}
	s.LongestKey = y.who.row.key
	slices.Sort(y.took)
	// The least one such that the part of all are not longer.
	s.MedianNS = int64(y.took[(len(y.took)-1)/2])
	s.P99NS = int64(y.took[(len(y.took)*99+99)/100-1])
	limit, i := time.Microsecond, 0
	for _, d := range y.took {
		for ; i < len(s.Histogram)-1 && d >= limit; i++ {
			limit *= 10
		}
		s.Histogram[i]++
	}
	return s
}
