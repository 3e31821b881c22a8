package export

// This file defines the sink that writes the Trace Event Format, which is JSON.
//
// Each slice is a complete event ("X"), and an arrow a pair of flow events: "s"
// binds to the slice that encloses it, for which there is an instant event just
// before it at the same time. "f" has no binding point, and so binds to the next
// slice of its thread: it is written just before that slice, at the same time.
// With the binding point "e" it would be ambiguous which slice encloses it, that
// which ends at this time or that which begins. Times are microseconds with
// three decimals, so that nothing of the nanoseconds is lost, and
// displayTimeUnit makes viewers compare them as exactly when they nest slices.

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// chromeSignature is what all files begin with. The number is the version of
// what this package writes in this format.
const chromeSignature = `{"otherData":{"format":"coroscope.chrome/1"`

func writeChrome(w io.Writer, t *timeline.Timeline) error {
	return write(w, t, func(b *bufio.Writer) sink { return &chrome{w: b} })
}

type chrome struct {
	w   *bufio.Writer
	buf []byte // of the event that is being written
	any bool   // there was an event before
}

func (c *chrome) header(t *timeline.Timeline) {
	c.w.WriteString(chromeSignature)
	for _, remarks := range []struct {
		key   string
		texts []string
	}{{"notes", t.Notes}, {"lost", t.Lost}} {
		if len(remarks.texts) > 0 {
			c.buf = appendString(append(c.buf[:0], `,"`+remarks.key+`":`...), strings.Join(remarks.texts, "; "))
			c.w.Write(c.buf)
		}
	}
	c.w.WriteString(`},"displayTimeUnit":"ns","traceEvents":[`)
}

func (c *chrome) close() { c.w.WriteString("\n]}\n") }

func (c *chrome) process(p *process) {
	c.metadata("process_name", p.id, 0)
	c.buf = appendString(append(c.buf, `,"args":{"name":`...), p.name)
	c.flush("}}")
	c.metadata("process_sort_index", p.id, 0)
	c.buf = strconv.AppendInt(append(c.buf, `,"args":{"sort_index":`...), int64(p.rank), 10)
	c.flush("}}")
}

func (c *chrome) track(t *track) {
	c.metadata("thread_name", t.process.id, t.id)
	c.buf = appendString(append(c.buf, `,"args":{"name":`...), t.name)
	c.flush("}}")
	c.metadata("thread_sort_index", t.process.id, t.id)
	c.buf = strconv.AppendInt(append(c.buf, `,"args":{"sort_index":`...), int64(t.rank), 10)
	c.flush("}}")
}

func (c *chrome) metadata(name string, pid, tid uint64) {
	c.buf = append(c.buf[:0], `{"name":"`+name+`","ph":"M","pid":`...)
	c.buf = strconv.AppendUint(c.buf, pid, 10)
	if tid != 0 {
		c.buf = strconv.AppendUint(append(c.buf, `,"tid":`...), tid, 10)
	}
}

func (c *chrome) begin(t *track, s *slice) {
	if s.arrow != 0 {
		cat := catReady
		if s.cat == catLife {
			cat = catSpawn
		}
		c.arrow("f", cat, t, s.start, s.arrow)
	}
	c.event("X", s.cat, s.name, t, s.start)
	c.buf = appendMicroseconds(append(c.buf, `,"dur":`...), s.end-s.start)
	if color := colorOf(s); color != "" {
		c.buf = append(c.buf, `,"cname":"`+color+`"`...)
	}
	c.args(s.args)
	c.flush("}")
}

func (c *chrome) end(*track, time.Duration, bool) {}

func (c *chrome) instant(t *track, i *instant) {
	c.event("i", i.cat, i.name, t, i.at)
	c.flush(`,"s":"t"}`)
	c.arrow("s", i.cat, t, i.at, i.arrow)
}

// arrow writes the beginning or the end of an arrow. Both have the same
// category, of which viewers show all arrows or none, and the same name.
func (c *chrome) arrow(phase string, cat category, t *track, at time.Duration, id uint64) {
	c.event(phase, cat, categoryNames[cat], t, at)
	c.buf = strconv.AppendUint(append(c.buf, `,"id":`...), id, 10)
	c.flush("}")
}

