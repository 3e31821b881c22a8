package explorer

// This file defines Trace: the index, and how it is made.

import (
	"slices"
	"strings"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// A Trace is an index over a timeline. It is safe for use by several goroutines
// at once.
type Trace struct {
	tl         *timeline.Timeline
	name       string
	begin, end time.Duration // where something happens

	coroutines []*coroutine // by id
	byID       map[uint64]*coroutine
	rows       []*row // all of them, in the order in which they are shown
	byKey      map[string]*row
	functions  []*function
	sources    *Sources
	machines   machineTable
}

// New returns an index over tl, which was read with Options.Full, and which is
// the index's own from then on: equal texts in it are made one, and what the
// index has itself is dropped. Name is what the trace is called, sources may be
// nil.
func New(name string, tl *timeline.Timeline, sources *Sources) *Trace {
	t := &Trace{
		tl: tl, name: name, end: tl.Duration, sources: sources,
		byID: make(map[uint64]*coroutine, len(tl.Coroutines)), byKey: make(map[string]*row),
	}
	tl.Ready = nil // suspensions have what is shown of it
	tl.Logs = nil
	texts := make(interned)
	for _, c := range tl.Coroutines {
		in := newCoroutine(c, tl.Duration, texts)
		t.coroutines = append(t.coroutines, in)
		t.byID[c.ID] = in
	}
	t.addRows(texts)
	t.begin = t.firstInstant()
	return t
}

// firstInstant returns when the first thing begins that is shown: an ordinary
// goroutine only if there is nothing else.
func (t *Trace) firstInstant() time.Duration {
	first := t.end
	others := slices.ContainsFunc(t.rows, func(r *row) bool { return r.kind != RowGoroutine })
	for _, r := range t.rows {
		if (r.kind != RowGoroutine || !others) && r.track.len() > 0 && r.life.Start < first {
			first = max(r.life.Start, 0)
		}
	}
	if first >= t.end {
		first = 0
	}
	return first
}

// interned makes equal texts one.
type interned map[string]string

func (in interned) one(s string) string {
	if s == "" {
		return ""
	}
	if known, ok := in[s]; ok {
		return known
	}
	s = strings.Clone(s)
	in[s] = s
	return s
}

// A coroutine is one with its runs and suspensions in one order.
type coroutine struct {
	*timeline.Coroutine
	order []uint32        // indices in Runs, or, with isSuspension, in Suspensions
	sums  []time.Duration // how long the runs among the items before each sumEvery-th took
	ons   []string        // what it was ever suspended on
	row   *row
}

const (
	isSuspension = 1 << 31
	sumEvery     = 64
)

// newCoroutine puts what c did into order. Where the trace contradicts itself,
// as it may around a gap, what comes later begins where what was before it ends.
func newCoroutine(c *timeline.Coroutine, last time.Duration, texts interned) *coroutine {
	in := &coroutine{Coroutine: c, order: make([]uint32, 0, len(c.Runs)+len(c.Suspensions))}
	at, ran := time.Duration(0), time.Duration(0)
	fit := func(s *timeline.Span) {
		s.Start = min(max(s.Start, at), last)
		s.End = min(max(s.End, s.Start), last)
		at = s.End
	}
	seen := make(map[string]bool)
	r, s := 0, 0
	for r < len(c.Runs) || s < len(c.Suspensions) {
		if len(in.order)%sumEvery == 0 {
			in.sums = append(in.sums, ran)
		}
		if runIsNext(c, r, s) {
			run := &c.Runs[r]
			fit(&run.Span)
			ran += run.Len()
			run.At, run.Thrown = texts.one(run.At), texts.one(run.Thrown)
			in.order = append(in.order, uint32(r))
			r++
			continue
		}
		sus := &c.Suspensions[s]
		fit(&sus.Span)
		sus.On, sus.At, sus.Detail, sus.Cause = texts.one(sus.On), texts.one(sus.At), texts.one(sus.Detail), texts.one(sus.Cause)
		sus.ReadyBy.Name = texts.one(sus.ReadyBy.Name)
		if !seen[sus.On] {
			seen[sus.On] = true
			in.ons = append(in.ons, sus.On)
		}
		in.order = append(in.order, uint32(s)|isSuspension)
		s++
	}
	for i := range c.Frames {
		c.Frames[i].Slot, c.Frames[i].Value = texts.one(c.Frames[i].Slot), texts.one(c.Frames[i].Value)
	}
	return in
}

// runIsNext reports whether run r of c comes before suspension s.
func runIsNext(c *timeline.Coroutine, r, s int) bool {
	if r == len(c.Runs) || s == len(c.Suspensions) {
		return r < len(c.Runs)
	}
	run, sus := c.Runs[r].Span, c.Suspensions[s].Span
	return run.Start < sus.Start || run.Start == sus.Start && run.End <= sus.End
}

// run returns the i-th item if it is a run.
func (c *coroutine) run(i int) *timeline.Run {
	if c.order[i]&isSuspension != 0 {
		return nil
	}
	return &c.Runs[c.order[i]]
}

// suspension returns the i-th item, which is one, and its number.
func (c *coroutine) suspension(i int) (*timeline.Suspension, int) {
	n := int(c.order[i] &^ isSuspension)
	return &c.Suspensions[n], n
}

// life returns from when to when there is something to tell of c.
func (c *coroutine) life(last time.Duration) timeline.Span {
	s := timeline.Span{Start: max(c.Spawned, 0), End: c.Ended}
	if s.Open = c.Status != timeline.Done; s.Open {
		s.End = last
	}
	if len(c.order) > 0 {
		s.Start = min(s.Start, c.span(0).Start)
	}
	s.End = max(s.End, s.Start)
	return s
}

// ref returns name#id, and "" for nobody.
func ref(r protocol.Ref) string {
	if r.IsZero() {
		return ""
	}
	return r.String()
}
