package batteries

import (
	"errors"
	"testing"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/internal/machinetest"
	"coroscope/coro"
	"coroscope/statemachine"
)

const msec = time.Millisecond

func TestMachinesAgreeWithTheirBodies(t *testing.T) {
	type task = coro.Resumable[struct{}, coro.Await, int]
	// dinner is what main, a waiter, brings to the cooks.
	dinner := func(orders []order, cooks ...string) machinetest.Make {
		return func(shape coro.Shape, l *coro.Loop) task {
			k := newKitchen(&demo.Stage{Loop: l, Shape: shape, Say: func(string, ...any) {}})
			for _, name := range cooks {
				k.spawn(name, cookMachine.Func, cookIn(k, name))
			}
			return waiterIn(k, orders)
		}
	}
	courses := func(limit time.Duration, dishes ...dish) machinetest.Make {
		return func(shape coro.Shape, l *coro.Loop) task {
			return courseIn(shape, l, limit, func() []coro.Result[int] {
				var all []coro.Result[int]
				for _, d := range dishes {
					all = append(all, coro.Spawn(l, dishIn(shape, d), coro.Named(d.name), coro.InFunc(dishMachine.Func)))
				}
				return all
			})
		}
	}
	banquet := func(dishes ...dish) machinetest.Make {
		return func(shape coro.Shape, l *coro.Loop) task { return banquetIn(shape, l, dishes...) }
	}
	// talks is main, who begins, and another, who comes later. Both have so many
	// lines; there is room for one, and so many were there before.
	talks := func(main, other int, later time.Duration, before int) machinetest.Make {
		return func(shape coro.Shape, l *coro.Loop) task {
			in, out := coro.NewQueue[string](l, "in", 1+before), coro.NewQueue[string](l, "out", 1)
			say := func(string, ...any) {}
			for range before {
				in.TryPut("hello")
			}
			l.CallLater(later, func() {
				coro.Spawn(l, chatIn(shape, talk{say, "other", make([]string, other), false}, out, in), coro.Named("other"), coro.InFunc(chatMachine.Func))
			})
			return chatIn(shape, talk{say, "main", make([]string, main), true}, in, out)
		}
	}
	// open is a dinner before which the doors are opened, by somebody else.
	open := func(shape coro.Shape, l *coro.Loop) task {
		k := newKitchen(&demo.Stage{Loop: l, Shape: shape, Say: func(string, ...any) {}})
		k.spawn("Ann", cookMachine.Func, cookIn(k, "Ann"))
		l.CallSoon(k.doors.Set)
		return waiterIn(k, evening[:2])
	}
	soup, roast := dish{name: "soup", takes: 10 * msec}, dish{name: "roast", takes: 30 * msec}
	burned := dish{name: "burned", takes: 20 * msec, fails: errBurned}
	sauce := dish{name: "sauce", takes: 40 * msec, spills: errSpilled}
	machinetest.Agree(t, []*statemachine.Description{
		&cookMachine, &waiterMachine, &dishMachine, &courseMachine, &banquetMachine, &chatMachine,
	}, map[string]machinetest.Make{
		"dinner":                     dinner(evening[:5], cooks...),
		"dinner by one":              dinner(evening[:3], "Ann"),
		"dinner without orders":      dinner(nil, "Ann", "Ben"),
		"a single order":             dinner(evening[:1], "Ann", "Ben"),
		"in time":                    courses(50*msec, soup, roast),
		"too late":                   courses(20*msec, soup, roast),
		"failed in time":             courses(50*msec, soup, burned, roast),
		"too late, and spilled":      courses(20*msec, soup, sauce),
		"no dishes":                  courses(20 * msec),
		"banquet":                    banquet(soup, roast),
		"banquet of nothing":         banquet(),
		"banquet, burned":            banquet(soup, burned, roast),
		"banquet, burned, spilled":   banquet(soup, burned, sauce, roast),
		"the doors are open":         open,
		"somebody has the knife":     dinner([]order{{"a", 10 * msec, 10 * msec}, {"b", 30 * msec, 10 * msec}, {"c", 10 * msec, 10 * msec}}, "Ann", "Ben"),
		"chat":                       talks(3, 3, 0, 0),
		"chat with a reticent one":   talks(3, 2, 0, 0),
		"chat with a chatty one":     talks(1, 4, 0, 0),
		"chat with one who is late":  talks(3, 3, 60*msec, 3),
		"chat with one who is later": talks(3, 3, 60*msec, 1),
	})
}

// The error of a banquet is all errors.
func TestBanquetTellsAll(t *testing.T) {
	for _, shape := range demo.Shapes {
		l := coro.NewLoop(coro.WithClock(new(coro.VirtualClock)))
		_, err := coro.RunUntil(l, coro.Spawn(l, banquetIn(shape, l,
			dish{name: "roast", takes: msec, fails: errBurned}, dish{name: "sauce", takes: 2 * msec, spills: errSpilled}, dish{name: "pie", takes: 3 * msec})))
		var group *coro.GroupError
		if !errors.As(err, &group) || len(group.Errs) != 2 || !errors.Is(err, errBurned) || !errors.Is(err, errSpilled) {
			t.Errorf("%s: %v", shape, err)
		}
		l.Close()
	}
}
