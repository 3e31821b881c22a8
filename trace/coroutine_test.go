package trace_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/trace"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/protocol"

	"github.com/google/go-cmp/cmp"
)

// lineOf returns the only line of a file that contains text.
func lineOf(t *testing.T, file, text string) int {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i, line := range strings.Split(string(data), "\n") {
		if strings.TrimSpace(line) == text {
			if found != 0 {
				t.Fatalf("%s: %q is on lines %d and %d", file, text, found, i+1)
			}
			found = i + 1
		}
	}
	if found == 0 {
		t.Fatalf("%s: no line %q", file, text)
	}
	return found
}

// numbers yields what it is sent, doubled.
func numbers(y *coro.Yielder[int, int]) (string, error) {
	sum := 0
	for {
		in, err := y.YieldAs("number", sum)
		if err != nil {
			return "", err
		}
		sum += 2 * in
	}
}

// numberMachine is the same as a machine.
type numberMachine struct {
	state, sum int
	err        error
}

func (m *numberMachine) Resume(in int, thrown error) (int, bool) {
	if thrown != nil {
		m.err = thrown
		return 0, false
	}
	if m.state == 1 {
		m.sum += 2 * in
	}
	m.state = 1
	return m.sum, true
}
func (m *numberMachine) Result() string { return "" }
func (m *numberMachine) Err() error     { return m.err }
func (m *numberMachine) Point() coro.Point {
	return coro.Point{State: m.state, Kind: coro.OnResumer, Label: "number", Place: coro.Place{File: "/src/numbers.go", Line: 3}}
}

var numberShapes = map[string]func() coro.Resumable[int, int, string]{
	"statemachine": func() coro.Resumable[int, int, string] { return &numberMachine{} },
	"pull":         func() coro.Resumable[int, int, string] { return coro.Pull(numbers) },
	"goroutine":    func() coro.Resumable[int, int, string] { return coro.Goroutine(numbers) },
}

func TestCoroutineAlone(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		tr := record(t, func() {
			ctx, task := trace.NewTask(context.Background(), "program's task")
			defer task.End()
			c := cotrace.Coroutine(ctx, coro.New(numberShapes[shape](), coro.Named("twice"), coro.InFunc("numbers")))
			c.Next()
			done := make(chan struct{})
			go func() { // another resumer
				defer close(done)
				c.Resume(1)
				c.Resume(2)
			}()
			<-done
			c.Close()
		})
		parent := tr.tasks("program's task")[0]
		id := tr.tasks("numbers")[0]
		if tr.Parents[id] != parent {
			t.Errorf("parent is task %d, want %d", tr.Parents[id], parent)
		}
		var got []string
		for _, m := range tr.events() {
			category, rest, _ := strings.Cut(m, " twice#")
			_, rest, _ = strings.Cut(rest, " ")
			rest, _, _ = strings.Cut(rest, " (")
			got = append(got, category+" "+rest)
		}
		want := []string{
			"spawn: " + shape + " numbers",
			"resume: <- start", "suspend: -> await resumer number",
			"resume: <- await resumer number", "suspend: -> await resumer number",
			"resume: <- await resumer number", "suspend: -> await resumer number",
			"resume: <- await resumer number", "end: closed",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		tr.checkRows(t, parent)
		for _, r := range tr.Regions {
			if r.End < 0 {
				t.Errorf("region %q was not ended", r.Name)
			}
		}
		if shape == "statemachine" && len(tr.regions("run numbers")) != 4 {
			t.Errorf("%d runs, want 4", len(tr.regions("run numbers")))
		}
	})
}

