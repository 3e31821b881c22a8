//go:build unix

package process

import (
	"os"
	"syscall"
)

// terminate asks p to end, and reports whether it could be asked.
func terminate(p *os.Process) bool { return p.Signal(syscall.SIGTERM) == nil }
