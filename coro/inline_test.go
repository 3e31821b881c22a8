package coro_test

// This file tests that what stands between a body and a switch of stacks is
// still inlined: each function there costs several nanoseconds a switch
// (BenchmarkFunctionsBetween), and Yield has two points of the compiler's budget
// left.

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestYieldIsInlined(t *testing.T) {
	if testing.Short() || testing.CoverMode() != "" {
		t.Skip("it compiles the package; run it without -short and -cover")
	}
	out, err := exec.Command("go", "build", "-gcflags=-m", "-o", filepath.Join(t.TempDir(), "coro"), ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	decisions := regexp.MustCompile(`\[go\.shape[^\n]*?\]\)`).ReplaceAllString(string(out), "[...])")
	for _, fn := range []string{
		"Wait", "(*Yielder[...]).Yield", "(*mailbox).beforeEnter", "(*mailbox).afterEnter", "(*queue).pop", "(*task).yielded",
	} {
		if !strings.Contains(decisions, "can inline "+fn+"\n") {
			t.Errorf("%s is too much to be inlined; go build -gcflags=-m=2 ./coro says by how much", fn)
		}
	}
	for _, fn := range []string{"(*mailbox).beforeEnter", "(*mailbox).afterEnter", "(*queue).pop", "(*task).yielded"} {
		if !regexp.MustCompile(`loop\.go:\d+:\d+: inlining call to ` + regexp.QuoteMeta(fn)).MatchString(decisions) {
			t.Errorf("the loop calls %s, which is not inlined there", fn)
		}
	}
}
