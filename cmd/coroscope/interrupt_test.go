//go:build unix

package main

// This file tests what an interrupt leaves behind, and that none is ignored.

import (
	"bufio"
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
	cmd := exec.Command("coroscope", "demo", "bartender")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(stdout)
	for range 5 { // it is under way
		if _, err := out.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Process.Signal(os.Interrupt)
	out.WriteTo(new(bytes.Buffer))
	err = cmd.Wait()
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
	defer time.AfterFunc(10*time.Second, func() { waited.Store(true); release() }).Stop()
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
