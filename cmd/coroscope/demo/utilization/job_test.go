package utilization

import (
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo/internal/machinetest"
	"coroscope/coro"
)

func TestJobIsTheSameInEveryShape(t *testing.T) {
	for _, c := range []struct {
		cancel bool
		want   int // suspensions
	}{{false, waits}, {true, 1}} {
		seen, _ := machinetest.Task{
			Machine: &jobMachine,
			In: func(shape coro.Shape, _ *coro.Loop) (coro.Resumable[struct{}, coro.Await, int], func() string) {
				return jobIn(shape, func(time.Duration) {}), func() string { return "" }
			},
			Cancel: c.cancel,
		}.Same(t)
		if len(seen) != c.want {
			t.Errorf("canceled %v: suspensions %q, want %d", c.cancel, seen, c.want)
		}
	}
}

func TestJobMachineIsDescribed(t *testing.T) { machinetest.Described(t, &jobMachine) }
