package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// escapes has the console understand escape sequences, which it does not do
// unless it is asked, and reports whether it does.
func escapes(f *os.File) bool {
	h := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(h, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
