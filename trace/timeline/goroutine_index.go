package timeline

// This file defines goroutineIndex, in which goroutines are found by their ids,
// and sorts them by these.

import (
	"cmp"
	"iter"
	"slices"

	"golang.org/x/exp/trace"
)

const (
	pageSize    = 32  // how many ids in a row a page of a goroutineIndex is for
	recentPages = 128 // how many pages are found without a look into the map
)

// A goroutineIndex has goroutines by id. The runtime gives out ids in a row, so
// most of those that are alive at the same time share pages, and few pages are
// in use at a time.
type goroutineIndex struct {
	pages  map[uint64]*goroutinePage   // those that have any
	recent [recentPages]*goroutinePage // those that were used last, by number; nil if none
	spare  *goroutinePage              // an empty one; may be nil
}

type goroutinePage struct {
	number uint64 // of its first id, divided by pageSize
	states [pageSize]*goroutineState
	used   int
}

// page returns the page for id, nil if there is none.
func (t *goroutineIndex) page(id trace.GoID) *goroutinePage {
	n := uint64(id) / pageSize
	recent := &t.recent[n%recentPages]
	if p := *recent; p != nil && p.number == n {
		return p
	}
	p := t.pages[n]
	if p != nil {
		*recent = p
	}
	return p
}

// get returns the goroutine with this id, or nil.
func (t *goroutineIndex) get(id trace.GoID) *goroutineState {
	if p := t.page(id); p != nil {
		return p.states[uint64(id)%pageSize]
	}
	return nil
}

// add adds g, which has an id that no other one in t has.
func (t *goroutineIndex) add(id trace.GoID, g *goroutineState) {
	p := t.page(id)
	if p == nil {
		if p, t.spare = t.spare, nil; p == nil {
			p = new(goroutinePage)
		}
		p.number = uint64(id) / pageSize
		if t.pages == nil {
			t.pages = make(map[uint64]*goroutinePage)
		}
		t.pages[p.number] = p
		t.recent[p.number%recentPages] = p
	}
	p.states[uint64(id)%pageSize] = g
	p.used++
}

// remove removes the goroutine with this id, which is in t.
func (t *goroutineIndex) remove(id trace.GoID) {
	p := t.page(id)
	p.states[uint64(id)%pageSize] = nil
	if p.used--; p.used == 0 {
		delete(t.pages, p.number)
		if recent := &t.recent[p.number%recentPages]; *recent == p {
			*recent = nil
		}
		t.spare = p
	}
}

// all goes through the goroutines, in any order. They are not to be added or
// removed meanwhile.
func (t *goroutineIndex) all() iter.Seq[*goroutineState] {
	return func(yield func(*goroutineState) bool) {
		for _, p := range t.pages {
			for _, g := range p.states {
				if g != nil && !yield(g) {
					return
				}
			}
		}
	}
}

// sortByID sorts gs. The ids of many goroutines are mostly those of a range, with
// some missing: then each has its place.
func sortByID(gs []*Goroutine) {
	if len(gs) == 0 {
		return
	}
	first, last := gs[0].ID, gs[0].ID
	for _, g := range gs {
		first, last = min(first, g.ID), max(last, g.ID)
	}
	if n := uint64(last) - uint64(first); n < 8*uint64(len(gs)) {
		places := make([]*Goroutine, n+1)
		twice := false
		for _, g := range gs {
			p := &places[g.ID-first]
			twice = twice || *p != nil
			*p = g
		}
		if !twice {
			copy(gs, slices.DeleteFunc(places, func(g *Goroutine) bool { return g == nil }))
			return
		}
	}
	slices.SortFunc(gs, func(x, y *Goroutine) int { return cmp.Compare(x.ID, y.ID) })
}
