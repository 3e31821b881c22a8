package trace

// This file defines the options of loops and coroutines.

// An Option is given when a loop or a coroutine is instrumented.
type Option func(*options)

type options struct {
	frames bool
	lanes  int
	pinned bool
}

// DefaultLanes is how many lanes a loop, or all coroutines that stand alone
// together, have at a time.
const DefaultLanes = 1000

func newOptions(opts []Option) options {
	if len(opts) == 0 {
		return options{lanes: DefaultLanes}
	}
	o := &options{lanes: DefaultLanes}
	for _, opt := range opts {
		opt(o)
	}
	return *o
}

// WithFrames has the frames of machines logged: at each suspension, the values
// of the slots that have changed since the one before.
//
// Values are read with reflection, up to a small depth and length, through
// pointers and slices too. Another goroutine must not change them meanwhile.
// No method is called but Error, and String on numbers, strings and booleans.
func WithFrames() Option { return func(o *options) { o.frames = true } }

// WithLanes limits how many machines have a lane at a time; see the package
// comment. When one more comes it, and all that follow, have logs only. The
// default is [DefaultLanes]. For a coroutine that stands alone, 0 means that
// it has none; other numbers mean nothing.
func WithLanes(n int) Option { return func(o *options) { o.lanes = max(0, n) } }

// Pinned says that a coroutine that stands alone is made, or resumed, on
// goroutines that are locked to a thread (runtime.LockOSThread). A coroutine
// of iter.Pull that was made on such a goroutine can be switched to from there
// only; elsewhere that is a fatal error of the runtime. With this option
// nothing switches to the coroutine but its resumer: a trace that begins
// while it is suspended shows it when it is resumed, and a machine has no
// lane. Loops need no such option.
func Pinned() Option { return func(o *options) { o.pinned = true } }
