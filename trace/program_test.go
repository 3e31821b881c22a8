package trace_test

// This file defines what a program does beside its coroutines.

import (
	"context"
	"runtime"
	"runtime/trace"
)

// openRegion begins a region of the program's own.
func openRegion() *trace.Region {
	return trace.StartRegion(context.Background(), "program's own")
}

func goexit() { runtime.Goexit() }
