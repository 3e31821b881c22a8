//go:build !unix

package process

import "os"

// terminate reports that a process cannot be asked to end, only be killed.
func terminate(*os.Process) bool { return false }
