package timeline_test

// This file tests the logs that are not of the protocol.

import (
	"context"
	"runtime/trace"
	"testing"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestLogs(t *testing.T) {
	data := record(t, func() {
		ctx, task := trace.NewTask(context.Background(), "count")
		trace.Log(ctx, "R", "A reads 0")
		trace.Log(ctx, protocol.CatTurn, "turn 1: 2 ready, 3 timers")
		trace.Log(ctx, "other", "")
		trace.Logf(context.Background(), "R", "A writes %d", 1)
		task.End()
	})
	tl := read(t, data, timeline.Options{Logs: true})
	want := []timeline.Log{
		{Category: "R", Message: "A reads 0"},
		{Category: "other"},
		{Category: "R", Message: "A writes 1"},
	}
	if diff := cmp.Diff(want, tl.Logs, cmpopts.IgnoreFields(timeline.Log{}, "T", "Task", "Goroutine")); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	first, last := tl.Logs[0], tl.Logs[2]
	if first.Task == 0 || first.Task != tl.Logs[1].Task || last.Task != 0 {
		t.Errorf("tasks %d, %d, %d; want the first two the same, the last none", first.Task, tl.Logs[1].Task, last.Task)
	}
	if first.Goroutine <= 0 || first.Goroutine != last.Goroutine || first.T > last.T {
		t.Errorf("first %+v, last %+v; want one goroutine, in order", first, last)
	}
	if diff := cmp.Diff([]timeline.Log{first, last}, tl.LogsOf("R")); diff != "" {
		t.Errorf("of one category (-want +got):\n%s", diff)
	}
	if tl := read(t, data, timeline.Options{}); len(tl.Logs) > 0 {
		t.Errorf("without Options.Logs there are %d", len(tl.Logs))
	}
}
