package timeline

// This file defines framer: it cuts a trace's bytes into batches and
// generations, so that a reader can go on after a damaged generation.

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// Structural bytes of the trace format, version 2 (Go 1.22 and later).
const (
	evEventBatch        = 1  // begins a batch: generation, thread, time, size, data
	evExperimentalBatch = 49 // the same, with an experiment's id after the first byte
	evEndOfGeneration   = 52 // ends a generation since Go 1.26; stands alone
	maxBatch            = 64 << 10
	maxBatchHeader      = 2 + 4*binary.MaxVarintLen64
)

// Versions of the trace format, by the minor version of Go that brought them.
const (
	formatV2   = 22 // batches and generations
	formatEnds = 26 // generations have an end
)

const headerSize = len("go 1.26 trace\x00\x00\x00")

// parseHeader returns the format's version.
func parseHeader(h []byte) (minor int, ok bool) {
	h, ok = bytes.CutPrefix(h, []byte("go 1."))
	if !ok || len(h) < 3 || h[0] < '0' || h[0] > '9' || h[1] < '0' || h[1] > '9' {
		return 0, false
	}
	return int(h[0]-'0')*10 + int(h[1]-'0'), string(h[2:]) == " trace\x00\x00\x00"
}

// What a reader gets where the next generation cannot be handed on.
var (
	errFraming = errors.New("no batch begins where one should")
	errMissing = errors.New("a generation is missing")
)

// A framer passes a trace's bytes on, batch by batch. It never lets one Read
// go past the end of a batch, so that whoever reads through a buffer has not
// taken anything of the next generation when it has come to the end of one.
type framer struct {
	in      *bufio.Reader
	minor   int    // the format's version
	header  []byte // the file's first bytes
	offset  int64  // bytes of the file that were consumed
	batch   []byte // what is left of the current batch; aliases in's buffer
	pending int    // bytes of in's buffer to discard when batch is used up
	gen     uint64 // of the last batch, 0 after the end of a generation
	lastGen uint64 // of the last batch
	ticks   uint64 // the last batch's clock; 0 if none was seen
	fresh   bool   // the reader knows nothing yet: any generation will do

	stuck     bool  // no batch begins here: to go on, seek
	truncated bool  // the file ends inside a generation
	ioErr     error // what reading the file failed with, other than io.EOF
}

// newFramer reads the file's header. Errors: ErrEmpty, ErrNotTrace, and those
// of r.
func newFramer(r io.Reader) (*framer, error) {
	f := &framer{in: bufio.NewReaderSize(r, 4*maxBatch), fresh: true}
	h, err := f.in.Peek(headerSize)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(h) == 0 {
		return nil, ErrEmpty
	}
	minor, ok := parseHeader(h)
	if !ok {
		return nil, ErrNotTrace
	}
	f.minor = minor
	f.header = bytes.Clone(h)
	f.discard(headerSize)
	return f, nil
}

func (f *framer) discard(n int) {
	n, _ = f.in.Discard(n)
	f.offset += int64(n)
}

// Read implements io.Reader for what follows the header.
func (f *framer) Read(p []byte) (int, error) {
	if f.minor < formatV2 {
		n, err := f.in.Read(p)
		f.offset += int64(n)
		return n, f.note(err)
	}
	if len(f.batch) == 0 {
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, f.batch)
	f.batch = f.batch[n:]
	return n, nil
}

func (f *framer) note(err error) error {
	if err != nil && err != io.EOF {
		f.ioErr = err
	}
	return err
}

// next makes the next whole batch the current one. Where the file ends inside
// a generation, it ends the generation: perhaps it is whole enough to be read.
func (f *framer) next() error {
	err := f.frame()
	f.stuck = err == errFraming
	return err
}

func (f *framer) frame() error {
	f.discard(f.pending)
	f.batch, f.pending = nil, 0
	head, err := f.in.Peek(maxBatchHeader)
	if len(head) == 0 {
		f.note(err)
		return f.end(false)
	}
	if head[0] == evEndOfGeneration {
		f.batch, f.pending, f.gen = head[:1], 1, 0
		return nil
	}
	gen, size, ticks, whole := parseBatch(head)
	if !whole {
		if len(head) < maxBatchHeader {
			f.note(err)
			return f.end(true)
		}
		return errFraming
	}
	if err := f.checkGeneration(gen); err != nil {
		return err
	}
	f.ticks = ticks
	b, err := f.in.Peek(size + 1)
	if len(b) < size {
		f.note(err)
		if f.laterIn(b[1:]) >= 0 {
			return errFraming // it is the size that is damaged
		}
		return f.end(true)
	}
	if len(b) > size && !structural(b[size]) {
		// Better to doubt this batch than to go on at who knows what place.
		return errFraming
	}
	f.batch, f.pending, f.gen, f.lastGen, f.fresh = b[:size], size, gen, gen, false
	return nil
}

