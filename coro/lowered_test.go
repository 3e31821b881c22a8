package coro_test

import (
	"testing"

	"coroscope/coro"

	"github.com/google/go-cmp/cmp"
)

// A pulledNap is what the compiler declares for a body that it cannot lower.
type pulledNap struct {
	coro.Pulled[struct{}, coro.Await, int]
}

func loweredNap(turns int) *pulledNap {
	return &pulledNap{coro.PullAs("test.nap", func(y *coro.Async) (int, error) {
		for range turns {
			if err := coro.Wait(y, coro.NextTurn()); err != nil {
				return -1, err
			}
		}
		return turns, nil
	})}
}

// Both drivers see the stackful body, under the name that it was given.
func TestPulled(t *testing.T) {
	c := coro.New(loweredNap(1))
	var got []any
	got = append(got, c.Info().Func, c.Info().Shape)
	_, ok, err := c.Next()
	got = append(got, ok, err)
	if s, suspended := c.Suspension(); !suspended || s.Place.Line == 0 {
		t.Errorf("suspended at %+v, %v: want the place on its stack", s, suspended)
	}
	_, ok, err = c.Next()
	got = append(got, ok, err)
	ret, err := c.Result()
	got = append(got, ret, err)

	l := coro.NewLoop()
	task := coro.Spawn(l, loweredNap(2))
	got = append(got, task.Info().Func, task.Info().Shape)
	ret, err = coro.RunUntil(l, task)
	got = append(got, ret, err)

	want := []any{
		"test.nap", coro.ShapePull, true, nil, false, nil, 1, nil,
		"test.nap", coro.ShapePull, 2, nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// One by one, without a driver.
func TestPulledAlone(t *testing.T) {
	m := loweredNap(1)
	_, first := m.Resume(struct{}{}, nil)
	_, second := m.Resume(struct{}{}, coro.ErrClosed)
	if got, want := []any{first, second, m.Result(), m.Err(), m.Shape(), m.Func()},
		[]any{true, false, -1, coro.ErrClosed, coro.ShapePull, "test.nap"}; !cmp.Equal(want, got, cmp.Comparer(func(a, b error) bool { return a == b })) {
		t.Errorf("got %v, want %v", got, want)
	}
}
