package explorer

// This file defines tracks, and how one is cut into the pieces that are drawn.

import (
	"sort"
	"strings"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// A Kind says what a piece of a row is.
type Kind string

const (
	KindRun       Kind = "run"       // it runs
	KindSuspended Kind = "suspended" // it is suspended, or blocked
	KindReady     Kind = "ready"     // it could run, and waits for its turn or for a processor
	KindIdle      Kind = "idle"      // a loop has nothing to do
	KindMany      Kind = "many"      // several, too narrow to be drawn one by one
)

// A Segment is one piece of a row.
type Segment struct {
	Start int64   `json:"s"` // nanoseconds since the trace's first event
	End   int64   `json:"e"`
	Kind  Kind    `json:"k"`
	Label string  `json:"l,omitempty"` // what it waits for: "sleep bake"
	At    string  `json:"at,omitempty"`
	Ready int64   `json:"r,omitempty"`   // when one that is suspended was made ready, if it was
	By    string  `json:"by,omitempty"`  // by whom
	Count int     `json:"n,omitempty"`   // of many: suspensions, or else pieces
	Ran   float64 `json:"ran,omitempty"` // of many: which part of the time it ran, from 0 to 1
	Open  bool    `json:"open,omitempty"`
}

// A track is what happens on one row: items in the order of time, none of which
// overlaps another.
type track interface {
	len() int
	span(i int) timeline.Span
	describe(i int, s *Segment) // sets what s says of item i
	count(i, j int) int         // how many of the items from i up to j are counted
	ran(i, j int) time.Duration // how long those of them that are runs took
}

// narrow is how many pixels an item must have to be drawn by itself, unless
// there is no other near.
const narrow = 3

// cut returns the pieces of tr between two instants, at a width in pixels: a
// number that grows with the pixels alone. An item that is narrower than a few
// pixels is drawn together with those after it that begin within these. Only the
// last of them can be wide, since items do not overlap, and is drawn by itself then.
func cut(tr track, from, to time.Duration, pixels int) []Segment {
	segments := []Segment{}
	least := max(narrow*(to-from)/time.Duration(max(pixels, 1)), 1)
	n := tr.len()
	for i := firstEnding(tr, from); i < n; {
		first := tr.span(i)
		if first.Start >= to {
			break
		}
		next := i + 1
		if first.Len() < least {
			next = i + sort.Search(n-i, func(k int) bool { return tr.span(i+k).Start >= first.Start+least })
			if next > i+1 && tr.span(next-1).Len() >= least {
				next--
			}
		}
		last := tr.span(next - 1)
		s := Segment{Start: int64(first.Start), End: int64(last.End), Open: last.Open}
		if next == i+1 {
			tr.describe(i, &s)
		} else {
			s.Kind, s.Count = KindMany, tr.count(i, next)
			if d := last.End - first.Start; d > 0 {
				s.Ran = float64(tr.ran(i, next)) / float64(d)
			}
		}
		segments = append(segments, s)
		i = next
	}
	return segments
}

// firstEnding returns the first item that ends after an instant.
func firstEnding(tr track, after time.Duration) int {
	return sort.Search(tr.len(), func(i int) bool { return tr.span(i).End > after })
}

// itemAt returns the item that covers an instant, -1 if none does.
func itemAt(tr track, at time.Duration) int {
	i := firstEnding(tr, at)
	if i == tr.len() || tr.span(i).Start > at {
		return -1
	}
	return i
}

// A coroutine is the track of its runs and suspensions.

func (c *coroutine) len() int { return len(c.order) }

func (c *coroutine) span(i int) timeline.Span {
	if n := c.order[i]; n&isSuspension == 0 {
		return c.Runs[n].Span
	} else {
		return c.Suspensions[n&^isSuspension].Span
	}
}

func (c *coroutine) describe(i int, s *Segment) {
	if r := c.run(i); r != nil {
		s.Kind, s.At = KindRun, r.At
		return
	}
	sus, _ := c.suspension(i)
	s.Kind, s.Label, s.At = KindSuspended, awaited(sus.On), sus.At
	if sus.Ready >= 0 {
		s.Ready = min(max(int64(sus.Ready), s.Start), s.End)
		s.By = sus.Cause
		if who := ref(sus.ReadyBy); who != "" {
			s.By = who
		}
	}
}

// count counts suspensions.
func (c *coroutine) count(i, j int) int {
	n := 0
	for ; i < j && c.order[i]&isSuspension == 0; i++ {
	}
	for ; i < j && c.order[j-1]&isSuspension == 0; j-- {
	}
	if i < j {
		n = int(c.order[j-1]-c.order[i]) + 1
	}
	return n
}

func (c *coroutine) ran(i, j int) time.Duration { return c.ranBefore(j) - c.ranBefore(i) }

// ranBefore returns how long the runs before item i took.
func (c *coroutine) ranBefore(i int) time.Duration {
	if len(c.sums) == 0 {
		return 0
	}
	k := min(i/sumEvery, len(c.sums)-1)
	sum := c.sums[k]
	for k *= sumEvery; k < i; k++ {
		if r := c.run(k); r != nil {
			sum += r.Len()
		}
	}
	return sum
}

// awaited returns what is awaited without the word.
func awaited(on string) string { return strings.TrimPrefix(on, protocol.Await("", "")) }

// An item is a stretch of the track of a loop or of a goroutine.
type item struct {
	timeline.Span
	kind  Kind
	label string
}

// items are the track of a loop or of a goroutine.
type items struct {
	all  []item
	sums []time.Duration // as in coroutine
}

func newItems(all []item) *items {
	in := &items{all: all}
	ran := time.Duration(0)
	for i := range all {
		if i%sumEvery == 0 {
			in.sums = append(in.sums, ran)
		}
		if all[i].kind == KindRun {
			ran += all[i].Len()
		}
	}
	return in
}

func (in *items) len() int                 { return len(in.all) }
func (in *items) span(i int) timeline.Span { return in.all[i].Span }
func (in *items) count(i, j int) int       { return j - i }

func (in *items) describe(i int, s *Segment) { s.Kind, s.Label = in.all[i].kind, in.all[i].label }

func (in *items) ran(i, j int) time.Duration { return in.ranBefore(j) - in.ranBefore(i) }

func (in *items) ranBefore(i int) time.Duration {
	if len(in.sums) == 0 {
		return 0
	}
	k := min(i/sumEvery, len(in.sums)-1)
	sum := in.sums[k]
	for k *= sumEvery; k < i; k++ {
		if in.all[k].kind == KindRun {
			sum += in.all[k].Len()
		}
	}
	return sum
}
