package trace

// This file defines the registry of what is instrumented. It holds nothing
// back from the collector that would be collected without it.

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"
	"weak"

	"coroscope/coro"
)

// loops are the instrumented loops and their observers.
var loops = loopRegistry{observers: make(map[weak.Pointer[coro.Loop]]weak.Pointer[Observer])}

type loopRegistry struct {
	mu        sync.Mutex
	observers map[weak.Pointer[coro.Loop]]weak.Pointer[Observer]
	sweepAt   int
}

func (r *loopRegistry) add(l *coro.Loop, o *Observer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.observers[weak.Make(l)] = weak.Make(o)
	if len(r.observers) > r.sweepAt {
		for l := range r.observers {
			if l.Value() == nil {
				delete(r.observers, l)
			}
		}
		r.sweepAt = 2*len(r.observers) + 16
	}
}

// of returns the observer of l, or nil.
func (r *loopRegistry) of(l *coro.Loop) *Observer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.observers[weak.Make(l)].Value()
}

// all returns the loops that there are.
func (r *loopRegistry) all() (all []*instrumented) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for wl, wo := range r.observers {
		if l, o := wl.Value(), wo.Value(); l != nil && o != nil {
			all = append(all, &instrumented{loop: l, observer: o})
		}
	}
	return all
}

type instrumented struct {
	loop     *coro.Loop
	observer *Observer
	idle     bool // it was when it was told to take a turn
}

// solos are the instrumented coroutines that stand alone, in shards since they
// may be made on many goroutines at a time.
var solos [16]soloRegistry

type soloRegistry struct {
	mu      sync.Mutex
	all     []*solo
	sweepAt int
}

func register(s *solo) {
	r := &solos[rand.Uint64()%uint64(len(solos))]
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.all) >= r.sweepAt {
		r.sweep()
		r.sweepAt = 2*len(r.all) + 16
	}
	r.all = append(r.all, s)
}

// sweep removes what has ended or was collected.
func (r *soloRegistry) sweep() {
	kept := r.all[:0]
	for _, s := range r.all {
		if !s.over.Load() && s.coroutine() != nil {
			kept = append(kept, s)
		}
	}
	clear(r.all[len(kept):])
	r.all = kept
}

func registered() (all []*solo) {
	for i := range solos {
		r := &solos[i]
		r.mu.Lock()
		r.sweep()
		all = append(all, r.all...)
		r.mu.Unlock()
	}
	return all
}

// patience is how long idle loops get to find out about an epoch. The tests wait
// longer, however slow the machine is.
var patience = 100 * time.Millisecond

// grace is how long others get: a loop that is about to be idle needs less, one
// that is busy, or does not run, is not waited for. It may be its own step that
// waits here.
const grace = 500 * time.Microsecond

var (
	announcing sync.Mutex
	// adopted is sent to when a loop has found out.
	adopted = make(chan struct{}, 1)
)

// An announcement says how every loop and coroutine is told that the epoch is
// another, or that there is none any more.
type announcement struct {
	naming  bool // name those that could not be told; see names
	patient bool // wait for loops that are busy as long as for those that are idle
}

func (a announcement) announce() {
	announcing.Lock()
	defer announcing.Unlock()
	e := epoch.Load()
	a.tellLoops(e)
	// On a goroutine of its own, which is not locked to a thread: see Pinned.
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, s := range registered() {
			if s.maker == nil {
				s.announced()
			}
		}
	}()
	<-done
	if a.naming && e != 0 {
		names(e)
	}
}

// tellLoops has every loop take a turn, in which it finds that the epoch is e,
// and waits for them as long as it should.
func (a announcement) tellLoops(e uint64) {
	began := time.Now()
	for waiting := loops.all(); ; {
		wait := grace
		waiting = slices.DeleteFunc(waiting, func(i *instrumented) bool {
			// It may have found out about one that has begun since, too.
			if adopted := i.observer.adopted.Load(); adopted == e || adopted == epoch.Load() {
				return true
			}
			if i.idle = i.idle || i.loop.TakeTurn(); i.idle || a.patient && i.observer.runs.Load() {
				wait = patience
			}
			return false
		})
		if len(waiting) == 0 || time.Since(began) > wait {
			return
		}
		select {
		case <-adopted:
		case <-time.After(grace / 10):
		}
	}
}
