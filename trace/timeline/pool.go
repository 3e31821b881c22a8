package timeline

// This file defines pool, for the many small things that a timeline consists of.

// poolSize is how many of a pool's values are allocated at once.
const poolSize = 256

// A pool hands out zero values. It allocates many at once, which stay in memory
// as long as any of them is in use.
type pool[T any] struct{ free []T }

// take returns n values in a row, never nil.
func (p *pool[T]) take(n int) []T {
	if n > len(p.free) || p.free == nil {
		p.free = make([]T, max(n, poolSize))
	}
	taken := p.free[:n:n]
	p.free = p.free[n:]
	return taken
}
