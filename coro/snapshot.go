package coro

// This file defines snapshots: a loop and its tasks at one moment, as plain data
// that can be written as JSON.

import (
	"slices"
	"time"
)

// A LoopState says what a loop did when it was looked at.
type LoopState string

const (
	LoopIdle    LoopState = "idle"    // it had nothing to do
	LoopRunning LoopState = "running" // it took turns
	LoopBusy    LoopState = "busy"    // it was held by a step and could not be asked: there are no tasks in the snapshot
	LoopStopped LoopState = "stopped" // it is not being run, and is not asked: there are no tasks in the snapshot
)

// A LoopSnapshot is a loop at one moment. Its names in JSON, and those of what is
// in it, are kept: new ones may come.
type LoopSnapshot struct {
	ID      uint64    `json:"id"` // unique in the process, from 1 in order of creation
	Name    string    `json:"name"`
	State   LoopState `json:"state"`
	Clock   float64   `json:"clock_s"` // what the loop's clock shows, in seconds
	Turns   uint64    `json:"turns"`   // begun since the loop was made
	Ready   int       `json:"ready"`   // how many tasks and callbacks are ready to run
	Timers  int       `json:"timers"`  // how many timers are set
	Held    int64     `json:"held"`    // how much work is under way outside; see [Loop.Hold]
	Pending int       `json:"pending"` // how many tasks have not ended

	Busy    *BusySnapshot         `json:"busy"`    // null unless State is busy
	Tasks   []TaskSnapshot        `json:"tasks"`   // in order of creation
	Omitted int                   `json:"omitted"` // how many of those pending are not in Tasks
	Cycles  [][]CycleLinkSnapshot `json:"cycles"`  // tasks that wait for each other in a circle; see [Loop.AwaitCycles]
}

// A BusySnapshot says what holds a loop.
type BusySnapshot struct {
	For     float64 `json:"for_s"`    // seconds since the turn began, in which other steps may have run before
	AtLeast bool    `json:"at_least"` // the loop is not watched, and For counts from when it was asked
	In      string  `json:"in"`       // name#id of the task that runs, or the callback; empty if that is not known
	Task    uint64  `json:"task"`     // the task's id, or 0
	Func    string  `json:"func"`     // the task's or the callback's function
}

// A TaskSnapshot is a pending task at one moment. Tasks are referred to by id,
// which is unique in the process.
type TaskSnapshot struct {
	ID     uint64 `json:"id"`
	Name   string `json:"name"`
	Func   string `json:"func"`
	Shape  string `json:"shape"`  // statemachine, pull, goroutine or lowered
	Status string `json:"status"` // created, suspended or running

	// Where and on what it is suspended; empty or null for one that is not.
	On     string     `json:"on"`     // in the words of traces: "await lock stove"
	Kind   string     `json:"kind"`   // "lock"
	Label  string     `json:"label"`  // "stove"
	Detail string     `json:"detail"` // "2nd in line"
	State  *int       `json:"state"`  // of a machine
	At     string     `json:"at"`     // "fetch.go:41"
	File   string     `json:"file"`   // with its folders, as the compiler names it
	Line   int        `json:"line"`
	Since  *time.Time `json:"since"` // null if it was suspended before loops were watched
	Inner  []string   `json:"inner"` // name#id of coroutines it has delegated to, outermost first

	Created   string          `json:"created"`    // where it was made, "main.go:12"; empty if not known
	Parent    uint64          `json:"parent"`     // the task that made it; 0 if made outside of any, or not known
	Children  []uint64        `json:"children"`   // pending tasks of this loop that it has made
	Awaits    []AwaitSnapshot `json:"awaits"`     // pending tasks that it waits for
	AwaitedBy []uint64        `json:"awaited_by"` // pending tasks that wait for it
	Holds     []string        `json:"holds"`      // locks that it holds and others wait for
}

// An AwaitSnapshot is a task that another one waits for.
type AwaitSnapshot struct {
	Task    uint64 `json:"task"`
	Holding string `json:"holding"` // the lock because of which; or empty
}

// A CycleLinkSnapshot is one of several tasks that wait for each other: each for
// the next, and the last for the first.
type CycleLinkSnapshot struct {
	Task    uint64 `json:"task"`
	Name    string `json:"name"`
	On      string `json:"on"`
	At      string `json:"at"`
	Holding string `json:"holding"` // the lock that the one before it waits for; or empty
}

