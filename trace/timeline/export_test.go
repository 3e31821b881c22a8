package timeline

// This file exports to the tests what only they need.

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"golang.org/x/exp/trace"
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

// SetReadAhead says whether events are read ahead, and returns what was said
// before.
func SetReadAhead(ahead bool) (before bool) {
	before, readAhead = readAhead, ahead
	return before
}

// SetLookUpFields says whether the parts of events are read as fields, and
// returns what was said before.
func SetLookUpFields(fields bool) (before bool) {
	before, lookUpFields = lookUpFields, fields
	return before
}

// CheckFields compares what is read of the fields of each event in data with
// what the library answers, and returns how many were not left to it. Data is
// compared up to where the library fails.
func CheckFields(data []byte) (read int, err error) {
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	var f fields
	if f.locate(); !f.known {
		return 0, errors.New("the library's events have other fields")
	}
	for {
		if f.event, err = r.ReadEvent(); err != nil {
			return read, nil
		}
		ev := &f.event
		if ev.Kind() == trace.EventSync {
			clear(f.reasons[:])
		}
		var got change
		f.read(&got)
		if got.what == changeOther {
			continue
		}
		read++
		wants := []change{got}
		if got.what == changeSwitch {
			wants = []change{
				{t: got.t, on: got.on, of: got.of, from: trace.GoWaiting, to: trace.GoRunnable},
				{t: got.t + 1, on: got.on, of: got.on, from: trace.GoRunning, to: trace.GoWaiting},
				{t: got.t + 2, on: trace.NoGoroutine, of: got.of, from: trace.GoRunnable, to: trace.GoRunning},
			}
			if got.ends {
				wants[1].to = trace.GoNotExist
			}
		}
		for i, want := range wants {
			if i > 0 {
				if f.event, err = r.ReadEvent(); err != nil {
					return read, err
				}
			}
			said := change{t: ev.Time(), on: ev.Goroutine()}
			if ev.Kind() != trace.EventStateTransition || !transition(ev, &said) {
				said.what = changeNone
			}
			if said != want {
				return read, fmt.Errorf("%v\nby its fields  %+v\nby the library %+v", ev, want, said)
			}
		}
	}
}

// Quantiles counts the durations a, and b apart, and returns the quantiles of
// both together.
func Quantiles(a, b []time.Duration) func(part float64) time.Duration {
	var all, more quantiles
	for _, d := range a {
		all.add(d)
	}
	for _, d := range b {
		more.add(d)
	}
	all.addAll(&more)
	return all.at
}
