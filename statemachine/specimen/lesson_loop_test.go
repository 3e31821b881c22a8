package specimen_test

// This file defines the lessons of specimens that are tasks on a loop. The
// clock is a virtual one, so time passes only where a lesson says so.

import (
	"testing"
	"time"

	"coroscope/coro"
	"coroscope/statemachine/specimen"
)

// runUntil runs the loop until its clock shows the time at.
func runUntil(t *testing.T, l *coro.Loop, at time.Duration) {
	t.Helper()
	then := coro.NewFuture[struct{}](l, "then")
	l.CallAt(at, func() { then.SetResult(struct{}{}) })
	if _, err := coro.RunUntil(l, then); err != nil {
		t.Fatal(err)
	}
}

// awaits returns what the task with a name is suspended on.
func awaits(t *testing.T, l *coro.Loop, name string) string {
	t.Helper()
	for _, task := range l.Tasks() {
		if at, ok := task.Suspension(); ok && task.Name() == name {
			return at.On()
		}
	}
	t.Fatalf("no task %s is suspended", name)
	return ""
}

// All a bar needs for somebody to have to wait: two guests and one shaker.
var smallBar = specimen.Bar{
	Guests: []string{"Ann", "Bob"}, Shakers: 1, Ovens: 1,
	Order: 5 * time.Millisecond, Mix: 20 * time.Millisecond, Bake: 30 * time.Millisecond, Serve: 5 * time.Millisecond,
}

// Four machines, and no goroutine but this one: a task is resumed when what it
// awaits is there, and goes on with its next state.
func TestLessonBartenderMachine(t *testing.T) {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	bartender := coro.Spawn(l, specimen.BartenderIn(coro.ShapeStateMachine, l, smallBar), coro.Named("bartender"))

	runUntil(t, l, 1*time.Millisecond) // the guests have come in
	learned(t, "the bartender", "await task guest", awaits(t, l, "bartender"))
	learned(t, "Ann", "await sleep order", awaits(t, l, "Ann"))
	learned(t, "Bob", "await sleep order", awaits(t, l, "Bob"))

	runUntil(t, l, 6*time.Millisecond) // both have ordered, and there is one shaker
	learned(t, "Ann", "await sleep mix", awaits(t, l, "Ann"))
	learned(t, "Bob", "await future shaker", awaits(t, l, "Bob"))

	runUntil(t, l, 26*time.Millisecond) // Ann has put it back, which made Bob ready
	learned(t, "Ann", "await sleep bake", awaits(t, l, "Ann"))
	learned(t, "Bob", "await sleep mix", awaits(t, l, "Bob"))

	served, err := coro.RunUntil(l, bartender)
	learned(t, "how many were served", 2, served)
	learned(t, "the error", nil, err)
	learned(t, "the time", 90*time.Millisecond, l.Time())
}

// The same straight down, each on a stack of its own. Shakers are handed over
// without a lock: nothing else runs between two suspensions. Here the bartender
// is sent away, and sends the guests away, who put back what they hold.
func TestLessonBartenderPull(t *testing.T) {
	coro.CheckLeaks(t)
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	bartender := coro.Spawn(l, specimen.BartenderIn(coro.ShapePull, l, smallBar), coro.Named("bartender"))

	runUntil(t, l, 6*time.Millisecond)
	learned(t, "Ann", "await sleep mix", awaits(t, l, "Ann"))
	learned(t, "Bob", "await future shaker", awaits(t, l, "Bob"))

	bartender.CancelCause(errBroken) // thrown into the bartender, who cancels the guests
	_, err := coro.RunUntil(l, bartender)
	learned(t, "who is left", 0, len(l.Tasks()))
	learned(t, "it took no time", 6*time.Millisecond, l.Time())
	learned(t, "the error", "canceled: the line is broken", err.Error())
}

// Machines that wait for input and output: their states are activities, and
// when they are resumed they try again.
func TestLessonEchoMachine(t *testing.T) {
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	in, out := specimen.NewPipe(l, 80), specimen.NewPipe(l, 4)
	m := specimen.NewEchoServer(in, out)
	server := coro.Spawn(l, m, coro.Named("server"))

	runUntil(t, l, 1*time.Millisecond)
	learned(t, "with nothing to read it stands at", "read", m.Point().Name)

	in.TryWrite([]byte("hello\n")) // makes the server ready
	runUntil(t, l, 2*time.Millisecond)
	learned(t, "with no more room to write it stands at", "write", m.Point().Name)
	learned(t, "how much of the line was written", "4", slot(t, m, "sent"))

	back, _ := out.TryRead(nil) // makes room, and the server ready
	runUntil(t, l, 3*time.Millisecond)
	back, _ = out.TryRead(back)
	learned(t, "what came back", "hello\n", string(back))

	in.Close()
	lines, err := coro.RunUntil(l, server)
	learned(t, "how many lines there were", 1, lines)
	learned(t, "the error", nil, err)
}

// Straight down the same is two functions, readLine and writeAll, that look as
// if they blocked.
func TestLessonEchoPull(t *testing.T) {
	coro.CheckLeaks(t)
	l := coro.NewLoop(coro.WithClock(&coro.VirtualClock{}))
	defer l.Close()
	client := coro.Spawn(l, specimen.EchoIn(coro.ShapePull, l, 10*time.Millisecond, "hello\n"), coro.Named("client"))

	runUntil(t, l, 1*time.Millisecond)
	learned(t, "the client", "await sleep think", awaits(t, l, "client"))
	learned(t, "the server", "await io read", awaits(t, l, "server"))

	echoed, err := coro.RunUntil(l, client)
	learned(t, "how many lines came back", 1, echoed)
	learned(t, "the error", nil, err)
	learned(t, "the time", 10*time.Millisecond, l.Time())
}
