package trace_test

// This file tests that contention is read from a trace as it happened, for a
// loop whose tasks wait for each other, in every shape.

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"

	gocmp "github.com/google/go-cmp/cmp"
)

// A planned task does one thing after the other. What it does either returns
// what to await, and true, or nothing.
type planned []func() (coro.Await, bool)

// in returns the task in a shape.
func (p planned) in(shape string) coro.Resumable[struct{}, coro.Await, int] {
	body := func(y *coro.Async) (int, error) {
		for _, do := range p {
			if a, waits := do(); waits {
				if err := coro.Wait(y, a); err != nil {
					return 0, err
				}
			}
		}
		return 0, nil
	}
	if make := stackful[shape]; make != nil {
		return make(body)
	}
	return &planMachine{plan: p}
}

// A planMachine is a planned task without a stack.
type planMachine struct {
	plan planned
	err  error
}

func (m *planMachine) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.err = thrown; thrown != nil {
		return coro.Await{}, false
	}
	for len(m.plan) > 0 {
		do := m.plan[0]
		m.plan = m.plan[1:]
		if a, waits := do(); waits {
			return a, true
		}
	}
	return coro.Await{}, false
}

func (m *planMachine) Result() int { return 0 }
func (m *planMachine) Err() error  { return m.err }

func TestContentionOfARealRun(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		var buf bytes.Buffer
		if err := cotrace.Start(&buf); err != nil {
			t.Fatal(err)
		}
		l := coro.NewLoop(coro.WithName("kitchen"), coro.WithClock(new(coro.VirtualClock)), cotrace.Loop())
		spawn := func(name string, p planned) *coro.Task[int] {
			return coro.Spawn(l, p.in(shape), coro.Named(name), coro.InFunc("main.cook"))
		}
		after := func(d time.Duration) func() (coro.Await, bool) {
			return func() (coro.Await, bool) { return coro.Sleep(d), true }
		}
		do := func(f func()) func() (coro.Await, bool) {
			return func() (coro.Await, bool) { f(); return coro.Await{}, false }
		}

		// Cooks take turns at the only stove; the last of them is sent home.
		stove := coro.NewLock(l, "stove")
		acquire := func() (coro.Await, bool) { return stove.Acquiring(), !stove.TryAcquire() }
		release := do(func() { stove.Release() })
		var cooks []*coro.Task[int]
		for _, name := range []string{"ann", "bob", "cid", "dan"} {
			cooks = append(cooks, spawn(name, planned{acquire, after(10 * time.Millisecond), release}))
		}
		l.CallLater(15*time.Millisecond, func() { cooks[3].Cancel() })

		// What the waiter waits for is an order, of which somebody quicker takes the
		// first.
		orders := coro.NewQueue[int](l, "orders", 1)
		put := func() (coro.Await, bool) { return orders.Putting(), orders.TryPut(1) != nil }
		get := func() (coro.Await, bool) {
			_, err := orders.TryGet()
			return orders.Getting(), err != nil
		}
		take := do(func() { orders.TryGet() })
		spawn("waiter", planned{get, take})
		spawn("guest", planned{after(20 * time.Millisecond), put, take, after(time.Millisecond), put, put})

		err := l.RunAll()
		l.Close()
		cotrace.Stop()
		if err != nil {
			t.Fatal(err)
		}
		keep(t, t.Name(), buf.Bytes())
		tl, err := timeline.Read(&buf, timeline.Options{Full: true})
		if err != nil || len(tl.Lost) > 0 {
			t.Fatalf("%v, lost %q", err, tl.Lost)
		}
		got := map[string]string{}
		for _, c := range tl.Contentions {
			text := fmt.Sprintf("%d waits, %d gave up, %d open, %d at once;", c.Waits, c.GaveUp, c.Open, c.MostWaiting)
			slices.SortFunc(c.Handovers, func(a, b timeline.Handover) int { return cmp.Compare(a.To.ID, b.To.ID) })
			for _, h := range c.Handovers {
				text += fmt.Sprintf(" %s → %s %d×", h.By.Name, h.To.Name, h.Count)
			}
			got[c.Loop.Name+": "+c.On()] = text
		}
		want := map[string]string{
			"kitchen: lock stove":           "3 waits, 1 gave up, 0 open, 3 at once; ann → bob 1× bob → cid 1×",
			"kitchen: queue orders (empty)": "1 waits, 0 gave up, 0 open, 1 at once; guest → waiter 1×",
			"kitchen: queue orders (full)":  "1 waits, 0 gave up, 0 open, 1 at once; waiter → guest 1×",
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for _, c := range tl.Coroutines {
			if c.Name != "waiter" {
				continue
			}
			ready := 0
			for _, e := range tl.Ready {
				if e.Who == c.Ref() && e.By.Name == "guest" {
					ready++
				}
			}
			if ready != 2 || c.SuspensionCount != 1 || c.Suspensions[0].ReadyBy.Name != "guest" {
				t.Errorf("the guest made the waiter ready %d times, want 2, in %d suspensions, want 1", ready, c.SuspensionCount)
			}
		}
	})
}
