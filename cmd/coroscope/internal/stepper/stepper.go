// Package stepper steps coroutines and loops, forward and back, and shows all
// there is to see of them in between.
//
// A [Session] is something that is stepped. [NewCoroutine] makes one of a
// specimen in a shape, to which each step is one resumption: a value is sent
// in, an error is thrown in, it is closed. [NewLoop] makes one of a demo's
// loop, to which each step is one turn. No shape can run backward, and none has
// to: what was done is recorded, and to go back everything is made anew and
// done again, up to the step before. That comes to the same because nothing
// here depends on time or chance: loops run on a clock that stands still while
// anything runs.
//
// After each step a session has a [Snapshot], which is plain data. [WriteStep]
// prints it in a few lines, and [Panes] lays out all of it for whoever shows
// it, be that a terminal or a page.
package stepper

// This file defines what all sessions have in common.

// A Session is something that is stepped. It is used by one goroutine at a
// time.
type Session interface {
	// Do does one thing: verb is one of Verbs, and arg what the person typed
	// behind it. An error says that it was not understood, and nothing was
	// done. What is understood is done, and its answer, misuse included, is
	// part of the snapshot.
	Do(verb, arg string) error

	// Verbs returns what Do knows.
	Verbs() []Verb

	// Forward goes on in the course of things: it does again what Back took
	// back, or else what is meant to come next. At the end it does nothing.
	Forward()

	// Upcoming returns what Forward will do; empty at the end.
	Upcoming() string

	// Back takes so many steps back, or all if there are fewer; false at the
	// start.
	Back(steps int) bool

	// History returns the snapshot of the start and of each step since. The
	// last one shows how things are.
	History() []*Snapshot

	// Close ends whatever is stepped.
	Close()
}

// A Verb is something that can be done in a session.
type Verb struct {
	Name string // "send"
	Arg  string // what comes behind it, as in "VALUE"; empty if nothing does
	Does string // in a few words
}

// Now returns a session's last snapshot.
func Now(s Session) *Snapshot {
	h := s.History()
	return h[len(h)-1]
}
