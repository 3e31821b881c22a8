package scroll

import (
	"testing"

	"coroscope/cmd/coroscope/demo/internal/machinetest"
	"coroscope/coro"
	"coroscope/statemachine"
)

func TestMachinesAgreeWithTheirBodies(t *testing.T) {
	type task = coro.Resumable[struct{}, coro.Await, int]
	tasks := map[string]machinetest.Make{
		// Two videos on the shelf, so that the loader goes on without waiting.
		"prefetch, two ahead": func(shape coro.Shape, l *coro.Loop) task {
			return viewerIn(shape, &shelf{loop: l, size: 2}, 3)
		},
	}
	for _, w := range ways {
		tasks[w.viewer] = w.start
	}
	machinetest.Agree(t, []*statemachine.Description{&upFrontMachine, &onDemandMachine, &viewerMachine, &loaderMachine}, tasks)
}
