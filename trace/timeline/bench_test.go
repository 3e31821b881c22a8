package timeline_test

// This file measures the summary of a large trace against what cannot be
// avoided: reading the same events with the library and throwing them away.
//
//	go test -run '^$' -bench Large ./trace/timeline

import (
	"bytes"
	"io"
	"iter"
	"runtime"
	rtrace "runtime/trace"
	"sync"
	"testing"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"

	"golang.org/x/exp/trace"
)

// large records machines that take turns: for each turn of each three logs,
// and the region in which it runs.
func large(tb testing.TB, coroutines, turns int) []byte {
	return record(tb, func() {
		writeEpoch(1)
		l := beginLoop("pool", 1)
		defer l.end()
		cs := make([]*fakeCoroutine, coroutines)
		for i := range cs {
			cs[i] = spawn(l.ctx, "worker", uint64(i+1), nobody)
			cs[i].start()
			cs[i].suspend("turn", "", 1, 20)
		}
		for range turns {
			l.nextTurn(len(cs), 0)
			for i, c := range cs {
				c.ready(cs[(i+1)%len(cs)].ref, protocol.CauseTurn)
			}
			for _, c := range cs {
				run := rtrace.StartRegion(c.ctx, protocol.RegionRun("main.worker"))
				c.resume()
				c.suspend("lock", "shaker", 2, 31)
				run.End()
			}
		}
	})
}

func largeTrace(b *testing.B) (data []byte, events int) {
	data = large(b, 1000, 50)
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		b.Fatal(err)
	}
	for {
		if _, err := r.ReadEvent(); err == io.EOF {
			break
		} else if err != nil {
			b.Fatal(err)
		}
		events++
	}
	if events < 200_000 {
		b.Fatalf("%d events, want 200,000 at least", events)
	}
	return data, events
}

func discard(b *testing.B, data []byte) {
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		b.Fatal(err)
	}
	for {
		if _, err := r.ReadEvent(); err == io.EOF {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLargeDiscard(b *testing.B) {
	data, events := largeTrace(b)
	b.ReportAllocs()
	for b.Loop() {
		discard(b, data)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(events), "ns/event")
}

// BenchmarkLargeRatio does both in turns and reports how many times longer the
// summary's quickest run took: required is 1.5 at most. Beside that, as cpu/cpu,
// stands how many times more it took of all processors' time. The traces are of
// machines, of the coroutines of a program that knows nothing of us, and of its
// goroutines, which block, or end soon.
func BenchmarkLargeRatio(b *testing.B) {
	data, _ := largeTrace(b)
	b.Run("machines", func(b *testing.B) { ratio(b, data) })
	data = record(b, func() { manyPulls(100, 400) })
	b.Run("pulls", func(b *testing.B) { ratio(b, data) })
	data = record(b, func() { manyPulls(20_000, 1) })
	b.Run("short", func(b *testing.B) { ratio(b, data) })
	data = record(b, func() { manyGoroutines(100, 400) })
	b.Run("goroutines", func(b *testing.B) { ratio(b, data) })
	data = record(b, func() { briefGoroutines(80_000) })
	b.Run("brief", func(b *testing.B) { ratio(b, data) })
}

// manyPulls makes coroutines and resumes each of them so many times.
func manyPulls(coroutines, times int) {
	for range coroutines {
		next, stop := iter.Pull(func(yield func(int) bool) {
			for i := range times {
				if !yield(i) {
					return
				}
			}
		})
		for range times {
			next()
		}
		stop()
	}
}

// briefGoroutines makes so many goroutines, each of which ends at once.
func briefGoroutines(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {})
	}
	wg.Wait()
}

// manyGoroutines makes pairs of goroutines that send each other so many
// messages.
func manyGoroutines(pairs, times int) {
	var wg sync.WaitGroup
	for range pairs {
		ping, pong := make(chan int), make(chan int)
		wg.Go(func() {
			for i := range times {
				ping <- i
				<-pong
			}
		})
		wg.Go(func() {
			for range times {
				pong <- <-ping
			}
		})
	}
	wg.Wait()
}

func ratio(b *testing.B, data []byte) {
	var discarded, summarized costs
	for b.Loop() {
		discarded.measure(func() { discard(b, data) })
		summarized.measure(func() {
			tl, err := timeline.Read(bytes.NewReader(data), timeline.Options{Goroutines: true})
			if err != nil || len(tl.Lost) > 0 {
				b.Fatal(err, tl.Lost)
			}
			tl.Summary()
		})
	}
	b.ReportMetric(summarized.wall.Seconds()/discarded.wall.Seconds(), "summary/discard")
	if discarded.cpu > 0 {
		b.ReportMetric(summarized.cpu.Seconds()/discarded.cpu.Seconds(), "cpu/cpu")
	}
}

// costs are those of the quickest run of something.
type costs struct {
	wall time.Duration
	cpu  time.Duration // of all processors; 0 if the system does not tell
}

func (c *costs) measure(f func()) {
	runtime.GC() // what others left behind is not f's
	cpu, wall := processorTime(), time.Now()
	f()
	took, used := time.Since(wall), processorTime()-cpu
	if c.wall == 0 {
		c.wall, c.cpu = took, used
	}
	c.wall, c.cpu = min(c.wall, took), min(c.cpu, used)
}

func benchmarkLarge(b *testing.B, opt timeline.Options) {
	data, events := largeTrace(b)
	b.ReportAllocs()
	for b.Loop() {
		tl, err := timeline.Read(bytes.NewReader(data), opt)
		if err != nil || len(tl.Lost) > 0 {
			b.Fatal(err, tl.Lost)
		}
		tl.Summary()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(events), "ns/event")
}

func BenchmarkLargeSummary(b *testing.B) { benchmarkLarge(b, timeline.Options{}) }

func BenchmarkLargeFull(b *testing.B) { benchmarkLarge(b, timeline.Options{Full: true}) }

func BenchmarkLargeGoroutines(b *testing.B) { benchmarkLarge(b, timeline.Options{Goroutines: true}) }

// What is kept for totals does not grow with the number of suspensions.
func TestTotalsMemory(t *testing.T) {
	kept := func(turns int) int64 {
		data := large(t, 100, turns)
		before := heap()
		tl := read(t, data, timeline.Options{})
		after := heap()
		runtime.KeepAlive(tl)
		runtime.KeepAlive(data)
		return after - before
	}
	few, many := kept(2), kept(100)
	if many > few+64<<10 {
		t.Errorf("with 2 turns %d bytes are kept, with 100 turns %d", few, many)
	}
}

// What is kept of a coroutine of iter.Pull, and of a goroutine, does not grow
// with the number of switches and waits.
func TestForeignMemory(t *testing.T) {
	for name, run := range map[string]func(n, times int){"pulls": manyPulls, "goroutines": manyGoroutines} {
		kept := func(times int) int64 {
			data := record(t, func() { run(100, times) })
			before := heap()
			tl := read(t, data, timeline.Options{Goroutines: true})
			after := heap()
			runtime.KeepAlive(tl)
			runtime.KeepAlive(data)
			return after - before
		}
		few, many := kept(2), kept(200)
		if many > few+64<<10 {
			t.Errorf("%s: with 2 times %d bytes are kept, with 200 times %d", name, few, many)
		}
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
