package blocking

// This file defines the demo's figures, all of them computed from its trace.

import (
	"fmt"
	"io"
	"strings"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/trace/timeline"
)

// A scene is what the trace says of one of them.
type scene struct {
	loop    *timeline.Loop
	slow    []timeline.SlowStep
	frames  int                      // that were shown, those of all streams together
	stalled int                      // how many of them were late by demo.SlowStep or more
	latest  map[string]time.Duration // by how much, for each stream, one was at most
	asked   time.Duration            // how long the report was suspended on the query; 0 if it was not
}

// measure computes the scenes of which there is anything: of a window of the
// trace, perhaps not all.
func measure(tl *timeline.Timeline) (map[string]scene, error) {
	all := make(map[string]scene)
	for _, l := range tl.Loops {
		if l.Name == inside || l.Name == offLoop {
			all[l.Name] = sceneOf(tl, l)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the trace is not one of the demo blocking: expected a loop %q or %q, found %d others", inside, offLoop, len(tl.Loops))
	}
	return all, nil
}

func sceneOf(tl *timeline.Timeline, l *timeline.Loop) scene {
	s := scene{loop: l, latest: make(map[string]time.Duration)}
	on := make(map[uint64]bool) // the coroutines on l
	for _, c := range tl.Coroutines {
		// In a window, the loop of one that is older may not be known.
		if c.Loop != l && (c.Loop != nil || len(tl.Loops) > 1) {
			continue
		}
		on[c.ID] = true
		for _, susp := range c.Suspensions {
			switch susp.On {
			case "await sleep " + frameLabel:
				late, ok := lateness(susp.Len(), susp.Detail)
				if !ok || susp.Open {
					continue
				}
				s.frames++
				s.latest[c.Name] = max(s.latest[c.Name], late)
				if late >= demo.SlowStep {
					s.stalled++
				}
			case "await goroutine " + queryLabel:
				s.asked += susp.Len()
			}
		}
	}
	for _, step := range tl.Slow {
		if step.Loop == l || step.Loop == nil && on[step.Who.ID] {
			s.slow = append(s.slow, step)
		}
	}
	return s
}

func figures(w io.Writer, tl *timeline.Timeline) error {
	all, err := measure(tl)
	if err != nil {
		return err
	}
	var scenes []string // that there is anything of
	for _, name := range []string{inside, offLoop} {
		if _, ok := all[name]; ok {
			scenes = append(scenes, name)
		}
	}
	var b strings.Builder
	row := func(what string, value func(scene) string) {
		fmt.Fprintf(&b, "  %-42s", what)
		for _, name := range scenes {
			fmt.Fprintf(&b, " %14s", value(all[name]))
		}
		b.WriteString("\n")
	}
	b.WriteString("\nFrom the trace:\n")
	row("the database was asked", func(s scene) string { return s.loop.Name })
	row("longest step of the loop", func(s scene) string { return ms(s.loop.Longest.Took) })
	row("steps reported as slow", func(s scene) string { return fmt.Sprint(len(s.slow)) })
	row("the report was suspended meanwhile", func(s scene) string {
		if s.asked == 0 {
			return "no"
		}
		return ms(s.asked)
	})
	row("frames that were shown", func(s scene) string { return fmt.Sprint(s.frames) })
	row(fmt.Sprintf("stalls: frames late by %v or more", demo.SlowStep), func(s scene) string { return fmt.Sprint(s.stalled) })
	for _, st := range streams {
		row(fmt.Sprintf("  %s, %v a frame: late by at most", st.name, st.frame), func(s scene) string { return ms(s.latest[st.name]) })
	}
	for _, name := range scenes {
		for _, step := range all[name].slow {
			fmt.Fprintf(&b, "  %s held the loop for %s.\n", step.Step, ms(step.Took))
		}
	}
	if len(scenes) == 2 {
		b.WriteString(`  The call takes as long each time. Inside of the loop it is a step like others,
  and whatever is due meanwhile waits for its end. Off the loop it is something
  to await: the loop's steps stay short, and nobody else notices.
`)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
