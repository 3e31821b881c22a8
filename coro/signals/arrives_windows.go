package signals

import (
	"os"
	"syscall"
)

// arrives reports whether a program can get to see s: Ctrl-C and Ctrl-Break, and
// the end of the console, of the session or of the system.
func arrives(s os.Signal) bool { return s == os.Interrupt || s == syscall.SIGTERM }
