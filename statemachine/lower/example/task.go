package example

// This file defines the body of a task.

import (
	"time"

	"coroscope/coro"
)

// Spin lets the others on its loop run n times. It returns how often that was.
//
//coro:lower
func Spin(y *coro.Async, n int) (int, error) {
	for i := range n {
		if err := coro.Wait(y, coro.NextTurn()); err != nil {
			return i, err
		}
	}
	return n, nil
}

// Nap sleeps for an hour.
//
//coro:lower
func Nap(y *coro.Async) (struct{}, error) {
	return struct{}{}, coro.Wait(y, coro.Sleep(time.Hour).As("nap"))
}

// Rest sleeps for d, and returns how often it has.
//
//coro:lower
func Rest(y *coro.Async, d time.Duration, times int) (int, error) {
	for i := range times {
		if err := coro.Wait(y, coro.Sleep(d).As("rest")); err != nil {
			return i, err
		}
	}
	return times, nil
}
