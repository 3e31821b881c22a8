package coro

// This file defines having several in the order in which they end.

import (
	"fmt"
	"iter"
	"time"
)

// Completions are futures or tasks, one after the other as they are done.
//
//	for r, err := range coro.AsCompleted(l, "dishes", soup, roast).All(y) { ... }
//
// It is asyncio's as_completed.
type Completions[T any] struct {
	ended *Queue[Result[T]] // a nil one for each that was not done in time
	todo  map[Result[T]]*Handle
	left  int // that were not returned
	timer *Handle
}

// AsCompleted returns the completions of those in of; waiting for them is
// called label wherever it is shown. One that stands in of twice counts once.
func AsCompleted[T any](l *Loop, label string, of ...Result[T]) *Completions[T] {
	c := &Completions[T]{ended: NewQueue[Result[T]](l, label, 0), todo: make(map[Result[T]]*Handle, len(of))}
	c.ended.getters.kind, c.ended.getters.keeper = OnGroup, &completing[T]{c.ended, c}
	for _, r := range of {
		if c.todo[r] != nil {
			continue
		}
		c.left++
		c.todo[r] = r.AddDoneCallback(func() {
			if c.todo[r] == nil {
				return // too late
			}
			delete(c.todo, r)
			c.ended.TryPut(r)
			if len(c.todo) == 0 && c.timer != nil {
				c.timer.Cancel()
			}
		})
	}
	return c
}

// Timeout has those count as missed that are not done within d from now, in place of
// what was said before, and returns the completions.
func (c *Completions[T]) Timeout(d time.Duration) *Completions[T] {
	if len(c.todo) == 0 {
		return c
	}
	if c.timer != nil {
		c.timer.Cancel()
	}
	c.timer = c.ended.getters.loop.CallLater(d, func() {
		for r, h := range c.todo {
			h.Cancel()
			delete(c.todo, r)
			c.ended.TryPut(nil)
		}
	})
	return c
}

// Left returns how many were not returned by Next.
func (c *Completions[T]) Left() int { return c.left }

// Next suspends the task of y until the next one is done, and returns that; if
// one is done already, there is no suspension. The error is [ErrTimeout] for
// each that was not done in time, or what is thrown in meanwhile. It must not
// be called when none is left.
func (c *Completions[T]) Next(y *Async) (Result[T], error) {
	if r, err := c.TryNext(); err != ErrQueueEmpty {
		return r, err
	}
	if err := Wait(y, c.Waiting()); err != nil {
		return nil, err
	}
	return c.TryNext()
}

// TryNext returns the next one if it is done already: [ErrQueueEmpty] if it is
// not, [ErrTimeout] if it was not done in time.
func (c *Completions[T]) TryNext() (Result[T], error) {
	if c.left == 0 {
		panic("coro: no completion is left")
	}
	r, err := c.ended.TryGet()
	if err != nil {
		return nil, err
	}
	c.left--
	if r == nil {
		return nil, &TimeoutError{}
	}
	return r, nil
}

// Waiting is what a machine yields after TryNext has answered [ErrQueueEmpty].
// When it is resumed without an error, its next TryNext does not answer so.
func (c *Completions[T]) Waiting() Await { return c.ended.Getting() }

// All returns all that are left, as Next does, up to an error that is thrown
// in.
func (c *Completions[T]) All(y *Async) iter.Seq2[Result[T], error] {
	return func(yield func(Result[T], error) bool) {
		for c.left > 0 {
			left := c.left
			r, err := c.Next(y)
			if !yield(r, err) || c.left == left {
				return
			}
		}
	}
}

// completing keeps the line of those who wait for the next: it is that of a queue,
// but for what is said of it.
type completing[T any] struct {
	*Queue[Result[T]]
	completions *Completions[T]
}

func (k *completing[T]) detail(*line, int) string { return fmt.Sprintf("%d left", k.completions.left) }
