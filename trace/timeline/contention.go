package timeline

// This file defines Contention: what tasks stood in line for, and who let whom
// go on. It is added up by a Tally, wait by wait.

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"coroscope/trace/protocol"
)

// A Contention is the waiting for one thing that is handed out to one after the
// other, or for which several wait together: a lock, a semaphore, a queue, an
// event, a Go channel, a pool, a stream. Of what nobody had to wait for there is
// none: a trace has suspensions, and not what could be had at once. Things of
// one kind and name are one thing on one loop, and others on another.
type Contention struct {
	Loop  *Loop  // nil if not known
	Kind  string // protocol.KindLock, ...
	Label string // which one; may be empty

	// Lack says which line of a queue it is: "empty" for those who wait for an
	// item, "full" for those who wait for room, "unfinished" for those who wait
	// until all items are done; empty for other kinds.
	Lack string

	Waits   int           // suspensions
	Open    int           // those that had not ended when the trace did
	GaveUp  int           // those that ended otherwise: canceled, timed out, failed
	Total   time.Duration // of all waits; like the following without what was before the trace
	Median  time.Duration // half of the waits took no longer; like P99 it is at most 0.4% off
	P99     time.Duration // 99 in 100 of them took no longer
	Longest time.Duration

	LongestWho protocol.Ref  // who waited longest
	LongestBy  protocol.Ref  // who let it go on; zero if no coroutine did
	LongestEnd time.Duration // when

	MostWaiting int           // how many waited at once, at most; they wait until they are resumed
	MostAt      time.Duration // since when, the first time

	HandedOn      int        // waits that a coroutine ended by letting go on who waited
	Handovers     []Handover // who let whom go on, most often first
	MoreHandovers int        // how often others did, beyond the 4,096 pairs that are told apart
}

// A Handover is how often By let To go on: by the release of a lock or of a
// permit, by an item or by room in a queue, by setting an event.
type Handover struct {
	By, To  protocol.Ref
	Count   int
	Waited  time.Duration // how long To had waited, in all
	Longest time.Duration
}

// A Holder is a coroutine for which others waited: it had what they were waiting
// for, or was to bring it.
type Holder struct {
	Who     protocol.Ref
	Count   int           // how often it let one go on
	Waited  time.Duration // how long those had waited, in all
	Longest time.Duration
}

// On returns what was waited for in words: "lock stove", "queue orders (empty)".
func (c *Contention) On() string {
	on := strings.TrimPrefix(protocol.Await(c.Kind, c.Label), "await ")
	if c.Lack != "" {
		on += " (" + c.Lack + ")"
	}
	return on
}

// Holders returns those who let others go on, by how long these had waited in
// all, longest first. Pairs in MoreHandovers are not among them.
func (c *Contention) Holders() []Holder {
	at := make(map[protocol.Ref]int)
	var all []Holder
	for _, h := range c.Handovers {
		i, known := at[h.By]
		if !known {
			i = len(all)
			at[h.By] = i
			all = append(all, Holder{Who: h.By})
		}
		all[i].Count += h.Count
		all[i].Waited += h.Waited
		all[i].Longest = max(all[i].Longest, h.Longest)
	}
	slices.SortStableFunc(all, func(a, b Holder) int {
		return cmp.Or(cmp.Compare(b.Waited, a.Waited), cmp.Compare(a.Who.ID, b.Who.ID))
	})
	return all
}

// contended reports whether waiting for this kind of thing is contention. The
// others are time, the end of what one has begun, and what one has for oneself.
func contended(kind string) bool {
	switch kind {
	case protocol.KindLock, protocol.KindSemaphore, protocol.KindQueue, protocol.KindEvent,
		protocol.KindChannel, protocol.KindPool, protocol.KindIO:
		return true
	}
	return false
}

// lackOf returns what a suspension's detail says of the line of a queue.
func lackOf(s *protocol.Suspension) string {
	if s.Kind != protocol.KindQueue {
		return ""
	}
	state, _, _ := strings.Cut(s.Detail, ",") // what follows is the place in line
	switch {
	case state == "empty":
		return "empty"
	case state == "full":
		return "full"
	case strings.HasSuffix(state, " unfinished"):
		return "unfinished"
	}
	return ""
}

// A Tally adds up contentions. It is told of each wait when it begins and when
// it ends, in the order of time. The zero Tally is ready for use.
type Tally struct {
	lines map[lineKey]*Line
	order []*Line
}

type lineKey struct {
	loop              *Loop
	kind, label, lack string
}

// A Line is a Contention while it is added up.
type Line struct {
	Contention
	waiting int // at this moment
	waits   quantiles
	pairs   map[pair]int // indices of Handovers
}

type pair struct{ by, to uint64 }

// maxPairs is how many pairs of a contention are told apart.
const maxPairs = 4096

// A Waited is a wait that has ended.
type Waited struct {
	Span
	Who    protocol.Ref
	By     protocol.Ref // who made Who ready; zero if no coroutine did
	GaveUp bool         // Who has not got what it waited for
}

