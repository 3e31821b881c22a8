package trace

// This file defines record: what the trace knows of one coroutine in one
// epoch, and what is written at each of its suspensions.

import (
	"context"
	"runtime/trace"
	"time"

	"coroscope/coro"
	"coroscope/trace/protocol"
)

// A work is a task of the trace with the regions that belong to it.
type work struct {
	epoch   uint64
	session uint64
	ctx     context.Context // carries task
	task    *trace.Task
}

// newWork begins a task, in the current epoch.
func newWork(parent context.Context, name string) work {
	w := work{epoch: epoch.Load(), session: session.Load()}
	w.ctx, w.task = trace.NewTask(parent, name)
	return w
}

// The regions of a work are begun and ended with
//
//	r := w.keep(trace.StartRegion(w.ctx, name))
//	if r := w.take(&r); r != nil {
//		r.End()
//	}
//
// right in the functions that are called by an observer's methods, since the
// runtime's own cost grows with the depth of the stack.

// keep returns r, which was begun just now on this goroutine. If the session
// is over, it ends r and returns nil: in one that follows it would never end.
func (w *work) keep(r *trace.Region) *trace.Region {
	if session.Load() != w.session {
		r.End()
		return nil
	}
	return r
}

// take returns the region *r for its End to be called, on the goroutine where
// it began, and forgets it. It returns nil if there is none, or if the session
// is over.
func (w *work) take(r **trace.Region) *trace.Region {
	reg := *r
	*r = nil
	if reg != nil && !on(w.session) {
		return nil
	}
	return reg
}

// finish is take and End, where time does not matter.
func (w *work) finish(r **trace.Region) {
	if reg := w.take(r); reg != nil {
		reg.End()
	}
}

// A record is one coroutine in one epoch.
//
// A stackful coroutine has its regions on its own goroutine. The outer one
// lasts from the beginning of the body to its end, if the body began in this
// epoch. In a body that is older, regions of the program may be open, of
// this trace or one before, which will end inside of an outer region that
// began later; for a reader of the trace that is an error from which it does
// not recover. There the outer region lasts as long as each suspension, during
// which nothing of the program ends.
//
// A machine has a region on its resumer's goroutine while it runs, and the
// others on a lane.
type record struct {
	work
	info *coro.Info
	who  protocol.Ref
	by   protocol.Ref // who made it
	row  string       // the name of the outer region

	outer *trace.Region
	await *trace.Region
	run   *trace.Region
	whole bool          // outer lasts as long as the body
	older *trace.Region // an outer region that lasts as long as the body, of an earlier epoch of the session

	points []point // places where the coroutine was suspended
	ready  readied

	lane     *lane
	laneless bool     // there was none to have
	frames   []string // the values last logged

	since time.Time // when it was suspended, if somebody wants to know
}

// A point is a way in which the coroutine was suspended, with what is written
// about it, from the second time on.
type point struct {
	kind   coro.Kind
	state  int
	place  coro.Place
	label  string
	detail string

	await   string // the name of the region
	suspend string
	resume  string
}

// maxPoints bounds how many points are kept; a coroutine seldom has more.
const maxPoints = 8

func (p *point) is(s *coro.Suspension) bool {
	return p.place.Line == s.Place.Line && p.state == s.State && p.kind == s.Kind &&
		p.label == s.Label && p.detail == s.Detail && p.place.File == s.Place.File
}

// point returns the point that the coroutine is suspended at, or was. The
// pointer is valid until the next call.
func (r *record) point(w *scribe, s *coro.Suspension) *point {
	for i := range r.points {
		p := &r.points[i]
		if !p.is(s) {
			continue
		}
		if p.suspend == "" {
			m := suspensionOf(r.who, s)
			p.suspend = lasting(w, m)
			p.resume = lasting(w, protocol.Resume{Suspension: m})
		}
		return p
	}
	if len(r.points) == maxPoints {
		r.points = r.points[:maxPoints-1]
	}
	r.points = append(r.points, point{
		kind: s.Kind, state: s.State, place: s.Place, label: s.Label, detail: s.Detail,
		await: w.await(s.Kind, s.Label),
	})
	return &r.points[len(r.points)-1]
}

