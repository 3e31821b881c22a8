package lower

// This file defines the table of what a body keeps while it is suspended, and
// why.

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// A FrameTable is what a body keeps while it is suspended.
type FrameTable struct {
	Func  string      `json:"func"`            // the body: that of the function itself, or of one that it calls
	Slots []FrameSlot `json:"slots"`           // in the order of the fields
	Other []FrameVar  `json:"other,omitempty"` // the variables that are not kept
}

// A FrameSlot is a field of a frame.
type FrameSlot struct {
	Name  string      `json:"name"`
	Type  string      `json:"type"`
	Boxed bool        `json:"boxed,omitempty"` // it points to the variable, which is seen from elsewhere, too
	Vars  []FrameVar  `json:"vars"`
	Over  []FrameSpan `json:"over,omitempty"` // why it is kept; none if it is needed only until the first suspension, or by deferred calls
}

// A FrameVar is a variable of the source, or a temporary.
type FrameVar struct {
	Name     string `json:"name"`
	Declared string `json:"declared,omitempty"` // file:line; "" for a temporary
	Holds    string `json:"holds,omitempty"`    // what a temporary holds
	Given    bool   `json:"given,omitempty"`    // it has its value before the body begins
}

// A FrameSpan is a suspension that a slot is kept over.
type FrameSpan struct {
	State     string `json:"state"`
	Suspended string `json:"suspended"`      // file:line
	Used      string `json:"used,omitempty"` // where it is needed first after that, file:line, or "" if that is nowhere in the source
}

// frameTable returns the table of a body, after the pass frame.
func (f *Func) frameTable() FrameTable {
	t := FrameTable{Func: f.Name, Slots: []FrameSlot{}}
	for _, s := range f.slots {
		slot := FrameSlot{Name: s.Name, Type: f.typeText(s.Type), Boxed: s.Vars[0].Boxed()}
		for _, v := range s.Vars {
			slot.Vars = append(slot.Vars, f.frameVar(v))
		}
		for _, p := range f.points {
			if !p.keeps(s) {
				continue
			}
			span := FrameSpan{State: p.State, Suspended: f.placeAt(f.position(p.node().Pos()).Line)}
			line := 0
			for item := range f.usesAfter(p, s) {
				if line = f.lineOf(item); line > 0 {
					break
				}
			}
			if v := s.Vars[0]; line == 0 && v.Obj != nil && !v.Outer {
				line = f.position(v.Obj.Pos()).Line // by the loop that declares it
			}
			if line > 0 {
				span.Used = f.placeAt(line)
			}
			slot.Over = append(slot.Over, span)
		}
		t.Slots = append(t.Slots, slot)
	}
	for _, v := range f.all {
		if v.Slot == nil {
			t.Other = append(t.Other, f.frameVar(v))
		}
	}
	return t
}

func (f *Func) frameVar(v *Var) FrameVar {
	shown := FrameVar{Name: v.Name, Holds: v.Temp, Given: v.Outer}
	if v.Obj != nil {
		shown.Name = v.Obj.Name()
		shown.Declared = f.placeAt(f.position(v.Obj.Pos()).Line)
	} else if shown.Holds == "" {
		shown.Holds = "a condition"
	}
	return shown
}

// placeAt returns a line of f's file as file:line.
func (f *Func) placeAt(line int) string {
	return fmt.Sprintf("%s:%d", relative(f.machine.dir, f.filename()), line)
}

// declared tells where a variable comes from.
func (v FrameVar) declared() string {
	switch {
	case v.Declared == "":
		return v.Holds
	case v.Given:
		return v.Declared + ", given"
	}
	return v.Declared
}

// write prints the table.
func (t FrameTable) write(out io.Writer) {
	if len(t.Slots) == 0 {
		fmt.Fprintln(out, "nothing is kept")
	} else {
		var b strings.Builder
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "slot\ttype\tvariable\tdeclared\tkept over\tsuspended\tused\t")
		for _, s := range t.Slots {
			for i := range max(len(s.Vars), len(s.Over)) {
				row := make([]string, 7)
				if i == 0 {
					row[0], row[1] = s.Name, s.Type
				}
				if i < len(s.Vars) {
					if row[2] = s.Vars[i].Name; s.Boxed {
						row[2] += " (shared)"
					}
					row[3] = s.Vars[i].declared()
				}
				if i < len(s.Over) {
					row[4], row[5], row[6] = s.Over[i].State, s.Over[i].Suspended, s.Over[i].Used
				} else if i == 0 && s.Vars[0].Given {
					row[4] = "the start"
				} else if i == 0 {
					row[4] = "any, for deferred calls"
				}
				fmt.Fprintln(w, strings.Join(row, "\t")+"\t")
			}
		}
		w.Flush()
		for line := range strings.Lines(b.String()) {
			fmt.Fprintln(out, strings.TrimRight(line, " \n"))
		}
	}
	var other []string
	for _, v := range t.Other {
		if v.Declared == "" {
			other = append(other, v.Name)
		} else {
			other = append(other, fmt.Sprintf("%s (%s)", v.Name, v.Declared))
		}
	}
	if other != nil {
		fmt.Fprintf(out, "not kept: %s\n", strings.Join(other, ", "))
	}
}

func printFrame(w io.Writer, f *Func) {
	f.frameTable().write(w)
	for _, p := range f.points {
		var names []string
		for _, s := range p.clear {
			names = append(names, s.Name)
		}
		if names != nil {
			fmt.Fprintf(w, "%s clears %s\n", p.State, strings.Join(slices.Sorted(slices.Values(names)), ", "))
		}
	}
}
