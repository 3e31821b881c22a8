package coro_test

// This file defines the bodies of programs of primitives, straight down and as
// a machine.

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"coroscope/coro"
)

// An actor is the body of one task: a machine, and the same straight down.
type actor struct {
	ending
	d      *drama
	who    string
	scenes []scene // what it is in, outermost first
	begun  bool
	held   any // what the machine keeps while it awaits several
}

// A scene is a list of operations, inside of a timeout or a group unless it is
// the body, and how far the machine has come.
type scene struct {
	ops     []operation
	at      int
	timeout *coro.Timeout
	group   *coro.Group
}

func operations(v any) (ops []operation) {
	for _, op := range v.([]any) {
		ops = append(ops, operation(op.([]any)))
	}
	return ops
}

// timeout returns the innermost timeout.
func (a *actor) timeout() *coro.Timeout {
	for _, s := range slices.Backward(a.scenes) {
		if s.timeout != nil {
			return s.timeout
		}
	}
	return nil
}

// group returns the innermost group.
func (a *actor) group() *coro.Group {
	for _, s := range slices.Backward(a.scenes) {
		if s.group != nil {
			return s.group
		}
	}
	return nil
}

// atOnce does op, which never suspends, and reports whether it is such a one.
func (a *actor) atOnce(op operation) (gave any, err error, ok bool) {
	d := a.d
	switch op.name() {
	case "raise":
		return nil, errRaised, true
	case "reschedule":
		t := a.timeout()
		expired := t.Expired()
		if !expired {
			t.Reschedule(d.stage.loop.Time() + op.seconds(1))
		}
		when, _ := t.When()
		return fmt.Sprintf("%g %s", when.Seconds(), str(expired)), nil, true
	case "child":
		i := op.num(1)
		if d.tasks[i] != nil {
			return "none", nil, true
		}
		t, err := coro.SpawnIn(a.group(), d.body(i), coro.Named(fmt.Sprint("t", i)))
		if err == nil {
			d.tasks[i] = t
		}
		return "ok", err, true
	}
	return nil, nil, false
}

// settled is how a result of GatherSettled is printed.
func settled(all []coro.Settled[any]) string {
	var parts []any
	for _, s := range all {
		switch {
		case errors.Is(s.Err, coro.ErrCanceled):
			parts = append(parts, "canceled")
		case s.Err != nil:
			parts = append(parts, kindOf(s.Err))
		default:
			parts = append(parts, s.Value)
		}
	}
	return joined(parts...)
}

// set returns the set that op waits for.
func (a *actor) set(op operation, ts []coro.Result[any]) *coro.WaitSet {
	var as []coro.Awaitable
	for _, t := range ts {
		as = append(as, t)
	}
	until := []coro.Until{coro.AllDone, coro.FirstCompleted, coro.FirstError}[op.num(1)]
	set := coro.NewWaitSet(a.d.stage.loop, "set", until, as...)
	if op.num(2) > 0 {
		set.Timeout(op.seconds(2))
	}
	return set
}

func (a *actor) sets(set *coro.WaitSet) string {
	done := set.Done()
	return a.d.numbers(done) + " of " + a.d.numbers(append(done, set.Pending()...))
}

func (a *actor) completions(op operation, ts []coro.Result[any]) *coro.Completions[any] {
	c := coro.AsCompleted(a.d.stage.loop, "completed", ts...)
	if op.num(1) > 0 {
		c.Timeout(op.seconds(1))
	}
	return c
}

// has notes that r is completed.
func (a *actor) has(r coro.Result[any]) {
	a.d.log(a.who, "has", slices.IndexFunc(a.d.tasks, func(t *coro.Task[any]) bool { return t == r }))
}

// those returns the tasks that op waits for.
func (a *actor) those(op operation) []coro.Result[any] {
	return a.d.those(op[len(op)-2], op.name() == "completed")
}

// suspends reports whether op is one that may suspend: its last argument says
// which errors the body catches.
func (op operation) suspends() bool {
	_, policy := op[len(op)-1].(string)
	return policy && len(op) > 1
}

