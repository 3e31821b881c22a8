package batteries

// This file defines the demo's figures, all of them computed from its trace.

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"coroscope/coro"
	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

func figures(w io.Writer, tl *timeline.Timeline) error {
	f := &report{tl: tl}
	if !f.isOfDemo() {
		return fmt.Errorf("the trace is not one of the demo batteries: expected a coroutine %q on a loop %q, found %d others", waiterName, loopName, len(tl.Coroutines))
	}
	f.out.WriteString("\nFrom the trace:\n")
	for _, c := range []struct{ kind, label, lack, what string }{
		{protocol.KindSemaphore, stovesName, "", "stoves"},
		{protocol.KindLock, knifeName, "", "the knife"},
		{protocol.KindQueue, ordersName, "full", "room for orders"},
		{protocol.KindQueue, ordersName, "empty", "orders"},
	} {
		f.contention(c.kind, c.label, c.lack, c.what)
	}
	f.courses()
	f.banquet()
	f.chat()
	f.out.WriteString(`  Who waits stands in line, and nobody overtakes. Who is canceled while in line
  leaves it and takes nothing along. What fails together is told together.
`)
	_, err := io.WriteString(w, f.out.String())
	return err
}

// A report is what the trace says.
type report struct {
	tl  *timeline.Timeline
	out strings.Builder
}

// isOfDemo reports whether the trace has a waiter on the kitchen's loop.
func (f *report) isOfDemo() bool {
	return slices.ContainsFunc(f.tl.Coroutines, func(c *timeline.Coroutine) bool {
		return c.Name == waiterName && c.Loop != nil && c.Loop.Name == loopName
	})
}

// row writes what is said of something.
func (f *report) row(what, format string, args ...any) {
	fmt.Fprintf(&f.out, "  %-15s  %s\n", what, fmt.Sprintf(format, args...))
}

// contention writes who waited for something and for whom.
func (f *report) contention(kind, label, lack, what string) {
	for _, c := range f.tl.Contentions {
		if c.Kind != kind || c.Label != label || c.Lack != lack || c.Loop == nil || c.Loop.Name != loopName {
			continue
		}
		f.row(what, "waited for %s, %s in all; at most %d at once", times(c.Waits), ms(c.Total), c.MostWaiting)
		end := "and got nothing"
		if !c.LongestBy.IsZero() {
			end = "until " + c.LongestBy.String() + " let it go on"
		}
		f.row("", "longest: %s for %s, %s", c.LongestWho, ms(c.Longest), end)
		if all := c.Holders(); len(all) > 0 {
			f.row("", "others waited most for %s: %s, %s in all", all[0].Who, times(all[0].Count), ms(all[0].Waited))
		}
		return
	}
	f.row(what, "nobody waited for that")
}

// children returns what became of the coroutines that c made, "pie canceled after
// 70.0 ms, ...".
func (f *report) children(c *timeline.Coroutine) string {
	var all []string
	for _, other := range f.tl.Coroutines {
		if other.Parent != c.ID {
			continue
		}
		all = append(all, fmt.Sprintf("%s %s after %s", other, other.Outcome, ms(other.Ended-other.Spawned)))
	}
	return strings.Join(all, ",\n                   ")
}

// courses tells which of them were too late.
func (f *report) courses() {
	for _, c := range f.tl.Coroutines {
		if c.Func != courseMachine.Func {
			continue
		}
		end := "is served"
		if c.Outcome == coro.Failed.String() {
			end = c.Detail
		}
		f.row(c.String(), "%s after %s:", end, ms(c.Ended-c.Spawned))
		f.row("", "%s", f.children(c))
	}
}

// banquet tells how it failed.
func (f *report) banquet() {
	for _, c := range f.tl.Coroutines {
		if c.Func == banquetMachine.Func {
			f.row(c.String(), "%s", c.Detail)
			f.row("", "%s", f.children(c))
		}
	}
}

// chat tells how long both sides waited for each other.
func (f *report) chat() {
	for _, c := range f.tl.Contentions {
		if c.Kind == protocol.KindQueue && strings.HasPrefix(c.Label, chatPrefix) && c.Lack == "empty" {
			f.row("“"+c.Label+"”", "%s waited for a line %s, %s in all", c.LongestWho, times(c.Waits), ms(c.Total))
		}
	}
}

// times returns "once" or "3 times".
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
