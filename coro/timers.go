package coro

// This file defines the loop's timers.

import "time"

// A timed is what a timer makes ready: a *Handle or a *sleeper.
type timed interface {
	runnable
	// armed returns the number of the timer that it waits for, 0 for none.
	armed() uint64
	// due is called when the timer goes off, before run.
	due()
}

// timers is a 4-ary heap by deadline, and by number where deadlines are
// equal, so that equal deadlines go off in the order they were set. An entry
// carries all that comparisons need; a canceled timer stays in the heap, and
// is known by what it would make ready being armed with another number.
type timers struct {
	heap     []timer
	canceled int    // how many of heap are
	last     uint64 // the number given last
}

type timer struct {
	when time.Duration
	num  uint64
	what timed
}

func (t *timer) live() bool { return t.what.armed() == t.num }

func (a *timer) before(b *timer) bool {
	return a.when < b.when || a.when == b.when && a.num < b.num
}

// len returns how many timers are set.
func (ts *timers) len() int { return len(ts.heap) - ts.canceled }

// next returns a number for a timer, to arm its target with.
func (ts *timers) next() uint64 {
	ts.last++
	return ts.last
}

// add sets timer num for what, which is armed with it.
func (ts *timers) add(when time.Duration, num uint64, what timed) {
	if len(ts.heap) == cap(ts.heap) {
		// Twice as much: append would copy a large heap more often.
		ts.heap = append(make([]timer, 0, max(16, 2*len(ts.heap))), ts.heap...)
	}
	ts.heap = append(ts.heap, timer{when, num, what})
	ts.up(len(ts.heap) - 1)
}

// cancel is told after the target of a timer was disarmed. When most of a
// large heap is canceled it is made anew, which keeps the cost of canceling
// constant.
func (ts *timers) cancel() {
	ts.canceled++
	if ts.canceled < 64 || ts.canceled <= len(ts.heap)/2 {
		return
	}
	kept := make([]timer, 0, len(ts.heap)-ts.canceled+64)
	for _, t := range ts.heap {
		if t.live() {
			kept = append(kept, t)
		}
	}
	ts.heap, ts.canceled = kept, 0
	for i := (len(kept) + 2) / 4; i > 0; i-- {
		ts.down(i - 1)
	}
}

// deadline returns when the first timer goes off, after dropping the canceled
// ones before it; false if none is set.
func (ts *timers) deadline() (time.Duration, bool) {
	for len(ts.heap) > 0 && !ts.heap[0].live() {
		ts.pop()
		ts.canceled--
	}
	if len(ts.heap) == 0 {
		return 0, false
	}
	return ts.heap[0].when, true
}

// pop removes the first entry and returns it.
func (ts *timers) pop() timer {
	first := ts.heap[0]
	n := len(ts.heap) - 1
	ts.heap[0] = ts.heap[n]
	ts.heap[n] = timer{}
	ts.heap = ts.heap[:n]
	if cap(ts.heap) > 1<<12 && n < cap(ts.heap)/4 {
		ts.heap = append(make([]timer, 0, 2*n), ts.heap...)
	}
	if n > 0 {
		ts.down(0)
	}
	return first
}

func (ts *timers) up(i int) {
	t := ts.heap[i]
	for i > 0 {
		parent := (i - 1) / 4
		if !t.before(&ts.heap[parent]) {
			break
		}
		ts.heap[i] = ts.heap[parent]
		i = parent
	}
	ts.heap[i] = t
}

func (ts *timers) down(i int) {
	h := ts.heap
	t := h[i]
	for {
		least := 4*i + 1
		if least >= len(h) {
			break
		}
		for c := least + 1; c < min(4*i+5, len(h)); c++ {
			if h[c].before(&h[least]) {
				least = c
			}
		}
		if !h[least].before(&t) {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = t
}
