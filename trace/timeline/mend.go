package timeline

// This file defines mender, which makes of a generation that is not whole one
// that the library reads: without its tables the library refuses it, though it
// may have all the events.

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Types of what is in batches. Those of events are in eventArgs.
const (
	evStacks        = 2 // begins a batch of evStack
	evStack         = 3 // id, number of frames, each with pc, function, file, line
	evStrings       = 4 // begins a batch of evString
	evString        = 5 // id, length, text
	evCPUSamples    = 6 // begins a batch of evCPUSample
	evCPUSample     = 7 // time, thread, processor, goroutine, stack
	evFrequency     = 8 // ticks in a second
	evSync          = 50
	evClockSnapshot = 51 // time, monotonic time, seconds, nanoseconds

	noThread  = ^uint64(0)
	maxSync   = 100 // more than the clock's batch takes
	maxString = 1 << 10
	maxStack  = 128
)

// eventArgs has the arguments of each type of event: a number, a string, a
// string of a log, or a stack. The first number is the time.
var eventArgs = [...]string{
	9:  "nnk",   // ProcsChange
	10: "nnn",   // ProcStart
	11: "n",     // ProcStop
	12: "nnnn",  // ProcSteal
	13: "nnn",   // ProcStatus
	14: "nnkk",  // GoCreate
	15: "nn",    // GoCreateSyscall
	16: "nnn",   // GoStart
	17: "n",     // GoDestroy
	18: "n",     // GoDestroySyscall
	19: "nsk",   // GoStop
	20: "nsk",   // GoBlock
	21: "nnnk",  // GoUnblock
	22: "nnk",   // GoSyscallBegin
	23: "n",     // GoSyscallEnd
	24: "n",     // GoSyscallEndBlocked
	25: "nnnn",  // GoStatus
	26: "nsk",   // STWBegin
	27: "n",     // STWEnd
	28: "nn",    // GCActive
	29: "nnk",   // GCBegin
	30: "nn",    // GCEnd
	31: "nn",    // GCSweepActive
	32: "nk",    // GCSweepBegin
	33: "nnn",   // GCSweepEnd
	34: "nn",    // GCMarkAssistActive
	35: "nk",    // GCMarkAssistBegin
	36: "n",     // GCMarkAssistEnd
	37: "nn",    // HeapAlloc
	38: "nn",    // HeapGoal
	39: "ns",    // GoLabel
	40: "nnnsk", // UserTaskBegin
	41: "nnk",   // UserTaskEnd
	42: "nnsk",  // UserRegionBegin
	43: "nnsk",  // UserRegionEnd
	44: "nnllk", // UserLog
	45: "nnn",   // GoSwitch
	46: "nnn",   // GoSwitchDestroy
	47: "nnkk",  // GoCreateBlocked
	48: "nnnnk", // GoStatusStack

	// Of an experiment.
	128: "nnnn", // Span
	129: "nnnn", // SpanAlloc
	130: "nn",   // SpanFree
	131: "nnn",  // HeapObject
	132: "nnn",  // HeapObjectAlloc
	133: "nn",   // HeapObjectFree
	134: "nnn",  // GoroutineStack
	135: "nnn",  // GoroutineStackAlloc
	136: "nn",   // GoroutineStackFree
}

// A loss is what could not be mended of a generation.
type loss struct {
	reason  error
	offset  int64
	batches int  // of events, lost or cut short, as far as one can know
	names   int  // texts that something other than a log refers to
	stacks  int  // that something refers to
	clock   bool // how long a tick is
}

// parts returns what is lost, in words.
func (l loss) parts() []string {
	var parts []string
	if l.batches > 0 {
		parts = append(parts, "some events")
	}
	if l.names > 0 {
		parts = append(parts, plural(l.names, "name", "names"))
	}
	if l.stacks > 0 {
		parts = append(parts, plural(l.stacks, "stack", "stacks"))
	}
	if l.clock {
		parts = append(parts, "how long a second is")
	}
	return parts
}

// enumerate returns "a, b and c".
func enumerate(parts []string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}

