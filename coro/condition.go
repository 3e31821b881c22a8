package coro

// This file defines conditions.

import "fmt"

// A Condition lets who holds a lock wait until somebody else, who holds it
// then, says that things have changed. The lock is free meanwhile:
//
//	lock.Acquire(y)
//	for len(dishes) == 0 {
//		if err := ready.Wait(y); err != nil { ... } // holds the lock also here
//	}
//
// A task that is canceled when it had been notified but had not gone on yet
// notifies another.
//
// It is asyncio's Condition.
type Condition struct {
	line line
	lock *Lock
}

// The phases of a ticket in Wait.
const (
	toBeNotified = iota
	toHaveTheLock
)

// NewCondition returns a condition on what lock protects, which is called label
// wherever it is shown.
func NewCondition(lock *Lock, label string) *Condition {
	c := &Condition{lock: lock}
	c.line.init(lock.line.loop, c, OnEvent, label)
	return c
}

// Lock returns the lock that the condition is about.
func (c *Condition) Lock() *Lock { return c.lock }

// Wait releases the lock, suspends the task of y until it was notified, and
// acquires the lock again, which it waits for even if it is canceled. It may
// return without a reason, so what was waited for is to be looked at again. The
// error is what was thrown in last; [ErrNotHeld], without a suspension, if
// nobody holds the lock.
func (c *Condition) Wait(y *Async) error {
	if err := c.CanWait(); err != nil {
		return err
	}
	return Wait(y, c.Waiting())
}

// CanWait returns [ErrNotHeld] if nobody holds the lock, so that nobody can wait
// for the condition.
func (c *Condition) CanWait() error { return c.check("wait for") }

// WaitUntil waits, as Wait does, until holds answers true; it is called while
// the lock is held.
func (c *Condition) WaitUntil(y *Async, holds func() bool) error {
	for !holds() {
		if err := c.Wait(y); err != nil {
			return err
		}
	}
	return nil
}

// Waiting is what a machine yields that holds the lock. It holds it again when
// it is resumed, also if that is with an error, except [ErrNotHeld].
func (c *Condition) Waiting() Await { return c.line.waiting() }

// Notify has the first n who wait go on when they get the lock; [ErrNotHeld] if
// nobody holds it.
func (c *Condition) Notify(n int) error {
	if err := c.check("notify"); err != nil {
		return err
	}
	c.notify(n)
	return nil
}

// NotifyAll is Notify for all who wait.
func (c *Condition) NotifyAll() error { return c.Notify(c.line.n) }

func (c *Condition) notify(n int) {
	for ; n > 0 && c.line.callFresh(); n-- {
	}
}

func (c *Condition) check(call string) error {
	if !c.lock.held {
		return fmt.Errorf("%s %s: %w", call, c, ErrNotHeld)
	}
	return nil
}

func (c *Condition) String() string { return named("condition", c.line.label) }

func (c *Condition) arrive(ln *line, tk *ticket) error {
	if err := c.CanWait(); err != nil {
		return err
	}
	ln.join(tk)
	return c.lock.Release()
}

func (c *Condition) resume(tk *ticket, thrown error) (error, bool) {
	tk.leave()
	if thrown != nil {
		tk.err = thrown
	}
	switch {
	case tk.phase == toHaveTheLock && thrown == nil:
		c.lock.held, c.lock.holder = true, tk.task
	default:
		if tk.phase == toHaveTheLock && !c.lock.held {
			c.lock.callFirst() // it was given the lock, perhaps, and lines up again
		}
		if !c.lock.TryAcquire() {
			tk.phase = toHaveTheLock
			c.lock.line.join(tk)
			return nil, false
		}
		c.lock.holder = tk.task
	}
	if tk.err != nil {
		c.notify(1) // it may have been notified
	}
	return tk.err, true
}

// blockers returns who holds the lock that one who was notified waits for.
func (c *Condition) blockers(tk *ticket) []dependency {
	if tk.phase != toHaveTheLock {
		return nil
	}
	return c.lock.blockers(tk)
}

func (c *Condition) detail(_ *line, pos int) string { return stateInLine("not notified", pos) }
