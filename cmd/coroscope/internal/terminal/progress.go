package terminal

// This file defines what a terminal is told while something takes long.

import (
	"fmt"
	"io"
	"time"
)

// A Progress is a reader that tells on a terminal how much of its file was
// read, once that has taken a while.
type Progress struct {
	r      io.Reader
	to     io.Writer // nil if nobody is to be told
	name   string
	size   int64 // in bytes
	read   int64
	next   time.Time // when to tell
	shown  bool
	period time.Duration
}

// NewProgress returns r, the file name of size bytes (0 if not known), with
// its progress told on to if that is a terminal.
func NewProgress(r io.Reader, name string, size int64, to io.Writer) *Progress {
	p := &Progress{r: r, name: name, size: size, period: 200 * time.Millisecond}
	if Is(to) {
		p.to = to
		p.next = time.Now().Add(p.period)
	}
	return p
}

// Read implements [io.Reader].
func (p *Progress) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.read += int64(n)
	if p.to != nil {
		if now := time.Now(); now.After(p.next) {
			p.next = now.Add(p.period)
			p.tell()
		}
	}
	return n, err
}

func (p *Progress) tell() {
	p.shown = true
	mb := float64(p.read) / 1e6
	if p.size > 0 {
		fmt.Fprintf(p.to, "\rreading %s: %.0f MB, %d%% ", p.name, mb, 100*p.read/p.size)
	} else {
		fmt.Fprintf(p.to, "\rreading %s: %.0f MB ", p.name, mb)
	}
}

// Done takes away what was told.
func (p *Progress) Done() {
	if p.shown {
		fmt.Fprint(p.to, "\r\x1b[K")
		p.shown = false
	}
}

// A Status is a line on a terminal that tells what is being done, once that has
// taken a while.
type Status struct {
	to     io.Writer // nil if nobody is to be told
	next   time.Time // when to tell
	shown  bool
	period time.Duration
}

// NewStatus returns a Status that is told on to if that is a terminal.
func NewStatus(to io.Writer) *Status {
	s := &Status{period: 200 * time.Millisecond}
	if Is(to) {
		s.to = to
		s.next = time.Now().Add(s.period)
	}
	return s
}

// Tell puts text into the line, cut to the terminal's width, unless something was
// put there a moment ago.
func (s *Status) Tell(text string) {
	now := time.Now()
	if s.to == nil || now.Before(s.next) {
		return
	}
	s.next, s.shown = now.Add(s.period), true
	if rs, width := []rune(text), Width(s.to); len(rs) >= width {
		text = string(rs[:max(width-2, 0)]) + "…"
	}
	fmt.Fprintf(s.to, "\r\x1b[K%s", text)
}

// Done takes away what was told.
func (s *Status) Done() {
	if s.shown {
		fmt.Fprint(s.to, "\r\x1b[K")
		s.shown = false
	}
}
