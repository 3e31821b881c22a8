package library

// This file has functions of package coro/process.

import (
	"os/exec"

	"coroscope/coro"
	"coroscope/coro/process"
)

func With(y *coro.Async, cmd *exec.Cmd, pipes process.Pipes, body func(p *process.Process) error) error {
	p, err := process.Start(loopOf(y), cmd, pipes)
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
		p.Terminate(process.Grace)
	} else if p.Stdin != nil {
		p.Stdin.Close()
	}
	state, err := p.Ending(process.Grace).Await(y)
	switch {
	case bodyErr != nil:
		return bodyErr
	case err != nil:
		return err
	}
	return p.Outcome(state)
}
