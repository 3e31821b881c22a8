package coro

// This file defines the loop's ready queue.

import "math/rand/v2"

// A runnable is what the ready queue holds: a *task to be resumed, a *Handle
// to be called, or a *sleeper whose time has come.
type runnable interface {
	run(l *Loop)
}

// A queue is a FIFO in a ring that grows as needed.
type queue struct {
	ring []runnable // its length is a power of two
	head int        // of the first
	n    int
}

func (q *queue) len() int { return q.n }

func (q *queue) push(r runnable) {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = r
	q.n++
}

func (q *queue) pop() runnable {
	slot := &q.ring[q.head&(len(q.ring)-1)]
	r := *slot
	*slot = nil
	q.head++
	q.n--
	return r
}

func (q *queue) grow() {
	ring := make([]runnable, max(16, 2*len(q.ring)))
	for i := range q.n {
		ring[i] = q.at(i)
	}
	q.ring, q.head = ring, 0
}

// trim gives the memory of an empty queue back if it once was a long one.
func (q *queue) trim() {
	if q.n == 0 && len(q.ring) > 1<<12 {
		q.ring, q.head = nil, 0
	}
}

// at returns the i-th from the head.
func (q *queue) at(i int) runnable { return q.ring[(q.head+i)&(len(q.ring)-1)] }

// promote makes the i-th from the head the first; those before it keep their
// order.
func (q *queue) promote(i int) {
	mask := len(q.ring) - 1
	r := q.at(i)
	for ; i > 0; i-- {
		q.ring[(q.head+i)&mask] = q.ring[(q.head+i-1)&mask]
	}
	q.ring[q.head&mask] = r
}

// shuffle permutes the first n.
func (q *queue) shuffle(n int, rng *rand.Rand) {
	mask := len(q.ring) - 1
	rng.Shuffle(n, func(i, j int) {
		i, j = (q.head+i)&mask, (q.head+j)&mask
		q.ring[i], q.ring[j] = q.ring[j], q.ring[i]
	})
}
