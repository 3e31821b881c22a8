package coro

// This file defines the await tree as plain data.

// A WaitingSnapshot is a task in the await tree as plain data, for JSON. What is empty
// is left out, but for the list of those that it awaits.
type WaitingSnapshot struct {
	ID      uint64             `json:"id"`
	Task    string             `json:"task"` // its name and number, as ann#1
	Func    string             `json:"func"`
	Status  string             `json:"status"`
	On      string             `json:"on,omitempty"` // what it is suspended on, as "await lock stove"; and of that:
	Kind    string             `json:"kind,omitempty"`
	Label   string             `json:"label,omitempty"`
	Detail  string             `json:"detail,omitempty"`
	At      string             `json:"at,omitempty"`      // file and line
	Inner   []string           `json:"inner,omitempty"`   // coroutines that it has delegated to, outermost first
	Holding string             `json:"holding,omitempty"` // what it holds that the task above waits for
	Cycle   bool               `json:"cycle,omitempty"`   // as in [Waiting]
	Above   bool               `json:"above,omitempty"`   // as in [Waiting]
	Awaits  []*WaitingSnapshot `json:"awaits"`
}

// AwaitTreeSnapshot returns what [Loop.WriteAwaitTree] prints, for programs:
//
//	json.NewEncoder(w).Encode(l.AwaitTreeSnapshot())
//
// It must be called where [Loop.AwaitTree] may be. [Loop.Snapshot] has all that there
// is to know of the tasks, and [Loop.Look] asks from other goroutines.
func (l *Loop) AwaitTreeSnapshot() []*WaitingSnapshot { return snapshotsOf(l.AwaitTree()) }

func snapshotsOf(all []*Waiting) []*WaitingSnapshot {
	told := make([]*WaitingSnapshot, 0, len(all))
	for _, n := range all {
		s := &WaitingSnapshot{
			ID: n.Task.ID, Task: n.Task.String(), Func: n.Task.Func, Status: n.Status.String(),
			Holding: n.Holding, Cycle: n.Cycle, Above: n.Above, Awaits: snapshotsOf(n.Awaits),
		}
		if n.Status == Suspended {
			on := n.Suspended
			s.On, s.Kind, s.Label, s.Detail, s.At = on.On(), on.Kind.String(), on.Label, on.Detail, on.Place.String()
		}
		for _, inner := range n.Inner {
			s.Inner = append(s.Inner, inner.String())
		}
		told = append(told, s)
	}
	return told
}
