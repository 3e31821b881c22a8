package coro

// This file defines the event loop: its options, its turn, and how it runs.

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

var (
	// ErrLoopRunning is returned for running a loop that runs already.
	ErrLoopRunning = errors.New("loop is already running")

	// ErrLoopClosed is returned for running a loop that was closed; Spawn and
	// the like panic with it.
	ErrLoopClosed = errors.New("loop is closed")

	// ErrStopped is returned when a loop was stopped before what it was run
	// for was done.
	ErrStopped = errors.New("loop was stopped")
)

// A Loop runs callbacks and tasks, one at a time, on the goroutine that called
// one of its Run methods. All its methods, and those of its futures, tasks and
// handles, are for that goroutine and the bodies that it resumes, or for the
// one that sets the loop up before it runs. The exceptions say that they are
// safe.
type Loop struct {
	id       uint64 // unique in the process
	name     string
	clock    Clock
	ready    queue
	timers   timers
	tasks    taskList // that have not ended
	tickets  *ticket  // that are not in use
	spare    int      // how many
	current  *task    // that runs
	callback *Handle  // that runs
	maker    *task    // the task whose step makes others ready
	todo     int      // what is left of this turn's ready callbacks
	within   bool     // a turn was begun in this run
	turns    uint64

	running  atomic.Bool
	inside   bool // between obs.Run(l, true) and obs.Run(l, false)
	stopping bool
	closed   bool
	label    bool // give tasks' goroutines a pprof label
	eager    bool // start tasks at once
	dressed  bool // every task has an Info when it is made
	debug    bool // see WithDebug

	taskOptions func(fn string) []Option

	base             *basis                            // the Context that it was given; nil for none
	contextWatches   map[<-chan struct{}]*contextWatch // by the channel of the Contexts' end
	lastContextWatch uint64
	virtual          bool // the clock is

	mode    runMode
	horizon time.Duration // of a run until idle: the last deadline that is waited for; negative for none

	outside   outside
	watched   bool  // see WatchLoops
	turnBegan int64 // on a watched loop, in nanoseconds since 1970
	pool      *Pool // its own, once somebody has asked for it
	expected  int   // what may come from outside some time, see expect

	arrivals arrivals // of results, if it is simulated

	obs      Observer // while it wants to be told
	attached Observer // set by option or Observe
	gate     gateway  // attached's
	epoch    uint64   // of attached; 0 while it wants to be told nothing
	observe  atomic.Pointer[observing]

	rng        *rand.Rand
	pick       func([]Pending) int // in place of the order of the ready queue
	pickFrom   []Pending           // what pick was given, to be used again
	slow       time.Duration
	onSlow     func(SlowStep)
	stepBegan  time.Time
	from       Place // where the step's task was resumed
	handler    func(*Loop, Exception)
	unobserved []failure
}

// A LoopOption is given when a loop is made.
type LoopOption func(*Loop)

// WithName names the loop; otherwise, or if name is empty, it is "main".
func WithName(name string) LoopOption { return func(l *Loop) { l.name = cmp.Or(name, "main") } }

// WithClock gives the loop a clock of its own; otherwise it has a [RealClock].
func WithClock(c Clock) LoopOption { return func(l *Loop) { l.clock = c } }

// WithObserver has obs told what happens on the loop. If obs is nil, nothing
// is.
func WithObserver(obs Observer) LoopOption { return func(l *Loop) { l.Observe(obs) } }

// WithSlowStep has report called when a callback, or a task between two
// suspensions, held the loop for longer than threshold of real time. If report
// is nil, a line is logged. The time is taken after every step, and stackful
// bodies note where they are suspended, which is not for the hottest of loops.
func WithSlowStep(threshold time.Duration, report func(SlowStep)) LoopOption {
	if report == nil {
		report = logSlowStep
	}
	return func(l *Loop) { l.slow, l.onSlow = threshold, report }
}

// WithExceptionHandler has handle called for what nobody else can be told: see
// [Exception]. Without it, they are logged. If handle panics, so does the run.
func WithExceptionHandler(handle func(*Loop, Exception)) LoopOption {
	if handle == nil {
		handle = logException
	}
	return func(l *Loop) { l.handler = handle }
}

// WithLabels gives the goroutines of all stackful tasks the pprof label
// coroutine=<name>; see [Labeled].
func WithLabels() LoopOption { return func(l *Loop) { l.label = true } }

