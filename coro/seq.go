package coro

// This file defines the adapters between coroutines and iterators.

import "iter"

// Pair is what a coroutine made of an iter.Seq2 yields.
type Pair[K, V any] struct {
	Key   K
	Value V
}

// FromSeq returns a body that yields the values of seq, for [Pull] or
// [Goroutine]. To seq, an error thrown in and a close are alike: its yield
// returns false. The body then ends with that error.
func FromSeq[V any](seq iter.Seq[V]) Body[struct{}, V, struct{}] {
	return func(y *Yielder[struct{}, V]) (ret struct{}, err error) {
		seq(func(v V) bool {
			if err == nil {
				_, err = y.Yield(v)
			}
			return err == nil
		})
		return ret, err
	}
}

// FromSeq2 is FromSeq for iterators over pairs.
func FromSeq2[K, V any](seq iter.Seq2[K, V]) Body[struct{}, Pair[K, V], struct{}] {
	return func(y *Yielder[struct{}, Pair[K, V]]) (ret struct{}, err error) {
		seq(func(k K, v V) bool {
			if err == nil {
				_, err = y.Yield(Pair[K, V]{k, v})
			}
			return err == nil
		})
		return ret, err
	}
}

// All returns an iterator over what is left of the coroutine. Leaving the loop
// early closes it. How it ended is in Result: All itself drops errors.
func (c *Coroutine[In, Out, Ret]) All() iter.Seq[Out] {
	return func(yield func(Out) bool) {
		for out, err := range c.AllErr() {
			if err != nil || !yield(out) {
				return
			}
		}
	}
}

// AllErr is All with an error beside each value: nil, but for a last pair of a
// zero value and the error that the coroutine ended with, if it was one.
func (c *Coroutine[In, Out, Ret]) AllErr() iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		defer c.Close()
		for c.Status() != Done {
			out, ok, err := c.Next()
			if !ok {
				if err != nil {
					yield(out, err)
				}
				return
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}

// Pairs returns an iterator over the pairs that are left of c. It ends as All
// does.
func Pairs[In, K, V, Ret any](c *Coroutine[In, Pair[K, V], Ret]) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for p, err := range c.AllErr() {
			if err != nil || !yield(p.Key, p.Value) {
				return
			}
		}
	}
}
