package specimen

// This file defines a pipe in memory, between two tasks of one loop.

import (
	"fmt"
	"io"

	"coroscope/coro"
)

// A Pipe carries bytes from one task to another on the same loop. It holds so
// many and no more: who writes faster than the other reads has to wait. Reading
// and writing never suspend; they do what can be done now, and who needs more
// awaits Readable, or Writable, and tries again.
type Pipe struct {
	held     []byte // written and not read; its capacity is the pipe's
	closed   bool
	readable *coro.Future[struct{}] // done when it makes sense to read again
	writable *coro.Future[struct{}] // done when it makes sense to write again
}

// NewPipe returns a pipe that holds up to size bytes.
func NewPipe(l *coro.Loop, size int) *Pipe {
	return &Pipe{
		held:     make([]byte, 0, size),
		readable: coro.NewFuture[struct{}](l, "read").OfKind(coro.OnIO),
		writable: coro.NewFuture[struct{}](l, "write").OfKind(coro.OnIO),
	}
}

// String says how much the pipe holds.
func (p *Pipe) String() string {
	switch {
	case p == nil:
		return "none"
	case p.closed:
		return fmt.Sprintf("%d bytes, closed", len(p.held))
	}
	return fmt.Sprintf("%d of %d bytes", len(p.held), cap(p.held))
}

// TryRead appends what is there to b, up to and with the first newline. The
// error is io.EOF when nothing is left of a pipe that was closed.
func (p *Pipe) TryRead(b []byte) ([]byte, error) {
	n := 0
	for n < len(p.held) {
		n++
		if p.held[n-1] == '\n' {
			break
		}
	}
	if n == 0 && p.closed {
		return b, io.EOF
	}
	b = append(b, p.held[:n]...)
	p.held = p.held[:copy(p.held, p.held[n:])]
	if n > 0 {
		tell(p.writable)
	}
	return b, nil
}

// TryWrite takes as much of b as there is room for and returns how much that
// is. The error is io.ErrClosedPipe when the pipe was closed.
func (p *Pipe) TryWrite(b []byte) (int, error) {
	if p.closed {
		return 0, io.ErrClosedPipe
	}
	n := min(len(b), cap(p.held)-len(p.held))
	p.held = append(p.held, b[:n]...)
	if n > 0 {
		tell(p.readable)
	}
	return n, nil
}

// Close ends the pipe for both sides. What it holds can still be read.
func (p *Pipe) Close() {
	p.closed = true
	tell(p.readable)
	tell(p.writable)
}

// Readable waits until there is something to read, or the end.
func (p *Pipe) Readable() coro.Await { return again(p.readable) }

// Writable waits until there is room, or the pipe was closed.
func (p *Pipe) Writable() coro.Await { return again(p.writable) }

func tell(f *coro.Future[struct{}]) {
	if !f.Done() {
		f.SetResult(struct{}{})
	}
}

func again(f *coro.Future[struct{}]) coro.Await {
	if f.Done() {
		f.Reset()
	}
	return coro.On(f)
}

func endsLine(b []byte) bool { return len(b) > 0 && b[len(b)-1] == '\n' }

// readLine returns the next line with its newline. It suspends the body of y
// until that has come.
func readLine(y *coro.Async, p *Pipe) (line []byte, err error) {
	for {
		if line, err = p.TryRead(line); err != nil || endsLine(line) {
			return line, err
		}
		if err := coro.Wait(y, p.Readable()); err != nil {
			return line, err
		}
	}
}

// writeAll writes all of b. It suspends the body of y while there is no room.
func writeAll(y *coro.Async, p *Pipe, b []byte) error {
	for {
		n, err := p.TryWrite(b)
		if err != nil {
			return err
		}
		if b = b[n:]; len(b) == 0 {
			return nil
		}
		if err := coro.Wait(y, p.Writable()); err != nil {
			return err
		}
	}
}
