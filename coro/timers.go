package coro

// This file defines the loop's timers.

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"
)

// A timed is what a timer makes ready: a *Handle or a *sleeper.
type timed interface {
	runnable
	// arm tells the slot of the timer that is set for it, by which that is
	// canceled.
	arm(slot uint32)
	// due is called when the timer goes off, before run. There is no slot
	// any more.
	due()
}

// timers is a 4-ary heap of keys, by deadline, and by number where deadlines are
// equal, so that equal deadlines go off in the order they were set. What a timer
// makes ready stands in a slot of its own, so the heap is nothing to the garbage
// collector, and the four keys below another lie in one cache line.
//
// To cancel a timer clears its slot and nothing else: the key stays in the heap.
// When most keys are those of canceled timers the heap is made anew, at the
// latest in the next turn, as asyncio does it; a heap of which all are is emptied
// without a look at it.
type timers struct {
	keys     chunked[timerKey] // the heap, from firstKey on, and behind it the keys of free slots
	slots    chunked[timed]    // from 1 on; nil if canceled or free
	n        int               // keys in the heap
	used     int               // slots, with those that are free
	canceled int               // how many of the heap's keys are of canceled timers
	last     uint32            // the number given last
}

type timerKey struct {
	when time.Duration
	num  uint32
	slot uint32
}

const (
	firstKey  = 3       // so that the children of each begin at a multiple of four
	fewTimers = 64      // of which it does not matter how many are canceled
	manySlots = 1 << 12 // of which it does matter how many are free
)

func (a *timerKey) before(b *timerKey) bool {
	return a.when < b.when || a.when == b.when && a.num < b.num
}

// len returns how many timers are set.
func (ts *timers) len() int { return ts.n - ts.canceled }

// add sets a timer for what, and arms it with that.
func (ts *timers) add(when time.Duration, what timed) {
	if ts.last == math.MaxUint32 {
		ts.renumber()
	}
	if ts.n == ts.used {
		ts.grow()
	}
	p := firstKey + ts.n
	slot := ts.keys.at(p).slot
	ts.last++
	ts.n++
	ts.up(p, timerKey{when, ts.last, slot})
	*ts.slots.at(int(slot)) = what
	what.arm(slot)
}

// grow makes sure that there is a free slot.
func (ts *timers) grow() {
	if ts.canceled > ts.n/2 {
		ts.sweep()
		if ts.n < ts.used {
			return
		}
	}
	p := firstKey + ts.n
	if p >= ts.keys.len() {
		ts.keys.grow()
	}
	ts.used++
	if ts.used >= ts.slots.len() {
		ts.slots.grow()
	}
	ts.keys.at(p).slot = uint32(ts.used)
}

// renumber gives numbers anew, from 1, after four billion timers.
func (ts *timers) renumber() {
	keys := slices.SortedFunc(ts.all(), inOrder)
	for i := range keys {
		keys[i].num = uint32(i + 1)
		*ts.keys.at(firstKey + i) = keys[i] // in order they are a heap
	}
	ts.last = uint32(len(keys))
}

func inOrder(a, b timerKey) int {
	return cmp.Or(cmp.Compare(a.when, b.when), cmp.Compare(a.num, b.num))
}

// all yields the keys of the heap.
func (ts *timers) all() iter.Seq[timerKey] {
	return func(yield func(timerKey) bool) {
		for i := range ts.n {
			if !yield(*ts.keys.at(firstKey + i)) {
				return
			}
		}
	}
}

// what returns what the timer makes ready, nil if it was canceled.
func (ts *timers) what(k timerKey) timed { return *ts.slots.at(int(k.slot)) }

// cancel cancels the timer that has slot.
func (ts *timers) cancel(slot uint32) {
	*ts.slots.at(int(slot)) = nil
	ts.canceled++
	if ts.canceled == ts.n {
		ts.clear()
	}
}

// clear frees all slots when there is nothing in them.
func (ts *timers) clear() {
	ts.n, ts.used, ts.canceled = 0, 0, 0
	ts.keys.shrink(0)
	ts.slots.shrink(0)
}

// sweep makes the heap anew, without the timers that were canceled.
func (ts *timers) sweep() {
	kept := 0
	for i := range ts.n {
		k, to := ts.keys.at(firstKey+i), ts.keys.at(firstKey+kept)
		if ts.what(*k) != nil {
			*k, *to = *to, *k
			kept++
		}
	}
	ts.n, ts.canceled = kept, 0
	for p := parentOf(firstKey + kept - 1); p >= firstKey; p-- {
		ts.down(p, *ts.keys.at(p))
	}
	ts.moveSlots()
}

// moveSlots gives the timers other slots, without gaps, if most slots are free.
func (ts *timers) moveSlots() {
	if ts.used < manySlots || ts.n > ts.used/8 {
		return
	}
	var slots chunked[timed]
	slots.grow()
	for i := range ts.n {
		if i+1 >= slots.len() {
			slots.grow()
		}
		k := ts.keys.at(firstKey + i)
		what := ts.what(*k)
		k.slot = uint32(i + 1)
		*slots.at(i + 1) = what
		if what != nil {
			what.arm(k.slot)
		}
	}
	ts.slots, ts.used = slots, ts.n
	ts.keys.shrink(firstKey + ts.n)
}

// deadline returns when the first timer goes off, after dropping the canceled
// ones before it; false if none is set.
func (ts *timers) deadline() (time.Duration, bool) {
	if ts.canceled > fewTimers && ts.canceled > ts.n/2 {
		ts.sweep()
	}
	for ts.n > 0 {
		first := ts.keys.at(firstKey)
		if ts.canceled == 0 || ts.what(*first) != nil {
			return first.when, true
		}
		ts.canceled--
		ts.pop()
	}
	return 0, false
}

// pop removes the first key of the heap, frees its slot, and returns what was in
// it.
func (ts *timers) pop() timed {
	slot := ts.keys.at(firstKey).slot
	at := ts.slots.at(int(slot))
	what := *at
	*at = nil
	ts.n--
	last := ts.keys.at(firstKey + ts.n)
	k := *last
	last.slot = slot
	if ts.n == ts.canceled {
		ts.clear()
		return what
	}
	ts.down(firstKey, k)
	ts.moveSlots()
	return what
}

// parentOf returns the position of the key above p.
func parentOf(p int) int { return p/4 + firstKey - 1 }

// up puts k at p, or as far above as it belongs.
func (ts *timers) up(p int, k timerKey) {
	for p > firstKey {
		parent := parentOf(p)
		above := ts.keys.at(parent)
		if !k.before(above) {
			break
		}
		*ts.keys.at(p) = *above
		p = parent
	}
	*ts.keys.at(p) = k
}

// down puts k at p, or as far below as it belongs.
func (ts *timers) down(p int, k timerKey) {
	end := firstKey + ts.n
	for {
		child := 4 * (p + 1 - firstKey)
		if child >= end {
			break
		}
		children := ts.keys.chunks[child>>chunkBits][child&(chunkLen-1):][:min(4, end-child)]
		least := 0
		for i := 1; i < len(children); i++ {
			if children[i].before(&children[least]) {
				least = i
			}
		}
		if !children[least].before(&k) {
			break
		}
		*ts.keys.at(p) = children[least]
		p = child + least
	}
	*ts.keys.at(p) = k
}
