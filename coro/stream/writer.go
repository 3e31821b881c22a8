package stream

// This file defines writing.

import (
	"bytes"
	"context"
	"io"

	"coroscope/coro"
)

// A Writer writes to an io.Writer for the tasks of a loop: on another goroutine,
// one call at a time, in the order in which they were asked for.
type Writer struct {
	loop  *coro.Loop
	dst   io.Writer
	label string
	queue *coro.Pool // of one worker

	closed *coro.Future[struct{}]
}

// NewWriter returns a writer to dst for tasks of l. Waiting for it is shown as
// "await io" and label; labels should be few, since traces group by them.
func NewWriter(l *coro.Loop, label string, dst io.Writer) *Writer {
	return &Writer{loop: l, dst: dst, label: label, queue: coro.NewPool(label, 1)}
}

// Write has p written, of which it takes a copy, and returns the future of how
// many bytes were: less than p has only with an error. Without awaiting it, more
// can be written; who awaits it does not write faster than others read.
//
//	_, err := w.Write(p).Await(y)          // a body's
//	return coro.On(w.Write(p)), true       // machine
//
// If the future, or a task that awaits it, is canceled before its turn has come,
// nothing of p is written. If it is being written the task goes on at once, and
// the rest of p is written all the same: a stream that is cut in the middle would
// be of no use to who writes next. [Writer.CloseNow] ends it.
func (w *Writer) Write(p []byte) *coro.Future[int] {
	p = bytes.Clone(p)
	return submit(w, func() (int, error) { return w.dst.Write(p) })
}

// WriteString is Write of a string.
func (w *Writer) WriteString(s string) *coro.Future[int] {
	return submit(w, func() (int, error) { return io.WriteString(w.dst, s) })
}

// Close closes the io.Writer, if it is an io.Closer, when all is written that was
// asked for before. What is written after that fails with
// [coro.ErrPoolShutDown]. Closed again, it returns the same future.
func (w *Writer) Close() *coro.Future[struct{}] {
	if w.closed == nil {
		w.closed = submit(w, func() (struct{}, error) { return struct{}{}, w.close() })
		w.queue.Shutdown()
	}
	return w.closed
}

// CloseNow closes the io.Writer, if it is an io.Closer, whatever is being
// written. What has not begun is not written, and fails with
// [coro.ErrPoolShutDown].
func (w *Writer) CloseNow() error {
	w.queue.ShutdownNow()
	return w.close()
}

func (w *Writer) close() error {
	if c, ok := w.dst.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

func submit[T any](w *Writer, fn func() (T, error)) *coro.Future[T] {
	return coro.Submit(w.loop, w.queue, func(context.Context) (T, error) { return fn() }, coro.ShownAs(coro.OnIO, w.label))
}
