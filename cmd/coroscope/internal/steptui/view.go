package steptui

// This file defines the view: the panes of a snapshot on a screen of any size.

import (
	"fmt"
	"strings"

	"coroscope/cmd/coroscope/internal/stepper"

	"github.com/charmbracelet/x/ansi"
)

const (
	leastWidth  = 20 // of a screen on which anything is shown
	leastHeight = 5
	twoColumns  = 96 // from this width on there are two
)

// bodyHeight is how many lines there are between the first and the last.
func (m Model) bodyHeight() int { return max(1, m.height-2) }

// View implements [tea.Model].
func (m Model) View() string {
	switch {
	case m.width == 0:
		return ""
	case m.width < leastWidth || m.height < leastHeight:
		return ansi.Truncate("too small", m.width, "")
	}
	s := stepper.Now(m.session)
	lines := []string{m.fit(stepper.Line{
		{Style: stepper.Lit, Text: s.Title},
		{Style: stepper.Plain, Text: fmt.Sprintf("  step %d, %s", s.Step, s.Status)},
	}, m.width)}
	switch {
	case m.help:
		lines = append(lines, m.pane(m.helpPane(), m.width, m.bodyHeight(), true)...)
	case m.alone != "":
		for _, p := range stepper.Panes(s) {
			if p.Name == m.alone {
				lines = append(lines, m.pane(p, m.width, m.bodyHeight(), true)...)
			}
		}
	default:
		lines = append(lines, m.panes(stepper.Panes(s))...)
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(append(lines, m.footer()), "\n")
}

// A place is where a pane goes: into which column, and how much it matters.
type place struct {
	right  bool // if there are two columns
	least  int  // lines, with its title
	weight int  // its share of what is left
	rank   int  // those with the largest go first if there is no room for all
}

var places = map[string]place{
	"source":  {least: 4, weight: 4, rank: 1},
	"frame":   {right: true, least: 3, weight: 3, rank: 2},
	"stack":   {right: true, least: 3, weight: 3, rank: 2},
	"machine": {right: true, least: 3, weight: 4, rank: 4},
	"turn":    {least: 4, weight: 4, rank: 1},
	"ready":   {right: true, least: 2, weight: 2, rank: 2},
	"timers":  {right: true, least: 2, weight: 2, rank: 3},
	"awaits":  {right: true, least: 3, weight: 3, rank: 2},
	"log":     {least: 2, weight: 2, rank: 3},
}

// panes lays the panes out, and returns the lines of the body.
func (m Model) panes(all []stepper.Pane) []string {
	h := m.bodyHeight()
	left, right := m.columns(all)
	if right == nil {
		return m.column(left, m.width, h, true)
	}
	leftWidth := m.width * 54 / 100
	l, r := m.column(left, leftWidth, h, true), m.column(right, m.width-leftWidth-2, h, false)
	for i := range l {
		l[i] += "  " + r[i]
	}
	return l
}

// columns returns the panes of the columns; the right ones are nil if there is
// one column.
func (m Model) columns(all []stepper.Pane) (left, right []stepper.Pane) {
	if m.width < twoColumns {
		return all, nil
	}
	for _, p := range all {
		if places[p.Name].right {
			right = append(right, p)
		} else {
			left = append(left, p)
		}
	}
	return left, right
}

// moved returns the pane that the person moves, and how many of its lines are
// shown.
func (m Model) moved() (p stepper.Pane, room int) {
	if m.help {
		return m.helpPane(), m.bodyHeight() - 1
	}
	all := stepper.Panes(stepper.Now(m.session))
	for _, p := range all {
		if p.Name == m.alone {
			return p, m.bodyHeight() - 1
		}
	}
	left, _ := m.columns(all)
	panes, heights := share(left, m.bodyHeight())
	return panes[0], heights[0] - 1
}

// top returns the index of the first line that is shown of a pane, if there is
// room for so many and it was moved down so far.
func top(p stepper.Pane, room, scroll int) int {
	centered := max(0, min(p.Focus-room/2, len(p.Lines)-room))
	return max(0, min(centered+scroll, len(p.Lines)-room))
}

// column lays panes out one below the other, and returns h lines. The first
// may be the one that the person moves.
func (m Model) column(panes []stepper.Pane, width, h int, moved bool) []string {
	panes, heights := share(panes, h)
	var lines []string
	for i, p := range panes {
		lines = append(lines, m.pane(p, width, heights[i], moved && i == 0)...)
	}
	for len(lines) < h {
		lines = append(lines, strings.Repeat(" ", width))
	}
	return lines
}

// share returns the panes that there is room for in h lines, and how many each
// has: the least, what must be seen, and a share of what is left, but not more
// than it needs.
func share(panes []stepper.Pane, h int) ([]stepper.Pane, []int) {
	kept := append([]stepper.Pane(nil), panes...)
	for {
		sum, worst := 0, 0
		for i, p := range kept {
			sum += places[p.Name].least
			if places[p.Name].rank >= places[kept[worst].Name].rank {
				worst = i
			}
		}
		if sum <= h || len(kept) == 1 {
			break
		}
		kept = append(kept[:worst], kept[worst+1:]...)
	}
	heights := make([]int, len(kept))
	left := h
	for i, p := range kept {
		heights[i] = min(places[p.Name].least, h)
		left -= heights[i]
	}
	for i, p := range kept {
		more := max(0, min(1+p.Must-heights[i], left))
		heights[i] += more
		left -= more
	}
	for ; left > 0; left-- {
		poorest := -1
		for i, p := range kept {
			needs := 1 + len(p.Lines)
			if heights[i] < needs && (poorest < 0 || heights[i]*places[kept[poorest].Name].weight < heights[poorest]*places[p.Name].weight) {
				poorest = i
			}
		}
		if poorest < 0 {
			break
		}
		heights[poorest]++
	}
	return kept, heights
}

// pane returns h lines that show a pane: its title, and what has room of it.
// moved says that it is the one that the person moves.
func (m Model) pane(p stepper.Pane, width, h int, moved bool) []string {
	room := h - 1
	scroll := 0
	if moved {
		scroll = m.scroll
	} else if p.Brief != nil && len(p.Lines) > room {
		p.Lines, p.Focus = p.Brief, 0
	}
	lines := []string{m.fit(stepper.Line{{Style: stepper.Faint, Text: rule(p, room, width)}}, width)}
	first := top(p, room, scroll)
	for i := first; i < first+room; i++ {
		var l stepper.Line
		if i < len(p.Lines) {
			l = p.Lines[i]
		}
		lines = append(lines, m.fit(l, width))
	}
	return lines
}

// rule returns the line above a pane of so many lines: its title, and how many
// lines there is no room for. Of source files everybody knows that there is
// more.
func rule(p stepper.Pane, room, width int) string {
	more := ""
	if n := len(p.Lines) - room; n > 0 && p.Name != "source" {
		more = fmt.Sprintf(" … %d more ─", n)
	}
	left := max(0, width-ansi.StringWidth(more))
	title := ansi.Truncate("─ "+p.Title+" ", left, "…")
	return title + strings.Repeat("─", left-ansi.StringWidth(title)) + more
}

// codes are the colors of the styles.
var codes = [...]string{stepper.Plain: "", stepper.Faint: "2", stepper.Lit: "1;36", stepper.Changed: "33", stepper.Bad: "31"}

// fit returns a line that is exactly so wide: cut, or with blanks behind it.
func (m Model) fit(l stepper.Line, width int) string {
	var b strings.Builder
	left := width
	for _, s := range l {
		if left == 0 {
			break
		}
		text := s.Text
		if w := ansi.StringWidth(text); w > left {
			text = ansi.Truncate(text, left, "…")
		}
		left -= ansi.StringWidth(text)
		if m.color && codes[s.Style] != "" {
			text = "\x1b[" + codes[s.Style] + "m" + text + "\x1b[0m"
		}
		b.WriteString(text)
	}
	return b.String() + strings.Repeat(" ", max(0, left))
}

// footer returns the last line: what is typed, a message, or the main keys.
func (m Model) footer() string {
	line := stepper.Line{{Style: stepper.Faint, Text: m.keys()}}
	switch {
	case m.prompt != "":
		typed := m.typed
		if room := m.width - len(m.prompt) - 3; ansi.StringWidth(typed) > room {
			typed = ansi.TruncateLeft(typed, ansi.StringWidth(typed)-room+1, "…")
		}
		line = stepper.Line{{Style: stepper.Lit, Text: m.prompt + " "}, {Style: stepper.Plain, Text: typed + "_"}}
	case m.message != "":
		line = stepper.Line{{Style: stepper.Bad, Text: m.message}}
	}
	return strings.TrimRight(m.fit(line, m.width), " ")
}

// keys returns the main keys, as many as there is room for.
func (m Model) keys() string {
	first := "→ " + m.session.Upcoming()
	if m.session.Upcoming() == "" {
		first = "the end"
	}
	must := []string{"← back", "? keys", "q quit"}
	text := first + "  " + strings.Join(must, "  ")
	for _, v := range m.session.Verbs() {
		longer := text + "  " + v.Name[:1] + " " + v.Name
		if ansi.StringWidth(longer) <= m.width {
			text = longer
		}
	}
	if longer := text + "  tab panes"; ansi.StringWidth(longer) <= m.width {
		text = longer
	}
	return text
}

// helpPane is what is shown instead of the panes when the keys are asked for.
func (m Model) helpPane() stepper.Pane {
	p := stepper.Pane{Title: "keys; ↓ and ↑ move, any other leaves"}
	for _, b := range append(m.bindings(), binding{show: "q", does: "quit"}) {
		p.Lines = append(p.Lines, stepper.Line{
			{Style: stepper.Lit, Text: fmt.Sprintf("  %-11s", b.show)}, {Style: stepper.Plain, Text: "  " + b.does},
		})
	}
	return p
}
