// Package steptui shows a stepper's session on the terminal's screen, and
// steps it as keys are pressed.
package steptui

// This file defines the model: what there is to show, and what keys do.

import (
	"context"
	"io"
	"strings"

	"coroscope/cmd/coroscope/internal/stepper"
	_ "coroscope/cmd/coroscope/internal/steptui/background"

	tea "github.com/charmbracelet/bubbletea"
)

// ErrInterrupted is what Run returns if the person has pressed Ctrl-C.
var ErrInterrupted = tea.ErrInterrupted

// Run shows a session until the person quits, and reads keys from in; both
// must be terminals. It returns ctx's error when that is done before, and
// ErrInterrupted after Ctrl-C. Ctrl-Z suspends the program, as it does others.
func Run(ctx context.Context, s stepper.Session, in io.Reader, out io.Writer, color bool) error {
	p := tea.NewProgram(New(s, color),
		tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithAltScreen(), tea.WithInput(in), tea.WithOutput(out))
	_, err := p.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// A Model is a session on the screen, as bubbletea has it.
type Model struct {
	session       stepper.Session
	color         bool
	width, height int // of the screen; 0 before they are known

	alone   string // the name of the only pane that is shown; empty for all
	scroll  int    // how far down, or up, the person moved the pane
	help    bool   // the keys are shown
	prompt  string // the verb whose argument is typed; empty if none is
	typed   string
	message string // instead of the keys, until the next key
}

// New returns the model of a session.
func New(s stepper.Session, color bool) Model { return Model{session: s, color: color} }

// Init implements [tea.Model].
func (m Model) Init() tea.Cmd { return nil }

// Update implements [tea.Model].
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.KeyMsg:
		if msg.Type == tea.KeyRunes && len(msg.Runes) > 1 && !msg.Paste {
			return m.several(msg.Runes) // typed faster than they were read
		}
		m.message = ""
		switch {
		case msg.String() == "ctrl+c":
			return m, tea.Interrupt
		case msg.String() == "ctrl+z":
			if !canSuspend() {
				m.message = "there is no shell here that could let it go on afterwards"
				return m, nil
			}
			return m, tea.Suspend
		case m.prompt != "":
			return m.typing(msg), nil
		case m.help && !moves[msg.String()]:
			m.help, m.scroll = false, 0 // and whatever key it was, it was for that
			return m, nil
		}
		return m.key(msg.String())
	}
	return m, nil
}

// several takes characters as the keys that they are.
func (m Model) several(runes []rune) (tea.Model, tea.Cmd) {
	var model tea.Model = m
	for _, r := range runes {
		var cmd tea.Cmd
		if model, cmd = model.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}); cmd != nil {
			return model, cmd
		}
	}
	return model, nil
}

// A binding says what keys do.
type binding struct {
	keys []string
	show string // how the keys are called
	does string
	do   func(m *Model)
}

// bindings are the keys, in the order in which they are shown.
func (m *Model) bindings() []binding {
	all := []binding{
		{[]string{"right", " ", "enter", "l"}, "→ or space", "go forward", (*Model).forward},
		{[]string{"left", "backspace", "b", "h"}, "← or b", "take a step back", func(m *Model) { m.back(1) }},
		{[]string{"end", "G"}, "end", "go forward to the end", (*Model).toEnd},
		{[]string{"home", "g"}, "home", "go back to the start", func(m *Model) { m.back(len(m.session.History())) }},
	}
	for _, v := range m.session.Verbs() {
		do := func(m *Model) { m.do(v.Name, "") }
		if v.Arg != "" {
			do = func(m *Model) { m.prompt, m.typed = v.Name, "" }
		}
		all = append(all, binding{[]string{v.Name[:1]}, v.Name[:1], v.Name + ": " + v.Does, do})
	}
	return append(all,
		binding{[]string{"tab"}, "tab", "show one pane alone, then the next; esc shows all", func(m *Model) { m.turnTo(1) }},
		binding{[]string{"shift+tab"}, "shift+tab", "the pane before", func(m *Model) { m.turnTo(-1) }},
		binding{[]string{"esc"}, "esc", "show all panes", func(m *Model) { m.alone, m.scroll = "", 0 }},
		binding{[]string{"down", "j"}, "↓ or j", "move down in the pane", func(m *Model) { m.move(1) }},
		binding{[]string{"up", "k"}, "↑ or k", "move up", func(m *Model) { m.move(-1) }},
		binding{[]string{"pgdown"}, "page down", "move a page down", func(m *Model) { m.move(m.bodyHeight() - 2) }},
		binding{[]string{"pgup"}, "page up", "move a page up", func(m *Model) { m.move(-(m.bodyHeight() - 2)) }},
		binding{[]string{"?"}, "?", "show the keys", func(m *Model) { m.help, m.scroll = true, 0 }})
}

