package coro

// This file defines orders of a turn other than first in, first out.

import (
	"fmt"
	"math/rand/v2"
)

// WithSeed has each turn's ready callbacks called in an order that seed
// decides, instead of first in, first out. A program that depends on the order
// fails under some seed, and fails again under the same. On a virtual clock that
// holds too of what [Submit] and [Offload] run elsewhere: the seed decides which
// results arrive before which. Package coroscope/coro/corotest runs tests under many.
func WithSeed(seed uint64) LoopOption {
	return func(l *Loop) { l.rng = rand.New(rand.NewPCG(seed, 0)) }
}

// WithScheduler has pick decide what the loop runs next. It is asked before each
// step with what is left of the turn, in the order in which it became ready: it
// returns the index of one of those, and 0 is what the loop would run without it.
// What becomes ready meanwhile is for the next turn, as ever.
//
// On a virtual clock, when nothing is ready and the functions that were submitted or
// offloaded have returned, it is also asked of each result but the last whether it
// arrives (0) or is left for the next time that nothing is ready (1).
//
// Pick runs on the loop's goroutine while no task runs, and may ask the loop, its
// tasks, and Stop it. The slice is valid until it returns. An index out of range
// panics, and a panic of pick is one of the run.
func WithScheduler(pick func(ready []Pending) int) LoopOption {
	return func(l *Loop) { l.pick = pick }
}

// choose has the scheduler decide which of what is left of the turn is the first.
func (l *Loop) choose() {
	l.pickFrom = l.pickFrom[:0]
	for i := range l.todo {
		l.pickFrom = append(l.pickFrom, readyOf(l.ready.at(i)))
	}
	l.ready.promote(l.picked())
}

// picked asks the scheduler about pickFrom.
func (l *Loop) picked() int {
	n := len(l.pickFrom)
	i := l.pick(l.pickFrom)
	clear(l.pickFrom)
	if i < 0 || i >= n {
		panic(fmt.Sprintf("coro: the scheduler of loop %s picked number %d of %d", l.name, i, n))
	}
	return i
}
