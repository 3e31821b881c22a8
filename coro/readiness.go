package coro

// This file defines waiting until something outside of the loop is ready.

// A Source is something outside of the loop, such as a stream, from which tasks
// take what comes. What it has is kept on the loop's side, where a task that
// goes on takes it; so a task that is canceled takes nothing, and nothing is
// lost. Its methods are called on the loop's goroutine.
type Source interface {
	// Ready reports whether a task that goes on now finds what it waits for.
	Ready() bool

	// Want is called when a task waits, and not Ready. Work that is to be done
	// outside begins now, unless it is under way: Want may be called again.
	// When it has come to something, Notify of the [Readiness] is called on
	// the loop's goroutine, by [Loop.CallSoonThreadsafe].
	Want()

	// Forgo is called when nobody waits any more, after Want.
	Forgo()

	// Detail says more about what is waited for, such as "empty".
	Detail() string
}

// A Readiness is where tasks wait until a [Source] is ready. With it, packages
// make things that are awaited as a [Queue] is; package coroscope/coro/stream
// is one of them. Tasks go on in the order in which they came, one at a time:
//
//	func (s *stream) Read(y *coro.Async) ([]byte, error) {
//		for {
//			if chunk, ready := s.TryRead(); ready { // which calls Notify if it took something
//				return chunk, nil
//			}
//			if err := s.readiness.Wait(y); err != nil {
//				return nil, err
//			}
//		}
//	}
//
// While a task waits, work counts as under way outside of the loop, as after
// [Loop.Hold].
type Readiness struct {
	line   line
	source Source
	quiet  bool
	wanted bool   // Want was called
	free   func() // ends the hold, while somebody waits
}

// NewReadiness returns the readiness of a source, for tasks of l. Waiting for it
// is shown as kind and label.
func NewReadiness(l *Loop, kind Kind, label string, s Source) *Readiness {
	r := &Readiness{source: s}
	r.line.init(l, r, kind, label)
	return r
}

// Quiet has waiting not count as work under way, for what may as well never
// come, and returns the readiness. A virtual clock goes on then. It is no
// deadlock either.
func (r *Readiness) Quiet() *Readiness {
	r.quiet = true
	return r
}

// Wait suspends the task of y until the source is ready; if it is already,
// there is no suspension. The error is what is thrown in meanwhile.
func (r *Readiness) Wait(y *Async) error {
	if r.Ready() {
		return nil
	}
	return Wait(y, r.Waiting())
}

// Ready reports whether the source is ready.
func (r *Readiness) Ready() bool { return r.source.Ready() }

// Waiting is what a machine yields when Ready has answered false. When it is
// resumed without an error, the source is.
func (r *Readiness) Waiting() Await { return r.line.waiting() }

// Notify has the first who waits go on, if the source is ready. The source calls
// it when it has become ready, and after something was taken from it.
func (r *Readiness) Notify() {
	first := r.line.first
	switch {
	case first == nil || first.done:
	case r.source.Ready():
		first.call()
	default:
		r.wanted = true
		r.source.Want()
	}
}

// Len returns how many tasks wait.
func (r *Readiness) Len() int { return r.line.n - r.line.left }

func (r *Readiness) arrive(ln *line, tk *ticket) error {
	ln.join(tk)
	r.held()
	if ln.first == tk {
		r.Notify()
	}
	return nil
}

func (r *Readiness) resume(tk *ticket, thrown error) (error, bool) {
	if thrown == nil && !r.source.Ready() {
		// Somebody was quicker. It keeps its place.
		tk.done = false
		r.line.fresh = r.line.first
		r.Notify()
		return nil, false
	}
	tk.leave()
	if thrown != nil {
		r.Notify() // it may have been called
	}
	r.held()
	return thrown, true
}

// forsaken is called when the loop is closed while the task of tk waits.
func (r *Readiness) forsaken(tk *ticket) {
	tk.leave()
	r.held()
}

// held has the loop held while somebody waits.
func (r *Readiness) held() {
	if r.line.n > 0 {
		switch {
		case r.free != nil:
		case r.quiet:
			r.free = r.line.loop.expect()
		default:
			r.free = r.line.loop.Hold()
		}
		return
	}
	if r.wanted {
		r.wanted = false
		r.source.Forgo()
	}
	if r.free != nil {
		r.free()
		r.free = nil
	}
}

func (r *Readiness) detail(_ *line, pos int) string { return stateInLine(r.source.Detail(), pos) }

// expect says that something may come from outside of the loop some time: until
// release is called, having nothing to do is no deadlock. Other than after Hold,
// a virtual clock goes on. It is for the loop's goroutine, and so is release.
func (l *Loop) expect() (release func()) {
	l.expected++
	return func() { l.expected-- }
}
