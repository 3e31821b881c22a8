// Package stream has the tasks of a loop read and write what blocks: pipes,
// network connections, terminals, anything that is an io.Reader or an io.Writer.
//
// Reading follows the pattern of package coro: what may have to wait has a form
// for bodies, one that does not wait, and an Await for machines.
//
//	line, err := r.ReadLine(y)            // a body's
//	line, ready, err := r.TryReadLine()   // without waiting
//	a := r.ReadingLine()                  // an Await, for a machine to yield until TryReadLine is ready
//
// What was read is kept by the [Reader] until a task that goes on takes it, so a
// task that is canceled loses nothing. While nobody waits, nothing is read. While
// somebody does, a virtual clock stands still, as after [coro.Loop.Hold].
package stream

// This file defines reading.

import (
	"bytes"
	"errors"
	"io"
	"os"

	"coroscope/coro"
)

// chunkSize is how much is read at a time at most, in bytes.
const chunkSize = 32 << 10

// DefaultMaxLine is how long a line may be, in bytes, unless SetMaxLine says
// otherwise.
const DefaultMaxLine = 1 << 20

// ErrLineTooLong is returned for a line that is longer than a line may be. It is
// left where it is, for Read.
var ErrLineTooLong = errors.New("line is too long")

// A Reader reads from an io.Reader for the tasks of a loop. The io.Reader is read
// on another goroutine, one call at a time.
type Reader struct {
	loop    *coro.Loop
	src     io.Reader
	chunks  *coro.Readiness
	lines   *coro.Readiness
	maxLine int

	buf     []byte
	scanned int   // how much of buf has no end of a line in it
	err     error // what reading ended with, once it has
	reading bool  // a goroutine reads
}

// NewReader returns a reader from src for tasks of l. Waiting for it is shown as
// "await io" and label; labels should be few, since traces group by them.
func NewReader(l *coro.Loop, label string, src io.Reader) *Reader {
	r := &Reader{loop: l, src: src, maxLine: DefaultMaxLine}
	r.chunks = coro.NewReadiness(l, coro.OnIO, label, &wanted{r, r.hasChunk, "empty"})
	r.lines = coro.NewReadiness(l, coro.OnIO, label, &wanted{r, r.hasLine, "no whole line"})
	return r
}

// SetMaxLine says how long a line may be, in bytes.
func (r *Reader) SetMaxLine(n int) { r.maxLine = n }

// A wanted is what tasks may wait for: a [coro.Source].
type wanted struct {
	r     *Reader
	has   func() bool
	lacks string
}

func (w *wanted) Ready() bool    { return w.has() }
func (w *wanted) Want()          { w.r.fill() }
func (w *wanted) Forgo()         {} // a call of Read cannot be taken back; what it brings is kept
func (w *wanted) Detail() string { return w.lacks }

func (r *Reader) hasChunk() bool { return len(r.buf) > 0 || r.err != nil }

func (r *Reader) hasLine() bool {
	return r.lineEnd() >= 0 || len(r.buf) > r.maxLine || r.err != nil
}

// lineEnd returns where the first line's end is in buf, or -1.
func (r *Reader) lineEnd() int {
	i := bytes.IndexByte(r.buf[r.scanned:], '\n')
	if i < 0 {
		r.scanned = len(r.buf)
		return -1
	}
	r.scanned += i
	return r.scanned
}

// fill has a chunk read, unless one is being read.
func (r *Reader) fill() {
	if r.reading || r.err != nil {
		return
	}
	r.reading = true
	go func() {
		chunk := make([]byte, chunkSize)
		n, err := r.src.Read(chunk)
		r.loop.CallSoonThreadsafe(func() { r.filled(chunk[:n], err) })
	}()
}

// filled takes what was read.
func (r *Reader) filled(chunk []byte, err error) {
	r.reading = false
	if r.err != nil {
		return // closed
	}
	if r.err = err; r.buf == nil {
		r.buf = chunk
	} else {
		r.buf = append(r.buf, chunk...)
	}
	r.notify()
}

func (r *Reader) notify() {
	r.chunks.Notify()
	r.lines.Notify()
}

// Read suspends the task of y until there is something to be read, and returns
// it, which is at least a byte; if there is something already, there is no
// suspension. The error is io.EOF at the end, what the io.Reader failed with,
// os.ErrClosed after Close, or what is thrown in meanwhile.
func (r *Reader) Read(y *coro.Async) ([]byte, error) { return await(y, r.TryRead, r.Reading) }

// TryRead returns what Read returns, and that it was ready; or only that it was
// not.
func (r *Reader) TryRead() (chunk []byte, ready bool, err error) {
	switch {
	case len(r.buf) > 0:
		chunk, r.buf, r.scanned = r.buf, nil, 0
		r.notify()
		return chunk, true, nil
	case r.err != nil:
		r.notify()
		return nil, true, r.err
	}
	return nil, false, nil
}

// Reading is what a machine yields when TryRead was not ready. When it is resumed
// without an error, its next TryRead is.
func (r *Reader) Reading() coro.Await { return r.chunks.Waiting() }

// ReadLine suspends the task of y until there is a line to be read, and returns
// it without its end, "\n" or "\r\n". What stands after the last end of a line is
// a line too. The error is [ErrLineTooLong], or one as of Read.
func (r *Reader) ReadLine(y *coro.Async) (string, error) {
	return await(y, r.TryReadLine, r.ReadingLine)
}

// TryReadLine returns what ReadLine returns, and that it was ready; or only that
// it was not.
func (r *Reader) TryReadLine() (line string, ready bool, err error) {
	end := r.lineEnd()
	switch {
	case end >= 0 && end <= r.maxLine:
		b := r.buf[:end]
		r.buf, r.scanned = r.buf[end+1:], 0
		line = string(bytes.TrimSuffix(b, []byte("\r")))
	case len(r.buf) > r.maxLine:
		return "", true, ErrLineTooLong
	case r.err == nil:
		return "", false, nil
	case len(r.buf) > 0:
		line = string(r.buf)
		r.buf, r.scanned = nil, 0
	default:
		err = r.err
	}
	r.notify()
	return line, true, err
}

// ReadingLine is what a machine yields when TryReadLine was not ready. When it is
// resumed without an error, its next TryReadLine is.
func (r *Reader) ReadingLine() coro.Await { return r.lines.Waiting() }

// ReadAll reads to the end, and returns what was read with the error if that is
// not io.EOF.
func (r *Reader) ReadAll(y *coro.Async) ([]byte, error) {
	var all []byte
	for {
		chunk, err := r.Read(y)
		if err == io.EOF {
			return all, nil
		} else if err != nil {
			return all, err
		}
		all = append(all, chunk...)
	}
}

// Close closes the io.Reader, if it is an io.Closer, and drops what was not
// taken. Tasks that wait get os.ErrClosed.
func (r *Reader) Close() error {
	if r.err == nil || r.err == io.EOF {
		r.err = os.ErrClosed
	}
	r.buf, r.scanned = nil, 0
	r.notify()
	if c, ok := r.src.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// await tries until it is ready, and waits between.
func await[T any](y *coro.Async, try func() (T, bool, error), waiting func() coro.Await) (T, error) {
	for {
		v, ready, err := try()
		if ready {
			return v, err
		}
		if err := coro.Wait(y, waiting()); err != nil {
			return v, err
		}
	}
}
