package coro

// This file defines groups of tasks that end together.

import (
	"container/list"
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrGroupEnded is returned for a task spawned in a group whose end has
	// come.
	ErrGroupEnded = errors.New("group has ended")

	// ErrGroupAborting is returned for a task spawned in a group that cancels
	// its tasks.
	ErrGroupAborting = errors.New("group is shutting down")
)

// A GroupError is the errors with which tasks of a group, and then its body,
// have failed, in that order. errors.Is and errors.As look at each.
type GroupError struct {
	Group string // its label
	Errs  []error
}

func (e *GroupError) Error() string {
	var all []string
	for _, err := range e.Errs {
		all = append(all, err.Error())
	}
	return fmt.Sprintf("%s: %s", named("group", e.Group), strings.Join(all, "; "))
}

// Unwrap returns the errors.
func (e *GroupError) Unwrap() []error { return e.Errs }

// A Group is a part of a task's work that spawns other tasks, and ends when all
// of those have ended. If one fails, the others are canceled, and so is the
// part of the task itself; the end of the group then tells all errors. If the
// task is canceled, so are those of the group. That one of them is canceled
// concerns nobody else.
//
//	err := coro.WithGroup(y, "kitchen", func(g *coro.Group) error {
//		coro.SpawnIn(g, coro.Pull(soup))
//		coro.SpawnIn(g, coro.Pull(roast))
//		return nil
//	})
//
// It is asyncio's TaskGroup.
type Group struct {
	line     line
	part     part
	parent   *task
	tasks    *list.List // of the *task that have not ended, in the order in which they were spawned
	errs     []error
	body     error // what the body came to, if that is neither nil nor a cancellation
	canceled error // what canceled the body, or its waiting for the end
	ending   bool
	aborting bool
	asked    bool // the group has canceled its parent
}

// WithGroup runs body, a part of the task of y, with a group, and suspends the
// task until all tasks of the group have ended. It returns a [*GroupError] if
// body or one of the tasks has failed, and otherwise the cancellation if the
// task was canceled. Waiting for the end is called label wherever it is shown.
func WithGroup(y *Async, label string, body func(g *Group) error) error {
	g := EnterGroup(y.loop, label)
	returned := false
	defer func() {
		if !returned {
			g.Abandon() // body panics
		}
	}()
	err := body(g)
	returned = true
	if ended, err := g.TryEnd(err); ended {
		return err
	}
	return Wait(y, g.Ending())
}

// EnterGroup begins a group in the task that runs on l. A machine ends it with
// TryEnd. It panics if no task of l runs.
func EnterGroup(l *Loop, label string) *Group {
	if l == nil || l.current == nil {
		panic("coro: group outside of a task")
	}
	g := &Group{parent: l.current, tasks: list.New()}
	g.line.init(l, g, OnGroup, label)
	g.part.enter(g.parent)
	return g
}

// SpawnIn is Spawn in a group: [ErrGroupAborting] if it cancels its tasks,
// [ErrGroupEnded] if it has ended.
func SpawnIn[T any](g *Group, r Resumable[struct{}, Await, T], opts ...Option) (*Task[T], error) {
	switch {
	case g.ending && g.tasks.Len() == 0:
		return nil, fmt.Errorf("spawn in %s: %w", g, ErrGroupEnded)
	case g.aborting:
		return nil, fmt.Errorf("spawn in %s: %w", g, ErrGroupAborting)
	}
	t := Spawn(g.line.loop, r, opts...)
	member := g.tasks.PushBack(&t.task)
	t.AddDoneCallback(func() {
		g.tasks.Remove(member)
		g.ended(&t.task)
	})
	return t, nil
}

// TryEnd says that the body has come to its end with err, which it must not
// otherwise return. If no task is left, TryEnd answers true, with the group's
// error.
func (g *Group) TryEnd(err error) (ended bool, result error) {
	g.ending = true
	switch {
	case errors.Is(err, ErrCanceled):
		g.canceled = err
	case err != nil:
		g.body = err
	}
	if err != nil && !g.aborting {
		g.abort()
	}
	if g.tasks.Len() > 0 {
		return false, nil
	}
	return true, g.result()
}

// Ending is what a machine yields after TryEnd has answered false. It is resumed
// with the group's error when all tasks have ended, however often the machine's
// task is canceled meanwhile.
func (g *Group) Ending() Await { return g.line.waiting() }

// Abort cancels all tasks of the group.
func (g *Group) Abort() {
	if !g.aborting {
		g.abort()
	}
}

// Abandon aborts the group and ends the part of the task that it is, in the place
// of TryEnd: nobody waits for its tasks any more. It is for a body that panics.
func (g *Group) Abandon() {
	g.abort()
	g.part.leave(g.parent)
}

// Len returns how many tasks of the group have not ended.
func (g *Group) Len() int { return g.tasks.Len() }

func (g *Group) String() string { return named("group", g.line.label) }

func (g *Group) abort() {
	g.aborting = true
	for e := g.tasks.Front(); e != nil; e = e.Next() {
		e.Value.(*task).Cancel()
	}
}

// ended notes that t has ended.
func (g *Group) ended(t *task) {
	if g.tasks.Len() == 0 {
		g.line.callFresh()
	}
	if t.err == nil || t.Canceled() {
		return
	}
	if g.parent.done {
		return // nobody is left to be told, so that it is reported as one never retrieved
	}
	g.errs = append(g.errs, t.outcome())
	if !g.aborting {
		g.abort()
		g.asked = true
		g.part.end(t.err)
		g.parent.cancelStep(nil)
	}
}

func (g *Group) arrive(ln *line, tk *ticket) error {
	ln.join(tk)
	if g.tasks.Len() == 0 {
		tk.call()
	}
	return nil
}

func (g *Group) resume(tk *ticket, thrown error) (error, bool) {
	tk.leave()
	if thrown != nil && !g.aborting {
		g.canceled = thrown
		g.abort()
	}
	if g.tasks.Len() > 0 {
		g.line.join(tk)
		return nil, false
	}
	return g.result(), true
}

// result returns what the group has come to.
func (g *Group) result() error {
	g.part.leave(g.parent)
	if g.asked {
		g.parent.Uncancel()
	}
	if g.canceled != nil && len(g.errs) == 0 {
		return g.canceled
	}
	if g.body != nil {
		g.errs = append(g.errs, g.body)
	}
	if len(g.errs) == 0 {
		return nil
	}
	if g.parent.Canceling() > 0 {
		// The cancellation from outside is still to come, at the next
		// suspension.
		g.parent.Uncancel()
		g.parent.Cancel()
	}
	return &GroupError{Group: g.line.label, Errs: g.errs}
}

// blockers returns the tasks of the group.
func (g *Group) blockers(*ticket) (by []dependency) {
	for e := g.tasks.Front(); e != nil; e = e.Next() {
		by = append(by, dependency{on: e.Value.(*task), needed: true})
	}
	return by
}

func (g *Group) detail(*line, int) string { return fmt.Sprintf("%d left", g.tasks.Len()) }
