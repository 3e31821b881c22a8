//go:build unix

package main

// This file tests what an interrupt leaves behind, and that none is ignored.

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"coroscope/trace/timeline"
)

func TestInterruptedDemoLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("interrupted", "demo", "bartender")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	if e, ok := errors.AsType[*exec.ExitError](err); !ok || e.ExitCode() != exitInterrupted {
		t.Errorf("%v, want exit code %d", err, exitInterrupted)
	}
	if got := stderr.String(); got != "coroscope: interrupted\n" {
		t.Errorf("standard error has %q", got)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// interrupted is coroscope, interrupted when it has printed some lines. However
// slow the machine is, it has no time to end before.
func interrupted() {
	a := &app{name: "coroscope", stdin: os.Stdin, stdout: &interrupter{lines: 5}, stderr: os.Stderr, start: time.Now()}
	os.Exit(a.run(os.Args[1:]))
}

// An interrupter takes so many lines, then interrupts its own process, and takes
// no more.
type interrupter struct{ lines int }

func (w *interrupter) Write(b []byte) (int, error) {
	if w.lines -= bytes.Count(b, []byte("\n")); w.lines <= 0 {
		syscall.Kill(os.Getpid(), syscall.SIGINT)
		select {}
	}
	return len(b), nil
}

// A named pipe that nobody writes to cannot even be opened.
func TestInterruptedOpening(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("no named pipe: %v", err)
	}
	release := func() { // whoever waits for a writer
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			f.Close()
		}
	}
	defer release()
	var waited atomic.Bool
	defer time.AfterFunc(3*time.Minute, func() { waited.Store(true); release() }).Stop()
	ctx, interrupt := context.WithCancel(t.Context())
	a := &app{stdout: io.Discard, stderr: io.Discard, ctx: ctx}
	time.AfterFunc(time.Millisecond, interrupt)
	if _, err := a.readTimeline(pipe, timeline.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was interrupted", err)
	}
	if waited.Load() {
		t.Error("it waited for a writer all the same")
	}
}

// Who reads a pipe in which nothing comes can be interrupted.
func TestInterruptedReading(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	pipe, other := io.Pipe()
	defer other.Close()
	a := &app{stdin: pipe, stdout: io.Discard, stderr: io.Discard, ctx: ctx}
	time.AfterFunc(time.Millisecond, interrupt)
	if _, err := a.readTimeline(stdinName, timeline.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("readTimeline: %v, want that it was interrupted", err)
	}
	if err := a.events(stdinName, true); !errors.Is(err, context.Canceled) {
		t.Errorf("events: %v, want that it was interrupted", err)
	}
}
