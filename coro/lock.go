package coro

// This file defines locks.

import (
	"errors"
	"fmt"
)

// ErrNotHeld is returned for the release of a lock that nobody holds, and for
// what may be done only by who holds a condition's lock.
var ErrNotHeld = errors.New("lock is not held")

// A Lock is held by one task at a time. Between two suspensions nobody else
// runs, so a lock is for what must stay undisturbed across suspensions.
//
// Tasks get it in the order in which they came; none gets it before one who
// waits. A task that is canceled when it had been given the lock but had not
// gone on yet passes it on.
//
// It is asyncio's Lock.
type Lock struct {
	line   line
	held   bool
	holder *task // who has got it, as far as that is known: another may release it
}

// NewLock returns a lock of l that is called label wherever it is shown;
// labels should be few, since traces group by them.
func NewLock(l *Loop, label string) *Lock {
	k := &Lock{}
	k.line.init(l, k, OnLock, label)
	return k
}

// Acquire suspends the task of y until it holds the lock; if it can have it
// at once, there is no suspension. The error is what is thrown in meanwhile,
// and then it does not hold it.
func (k *Lock) Acquire(y *Async) error {
	if k.TryAcquire() {
		return nil
	}
	return Wait(y, k.Acquiring())
}

// TryAcquire takes the lock if nobody holds it and nobody waits for it.
func (k *Lock) TryAcquire() bool {
	if k.held || !k.line.abandoned() {
		return false
	}
	k.held, k.holder = true, k.line.loop.current
	return true
}

// Acquiring is what a machine yields after TryAcquire has answered false. It
// holds the lock when it is resumed without an error.
func (k *Lock) Acquiring() Await { return k.line.waiting() }

// Release gives the lock to who waits for it first; [ErrNotHeld] if nobody
// holds it. Any task, and any callback, may release it.
func (k *Lock) Release() error {
	if !k.held {
		return fmt.Errorf("release %s: %w", k, ErrNotHeld)
	}
	k.held, k.holder = false, nil
	k.callFirst()
	return nil
}

// Held reports whether a task holds the lock. From its release until the next
// task goes on, none does.
func (k *Lock) Held() bool { return k.held }

func (k *Lock) String() string { return named("lock", k.line.label) }

// callFirst calls who is first in line. If that one was called or canceled
// before, it will see to the next when it is resumed.
func (k *Lock) callFirst() {
	if first := k.line.first; first != nil {
		first.call()
	}
}

func (k *Lock) arrive(ln *line, tk *ticket) error {
	free := !k.held && ln.abandoned()
	ln.join(tk)
	if free {
		tk.call()
	}
	return nil
}

func (k *Lock) resume(tk *ticket, thrown error) (error, bool) {
	tk.leave()
	switch {
	case thrown == nil:
		k.held, k.holder = true, tk.task
	case !k.held:
		k.callFirst()
	}
	return thrown, true
}

// blockers returns who holds the lock.
func (k *Lock) blockers(*ticket) (by []dependency) {
	if k.holder != nil {
		by = append(by, dependency{on: k.holder, holding: k.String(), needed: true})
	}
	return by
}

func (k *Lock) detail(_ *line, pos int) string { return inLine(pos) }

// named is what something with a label is called.
func named(what, label string) string {
	if label == "" {
		return what
	}
	return what + " " + label
}
