//go:build !race

package coro_test

// This file tests sending into a channel that is closed meanwhile, which the
// race detector takes for the race that it is.

import (
	"testing"

	"coroscope/coro"
)

// A channel that is closed while a task waits to send into it.
func TestSendToClosed(t *testing.T) {
	eachPlayer(t, func(t *testing.T, of func(p *player) machine) {
		countGoroutines(t)
		l, _ := newTestLoop(t)
		ch := make(chan int)
		s := coro.NewSender(l, "dishes", ch)
		players := []*player{sends(s, 1), sends(s, 2)}
		for _, p := range players {
			coro.Spawn(l, of(p))
		}
		after(l, 1, func() { close(ch) })
		within(t, func() { run(t, l) })
		late := sends(s, 3)
		coro.Spawn(l, of(late))
		run(t, l)
		wantErrors(t, []error{players[0].got[0], players[1].got[0], late.got[0]}, coro.ErrChannelClosed, coro.ErrChannelClosed, coro.ErrChannelClosed)
	})
}
