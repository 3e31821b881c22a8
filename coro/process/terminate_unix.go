//go:build unix

package process

import (
	"os"
	"os/exec"
	"syscall"
)

// isolate has cmd started in a process group of its own, so that what it starts
// ends with it, unless its caller has said how it is to be started, or it shares
// this program's standard input: a terminal lets only one group read.
func isolate(cmd *exec.Cmd) (isolated bool) {
	if cmd.SysProcAttr != nil {
		return cmd.SysProcAttr.Setpgid && cmd.SysProcAttr.Pgid == 0
	}
	if cmd.Stdin == os.Stdin {
		return false
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return true
}

// terminate asks p, and its group if it has one, to end, and reports whether it
// could be asked.
func (p *Process) terminate() bool { return p.send(syscall.SIGTERM) == nil }

// kill ends the process and its group.
func (p *Process) kill() { p.send(syscall.SIGKILL) }

// killRest ends what is left of the group of a process that has ended.
func (p *Process) killRest() {
	if p.isolated {
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	}
}

func (p *Process) send(s syscall.Signal) error {
	if p.isolated {
		return syscall.Kill(-p.cmd.Process.Pid, s)
	}
	return p.cmd.Process.Signal(s)
}