// sentence returns what is to be said of l.
func (l loss) sentence() string {
	parts := l.parts()
	if len(parts) == 0 {
		return fmt.Sprintf("damaged at byte %d (%s): nothing is known to be lost", l.offset, l.reason)
	}
	return fmt.Sprintf("damaged at byte %d (%s), which lost %s", l.offset, l.reason, enumerate(parts))
}

// A mender has what can be read of a generation.
type mender struct {
	sync    []byte // what is known of the clock; nil if it is not
	texts   map[uint64][]byte
	stacks  map[uint64][]byte // the frames of each
	wanted  map[uint64]bool   // stacks that events refer to
	named   map[uint64]bool   // texts that events other than logs refer to
	threads map[uint64]bool   // of which events are missing
	loss    loss
}

// mend mends the generation at hand and reports whether there are any events in
// it. What is lost is in f.losses.
func (f *framer) mend() bool {
	m := mender{
		texts: make(map[uint64][]byte), stacks: make(map[uint64][]byte),
		wanted: make(map[uint64]bool), named: make(map[uint64]bool), threads: make(map[uint64]bool),
	}
	old, gen, ticks := f.batches, f.gen, f.ticks
	f.batches, f.at, f.left, f.mended = nil, 0, nil, true
	m.loss.offset = f.damage
	place, known := f.start, f.reason == nil // the place of what is looked at
	events, complete := false, false
	for _, b := range old {
		h, ok := parseBatch(b.bytes)
		if !ok || h.data >= len(b.bytes) {
			continue
		}
		data := b.bytes[h.data:]
		good := len(data)
		switch {
		case h.experiment:
			if !b.torn {
				f.add(b.bytes, false)
			}
		case data[0] == evStrings:
			good, _ = m.entries(data[1:], b.torn, m.text)
			good++
		case data[0] == evStacks:
			complete = true // all events come before them
			good, _ = m.entries(data[1:], b.torn, m.stack)
			good++
		case data[0] == evSync || data[0] == evFrequency:
			good = m.clock(data, f)
		case data[0] == evCPUSamples:
			good = 1 + m.samples(data[1:])
			f.addData(h, data[:good])
		default:
			if m.threads[h.thread] {
				break // without what came before, it has no meaning
			}
			if size := h.size - h.data; b.torn && size < len(data) && m.events(data[:size]) == size {
				// It is whole, and what follows it is what nobody can read.
				m.loss.batches++
				data, good = data[:size], size
			} else if good = m.events(data); good == 0 && h.thread == noThread && len(data) < maxSync {
				f.skipped += len(data) // it may be the clock
			} else if good < len(data) || b.torn {
				m.lack(h.thread)
			}
			if good > 0 {
				f.addData(h, data[:good])
				ticks, events = h.ticks, true
			}
		}
		if known && good < len(data) {
			m.loss.offset = place + int64(h.data+good)
			known = false
		}
		place += int64(len(b.bytes))
	}
	for _, b := range old {
		f.spare = append(f.spare, b.bytes)
	}
	if !events {
		f.batches = f.batches[:0]
		return false
	}
	if f.skipped > 0 && !(m.sync == nil && f.skipped < maxSync) && len(m.texts) > 0 && len(m.stacks) > 0 {
		m.loss.batches++ // it was no table
	}
	if f.reason == io.ErrUnexpectedEOF && !complete {
		m.loss.batches++
	}
	f.addTables(&m, batchHead{gen: gen, thread: noThread, ticks: ticks})
	f.end()
	if f.reason == nil {
		f.reason = errContent
	}
	m.loss.reason = f.reason
	f.holes = m.loss.batches > 0
	f.losses = append(f.losses, m.loss)
	return true
}

// lack notes that events of a thread are missing.
func (m *mender) lack(thread uint64) {
	m.loss.batches++
	if thread != noThread {
		m.threads[thread] = true
	}
}

// addData adds a batch of data, with the head's generation, thread and clock.
func (f *framer) addData(h batchHead, data []byte) {
	b := []byte{evEventBatch}
	for _, v := range []uint64{h.gen, h.thread, h.ticks, uint64(len(data))} {
		b = binary.AppendUvarint(b, v)
	}
	f.batches = append(f.batches, rawBatch{bytes: append(b, data...)})
}

