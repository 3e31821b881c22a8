package inspect

// This file defines snapshots as text for people.

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"coroscope/coro"
)

// WriteTree prints each loop, and beneath it the tasks that nobody waits for,
// and beneath each of those the ones that it waits for:
//
//	kitchen (process 4242), go1.26.8: 1 loop
//	loop main: idle, 3 tasks, 1 timer
//	├─ waiter#2  await task cook  main.go:21  12.3s
//	│  └─ cook#1  await lock stove, 1st in line  main.go:18  12.3s
//	│     └─ baker#4  await sleep bake, 1h0m0s  main.go:12  13.1s  holds lock stove
//	└─ guest#3  await task cook  main.go:24  4s
//	   └─ cook#1, as above
//
// Tasks that wait for each other in a circle are told after that. What is told
// of a task is what it is suspended on, where, and since when.
func (s *Snapshot) WriteTree(w io.Writer) error {
	return s.write(w, func(b *bufio.Writer, l *coro.LoopSnapshot) {
		t := &tree{b: b, now: s.Time, tasks: make(map[uint64]*coro.TaskSnapshot), told: make(map[uint64]told)}
		for i := range l.Tasks {
			t.tasks[l.Tasks[i].ID] = &l.Tasks[i]
		}
		var roots []uint64
		for i := range l.Tasks {
			if len(l.Tasks[i].AwaitedBy) == 0 {
				roots = append(roots, l.Tasks[i].ID)
			}
		}
		reached := make(map[uint64]bool)
		for _, id := range roots {
			t.reach(id, reached)
		}
		for i := range l.Tasks {
			if id := l.Tasks[i].ID; !reached[id] { // only circles are left
				roots = append(roots, id)
				t.reach(id, reached)
			}
		}
		t.branches("", roots)
	})
}

// A tree is what is being printed of one loop.
type tree struct {
	b     *bufio.Writer
	now   time.Time
	tasks map[uint64]*coro.TaskSnapshot
	told  map[uint64]told
}

type told uint8

const (
	onTheWay told = iota + 1
	above
)

// reach notes all tasks that are beneath id.
func (t *tree) reach(id uint64, reached map[uint64]bool) {
	todo := []uint64{id}
	for len(todo) > 0 {
		id, todo = todo[len(todo)-1], todo[:len(todo)-1]
		if task := t.tasks[id]; task != nil && !reached[id] {
			reached[id] = true
			for _, a := range task.Awaits {
				todo = append(todo, a.Task)
			}
		}
	}
}

// deepest is the depth from which on a longer chain goes on without more room
// before it.
const deepest = 30

// branches prints tasks, each with those beneath it.
func (t *tree) branches(indent string, all []uint64) {
	for i, id := range all {
		mark, room := "├─ ", "│  "
		if i == len(all)-1 {
			mark, room = "└─ ", "   "
		}
		t.b.WriteString(indent + mark)
		next := indent + room
		if len(indent) > deepest*len("│  ") {
			next = indent
		}
		t.branch(next, id)
	}
}

func (t *tree) branch(indent string, id uint64) {
	task := t.tasks[id]
	switch {
	case task == nil:
		fmt.Fprintf(t.b, "#%d, omitted\n", id)
	case t.told[id] == onTheWay:
		fmt.Fprintf(t.b, "%s, a circle\n", nameOf(task))
	case t.told[id] == above:
		fmt.Fprintf(t.b, "%s, as above\n", nameOf(task))
	default:
		t.b.WriteString(line(task, t.now))
		t.b.WriteByte('\n')
		t.told[id] = onTheWay
		var beneath []uint64
		for _, a := range task.Awaits {
			beneath = append(beneath, a.Task)
		}
		t.branches(indent, beneath)
		t.told[id] = above
	}
}

// line is a task in a line.
func line(t *coro.TaskSnapshot, now time.Time) string {
	parts := []string{nameOf(t)}
	if t.On == "" {
		parts = append(parts, t.Status)
	} else {
		parts = append(parts, onOf(t))
	}
	for _, inner := range t.Inner {
		parts = append(parts, "in "+clean(inner))
	}
	if t.At != "" {
		parts = append(parts, placeOf(t))
	}
	if t.Since != nil {
		parts = append(parts, ago(*t.Since, now))
	}
	for _, lock := range t.Holds {
		parts = append(parts, "holds "+clean(lock))
	}
	return strings.Join(parts, "  ")
}

func nameOf(t *coro.TaskSnapshot) string { return fmt.Sprintf("%s#%d", clean(t.Name), t.ID) }

func onOf(t *coro.TaskSnapshot) string {
	on := clean(t.On)
	if t.Detail != "" && t.Kind != "task" {
		on += ", " + clean(t.Detail)
	}
	return on
}

