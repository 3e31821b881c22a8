package main

// This file defines the program that the scripts of ps look at: it has tasks in
// some state, and then runs ps on itself, so that nothing hangs on how fast
// anything is.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"coroscope/coro"
	"coroscope/coro/inspect"
)

// diner is the program diner: diner MODE ARGS... has a loop on which two tasks
// have each taken one of two locks, and runs "coroscope ps ARGS..." when they
// wait for the other. In ARGS, PID stands for its own process, and ADDR for a
// server of its own. MODE is
//
//	listens   it can be found by its process
//	mounted   it has a server at which it can be looked at
//	silent    it has a server, but nothing of ours in it, and is not to be found
//	busy      as listens, but a task holds the loop meanwhile
//	waits     as listens, but instead of running ps it prints a line, and ends when its input does
func diner() {
	mode, args := os.Args[1], os.Args[2:]
	mux := http.NewServeMux()
	if mode == "mounted" {
		mux.Handle(inspect.Path, inspect.Handler())
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	if mode == "listens" || mode == "busy" || mode == "waits" {
		if _, err := inspect.Listen(""); err != nil {
			panic(err)
		}
	}
	words := strings.NewReplacer("PID", strconv.Itoa(os.Getpid()), "ADDR", server.Listener.Addr().String())
	cmd := exec.Command("coroscope", "ps")
	for _, arg := range args {
		cmd.Args = append(cmd.Args, words.Replace(arg))
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	var err error
	if mode == "waits" {
		dine(func() {
			fmt.Println("here")
			io.Copy(io.Discard, os.Stdin)
		}, false)
		return
	}
	dine(func() { err = cmd.Run() }, mode == "busy")
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		server.Close()
		os.Exit(e.ExitCode())
	} else if err != nil {
		panic(err)
	}
}

// dine has two tasks wait for each other and calls then, on a task of its own if
// it is to hold the loop.
func dine(then func(), busy bool) {
	coro.Run(coro.Pull(func(y *coro.Async) (struct{}, error) {
		l := coro.LoopOf(y)
		left, right := coro.NewLock(l, "left"), coro.NewLock(l, "right")
		guest := func(first, second *coro.Lock) coro.Resumable[struct{}, coro.Await, struct{}] {
			return coro.Pull(func(y *coro.Async) (none struct{}, err error) {
				if err := first.Acquire(y); err != nil {
					return none, err
				}
				defer first.Release()
				if err := coro.Wait(y, coro.NextTurn()); err != nil {
					return none, err
				}
				return none, second.Acquire(y)
			})
		}
		coro.Spawn(l, guest(left, right), coro.Named("ann"))
		coro.Spawn(l, guest(right, left), coro.Named("ben"))
		for range 3 {
			if err := coro.Wait(y, coro.NextTurn()); err != nil {
				return struct{}{}, err
			}
		}
		if busy {
			return coro.Spawn(l, coro.Pull(func(*coro.Async) (struct{}, error) {
				then()
				return struct{}{}, nil
			}), coro.Named("hog")).Await(y)
		}
		return coro.Submit(l, l.Pool(), func(context.Context) (struct{}, error) {
			then()
			return struct{}{}, nil
		}).Await(y)
	}), coro.WithName("table"), coro.WithExceptionHandler(func(_ *coro.Loop, e coro.Exception) { fmt.Fprintln(os.Stderr, e) }))
}

// Ps goes on with --watch until the process has ended.
func TestPsWatches(t *testing.T) {
	dir, err := os.MkdirTemp("", "ps")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"XDG_RUNTIME_DIR", "TMPDIR", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, dir)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Args = []string{"diner", "waits"}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	if _, err := stdout.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	w := &endAfter{n: 3, end: func() {
		stdin.Close()
		cmd.Wait()
	}}
	var stderr strings.Builder
	a := &app{name: "coroscope", stdout: w, stderr: &stderr}
	pid := strconv.Itoa(cmd.Process.Pid)
	if code := a.run([]string{"ps", "--watch", "--interval", "1ms", "--patience", "30s", pid}); code != exitOK {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
	if n := strings.Count(w.String(), "a circle: ann#2"); n < 3 {
		t.Errorf("%d snapshots, want 3 at least:\n%s", n, w)
	}
	if want := "coroscope: process " + pid + ": the process has ended\n"; stderr.String() != want {
		t.Errorf("it says %q, want %q", &stderr, want)
	}
}

// endAfter keeps what is written, and calls end when it is the n-th time.
type endAfter struct {
	strings.Builder
	n   int
	end func()
}

func (w *endAfter) Write(p []byte) (int, error) {
	if w.n--; w.n == 0 {
		w.end()
	}
	return w.Builder.Write(p)
}