// addTables adds the clock, and the tables, in which everything is that
// anything refers to, if only as an empty text or stack.
func (f *framer) addTables(m *mender, h batchHead) {
	if m.sync == nil {
		m.loss.clock = f.freq == 0
		m.sync = syncData(f.minor, f.freq)
	}
	f.addData(h, m.sync)

	w := tableWriter{f: f, head: h, kind: evStacks}
	for _, id := range slices.Sorted(maps.Keys(m.wanted)) {
		if _, ok := m.stacks[id]; !ok {
			m.stacks[id] = nil
			m.loss.stacks++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.stacks)) {
		frames := m.stacks[id]
		if !m.known(frames) {
			frames = nil
			m.loss.stacks++
		}
		w.add(evStack, id, uint64(countVarints(frames)/4), frames)
	}
	w.flush()

	w.kind = evStrings
	for _, id := range slices.Sorted(maps.Keys(m.named)) {
		if _, ok := m.texts[id]; !ok {
			m.texts[id] = nil
			m.loss.names++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.texts)) {
		w.add(evString, id, uint64(len(m.texts[id])), m.texts[id])
	}
	w.flush()
}

// A tableWriter adds the entries of a table to a framer, in batches.
type tableWriter struct {
	f    *framer
	head batchHead
	kind byte // what the batches begin with
	data []byte
}

func (w *tableWriter) add(kind byte, id, n uint64, rest []byte) {
	if len(w.data)+len(rest)+2*binary.MaxVarintLen64+1 > maxBatch {
		w.flush()
	}
	if len(w.data) == 0 {
		w.data = append(w.data, w.kind)
	}
	w.data = append(w.data, kind)
	w.data = binary.AppendUvarint(w.data, id)
	w.data = binary.AppendUvarint(w.data, n)
	w.data = append(w.data, rest...)
}

func (w *tableWriter) flush() {
	if len(w.data) > 0 {
		w.f.addData(w.head, w.data)
	}
	w.data = nil
}

// The clock of Go's traces, but for a few systems, counts this often a second.
const usualFrequency = 1e9 / 64

// syncData returns the data of a batch that says how fast the clock is; freq is
// 0 if nobody knows.
func syncData(minor int, freq uint64) []byte {
	if freq == 0 {
		freq = usualFrequency
	}
	if minor < formatSync {
		return binary.AppendUvarint([]byte{evFrequency}, freq)
	}
	return append(binary.AppendUvarint([]byte{evSync, evFrequency}, freq), evClockSnapshot, 0, 0, 0, 0)
}

// frequency returns how fast the clock is by a batch's data, or 0.
func frequency(data []byte) uint64 {
	if len(data) > 1 && data[0] == evSync {
		data = data[1:]
	}
	if len(data) < 2 || data[0] != evFrequency {
		return 0
	}
	freq, n := binary.Uvarint(data[1:])
	if n <= 0 || freq < 1e4 || freq > 1e11 {
		return 0
	}
	return freq
}

// clock takes a batch's data, and returns how much of it is good.
func (m *mender) clock(data []byte, f *framer) int {
	freq := frequency(data)
	if freq == 0 {
		return 1
	}
	f.freq = freq
	if m.sync == nil {
		m.sync = syncData(f.minor, freq)
	}
	return len(data)
}

// events returns how many bytes of data are whole events, and notes to what they
// refer.
func (m *mender) events(data []byte) int {
	for at := 0; at < len(data); {
		typ := int(data[at])
		if typ >= len(eventArgs) || eventArgs[typ] == "" {
			return at
		}
		n := 1
		var refs [3]uint64
		var kinds [3]byte
		found := 0
		for _, kind := range []byte(eventArgs[typ]) {
			v, size := binary.Uvarint(data[at+n:])
			if size <= 0 {
				return at
			}
			n += size
			if kind != 'n' && v != 0 {
				refs[found], kinds[found] = v, kind
				found++
			}
		}
		for i := range found {
			switch kinds[i] {
			case 'k':
				m.wanted[refs[i]] = true
			case 's':
				m.named[refs[i]] = true
			}
		}
		at += n
	}
	return len(data)
}