// ended notes what op came to, and returns the error if the body does not
// catch it.
func (a *actor) ended(op operation, gave any, err error) error {
	policy := op[len(op)-1].(string)
	switch {
	case err == nil:
		a.d.log(a.who, op.name(), "gave", gave)
		return nil
	case errors.Is(err, coro.ErrClosed): // the program is over
		return err
	case errors.Is(err, coro.ErrCanceled):
		a.d.log(a.who, "canceled at", op.name())
		if strings.Contains(policy, "c") {
			return nil
		}
	default:
		a.d.log(a.who, kindOf(err), "at", op.name())
		if strings.Contains(policy, "v") {
			return nil
		}
	}
	return err
}

// straight is the body straight down.
func (a *actor) straight(y *coro.Async) (any, error) {
	a.d.log(a.who, "begins")
	body := a.scenes[0]
	a.scenes = nil
	if err := a.play(y, body); err != nil {
		return nil, err
	}
	a.d.log(a.who, "ends")
	return "of " + a.who, nil
}

func (a *actor) play(y *coro.Async, s scene) error {
	outer := a.scenes
	a.scenes = append(a.scenes, s)
	defer func() { a.scenes = outer }()
	for _, op := range s.ops {
		if !op.suspends() {
			a.d.act(a.who, op)
			continue
		}
		gave, err := a.do(y, op)
		if err := a.ended(op, gave, err); err != nil {
			return err
		}
	}
	return nil
}

// do does op, which may suspend, and returns what it gives.
func (a *actor) do(y *coro.Async, op operation) (any, error) {
	if gave, err, ok := a.atOnce(op); ok {
		return gave, err
	}
	d, l := a.d, a.d.stage.loop
	switch op.name() {
	case "gather":
		all, err := coro.Gather(l, a.those(op)...).Await(y)
		return joined(all...), err
	case "settled":
		all, err := coro.GatherSettled(l, a.those(op)...).Await(y)
		return settled(all), err
	case "wait", "completed", "shield", "within":
		return a.several(y, op, a.those(op))
	case "timeout":
		return "ok", coro.WithTimeout(y, op.seconds(1), func(t *coro.Timeout) error {
			return a.play(y, scene{ops: operations(op[2]), timeout: t})
		})
	case "group":
		return "ok", coro.WithGroup(y, "group", func(g *coro.Group) error {
			return a.play(y, scene{ops: operations(op[1]), group: g})
		})
	case "sleep":
		return "ok", coro.Wait(y, coro.Sleep(op.seconds(1)))
	case "acquire":
		return "ok", d.lock.Acquire(y)
	case "take":
		return "ok", d.sems[op.num(1)].Acquire(y)
	case "event":
		return "ok", d.event.Wait(y)
	case "cond":
		return "ok", d.cond.Wait(y)
	case "barrier":
		return d.barrier.Wait(y)
	case "put":
		return "ok", d.queues[op.num(1)].Put(y, op.num(2))
	case "get":
		return d.queues[op.num(1)].Get(y)
	case "join":
		return "ok", d.queues[op.num(1)].Join(y)
	}
	panic("unknown operation " + op.name())
}

// several does op, which waits for some of ts.
func (a *actor) several(y *coro.Async, op operation, ts []coro.Result[any]) (any, error) {
	if len(ts) == 0 {
		return "none", nil
	}
	switch op.name() {
	case "wait":
		set := a.set(op, ts)
		err := set.Wait(y)
		return a.sets(set), err
	case "completed":
		for r, err := range a.completions(op, ts).All(y) {
			if err != nil {
				return nil, err
			}
			a.has(r)
		}
		return "ok", nil
	case "shield":
		return coro.Shield(ts[0]).Await(y)
	default:
		return coro.WaitFor(y, op.seconds(1), ts[0])
	}
}

