package main

// This file defines the command demo, and the main job, which is a demo too.

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/cmd/coroscope/demo/bartender"
	"coroscope/cmd/coroscope/demo/batteries"
	"coroscope/cmd/coroscope/demo/blocking"
	"coroscope/cmd/coroscope/demo/coroutines"
	"coroscope/cmd/coroscope/demo/eventloop"
	"coroscope/cmd/coroscope/demo/lock"
	"coroscope/cmd/coroscope/demo/race"
	"coroscope/cmd/coroscope/demo/scroll"
	"coroscope/cmd/coroscope/demo/underhood"
	"coroscope/cmd/coroscope/demo/utilization"
	"coroscope/cmd/coroscope/internal/eventlog"
	"coroscope/cmd/coroscope/internal/nearest"
	"coroscope/cmd/coroscope/internal/outfile"
	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/cmd/coroscope/internal/viewer"
	"coroscope/trace/timeline"

	"github.com/spf13/cobra"
)

// demos are all there are. The first is the main job.
var demos = []demo.Demo{bartender.Demo, eventloop.Demo, underhood.Demo, race.Demo, lock.Demo, utilization.Demo, scroll.Demo, blocking.Demo, coroutines.Demo, batteries.Demo}

const mainDemo = "bartender"

const demoLong = `Demo runs a demo, which tells what is going on as it happens, writes its trace,
and ends in figures that are computed from that trace. Without a name it lists
the demos.

The trace goes to NAME.trace in the current folder, or to where -o says. A trace
that package coroscope/trace wrote is replaced; anything else that is in the way
is left alone.

With --flight a flight recorder keeps the last moments (0.4 seconds, and a little
more) instead of a trace of everything. That window is written when a step has
held a loop for longer than any before, or when there is a deadlock, or else
when the demo has ended. What began before the window is named.

With --json standard output has one JSON object a line for every spawn, ready,
resume, suspend and end, as the running program saw it, in the form of
"coroscope events --json", but with t_ns counted from the program's start. What
is for people goes to standard error then.`

// A demoRun says how to run a demo.
type demoRun struct {
	name   string
	shape  string // the demo's default if empty
	output string // NAME.trace if empty
	frames bool
	json   bool
	open   bool
	flight bool
	whole  bool // print the summary and the timeline too
}

func (a *app) demoCommand() *cobra.Command {
	var r demoRun
	cmd := &cobra.Command{
		Use:   "demo [NAME]",
		Short: "Run a demo, or list the demos",
		Long:  demoLong,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("expected the name of one demo, found %d arguments", len(args))
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return demoNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				if cmd.Flags().NFlag() > 0 {
					return usagef("expected the name of a demo: %s", strings.Join(demoNames(), ", "))
				}
				return a.listDemos()
			}
			r.name = args[0]
			return a.runDemo(cmd.Context(), r)
		},
	}
	outputFlag(cmd, &r.output)
	flags := cmd.Flags()
	flags.StringVar(&r.shape, "shape", "", "run coroutines in `SHAPE`: "+strings.Join(demo.ShapeNames(), ", ")+"; underhood also in all")
	flags.BoolVar(&r.frames, "frames", false, "record the frames of state machines at each suspension")
	flags.BoolVar(&r.json, "json", false, "print what happens as JSON, an object a line")
	flags.BoolVar(&r.open, "open", false, "open the trace in the browser afterwards")
	flags.BoolVar(&r.flight, "flight", false, "write a flight recorder's window when a step is slow, not the whole trace")
	cmd.RegisterFlagCompletionFunc("shape", completeShape)
	return cmd
}

func completeShape(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 {
		if d, err := findDemo(args[0]); err == nil {
			return d.Shapes, cobra.ShellCompDirectiveNoFileComp
		}
	}
	return demo.ShapeNames(), cobra.ShellCompDirectiveNoFileComp
}

func demoNames() []string {
	var names []string
	for _, d := range demos {
		names = append(names, d.Name)
	}
	return names
}

func (a *app) listDemos() error {
	var b strings.Builder
	width := 0
	for _, d := range demos {
		width = max(width, len(d.Name))
	}
	for _, d := range demos {
		fmt.Fprintf(&b, "%-*s  %s\n%*s  %s\n", width, d.Name, d.About, width, "", a.command("demo", d.Name))
	}
	fmt.Fprintf(&b, "\nEach takes --shape %s, and underhood --shape %s, which is its default.\n", strings.Join(demo.ShapeNames(), "|"), demo.AllShapes)
	_, err := io.WriteString(a.stdout, b.String())
	return err
}

func findDemo(name string) (demo.Demo, error) {
	for _, d := range demos {
		if d.Name == name {
			return d, nil
		}
	}
	return demo.Demo{}, nearest.Unknown("demo", name, demoNames())
}

