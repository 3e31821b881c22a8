package timeline_test

// This file defines the writer that the tests record real traces with: it
// speaks the protocol by hand, through runtime/trace, without package trace.

import (
	"bytes"
	"context"
	"iter"
	"runtime/trace"
	"testing"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// record returns the execution trace of what f does.
func record(tb testing.TB, f func()) []byte {
	tb.Helper()
	var buf bytes.Buffer
	if err := trace.Start(&buf); err != nil {
		tb.Skipf("a trace is being recorded already: %v", err)
	}
	f()
	trace.Stop()
	return buf.Bytes()
}

// recordTimed returns the trace of what f does, with the times that f gives it:
// it takes no time but that which it lets pass.
func recordTimed(tb testing.TB, f func(pass func(time.Duration))) []byte {
	tb.Helper()
	data, err := timeline.Retime(record(tb, func() {
		f(func(d time.Duration) { trace.Log(context.Background(), timeline.ClockCategory, d.String()) })
	}))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// moment is more than all events take together in such a trace.
const moment = 100 * time.Microsecond

func logMessage(ctx context.Context, category string, m interface{ Append([]byte) []byte }) {
	trace.Log(ctx, category, string(m.Append(nil)))
}

func writeEpoch(n uint64) {
	logMessage(context.Background(), protocol.CatCoroscope, protocol.Epoch{Version: protocol.Version, N: n})
}

// A fakeLoop writes what a loop writes.
type fakeLoop struct {
	ctx  context.Context
	task *trace.Task
	run  *trace.Region
	turn uint64
}

func beginLoop(name string, id uint64) *fakeLoop {
	l := &fakeLoop{}
	l.ctx, l.task = trace.NewTask(context.Background(), protocol.TaskLoop(name))
	logMessage(l.ctx, protocol.CatCoroscope, protocol.Loop{Who: protocol.Ref{Name: name, ID: id}})
	l.run = trace.StartRegion(l.ctx, protocol.RegionLoop(name))
	return l
}

func (l *fakeLoop) end() {
	l.run.End()
	l.task.End()
}

func (l *fakeLoop) nextTurn(ready, timers int) {
	l.turn++
	logMessage(l.ctx, protocol.CatTurn, protocol.Turn{N: l.turn, Ready: ready, Timers: timers})
}

func (l *fakeLoop) idle(f func()) { trace.WithRegion(l.ctx, protocol.RegionIdle, f) }

// A fakeCoroutine writes what a coroutine writes.
type fakeCoroutine struct {
	ref  protocol.Ref
	ctx  context.Context
	task *trace.Task
	on   protocol.Suspension
}

// spawn writes that a machine was made.
func spawn(ctx context.Context, name string, id uint64, by protocol.Ref) *fakeCoroutine {
	return spawnShape(ctx, name, id, by, protocol.ShapeMachine)
}

func spawnShape(ctx context.Context, name string, id uint64, by protocol.Ref, shape string) *fakeCoroutine {
	c := &fakeCoroutine{ref: protocol.Ref{Name: name, ID: id}}
	c.ctx, c.task = trace.NewTask(ctx, "main."+name)
	logMessage(c.ctx, protocol.CatSpawn, protocol.Spawn{
		Who: c.ref, Shape: shape, Func: "main." + name, File: "bar.go", Line: int(10 * id), By: by,
	})
	return c
}

func (c *fakeCoroutine) start() {
	logMessage(c.ctx, protocol.CatResume, protocol.Resume{Suspension: protocol.Suspension{Who: c.ref, State: protocol.NoState}, Start: true})
}

func (c *fakeCoroutine) suspend(kind, label string, state, line int) {
	c.on = protocol.Suspension{Who: c.ref, Kind: kind, Label: label, State: state, File: "bar.go", Line: line}
	logMessage(c.ctx, protocol.CatSuspend, c.on)
}

func (c *fakeCoroutine) resume() {
	logMessage(c.ctx, protocol.CatResume, protocol.Resume{Suspension: c.on})
}

func (c *fakeCoroutine) ready(by protocol.Ref, cause string) {
	logMessage(c.ctx, protocol.CatReady, protocol.Ready{Who: c.ref, By: by, Cause: cause})
}

func (c *fakeCoroutine) end(outcome, detail string) {
	logMessage(c.ctx, protocol.CatEnd, protocol.End{Who: c.ref, Outcome: outcome, Detail: detail})
	c.task.End()
}

// A fakePull is a coroutine on iter.Pull that writes from its own goroutine.
type fakePull struct {
	*fakeCoroutine
	next func() (struct{}, bool)
	stop func()
}

func pull(ctx context.Context, name string, id uint64, body func(yield func(kind, label string, line int) bool)) *fakePull {
	p := &fakePull{fakeCoroutine: spawnShape(ctx, name, id, protocol.Ref{}, protocol.ShapePull)}
	p.next, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		outer := trace.StartRegion(p.ctx, protocol.RegionOuter(p.ref))
		p.start()
		body(func(kind, label string, line int) bool {
			p.suspend(kind, label, protocol.NoState, line)
			await := trace.StartRegion(p.ctx, protocol.RegionAwait(kind, label))
			ok := yield(struct{}{})
			await.End()
			p.resume()
			return ok
		})
		p.fakeCoroutine.end(protocol.OutcomeReturned, "")
		outer.End()
	})
	return p
}
