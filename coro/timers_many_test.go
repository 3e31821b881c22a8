package coro_test

// This file tests many timers, and many tasks: their order while they come and go,
// and that what is gone takes no memory.

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"coroscope/coro"
)

// A clockmaker sets timers and cancels them, and knows which go off when.
type clockmaker struct {
	l    *coro.Loop
	rng  *rand.Rand
	set  []setTimer
	last int
	got  []int
}

type setTimer struct {
	when   time.Duration
	num    int
	handle *coro.Handle
}

func (c *clockmaker) add(n int) {
	for range n {
		c.last++
		num := c.last
		when := c.l.Time() + time.Duration(c.rng.IntN(20))*time.Second
		c.set = append(c.set, setTimer{when, num, c.l.CallAt(when, func() { c.got = append(c.got, num) })})
	}
}

func (c *clockmaker) cancel(n int) {
	for range min(n, len(c.set)) {
		i := c.rng.IntN(len(c.set))
		c.set[i].handle.Cancel()
		last := len(c.set) - 1
		c.set[i], c.set = c.set[last], c.set[:last]
	}
}

// advance lets time pass, and compares what went off with what had to, in order.
func (c *clockmaker) advance(t *testing.T, d time.Duration) {
	t.Helper()
	until := c.l.Time() + d
	slices.SortFunc(c.set, func(a, b setTimer) int {
		return cmp.Or(cmp.Compare(a.when, b.when), cmp.Compare(a.num, b.num))
	})
	var want []int
	for len(c.set) > 0 && c.set[0].when <= until {
		want = append(want, c.set[0].num)
		c.set = c.set[1:]
	}
	c.got = nil
	if err := c.l.Advance(d); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.got, want) {
		t.Fatalf("until %v %d timers went off, %d had to, or in another order", until, len(c.got), len(want))
	}
	if n := len(c.l.Timers()); n != len(c.set) {
		t.Fatalf("at %v %d timers are set, want %d", until, n, len(c.set))
	}
}

func TestTimersComeAndGo(t *testing.T) {
	for seed := range uint64(3) {
		l, _ := newTestLoop(t)
		c := &clockmaker{l: l, rng: rand.New(rand.NewPCG(seed, 0))}
		for _, many := range []int{10, 20_000, 100, 5_000} {
			for range 20 {
				switch c.rng.IntN(3) {
				case 0:
					c.add(c.rng.IntN(many))
				case 1:
					c.cancel(c.rng.IntN(many))
				case 2:
					c.advance(t, time.Duration(c.rng.IntN(5))*time.Second)
				}
			}
		}
		c.advance(t, time.Minute)
	}
}

// Timers are numbered anew after four billion; those with equal deadlines keep
// their order all the same.
func TestTimersAreNumberedAnew(t *testing.T) {
	l, _ := newTestLoop(t)
	coro.SetTimerNumber(l, math.MaxUint32-1500)
	c := &clockmaker{l: l, rng: rand.New(rand.NewPCG(1, 0))}
	c.add(1000)
	c.cancel(300)
	c.add(1000)
	c.cancel(300)
	c.advance(t, 10*time.Second)
	c.add(1000)
	c.advance(t, time.Minute)
}

// The last timer of many goes off, or all but one are canceled: there is no room
// for as many any more.
func TestRoomOfTimers(t *testing.T) {
	const n = 100_000
	small := func(t *testing.T, l *coro.Loop, when string) {
		t.Helper()
		if keys, slots, _ := coro.TimerRoom(l); keys > n/10 || slots > n/10 {
			t.Errorf("%s: room for %d timers, with %d slots", when, keys, slots)
		}
	}
	l, _ := newTestLoop(t)
	var handles []*coro.Handle
	for i := range n {
		handles = append(handles, l.CallAt(time.Duration(i), func() {}))
	}
	called := false
	l.CallAt(time.Hour, func() { called = true })
	if keys, slots, _ := coro.TimerRoom(l); keys < n || slots < n {
		t.Errorf("room for %d timers, with %d slots", keys, slots)
	}
	l.Advance(n)
	small(t, l, "after all but one have gone off")
	for round := range 3 {
		for i := range n {
			handles[i] = l.CallAt(2*time.Hour, func() { t.Error("called") })
		}
		for _, h := range handles {
			h.Cancel()
		}
		l.RunUntilIdle()
		small(t, l, "after all but one were canceled")
		if n := len(l.Timers()); n != 1 {
			t.Fatalf("round %d: %d timers are set", round, n)
		}
	}
	l.Advance(time.Hour)
	if !called {
		t.Error("the last timer did not go off")
	}
}

// A timer is set for a long time, many more are set and canceled at once, as
// timeouts are, in a single step: there is never room for all of them.
func TestRoomOfTimeouts(t *testing.T) {
	l, _ := newTestLoop(t)
	l.CallLater(time.Hour, func() {})
	for range 100_000 {
		l.CallLater(time.Minute, func() { t.Error("called") }).Cancel()
	}
	if keys, slots, _ := coro.TimerRoom(l); keys > 1000 || slots > 1000 {
		t.Errorf("room for %d timers, with %d slots", keys, slots)
	}
	l.Advance(time.Hour)
}

// Tasks are told of in the order in which they were made, while most of them come
// and go, and the list does not keep room for those that have gone.
func TestListOfTasks(t *testing.T) {
	l, _ := newTestLoop(t)
	rng := rand.New(rand.NewPCG(1, 0))
	var want []coro.AnyTask
	for round := range 40 {
		for range rng.IntN(3000) {
			want = append(want, coro.Spawn[any](l, &player{awaits: awaiting(coro.Sleep(time.Hour))}))
		}
		start(l)
		keep := rng.IntN(100)
		want = slices.DeleteFunc(want, func(task coro.AnyTask) bool {
			gone := rng.IntN(100) >= keep
			if gone {
				task.Cancel()
			}
			return gone
		})
		start(l)
		if got := l.Tasks(); !slices.EqualFunc(got, want, func(a, b coro.AnyTask) bool { return a.Info() == b.Info() }) {
			t.Fatalf("round %d: %d tasks, want %d, or in another order", round, len(got), len(want))
		}
	}
	for _, task := range want[1:] {
		task.Cancel()
	}
	start(l)
	if _, _, room := coro.TimerRoom(l); room > 1000 {
		t.Errorf("room for %d tasks, of which one is left", room)
	}
}
