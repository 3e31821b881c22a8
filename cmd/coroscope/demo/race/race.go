// Package race is the demo race: A, B and C update a shared resource R without
// telling each other.
//
// An update reads R, works, and writes back what it read plus one. If two do
// that at once, both have read the same, both write the same, and one update is
// lost. That needs no data race in the race detector's sense: each read and
// each write is atomic, the update as a whole is not. The same update is made
// four times over: by threads, by threads that share a lock, and by coroutines
// on a loop, where nothing else runs between two suspension points. The last
// time the coroutines suspend themselves in the middle of the update, and lose
// as the threads did.
package race

import (
	"context"
	"fmt"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
)

// Demo is the demo race.
var Demo = demo.Demo{
	Name:    "race",
	About:   "A, B and C update what they share: as threads, with a lock, on one loop without",
	Shapes:  demo.ShapeNames(),
	Run:     run,
	Figures: figures,
	Parts:   parts,
}

const (
	times = 4 // how often each of them updates R

	// Between reading R and writing it, each works so long, or awaits
	// something for so long.
	working  = 2 * time.Millisecond
	awaiting = 8 * time.Millisecond
)

// names are those who update R.
var names = []string{"A", "B", "C"}

// The scenes, as the trace calls them. Each is the type of a task, the name of
// a region around it, and the category of the logs of reading and writing R.
// Those on loops are the loops' names too.
const (
	noLock   = "threads"
	withLock = "threads with a lock"
	oneStep  = "one step"
	twoSteps = "two steps"
)

func run(ctx context.Context, env *demo.Env) error {
	demo.Compute(0)
	for _, scene := range []struct {
		name  string
		title string
		play  func(ctx context.Context, r *resource) error
	}{
		{noLock, fmt.Sprintf("Threads A, B and C update R %d times each: they read it, work for %v, and write it back plus one.", times, working),
			func(ctx context.Context, r *resource) error { byThreads(ctx, r, noLocker{}, demo.Compute); return nil }},
		{withLock, "The same threads and the same updates, with a lock on R.",
			func(ctx context.Context, r *resource) error {
				byThreads(ctx, r, new(sync.Mutex), demo.Compute)
				return nil
			}},
		{oneStep, fmt.Sprintf("Coroutines A, B and C (%s) on one loop: the same updates, each in one step, and no lock.", env.Shape),
			func(_ context.Context, r *resource) error { return byCoroutines(env, oneStep, r, 0) }},
		{twoSteps, fmt.Sprintf("The same coroutines, each update in two steps: between them they await something for %v.", awaiting),
			func(_ context.Context, r *resource) error {
				return byCoroutines(env, twoSteps, r, awaiting)
			}},
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		env.Title("%s", scene.title)
		r := &resource{category: scene.name}
		err := play(ctx, scene.name, func(ctx context.Context) error {
			defer func() { trace.Logf(ctx, scene.name, finalForm, r.value.Load()) }()
			return scene.play(ctx, r)
		})
		if err != nil {
			return err
		}
		env.Say("R was updated %d times, and is %d", times*len(names), r.value.Load())
	}
	return nil
}

// play plays a scene in a task and in a region.
func play(ctx context.Context, name string, scene func(context.Context) error) (err error) {
	ctx, task := trace.NewTask(ctx, name)
	defer task.End()
	trace.WithRegion(ctx, name, func() { err = scene(ctx) })
	return err
}

// A resource is what is shared: R, a number. To read it and to write it is
// atomic each, so that nobody's update is a data race.
type resource struct {
	category string // of its logs
	value    atomic.Int64
	say      func(format string, args ...any) // is told too; may be nil
}

func (r *resource) read(ctx context.Context, who string) int64 {
	v := r.value.Load()
	r.tell(ctx, readForm, who, v)
	return v
}

func (r *resource) write(ctx context.Context, who string, v int64) {
	r.value.Store(v)
	r.tell(ctx, writeForm, who, v)
}

func (r *resource) tell(ctx context.Context, form, who string, v int64) {
	trace.Logf(ctx, r.category, form, who, v)
	if r.say != nil {
		r.say(form, who, v)
	}
}

// update is what everybody does with R. Work is what takes time between reading
// and writing it.
func (r *resource) update(ctx context.Context, who string, work func(time.Duration)) {
	v := r.read(ctx, who)
	work(working)
	r.write(ctx, who, v+1)
}

// noLocker is no lock.
type noLocker struct{}

func (noLocker) Lock()   {}
func (noLocker) Unlock() {}

// byThreads has threads update R, with a lock held during each update, and work
// between reading and writing.
func byThreads(ctx context.Context, r *resource, lock sync.Locker, work func(time.Duration)) {
	demo.Threads(ctx, len(names), threadRegion(r.category), func(i int) {
		defer trace.StartRegion(ctx, "thread "+names[i]).End()
		for range times {
			lock.Lock()
			trace.WithRegion(ctx, updateRegion, func() { r.update(ctx, names[i], work) })
			lock.Unlock()
		}
	})
}

const updateRegion = "update"

// threadRegion is the region that each of a scene's threads is in.
func threadRegion(scene string) string { return "one of the " + scene }

// byCoroutines has coroutines on a loop update R. If await is not 0 they await
// so long where they would work.
func byCoroutines(env *demo.Env, name string, r *resource, await time.Duration) error {
	l := env.NewLoop(name, nil)
	defer l.Close()
	_, err := demo.RunAll(l, spawn(env.Stage(l), r, await))
	return err
}

// spawn makes a coroutine of each of them.
func spawn(s *demo.Stage, r *resource, await time.Duration) []*coro.Task[int] {
	var tasks []*coro.Task[int]
	for _, who := range names {
		u := updates{stage: s, r: r, who: who, times: times, await: await}
		tasks = append(tasks, coro.Spawn(s.Loop, updaterIn(s.Shape, u), coro.Named(who), coro.InFunc(updaterMachine.Func)))
	}
	return tasks
}

// parts is the half of the demo that has loops.
func parts(s *demo.Stage) []demo.Part {
	begin := func(await time.Duration) func() {
		return func() { spawn(s, &resource{say: s.Say}, await) }
	}
	return []demo.Part{
		{Title: "A, B and C update R: each update is one step of the loop, so none is lost, without a lock.", Begin: begin(0)},
		{Title: "The same, but each update is two steps: between reading and writing they await something, and updates are lost.", Begin: begin(awaiting)},
	}
}
