package explorer

// This file defines Moment: what everybody is doing at an instant.

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// maxListed is how many entries each list of a Moment has at most.
const maxListed = 200

// A Moment is how everything is at an instant. Of lists that are cut off the
// counts tell how long they were.
type Moment struct {
	AtNS      int64        `json:"at_ns"`
	Loops     []LoopMoment `json:"loops"`
	Running   []Listed     `json:"running"`
	Ready     []Listed     `json:"ready"`  // in the order in which they became so
	Timers    []Timer      `json:"timers"` // in the order in which they go off
	Tree      []Waiting    `json:"tree"`
	Counts    Counts       `json:"counts"`
	Coroutine *Detail      `json:"coroutine"` // the selected one; null if none is
}

// Counts say how many coroutines are doing what.
type Counts struct {
	Running   int `json:"running"`
	Ready     int `json:"ready"`
	Suspended int `json:"suspended"` // and not ready
	Timers    int `json:"timers"`    // of those
	Ended     int `json:"ended"`
	Unknown   int `json:"unknown"` // nothing is known of what they did then
}

// A LoopMoment is a loop at an instant.
type LoopMoment struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	State string `json:"state"` // "busy", "idle", "not running"
	Turn  uint64 `json:"turn"`  // 0 if none has begun
}

// A Listed is a coroutine in a list.
type Listed struct {
	Key     string `json:"key"`
	Who     string `json:"who"`
	SinceNS int64  `json:"since_ns"`
	On      string `json:"on"` // what it waited for; empty if it has not started
	At      string `json:"at"` // where it was resumed, or is going to be
	By      string `json:"by"` // who made it ready
}

// A Timer is a sleep that has not ended.
type Timer struct {
	Key   string `json:"key"`
	Who   string `json:"who"`
	On    string `json:"on"`
	DueNS int64  `json:"due_ns"`
}

// A Waiting is one line of the tree of who waits for whom. What is indented
// under a line is what that line waits for.
type Waiting struct {
	Key   string `json:"key"`
	Who   string `json:"who"`
	Depth int    `json:"depth"`
	On    string `json:"on"` // empty if it is not suspended
	State string `json:"state"`
	Again bool   `json:"again"` // it stands above, with what is under it
	Later bool   `json:"later"` // that the line above waits for this one is known from who let it go on
}

// A Detail is one coroutine at an instant.
type Detail struct {
	Key     string `json:"key"`
	Who     string `json:"who"`
	Kind    string `json:"kind"`
	Func    string `json:"func"`
	Shape   string `json:"shape"`
	Made    string `json:"made"` // where
	Parent  string `json:"parent"`
	Status  string `json:"status"` // "suspended", "ready", ...
	SinceNS int64  `json:"since_ns"`
	UntilNS int64  `json:"until_ns"`
	Open    bool   `json:"open"` // it was still so when the trace ended
	On      string `json:"on"`
	At      string `json:"at"` // where it is suspended, was resumed, or, if it has ended, was suspended last
	More    string `json:"more"`
	By      string `json:"by"` // who made, or will make, it ready
	ByKey   string `json:"by_key"`
	ReadyNS int64  `json:"ready_ns"` // when; -1 if never
	Outcome string `json:"outcome"`
	Error   string `json:"error"`
	Nth     int    `json:"nth"` // which suspension it is, or was the last, from 1; 0 if there was none

	State int    `json:"state"` // of the machine's diagram; -1 if not known
	Taken *Edge  `json:"taken"` // the edge that was taken last; null if none was
	Frame []Slot `json:"frame"` // as it was recorded at the last suspension
}

// An Edge leads from one state of a machine's diagram to another.
type Edge struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// A Slot is one saved local of a frame.
type Slot struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Value   string `json:"value"`
	Was     string `json:"was"`     // if Changed
	Changed bool   `json:"changed"` // since the suspension before
	Means   string `json:"means"`
}

// Statuses of a coroutine at an instant, beside "running" and "suspended".
const (
	statusNotYet  = "not yet made"
	statusCreated = "created"
	statusReady   = "ready"
	statusEnded   = "ended"
	statusUnknown = "not known"
)

// A status is what a coroutine is doing at an instant.
type status struct {
	what string
	item int // -1 if there is none
}

