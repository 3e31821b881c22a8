// Package process has the tasks of a loop run other programs: to their end, with
// what they print, or while they talk to them.
//
//	out, err := process.Run(l, exec.Command("sort", "names.txt")).Await(y)
//
// What is returned are futures, which a machine awaits with coro.On as a body
// does with Await. A process is waited for as soon as it runs, on a goroutine of
// its own, so none stays behind as a zombie, whatever becomes of the loop.
//
// While a task awaits something of a process, a virtual clock stands still, as
// after [coro.Loop.Hold]: processes live in real time, and so does the delay
// before one is killed.
package process

// This file defines processes: how one is started, awaited and ended.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"coroscope/coro"
	"coroscope/coro/stream"
)

// Grace is how long a process has from when it is asked to end until it is
// killed, unless something else is said.
const Grace = 5 * time.Second

// Pipes says to which of its streams a process is to have pipes.
type Pipes uint8

const (
	Stdin Pipes = 1 << iota
	Stdout
	Stderr
)

// A Process is a program that was started. It is used on the loop's goroutine
// only, except where a method says that it is safe.
type Process struct {
	// The ends of the pipes that Start was asked for, or nil.
	Stdin  *stream.Writer
	Stdout *stream.Reader
	Stderr *stream.Reader

	loop *coro.Loop
	name string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	isolated bool // it has a process group of its own

	mu      sync.Mutex
	ended   bool
	err     error // of waiting for it
	waiting map[*coro.Promise[*os.ProcessState]]bool
	killer  *time.Timer
	asked   bool // to end
}

// Start starts cmd, which must not have been started, with pipes to those of its
// streams that are named; the others are as they stand in cmd. It holds the loop
// for as long as the system takes to start a program; [Starting] does not. Whoever starts a process
// sees to it that it ends: see [With], and [Process.Ending].
func Start(l *coro.Loop, cmd *exec.Cmd, pipes Pipes) (*Process, error) {
	p := newProcess(l, cmd)
	var ours, theirs []*os.File
	pipe := func(which Pipes, taken bool) (read, write *os.File, err error) {
		if pipes&which == 0 {
			return nil, nil, nil
		}
		if taken {
			return nil, nil, errors.New("a pipe is wanted to a stream that goes elsewhere already")
		}
		read, write, err = os.Pipe()
		if err == nil && which == Stdin {
			ours, theirs = append(ours, write), append(theirs, read)
		} else if err == nil {
			ours, theirs = append(ours, read), append(theirs, write)
		}
		return read, write, err
	}
	err := func() error {
		in, toIn, err := pipe(Stdin, cmd.Stdin != nil)
		if err != nil {
			return err
		}
		fromOut, out, err := pipe(Stdout, cmd.Stdout != nil)
		if err != nil {
			return err
		}
		fromErr, errOut, err := pipe(Stderr, cmd.Stderr != nil)
		if err != nil {
			return err
		}
		if in != nil {
			cmd.Stdin, p.Stdin = in, stream.NewWriter(l, "stdin", toIn)
		}
		if out != nil {
			cmd.Stdout, p.Stdout = out, stream.NewReader(l, "stdout", fromOut)
		}
		if errOut != nil {
			cmd.Stderr, p.Stderr = errOut, stream.NewReader(l, "stderr", fromErr)
		}
		return p.start()
	}()
	for _, f := range theirs {
		f.Close()
	}
	if err != nil {
		for _, f := range ours {
			f.Close()
		}
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	go p.reap()
	return p, nil
}

// Starting is Start on the loop's pool: the future of the process. What cmd names,
// such as files, must stay as it is until that is done. If the future, or a task that
// awaits it, is canceled, no process is left: one that was started meanwhile is
// killed, and the task goes on then. If it is canceled in the very turn in which the
// process is there, the process is in the future still, for whoever canceled it.
func Starting(l *coro.Loop, cmd *exec.Cmd, pipes Pipes) *coro.Future[*Process] {
	return coro.Submit(l, l.Pool(), func(ctx context.Context) (*Process, error) {
		p, err := Start(l, cmd, pipes) // which does nothing to l
		if err == nil && ctx.Err() != nil {
			p.Kill()
			<-p.done
			p.Close()
			return nil, ctx.Err()
		}
		return p, err
	}, coro.WaitForReturn(), coro.ShownAs(coro.OnProcess, "start"))
}

// start starts the process.
func (p *Process) start() error {
	p.isolated = isolate(p.cmd)
	return p.cmd.Start()
}

func newProcess(l *coro.Loop, cmd *exec.Cmd) *Process {
	return &Process{
		loop: l, name: filepath.Base(cmd.Path), cmd: cmd,
		done: make(chan struct{}), waiting: make(map[*coro.Promise[*os.ProcessState]]bool),
	}
}

// reap waits for the process, and tells those who await it.
func (p *Process) reap() {
	err := p.cmd.Wait()
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		err = nil // which its state tells
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended, p.err = true, err
	if p.killer != nil {
		p.killer.Stop()
	}
	if p.asked {
		p.killRest()
	}
	close(p.done)
	for promise := range p.waiting {
		p.tell(promise)
	}
	p.waiting = nil
}

// tell keeps the promise of the end of a process that has ended.
func (p *Process) tell(promise *coro.Promise[*os.ProcessState]) {
	if p.err != nil {
		promise.Fail(fmt.Errorf("%s: %w", p.name, p.err))
	} else {
		promise.Complete(p.cmd.ProcessState)
	}
}

// Pid returns the number of the process.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

func (p *Process) String() string { return fmt.Sprintf("%s (process %d)", p.name, p.Pid()) }

// Wait returns the future of how the process ends: well or not, its state tells;
// the error is one of copying its streams, if cmd has others than files.
// Canceling the future, or a task that awaits it, leaves the process alone.
func (p *Process) Wait() *coro.Future[*os.ProcessState] {
	return p.end(func(promise *coro.Promise[*os.ProcessState]) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.waiting, promise)
		return false
	})
}

