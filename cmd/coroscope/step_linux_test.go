package main

// This file tests the stepper on a terminal, with a pseudo-terminal in its
// place.

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A pseudoTerminal has a program that runs on it.
type pseudoTerminal struct {
	t       *testing.T
	program *exec.Cmd
	keys    *os.File
	mu      sync.Mutex
	ever    bytes.Buffer // all that was shown
	shown   bytes.Buffer // since what was last waited for
	ended   chan error
}

// onTerminal runs coroscope on a pseudo-terminal of a size.
func onTerminal(t *testing.T, columns, rows uint16, env []string, args ...string) *pseudoTerminal {
	t.Helper()
	return runOnTerminal(t, columns, rows, env, "coroscope", args...)
}

// runOnTerminal runs a program on a pseudo-terminal of a size.
func runOnTerminal(t *testing.T, columns, rows uint16, env []string, program string, args ...string) *pseudoTerminal {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("there are no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { keys.Close() })
	fd := int(keys.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns}); err != nil {
		t.Fatal(err)
	}
	tm := &pseudoTerminal{t: t, keys: keys, ended: make(chan error, 1)}
	tm.program = exec.Command(program, args...)
	tm.program.Stdin, tm.program.Stdout, tm.program.Stderr = tty, tty, tty
	tm.program.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	tm.program.Env = append(os.Environ(), append([]string{"TERM=xterm-256color", "NO_COLOR="}, env...)...)
	if err := tm.program.Start(); err != nil {
		t.Fatal(err)
	}
	go io.Copy(tm, keys)
	go func() { tm.ended <- tm.program.Wait() }()
	t.Cleanup(func() { tm.program.Process.Kill() })
	return tm
}

// Write takes what the program shows.
func (tm *pseudoTerminal) Write(b []byte) (int, error) {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	tm.ever.Write(b)
	return tm.shown.Write(b)
}

// all returns all that the program has shown.
func (tm *pseudoTerminal) all() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.ever.String()
}

// patience is for how long the tests wait for what a program does at once, on
// the slowest of machines.
const patience = 3 * time.Minute

// waitFor waits until the program has shown a text, and forgets what it has
// shown up to there.
func (tm *pseudoTerminal) waitFor(text string) {
	tm.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		tm.mu.Lock()
		at := strings.Index(tm.shown.String(), text)
		if at >= 0 {
			tm.shown.Next(at + len(text))
		}
		tm.mu.Unlock()
		if at >= 0 {
			return
		}
		if time.Now().After(deadline) {
			tm.t.Fatalf("the terminal does not show %q, but %q", text, tm.all())
		}
	}
}

func (tm *pseudoTerminal) press(keys string) {
	tm.t.Helper()
	if _, err := tm.keys.WriteString(keys); err != nil {
		tm.t.Fatal(err)
	}
}

// exit waits for the program's end and returns its exit code.
func (tm *pseudoTerminal) exit() int {
	tm.t.Helper()
	select {
	case <-tm.ended:
		return tm.program.ProcessState.ExitCode()
	case <-time.After(patience):
		tm.t.Fatalf("the program does not end; it shows %q", tm.all())
		return 0
	}
}

const right = "\x1b[C"

func TestStepOnATerminal(t *testing.T) {
	tm := onTerminal(t, 80, 24, nil, "step", "average")
	tm.waitFor("average, statemachine")
	tm.press(right)
	tm.waitFor("step 1, suspended")
	tm.press("s12\r")
	tm.waitFor("-> 12")
	tm.press("b")
	tm.waitFor("step 1")
	tm.press("?")
	tm.waitFor("go back to the start")
	tm.press("q") // which leaves the keys
	tm.waitFor("sent in and handed out")
	tm.press("q")
	if code := tm.exit(); code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
	tm.waitFor("\x1b[?1049l") // the screen is as it was before
}

func TestStepALoopOnASmallTerminal(t *testing.T) {
	tm := onTerminal(t, 60, 15, []string{"NO_COLOR=1"}, "step", "--loop", "bartender", "--shape", "pull")
	tm.waitFor("loop bartender, pull")
	tm.press(right + right)
	tm.waitFor("step 2, at 0s, 0 ready, 5 timers")
	tm.press(right)
	tm.waitFor("idle for 5ms")
	if shown := tm.all(); strings.Contains(shown, "\x1b[33m") || strings.Contains(shown, "\x1b[1;36m") {
		t.Errorf("there are colors although NO_COLOR is set: %q", shown)
	}
	tm.press("\x03")
	if code := tm.exit(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	tm.waitFor("coroscope: interrupted")
}

// Ctrl-Z gives the terminal back to the shell until that lets it go on.
func TestStepIsSuspended(t *testing.T) {
	shell := "set -m; coroscope step average; echo left; fg; echo ended"
	tm := runOnTerminal(t, 80, 24, nil, "/bin/sh", "-c", shell)
	tm.waitFor("average, statemachine")
	tm.press(right)
	tm.waitFor("step 1, suspended")
	tm.press("\x1a")
	tm.waitFor("left\r\n")
	tm.waitFor("step 1, suspended")
	tm.press("q")
	tm.waitFor("ended\r\n")
	if code := tm.exit(); code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
}

// Without a shell Ctrl-Z does not leave it waiting forever.
func TestStepWithoutAShell(t *testing.T) {
	tm := onTerminal(t, 80, 24, nil, "step", "average")
	tm.waitFor("average, statemachine")
	tm.press("\x1a")
	tm.waitFor("there is no shell here")
	tm.press(right)
	tm.waitFor("step 1, suspended")
	tm.press("q")
	if code := tm.exit(); code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
}

// A signal ends it, and leaves the terminal as it was.
func TestStepIsInterrupted(t *testing.T) {
	tm := onTerminal(t, 80, 24, nil, "step", "fibonacci")
	tm.waitFor("fibonacci, statemachine")
	tm.program.Process.Signal(syscall.SIGTERM)
	if code := tm.exit(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	tm.waitFor("\x1b[?1049l")
}

// A terminal that has no screen is talked with, line by line.
func TestStepOnADumbTerminal(t *testing.T) {
	tm := onTerminal(t, 80, 24, []string{"TERM=dumb"}, "step", "average")
	tm.waitFor("> ")
	tm.press("nxt\n")
	tm.waitFor(`did you mean "next"?`)
	tm.press("next\n")
	tm.waitFor("1  next  -> 0")
	tm.press("quit\n")
	if code := tm.exit(); code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
	if shown := tm.all(); strings.Contains(shown, "\x1b") {
		t.Errorf("there is an escape sequence in %q", shown)
	}
}

// No command asks the terminal anything when it begins: the question would
// stand in the midst of what it prints.
func TestTerminalIsNotAsked(t *testing.T) {
	tm := onTerminal(t, 80, 24, nil, "step")
	if code := tm.exit(); code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
	tm.waitFor("Each takes --shape")
	tm = onTerminal(t, 80, 24, nil, "frobnicate")
	tm.exit()
	for deadline := time.Now().Add(patience); !strings.Contains(tm.all(), "--help"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the terminal shows %q", tm.all())
		}
	}
	if shown := tm.all(); strings.Contains(shown, "\x1b") {
		t.Errorf("there is an escape sequence in %q", shown)
	}
}
