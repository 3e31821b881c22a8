package utilization

// This file defines how the memory is measured that a job takes while it waits:
// without a trace, since a machine that is traced has a lane, which takes more
// than the machine does.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
)

// The forms of the facts.
const (
	threadFact    = "a thread that waits takes %d bytes"
	coroutineFact = "a coroutine that waits takes %d bytes"
)

// How many there are when they are measured: so many that what the runtime
// takes in larger portions does not matter.
const (
	measuredThreads    = 32
	measuredCoroutines = 300
)

// before measures the memory.
func before(ctx context.Context, env *demo.Env) ([]string, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var err error
	coroutines := growth(measuredCoroutines, func(n int, look func()) {
		err = errors.Join(err, coroutinesWait(demo.ShapesIn(env.Shape)[0], n, look))
	})
	if err := cmp.Or(err, ctx.Err()); err != nil {
		return nil, err
	}
	threads := growth(measuredThreads, threadsWait)
	return []string{fmt.Sprintf(threadFact, threads), fmt.Sprintf(coroutineFact, coroutines)}, nil
}

// growth returns how many bytes each of n takes. With is to make n of them, and
// to call look when all of them wait.
//
// It is the median of several attempts, since a thread gives up its memory only
// some time after it has ended.
func growth(n int, with func(n int, look func())) int {
	var attempts [3]int
	for i := range attempts {
		runtime.GC() // stacks that are kept for others to use are given up
		was := inUse()
		with(n, func() { attempts[i] = max(inUse()-was, 0) / n })
	}
	slices.Sort(attempts[:])
	return attempts[len(attempts)/2]
}

// inUse returns how many bytes the runtime has in use for objects and for
// stacks.
func inUse() int {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackSys)
}

// threadsWait has n threads wait.
func threadsWait(n int, look func()) {
	var there, all sync.WaitGroup
	answer := make(chan struct{})
	there.Add(n)
	for range n {
		all.Go(func() {
			runtime.LockOSThread() // and so the thread ends with the goroutine
			there.Done()
			<-answer
		})
	}
	there.Wait()
	look()
	close(answer)
	all.Wait()
}

// coroutinesWait has n coroutines wait, on a loop that nobody observes. What
// they wait for comes without any time passing.
func coroutinesWait(shape coro.Shape, n int, look func()) error {
	l := coro.NewLoop(coro.WithClock(new(coro.VirtualClock)))
	defer l.Close()
	var tasks []*coro.Task[int]
	for range n {
		tasks = append(tasks, coro.Spawn(l, jobIn(shape, func(time.Duration) {})))
	}
	l.CallLater(waiting/2, look)
	_, err := demo.RunAll(l, tasks)
	return err
}