// event begins an event.
func (c *chrome) event(phase string, cat category, name string, t *track, at time.Duration) {
	c.buf = append(c.buf[:0], `{"name":`...)
	c.buf = appendString(c.buf, name)
	c.buf = append(c.buf, `,"cat":"`+categoryNames[cat]+`","ph":"`+phase+`","pid":`...)
	c.buf = strconv.AppendUint(c.buf, t.process.id, 10)
	c.buf = strconv.AppendUint(append(c.buf, `,"tid":`...), t.id, 10)
	c.buf = appendMicroseconds(append(c.buf, `,"ts":`...), at)
}

func (c *chrome) args(args []arg) {
	for i, a := range args {
		if i == 0 {
			c.buf = append(c.buf, `,"args":{`...)
		} else {
			c.buf = append(c.buf, ',')
		}
		c.buf = append(appendString(c.buf, a.key), ':')
		if a.isText {
			c.buf = appendString(c.buf, a.text)
		} else {
			c.buf = strconv.AppendInt(c.buf, a.number, 10)
		}
	}
	if len(args) > 0 {
		c.buf = append(c.buf, '}')
	}
}

// flush ends the event and writes it on a line of its own.
func (c *chrome) flush(end string) {
	if c.any {
		c.w.WriteByte(',')
	}
	c.any = true
	c.w.WriteByte('\n')
	c.w.Write(append(c.buf, end...))
}

// appendMicroseconds appends d, which is not negative, exactly.
func appendMicroseconds(b []byte, d time.Duration) []byte {
	b = strconv.AppendInt(b, int64(d/1000), 10)
	n := int64(d % 1000)
	return append(b, '.', byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
}

// appendString appends s as JSON in ASCII, since the viewer of go tool trace
// takes each byte for a character. What is no UTF-8 is replaced.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r >= ' ' && r <= '~':
			b = append(b, byte(r))
		case r <= 0xffff:
			b = appendEscaped(b, r)
		default:
			high, low := utf16.EncodeRune(r)
			b = appendEscaped(appendEscaped(b, high), low)
		}
	}
	return append(b, '"')
}

func appendEscaped(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

// Colors are names that catapult's viewer knows; Perfetto's UI has its own.
var colors = [numCategories]string{
	catLife:  "thread_state_sleeping",
	catRun:   "good",
	catReady: "cq_build_running",
	catLoop:  "thread_state_sleeping",
	catBusy:  "rail_load",
	catTurn:  "thread_state_sleeping",
	catIdle:  "grey",
	catStep:  "thread_state_running",
	catSlow:  "cq_build_attempt_failed",
}

// awaitColors are those of suspensions, by kind, and of goroutines that wait, by
// the first word of the reason.
var awaitColors = map[string]string{
	protocol.KindSleep:     "grey",
	protocol.KindTask:      "thread_state_runnable",
	protocol.KindGroup:     "thread_state_runnable",
	protocol.KindFuture:    "thread_state_unknown",
	protocol.KindQueue:     "thread_state_unknown",
	protocol.KindEvent:     "thread_state_unknown",
	protocol.KindLock:      "thread_state_uninterruptible",
	protocol.KindSemaphore: "thread_state_uninterruptible",
	protocol.KindIO:        "thread_state_iowait",
	protocol.KindGoroutine: "thread_state_iowait",
	protocol.KindPool:      "thread_state_iowait",
	protocol.KindProcess:   "thread_state_iowait",
	protocol.KindChannel:   "thread_state_unknown",
	protocol.KindSignal:    "thread_state_unknown",

	"chan":                 "thread_state_unknown",
	"select":               "thread_state_unknown",
	"sync":                 "thread_state_uninterruptible",
	"network":              "thread_state_iowait",
	timeline.ReasonSyscall: "thread_state_iowait",
}

// colorOf returns the color of a slice; those that are suspended on something
// else are gray.
func colorOf(s *slice) string {
	if s.cat != catAwait {
		return colors[s.cat]
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(s.name, "await "), " ")
	if color := awaitColors[kind]; color != "" {
		return color
	}
	return "generic_work"
}
