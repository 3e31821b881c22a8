package main

import (
	"bytes"
	"slices"
	"testing"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"
)

// A coroutine that stands alone, but was made by a task, is the task's child
// in everything that is read back.
func TestParentOfStandAlone(t *testing.T) {
	var trace bytes.Buffer
	if err := cotrace.Start(&trace); err != nil {
		t.Skipf("tracing is on already: %v", err)
	}
	words := slices.All([]string{"a", "b"})
	_, err := coro.Run(coro.Pull(func(y *coro.Async) (int, error) {
		ctx := cotrace.Context(coro.LoopOf(y))
		next, stop := cotrace.Pull2(ctx, "", words)
		defer stop()
		next()
		c := cotrace.Coroutine(ctx, coro.New(coro.Pull(coro.FromSeq2(words)), coro.Named("solo")))
		for range c.All() {
		}
		return 0, nil
	}), cotrace.Loop())
	cotrace.Stop()
	if err != nil {
		t.Fatal(err)
	}
	tl, err := timeline.Read(&trace, timeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var main uint64
	children := 0
	for _, c := range tl.Summary().Coroutines {
		switch {
		case c.Name == "main":
			main = c.ID
		case c.Parent == nil || *c.Parent != main:
			t.Errorf("%s#%d has parent %v, want %d", c.Name, c.ID, c.Parent, main)
		case c.Name == "":
			t.Errorf("#%d has no name, want that of its function", c.ID)
		default:
			children++
		}
	}
	if children != 2 {
		t.Errorf("main has %d children, want 2", children)
	}
}
