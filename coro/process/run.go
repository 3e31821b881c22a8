package process

// This file defines running a process to its end.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"coroscope/coro"
)

// Output is what a process has printed, and how it ended.
type Output struct {
	Stdout []byte
	Stderr []byte
	State  *os.ProcessState
}

// An ExitError says that a process did not end well: with an exit code that is
// not 0, or by a signal.
type ExitError struct {
	Name   string // of the program
	Output Output
}

// Error says how the process ended, and the last line that it printed to standard
// error.
func (e *ExitError) Error() string {
	text := e.Name + ": " + e.Output.State.String()
	lines := strings.Split(strings.TrimSpace(string(e.Output.Stderr)), "\n")
	if last := lines[len(lines)-1]; last != "" {
		text += ": " + last
	}
	return text
}

// Unwrap returns an [*exec.ExitError].
func (e *ExitError) Unwrap() error { return &exec.ExitError{ProcessState: e.Output.State} }

func exitError(name string, out Output) error {
	if out.State.Success() {
		return nil
	}
	return &ExitError{Name: name, Output: out}
}

// Run starts cmd, which must not have been started, and returns the future of
// what it prints to those of its standard output and standard error that go
// nowhere else. A process that does not end well fails the future with an
// [*ExitError], which has the output too.
//
// If the future, or a task that awaits it, is canceled, the process is ended as
// by [Process.Terminate] with [Grace], and on Unix with what it has started; the task
// goes on when it has ended, with the cancellation thrown in.
func Run(l *coro.Loop, cmd *exec.Cmd) *coro.Future[Output] { return RunWithin(l, cmd, Grace) }

// RunWithin is Run with another delay before a process is killed that was asked
// to end.
func RunWithin(l *coro.Loop, cmd *exec.Cmd, grace time.Duration) *coro.Future[Output] {
	p := newProcess(l, cmd)
	promise := coro.NewPromise[Output](l, p.name)
	promise.Future().OfKind(coro.OnProcess)
	out, err := p.capture(&cmd.Stdout)
	errOut, err2 := p.capture(&cmd.Stderr)
	if err = errors.Join(err, err2); err == nil {
		err = p.start()
	}
	out.started()
	errOut.started()
	if err != nil {
		out.close()
		errOut.close()
		promise.Fail(fmt.Errorf("start %s: %w", p.name, err))
		return promise.Future()
	}
	promise.WithDetail(func() string { return fmt.Sprintf("process %d", p.Pid()) })
	canceled, cancel := context.WithCancelCause(context.Background())
	promise.OnCancel(func(cause error) bool {
		cancel(canceledBy(cause))
		p.Terminate(grace)
		return true
	})
	go p.reap()
	go func() {
		<-p.done
		// Others, which it has started, may have the pipes still, and print.
		out.drain(canceled, grace)
		errOut.drain(canceled, grace)
		o := Output{Stdout: out.close(), Stderr: errOut.close(), State: cmd.ProcessState}
		switch err := errors.Join(p.err, exitError(p.name, o)); {
		case canceled.Err() != nil:
			promise.Fail(context.Cause(canceled))
		case err != nil:
			promise.Fail(err)
		default:
			promise.Complete(o)
		}
		cancel(nil)
	}()
	return promise.Future()
}

// canceledBy is a cancellation with a cause.
func canceledBy(cause error) error {
	if cause == nil {
		return coro.ErrCanceled
	}
	return fmt.Errorf("%w: %w", coro.ErrCanceled, cause)
}

// A capture keeps what a process prints to one of its streams; nil if that goes
// elsewhere.
type capture struct {
	read, write *os.File
	buf         bytes.Buffer
	done        chan struct{}
}

// capture has a stream go to a pipe, if it goes nowhere.
func (p *Process) capture(to *io.Writer) (*capture, error) {
	if *to != nil {
		return nil, nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	*to = w
	c := &capture{read: r, write: w, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		c.buf.ReadFrom(r) // until all have closed it, or close
	}()
	return c, nil
}

// started closes the process's end of the pipe on this side.
func (c *capture) started() {
	if c != nil {
		c.write.Close()
	}
}

// drain waits until nobody can print any more; no longer than for grace, if that
// is not wanted.
func (c *capture) drain(canceled context.Context, grace time.Duration) {
	if c == nil {
		return
	}
	select {
	case <-c.done:
		return
	case <-canceled.Done():
	}
	select {
	case <-c.done:
	case <-time.After(grace):
	}
}

// close ends the capture and returns what was printed.
func (c *capture) close() []byte {
	if c == nil {
		return nil
	}
	c.read.Close()
	<-c.done
	return c.buf.Bytes()
}
