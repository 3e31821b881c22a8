package coro

// This file defines futures: results that are not there yet.

import (
	"errors"
	"fmt"
	"slices"
)

var (
	// ErrCanceled is what a canceled future, or task, ends with, and what
	// cancellation throws into a body. Match it with errors.Is.
	ErrCanceled = errors.New("canceled")

	// ErrAlreadyDone is returned for a result set twice.
	ErrAlreadyDone = errors.New("future is done already")

	// ErrAwaitSelf is thrown into a task that awaits itself.
	ErrAwaitSelf = errors.New("task cannot await itself")

	// ErrOtherLoop is thrown into a task that awaits what belongs to another
	// loop, which [Bridge] is for, and returned for running a loop until that is
	// done.
	ErrOtherLoop = errors.New("awaited future belongs to another loop")
)

// A cancelError is a cancellation with a cause.
type cancelError struct{ cause error }

func (e *cancelError) Error() string   { return "canceled: " + e.cause.Error() }
func (e *cancelError) Is(t error) bool { return t == ErrCanceled }
func (e *cancelError) Unwrap() error   { return e.cause }

func canceledBy(cause error) error {
	if cause == nil {
		return ErrCanceled
	}
	return &cancelError{cause}
}

// An Awaitable is what a task can await: a [Future] or a [Task].
type Awaitable interface {
	// Done reports whether it has a result, an error, or was canceled.
	Done() bool

	// Cancel asks it to end with [ErrCanceled]; false if it is done.
	Cancel() bool

	// CancelCause is Cancel with an error that the cancellation wraps.
	CancelCause(cause error) bool

	// Info returns the identity of a task, nil for a future.
	Info() *Info

	// String returns what it is called.
	String() string

	base() *future
	awaiting() Await
}

// A Result is what has a result of type T some time: a [Future] or a [Task].
type Result[T any] interface {
	Awaitable
	AddDoneCallback(fn func()) *Handle
	Result() (T, error)
}

// A future is what Future and Task have in common, whatever their results'
// types. Like all that belongs to a loop it is used on the loop's goroutine
// only.
type future struct {
	loop   *Loop
	err    error // once done
	waiter waiter
	index  uint32 // of a task, in loop.tasks; here, where there is room for it
	done   bool
	kind   Kind // what awaiting it is called
	flags  flags
}

type flags uint16

const (
	retrieved flags = 1 << iota // somebody has seen how it ended
	begun                       // task: its body was resumed at least once
	sleeping                    // task: it waits for its timer
	firing                      // task: its timer has gone off and is in the ready queue
	toCancel                    // task: to be canceled when it is resumed next
	cutShort                    // task: its sleep was canceled, so ErrCanceled arrives
	canceling                   // task: its cancellation is being passed on to what it awaits
	hasThrown                   // task: extra.thrown is to be thrown when it is resumed next
	closing                     // task: its loop closes
	lined                       // a line's or a ticket's, and that is its waiter
	queued                      // task: it awaits a ticket
	spawning                    // task: it runs, and another that it spawned runs inside of it
	ofTask                      // the end of a task, which it is the beginning of
)

func (f *future) has(x flags) bool { return f.flags&x != 0 }

// A waiter is what is made ready when a future is done: a *task, a *Handle, or
// several in the order they came; for a place in line, a *ticket, which stays.
type waiter interface {
	release(l *Loop, what string)
}

type waiters struct {
	list []waiter
	gone int // how many of them were canceled

	source source // of a future that is not alone in knowing how it ends, or nil
}

// A source is what a future will be completed by, if that has a say in how it
// is canceled.
type source interface {
	// cancel is asked when the future, which is not done, is to be canceled.
	// It may complete the future.
	cancel(cause error) cancelAnswer

	// detail says more about what the future waits for.
	detail() string
}

// A cancelAnswer is the answer of a source to a cancellation.
type cancelAnswer uint8

const (
	refused   cancelAnswer = iota // the future is done, and was not canceled
	passedOn                      // the future is canceled, or will be
	endsFirst                     // the source was asked to end, and the future waits for what it comes to
)

func (ws *waiters) release(l *Loop, what string) {
	for _, w := range ws.list {
		w.release(l, what)
	}
}

func (f *future) addWaiter(w waiter) {
	switch ws := f.waiter.(type) {
	case nil:
		f.waiter = w
	case *waiters:
		ws.list = append(ws.list, w)
	default:
		f.waiter = &waiters{list: []waiter{ws, w}}
	}
}

func (f *future) removeWaiter(w waiter) {
	switch ws := f.waiter.(type) {
	case *waiters:
		ws.list = slices.DeleteFunc(ws.list, func(x waiter) bool { return x == w })
	default:
		if ws == w {
			f.waiter = nil
		}
	}
}

// forgo is told after a waiter was canceled. Those are removed when most are,
// which keeps the cost of canceling constant.
func (f *future) forgo() {
	switch ws := f.waiter.(type) {
	case *waiters:
		if ws.gone++; ws.gone > 16 && ws.gone > len(ws.list)/2 {
			ws.list = slices.DeleteFunc(ws.list, gone)
			ws.gone = 0
		}
	default:
		if gone(ws) {
			f.waiter = nil
		}
	}
}

