//go:build unix

package signals

import (
	"os"
	"syscall"
)

// arrives reports whether a program can get to see s.
func arrives(s os.Signal) bool {
	n, ok := s.(syscall.Signal)
	return ok && n > 0 && n != syscall.SIGKILL && n != syscall.SIGSTOP
}
