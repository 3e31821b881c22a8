package stepper

// This file defines the panes in which a snapshot is shown.

import (
	"fmt"
	"slices"
	"strings"
)

// A Style says what a text is, for whoever shows it in colors.
type Style uint8

const (
	Plain   Style = iota
	Faint         // less important
	Lit           // where it stands
	Changed       // what the last step did
	Bad           // an error
)

// A Span is a piece of a line.
type Span struct {
	Style Style
	Text  string
}

// A Line is a line of a pane.
type Line []Span

// A Pane is a part of what is shown.
type Pane struct {
	Name  string // "source", "frame", "stack", "machine", "turn", "ready", "timers", "awaits", "log"
	Title string
	Lines []Line
	Focus int // the index of the line that must be in view

	// Brief are the lines in the order of importance, for whoever has no room
	// for all of them; nil if Lines are. The first Must are to be seen before
	// other panes have more than their least.
	Brief []Line
	Must  int
}

// String returns a line's text.
func (l Line) String() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Panes returns the panes that show all of a snapshot, in the order of reading.
func Panes(s *Snapshot) []Pane {
	var panes []Pane
	switch {
	case s.Coroutine != nil && s.Coroutine.Machine != nil:
		panes = []Pane{sourcePane(s.Coroutine), framePane(s.Coroutine), machinePane(s.Coroutine)}
	case s.Coroutine != nil:
		panes = []Pane{sourcePane(s.Coroutine), stackPane(s.Coroutine)}
	default:
		panes = loopPanes(s.Loop)
	}
	return append(panes, logPane(s))
}

// line makes a line of one style.
func line(style Style, format string, args ...any) Line {
	return Line{{style, fmt.Sprintf(format, args...)}}
}

// sourcePane shows the source, with the line where it is suspended marked.
func sourcePane(c *Coroutine) Pane {
	src := c.Source
	p := Pane{Name: "source", Title: "source " + src.File, Focus: max(0, max(src.Line, src.Near)-1)}
	if c.Place != "" {
		p.Title = fmt.Sprintf("source %s, suspended here on %s", c.Place, c.On)
	}
	for i, text := range src.Lines {
		text = strings.ReplaceAll(text, "\t", "    ")
		if i+1 == src.Line {
			p.Lines = append(p.Lines, Line{{Lit, fmt.Sprintf("▶%4d  %s", i+1, text)}})
		} else {
			p.Lines = append(p.Lines, Line{{Faint, fmt.Sprintf("%5d  ", i+1)}, {Plain, text}})
		}
	}
	if len(src.Lines) == 0 {
		p.Lines = []Line{line(Faint, "no source at hand")}
	}
	return p
}

// framePane shows a machine's state and frame.
func framePane(c *Coroutine) Pane {
	state := c.Machine.States[c.State]
	p := Pane{Name: "frame", Title: "state and frame", Lines: []Line{
		{{Lit, fmt.Sprintf("state %d %s", c.State, state.Name)}, {Faint, "  " + state.Means}},
	}}
	width, value := 0, 0
	for _, s := range c.Frame {
		width = max(width, 2*s.Depth+len(s.Name))
		if n := len([]rune(s.Value)); n <= 20 {
			value = max(value, n)
		}
	}
	var changed, same []Line
	for _, s := range c.Frame {
		name := strings.Repeat("  ", s.Depth) + s.Name
		l := Line{{Plain, fmt.Sprintf("  %-*s  %-*s", width, name, value, s.Value)}}
		if s.Changed {
			l = Line{{Changed, fmt.Sprintf("* %-*s  %-*s", width, name, value, s.Value)}, {Faint, "  was " + s.Was}}
			if changed == nil {
				p.Focus = len(p.Lines)
			}
			changed = append(changed, l)
		} else {
			if s.Means != "" {
				l = append(l, Span{Faint, "  " + s.Means})
			}
			same = append(same, l)
		}
		p.Lines = append(p.Lines, l)
	}
	more := further(c)
	p.Brief, p.Must = slices.Concat(p.Lines[:1], changed, same, more), 1+len(changed)
	p.Lines = append(p.Lines, more...)
	return p
}

