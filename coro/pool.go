package coro

// This file defines pools, on which functions run that block.

import (
	"container/list"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
)

// ErrPoolShutDown is returned for a function submitted to a pool that was shut
// down.
var ErrPoolShutDown = errors.New("pool was shut down")

// A Pool runs functions that block, or compute for long, outside of the loop:
// so many at a time, and the others in the order in which they were submitted,
// whoever submitted them. Several loops may share one.
//
// Its workers are goroutines, which there are only while there is something to
// do. So a pool that is not used costs nothing, and need not be shut down.
//
// A pool is safe on any goroutine.
type Pool struct {
	name string
	size int

	mu      sync.Mutex
	queue   list.List // of the *job that wait for a worker
	running map[*job]bool
	shut    bool
	enders  []*Promise[struct{}] // kept when the pool is shut down and nothing is left
}

// NewPool returns a pool that runs size functions at a time. Waiting for one of
// them is called name wherever it is shown. It panics if size is less than 1.
func NewPool(name string, size int) *Pool {
	if size < 1 {
		panic("coro: pool for less than one function at a time")
	}
	return &Pool{name: name, size: size, running: make(map[*job]bool)}
}

// Pool returns the loop's own pool, which it makes when it is first asked for:
// "default", of as many workers as there are processors and four more, at most
// 32. It is shut down, with [Pool.ShutdownNow], when the loop is closed.
func (l *Loop) Pool() *Pool {
	l.mustBeOpen()
	if l.pool == nil {
		l.pool = NewPool("default", min(32, runtime.GOMAXPROCS(0)+4))
	}
	return l.pool
}

// A JobOption is given when a function is submitted to a pool.
type JobOption func(*job)

// WaitForReturn has a canceled task go on only when the function has returned:
// for functions that use what the task cleans up when it is canceled. If the
// function has not begun, the task goes on at once.
func WaitForReturn() JobOption { return func(j *job) { j.wait = true } }

// ShownAs has waiting for the function shown as kind and label, instead of as
// OnPool and the pool's name; labels should be few, since traces group by them.
func ShownAs(kind Kind, label string) JobOption {
	return func(j *job) { j.kind, j.label = kind, label }
}

// A job is a function that was submitted, whatever its result's type. What is
// below mu is guarded by the pool's.
type job struct {
	pool  *Pool
	run   func(ctx context.Context)
	ctx   context.Context
	stop  context.CancelCauseFunc // cancels ctx
	free  func()                  // ends the loop's hold
	wait  bool
	kind  Kind // what waiting for it is shown as
	label string
	drop  func() // fails the promise: the job will not run

	place *list.Element // in the queue, or nil
	begun bool
}

// Submit has fn run on the pool and returns the future of what it returns. A
// panic of fn fails the future with a [*PanicError]; with [ErrPoolShutDown] it
// fails if the pool was shut down.
//
//	thumb, err := coro.Submit(l, pool, func(ctx context.Context) (Image, error) {
//		return resize(ctx, photo)
//	}).Await(y)
//
// If the future, or a task that awaits it, is canceled while fn waits for a
// worker, fn never runs. If it is canceled while fn runs, ctx is canceled, with
// the cause that context.Cause tells, and what fn makes of that is its own
// matter. The task goes on at once, and what fn returns is dropped; unless
// [WaitForReturn] is given: then the task goes on when fn has returned, with the
// cancellation thrown in, and the result is in the future still; a future whose
// fn returns ctx.Err() is canceled. Ctx is derived from the Context that the task
// which runs was given ([InContext]), and not from its own, since the function may
// outlive it.
//
// Until fn has returned, or will never run, that is work under way outside of
// the loop, as after [Loop.Hold]: a virtual clock stands still.
func Submit[T any](l *Loop, p *Pool, fn func(ctx context.Context) (T, error), opts ...JobOption) *Future[T] {
	promise := NewPromise[T](l, p.name)
	promise.num = l.expectResult()
	j := &job{pool: p, kind: OnPool, label: p.name, free: l.Hold(), drop: func() { promise.Fail(ErrPoolShutDown) }}
	given := l.given(l.basis()).Context
	j.ctx, j.stop = context.WithCancelCause(given)
	j.run = func(ctx context.Context) {
		runOutside(func() (T, error) { return fn(ctx) }, func(v T, err error) {
			if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
				err = context.Cause(ctx) // it ended because it was asked to
				if given.Err() != nil && !errors.Is(err, ErrCanceled) {
					err = canceledBy(err) // as the task is
				}
			}
			promise.keepWith(v, err)
		})
	}
	for _, opt := range opts {
		opt(j)
	}
	promise.future.kind, promise.future.label = j.kind, j.label
	promise.OnCancel(j.cancel)
	promise.WithDetail(j.detail)
	p.submit(j)
	return promise.future
}