// Ending is Wait that has the process ended if the future, or a task that awaits
// it, is canceled: as [Process.Terminate] does. The task goes on when it has
// ended, with the cancellation thrown in.
func (p *Process) Ending(grace time.Duration) *coro.Future[*os.ProcessState] {
	return p.end(func(*coro.Promise[*os.ProcessState]) bool {
		p.Terminate(grace)
		return true
	})
}

func (p *Process) end(canceled func(*coro.Promise[*os.ProcessState]) (endsFirst bool)) *coro.Future[*os.ProcessState] {
	promise := coro.NewPromise[*os.ProcessState](p.loop, p.name)
	promise.Future().OfKind(coro.OnProcess)
	promise.WithDetail(func() string { return fmt.Sprintf("process %d", p.Pid()) })
	promise.OnCancel(func(error) bool { return canceled(promise) })
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		p.tell(promise)
	} else {
		p.waiting[promise] = true
	}
	return promise.Future()
}

// Signal sends the process a signal: os.ErrProcessDone if it has ended. On
// Windows there is no other than os.Kill. It is safe on any goroutine.
func (p *Process) Signal(s os.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil {
		return fmt.Errorf("signal %s: %w", p, err)
	}
	return nil
}

// Terminate asks the process to end, with SIGTERM, and kills it if it has not
// ended after grace, which is real time; asked again, it has no longer. Where there
// is no such signal, as on Windows, it is killed at once. It does not wait, and does
// nothing for a process that has ended. It is safe on any goroutine.
//
// On Unix the processes that it has started are asked, and killed, with it, and what
// is left of them when it has ended is killed. For that it has a process group of its
// own, to which an interrupt at the terminal does not go (package coro/signals waits
// for that). It has none if cmd.SysProcAttr was set, unless that says so, or
// cmd.Stdin is os.Stdin; nor on other systems, where what it has started goes on.
func (p *Process) Terminate(grace time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.asked = true
	if grace <= 0 || !p.terminate() {
		p.kill()
		return
	}
	if p.killer == nil {
		p.killer = time.AfterFunc(grace, p.Kill)
	}
}

// Kill ends the process at once. It is safe on any goroutine.
func (p *Process) Kill() { p.Terminate(0) }

// Close closes the ends of the pipes, whatever is being read or written.
func (p *Process) Close() {
	if p.Stdin != nil {
		p.Stdin.CloseNow()
	}
	if p.Stdout != nil {
		p.Stdout.Close()
	}
	if p.Stderr != nil {
		p.Stderr.Close()
	}
}

// With starts cmd with pipes and runs body, a part of the task of y. When body
// returns, standard input is closed and the process waited for; if body returns
// an error, or the task is canceled, the process is ended as by
// [Process.Terminate] with [Grace]. In any case it has ended, and the pipes are
// closed, when With returns: body's error, the cancellation, or an [*ExitError]
// of a process that did not end well by itself. A process that prints more than
// body reads may wait for that, and With for the process.
func With(y *coro.Async, cmd *exec.Cmd, pipes Pipes, body func(p *Process) error) error {
	p, err := Start(coro.LoopOf(y), cmd, pipes)
	if err != nil {
		return err
	}
	defer p.Close()
	returned := false
	defer func() {
		if !returned {
			p.Kill() // body panics
		}
	}()
	bodyErr := body(p)
	returned = true
	if bodyErr != nil {
		p.Terminate(Grace)
	} else if p.Stdin != nil {
		p.Stdin.Close()
	}
	end := p.Ending(Grace)
	state, err := end.Await(y)
	switch {
	case bodyErr != nil:
		return bodyErr
	case err != nil:
		return err
	}
	return p.Outcome(state)
}

// Outcome returns an [*ExitError] if state, with which the process has ended, is
// not that of one that ended well, and nil otherwise.
func (p *Process) Outcome(state *os.ProcessState) error {
	return exitError(p.name, Output{State: state})
}