// A readied is how the coroutine was made ready last.
type readied struct {
	why  coro.Cause
	text string
}

// newRecord begins the task of c.
func newRecord(parent context.Context, c *coro.Info) *record {
	who := refOf(c)
	return &record{
		work: newWork(parent, c.Func),
		info: c,
		who:  who,
		by:   refOf(c.Parent),
		row:  protocol.RegionOuter(who),
	}
}

// spawn returns what is said of the coroutine when it is new to the trace.
func (r *record) spawn() protocol.Spawn {
	m := spawnOf(r.info)
	m.By = r.by
	return m
}

// spawned logs that the coroutine was made.
func (r *record) spawned(w *scribe) {
	write(w, r.ctx, protocol.CatSpawn, r.spawn())
}

// isOlder logs that the coroutine is older than the epoch.
func (r *record) isOlder(w *scribe) {
	write(w, r.ctx, protocol.CatSnapshot, r.spawn())
}

// isSuspended logs that the coroutine is suspended where the epoch begins.
func (r *record) isSuspended(w *scribe, s *coro.Suspension) {
	m := suspensionOf(r.who, s)
	if !r.since.IsZero() {
		m.Detail = protocol.Since(time.Since(r.since).Round(time.Microsecond), s.Detail)
	}
	write(w, r.ctx, protocol.CatSuspended, m)
}

// ensureLane gives a machine a lane, if there is one to have.
func (r *record) ensureLane(w *scribe) {
	if r.lane != nil || r.laneless {
		return
	}
	if w.lanes.take(w, r) {
		r.lane = newLane(r)
	} else {
		r.laneless = true
	}
}

// becameReady logs that the coroutine will be resumed.
func (r *record) becameReady(w *scribe, why coro.Cause) {
	if r.ready.text != "" && r.ready.why == why {
		trace.Log(r.ctx, protocol.CatReady, r.ready.text)
		return
	}
	m := protocol.Ready{Who: r.who, By: refOf(why.By), Cause: why.What}
	if why.By == r.info {
		m.By = protocol.Ref{} // it yielded until the next turn
	} else if why.By != nil && why.What == protocol.CauseFuture {
		m.Cause = "" // what it mostly is
	}
	r.ready.text = ""
	if r.ready.why == why {
		r.ready.text = lasting(w, m)
	}
	r.ready.why = why
	write(w, r.ctx, protocol.CatReady, m)
}

// resume logs that the coroutine goes on, or starts. Like the other methods it
// is called where the observer's method is: on the body's goroutine.
func (r *record) resume(w *scribe, s *coro.Suspension, start bool, thrown error) {
	switch stackful := r.info.Shape.Stackful(); {
	case stackful && start:
		r.outer, r.whole = r.keep(trace.StartRegion(r.ctx, r.row)), true
	case stackful:
		if await := r.take(&r.await); await != nil {
			await.End()
		}
		if !r.whole {
			r.finish(&r.outer)
		}
	default:
		if start {
			r.ensureLane(w)
		} else if r.lane != nil {
			r.lane.switchTo(laneResumed)
		}
		r.run = r.keep(trace.StartRegion(r.ctx, w.run(r.info.Func)))
	}
	if !start && thrown == nil {
		if p := r.point(w, s); p.resume != "" {
			trace.Log(r.ctx, protocol.CatResume, p.resume)
			return
		}
	}
	m := protocol.Resume{Start: start}
	if start {
		m.Who, m.State = r.who, protocol.NoState
	} else {
		m.Suspension = suspensionOf(r.who, s)
	}
	if thrown != nil {
		m.Detail = protocol.Throws(errorText(thrown))
	}
	write(w, r.ctx, protocol.CatResume, m)
}

