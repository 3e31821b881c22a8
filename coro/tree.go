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
	Above     bool       // it stands in an earlier chain, with what it awaits
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
			if w.Cycle, w.Above = chain[t], seen[t] && !chain[t]; seen[t] {
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

// WriteAwaitTree prints the await tree, a line for a task and what it awaits;
// one that several await is followed up the first time only:
//
//	waiter#2 -> await task cook (main.go:21) cook#1
//	  cook#1 -> await sleep bake (main.go:18) 1h0m0s
//	guest#3 -> await task cook (main.go:24) cook#1
//	  cook#1, as above
func (l *Loop) WriteAwaitTree(w io.Writer) error {
	const deepest = 40 // a longer chain goes on without more room before it
	for _, root := range l.AwaitTree() {
		depth := 0
		for n := root; n != nil; n = n.Awaits {
			if _, err := fmt.Fprintf(w, "%*s%s\n", 2*min(depth, deepest), "", n.line()); err != nil {
				return err
			}
			depth++
		}
	}
	return nil
}

// line describes the task in one line.
func (n *Waiting) line() string {
	line := n.Task.String()
	switch {
	case n.Cycle:
		return line + ", a circle"
	case n.Above:
		return line + ", as above"
	case n.Status == Suspended:
		line = suspensionLine(n.Task, n.Suspended)
	default:
		line += " " + n.Status.String()
	}
	for _, inner := range n.Inner {
		line += ", in " + inner.String()
	}
	return line
}
