package coro

// This file defines delegation: a body that hands its suspensions to another
// coroutine until that ends, Python's "yield from" (PEP 380).

import (
	"errors"
	"iter"
)

// Delegate runs inner to its end inside the body of y. What inner yields is
// yielded by the body; what is sent to the body, or thrown into it, goes to
// inner; if the body is closed, inner is closed first and Delegate returns
// [ErrClosed]. Delegate returns inner's result; if inner had ended before, the
// zero value and no error, at once.
//
// While the body is suspended in here, [Chain] shows inner behind it.
func Delegate[In, Out, Ret any](y *Yielder[In, Out], inner *Coroutine[In, Out, Ret]) (Ret, error) {
	if inner.Status() == Done {
		var none Ret
		return none, nil
	}
	outer := y.inner
	y.inner = inner
	inner.onLoop(y.loop)
	settled := false
	defer func() {
		y.inner = outer
		if !settled {
			inner.Close() // the body is being unwound, or panics
		}
	}()
	err := delegate(y, inner)
	settled = true
	if err != nil {
		var none Ret
		return none, err
	}
	return inner.Result()
}

// onLoop tells the body which loop it is on when another body, which is on l,
// delegates to it.
func (c *Coroutine[In, Out, Ret]) onLoop(l *Loop) {
	if c.stack != nil {
		c.stack.loop = l
	} else if body, ok := c.r.(Looper); ok && l != nil {
		body.OnLoop(l)
	}
}

// delegate runs inner to its end.
func delegate[In, Out, Ret any](y *Yielder[In, Out], inner *Coroutine[In, Out, Ret]) error {
	out, ok, err := inner.Next()
	for ok {
		in, thrown := y.Yield(out)
		switch {
		case errors.Is(thrown, ErrClosed):
			if _, err := inner.Close(); err != nil {
				return err
			}
			return thrown
		case thrown != nil:
			out, ok, err = inner.Throw(thrown)
		default:
			out, ok, err = inner.Resume(in)
		}
	}
	return err
}

// DelegateSeq yields each value of seq. Values sent are dropped, since seq
// could not take them; an error thrown in, a close included, ends seq and is
// returned.
func DelegateSeq[In, Out any](y *Yielder[In, Out], seq iter.Seq[Out]) error {
	for out := range seq {
		if _, err := y.Yield(out); err != nil {
			return err
		}
	}
	return nil
}