// Begin notes that somebody on l, which may be nil, is suspended as s says. It
// returns nil if that is not contention, and otherwise what End is to be called
// of. hint, which may be nil, is what the last call for the same coroutine
// returned.
func (t *Tally) Begin(l *Loop, s *protocol.Suspension, at time.Duration, hint *Line) *Line {
	if !contended(s.Kind) {
		return nil
	}
	lack := lackOf(s)
	ln := hint
	if ln == nil || ln.Loop != l || ln.Label != s.Label || ln.Kind != s.Kind || ln.Lack != lack {
		ln = t.line(lineKey{l, s.Kind, s.Label, lack})
	}
	ln.Waits++
	if ln.waiting++; ln.waiting > ln.MostWaiting {
		ln.MostWaiting, ln.MostAt = ln.waiting, at
	}
	return ln
}

func (t *Tally) line(key lineKey) *Line {
	if ln := t.lines[key]; ln != nil {
		return ln
	}
	if t.lines == nil {
		t.lines = make(map[lineKey]*Line)
	}
	key.kind, key.label = strings.Clone(key.kind), strings.Clone(key.label)
	ln := &Line{Contention: Contention{Loop: key.loop, Kind: key.kind, Label: key.label, Lack: key.lack}}
	t.lines[key] = ln
	t.order = append(t.order, ln)
	return ln
}

// End notes that a wait is over.
func (ln *Line) End(w *Waited) {
	ln.waiting--
	took := w.Len()
	ln.Total += took
	ln.waits.add(took)
	if took > ln.Longest || ln.LongestWho.IsZero() {
		ln.Longest, ln.LongestEnd = took, w.End
		ln.LongestWho, ln.LongestBy = cloneRef(w.Who), protocol.Ref{}
		if !w.Open && !w.GaveUp {
			ln.LongestBy = cloneRef(w.By)
		}
	}
	switch {
	case w.Open:
		ln.Open++
	case w.GaveUp:
		ln.GaveUp++
	case !w.By.IsZero():
		ln.handedOn(w, took)
	}
}

func (ln *Line) handedOn(w *Waited, took time.Duration) {
	ln.HandedOn++
	key := pair{w.By.ID, w.Who.ID}
	i, known := ln.pairs[key]
	switch {
	case known:
	case len(ln.Handovers) == maxPairs:
		ln.MoreHandovers++
		return
	default:
		if ln.pairs == nil {
			ln.pairs = make(map[pair]int)
		}
		i = len(ln.Handovers)
		ln.pairs[key] = i
		ln.Handovers = append(ln.Handovers, Handover{By: cloneRef(w.By), To: cloneRef(w.Who)})
	}
	h := &ln.Handovers[i]
	h.Count++
	h.Waited += took
	h.Longest = max(h.Longest, took)
}

// absorb adds other, which is waiting for the same thing, to ln.
func (ln *Line) absorb(other *Line) {
	ln.Waits += other.Waits
	ln.Open += other.Open
	ln.GaveUp += other.GaveUp
	ln.Total += other.Total
	ln.waits.addAll(&other.waits)
	if other.Longest > ln.Longest {
		ln.Longest, ln.LongestEnd = other.Longest, other.LongestEnd
		ln.LongestWho, ln.LongestBy = other.LongestWho, other.LongestBy
	}
	if other.MostWaiting > ln.MostWaiting {
		ln.MostWaiting, ln.MostAt = other.MostWaiting, other.MostAt
	}
	ln.HandedOn += other.HandedOn
	ln.MoreHandovers += other.MoreHandovers
	for _, h := range other.Handovers {
		i, known := ln.pairs[pair{h.By.ID, h.To.ID}]
		if !known {
			ln.Handovers = append(ln.Handovers, h)
			continue
		}
		mine := &ln.Handovers[i]
		mine.Count += h.Count
		mine.Waited += h.Waited
		mine.Longest = max(mine.Longest, h.Longest)
	}
}

// Contentions returns what was added up, the one that was waited for longest in
// all first. It is to be called once, when all waits have ended.
func (t *Tally) Contentions() []*Contention {
	// A line whose loop was found out later may be one that is there already.
	lines := make(map[lineKey]*Line, len(t.order))
	var all []*Contention
	for _, ln := range t.order {
		key := lineKey{ln.Loop, ln.Kind, ln.Label, ln.Lack}
		if first := lines[key]; first != nil {
			first.absorb(ln)
			continue
		}
		lines[key] = ln
		all = append(all, &ln.Contention)
	}
	for _, ln := range lines {
		ln.Median, ln.P99 = ln.waits.at(0.5), ln.waits.at(0.99)
		slices.SortStableFunc(ln.Handovers, func(a, b Handover) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(b.Waited, a.Waited))
		})
	}
	slices.SortStableFunc(all, func(a, b *Contention) int { return cmp.Compare(b.Total, a.Total) })
	return all
}
