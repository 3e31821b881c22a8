//go:build unix

package process_test

// This file tests that what a process has started ends with it.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"coroscope/coro"
	"coroscope/coro/internal/looptest"
	"coroscope/coro/process"
)

// family starts a child that ignores being asked to end, says its number, and stays.
func family() {
	cmd := exec.Command(os.Args[0], "child", "stubborn")
	cmd.Env, cmd.Stderr = os.Environ(), os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		panic(err)
	}
	bufio.NewReader(out).ReadString('\n')
	fmt.Println(cmd.Process.Pid)
	cmd.Wait()
}

// All have the pipe, so when that is at its end, all have ended.
func TestGrandchildrenEnd(t *testing.T) {
	for _, own := range []bool{true, false} {
		t.Run(fmt.Sprint("group of its own ", own), func(t *testing.T) {
			l := looptest.New(t)
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			cmd := command("family")
			cmd.Stdout, cmd.Stderr = w, w
			if !own {
				cmd.SysProcAttr = &syscall.SysProcAttr{}
			}
			task := coro.Spawn(l, coro.Pull(process.Run(l, cmd).Await))
			w.Close()
			var pid int
			l.CallSoon(func() {
				if _, err := fmt.Fscan(r, &pid); err != nil {
					t.Error(err)
				}
				task.Cancel()
			})
			if _, err := coro.RunUntil(l, task); !errors.Is(err, coro.ErrCanceled) {
				t.Errorf("got %v", err)
			}
			if !own {
				if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
					t.Errorf("a process that is in no group with its parent is gone: %v", err)
				}
			}
			if rest, err := io.ReadAll(r); err != nil { // which hangs while it runs
				t.Errorf("%q, %v", rest, err)
			}
		})
	}
}
