package explorer

// This file defines Overview: what is in a trace, and where to go first.

import (
	"time"

	"coroscope/trace/protocol"
)

// Format names the form of all answers.
const Format = "coroscope.view/1"

// An Overview is what is in a trace.
type Overview struct {
	Format      string `json:"format"`
	Name        string `json:"name"`
	FromNS      int64  `json:"from_ns"` // where the first thing happens that is shown
	ToNS        int64  `json:"to_ns"`
	Loops       int    `json:"loops"`
	Coroutines  int    `json:"coroutines"`
	Suspensions int    `json:"suspensions"`
	Pulls       int    `json:"pulls"`      // coroutines of iter.Pull that nothing was written of
	Goroutines  int    `json:"goroutines"` // ordinary ones
	Functions   int    `json:"functions"`
	Frames      bool   `json:"frames"` // values of frames were recorded
	Jumps       []Jump `json:"jumps"`

	Notes []string `json:"notes"` // remarks of who wrote the trace
	Lost  []string `json:"lost"`  // sentences that say what could not be read
}

// A Jump is a place worth going to.
type Jump struct {
	ID     string `json:"id"`    // "longest-step", ...
	Title  string `json:"title"` // "Longest step"
	Key    string `json:"key"`   // of the row
	Who    string `json:"who"`
	AtNS   int64  `json:"at_ns"`
	TookNS int64  `json:"took_ns"` // 0 if it is an instant
	More   string `json:"more"`
}

// Overview returns what is in the trace.
func (t *Trace) Overview() Overview {
	o := Overview{
		Format: Format, Name: t.name, FromNS: int64(t.begin), ToNS: int64(t.end),
		Loops: len(t.tl.Loops), Coroutines: len(t.coroutines), Pulls: len(t.tl.Pulls), Functions: len(t.functions),
		Jumps: t.jumps(), Notes: append([]string{}, t.tl.Notes...), Lost: append([]string{}, t.tl.Lost...),
	}
	for _, r := range t.rows {
		if r.kind == RowGoroutine {
			o.Goroutines++
		}
	}
	for _, c := range t.coroutines {
		o.Suspensions += c.SuspensionCount
		o.Frames = o.Frames || c.FrameCount > 0
	}
	return o
}

// jumps returns where to go, without what there is none of.
func (t *Trace) jumps() []Jump {
	jumps := []Jump{}
	var step, suspension, failed, canceled Jump
	for _, r := range t.rows {
		if l := r.loop; r.kind == RowLoop && int64(l.Longest.Took) > step.TookNS {
			step = Jump{ID: "longest-step", Title: "Longest step", Key: r.key, Who: r.name, AtNS: int64(max(l.Longest.Start, 0)), TookNS: int64(l.Longest.Took), More: l.Longest.String()}
			if c := t.byID[l.Longest.Who.ID]; c != nil && !l.Longest.Who.IsZero() {
				step.Key, step.Who, step.More = c.row.key, c.row.name, l.Longest.At
			}
		}
		c := r.coroutine
		if c == nil {
			continue
		}
		for i := range c.Suspensions {
			if s := &c.Suspensions[i]; int64(s.Len()) > suspension.TookNS {
				suspension = Jump{ID: "longest-suspension", Title: "Longest suspension", Key: r.key, Who: r.name, AtNS: int64(s.Start), TookNS: int64(s.Len()), More: awaited(s.On)}
			}
		}
		switch c.Outcome {
		case protocol.OutcomeFailed, protocol.OutcomePanicked:
			earlier(&failed, Jump{ID: "first-error", Title: "First error", Key: r.key, Who: r.name, AtNS: int64(c.Ended), More: c.Detail})
		case protocol.OutcomeCanceled:
			earlier(&canceled, Jump{ID: "first-canceled", Title: "First canceled", Key: r.key, Who: r.name, AtNS: int64(c.Ended)})
		}
	}
	for _, j := range []Jump{step, suspension, failed, canceled} {
		if j.ID != "" {
			jumps = append(jumps, j)
		}
	}
	return jumps
}

// earlier sets first to j if that is before it.
func earlier(first *Jump, j Jump) {
	if first.ID == "" || j.AtNS < first.AtNS {
		*first = j
	}
}

// Bounds returns from when to when something happens.
func (t *Trace) Bounds() (from, to time.Duration) { return t.begin, t.end }
