package coro

// This file defines arrays that grow without being copied.

const (
	chunkBits = 11
	chunkLen  = 1 << chunkBits // 32 KB of what is put into them, which fits what the allocator has
	leastLen  = 16
)

// A chunked is an array that grows and shrinks by chunks. To copy a large array
// takes so long that the collector, which has to wait for it, spins meanwhile.
type chunked[T any] struct {
	chunks [][]T // chunkLen long each, but for the first while it is alone
}

// at returns element i, which must be there.
func (c *chunked[T]) at(i int) *T { return &c.chunks[i>>chunkBits][i&(chunkLen-1)] }

// len returns how many elements are there.
func (c *chunked[T]) len() int {
	last := len(c.chunks) - 1
	if last < 0 {
		return 0
	}
	return last<<chunkBits + len(c.chunks[last])
}

// grow makes more elements.
func (c *chunked[T]) grow() {
	switch {
	case len(c.chunks) == 0:
		c.chunks = append(c.chunks, make([]T, leastLen))
	case len(c.chunks[0]) < chunkLen:
		first := make([]T, 2*len(c.chunks[0]))
		copy(first, c.chunks[0])
		c.chunks[0] = first
	default:
		c.chunks = append(c.chunks, make([]T, chunkLen))
	}
}

// shrink lets go of the chunks behind element n, but for one to spare.
func (c *chunked[T]) shrink(n int) {
	if keep := n>>chunkBits + 2; keep < len(c.chunks) {
		clear(c.chunks[keep:])
		c.chunks = c.chunks[:keep]
	}
}
