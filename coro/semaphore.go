package coro

// This file defines semaphores.

import (
	"errors"
	"fmt"
	"slices"
)

// ErrReleasedTooOften is returned for a release of a bounded semaphore that
// would give it more permits than it began with.
var ErrReleasedTooOften = errors.New("released more often than acquired")

// A Semaphore has permits, which tasks take and give back. Tasks get one in
// the order in which they came; none gets one before one who waits. A task that
// is canceled when it had been given a permit but had not gone on yet passes it
// on.
//
// It is asyncio's Semaphore.
type Semaphore struct {
	line    line
	permits int
	holders []*task // who has taken a permit each; nil if that is not known
	track   bool    // it is known
	most    int     // that there may be; 0 if that is not bounded
	bounded bool
}

// NewSemaphore returns a semaphore of l with n permits that is called label
// wherever it is shown. It panics if n is negative.
func NewSemaphore(l *Loop, label string, n int) *Semaphore {
	if n < 0 {
		panic("coro: semaphore with a negative number of permits")
	}
	s := &Semaphore{permits: n, track: 0 < n && n <= mostHolders}
	s.line.init(l, s, OnSemaphore, label)
	return s
}

// NewBoundedSemaphore returns a semaphore that never has more than its n
// permits: to release it too often is an error.
func NewBoundedSemaphore(l *Loop, label string, n int) *Semaphore {
	s := NewSemaphore(l, label, n)
	s.most, s.bounded = n, true
	return s
}

// mostHolders is of how many permits it is known who has them. To give one back
// would take too long if there were many more.
const mostHolders = 64

// Acquire suspends the task of y until it has a permit; if it can have one at
// once, there is no suspension. The error is what is thrown in meanwhile, and
// then it has none.
func (s *Semaphore) Acquire(y *Async) error {
	if s.TryAcquire() {
		return nil
	}
	return Wait(y, s.Acquiring())
}

// TryAcquire takes a permit if there is one that nobody waits for.
func (s *Semaphore) TryAcquire() bool {
	if s.Locked() {
		return false
	}
	s.permits--
	s.took(s.line.loop.current)
	return true
}

// took notes that t, which is nil for a callback, has taken a permit.
func (s *Semaphore) took(t *task) {
	if s.track && t != nil && len(s.holders) < mostHolders {
		s.holders = append(s.holders, t)
		return
	}
	s.track, s.holders = false, nil
}

// gaveBack notes that t has given a permit back. If it had taken none, permits are
// passed from one to the other, and whose they are is not known from then on.
func (s *Semaphore) gaveBack(t *task) {
	for i := len(s.holders) - 1; i >= 0; i-- {
		if s.holders[i] == t {
			s.holders = slices.Delete(s.holders, i, i+1)
			return
		}
	}
	s.track, s.holders = false, nil
}

// Acquiring is what a machine yields after TryAcquire has answered false. It
// has a permit when it is resumed without an error.
func (s *Semaphore) Acquiring() Await { return s.line.waiting() }

// Release gives a permit back; for a bounded semaphore
// [ErrReleasedTooOften] if none was taken. Any task, and any callback, may
// release it.
func (s *Semaphore) Release() error {
	if s.bounded && s.permits >= s.most {
		return fmt.Errorf("release %s: %w", s, ErrReleasedTooOften)
	}
	s.permits++
	s.gaveBack(s.line.loop.current)
	s.callNext()
	return nil
}

// Locked reports whether who comes now would have to wait.
func (s *Semaphore) Locked() bool { return s.permits == 0 || !s.line.abandoned() }

// Permits returns how many permits nobody has, nor was given.
func (s *Semaphore) Permits() int { return s.permits }

func (s *Semaphore) String() string { return named("semaphore", s.line.label) }

// callNext gives a permit to the first who waits, and answers false if nobody
// does.
func (s *Semaphore) callNext() bool {
	if !s.line.callFresh() {
		return false
	}
	s.permits--
	return true
}

func (s *Semaphore) arrive(ln *line, tk *ticket) error {
	free := !s.Locked()
	ln.join(tk)
	if free {
		s.permits--
		tk.call()
	}
	return nil
}

func (s *Semaphore) resume(tk *ticket, thrown error) (error, bool) {
	tk.leave()
	switch {
	case thrown == nil:
		s.took(tk.task)
	case tk.future.err == nil:
		s.permits++ // it was given one
	}
	// Some may have come while there were permits, but behind others.
	for s.permits > 0 && s.callNext() {
	}
	return thrown, true
}

// blockers returns who has the permits: one of them has to give one back.
func (s *Semaphore) blockers(*ticket) (by []dependency) {
	for _, t := range s.holders {
		by = append(by, dependency{on: t, holding: s.String(), oneOf: true})
	}
	return by
}

func (s *Semaphore) detail(_ *line, pos int) string { return inLine(pos) }
