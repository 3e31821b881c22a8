package main

// This file defines how the commands open the traces that they read.

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"

	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/trace/timeline"
)

// stdinName is the FILE that means standard input.
const stdinName = "-"

// called returns what to call a FILE in messages.
func called(file string) string {
	if file == stdinName {
		return "standard input"
	}
	return file
}

// reading runs f on the trace in file and returns f's error, in words for
// people. On a terminal it tells how far it has come; if f prints while it
// reads, only where that goes elsewhere. If it is interrupted, it returns at
// once, and nothing more may be done with what f was doing.
func (a *app) reading(file string, prints bool, f func(io.Reader) error) error {
	in, size := a.stdin, int64(0)
	if file != stdinName {
		var opened *os.File
		var info fs.FileInfo
		err := a.unlessInterrupted(func() (err error) { // a named pipe may have no writer
			opened, info, err = openFile(file)
			return err
		})
		if err != nil {
			return err
		}
		defer opened.Close()
		in, size = opened, info.Size()
	}
	told := a.stderr
	if terminal.Is(a.stdout) && prints {
		told = io.Discard // it would be printed in the midst of what f prints
	}
	p := terminal.NewProgress(in, called(file), size, told)
	err := a.unlessInterrupted(func() error { return f(p) }) // a pipe may never end
	if a.ctx.Err() != nil {
		return a.ctx.Err()
	}
	p.Done()
	switch {
	case errors.Is(err, timeline.ErrEmpty):
		return fmt.Errorf("%s is empty: expected a Go execution trace", called(file))
	case errors.Is(err, timeline.ErrNotTrace):
		return fmt.Errorf("%s is not a Go execution trace: expected what runtime/trace, or a demo, wrote", called(file))
	case errors.Is(err, timeline.ErrUnsupported):
		return fmt.Errorf("%s cannot be read: %w; expected that of a Go up to the one this program was built with", called(file), err)
	}
	return err
}

// unlessInterrupted calls f and returns its error. If the program is
// interrupted, it returns at once, and f goes on until the program has ended.
func (a *app) unlessInterrupted(f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-a.ctx.Done():
		return a.ctx.Err()
	}
}

// openFile opens a FILE that is not standard input.
func openFile(file string) (*os.File, fs.FileInfo, error) {
	f, err := os.Open(file)
	var info fs.FileInfo
	if err == nil {
		info, err = f.Stat()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("there is no file %s; expected a Go execution trace", file)
	case err != nil:
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err
		}
		return nil, nil, fmt.Errorf("cannot read %s: %w", file, err)
	case info.IsDir():
		f.Close()
		return nil, nil, fmt.Errorf("%s is a folder: expected a Go execution trace", file)
	}
	return f, info, nil
}

// lossError returns nil if nothing was lost, otherwise an error that says what
// was.
func lossError(file string, lost []string) error {
	if len(lost) == 0 {
		return nil
	}
	return fmt.Errorf("%s was not read as a whole: %s", called(file), timeline.Clean(strings.Join(lost, "; ")))
}

// gcPercent is GOGC where a trace is read whole, if the user has set none: the
// program ends soon, and nearly all that it allocates until then is kept.
const gcPercent = 400

// readTimeline reads a trace whole.
func (a *app) readTimeline(file string, opt timeline.Options) (*timeline.Timeline, error) {
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	}
	var tl *timeline.Timeline
	err := a.reading(file, false, func(r io.Reader) (err error) {
		tl, err = timeline.Read(r, opt)
		return err
	})
	if err != nil {
		return nil, err
	}
	return tl, nil
}

// showable reports whether there is something to tell of tl: that a trace has
// no coroutine is not known if a part of it is lost.
func showable(tl *timeline.Timeline) bool { return tl.Speaks() || len(tl.Lost) == 0 }

// noCoroutines says that a trace is not the protocol's.
func (a *app) noCoroutines(file string) {
	a.say("no coroutines in %s: it is a Go trace, but nothing in it was written by package coroscope/trace", called(file))
}
