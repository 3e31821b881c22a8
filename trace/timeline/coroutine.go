package timeline

// This file defines how a builder follows a coroutine from log to log.

import (
	"strings"
	"time"

	"coroscope/trace/protocol"

	"golang.org/x/exp/trace"
)

// A coroutineState is a Coroutine while it is read.
type coroutineState struct {
	Coroutine
	loop *loopState

	since   time.Duration       // when it came to be in its Status
	at      protocol.Suspension // what it is suspended on, or was resumed from
	older   bool                // the suspension began before it was seen
	thrown  string              // what it was resumed with
	readyAt time.Duration       // negative if it has not been made ready since
	readyBy protocol.Ref
	cause   string
	line    *Line // that it stands in, or stood in last; see contended
	waits   bool  // it stands there
	onLoop  bool  // it was made ready, so that it is on a loop
	named   bool  // its spawn or snapshot was seen
}

// coroutine returns the coroutine that a record is about, which may be news.
func (b *builder) coroutine(who protocol.Ref, rec *record) *coroutineState {
	// Most records are about the same coroutine as the one before.
	c := b.current
	if c == nil || c.ID != who.ID {
		c = b.coroutines[who.ID]
	}
	if c == nil {
		c = &coroutineState{readyAt: -1, since: b.begin}
		c.ID = who.ID
		c.Name = strings.Clone(who.Name)
		c.Spawned = b.begin
		c.Older = true
		b.coroutines[who.ID] = c
		b.order = append(b.order, c)
		b.unnamed++
	}
	b.current = c
	if rec.goroutine >= 0 {
		c.Goroutine = int64(rec.goroutine)
	}
	if c.Task == 0 {
		b.setTask(c, rec.task)
	}
	return c
}

// setTask attaches c to its task and, through it, to its loop.
func (b *builder) setTask(c *coroutineState, id trace.TaskID) {
	id = taskOrNone(id)
	if id == 0 {
		return
	}
	c.Task = uint64(id)
	if b.opt.Goroutines {
		b.ourTasks[id] = c
	}
	t, ok := b.tasks[id]
	if !ok {
		return
	}
	if c.Func == "" {
		c.Func = strings.Clone(t.name)
	}
	if c.loop == nil {
		c.loop = b.loop(t.parent)
	}
}

// loopOf returns the loop that drives c, or nil.
func (b *builder) loopOf(c *coroutineState) *loopState {
	if c.loop == nil && c.onLoop && len(b.loops) == 1 {
		c.loop = b.loops[0]
	}
	return c.loop
}

func (b *builder) spawn(t time.Duration, rec *record) {
	m := &rec.spawn
	_, known := b.coroutines[m.Who.ID]
	c := b.coroutine(m.Who, rec)
	if b.opt.Goroutines {
		b.ourTasks[taskOrNone(rec.task)] = c
	}
	if c.loop == nil {
		b.setTask(c, rec.task) // the parent of the one it had may not be in the trace
	}
	if c.named {
		return // a later epoch's snapshot
	}
	c.named = true
	c.Shape = strings.Clone(m.Shape)
	c.Func = strings.Clone(m.Func)
	c.Parent = m.By.ID
	c.Made = protocol.Place(m.File, m.Line)
	b.unnamed--
	if known {
		return
	}
	c.since = t
	c.Spawned = t
	if rec.kind == recSpawn {
		c.Status = Created
		c.Older = false
	}
}

// suspended takes what a coroutine is suspended on where an epoch begins.
func (b *builder) suspended(t time.Duration, rec *record) {
	m := &rec.resume.Suspension
	c := b.coroutine(m.Who, rec)
	start := t
	if d, detail, ok := protocol.ParseSince(m.Detail); ok && d >= 0 {
		start, m.Detail = t-min(d, time.Duration(maxInstant)), detail
	}
	switch c.Status {
	case Unknown:
		if c.named {
			start = min(start, c.since) // the log before this one; it has not run between them
		}
	case Suspended:
		if start <= c.since || b.gaps == 0 {
			return // a later epoch's snapshot
		}
		b.missed(c, t, Created)
	case Running:
		b.missed(c, t, Created)
	}
	b.enterSuspension(c, start, m, true)
}

