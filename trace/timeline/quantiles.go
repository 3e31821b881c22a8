package timeline

// This file defines quantiles: how long most of many waits took, in little
// memory.

import (
	"math"
	"math/bits"
	"time"
)

// quantiles counts durations in buckets, of which each power of two has 128. So a
// quantile is less than 1/256, or 0.4%, off, and below 256ns exact. It is an HDR
// histogram (Gil Tene) whose rows are made when they are needed.
type quantiles struct {
	rows        [64 - subBits]*[1 << subBits]uint32
	n           uint64
	least, most time.Duration
}

const subBits = 7

// add counts d, which is not negative.
func (q *quantiles) add(d time.Duration) {
	d = max(d, 0)
	if q.n == 0 || d < q.least {
		q.least = d
	}
	q.most = max(q.most, d)
	q.n++
	row, i := bucket(d)
	if q.rows[row] == nil {
		q.rows[row] = new([1 << subBits]uint32)
	}
	q.rows[row][i]++
}

// bucket returns where d is counted. The first row has the nanoseconds below
// 1 << subBits, each of the others what lies between two powers of two.
func bucket(d time.Duration) (row int, i uint64) {
	if row = bits.Len64(uint64(d)) - subBits; row <= 0 {
		return 0, uint64(d)
	}
	return row, uint64(d)>>(row-1) - 1<<subBits
}

// middle returns the middle of a bucket.
func middle(row, i int) time.Duration {
	if row == 0 {
		return time.Duration(i)
	}
	return time.Duration((1<<subBits+i)<<(row-1) + 1<<(row-1)/2)
}

// addAll counts what other has counted.
func (q *quantiles) addAll(other *quantiles) {
	if other.n == 0 {
		return
	}
	if q.n == 0 || other.least < q.least {
		q.least = other.least
	}
	q.most = max(q.most, other.most)
	q.n += other.n
	for row, counts := range other.rows {
		if counts == nil {
			continue
		}
		if q.rows[row] == nil {
			q.rows[row] = new([1 << subBits]uint32)
		}
		for i, n := range counts {
			q.rows[row][i] += n
		}
	}
}

// at returns the least duration such that the given part of all are not longer,
// 0 if there are none.
func (q *quantiles) at(part float64) time.Duration {
	rank := uint64(math.Ceil(part * float64(q.n)))
	var seen uint64
	for row, counts := range q.rows {
		if counts == nil {
			continue
		}
		for i, n := range counts {
			if seen += uint64(n); seen >= rank {
				return min(max(middle(row, i), q.least), q.most)
			}
		}
	}
	return 0
}
