//go:build !unix

package process

import "os/exec"

// isolate reports that what a process starts does not end with it.
func isolate(*exec.Cmd) bool { return false }

// terminate reports that a process cannot be asked to end, only be killed.
func (p *Process) terminate() bool { return false }

func (p *Process) kill() { p.cmd.Process.Kill() }

func (p *Process) killRest() {}
