package explorer

// This file defines Step: the events before and after an instant.

import (
	"sort"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// An Event is something that a coroutine does.
type Event struct {
	Key  string `json:"key"`
	Who  string `json:"who"`
	What string `json:"what"` // "is suspended on sleep bake", "goes on", ...
	At   string `json:"at"`   // where; empty if not known
}

// A Step is what happens at the next instant at which something does.
type Step struct {
	Found  bool    `json:"found"`
	AtNS   int64   `json:"at_ns"`
	Events []Event `json:"events"`
}

// Step returns what happens next after an instant, or last before it if back:
// what the row with the given key does, and what anybody does if key is empty.
func (t *Trace) Step(at time.Duration, back bool, key string) Step {
	found, best := false, time.Duration(0)
	of := t.rows
	if key != "" {
		of = nil
		if r := t.byKey[key]; r != nil {
			of = []*row{r}
		}
	}
	for _, r := range of {
		if key == "" && r.coroutine == nil && len(t.coroutines) > 0 {
			continue // loops and goroutines are stepped when they are asked for
		}
		if when, ok := r.next(at, back); ok && (!found || !back && when < best || back && when > best) {
			found, best = true, when
		}
	}
	s := Step{Found: found, AtNS: int64(best), Events: []Event{}}
	if found {
		for _, r := range of {
			if len(s.Events) == maxListed {
				break
			}
			if e, ok := r.event(best); ok {
				s.Events = append(s.Events, e)
			}
		}
	}
	return s
}

// next returns the instant next after at, or last before it if back, at which
// something happens on r.
func (r *row) next(at time.Duration, back bool) (time.Duration, bool) {
	found, best := false, time.Duration(0)
	offer := func(when time.Duration) {
		if (back && when < at || !back && when > at) && (!found || back && when > best || !back && when < best) {
			found, best = true, when
		}
	}
	n := r.track.len()
	i := sort.Search(n, func(i int) bool {
		if back {
			return r.track.span(i).Start >= at
		}
		return r.track.span(i).Start > at
	})
	if back {
		i--
	}
	if i >= 0 && i < n {
		offer(r.track.span(i).Start)
	}
	if c := r.coroutine; c != nil {
		if !c.Older {
			offer(c.Spawned)
		}
		if c.Status == timeline.Done {
			offer(c.Ended)
		}
	}
	return best, found
}

// event returns what happens on r at an instant, if anything does.
func (r *row) event(at time.Duration) (Event, bool) {
	e := Event{Key: r.key, Who: r.name}
	c := r.coroutine
	if c != nil && c.Status == timeline.Done && c.Ended == at {
		e.What = ended(c)
		return e, true
	}
	// Of several that begin then, all but the last have no length.
	i := sort.Search(r.track.len(), func(i int) bool { return r.track.span(i).Start > at }) - 1
	if i >= 0 && r.track.span(i).Start == at {
		var s Segment
		r.track.describe(i, &s)
		e.At = s.At
		switch {
		case c != nil && s.Kind == KindRun && i == 0 && s.At == "":
			e.What = "starts"
		case c != nil && s.Kind == KindRun:
			e.What = "goes on"
			if i > 0 && c.run(i-1) == nil {
				sus, _ := c.suspension(i - 1)
				e.What = "goes on from " + awaited(sus.On)
			}
			if thrown := c.run(i).Thrown; thrown != "" {
				e.What += ", into which an error is thrown: " + thrown
			}
		case s.Kind == KindRun:
			e.What = "runs"
		case s.Kind == KindIdle:
			e.What = "is idle"
		case s.Kind == KindReady:
			e.What = "is ready"
		default:
			e.What = "is suspended on " + s.Label
		}
		return e, true
	}
	if c != nil && !c.Older && c.Spawned == at {
		e.What, e.At = "is made", c.Made
		return e, true
	}
	return e, false
}

// ended says how c ended.
func ended(c *coroutine) string {
	what := "ends: "
	if c.Outcome == protocol.OutcomeReturned {
		what = ""
	}
	what += c.Outcome
	if c.Detail != "" {
		what += ": " + c.Detail
	}
	return what
}
