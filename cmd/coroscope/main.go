// Coroscope shows coroutines from the inside: it runs demos that are written
// into Go execution traces, reads such traces back, and opens them in "go tool
// trace" where every suspension can be seen.
//
// Without arguments it runs the demo bartender, writes bartender.trace into the
// current folder, and prints what is in that. "coroscope help" tells the rest.
//
// Exit codes: 0 if all went well; 1 if something went wrong, or if part of a
// trace could not be read, in which case what could be read is shown; 2 if the
// command was not understood; 130 if it was interrupted. Errors go to
// standard error, in one line.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"coroscope/cmd/coroscope/internal/viewer"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130 // 128 + SIGINT, as shells have it
)

func main() {
	if viewer.InPlaceOfBrowser() {
		return
	}
	a := &app{
		name:   programName(),
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		start:  time.Now(),
	}
	os.Exit(a.run(os.Args[1:]))
}

// An app is one run of the program.
type app struct {
	name   string // how the person can type the program's name
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	start  time.Time       // of the program
	ctx    context.Context // done when the program is interrupted
}

// run runs the command that args are and returns the exit code.
func (a *app) run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	a.ctx = ctx
	// A reader that leaves early is an error of a write and not the end, so
	// that what was begun is brought to its end, or removed.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)

	root := a.rootCommand()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	usage, isUsage := errors.AsType[*usageError](err)
	switch {
	case err == nil:
		return exitOK
	case isUsage:
		fmt.Fprintf(a.stderr, "coroscope: %v; see %s\n", usage, a.helpOf(cmd))
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil, errors.Is(err, errInterrupted):
		fmt.Fprintln(a.stderr, "coroscope: interrupted")
		return exitInterrupted
	}
	if !errors.Is(err, syscall.EPIPE) { // whoever left early knows
		fmt.Fprintf(a.stderr, "coroscope: %v\n", err)
	}
	return exitFailed
}

// errInterrupted says that the person has interrupted the program by a key that
// was not made a signal.
var errInterrupted = errors.New("interrupted")

// A usageError says that the command was not understood.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}
