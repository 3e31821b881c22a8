package stepper

// This file defines the text form of a session, for those who have no screen:
// a few lines for each step, or all that there is to see.

import (
	"fmt"
	"io"
	"strings"

	"coroscope/cmd/coroscope/demo"
)

// WriteStep prints what the last step of a snapshot did. The error is w's.
//
//	2  send 10  -> 10
//	   at     average.go:102  return m.average, true
//	   on     await resumer value
//	   state  1 value, by value -> value: a value was sent, or a reset thrown in
//	   frame  sum=10 (was 0)  count=1 (was 0)  average=10 (was 0)
func WriteStep(w io.Writer, s *Snapshot) error {
	var b strings.Builder
	if s.Step == 0 {
		fmt.Fprintln(&b, demo.Wrap(s.Title+": "+s.About, 0))
		fmt.Fprintf(&b, "0  %s\n", s.Status)
		if s.Loop != nil {
			fmt.Fprintln(&b, demo.Wrap("   "+s.Loop.Part, 3))
		}
	} else {
		e := s.Log[len(s.Log)-1]
		fmt.Fprintln(&b, demo.Wrap(fmt.Sprintf("%-2d %s  %s", s.Step, e.Did, e.Came), 3))
	}
	row := func(name, format string, args ...any) {
		fmt.Fprintln(&b, demo.Wrap(fmt.Sprintf("   %-6s %s", name, fmt.Sprintf(format, args...)), 10))
	}
	if s.Coroutine != nil {
		s.Coroutine.write(row)
	} else {
		s.Loop.write(row)
	}
	if s.Ended && s.Step > 0 {
		fmt.Fprintf(&b, "   the end: %s\n", s.Status)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *Coroutine) write(row func(name, format string, args ...any)) {
	if c.Place != "" {
		code := ""
		if c.Source.Line > 0 && c.Source.Line <= len(c.Source.Lines) {
			code = "  " + strings.TrimSpace(c.Source.Lines[c.Source.Line-1])
		}
		row("at", "%s%s", c.Place, code)
		row("on", "%s", c.On)
	}
	if c.Machine != nil {
		by := ""
		if c.Taken != nil {
			by = ", by " + c.Taken.in(c.Machine)
		}
		row("state", "%d %s%s", c.State, c.Machine.States[c.State].Name, by)
		var slots []string
		for _, s := range c.Frame {
			text := s.Path + "=" + s.Value
			if s.Changed {
				text += " (was " + s.Was + ")"
			}
			slots = append(slots, text)
		}
		list(row, "frame", wrapped(slots, "  "))
	}
	if c.Stack != nil {
		var calls []string
		for _, call := range c.Stack {
			calls = append(calls, fmt.Sprintf("%s:%d", call.Func, call.Line))
		}
		list(row, "stack", wrapped(calls, " < "))
	}
	for _, inner := range c.Inside {
		row("inside", "%s", inner)
	}
	for _, n := range c.Notes[c.Noted:] {
		row("note", "%s", n)
	}
}

func (l *Loop) write(row func(name, format string, args ...any)) {
	list(row, "ran", l.Ran)
	list(row, "did", l.Saw)
	list(row, "ready", l.Ready)
	var timers []string
	for _, t := range l.Timer {
		timers = append(timers, fmt.Sprintf("%v %s", t.At, t.What))
	}
	list(row, "timers", timers)
	list(row, "awaits", l.Tree)
}

// list prints texts, a row each; the name stands before the first.
func list(row func(name, format string, args ...any), name string, texts []string) {
	for _, t := range texts {
		row(name, "%s", t)
		name = ""
	}
}

// wide is how long wrapped lets lines become, without what stands before them
// and the sign that they go on.
const wide = 88

// wrapped joins texts into lines, as few as are not too long.
func wrapped(texts []string, between string) []string {
	var lines []string
	line := ""
	for i, t := range texts {
		switch {
		case i == 0:
			line = t
		case len(line)+len(between)+len(t) > wide:
			lines = append(lines, line+strings.TrimRight(between, " "))
			line = t
		default:
			line += between + t
		}
	}
	return append(lines, line)
}

// around is how many lines of source WriteWhole prints before and after the
// one that matters.
const around = 4

// WriteWhole prints all there is to see, pane by pane; of the source only what
// is near. The error is w's.
func WriteWhole(w io.Writer, s *Snapshot) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, after step %d: %s\n", s.Title, s.Step, s.Status)
	for _, p := range Panes(s) {
		fmt.Fprintf(&b, "-- %s\n", p.Title)
		lines := p.Lines
		if p.Name == "source" {
			lines = lines[max(0, p.Focus-around):min(len(lines), p.Focus+around+1)]
		}
		for _, l := range lines {
			text := "   " + strings.TrimRight(l.String(), " ")
			if p.Name != "source" && p.Name != "machine" {
				text = demo.Wrap(text, 5)
			}
			fmt.Fprintln(&b, text)
		}
	}
	_, err := io.WriteString(w, strings.ReplaceAll(b.String(), "   \n", "\n"))
	return err
}
