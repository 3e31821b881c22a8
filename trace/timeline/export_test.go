package timeline

// This file exports to the tests what only they need.

import (
	"bytes"
	"errors"
	"time"
)

// GenerationEnds returns the offsets at which the generations of a whole
// trace end.
func GenerationEnds(data []byte) []int {
	f, err := newFramer(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	var ends []int
	for f.next() == nil {
		ends = append(ends, int(f.offset))
	}
	return ends
}

// Batches returns where the data of a whole trace's batches begin and end.
func Batches(data []byte) (spans [][2]int) {
	f, err := newFramer(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	for f.next() == nil {
		at := int(f.start)
		for _, b := range f.batches {
			if h, ok := parseBatch(b.bytes); ok {
				spans = append(spans, [2]int{at + h.data, at + h.size})
			}
			at += len(b.bytes)
		}
	}
	return spans
}

// MendWhole mends each generation of a whole trace, and returns what is lost by that.
func MendWhole(data []byte) error {
	f, err := newFramer(bytes.NewReader(data))
	if err != nil {
		return err
	}
	for f.next() == nil {
		if !f.mend() {
			return errors.New("no events")
		}
		if l := f.losses[len(f.losses)-1]; len(l.parts()) > 0 {
			return errors.New(l.sentence())
		}
	}
	return nil
}

// Apart returns two durations with digits enough to tell them apart.
func Apart(a, b time.Duration) (string, string) { return apart(a, b) }

// FirstBatch returns what goes wrong with a trace's first batch.
func FirstBatch(data []byte) error {
	f, err := newFramer(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return f.next()
}

// Width returns how many columns a terminal gives s.
func Width(s string) int { return width(s) }
