package specimen_test

// This file holds the echo client to what it does when what comes back is not
// what it sent.

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// The server answers line by line, so of two that were sent as one only the
// first comes back. The client hangs up then, and waits for the server's end.
func TestWrongEcho(t *testing.T) {
	specimen.CheckMachines(t)
	for _, shape := range specimen.Shapes() {
		t.Run(shape.String(), func(t *testing.T) {
			coro.CheckLeaks(t)
			l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
			defer l.Close()
			client := coro.Spawn(l, specimen.EchoIn(shape, l, time.Second, "right\n", "a\nb\n", "never sent\n"))
			_, err := coro.RunUntil(l, client)
			if err == nil {
				t.Fatal("no line was wrong")
			}
			if diff := cmp.Diff(`sent "a\nb\n", got "a\n" back`, err.Error()); diff != "" {
				t.Errorf("the error (-want +got):\n%s", diff)
			}
			if l.Time() != 2*time.Second {
				t.Errorf("it ended at %v, want 2s, with its second line", l.Time())
			}
			if left := l.Tasks(); len(left) != 0 {
				t.Errorf("after the client's end there are %v", left)
			}
		})
	}
}
