package race

// This file defines the demo's figures, all of them computed from its trace.

import (
	"fmt"
	"io"
	"strings"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/trace/timeline"
)

// The forms of the logs.
const (
	readForm  = "%s reads %d"
	writeForm = "%s writes %d"
	finalForm = "in the end, R is %d"
)

// scenes are all of them, in the order in which they are played.
var scenes = []string{noLock, withLock, oneStep, twoSteps}

// A tally is what the trace says of one scene.
type tally struct {
	updates []update // in the order of their writes
	final   int64    // what R was in the end
	took    time.Duration
	threads int           // that it was played by; a loop is one
	waited  time.Duration // all threads together, for locks
}

// An update is one update of R: what was read, and that plus one written.
type update struct {
	who         string
	read, wrote time.Duration // when
	value       int64         // what was written
}

// lost returns how many updates were lost.
func (t tally) lost() int { return len(t.updates) - int(t.final) }

// firstLost returns the first update that was lost, and the one that wrote the
// same after it.
func (t tally) firstLost() (lost, by update, ok bool) {
	for i, u := range t.updates {
		for _, v := range t.updates[:i] {
			if v.value == u.value && v.who != u.who {
				return v, u, true
			}
		}
	}
	return update{}, update{}, false
}

// measure computes the tally of each scene.
func measure(tl *timeline.Timeline) (map[string]tally, error) {
	all := make(map[string]tally)
	for _, name := range scenes {
		t, err := tallyOf(tl, name)
		if err != nil {
			return nil, err
		}
		all[name] = t
	}
	return all, nil
}

func tallyOf(tl *timeline.Timeline, scene string) (tally, error) {
	var t tally
	began := make(map[string]time.Duration) // when each read R last
	for _, l := range tl.LogsOf(scene) {
		var who string
		var value int64
		if n, _ := fmt.Sscanf(l.Message, readForm, &who, &value); n == 2 {
			began[who] = l.T
		} else if n, _ := fmt.Sscanf(l.Message, writeForm, &who, &value); n == 2 {
			t.updates = append(t.updates, update{who: who, read: began[who], wrote: l.T, value: value})
		} else if n, _ := fmt.Sscanf(l.Message, finalForm, &value); n == 1 {
			t.final = value
		}
	}
	if len(t.updates) == 0 {
		return t, fmt.Errorf("the trace is not one of the demo race: expected logs of the category %q, found none", scene)
	}
	for _, g := range tl.Goroutines {
		t.took += g.Region(scene).Total
		if g.Region(threadRegion(scene)).Count > 0 {
			t.threads++
			t.waited += g.Waiting(demo.OnLock)
		}
	}
	for _, l := range tl.Loops {
		if l.Name == scene {
			t.threads++
		}
	}
	return t, nil
}

func figures(w io.Writer, tl *timeline.Timeline) error {
	all, err := measure(tl)
	if err != nil {
		return err
	}
	var b strings.Builder
	row := func(what string, value func(tally) string) {
		fmt.Fprintf(&b, "  %-22s", what)
		for _, name := range scenes {
			fmt.Fprintf(&b, " %12s", value(all[name]))
		}
		b.WriteString("\n")
	}
	b.WriteString("\nFrom the trace:\n")
	heading := func(columns ...any) { fmt.Fprintf(&b, "  %22s %12s %12s %12s %12s\n", columns...) }
	heading("", "", "threads", "loop", "loop")
	heading("", "threads", "with a lock", "in one step", "in two steps")
	row("threads", func(t tally) string { return fmt.Sprint(t.threads) })
	row("updates made", func(t tally) string { return fmt.Sprint(len(t.updates)) })
	row("R in the end", func(t tally) string { return fmt.Sprint(t.final) })
	row("updates lost", func(t tally) string { return fmt.Sprint(t.lost()) })
	row("took", func(t tally) string { return ms(t.took) })
	fmt.Fprintf(&b, "  %-22s %12s %12s %12s %12s\n", "waited for the lock", "no lock", ms(all[withLock].waited), "no lock", "no lock")
	for _, name := range []string{noLock, twoSteps} {
		if lost, by, ok := all[name].firstLost(); ok {
			tell(&b, name, lost, by)
		}
	}
	b.WriteString(`
  Of two updates at once, both read the same and write the same: one is lost, and
  nobody is told. A lock lets one at a time through, and the others wait. On a
  loop there is one at a time anyway, since nothing else runs between two
  suspension points. But only between two: who awaits something with what was
  read in hand loses as the threads do, and needs a lock as they do.
  The page below is that of the loop "one step". The threads' are the tasks
  "threads" and "threads with a lock" under /usertasks.
`)
	_, err = io.WriteString(w, b.String())
	return err
}

// tell tells how an update was lost.
func tell(b *strings.Builder, scene string, lost, by update) {
	fmt.Fprintf(b, "\n  The first that was lost (%s):\n", scene)
	line := func(t time.Duration, form, who string, v int64, more string) {
		fmt.Fprintf(b, "  %12s  "+form+"%s\n", ms(t), who, v, more)
	}
	first, second := lost, by
	if second.read < first.read {
		first, second = second, first
	}
	line(first.read, readForm, first.who, lost.value-1, "")
	line(second.read, readForm, second.who, lost.value-1, "")
	line(lost.wrote, writeForm, lost.who, lost.value, "")
	line(by.wrote, writeForm, by.who, by.value, fmt.Sprintf(" as well: the update of %s is lost", lost.who))
}

func ms(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