func (c *coroutine) statusAt(at time.Duration) status {
	i := itemAt(c, at)
	switch {
	case i >= 0 && c.run(i) != nil:
		return status{timeline.Running.String(), i}
	case i >= 0:
		if s, _ := c.suspension(i); s.Ready >= 0 && s.Ready <= at {
			return status{statusReady, i}
		}
		return status{timeline.Suspended.String(), i}
	case c.Status == timeline.Done && at >= c.Ended:
		return status{statusEnded, -1}
	case at < c.Spawned:
		return status{statusNotYet, -1}
	case len(c.order) > 0 && at < c.span(0).Start && !c.Older, len(c.order) == 0 && !c.Older:
		return status{statusCreated, -1}
	case at == c.tail() && len(c.order) > 0: // the trace's last instant is that before it
		return c.statusAt(at - 1)
	}
	return status{statusUnknown, -1}
}

// tail returns when the last item ends.
func (c *coroutine) tail() time.Duration {
	if len(c.order) == 0 {
		return -1
	}
	if last := c.span(len(c.order) - 1); last.Open && last.Len() > 0 {
		return last.End
	}
	return -1
}

// Moment returns how everything is at an instant. The row with the given key is
// told of in detail, if there is one.
func (t *Trace) Moment(at time.Duration, key string) Moment {
	at = min(max(at, 0), t.end)
	m := Moment{AtNS: int64(at), Loops: []LoopMoment{}, Running: []Listed{}, Ready: []Listed{}, Timers: []Timer{}}
	for _, r := range t.rows {
		if r.kind == RowLoop {
			m.Loops = append(m.Loops, loopAt(r, at))
		}
	}
	for _, c := range t.coroutines {
		m.add(c, c.statusAt(at), at)
	}
	bySince := func(a, b Listed) int { return cmp.Compare(a.SinceNS, b.SinceNS) }
	slices.SortStableFunc(m.Running, bySince)
	slices.SortStableFunc(m.Ready, bySince)
	slices.SortStableFunc(m.Timers, func(a, b Timer) int { return cmp.Compare(a.DueNS, b.DueNS) })
	m.Counts.Timers = len(m.Timers)
	m.Running = m.Running[:min(len(m.Running), maxListed)]
	m.Ready = m.Ready[:min(len(m.Ready), maxListed)]
	m.Timers = m.Timers[:min(len(m.Timers), maxListed)]
	m.Tree = t.waitTree(at)
	if r := t.byKey[key]; r != nil {
		m.Coroutine = t.detail(r, at)
	}
	return m
}

// add counts and lists c.
func (m *Moment) add(c *coroutine, s status, at time.Duration) {
	listed := Listed{Key: c.row.key, Who: c.row.name}
	switch s.what {
	case timeline.Running.String():
		m.Counts.Running++
		r := c.run(s.item)
		listed.SinceNS, listed.At = int64(r.Start), r.At
		m.Running = append(m.Running, listed)
	case statusCreated:
		m.Counts.Ready++
		listed.SinceNS, listed.At = int64(c.Spawned), c.Made
		m.Ready = append(m.Ready, listed)
	case statusReady:
		m.Counts.Ready++
		sus, _ := c.suspension(s.item)
		listed.SinceNS, listed.On, listed.At, listed.By = int64(sus.Ready), awaited(sus.On), sus.At, sus.Cause
		if who := ref(sus.ReadyBy); who != "" {
			listed.By = who
		}
		m.Ready = append(m.Ready, listed)
	case timeline.Suspended.String():
		m.Counts.Suspended++
		sus, _ := c.suspension(s.item)
		if due, ok := dueAt(sus); ok {
			m.Timers = append(m.Timers, Timer{Key: c.row.key, Who: c.row.name, On: awaited(sus.On), DueNS: int64(due)})
		}
	case statusEnded:
		m.Counts.Ended++
	case statusUnknown:
		m.Counts.Unknown++
	}
}

// dueAt returns when a sleep ends by its timer: its detail begins with how long
// it is.
func dueAt(s *timeline.Suspension) (time.Duration, bool) {
	if kind, _, _ := strings.Cut(awaited(s.On), " "); kind != protocol.KindSleep {
		return 0, false
	}
	long, _, _ := strings.Cut(s.Detail, " ")
	d, err := time.ParseDuration(long)
	return s.Start + d, err == nil
}

