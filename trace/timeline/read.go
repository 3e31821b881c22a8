package timeline

// This file defines Read and builder, which makes a Timeline of records.

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"coroscope/trace/protocol"

	"golang.org/x/exp/trace"
)

// Options say what Read keeps. The zero value keeps totals.
type Options struct {
	Full       bool // also each run, suspension, frame value and ready edge
	Goroutines bool // also a record for each goroutine, and for each Pull
	Logs       bool // also each log that is not of the protocol
}

// Read reads r to its end. Errors: ErrEmpty, ErrNotTrace, ErrUnsupported, and
// those of r. Whatever else is wrong with the trace is told in Timeline.Lost.
func Read(r io.Reader, opt Options) (*Timeline, error) {
	d, err := newDecoder(r)
	if err != nil {
		return nil, err
	}
	d.goroutines, d.logs = opt.Goroutines, opt.Logs
	d.src.goroutines = opt.Goroutines
	b := newBuilder(opt)
	b.sites = &d.sites
	var rec record
	if err := d.each(&rec, func() error {
		if d.src.gaps != b.gaps {
			b.gap(d.src.gaps, rec.t)
		}
		b.add(&rec)
		return nil
	}); err != nil {
		return nil, err
	}
	if d.src.started {
		b.last = max(b.last, time.Duration(d.src.instant(d.src.last)))
	}
	lastLog := b.last
	if d.src.noLogs {
		lastLog = time.Duration(d.src.instant(d.src.lastLog))
	}
	b.tl.Notes = append(b.tl.Notes, d.notes()...)
	return b.finish(lastLog, d.lost()), nil
}

// slowKept is how many slow steps are kept without Options.Full.
const slowKept = 10

// A builder makes a Timeline.
type builder struct {
	opt Options
	tl  *Timeline

	// Everything that happened from begin on is known, but for what happened
	// in the gap.
	begin, gapStart time.Duration
	gaps            int
	last            time.Duration

	tasks      map[trace.TaskID]task // those that have not ended
	firstTask  trace.TaskID          // the first that began; 0 if none has
	loops      []*loopState
	loopByTask map[trace.TaskID]*loopState
	loopByID   map[uint64]*loopState
	early      map[trace.TaskID]*loopState // those of which no more than turns and idling are known, by a task older than the trace

	coroutines map[uint64]*coroutineState
	current    *coroutineState // the one that the last record was about
	order      []*coroutineState
	unnamed    int // coroutines without spawn or snapshot
	tally      Tally

	goroutines goroutineIndex     // those that have not ended
	recent     [2]recentGoroutine // the last two that were looked up
	stale      int                // which of them to replace
	spare      []*goroutineState  // for reuse
	uncertain  []uncertainPull
	logsCoro   bool            // a coroutine of coro.Pull was written about
	marked     time.Duration   // when the last log, region or task was written
	silent     time.Duration   // until when nothing was written that would have been after it; 0 if there is no such time
	spoken     bool            // a coroutine or a loop has written since
	next       *goroutineState // who became runnable in the switch that is read
	left       *goroutineState // who was left in the switch that is read; it may have ended
	sites      *stackReader
	ourTasks   map[trace.TaskID]*coroutineState // those of coroutines; with Options.Goroutines

	states        pool[goroutineState]
	switchPool    pool[switchState]
	goroutinePool pool[Goroutine]
	pullPool      pool[Pull]
	waitPool      pool[Wait]
}

type task struct {
	name   string
	parent trace.TaskID
	begin  time.Duration
}

func newBuilder(opt Options) *builder {
	return &builder{
		opt:        opt,
		tl:         &Timeline{Full: opt.Full},
		tasks:      make(map[trace.TaskID]task),
		loopByTask: make(map[trace.TaskID]*loopState),
		loopByID:   make(map[uint64]*loopState),
		early:      make(map[trace.TaskID]*loopState),
		coroutines: make(map[uint64]*coroutineState),
		ourTasks:   make(map[trace.TaskID]*coroutineState),
	}
}

// taskOrNone returns 0 for no task.
func taskOrNone(id trace.TaskID) trace.TaskID {
	if id == trace.NoTask {
		return trace.BackgroundTask
	}
	return id
}

// gap notes that events are missing between the last record and t.
func (b *builder) gap(gaps int, t int64) {
	b.gaps = gaps
	b.gapStart, b.begin = b.last, time.Duration(t)
}

