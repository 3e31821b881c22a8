package coro

// This file defines finding the loops of the program, and seeing from outside
// what each of them does.

import (
	"cmp"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"weak"
)

// loops knows the loops that are not closed.
var loops struct {
	mu    sync.Mutex
	last  uint64
	open  map[uint64]weak.Pointer[Loop]
	prune int // how many there may be before those are forgotten that were collected

	watches atomic.Int32 // see WatchLoops
}

// register makes the loop known, and gives it its number.
func (l *Loop) register() {
	loops.mu.Lock()
	defer loops.mu.Unlock()
	loops.last++
	l.id = loops.last
	if loops.open == nil {
		loops.open, loops.prune = make(map[uint64]weak.Pointer[Loop]), 64
	}
	loops.open[l.id] = weak.Make(l)
	if len(loops.open) > loops.prune {
		for id, p := range loops.open {
			if p.Value() == nil {
				delete(loops.open, id)
			}
		}
		loops.prune = 2*len(loops.open) + 64
	}
	l.watch(loops.watches.Load() > 0)
}

// unregister forgets a loop that is closed.
func (l *Loop) unregister() {
	loops.mu.Lock()
	defer loops.mu.Unlock()
	delete(loops.open, l.id)
}

// Loops returns the loops of the program that are not closed, in the order in
// which they were made. A loop that nobody closed, and nobody holds, is not
// kept by this. It is safe on any goroutine.
func Loops() []*Loop {
	loops.mu.Lock()
	defer loops.mu.Unlock()
	var all []*Loop
	for _, p := range loops.open {
		if l := p.Value(); l != nil {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b *Loop) int { return cmp.Compare(a.id, b.id) })
	return all
}

// WatchLoops has all loops, those that are made later included, note since when
// each task is suspended, who made each task, and what runs, which [Loop.Look]
// then tells; until stop is called. It costs a reading of the clock each turn and
// some nanoseconds each step. It is safe on any goroutine, and so is stop, which
// may be called more than once.
func WatchLoops() (stop func()) {
	set := func(n int32) {
		loops.mu.Lock()
		loops.watches.Add(n)
		loops.mu.Unlock()
		for _, l := range Loops() {
			l.outside.call(func() { l.watch(loops.watches.Load() > 0) })
		}
	}
	set(1)
	return sync.OnceFunc(func() { set(-1) })
}

// watch has the loop note what WatchLoops says.
func (l *Loop) watch(on bool) {
	l.watched = on
	l.dressed = on || l.debug || l.taskOptions != nil
}

// A step is what others can see of the step that runs on a watched loop.
type step struct {
	turn     atomic.Int64 // when the turn began, in nanoseconds since 1970; 0 if it has not, or is over
	task     atomic.Pointer[Info]
	callback atomic.Uintptr // the callback's function, if it is no task
}

// turnBegins notes that a turn of the watched loop begins.
func (l *Loop) turnBegins() {
	l.turnBegan = time.Now().UnixNano()
	l.outside.step.turn.Store(l.turnBegan)
}

// turnEnds notes that nothing runs any more.
func (l *Loop) turnEnds() {
	s := &l.outside.step
	s.task.Store(nil)
	s.callback.Store(0)
	s.turn.Store(0)
}

// stepBegins notes that r runs.
func (l *Loop) stepBegins(r runnable) {
	s := &l.outside.step
	switch r := r.(type) {
	case *task:
		s.task.Store(r.Info())
	case *Handle:
		var fn uintptr
		if r.fn != nil { // otherwise it was canceled
			fn = reflect.ValueOf(r.fn).Pointer()
		}
		s.callback.Store(fn)
		s.task.Store(nil)
	}
}

// sinceNow notes that the task has been suspended in this turn.
func (t *task) sinceNow() {
	if !t.done {
		t.more().since = t.loop.turnBegan
	}
}

// Look returns a snapshot of the loop, which the loop takes between two steps.
// If it is held by a step and has not done so after patience, the snapshot says
// only that, and by whom if loops are watched; for a loop that does not run it
// has no tasks. It tells of so many tasks at most, the oldest; if limit is not
// positive, of all. It is safe on any goroutine but the loop's own, for which
// there is [Loop.Snapshot].
func (l *Loop) Look(patience time.Duration, limit int) *LoopSnapshot {
	s := &LoopSnapshot{ID: l.id, Name: l.name, Tasks: []TaskSnapshot{}, Cycles: [][]CycleLinkSnapshot{}}
	if !l.running.Load() {
		s.State = LoopStopped
		return s
	}
	idle := l.outside.idle.Load()
	asked := time.Now()
	taken := make(chan *LoopSnapshot, 1)
	var tooLate atomic.Bool
	l.CallSoonThreadsafe(func() {
		if !tooLate.Load() {
			taken <- l.Snapshot(limit)
		}
	})
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case s = <-taken:
		s.State = LoopRunning
		if idle {
			s.State = LoopIdle
		}
		return s
	case <-timer.C:
	}
	tooLate.Store(true)
	if !l.running.Load() {
		s.State = LoopStopped
		return s
	}
	s.State = LoopBusy
	s.Busy = l.outside.step.busy(asked)
	return s
}

// busy says what holds a loop that was asked something then.
func (s *step) busy(asked time.Time) *BusySnapshot {
	b := &BusySnapshot{For: time.Since(asked).Seconds(), AtLeast: true}
	if began := s.turn.Load(); began != 0 {
		b.For, b.AtLeast = time.Since(time.Unix(0, began)).Seconds(), false
	}
	if info := s.task.Load(); info != nil {
		b.In, b.Task, b.Func = info.String(), info.ID, info.Func
	} else if pc := s.callback.Load(); pc != 0 {
		b.Func = funcAt(pc)
		b.In = "callback " + b.Func
	}
	return b
}
