// Package terminal says what a program may print where it prints: how wide,
// and whether in color.
package terminal

import (
	"os"
	"strconv"

	"golang.org/x/term"
)

// DefaultWidth is the width of what is no terminal, in columns.
const DefaultWidth = 100

// Is reports whether w is a terminal.
func Is(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Width returns how many columns w has: those of the terminal that it is;
// otherwise, so that a pipe can be told, $COLUMNS; otherwise DefaultWidth.
func Width(w any) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return DefaultWidth
}

// Color reports whether w shows colors: it is a terminal, not a dumb one, and
// NO_COLOR is not set (https://no-color.org).
func Color(w any) bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !Is(w) {
		return false
	}
	return escapes(w.(*os.File))
}
