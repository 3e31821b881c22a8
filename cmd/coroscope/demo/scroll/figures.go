package scroll

// This file defines the demo's figures, all of them computed from its trace.

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"coroscope/trace/timeline"
)

// timerCause is who made a coroutine ready whose sleep is over.
const timerCause = "timer"

// A viewing is what the trace says of one way to load videos.
type viewing struct {
	firstFrame time.Duration // from its beginning until the first video plays
	stalls     int           // how often, after that, nothing played and the next video was waited for
	stalled    time.Duration // in all
	played     int           // videos
	loaded     int           // videos, played or not
	cut        int           // loads that were canceled half way
	playing    time.Duration // in all
	meanwhile  time.Duration // of that, how long something loaded
	took       time.Duration // until scrolling stopped
}

// measure computes what the trace says of the way whose viewer has the given
// name. The loads are those of the viewer, and of the coroutines that it made.
func measure(tl *timeline.Timeline, name string) (viewing, bool) {
	var v viewing
	viewer := find(tl, name)
	if viewer == nil {
		return v, false
	}
	var plays, loads []timeline.Span
	for _, s := range viewer.Suspensions {
		if s.On != onPlay {
			continue
		}
		plays = append(plays, s.Span)
		v.playing += s.Len()
		if completed(s) {
			v.played++
		}
	}
	if len(plays) > 0 {
		first, last := plays[0].Start, plays[len(plays)-1].Start
		v.firstFrame = first - viewer.Spawned
		for _, s := range viewer.Suspensions {
			if s.On != onPlay && first < s.Start && s.Start < last {
				v.stalls++
				v.stalled += s.Len()
			}
		}
	}
	for _, c := range tl.Coroutines {
		if c != viewer && c.Parent != viewer.ID {
			continue
		}
		for _, s := range c.Suspensions {
			switch {
			case s.On != onLoad:
				continue
			case completed(s):
				v.loaded++
			default:
				v.cut++
			}
			loads = append(loads, s.Span)
		}
	}
	for _, p := range plays {
		for _, l := range loads {
			v.meanwhile += max(0, min(p.End, l.End)-max(p.Start, l.Start))
		}
	}
	v.took = viewer.Ended - viewer.Spawned
	return v, true
}

func find(tl *timeline.Timeline, name string) *timeline.Coroutine {
	for _, c := range tl.Coroutines {
		if c.Name == name && c.Loop != nil && c.Loop.Name == loopName {
			return c
		}
	}
	return nil
}

// completed reports whether a sleep lasted until its timer went off, and was
// not cut short.
func completed(s timeline.Suspension) bool { return s.Cause == timerCause }

func figures(w io.Writer, tl *timeline.Timeline) error {
	var all []viewing
	for _, way := range ways {
		v, ok := measure(tl, way.viewer)
		if !ok {
			return fmt.Errorf("the trace is not one of the demo scroll: expected a coroutine %q on a loop %q, found %d other coroutines",
				way.viewer, loopName, len(tl.Coroutines))
		}
		all = append(all, v)
	}
	var b strings.Builder
	row := func(what string, cell func(int, viewing) string) {
		line := fmt.Sprintf("  %-27s", what)
		for i, v := range all {
			line += fmt.Sprintf(" %15s", cell(i, v))
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	length := func(what string, of func(viewing) time.Duration) {
		row(what, func(_ int, v viewing) string { return ms(of(v)) })
	}
	count := func(what string, of func(viewing) int) {
		row(what, func(_ int, v viewing) string { return fmt.Sprint(of(v)) })
	}
	b.WriteString("\nFrom the trace:\n")
	row("", func(i int, _ viewing) string { return ways[i].title })
	length("first frame after", func(v viewing) time.Duration { return v.firstFrame })
	count("stalls", func(v viewing) int { return v.stalls })
	length("  stalled for", func(v viewing) time.Duration { return v.stalled })
	count("videos watched", func(v viewing) int { return v.played })
	count("videos loaded", func(v viewing) int { return v.loaded })
	count("  loaded and never watched", func(v viewing) int { return v.loaded - v.played })
	if slices.ContainsFunc(all, func(v viewing) bool { return v.cut > 0 }) {
		count("  canceled half way", func(v viewing) int { return v.cut })
	}
	row("loading, while one played", func(_ int, v viewing) string {
		if v.playing == 0 {
			return ""
		}
		return fmt.Sprintf("%.0f%% of it", 100*float64(v.meanwhile)/float64(v.playing))
	})
	length("stopped scrolling after", func(v viewing) time.Duration { return v.took })
	b.WriteString(`  Look at the lanes: upfront loads, and only then plays; ondemand does the two in
  turn, since one coroutine is suspended on one thing at a time. prefetch plays
  while loader, another coroutine, loads: after the first frame it waits only where
  a video takes longer to load than the one before it plays.
`)
	_, err := io.WriteString(w, b.String())
	return err
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