// stackPane shows a body's stack.
func stackPane(c *Coroutine) Pane {
	p := Pane{Name: "stack", Title: "stack, innermost call first"}
	width := 0
	for _, call := range c.Stack {
		width = max(width, len(call.Func))
	}
	for i, call := range c.Stack {
		style := Plain
		if i == 0 {
			style = Lit
		}
		p.Lines = append(p.Lines, Line{{style, fmt.Sprintf("%-*s", width, call.Func)}, {Faint, fmt.Sprintf("  %s:%d", call.File, call.Line)}})
	}
	if len(c.Stack) == 0 {
		p.Lines = []Line{line(Faint, "no stack: it is not suspended")}
	}
	p.Lines = append(p.Lines, further(c)...)
	return p
}

// further shows what else is known of a coroutine.
func further(c *Coroutine) []Line {
	var lines []Line
	for _, inner := range c.Inside {
		lines = append(lines, line(Plain, "inside of %s, to which it has delegated", inner))
	}
	for _, n := range c.Notes {
		lines = append(lines, line(Plain, "note: %s", n))
	}
	return lines
}

func machinePane(c *Coroutine) Pane {
	return Pane{
		Name:  "machine",
		Title: "machine " + c.Machine.Name,
		Lines: diagram(c.Machine, c.State, c.Taken),
		Focus: c.State,
	}
}

// logPane shows what was done, and what came of it.
func logPane(s *Snapshot) Pane {
	p := Pane{Name: "log", Title: "sent in and handed out", Focus: max(0, len(s.Log)-1)}
	if s.Loop != nil {
		p.Title = "turns"
	}
	for i, e := range s.Log {
		style, came := Plain, Plain
		if i == len(s.Log)-1 {
			style, came = Changed, Changed
		}
		if e.Failed {
			came = Bad
		}
		p.Lines = append(p.Lines, Line{{Faint, fmt.Sprintf("%3d  ", i+1)}, {style, e.Did + "  "}, {came, e.Came}})
	}
	if len(s.Log) == 0 {
		p.Lines = []Line{line(Faint, "nothing yet")}
	}
	return p
}

func loopPanes(l *Loop) []Pane {
	turn := Pane{Name: "turn", Title: "what the last turn did"}
	turn.Lines = append(turn.Lines, line(Lit, "%s", l.Part))
	if l.Idle > 0 {
		turn.Lines = append(turn.Lines, line(Plain, "idle for %v: nothing was ready", l.Idle))
	}
	for i, r := range l.Ran {
		before := "it ran  "
		if i > 0 {
			before = "        "
		}
		turn.Lines = append(turn.Lines, Line{{Faint, before}, {Plain, r}})
	}
	for _, e := range l.Saw {
		turn.Lines = append(turn.Lines, line(Changed, "  %s", e))
	}
	ready := Pane{Name: "ready", Title: "ready queue, for the next turn", Lines: listed(l.Ready)}
	timers := Pane{Name: "timers", Title: fmt.Sprintf("timers, the clock shows %v", l.Time)}
	for _, t := range l.Timer {
		timers.Lines = append(timers.Lines, Line{{Plain, fmt.Sprintf("%8v  %s", t.At, t.What)}, {Faint, dueIn(t, l)}})
	}
	if len(l.Timer) == 0 {
		timers.Lines = listed(nil)
	}
	tree := Pane{Name: "awaits", Title: "who waits for what", Lines: listed(l.Tree)}
	return []Pane{turn, ready, timers, tree}
}

func dueIn(t Timer, l *Loop) string {
	if t.At <= l.Time {
		return ", is due"
	}
	return fmt.Sprintf(", in %v", t.At-l.Time)
}

// listed is texts, a line each.
func listed(texts []string) []Line {
	if len(texts) == 0 {
		return []Line{line(Faint, "none")}
	}
	var lines []Line
	for _, t := range texts {
		lines = append(lines, line(Plain, "%s", t))
	}
	return lines
}