// suspend logs that the coroutine is about to be suspended.
func (r *record) suspend(w *scribe, s *coro.Suspension) {
	p := r.point(w, s)
	if p.suspend != "" {
		trace.Log(r.ctx, protocol.CatSuspend, p.suspend)
	} else {
		write(w, r.ctx, protocol.CatSuspend, suspensionOf(r.who, s))
	}
	r.logFrame(w, s)
	r.since = time.Time{}
	if recording.Load() != nil {
		r.since = time.Now()
	}
	if r.info.Shape.Stackful() {
		if !r.whole {
			r.outer = r.keep(trace.StartRegion(r.ctx, r.row))
		}
		r.await = r.keep(trace.StartRegion(r.ctx, p.await))
		return
	}
	if run := r.take(&r.run); run != nil {
		run.End()
	}
	r.laneAwait(w, p.await)
}

// laneAwait begins the region of a suspension on the lane.
func (r *record) laneAwait(w *scribe, name string) {
	if r.ensureLane(w); r.lane != nil {
		r.lane.name = name
		r.lane.switchTo(laneSuspended)
	}
}

// leaveAwait ends the regions of a suspension, if it is suspended.
func (r *record) leaveAwait() {
	r.finish(&r.await)
	if !r.whole {
		r.finish(&r.outer)
	}
}

// end logs that the coroutine has ended.
func (r *record) end(w *scribe, o coro.Outcome) {
	write(w, r.ctx, protocol.CatEnd, protocol.End{
		Who:     r.who,
		Outcome: o.Kind.String(),
		Detail:  outcomeText(o),
	})
	if recording.Load() != nil {
		r.isOlder(w) // a window may begin just before it ended: see names
	}
	r.leaveAwait()
	if o.Kind != coro.Panicked && o.Kind != coro.Goexited {
		r.finish(&r.outer)
		r.finish(&r.older)
	} // else regions of the program may still be open; these end with the goroutine
	r.finish(&r.run)
	r.quitLane(w)
	if on(r.session) {
		r.task.End()
	}
}

// leave ends what the record holds open on this goroutine, which is the body's
// if the coroutine is stackful, and its task, since the epoch is over. The
// lane, and an outer region that lasts as long as the body, stay.
func (r *record) leave() {
	if r.info.Shape.Stackful() {
		r.leaveAwait()
	} else {
		r.finish(&r.run)
	}
	if on(r.session) {
		r.task.End()
	}
}

// inherit has r take over from old, the record of an earlier epoch or nil, on
// the goroutine that old's regions are on.
func (r *record) inherit(old *record) {
	if old == nil {
		return
	}
	old.leave()
	if r.lane, old.lane = old.lane, nil; r.lane != nil {
		r.lane.next = r
	}
	if r.session != old.session {
		return
	}
	r.since = old.since
	if r.older = old.older; r.older == nil {
		r.older = old.outer
	}
}

// takeOver begins the epoch for a coroutine that is suspended at s; if it is
// stackful, this is its goroutine. old is the record of an earlier epoch, or
// nil.
func (r *record) takeOver(w *scribe, old *record, s *coro.Suspension) {
	r.inherit(old)
	r.isOlder(w)
	r.isSuspended(w, s)
	r.logFrame(w, s)
	name := w.await(s.Kind, s.Label)
	if !r.info.Shape.Stackful() {
		r.laneAwait(w, name)
		return
	}
	r.outer = r.keep(trace.StartRegion(r.ctx, r.row))
	r.await = r.keep(trace.StartRegion(r.ctx, name))
}

// quitLane lets the lane go.
func (r *record) quitLane(w *scribe) {
	if r.lane != nil {
		r.lane.switchTo(laneQuit)
		r.lane = nil
		w.lanes.giveBack()
	}
}

// logFrame logs the slots whose values have changed since the last time.
func (r *record) logFrame(w *scribe, s *coro.Suspension) {
	if !w.frames || s.Frame == nil {
		return
	}
	slots := s.Frame.Frame()
	if len(r.frames) != len(slots) {
		r.frames = make([]string, len(slots))
	}
	for i, slot := range slots {
		value := valueText(slot.Value)
		if value == r.frames[i] {
			continue
		}
		r.frames[i] = value
		write(w, r.ctx, protocol.CatFrame, protocol.Frame{
			Who: r.who, K: i + 1, N: len(slots), Slot: slot.Name, Value: value,
		})
	}
}
