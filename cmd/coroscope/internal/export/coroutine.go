package export

// This file defines how a coroutine is drawn: its life, its runs, its
// suspensions, and who made it go on.

import (
	"time"

	"coroscope/trace/timeline"
)

// drawCoroutine draws a coroutine's track.
func (p *picture) drawCoroutine(r *row) {
	c := r.Coroutine
	start, end, open := life(c, p.t.Duration)
	spawned := uint64(0)
	if !c.Older {
		spawned = p.arrow(c.Parent, r, instant{cat: catSpawn, name: "spawn " + r.track.name, at: c.Spawned})
	}
	p.args.text("shape", c.Shape)
	p.args.text("made", c.Made)
	if by := p.byID[c.Parent]; by != nil {
		p.args.text("by", by.track.name)
	}
	p.args.text("status", c.Status.String())
	p.args.text("outcome", c.Outcome)
	p.args.text("detail", c.Detail)
	p.args.number("runs", int64(c.RunCount))
	p.args.duration("ran", c.Run)
	p.args.number("suspensions", int64(c.SuspensionCount))
	p.args.duration("suspended", c.Suspended)
	if c.Older {
		p.args.text("since", "before the trace")
	}
	name := r.track.name
	if c.Func != "" {
		name += " " + c.Func
	}
	p.begin(r.track, slice{cat: catLife, name: name, start: start, end: end, open: open, arrow: spawned})
	w := walk{picture: p, row: r, at: start, limit: end}
	w.draw()
	p.sink.end(r.track, end, open)
}

// life returns when a coroutine began and ended. A suspension can be known to
// be older than what was first seen.
func life(c *timeline.Coroutine, last time.Duration) (start, end time.Duration, open bool) {
	start, end = c.Spawned, c.Ended
	if open = c.Status != timeline.Done; open {
		end = last
	}
	if len(c.Suspensions) > 0 {
		start = min(start, c.Suspensions[0].Start)
	}
	start = max(start, 0)
	return start, max(start, end), open
}

// A walk goes through a coroutine's runs and suspensions in order.
type walk struct {
	*picture
	row   *row
	at    time.Duration // where the last one ended: the next one begins there, or later
	limit time.Duration // where its life ends

	run, suspension, frame int // the next ones

	// How it comes to go on at resumes from the suspension that was drawn last;
	// by is 0 if no coroutine made it ready.
	by      uint64
	readied time.Duration
	cause   string
	resumes time.Duration
}

func (w *walk) draw() {
	c := w.row.Coroutine
	for w.run < len(c.Runs) || w.suspension < len(c.Suspensions) {
		if w.runIsNext(c) {
			w.drawRun(&c.Runs[w.run])
			w.run++
		} else {
			w.drawSuspension(&c.Suspensions[w.suspension])
			w.suspension++
		}
	}
}

// runIsNext reports whether the next run comes before the next suspension.
func (w *walk) runIsNext(c *timeline.Coroutine) bool {
	if w.run == len(c.Runs) || w.suspension == len(c.Suspensions) {
		return w.run < len(c.Runs)
	}
	r, s := c.Runs[w.run].Span, c.Suspensions[w.suspension].Span
	return r.Start < s.Start || r.Start == s.Start && r.End <= s.End
}

// within returns s as far as it lies after what was drawn before.
func (w *walk) within(s timeline.Span) (start, end time.Duration) {
	start = min(max(s.Start, w.at), w.limit)
	end = min(max(s.End, start), w.limit)
	w.at = end
	return start, end
}

func (w *walk) drawRun(r *timeline.Run) {
	start, end := w.within(r.Span)
	arrow := uint64(0)
	if w.by != 0 && r.Start == w.resumes {
		name := "make ready " + w.row.track.name
		if w.cause != "" {
			name += " (" + w.cause + ")"
		}
		arrow = w.arrow(w.by, w.row, instant{cat: catReady, name: name, at: min(w.readied, start)})
	}
	w.args.text("at", r.At)
	w.args.text("thrown", r.Thrown)
	w.leaf(w.row.track, slice{cat: catRun, name: "run", start: start, end: end, open: r.Open, arrow: arrow})
}

func (w *walk) drawSuspension(s *timeline.Suspension) {
	start, end := w.within(s.Span)
	w.args.text("on", s.On)
	w.args.state(s.State)
	w.args.text("at", s.At)
	w.args.text("detail", s.Detail)
	switch {
	case s.Older && s.Start < 0:
		w.args.text("since", (-s.Start).String()+" before the trace")
	case s.Older:
		w.args.text("since", "before it was first seen")
	}
	w.addFrame()
	w.begin(w.row.track, slice{cat: catAwait, name: s.On, start: start, end: end, open: s.Open})
	if s.Ready >= 0 {
		w.by, w.readied, w.cause, w.resumes = s.ReadyBy.ID, s.Ready, s.Cause, s.End
		name := "ready"
		if who := ref(s.ReadyBy); who != "" {
			name += " by " + who
		} else if s.Cause != "" {
			name += " by " + s.Cause
		}
		w.args.text("by", ref(s.ReadyBy))
		w.args.text("cause", s.Cause)
		w.leaf(w.row.track, slice{cat: catReady, name: name, start: min(max(s.Ready, start), end), end: end, open: s.Open})
	}
	w.sink.end(w.row.track, end, s.Open)
}

// addFrame adds the values of the frame at the next suspension.
func (w *walk) addFrame() {
	frames := w.row.Frames
	for ; w.frame < len(frames) && frames[w.frame].Suspension <= w.suspension; w.frame++ {
		if f := &frames[w.frame]; f.Suspension == w.suspension {
			w.args.text("frame "+f.Slot, f.Value)
		}
	}
}
