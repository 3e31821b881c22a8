package coro

// This file defines a loop's list of its tasks.

import "iter"

// A taskList holds tasks in the order in which they were added. One that is
// removed leaves a gap, so that no other has to be touched, which in a million
// tasks is mostly not in the processor's cache; when most of the list is gaps
// it is made anew.
type taskList struct {
	list []*task // nil for a gap; each knows its index
	gaps int
}

const (
	fewGaps   = 64      // of which it does not matter how many of a list they are
	manyTasks = 1 << 10 // for which a list is not kept when none is left
)

// len returns how many tasks there are.
func (ts *taskList) len() int { return len(ts.list) - ts.gaps }

// add appends t.
func (ts *taskList) add(t *task) {
	if len(ts.list) == cap(ts.list) && ts.gaps > len(ts.list)/2 {
		ts.closeGaps()
	}
	t.index = uint32(len(ts.list))
	ts.list = append(ts.list, t)
}

// remove takes t out.
func (ts *taskList) remove(t *task) {
	ts.list[t.index] = nil
	ts.gaps++
	if n := len(ts.list); ts.gaps == n || ts.gaps > fewGaps && ts.gaps > n-n/8 {
		ts.closeGaps()
	}
}

// closeGaps makes the list anew, and leaves the old one as it is to whoever is
// going through it.
func (ts *taskList) closeGaps() {
	if ts.gaps == len(ts.list) && cap(ts.list) <= manyTasks {
		ts.list, ts.gaps = ts.list[:0], 0
		return
	}
	old := ts.list
	ts.list, ts.gaps = make([]*task, 0, 2*ts.len()), 0
	for _, t := range old {
		if t != nil {
			ts.add(t)
		}
	}
}

// all yields the tasks, in their order. The list may not change meanwhile.
func (ts *taskList) all() iter.Seq[*task] {
	return func(yield func(*task) bool) {
		for _, t := range ts.list {
			if t != nil && !yield(t) {
				return
			}
		}
	}
}

// first returns the n oldest tasks.
func (ts *taskList) first(n int) []*task {
	some := make([]*task, 0, n)
	for t := range ts.all() {
		if len(some) == n {
			break
		}
		some = append(some, t)
	}
	return some
}