func placeOf(t *coro.TaskSnapshot) string {
	if t.State != nil {
		return fmt.Sprintf("state %d, %s", *t.State, clean(t.At))
	}
	return clean(t.At)
}

// ago is how long ago something was: to the tenth of a second.
func ago(since, now time.Time) string {
	return max(0, now.Sub(since)).Round(100 * time.Millisecond).String()
}

// WriteTable prints each loop, and beneath it a row for each task.
func (s *Snapshot) WriteTable(w io.Writer) error {
	return s.write(w, func(b *bufio.Writer, l *coro.LoopSnapshot) {
		if len(l.Tasks) == 0 {
			return
		}
		tw := tabwriter.NewWriter(b, 0, 8, 2, ' ', 0)
		fmt.Fprintln(tw, "ID\tNAME\tSHAPE\tSTATUS\tFOR\tON\tAT\tAWAITS\tAWAITED BY\tMADE BY\tMADE AT")
		for i := range l.Tasks {
			t := &l.Tasks[i]
			var since, awaits, by, parent string
			if t.Since != nil {
				since = ago(*t.Since, s.Time)
			}
			for _, a := range t.Awaits {
				awaits += fmt.Sprintf(" #%d", a.Task)
			}
			for _, id := range t.AwaitedBy {
				by += fmt.Sprintf(" #%d", id)
			}
			if t.Parent != 0 {
				parent = fmt.Sprintf("#%d", t.Parent)
			}
			row := []string{
				fmt.Sprint(t.ID), clean(t.Name), t.Shape, t.Status, since, onOf(t), placeOf(t),
				strings.TrimSpace(awaits), strings.TrimSpace(by), parent, clean(t.Created),
			}
			for i, cell := range row {
				if cell == "" {
					row[i] = "-"
				}
			}
			fmt.Fprintln(tw, strings.Join(row, "\t"))
		}
		tw.Flush()
	})
}

// write prints the head, and each loop with what tasks prints of it.
func (s *Snapshot) write(w io.Writer, tasks func(*bufio.Writer, *coro.LoopSnapshot)) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s (process %d), %s: %s\n", clean(s.Program), s.PID, clean(s.Go), count(len(s.Loops), "loop"))
	names := make(map[string]int)
	for _, l := range s.Loops {
		names[l.Name]++
	}
	for _, l := range s.Loops {
		name := clean(l.Name)
		if names[l.Name] > 1 {
			name = fmt.Sprintf("%s#%d", name, l.ID)
		}
		fmt.Fprintf(b, "loop %s: %s\n", name, stateOf(l))
		tasks(b, l)
		if l.Omitted > 0 {
			fmt.Fprintf(b, "   and %s more\n", count(l.Omitted, "task"))
		}
		for _, c := range l.Cycles {
			fmt.Fprintf(b, "a circle: %s\n", circle(c))
		}
	}
	return b.Flush()
}

// stateOf says what a loop does.
func stateOf(l *coro.LoopSnapshot) string {
	switch {
	case l.State == coro.LoopStopped:
		return "stopped: it is not being run, so it is not asked for its tasks"
	case l.State == coro.LoopBusy && l.Busy != nil:
		text := "busy for "
		if l.Busy.AtLeast {
			text += "at least "
		}
		text += time.Duration(l.Busy.For * float64(time.Second)).Round(100 * time.Millisecond).String()
		if l.Busy.In != "" {
			text += " in " + clean(l.Busy.In)
			if l.Busy.Task != 0 && l.Busy.Func != "" {
				text += " (" + clean(l.Busy.Func) + ")"
			}
		}
		return text + ": it cannot be asked for its tasks"
	}
	text := fmt.Sprintf("%s, %s", l.State, count(l.Pending, "task"))
	for _, part := range []struct {
		n    int
		what string
	}{{l.Ready, "ready"}, {l.Timers, "timer"}, {int(l.Held), "outside"}} {
		switch {
		case part.n == 0:
		case part.what == "timer":
			text += ", " + count(part.n, "timer")
		default:
			text += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	return text
}

func circle(links []coro.CycleLinkSnapshot) string {
	var b strings.Builder
	for i := range len(links) + 1 {
		l := links[i%len(links)]
		if i > 0 {
			if b.WriteString(", "); l.Holding != "" {
				b.WriteString("held by ")
			}
		}
		b.WriteString(clean(l.Name))
		if i < len(links) {
			fmt.Fprintf(&b, " -> %s (%s)", clean(l.On), clean(l.At))
		}
	}
	return b.String()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// clean replaces what could make something else of a line on a terminal. Names
// are the program's, and may be anything.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == ' ' {
			return r
		}
		return '\uFFFD'
	}, s)
}
