package stepper

// This file defines how values and frames are shown.

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"coroscope/coro"
	"coroscope/statemachine"
	"coroscope/statemachine/specimen"
)

// show writes a value in one line, as a person would.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case byte:
		return strconv.QuoteRune(rune(v))
	case string:
		return strconv.Quote(v)
	case []byte:
		return strconv.Quote(string(v))
	case []string:
		return fmt.Sprintf("%q", v)
	case specimen.Line:
		return strconv.Quote(strings.TrimRight(v.String(), "\x00")) // as far as it is full
	}
	// Where something is is of no use, and differs from run to run.
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && !p.IsNil() {
		if c, ok := v.(coro.Inspectable); ok {
			return c.Info().Name
		}
		if p.Elem().Kind() < reflect.Array {
			return "&" + show(p.Elem().Interface())
		}
	}
	return clean(fmt.Sprintf("%+v", v))
}

// clean returns a text of other people's with what does not print escaped.
func clean(text string) string {
	odd := func(r rune) bool { return !unicode.IsPrint(r) }
	if strings.IndexFunc(text, odd) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if odd(r) {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// echoed is how many characters of what was not understood are repeated.
const echoed = 40

// cut returns the beginning of a text that was not understood.
func cut(text string) string {
	n := 0
	for i := range text {
		if n++; n > echoed {
			return text[:i] + "…"
		}
	}
	return text
}

// A framing makes slots of a frame, and knows which have changed.
type framing struct {
	machines []*statemachine.Description
	before   map[string]string // values by path; nil if there is no before
	slots    []Slot
}

// frameSlots returns the slots of a frame that the first of machines
// describes; the others describe the frames inside. before are the slots as
// they were.
func frameSlots(frame []coro.Slot, machines []*statemachine.Description, before []Slot) []Slot {
	f := framing{machines: machines}
	if before != nil {
		f.before = make(map[string]string)
		for _, s := range before {
			f.before[s.Path] = s.Value
		}
	}
	f.add(frame, machines[0], "", 0)
	return f.slots
}

// add adds the slots of a frame, d describes it and may be nil.
func (f *framing) add(frame []coro.Slot, d *statemachine.Description, path string, depth int) {
	for _, slot := range frame {
		s := Slot{Path: path + slot.Name, Name: slot.Name, Depth: depth, Value: show(slot.Value)}
		var kind string
		if d != nil {
			for _, described := range d.Slots {
				if described.Name == slot.Name {
					s.Means, kind = described.Means, described.Type
				}
			}
		}
		nested, isFrame := slot.Value.(statemachine.Nested)
		if isFrame {
			s.Value = "in state " + nested.Point.Name
		}
		calls, _ := slot.Value.([]coro.Called)
		if calls != nil {
			s.Value = fmt.Sprint(len(calls), " deep")
		}
		if was, known := f.before[s.Path]; known && was != s.Value {
			s.Changed, s.Was = true, was
		}
		f.slots = append(f.slots, s)
		if isFrame {
			f.add(nested.Slots, f.described(kind), s.Path+".", depth+1)
		}
		for i, call := range calls {
			level := len(calls) - i // counted from outside, so that a call keeps its path
			f.add(call.Slots, nil, fmt.Sprintf("%s%d.%s.", s.Path, level, call.Func), depth+1)
		}
	}
}

// described returns the machine whose frame has the given type, or nil.
func (f *framing) described(kind string) *statemachine.Description {
	for _, d := range f.machines {
		if d.Frame == kind {
			return d
		}
	}
	return nil
}
