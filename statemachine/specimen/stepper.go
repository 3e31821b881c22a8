package specimen

// This file defines stepping a specimen without knowing its types.

import (
	"fmt"

	"coroscope/coro"
)

// A Stepper is a specimen that stands alone, to be resumed one step at a time
// and looked at in between. It is a [coro.Coroutine] whose types are hidden:
// what its methods answer, misuse included, is told there. It must be run to
// its end or closed.
type Stepper interface {
	// Info, Status, Suspension, Inner and OnBody.
	coro.Inspectable

	// Next starts it, or resumes it without a value.
	Next() (out any, ok bool, err error)

	// Send resumes it with a value. One that is not of its input type is
	// answered with an error, and nothing happens.
	Send(in any) (out any, ok bool, err error)

	// Throw resumes it with an error.
	Throw(err error) (out any, ok bool, _ error)

	// Close closes it.
	Close() (result any, err error)

	// Result returns what it returned and the error that it ended with.
	Result() (any, error)

	// Point returns the state that a machine is in, whatever its status; false
	// for a stackful shape, which has none. The specimen must not be running.
	Point() (coro.Point, bool)

	// Frame returns the frame's slots, nil for a stackful shape, whose frame is
	// its stack: [coro.Inspectable].OnBody runs on that. The specimen must not
	// be running.
	Frame() []coro.Slot

	// Notes returns what it has done so far beside what it handed out.
	Notes() []string
}

// alone returns a function that makes a Stepper of what make makes.
func alone[In, Out, Ret any](make func(*world) coro.Resumable[In, Out, Ret]) func(coro.Shape, []coro.Option) Stepper {
	return func(shape coro.Shape, opts []coro.Option) Stepper {
		w := &world{shape: shape}
		body := make(w)
		return &stepper[In, Out, Ret]{Inspectable: coro.New(body, opts...), body: body, world: w}
	}
}

type stepper[In, Out, Ret any] struct {
	coro.Inspectable // the *coro.Coroutine
	body             any
	world            *world
}

func (s *stepper[In, Out, Ret]) coroutine() *coro.Coroutine[In, Out, Ret] {
	return s.Inspectable.(*coro.Coroutine[In, Out, Ret])
}

func (s *stepper[In, Out, Ret]) Next() (any, bool, error) { return s.coroutine().Next() }

func (s *stepper[In, Out, Ret]) Send(in any) (any, bool, error) {
	v, ok := in.(In)
	if !ok {
		return nil, false, fmt.Errorf("%s takes values of type %T, not %T", s.Info().Name, v, in)
	}
	return s.coroutine().Resume(v)
}

func (s *stepper[In, Out, Ret]) Throw(err error) (any, bool, error) {
	return s.coroutine().Throw(err)
}

func (s *stepper[In, Out, Ret]) Close() (any, error)  { return s.coroutine().Close() }
func (s *stepper[In, Out, Ret]) Result() (any, error) { return s.coroutine().Result() }

func (s *stepper[In, Out, Ret]) Point() (coro.Point, bool) {
	p, ok := s.body.(coro.Pointer)
	if !ok {
		return coro.Point{}, false
	}
	return p.Point(), true
}

func (s *stepper[In, Out, Ret]) Frame() []coro.Slot {
	if f, ok := s.body.(coro.Framer); ok {
		return f.Frame()
	}
	return nil
}

func (s *stepper[In, Out, Ret]) Notes() []string { return s.world.notes }
