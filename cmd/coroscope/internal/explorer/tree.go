package explorer

// This file defines the tree of who waits for whom at an instant.

import (
	"strconv"
	"strings"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// A wait is whom a coroutine that is suspended waits for.
type wait struct {
	on    string
	state string
	by    *coroutine // nil if nobody, or if it is not known
	later bool       // it is known from who let it go on
}

// waitTree returns who waits for whom, in lines. Whom a coroutine waits for is
// said by the suspension if it is a task, and otherwise known afterward: it is who made it
// ready. Who nobody waits for stands at the left.
func (t *Trace) waitTree(at time.Duration) []Waiting {
	lines := []Waiting{}
	waits := make(map[*coroutine]wait)
	waitedFor := make(map[*coroutine]bool)
	for _, c := range t.coroutines {
		s := c.statusAt(at)
		switch s.what {
		case timeline.Suspended.String(), statusReady:
			w := t.waitOf(c, s)
			w.state = s.what
			waits[c] = w
			if w.by != nil {
				waitedFor[w.by] = true
			}
		case timeline.Running.String(), statusCreated:
			waits[c] = wait{state: s.what}
		}
	}
	told := make(map[*coroutine]bool)
	tell := func(c *coroutine) {
		for depth, later := 0, false; c != nil && len(lines) < maxListed; depth++ {
			w, alive := waits[c]
			if !alive {
				break
			}
			lines = append(lines, Waiting{
				Key: c.row.key, Who: c.row.name, Depth: depth, On: w.on, State: w.state, Again: told[c], Later: later,
			})
			if told[c] {
				break
			}
			told[c] = true
			c, later = w.by, w.later
		}
	}
	for _, c := range t.coroutines {
		if !waitedFor[c] {
			tell(c)
		}
	}
	for _, c := range t.coroutines { // those that wait for each other in a circle
		if !told[c] {
			tell(c)
		}
	}
	return lines
}

// waitOf returns what c, which is suspended, waits for.
func (t *Trace) waitOf(c *coroutine, s status) wait {
	sus, _ := c.suspension(s.item)
	w := wait{on: awaited(sus.On)}
	if s.what == statusReady {
		return w // for its turn, and nobody else
	}
	if kind, _, _ := strings.Cut(w.on, " "); kind == protocol.KindTask {
		if i := strings.LastIndexByte(sus.Detail, '#'); i >= 0 {
			if id, err := strconv.ParseUint(sus.Detail[i+1:], 10, 64); err == nil {
				if by := t.byID[id]; by != nil && by != c {
					w.by = by
					return w
				}
			}
		}
	}
	if by := t.byID[sus.ReadyBy.ID]; by != nil && by != c && !sus.ReadyBy.IsZero() && sus.Ready >= 0 {
		w.by, w.later = by, true
	}
	return w
}
