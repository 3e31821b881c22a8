package timeline

// This file defines ahead, which reads the events of a source while those
// before them are used.

import (
	"errors"
	"runtime"

	"golang.org/x/exp/trace"
)

// How many events an ahead reads ahead at most.
const (
	batches     = 4
	batchEvents = 1024 // in each: it takes 50 µs and more to read them
)

// A batch is events in a row.
type batch struct {
	events []trace.Event
	ended  []trace.TaskID // the tasks of those of kind trace.EventTaskEnd, in order
}

// reset makes b empty.
func (b *batch) reset() { b.events, b.ended = b.events[:0], b.ended[:0] }

// end notes the task that ends by ev.
func (b *batch) end(ev *trace.Event) { b.ended = append(b.ended, ev.Task().ID) }

// An ahead reads the events of a source, in a goroutine of its own if there is
// a processor for it.
//
// An event remains valid while the library reads others, and what it refers to
// stays as it is for the whole generation. The one exception is the table of the
// tasks that end, to which the library adds: who reads looks at these events.
//
// The file is not read while any event that came from it is still in use. So the
// file is always at the place where it would be if each event were used before
// the next one is read: what is found in a damaged trace does not depend on who
// is quicker. It also means that nobody who ends the reading has to wait for a
// slow file, and that the events of one generation at most are in memory.
type ahead struct {
	src      *source
	parallel bool
	all      [batches]batch

	full chan *batch   // to be used; closed at the end. It is nil while no goroutine reads
	free chan *batch   // used
	quit chan struct{} // closed to end the reading
	err  error         // the end, if full is closed

	used *batch // the last one that next returned

	// The reading goroutine's:
	into  *batch   // the one that it reads into; nil if it has to take one
	spare []*batch // those that are empty
}

var (
	errStopped = errors.New("the reading was ended")
	errExited  = errors.New("the reading goroutine ended")
)

// start begins to read. The caller defers stop.
func (a *ahead) start() {
	if !a.parallel {
		return
	}
	a.used, a.into, a.spare = nil, nil, a.spare[:0]
	for i := range a.all {
		a.spare = append(a.spare, &a.all[i])
	}
	a.full = make(chan *batch, batches)
	a.free = make(chan *batch, batches)
	a.quit = make(chan struct{})
	go a.run()
}

// stop ends the reading: nothing reads any more when it returns. It is not to
// be called while next waits.
func (a *ahead) stop() {
	if a.full == nil {
		return
	}
	close(a.quit)
	for range a.full {
	}
	a.full = nil
}

// next returns the next events. Those that it returned before must not be used
// any more. The error is io.EOF at the end, or says why what follows cannot be
// read. The caller defers the source's rescue.
func (a *ahead) next() (*batch, error) {
	if a.full == nil {
		b := &a.all[0]
		b.reset()
		a.src.inLibrary = true
		ev, err := a.src.reader.ReadEvent()
		if err == nil {
			b.events = append(b.events, ev)
			if ev.Kind() == trace.EventTaskEnd {
				b.end(&b.events[0])
			}
		}
		a.src.inLibrary = false
		return b, err
	}
	if a.used != nil {
		a.free <- a.used
	}
	b, more := <-a.full
	if a.used = b; more {
		return b, nil
	}
	if a.err == errExited {
		runtime.Goexit() // whoever reads the file did
	}
	return nil, a.err
}

// run reads until there is an error, which may be a panic.
func (a *ahead) run() {
	a.err = errExited
	defer func() {
		if r := recover(); r != nil {
			a.err = errPanic(r)
		}
		a.pass()
		close(a.full)
	}()
	a.err = a.read()
}

// read reads until there is an error.
func (a *ahead) read() error {
	reader := a.src.reader
	for {
		ev, err := reader.ReadEvent()
		if err != nil {
			return err
		}
		b := a.into
		if b == nil {
			if b, err = a.take(); err != nil {
				return err
			}
			a.into = b
		}
		// Not by a function: an event is large, and each copy of it a tenth of
		// what it takes to read a small one.
		n := len(b.events)
		b.events = b.events[:n+1]
		b.events[n] = ev
		if ev.Kind() == trace.EventTaskEnd {
			b.end(&b.events[n])
		}
		if n+1 == batchEvents {
			a.pass()
		}
	}
}

// pass hands on what was read.
func (a *ahead) pass() {
	if a.into != nil {
		a.full <- a.into // all of them have room there
		a.into = nil
	}
}

// take returns an empty batch, for which it waits.
func (a *ahead) take() (*batch, error) {
	if n := len(a.spare); n > 0 {
		b := a.spare[n-1]
		a.spare = a.spare[:n-1]
		if b.events == nil {
			b.events = make([]trace.Event, 0, batchEvents)
		}
		b.reset()
		return b, nil
	}
	select {
	case b := <-a.free:
		b.reset()
		return b, nil
	case <-a.quit:
		return nil, errStopped
	}
}

// Read implements io.Reader for the library: it reads the file, once all events
// were used.
func (a *ahead) Read(p []byte) (int, error) {
	if a.full != nil && len(a.spare) < batches {
		if err := a.catchUp(); err != nil {
			return 0, err
		}
	}
	return a.src.framer.Read(p)
}

// catchUp waits until all events were used.
func (a *ahead) catchUp() error {
	a.pass()
	for len(a.spare) < batches {
		select {
		case b := <-a.free:
			// What it refers to is not to be kept while others are read.
			clear(b.events[:cap(b.events)])
			a.spare = append(a.spare, b)
		case <-a.quit:
			return errStopped
		}
	}
	return nil
}
