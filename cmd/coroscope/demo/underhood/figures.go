package underhood

// This file defines the demo's figures, all of them computed from its trace.

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"coroscope/trace/timeline"
)

func figures(w io.Writer, tl *timeline.Timeline) error {
	var b strings.Builder
	b.WriteString("\nFrom the trace:\n")
	first := make(map[string]*timeline.Coroutine) // of each computation
	for _, c := range tl.Coroutines {
		if c.Name == resumerName {
			continue
		}
		computation := strings.TrimSuffix(c.Name, "-"+c.Shape)
		same := ""
		if f := first[computation]; f == nil {
			first[computation] = c
		} else if slices.Equal(awaited(f), awaited(c)) {
			same = "; the same as " + f.String()
		} else {
			same = "; OTHER ones than " + f.String()
		}
		fmt.Fprintf(&b, "  %-24s %d runs, %d suspensions, %s%s\n",
			c, c.RunCount, c.SuspensionCount, c.Suspended.Round(time.Millisecond), same)
	}
	if len(first) == 0 {
		return fmt.Errorf("the trace is not one of the demo underhood: expected coroutines that stand alone, found none")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// awaited returns what a coroutine was suspended on, one after the other.
func awaited(c *timeline.Coroutine) []string {
	var on []string
	for _, s := range c.Suspensions {
		on = append(on, s.On)
	}
	return on
}