// samples returns how many bytes of data are whole samples of a CPU profile.
func (m *mender) samples(data []byte) int {
	for at := 0; at < len(data); {
		n := 1
		var stack uint64
		for range 5 {
			v, size := binary.Uvarint(data[min(at+n, len(data)):])
			if data[at] != evCPUSample || size <= 0 {
				return at
			}
			stack, n = v, n+size
		}
		if stack != 0 {
			m.wanted[stack] = true
		}
		at += n
	}
	return len(data)
}

// endsWhole reports whether the data of a batch, which has less of it than it
// says, is that of a table, and ends where an entry does. So nothing is missing
// at its end, but before.
func endsWhole(data []byte) bool {
	var m mender
	take := m.text
	if len(data) == 0 {
		return false
	} else if data[0] == evStacks {
		take = m.stack
	} else if data[0] != evStrings {
		return false
	}
	_, whole := m.entries(data[1:], false, func(b []byte, _ bool) int { return take(b, false) })
	return whole
}

// entries takes the entries of a table, and returns how many bytes of them are
// good, and whether the last one is. It calls take with what may begin with one, and goes on after the bytes
// that take returns; 0 says that it does not. Take keeps the entry if it is
// told so. If torn is set, the last entry may be less than a whole one.
func (m *mender) entries(data []byte, torn bool, take func(b []byte, keep bool) int) (good int, whole bool) {
	good = len(data)
	last := -1 // where the last entry begins, which is not yet kept
	for at := 0; at < len(data); {
		n := take(data[at:], false)
		if n > 0 {
			if last >= 0 {
				take(data[last:], true)
			}
			last, at = at, at+n
			continue
		}
		good = min(good, at)
		for at++; at < len(data) && !inRow(data[at:], take); at++ {
		}
		// It may be the one before that is damaged, and its length wrong.
		if at < len(data) || !torn {
			last = -1
		}
	}
	if last >= 0 {
		take(data[last:], true)
	}
	return good, last >= 0
}

// inRow reports whether b begins with three entries, or ends with fewer.
func inRow(b []byte, take func([]byte, bool) int) bool {
	for range 3 {
		n := take(b, false)
		if n == 0 {
			return false
		}
		if b = b[n:]; len(b) == 0 {
			return true
		}
	}
	return true
}

// header reads the type, the id and the number that an entry begins with.
func header(b []byte, kind byte, most uint64) (id, n uint64, size int) {
	if len(b) == 0 || b[0] != kind {
		return 0, 0, 0
	}
	id, i := binary.Uvarint(b[1:])
	if i <= 0 || id == 0 {
		return 0, 0, 0
	}
	n, j := binary.Uvarint(b[1+i:])
	if j <= 0 || n > most {
		return 0, 0, 0
	}
	return id, n, 1 + i + j
}

// text takes an entry of the table of strings.
func (m *mender) text(b []byte, keep bool) int {
	id, n, at := header(b, evString, maxString)
	if at == 0 || at+int(n) > len(b) {
		return 0
	}
	if _, twice := m.texts[id]; keep && !twice {
		m.texts[id] = b[at : at+int(n)]
	}
	return at + int(n)
}

// stack takes an entry of the table of stacks.
func (m *mender) stack(b []byte, keep bool) int {
	id, frames, at := header(b, evStack, maxStack)
	if at == 0 {
		return 0
	}
	end := at
	for range 4 * frames {
		_, n := binary.Uvarint(b[end:])
		if n <= 0 {
			return 0
		}
		end += n
	}
	if _, twice := m.stacks[id]; keep && !twice {
		m.stacks[id] = b[at:end]
	}
	return end
}

// known reports whether the names of all frames are.
func (m *mender) known(frames []byte) bool {
	for i := 0; len(frames) > 0; i++ {
		v, n := binary.Uvarint(frames)
		if i%4 == 1 || i%4 == 2 {
			if _, ok := m.texts[v]; !ok && v != 0 {
				return false
			}
		}
		frames = frames[n:]
	}
	return true
}

// countVarints returns how many numbers are in b, all of which are whole.
func countVarints(b []byte) (n int) {
	for _, c := range b {
		if c < 0x80 {
			n++
		}
	}
	return n
}
