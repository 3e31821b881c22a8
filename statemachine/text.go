package statemachine

// This file defines the text form of a description, which the other forms
// follow: frame first, then each state with the edges that leave it.

import (
	"fmt"
	"io"
	"path"
	"strings"
	"text/tabwriter"
)

// WriteText prints the machine for a person to read. The error is w's.
//
//	machine fibonacci: Fibonacci in fibonacci.go
//	  frame
//	    n  int  how many terms are still to be handed out
//	    a  int  the term that is handed out
//	    b  int  the term after it
//	  states
//	    0 start: nothing has run yet
//	      -> 1 term
//	      -> 2 done, when no term is wanted
//	    1 term, await resumer term (fibonacci.go:88): the term a was handed out
//	...
func (d *Description) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "machine %s: %s in %s\n", d.Name, d.Frame, path.Base(d.File))
	b.WriteString("  frame\n")
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, s := range d.Slots {
		fmt.Fprintf(tw, "    %s\t%s\t%s\n", s.Name, s.Type, s.Means)
	}
	tw.Flush() // a Builder does not fail
	b.WriteString("  states\n")
	for i := range d.States {
		s := &d.States[i]
		fmt.Fprintf(&b, "    %d %s", i, s.Name)
		if s.Role == Suspended {
			fmt.Fprintf(&b, ", %s (%s)", s.Awaits(), d.place(s))
		}
		fmt.Fprintf(&b, ": %s\n", s.Means)
		for _, e := range d.from(s.Name) {
			fmt.Fprintf(&b, "      -> %d %s", d.state(e.To), e.To)
			if e.When != "" {
				fmt.Fprintf(&b, ", when %s", e.When)
			}
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// from returns the edges that leave a state, in the order they were declared.
func (d *Description) from(state string) []Edge {
	var edges []Edge
	for _, e := range d.Edges {
		if e.From == state {
			edges = append(edges, e)
		}
	}
	return edges
}
