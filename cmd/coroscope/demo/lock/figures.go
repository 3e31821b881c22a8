package lock

// This file defines the demo's figures, all of them computed from its trace.

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/trace/timeline"
)

// of returns the name of a region of the rung of n threads.
func of(n int, region string) string { return fmt.Sprintf("%d: %s", n, region) }

// isOf returns the n of such a name.
func isOf(name, region string) (n int, ok bool) {
	_, err := fmt.Sscanf(name, "%d:", &n)
	return n, err == nil && name == of(n, region)
}

// A rung is what the trace says of the work as one number of threads, or the
// loop, did it.
type rung struct {
	threads int // 0 for the loop
	done    int // pieces
	took    time.Duration
	lived   time.Duration // all threads together, from where they began to where they ended
	waited  time.Duration // for the lock, of that
	waits   int           // how often
}

// perSecond returns how many pieces were done in a second.
func (r rung) perSecond() float64 {
	if r.took <= 0 {
		return 0
	}
	return float64(r.done) / r.took.Seconds()
}

// waiting returns which part of the threads' time was spent waiting for the
// lock.
func (r rung) waiting() float64 {
	if r.lived <= 0 {
		return 0
	}
	return float64(r.waited) / float64(r.lived)
}

// measure computes the rungs, and what the loop did.
func measure(tl *timeline.Timeline) (rungs []rung, loop rung, err error) {
	by := make(map[int]*rung)
	at := func(n int) *rung {
		if by[n] == nil {
			by[n] = &rung{threads: n}
		}
		return by[n]
	}
	for _, g := range tl.Goroutines {
		for _, r := range g.Regions {
			if n, ok := isOf(r.Name, rungRegion); ok {
				at(n).took += r.Total
			}
			if n, ok := isOf(r.Name, threadRegion); ok {
				t := at(n)
				t.done += g.Region(heldRegion).Count
				t.lived += r.Total
				for _, w := range g.Waits {
					if w.Reason == demo.OnLock {
						t.waited += w.Total
						t.waits += w.Count
					}
				}
			}
		}
		loop.took += g.Region(loopRegion).Total
	}
	for _, r := range by {
		rungs = append(rungs, *r)
	}
	slices.SortFunc(rungs, func(a, b rung) int { return a.threads - b.threads })
	for _, c := range tl.Coroutines {
		if c.Loop != nil && c.Loop.Name == loopName {
			loop.done += c.SuspensionCount // one after each piece
		}
	}
	if len(rungs) == 0 || loop.done == 0 {
		return nil, loop, fmt.Errorf("the trace is not one of the demo lock: expected regions %q and a loop %q, found %d of them and %d loops",
			of(1, rungRegion), loopName, len(rungs), len(tl.Loops))
	}
	return rungs, loop, nil
}

// barWidth is how many cells the bar of what part of the time was waited has.
const barWidth = 20

func figures(w io.Writer, tl *timeline.Timeline) error {
	rungs, loop, err := measure(tl)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("\nFrom the trace:\n")
	fmt.Fprintf(&b, "  %7s  %9s  %6s  %21s   %s\n", "", "", "pieces", "stood and waited", "of the threads' time")
	fmt.Fprintf(&b, "  %7s  %9s  %6s  %21s   %s\n", "threads", "took", "/second", "for the lock", "they waited")
	for _, r := range rungs {
		fmt.Fprintf(&b, "  %7d  %9s  %6.0f  %10s %4d times   %s %3.0f%%\n", r.threads, ms(r.took), r.perSecond(), ms(r.waited), r.waits, bar(r.waiting()), 100*r.waiting())
	}
	fmt.Fprintf(&b, "  %7s  %9s  %6.0f  %21s\n", "loop", ms(loop.took), loop.perSecond(), "no lock")
	b.WriteString(`
  The lock lets one thread through at a time. More threads get no more done: they
  wait, the longer the more of them there are. All they can gain is that one does
  its short part while another has the lock, if there is a processor for that.
  The loop is one thread, about as quick as one, and nobody waits for a lock: at a
  suspension point nobody is in the midst of anything.
  The page below is the loop's. The threads' are the tasks "threads on one lock"
  under /usertasks.
`)
	_, err = io.WriteString(w, b.String())
	return err
}

// bar draws a part of a whole.
func bar(part float64) string {
	n := min(max(int(part*barWidth+0.5), 0), barWidth)
	return strings.Repeat("█", n) + strings.Repeat("·", barWidth-n)
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
