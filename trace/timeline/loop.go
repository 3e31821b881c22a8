package timeline

// This file defines how a builder follows a loop: its turns by their logs,
// its running and idle time by its regions.

import (
	"strings"
	"time"

	"coroscope/trace/protocol"

	"golang.org/x/exp/trace"
)

// A loopState is a Loop while it is read.
type loopState struct {
	Loop
	certain bool // a log of the protocol was about it

	// Regions of one loop may be nested where a new epoch begins.
	running stopwatch
	idle    stopwatch

	// A loop whose region is not in the trace counts as running from its
	// first sign of life to its last.
	firstSign, lastSign time.Duration
}

// A stopwatch measures the union of nested spans.
type stopwatch struct {
	depth int
	start time.Duration
	total time.Duration
	used  bool
	spans *[]Span // where to keep them; may be nil
}

func (w *stopwatch) begin(t time.Duration) {
	if w.depth == 0 {
		w.start = t
	}
	w.depth++
	w.used = true
}

// end ends a span, which began at earliest if its beginning was not seen.
func (w *stopwatch) end(t, earliest time.Duration, open bool) {
	if w.depth == 0 {
		w.start = earliest
		w.used = true
	} else if w.depth--; w.depth > 0 && !open {
		return
	}
	w.depth = 0
	w.total += t - w.start
	if w.spans != nil {
		*w.spans = append(*w.spans, Span{w.start, t, open})
	}
}

// loop returns the loop whose root task this is, or nil if it is none.
func (b *builder) loop(id trace.TaskID) *loopState {
	id = taskOrNone(id)
	if id == 0 {
		return nil
	}
	if l := b.loopByTask[id]; l != nil {
		l.certain = true
		return l
	}
	name, ok := protocol.ParseTaskLoop(b.tasks[id].name)
	if !ok {
		return nil
	}
	l := b.newLoop(id, name)
	l.certain = true
	return l
}

func (b *builder) newLoop(id trace.TaskID, name string) *loopState {
	l := b.early[id]
	if l == nil {
		l = b.newLoopState()
	}
	delete(b.early, id)
	l.Name = strings.Clone(name)
	b.loops = append(b.loops, l)
	b.addTask(l, id)
	return l
}

func (b *builder) newLoopState() *loopState {
	l := &loopState{firstSign: -1}
	if b.opt.Full {
		l.running.spans, l.idle.spans = &l.Running, &l.Idles
	}
	return l
}

// earlyLoop returns the loop, of which nothing is known yet, whose root task may
// be this one; nil if the task is not older than the trace. Tasks are numbered
// in order.
func (b *builder) earlyLoop(id trace.TaskID) *loopState {
	id = taskOrNone(id)
	if id == 0 || b.firstTask != 0 && id >= b.firstTask {
		return nil
	}
	l := b.early[id]
	if l == nil {
		l = b.newLoopState()
		b.early[id] = l
	}
	return l
}

// formerly returns the loop that is introduced by rec on another root task than it
// had before the trace's first epoch, nil if there is none. It did not say which
// one it was, but ended its region on the same goroutine in this epoch.
func (b *builder) formerly(rec *record) *loopState {
	n := len(b.tl.Epochs)
	if n == 0 {
		return nil
	}
	for _, l := range b.loops {
		last := l.Pages[len(l.Pages)-1]
		if !l.certain && l.Name == rec.loop.Who.Name && l.Goroutine == int64(rec.goroutine) &&
			last.Older && !last.Open && last.End >= b.tl.Epochs[n-1].T {
			return l
		}
	}
	return nil
}

func (b *builder) addTask(l *loopState, id trace.TaskID) {
	b.loopByTask[id] = l
	t, begun := b.tasks[id]
	if !begun {
		t.begin = b.begin
	}
	// An epoch ends where the next one begins, if not before.
	if n := len(l.Pages); n > 0 {
		l.endPage(l.Pages[n-1].Task, t.begin)
	}
	l.Pages = append(l.Pages, Page{Task: uint64(id), Span: Span{Start: t.begin, Open: true}, Older: !begun})
}

// endPage ends the page of a task, if it is open.
func (l *loopState) endPage(task uint64, t time.Duration) {
	for i := range l.Pages {
		if p := &l.Pages[i]; p.Task == task && p.Open {
			p.End, p.Open = max(p.Start, t), false
		}
	}
}

