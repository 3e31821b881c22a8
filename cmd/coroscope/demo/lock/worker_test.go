package lock

import (
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/machinetest"
	"coroscope/coro"
)

func TestWorkerIsTheSameInEveryShape(t *testing.T) {
	for _, c := range []struct {
		pieces int
		cancel bool
		want   int // suspensions
	}{{3, false, 3}, {0, false, 0}, {3, true, 1}} {
		seen, _ := machinetest.Task{
			Machine: &workerMachine,
			In: func(shape coro.Shape, l *coro.Loop) (coro.Resumable[struct{}, coro.Await, int], func() string) {
				return workerIn(shape, worker{stage: &demo.Stage{Loop: l, Work: func(time.Duration) {}}, pieces: c.pieces}), func() string { return "" }
			},
			Cancel: c.cancel,
		}.Same(t)
		if len(seen) != c.want {
			t.Errorf("%+v: suspensions %q, want %d", c, seen, c.want)
		}
	}
}

func TestWorkerMachineIsDescribed(t *testing.T) { machinetest.Described(t, &workerMachine) }
