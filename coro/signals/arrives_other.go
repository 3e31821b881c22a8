//go:build !unix && !windows

package signals

import "os"

// arrives reports whether a program can get to see s.
func arrives(s os.Signal) bool { return s == os.Interrupt }
