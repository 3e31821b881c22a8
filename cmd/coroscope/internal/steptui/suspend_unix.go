//go:build unix

package steptui

// This file says whether the program can be suspended, on Unix.

import (
	"os"

	"golang.org/x/sys/unix"
)

// canSuspend reports whether there can be a shell that lets the program go on
// after SIGTSTP. A program that leads its session, as in a container, has none:
// the kernel drops the signal, and what waits for SIGCONT would wait forever.
func canSuspend() bool {
	leader, err := unix.Getsid(0)
	return err == nil && leader != os.Getpid()
}
