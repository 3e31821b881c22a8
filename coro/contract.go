package coro

// This file defines the contract between a body and whoever resumes it.

import (
	"errors"
	"fmt"
)

// A Resumable is a body in one of its shapes, as its driver sees it: the lean
// protocol, without bookkeeping. A hand-built state machine implements it
// directly; [Pull] and [Goroutine] make one of a [Body]. Drivers are
// [Coroutine], for a coroutine that stands alone, and [Task], for one on a
// [Loop].
//
// The driver keeps these rules, so an implementation need not check them:
// calls come one at a time; the first Resume has the zero In and no error and
// starts the body; nothing is resumed after its end. A Resumable belongs to
// the one driver that it was handed to.
type Resumable[In, Out, Ret any] interface {
	// Resume runs the body to its next suspension point, where it yields
	// (out, true), or to its end, (zero, false). The body finds in, or thrown
	// where that is not nil, at the suspension point it stood at. A thrown
	// [ErrClosed] asks it to clean up and end.
	Resume(in In, thrown error) (out Out, ok bool)

	// Result returns what the body returned; it has a meaning only after
	// Resume has answered false.
	Result() Ret

	// Err returns the error that the body ended with, or nil.
	Err() error
}

// The following interfaces are optional for a Resumable.

// A Pointer tells at which suspension point it stands. Machines implement it
// from their description.
type Pointer interface {
	// Point returns the point that the body is suspended at.
	Point() Point
}

// A Framer shows the saved locals of a stackless body.
type Framer interface {
	// Frame returns the frame's slots in a fixed order.
	Frame() []Slot
}

// A Delegator is a body that may be suspended inside another coroutine, to
// which it passes everything on.
type Delegator interface {
	// Inner returns the coroutine that is delegated to, or nil.
	Inner() Inspectable
}

// An Unwinder is a stackless body that has work deferred. Its driver calls
// Unwind when the body has yielded after a close, instead of resuming it: the
// machine does its deferred work and ends.
type Unwinder interface {
	Unwind()
}

// A Looper is a stackless body that asks for its loop, as one on a stack does
// with [LoopOf]. It is told once, before it is first resumed; one that stands
// alone is never told.
type Looper interface {
	OnLoop(l *Loop)
}

// A Shaper tells its shape; a Resumable that is none has
// [ShapeStateMachine].
type Shaper interface {
	Shape() Shape
}

// A Funcer tells the name of the function it is the body of, as traces group
// by it; without it the name of the function's code, or of the machine's
// type, is used.
type Funcer interface {
	Func() string
}

// A Body is the code of a stackful coroutine, straight down. It suspends
// itself with y.Yield and ends by returning.
type Body[In, Out, Ret any] func(y *Yielder[In, Out]) (Ret, error)

// Shape says which implementation a coroutine has.
type Shape uint8

const (
	ShapeStateMachine Shape = iota // explicit state machine, built by hand
	ShapePull                      // stackful, on iter.Pull
	ShapeGoroutine                 // a goroutine and channels
	ShapeLowered                   // state machine made by the compiler
)

var shapeNames = [...]string{"statemachine", "pull", "goroutine", "lowered"}

func (s Shape) String() string { return enumName(shapeNames[:], "shape", int(s)) }

// Stackful reports whether a suspended coroutine of this shape keeps its whole
// stack.
func (s Shape) Stackful() bool { return s == ShapePull || s == ShapeGoroutine }

// Status is where a coroutine is in its life.
type Status uint8

const (
	Created   Status = iota // made, its body not started
	Suspended               // at a suspension point
	Running                 // between a resumption and the next suspension
	Done                    // ended
)

var statusNames = [...]string{"created", "suspended", "running", "done"}

func (s Status) String() string { return enumName(statusNames[:], "status", int(s)) }

// Kind says what sort of thing a coroutine is suspended on. The set is
// bounded, since traces group by it.
type Kind uint8

const (
	OnResumer   Kind = iota // a plain yield: until somebody resumes it
	OnTurn                  // the loop's next turn
	OnSleep                 // a timer
	OnFuture                // a future
	OnTask                  // another task's end
	OnGoroutine             // a function that runs on a goroutine of its own
	OnLock                  // a lock
	OnQueue                 // an item, or room, in a queue
	OnEvent                 // an event, a condition or a barrier
	OnSemaphore             // a permit
	OnGroup                 // one or all of several
	OnIO                    // input or output
	OnPool                  // a function that runs on a pool, or waits for a place there
	OnChannel               // a Go channel
	OnProcess               // another process
	OnSignal                // a signal of the operating system
)

var kindNames = [...]string{"resumer", "turn", "sleep", "future", "task", "goroutine", "lock", "queue", "event", "semaphore", "group", "io", "pool", "channel", "process", "signal"}

func (k Kind) String() string { return enumName(kindNames[:], "kind", int(k)) }

func enumName(names []string, what string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", what, i)
}

// Errors of the contract. They are matched with errors.Is; what a method
// answers to misuse is a [*MisuseError], which says which coroutine's.
var (
	// ErrClosed is thrown into a body by Close.
	ErrClosed = errors.New("coroutine closed")

	// ErrIgnoredClose is returned by Close when the body yielded instead of
	// ending. The body has been unwound.
	ErrIgnoredClose = errors.New("coroutine yielded after it was closed")

	// ErrRunning is returned for a resumption of a coroutine that is running:
	// from its own body, or from another goroutine at the same time.
	ErrRunning = errors.New("coroutine is already running")

	// ErrDone is returned for a resumption after the end.
	ErrDone = errors.New("coroutine has ended")

	// ErrNotStarted is returned for a value sent to a coroutine that has not
	// started, so that no suspension point could receive it. The coroutine
	// stays as it was; Next starts it.
	ErrNotStarted = errors.New("value sent to a coroutine that has not started")

	// ErrNotDone is returned for the result of what has not ended.
	ErrNotDone = errors.New("no result yet")

	// ErrNilThrow is returned by Throw(nil).
	ErrNilThrow = errors.New("nil error thrown")

	// ErrGoexit is what a coroutine whose body called runtime.Goexit ended
	// with, for those who look afterwards; its resumer's goroutine has ended.
	ErrGoexit = errors.New("coroutine called runtime.Goexit")
)

// A MisuseError is the answer to a call that a coroutine's status does not
// allow. A body may pass on the one that it got from another coroutine: Of
// tells whose it is.
type MisuseError struct {
	Call string // "resume", "throw", "close" or "result"
	Of   *Info
	Err  error // one of the errors above, which errors.Is finds
}

func (e *MisuseError) Error() string { return fmt.Sprintf("%s of %s: %v", e.Call, e.Of, e.Err) }

// Unwrap returns Err.
func (e *MisuseError) Unwrap() error { return e.Err }

// A PanicError is a panic of a body, on its way to the resumer: the driver
// panics with it, and a task fails with it. Unwrap returns the value where
// that is an error.
type PanicError struct {
	Value any    // the value panicked with
	Stack []byte // the body's stack where it panicked, as runtime/debug.Stack prints it
}

func (p *PanicError) Error() string {
	return fmt.Sprintf("panic: %v\n\nbody's stack:\n%s", p.Value, p.Stack)
}

// Unwrap returns the panic's value if it is an error.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// newPanicError wraps v, unless it is the panic of an inner body, whose stack
// is the one that tells.
func newPanicError(v any, stack []byte) *PanicError {
	if p, ok := v.(*PanicError); ok {
		return p
	}
	return &PanicError{Value: v, Stack: stack}
}
