package statemachine

// This file defines what is shown of a machine whose frame is part of another's.

import (
	"fmt"
	"strings"

	"coroscope/coro"
)

// A Machine shows its state and its frame.
type Machine interface {
	coro.Pointer
	coro.Framer
}

// Nested is the value of a slot that is itself the frame of a machine.
type Nested struct {
	Point coro.Point
	Slots []coro.Slot
}

// Inside returns what there is to see of an inner machine, for a slot of the
// outer one's Frame.
func Inside(m Machine) Nested { return Nested{Point: m.Point(), Slots: m.Frame()} }

// String returns the state's name and the slots: "leaf{count=2}".
func (n Nested) String() string {
	var slots []string
	for _, s := range n.Slots {
		slots = append(slots, fmt.Sprintf("%s=%v", s.Name, s.Value))
	}
	return n.Point.Name + "{" + strings.Join(slots, " ") + "}"
}
