package protocol

// This file defines the messages about loops, timers, frames and the trace
// itself: Timer, Frame, Turn, Slow, Epoch, Loop, Limit and Note.

import (
	"strconv"
	"time"
)

// appendActor appends who, or "callback <function>" if who is nobody.
func appendActor(dst []byte, who Ref, callback string) []byte {
	if who.IsZero() {
		dst = append(dst, callbackPrefix...)
		return appendWord(dst, callback, "")
	}
	return who.Append(dst)
}

func (p *scanner) actor() (who Ref, callback string, ok bool) {
	q := *p
	if q.lit(callbackPrefix) {
		if callback, ok = q.word(""); ok {
			*p = q
			return Ref{}, callback, true
		}
	}
	who, ok = p.ref()
	return who, "", ok
}

func (p *scanner) duration() (time.Duration, bool) {
	w, _ := p.word("")
	d, err := time.ParseDuration(w)
	return d, err == nil
}

// A Timer says that a timer was set, fired or was canceled.
type Timer struct {
	Who      Ref           // whose timer; zero for a callback's
	Callback string        // the callback's function if Who is zero
	Op       string        // TimerSet, TimerFired or TimerCanceled
	After    time.Duration // for TimerSet: when it will fire, from now
}

func (m *Timer) texts() []*string { return []*string{&m.Callback, &m.Who.Name, &m.Op} }

func (m Timer) write(dst []byte) []byte {
	dst = appendActor(dst, m.Who, m.Callback)
	dst = append(dst, ' ')
	dst = appendWord(dst, m.Op, "")
	if m.Op == TimerSet || m.After != 0 {
		dst = append(dst, ' ')
		dst = append(dst, m.After.String()...)
	}
	return dst
}

// Append appends the message to dst.
func (m Timer) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m Timer) String() string { return string(m.Append(nil)) }

// ParseTimer parses a message of category timer.
func ParseTimer(s string) (m Timer, ok bool) {
	p := scanner{s}
	if m.Who, m.Callback, ok = p.actor(); !ok || !p.lit(" ") {
		return Timer{}, false
	}
	if m.Op, ok = p.word(""); !ok {
		return Timer{}, false
	}
	if p.lit(" ") {
		if m.After, ok = p.duration(); !ok {
			return Timer{}, false
		}
	}
	if !p.end() {
		return Timer{}, false
	}
	return m, true
}

// A Frame gives the value of one slot of a coroutine's frame at a suspension.
// Only slots that changed are given: this is number K, from 1, of N.
type Frame struct {
	Who   Ref
	K, N  int
	Slot  string
	Value string // written as it is, to the message's end
}

func (m *Frame) texts() []*string { return []*string{&m.Value, &m.Slot, &m.Who.Name} }

func (m Frame) write(dst []byte) []byte {
	dst = m.Who.Append(dst)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(max(m.K, 0)), 10)
	dst = append(dst, '/')
	dst = strconv.AppendInt(dst, int64(max(m.N, 0)), 10)
	dst = append(dst, ' ')
	dst = appendWord(dst, m.Slot, "=")
	dst = append(dst, '=')
	return append(dst, m.Value...)
}

// Append appends the message to dst.
func (m Frame) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m Frame) String() string { return string(m.Append(nil)) }

// ParseFrame parses a message of category frame.
func ParseFrame(s string) (m Frame, ok bool) {
	p := scanner{s}
	if m.Who, ok = p.ref(); !ok || !p.lit(" ") {
		return Frame{}, false
	}
	if m.K, ok = p.int(); !ok || !p.lit("/") {
		return Frame{}, false
	}
	if m.N, ok = p.int(); !ok || !p.lit(" ") {
		return Frame{}, false
	}
	if m.Slot, ok = p.word("="); !ok || !p.lit("=") {
		return Frame{}, false
	}
	m.Value = p.rest
	return m, true
}

// A Turn says that a loop begins its turn number N. The loop is that of the
// log's task.
type Turn struct {
	N      uint64
	Ready  int // callbacks that are ready
	Timers int // timers that are set
}

// Append appends the message to dst.
func (m Turn) Append(dst []byte) []byte {
	dst = append(dst, "turn "...)
	dst = strconv.AppendUint(dst, m.N, 10)
	dst = append(dst, ": "...)
	dst = strconv.AppendInt(dst, int64(max(m.Ready, 0)), 10)
	dst = append(dst, " ready, "...)
	dst = strconv.AppendInt(dst, int64(max(m.Timers, 0)), 10)
	return append(dst, " timers"...)
}

func (m Turn) String() string { return string(m.Append(nil)) }

// ParseTurn parses a message of category turn.
func ParseTurn(s string) (m Turn, ok bool) {
	p := scanner{s}
	if !p.lit("turn ") {
		return Turn{}, false
	}
	if m.N, ok = p.uint(); !ok || !p.lit(": ") {
		return Turn{}, false
	}
	if m.Ready, ok = p.int(); !ok || !p.lit(" ready, ") {
		return Turn{}, false
	}
	if m.Timers, ok = p.int(); !ok || p.rest != " timers" {
		return Turn{}, false
	}
	return m, true
}

// A Slow says that one step held the loop for long.
type Slow struct {
	Who      Ref    // whose step; zero for a callback's
	Callback string // the callback's function if Who is zero
	Took     time.Duration
	File     string // where it was resumed; empty if not known, or if it started
	Line     int
}

