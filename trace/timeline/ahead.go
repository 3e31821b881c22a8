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
	batchEvents = 2048 // in each: it takes 100 µs and more to read them, and 5 to wake who uses them
)

// A batch is events in a row.
type batch struct {
	changes []change       // one for each
	others  []trace.Event  // those of kind changeOther, in order
	ended   []trace.TaskID // the tasks of those of kind trace.EventTaskEnd, in order
}

// make makes room for n events in b, if it never had any.
func (b *batch) make(n int) {
	if b.changes == nil {
		b.changes = make([]change, 0, n)
	}
}

// reset makes b empty.
func (b *batch) reset() { b.changes, b.others, b.ended = b.changes[:0], b.others[:0], b.ended[:0] }

// forget lets go of what the events refer to; b is empty.
func (b *batch) forget() {
	clear(b.changes[:cap(b.changes)])
	clear(b.others[:cap(b.others)])
}

// add takes the event in f, and returns how many of those that follow are to be
// left out. The caller sees to it that there is room.
func (b *batch) add(f *fields) (skip int) {
	n := len(b.changes)
	changes := b.changes[:n+1]
	f.read(&changes[n])
	switch changes[n].what {
	case changeSwitch:
		skip = 2
	case changeOther:
		b.others = append(b.others, f.event)
		if f.event.Kind() == trace.EventTaskEnd {
			b.ended = append(b.ended, f.event.Task().ID)
		}
	}
	b.changes = changes // not before: the library may panic
	return skip
}

// An ahead reads the events of a source, between start and stop in a goroutine
// of its own. Where there is no other processor for that, to read many events and
// then to use many is no slower than to do both in turns, and mostly quicker.
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
	src    *source
	fields fields // of the event that was read last
	skip   int    // how many of those that follow to leave out, while no goroutine reads
	all    [batches]batch

	full chan *batch   // to be used; closed at the end; nil while no goroutine reads
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
		b.make(1)
		b.reset()
		a.src.inLibrary = true
		ev, err := a.src.reader.ReadEvent()
		switch {
		case err != nil:
			a.skip = 0
		case a.skip > 0:
			a.skip--
		default:
			a.fields.event = ev
			a.skip = b.add(&a.fields)
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
	for skip := 0; ; {
		ev, err := reader.ReadEvent()
		if err != nil {
			return err
		}
		if skip > 0 {
			skip--
			continue
		}
		b := a.into
		if b == nil {
			if b, err = a.take(); err != nil {
				return err
			}
			a.into = b
		}
		a.fields.event = ev
		skip = b.add(&a.fields)
		if len(b.changes) == batchEvents {
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
		b.make(batchEvents)
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
	a.fields.forget()
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
			b.forget() // so that it is not kept while others are read
			a.spare = append(a.spare, b)
		case <-a.quit:
			return errStopped
		}
	}
	return nil
}
