package export

// This file defines how a loop is drawn: when it ran, when it was idle, its
// turns, whom it ran, and its slow steps.

import (
	"container/heap"
	"strconv"
	"time"

	"coroscope/trace/timeline"
)

// drawLoop draws a loop's own track.
func (p *picture) drawLoop(r *loopRow) {
	l := r.loop
	steps, turns := newSteps(r.rows), l.TurnLog
	idle, at := 0, time.Duration(0)
	for _, span := range l.Running {
		start, end := max(span.Start, at), max(span.End, at)
		p.drawSteps(r.track, at, start, steps)
		at = end
		p.args.number("turns", int64(l.Turns))
		p.args.duration("busy", l.Busy)
		p.args.duration("idle", l.Idle)
		if l.Longest.Took > 0 {
			p.args.duration("longest step", l.Longest.Took)
			p.args.text("longest step of", l.Longest.String())
		}
		p.begin(r.track, slice{cat: catLoop, name: r.track.name, start: start, end: end, open: span.Open})
		from := start
		for ; idle < len(l.Idles) && l.Idles[idle].Start < end; idle++ {
			i := l.Idles[idle]
			i.Start, i.End = min(max(i.Start, from), end), min(max(i.End, from), end)
			turns = p.drawBusy(r.track, timeline.Span{Start: from, End: i.Start}, turns, steps)
			p.leaf(r.track, slice{cat: catIdle, name: "idle", start: i.Start, end: i.End, open: i.Open})
			from = i.End
		}
		turns = p.drawBusy(r.track, timeline.Span{Start: from, End: end, Open: span.Open}, turns, steps)
		p.sink.end(r.track, end, span.Open)
	}
	p.drawSteps(r.track, at, max(p.t.Duration, at), steps)
}

// drawBusy draws what a loop did in a stretch of time in which it was not idle:
// the turns that begin there, each up to the next. It returns the later turns.
func (p *picture) drawBusy(t *track, span timeline.Span, turns []timeline.Turn, steps *steps) []timeline.Turn {
	if span.Len() <= 0 {
		return turns
	}
	p.begin(t, slice{cat: catBusy, name: "busy", start: span.Start, end: span.End, open: span.Open})
	at := span.Start
	for len(turns) > 0 && turns[0].T < span.End {
		turn := turns[0]
		turns = turns[1:]
		start, end := max(turn.T, at), span.End
		if len(turns) > 0 {
			end = min(max(turns[0].T, start), end)
		}
		p.drawSteps(t, at, start, steps)
		at = end
		open := span.Open && end == span.End
		p.args.number("ready", int64(turn.Ready))
		p.args.number("timers", int64(turn.Timers))
		p.begin(t, slice{cat: catTurn, name: "turn " + strconv.FormatUint(turn.N, 10), start: start, end: end, open: open})
		p.drawSteps(t, start, end, steps)
		p.sink.end(t, end, open)
	}
	p.drawSteps(t, at, span.End, steps)
	p.sink.end(t, span.End, span.Open)
	return turns
}

// drawSteps draws the steps that begin before an instant, as far as they lie
// between another one and that. Outside of a loop's running time there are those
// in which it closes its coroutines.
func (p *picture) drawSteps(t *track, from, until time.Duration, steps *steps) {
	for steps.Len() > 0 && steps.next().Start < until {
		run, who := *steps.next(), steps.heads[0].row
		steps.drop()
		if start, end := max(run.Start, from), min(run.End, until); end >= start {
			from = end
			p.args.text("at", run.At)
			p.leaf(t, slice{cat: catStep, name: who.track.name, start: start, end: end, open: run.Open && end == run.End})
		}
	}
}

// steps are the runs of several coroutines, in order: a heap of the coroutines
// whose runs have not all been taken, by the next one.
type steps struct{ heads []head }

type head struct {
	row  *row
	runs []timeline.Run // those that are left; there is one
}

func newSteps(rows []row) *steps {
	s := &steps{}
	for i := range rows {
		if runs := rows[i].Runs; len(runs) > 0 {
			s.heads = append(s.heads, head{&rows[i], runs})
		}
	}
	heap.Init(s)
	return s
}

func (s *steps) next() *timeline.Run { return &s.heads[0].runs[0] }

// drop drops the next run.
func (s *steps) drop() {
	h := &s.heads[0]
	if h.runs = h.runs[1:]; len(h.runs) == 0 {
		heap.Pop(s)
	} else {
		heap.Fix(s, 0)
	}
}

// Len and the following implement [heap.Interface].
func (s *steps) Len() int           { return len(s.heads) }
func (s *steps) Less(i, j int) bool { return s.heads[i].runs[0].Start < s.heads[j].runs[0].Start }
func (s *steps) Swap(i, j int)      { s.heads[i], s.heads[j] = s.heads[j], s.heads[i] }
func (s *steps) Push(any)           { panic("export: heads are only ever taken") }
func (s *steps) Pop() any {
	last := len(s.heads) - 1
	s.heads = s.heads[:last]
	return nil
}

// drawSlow draws the slow steps, those of each loop on a track of their own:
// they were timed with the loop's clock, so that they need not lie exactly
// within its runs.
func (p *picture) drawSlow() {
	tracks := make(map[*timeline.Loop]*track)
	for i := range p.loops {
		tracks[p.loops[i].loop] = p.loops[i].track.process.slow
	}
	if p.alone != nil {
		tracks[nil] = p.alone.slow
	}
	last := make(map[*track]time.Duration)
	for _, s := range p.t.Slow {
		t := tracks[s.Loop]
		if t == nil {
			continue
		}
		start := max(s.Start, last[t])
		end := max(s.Start+s.Took, start)
		last[t] = end
		p.args.duration("took", s.Took)
		p.args.text("at", s.At)
		p.leaf(t, slice{cat: catSlow, name: s.String(), start: start, end: end})
	}
}