// checkGeneration returns what speaks against a batch of generation gen here.
func (f *framer) checkGeneration(gen uint64) error {
	switch {
	case f.minor < formatEnds:
		return nil
	case f.gen != 0 && gen != f.gen:
		return errFraming
	case f.gen == 0 && f.lastGen != 0 && !f.later(gen):
		return errFraming
	case f.gen == 0 && !f.fresh && gen != f.lastGen+1:
		return errMissing
	}
	return nil
}

// structural reports whether b can follow a batch.
func structural(b byte) bool {
	return b == evEventBatch || b == evExperimentalBatch || b == evEndOfGeneration
}

// end is called where the file ends; torn says that it does so in a batch.
func (f *framer) end(torn bool) error {
	if torn {
		n, _ := f.in.Discard(f.in.Buffered())
		f.offset += int64(n)
	}
	inside := f.minor >= formatEnds && f.gen != 0
	f.truncated = f.truncated || torn || inside
	if !inside {
		return io.EOF
	}
	f.gen = 0
	f.batch = []byte{evEndOfGeneration}
	return nil
}

// minTicks is less than the clock of any batch of a real trace, which counts
// from the machine's start, and more than most numbers within events, which
// may look like a batch.
const minTicks = 1 << 20

// parseBatch returns the generation, the whole size and the clock of the batch
// that begins with head, or false if head is not, or is too short to be, the
// beginning of one.
func parseBatch(head []byte) (gen uint64, size int, ticks uint64, ok bool) {
	if len(head) == 0 {
		return 0, 0, 0, false
	}
	at := 1
	switch head[0] {
	case evEventBatch:
	case evExperimentalBatch:
		at = 2
	default:
		return 0, 0, 0, false
	}
	var fields [4]uint64 // generation, thread, time, size
	for i := range fields {
		if at > len(head) {
			return 0, 0, 0, false
		}
		v, n := binary.Uvarint(head[at:])
		if n <= 0 {
			return 0, 0, 0, false
		}
		fields[i] = v
		at += n
	}
	if fields[0] == 0 || fields[3] > maxBatch {
		return 0, 0, 0, false
	}
	return fields[0], at + int(fields[3]), fields[2], true
}

// skipGeneration leaves what is left of the current generation out and
// reports whether another one follows, which is then for a new reader.
func (f *framer) skipGeneration() bool {
	if f.minor < formatEnds {
		return false
	}
	f.fresh = true
	for f.gen != 0 && !f.stuck {
		if err := f.next(); err != nil && err != errFraming {
			return false
		}
	}
	if f.stuck {
		f.stuck = false
		return f.seek()
	}
	// The current batch is the generation's end: it has been read, or belongs
	// to what is left out.
	f.discard(f.pending)
	f.batch, f.pending = nil, 0
	head, err := f.in.Peek(maxBatchHeader)
	if len(head) == 0 {
		f.note(err)
		return false
	}
	if _, _, _, ok := parseBatch(head); !ok && head[0] != evEndOfGeneration {
		return f.seek()
	}
	return true
}

// seek discards up to where the next generation begins, and reports whether
// there is one. It knows one by the end of a generation before it, or, since
// that may be what is damaged, by batches in a row.
func (f *framer) seek() bool {
	const window = 3 * maxBatch
	for {
		f.discard(1)
		buf, err := f.in.Peek(window)
		if i := f.laterIn(buf); i >= 0 {
			f.discard(i)
			f.gen = 0
			return true
		}
		if err != nil {
			f.note(err)
			f.discard(len(buf))
			f.gen = 0
			return false
		}
		f.discard(maxBatch - 1)
	}
}

// laterIn returns where in buf a later generation begins, or -1.
func (f *framer) laterIn(buf []byte) int {
	for i, b := range buf {
		if b == evEndOfGeneration && f.laterBatches(buf[i+1:], 2) {
			return i + 1
		}
		if b == evEventBatch && f.laterBatches(buf[i:], 3) {
			return i
		}
	}
	return -1
}

// later reports whether gen is a little larger than the last generation.
func (f *framer) later(gen uint64) bool {
	const nearby = 1000
	return gen > f.lastGen && gen <= f.lastGen+nearby
}

// likely reports whether ticks can be the clock of a later batch: unlike the
// addresses of a stack, it is of the size that the last batch's is.
func (f *framer) likely(ticks uint64) bool {
	if f.ticks < minTicks {
		return ticks >= minTicks
	}
	return ticks >= f.ticks/2 && ticks/2 <= f.ticks
}

// laterBatches reports whether b begins with n whole batches of one later
// generation.
func (f *framer) laterBatches(b []byte, n int) bool {
	var first uint64
	for i := range n {
		gen, size, ticks, ok := parseBatch(b)
		if !ok || size > len(b) || !f.likely(ticks) || !f.later(gen) || i > 0 && gen != first {
			return false
		}
		first, b = gen, b[size:]
	}
	return true
}
