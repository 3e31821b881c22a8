package main

// This file defines the command open: a trace in the browser, at the page
// where its coroutines can be seen.

import (
	"context"
	"fmt"
	"io"
	"strings"

	"coroscope/cmd/coroscope/internal/nearest"
	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/cmd/coroscope/internal/viewer"
	"coroscope/trace/protocol"
	"coroscope/trace/timeline"

	"github.com/spf13/cobra"
)

const openLong = `Open runs "go tool trace" on a trace and opens the page on which its coroutines
can be seen: that of the root task of its first loop, or of the loop that --loop
names. A loop has a page for each epoch that it was recorded in, of which a
flight recorder begins a new one now and then: the one that covers most of the
trace is opened, and all are listed with their times. A trace without coroutines
opens at the main page. It runs until it is interrupted.`

// An opening says how to open a trace.
type opening struct {
	file      string
	loop      string // the first if empty
	addr      string
	noBrowser bool
	to        io.Writer // where the page's address is printed
}

const defaultAddr = "127.0.0.1:0"

func (a *app) openCommand() *cobra.Command {
	var o opening
	cmd := &cobra.Command{
		Use:               "open FILE",
		Short:             "Open a trace in the browser, where its coroutines can be seen",
		Long:              openLong,
		Args:              oneFile,
		ValidArgsFunction: completeTrace,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file, o.to = args[0], a.stdout
			return a.open(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.loop, "loop", "", "open the page of the loop `NAME`, or NAME#ID where several have it")
	cmd.Flags().StringVar(&o.addr, "http", defaultAddr, "listen at `ADDR`; port 0 is any free port")
	cmd.Flags().BoolVar(&o.noBrowser, "no-browser", false, "only print the page's address")
	cmd.RegisterFlagCompletionFunc("loop", a.completeLoop)
	return cmd
}

// completeLoop completes the name of a loop in the trace that was given.
func (a *app) completeLoop(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if len(args) == 1 && args[0] != stdinName {
		if tl, err := a.readTimeline(args[0], timeline.Options{}); err == nil {
			names = loopNames(tl)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func loopNames(tl *timeline.Timeline) []string {
	count := make(map[string]int)
	for _, l := range tl.Loops {
		count[l.Name]++
	}
	var names []string
	for _, l := range tl.Loops {
		names = append(names, timeline.Clean(loopName(l, count[l.Name] > 1)))
	}
	return names
}

// loopName returns what a loop is chosen by: name#id where others have its
// name too.
func loopName(l *timeline.Loop, shared bool) string {
	if shared {
		return protocol.Ref{Name: l.Name, ID: l.ID}.String()
	}
	return l.Name
}

func (a *app) open(ctx context.Context, o opening) error {
	if o.file == stdinName {
		return usagef("open needs a file: go tool trace does not read standard input")
	}
	tl, err := a.readTimeline(o.file, timeline.Options{})
	if err != nil {
		return err
	}
	if len(tl.Loops)+len(tl.Coroutines) == 0 && len(tl.Lost) > 0 {
		return lossError(o.file, tl.Lost) // what there is to show is not known
	}
	task, why, err := pageOf(tl, o.loop)
	if err != nil {
		return err
	}
	for _, lost := range tl.Lost {
		a.say("%s was not read as a whole: %s", o.file, timeline.Clean(lost))
	}

	progress := func(line string) {
		if terminal.Is(a.stderr) || strings.Contains(line, "rror") { // that, everybody is told
			a.say("go tool trace: %s", line)
		}
	}
	v, err := viewer.Start(ctx, o.file, o.addr, progress)
	if err != nil {
		return err
	}
	url := v.Page(task)
	a.listPages(tl, task)
	if why != "" {
		a.say("%s", why)
	}
	fmt.Fprintln(o.to, url)
	if !o.noBrowser {
		if err := viewer.OpenBrowser(url); err != nil {
			a.say("%v: open this address yourself", err)
		}
	}
	if terminal.Is(a.stderr) {
		a.say("go tool trace runs until you press Ctrl-C")
	}
	return v.Wait(ctx)
}

// pageOf returns the task whose page is to be opened, 0 for the main page, and
// what there is to say about that.
func pageOf(tl *timeline.Timeline, loop string) (task uint64, why string, err error) {
	if loop != "" {
		for _, l := range tl.Loops {
			if l.Name == loop || loopName(l, true) == loop {
				return l.Task, "", nil
			}
		}
		return 0, "", nearest.Unknown("loop", loop, loopNames(tl))
	}
	for _, l := range tl.Loops {
		if l.Task != 0 {
			return l.Task, "", nil
		}
	}
	for _, c := range tl.Coroutines {
		if c.Task != 0 {
			return c.Task, fmt.Sprintf("there is no loop in this trace: the page is that of the coroutine %s", c), nil
		}
	}
	if tl.Speaks() {
		return 0, "this trace has no loop and no coroutine with a task of its own: the page is the main one", nil
	}
	return 0, "nothing in this trace was written by package coroscope/trace: the page is the main one; summary tells of coroutines of iter.Pull, if there are any", nil
}

// listPages says which loops and pages there are if there is a choice, and
// which page it is.
func (a *app) listPages(tl *timeline.Timeline, task uint64) {
	epochs := false // some loop has several pages
	for _, l := range tl.Loops {
		epochs = epochs || len(l.Pages) > 1
	}
	if len(tl.Loops) < 2 && !epochs {
		return
	}
	var b strings.Builder
	line := func(page uint64, text string) {
		mark := ' '
		if page == task {
			mark = '*'
		}
		fmt.Fprintf(&b, "\n%c %s  %s", mark, viewer.Path(page), text)
	}
	names := loopNames(tl)
	for i, l := range tl.Loops {
		if !epochs || len(l.Pages) == 0 {
			line(l.Task, names[i])
			continue
		}
		for _, p := range l.Pages {
			if p.Task != 0 {
				line(p.Task, names[i]+"  "+p.When())
			}
		}
	}
	switch {
	case !epochs:
		a.say("loops in this trace, of which --loop chooses one:%s", &b)
	case len(tl.Loops) == 1:
		a.say("pages of this trace, one for each epoch:%s", &b)
	default:
		a.say("pages of this trace, one for each epoch of a loop, which --loop chooses:%s", &b)
	}
}
