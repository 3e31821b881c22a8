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
	ahead  ahead // reads the reader's events

	started bool
	first   trace.Time // the time of the trace's first event
	last    trace.Time // that of the last event read, or of a later one before it

	gap     error // why events are missing since last; nil if none are
	gaps    int   // how many times events were missing
	dropped int   // events that were left out because they refer to nothing
	lines   []string
	more    int // gaps that are not in lines

	gen       uint64     // the generation that is read
	mark      trace.Time // last, when the generation began that is read
	untouched bool       // nothing was read of it, unless last is another one now

	goroutines bool       // transitions are of use without logs
	noLogs     bool       // the logs after last log's time are lost
	lastLog    trace.Time // if noLogs

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
	s.ahead.src = s
	s.ahead.fields.locate()
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
	s.reader, err = trace.NewReader(io.MultiReader(bytes.NewReader(s.framer.header), &s.ahead))
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
		*err = errPanic(r)
	}
}

func errPanic(r any) error { return fmt.Errorf("reader failed: %v", r) }

// fail takes an error of ahead, or a panic in the use of an event. It returns
// nil if reading can go on, or else io.EOF or the error of reading the file.
func (s *source) fail(err error) error {
	switch {
	case s.framer.ioErr != nil:
		return s.framer.ioErr
	case err == io.EOF:
		return io.EOF
	case refersToNothing(err):
		s.dropped++
		// In a trace that is cut off, it is the last part of the logs that is
		// missing: what is left of them after that has no order.
		if !s.framer.truncated || !strings.HasSuffix(err.Error(), "UserLog") {
			return nil
		}
		if s.goroutines {
			if !s.noLogs {
				s.noLogs, s.lastLog = true, s.last
			}
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
	if s.started && s.gap == nil && t > s.last {
		s.last = t // as nearly always
		return
	}
	s.seeOdd(t)
}

// seeOdd takes notice of an event that is the first one, comes after a gap, or
// is not later than the one before.
func (s *source) seeOdd(t trace.Time) {
	fresh := !s.started
	s.untouched = false
	if fresh {
		s.started = true
		s.first, s.last = t, t
	}
	if s.gap != nil {
		s.gaps++
		switch {
		case s.gap == errMended:
		case len(s.lines) < maxLines:
			s.lines = append(s.lines, s.gapLine(fresh, t))
		default:
			s.more++
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

// begin takes notice of a generation that begins.
func (s *source) begin() { s.gen, s.mark, s.untouched = s.framer.gen, s.last, true }

// touched reports whether anything was read of the framer's generation.
func (s *source) touched() bool {
	return s.framer.gen == s.gen && !(s.untouched && s.last == s.mark)
}

// errMended stands for what the framer tells in its losses.
var errMended = errors.New("mended")

// lose gives up the current generation, unless it is refused as a whole and
// there is something in it that can be read.
func (s *source) lose(err error) {
	s.reader = nil
	if !s.touched() && s.framer.again() {
		if s.gap == nil && s.started {
			s.gap = errMended
		}
	} else {
		if s.gap == nil || s.gap == errMended {
			s.gap = oneLine(err)
		}
		if !s.framer.skipGeneration() {
			return
		}
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
	var cut loss
	for _, l := range s.framer.losses {
		switch {
		case l.reason == io.ErrUnexpectedEOF:
			cut = l
		case len(lines) < maxLines:
			lines = append(lines, l.sentence())
		default:
			s.more++
		}
	}
	if s.more > 0 {
		lines = append(lines, fmt.Sprintf("damaged in %s more", plural(s.more, "place", "places")))
	}
	switch {
	case s.framer.truncated && !s.started:
		lines = append(lines, fmt.Sprintf("cut off after %d bytes, within its first second or so: nothing of it can be read", s.framer.offset))
	case s.framer.truncated:
		lines = append(lines, fmt.Sprintf("cut off after %d bytes: what happened after %v is lost%s", s.framer.offset, s.since(s.last), s.alsoLost(cut)))
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

// alsoLost returns what to add to a sentence that says that what happened after
// the end is lost; cut is what is missing of the generation that is cut off.
func (s *source) alsoLost(cut loss) string {
	var also []string
	switch {
	case s.noLogs:
		also = append(also, fmt.Sprintf("the logs after %v", s.since(s.lastLog)))
	case s.dropped > 1:
		also = append(also, plural(s.dropped, "event", "events"))
	}
	also = append(also, cut.parts()...)
	if len(also) == 0 {
		return ""
	}
	return ", as well as " + enumerate(also)
}
