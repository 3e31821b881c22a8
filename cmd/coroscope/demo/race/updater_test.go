package race

import (
	"fmt"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/machinetest"
	"coroscope/coro"
	"coroscope/statemachine"
)

func TestUpdaterIsTheSameInEveryShape(t *testing.T) {
	edges := make(map[statemachine.Edge]bool)
	for _, c := range []struct {
		times  int
		await  time.Duration
		cancel bool
		want   int // suspensions
	}{
		{times: 3, want: 3},
		{times: 3, await: time.Second, want: 6},
		{times: 0, want: 0},
		{times: 3, cancel: true, want: 1},
		{times: 3, await: time.Second, cancel: true, want: 1},
	} {
		seen, taken := machinetest.Task{
			Machine: &updaterMachine,
			In: func(shape coro.Shape, l *coro.Loop) (coro.Resumable[struct{}, coro.Await, int], func() string) {
				r := &resource{}
				stage := &demo.Stage{Loop: l, Work: func(time.Duration) {}}
				u := updates{stage: stage, r: r, who: "A", times: c.times, await: c.await}
				return updaterIn(shape, u), func() string { return fmt.Sprintf("R is %d", r.value.Load()) }
			},
			Cancel: c.cancel,
		}.Same(t)
		if len(seen) != c.want {
			t.Errorf("%+v: suspensions %q, want %d", c, seen, c.want)
		}
		for _, e := range taken {
			edges[e] = true
		}
	}
	if len(edges) != len(updaterMachine.Edges) {
		t.Errorf("%d of %d edges were taken", len(edges), len(updaterMachine.Edges))
	}
}

func TestUpdaterMachineIsDescribed(t *testing.T) { machinetest.Described(t, &updaterMachine) }
