package coro

// This file defines parts of a task that can be canceled.

import (
	"cmp"
	"errors"
)

// A scope is a part of a task that can be canceled without the task's being
// so, which Timeout and CancelScope have in common.
type scope struct {
	part      part
	task      *task
	canceling int // requests to cancel the task when it entered
	state     scopeState
}

type scopeState uint8

const (
	scopeEntered  scopeState = iota
	scopeCanceled            // and the task has not come to its end
	scopeCaught              // canceled, and ended
	scopeExited
)

func (s *scope) enter(l *Loop) {
	if l == nil || l.current == nil {
		panic("coro: entered outside of a task")
	}
	s.task, s.canceling = l.current, l.current.Canceling()
	s.part.enter(s.task)
}

// cancel cancels the task, once, while it is in the scope; of its Contexts, those
// of the scope, with the cause why.
func (s *scope) cancel(cause, why error) bool {
	if s.state != scopeEntered {
		return false
	}
	s.state = scopeCanceled
	s.part.end(why)
	return s.task.cancelStep(cause)
}

// exit takes the scope's cancellation back, and reports whether there was one
// and it is the only one, so that its error may go no further.
func (s *scope) exit() bool {
	s.part.leave(s.task)
	switch s.state {
	case scopeEntered:
		s.state = scopeExited
	case scopeCanceled:
		s.state = scopeCaught
		return s.task.Uncancel() <= s.canceling
	}
	return false
}

func (s *scope) canceled() bool { return s.state == scopeCanceled || s.state == scopeCaught }

// A CancelScope is a part of a task's work that can be canceled, while the task
// goes on after it. Scopes may stand within each other. One who sees the
// cancellation must let it pass, as ever: at the end of the scope it is gone.
type CancelScope struct{ scope scope }

// WithCancel runs body, a part of the task of y, which the scope's Cancel
// cancels. It returns body's error; nil if that is the scope's own
// cancellation.
func WithCancel(y *Async, body func(s *CancelScope) error) error {
	s := EnterCancel(y.loop)
	ended := false
	defer func() {
		if !ended {
			s.Exit(nil) // body panics
		}
	}()
	err := body(s)
	ended = true
	return s.Exit(err)
}

// EnterCancel begins a part of the task that runs on l. What a machine does
// between EnterCancel and Exit is that part. It panics if no task of l runs.
func EnterCancel(l *Loop) *CancelScope {
	s := &CancelScope{}
	s.scope.enter(l)
	return s
}

// Exit ends the part of the task, which came to err, and returns err; nil if it
// is the scope's own cancellation, and nobody else canceled the task.
func (s *CancelScope) Exit(err error) error {
	if s.scope.exit() && errors.Is(err, ErrCanceled) {
		return nil
	}
	return err
}

// Cancel cancels what the task does in the scope. It answers false when that
// has ended, or was canceled before.
func (s *CancelScope) Cancel() bool { return s.CancelCause(nil) }

// CancelCause is Cancel with an error that the cancellation wraps.
func (s *CancelScope) CancelCause(cause error) bool {
	return s.scope.cancel(cause, cmp.Or(cause, ErrCanceled))
}

// Canceled reports whether the scope was canceled.
func (s *CancelScope) Canceled() bool { return s.scope.canceled() }
