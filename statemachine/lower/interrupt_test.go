package lower

// This file tests that who is interrupted leaves nothing behind.

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInterrupted ends the work where it is told that some step begins.
func TestInterrupted(t *testing.T) {
	for _, ar := range archives(t, "testdata/passes.txtar") {
		dir := module(t, ar)
		before, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []string{"loading", "lowering", "building"} {
			work := func(what string, f func(Options) error) {
				ctx, interrupt := context.WithCancel(t.Context())
				defer interrupt()
				told := false
				err := f(Options{Dir: dir, Context: ctx, Progress: func(text string) {
					if strings.HasPrefix(text, step) {
						told = true
						interrupt()
					}
				}})
				if !told || !errors.Is(err, context.Canceled) {
					t.Errorf("%s, interrupted at %s (%t): %v", what, step, told, err)
				}
			}
			work("Lower", func(opt Options) error {
				files, err := Lower(opt)
				if files != nil {
					t.Errorf("interrupted at %s: %d files", step, len(files))
				}
				return err
			})
			out := filepath.Join(t.TempDir(), "out")
			work("Stress", func(opt Options) error {
				_, err := Stress(opt, out, ".")
				return err
			})
			if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) > 0 {
				t.Errorf("interrupted at %s: left behind %v, %v", step, left, err)
			}
		}
		if after, err := os.ReadDir(dir); err != nil || len(after) != len(before) {
			t.Errorf("%d files before and %d after (%v)", len(before), len(after), err)
		}
	}
}
