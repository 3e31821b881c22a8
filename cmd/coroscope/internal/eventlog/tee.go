package eventlog

// This file defines Tee, which has two observers told of the same.

import (
	"time"

	"coroscope/coro"
)

// A Tee tells two observers, first the one, then the other.
type Tee struct{ a, b coro.Observer }

// NewTee returns an observer that tells a, then b. If a is a [coro.Gate], so
// is the Tee: b is told what a is told, and when a is told nothing, neither
// is b.
func NewTee(a, b coro.Observer) coro.Observer {
	if g, ok := a.(coro.Gate); ok {
		return gatedTee{Tee{a, b}, g}
	}
	return Tee{a, b}
}

type gatedTee struct {
	Tee
	coro.Gate
}

// The following implement [coro.Observer].

func (t Tee) Spawn(c *coro.Info)                 { t.a.Spawn(c); t.b.Spawn(c) }
func (t Tee) Ready(c *coro.Info, why coro.Cause) { t.a.Ready(c, why); t.b.Ready(c, why) }
func (t Tee) End(c *coro.Info, o coro.Outcome)   { t.a.End(c, o); t.b.End(c, o) }
func (t Tee) Busy(l *coro.Loop)                  { t.a.Busy(l); t.b.Busy(l) }
func (t Tee) Run(l *coro.Loop, running bool)     { t.a.Run(l, running); t.b.Run(l, running) }
func (t Tee) Slow(l *coro.Loop, s coro.SlowStep) { t.a.Slow(l, s); t.b.Slow(l, s) }

func (t Tee) Resume(c *coro.Info, s coro.Suspension, start bool, thrown error) {
	t.a.Resume(c, s, start, thrown)
	t.b.Resume(c, s, start, thrown)
}

func (t Tee) Suspend(c *coro.Info, s coro.Suspension) {
	t.a.Suspend(c, s)
	t.b.Suspend(c, s)
}

func (t Tee) Timer(c *coro.Info, fn string, op coro.TimerOp, d time.Duration) {
	t.a.Timer(c, fn, op, d)
	t.b.Timer(c, fn, op, d)
}

func (t Tee) Turn(l *coro.Loop, n uint64, ready, timers int) {
	t.a.Turn(l, n, ready, timers)
	t.b.Turn(l, n, ready, timers)
}

func (t Tee) Idle(l *coro.Loop, deadline time.Duration) {
	t.a.Idle(l, deadline)
	t.b.Idle(l, deadline)
}

func (t Tee) Attach(l *coro.Loop, snapshot []coro.TaskState) {
	t.a.Attach(l, snapshot)
	t.b.Attach(l, snapshot)
}

func (t Tee) Detach(l *coro.Loop, snapshot []coro.TaskState) {
	t.a.Detach(l, snapshot)
	t.b.Detach(l, snapshot)
}
