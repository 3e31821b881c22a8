package timeline

// This file defines source: the events of a trace, as many as can be read,
// and what is to be said about the others.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

// What a file can be instead of a trace.
var (
	ErrEmpty       = errors.New("empty file")
	ErrNotTrace    = errors.New("not a Go execution trace")
	ErrUnsupported = errors.New("unsupported version of the trace format")
)

// A source reads the events of a trace. Where the trace is damaged, it goes on
// with the next generation (about a second of the trace) that can be read.
type source struct {
	framer *framer
	reader *trace.Reader

	started bool
	first   trace.Time // the time of the trace's first event
	last    trace.Time // that of the last event read, or of a later one before it

	gap     error // why events are missing since last; nil if none are
	gaps    int   // how many times events were missing
	dropped int   // events that were left out because they refer to nothing
	lines   []string

	backward trace.Time // how far at most the clock has gone back

	inLibrary bool // the library is running: a panic is its own
}

// newSource returns the events of r, which is read as they are asked for.
// Errors: ErrEmpty, ErrNotTrace, ErrUnsupported, and those of r.
func newSource(r io.Reader) (*source, error) {
	f, err := newFramer(r)
	if err != nil {
		return nil, err
	}
	s := &source{framer: f}
	if err := s.open(); err != nil {
		if f.ioErr != nil {
			return nil, f.ioErr
		}
		if strings.Contains(err.Error(), "version") {
			return nil, fmt.Errorf("%w: go 1.%d", ErrUnsupported, f.minor)
		}
		// Traces up to Go 1.21 are read as a whole here.
		s.gap = err
		s.reader = nil
	}
	return s, nil
}

// open begins to read at the framer's place.
func (s *source) open() (err error) {
	defer s.rescue(&err)
	s.inLibrary = true
	s.reader, err = trace.NewReader(io.MultiReader(bytes.NewReader(s.framer.header), s.framer))
	s.inLibrary = false
	return err
}

// rescue, deferred, turns a panic of the library, which trusts what it reads
// more than it may, into an error.
func (s *source) rescue(err *error) {
	if !s.inLibrary {
		return // all is well, or the panic is not the library's
	}
	s.inLibrary = false
	if r := recover(); r != nil {
		*err = fmt.Errorf("reader failed: %v", r)
	}
}

// next returns the next event. The error is io.EOF at the end, or says why it
// or all that follow in this generation cannot be read. The caller defers
// rescue: once, since deferring costs as much as reading a small event.
func (s *source) next() (trace.Event, error) {
	s.inLibrary = true
	ev, err := s.reader.ReadEvent()
	s.inLibrary = false
	return ev, err
}

// fail takes an error of next, or a panic in the use of an event. It returns
// nil if reading can go on, or else io.EOF or the error of reading the file.
func (s *source) fail(err error) error {
	switch {
	case s.framer.ioErr != nil:
		return s.framer.ioErr
	case err == io.EOF:
		return io.EOF
	case refersToNothing(err):
		s.dropped++
		// In a generation that is not whole, it is the last part of the logs
		// that is missing: what is left after that has no order.
		if !s.framer.truncated || !strings.HasSuffix(err.Error(), "UserLog") {
			return nil
		}
	}
	s.lose(err)
	if s.framer.ioErr != nil {
		return s.framer.ioErr
	}
	if s.reader == nil {
		return io.EOF
	}
	return nil
}

// refersToNothing reports whether the reader left out only one event, because
// it refers to a string or a stack that is not there, and will go on.
func refersToNothing(err error) bool {
	s := err.Error()
	return strings.HasPrefix(s, "found invalid stack ID") || strings.HasPrefix(s, "found invalid string ID")
}

// maxLines is how many sentences at most are said of the same thing.
const maxLines = 20

// maxInstant bounds what a damaged clock can do to sums of durations: a year.
const maxInstant = int64(365 * 24 * time.Hour)

// instant returns t in nanoseconds since the trace's start.
func (s *source) instant(t trace.Time) int64 {
	return min(max(int64(t-s.first), 0), maxInstant)
}

// see takes notice of an event.
func (s *source) see(t trace.Time) {
	fresh := !s.started
	if fresh {
		s.started = true
		s.first, s.last = t, t
	}
	if s.gap != nil {
		if s.gaps++; s.gaps <= maxLines {
			s.lines = append(s.lines, s.gapLine(fresh, t))
		}
		s.gap = nil
	}
	if t < s.last {
		// The reader's clock never goes back, but that of the next generation's
		// reader may, if the damage was in the clock.
		s.backward = max(s.backward, s.last-t)
		return
	}
	s.last = t
}

// gapLine says what is missing before the event at t, which is the first of all
// if fresh.
func (s *source) gapLine(fresh bool, t trace.Time) string {
	from, to := time.Duration(s.instant(s.last)), time.Duration(s.instant(max(s.last, t)))
	switch a, b := apart(from, to); {
	case fresh:
		return fmt.Sprintf("damaged at its beginning (%s): what happened before the first event that can be read is lost", s.gap)
	case from == to:
		return fmt.Sprintf("damaged at %s (%s): what happened there is lost", a, s.gap)
	default:
		return fmt.Sprintf("damaged between %s and %s (%s): what happened between them is lost", a, b, s.gap)
	}
}

// lose gives up the current generation.
func (s *source) lose(err error) {
	s.reader = nil
	if s.gap == nil {
		s.gap = oneLine(err)
	}
	if !s.framer.skipGeneration() {
		return
	}
	if err := s.open(); err != nil {
		s.reader = nil
	}
}

// oneLine returns the first line of err's text, at most 120 bytes of it. The
// library's errors may go on with a dump of its state.
func oneLine(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	line = strings.TrimSuffix(strings.TrimSpace(line), ":")
	if len(line) > 120 {
		line = line[:120] + "…"
	}
	return errors.New(line)
}

func (s *source) since(t trace.Time) time.Duration {
	return roundDuration(time.Duration(s.instant(t)))
}

// lost returns sentences that say what could not be read. It is to be called
// at the end.
func (s *source) lost() []string {
	lines := s.lines
	if n := s.gaps - maxLines; n > 0 {
		lines = append(lines, fmt.Sprintf("damaged in %s more", plural(n, "place", "places")))
	}
	switch {
	case s.framer.truncated && !s.started:
		lines = append(lines, fmt.Sprintf("cut off after %d bytes, within its first second or so: nothing of it can be read", s.framer.offset))
	case s.framer.truncated:
		before := ""
		if s.dropped > 0 {
			before = ", and some of what happened before,"
		}
		lines = append(lines, fmt.Sprintf("cut off after %d bytes: what happened after %v%s is lost", s.framer.offset, s.since(s.last), before))
	case s.gap != nil && s.started:
		lines = append(lines, fmt.Sprintf("damaged after %v (%s): what happened after that is lost", s.since(s.last), s.gap))
	case s.gap != nil:
		lines = append(lines, fmt.Sprintf("damaged (%s): nothing of it can be read", s.gap))
	case !s.started:
		lines = append(lines, "cut off after its header: there is nothing in it")
	}
	if s.backward > trace.Time(time.Second) {
		lines = append(lines, fmt.Sprintf("damaged: the clock goes back by %v, and stands still there until it has caught up", roundDuration(time.Duration(s.backward))))
	}
	if s.dropped > 0 && !s.framer.truncated {
		lines = append(lines, fmt.Sprintf("damaged: %s left out, because what they refer to is missing", plural(s.dropped, "event was", "events were")))
	}
	return lines
}
