package statemachine

// This file defines how the machine of a push iterator, which coroscope lower
// made, is driven and shown as a coroutine.

import "coroscope/coro"

// FromIterator returns the machine of an iter.Seq, which d describes, as a
// coroutine's body of shape lowered. An error thrown in, a close included, stops
// it; the body then ends with that error.
func FromIterator[V any](m interface {
	Machine
	Next() (V, bool)
	Stop()
}, d *Description) coro.Resumable[struct{}, V, struct{}] {
	return &iterator[V]{Machine: m, d: d, next: m.Next, stop: m.Stop}
}

// FromIterator2 is FromIterator for the machine of an iter.Seq2.
func FromIterator2[K, V any](m interface {
	Machine
	Next() (K, V, bool)
	Stop()
}, d *Description) coro.Resumable[struct{}, coro.Pair[K, V], struct{}] {
	next := func() (coro.Pair[K, V], bool) {
		k, v, ok := m.Next()
		return coro.Pair[K, V]{Key: k, Value: v}, ok
	}
	return &iterator[coro.Pair[K, V]]{Machine: m, d: d, next: next, stop: m.Stop}
}

// FromIterator0 is FromIterator for the machine of an iterator without values.
func FromIterator0(m interface {
	Machine
	Next() bool
	Stop()
}, d *Description) coro.Resumable[struct{}, struct{}, struct{}] {
	next := func() (struct{}, bool) { return struct{}{}, m.Next() }
	return &iterator[struct{}]{Machine: m, d: d, next: next, stop: m.Stop}
}

// An iterator is the machine of one, whose values are V.
type iterator[V any] struct {
	Machine
	d    *Description
	next func() (V, bool)
	stop func()
	err  error
}

// Resume implements [coro.Resumable].
func (i *iterator[V]) Resume(_ struct{}, thrown error) (v V, ok bool) {
	if thrown != nil {
		i.stop()
		i.err = thrown
		return v, false
	}
	return i.next()
}

// Result implements [coro.Resumable].
func (i *iterator[V]) Result() struct{} { return struct{}{} }

// Err implements [coro.Resumable].
func (i *iterator[V]) Err() error { return i.err }

// Shape implements [coro.Shaper].
func (i *iterator[V]) Shape() coro.Shape { return coro.ShapeLowered }

// Func implements [coro.Funcer].
func (i *iterator[V]) Func() string { return i.d.Func }
