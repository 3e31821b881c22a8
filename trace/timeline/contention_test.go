package timeline_test

// This file tests what is read of contention, from traces whose times the tests
// chose themselves.

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// contentions returns those of a trace without times, which tests look at one by
// one.
func contentions(t *testing.T, data []byte) []*timeline.Contention {
	t.Helper()
	tl := read(t, data, timeline.Options{})
	if len(tl.Lost) > 0 {
		t.Fatalf("lost %q", tl.Lost)
	}
	slices.SortStableFunc(tl.Contentions, func(a, b *timeline.Contention) int {
		return cmp.Or(strings.Compare(a.Loop.Name, b.Loop.Name), strings.Compare(a.On(), b.On()))
	})
	return tl.Contentions
}

var withoutTimes = cmpopts.IgnoreFields(timeline.Contention{}, "Loop", "Total", "Median", "P99", "Longest", "LongestEnd", "MostAt")

func ref(name string, id uint64) protocol.Ref { return protocol.Ref{Name: name, ID: id} }

// resumeThrown writes that an error is thrown in.
func (c *fakeCoroutine) resumeThrown(err string) {
	on := c.on
	on.Detail = protocol.Throws(err)
	logMessage(c.ctx, protocol.CatResume, protocol.Resume{Suspension: on})
}

// lacking is suspend with a detail.
func (c *fakeCoroutine) lacking(kind, label, detail string) {
	c.on = protocol.Suspension{Who: c.ref, Kind: kind, Label: label, State: 1, File: "bar.go", Line: 7, Detail: detail}
	logMessage(c.ctx, protocol.CatSuspend, c.on)
}

// Three wait for a lock: two are let on, one after the other, the third is
// canceled; a fourth waits still.
func TestContentionOfALock(t *testing.T) {
	data := recordTimed(t, func(pass func(time.Duration)) {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		var cs []*fakeCoroutine
		for i, name := range []string{"ann", "bob", "cid", "dan", "eve"} {
			c := spawn(l.ctx, name, uint64(i+1), nobody)
			c.start()
			cs = append(cs, c)
		}
		ann, bob, cid, dan, eve := cs[0], cs[1], cs[2], cs[3], cs[4]
		bob.lacking("lock", "oven", "1st in line")
		pass(10 * ms)
		cid.lacking("lock", "oven", "2nd in line")
		dan.lacking("lock", "oven", "3rd in line")
		pass(20 * ms)
		dan.ready(ann.ref, protocol.CauseCancel)
		dan.resumeThrown("canceled")
		bob.ready(ann.ref, "")
		ann.end(protocol.OutcomeReturned, "")
		pass(ms) // bob waits for its turn, and that is waiting too
		bob.resume()
		eve.lacking("lock", "oven", "2nd in line")
		pass(9 * ms)
		cid.ready(bob.ref, "")
		cid.resume()
		pass(5 * ms)
	})
	all := contentions(t, data)
	want := []*timeline.Contention{{
		Kind: "lock", Label: "oven", Waits: 4, Open: 1, GaveUp: 1,
		LongestWho: ref("bob", 2), LongestBy: ref("ann", 1), MostWaiting: 3, HandedOn: 2,
		Handovers: []timeline.Handover{
			{By: ref("ann", 1), To: ref("bob", 2), Count: 1},
			{By: ref("bob", 2), To: ref("cid", 3), Count: 1},
		},
	}}
	if diff := gocmp.Diff(want, all, withoutTimes, cmpopts.IgnoreFields(timeline.Handover{}, "Waited", "Longest")); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	c := all[0]
	for _, d := range []struct {
		what      string
		got, want time.Duration
	}{
		{"in all", c.Total, 31*ms + 30*ms + 20*ms + 14*ms},
		{"median", c.Median, 20 * ms},
		{"p99", c.P99, 31 * ms},
		{"longest", c.Longest, 31 * ms},
		{"ann's holding up", c.Holders()[0].Waited, 31 * ms},
	} {
		if off := d.got - d.want; off < -d.want/250-moment || off > d.want/250+4*moment {
			t.Errorf("%s: %v, want %v", d.what, d.got, d.want)
		}
	}
	if at := c.MostAt; !about(at, 10*ms) {
		t.Errorf("the queue was longest at %v", at)
	}
}

