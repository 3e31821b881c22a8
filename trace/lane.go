package trace

// This file defines lanes: rows of their own for coroutines without a
// goroutine.

import (
	"iter"
	"runtime/trace"
	"sync"

	"coroscope/trace/protocol"
)

// A lane is a goroutine that does nothing but hold the regions of one machine.
// It is made by iter.Pull, so that a switch to it is cheap and takes place at
// a known moment, on the goroutine and the thread of who switches.
type lane struct {
	next *record // whose regions to begin
	op   laneOp
	name string // of the await region to begin

	// What the lane has begun.
	of    *record
	outer *trace.Region
	await *trace.Region

	enter func() (struct{}, bool)
}

// A laneOp is what a lane is switched to for.
type laneOp uint8

const (
	laneSuspended laneOp = iota // the machine is suspended: begin its region
	laneResumed                 // it is resumed: end the region
	laneStarted                 // it starts
	laneQuit                    // the machine has ended, or tracing has: let go
)

// newLane makes the lane of r, whose outer region begins now.
func newLane(r *record) *lane {
	l := &lane{next: r, op: laneStarted}
	l.enter, _ = iter.Pull(l.main)
	l.enter()
	return l
}

func (l *lane) switchTo(op laneOp) {
	l.op = op
	l.enter()
}

// main runs on the lane's goroutine.
func (l *lane) main(yield func(struct{}) bool) {
	for {
		if l.op == laneQuit {
			l.leave()
			return
		}
		if l.of != l.next {
			l.leave()
			l.of = l.next
			l.outer = l.of.keep(trace.StartRegion(l.of.ctx, l.of.row))
		}
		switch l.op {
		case laneSuspended:
			l.await = l.of.keep(trace.StartRegion(l.of.ctx, l.name))
		case laneResumed:
			if await := l.of.take(&l.await); await != nil {
				await.End()
			}
		}
		yield(struct{}{})
	}
}

// leave ends what is open.
func (l *lane) leave() {
	if l.of != nil {
		l.of.finish(&l.await)
		l.of.finish(&l.outer)
	}
}

// lanes counts the lanes of one loop, or of all coroutines that stand alone.
type lanes struct {
	mu   sync.Mutex
	max  int
	used int
	full uint64 // the last epoch in which there was one too many
}

// soloLanes are for the coroutines that stand alone.
var soloLanes = lanes{max: DefaultLanes}

// take reports whether r may have a lane. Once there are too many, none that
// follows has one until the epoch's end, which is what the trace then says.
func (b *lanes) take(w *scribe, r *record) bool {
	if b == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.full == r.epoch:
		return false
	case b.used < b.max:
		b.used++
		return true
	}
	b.full = r.epoch
	write(w, r.ctx, protocol.CatCoroscope, protocol.Limit{What: "lanes", Max: b.max, From: r.who})
	return false
}

func (b *lanes) giveBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used--
}
