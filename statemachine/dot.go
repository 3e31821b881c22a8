package statemachine

// This file defines the forms of a description that other programs draw: DOT
// for Graphviz, and Mermaid for Markdown.

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteDOT prints the machine as a graph in Graphviz's language. The error is
// w's.
func (d *Description) WriteDOT(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n", dotQuote(d.Name))
	b.WriteString("\tnode [shape=box style=\"rounded,filled\" fillcolor=\"#eef4fb\" fontname=\"monospace\"]\n")
	b.WriteString("\tedge [fontname=\"sans-serif\" fontsize=10]\n")
	for i := range d.States {
		s := &d.States[i]
		lines := []string{fmt.Sprintf("%d %s", i, s.Name)}
		attr := ""
		switch s.Role {
		case Suspended:
			lines = append(lines, s.Awaits(), d.place(s).String())
		case Start:
			attr = ` fillcolor="#ffffff"`
		case End:
			attr = ` fillcolor="#e4e4e4" peripheries=2`
		}
		fmt.Fprintf(&b, "\ts%d [label=%s tooltip=%s%s]\n", i, dotQuote(strings.Join(lines, "\n")), dotQuote(s.Means), attr)
	}
	for i := range d.States {
		for _, e := range d.from(d.States[i].Name) {
			fmt.Fprintf(&b, "\ts%d -> s%d", i, d.state(e.To))
			if e.When != "" {
				fmt.Fprintf(&b, " [label=%s]", dotQuote(e.When))
			}
			b.WriteString("\n")
		}
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// dotQuote returns s as one of DOT's quoted strings, in which only the quote
// and, by the layout programs, the backslash mean something.
func dotQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// WriteMermaid prints the machine as a Mermaid state diagram. The error is
// w's.
func (d *Description) WriteMermaid(w io.Writer) error {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for i := range d.States {
		s := &d.States[i]
		text := strconv.Itoa(i) + " " + s.Name
		if s.Role == Suspended {
			text += "<br/>" + s.Awaits() + "<br/>" + d.place(s).String()
		}
		fmt.Fprintf(&b, "    state \"%s\" as s%d\n", mermaidText(text), i)
	}
	b.WriteString("    [*] --> s0\n")
	for i := range d.States {
		if d.States[i].Role == End {
			fmt.Fprintf(&b, "    s%d --> [*]\n", i)
		}
		for _, e := range d.from(d.States[i].Name) {
			fmt.Fprintf(&b, "    s%d --> s%d", i, d.state(e.To))
			if e.When != "" {
				fmt.Fprintf(&b, ": %s", mermaidText(e.When))
			}
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaidText writes what would end a text, or a statement, as the entity
// codes that Mermaid has for it.
func mermaidText(s string) string {
	return strings.NewReplacer(`"`, "#quot;", "#", "#35;", ";", "#59;", "\n", " ").Replace(s)
}
