package coro

// This file defines the await tree: the await graph as it is printed.

import (
	"fmt"
	"io"
)

// A Waiting is one task in the await tree.
type Waiting struct {
	Task      *Info
	Status    Status
	Suspended Suspension // if Status is Suspended
	Inner     []*Info    // coroutines it has delegated to, outermost first
	Holding   string     // the lock or semaphore that the task above waits for, such as "lock stove"; or ""
	Awaits    []*Waiting // the tasks that it waits for
	Cycle     bool       // it awaits itself through others; it is told above, and Awaits is empty
	Above     bool       // it stands above, with what it awaits, and Awaits is empty
}

// AwaitTree returns, for each pending task that no other pending task waits for,
// the task, and beneath it those that it waits for: the task that it awaits, all
// of several, the tasks of a group, the one that holds a lock, those that have
// a semaphore's permits. Tasks that wait
// for each other in a circle, and for which nobody else does, come at the end,
// each circle once. It must be called on the loop's goroutine, or while the loop
// does not run.
func (l *Loop) AwaitTree() []*Waiting {
	g := l.graph()
	awaited := make(map[*task]bool)
	for _, on := range g.of {
		for _, d := range on {
			awaited[d.on] = true
		}
	}
	f := &follower{g: g, state: make(map[*task]followed)}
	var roots []*Waiting
	for _, t := range g.tasks {
		if !awaited[t] {
			roots = append(roots, f.follow(dependency{on: t}))
		}
	}
	for _, t := range g.tasks {
		if f.state[t] == notYet {
			roots = append(roots, f.follow(dependency{on: t})) // only circles are left
		}
	}
	return roots
}

// A follower makes trees of a graph.
type follower struct {
	g     *awaitGraph
	state map[*task]followed
}

type followed uint8

const (
	notYet followed = iota
	above           // between the root and here
	before          // in a branch that is complete
)

func (f *follower) follow(d dependency) *Waiting {
	t := d.on
	w := t.waiting()
	w.Holding = d.holding
	if s := f.state[t]; s != notYet {
		w.Cycle, w.Above = s == above, s == before
		return w
	}
	f.state[t] = above
	for _, d := range f.g.of[t] {
		w.Awaits = append(w.Awaits, f.follow(d))
	}
	f.state[t] = before
	return w
}

// waiting describes one task.
func (t *task) waiting() *Waiting {
	w := &Waiting{Task: t.Info(), Status: t.Status()}
	w.Suspended, _ = t.Suspension()
	if inner := t.Inner(); inner != nil {
		for _, c := range Chain(inner) {
			w.Inner = append(w.Inner, c.Info())
		}
	}
	return w
}

// WriteAwaitTree prints the await tree, a line for a task, and beneath it what it
// waits for; one for which several wait is followed up the first time only:
//
//	waiter#2 -> await task cook (main.go:21) cook#1
//	  cook#1 -> await lock stove (main.go:18) 1st in line
//	    baker#4 -> await sleep bake (main.go:12) 1h0m0s, holding lock stove
//	guest#3 -> await task cook (main.go:24) cook#1
//	  cook#1, as above
func (l *Loop) WriteAwaitTree(w io.Writer) error {
	for _, root := range l.AwaitTree() {
		if err := root.write(w, 0); err != nil {
			return err
		}
	}
	return nil
}

func (n *Waiting) write(w io.Writer, depth int) error {
	const deepest = 40 // a longer chain goes on without more room before it
	if _, err := fmt.Fprintf(w, "%*s%s\n", 2*min(depth, deepest), "", n.line()); err != nil {
		return err
	}
	for _, a := range n.Awaits {
		if err := a.write(w, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// line describes the task in one line.
func (n *Waiting) line() string {
	line := n.Task.String()
	switch {
	case n.Cycle || n.Above:
	case n.Status == Suspended:
		line = suspensionLine(n.Task, n.Suspended)
	default:
		line += " " + n.Status.String()
	}
	if !n.Cycle && !n.Above {
		for _, inner := range n.Inner {
			line += ", in " + inner.String()
		}
	}
	if n.Holding != "" {
		line += ", holding " + n.Holding
	}
	switch {
	case n.Cycle:
		line += ", a circle"
	case n.Above:
		line += ", as above"
	}
	return line
}
