package corotest

// This file defines the list of a run's steps.

import (
	"flag"
	"fmt"
	"strings"
	"time"

	"coroscope/coro"
)

// maxListed is how many steps are listed; of more, the last ones.
const maxListed = 200

// A step is what the loop ran.
type step struct {
	turn uint64
	time time.Duration
	what string
	over []string // what was to run before, by first come, first served
}

// A listing is the steps of a run.
type listing struct{ steps []step }

// listen has the steps of p's run listed.
func (ls *listing) listen(p *player) coro.LoopOption {
	return func(l *coro.Loop) {
		p.watch = func(ready []coro.Pending, i int) {
			if ready[i].Canceled {
				return
			}
			s := step{turn: l.Turns(), time: l.Time(), what: describe(l, ready[i])}
			for _, r := range ready[:i] {
				if !r.Canceled && !(r.SleepEnd && ready[i].SleepEnd) {
					s.over = append(s.over, name(r))
				}
			}
			ls.steps = append(ls.steps, s)
		}
	}
}

// describe says what is about to run.
func describe(l *coro.Loop, r coro.Pending) string {
	if r.Task == nil || r.SleepEnd {
		return name(r)
	}
	for _, t := range l.Tasks() {
		if t.Info() != r.Task {
			continue
		}
		if s, ok := t.Suspension(); ok {
			line := name(r) + " <- " + s.On()
			if s.Place.File != "" {
				line += " (" + s.Place.String() + ")"
			}
			return line
		}
	}
	return name(r) + " starts"
}

func name(r coro.Pending) string {
	switch {
	case r.Task == nil:
		return "callback " + r.Callback
	case r.SleepEnd:
		return r.Task.String() + "'s sleep ends"
	}
	return r.Task.String()
}

// String returns a line for each step.
func (ls *listing) String() string {
	var b strings.Builder
	b.WriteByte('\n')
	steps := ls.steps
	if left := len(steps) - maxListed; left > 0 {
		fmt.Fprintf(&b, "  ... %d steps before\n", left)
		steps = steps[left:]
	}
	for _, s := range steps {
		mark := " "
		if len(s.over) > 0 {
			mark = "*"
		}
		fmt.Fprintf(&b, "  %4d %8v %s %s", s.turn, s.time, mark, s.what)
		if len(s.over) > 0 {
			fmt.Fprintf(&b, ", before %s", strings.Join(s.over, ", "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// artifactsAreKept reports whether go test was given -artifacts.
func artifactsAreKept() bool {
	f := flag.Lookup("test.artifacts")
	return f != nil && f.Value.String() == "true"
}
