package coro_test

// This file plays random programs of locks, semaphores, events, conditions,
// barriers and queues, and compares what happens, to the turn, with what
// CPython's asyncio did with the same programs.
// testdata/record_primitives.py made and recorded them.

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"coroscope/coro"
)

var primitivesFile = flag.String("primitives", "testdata/primitives-cpython-3.14.json", "play the programs of primitives recorded in `file`")

var errRaised = errors.New("raised")

// kindOf is what an error is called in a trace.
func kindOf(err error) string {
	if g, ok := err.(*coro.GroupError); ok {
		var kinds []string
		for _, err := range g.Errs {
			kinds = append(kinds, kindOf(err))
		}
		return "group of " + strings.Join(kinds, ", ")
	}
	for _, k := range []struct {
		err  error
		name string
	}{
		{coro.ErrQueueEmpty, "QueueEmpty"},
		{coro.ErrQueueFull, "QueueFull"},
		{coro.ErrQueueShutDown, "QueueShutDown"},
		{coro.ErrBrokenBarrier, "BrokenBarrierError"},
		{coro.ErrNotHeld, "not held"},
		{coro.ErrReleasedTooOften, "too often"},
		{coro.ErrTaskDoneTooOften, "too often"},
		{coro.ErrGroupEnded, "group ended"},
		{coro.ErrGroupAborting, "group aborting"},
		{coro.ErrTimeout, "timeout"},
		{errRaised, "raised"},
	} {
		if errors.Is(err, k.err) {
			return k.name
		}
	}
	return err.Error()
}

// A drama is a program of primitives being played.
type drama struct {
	stage   *stage
	bodies  [][]operation // of each task, and then of main
	opts    []coro.LoopOption
	tasks   []*coro.Task[any]
	lock    *coro.Lock
	cond    *coro.Condition
	event   *coro.Event
	sems    []*coro.Semaphore
	barrier *coro.Barrier
	queues  []*coro.Queue[int]
}

func (d *drama) log(parts ...any) {
	d.stage.log(append([]any{d.stage.loop.Turns()}, parts...)...)
}

// set makes the loop and the primitives.
func (d *drama) set() {
	quiet := coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {})
	l := coro.NewLoop(append(d.opts, coro.WithClock(&coro.VirtualClock{}), quiet)...)
	d.stage.loop = l
	d.lock = coro.NewLock(l, "stove")
	d.cond = coro.NewCondition(d.lock, "hot")
	d.event = coro.NewEvent(l, "opening")
	d.sems = []*coro.Semaphore{coro.NewSemaphore(l, "plates", 2), coro.NewBoundedSemaphore(l, "knife", 1)}
	d.barrier = coro.NewBarrier(l, "toast", 3)
	d.queues = []*coro.Queue[int]{
		coro.NewQueue[int](l, "orders", 1),
		coro.NewLIFOQueue[int](l, "trays", 2),
		coro.NewPriorityQueue(l, "guests", 0, cmp.Compare[int]),
	}
	d.tasks = make([]*coro.Task[any], len(d.bodies)-1)
}

// look describes the state of everything.
func (d *drama) look() string {
	parts := []any{
		d.lock.Held(), d.event.IsSet(), d.sems[0].Locked(), d.sems[0].Permits(), d.sems[1].Locked(),
		d.barrier.Count(), d.barrier.Broken(),
	}
	for _, q := range d.queues {
		parts = append(parts, fmt.Sprintf("%d/%d", q.Len(), q.Unfinished()))
	}
	return joined(parts...)
}

// act does what needs no await, as act of record_primitives.py.
func (d *drama) act(who string, op operation) {
	l := d.stage.loop
	switch op.name() {
	case "soon":
		l.CallSoon(func() { d.act(who+"'", op.inner(1)) })
		return
	case "later":
		l.CallLater(op.seconds(1), func() { d.act(who+"+", op.inner(2)) })
		return
	}
	var answer any = "ok"
	var err error
	switch op.name() {
	case "cancel":
		answer = "none"
		if t := d.tasks[op.num(1)]; t != nil {
			answer = t.Cancel()
		}
	case "spawn":
		if i := op.num(1); d.tasks[i] == nil {
			d.tasks[i] = d.stage.create(d.body(i), coro.Named(fmt.Sprint("t", i)))
		}
	case "release":
		err = d.lock.Release()
	case "give":
		err = d.sems[op.num(1)].Release()
	case "set":
		d.event.Set()
	case "clear":
		d.event.Clear()
	case "notify":
		err = d.cond.Notify(op.num(1))
	case "notifyall":
		err = d.cond.NotifyAll()
	case "reset":
		d.barrier.Reset()
	case "abort":
		d.barrier.Abort()
	case "tryput":
		err = d.queues[op.num(1)].TryPut(op.num(2))
	case "tryget":
		answer, err = d.queues[op.num(1)].TryGet()
	case "taskdone":
		err = d.queues[op.num(1)].TaskDone()
	case "shutdown":
		if op[2].(bool) {
			d.queues[op.num(1)].ShutdownNow()
		} else {
			d.queues[op.num(1)].Shutdown()
		}
	case "look":
		answer = d.look()
	default:
		panic("unknown operation " + op.name())
	}
	if err != nil {
		answer = kindOf(err)
	}
	d.log(append(append([]any{who}, op...), answer)...)
}

