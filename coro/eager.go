package coro

// This file defines tasks that start at once, and what a loop gives to each of
// its tasks.

import "runtime/debug"

// Eager has the task start at once, inside of Spawn, and run to its first
// suspension, or its end: one that need not wait never enters the ready queue.
// Otherwise, and with Eager(false), which is for loops made with
// [WithEagerStart], it begins in the next turn.
//
// Whoever spawns an eager task must be ready for what it does, as if its code
// stood there. It runs as the loop's current task, and may end: Done may be true
// when Spawn returns. A panic is the new task's, not the spawner's;
// runtime.Goexit ends both. Before the loop runs nothing starts at once.
//
// It is asyncio's eager start.
func Eager(on bool) Option { return func(o *options) { o.eager = on } }

// WithEagerStart starts all tasks of the loop at once, as [Eager] does.
func WithEagerStart() LoopOption { return func(l *Loop) { l.eager = true } }

// WithTaskOptions has options called for each task that is spawned on the loop,
// with the name of its function, as it is in [Info]: what it returns is given
// to the task before the options of its Spawn. It is what a task factory of
// asyncio is for: names, eager start, labels, by one rule.
func WithTaskOptions(options func(fn string) []Option) LoopOption {
	return func(l *Loop) { l.taskOptions, l.dressed = options, true }
}

// startNow resumes a new task for the first time, inside of what runs now.
func (t *task) startNow() {
	l := t.loop
	current, maker := l.current, l.maker
	if current != nil {
		current.flags |= spawning
	}
	settled := false
	defer func() {
		own := l.current == t // otherwise it is an observer's panic, after the step
		l.current, l.maker = current, maker
		if current != nil {
			current.flags &^= spawning
		}
		if settled {
			return
		}
		v := recover()
		if !own {
			if v != nil {
				panic(v)
			}
			return
		}
		how, err := Goexited, ErrGoexit
		if v != nil {
			how, err = Panicked, newPanicError(v, debug.Stack())
		}
		t.tellEnd(how, err)
		t.finish(err)
	}()
	t.run(l)
	settled = true
}
