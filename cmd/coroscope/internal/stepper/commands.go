package stepper

// This file defines commands: a session that is driven line by line, and
// printed.

import (
	"fmt"
	"io"
	"strings"

	"coroscope/cmd/coroscope/internal/nearest"
)

// A Commander does what lines say to a session, and prints what comes of it.
type Commander struct {
	session Session
	out     io.Writer
}

// NewCommander returns a Commander that prints on out, where it has printed how
// things are at the start.
func NewCommander(s Session, out io.Writer) (*Commander, error) {
	return &Commander{s, out}, WriteStep(out, Now(s))
}

// common are the commands that every session has, beside its verbs.
var common = []Verb{
	{"forward", "", "go on in the course of things: what was taken back, or what is meant to come next"},
	{"back", "", "take the last step back"},
	{"run", "", "go forward to the end"},
	{"state", "", "show all there is to see"},
	{"help", "", "show these commands"},
	{"quit", "", "leave"},
}

// tooFar is how many steps Run takes at most: what is still not at its end
// then goes round in circles.
const tooFar = 1000

// Command does what a line says; an empty one, and one that begins with #, say
// nothing. quit says that it was the last. An error that is an
// [*UnknownError] says that the line was not understood, and nothing was done;
// others are the writer's.
func (c *Commander) Command(line string) (quit bool, err error) {
	verb, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
	arg = strings.TrimSpace(arg)
	if verb == "" || strings.HasPrefix(verb, "#") {
		return false, nil
	}
	for _, v := range common {
		if v.Name == verb && arg != "" {
			return false, &UnknownError{fmt.Errorf("%s stands alone, found %q behind it", verb, cut(arg))}
		}
	}
	switch verb {
	case "quit":
		return true, nil
	case "help":
		return false, c.help()
	case "state":
		return false, WriteWhole(c.out, Now(c.session))
	case "run":
		return false, c.Run()
	case "forward":
		return false, c.forward()
	case "back":
		if !c.session.Back(1) {
			return false, c.say("nothing to take back: this is the start")
		}
		if err := c.say("back"); err != nil {
			return false, err
		}
		return false, WriteStep(c.out, Now(c.session))
	}
	return false, c.do(verb, arg)
}

// An UnknownError says that a command was not understood.
type UnknownError struct{ err error }

func (e *UnknownError) Error() string { return e.err.Error() }

// Unwrap returns what is wrong.
func (e *UnknownError) Unwrap() error { return e.err }

// do does something of the session's own.
func (c *Commander) do(verb, arg string) error {
	var names []string
	known := verb == "send" || verb == "throw" || verb == "close" // of whatever session: it says why not
	for _, v := range c.session.Verbs() {
		names = append(names, v.Name)
		known = known || v.Name == verb
		if v.Name == verb && v.Arg == "" && arg != "" {
			return &UnknownError{fmt.Errorf("%s stands alone, found %q behind it", verb, cut(arg))}
		}
	}
	for _, v := range common {
		names = append(names, v.Name)
	}
	if !known {
		return &UnknownError{nearest.Unknown("command", cut(verb), names)}
	}
	from := len(c.session.History())
	if err := c.session.Do(verb, arg); err != nil {
		return &UnknownError{err}
	}
	if len(c.session.History()) == from {
		return c.say("this is the end")
	}
	return c.since(from)
}

// since prints the steps from the given one on.
func (c *Commander) since(from int) error {
	for _, s := range c.session.History()[from:] {
		if err := WriteStep(c.out, s); err != nil {
			return err
		}
	}
	return nil
}

func (c *Commander) say(text string) error {
	_, err := fmt.Fprintf(c.out, "   %s\n", text)
	return err
}

func (c *Commander) forward() error {
	if c.session.Upcoming() == "" {
		return c.say("this is the end")
	}
	from := len(c.session.History())
	c.session.Forward()
	return c.since(from)
}

// Run goes forward to the end.
func (c *Commander) Run() error {
	for range tooFar {
		if c.session.Upcoming() == "" {
			return nil
		}
		if err := c.forward(); err != nil {
			return err
		}
	}
	return c.say(fmt.Sprintf("not at its end after %d more steps", tooFar))
}

func (c *Commander) help() error {
	var b strings.Builder
	for _, v := range append(c.session.Verbs(), common...) {
		fmt.Fprintf(&b, "   %-14s %s\n", strings.TrimSpace(v.Name+" "+v.Arg), v.Does)
	}
	_, err := io.WriteString(c.out, b.String())
	return err
}
