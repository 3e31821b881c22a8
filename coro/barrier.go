package coro

// This file defines barriers.

import (
	"errors"
	"fmt"
)

// ErrBrokenBarrier is returned for waiting at a barrier that was aborted, or
// was reset meanwhile.
var ErrBrokenBarrier = errors.New("barrier is broken")

// A Barrier holds tasks back until so many have come, and lets those pass
// together. Who comes while they leave waits for the next round.
//
// It is asyncio's Barrier.
type Barrier struct {
	line    line
	parties int
	state   barrierState
	count   int // how many of this round have come and not left
	index   int // of who passed last
}

type barrierState uint8

const (
	filling   barrierState = iota
	draining               // those of a full round leave
	resetting              // those of a round that was reset leave
	broken
)

// The phases of a ticket at a barrier.
const (
	toArrive = iota // the round before has not left yet
	toPass
	passed
)

// NewBarrier returns a barrier of l for so many parties, which is called label
// wherever it is shown. It panics if parties is less than 1.
func NewBarrier(l *Loop, label string, parties int) *Barrier {
	if parties < 1 {
		panic("coro: barrier for less than one party")
	}
	b := &Barrier{parties: parties}
	b.line.init(l, b, OnEvent, label)
	return b
}

// Wait suspends the task of y until all parties have come, and returns the
// number of the task in its round, from 0 in the order in which they came. The
// last to come does not suspend. The error is [ErrBrokenBarrier], or what is
// thrown in meanwhile, and then the task counts as not having come.
func (b *Barrier) Wait(y *Async) (int, error) {
	passes, err := b.TryWait()
	if !passes && err == nil {
		err = Wait(y, b.Waiting())
	}
	if err != nil {
		return 0, err
	}
	return b.index, nil
}

// TryWait passes, and answers true, if it is only this task that is missing.
// The error is [ErrBrokenBarrier].
func (b *Barrier) TryWait() (bool, error) {
	switch {
	case b.state == broken:
		return false, b.broke()
	case b.state != filling || b.count+1 < b.parties:
		return false, nil
	}
	b.fill()
	return true, nil
}

// Waiting is what a machine yields when TryWait has answered false. When it is
// resumed without an error, Index is its number.
func (b *Barrier) Waiting() Await { return b.line.waiting() }

// Index returns the number, in its round, of the task that passed last: of the
// one that asks, if it does so before it suspends again.
func (b *Barrier) Index() int { return b.index }

// Reset has those who wait fail with [ErrBrokenBarrier], and the barrier begin
// anew.
func (b *Barrier) Reset() {
	if b.count == 0 {
		b.state = filling
	} else {
		b.state = resetting
	}
	b.callAll()
}

// Abort has those who wait, and all who come, fail with [ErrBrokenBarrier].
func (b *Barrier) Abort() {
	b.state = broken
	b.callAll()
}

// Parties returns for how many the barrier is.
func (b *Barrier) Parties() int { return b.parties }

// Count returns how many wait for others to come.
func (b *Barrier) Count() int {
	if b.state != filling {
		return 0
	}
	return b.count
}

// Broken reports whether the barrier was aborted.
func (b *Barrier) Broken() bool { return b.state == broken }

func (b *Barrier) String() string { return named("barrier", b.line.label) }

func (b *Barrier) broke() error { return fmt.Errorf("wait at %s: %w", b, ErrBrokenBarrier) }

func (b *Barrier) callAll() {
	for b.line.callFresh() {
	}
}

// fill has the last of a round come, who passes at once.
func (b *Barrier) fill() {
	b.index = b.count
	b.count++
	b.state = draining
	b.callAll()
	b.gone()
}

// gone notes that one who had come is no longer there.
func (b *Barrier) gone() {
	if b.count--; b.count > 0 {
		return
	}
	if b.state != broken {
		b.state = filling
	}
	b.callAll()
}

func (b *Barrier) arrive(ln *line, tk *ticket) error {
	err, done := b.advance(tk)
	if done && err == nil {
		tk.phase = passed
		ln.join(tk)
		tk.call()
	}
	return err
}

func (b *Barrier) resume(tk *ticket, thrown error) (error, bool) {
	tk.leave()
	switch {
	case tk.phase == passed:
		b.index = tk.num
		return thrown, true
	case thrown != nil:
		// Another is called in its place, as asyncio's condition does, and
		// finds out that it waits on.
		b.line.callFresh()
		if tk.phase == toPass {
			b.gone()
		}
		return thrown, true
	}
	return b.advance(tk)
}

// advance has the ticket's task come, or pass, if that can be now, and join the
// line, answering false, if not.
func (b *Barrier) advance(tk *ticket) (error, bool) {
	if tk.phase == toArrive {
		switch {
		case b.state == broken:
			return b.broke(), true
		case b.state != filling:
			b.line.join(tk)
			return nil, false
		case b.count+1 == b.parties:
			tk.num = b.count
			b.fill()
			return nil, true
		}
		tk.phase, tk.num = toPass, b.count
		b.count++
		b.line.join(tk)
		return nil, false
	}
	switch b.state {
	case filling:
		b.line.join(tk)
		return nil, false
	case draining:
		b.index = tk.num
		b.gone()
		return nil, true
	}
	b.gone()
	return b.broke(), true
}

func (b *Barrier) detail(*line, int) string {
	if b.state != filling {
		return "the round before leaves"
	}
	return fmt.Sprintf("%d of %d", b.count, b.parties)
}
