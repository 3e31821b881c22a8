//go:build !unix

package coro_test

import (
	"testing"
	"time"
)

// measureCPU runs f; the processor's time is measured on Unix only.
func measureCPU(b *testing.B, f func()) { f() }

var started = time.Now()

// processorTime is the time on the wall where the processor's is not known.
func processorTime() time.Duration { return time.Since(started) }