// complete makes f done and what waits for it ready.
func (f *future) complete(err error, what string) {
	f.done, f.err = true, err
	if w := f.waiter; w != nil {
		f.waiter = nil
		w.release(f.loop, what)
	}
}

func (f *future) base() *future { return f }

// Done reports whether there is a result, an error, or a cancellation.
func (f *future) Done() bool { return f.done }

// Canceled reports whether it ended by being canceled.
func (f *future) Canceled() bool { return f.done && errors.Is(f.err, ErrCanceled) }

// Loop returns the loop that it belongs to.
func (f *future) Loop() *Loop { return f.loop }

// Cancel makes the future done with [ErrCanceled]; false if it is done.
func (f *future) Cancel() bool { return f.CancelCause(nil) }

// CancelCause is Cancel with an error that the cancellation wraps.
func (f *future) CancelCause(cause error) bool {
	if f.done {
		return false
	}
	return f.cancel(cause) != refused
}

func (f *future) cancel(cause error) cancelAnswer {
	if ws, _ := f.waiter.(*waiters); ws != nil && ws.source != nil {
		return ws.source.cancel(cause)
	}
	f.complete(canceledBy(cause), "cancel")
	return passedOn
}

// cancelAny cancels f, or the task whose end it is, and reports whether the
// cancellation comes back from there, so that who awaits f need not keep it.
func (f *future) cancelAny(cause error) bool {
	if t := f.task(); t != nil {
		return t.CancelCause(cause)
	}
	if f.done {
		return false
	}
	return f.cancel(cause) == passedOn
}

// outcome returns the error, and notes that somebody saw it.
func (f *future) outcome() error {
	if !f.done {
		return ErrNotDone
	}
	f.flags |= retrieved
	return f.err
}

// AddDoneCallback has fn called by the loop in the turn after this became
// done, or in the next turn if it is done already. Callbacks are called in the
// order they were added, and never inline. Canceling the handle takes it back.
func (f *future) AddDoneCallback(fn func()) *Handle {
	if f.done {
		h := f.loop.newHandle(fn, nil)
		h.release(f.loop, "callback")
		return h
	}
	h := f.loop.newHandle(fn, f)
	f.addWaiter(h)
	return h
}

// A Future is a result that somebody will set. It may be awaited by any number
// of tasks of its loop, and is used on the loop's goroutine only.
type Future[T any] struct {
	future
	value T
	label string
}

// NewFuture returns a future of l that is called label wherever it is shown;
// labels should be few, since traces group by them.
func NewFuture[T any](l *Loop, label string) *Future[T] {
	return &Future[T]{future: future{loop: l, kind: OnFuture}, label: label}
}

// OfKind sets the kind of thing that awaiting the future is shown as, and
// returns the future.
func (f *Future[T]) OfKind(k Kind) *Future[T] {
	f.kind = k
	return f
}

func (f *Future[T]) awaiting() Await { return Await{on: &f.future, label: f.label} }

// Info returns nil: a future is no coroutine.
func (f *Future[T]) Info() *Info { return nil }

// Label returns what it is called in traces.
func (f *Future[T]) Label() string { return f.label }

func (f *Future[T]) String() string {
	if f.label == "" {
		return "future"
	}
	return "future " + f.label
}

// SetResult makes the future done with a value; [ErrAlreadyDone] if it is.
func (f *Future[T]) SetResult(v T) error {
	if f.done {
		return fmt.Errorf("set result of %s: %w", f, ErrAlreadyDone)
	}
	f.value = v
	f.complete(nil, "future")
	return nil
}

// SetError makes the future done with an error, which must not be nil;
// [ErrAlreadyDone] if it is. An error that nobody retrieves is reported when
// the loop closes.
func (f *Future[T]) SetError(err error) error {
	if err == nil {
		panic("coro: SetError(nil)")
	}
	if f.done {
		return fmt.Errorf("set error of %s: %w", f, ErrAlreadyDone)
	}
	f.complete(err, "future")
	if !errors.Is(err, ErrCanceled) {
		f.loop.failed(f)
	}
	return nil
}

// Result returns the value or the error; [ErrNotDone] while there is neither.
func (f *Future[T]) Result() (T, error) { return f.value, f.outcome() }

// Reset makes a future that is done new again, to be used once more. All who
// awaited it must have gone on: a task that is only ready would find it not
// done. It panics if the future is not done, since somebody may wait for it.
func (f *Future[T]) Reset() {
	if !f.done {
		panic("coro: Reset of a future that is not done")
	}
	var zero T
	f.done, f.err, f.value, f.flags = false, nil, zero, 0
}

// Await suspends the task of y until the future is done and returns its
// result. If it is done already, Await returns at once, without a suspension.
func (f *Future[T]) Await(y *Async) (T, error) {
	if !f.done {
		if err := Wait(y, f.awaiting()); err != nil {
			var zero T
			return zero, err
		}
	}
	return f.Result()
}