// TestCoroutineBegunMidway looks at one that is suspended, one that runs, and
// one that has not started.
func TestCoroutineBegunMidway(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		ctx := context.Background()
		made := func(name string) *coro.Coroutine[int, int, string] {
			return cotrace.Coroutine(ctx, coro.New(numberShapes[shape](), coro.Named(name), coro.InFunc(name)))
		}
		suspended, unstarted := made("suspended"), made("unstarted")
		suspended.Next()
		var buf bytes.Buffer
		running := cotrace.Coroutine(ctx, coro.New(coro.Pull(func(y *coro.Yielder[int, int]) (int, error) {
			if err := cotrace.Start(&buf); err != nil {
				t.Error(err)
			}
			defer openRegion().End()
			y.Yield(1)
			return 0, nil
		}), coro.Named("running"), coro.InFunc("running")))
		running.Next()
		unstarted.Next()
		suspended.Resume(1)
		running.Next()
		cotrace.Stop()

		tr := read(t, &buf)
		for _, name := range []string{"suspended", "unstarted", "running"} {
			ids := tr.tasks(name)
			if len(ids) != 1 {
				t.Fatalf("%d tasks of %s, want 1", len(ids), name)
			}
		}
		if n := len(tr.logs(protocol.CatSnapshot)); n != 3 {
			t.Errorf("%d snapshots, want 3", n)
		}
		if s := tr.logs(protocol.CatSuspended); len(s) != 1 || !strings.Contains(s[0], "suspended: suspended#") {
			t.Errorf("suspended where the epoch begins: %q", s)
		}
		if n := len(tr.logs(protocol.CatSuspend)); n != 3 {
			t.Errorf("%d suspensions, want 3", n)
		}
		for _, name := range []string{"suspended", "unstarted", "running"} {
			// Each is a root of its own.
			for _, r := range tr.Regions {
				if r.Task == tr.tasks(name)[0] && strings.HasPrefix(r.Name, "await") && !tr.within(r) {
					t.Errorf("%s: %+v is not within an outer region", name, r)
				}
			}
		}
		suspended.Close()
		unstarted.Close()
	})
}

// TestCoroutineOfACoroutine has a task on a loop pull from a coroutine of its
// own; both are on the page of the loop, in a second trace too.
func TestCoroutineOfACoroutine(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		l := coro.NewLoop(cotrace.Loop(), coro.WithClock(new(coro.VirtualClock)), quietly)
		var next func() (string, bool)
		var stop func()
		var inner *coro.Coroutine[int, int, string]
		outer := func(y *coro.Async) (int, error) {
			next, stop = cotrace.Pull(cotrace.Context(l), "words", threeWords)
			inner = cotrace.Coroutine(cotrace.Context(l), coro.New(numberShapes[shape](), coro.InFunc("numbers")))
			inner.Next()
			for {
				next()
				inner.Resume(1)
				if err := coro.Wait(y, ms(1)); err != nil {
					return 0, err
				}
			}
		}
		coro.Spawn(l, coro.Pull(outer), coro.Named("outer"), coro.InFunc("outer"))
		turn := func() {
			l.CallLater(time.Millisecond, l.Stop)
			l.RunForever()
		}
		turn()
		for round := range 2 {
			tr := record(t, turn)
			root := tr.root(t, "main")
			for _, typ := range []string{"outer", "trace_test.threeWords", "numbers"} {
				if ids := tr.tasks(typ); len(ids) != 1 || !tr.descendant(ids[0], root) {
					t.Errorf("round %d: %s has tasks %v, want one beneath %d", round, typ, ids, root)
				}
			}
			tr.checkRows(t, root)
		}
		stop()
		inner.Close()
		l.Close()
	})
}

// TestAbandonedMachineLosesItsLane checks that a lane does not stay for good.
func TestAbandonedMachineLosesItsLane(t *testing.T) {
	before := runtime.NumGoroutine()
	record(t, func() {
		func() {
			c := cotrace.Coroutine(context.Background(), coro.New(numberShapes["statemachine"]()))
			c.Next()
		}()
		for end := time.Now().Add(time.Minute); time.Now().Before(end); {
			runtime.GC()
			if runtime.NumGoroutine() <= before+1 { // the reader of the trace
				return
			}
			runtime.Gosched()
		}
		t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
	})
}

