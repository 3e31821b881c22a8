package bartender

// This file defines the demo's figures, all of them computed from its trace.

import (
	"fmt"
	"io"
	"strings"
	"time"

	"coroscope/coro"
	"coroscope/trace/timeline"
)

// A comparison is what the trace says of both halves.
type comparison struct {
	many half
	one  half

	idleShare float64 // of the single bartender's time
	idles     int     // how often it had nothing to do
	idleAmiss int     // how often it was idle although somebody was ready
	guestWait time.Duration
}

// A half is what the trace says of one of them.
type half struct {
	bartenders int
	served     int
	took       time.Duration
	lockWait   time.Duration // bartenders stood and waited for a lock
	lockWaits  int
}

// measure computes the comparison.
func measure(tl *timeline.Timeline) (comparison, error) {
	var c comparison
	c.many = measureMany(tl)
	loop := loopNamed(tl, loopName)
	if loop == nil || c.many.bartenders == 0 {
		return c, fmt.Errorf("the trace is not one of the demo bartender: expected a loop %q and goroutines with regions %q, found %d loops and %d such goroutines",
			loopName, doneRegion, len(tl.Loops), c.many.bartenders)
	}
	c.one = half{bartenders: bartenders(tl), took: loop.Busy + loop.Idle}
	c.idleShare = 1 - loop.Utilization()
	c.idles = len(loop.Idles)
	for _, g := range guests(tl) {
		if g.Outcome == coro.Returned.String() {
			c.one.served++
		}
		for _, s := range g.Suspensions {
			if strings.HasPrefix(s.On, "await "+coro.OnFuture.String()) {
				c.guestWait += s.Len()
			}
		}
	}
	for _, idle := range loop.Idles {
		if somebodyReady(tl, idle) {
			c.idleAmiss++
		}
	}
	return c, nil
}

// measureMany computes what there is of the first half.
func measureMany(tl *timeline.Timeline) half {
	var h half
	var begin, end time.Duration
	for _, g := range tl.Goroutines {
		served := g.Region(doneRegion).Count
		if served == 0 {
			continue
		}
		if h.bartenders == 0 || g.Created < begin {
			begin = g.Created
		}
		end = max(end, g.Ended)
		h.bartenders++
		h.served += served
		for _, r := range g.Regions {
			if strings.HasPrefix(r.Name, waitPrefix) {
				h.lockWait += r.Total
				h.lockWaits += r.Count
			}
		}
	}
	h.took = end - begin
	return h
}

func loopNamed(tl *timeline.Timeline, name string) *timeline.Loop {
	for _, l := range tl.Loops {
		if l.Name == name {
			return l
		}
	}
	return nil
}

// bartenders returns how many loops of that name there are.
func bartenders(tl *timeline.Timeline) int {
	n := 0
	for _, l := range tl.Loops {
		if l.Name == loopName {
			n++
		}
	}
	return n
}

// guests are the coroutines that the bartender made.
func guests(tl *timeline.Timeline) []*timeline.Coroutine {
	var all []*timeline.Coroutine
	for _, c := range tl.Coroutines {
		if c.Loop != nil && c.Loop.Name == loopName && c.Parent != 0 {
			all = append(all, c)
		}
	}
	return all
}

// somebodyReady reports whether, when the loop became idle, a coroutine was
// ready and had not been resumed.
func somebodyReady(tl *timeline.Timeline, idle timeline.Span) bool {
	for _, c := range tl.Coroutines {
		for _, s := range c.Suspensions {
			if s.Ready >= 0 && s.Ready < idle.Start && idle.Start < s.End {
				return true
			}
		}
		if len(c.Runs) > 0 && c.Spawned < idle.Start && idle.Start < c.Runs[0].Start {
			return true // it was made, and had not begun
		}
	}
	return false
}

func figures(w io.Writer, tl *timeline.Timeline) error {
	c, err := measure(tl)
	if err != nil {
		return err
	}
	var b strings.Builder
	row := func(what, many, one string) {
		fmt.Fprintf(&b, "%s\n", strings.TrimRight(fmt.Sprintf("  %-34s %16s   %16s", what, many, one), " "))
	}
	b.WriteString("\nFrom the trace:\n")
	row("", "one each", "one for all")
	row("bartenders (threads of control)", fmt.Sprint(c.many.bartenders), fmt.Sprint(c.one.bartenders))
	row("guests served", fmt.Sprint(c.many.served), fmt.Sprint(c.one.served))
	row("all were served within", ms(c.many.took), ms(c.one.took))
	row("bartenders stood waiting for locks", ms(c.many.lockWait), "")
	row("  how often", fmt.Sprint(c.many.lockWaits), "")
	row("guests waited for a tool", "", ms(c.guestWait))
	row("idle, since nothing was to be done", "", fmt.Sprintf("%.0f%%", 100*c.idleShare))
	row("idle although somebody was ready", "", fmt.Sprintf("%d of %d times", c.idleAmiss, c.idles))
	fmt.Fprintf(&b, "  The tools set the pace both times, so %d bartenders are about as quick as one. The\n", c.many.bartenders)
	b.WriteString("  one has no lock to wait for: where a tool is taken, it is the guest who waits. If\n  there were more to be done by hand, several bartenders, on several processors,\n  would win.\n")
	fmt.Fprintf(&b, "  The page below is the second half's. The first half's is the task %q\n  under /usertasks.\n", manyTask)
	_, err = io.WriteString(w, b.String())
	return err
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
