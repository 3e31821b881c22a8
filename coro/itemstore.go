package coro

// This file defines the orders in which a queue has its items.

// A store holds a queue's items and says which comes next. It uses one of its
// orders.
type store[T any] struct {
	order      order
	fifo       fifo[T]
	lifo       lifo[T]
	priorities priorities[T]
}

type order uint8

const (
	firstIn order = iota
	lastIn
	leastFirst
)

func (s *store[T]) len() int {
	switch s.order {
	case lastIn:
		return s.lifo.len()
	case leastFirst:
		return s.priorities.len()
	}
	return s.fifo.len()
}

func (s *store[T]) push(item T) {
	switch s.order {
	case lastIn:
		s.lifo.push(item)
	case leastFirst:
		s.priorities.push(item)
	default:
		s.fifo.push(item)
	}
}

func (s *store[T]) pop() T {
	switch s.order {
	case lastIn:
		return s.lifo.pop()
	case leastFirst:
		return s.priorities.pop()
	}
	return s.fifo.pop()
}

// A fifo has the item first that was pushed first. It is a ring that grows as
// needed.
type fifo[T any] struct {
	ring []T // its length is a power of two
	head int // of the first
	n    int
}

func (s *fifo[T]) len() int { return s.n }

func (s *fifo[T]) push(item T) {
	if s.n == len(s.ring) {
		ring := make([]T, max(8, 2*len(s.ring)))
		for i := range s.n {
			ring[i] = *s.at(i)
		}
		s.ring, s.head = ring, 0
	}
	*s.at(s.n) = item
	s.n++
}

func (s *fifo[T]) pop() T {
	var none T
	item := *s.at(0)
	*s.at(0) = none
	s.head++
	s.n--
	return item
}

func (s *fifo[T]) at(i int) *T { return &s.ring[(s.head+i)&(len(s.ring)-1)] }

// A lifo has the item first that was pushed last.
type lifo[T any] struct{ items []T }

func (s *lifo[T]) len() int { return len(s.items) }

func (s *lifo[T]) push(item T) { s.items = append(s.items, item) }

func (s *lifo[T]) pop() T {
	var none T
	last := len(s.items) - 1
	item := s.items[last]
	s.items[last] = none
	s.items = s.items[:last]
	return item
}

// A priorities has the least item first, and of equal ones that which was
// pushed first. It is a binary heap.
type priorities[T any] struct {
	compare func(a, b T) int
	heap    []ranked[T]
	last    uint64 // number given last
}

type ranked[T any] struct {
	item T
	num  uint64
}

func (s *priorities[T]) len() int { return len(s.heap) }

func (s *priorities[T]) push(item T) {
	s.last++
	s.heap = append(s.heap, ranked[T]{item, s.last})
	for i := len(s.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !s.before(i, parent) {
			break
		}
		s.heap[i], s.heap[parent] = s.heap[parent], s.heap[i]
		i = parent
	}
}

func (s *priorities[T]) pop() T {
	last := len(s.heap) - 1
	item := s.heap[0].item
	s.heap[0], s.heap[last] = s.heap[last], ranked[T]{}
	s.heap = s.heap[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if s.before(child, least) {
				least = child
			}
		}
		if least == i {
			return item
		}
		s.heap[i], s.heap[least] = s.heap[least], s.heap[i]
		i = least
	}
}

func (s *priorities[T]) before(i, j int) bool {
	a, b := &s.heap[i], &s.heap[j]
	c := s.compare(a.item, b.item)
	return c < 0 || c == 0 && a.num < b.num
}
