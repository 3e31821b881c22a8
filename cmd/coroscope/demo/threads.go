package demo

// This file defines what the demos that set threads beside a loop have in
// common: threads, computing that is the same wherever it is done, and a loop
// that is run until all its tasks have ended.

import (
	"context"
	"runtime"
	"runtime/trace"
	"sync"
	"time"

	"coroscope/coro"
)

// Threads calls fn on n threads at once, with 0 to n-1, and returns when all
// calls have returned. Each call is on a goroutine of its own that is locked to
// an operating system's thread of its own; the thread ends with it. None begins
// before all are there. Each is in a region of that name in ctx's task, from
// when it begins to when it ends.
func Threads(ctx context.Context, n int, region string, fn func(i int)) {
	var there, all sync.WaitGroup
	begin := make(chan struct{})
	there.Add(n)
	for i := range n {
		all.Go(func() {
			runtime.LockOSThread()
			there.Done()
			<-begin
			trace.WithRegion(ctx, region, func() { fn(i) })
		})
	}
	there.Wait()
	close(begin)
	all.Wait()
}

// OnBegin is why, in the runtime's words, each of the [Threads] waits until all
// are there.
const OnBegin = "chan receive"

// OnLock is why, in the runtime's words, a goroutine waits that waits for a
// [sync.Mutex], or for another of that package's types.
const OnLock = "sync"

// Compute computes what takes about d on this machine if nothing comes between.
// Unlike what looks at the clock until its time is over, it takes longer if it
// is interrupted. The first call measures how fast the machine is, which takes
// some milliseconds; Compute(0) does only that.
//
// The system may take the processor away at any moment of it. On a machine that
// has only one it seldom would in a short time, so halfway it is invited to.
func Compute(d time.Duration) {
	rounds := int(float64(d) * roundsPerNS())
	x := xorshift(rounds/2, 1)
	if d > 0 {
		runtime.Gosched()
	}
	runtime.KeepAlive(xorshift(rounds-rounds/2, x))
}

// xorshift goes through n rounds of Marsaglia's generator from x on.
func xorshift(n int, x uint64) uint64 {
	for range n {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

// roundsPerNS returns how many rounds are computed in a nanosecond: the most in
// several attempts, since whatever comes between makes it less.
var roundsPerNS = sync.OnceValue(func() float64 {
	const attempts, rounds = 10, 200_000
	best := 0.0
	for range attempts {
		start := time.Now()
		runtime.KeepAlive(xorshift(rounds, 1))
		best = max(best, rounds/float64(max(time.Since(start), 1)))
	}
	return best
})

// Stage returns the stage of a loop that is not stepped but runs, in the shape
// that was asked for.
func (e *Env) Stage(l *coro.Loop) *Stage {
	return &Stage{Loop: l, Shape: ShapesIn(e.Shape)[0], Say: e.Say, Work: Compute}
}

// RunAll runs l until all tasks have ended, and returns their results, or the
// first error among them.
func RunAll[T any](l *coro.Loop, tasks []*coro.Task[T]) ([]T, error) {
	left := len(tasks)
	if left == 0 {
		return nil, nil
	}
	for _, t := range tasks {
		t.AddDoneCallback(func() {
			if left--; left == 0 {
				l.Stop()
			}
		})
	}
	if err := l.RunForever(); err != nil {
		return nil, err
	}
	var results []T
	for _, t := range tasks {
		r, err := t.Result()
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}
