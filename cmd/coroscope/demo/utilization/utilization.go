// Package utilization is the demo utilization: the same jobs one after another,
// with a thread for each, and as coroutines on a loop.
//
// A job mostly waits, and computes a little before, between and after. One
// thread that does the jobs one after another waits with each of them. Threads
// wait all at once, each with its own job: it is quick, and there are as many
// threads as jobs, each of them idle nearly all the time. On the loop the jobs
// wait all at once too, but a job that waits is a coroutine, and costs what a
// coroutine costs. One thread computes for all of them.
package utilization

import (
	"context"
	"fmt"
	"runtime/trace"
	"sync/atomic"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
)

// Demo is the demo utilization.
var Demo = demo.Demo{
	Name:    "utilization",
	About:   "the same jobs in sequence, with a thread each, and on a loop: how busy a thread is",
	Shapes:  demo.ShapeNames(),
	Before:  before,
	Run:     run,
	Figures: figures,
	Parts:   parts,
}

const (
	jobs  = 12
	waits = 2 // of each job; it computes before each, and after the last

	computing = time.Millisecond      // each time
	waiting   = 20 * time.Millisecond // each time
)

// The ways to do the jobs, as the trace calls them: the type of a task, and the
// name of a region on each thread. That of the loop is its name.
const (
	oneByOne   = "one after another"
	threadEach = "a thread each"
	loopName   = "jobs"
)

// jobRegion is around each job that is not a coroutine.
const jobRegion = "job"

func run(ctx context.Context, env *demo.Env) error {
	demo.Compute(0)
	env.Title("%d jobs. Each computes %d times for %v, and waits %d times for %v. First one after another.", jobs, waits+1, computing, waits, waiting)
	byThreads(ctx, oneByOne, 1, time.Sleep, &progress{env: env})
	if err := ctx.Err(); err != nil {
		return err
	}
	env.Title("The same jobs, with a thread for each.")
	byThreads(ctx, threadEach, jobs, time.Sleep, &progress{env: env})
	if err := ctx.Err(); err != nil {
		return err
	}
	env.Title("The same jobs, as coroutines (%s) on one loop.", env.Shape)
	return byCoroutines(env)
}

// progress tells how many jobs are done.
type progress struct {
	env  *demo.Env
	done atomic.Int64
}

func (p *progress) another() {
	switch p.done.Add(1) {
	case 1:
		p.env.Say("the first job is done")
	case jobs / 2:
		p.env.Say("half of the jobs are done")
	case jobs:
		p.env.Say("all jobs are done")
	}
}

// byThreads divides the jobs among threads, which wait by calling wait.
func byThreads(ctx context.Context, way string, threads int, wait func(time.Duration), p *progress) {
	ctx, task := trace.NewTask(ctx, way)
	defer task.End()
	demo.Threads(ctx, threads, way, func(int) {
		for range jobs / threads {
			trace.WithRegion(ctx, jobRegion, func() { do(wait) })
			p.another()
		}
	})
}

// do does a job on the thread that calls it.
func do(wait func(time.Duration)) {
	for range waits {
		demo.Compute(computing)
		wait(waiting)
	}
	demo.Compute(computing)
}

// byCoroutines does the jobs on a loop.
func byCoroutines(env *demo.Env) error {
	l := env.NewLoop(loopName, &told{p: &progress{env: env}})
	defer l.Close()
	_, err := demo.RunAll(l, spawn(env.Stage(l)))
	return err
}

// spawn makes a coroutine of each job.
func spawn(s *demo.Stage) []*coro.Task[int] {
	var tasks []*coro.Task[int]
	for i := range jobs {
		tasks = append(tasks, coro.Spawn(s.Loop, jobIn(s.Shape, s.Work), coro.Named(fmt.Sprintf("job%d", i+1)), coro.InFunc(jobMachine.Func)))
	}
	return tasks
}

// parts is the part of the demo that has a loop.
func parts(s *demo.Stage) []demo.Part {
	return []demo.Part{{
		Title: "Jobs on one loop: while one of them waits, the others compute.",
		Begin: func() { spawn(s) },
	}}
}

// told tells the progress of the loop's jobs.
type told struct {
	coro.NopObserver
	p *progress
}

// End implements [coro.Observer].
func (t *told) End(*coro.Info, coro.Outcome) { t.p.another() }
