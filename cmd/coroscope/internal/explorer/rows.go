package explorer

// This file defines the rows of a trace: loops, coroutines, and goroutines.

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// A row is one line of the picture.
type row struct {
	key       string // unique in the trace
	kind      string // RowLoop, ...
	name      string
	fn        string // its function; may be empty
	life      timeline.Span
	track     track
	coroutine *coroutine // nil for other kinds
	loop      *timeline.Loop
}

// Kinds of rows.
const (
	RowLoop      = "loop"
	RowCoroutine = "coroutine"
	RowPull      = "pull"      // a coroutine of iter.Pull that nothing was written of
	RowGoroutine = "goroutine" // an ordinary one
	RowFunction  = "function"  // stands for all coroutines of a function
)

// A function is the coroutines that have one function.
type function struct {
	name string
	rows []*row
}

// Key returns the key of a coroutine's row.
func Key(id uint64) string { return "c" + strconv.FormatUint(id, 10) }

// addRows lays out the rows: each loop with its coroutines by id, those that
// stand alone, coroutines of iter.Pull, and ordinary goroutines.
func (t *Trace) addRows(texts interned) {
	of := make(map[*timeline.Loop][]*coroutine)
	for _, c := range t.coroutines {
		of[c.Loop] = append(of[c.Loop], c)
	}
	named := make(map[string]int)
	for _, l := range t.tl.Loops {
		named[l.Name]++
	}
	for i, l := range t.tl.Loops {
		name := l.Name
		if named[name] > 1 {
			name = protocol.Ref{Name: l.Name, ID: l.ID}.String()
		}
		t.addRow(t.loopRow(i, l, name))
		t.addCoroutines(of[l])
	}
	t.addCoroutines(of[nil])
	for i, p := range t.tl.Pulls {
		t.addRow(pullRow(i, p, texts))
	}
	for _, g := range t.tl.Goroutines {
		if !g.Holder && !g.System {
			t.addRow(goroutineRow(g, texts))
		}
	}
	t.groupFunctions()
}

func (t *Trace) addRow(r *row) {
	t.rows = append(t.rows, r)
	t.byKey[r.key] = r
}

func (t *Trace) addCoroutines(cs []*coroutine) {
	for _, c := range cs {
		c.row = &row{
			key: Key(c.ID), kind: RowCoroutine, name: c.String(), fn: c.Func,
			life: c.life(t.end), track: c, coroutine: c, loop: c.Loop,
		}
		t.addRow(c.row)
	}
}

// groupFunctions finds out which coroutines have one function, in the order in
// which the functions come first.
func (t *Trace) groupFunctions() {
	known := make(map[string]*function)
	for _, r := range t.rows {
		if r.kind != RowCoroutine {
			continue
		}
		f := known[r.fn]
		if f == nil {
			f = &function{name: r.fn}
			known[r.fn] = f
			t.functions = append(t.functions, f)
		}
		f.rows = append(f.rows, r)
	}
}

// loopRow takes a loop's spans over.
func (t *Trace) loopRow(i int, l *timeline.Loop, name string) *row {
	r := &row{key: "l" + strconv.Itoa(i), kind: RowLoop, name: "loop " + name, loop: l}
	var all []item
	idle, at := 0, time.Duration(0)
	add := func(start, end time.Duration, kind Kind, label string, open bool) {
		start = max(start, at)
		if end > start {
			all = append(all, item{timeline.Span{Start: start, End: end, Open: open}, kind, label})
			at = end
		}
	}
	for _, span := range l.Running {
		at = max(at, span.Start)
		for ; idle < len(l.Idles) && l.Idles[idle].Start < span.End; idle++ {
			gap := l.Idles[idle]
			add(at, gap.Start, KindRun, "busy", false)
			add(gap.Start, min(gap.End, span.End), KindIdle, "idle", gap.Open)
		}
		add(at, span.End, KindRun, "busy", span.Open)
	}
	l.Running, l.Idles = nil, nil
	r.track = newItems(slices.Clip(all))
	r.life = lifeOf(all)
	return r
}

// lifeOf returns from when to when there are items.
func lifeOf(all []item) timeline.Span {
	if len(all) == 0 {
		return timeline.Span{}
	}
	return timeline.Span{Start: all[0].Start, End: all[len(all)-1].End, Open: all[len(all)-1].Open}
}

// pullRow takes over the spans of a coroutine of iter.Pull.
func pullRow(i int, p *timeline.Pull, texts interned) *row {
	made := cmp.Or(p.Made, p.At)
	name, _, _ := strings.Cut(made, " (")
	r := &row{
		key: "p" + strconv.Itoa(i), kind: RowPull, name: fmt.Sprintf("G%d %s", p.Goroutine, path.Base(name)), fn: texts.one(name),
		life: timeline.Span{Start: max(p.Created, 0), End: max(p.Ended, p.Created, 0), Open: p.Status != timeline.Done},
	}
	var all []item
	at := r.life.Start
	add := func(start, end time.Duration, kind Kind, label string, open bool) {
		start, end = max(start, at), min(end, r.life.End)
		if end > start {
			all = append(all, item{timeline.Span{Start: start, End: end, Open: open}, kind, texts.one(label)})
			at = end
		}
	}
	block := 0
	for _, run := range p.Runs {
		add(at, run.Start, KindSuspended, protocol.KindResumer, false)
		for ; block < len(p.Blocks) && p.Blocks[block].Start < run.End; block++ {
			b := &p.Blocks[block]
			add(at, b.Start, KindRun, "", false)
			add(b.Start, min(b.End, run.End), kindOf(b.State), cmp.Or(b.Call, b.Reason), b.Open)
		}
		add(at, run.End, KindRun, "", run.Open)
	}
	add(at, r.life.End, KindSuspended, protocol.KindResumer, r.life.Open)
	p.Runs, p.Blocks = nil, nil
	r.track = newItems(slices.Clip(all))
	return r
}

// goroutineRow takes over the phases of an ordinary goroutine.
func goroutineRow(g *timeline.Goroutine, texts interned) *row {
	r := &row{
		key: "g" + strconv.FormatInt(g.ID, 10), kind: RowGoroutine, name: fmt.Sprintf("G%d %s", g.ID, path.Base(g.Func)), fn: g.Func,
		life: timeline.Span{Start: max(g.Created, 0), End: max(g.Ended, g.Created, 0), Open: g.Alive},
	}
	if g.Func == "" {
		r.name = fmt.Sprintf("G%d", g.ID)
	}
	all := make([]item, 0, len(g.Phases))
	at := r.life.Start
	for i, p := range g.Phases {
		end, open := r.life.End, g.Alive
		if i+1 < len(g.Phases) {
			end, open = g.Phases[i+1].Start, false
		}
		start := max(p.Start, at)
		if end <= start {
			continue
		}
		all = append(all, item{timeline.Span{Start: start, End: end, Open: open}, kindOf(p.State), texts.one(cmp.Or(p.Call, p.Reason))})
		at = end
	}
	g.Phases = nil
	r.track = newItems(all)
	return r
}

func kindOf(s timeline.GoroutineState) Kind {
	switch s {
	case timeline.GoRunning:
		return KindRun
	case timeline.GoRunnable:
		return KindReady
	}
	return KindSuspended
}
