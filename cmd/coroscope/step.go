package main

// This file defines the command step: the stepper, on the screen or line by
// line.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/internal/nearest"
	"coroscope/cmd/coroscope/internal/stepper"
	"coroscope/cmd/coroscope/internal/steptui"
	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/coro"
	"coroscope/statemachine/specimen"

	"github.com/spf13/cobra"
)

const stepLong = `Step resumes a specimen one step at a time, and shows between the steps where it
is suspended in its source, its state and frame or its stack, its machine, and
what was sent in and handed out. It goes forward, and back in every shape.
With --loop it steps a loop instead, one turn at a time: the ready queue, the
timers, who waits for what, and what each turn did. The loop's clock stands
still while anything runs. Without a name it lists what there is.

On a terminal, ? shows the keys. Otherwise what each step did is printed, and
commands are read from standard input, a line each; where there are none, it is
stepped through the plain course of things. The commands:

  next, send VALUE, throw MESSAGE, close   resume it
  forward, back, run                       go on in the course of things, take a
                                           step back, go forward to the end
  state                                    show all there is to see
  help, quit`

// A stepping says what is to be stepped.
type stepping struct {
	name  string
	shape string
	loop  bool
	plain bool
}

func (a *app) stepCommand() *cobra.Command {
	var s stepping
	cmd := &cobra.Command{
		Use:   "step [SPECIMEN | --loop DEMO]",
		Short: "Step a coroutine, or a loop, forward and back",
		Long:  stepLong,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("expected the name of one %s, found %d arguments", s.kind(), len(args))
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return s.names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				if cmd.Flags().Changed("shape") || s.plain {
					return usagef("expected the name of a %s: %s", s.kind(), strings.Join(s.names(), ", "))
				}
				return a.listSteppable()
			}
			s.name = args[0]
			session, err := s.session()
			if err != nil {
				return &usageError{err}
			}
			defer session.Close()
			return a.step(cmd.Context(), session, s.plain)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&s.shape, "shape", coro.ShapeStateMachine.String(), "step it in `SHAPE`: "+strings.Join(shapeNames(specimen.Shapes()), ", "))
	flags.BoolVar(&s.loop, "loop", false, "step the loop of a demo, turn by turn")
	flags.BoolVar(&s.plain, "plain", false, "print the plain course of things, and read nothing")
	cmd.RegisterFlagCompletionFunc("shape", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return shapeNames(s.shapes()), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

// shapes returns what can be stepped in: loops consist of coroutines of demos.
func (s *stepping) shapes() []coro.Shape {
	if s.loop {
		return demo.Shapes
	}
	return specimen.Shapes()
}

func shapeNames(shapes []coro.Shape) []string {
	var names []string
	for _, s := range shapes {
		names = append(names, s.String())
	}
	return names
}

// kind is the word for what is named.
func (s *stepping) kind() string {
	if s.loop {
		return "loop"
	}
	return "specimen"
}

// names returns the names of what can be stepped.
func (s *stepping) names() []string {
	var names []string
	if s.loop {
		for _, sc := range scenarios() {
			names = append(names, sc.Name)
		}
		return names
	}
	for _, sp := range specimen.All() {
		if !sp.OnLoop {
			names = append(names, sp.Name)
		}
	}
	return names
}

// scenarios are the loops that can be stepped: those of demos, and those of
// specimens that consist of tasks.
func scenarios() []stepper.Scenario {
	var all []stepper.Scenario
	for _, d := range demos {
		if d.Parts != nil {
			all = append(all, stepper.Scenario{Name: d.Name, About: d.About, Parts: d.Parts})
		}
	}
	return append(all, stepper.Scenario{Name: "echo", About: specimen.Find("echo").About, Parts: echo})
}

// echo is the specimen echo.
func echo(s *demo.Stage) []demo.Part {
	return []demo.Part{{
		Title: "A client sends lines through a pipe to a server, which sends them back; a pipe holds less than a line.",
		Begin: func() {
			client := specimen.EchoIn(s.Shape, s.Loop, 10*time.Millisecond, "hello\n", "a line that does not fit\n", "bye\n")
			coro.Spawn(s.Loop, client, coro.Named("echo"), coro.InFunc("specimen.EchoClient"))
		},
	}}
}

// session returns the session of what is to be stepped.
func (s *stepping) session() (stepper.Session, error) {
	shape, err := s.shapeToStep()
	if err != nil {
		return nil, err
	}
	if s.loop {
		for _, sc := range scenarios() {
			if sc.Name == s.name {
				return stepper.NewLoop(sc, shape), nil
			}
		}
		if d, err := findDemo(s.name); err == nil {
			return nil, fmt.Errorf("demo %s has no loop that can be stepped; there are %s", d.Name, strings.Join(s.names(), ", "))
		}
		if specimen.Find(s.name) != nil {
			return nil, fmt.Errorf("%s is no loop: leave --loop away to step it", s.name)
		}
		return nil, nearest.Unknown("loop", s.name, s.names())
	}
	if sp := specimen.Find(s.name); sp != nil && !sp.OnLoop {
		return stepper.NewCoroutine(sp, shape), nil
	}
	for _, sc := range scenarios() {
		if sc.Name == s.name {
			return nil, fmt.Errorf("%s consists of tasks on a loop, which resumes them: step that, with --loop %s", s.name, s.name)
		}
	}
	return nil, nearest.Unknown("specimen", s.name, s.names())
}

func (s *stepping) shapeToStep() (coro.Shape, error) {
	for _, shape := range s.shapes() {
		if shape.String() == s.shape {
			return shape, nil
		}
	}
	return 0, nearest.Unknown("shape", s.shape, shapeNames(s.shapes()))
}

// listSteppable lists what can be stepped.
func (a *app) listSteppable() error {
	var b strings.Builder
	width := 0
	for _, name := range slices.Concat((&stepping{}).names(), (&stepping{loop: true}).names()) {
		width = max(width, len(name))
	}
	b.WriteString("Specimens, to be resumed step by step:\n")
	for _, s := range specimen.All() {
		if !s.OnLoop {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, s.Name, s.About)
		}
	}
	b.WriteString("\nLoops, to be stepped turn by turn:\n")
	for _, s := range scenarios() {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, s.Name, s.About)
	}
	fmt.Fprintf(&b, "\n  %s\n  %s --loop %s\n\nEach takes --shape %s.\n",
		a.command("step", "average"), a.command("step"), mainDemo, strings.Join(demo.ShapeNames(), "|"))
	_, err := io.WriteString(a.stdout, b.String())
	return err
}

