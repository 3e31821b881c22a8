package corotest

// This file defines one run of a test, on a loop in an order.

import (
	"errors"
	"os"
	"runtime/debug"
	"testing"

	"coroscope/coro"
)

// A session is a test that is run again and again.
type session struct {
	*config
	t    *testing.T
	test Test
}

func newSession(t *testing.T, test Test, opts []Option) *session {
	return &session{newConfig(opts), t, test}
}

// probe runs the test once, and tells nobody.
func (s *session) probe(p *player) *probe {
	tb := &probe{TB: s.t}
	tb.run(func(tb testing.TB) { s.play(tb, p) })
	return tb
}

// play runs the test once.
func (s *session) play(t testing.TB, p *player, opts ...coro.LoopOption) {
	t.Helper()
	p.limit = s.steps
	quiet := false
	handle := func(_ *coro.Loop, e coro.Exception) {
		if !quiet {
			t.Errorf("%v", e)
		}
	}
	all := []coro.LoopOption{coro.WithClock(&coro.VirtualClock{}), coro.WithExceptionHandler(handle)}
	all = append(append(append(all, s.loop...), opts...), p.schedule())
	l := coro.NewLoop(all...)
	defer func() {
		if v := recover(); v != nil {
			t.Errorf("panic: %v\n%s", v, debug.Stack())
		}
		quiet = t.Failed() || t.Skipped() // which is why tasks are pending
		l.Close()
	}()
	s.test(t, l)
	if t.Failed() {
		return
	}
	err := l.RunAll()
	for errors.Is(err, coro.ErrStopped) && !p.over {
		err = l.RunAll() // a task has stopped the loop
	}
	switch {
	case p.over:
		t.Errorf("the loop did not come to an end in %d steps; corotest.MaxSteps allows more", p.limit)
	case err != nil:
		t.Error(err)
	}
}

// replayed replays what the environment asks for, if it does.
func (s *session) replayed() bool {
	s.t.Helper()
	asked, ok := os.LookupEnv(replayVariable)
	if !ok || asked == "" {
		return false
	}
	r, err := parseReplay(asked)
	if err != nil {
		s.t.Fatalf("%s: %v", replayVariable, err)
	}
	s.replay(r, nil)
	return true
}
