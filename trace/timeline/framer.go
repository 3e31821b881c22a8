package timeline

// This file defines framer: it cuts a trace's bytes into batches and
// generations, so that a reader can go on after a damaged one.

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
	formatSync = 25 // the clock's frequency is in a batch with other things
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
	errEvents  = errors.New("events are missing")
	errContent = errors.New("a batch is not of the format's form")
)

// A framer passes a trace's bytes on, batch by batch. It has one generation in
// memory, and never lets one Read go past the end of a batch, so that whoever
// reads through a buffer has not taken anything of the next generation when it
// has come to the end of one. A generation that is seen not to be whole is
// mended first; one that the reader refuses can be, and be read again.
type framer struct {
	in     *bufio.Reader
	minor  int    // the format's version
	header []byte // the file's first bytes
	offset int64  // bytes of the file that were consumed

	// The generation at hand.
	batches []rawBatch
	at      int    // the batch to hand on next
	left    []byte // what is left of the one before it
	gen     uint64 // that of batches; 0 if there are none
	start   int64  // offset of the first one
	reason  error  // why it is not whole; nil if it is, as far as one has looked
	damage  int64  // offset of the first damage, if reason is set
	mended  bool
	skipped int      // bytes in it of which nobody knows what they were
	spare   [][]byte // for use in others

	lastGen uint64 // of the last batch
	ticks   uint64 // the last batch's clock; 0 if none was seen
	freq    uint64 // ticks of the clock in a second; 0 if not known
	fresh   bool   // the reader knows nothing yet: any generation will do
	broken  error  // why the generation at hand is not for the same reader as the one before it
	holes   bool   // events of the generation at hand are missing

	losses    []loss
	truncated bool  // the file ends inside a generation
	ioErr     error // what reading the file failed with, other than io.EOF
}

// A rawBatch is a batch, with its header.
type rawBatch struct {
	bytes []byte
	torn  bool // it may have less, or other, data than its header says
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
	for len(f.left) == 0 {
		if f.at == len(f.batches) {
			if err := f.next(); err != nil {
				return 0, err
			}
		}
		if f.broken != nil {
			return 0, f.broken
		}
		f.left = f.batches[f.at].bytes
		f.at++
	}
	n := copy(p, f.left)
	f.left = f.left[n:]
	return n, nil
}

func (f *framer) note(err error) error {
	if err != nil && err != io.EOF {
		f.ioErr = err
	}
	return err
}

// again mends the generation at hand, which the reader refused, and reports
// whether it is worth to be read anew.
func (f *framer) again() bool {
	if f.minor < formatEnds || f.mended || f.broken != nil || len(f.batches) == 0 {
		return false
	}
	return f.mend()
}

// skipGeneration leaves what is left of the current generation out and
// reports whether another one follows, which is then for a new reader.
func (f *framer) skipGeneration() bool {
	if f.minor < formatEnds {
		return false
	}
	f.fresh = true
	if f.broken == nil {
		if err := f.next(); err != nil && err != f.broken {
			return false
		}
	}
	f.broken = nil
	return len(f.batches) > 0
}

// next makes the next generation of which anything can be read the one at
// hand. At the end of the file the error is io.EOF, or why nothing could be
// read of what came last.
func (f *framer) next() error {
	if f.broken != nil {
		return f.broken
	}
	if f.holes && !f.fresh {
		f.broken = errEvents
	}
	for {
		before := f.lastGen
		f.clear()
		ended, err := f.collect()
		if err != nil {
			return err
		}
		if len(f.batches) == 0 && f.reason == nil {
			// Holes at the very end are told of by what was mended.
			if f.broken == errEvents {
				f.broken = nil
			}
			if f.broken != nil {
				return f.broken
			}
			return io.EOF
		}
		missing := !f.fresh && before != 0 && f.gen > before+1 && f.minor >= formatEnds
		if f.reason == nil || f.mend() {
			if f.reason == nil {
				f.end()
			}
			if missing && f.broken == nil {
				f.broken = errMissing
			}
			f.fresh = false
			return nil
		}
		if f.batches = f.batches[:0]; ended && f.truncated {
			return io.EOF
		}
		f.broken = f.reason
	}
}

// clear forgets the generation at hand.
func (f *framer) clear() {
	for _, b := range f.batches {
		f.spare = append(f.spare, b.bytes)
	}
	f.batches, f.at, f.left = f.batches[:0], 0, nil
	f.gen, f.start, f.skipped, f.reason, f.mended, f.holes = 0, f.offset, 0, nil, false, false
}