// add takes one record.
func (b *builder) add(rec *record) {
	t := time.Duration(rec.t)
	b.last = max(b.last, t)
	if rec.kind != recGoroutine {
		b.marked = t
	}
	if b.silent > 0 && !b.spoken && rec.kind.speaks() {
		b.silent, b.spoken = t, true
	}
	switch rec.kind {
	case recSuspend:
		b.suspend(t, rec)
	case recResume:
		b.resume(t, rec)
	case recReady:
		b.ready(t, rec)
	case recSpawn, recSnapshot:
		b.spawn(t, rec)
	case recSuspended:
		b.suspended(t, rec)
	case recEnd:
		b.end(t, rec)
	case recFrame:
		b.frame(t, rec)
	case recTurn:
		l := b.loop(rec.task)
		if l == nil {
			l = b.earlyLoop(rec.task)
		}
		if l != nil {
			l.Turns++
			if b.opt.Full {
				l.TurnLog = append(l.TurnLog, Turn{T: t, N: rec.turn.N, Ready: rec.turn.Ready, Timers: rec.turn.Timers})
			}
			l.sign(t)
		}
	case recSlow:
		b.slow(t, rec)
	case recLoop:
		b.introduce(rec)
	case recEpoch:
		if len(b.tl.Epochs)+len(b.order)+len(b.loops) == 0 {
			b.silent = t
		}
		b.tl.Epochs = append(b.tl.Epochs, Epoch{T: t, N: rec.epoch.N, Version: rec.epoch.Version})
	case recLimit:
		b.note(fmt.Sprintf("more than %d %s: %s and later ones have no row of their own in go tool trace; nothing is missing here",
			rec.limit.Max, rec.limit.What, rec.limit.From))
	case recNote:
		b.note(strings.Clone(rec.note.Text))
	case recTaskBegin:
		if b.firstTask == 0 {
			b.firstTask = rec.task
		}
		b.tasks[rec.task] = task{rec.name, taskOrNone(rec.parent), t}
	case recTaskEnd:
		if l := b.loopByTask[rec.task]; l != nil {
			l.endPage(uint64(rec.task), t)
		}
		delete(b.tasks, rec.task)
		delete(b.early, rec.task)
	case recRegionBegin:
		b.regionBegin(t, rec)
	case recRegionEnd:
		b.regionEnd(t, rec)
	case recGoroutine:
		b.transition(t, rec)
	case recUserLog:
		b.userLog(t, rec)
	}
}

// note takes a remark.
func (b *builder) note(text string) {
	if len(b.tl.Notes) < maxLines {
		b.tl.Notes = append(b.tl.Notes, text)
	}
}

// slow takes a report of a slow step.
func (b *builder) slow(t time.Duration, rec *record) {
	m := &rec.slow
	l := b.loop(rec.task)
	if l == nil {
		if c := b.coroutines[m.Who.ID]; c != nil {
			l = b.loopOf(c)
		}
	}
	s := SlowStep{Step: Step{
		Who: cloneRef(m.Who), Callback: strings.Clone(m.Callback), At: protocol.Place(m.File, m.Line),
		Start: t - m.Took, Took: m.Took,
	}}
	if l != nil {
		s.Loop = &l.Loop
		l.sign(t)
		// A coroutine's steps are known as its runs.
		if m.Who.IsZero() {
			l.step(s.Step)
		}
	}
	b.tl.SlowSteps++
	b.tl.Slow = append(b.tl.Slow, s)
	if !b.opt.Full && len(b.tl.Slow) >= 2*slowKept {
		b.keepSlowest()
	}
}

func (b *builder) keepSlowest() {
	slices.SortStableFunc(b.tl.Slow, func(x, y SlowStep) int { return cmp.Compare(y.Took, x.Took) })
	b.tl.Slow = slices.Clip(b.tl.Slow[:min(slowKept, len(b.tl.Slow))])
}

func cloneRef(r protocol.Ref) protocol.Ref {
	return protocol.Ref{Name: strings.Clone(r.Name), ID: r.ID}
}

// finish closes what is open and returns the Timeline. Of coroutines and loops
// nothing is known after lastLog.
func (b *builder) finish(lastLog time.Duration, lost []string) *Timeline {
	tl := b.tl
	tl.Duration = b.last
	b.last = lastLog
	for _, c := range b.order {
		b.finishCoroutine(c)
		tl.Coroutines = append(tl.Coroutines, &c.Coroutine)
	}
	tl.Contentions = b.tally.Contentions()
	slices.SortStableFunc(tl.Coroutines, func(x, y *Coroutine) int { return cmp.Compare(x.ID, y.ID) })
	for _, l := range b.loops {
		if l.certain {
			l.finish(b)
			tl.Loops = append(tl.Loops, &l.Loop)
		}
	}
	if !b.opt.Full {
		b.keepSlowest()
	}
	b.last = tl.Duration
	b.finishGoroutines()
	tl.Lost = lost
	if b.unnamed > 0 {
		tl.Lost = append(tl.Lost, fmt.Sprintf("%s older than what can be read: function and shape are not known",
			plural(b.unnamed, "coroutine is", "coroutines are")))
	}
	return tl
}