func (m *Slow) texts() []*string { return []*string{&m.File, &m.Callback, &m.Who.Name} }

func (m Slow) write(dst []byte) []byte {
	dst = appendActor(dst, m.Who, m.Callback)
	dst = append(dst, " held the loop for "...)
	dst = append(dst, m.Took.String()...)
	if m.File != "" {
		dst = append(dst, " (resumed at "...)
		dst = appendPlace(dst, m.File, m.Line)
		dst = append(dst, ')')
	}
	return dst
}

// Append appends the message to dst.
func (m Slow) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m Slow) String() string { return string(m.Append(nil)) }

// ParseSlow parses a message of category slow.
func ParseSlow(s string) (m Slow, ok bool) {
	p := scanner{s}
	if m.Who, m.Callback, ok = p.actor(); !ok || !p.lit(" held the loop for ") {
		return Slow{}, false
	}
	if m.Took, ok = p.duration(); !ok {
		return Slow{}, false
	}
	if p.lit(" (resumed at ") {
		if m.File, m.Line, ok = p.place(); !ok || !p.lit(")") {
			return Slow{}, false
		}
	}
	if !p.end() {
		return Slow{}, false
	}
	return m, true
}

// An Epoch is the first message of every epoch, of category coroscope. It
// marks a trace as one that speaks the protocol.
type Epoch struct {
	Version int
	N       uint64
}

// Append appends the message to dst.
func (m Epoch) Append(dst []byte) []byte {
	dst = append(dst, "version "...)
	dst = strconv.AppendInt(dst, int64(max(m.Version, 0)), 10)
	dst = append(dst, " epoch "...)
	return strconv.AppendUint(dst, m.N, 10)
}

func (m Epoch) String() string { return string(m.Append(nil)) }

// ParseEpoch parses a message of category coroscope. Messages of later
// versions may go on after the epoch's number.
func ParseEpoch(s string) (m Epoch, ok bool) {
	p := scanner{s}
	if !p.lit("version ") {
		return Epoch{}, false
	}
	if m.Version, ok = p.int(); !ok || !p.lit(" epoch ") {
		return Epoch{}, false
	}
	if m.N, ok = p.uint(); !ok || !p.end() && (m.Version <= Version || p.rest[0] != ' ') {
		return Epoch{}, false
	}
	return m, true
}

// A Loop introduces a loop, of category coroscope, on its root task.
type Loop struct {
	Who Ref

	// Unobserved says that the loop was observed before, and then took turns
	// that were not: whatever its coroutines did then is not in the trace.
	Unobserved bool
}

const unobservedSuffix = ", which was unobserved until now"

func (m *Loop) texts() []*string { return []*string{&m.Who.Name} }

func (m Loop) write(dst []byte) []byte {
	dst = m.Who.Append(append(dst, loopPrefix...))
	if m.Unobserved {
		dst = append(dst, unobservedSuffix...)
	}
	return dst
}

// Append appends the message to dst.
func (m Loop) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m Loop) String() string { return string(m.Append(nil)) }

// ParseLoop parses a message of category coroscope.
func ParseLoop(s string) (m Loop, ok bool) {
	p := scanner{s}
	if !p.lit(loopPrefix) {
		return Loop{}, false
	}
	if m.Who, ok = p.ref(); !ok {
		return Loop{}, false
	}
	if m.Unobserved = p.lit(unobservedSuffix); !p.end() {
		return Loop{}, false
	}
	return m, true
}

// A Limit says that not everything is shown, of category coroscope.
type Limit struct {
	What string // "lanes"
	Max  int
	From Ref // the first one that has logs only
}

func (m *Limit) texts() []*string { return []*string{&m.From.Name, &m.What} }

func (m Limit) write(dst []byte) []byte {
	dst = append(dst, "limit "...)
	dst = appendWord(dst, m.What, "")
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(max(m.Max, 0)), 10)
	dst = append(dst, ": "...)
	dst = m.From.Append(dst)
	return append(dst, limitSuffix...)
}

const limitSuffix = " and later ones have logs only"

// Append appends the message to dst.
func (m Limit) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m Limit) String() string { return string(m.Append(nil)) }

// ParseLimit parses a message of category coroscope.
func ParseLimit(s string) (m Limit, ok bool) {
	p := scanner{s}
	if !p.lit("limit ") {
		return Limit{}, false
	}
	if m.What, ok = p.word(""); !ok || !p.lit(" ") {
		return Limit{}, false
	}
	if m.Max, ok = p.int(); !ok || !p.lit(": ") {
		return Limit{}, false
	}
	if m.From, ok = p.ref(); !ok || p.rest != limitSuffix {
		return Limit{}, false
	}
	return m, true
}

// A Note is free text, of category coroscope.
type Note struct{ Text string }

func (m *Note) texts() []*string { return []*string{&m.Text} }

func (m Note) write(dst []byte) []byte { return append(append(dst, "note "...), m.Text...) }

// Append appends the message to dst.
func (m Note) Append(dst []byte) []byte { return appendMessage(dst, m) }

func (m Note) String() string { return string(m.Append(nil)) }

// ParseNote parses a message of category coroscope.
func ParseNote(s string) (m Note, ok bool) {
	p := scanner{s}
	if !p.lit("note ") {
		return Note{}, false
	}
	return Note{p.rest}, true
}