// add takes a copy of the batch b.
func (f *framer) add(b []byte, torn bool) {
	var to []byte
	if n := len(f.spare); n > 0 {
		to, f.spare = f.spare[n-1], f.spare[:n-1]
	}
	f.batches = append(f.batches, rawBatch{append(to[:0], b...), torn})
}

// end adds the end of the generation at hand.
func (f *framer) end() {
	if f.minor >= formatEnds {
		f.add([]byte{evEndOfGeneration}, false)
	}
}

// doubt notes that the generation at hand is not whole.
func (f *framer) doubt(err error) {
	if f.reason == nil {
		f.reason, f.damage = err, f.offset
	}
}

// collect reads the batches of one generation, of which some may be damaged,
// and reports whether it has come to the end of the file.
func (f *framer) collect() (ended bool, err error) {
	for {
		buf, err := f.in.Peek(maxBatchHeader)
		if f.note(err) == f.ioErr && err != nil {
			return false, err
		}
		if len(buf) == 0 {
			if f.minor >= formatEnds && len(f.batches) > 0 {
				f.truncated = true
				f.doubt(io.ErrUnexpectedEOF)
			}
			return true, nil
		}
		if f.minor >= formatEnds && buf[0] == evEndOfGeneration {
			f.discard(1)
			if len(f.batches) == 0 && f.reason == nil {
				continue // of nothing
			}
			return false, nil
		}
		h, ok := parseBatch(buf)
		switch {
		case !ok && len(buf) < maxBatchHeader && couldBegin(buf):
			f.tear(nil)
			return true, nil
		case !ok:
			if ended, err := f.seek(false); ended || err != nil {
				return ended, err
			}
			continue
		}
		if h.gen != f.gen {
			begun, err := f.begun(h)
			switch {
			case err != nil:
				return false, err
			case begun && f.gen != 0:
				return false, nil // without an end, which is damaged if there should be one
			case !begun:
				if ended, err := f.seek(false); ended || err != nil {
					return ended, err
				}
				continue
			}
			f.ticks = h.ticks
		}
		b, err := f.in.Peek(h.size + 1)
		if f.note(err) == f.ioErr && err != nil {
			return false, err
		}
		f.gen, f.lastGen = h.gen, h.gen
		switch {
		case len(b) < h.size:
			i := f.search(b[1:], true)
			if i < 0 || i == len(b)-2 && !endsWhole(b[h.data:len(b)-1]) {
				f.tear(b)
				return true, nil
			}
			fallthrough // it is the size that is damaged
		case len(b) > h.size && !structural(b[h.size]):
			// This batch may be damaged, or the first byte of the next one.
			if ended, err := f.seek(true); ended || err != nil {
				return ended, err
			}
		default:
			f.add(b[:h.size], false)
			if f.likely(h.ticks) {
				f.ticks = h.ticks
			}
			if freq := frequency(b[h.data:h.size]); freq != 0 && !h.experiment {
				f.freq = freq
			}
			f.discard(h.size)
		}
	}
}

// begun reports whether a generation begins here, with a batch of head h, or h
// is not what it seems.
func (f *framer) begun(h batchHead) (bool, error) {
	possible := f.lastGen == 0 || f.later(h.gen)
	// No more is asked of a slow file than this takes.
	b, err := f.in.Peek(h.size + maxBatchHeader)
	if f.note(err) == f.ioErr && err != nil {
		return false, err
	}
	if len(b) > h.size && possible {
		if next, ok := parseBatch(b[h.size:]); ok && next.gen == h.gen {
			return true, nil
		}
	}
	b, err = f.in.Peek(3 * maxBatch)
	if f.note(err) == f.ioErr && err != nil {
		return false, err
	}
	last := err == io.EOF
	if possible && f.begins(b, last) {
		return true, nil
	}
	// Without anything better it may be one that is cut off.
	return possible && f.gen == 0 && f.search(b[1:], last) < 0, nil
}

// tear ends the file in the batch b.
func (f *framer) tear(b []byte) {
	f.truncated = true
	f.doubt(io.ErrUnexpectedEOF)
	if b != nil {
		f.add(b, true)
	}
	f.discard(f.in.Buffered())
}

