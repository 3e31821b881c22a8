//go:build !windows

package terminal

import "os"

// escapes reports whether the terminal understands escape sequences: on these
// systems all do.
func escapes(*os.File) bool { return true }
