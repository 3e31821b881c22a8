package corotest

// This file defines the two ways to run a test: under seeds, and in every order.

import (
	"math/rand/v2"
	"testing"

	"coroscope/coro"
)

// A Test is what is run again and again. It gets a new loop each time, which has
// a virtual clock, and spawns tasks on it. It may run the loop as long as it
// likes; when it returns, the loop is run until all tasks have ended, and closed.
//
// It fails by t, as any test; by a deadlock; by a panic, on the loop or off; by
// a task's error that nobody retrieves; and by taking more than [MaxSteps].
//
// It must do the same each time but for the order of its tasks: what it needs is
// made anew, and its random numbers, if it has any, are those of a fixed seed.
type Test = func(t testing.TB, l *coro.Loop)

// An Option is given to [Seeds] and [Orders].
type Option func(*config)

type config struct {
	orders     int
	steps      int
	departures int
	loop       []coro.LoopOption
}

func newConfig(opts []Option) *config {
	c := &config{orders: 10_000, steps: 100_000, departures: -1}
	for _, opt := range opts {
		opt(c)
	}
	return c
}

// MaxOrders has [Orders] try at most n orders; otherwise it tries 10,000.
func MaxOrders(n int) Option { return func(c *config) { c.orders = n } }

// MaxDepartures has [Orders] try only orders that depart from first come, first
// served at most n times.
func MaxDepartures(n int) Option { return func(c *config) { c.departures = n } }

// MaxSteps fails a run whose loop takes more than n steps, as of tasks that wait
// for each other by yielding forever; otherwise it may take 100,000.
func MaxSteps(n int) Option { return func(c *config) { c.steps = n } }

// WithLoop makes the loops with these options, after the package's own.
func WithLoop(opts ...coro.LoopOption) Option {
	return func(c *config) { c.loop = append(c.loop, opts...) }
}

// Seeds runs test n times, each time in a random order of all that is ready in
// each turn, which the seeds 1 to n decide. It stops at the first that fails, and
// replays it; see the package's documentation.
func Seeds(t *testing.T, n int, test Test, opts ...Option) {
	t.Helper()
	s := newSession(t, test, opts)
	if s.replayed() {
		return
	}
	for seed := uint64(1); seed <= uint64(n); seed++ {
		if p := s.probe(&player{rng: seeded(seed)}); p.skipped {
			t.Skip(p.message())
		} else if p.failed {
			s.replay(replay{seed: seed, seeded: true}, p)
			return
		}
	}
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// A Coverage says what [Orders] has tried.
type Coverage struct {
	Orders int // how many different orders were tried

	// Complete says that those are all there are.
	Complete bool

	// Departures: all orders were tried that depart from first come, first
	// served at most so many times.
	Departures int
}

// Orders runs test in every order in which what is ready in each turn can run.
// It begins with the one of the loop, first come, first served, goes on with
// those that depart from it at one choice, at two, and so on, and stops at the
// first that fails, which it replays; see the package's documentation. So that
// one is as close to the loop's own as any that fails.
//
// Orders that make no difference are not tried: when a canceled callback has its
// turn, and which of several sleeps that end at once ends first.
//
// If there are more than [MaxOrders], Orders logs what it has come to, and its
// result tells.
func Orders(t *testing.T, test Test, opts ...Option) Coverage {
	t.Helper()
	s := newSession(t, test, opts)
	if s.replayed() {
		return Coverage{}
	}
	return s.explore()
}
