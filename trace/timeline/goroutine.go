package timeline

// This file defines the accounting of ordinary goroutines: what they did with
// their time, and their regions.

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"coroscope/trace/protocol"

	"golang.org/x/exp/trace"
)

// A Goroutine is one goroutine, of a coroutine or not.
type Goroutine struct {
	ID        int64
	Func      string       // where it began, "main.worker"; empty if not known
	Coroutine protocol.Ref // the one whose outer region it had; zero if none

	Created time.Duration // 0 if it is older than the trace
	Ended   time.Duration // the trace's end if it has not
	Alive   bool          // it had not ended when the trace did

	Running  time.Duration // on a processor
	Runnable time.Duration // ready, and waiting for a processor
	Syscall  time.Duration
	Waits    []Wait        // by reason, longest first
	Regions  []RegionTotal // regions that are not the protocol's, by name
}

// Reasons for waiting that are not the runtime's own words.
const (
	ReasonSwitch     = "coroutine switch" // it resumed a coroutine, or is one that is suspended
	ReasonNotStarted = "not started"
	ReasonUnknown    = "unknown" // it waited before the trace began
)

// A Wait is how long a goroutine waited for one reason, in the runtime's
// words: "sync" (mutexes and the like), "chan receive", "sleep", "network", ...
type Wait struct {
	Reason string
	Count  int
	Total  time.Duration
}

// A RegionTotal is how long a goroutine was in the regions of one name. One
// inside another of the same name counts twice.
type RegionTotal struct {
	Name  string
	Count int
	Total time.Duration
}

// Waiting returns how long g waited for one of the reasons; for any if none
// are given.
func (g *Goroutine) Waiting(reasons ...string) time.Duration {
	var total time.Duration
	for _, w := range g.Waits {
		if len(reasons) == 0 || slices.Contains(reasons, w.Reason) {
			total += w.Total
		}
	}
	return total
}

// Region returns g's total for regions of this name, zero if it had none.
func (g *Goroutine) Region(name string) RegionTotal {
	for _, r := range g.Regions {
		if r.Name == name {
			return r
		}
	}
	return RegionTotal{Name: name}
}

// A goroutineState is a Goroutine while it is read.
type goroutineState struct {
	Goroutine
	state  trace.GoState
	since  time.Duration
	reason string
	open   []openRegion
}

// An openRegion has not ended yet.
type openRegion struct {
	name  string
	task  trace.TaskID
	start time.Duration
}

func (b *builder) goroutine(id trace.GoID) *goroutineState {
	g := b.goroutines[id]
	if g == nil {
		g = &goroutineState{state: trace.GoUndetermined, since: b.begin}
		g.ID = int64(id)
		b.goroutines[id] = g
	}
	return g
}

// transition takes a change of a goroutine's state.
func (b *builder) transition(t time.Duration, rec *record) {
	g := b.goroutine(rec.state.Resource.Goroutine())
	from, to := rec.state.Goroutine()
	if from == to {
		return // the status of all goroutines is repeated in each generation
	}
	switch {
	case from == trace.GoNotExist:
		g.Created, g.since = t, t
		g.Func = entry(rec.state.Stack)
		if to == trace.GoWaiting {
			g.wait(ReasonNotStarted)
		}
	case from == trace.GoUndetermined:
		// It is in this state since the beginning, only said late.
		g.since = b.begin
		g.Func = entry(rec.state.Stack)
		if to == trace.GoWaiting {
			g.wait(ReasonUnknown)
		}
	default:
		g.account(t)
		if to == trace.GoWaiting {
			reason := rec.state.Reason
			if reason == "" {
				reason = ReasonSwitch
			}
			g.wait(reason)
		}
	}
	g.state = to
	if to == trace.GoNotExist {
		g.Ended = t
		b.closeRegions(g, t)
	}
}

// entry returns the function in which a goroutine began.
func entry(s trace.Stack) string {
	fn := ""
	for f := range s.Frames() {
		fn = f.Func
	}
	return strings.Clone(fn)
}

// wait begins to wait.
func (g *goroutineState) wait(reason string) {
	for i := range g.Waits {
		if g.Waits[i].Reason == reason {
			g.Waits[i].Count++
			g.reason = g.Waits[i].Reason
			return
		}
	}
	g.reason = strings.Clone(reason)
	g.Waits = append(g.Waits, Wait{Reason: g.reason, Count: 1})
}

// account adds the time since the last change to what it was spent on.
func (g *goroutineState) account(t time.Duration) {
	d := t - g.since
	g.since = t
	switch g.state {
	case trace.GoRunning:
		g.Running += d
	case trace.GoRunnable:
		g.Runnable += d
	case trace.GoSyscall:
		g.Syscall += d
	case trace.GoWaiting:
		for i := range g.Waits {
			if g.Waits[i].Reason == g.reason {
				g.Waits[i].Total += d
			}
		}
	}
}

func (b *builder) userRegionBegin(t time.Duration, rec *record) {
	if rec.goroutine < 0 {
		return
	}
	g := b.goroutine(rec.goroutine)
	g.open = append(g.open, openRegion{rec.name, taskOrNone(rec.task), t})
}

func (b *builder) userRegionEnd(t time.Duration, rec *record) {
	if rec.goroutine < 0 {
		return
	}
	g := b.goroutine(rec.goroutine)
	r := openRegion{rec.name, taskOrNone(rec.task), b.begin}
	for i := len(g.open) - 1; i >= 0; i-- {
		if g.open[i].name == rec.name {
			r.start = g.open[i].start
			g.open = slices.Delete(g.open, i, i+1)
			break
		}
	}
	b.addRegion(g, r, t)
}

// addRegion adds a region that ends at t to g's totals, if it is not one of
// the protocol's.
func (b *builder) addRegion(g *goroutineState, r openRegion, t time.Duration) {
	l := b.loopByTask[r.task]
	if ours := b.ourTasks[r.task] || l != nil && l.certain; ours && protocol.IsRegion(r.name) {
		if who, ok := protocol.ParseRef(r.name); ok {
			g.Coroutine = cloneRef(who)
		}
		return
	}
	for i := range g.Regions {
		if g.Regions[i].Name == r.name {
			g.Regions[i].Count++
			g.Regions[i].Total += t - r.start
			return
		}
	}
	g.Regions = append(g.Regions, RegionTotal{strings.Clone(r.name), 1, t - r.start})
}

func (b *builder) closeRegions(g *goroutineState, t time.Duration) {
	for i := len(g.open) - 1; i >= 0; i-- {
		b.addRegion(g, g.open[i], t)
	}
	g.open = nil
}

func (b *builder) finishGoroutines() {
	for _, g := range b.goroutines {
		if g.state == trace.GoUndetermined {
			continue
		}
		if g.state != trace.GoNotExist {
			g.account(b.last)
			g.Ended = b.last
			g.Alive = true
		}
		b.closeRegions(g, b.last)
		slices.SortStableFunc(g.Waits, func(x, y Wait) int { return cmp.Compare(y.Total, x.Total) })
		slices.SortFunc(g.Regions, func(x, y RegionTotal) int { return cmp.Compare(x.Name, y.Name) })
		b.tl.Goroutines = append(b.tl.Goroutines, &g.Goroutine)
	}
	slices.SortFunc(b.tl.Goroutines, func(x, y *Goroutine) int { return cmp.Compare(x.ID, y.ID) })
}
