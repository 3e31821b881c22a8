package timeline

// This file defines switchReader, which recognizes the switches from one
// goroutine to another that the coroutines of iter.Pull consist of.

import "golang.org/x/exp/trace"

// A switchReader recognizes switches by what the library says of them, for
// which there is no need if their fields are known. In a trace a switch is one
// event, GoSwitch, or GoSwitchDestroy where the goroutine that is left ends. The
// library hands it on as three transitions:
//
//  1. on the goroutine that is left: the other one becomes runnable
//  2. the goroutine that is left waits, or ends
//  3. the other one runs
//
// They are a nanosecond apart, which is the least that the library lets lie
// between two events, so nothing happened between them; and unlike those of
// goroutines that block and make each other ready, the first two have no stack
// and the second has no reason.
type switchReader struct {
	part     switchPart // of the last transition
	at       trace.Time // when that was
	from, to trace.GoID
	ends     bool // from ends
}

// A switchPart says which part of a switch a transition is.
type switchPart uint8

const (
	switchNone switchPart = iota
	switchReady
	switchLeft
	switchDone
)

// read returns which part of a switch c is. That it is the first or second part
// is only likely until there is a third.
func (s *switchReader) read(c *change) switchPart {
	follows := c.t == s.at+1
	s.at = c.t
	switch {
	case c.from == trace.GoWaiting && c.to == trace.GoRunnable && c.maker == trace.NoStack && c.on != trace.NoGoroutine && c.on != c.of:
		s.from, s.to = c.on, c.of
		s.part = switchReady
	case s.part == switchReady && follows && c.of == s.from && c.from == trace.GoRunning &&
		(c.to == trace.GoNotExist || c.to == trace.GoWaiting && c.reason == "" && c.stack == trace.NoStack):
		s.ends = c.to == trace.GoNotExist
		c.ends = s.ends
		s.part = switchLeft
	case s.part == switchLeft && follows && c.of == s.to && c.from == trace.GoRunnable && c.to == trace.GoRunning:
		c.ends = s.ends
		s.part = switchDone
	default:
		s.part = switchNone
	}
	return s.part
}