func TestPinnedIsNotSwitchedTo(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ctx := context.Background()
	next, stop := cotrace.Pull(ctx, "words", threeWords, cotrace.Pinned())
	next()
	c := cotrace.Coroutine(ctx, coro.New(coro.Pull(numbers)), cotrace.Pinned())
	c.Next()
	m := cotrace.Coroutine(ctx, coro.New(numberShapes["statemachine"]()), cotrace.Pinned())
	m.Next()
	var buf bytes.Buffer
	elsewhere(func() {
		if err := cotrace.Start(&buf); err != nil {
			t.Error(err)
		}
		m.Resume(1) // a machine may go anywhere
	})
	next()
	c.Resume(1)
	elsewhere(cotrace.Stop)
	tr := read(t, &buf)
	if n := len(tr.logs(protocol.CatSuspend)); n != 3 {
		t.Errorf("%d suspensions, want 3", n)
	}
	stop()
	c.Close()
}

func elsewhere(f func()) {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	<-done
}

func TestCoroutineThatRunsIsLeftAlone(t *testing.T) {
	var c *coro.Coroutine[int, int, string]
	c = coro.New(coro.Pull(func(y *coro.Yielder[int, int]) (string, error) {
		if cotrace.Coroutine(context.Background(), c) != c {
			t.Error("another coroutine")
		}
		return "", nil
	}))
	tr := record(t, func() { c.Next() })
	if e := tr.events(); len(e) != 0 {
		t.Errorf("trace has %q", e)
	}
}

func TestOffCostsNothing(t *testing.T) {
	ctx := context.Background()
	for shape := range counters {
		c := cotrace.Coroutine(ctx, coro.New(counters[shape]()))
		c.Next()
		if n := testing.AllocsPerRun(100, func() { c.Next() }); n != 0 {
			t.Errorf("Coroutine, %s: %v allocations a resumption", shape, n)
		}
		c.Close()
	}
	next, stop := cotrace.Pull(ctx, "count", count)
	next()
	if n := testing.AllocsPerRun(100, func() { next() }); n != 0 {
		t.Errorf("Pull: %v allocations a resumption", n)
	}
	stop()
	for shape := range spins {
		l := coro.NewLoop(cotrace.Loop(), quietly)
		coro.Spawn(l, spins[shape](1e6), coro.Named("spin"))
		step := func() { l.CallSoon(l.Stop); l.RunForever() }
		step()
		bare := coro.NewLoop(quietly)
		coro.Spawn(bare, spins[shape](1e6), coro.Named("spin"))
		bareStep := func() { bare.CallSoon(bare.Stop); bare.RunForever() }
		bareStep()
		if n, want := testing.AllocsPerRun(100, step), testing.AllocsPerRun(100, bareStep); n != want {
			t.Errorf("Loop, %s: %v allocations a turn, %v without an observer", shape, n, want)
		}
		l.Close()
		bare.Close()
	}
}

// TestOnAllocatesLittle holds the allocations of a suspension while tracing is
// on to one for each region, which are the runtime's own.
func TestOnAllocatesLittle(t *testing.T) {
	if err := cotrace.Start(io.Discard); err != nil {
		t.Fatal(err)
	}
	defer cotrace.Stop()
	for shape, regions := range map[string]float64{"statemachine": 2, "pull": 1} {
		c := cotrace.Coroutine(context.Background(), coro.New(counters[shape]()))
		for range 5 {
			c.Next()
		}
		if n := testing.AllocsPerRun(1000, func() { c.Next() }); n > regions {
			t.Errorf("%s: %v allocations a suspension, want %v", shape, n, regions)
		}
		c.Close()
	}
}

func ExampleCoroutine() {
	c := cotrace.Coroutine(context.Background(), coro.New(coro.Pull(numbers), coro.Named("twice")))
	v, _, _ := c.Next()
	fmt.Println(v)
	v, _, _ = c.Resume(21)
	fmt.Println(v)
	c.Close()
	// Output:
	// 0
	// 42
}
