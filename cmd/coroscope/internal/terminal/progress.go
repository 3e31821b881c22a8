package terminal

// This file defines Progress: how far the reading of a file has come.

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