// NewLoop returns a loop. It is to be closed when it is no longer needed.
func NewLoop(opts ...LoopOption) *Loop {
	l := &Loop{name: "main", handler: logException, label: labelAll.Load()}
	l.outside.signal = make(chan struct{}, 1)
	for _, opt := range opts {
		opt(l)
	}
	if debugging.Load() {
		WithDebug()(l)
	}
	if l.clock == nil {
		l.clock = RealClock()
	}
	l.register()
	_, l.virtual = l.clock.(virtual)
	l.watchWhole()
	l.updateObserver()
	return l
}

// Name returns the loop's name.
func (l *Loop) Name() string { return l.name }

// Time returns what the loop's clock shows. It is safe on any goroutine if the
// clock is.
func (l *Loop) Time() time.Duration { return l.clock.Now() }

// Turns returns how many turns were begun.
func (l *Loop) Turns() uint64 { return l.turns }

// after returns the deadline that is d from now, which may be past, or the last
// there is.
func (l *Loop) after(d time.Duration) time.Duration {
	now := l.clock.Now()
	return now + min(d, math.MaxInt64-now)
}

func (l *Loop) mustBeOpen() {
	if l.closed {
		panic(ErrLoopClosed)
	}
}

// beginTurn does what comes first in a turn, one pass through the ready queue;
// takeTurns does the rest. Together they follow asyncio's _run_once:
//
//  1. The observer is told of the turn, and given a snapshot if it is new.
//  2. Timers that were canceled are dropped from the head of the heap.
//  3. With nothing ready, the loop waits: until the next deadline, or until
//     somebody outside calls. If neither can come, that is a deadlock. A run
//     that is to end here does so (runMode.ends).
//  4. What came from outside joins the ready queue.
//  5. Timers that are due join it, by deadline and then by when they were set.
//  6. What is ready now is run, in this order or the seed's. What becomes
//     ready meanwhile is for the next turn.
//
// The loop's clock is read in 3 and 5 only, and only if a timer is set.
func (l *Loop) beginTurn() error {
	if l.observe.Load() != nil || l.gate.gate != nil && !l.gate.quiet() {
		l.updateObserver() // 1
	}
	if len(l.contextWatches) > 0 && l.virtual {
		l.pollContexts()
	}
	deadline, timed := l.timers.deadline() // 2
	for l.ready.len() == 0 && !l.stopping && !l.outside.waiting() {
		deadline = max(0, deadline) // 3
		if !timed {
			deadline = -1
		}
		if l.simulated() && l.mayArrive() {
			l.arrive()
			break
		}
		// Who works outside calls before it lets go, so this order of the two
		// questions misses nothing.
		if l.mode != endless && l.outside.held() == 0 && !l.outside.waiting() && !(l.simulated() && l.mayArrive()) {
			if l.ends(deadline) {
				l.ready.trim()
				return errIdle
			}
			// A Context may be canceled by somebody outside, but for one in
			// virtual time, where nobody is expected to come later.
			if !timed && l.expected == 0 && (l.virtual || len(l.contextWatches) == 0) {
				return l.deadlock()
			}
		}
		l.idle(deadline)
		if !l.simulated() || timed && l.clock.Now() >= deadline || l.anyContextEnded() {
			break
		}
	}
	if l.outside.waiting() { // 4
		l.takeOutside()
	}
	if timed { // 5
		l.fireTimers()
	}
	l.turns++
	n := l.ready.len()
	if l.obs != nil {
		l.obs.Turn(l, l.turns, n, l.timers.len())
	}
	if l.rng != nil {
		l.ready.shuffle(n, l.rng)
	}
	l.todo = n
	return nil
}

// idle waits until there may be something to do.
func (l *Loop) idle(deadline time.Duration) {
	if l.obs != nil && (deadline < 0 || deadline > l.clock.Now()) {
		l.obs.Idle(l, deadline)
		defer l.obs.Busy(l)
	}
	l.ready.trim()
	l.outside.idle.Store(true)
	defer l.outside.idle.Store(false)
	if l.virtual && l.anyContextEnded() {
		return // before it was said that the loop is idle, so nobody calls
	}
	still := l.outside.held() > 0
	if !still && (l.outside.waiting() || l.simulated() && l.mayArrive()) {
		return // the last who worked outside called, and time is not to go on before that
	}
	l.clock.Wait(deadline, l.outside.signal, still)
}

func (l *Loop) fireTimers() {
	now := l.clock.Now()
	for {
		when, ok := l.timers.deadline()
		if !ok || when > now {
			return
		}
		what := l.timers.pop()
		what.due()
		l.ready.push(what)
	}
}

