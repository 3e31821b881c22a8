// Package coro is coroutines for Go: what one is, in shapes that behave alike,
// and an event loop that runs them.
//
// # A coroutine
//
// A coroutine is a computation that can suspend itself and be resumed later.
// Its body suspends with Yield, which hands a value out and gets one back:
//
//	average := func(y *coro.Yielder[float64, float64]) (int, error) {
//		sum, n := 0.0, 0
//		for {
//			x, err := y.Yield(sum / float64(max(n, 1)))
//			if err != nil {
//				return n, err
//			}
//			sum, n = sum+x, n+1
//		}
//	}
//
// Whoever holds the coroutine is its resumer: Next starts it, Resume sends a
// value, Throw an error, Close asks it to end. A body that ends returns a
// value or an error:
//
//	c := coro.New(coro.Pull(average))
//	c.Next()           // 0, true: stands at the Yield
//	c.Resume(10)       // 10, true
//	c.Resume(20)       // 15, true
//	c.Close()          // the Yield returns ErrClosed
//
// This is the protocol of Python's generators (PEP 342 and 380) in Go's terms:
// send, throw and close are Resume, Throw and Close; an exception thrown in
// arrives as the error of Yield; GeneratorExit is [ErrClosed]; StopIteration
// is the false of Next, and its value is in Result; "yield from" is
// [Delegate].
//
// # Shapes
//
// What is behind a coroutine is its shape. A body written straight down, as
// above, needs a stack of its own: [Pull] gives it one by iter.Pull, and
// [Goroutine] by a goroutine that talks through channels. The same
// computation can be written as an explicit state machine, which keeps a frame
// of saved locals instead of a stack: it implements [Resumable] itself.
//
//	type average struct {
//		started bool
//		sum     float64
//		n       int
//	}
//
//	func (a *average) Resume(x float64, thrown error) (float64, bool) {
//		switch {
//		case thrown != nil:
//			return 0, false
//		case a.started:
//			a.sum, a.n = a.sum+x, a.n+1
//		}
//		a.started = true
//		return a.sum / float64(max(a.n, 1)), true
//	}
//
// Every shape is driven by the same drivers, answers the same, and fails the
// same: a panic of the body reaches its resumer as a [PanicError] with the
// body's own stack, and runtime.Goexit in the body ends the resumer's
// goroutine.
//
// # The loop
//
// A [Loop] resumes many coroutines, its tasks, on one goroutine. A task yields
// an [Await], which says what it waits for, and is resumed when that is there:
//
//	func tea(y *coro.Async) (string, error) {
//		if err := coro.Wait(y, coro.Sleep(3*time.Minute).As("brew")); err != nil {
//			return "", err
//		}
//		return "tea", nil
//	}
//
//	cup, err := coro.Run(coro.Pull(tea))
//
// The loop is asyncio's: a turn runs what was ready when it began, in the
// order in which it became ready; timers go off by deadline; whoever completes
// a future only makes those ready that wait for it. Nothing else runs between
// two suspensions of a task, so tasks share data without locks. A new task begins
// in the next turn, or at once if it is [Eager].
//
// With a [VirtualClock] time passes only when there is nothing to do, and
// tests that sleep for hours take no time. It passes by itself while the loop is
// run for something, by RunUntil and RunAll, and by hand in between:
//
//	l.RunUntilIdle()           // what happens at this moment
//	l.Advance(3 * time.Minute) // what happens until then
//
// In a bubble of testing/synctest a loop made with its real clock has the
// bubble's time, and so has work outside of it: there, and only there, time goes
// on while work is under way. The loop is made in the bubble, and closed in it.
//
// With [WithSeed] the order of each turn is shuffled, so that what depends on it
// is found, and found again. Package coroscope/coro/corotest runs a test under
// many seeds, or in every order there is, and shows the one in which it fails.
//
// # What tasks wait for
//
// Beside futures, tasks and time there are a [Lock], an [Event], a [Condition],
// a [Semaphore], a [Barrier] and a [Queue]; several at once, by [Gather], a
// [WaitSet] or [AsCompleted]; [Shield]; and parts of a task's work that end
// before their time, by a [Timeout] or a [CancelScope], or together, in a
// [Group]. All are asyncio's, to the turn, and all follow one pattern. What may
// have to wait has three forms:
//
//	err := lock.Acquire(y)  // a body's: suspends if it must
//	ok := lock.TryAcquire() // without waiting, for anybody
//	a := lock.Acquiring()   // an Await, for a machine to yield
//
// A body uses the first only. A machine tries, and where that fails it yields
// the Await and goes on when it is resumed:
//
//	case start:
//		if !lock.TryAcquire() {
//			m.state = acquiring
//			return lock.Acquiring(), true
//		}
//		fallthrough
//	case acquiring:
//		if thrown != nil { ... } // does not hold the lock
//
// Nothing but the loop makes anything of an Await: it may be yielded any number
// of times, or never. Whatever there is to be done when a wait ends, or when its
// task is canceled although it had been given what it waited for, is done behind
// the Await, so a machine need not. When it is resumed without an error it has
// the lock, or the permit; and its next TryGet, or TryPut, succeeds.
//
// What encloses a part of a task's work also has a form for bodies, a function
// that runs the part, and one for machines, which enter and exit:
//
//	err := coro.WithTimeout(y, d, func(t *coro.Timeout) error { ... })
//	t := coro.EnterTimeout(l, d)  ...  err = t.Exit(err)
//
// Nothing of this allocates when nobody has to wait, nor do locks, semaphores,
// events, conditions, barriers and queues when somebody does.
//
// # What is outside
//
// A loop must not be held by what blocks. [Submit] has a function run on a
// [Pool], and [Offload] on a goroutine of its own; a [Promise] is a future that
// any callback keeps, on any goroutine; a [Receiver] and a [Sender] stand at a Go
// channel. The packages beneath this one stand on these: stream, process,
// signals and files. What else comes from outside stands on a [Readiness].
//
// While a task waits for one of them, or work is under way, having nothing to do
// is no deadlock, and a [VirtualClock] stands still: time does not go by that
// the work has not taken.
//
// # Contexts
//
// A task has a Context, for what is not the loop's: a request, a query, a
// command, which block and are therefore offloaded.
//
//	ctx := coro.ContextOf(y)
//	page, err := coro.Offload(l, "get", func() (string, error) { return get(ctx, url) }).Await(y)
//
// It is canceled when the task is, or the [Timeout] or [Group] that this stands
// in, and when they end. In the other direction [InContext] and [WithContext] give
// a Context to a task, or to all of a loop, which are canceled when it is. Both
// ways the cause is kept. Values go from task to task, when one spawns another:
// [Loop.SetValue].
//
// # What goes wrong
//
// What nobody else can be told of, the loop's exception handler is:
// [WithExceptionHandler]. It hears of callbacks that panic and, when the loop is
// closed, of errors that nobody retrieved and tasks that were pending. A loop with
// nothing to do, while tasks wait, ends with a [DeadlockError]. In debug mode
// ([Debug], or CORO_DEBUG=1) those reports say where a task was made, steps that
// hold the loop for long are reported ([WithSlowStep]), and so are bodies that
// nobody has started. [CheckLeaks] fails a test that leaves coroutines open.
//
// # Seeing
//
// An [Observer] is told of every suspension and resumption of the tasks of a
// loop, or of one coroutine; package coroscope/trace is one that writes them
// into an execution trace. Without one, nothing is spent on it. At any moment
// Suspension says where a coroutine is suspended and on what, [Chain] through
// which others, and [Loop.AwaitTree] which task waits for which, through locks
// and groups too; [Loop.AwaitCycles] tells those that wait for each other. From
// other goroutines a loop is looked at by [Loop.Look], and from other processes
// by the command "coroscope ps", for which package coroscope/coro/inspect is.
package coro
