package demo

// This file defines Progress: one line that says how far something has come.

import (
	"fmt"
	"os"
	"unicode/utf8"

	"coroscope/cmd/coroscope/internal/terminal"
)

// A Progress says how far something has come. On a terminal that is one line,
// which is written anew each time. Elsewhere a line is printed now and then, and
// nothing twice. Whatever else an Env prints takes the line's place, and the line
// follows when there is something new. It may be used on any goroutine.
type Progress struct {
	env   *Env
	width int // of the terminal; 0 if it is none
	every int
	told  int    // how often it was told something
	last  string // that was not printed
}

// NewProgress returns a Progress which, where there is no terminal, prints one
// of every so many things that it is told, and the last.
func (e *Env) NewProgress(every int) *Progress {
	p := &Progress{env: e, every: every}
	if terminal.Is(e.out) && os.Getenv("TERM") != "dumb" {
		p.width = terminal.Width(e.out)
	}
	return p
}

// Tell says how far it is now.
func (p *Progress) Tell(format string, args ...any) {
	e := p.env
	e.mu.Lock()
	defer e.mu.Unlock()
	p.told++
	p.last = e.timed(format, args...)
	switch {
	case p.width > 0:
		p.write()
	case p.told%p.every == 0:
		p.print()
	}
}

// Done leaves what was told last where it stands.
func (p *Progress) Done() {
	p.env.mu.Lock()
	defer p.env.mu.Unlock()
	if p.width > 0 {
		p.env.clear()
	}
	if p.last != "" {
		p.print()
	}
}

// print prints what was told last.
func (p *Progress) print() {
	fmt.Fprintln(p.env.out, p.last)
	p.last = ""
}

// write writes what was told last over what stands in the line, without the
// terminal's last column, behind which some begin a new line.
func (p *Progress) write() {
	line := p.last
	if runes := []rune(line); len(runes) >= p.width {
		line = string(runes[:p.width-1])
	}
	width := utf8.RuneCountInString(line)
	fmt.Fprintf(p.env.out, "\r%s%*s", line, max(0, p.env.live-width), "")
	p.env.live = max(p.env.live, width)
}

// clear takes away what a Progress has written in this line.
func (e *Env) clear() {
	if e.live > 0 {
		fmt.Fprintf(e.out, "\r%*s\r", e.live, "")
		e.live = 0
	}
}
