package coro

// This file defines how tasks wait for what is handed out to one after the
// other: a lock, an item of a queue. They stand in a line.

import "strconv"

// A line is where tasks stand that wait for the same thing, first come, first
// served. What a task yields to get in is an Await of the line, which nobody
// owns: only when the loop gets it, a ticket is made.
//
// What has to happen between the end of a wait and the body's going on stands
// in the line's keeper, behind the Await, so that a machine and a body that is
// written straight down wait alike.
type line struct {
	future      // of which Awaits are made; it is never done
	keeper      keeper
	label       string
	first, last *ticket
	fresh       *ticket // none before it is still waiting
	n           int     // how many stand in it
	left        int     // how many of them were canceled
}

// A keeper decides when those go on who stand in its lines. It is told:
type keeper interface {
	// arrive: the task of tk awaits ln. The keeper has tk join a line, and may
	// call it at once; or it returns an error, which is thrown in.
	arrive(ln *line, tk *ticket) error

	// resume: a task that was called, or canceled, is about to be resumed
	// with thrown. It is in the line still, unless the keeper took it out. The
	// keeper takes it out and returns what is thrown instead, and true; or has
	// it join a line again, and returns false.
	resume(tk *ticket, thrown error) (error, bool)

	// detail says what those in ln wait for, of whom this one is number pos.
	detail(ln *line, pos int) string
}

// init makes the line one of keeper k; what its Awaits wait for is shown as
// kind and label.
func (ln *line) init(l *Loop, k keeper, kind Kind, label string) {
	ln.loop, ln.keeper, ln.kind, ln.label = l, k, kind, label
	ln.flags, ln.waiter = lined, ln
}

// A ticket is a task's place in a line. Its future is done when the task was
// called or canceled. Tickets are used again.
type ticket struct {
	future // its waiter is the ticket itself, from which the task finds it
	task   *task
	line   *line // that it stands in, or nil
	keeper keeper
	prev   *ticket
	next   *ticket // in line, or in the loop's list of those not in use

	// The keeper's own:
	phase int
	num   int
	err   error
	own   any
}

// maxTickets is how many tickets a loop keeps for later.
const maxTickets = 1 << 10

// enter has t, which yielded an Await of the line, wait.
func (ln *line) enter(t *task) {
	l := t.loop
	tk := l.tickets
	if tk == nil {
		tk = &ticket{}
		tk.loop, tk.flags, tk.waiter = l, lined, tk
	} else {
		l.tickets, tk.next = tk.next, nil
		l.spare--
	}
	tk.task, tk.keeper, tk.kind = t, ln.keeper, ln.kind
	tk.done, tk.future.err = false, nil
	t.on = &tk.future
	t.flags |= queued
	if err := ln.keeper.arrive(ln, tk); err != nil {
		t.on = nil
		t.flags &^= queued
		tk.discard()
		t.throwNext(err)
		return
	}
	if t.has(toCancel) && tk.CancelCause(t.cause()) {
		t.takeCancel()
	}
}

// settle asks the keeper about the task, which is about to be resumed, and
// returns what is thrown in. It answers false if the task waits on.
func (tk *ticket) settle() (error, bool) {
	t := tk.task
	tk.loop.maker = t
	thrown, ok := tk.keeper.resume(tk, t.takeThrown())
	if !ok {
		t.on = &tk.future
		return nil, false
	}
	t.flags &^= queued
	tk.discard()
	return thrown, true
}

// discard gives the ticket back.
func (tk *ticket) discard() {
	l := tk.loop
	tk.task, tk.keeper = nil, nil
	tk.phase, tk.num, tk.err, tk.own = 0, 0, nil, nil
	if l.spare < maxTickets {
		l.spare++
		tk.next, l.tickets = l.tickets, tk
	}
}

// join puts tk, new or called before, at the end of the line.
func (ln *line) join(tk *ticket) {
	tk.done, tk.future.err = false, nil
	tk.line, tk.prev, tk.next = ln, ln.last, nil
	if ln.last == nil {
		ln.first = tk
	} else {
		ln.last.next = tk
	}
	ln.last = tk
	if ln.fresh == nil {
		ln.fresh = tk
	}
	ln.n++
}

// leave takes tk out of its line, if it is in one.
func (tk *ticket) leave() {
	ln := tk.line
	if ln == nil {
		return
	}
	if tk.future.err != nil {
		ln.left--
	}
	if ln.fresh == tk {
		ln.fresh = tk.next
	}
	if tk.prev == nil {
		ln.first = tk.next
	} else {
		tk.prev.next = tk.next
	}
	if tk.next == nil {
		ln.last = tk.prev
	} else {
		tk.next.prev = tk.prev
	}
	tk.line, tk.prev, tk.next = nil, nil, nil
	ln.n--
}

// abandoned reports whether nobody stands in the line who was not canceled.
func (ln *line) abandoned() bool { return ln.n == ln.left }

// nextFresh returns the first in line who still waits, nil if nobody does.
func (ln *line) nextFresh() *ticket {
	for ln.fresh != nil && ln.fresh.done {
		ln.fresh = ln.fresh.next
	}
	return ln.fresh
}

// call has the task of tk resumed, unless it is called or canceled already.
func (tk *ticket) call() {
	if !tk.done {
		tk.complete(nil, "future")
	}
}

// callFresh calls the first who still waits, and answers false if nobody does.
func (ln *line) callFresh() bool {
	tk := ln.nextFresh()
	if tk == nil {
		return false
	}
	tk.call()
	return true
}

// callOut takes the first in line who still waits out of it, with all before
// it, and calls it.
func (ln *line) callOut() bool {
	for tk := ln.first; tk != nil; tk = ln.first {
		waits := !tk.done
		tk.leave()
		if waits {
			tk.call()
			return true
		}
	}
	return false
}

// release implements [waiter]: the ticket's future is done.
func (tk *ticket) release(l *Loop, what string) {
	tk.waiter = tk
	if tk.future.err != nil && tk.line != nil {
		tk.line.left++
	}
	tk.task.release(l, what)
}

// release implements [waiter]; a line's own future is never done.
func (ln *line) release(*Loop, string) {}

// waiting returns the Await of the line.
func (ln *line) waiting() Await { return Await{on: &ln.future, label: ln.label} }

// describe fills in what waiting in the line says of a suspension. The task
// that says so is about to join it.
func (ln *line) describe(s *Suspension) {
	s.Detail = ln.keeper.detail(ln, ln.n-ln.left+1)
	if s.Label == "" {
		s.Label = ln.label
	}
}

// describe fills in what the ticket says of a suspension.
func (tk *ticket) describe(s *Suspension) {
	ln := tk.line
	if ln == nil {
		return // called
	}
	pos := 1
	for before := tk.prev; before != nil; before = before.prev {
		if before.future.err == nil {
			pos++
		}
	}
	s.Detail = ln.keeper.detail(ln, pos)
	if s.Label == "" {
		s.Label = ln.label
	}
}

// ticket returns the place in line of a task that waits in one, or nil.
func (t *task) ticket() *ticket {
	if t.on == nil || !t.has(queued) {
		return nil
	}
	return t.on.waiter.(*ticket)
}

// ordinal is "1st", "2nd", ...
func ordinal(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// inLine is what most keepers say of who is number pos.
func inLine(pos int) string { return ordinal(pos) + " in line" }

// stateInLine is state, and who is not the first is told his number.
func stateInLine(state string, pos int) string {
	if pos == 1 {
		return state
	}
	return state + ", " + inLine(pos)
}
