package timeline

// This file defines how a builder follows the regions of goroutines: those of
// the protocol, by which it knows a coroutine's own goroutine, and the others.

import (
	"slices"
	"strings"
	"time"

	"coroscope/trace/protocol"

	"golang.org/x/exp/trace"
)

// A RegionTotal is how long a goroutine was in the regions of one name. One
// inside another of the same name counts twice.
type RegionTotal struct {
	Name  string
	Count int
	Total time.Duration
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

// An openRegion has not ended yet.
type openRegion struct {
	name  string
	task  trace.TaskID
	start time.Duration
}

// awaits is how the names of the regions of suspensions begin. They stand on a
// coroutine's own goroutine, or on one that holds regions for it.
var awaits = protocol.RegionAwait("", "")

// isRun reports whether rec is about a region in which a machine runs, of which
// there are most and nothing is to be learned.
func (b *builder) isRun(rec *record) bool {
	if !strings.HasPrefix(rec.name, runs) {
		return false
	}
	c := b.current
	if c == nil || c.Task != uint64(rec.task) {
		if c = b.ourTasks[rec.task]; c == nil {
			return false
		}
		b.current = c // the logs within are about it
	}
	return true
}

// runs is how the names of those begin.
var runs = protocol.RegionRun("")

func (b *builder) userRegionBegin(t time.Duration, rec *record) {
	if rec.goroutine < 0 || b.isRun(rec) {
		return
	}
	g := b.goroutine(rec.goroutine)
	g.open = append(g.open, openRegion{rec.name, taskOrNone(rec.task), t})
}

func (b *builder) userRegionEnd(t time.Duration, rec *record) {
	if rec.goroutine < 0 || b.isRun(rec) {
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
	if ours := b.ourTasks[r.task] != nil || l != nil && l.certain; ours && protocol.IsRegion(r.name) {
		if strings.HasPrefix(r.name, awaits) {
			g.ours = true
		} else if who, ok := protocol.ParseRef(r.name); ok {
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