// takeTurns takes turns until one in which the loop was stopped. It defers
// once, not once a step, to catch panics; after one it answers false, and is to
// be called again for the rest.
//
// Each function between here and a switch of stacks costs several nanoseconds
// (BenchmarkFunctionsBetween; presumably its return is mispredicted). So there is
// no function for a step, nor for a turn.
func (l *Loop) takeTurns() (ended bool, err error) {
	settled := false
	defer func() {
		if !settled {
			l.unsettled(recover())
		}
	}()
	for {
		if l.slow > 0 || l.pick != nil || l.watched {
			l.runWatched()
		}
		for l.todo > 0 { // 6
			l.todo--
			r := l.ready.pop()
			t, _ := r.(*task)
			if t == nil {
				r.run(l)
				continue
			}
			s, _ := t.r.(*stackTask)
			if s == nil {
				t.run(l)
				continue
			}
			// The same as task.run with stackTask.Resume.
			var thrown error
			if !t.yielded() {
				var ok bool
				if thrown, ok = t.prepare(l); !ok {
					continue
				}
			}
			l.current, l.maker = t, t
			if thrown != nil {
				s.thrown = thrown
			}
			s.beforeEnter()
			_, ok := s.enter()
			ok = s.afterEnter(ok)
			if thrown != nil {
				s.thrown = nil
			}
			if !ok {
				s.repanic()
			}
			t.stepped(s.out, ok)
		}
		if l.within && l.stopping {
			settled = true
			return true, nil
		}
		if err := l.beginTurn(); err != nil {
			settled = true
			return true, err
		}
		l.within = true
	}
}

// runWatched is takeTurns' loop over the steps of a loop on which the time of
// each is taken, that others look at, or that has a scheduler.
func (l *Loop) runWatched() {
	if l.watched && l.todo > 0 {
		l.turnBegins()
		defer l.turnEnds()
	}
	if l.slow > 0 {
		l.stepBegan = time.Now()
	}
	for l.todo > 0 {
		if l.pick != nil {
			l.choose()
		}
		l.todo--
		r := l.ready.pop()
		t, _ := r.(*task)
		if l.watched {
			l.stepBegins(r)
		}
		if l.slow > 0 {
			l.from = Place{}
			if t != nil {
				l.from = t.place()
			}
		}
		r.run(l)
		if l.watched && t != nil {
			t.sinceNow()
		}
		if l.slow > 0 {
			l.stepEnded(r)
		}
	}
}

// Stop ends the run at the end of the turn.
func (l *Loop) Stop() { l.stopping = true }

// RunForever runs the loop until Stop. Having nothing to do is no deadlock,
// since somebody outside may call.
func (l *Loop) RunForever() error {
	return l.run(endless)
}

// run takes turns until one in which the loop was stopped, or the mode says
// that it ends.
func (l *Loop) run(mode runMode) error {
	if l.closed {
		return ErrLoopClosed
	}
	if !l.running.CompareAndSwap(false, true) {
		return ErrLoopRunning
	}
	l.mode, l.within, l.todo = mode, false, 0
	l.updateObserver()
	l.inside = true
	if l.obs != nil {
		l.obs.Run(l, true)
	}
	defer func() {
		l.maker, l.stopping, l.inside = nil, false, false
		if l.obs != nil {
			l.obs.Run(l, false)
		}
		l.running.Store(false)
	}()
	for {
		if ended, err := l.takeTurns(); ended {
			return err
		}
	}
}

// RunUntil runs the loop until a is done and returns its result: a
// [*DeadlockError] if that can never be, [ErrStopped] if the loop was stopped
// before, [ErrOtherLoop] if a belongs to another one. The loop ends its turn, so
// what was ready beside a is run.
func RunUntil[T any](l *Loop, a Result[T]) (T, error) {
	var zero T
	if a.base().loop != l {
		return zero, ErrOtherLoop
	}
	h := a.AddDoneCallback(l.Stop)
	defer h.Cancel()
	if err := l.run(untilStopped); err != nil {
		return zero, err
	}
	if !a.Done() {
		return zero, ErrStopped
	}
	return a.Result()
}

// Run makes main the first task of a new loop, runs it to its end, cancels
// what other tasks it left and runs those to their ends, closes the loop, and
// returns main's result.
func Run[T any](main Resumable[struct{}, Await, T], opts ...LoopOption) (T, error) {
	l := NewLoop(opts...)
	defer l.Close()
	v, err := RunUntil(l, Spawn(l, main, Named("main")))
	if cerr := l.cancelAll(); err == nil {
		err = cerr
	}
	return v, err
}

// cancelAll cancels all tasks and runs them to their ends.
func (l *Loop) cancelAll() error {
	left := 0
	for _, t := range l.Tasks() {
		left++
		t.AddDoneCallback(func() {
			if left--; left == 0 {
				l.Stop()
			}
		})
		t.Cancel()
	}
	if left == 0 {
		return nil
	}
	return l.run(untilStopped)
}
