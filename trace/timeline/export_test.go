package timeline

// This file exports to the tests what only they need.

import (
	"bytes"
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
		if f.gen == 0 {
			ends = append(ends, int(f.offset)+f.pending)
		}
	}
	return ends
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
