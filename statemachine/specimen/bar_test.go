package specimen

// This file holds the bar to not losing its tools.

import (
	"errors"
	"testing"
	"time"

	"coroscope/coro"
)

func TestToolHandedToSomebodySentAwayIsNotLost(t *testing.T) {
	coro.CheckLeaks(t)
	for _, shape := range Shapes() {
		l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
		b := Bar{
			Guests: []string{"Ann", "Bob", "Cleo"}, Shakers: 1, Ovens: 3,
			Order: time.Second, Mix: time.Second, Bake: time.Second, Serve: time.Second,
		}.open(l, shape)
		guests := b.admit()
		ann, bob, cleo := guests[0], guests[1], guests[2]

		// Ann puts her shaker back, so it is Bob's turn. Before he knows, he is
		// sent away.
		b.Act = func(guest, action string) {
			if guest == "Ann" && action == "pours the drink" {
				bob.Cancel()
			}
		}

		if _, err := coro.RunUntil(l, cleo); err != nil {
			t.Errorf("%s: Cleo, who was waiting behind Bob: %v", shape, err)
		}
		if _, err := ann.Result(); err != nil {
			t.Errorf("%s: Ann: %v", shape, err)
		}
		if _, err := bob.Result(); !errors.Is(err, coro.ErrCanceled) {
			t.Errorf("%s: Bob: got %v, want %v", shape, err, coro.ErrCanceled)
		}
		if b.shakers.free != 1 || b.ovens.free != 3 {
			t.Errorf("%s: at the end %d shakers and %d ovens are free, want 1 and 3", shape, b.shakers.free, b.ovens.free)
		}
		l.Close()
	}
}