// Resume is straight as a machine.
func (a *actor) Resume(_ struct{}, thrown error) (wait coro.Await, ok bool) {
	if !a.begun {
		a.begun = true
		a.d.log(a.who, "begins")
	} else if wait, ok = a.finish(a.after(a.op(), thrown)); ok || a.over() {
		return wait, ok
	}
	for !ok && !a.over() {
		s := &a.scenes[len(a.scenes)-1]
		switch {
		case s.at == len(s.ops) && len(a.scenes) == 1:
			a.d.log(a.who, "ends")
			a.ret = "of " + a.who
			a.scenes = nil
		case s.at == len(s.ops):
			wait, ok = a.finish(a.leave(nil))
		case !a.op().suspends():
			a.d.act(a.who, a.op())
			s.at++
		default:
			wait, ok = a.finish(a.before(a.op()))
		}
	}
	return wait, ok
}

// over reports whether the machine has ended.
func (a *actor) over() bool { return len(a.scenes) == 0 }

// op returns the operation that the machine stands at.
func (a *actor) op() operation {
	s := &a.scenes[len(a.scenes)-1]
	return s.ops[s.at]
}

// A step is what the machine has come to in an operation.
type step struct {
	gave any
	err  error
	wait coro.Await // what it is still to await
	more bool       // whether it is
	in   *scene     // what is to be played inside of it
}

func awaits(a coro.Await) step { return step{wait: a, more: true} }

// finish ends the operation that the machine stands at, unless there is more to
// await. An error that the body does not catch ends the scene, and so on.
func (a *actor) finish(s step) (coro.Await, bool) {
	for {
		switch {
		case s.more:
			return s.wait, true
		case s.in != nil:
			a.scenes = append(a.scenes, *s.in)
			return coro.Await{}, false
		}
		err := a.ended(a.op(), s.gave, s.err)
		if err == nil {
			a.scenes[len(a.scenes)-1].at++
			return coro.Await{}, false
		}
		if len(a.scenes) == 1 {
			a.err, a.scenes = err, nil
			return coro.Await{}, false
		}
		s = a.leave(err)
	}
}

// leave ends the innermost scene, which came to err.
func (a *actor) leave(err error) step {
	last := len(a.scenes) - 1
	s := a.scenes[last]
	a.scenes = a.scenes[:last]
	if s.timeout != nil {
		return step{gave: "ok", err: s.timeout.Exit(err)}
	}
	ended, err := s.group.TryEnd(err)
	if !ended {
		return awaits(s.group.Ending())
	}
	return step{gave: "ok", err: err}
}

// before does op as far as that is possible without a suspension.
func (a *actor) before(op operation) step {
	if gave, err, ok := a.atOnce(op); ok {
		return step{gave: gave, err: err}
	}
	d, l := a.d, a.d.stage.loop
	done := step{gave: "ok"}
	switch op.name() {
	case "sleep":
		return awaits(coro.Sleep(op.seconds(1)))
	case "acquire":
		if d.lock.TryAcquire() {
			return done
		}
		return awaits(d.lock.Acquiring())
	case "take":
		if d.sems[op.num(1)].TryAcquire() {
			return done
		}
		return awaits(d.sems[op.num(1)].Acquiring())
	case "event":
		if d.event.IsSet() {
			return done
		}
		return awaits(d.event.Waiting())
	case "cond":
		if !d.lock.Held() {
			return step{err: fmt.Errorf("wait for %s: %w", d.cond, coro.ErrNotHeld)}
		}
		return awaits(d.cond.Waiting())
	case "barrier":
		passes, err := d.barrier.TryWait()
		if passes || err != nil {
			return step{gave: d.barrier.Index(), err: err}
		}
		return awaits(d.barrier.Waiting())
	case "put":
		if err := d.queues[op.num(1)].TryPut(op.num(2)); err != coro.ErrQueueFull {
			return step{gave: "ok", err: err}
		}
		return awaits(d.queues[op.num(1)].Putting())
	case "get":
		if item, err := d.queues[op.num(1)].TryGet(); err != coro.ErrQueueEmpty {
			return step{gave: item, err: err}
		}
		return awaits(d.queues[op.num(1)].Getting())
	case "join":
		if d.queues[op.num(1)].Unfinished() == 0 {
			return done
		}
		return awaits(d.queues[op.num(1)].Joining())
	case "gather":
		return a.awaitHeld(op, coro.Gather(l, a.those(op)...))
	case "settled":
		return a.awaitHeld(op, coro.GatherSettled(l, a.those(op)...))
	case "timeout":
		return step{in: &scene{ops: operations(op[2]), timeout: coro.EnterTimeout(l, op.seconds(1))}}
	case "group":
		return step{in: &scene{ops: operations(op[1]), group: coro.EnterGroup(l, "group")}}
	}
	return a.beforeSeveral(op, a.those(op))
}

