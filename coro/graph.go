package coro

// This file defines the await graph: which tasks wait for which others,
// directly or through what those hold, and the circles in it.

import (
	"slices"
	"strings"
)

// A dependency is a task that another one waits for.
type dependency struct {
	on      *task
	holding string // the lock or semaphore that it is waited for because of, or ""
	needed  bool   // without it the waiting does not end
	oneOf   bool   // without it, or another that has this too, the waiting does not end
}

// dependencies returns the tasks that t waits for and that have not ended: the
// task it awaits, all of several, the tasks of a group, who holds a lock or
// has taken the permits of a semaphore. Who will set an event, put into a queue or
// come to a barrier is not known, nor who gives permits of a semaphore back that one
// task takes for another.
func (t *task) dependencies() []dependency {
	var on []dependency
	if tk := t.ticket(); tk != nil {
		if k, ok := tk.keeper.(interface{ blockers(*ticket) []dependency }); ok && !tk.done {
			on = k.blockers(tk)
		}
	} else if t.on != nil {
		on = t.on.blockers(nil, true)
	}
	if len(on) == 1 && !on[0].on.done {
		return on
	}
	known := make(map[*task]bool, len(on))
	return slices.DeleteFunc(on, func(d dependency) bool {
		again := known[d.on]
		known[d.on] = true
		return again || d.on.done
	})
}

// blockers adds to by the task whose end f is, or those that f has taken
// together.
func (f *future) blockers(by []dependency, needed bool) []dependency {
	if f.done {
		return by
	}
	if t := f.task(); t != nil {
		return append(by, dependency{on: t, needed: needed})
	}
	if ws, ok := f.waiter.(*waiters); ok {
		if s, ok := ws.source.(interface{ awaited() []Awaitable }); ok {
			for _, a := range s.awaited() {
				by = a.base().blockers(by, needed)
			}
		}
	}
	return by
}

// An AwaitCycle is tasks that wait for each other in a circle: each for the
// next, and the last for the first. None of them goes on unless one is
// canceled, or somebody else does what they wait for.
type AwaitCycle []AwaitLink

// An AwaitLink is one task in an AwaitCycle.
type AwaitLink struct {
	Task      *Info
	Suspended Suspension
	Holding   string // the lock or semaphore that the one before it waits for, such as "lock stove"; or ""
}

// String says it in a line:
//
//	ann#1 -> await lock right (dine.go:21) 1st in line, held by ben#2 -> await lock left (dine.go:21) 1st in line, held by ann#1
func (c AwaitCycle) String() string {
	var b strings.Builder
	for i := range len(c) + 1 {
		link := c[i%len(c)]
		if i > 0 {
			if b.WriteString(", "); link.Holding != "" {
				b.WriteString("held by ")
			}
		}
		if i == len(c) {
			b.WriteString(link.Task.String())
		} else {
			b.WriteString(suspensionLine(link.Task, link.Suspended))
		}
	}
	return b.String()
}

// AwaitCycles returns the circles in which tasks of the loop wait for each other:
// for a task's end, alone or as one of several or of a group, for a lock that it
// holds, or for a semaphore's permit if nobody who has one can go on. Each is told once, beginning with its oldest task. It must be called
// where [Loop.AwaitTree] may be.
func (l *Loop) AwaitCycles() []AwaitCycle {
	var all []AwaitCycle
	for _, c := range l.graph().cycles() {
		var cycle AwaitCycle
		for _, d := range c {
			link := AwaitLink{Task: d.on.Info(), Holding: d.holding}
			link.Suspended, _ = d.on.Suspension()
			cycle = append(cycle, link)
		}
		all = append(all, cycle)
	}
	return all
}

// An awaitGraph has the tasks of a loop, in order of creation, and what each
// waits for.
type awaitGraph struct {
	tasks []*task
	of    map[*task][]dependency
}

// graph returns the graph of all tasks.
func (l *Loop) graph() *awaitGraph { return graphOf(l.tasks.first(l.tasks.len())) }

func graphOf(tasks []*task) *awaitGraph {
	g := &awaitGraph{tasks: tasks, of: make(map[*task][]dependency)}
	for _, t := range g.tasks {
		if t.on == nil {
			continue
		}
		if on := t.dependencies(); len(on) > 0 {
			g.of[t] = on
		}
	}
	return g
}

// cycles returns the circles of what is needed, each as the dependencies around
// it. They are found by a search in depth that does not recurse, since a chain
// may be as long as there are tasks: an edge back to a task on the way to this
// one closes a circle.
func (g *awaitGraph) cycles() [][]dependency {
	const (
		onTheWay = iota + 1
		finished
	)
	var all [][]dependency
	state := make(map[*task]int, len(g.of))
	stuck := g.stuck()
	type visit struct {
		dependency
		next int // of its dependencies
	}
	for _, root := range g.tasks {
		if state[root] != 0 || g.of[root] == nil {
			continue
		}
		state[root] = onTheWay
		way := []visit{{dependency: dependency{on: root}}}
		for len(way) > 0 {
			at := &way[len(way)-1]
			if at.next == len(g.of[at.on]) {
				state[at.on] = finished
				way = way[:len(way)-1]
				continue
			}
			d := g.of[at.on][at.next]
			at.next++
			switch {
			case !d.needed && !(d.oneOf && stuck[at.on]) || state[d.on] == finished:
			case state[d.on] == 0:
				state[d.on] = onTheWay
				way = append(way, visit{dependency: d})
			default:
				cycle := []dependency{d}
				from := len(way) - 1
				for ; way[from].on != d.on; from-- {
				}
				for _, v := range way[from+1:] {
					cycle = append(cycle, v.dependency)
				}
				all = append(all, oldestFirst(cycle))
			}
		}
	}
	return all
}

// stuck returns the tasks none of which goes on before another of them does. They
// are what is left when those that can go on, then those that can go on when these
// have, and so on, are taken away.
func (g *awaitGraph) stuck() map[*task]bool {
	type edge struct {
		from  *task
		oneOf bool
	}
	into := make(map[*task][]edge)
	needs := make(map[*task]int) // how many that it needs are in the way
	stuck := make(map[*task]bool)
	var free []*task
	for _, t := range g.tasks {
		oneOf := 0
		for _, d := range g.of[t] {
			if d.needed || d.oneOf {
				into[d.on] = append(into[d.on], edge{t, d.oneOf})
			}
			switch {
			case d.needed:
				needs[t]++
			case d.oneOf:
				oneOf = 1
			}
		}
		needs[t] += oneOf
		if stuck[t] = needs[t] > 0; !stuck[t] {
			free = append(free, t)
		}
	}
	served := make(map[*task]bool) // one of those of whom it needs one is free
	for len(free) > 0 {
		t := free[len(free)-1]
		free = free[:len(free)-1]
		for _, e := range into[t] {
			if e.oneOf && served[e.from] {
				continue
			}
			served[e.from] = served[e.from] || e.oneOf
			if needs[e.from]--; needs[e.from] == 0 {
				stuck[e.from] = false
				free = append(free, e.from)
			}
		}
	}
	return stuck
}

// oldestFirst turns a circle so that its oldest task comes first.
func oldestFirst(c []dependency) []dependency {
	at := 0
	for i, d := range c {
		if d.on.id < c[at].on.id {
			at = i
		}
	}
	return append(slices.Clone(c[at:]), c[:at]...)
}
