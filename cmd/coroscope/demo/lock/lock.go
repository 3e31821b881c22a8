// Package lock is the demo lock: the same work, with more and more threads on
// one lock.
//
// Each piece of the work is a longer part that needs the lock and a shorter one
// that does not. While one thread is in its long part, another can do its short
// one, if there is another processor; all others wait. Then a loop does the same
// work without a lock: its coroutines suspend themselves between two pieces, so
// nobody ever comes into the midst of another's long part.
package lock

import (
	"context"
	"fmt"
	"runtime/trace"
	"sync"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
)

// Demo is the demo lock.
var Demo = demo.Demo{
	Name:    "lock",
	About:   "the same work, with more and more threads on one lock, and on a loop without one",
	Shapes:  demo.ShapeNames(),
	Run:     run,
	Figures: figures,
	Parts:   parts,
}

const (
	pieces = 48 // of work; each rung does them all

	// Each piece is computing for inside with the lock held, and for outside
	// without it.
	inside  = 1500 * time.Microsecond
	outside = 500 * time.Microsecond

	workers = 4 // coroutines, on the loop

	loopName = "no lock"
)

// rungs are how many threads the work is divided among, one after the other.
// Each divides pieces without a rest.
var rungs = []int{1, 2, 4, 8, 16}

// What the trace calls a rung: its task, and the region around all its threads;
// and the regions on each of those. How long they waited is not taken from the
// regions: the runtime says it.
const (
	rungRegion   = "threads on one lock"
	threadRegion = "a thread on one lock"
	waitRegion   = "wait for the lock"
	heldRegion   = "has the lock"
)

// The regions of the loop's half: around all of it, and around each piece.
const (
	loopRegion  = "loop without a lock"
	pieceRegion = "piece"
)

func run(ctx context.Context, env *demo.Env) error {
	demo.Compute(0)
	env.Title("%d pieces of work, divided by threads. Each needs the lock for %v, and %v more without it.", pieces, inside, outside)
	for _, n := range rungs {
		if err := ctx.Err(); err != nil {
			return err
		}
		byThreads(ctx, n, demo.Compute)
		env.Say("all done, divided among %d", n)
	}
	env.Title("The same pieces on a loop: %d coroutines (%s) divide them. There is no lock.", workers, env.Shape)
	var err error
	trace.WithRegion(ctx, loopRegion, func() { err = byCoroutines(env) })
	env.Say("all done, divided among %d", workers)
	return err
}

// byThreads has n threads do the work, each part of it by calling work.
func byThreads(ctx context.Context, n int, work func(time.Duration)) {
	ctx, task := trace.NewTask(ctx, of(n, rungRegion))
	defer task.End()
	defer trace.StartRegion(ctx, of(n, rungRegion)).End()
	var lock sync.Mutex
	demo.Threads(ctx, n, of(n, threadRegion), func(int) {
		for range pieces / n {
			trace.WithRegion(ctx, waitRegion, lock.Lock)
			trace.WithRegion(ctx, heldRegion, func() { work(inside) })
			lock.Unlock()
			work(outside)
		}
	})
}

// byCoroutines has coroutines on a loop do the work.
func byCoroutines(env *demo.Env) error {
	l := env.NewLoop(loopName, nil)
	defer l.Close()
	_, err := demo.RunAll(l, spawn(env.Stage(l)))
	return err
}

// spawn makes the coroutines that divide the work.
func spawn(s *demo.Stage) []*coro.Task[int] {
	var tasks []*coro.Task[int]
	for i := range workers {
		w := worker{stage: s, pieces: pieces / workers}
		tasks = append(tasks, coro.Spawn(s.Loop, workerIn(s.Shape, w), coro.Named(fmt.Sprintf("worker%d", i+1)), coro.InFunc(workerMachine.Func)))
	}
	return tasks
}

// parts is the half of the demo that has a loop.
func parts(s *demo.Stage) []demo.Part {
	return []demo.Part{{
		Title: "Coroutines divide the work without a lock: each does a piece, then lets the others run.",
		Begin: func() { spawn(s) },
	}}
}
