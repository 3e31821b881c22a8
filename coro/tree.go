package coro

// This file defines the await tree: who awaits whom.

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
	Awaits    *Waiting   // the task it awaits, or nil
	Cycle     bool       // it awaits itself through others; Awaits ends here
}

// AwaitTree returns, for each pending task that no other pending task awaits,
// the task and those it awaits, one behind the other. Tasks that await each
// other in a circle come at the end, each circle once. It must be called on
// the loop's goroutine, or while the loop does not run.
func (l *Loop) AwaitTree() []*Waiting {
	tasks := l.sorted()
	awaited := make(map[*future]bool)
	byFuture := make(map[*future]*task)
	for _, t := range tasks {
		byFuture[&t.future] = t
		if t.on != nil {
			awaited[t.on] = true
		}
	}
	var roots []*Waiting
	seen := make(map[*task]bool)
	follow := func(t *task) {
		var first, last *Waiting
		chain := make(map[*task]bool)
		for t != nil {
			w := t.waiting()
			if first == nil {
				first = w
			} else {
				last.Awaits = w
			}
			last = w
			if chain[t] {
				w.Cycle = true
				break
			}
			chain[t], seen[t] = true, true
			if t.on == nil {
				break
			}
			t = byFuture[t.on]
		}
		roots = append(roots, first)
	}
	for _, t := range tasks {
		if !awaited[&t.future] {
			follow(t)
		}
	}
	for _, t := range tasks {
		if !seen[t] {
			follow(t) // only circles are left
		}
	}
	return roots
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

// WriteAwaitTree prints the await tree, a line a task:
//
//	main#1 -> await task cook (bar.go:12)
//	  cook#2 -> await sleep bake (bar.go:30) 5ms
func (l *Loop) WriteAwaitTree(w io.Writer) error {
	for _, root := range l.AwaitTree() {
		indent := ""
		for n := root; n != nil; n = n.Awaits {
			line := n.Task.String() + " " + n.Status.String()
			if n.Status == Suspended {
				line = suspensionLine(n.Task, n.Suspended)
			}
			for _, inner := range n.Inner {
				line += ", in " + inner.String()
			}
			if n.Cycle {
				line = n.Task.String() + ": a circle"
			}
			if _, err := fmt.Fprintf(w, "%s%s\n", indent, line); err != nil {
				return err
			}
			indent += "  "
		}
	}
	return nil
}
