package timeline

// This file defines record and decoder: what one event of a trace means to
// this package.

import (
	"fmt"
	"io"
	"strings"

	"coroscope/trace/protocol"

	"golang.org/x/exp/trace"
)

// A recordKind says what a record is.
type recordKind uint8

const (
	recNone recordKind = iota // of no interest

	// Logs of the protocol.
	recSpawn
	recSnapshot
	recSuspended
	recReady
	recResume
	recSuspend
	recEnd
	recTimer
	recFrame
	recTurn
	recSlow
	recEpoch
	recLoop
	recLimit
	recNote

	// Other events.
	recTaskBegin
	recTaskEnd
	recRegionBegin
	recRegionEnd
	recGoroutine
	recUserLog
)

// speaks reports whether k is a log of a coroutine or of a loop.
func (k recordKind) speaks() bool { return k >= recSpawn && k <= recSlow || k == recLoop }

// A record is one event. Which of the message fields is valid depends on kind.
type record struct {
	kind      recordKind
	t         int64 // nanoseconds since the trace's start
	goroutine trace.GoID
	task      trace.TaskID // 0 or trace.NoTask: none

	spawn  protocol.Spawn
	ready  protocol.Ready
	resume protocol.Resume // also for recSuspend and recSuspended
	end    protocol.End
	timer  protocol.Timer
	frame  protocol.Frame
	turn   protocol.Turn
	slow   protocol.Slow
	epoch  protocol.Epoch
	loop   protocol.Loop
	limit  protocol.Limit
	note   protocol.Note

	name   string       // type of the region, or of a task that begins
	parent trace.TaskID // of a task that begins
	change *change
	log    trace.Log
}

// A change is a change of a goroutine's state, or stands for another event.
// Most changes are of goroutines that begin or cease to run, and for those the
// goroutine's stack is not set.
type change struct {
	t        trace.Time
	on       trace.GoID // where it happened
	of       trace.GoID
	what     changeKind
	from, to trace.GoState
	part     switchPart
	ends     bool        // of the last two parts of a switch: the goroutine that is left ends
	reason   string      // to waiting
	stack    trace.Stack // that of the goroutine
	maker    trace.Stack // from not existing or from waiting to runnable: that of who made it so
}

// A changeKind says what a change is.
type changeKind uint8

const (
	changeState  changeKind = iota // of a goroutine
	changeSwitch                   // on is left for of; from, to and stacks are not set
	changeNone                     // an event of which only the time matters
	changeOther                    // one that has to be looked at; nothing else is set
)

// hasStack reports whether stack is set.
func (c *change) hasStack() bool {
	return c.to >= trace.GoWaiting || c.from < trace.GoRunnable || c.from == trace.GoRunning && c.to == trace.GoRunnable
}

// A decoder turns the events of a source into records.
type decoder struct {
	src        *source
	sites      stackReader
	switches   switchReader
	ahead      bool // events are read ahead
	goroutines bool // records of kind recGoroutine are wanted
	logs       bool // records of kind recUserLog are wanted

	ended []trace.TaskID // those that will end in the events at hand

	epochs     int // version logs seen
	newer      int // the version, if it is newer than the protocol's
	ours       int // logs of the protocol seen
	beforeOurs int // those among them that came before any version log
	strange    int // logs in the protocol's categories that are not of its form
	firstOdd   string
}

func newDecoder(r io.Reader) (*decoder, error) {
	src, err := newSource(r)
	if err != nil {
		return nil, err
	}
	return &decoder{src: src, sites: stackReader{src: src}, ahead: readAhead}, nil
}

// readAhead is whether decoders do; the tests compare both ways.
var readAhead = true