func (p *Pool) submit(j *job) {
	p.mu.Lock()
	switch {
	case p.shut:
		p.mu.Unlock()
		j.drop()
		j.end()
		return
	case len(p.running) < p.size:
		p.start(j)
	default:
		j.place = p.queue.PushBack(j)
	}
	p.mu.Unlock()
}

// start has j run on a worker of its own, which then sees to the next.
func (p *Pool) start(j *job) {
	p.running[j] = true
	j.begun = true
	go p.work(j)
}

// work runs j, and then what waits, until nothing does. Another worker goes on
// in its place if a function ends its goroutine.
func (p *Pool) work(j *job) {
	returned := false
	defer func() {
		if !returned {
			if j := p.next(j); j != nil {
				go p.work(j)
			}
		}
	}()
	for ; j != nil; j = p.next(j) {
		j.run(j.ctx)
	}
	returned = true
}

// next notes that j has ended, and returns what the worker is to run next, or
// nil.
func (p *Pool) next(j *job) *job {
	j.end()
	p.mu.Lock()
	delete(p.running, j)
	var next *job
	if first := p.queue.Front(); first != nil {
		next = p.queue.Remove(first).(*job)
		next.place, next.begun = nil, true
		p.running[next] = true
	}
	p.tellEnded()
	p.mu.Unlock()
	return next
}

// tellEnded tells those who wait for it that the pool has ended, if it has.
func (p *Pool) tellEnded() {
	if !p.shut || len(p.running)+p.queue.Len() > 0 {
		return
	}
	for _, e := range p.enders {
		e.Complete(struct{}{})
	}
	p.enders = nil
}

// end lets go of what the job holds.
func (j *job) end() {
	j.stop(nil)
	j.free()
}

// cancel is asked on the loop's goroutine when the job's future is to be
// canceled.
func (j *job) cancel(cause error) (endsFirst bool) {
	p := j.pool
	p.mu.Lock()
	begun := j.begun
	if j.place != nil {
		p.queue.Remove(j.place)
		j.place = nil
	}
	p.tellEnded()
	p.mu.Unlock()
	if !begun {
		j.end()
		return false
	}
	j.stop(canceledBy(cause))
	return j.wait
}

// detail says whether the job runs, or how many are before it.
func (j *job) detail() string {
	p := j.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if j.place == nil {
		return "running"
	}
	pos := p.queue.Len()
	for e := j.place.Next(); e != nil; e = e.Next() { // who asks stands near the end, mostly
		pos--
	}
	return inLine(pos)
}

// Shutdown has nothing more accepted. What waits for a worker is run.
func (p *Pool) Shutdown() { p.shutdown(false) }

// ShutdownNow is Shutdown that has nothing more run that waits for a worker,
// which fails with [ErrPoolShutDown], and has the contexts of what runs
// canceled, with ErrPoolShutDown as cause.
func (p *Pool) ShutdownNow() { p.shutdown(true) }

func (p *Pool) shutdown(now bool) {
	p.mu.Lock()
	p.shut = true
	var dropped []*job
	if now {
		for e := p.queue.Front(); e != nil; e = p.queue.Front() {
			j := p.queue.Remove(e).(*job)
			j.place = nil
			dropped = append(dropped, j)
		}
		for j := range p.running {
			j.stop(ErrPoolShutDown)
		}
	}
	p.tellEnded()
	p.mu.Unlock()
	for _, j := range dropped {
		j.drop()
		j.end()
	}
}

// Ended returns a future of l that is done when the pool was shut down and
// nothing runs on it any more, nor waits.
func (p *Pool) Ended(l *Loop) *Future[struct{}] {
	promise := NewPromise[struct{}](l, p.name)
	promise.future.kind = OnPool
	promise.WithDetail(func() string { return "to end" })
	promise.OnCancel(func(error) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.enders = slices.DeleteFunc(p.enders, func(e *Promise[struct{}]) bool { return e == promise })
		return false
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.enders = append(p.enders, promise)
	p.tellEnded()
	return promise.future
}

// Name returns the pool's name.
func (p *Pool) Name() string { return p.name }

// Size returns how many functions run at a time.
func (p *Pool) Size() int { return p.size }

// Running returns how many functions run at this moment.
func (p *Pool) Running() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.running)
}

// Waiting returns how many functions wait for a worker at this moment.
func (p *Pool) Waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.queue.Len()
}

func (p *Pool) String() string { return named("pool", p.name) }
