package timeline

// This file defines what the texts for people are made of: durations, colors,
// and strings that are as wide as they look.

import (
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// roundDuration returns d with three digits.
func roundDuration(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for abs := max(d, -d); abs/unit >= 1000; {
		unit *= 10
	}
	return d.Round(unit)
}

// formatDuration returns d with three digits and without a unit more than it
// needs: "1.23ms", "450µs", "1m3s", "0".
func formatDuration(d time.Duration) string {
	return formatExactly(roundDuration(d))
}

// apart returns two durations with three digits, or with as many as it takes to
// tell them from each other.
func apart(a, b time.Duration) (string, string) {
	x, y := roundDuration(a), roundDuration(b)
	for unit := time.Second; x == y && a != b && unit > 0; unit /= 10 {
		x, y = a.Round(unit), b.Round(unit)
	}
	return formatExactly(x), formatExactly(y)
}

// formatExactly returns d with all its digits, and "0" for none.
func formatExactly(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	return d.String()
}

// plural returns "1 one" or "n many".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return group(n) + " " + many
}

// group returns n with a comma between groups of three digits.
func group(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Clean returns s without what a terminal could take for a command.
func Clean(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 && utf8.ValidString(s) {
		return s
	}
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// runeWidth returns how many columns a terminal gives r.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1100 && r <= 0x115f, // Hangul Jamo
		r >= 0x2e80 && r <= 0xa4cf && r != 0x303f, // CJK
		r >= 0xac00 && r <= 0xd7a3,                // Hangul
		r >= 0xf900 && r <= 0xfaff,
		r >= 0xfe30 && r <= 0xfe6f,
		r >= 0xff00 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6,
		r >= 0x1f300 && r <= 0x1f64f, // symbols
		r >= 0x1f680 && r <= 0x1f6ff,
		r >= 0x1f900 && r <= 0x1faff,
		r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

// width returns how many columns a terminal gives s.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// fit returns s cut to n columns, with an ellipsis if it is cut.
func fit(s string, n int) string {
	if width(s) <= n {
		return s
	}
	if n <= 0 {
		return ""
	}
	w := 0
	for i, r := range s {
		if w += runeWidth(r); w > n-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// fitRef returns name#id cut to n columns, the id whole if there is room.
func fitRef(ref string, n int) string { return fitBefore(ref, '#', n) }

// fitBefore returns s cut to n columns, what begins with the last sep whole if
// there is room.
func fitBefore(s string, sep byte, n int) string {
	if i := strings.LastIndexByte(s, sep); i > 0 && width(s) > n {
		if room := n - width(s[i:]); room >= 2 {
			return fit(s[:i], room) + s[i:]
		}
	}
	return fit(s, n)
}

// fitMiddle returns s cut to n columns, in the middle.
func fitMiddle(s string, n int) string {
	over := width(s) - n
	if over <= 0 || n < 3 {
		return fit(s, n)
	}
	tail := s
	for width(tail) > n/2 {
		_, size := utf8.DecodeRuneInString(tail)
		tail = tail[size:]
	}
	return fit(s, n-width(tail)) + tail
}

// padRight returns s with spaces up to n columns.
func padRight(s string, n int) string { return s + strings.Repeat(" ", max(0, n-width(s))) }

// padLeft returns s with spaces before it up to n columns.
func padLeft(s string, n int) string { return strings.Repeat(" ", max(0, n-width(s))) + s }

// A style is how a text looks on a terminal with colors.
type style uint8

const (
	plain style = iota
	bold
	faint
	good      // runs
	busy      // a busy loop
	waits     // suspended
	turnStyle // ready, and waiting for its turn
	bad       // failures, what is lost
	accent    // headings
)

var styleCodes = [...]string{plain: "", bold: "1", faint: "2", good: "32", busy: "33", waits: "36", turnStyle: "35", bad: "31", accent: "1;34"}

// A page collects a text for a terminal of a certain width.
type page struct {
	width int
	color bool
	text  strings.Builder
	row   strings.Builder // the current line
}

const (
	defaultWidth = 80
	minWidth     = 40
)

// newPage returns an empty page. A width of 0 means that it is not known.
func newPage(width int, color bool) *page {
	if width <= 0 {
		width = defaultWidth
	}
	return &page{width: max(width, minWidth), color: color}
}

// put adds to the current line.
func (p *page) put(st style, s string) {
	if s == "" {
		return
	}
	if !p.color || st == plain {
		p.row.WriteString(s)
		return
	}
	p.row.WriteString("\x1b[" + styleCodes[st] + "m" + s + "\x1b[0m")
}

// line adds to the current line and ends it.
func (p *page) line(st style, s string) {
	p.put(st, s)
	p.text.WriteString(strings.TrimRight(p.row.String(), " "))
	p.text.WriteByte('\n')
	p.row.Reset()
}

// wrapped adds label and text, as many lines as it takes, the later ones
// indented as the text is.
func (p *page) wrapped(st style, label, text string) {
	indent := width(label)
	p.put(st, label)
	at := indent
	for i, word := range strings.Fields(text) {
		w := width(word)
		switch {
		case i == 0:
		case at+1+w > p.width:
			p.line(plain, "")
			p.put(plain, strings.Repeat(" ", indent))
			at = indent
		default:
			p.put(plain, " ")
			at++
		}
		p.put(plain, word)
		at += w
	}
	p.line(plain, "")
}

func (p *page) writeTo(w io.Writer) error {
	_, err := io.WriteString(w, p.text.String())
	return err
}
