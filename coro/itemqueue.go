package coro

// This file defines queues of items, through which tasks talk.

import (
	"errors"
	"fmt"
)

var (
	// ErrQueueEmpty is returned by TryGet when there is no item.
	ErrQueueEmpty = errors.New("queue is empty")

	// ErrQueueFull is returned by TryPut when there is no room.
	ErrQueueFull = errors.New("queue is full")

	// ErrQueueShutDown is returned for a Put to a queue that was shut down,
	// and for a Get from one that is also empty.
	ErrQueueShutDown = errors.New("queue was shut down")

	// ErrTaskDoneTooOften is returned by TaskDone when there was one for every
	// item already.
	ErrTaskDoneTooOften = errors.New("task done called too many times")
)

// A Queue hands items from tasks that put them in to tasks that get them. A
// bounded queue has those wait who put while it is full.
//
// Tasks that wait are called in the order in which they came. An item is only
// taken when the getter goes on: one that comes in the meantime may be quicker,
// and the getter then waits on, behind those who came after it. A task that is
// canceled when it had been called but had not gone on yet has another called,
// so that no item and no room is lost.
//
// It is asyncio's Queue.
type Queue[T any] struct {
	items      store[T]
	max        int // 0 if it is not bounded
	unfinished int // items put for which TaskDone was not called
	shut       bool
	label      string
	getters    line
	putters    line
	joiners    line
}

// NewQueue returns a queue of l, first in, first out, for up to max items, or
// any number if max is not positive. It is called label wherever it is shown;
// labels should be few, since traces group by them.
func NewQueue[T any](l *Loop, label string, max int) *Queue[T] {
	return newQueue(l, label, max, store[T]{order: firstIn})
}

// NewLIFOQueue returns a queue from which the item comes first that was put
// last.
func NewLIFOQueue[T any](l *Loop, label string, max int) *Queue[T] {
	return newQueue(l, label, max, store[T]{order: lastIn})
}

// NewPriorityQueue returns a queue from which the least item comes first, by
// compare, which answers like [cmp.Compare]; of equal ones that which was put
// first.
func NewPriorityQueue[T any](l *Loop, label string, max int, compare func(a, b T) int) *Queue[T] {
	return newQueue(l, label, max, store[T]{order: leastFirst, priorities: priorities[T]{compare: compare}})
}

func newQueue[T any](l *Loop, label string, max int, items store[T]) *Queue[T] {
	q := &Queue[T]{items: items, max: max, label: label}
	q.getters.init(l, q, OnQueue, label)
	q.putters.init(l, q, OnQueue, label)
	q.joiners.init(l, q, OnQueue, label)
	return q
}

// Put suspends the task of y until there is room, and puts the item in; if
// there is room at once, there is no suspension. The error is
// [ErrQueueShutDown], or what is thrown in meanwhile, and then the item is not
// in the queue.
func (q *Queue[T]) Put(y *Async, item T) error {
	err := q.TryPut(item)
	if err != ErrQueueFull {
		return err
	}
	if err := Wait(y, q.Putting()); err != nil {
		return err
	}
	return q.TryPut(item)
}

// TryPut puts the item in if there is room: [ErrQueueFull] if there is none,
// [ErrQueueShutDown] if the queue was shut down.
func (q *Queue[T]) TryPut(item T) error {
	switch {
	case q.shut:
		return ErrQueueShutDown
	case q.Full():
		return ErrQueueFull
	}
	q.items.push(item)
	q.unfinished++
	q.getters.callOut()
	return nil
}

// Putting is what a machine yields after TryPut has answered [ErrQueueFull].
// When it is resumed without an error, its next TryPut does not answer so.
func (q *Queue[T]) Putting() Await { return q.putters.waiting() }

// Get suspends the task of y until there is an item, and takes it; if there is
// one at once, there is no suspension. The error is [ErrQueueShutDown], or what
// is thrown in meanwhile.
func (q *Queue[T]) Get(y *Async) (T, error) {
	item, err := q.TryGet()
	if err != ErrQueueEmpty {
		return item, err
	}
	if err := Wait(y, q.Getting()); err != nil {
		return item, err
	}
	return q.TryGet()
}