// own takes notice of the goroutine on which c, if it has one of its own, is
// suspended and resumed.
func (b *builder) own(c *coroutineState, rec *record) {
	if b.opt.Goroutines && c.Shape == protocol.ShapePull && rec.goroutine >= 0 {
		g := b.goroutine(rec.goroutine)
		g.ours = true
		setRole(g, roleCoroutine)
	}
}

func (b *builder) suspend(t time.Duration, rec *record) {
	c := b.coroutine(rec.resume.Who, rec)
	b.own(c, rec)
	if c.Status == Suspended {
		b.missed(c, t, Running)
	}
	b.leave(c, t)
	b.enterSuspension(c, t, &rec.resume.Suspension, false)
}

func (b *builder) resume(t time.Duration, rec *record) {
	m := &rec.resume
	c := b.coroutine(m.Who, rec)
	b.own(c, rec)
	if c.Status == Running {
		b.missed(c, t, Created)
	}
	if !m.Start && c.Status != Suspended {
		// It was suspended while nobody looked.
		b.enterSuspension(c, max(c.since, b.begin), &m.Suspension, true)
	}
	since := c.since
	err, thrown := protocol.ParseThrows(m.Detail)
	if !thrown {
		err = "" // it is what the suspension's detail was
	}
	c.thrown = err
	if c.Status == Suspended {
		b.leaveSuspension(c, t, false, thrown)
	}
	c.Status = Running
	c.since = t
	if m.Start {
		c.at = protocol.Suspension{}
	} else {
		c.at = m.Suspension
	}
	if c.readyAt >= 0 {
		// One that was made ready while it still ran waits from when it was
		// suspended.
		c.Waited += t - max(c.readyAt, since)
		c.readyAt = -1
	}
	if l := b.loopOf(c); l != nil {
		l.sign(t)
	}
}

// missed is called where c should have left its status earlier: it does so
// now, and has been in the status next since the end of the gap, if there is
// one that explains it.
func (b *builder) missed(c *coroutineState, t time.Duration, next Status) {
	if b.gaps > 0 && c.since <= b.gapStart {
		b.leave(c, b.gapStart)
		c.since = b.begin
	} else {
		b.leave(c, t)
		c.since = t
	}
	c.at = protocol.Suspension{}
	c.Status = next
}

func (b *builder) end(t time.Duration, rec *record) {
	m := &rec.end
	c := b.coroutine(m.Who, rec)
	neverRan := m.Outcome == protocol.OutcomeCanceled || m.Outcome == protocol.OutcomeClosed
	switch {
	case c.Status == Suspended:
		b.leaveSuspension(c, t, false, true)
	case c.Status != Unknown || !neverRan:
		b.leave(c, t)
	}
	c.Status = Done
	c.since = t
	c.Ended = t
	c.Outcome = strings.Clone(m.Outcome)
	c.Detail = strings.Clone(m.Detail)
	c.at, c.readyBy, c.cause, c.thrown = protocol.Suspension{}, protocol.Ref{}, "", ""
}

func (b *builder) ready(t time.Duration, rec *record) {
	m := &rec.ready
	c := b.coroutine(m.Who, rec)
	c.onLoop = true
	// The last one counts: after one before it, what it was called for was gone
	// when its turn came, and it waited on.
	c.readyAt = t
	c.readyBy, c.cause = m.By, m.Cause
	if b.opt.Full {
		b.tl.Ready = append(b.tl.Ready, ReadyEdge{T: t, Who: m.Who, By: m.By, Cause: m.Cause})
	}
}

