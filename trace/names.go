package trace

// This file defines how coroutines get their names into a trace in which they
// are older than the first epoch.

import (
	"cmp"
	"context"
	"slices"

	"coroscope/trace/protocol"
)

// names writes what is known of the coroutines that have not found out about
// the epoch e. It is called when all were told of it.
//
// A flight recorder's window begins anywhere, and a trace that begins beside a
// recorder begins a little before its epoch. What is logged there, by
// coroutines that were spawned before, would have nobody's name if nothing
// followed. So for each coroutine with a log in such a trace, one of these is
// in it too:
//
//   - spawn, if it was made there;
//   - snapshot, if it lived when an epoch was announced there, and was told;
//   - snapshot, if it lived then and could not be told, since it was running,
//     or its loop is held by a step or does not run. That is what names writes;
//   - snapshot, if it ended there. While a recorder is on, each coroutine says
//     at its end once more who it was, in record.end. That log is after the
//     end, since a window may begin between the two: then there is a name too
//     many, and not one too few.
//
// An epoch is announced in this way where a window is written, and where a
// trace begins beside a recorder, so there is one in each of them.
func names(e uint64) {
	var w scribe
	for _, i := range loops.all() {
		if i.observer.adopted.Load() != e {
			i.observer.nameAll(&w)
		}
	}
	for _, s := range registered() {
		if c := s.known.Load(); c != nil && s.adopted.Load() != e && !s.over.Load() {
			m := spawnOf(c)
			m.By = s.madeBy()
			write(&w, context.Background(), protocol.CatSnapshot, m)
		}
	}
}

// nameAll says which loop this is, and which coroutines are on it. It is for
// other goroutines than the loop's.
func (o *Observer) nameAll(w *scribe) {
	o.mu.Lock()
	root, ref := o.root, o.ref()
	all := make([]*record, 0, len(o.records))
	for _, r := range o.records {
		all = append(all, r)
	}
	o.mu.Unlock()
	if !on(root.session) {
		return
	}
	write(w, root.ctx, protocol.CatCoroscope, protocol.Loop{Who: ref})
	slices.SortFunc(all, func(a, b *record) int { return cmp.Compare(a.info.ID, b.info.ID) })
	for _, r := range all {
		r.isOlder(w) // which reads nothing of r that changes
	}
}