// TryGet takes an item if there is one: [ErrQueueEmpty] if there is none,
// [ErrQueueShutDown] if there will never be one either.
func (q *Queue[T]) TryGet() (item T, err error) {
	switch {
	case !q.Empty():
		item = q.items.pop()
		q.putters.callOut()
	case q.shut:
		err = ErrQueueShutDown
	default:
		err = ErrQueueEmpty
	}
	return item, err
}

// Getting is what a machine yields after TryGet has answered [ErrQueueEmpty].
// When it is resumed without an error, its next TryGet has an item.
func (q *Queue[T]) Getting() Await { return q.getters.waiting() }

// TaskDone says that the work on an item, which was taken before, is done:
// [ErrTaskDoneTooOften] if that was said of all that were put in.
func (q *Queue[T]) TaskDone() error {
	if q.unfinished == 0 {
		return fmt.Errorf("%s: %w", q, ErrTaskDoneTooOften)
	}
	if q.unfinished--; q.unfinished == 0 {
		q.finished()
	}
	return nil
}

// Join suspends the task of y until TaskDone was called for every item; if it
// was already, there is no suspension.
func (q *Queue[T]) Join(y *Async) error {
	if q.unfinished == 0 {
		return nil
	}
	return Wait(y, q.Joining())
}

// Joining is what a machine yields that joins, while Unfinished is not 0.
func (q *Queue[T]) Joining() Await { return q.joiners.waiting() }

// Unfinished returns how many items were put in for which TaskDone was not
// called.
func (q *Queue[T]) Unfinished() int { return q.unfinished }

// Shutdown has every Put fail from now on with [ErrQueueShutDown], those that
// wait included, and every Get when no item is left.
func (q *Queue[T]) Shutdown() {
	q.shut = true
	for q.getters.callOut() {
	}
	for q.putters.callOut() {
	}
}

// ShutdownNow is Shutdown that drops the items that are left, which count as
// done.
func (q *Queue[T]) ShutdownNow() {
	for ; !q.Empty(); q.items.pop() {
		q.unfinished = max(0, q.unfinished-1)
	}
	if q.unfinished == 0 {
		q.finished()
	}
	q.Shutdown()
}

// Len returns how many items are in the queue.
func (q *Queue[T]) Len() int { return q.items.len() }

// Max returns for how many items there is room; 0 if for any number.
func (q *Queue[T]) Max() int { return max(0, q.max) }

// Empty reports whether there is no item.
func (q *Queue[T]) Empty() bool { return q.items.len() == 0 }

// Full reports whether there is no room.
func (q *Queue[T]) Full() bool { return q.max > 0 && q.items.len() >= q.max }

func (q *Queue[T]) String() string { return named("queue", q.label) }

// finished has those go on who join.
func (q *Queue[T]) finished() {
	for q.joiners.callFresh() {
	}
}

// lacks reports whether those who wait in ln have a reason to.
func (q *Queue[T]) lacks(ln *line) bool {
	switch ln {
	case &q.getters:
		return q.Empty()
	case &q.putters:
		return q.Full()
	}
	return q.unfinished > 0
}

// The phases of a ticket are the lines that it can stand in, which it has left
// when it is resumed.
const (
	getting = iota
	putting
	joining
)

func (q *Queue[T]) lineOf(phase int) *line {
	return [...]*line{&q.getters, &q.putters, &q.joiners}[phase]
}

func (q *Queue[T]) arrive(ln *line, tk *ticket) error {
	for tk.phase = getting; q.lineOf(tk.phase) != ln; tk.phase++ {
	}
	switch {
	case !q.lacks(ln):
		tk.call()
	case q.shut && ln != &q.joiners:
		return ErrQueueShutDown
	default:
		ln.join(tk)
	}
	return nil
}

func (q *Queue[T]) resume(tk *ticket, thrown error) (error, bool) {
	ln := q.lineOf(tk.phase)
	tk.leave()
	switch {
	case tk.phase == joining:
	case thrown != nil:
		if !q.lacks(ln) && tk.future.err == nil {
			ln.callOut() // it was called, and cannot follow
		}
	case q.lacks(ln):
		if q.shut {
			return ErrQueueShutDown, true
		}
		ln.join(tk)
		return nil, false
	}
	return thrown, true
}

func (q *Queue[T]) detail(ln *line, pos int) string {
	switch ln {
	case &q.getters:
		return stateInLine("empty", pos)
	case &q.putters:
		return stateInLine("full", pos)
	}
	return fmt.Sprintf("%d unfinished", q.unfinished)
}
