package timeline_test

// This file tests that it makes no difference whether events are read ahead of
// their use.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// oneByOne calls f while events are read one by one.
func oneByOne(f func()) {
	defer timeline.SetReadAhead(timeline.SetReadAhead(false))
	f()
}

// withProcs calls f with n processors.
func withProcs(n int, f func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	f()
}

// A reading is all that can be found in a trace.
type reading struct {
	Full, Totals *timeline.Timeline
	Events       []timeline.Event
	Lost         []string
	Errors       string
}

func everything(data []byte) (r reading) {
	var errs [3]error
	r.Full, errs[0] = timeline.Read(bytes.NewReader(data), timeline.Options{Full: true, Goroutines: true, Logs: true})
	r.Totals, errs[1] = timeline.Read(bytes.NewReader(data), timeline.Options{})
	r.Lost, errs[2] = timeline.Events(bytes.NewReader(data), func(e timeline.Event) error {
		r.Events = append(r.Events, e)
		return nil
	})
	r.Errors = fmt.Sprint(errs)
	return r
}

// sameAhead compares what is found when events are read ahead with what is
// found when they are read one by one.
func sameAhead(t *testing.T, data []byte) {
	t.Helper()
	var single reading
	oneByOne(func() { single = everything(data) })
	for _, procs := range []int{1, 4} {
		var ahead reading
		withProcs(procs, func() { ahead = everything(data) })
		if diff := cmp.Diff(single, ahead); diff != "" {
			t.Errorf("read ahead with %d processors, another trace is found (-one by one +ahead):\n%s", procs, diff)
		}
	}
}

func TestAheadRecorded(t *testing.T) {
	eachRecorded(t, func(t *testing.T, _ string, data []byte) { sameAhead(t, data) })
}

// Traces of many times as many events as are read ahead.
func TestAheadLarge(t *testing.T) {
	sameAhead(t, large(t, 50, 40))
	sameAhead(t, record(t, func() { manyPulls(50, 60) }))
	sameAhead(t, record(t, func() { manyGoroutines(10, 100) }))
	sameAhead(t, generations(t, 3))
}

// busyGenerations records generations of many events each.
func busyGenerations(t *testing.T) []byte {
	var all []byte
	for range 20 { // a generation may end at any time
		all = generationsOf(t, 3, func() { manyPulls(20, 60) })
		if len(timeline.GenerationEnds(all)) >= 3 {
			break
		}
	}
	return all
}

func TestAheadDamaged(t *testing.T) {
	seeds := append(recorded(t), bar(t), generations(t, 3), busyGenerations(t))
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	for i := range rounds {
		rng := rand.New(rand.NewPCG(2, uint64(i)))
		data := mutate(rng, bytes.Clone(seeds[i%len(seeds)]))
		if i%3 == 0 {
			data = data[:16+rng.IntN(len(data)-16)]
		}
		sameAhead(t, data)
		if t.Failed() {
			t.Fatalf("round %d", i)
		}
	}
}

// A counter is read a little at a time, and counts how often.
type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	c.n++
	return c.r.Read(p[:min(len(p), 512)])
}

// While an event is used, the file is where it was when the event was read,
// whoever reads.
func TestAheadOfUseNotOfFile(t *testing.T) {
	data := busyGenerations(t)
	places := func() (at []int) {
		c := &counter{r: bytes.NewReader(data)}
		_, err := timeline.Events(c, func(timeline.Event) error {
			runtime.Gosched() // a goroutine that reads has the time to
			at = append(at, c.n)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	var single, ahead []int
	oneByOne(func() { single = places() })
	withProcs(4, func() { ahead = places() })
	if diff := cmp.Diff(single, ahead); diff != "" {
		t.Errorf("how often the file was read before each event (-one by one +ahead):\n%s", diff)
	}
	if n := len(single); n == 0 || single[0] == single[n-1] {
		t.Errorf("the file was read at once: %v", single)
	}
}

// goroutines returns how many goroutines there are, as soon as there are no
// more than want.
func goroutines(want int) int {
	n := runtime.NumGoroutine()
	for end := time.Now().Add(time.Minute); n > want && time.Now().Before(end); n = runtime.NumGoroutine() {
		runtime.Gosched()
	}
	return n
}

// Whoever uses the events may end the reading at any of them, in any way.
func TestAheadEnded(t *testing.T) {
	data := busyGenerations(t)
	stop := errors.New("enough")
	before := runtime.NumGoroutine()
	for _, how := range []struct {
		name string
		end  func() error
	}{
		{"error", func() error { return stop }},
		{"panic", func() error { panic(stop) }},
		{"goexit", func() error { runtime.Goexit(); return nil }},
	} {
		for at := range 8 {
			c := &counter{r: bytes.NewReader(data)}
			reads, n := 0, 0
			done := make(chan error)
			go func() {
				var err error
				defer func() {
					if r := recover(); r != nil {
						err = r.(error)
					}
					done <- err
				}()
				_, err = timeline.Events(c, func(timeline.Event) error {
					if n++; n <= at {
						return nil
					}
					reads = c.n
					return how.end()
				})
			}()
			if err := <-done; err != stop && how.name != "goexit" {
				t.Errorf("%s at event %d: %v", how.name, at, err)
			}
			if c.n != reads {
				t.Errorf("%s at event %d: the file was read after that", how.name, at)
			}
		}
	}
	if n := goroutines(before); n > before {
		t.Errorf("%d goroutines before, %d after", before, n)
	}
}

// An exitReader reads a part, and then ends the goroutine that reads.
type exitReader struct{ part io.Reader }

func (e exitReader) Read(p []byte) (int, error) {
	n, err := e.part.Read(p)
	if err == io.EOF {
		runtime.Goexit()
	}
	return n, err
}

// A file's reader that ends its goroutine, as one that calls t.Fatal, ends the
// goroutine that called Read.
func TestAheadReaderExits(t *testing.T) {
	data := generations(t, 3)
	part := data[:ends(t, data, 3)[0]]
	before := runtime.NumGoroutine()
	for _, procs := range []int{1, 4} {
		withProcs(procs, func() {
			returned, done := false, make(chan bool)
			go func() {
				defer close(done)
				timeline.Read(exitReader{bytes.NewReader(part)}, timeline.Options{})
				returned = true
			}()
			<-done
			if returned {
				t.Errorf("with %d processors, Read returned", procs)
			}
		})
	}
	if n := goroutines(before); n > before {
		t.Errorf("%d goroutines before, %d after", before, n)
	}
}
