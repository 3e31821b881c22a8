//go:build unix

package coro_test

import (
	"syscall"
	"testing"
	"time"
)

// measureCPU runs f and reports the process's processor time per operation.
func measureCPU(b *testing.B, f func()) {
	before := processorTime()
	f()
	b.ReportMetric(float64((processorTime()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
