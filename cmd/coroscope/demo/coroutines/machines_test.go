package coroutines

import (
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo/internal/machinetest"
	"coroscope/coro"
	"coroscope/statemachine"
)

func TestMachinesAgreeWithTheirBodies(t *testing.T) {
	type task = coro.Resumable[struct{}, coro.Await, int]
	crawl := func(workers int) machinetest.Make {
		return func(shape coro.Shape, l *coro.Loop) task {
			f := newFrontier(l, "home")
			return gatherIn(shape, func() []*coro.Task[int] { return startWorkers(l, shape, f, workers) })
		}
	}
	fetches := func(paths ...string) machinetest.Make {
		return func(shape coro.Shape, l *coro.Loop) task {
			return gatherIn(shape, func() []*coro.Task[int] {
				var all []*coro.Task[int]
				for _, path := range paths {
					all = append(all, startFetch(l, shape, path))
				}
				return all
			})
		}
	}
	machinetest.Agree(t, []*statemachine.Description{
		&fetchMachine, &sequenceMachine, &gatherMachine, &surveyMachine, &limitMachine, &downloadMachine, &workerMachine,
	}, map[string]machinetest.Make{
		"sequence":                func(shape coro.Shape, _ *coro.Loop) task { return sequenceIn(shape, threePages) },
		"sequence with a mistake": func(shape coro.Shape, _ *coro.Loop) task { return sequenceIn(shape, []string{"home", "hmoe", "news"}) },
		"gather":                  fetches(threePages...),
		"gather with a mistake":   fetches("home", "nwes", "shop", "news"),
		"survey": func(shape coro.Shape, l *coro.Loop) task {
			answer := coro.NewFuture[int](l, "answer")
			l.CallLater(time.Second, func() { answer.SetResult(42) })
			return surveyIn(shape, answer)
		},
		"too late": func(shape coro.Shape, l *coro.Loop) task {
			return limitIn(shape, l, 10*msec, func() *coro.Task[int] { return startFetch(l, shape, "news") })
		},
		"in time": func(shape coro.Shape, l *coro.Loop) task {
			return limitIn(shape, l, time.Second, func() *coro.Task[int] { return startFetch(l, shape, "news") })
		},
		"failed in time": func(shape coro.Shape, l *coro.Loop) task {
			return limitIn(shape, l, time.Second, func() *coro.Task[int] { return startFetch(l, shape, "nwes") })
		},
		"too late, and it cleans up": func(shape coro.Shape, l *coro.Loop) task {
			return limitIn(shape, l, 100*msec, func() *coro.Task[int] {
				return coro.Spawn(l, downloadIn(shape, 3), coro.Named("download"), coro.InFunc(downloadMachine.Func))
			})
		},
		"nothing in sequence": func(shape coro.Shape, _ *coro.Loop) task { return sequenceIn(shape, nil) },
		"nothing to gather":   fetches(),
		// Two pages come in the same turn. A worker is told of a link on the
		// first, and finds that whoever fetched the second has taken it.
		"somebody else is quicker": func(shape coro.Shape, l *coro.Loop) task {
			f := newFrontier(l, "today")
			f.todo = append(f.todo, "team")
			f.known["team"], f.known["about"] = true, true
			return gatherIn(shape, func() []*coro.Task[int] { return startWorkers(l, shape, f, 3) })
		},
		"download":        func(shape coro.Shape, _ *coro.Loop) task { return downloadIn(shape, 3) },
		"crawl":           crawl(3),
		"crawl by one":    crawl(1),
		"crawl by plenty": crawl(20),
	})
}
