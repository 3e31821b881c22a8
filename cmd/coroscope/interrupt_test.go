//go:build unix

package main

// This file tests that an interrupted demo leaves nothing behind.

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
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