// Who was called for what is gone when its turn comes waits on, and is called
// again: that is one wait, which the second one ended.
func TestReadyTwice(t *testing.T) {
	data := recordTimed(t, func(pass func(time.Duration)) {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		getter, putter, other := spawn(l.ctx, "getter", 1, nobody), spawn(l.ctx, "putter", 2, nobody), spawn(l.ctx, "other", 3, nobody)
		getter.start()
		putter.start()
		other.start()
		getter.lacking("queue", "orders", "empty")
		pass(10 * ms)
		getter.ready(putter.ref, "")
		l.nextTurn(1, 0) // in which it finds nothing
		pass(30 * ms)
		getter.ready(other.ref, "")
		pass(ms)
		l.nextTurn(1, 0)
		getter.resume()
		pass(ms)
		getter.suspend("turn", "", 2, 8)
		getter.ready(nobody, protocol.CauseTurn)
		getter.resume()
		getter.end(protocol.OutcomeReturned, "")
	})
	tl := read(t, data, timeline.Options{Full: true})
	getter := tl.Coroutines[0]
	s := getter.Suspensions[0]
	if len(getter.Suspensions) != 2 || s.ReadyBy != ref("other", 3) || !about(s.Ready-s.Start, 40*ms) || !about(s.Len(), 41*ms) {
		t.Errorf("%d suspensions, the first %+v, want one of 41ms that other ended after 40ms, and one for a turn", len(getter.Suspensions), s)
	}
	if !about(getter.Waited, ms) {
		t.Errorf("waited for its turn for %v, want 1ms", getter.Waited)
	}
	if len(tl.Ready) != 3 {
		t.Errorf("%d ready edges, want all 3", len(tl.Ready))
	}
	want := []*timeline.Contention{{
		Kind: "queue", Label: "orders", Lack: "empty", Waits: 1, MostWaiting: 1, HandedOn: 1,
		LongestWho: ref("getter", 1), LongestBy: ref("other", 3),
		Handovers: []timeline.Handover{{By: ref("other", 3), To: ref("getter", 1), Count: 1, Waited: s.Len(), Longest: s.Len()}},
	}}
	if diff := gocmp.Diff(want, tl.Contentions, withoutTimes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What has the same name on two loops, or is of another kind, or is the other
// side of a queue, is something else; what nobody shares is nothing.
func TestContentionsApart(t *testing.T) {
	data := recordTimed(t, func(pass func(time.Duration)) {
		writeEpoch(1)
		id := uint64(0)
		for i, name := range []string{"bar", "kitchen"} {
			l := beginLoop(name, uint64(i+1))
			defer l.end()
			waits := func(kind, label, detail string) {
				id++
				c := spawn(l.ctx, "cook", id, nobody)
				c.start()
				c.lacking(kind, label, detail)
				pass(ms)
				c.ready(nobody, protocol.CauseOutside)
				c.resume()
				c.end(protocol.OutcomeReturned, "")
			}
			waits("lock", "oven", "1st in line")
			if name == "bar" {
				continue
			}
			waits("semaphore", "oven", "1st in line")
			waits("queue", "oven", "empty, 3rd in line")
			waits("queue", "oven", "full")
			waits("queue", "oven", "7 unfinished")
			waits("queue", "oven", "unfinishedly")
			waits("event", "", "not set")
			waits("channel", "oven", "empty")
			waits("pool", "oven", "runs")
			waits("io", "oven", "")
			for _, kind := range []string{"sleep", "turn", "future", "task", "goroutine", "group", "resumer", "process", "signal", "made up"} {
				waits(kind, "oven", "")
			}
		}
	})
	var got []string
	for _, c := range contentions(t, data) {
		got = append(got, fmt.Sprintf("%s %s %d× %d", c.Loop.Name, c.On(), c.Waits, len(c.Handovers)))
	}
	want := []string{
		"bar lock oven 1× 0",
		"kitchen channel oven 1× 0", "kitchen event 1× 0", "kitchen io oven 1× 0", "kitchen lock oven 1× 0", "kitchen pool oven 1× 0",
		"kitchen queue oven 1× 0", "kitchen queue oven (empty) 1× 0", "kitchen queue oven (full) 1× 0", "kitchen queue oven (unfinished) 1× 0",
		"kitchen semaphore oven 1× 0",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// One that was suspended before the trace began, on a loop that is known only
// when it becomes ready, is on that loop.
func TestContentionOlderThanTheTrace(t *testing.T) {
	whole := recordTimed(t, func(pass func(time.Duration)) {
		writeEpoch(1)
		l := beginLoop("bar", 1)
		defer l.end()
		for i := range uint64(3) {
			who := ref("cook", i+1)
			ctx := l.ctx
			logMessage(ctx, protocol.CatSnapshot, protocol.Spawn{Who: who, Shape: protocol.ShapePull, Func: "main.cook"})
			logMessage(ctx, protocol.CatSuspended, protocol.Suspension{Who: who, Kind: "lock", Label: "oven", State: -1, Detail: protocol.Since(time.Hour, "")})
		}
		pass(ms)
		for i := range uint64(2) {
			who := ref("cook", i+1)
			logMessage(l.ctx, protocol.CatReady, protocol.Ready{Who: who, By: ref("ann", 9)})
			logMessage(l.ctx, protocol.CatResume, protocol.Resume{Suspension: protocol.Suspension{Who: who, Kind: "lock", Label: "oven", State: -1}})
			logMessage(l.ctx, protocol.CatEnd, protocol.End{Who: who, Outcome: protocol.OutcomeReturned})
		}
	})
	all := contentions(t, whole)
	if len(all) != 1 || all[0].Loop.Name != "bar" || all[0].Waits != 3 || all[0].Open != 1 || all[0].MostWaiting != 3 || all[0].HandedOn != 2 {
		t.Fatalf("%d contentions, the first %+v", len(all), all[0])
	}
	if total := all[0].Total; total > 3*(ms+2*moment) {
		t.Errorf("waited for %v in all, of which most was before the trace", total)
	}
}

// Lines whose loop becomes known later are one with the line that is known.
func TestTallyOfALoopKnownLater(t *testing.T) {
	bar := &timeline.Loop{Name: "bar"}
	var tally timeline.Tally
	s := &protocol.Suspension{Kind: "lock", Label: "oven"}
	wait := func(l *timeline.Loop, took time.Duration, n int) {
		for i := range n {
			ln := tally.Begin(l, s, 0, nil)
			ln.Loop = bar
			ln.End(&timeline.Waited{Span: timeline.Span{End: took}, Who: ref("cook", uint64(i+2)), By: ref("ann", 1)})
		}
	}
	wait(bar, 3, 2)
	wait(nil, 5, 3)
	cooks := func(id uint64, count int, waited, longest time.Duration) timeline.Handover {
		return timeline.Handover{By: ref("ann", 1), To: ref("cook", id), Count: count, Waited: waited, Longest: longest}
	}
	want := []*timeline.Contention{{
		Loop: bar, Kind: "lock", Label: "oven", Waits: 5, Total: 21, Median: 5, P99: 5, Longest: 5,
		LongestWho: ref("cook", 2), LongestBy: ref("ann", 1), LongestEnd: 5, MostWaiting: 1, HandedOn: 5,
		Handovers: []timeline.Handover{cooks(2, 2, 8, 5), cooks(3, 2, 8, 5), cooks(4, 1, 5, 5)},
	}}
	if diff := gocmp.Diff(want, tally.Contentions()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// However many coroutines hand something on to each other, the tally is bounded,
// and nothing is uncounted.
func TestTallyIsBounded(t *testing.T) {
	var tally timeline.Tally
	s := &protocol.Suspension{Kind: "lock", Label: "oven"}
	const n = 10_000
	for i := range uint64(n) {
		ln := tally.Begin(nil, s, 0, nil)
		ln.End(&timeline.Waited{Span: timeline.Span{End: ms}, Who: ref("cook", i+2), By: ref("cook", i+1)})
	}
	c := tally.Contentions()[0]
	if c.HandedOn != n || len(c.Handovers) != 4096 || c.MoreHandovers != n-4096 {
		t.Errorf("%d handed on, %d pairs, %d more", c.HandedOn, len(c.Handovers), c.MoreHandovers)
	}
}

// Quantiles are as near to those of the sorted durations as is promised.
func TestQuantiles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	draws := map[string]func() time.Duration{
		"zero":        func() time.Duration { return 0 },
		"nanoseconds": func() time.Duration { return time.Duration(rnd.Int64N(256)) },
		"even":        func() time.Duration { return time.Duration(rnd.Int64N(int64(time.Hour))) },
		"any size":    func() time.Duration { return time.Duration(rnd.Uint64() >> (1 + rnd.IntN(63))) },
		"powers":      func() time.Duration { return 1<<rnd.IntN(63) - time.Duration(rnd.IntN(2)) },
		"one":         func() time.Duration { return 123456789 },
	}
	for name, draw := range draws {
		for _, n := range []int{1, 2, 3, 100, 5000} {
			all := make([]time.Duration, n)
			for i := range all {
				all[i] = draw()
			}
			half := n / 2
			for i, q := range []func(float64) time.Duration{timeline.Quantiles(all, nil), timeline.Quantiles(all[:half], all[half:])} {
				sorted := slices.Sorted(slices.Values(all))
				for part, rank := range map[float64]int{0.5: (n + 1) / 2, 0.99: (99*n + 99) / 100, 1: n} {
					want, got := sorted[rank-1], q(part)
					if off := (got - want).Abs(); off > want/250 || want < 256 && off > 0 {
						t.Errorf("%s, %d of them, in %d parts: quantile %v is %d, want %d", name, n, i+1, part, got, want)
					}
				}
			}
		}
	}
	if got := timeline.Quantiles(nil, nil)(0.5); got != 0 {
		t.Errorf("the median of nothing is %v", got)
	}
}