// choosePage sets the task whose page is to be opened: that of the epoch that
// covers most of the trace. The page of a task whose beginning is not in the
// trace is not worth opening if there is another.
func (l *loopState) choosePage() {
	var best Page
	for _, p := range l.Pages {
		if p.Task != 0 && (best.Task == 0 || best.Older && !p.Older || best.Older == p.Older && p.Len() > best.Len()) {
			best = p
		}
	}
	l.Task = best.Task
}

// introduce takes a loop's introduction on its root task.
func (b *builder) introduce(rec *record) {
	who := rec.loop.Who
	id := taskOrNone(rec.task)
	l := b.loopByID[who.ID]
	if l != nil && rec.loop.Unobserved {
		b.unobserved(l, time.Duration(rec.t))
	}
	switch {
	case l == nil && id != 0 && b.loopByTask[id] != nil:
		l = b.loopByTask[id]
	case l == nil:
		if l = b.formerly(rec); l != nil {
			b.addTask(l, id)
		} else {
			l = b.newLoop(id, who.Name)
		}
	case b.loopByTask[id] == nil:
		b.addTask(l, id)
	}
	l.certain = true
	l.ID = who.ID
	l.Name = strings.Clone(who.Name)
	b.loopByID[who.ID] = l
}

// unobserved ends what l's coroutines are known to do where l was last observed
// before t. What they did until t is not known; those that are suspended then are
// told of again.
func (b *builder) unobserved(l *loopState, t time.Duration) {
	end := t
	if n := len(l.Pages); n > 0 && !l.Pages[n-1].Open {
		end = l.Pages[n-1].End
	}
	for _, c := range b.order {
		if b.loopOf(c) != l || c.Status == Unknown || c.Status == Done {
			continue
		}
		b.leave(c, max(c.since, end))
		c.Status, c.since = Unknown, t
		c.at, c.readyAt, c.thrown = protocol.Suspension{}, -1, ""
	}
}

// sign notes that the loop is alive.
func (l *loopState) sign(t time.Duration) {
	if l.firstSign < 0 {
		l.firstSign = t
	}
	l.lastSign = t
}

// step notes a step.
func (l *loopState) step(s Step) {
	if s.Took > l.Longest.Took {
		l.Longest = s
	}
}

// regionBegin takes the beginning of a region, of a loop or of anybody.
func (b *builder) regionBegin(t time.Duration, rec *record) {
	if l := b.loopOfRegion(rec); l != nil {
		if rec.name == protocol.RegionIdle {
			l.idle.begin(t)
			l.sign(t)
		} else {
			l.running.begin(t)
			l.Goroutine = int64(rec.goroutine)
		}
	}
	if b.opt.Goroutines {
		b.userRegionBegin(t, rec)
	}
}

func (b *builder) regionEnd(t time.Duration, rec *record) {
	if l := b.loopOfRegion(rec); l != nil {
		if rec.name == protocol.RegionIdle {
			l.idle.end(t, b.begin, false)
			l.sign(t)
		} else {
			l.running.end(t, b.begin, false)
			l.Goroutine = int64(rec.goroutine)
		}
	}
	if b.opt.Goroutines {
		b.userRegionEnd(t, rec)
	}
}

// loopOfRegion returns the loop whose region "loop <name>" or "idle" rec is,
// or nil if it is another region.
func (b *builder) loopOfRegion(rec *record) *loopState {
	idle := rec.name == protocol.RegionIdle
	if !idle {
		if _, ok := protocol.ParseRegionLoop(rec.name); !ok {
			return nil
		}
	}
	id := taskOrNone(rec.task)
	if id == 0 {
		return nil
	}
	l := b.loopByTask[id]
	if l == nil && !idle {
		// Perhaps the loop is introduced later. Others may have regions of
		// such names too, so this does not make it certain.
		name, _ := protocol.ParseRegionLoop(rec.name)
		if t, ok := b.tasks[id]; !ok || t.name == rec.name {
			l = b.newLoop(id, name)
		}
	}
	if l == nil {
		l = b.earlyLoop(id)
	}
	return l
}

// finish computes the totals at the trace's end.
func (l *loopState) finish(b *builder) {
	if l.running.depth > 0 {
		l.running.end(b.last, 0, true)
	}
	if l.idle.depth > 0 {
		l.idle.end(b.last, 0, true)
	}
	if !l.running.used && l.firstSign >= 0 {
		l.running.begin(l.firstSign)
		l.running.end(l.lastSign, 0, false)
	}
	for _, p := range l.Pages {
		l.endPage(p.Task, b.last)
	}
	l.choosePage()
	l.Idle = min(l.idle.total, l.running.total)
	l.Busy = l.running.total - l.Idle
}