// moves are the keys that move a pane.
var moves = map[string]bool{"down": true, "j": true, "up": true, "k": true, "pgdown": true, "pgup": true}

// key does what a key stands for.
func (m Model) key(key string) (tea.Model, tea.Cmd) {
	if key == "q" {
		return m, tea.Quit
	}
	for _, b := range m.bindings() {
		for _, k := range b.keys {
			if k == key {
				b.do(&m)
				return m, nil
			}
		}
	}
	if verb, ok := map[string]string{"s": "send", "t": "throw", "c": "close"}[key]; ok {
		m.do(verb, "") // of another kind of session, which says why not
		return m, nil
	}
	m.message = "no key for that; ? shows the keys"
	return m, nil
}

// typing takes a key as part of what is typed.
func (m Model) typing(msg tea.KeyMsg) Model {
	switch msg.Type {
	case tea.KeyEnter:
		verb := m.prompt
		m.prompt = ""
		m.do(verb, strings.TrimSpace(m.typed))
	case tea.KeyEsc:
		m.prompt = ""
	case tea.KeyBackspace:
		if runes := []rune(m.typed); len(runes) > 0 {
			m.typed = string(runes[:len(runes)-1])
		}
	case tea.KeyCtrlU:
		m.typed = ""
	case tea.KeyRunes, tea.KeySpace:
		m.typed += string(msg.Runes)
	}
	return m
}

// do does something of the session's own.
func (m *Model) do(verb, arg string) {
	m.scroll = 0
	before := len(m.session.History())
	if err := m.session.Do(verb, arg); err != nil {
		m.message = err.Error()
	} else if len(m.session.History()) == before {
		m.message = "this is the end; ← takes a step back"
	}
}

func (m *Model) forward() {
	m.scroll = 0
	if m.session.Upcoming() == "" {
		m.message = "this is the end; ← takes a step back"
		return
	}
	m.session.Forward()
}

func (m *Model) back(steps int) {
	m.scroll = 0
	if !m.session.Back(steps) {
		m.message = "this is the start"
	}
}

// tooFar is how many steps toEnd takes at most: what is still not at its end
// then goes round in circles.
const tooFar = 1000

func (m *Model) toEnd() {
	m.scroll = 0
	for range tooFar {
		if m.session.Upcoming() == "" {
			return
		}
		m.session.Forward()
	}
	m.message = "not at its end after many more steps"
}

// turnTo shows the next pane alone, or the one before.
func (m *Model) turnTo(by int) {
	panes := stepper.Panes(stepper.Now(m.session))
	at := -1
	for i, p := range panes {
		if p.Name == m.alone {
			at = i
		}
	}
	m.scroll = 0
	at += by
	switch {
	case at == -2:
		m.alone = panes[len(panes)-1].Name
	case at == -1 || at == len(panes):
		m.alone = ""
	default:
		m.alone = panes[at].Name
	}
}

// move moves what is shown of the pane that is shown alone, or of the first,
// but not past its ends.
func (m *Model) move(by int) {
	p, room := m.moved()
	m.scroll = top(p, room, m.scroll+by) - top(p, room, 0)
}
