package specimen

// This file defines running a specimen that consists of tasks: on a loop of its
// own, with a virtual clock, written down by an observer.

import (
	"strings"

	"coroscope/coro"
	"coroscope/statemachine"
)

// onLoop returns a function that makes a task of what root makes and runs it to
// its end, or as far as a script lets it.
func onLoop[Ret any](
	name string,
	d *statemachine.Description,
	root func(*coro.Loop, *world) coro.Resumable[struct{}, coro.Await, Ret],
) func(coro.Shape, Script) Transcript {
	return func(shape coro.Shape, script Script) Transcript {
		w := &world{shape: shape}
		rec := &recorder{world: w, script: script}
		loop := coro.NewLoop(
			coro.WithName(name),
			coro.WithClock(&coro.VirtualClock{}),
			coro.WithObserver(rec),
			coro.WithExceptionHandler(rec.exception),
		)
		task := coro.Spawn(loop, root(loop, w), coro.Named(name), coro.InFunc(d.Func))
		if _, err := coro.RunUntil(loop, task); !task.Done() {
			why, _, _ := strings.Cut(err.Error(), "\n")
			w.note("loop: " + why) // stopped, as the script wanted
		}
		loop.Close()
		result, err := task.Result()
		return Transcript{Steps: rec.steps, Result: result, Err: errText(err), Notes: w.notes}
	}
}

// A recorder observes a loop, writes a transcript, and plays a script. It is
// called by one goroutine at a time, the loop's or that of the body that runs.
type recorder struct {
	coro.NopObserver
	loop   *coro.Loop
	world  *world
	script Script // what is left of it
	steps  []Step
}

func (r *recorder) exception(_ *coro.Loop, e coro.Exception) {
	who := ""
	if t, ok := e.Of.(coro.AnyTask); ok {
		who = t.Name() + ": "
	}
	r.world.note(who + e.Message)
}

func (r *recorder) add(c *coro.Info, s Step) {
	s.At, s.Who = r.loop.Time(), c.Name
	r.steps = append(r.steps, s)
}

// Attach implements [coro.Observer].
func (r *recorder) Attach(l *coro.Loop, _ []coro.TaskState) { r.loop = l }

// Resume implements [coro.Observer].
func (r *recorder) Resume(c *coro.Info, _ coro.Suspension, _ bool, thrown error) {
	if thrown != nil {
		r.add(c, Step{Input: "throw " + thrown.Error()})
	}
}

// Suspend implements [coro.Observer]. What the script says is done from
// outside, in the loop's next turn: an observer must not call into the loop.
func (r *recorder) Suspend(c *coro.Info, s coro.Suspension) {
	r.add(c, Step{On: s.On()})
	if len(r.script) == 0 {
		return
	}
	in := r.script[0]
	r.script = r.script[1:]
	switch in.Op {
	case OpThrow:
		r.loop.CallSoonThreadsafe(func() { r.cancel(c, in.Err) })
	case OpClose:
		r.script = nil
		r.loop.CallSoonThreadsafe(r.loop.Stop)
	}
}

// cancel cancels the task that c identifies, if it has not ended.
func (r *recorder) cancel(c *coro.Info, cause error) {
	for _, t := range r.loop.Tasks() {
		if t.Info() == c {
			t.CancelCause(cause)
		}
	}
}

// End implements [coro.Observer].
func (r *recorder) End(c *coro.Info, o coro.Outcome) {
	r.add(c, Step{End: o.Kind.String(), Err: errText(o.Err)})
}