// loopAt returns what a loop is doing.
func loopAt(r *row, at time.Duration) LoopMoment {
	m := LoopMoment{Key: r.key, Name: r.name, State: "not running"}
	if i := itemAt(r.track, at); i >= 0 {
		var s Segment
		r.track.describe(i, &s)
		m.State = s.Label
	}
	if i := turnAfter(r.loop, at); i > 0 {
		m.Turn = r.loop.TurnLog[i-1].N
	}
	return m
}

// turnAfter returns the first turn of l that begins after an instant.
func turnAfter(l *timeline.Loop, at time.Duration) int {
	i, _ := slices.BinarySearchFunc(l.TurnLog, at, func(turn timeline.Turn, at time.Duration) int {
		if turn.T <= at {
			return -1
		}
		return 1
	})
	return i
}

// detail returns what there is to say of one row.
func (t *Trace) detail(r *row, at time.Duration) *Detail {
	d := &Detail{Key: r.key, Who: r.name, Kind: r.kind, Func: r.fn, State: -1, ReadyNS: -1, Frame: []Slot{}}
	if r.coroutine != nil {
		t.coroutineDetail(d, r.coroutine, at)
		return d
	}
	i := itemAt(r.track, at)
	switch {
	case i >= 0:
		var s Segment
		span := r.track.span(i)
		r.track.describe(i, &s)
		d.Status, d.On, d.SinceNS, d.UntilNS, d.Open = string(s.Kind), s.Label, int64(span.Start), int64(span.End), span.Open
	case at < r.life.Start:
		d.Status, d.UntilNS = statusNotYet, int64(r.life.Start)
	default:
		d.Status, d.SinceNS, d.UntilNS = statusEnded, int64(r.life.End), int64(t.end)
	}
	return d
}

func (t *Trace) coroutineDetail(d *Detail, c *coroutine, at time.Duration) {
	d.Shape, d.Made = c.Shape, c.Made
	if by := t.byID[c.Parent]; by != nil && c.Parent != 0 {
		d.Parent = by.row.name
	}
	s := c.statusAt(at)
	d.Status = s.what
	last := -1 // the suspension whose frame is shown
	switch {
	case s.item >= 0:
		span := c.span(s.item)
		d.SinceNS, d.UntilNS, d.Open = int64(span.Start), int64(span.End), span.Open
		if r := c.run(s.item); r != nil {
			d.At, d.Error = r.At, r.Thrown
			last = c.suspensionBefore(s.item)
			break
		}
		sus, n := c.suspension(s.item)
		last = n
		d.On, d.At, d.More = awaited(sus.On), sus.At, sus.Detail
		if sus.Ready >= 0 {
			d.ReadyNS, d.By = int64(sus.Ready), sus.Cause
			if by := t.byID[sus.ReadyBy.ID]; by != nil && !sus.ReadyBy.IsZero() {
				d.By, d.ByKey = by.row.name, by.row.key
			}
		}
	case s.what == statusEnded:
		d.SinceNS, d.UntilNS = int64(c.Ended), int64(t.end)
		d.Outcome, d.Error = c.Outcome, c.Detail
		if last = len(c.Suspensions) - 1; last >= 0 {
			d.At = c.Suspensions[last].At
		}
	case s.what == statusNotYet:
		d.UntilNS = int64(c.Spawned)
	case s.what == statusCreated:
		d.SinceNS, d.UntilNS, d.At = int64(c.Spawned), int64(t.end), c.Made
		if len(c.order) > 0 {
			d.UntilNS = int64(c.span(0).Start)
		}
	}
	d.Nth = last + 1
	m := t.machineOf(c)
	d.State, d.Taken = m.at(c, s, last)
	d.Frame = c.frameAt(last, m.d)
}

// suspensionBefore returns the number of the last suspension before item i, -1
// if there is none.
func (c *coroutine) suspensionBefore(i int) int {
	for i--; i >= 0; i-- {
		if c.run(i) == nil {
			_, n := c.suspension(i)
			return n
		}
	}
	return -1
}