// each sets rec to one record after the other, and calls fn for each that is
// of interest. It returns nil at the end, or fn's error, or that of reading
// the file; what is wrong with the trace is in lost.
func (d *decoder) each(rec *record, fn func() error) error {
	if d.src.reader == nil {
		return nil
	}
	for {
		stop, err := d.drain(rec, fn)
		if stop != nil {
			return stop
		}
		if err := d.src.fail(err); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// drain does what each does, up to an error of fn, which it returns as stop,
// or of the source.
func (d *decoder) drain(rec *record, fn func() error) (stop, err error) {
	defer d.src.rescue(&err)
	a := &d.src.ahead
	if d.ahead {
		a.start()
		defer a.stop()
	}
	for {
		b, err := a.next()
		if err != nil {
			return nil, err
		}
		others := b.others
		d.ended = b.ended
		for i := range b.changes {
			c := &b.changes[i]
			rec.kind = recNone
			switch c.what {
			case changeState:
				d.src.see(c.t)
				if d.goroutines {
					c.part = d.switches.read(c)
					d.changed(c, rec)
				}
			case changeSwitch:
				if err := d.parts(c, rec, fn); err != nil {
					return err, nil
				}
				continue
			case changeNone:
				d.src.see(c.t)
			default:
				d.decode(&others[0], c, rec)
				others = others[1:]
			}
			if rec.kind != recNone {
				if err := fn(); err != nil {
					return err, nil
				}
			}
		}
	}
}

// changed sets rec to c, a change of a goroutine's state.
func (d *decoder) changed(c *change, rec *record) {
	rec.kind, rec.change = recGoroutine, c
	rec.goroutine, rec.t = c.on, d.src.instant(d.src.last)
}

// parts sets rec to one part of c, a switch, after the other, and calls fn for
// each. See switchReader.
func (d *decoder) parts(c *change, rec *record, fn func() error) error {
	left, next := c.on, c.of
	d.switches.part = switchDone
	for part := switchReady; part <= switchDone; part++ {
		d.src.see(c.t)
		c.t++
		if !d.goroutines {
			continue
		}
		c.part = part
		switch part {
		case switchReady:
			c.from, c.to, c.maker = trace.GoWaiting, trace.GoRunnable, trace.NoStack
		case switchLeft:
			c.of, c.from, c.to = left, trace.GoRunning, trace.GoWaiting
			if c.ends {
				c.to = trace.GoNotExist
			}
			c.reason, c.stack = "", trace.NoStack
		case switchDone:
			c.on = trace.NoGoroutine
			c.of, c.from, c.to = next, trace.GoRunnable, trace.GoRunning
		}
		d.changed(c, rec)
		if err := fn(); err != nil {
			return err
		}
	}
	return nil
}

// decode sets rec. If ev is a change of a goroutine's state, it is written to
// c. Decode asks ev for nothing twice: each answer costs a copy of the event,
// which is large.
func (d *decoder) decode(ev *trace.Event, c *change, rec *record) {
	kind := ev.Kind()
	if kind == trace.EventSync {
		d.sites.nextGeneration()
		d.src.begin()
		return // its time means nothing where a generation failed
	}
	t := ev.Time()
	d.src.see(t)
	d.src.inLibrary = true
	switch kind {
	case trace.EventStateTransition:
		if d.goroutines && transition(ev, c) {
			c.t = t
			d.src.inLibrary = false
			c.part = d.switches.read(c)
			d.changed(c, rec)
			return
		}
	case trace.EventLog:
		l := ev.Log()
		d.src.inLibrary = false
		rec.task = l.Task
		rec.kind = d.log(l.Category, l.Message, rec)
		if rec.kind == recNone && d.logs {
			rec.kind, rec.log = recUserLog, l
		}
	case trace.EventRegionBegin, trace.EventRegionEnd:
		r := ev.Region()
		rec.task, rec.name = r.Task, r.Type
		rec.kind = recRegionBegin
		if kind == trace.EventRegionEnd {
			rec.kind = recRegionEnd
		}
	case trace.EventTaskBegin:
		t := ev.Task()
		rec.task, rec.parent, rec.name = t.ID, t.Parent, t.Type
		rec.kind = recTaskBegin
	case trace.EventTaskEnd:
		rec.task, d.ended = d.ended[0], d.ended[1:]
		rec.kind = recTaskEnd
	}
	d.src.inLibrary = false
	if d.src.noLogs {
		rec.kind = recNone // a coroutine is not known without its logs
	}
	if rec.kind == recNone {
		return
	}
	rec.t = d.src.instant(d.src.last)
	rec.goroutine = ev.Goroutine()
}

// transition sets c to a change of a goroutine's state, but for its time, and
// reports whether ev, a transition, is one.
func transition(ev *trace.Event, c *change) bool {
	st := ev.StateTransition()
	if st.Resource.Kind != trace.ResourceGoroutine {
		return false
	}
	c.on = ev.Goroutine()
	c.of = st.Resource.Goroutine()
	c.from, c.to = st.Goroutine()
	switch {
	case c.hasStack():
		c.reason, c.stack = st.Reason, st.Stack
		if c.from == trace.GoNotExist {
			c.maker = ev.Stack()
		}
	case c.from == trace.GoWaiting:
		c.maker = ev.Stack()
	}
	return true
}

// log parses a message into rec and returns the record's kind.
func (d *decoder) log(category, message string, rec *record) recordKind {
	kind, ok := recNone, false
	switch category {
	case protocol.CatSuspend:
		kind = recSuspend
		rec.resume.Suspension, ok = protocol.ParseSuspension(message)
	case protocol.CatResume:
		kind = recResume
		rec.resume, ok = protocol.ParseResume(message)
	case protocol.CatReady:
		kind = recReady
		rec.ready, ok = protocol.ParseReady(message)
	case protocol.CatTurn:
		kind = recTurn
		rec.turn, ok = protocol.ParseTurn(message)
	case protocol.CatTimer:
		kind = recTimer
		rec.timer, ok = protocol.ParseTimer(message)
	case protocol.CatFrame:
		kind = recFrame
		rec.frame, ok = protocol.ParseFrame(message)
	case protocol.CatSpawn:
		kind = recSpawn
		rec.spawn, ok = protocol.ParseSpawn(message)
	case protocol.CatEnd:
		kind = recEnd
		rec.end, ok = protocol.ParseEnd(message)
	case protocol.CatSnapshot:
		kind = recSnapshot
		rec.spawn, ok = protocol.ParseSpawn(message)
	case protocol.CatSuspended:
		kind = recSuspended
		rec.resume.Suspension, ok = protocol.ParseSuspension(message)
	case protocol.CatSlow:
		kind = recSlow
		rec.slow, ok = protocol.ParseSlow(message)
	case protocol.CatCoroscope:
		kind, ok = d.about(message, rec)
	default:
		return recNone
	}
	if !ok {
		if d.strange++; d.strange == 1 {
			d.firstOdd = category + ": " + message
		}
		return recNone
	}
	if kind != recEpoch {
		d.ours++
		if d.epochs == 0 {
			d.beforeOurs++
		}
	}
	return kind
}

// about parses a message of category coroscope.
func (d *decoder) about(message string, rec *record) (recordKind, bool) {
	var ok bool
	if rec.epoch, ok = protocol.ParseEpoch(message); ok {
		d.epochs++
		if rec.epoch.Version > protocol.Version {
			d.newer = rec.epoch.Version
		}
		return recEpoch, true
	}
	if rec.loop, ok = protocol.ParseLoop(message); ok {
		return recLoop, true
	}
	if rec.limit, ok = protocol.ParseLimit(message); ok {
		return recLimit, true
	}
	if rec.note, ok = protocol.ParseNote(message); ok {
		return recNote, true
	}
	return recNone, false
}

// notes returns remarks on the trace. It is to be called at the end.
func (d *decoder) notes() []string {
	if d.beforeOurs == 0 {
		return nil
	}
	return []string{"the trace begins in the middle of what it shows, as a flight recorder's does: coroutines that were suspended then are missing until they are resumed, or an epoch begins"}
}

// lost returns sentences that say what was not read. It is to be called at
// the end.
func (d *decoder) lost() []string {
	lines := d.src.lost()
	if d.newer != 0 {
		lines = append(lines, fmt.Sprintf("written in version %d of the protocol, and read in version %d: some of it may be misunderstood", d.newer, protocol.Version))
	}
	// Other programs may use the same categories for messages of their own.
	if d.epochs > 0 && d.strange > 0 {
		odd := d.firstOdd
		if len(odd) > 80 {
			odd = odd[:80] + "…"
		}
		lines = append(lines, fmt.Sprintf("%s not of the protocol's form (%s)", plural(d.strange, "log is", "logs are"), strings.ToValidUTF8(odd, "?")))
	}
	return lines
}
