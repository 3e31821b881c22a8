//go:build !unix

package coro_test

import "testing"

// measureCPU runs f; the processor's time is measured on Unix only.
func measureCPU(b *testing.B, f func()) { f() }
