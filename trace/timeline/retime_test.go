package timeline

// This file defines Retime, by which the tests give the events of a trace times
// of their own choice, so that nothing depends on how fast the machine was and
// on what else it did meanwhile.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"time"
)

// ClockCategory is the category of the logs that tell Retime that time passes.
const ClockCategory = "the tests' clock"

const evUserLog = 44 // time, task, category, message, stack

// Retime returns a whole trace with other times, in the same order. Each instant
// of its clock at which there is anything comes a nanosecond after the one
// before, and where there is a log of ClockCategory, what follows it comes later
// by what its message says, a [time.Duration].
func Retime(data []byte) ([]byte, error) {
	// 1. Which instants are there, and after which of them does time pass?
	r := retimer{passes: make(map[uint64]time.Duration)}
	if _, err := r.rewrite(data, func(ticks uint64) uint64 {
		r.instants = append(r.instants, ticks)
		return ticks
	}); err != nil {
		return nil, err
	}
	slices.Sort(r.instants)
	r.instants = slices.Compact(r.instants)

	// 2. When is each of them to be?
	times := make(map[uint64]uint64)
	now := r.instants[0]
	for _, ticks := range r.instants {
		times[ticks] = now
		now += 1 + uint64(r.passes[ticks])
	}
	return r.rewrite(data, func(ticks uint64) uint64 { return times[ticks] })
}

type retimer struct {
	instants []uint64
	passes   map[uint64]time.Duration // after an instant

	// Of the generation at hand.
	table mender // which has the texts
	logs  []userLog
}

type userLog struct{ ticks, category, message uint64 }

// rewrite returns the trace with each instant replaced by what change says.
func (r *retimer) rewrite(data []byte, change func(ticks uint64) uint64) ([]byte, error) {
	f, err := newFramer(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	out := bytes.Clone(f.header)
	for {
		if err := f.next(); err != nil {
			if err != io.EOF || len(f.losses) > 0 || f.truncated {
				return nil, fmt.Errorf("the trace is not whole: %w", err)
			}
			return out, nil
		}
		r.table.texts, r.logs = make(map[uint64][]byte), nil
		for _, b := range f.batches {
			if out, err = r.batch(out, b.bytes, change); err != nil {
				return nil, err
			}
		}
		for _, l := range r.logs {
			if string(r.table.texts[l.category]) != ClockCategory {
				continue
			}
			d, err := time.ParseDuration(string(r.table.texts[l.message]))
			if err != nil {
				return nil, err
			}
			r.passes[l.ticks] = d
		}
	}
}

// batch appends a batch with other times to out.
func (r *retimer) batch(out, b []byte, change func(uint64) uint64) ([]byte, error) {
	h, ok := parseBatch(b)
	if !ok || h.experiment {
		return append(out, b...), nil // the end of a generation
	}
	old, present := h.ticks, change(h.ticks)
	head := []uint64{h.gen, h.thread, present}
	var data []byte
	for rest := b[h.data:h.size]; len(rest) > 0; {
		kind := rest[0]
		n, timed := 0, true // how many numbers follow, and whether the first is a time
		switch {
		case kind == evStrings || kind == evStacks || kind == evCPUSamples:
			if kind == evStrings {
				r.table.entries(rest[1:], false, r.table.text)
			}
			data, rest = append(data, rest...), nil
			continue
		case kind == evSync:
			timed = false
		case kind == evFrequency:
			n, timed = 1, false
		case kind == evClockSnapshot:
			n = 4
		case int(kind) < len(eventArgs) && eventArgs[kind] != "":
			n = len(eventArgs[kind])
		default:
			return nil, fmt.Errorf("no event is of type %d", kind)
		}
		data, rest = append(data, kind), rest[1:]
		args := make([]uint64, n)
		for i := range args {
			v, size := binary.Uvarint(rest)
			if size <= 0 {
				return nil, fmt.Errorf("an event of type %d is cut off", kind)
			}
			args[i], rest = v, rest[size:]
		}
		if timed {
			old += args[0]
			next := change(old)
			args[0], present = next-present, next
		}
		switch kind {
		case evFrequency:
			args[0] = uint64(time.Second)
		case evUserLog:
			r.logs = append(r.logs, userLog{old, args[2], args[3]})
		}
		for _, v := range args {
			data = binary.AppendUvarint(data, v)
		}
	}
	if len(data) > maxBatch {
		return nil, fmt.Errorf("a batch would have %d bytes with its new times", len(data))
	}
	out = append(out, evEventBatch)
	for _, v := range append(head, uint64(len(data))) {
		out = binary.AppendUvarint(out, v)
	}
	return append(out, data...), nil
}