// structural reports whether b can follow a batch.
func structural(b byte) bool {
	return b == evEventBatch || b == evExperimentalBatch || b == evEndOfGeneration
}

// couldBegin reports whether b is so short that a batch may begin with it.
func couldBegin(b []byte) bool { return b[0] == evEventBatch || b[0] == evExperimentalBatch }

// minTicks is less than the clock of any batch of a real trace, which counts
// from the machine's start, and more than most numbers within events, which
// may look like a batch.
const minTicks = 1 << 20

// A batchHead is what a batch begins with.
type batchHead struct {
	gen, thread, ticks uint64
	experiment         bool
	data, size         int // where the data begins, and the batch ends
}

// parseBatch returns the head of the batch that begins with b, or false if b is
// not, or is too short to be, the beginning of one.
func parseBatch(b []byte) (h batchHead, ok bool) {
	if len(b) == 0 {
		return h, false
	}
	at := 1
	switch b[0] {
	case evEventBatch:
	case evExperimentalBatch:
		at, h.experiment = 2, true
	default:
		return h, false
	}
	var size uint64
	for _, field := range []*uint64{&h.gen, &h.thread, &h.ticks, &size} {
		if at > len(b) {
			return h, false
		}
		v, n := binary.Uvarint(b[at:])
		if n <= 0 {
			return h, false
		}
		*field = v
		at += n
	}
	h.data, h.size = at, at+int(min(size, maxBatch))
	return h, h.gen != 0 && size <= maxBatch
}

// seek discards up to where the next batch begins, or a generation ends. What
// comes before that is kept as a batch that is torn, if it is headed by what may
// be a batch's head. Seek reports whether it has come to the end of the file.
func (f *framer) seek(headed bool) (ended bool, err error) {
	f.doubt(errFraming)
	for {
		buf, err := f.in.Peek(3 * maxBatch)
		if f.note(err) == f.ioErr && err != nil {
			return false, err
		}
		if len(buf) == 0 {
			return true, nil
		}
		i := f.search(buf[1:], err == io.EOF)
		switch {
		case !headed:
			f.skipped += max(1+i, 1)
		case i >= 0:
			f.add(buf[:1+i], true)
		default:
			f.add(buf[:min(len(buf), maxBatchHeader+maxBatch)], true)
		}
		headed = false
		switch {
		case i >= 0:
			f.discard(1 + i)
			if len(f.batches) == 0 && beginsGeneration(buf[1+i:]) {
				// What came before was of another one, and nothing is left of it.
				f.broken, f.reason, f.start, f.skipped = f.reason, nil, f.offset, 0
			}
			return false, nil
		case err != nil:
			f.discard(len(buf))
			return true, nil
		}
		f.discard(maxBatch)
	}
}

// beginsGeneration reports whether b begins with the clock's batch, which is the
// first one of nearly each generation since Go 1.25.
func beginsGeneration(b []byte) bool {
	h, ok := parseBatch(b)
	return ok && h.thread == noThread && h.data < len(b) && b[h.data] == evSync
}

// search returns where in buf a batch begins, or a generation ends, or -1. It
// knows a batch by others that follow it. At the end of the file, last is set.
func (f *framer) search(buf []byte, last bool) int {
	for i := range buf {
		if f.begins(buf[i:], last) {
			return i
		}
	}
	return -1
}

// begins reports whether b begins with two whole batches of one generation, the
// current one or a later one, or with fewer of them up to a generation's end.
func (f *framer) begins(b []byte, last bool) bool {
	if b[0] == evEndOfGeneration && f.minor >= formatEnds {
		if len(b) == 1 {
			return last && len(f.batches) > 0
		}
		h, ok := parseBatch(b[1:])
		return ok && f.later(h.gen) && f.begins(b[1:], last)
	}
	var first uint64
	for i := range 2 {
		h, ok := parseBatch(b)
		if !ok || h.size == h.data || !f.likely(h.ticks) || h.gen != f.gen && !f.later(h.gen) || i > 0 && h.gen != first {
			return false
		}
		if h.size > len(b) {
			return last && i > 0
		}
		first, b = h.gen, b[h.size:]
		if len(b) == 0 {
			return last
		}
		if b[0] == evEndOfGeneration && f.minor >= formatEnds {
			if len(b) == 1 {
				return last
			}
			next, ok := parseBatch(b[1:])
			return ok && next.gen == first+1 && f.likely(next.ticks)
		}
	}
	return true
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