// step steps a session: on the screen if there is one, or else line by line.
func (a *app) step(ctx context.Context, s stepper.Session, plain bool) error {
	if !plain && terminal.Is(a.stdin) && terminal.Is(a.stdout) && os.Getenv("TERM") != "dumb" {
		err := steptui.Run(ctx, s, a.stdin, a.stdout, terminal.Color(a.stdout))
		if errors.Is(err, steptui.ErrInterrupted) {
			return errInterrupted
		}
		return err
	}
	out := bufio.NewWriter(a.stdout)
	c, err := stepper.NewCommander(s, out)
	if err != nil {
		return err
	}
	// Only a terminal of which nothing else is known is talked with.
	if plain || terminal.Is(a.stdin) && !terminal.Is(a.stdout) {
		if err := c.Run(); err != nil {
			return err
		}
		return out.Flush()
	}
	return a.commands(ctx, c, out)
}

// commands does what the lines of standard input say, and goes forward to the
// end if there are none. Of a terminal, what is not understood is said and
// forgotten; in a pipe it is an error.
func (a *app) commands(ctx context.Context, c *stepper.Commander, out *bufio.Writer) error {
	lines := make(chan string)
	read := make(chan error, 1)
	go func() { // reading cannot be interrupted
		in := bufio.NewScanner(a.stdin)
		for in.Scan() {
			lines <- in.Text()
		}
		read <- in.Err()
		close(lines)
	}()
	for n := 1; ; n++ {
		if err := out.Flush(); err != nil {
			return err
		}
		if terminal.Is(a.stdin) {
			fmt.Fprint(a.stdout, "> ")
		}
		var line string
		var more bool
		select {
		case <-ctx.Done():
			return ctx.Err()
		case line, more = <-lines:
		}
		if !more {
			switch err := <-read; {
			case errors.Is(err, bufio.ErrTooLong):
				return usagef("standard input, line %d: expected a command, found a line of more than %d bytes", n, bufio.MaxScanTokenSize)
			case err != nil:
				return fmt.Errorf("read standard input: %w", err)
			}
			switch {
			case terminal.Is(a.stdin):
				fmt.Fprintln(out) // behind the prompt
			case n == 1:
				if err := c.Run(); err != nil {
					return err
				}
			}
			return out.Flush()
		}
		quit, err := c.Command(line)
		unknown, isUnknown := errors.AsType[*stepper.UnknownError](err)
		switch {
		case isUnknown && terminal.Is(a.stdin):
			fmt.Fprintf(out, "   %v\n", unknown)
		case isUnknown:
			if err := out.Flush(); err != nil {
				return err
			}
			return usagef("standard input, line %d: %v", n, unknown)
		case err != nil:
			return err
		case quit:
			return out.Flush()
		}
	}
}