// leastGraph is how many tasks are looked through, although fewer are told of, to
// find out who awaits those, and what goes in a circle.
const leastGraph = 10_000

// Snapshot describes the loop and so many of its tasks at most, the oldest; if
// limit is not positive, all. It takes a few microseconds a task, and little for
// those that are omitted: of these it is only told, if they are among the oldest
// 10,000, for which tasks they wait. It must be called where [Loop.AwaitTree] may
// be; from another goroutine, use [Loop.Look].
func (l *Loop) Snapshot(limit int) *LoopSnapshot {
	most := l.tasks.len()
	if limit > 0 {
		most = min(most, max(limit, leastGraph))
	}
	g := graphOf(l.tasks.first(most))
	s := &LoopSnapshot{
		ID: l.id, Name: l.name, State: LoopRunning, Clock: l.clock.Now().Seconds(), Turns: l.turns,
		Ready: l.ready.len(), Timers: l.timers.len(), Held: l.outside.held(), Pending: l.tasks.len(), Cycles: [][]CycleLinkSnapshot{},
	}
	if !l.running.Load() {
		s.State = LoopStopped
	}
	told := g.tasks
	if limit > 0 && len(told) > limit {
		told = told[:limit]
	}
	s.Omitted = l.tasks.len() - len(told)
	s.Tasks = make([]TaskSnapshot, 0, len(told))
	at := make(map[*task]int, len(told)) // in s.Tasks
	byInfo := make(map[*Info]int, len(told))
	for i, t := range told {
		s.Tasks = append(s.Tasks, t.snapshot())
		at[t], byInfo[t.Info()] = i, i
	}
	for _, t := range g.tasks {
		for _, d := range g.of[t] {
			if i, ok := at[t]; ok {
				s.Tasks[i].Awaits = append(s.Tasks[i].Awaits, AwaitSnapshot{d.on.id, d.holding})
			}
			if i, ok := at[d.on]; ok {
				by := &s.Tasks[i]
				by.AwaitedBy = append(by.AwaitedBy, t.id)
				if d.holding != "" {
					by.hold(d.holding)
				}
			}
		}
		if t.extra != nil && t.extra.info.Parent != nil {
			if i, ok := byInfo[t.extra.info.Parent]; ok {
				s.Tasks[i].Children = append(s.Tasks[i].Children, t.id)
			}
		}
	}
	for _, c := range g.cycles() {
		var links []CycleLinkSnapshot
		for _, d := range c {
			on, _ := d.on.Suspension()
			links = append(links, CycleLinkSnapshot{d.on.id, d.on.String(), on.On(), on.Place.String(), d.holding})
		}
		s.Cycles = append(s.Cycles, links)
	}
	return s
}

// hold notes a lock that the task holds, once.
func (s *TaskSnapshot) hold(lock string) {
	if !slices.Contains(s.Holds, lock) {
		s.Holds = append(s.Holds, lock)
	}
}

// snapshot describes one task, without others.
func (t *task) snapshot() TaskSnapshot {
	info := t.Info()
	s := TaskSnapshot{
		ID: t.id, Name: info.Name, Func: info.Func, Shape: info.Shape.String(), Status: t.Status().String(),
		Created: info.Created.String(),
		Inner:   []string{}, Children: []uint64{}, Awaits: []AwaitSnapshot{}, AwaitedBy: []uint64{}, Holds: []string{},
	}
	if info.Parent != nil {
		s.Parent = info.Parent.ID
	}
	on, ok := t.Suspension()
	if !ok {
		return s
	}
	s.On, s.Kind, s.Label, s.Detail = on.On(), on.Kind.String(), on.Label, on.Detail
	s.At, s.File, s.Line = on.Place.String(), on.Place.File, on.Place.Line
	if on.State != NoState {
		s.State = &on.State
	}
	if t.extra != nil && t.extra.since != 0 {
		since := time.Unix(0, t.extra.since)
		s.Since = &since
	}
	if inner := t.Inner(); inner != nil {
		for _, c := range Chain(inner) {
			s.Inner = append(s.Inner, c.Info().String())
		}
	}
	return s
}