// body returns the body of task i in the stage's shape.
func (d *drama) body(i int) machine {
	a := &actor{d: d, who: fmt.Sprint("t", i), scenes: []scene{{ops: d.bodies[i]}}}
	return d.stage.of(a.straight, a)
}

// those returns the tasks of these numbers that were spawned and, if so asked,
// have not ended.
func (d *drama) those(numbers any, pending bool) (ts []coro.Result[any]) {
	for _, n := range numbers.([]any) {
		if t := d.tasks[int(n.(float64))]; t != nil && !(pending && t.Done()) {
			ts = append(ts, t)
		}
	}
	return ts
}

// numbers is how tasks are printed.
func (d *drama) numbers(as []coro.Awaitable) string {
	var ns []string
	for i, t := range d.tasks {
		if t != nil && slices.Contains(as, coro.Awaitable(t)) {
			ns = append(ns, fmt.Sprint(i))
		}
	}
	return strings.Join(ns, "+")
}

// play plays the program in the stage's shape and returns what happened.
func (d *drama) play() []string {
	d.set()
	l := d.stage.loop
	defer l.Close()
	main := d.stage.create(coro.Pull(func(y *coro.Async) (any, error) {
		for _, op := range d.bodies[len(d.tasks)] {
			d.act("main", op)
		}
		return nil, coro.Wait(y, coro.Sleep(1000*time.Second))
	}), coro.Named("main"))
	coro.RunUntil(l, main)
	for i, t := range d.tasks {
		if t == nil {
			continue
		}
		end := "pending"
		switch _, err := t.Result(); {
		case !t.Done():
		case t.Canceled():
			end = "canceled"
		case err != nil:
			end = kindOf(err)
		default:
			end = "ended"
		}
		d.log("task", i, end, "requests", t.Canceling())
	}
	d.log(d.look())
	return d.stage.lines
}

func TestPrimitivePrograms(t *testing.T) {
	recorded := readPlays(t, *primitivesFile)
	playAll := func(t *testing.T, shape asyncShape) {
		coro.CheckLeaks(t)
		countGoroutines(t)
		for _, pl := range recorded.Plays {
			d := &drama{stage: &stage{shape: shape}, bodies: pl.Program}
			if diff := gocmp.Diff(pl.Trace, d.play()); diff != "" {
				source, _ := json.Marshal(pl.Program)
				t.Fatalf("program %d %s differs from CPython %s (-python +go):\n%s", pl.Seed, source, recorded.Python, diff)
			}
		}
	}
	eachAsync(t, playAll)
	t.Run("statemachine", func(t *testing.T) { playAll(t, nil) })
}

// What an observer is told does not depend on the shape, nor does the order
// that a seed gives; and that there is an observer changes nothing.
func TestPrimitiveProgramsAgree(t *testing.T) {
	recorded := readPlays(t, *primitivesFile)
	shapes := []asyncShape{nil, coro.Pull[struct{}, coro.Await, any], coro.Goroutine[struct{}, coro.Await, any]}
	for _, pl := range recorded.Plays {
		var observed []diary
		var seeded [][]string
		for _, shape := range shapes {
			r := newRecorder()
			d := &drama{stage: &stage{shape: shape}, bodies: pl.Program, opts: []coro.LoopOption{coro.WithObserver(r)}}
			if diff := gocmp.Diff(pl.Trace, d.play()); diff != "" {
				t.Fatalf("program %d differs under an observer from CPython (-python +go):\n%s", pl.Seed, diff)
			}
			for _, w := range r.wrong {
				t.Errorf("program %d: on the wrong goroutine: %s", pl.Seed, w)
			}
			observed = append(observed, r.diary)
			d = &drama{stage: &stage{shape: shape}, bodies: pl.Program, opts: []coro.LoopOption{coro.WithSeed(uint64(pl.Seed))}}
			seeded = append(seeded, d.play())
		}
		for i := range shapes {
			if diff := gocmp.Diff(observed[0], observed[i]); diff != "" {
				t.Fatalf("program %d: the observer is told (-statemachine +stackful):\n%s", pl.Seed, diff)
			}
			if diff := gocmp.Diff(seeded[0], seeded[i]); diff != "" {
				t.Fatalf("program %d, with a seed (-statemachine +stackful):\n%s", pl.Seed, diff)
			}
		}
	}
}
