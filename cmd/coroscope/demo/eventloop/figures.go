package eventloop

// This file defines the demo's figures, all of them computed from its trace.

import (
	"fmt"
	"io"
	"strings"
	"time"

	"coroscope/trace/timeline"
)

func figures(w io.Writer, tl *timeline.Timeline) error {
	var loop *timeline.Loop
	for _, l := range tl.Loops {
		if l.Name == loopName {
			loop = l
		}
	}
	if loop == nil {
		return fmt.Errorf("the trace is not one of the demo eventloop: expected a loop %q, found %d others", loopName, len(tl.Loops))
	}
	var b strings.Builder
	row := func(what, format string, args ...any) {
		fmt.Fprintf(&b, "  %-30s %s\n", what, fmt.Sprintf(format, args...))
	}
	b.WriteString("\nFrom the trace:\n")
	row("turns", "%d", loop.Turns)
	row("busy", "%s, %.0f%% of the time that the loop ran", ms(loop.Busy), 100*loop.Utilization())
	row("idle", "%s, in %d stretches", ms(loop.Idle), len(loop.Idles))
	for _, s := range tl.Slow {
		row("slow step", "%s, by %s", ms(s.Took), s.Step)
	}
	row("busy without the slow steps", "%s", ms(loop.Busy-slow(tl)))
	for _, c := range tl.Coroutines {
		row(c.String(), "%d runs, %s; %d suspensions, %s; ready for %s",
			c.RunCount, ms(c.Run), c.SuspensionCount, ms(c.Suspended), ms(c.Waited))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// slow returns how long all slow steps took.
func slow(tl *timeline.Timeline) (total time.Duration) {
	for _, s := range tl.Slow {
		total += s.Took
	}
	return total
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}