// check completes r and returns its demo.
func (r *demoRun) check() (demo.Demo, error) {
	d, err := findDemo(r.name)
	if err != nil {
		return d, &usageError{err}
	}
	if r.shape == "" {
		r.shape = d.Shapes[0]
	}
	known := false
	for _, s := range d.Shapes {
		known = known || s == r.shape
	}
	switch {
	case !known:
		return d, &usageError{nearest.Unknown("shape", r.shape, d.Shapes)}
	case r.output == stdinName:
		return d, usagef("-o -: the trace is read back after it was written, so it needs a file")
	case r.output == "":
		r.output = d.Name + ".trace"
	}
	return d, nil
}

// runDemo runs a demo, and shows what its trace says.
func (a *app) runDemo(ctx context.Context, r demoRun) error {
	d, err := r.check()
	if err != nil {
		return err
	}
	text := a.stdout // for people
	if r.json {
		text = a.stderr
	}
	fl, err := a.record(ctx, d, r, text)
	if err != nil {
		return err
	}
	tl, err := a.readTimeline(r.output, timeline.Options{Full: true, Goroutines: true, Logs: true})
	if err != nil {
		return err
	}
	if err := lossError(r.output, tl.Lost); err != nil {
		return err
	}
	if fl != nil {
		if err := fl.show(text, tl); err != nil {
			return err
		}
	}
	if fl == nil || d.Windows {
		if err := d.Figures(text, tl); err != nil {
			return err
		}
	}
	if fl != nil {
		fmt.Fprintln(text)
		if err := timeline.WriteTimeline(text, tl, terminal.Width(text), terminal.Color(text)); err != nil {
			return err
		}
	}
	if r.whole {
		if err := a.showWhole(text, tl); err != nil {
			return err
		}
	}
	if r.open {
		return a.open(ctx, opening{file: r.output, addr: defaultAddr, to: text})
	}
	return a.nextCommands(text, tl, r.output)
}

// record runs the demo and writes its trace. The flight is nil unless r asks
// for one.
func (a *app) record(ctx context.Context, d demo.Demo, r demoRun, text io.Writer) (*flight, error) {
	out, err := outfile.Create(r.output)
	if err != nil {
		return nil, err
	}
	defer out.Abort()

	env := demo.NewEnv(text, time.Now())
	env.Shape, env.Frames = r.shape, r.frames
	var events *bufio.Writer
	if r.json {
		events = bufio.NewWriter(a.stdout)
		env.Record = eventlog.NewRecorder(a.start, func(ev timeline.Event) { eventlog.Write(events, ev) })
	}
	var facts []string
	if d.Before != nil {
		if facts, err = d.Before(ctx, env); err != nil {
			return nil, fmt.Errorf("demo %s: %w", d.Name, err)
		}
	}
	var fl *flight
	var tr tracing = wholeTrace{out}
	if r.flight {
		fl = newFlight(out, r.output, env)
		tr = fl
	}
	if err := tr.start(); err != nil {
		return nil, fmt.Errorf("begin the trace: %w", err)
	}
	demo.LogFacts(ctx, facts)
	ended := make(chan error, 1)
	go perform(ctx, d, env, tr, ended)
	select {
	case <-ctx.Done(): // a demo is short: it is not waited for
		return nil, ctx.Err()
	case err = <-ended:
	}
	if err == nil && events != nil {
		err = events.Flush()
	}
	if err != nil {
		return nil, fmt.Errorf("demo %s: %w", d.Name, err)
	}
	return fl, tr.keep()
}

// perform runs the demo, on a goroutine whose row in the trace is called after
// this function, until the trace is complete.
func perform(ctx context.Context, d demo.Demo, env *demo.Env, tr tracing, ended chan<- error) {
	err := d.Run(ctx, env)
	tr.stop(err)
	ended <- err
}

// showWhole prints the summary and the timeline.
func (a *app) showWhole(w io.Writer, tl *timeline.Timeline) error {
	fmt.Fprintln(w)
	if err := timeline.WriteSummary(w, tl, terminal.Width(w), terminal.Color(w)); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return timeline.WriteTimeline(w, tl, terminal.Width(w), terminal.Color(w))
}

// nextCommands prints what the person can do next with a trace.
func (a *app) nextCommands(w io.Writer, tl *timeline.Timeline, file string) error {
	task, _, err := pageOf(tl, "")
	if err != nil {
		return err
	}
	size := ""
	if info, err := os.Stat(file); err == nil {
		size = fmt.Sprintf(" (%d kB)", (info.Size()+999)/1000)
	}
	lines := [][2]string{
		{"go tool trace " + quoteArg(file), "and open the page " + viewer.Path(task)},
		{a.command("open", file), "does both"},
		{a.command("timeline", file), "draws it here; so do summary and events"},
		{a.command("demo"), "lists the demos"},
	}
	width := 0
	for _, l := range lines {
		width = max(width, len(l[0]))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nThe trace is in %s%s. To see every suspension of it:\n", file, size)
	for _, l := range lines {
		fmt.Fprintf(&b, "  %-*s   %s\n", width, l[0], l[1])
	}
	_, err = io.WriteString(w, b.String())
	return err
}
