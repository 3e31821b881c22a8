package main

// This file defines what the tests of the command have in common, and runs the
// scripts in testdata/script, which run the real program.

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"iter"
	"os"
	"os/exec"
	"regexp"
	rttrace "runtime/trace"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"coroscope/cmd/coroscope/internal/viewer"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	if viewer.InPlaceOfBrowser() {
		os.Exit(0)
	}
	testscript.Main(m, map[string]func(){
		"coroscope":    main,
		"interrupted":  interrupted,
		"foreigntrace": foreignTrace,
		"diner":        diner,
	})
}

// foreignTrace is the program foreigntrace: it writes a Go trace without any
// coroutine but one of iter.Pull to the file that it is given. If it is told how
// many, there are that many, and it forgets to stop the last.
func foreignTrace() {
	pulls, forgotten := 1, -1
	if len(os.Args) > 2 {
		var err error
		if pulls, err = strconv.Atoi(os.Args[2]); err != nil {
			panic(err)
		}
		forgotten = pulls - 1
	}
	var b bytes.Buffer
	start := time.Now()
	rttrace.Start(&b)
	rttrace.Log(context.Background(), "app", "hello")
	for i := range pulls {
		next, stop := iter.Pull(slices.Values([]int{1, 2, 3}))
		next()
		if i != forgotten {
			stop()
		}
	}
	time.Sleep(max(time.Millisecond, 4*time.Since(start))) // blocked for most of its time
	rttrace.Stop()
	if err := os.WriteFile(os.Args[1], b.Bytes(), 0o666); err != nil {
		panic(err)
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Getuid() == 0, nil
			}
			return false, errors.New("unknown condition")
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":           exits,
			"truncate":        truncate,
			"damage":          damage,
			"reportisslowest": reportIsSlowest,
		},
	})
}

// exits CODE PROGRAM ARGS... runs a program that must exit with the code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		e, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("run: %v", err)
		}
		got = e.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// reportisslowest PROGRAM ARGS... runs a program until its report was what held a loop
// for longest.
func reportIsSlowest(ts *testscript.TestScript, _ bool, args []string) {
	for range attempts {
		ts.Check(ts.Exec(args[0], args[1:]...))
		if strings.HasPrefix(slowest(ts.ReadFile("stdout")), "report#") {
			return
		}
	}
	ts.Fatalf("another step than the report's was the slowest, %d times", attempts)
}

// attempts is how often a demo is run at most until the system does not hold
// another of its steps for longer than the demo does one of them.
const attempts = 50

// slowStep matches what a demo says of a slow step.
var slowStep = regexp.MustCompile(`(?m)  slow step: (.*) held\s+the\s+loop\s+for\s+([0-9.µmns]+)`)

// slowest returns what a demo's text says of who held a loop for longest.
func slowest(text string) (who string) {
	var longest time.Duration
	for _, m := range slowStep.FindAllStringSubmatch(text, -1) {
		if d, err := time.ParseDuration(m[2]); err == nil && d > longest {
			who, longest = m[1], d
		}
	}
	return who
}

// truncate FILE PERCENT NEWFILE copies the beginning of a file: with a B at its
// end, it is bytes instead of percent.
func truncate(ts *testscript.TestScript, _ bool, args []string) {
	b := ts.ReadFile(args[0])
	n, err := strconv.Atoi(strings.TrimSuffix(args[1], "B"))
	ts.Check(err)
	if !strings.HasSuffix(args[1], "B") {
		n = len(b) * n / 100
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(b[:n]), 0o666))
}

// damage FILE NEWFILE copies a file with a stretch in its middle overwritten.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	clear(b[len(b)/2 : len(b)/2+500])
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o666))
}
