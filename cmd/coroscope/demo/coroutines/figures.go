package coroutines

// This file defines the demo's figures, all of them computed from its trace.

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"coroscope/coro"
	"coroscope/trace/timeline"
)

// What coroutines are suspended on, in the trace's words.
const (
	onGet     = "await sleep get"
	onChunk   = "await sleep chunk"
	onCleanup = "await sleep cleanup"
	onTask    = "await task "
	onLink    = "await queue link"
)

// timerCause is who made a coroutine ready whose sleep is over.
const timerCause = "timer"

func figures(w io.Writer, tl *timeline.Timeline) error {
	f := &report{tl: tl}
	f.out.WriteString("\nFrom the trace:\n")
	for _, part := range []struct {
		name  string
		write func(*timeline.Coroutine)
	}{
		{sequenceName, f.sequence},
		{concurrentName, f.concurrent},
		{"", f.unawaited},
		{limitName, f.limit},
		{downloadName, f.download},
		{crawlerName, f.crawler},
	} {
		c := f.find(part.name)
		if c == nil && part.name != "" {
			return fmt.Errorf("the trace is not one of the demo coroutines: expected a coroutine %q on a loop %q, found %d others",
				part.name, loopName, len(tl.Coroutines))
		}
		part.write(c)
	}
	f.out.WriteString(`  A coroutine waits for one thing at a time, so only tasks wait at the same time.
  What is not awaited is told to nobody, until its loop closes. Canceling asks a
  task to end, and it decides when; who awaits it waits for that.
`)
	_, err := io.WriteString(w, f.out.String())
	return err
}

// A report is what the trace says.
type report struct {
	tl  *timeline.Timeline
	out strings.Builder
}

// row writes what is said of a coroutine.
func (f *report) row(who, format string, args ...any) {
	fmt.Fprintf(&f.out, "  %-13s  %s\n", who, fmt.Sprintf(format, args...))
}

func (f *report) find(name string) *timeline.Coroutine {
	for _, c := range f.tl.Coroutines {
		if c.Name == name && c.Loop != nil && c.Loop.Name == loopName {
			return c
		}
	}
	return nil
}

// children returns the coroutines that c made.
func (f *report) children(c *timeline.Coroutine) []*timeline.Coroutine {
	var all []*timeline.Coroutine
	for _, other := range f.tl.Coroutines {
		if other.Parent == c.ID {
			all = append(all, other)
		}
	}
	return all
}

// lived returns how long c took from its beginning to its end.
func lived(c *timeline.Coroutine) time.Duration { return c.Ended - c.Spawned }

// slept returns how often cs were suspended on that until it was there, and for
// how long in all and at most.
func slept(on string, cs ...*timeline.Coroutine) (n int, total, longest time.Duration) {
	for _, c := range cs {
		for _, s := range c.Suspensions {
			if s.On == on && s.Cause == timerCause {
				n++
				total += s.Len()
				longest = max(longest, s.Len())
			}
		}
	}
	return n, total, longest
}

func (f *report) sequence(c *timeline.Coroutine) {
	n, _, longest := slept(onGet, c)
	f.row(c.String(), "%d pages one after the other in %s; the slowest takes %s", n, ms(lived(c)), ms(longest))
}

func (f *report) concurrent(c *timeline.Coroutine) {
	pages := f.children(c)
	n, _, longest := slept(onGet, pages...)
	f.row(c.String(), "%d pages by %d tasks in %s; the slowest takes %s", n, len(pages), ms(lived(c)), ms(longest))
}

// unawaited finds those that failed, or had not ended when the loop was
// closed, and whose end no coroutine waited for.
func (f *report) unawaited(*timeline.Coroutine) {
	for _, c := range f.tl.Coroutines {
		failed, pending := c.Outcome == coro.Failed.String(), c.Outcome == coro.Closed.String()
		if !failed && !pending || slices.ContainsFunc(f.tl.Coroutines, func(by *timeline.Coroutine) bool { return awaits(by, c) }) {
			continue
		}
		if failed {
			f.row(c.String(), "nobody awaited it; failed: %s", c.Detail)
		} else {
			f.row(c.String(), "nobody awaited it; closed after %s of %s", ms(c.Longest), c.LongestOn)
		}
	}
}

// awaits reports whether by was ever suspended until c's end.
func awaits(by, c *timeline.Coroutine) bool {
	return slices.ContainsFunc(by.Suspensions, func(s timeline.Suspension) bool {
		return strings.HasPrefix(s.On, onTask) && s.Detail == c.String()
	})
}

func (f *report) limit(c *timeline.Coroutine) {
	for _, other := range f.children(c) {
		f.row(c.String(), "%s %s after %s, and then limit %s", other, other.Outcome, ms(lived(other)), c.Outcome)
	}
}

func (f *report) download(c *timeline.Coroutine) {
	var canceled, cleanup time.Duration
	for _, s := range c.Suspensions {
		switch {
		case s.On == onChunk && s.Cause != timerCause:
			canceled = s.End - c.Spawned
		case s.On == onCleanup:
			cleanup += s.Len()
		}
	}
	end := "ended"
	if c.Outcome == "" {
		end = "had not ended"
	}
	f.row(c.String(), "canceled after %s, then cleaned up for %s, then it %s", ms(canceled), ms(cleanup), end)
}

func (f *report) crawler(c *timeline.Coroutine) {
	workers := f.children(c)
	pages, total, _ := slept(onGet, workers...)
	var links time.Duration
	for _, w := range workers {
		for _, s := range w.Suspensions {
			if s.On == onLink {
				links += s.Len()
			}
		}
	}
	f.row(c.String(), "%d pages by %d workers in %s; one after the other they would", pages, len(workers), ms(lived(c)))
	f.row("", "take %s: %.1f were on their way at a time; workers had no", ms(total), float64(total)/float64(max(lived(c), 1)))
	f.row("", "page to fetch for %s in all", ms(links))
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
