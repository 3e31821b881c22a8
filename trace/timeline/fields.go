package timeline

// This file defines fields: the parts of an event that are needed of nearly
// each one, at little cost.

import (
	"reflect"

	"golang.org/x/exp/trace"
)

// Types of events that are about nothing but a goroutine's state, or of which
// nothing but the time matters here. See eventArgs.
const (
	evProcsChange     = 9 // the first of those of processors
	evProcStatus      = 13
	evGoStart         = 16
	evGoDestroy       = 17
	evGoStop          = 19
	evGoBlock         = 20
	evGoUnblock       = 21
	evSTWBegin        = 26 // the first of those of the collector
	evHeapGoal        = 38
	evGoSwitch        = 45
	evGoSwitchDestroy = 46
)

// Fields has one event, and where in it its parts are.
//
// To ask the library which state an event changes takes 20 ns, nearly half of
// what it takes to read the event: it copies the event, which is large, several
// times over. Package reflect reads what the answer is made of in 3 ns, in
// place. It looks the fields up by name, once. If the library has other ones,
// known is false, and the library is asked; so it is about all events but those
// of the few types that most of a trace consists of.
type fields struct {
	event trace.Event

	known      bool
	typ        reflect.Value // the event's type, as it is in the trace
	time       reflect.Value
	on         reflect.Value // the goroutine that ran
	arg0, arg1 reflect.Value // the event's arguments after the time

	reasons [8]struct { // those that were asked for last, by their number in this generation
		id   uint64
		text string
	}
}

// lookUpFields is false where a test has the library asked about everything.
var lookUpFields = true

// locate looks for the fields of f.event. F is not to be copied afterwards.
func (f *fields) locate() {
	if !lookUpFields {
		return
	}
	field := func(v reflect.Value, name string, kind reflect.Kind) reflect.Value {
		if v.Kind() == reflect.Struct {
			if v = v.FieldByName(name); v.Kind() == kind {
				return v
			}
		}
		return reflect.Value{}
	}
	event := reflect.ValueOf(&f.event).Elem()
	base := field(event, "base", reflect.Struct)
	args := field(base, "args", reflect.Array)
	f.typ = field(base, "typ", reflect.Uint8)
	f.time = field(base, "time", reflect.Int64)
	f.on = field(field(event, "ctx", reflect.Struct), "G", reflect.Int64)
	if args.IsValid() && args.Len() >= 2 && args.Type().Elem().Kind() == reflect.Uint64 {
		f.arg0, f.arg1 = args.Index(0), args.Index(1)
		f.known = f.typ.IsValid() && f.time.IsValid() && f.on.IsValid()
	}
}

// forget lets go of what f has of the generation at hand.
func (f *fields) forget() {
	f.event = trace.Event{}
	clear(f.reasons[:])
}

// read sets c to what f.event is. If that is a switch, the two events that
// follow are parts of it, and are to be left out.
func (f *fields) read(c *change) {
	c.what = changeOther
	if !f.known {
		return
	}
	c.on = trace.GoID(f.on.Int())
	switch typ := f.typ.Uint(); typ {
	case evGoStart:
		c.of, c.from, c.to = trace.GoID(f.arg0.Uint()), trace.GoRunnable, trace.GoRunning
	case evGoSwitch, evGoSwitchDestroy:
		c.of, c.ends = trace.GoID(f.arg0.Uint()), typ == evGoSwitchDestroy
		c.what, c.t = changeSwitch, trace.Time(f.time.Int())
		return
	case evGoUnblock:
		c.of, c.from, c.to = trace.GoID(f.arg0.Uint()), trace.GoWaiting, trace.GoRunnable
		c.maker = f.event.Stack()
	case evGoBlock:
		c.of, c.from, c.to = c.on, trace.GoRunning, trace.GoWaiting
		f.stopped(c)
	case evGoStop:
		c.of, c.from, c.to = c.on, trace.GoRunning, trace.GoRunnable
		f.stopped(c)
	case evGoDestroy:
		c.of, c.from, c.to = c.on, trace.GoRunning, trace.GoNotExist
	default:
		if typ >= evProcsChange && typ <= evProcStatus || typ >= evSTWBegin && typ <= evHeapGoal {
			c.what, c.t = changeNone, trace.Time(f.time.Int())
		}
		return
	}
	c.what, c.t = changeState, trace.Time(f.time.Int())
}

// stopped sets why and where a goroutine ceased to run.
func (f *fields) stopped(c *change) {
	c.reason, c.stack = "", trace.NoStack
	if id := f.arg0.Uint(); id != 0 {
		r := &f.reasons[id%uint64(len(f.reasons))]
		if r.id != id {
			r.id, r.text = id, f.event.StateTransition().Reason
		}
		c.reason = r.text
	}
	if f.arg1.Uint() != 0 {
		c.stack = f.event.Stack()
	}
}