// beforeSeveral is before for what waits for some of ts.
func (a *actor) beforeSeveral(op operation, ts []coro.Result[any]) step {
	if len(ts) == 0 {
		return step{gave: "none"}
	}
	switch op.name() {
	case "wait":
		set := a.set(op, ts)
		a.held = set
		return awaits(set.Waiting())
	case "completed":
		a.held = a.completions(op, ts)
		return a.after(op, nil)
	case "shield":
		return a.awaitHeld(op, coro.Shield(ts[0]))
	case "within":
		w := &timed{task: ts[0]}
		a.held = w
		switch {
		case ts[0].Done():
			return a.after(op, nil)
		case op.num(1) > 0:
			w.timeout = coro.EnterTimeout(a.d.stage.loop, op.seconds(1))
			return awaits(coro.On(ts[0]))
		}
		w.late = true
		ts[0].Cancel()
		return awaits(coro.NewWaitSet(a.d.stage.loop, "canceled", coro.AllDone, ts[0]).Waiting())
	}
	panic("unknown operation " + op.name())
}

// A timed is WaitFor as a machine does it.
type timed struct {
	task    coro.Result[any]
	timeout *coro.Timeout // nil if there was no time at all
	late    bool          // and it was not done
}

// awaitHeld holds f while it is awaited.
func (a *actor) awaitHeld(op operation, f coro.Awaitable) step {
	a.held = f
	if f.Done() {
		return a.after(op, nil)
	}
	return awaits(coro.On(f))
}

// after goes on with op, one of whose awaits is over.
func (a *actor) after(op operation, thrown error) step {
	if thrown != nil {
		if w, ok := a.held.(*timed); ok && op.name() == "within" && w.timeout != nil {
			thrown = w.timeout.Exit(thrown)
		}
		return step{err: thrown}
	}
	switch op.name() {
	case "barrier":
		return step{gave: a.d.barrier.Index()}
	case "put":
		return step{gave: "ok", err: a.d.queues[op.num(1)].TryPut(op.num(2))}
	case "get":
		item, err := a.d.queues[op.num(1)].TryGet()
		return step{gave: item, err: err}
	case "gather":
		all, err := a.held.(*coro.Future[[]any]).Result()
		return step{gave: joined(all...), err: err}
	case "settled":
		all, err := a.held.(*coro.Future[[]coro.Settled[any]]).Result()
		return step{gave: settled(all), err: err}
	case "wait":
		return step{gave: a.sets(a.held.(*coro.WaitSet))}
	case "completed":
		for c := a.held.(*coro.Completions[any]); c.Left() > 0; {
			r, err := c.TryNext()
			switch {
			case err == coro.ErrQueueEmpty:
				return awaits(c.Waiting())
			case err != nil:
				return step{err: err}
			}
			a.has(r)
		}
	case "shield":
		v, err := a.held.(*coro.Future[any]).Result()
		return step{gave: v, err: err}
	case "within":
		w := a.held.(*timed)
		v, err := w.task.Result()
		if w.timeout != nil {
			err = w.timeout.Exit(err)
		} else if w.late && errors.Is(err, coro.ErrCanceled) {
			err = coro.ErrTimeout
		}
		return step{gave: v, err: err}
	}
	return step{gave: "ok"}
}