func (b *builder) frame(t time.Duration, rec *record) {
	m := &rec.frame
	c := b.coroutine(m.Who, rec)
	c.FrameCount++
	if b.opt.Full {
		// Whether the values of a suspension are logged before or after it, it
		// is the next one that will be appended.
		c.Frames = append(c.Frames, FrameValue{T: t, Suspension: len(c.Suspensions), Slot: m.Slot, Value: m.Value})
	}
}

// enterSuspension makes c suspended. older says that it has been for some
// time.
func (b *builder) enterSuspension(c *coroutineState, t time.Duration, m *protocol.Suspension, older bool) {
	c.Status = Suspended
	c.since = t
	c.at = *m
	c.older = older
	c.SuspensionCount++
	if contended(m.Kind) {
		var l *Loop
		if of := b.loopOf(c); of != nil {
			l = &of.Loop
		}
		c.line, c.waits = b.tally.Begin(l, m, max(t, 0), c.line), true
	}
}

// leave ends the run or suspension that c is in. One of which nothing was
// heard until now has been running.
func (b *builder) leave(c *coroutineState, t time.Duration) {
	switch c.Status {
	case Running, Unknown:
		b.leaveRun(c, t, false)
	case Suspended:
		b.leaveSuspension(c, t, false, false)
	}
}

func (b *builder) leaveRun(c *coroutineState, t time.Duration, open bool) {
	took := t - c.since
	c.RunCount++
	c.Run += took
	at := ""
	l := b.loopOf(c)
	if longest := l != nil && took > l.Longest.Took; longest || b.opt.Full {
		at = c.at.Place()
		if longest {
			l.step(Step{Who: c.Ref(), At: at, Start: c.since, Took: took})
		}
	}
	if b.opt.Full {
		c.Runs = append(c.Runs, Run{Span: Span{c.since, t, open}, At: at, Thrown: c.thrown})
	}
}

// leaveSuspension ends the suspension that c is in. gaveUp says that c goes on
// without what it was suspended on.
func (b *builder) leaveSuspension(c *coroutineState, t time.Duration, open, gaveUp bool) {
	took := t - max(c.since, 0) // totals are those of the trace
	c.Suspended += took
	if took > c.Longest || c.LongestOn == "" {
		c.Longest = took
		c.LongestOn = c.at.On()
		c.LongestAt = c.at.Place()
	}
	if c.waits {
		b.leaveLine(c, t, open, gaveUp)
	}
	if b.opt.Full {
		s := Suspension{
			Span: Span{c.since, t, open}, Older: c.older,
			On: c.at.On(), State: c.at.State, At: c.at.Place(), Detail: c.at.Detail, Ready: -1,
		}
		if c.readyAt >= 0 {
			s.Ready, s.ReadyBy, s.Cause = c.readyAt, c.readyBy, c.cause
		}
		c.Suspensions = append(c.Suspensions, s)
	}
}

// leaveLine has c no longer wait for what others wait for too.
func (b *builder) leaveLine(c *coroutineState, t time.Duration, open, gaveUp bool) {
	c.waits = false
	if c.line.Loop == nil {
		if l := b.loopOf(c); l != nil {
			c.line.Loop = &l.Loop
		}
	}
	w := Waited{Span: Span{max(c.since, 0), t, open}, Who: c.Ref(), GaveUp: gaveUp}
	if c.readyAt >= 0 && c.cause != protocol.CauseCancel {
		w.By = c.readyBy
	}
	c.line.End(&w)
}

// finishCoroutine ends, at the trace's end, what c is in.
func (b *builder) finishCoroutine(c *coroutineState) {
	switch c.Status {
	case Running:
		b.leaveRun(c, b.last, true)
	case Suspended:
		b.leaveSuspension(c, b.last, true, false)
	}
	if l := b.loopOf(c); l != nil {
		c.Loop = &l.Loop
		l.certain = true
	}
	c.at, c.readyBy = protocol.Suspension{}, protocol.Ref{}
}
